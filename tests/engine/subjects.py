"""The resources whose whole life is tested, and what is done to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from tests.engine import gadgets, lab
from tests.engine.gadgets import Gadget
from verge_pulumi import (
    Address,
    CloudInitFile,
    Device,
    DnsRecord,
    DnsView,
    DnsZone,
    Drive,
    HostOverride,
    MediaFile,
    Network,
    NetworkRule,
    Nic,
    Power,
    Snapshot,
    VirtualMachine,
)
from verge_pulumi.engine.declare import Resource

SUBJECT = "subject"
VM = ("vm", VirtualMachine)
NETWORK = ("network", Network)


def zone(resource_name: str, *, name: str) -> DnsZone:
    """Declare a zone and what that hangs on."""
    network = Network(f"{resource_name}-network", name=name, dns="bind")
    view = DnsView(f"{resource_name}-view", network=network, name="all", match_clients=["any"])
    return DnsZone(resource_name, view=view, domain=f"{name}.example")


ZONE = ("zone", zone)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One resource and what is done to it.

    Attributes:
        kind: The resource class.
        arguments: Makes its arguments, and what they refer to besides what it hangs on.
        within: What it hangs on: the argument, and what makes two of them, which are called ``a`` and ``b``.
        edit: A field changed in the program.
        drift: A field changed behind Pulumi's back, and the other value.
        unset: A column that the program says nothing of, and another value.
        replace: A change that replaces it, in an argument or in what it hangs on (``on``).
        new_first: Whether the new one of a replacement is made before the old one is deleted.
        live: Its status while its VM runs, if it has one.
    """

    kind: type[Resource]
    arguments: Callable[[], Mapping[str, Any]]
    within: tuple[str, Callable[..., Any]] | None = None
    edit: tuple[str, Any]
    drift: tuple[str, Any]
    unset: tuple[str, Any] = ("enabled", False)
    replace: tuple[str, Any] = ("on", "b")
    new_first: bool = False
    live: str | None = None

    @property
    def table(self) -> str:
        """The table of its rows."""
        return self.kind.declaration.table

    def column(self, name: str) -> str:
        """Return the column of an attribute."""
        return str(self.kind.declaration.attributes[name].column)

    def program(
        self, opts: pulumi.ResourceOptions | None = None, *, powered: bool, foreign: bool = False, **changes: Any
    ) -> lab.Program:
        """Return the program that declares it.

        Args:
            opts: Pulumi's resource options.
            powered: Whether what it hangs on is powered on before.
            foreign: Whether the program reads it besides, as if it were somebody else's.
            changes: Arguments instead of its own, and ``on`` for what it hangs on.
        """

        def declare() -> None:
            arguments = {**self.arguments(), **changes}
            on, powers = arguments.pop("on", "a"), []
            if self.within:
                argument, kind = self.within
                parents = {name: kind(name, name=f"{argument}-{name}") for name in ("a", "b")}
                powers = [Power(f"{name}-on", of=parents[name], state="running") for name in parents if powered]
                arguments[argument] = parents[on]
            after = pulumi.ResourceOptions(depends_on=powers)
            subject = self.kind(SUBJECT, opts=pulumi.ResourceOptions.merge(opts, after), **arguments)
            pulumi.export("key", subject.key)
            pulumi.export("location", subject.location)
            pulumi.export("status", getattr(subject, "status", None))
            if foreign:
                for name, each in (("own", subject), ("read", self.kind.get("foreign", id=subject.id))):
                    pulumi.export(name, getattr(each, self.edit[0]))

        return declare


