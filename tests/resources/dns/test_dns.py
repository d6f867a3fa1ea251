"""DNS views, zones and records: the parent of each, and how a running network learns of them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed, hosted
from tests.providers.conftest import Saved
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources.dns.dns_record import DnsRecordProvider
from verge_pulumi.resources.dns.dns_zone import TTL_WANTED

RECORDS = "vnet_dns_zone_records"


@dataclass(frozen=True)
class Dns:
    """A stopped network with a view and a zone."""

    bench: Bench
    lan: Managed
    view: Managed
    zone: Managed

    def record(self, name: str = "www", /, bench: Bench | None = None, **arguments: Any) -> Managed:
        """Declare a record."""
        given = {"zone": self.zone.id, "host": "www", "type": "A", "value": "10.0.0.5", **arguments}
        return (bench or self.bench).create("DnsRecord", name, **given)

    def subject(self, kind: str) -> Managed:
        """Return one of a kind."""
        return {"DnsView": self.view, "DnsZone": self.zone}.get(kind) or self.record()

    def run(self) -> None:
        """Start the network."""
        self.bench.create("Power", "on", of=f"vnets/{self.lan.id}", state="running")
        self.bench.simulator.reset("log")


@pytest.fixture
def dns(bench: Bench) -> Dns:
    """A stopped network with a view and a zone."""
    lan = bench.create("Network", "lan", name="lan", network="10.0.0.0/24", dns="bind")
    view = bench.create("DnsView", "all", network=lan.id, name="all", match_clients=["any"])
    zone = bench.create("DnsZone", "zone", view=view.id, domain="example.com")
    bench.simulator.reset("log")
    return Dns(bench, lan, view, zone)


@pytest.fixture
def later(bench: Bench) -> Any:
    """A later run of the same stack."""
    later = bench.later()
    yield later
    later.connection.client.close()


def plain(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return what of inputs the program says."""
    return {name: value for name, value in inputs.items() if name[0] != "_"}


def applies(bench: Bench) -> list[str]:
    return [path for verb, path in bench.asked() if verb == "PUT" and path.endswith("/applydns")]


def test_what_is_written(dns: Dns) -> None:
    record = dns.record(description="the web server", ttl="30m")
    assert dns.view.row()["match_clients"] == "any;"
    assert (dns.zone.row()["domain"], dns.zone.row()["type"]) == ("example.com", "master")
    row = record.row()
    assert (row["zone"], row["host"], row["value"], row["ttl"]) == (int(dns.zone.id), "www", "10.0.0.5", "30m")
    assert row["description"].startswith("the web server\n[pulumi shop/dev www ")
    assert dns.zone.outs["network"] == record.outs["network"] == dns.lan.id


# What it costs -------------------------------------------------------------------------------------------------------


def test_what_the_life_of_a_record_costs_on_a_stopped_network(dns: Dns) -> None:
    bench = dns.bench
    record = dns.record()
    row, network = ("GET", f"{RECORDS}/{record.id}"), ("GET", f"vnets/{dns.lan.id}")
    # Nothing about a record is unique, so one of an earlier attempt is looked for.
    assert bench.asked() == [("GET", RECORDS), ("POST", RECORDS), row, network]
    bench.simulator.reset("log")
    assert record.diff(value="10.0.0.5").changes is False
    assert bench.asked() == []
    record.up(value="10.0.0.6")
    assert bench.asked() == [row, ("PUT", row[1]), row, network]
    bench.simulator.reset("log")
    record.destroy()
    assert bench.asked() == [row, ("DELETE", row[1]), network]
    assert dns.lan.row()["need_dns_apply"] is True


def test_another_run_asks_once_where_a_record_belongs(dns: Dns, later: Bench) -> None:
    dns.record("one", later)
    asked = later.asked()
    for parent in (f"vnet_dns_zones/{dns.zone.id}", f"vnet_dns_views/{dns.view.id}"):
        assert asked.count(("GET", parent)) == 1
    dns.bench.simulator.reset("log")
    record = dns.record("two", later)
    assert later.asked() == [
        ("GET", RECORDS), ("POST", RECORDS), ("GET", f"{RECORDS}/{record.id}"), ("GET", f"vnets/{dns.lan.id}"),
    ]  # fmt: skip
    record.seen_by(dns.bench).up(value="10.0.0.6")
    assert dns.lan.row()["need_dns_apply"] is True


