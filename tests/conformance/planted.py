"""Thirty differences, each with whom it hurts first and how, to be planted in schemas.

They are of tables that every release has, and fit the words of a ``$table`` answer and of a report.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from verge_pulumi.conformance.comparing import Kind
from verge_pulumi.conformance.harm import Harm

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One difference.

    Attributes:
        place: The table, or the table and the column.
        kind: What differs.
        harm: The worst that it does.
        whom: Whom it does that to.
        plant: Plants it in the schema of the table.
    """

    place: str
    kind: Kind
    harm: Harm
    whom: set[str]
    plant: Callable[[Json], object]

    @property
    def table(self) -> str:
        return self.place.partition(".")[0]


def missing(place: str, harm: Harm, *whom: str) -> Planted:
    name = place.partition(".")[2]
    return Planted(
        place=place, kind=Kind.NO_COLUMN, harm=harm, whom={*whom}, plant=lambda schema: schema["fields"].pop(name)
    )


def renamed(place: str, to: str, harm: Harm, *whom: str) -> Planted:
    name = place.partition(".")[2]

    def plant(schema: Json) -> None:
        schema["fields"][to] = schema["fields"].pop(name)

    return Planted(place=place, kind=Kind.NO_COLUMN, harm=harm, whom={*whom}, plant=plant)


def said(place: str, kind: Kind, harm: Harm, *whom: str, **facts: Any) -> Planted:
    """Plant what a column says of itself."""
    name = place.partition(".")[2]
    return Planted(
        place=place, kind=kind, harm=harm, whom={*whom}, plant=lambda schema: schema["fields"][name].update(facts)
    )


def words(place: str, kind: Kind, harm: Harm, *whom: str, change: Callable[[list[str]], object]) -> Planted:
    name = place.partition(".")[2]

    def plant(schema: Json) -> None:
        held = [*schema["fields"][name]["list"]]
        change(held)
        schema["fields"][name]["list"] = held

    return Planted(place=place, kind=kind, harm=harm, whom={*whom}, plant=plant)


THIRTY = [
    missing("vnets.mtu", Harm.DROPPED, "Network.mtu"),
    missing("vnet_rules.throttle", Harm.DROPPED, "NetworkRule.throttle", "Firewall.rules[].throttle"),
    missing("machine_nics.macaddress", Harm.DROPPED, "Nic.macaddress"),
    missing("vnet_hosts.host", Harm.DROPPED, "HostOverride.host"),
    missing("machine_status.status", Harm.UNREAD, "Network.status", "VirtualMachine.status"),
    renamed("machine_drives.disksize", "disk_size", Harm.DROPPED, "Drive.disksize"),
    renamed("vms.os_family", "guest_family", Harm.DROPPED, "VirtualMachine.os_family"),
    renamed("vnets.dnslist", "dns_servers_list", Harm.DROPPED, "Network.dnslist"),
    said("vms.ram", Kind.TYPE, Harm.SPELT, "VirtualMachine.ram", type="text"),
    said("vms.allow_hotplug", Kind.TYPE, Harm.REFUSED, "VirtualMachine.allow_hotplug", type="uint8"),
    said("users.displayname", Kind.TYPE, Harm.REFUSED, "User.displayname", type="json"),
    said("vnet_addresses.vnet", Kind.TARGET, Harm.REFUSED, "Address.network", table="vnet_cidrs"),
    words("vnets.type", Kind.WORDS_GONE, Harm.REFUSED, "Network.type", change=lambda held: held.remove("dmz")),
    words(
        "machine_drives.media", Kind.WORDS_GONE, Harm.REFUSED, "Drive.media", change=lambda held: held.remove("cdrom")
    ),
    words("users.two_factor_type", Kind.WORDS_GONE, Harm.REFUSED, "User.two_factor_type", change=lambda h: h.pop()),
    words(
        "vms.boot_order", Kind.WORDS_NEW, Harm.WITHHELD, "VirtualMachine.boot_order", change=lambda h: h.append("dcn")
    ),
    words("themes.based_on", Kind.WORDS_NEW, Harm.WITHHELD, "Theme.based_on", change=lambda h: h.append("none")),
    words("vnets.dns", Kind.WORDS_NEW, Harm.WITHHELD, "Network.dns", change=lambda held: held.append("none")),
    said("vms.uefi", Kind.DEFAULT, Harm.DECIDED, "VirtualMachine.uefi", default=True),
    said("vms.cpu_cores", Kind.DEFAULT, Harm.DECIDED, "VirtualMachine.cpu_cores", default=2),
    said("vnets.on_power_loss", Kind.DEFAULT, Harm.DECIDED, "Network.on_power_loss", default="leave_off"),
    said("webhook_urls.timeout", Kind.MAXIMUM, Harm.REFUSED, "Webhook.timeout", max=60),
    said("vnet_wireguards.listenport", Kind.MINIMUM, Harm.REFUSED, "WireGuard.listenport", min=1024),
    said("groups.name", Kind.LENGTH, Harm.REFUSED, "Group.name", maxlength=32),
    said("groups.email", Kind.REQUIRED, Harm.REFUSED, "Group.email", required=True),
    said("themes.description", Kind.NOT_UPDATED, Harm.REFUSED, "Theme.description", readonly=True),
    said("files.preferred_tier", Kind.NOT_CREATED, Harm.DROPPED, "MediaFile.preferred_tier", create=False),
    Planted(
        place="snapshot_profiles.approved_by",
        kind=Kind.REQUIRED,
        harm=Harm.REFUSED,
        whom={"SnapshotProfile"},
        plant=lambda schema: schema["fields"].update(
            approved_by={"type": "text", "create": True, "readonly": False, "required": True}
        ),
    ),
    Planted(
        place="vnet_bgp_routers",
        kind=Kind.UNIQUE_NEW,
        harm=Harm.REFUSED,
        whom={"BgpRouter"},
        plant=lambda schema: schema.update(unique=[["bgp"]]),
    ),
    Planted(
        place="vnet_dns_zones",
        kind=Kind.OWNER,
        harm=Harm.REFUSED,
        whom={"DnsZone"},
        plant=lambda schema: schema.update(owner="view"),
    ),
]
