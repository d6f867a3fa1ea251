"""Views, zones and records of the DNS of networks."""

from __future__ import annotations

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import Surprise, shown

NETS = "docs/vergeos/networks.md"


@assumption(f"{NETS} §8", Sure.DOCUMENTED, "resources.dns.dns_zone", "resources.dns.dns_record")
def records_go_with_the_zone(lab: Lab) -> None:
    """Deleting a zone deletes its records."""
    zone = lab.make("vnet_dns_zones", {"view": lab.key("vnet_dns_views"), "domain": f"z.{lab.prefix}.lab.invalid"})
    record = lab.make("vnet_dns_zone_records", {"zone": int(zone.key), "type": "A", "value": "192.0.2.9"})
    lab.delete(zone).answered(200)
    lab.all_gone([record])


@assumption(f"{NETS} §8: no source says when it counts", Sure.OPEN, "simulator.behaviour.dns.dns")
def serial_numbers(lab: Lab) -> None:
    """The `serial_number` of a zone grows with each write of a record."""
    zone = lab.row("vnet_dns_zones")
    before = lab.read(zone, "serial_number")["serial_number"]
    lab.make("vnet_dns_zone_records", {"zone": int(zone.key), "host": "n", "type": "A", "value": "192.0.2.10"})
    after = lab.read(zone, "serial_number")["serial_number"]
    if not after > before:
        raise Surprise(f"serial_number is {shown(after)} after a record was made, and was {shown(before)}")


@assumption(f"{NETS} §8", Sure.DOCUMENTED, "resources.dns.dns_view", "resources.dns.dns_record")
def places_of_records(lab: Lab) -> None:
    """A record without `orderid` gets one behind the records of its zone."""
    zone = {"zone": lab.key("vnet_dns_zones"), "type": "A", "value": "192.0.2.11"}
    first = lab.make("vnet_dns_zone_records", {**zone, "host": "o1"})
    second = lab.make("vnet_dns_zone_records", {**zone, "host": "o2"})
    places = [lab.read(each, "orderid").get("orderid") for each in (first, second)]
    if not (isinstance(places[0], int) and isinstance(places[1], int) and places[0] < places[1]):
        raise Surprise(f"the orderid of two records are {shown(places)}")