@pytest.mark.parametrize("kind", ["DnsView", "DnsZone"])
def test_what_a_view_or_zone_costs_on_a_stopped_network(dns: Dns, kind: str) -> None:
    bench = dns.bench
    given = {
        "DnsView": {"network": dns.lan.id, "name": "guests"},
        "DnsZone": {"view": dns.view.id, "domain": "example.org"},
    }
    subject = bench.create(kind, "subject", **given[kind])
    table = subject.outs["location"].split("/")[2]
    row, network = ("GET", f"{table}/{subject.id}"), ("GET", f"vnets/{dns.lan.id}")
    assert bench.asked() == [("POST", table), row, network]
    bench.simulator.reset("log")
    assert subject.diff().changes is False
    subject.destroy()
    records_of_others = ("GET", "vnet_dns_zone_records")
    assert bench.asked() == [row, ("GET", "vnets"), records_of_others, ("DELETE", row[1]), network]


# A running network ---------------------------------------------------------------------------------------------------


def test_a_running_network_applies_every_change(dns: Dns) -> None:
    dns.run()
    record = dns.record()
    view = dns.bench.create("DnsView", "guests", network=dns.lan.id, name="guests")
    zone = dns.bench.create("DnsZone", "org", view=view.id, domain="example.org")
    record.up(value="10.0.0.6")
    view.up(recursion=True)
    zone.up(default_ttl="5m")
    for each in (record, zone, view):
        each.destroy()
        assert dns.lan.row()["need_dns_apply"] is False
    assert applies(dns.bench) == [f"vnets/{dns.lan.id}/applydns"] * 9


def test_what_is_written_at_once_is_applied_together(dns: Dns, monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(3)

    def make(self: DnsRecordProvider, inputs: Inputs, values: Mapping[str, Any]) -> str:
        together.wait(10)
        return RowProvider.make(self, inputs, values)

    monkeypatch.setattr(DnsRecordProvider, "make", make)
    dns.run()
    with ThreadPoolExecutor(3) as engine:
        records = list(engine.map(dns.record, ("one", "two", "three")))
    assert applies(dns.bench) == [f"vnets/{dns.lan.id}/applydns"]
    assert dns.lan.row()["need_dns_apply"] is False
    assert len({record.id for record in records}) == 3


def test_one_of_which_only_the_key_is_known_goes_and_that_is_applied(
    dns: Dns, later: Bench, saved: list[Saved]
) -> None:
    dns.run()
    for kind, table, given in [
        ("DnsZone", "vnet_dns_zones", {"view": dns.view.id, "domain": "example.org"}),
        ("DnsRecord", RECORDS, {"zone": dns.zone.id, "type": "A", "value": "10.0.0.5"}),
    ]:
        dns.bench.simulator.faults(
            {"match": {"verb": "GET", "path": f"{table}/[0-9]+$", "times": 0}, "what": "status", "status": 403}
        )
        with pytest.raises(Reported, match="It exists and is in the state"):
            dns.bench.create(kind, "subject", **given)
        dns.bench.simulator.faults()
        kept = saved.pop()
        assert kept.outs["network"] is None
        Managed(later, kind, kept.id, {}, kept.outs).destroy()
        assert kept.id not in [str(row["$key"]) for row in dns.bench.simulator.rows(table)]
        assert dns.lan.row()["need_dns_apply"] is False


# Changes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "argument", "value", "body"),
    [
        ("DnsView", "name", "some", {"name": "some"}),
        ("DnsView", "recursion", True, {"recursion": True}),
        ("DnsView", "match_clients", ["10.0.0.0/8", "!any"], {"match_clients": "10.0.0.0/8;!any;"}),
        ("DnsView", "match_clients", [], {"match_clients": ""}),
        ("DnsView", "match_destinations", ["any"], {"match_destinations": "any;"}),
        ("DnsView", "max_cache_size", "64MiB", {"max_cache_size": 67108864}),
        ("DnsView", "max_cache_size", 0, {"max_cache_size": 0}),
        ("DnsView", "orderid", 5, {"orderid": 5}),
        ("DnsZone", "domain", "example.net", {"domain": "example.net"}),
        ("DnsZone", "email", "admin@example.com", {"email": "admin@example.com"}),
        ("DnsZone", "nameserver", "ns.example.com", {"nameserver": "ns.example.com"}),
        ("DnsZone", "notify", "explicit", {"notify": "explicit"}),
        ("DnsZone", "also_notify", ["10.0.0.7"], {"also_notify": "10.0.0.7;"}),
        ("DnsZone", "allow_transfer", ["10.0.0.7"], {"allow_transfer": "10.0.0.7;"}),
        ("DnsZone", "default_ttl", "1h30m", {"default_ttl": "1h30m"}),
        ("DnsZone", "type", "forward", {"type": "forward"}),
        ("DnsRecord", "host", "", {"host": ""}),
        ("DnsRecord", "value", "10.0.0.6", {"value": "10.0.0.6"}),
        ("DnsRecord", "ttl", "5m", {"ttl": "5m"}),
        ("DnsRecord", "orderid", 5, {"orderid": 5}),
    ],
)
def test_a_change_is_one_put_of_one_column(
    dns: Dns, kind: str, argument: str, value: Any, body: dict[str, Any]
) -> None:
    subject = dns.subject(kind)
    dns.bench.simulator.reset("log")
    subject.up(**{argument: value})
    (write,) = dns.bench.writes()
    assert (write.verb, write.body) == ("PUT", body)
    assert subject.diff().changes is False