CASES = {
    "Network": Case(
        kind=Network,
        arguments=lambda: {
            "name": "lan",
            "network": "10.1.0.0/24",
            "mtu": 1500,
            "dnslist": ["1.1.1.1", "9.9.9.9"],
            "description": "for tests",
            "type": "internal",
        },
        edit=("mtu", 9000),
        drift=("description", "changed in the UI"),
        replace=("type", "external"),
    ),
    "Address": Case(
        kind=Address,
        within=NETWORK,
        arguments=lambda: {"type": "static", "ip": "10.1.0.5", "mac": "F0-DB-30-00-00-01"},
        edit=("ip", "10.1.0.6"),
        drift=("mac", "f0:db:30:00:00:09"),
        unset=("hostname", "db"),
    ),
    "NetworkRule": Case(
        kind=NetworkRule,
        within=NETWORK,
        arguments=lambda: {
            "name": "https",
            "protocol": "tcp",
            "source_ip": "10.1.0.0/24, router",
            "destination_ports": "443",
        },
        edit=("destination_ports", "443,8443"),
        drift=("source_ip", "10.2.0.0/24"),
    ),
    "HostOverride": Case(
        kind=HostOverride,
        within=NETWORK,
        arguments=lambda: {"host": "db", "ip": "10.1.0.5"},
        edit=("host", "web"),
        drift=("ip", "10.1.0.9"),
        unset=("type", "domain"),
    ),
    "DnsRecord": Case(
        kind=DnsRecord,
        within=ZONE,
        arguments=lambda: {"host": "www", "type": "A", "value": "10.1.0.5", "description": "for tests"},
        edit=("value", "10.1.0.6"),
        drift=("host", "web"),
        unset=("ttl", "5m"),
    ),
    "MediaFile": Case(
        kind=MediaFile,
        arguments=lambda: {"name": "disk.raw", "source": gadgets.__file__, "description": "for tests"},
        edit=("name", "image.raw"),
        drift=("description", "changed in the UI"),
        unset=("preferred_tier", "1"),
        replace=("source", lab.__file__),
        new_first=True,
    ),
    "VirtualMachine": Case(
        kind=VirtualMachine,
        arguments=lambda: {"name": "web", "cpu_cores": 2, "ram": 1024, "created_from": "custom", "note": "n"},
        edit=("ram", 2048),
        drift=("cpu_cores", 4),
        replace=("created_from", "import"),
    ),
    "Drive": Case(
        kind=Drive,
        within=VM,
        arguments=lambda: {"name": "data", "disksize": "20GiB", "orderid": 3, "preferred_tier": "3"},
        edit=("orderid", 7),
        drift=("preferred_tier", "1"),
        live="online",
    ),
    "Nic": Case(
        kind=Nic,
        within=VM,
        arguments=lambda: {
            "name": "eth0",
            "network": Network("lan", name="lan"),
            "macaddress": "F0-DB-30-00-00-01",
            "description": "",
        },
        edit=("macaddress", "f0:db:30:00:00:02"),
        drift=("macaddress", "f0:db:30:00:00:09"),
        live="up",
    ),
    "Device": Case(
        kind=Device,
        within=VM,
        arguments=lambda: {"type": "tpm", "name": "tpm", "version": "2", "orderid": 3, "optional": False},
        edit=("orderid", 7),
        drift=("optional", True),
        live="offline",
    ),
    "CloudInitFile": Case(
        kind=CloudInitFile,
        within=VM,
        arguments=lambda: {"name": "/user-data", "contents": "#cloud-config\nhostname: web\n"},
        edit=("contents", "#cloud-config\nhostname: db\n"),
        drift=("contents", "#cloud-config\n"),
        unset=("render", "variables"),
    ),
    "Snapshot": Case(
        kind=Snapshot,
        within=VM,
        arguments=lambda: {"name": "before", "expires": "2100-01-31T12:00:00Z"},
        edit=("expires", "2100-02-28T12:00:00Z"),
        drift=("name", "after"),
        unset=("description", "from the UI"),
    ),
    "Gadget": Case(
        kind=Gadget,
        arguments=lambda: {"name": "g", "colour": "red", "size": 3},
        edit=("colour", "blue"),
        drift=("colour", "grey"),
        replace=("size", 4),
    ),
}