@pytest.mark.parametrize(("kind", "parent"), [("DnsView", "network"), ("DnsZone", "view"), ("DnsRecord", "zone")])
def test_what_it_hangs_on_cannot_be_changed(dns: Dns, kind: str, parent: str) -> None:
    assert dns.subject(kind).diff(**{parent: "77"}).replaces == [parent]


@pytest.mark.parametrize(
    ("kind", "drift", "seen"),
    [
        ("DnsView", {"match_clients": "none; "}, {"match_clients": ["none"]}),
        ("DnsRecord", {"value": "10.0.0.1"}, {"value": "10.0.0.1"}),
    ],
)
def test_drift_and_loss_are_seen_and_mended(dns: Dns, kind: str, drift: dict[str, Any], seen: dict[str, Any]) -> None:
    subject = dns.subject(kind)
    before, table = dict(subject.inputs), subject.outs["location"].split("/")[2]
    row = subject.row()
    dns.bench.simulator.edit(table, int(subject.id), **drift)
    subject.refresh()
    (name,) = seen
    assert subject.inputs[name] == seen[name]
    subject.up(**{name: before[name]})
    assert subject.row()[name] == row[name]
    dns.bench.simulator.remove(table, int(subject.id))
    assert subject.read().id == ""


def test_a_zone_of_another_domain_is_another_zone(dns: Dns, told: list[str]) -> None:
    # It bears no mark, and its key may have been given out again.
    dns.bench.simulator.edit("vnet_dns_zones", int(dns.zone.id), domain="example.net")
    with pytest.raises(Reported, match="belongs to another object, whose domain is not that of this one"):
        dns.zone.destroy()
    assert dns.zone.read().id == ""
    assert told == [
        f"warning: row {dns.zone.id} of vnet_dns_zones now belongs to another object, "
        "whose domain is not that of this one"
    ]


def test_drift_of_a_zone_is_seen_and_mended(dns: Dns) -> None:
    zone = dns.bench.create("DnsZone", "more", view=dns.view.id, domain="example.org", notify="yes")
    dns.bench.simulator.edit("vnet_dns_zones", int(zone.id), notify="no")
    zone.refresh()
    assert zone.inputs["notify"] == "no"
    zone.up(notify="yes")
    assert zone.row()["notify"] == "yes"
    dns.bench.simulator.remove("vnet_dns_zones", int(zone.id))
    assert zone.read().id == ""


def test_a_change_of_a_record_is_no_change_of_its_zone(dns: Dns) -> None:
    dns.record()
    before = dict(dns.zone.outs)
    dns.zone.refresh()
    assert dns.zone.outs == before


def test_a_view_asks_from_an_address(dns: Dns) -> None:
    address = dns.bench.create("Address", "alias", network=dns.lan.id, type="ipalias", ip="10.0.0.7")
    dns.view.up(query_source=address.id)
    assert dns.view.row()["query_source"] == int(address.id)


# Whose it is ---------------------------------------------------------------------------------------------------------


def test_a_record_whose_answer_was_lost_is_found_again(dns: Dns) -> None:
    dns.bench.simulator.faults({"match": {"verb": "POST", "path": f"{RECORDS}$"}, "when": "after", "what": "reset"})
    record = dns.record()
    assert [str(row["$key"]) for row in dns.bench.simulator.rows(RECORDS)] == [record.id]


def test_two_records_of_a_host_stand_side_by_side(dns: Dns) -> None:
    records = [dns.record("one"), dns.record("two", value="10.0.0.6"), dns.record("three")]
    assert len({record.id for record in records}) == 3


def test_a_record_may_be_put_in_a_zone_of_another_stack(dns: Dns, later: Bench) -> None:
    dns.bench.simulator.edit("vnets", int(dns.lan.id), description="[pulumi shop/prod lan 0badcafe]")
    record = dns.record("www", later)
    record.up(value="10.0.0.6")
    record.destroy()


@pytest.mark.parametrize("kind", ["DnsView", "DnsZone"])
def test_views_and_zones_of_another_stacks_network_are_left_alone(dns: Dns, later: Bench, kind: str) -> None:
    dns.bench.simulator.edit("vnets", int(dns.lan.id), description="[pulumi shop/prod lan 0badcafe]")
    subject = dns.subject(kind).seen_by(later)
    with pytest.raises(Reported, match=r"now belongs to shop/prod as 'lan'\. It is left alone"):
        subject.destroy()
    name = {"DnsView": "name", "DnsZone": "domain"}[kind]
    with pytest.raises(Reported, match=f"vnets/{dns.lan.id} belongs to shop/prod as 'lan', and so would this"):
        later.create(kind, "more", **plain(subject.inputs) | {name: "more.example.com"})
    assert later.writes() == []
    assert subject.read().id == ""


@pytest.mark.parametrize("kind", ["DnsView", "DnsZone"])
def test_one_that_is_there_is_taken_over_if_a_create_was_cut_off(dns: Dns, later: Bench, kind: str) -> None:
    subject = dns.subject(kind)
    given = plain(subject.inputs)
    dns.bench.stack.forget(subject)
    with pytest.raises(Reported, match=r"has that name already and no stack manages it\."):
        later.create(kind, subject.name, **given)
    subject.cut_off()
    assert later.create(kind, subject.name, **given).id == subject.id
    assert later.writes() == []


@pytest.mark.parametrize("kind", ["DnsView", "DnsZone"])
def test_one_that_is_there_is_adopted_on_purpose(dns: Dns, later: Bench, kind: str) -> None:
    subject = dns.subject(kind)
    given = plain(subject.inputs)
    dns.bench.stack.forget(subject)
    assert later.create(kind, "again", **given, adopt=True).id == subject.id


# What makes no sense -------------------------------------------------------------------------------------------------


def problems(bench: Bench, kind: str, inputs: dict[str, Any]) -> list[str]:
    result = bench.provider(kind).check({}, hosted(inputs))
    return [failure.reason for failure in result.failures]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"type": "A", "value": "fd00::1"}, ["value: type='A' takes an IPv4 address."]),
        ({"type": "A", "value": "www"}, ["value: type='A' takes an IPv4 address."]),
        ({"type": "AAAA", "value": "10.0.0.5"}, ["value: type='AAAA' takes an IPv6 address."]),
        ({"type": "AAAA", "value": "fd00::1"}, []),
        ({"type": "A", "value": UNKNOWN}, []),
        ({"type": UNKNOWN, "value": "www", "port": 5}, []),
        ({"type": "CNAME", "value": "10.0.0.5"}, ["value: type='CNAME' takes a host name."]),
        ({"type": "NS", "value": "ns 1"}, ["value: type='NS' takes a host name."]),
        ({"type": "PTR", "value": "www.example.com."}, []),
        ({"type": "TXT", "value": "v=spf1 -all"}, []),
        ({"type": "CAA", "value": "letsencrypt.org", "issue_wildcard": True}, []),
        ({"type": "MX", "value": "mail", "mx_preference": 10}, []),
        ({"type": "A", "value": "10.0.0.5", "mx_preference": 0, "issue_wildcard": False}, []),
        ({"type": "PTR", "value": "www", "mx_preference": 10}, ["mx_preference: is for records of type MX and SRV."]),
        ({"type": "MX", "value": "mail", "port": 25}, ["port: is for records of type SRV."]),
        ({"type": "TXT", "value": "a", "weight": UNKNOWN}, []),
        ({"type": "TXT", "value": "a", "issue_wildcard": True}, ["issue_wildcard: is for records of type CAA."]),
        ({"type": "SRV", "value": "sip", "port": 5060, "weight": 5, "mx_preference": 10}, []),
        ({"type": "SRV", "value": "sip", "port": UNKNOWN}, []),
        (
            {"type": "SRV", "value": "10 5 5060 sip"},
            ["value: type='SRV' takes a host name.", "port: type='SRV' needs the one of the service."],
        ),
        ({"value": "10.0.0.5"}, ["type is missing. Give it."]),
        ({"type": "TXT", "value": "a", "ttl": "one hour"}, [f"ttl does not fit. {TTL_WANTED}."]),
    ],
)  # fmt: skip
def test_records_are_checked_in_the_preview(bench: Bench, inputs: dict[str, Any], expected: list[str]) -> None:
    assert problems(bench, "DnsRecord", {"zone": "1", **inputs}) == expected


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, []),
        ({"type": "slave"}, ["masters: type='slave' needs the servers that it is copied from."]),
        ({"type": "stub", "masters": []}, ["masters: type='stub' needs the servers that it is copied from."]),
        ({"type": "slave", "masters": ["10.0.0.7"]}, []),
        ({"type": "slave", "masters": UNKNOWN}, []),
        ({"type": UNKNOWN}, []),
        (
            {"allow_transfer": ["10.0.0.7;10.0.0.8"]},
            [
                "allow_transfer has a word that is empty, or holds semicolons or spaces. Give each word by itself.",
            ],
        ),
    ],
)
def test_zones_are_checked_in_the_preview(bench: Bench, inputs: dict[str, Any], expected: list[str]) -> None:
    assert problems(bench, "DnsZone", {"view": "1", "domain": "example.com", **inputs}) == expected
