"""The resources whose whole life is tested, and what is done to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
    IpsecTunnel,
    MediaFile,
    Network,
    NetworkProxy,
    NetworkRule,
    Nic,
    OspfCommand,
    Power,
    Snapshot,
    VirtualMachine,
    WireGuard,
    WireGuardPeer,
)
from verge_pulumi.engine.declaring.declaration import Resource


@dataclass(frozen=True, kw_only=True)
class Within:
    """What a resource hangs on.

    Attributes:
        argument: The argument that refers to it.
        machine: What is powered on, so that it runs: a VM or a network.
        settings: Its arguments.
        make: Makes what the argument refers to, where that is not the machine itself.
    """

    argument: str
    machine: type[VirtualMachine] | type[Network]
    settings: Mapping[str, Any] = field(default_factory=dict)
    make: Callable[[str, Any], Resource] = lambda _, machine: machine


def zone(name: str, network: Network) -> DnsZone:
    """Declare a zone of a network, and its view."""
    view = DnsView(f"{name}-view", network=network, name="all", match_clients=["any"])
    return DnsZone(f"{name}-zone", view=view, domain=f"{name}.example".lower())


def wireguard(name: str, network: Network) -> WireGuard:
    """Declare a WireGuard interface of a network."""
    return WireGuard(f"{name}-wireguard", network=network, name="wg", ip="10.9.0.1/24")


VM = Within(argument="vm", machine=VirtualMachine)
NETWORK = Within(argument="network", machine=Network)
ZONE = Within(argument="zone", machine=Network, settings={"dns": "bind"}, make=zone)
WIREGUARD = Within(argument="wireguard", machine=Network, make=wireguard)

KEY = "c2VjcmV0LWtleS1vZi1hLXdpcmVndWFyZC1wZWVyLTA="
OTHER_KEY = "YW5vdGhlci1rZXktb2YtYS13aXJlZ3VhcmQtcGVlci0="


@dataclass(frozen=True, kw_only=True)
class Case:
    """One resource and what is done to it.

    Attributes:
        kind: The resource class.
        arguments: Makes its arguments, and what they refer to besides what it hangs on.
        within: What it hangs on; there are two of them, ``a`` and ``b``.
        edit: A field changed in the program.
        drift: A field changed behind Pulumi's back, and the other value.
        unset: A column that the program says nothing of, and another value.
        replace: A change that replaces it, in an argument or in what it hangs on (``on``).
        new_first: Whether the new one of a replacement is made before the old one is deleted.
        live: Its status while what it hangs on runs, if it has one.
    """

    kind: type[Resource]
    arguments: Callable[[], Mapping[str, Any]]
    within: Within | None = None
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

    def declare(
        self, name: str, opts: pulumi.ResourceOptions | None, /, *, powered: bool, foreign: bool, **changes: Any
    ) -> None:
        """Declare it, and export what a test wants to know, under its name.

        Args:
            name: Its name in the program.
            opts: Pulumi's resource options.
            powered: Whether what it hangs on is powered on before.
            foreign: Whether the program also reads it, as if it were somebody else's.
            changes: Arguments instead of its own, and ``on`` for what it hangs on.
        """
        arguments = {**self.arguments(), **changes}
        on, powers = arguments.pop("on", "a"), []
        if self.within:
            parents = {}
            for each in ("a", "b"):
                label = f"{name}-{each}"
                machine = self.within.machine(label, name=label, **self.within.settings)
                powers += [Power(f"{label}-on", of=machine, state="running")] if powered else []
                parents[each] = self.within.make(label, machine)
            arguments[self.within.argument] = parents[on]
        after = pulumi.ResourceOptions(depends_on=powers)
        subject = self.kind(name, opts=pulumi.ResourceOptions.merge(opts, after), **arguments)
        known = {"key": subject.key, "location": subject.location, "status": getattr(subject, "status", None)}
        if foreign:
            for whose, seen in (("own", subject), ("read", self.kind.get(f"{name}-foreign", id=subject.id))):
                known[whose] = pulumi.Output.unsecret(getattr(seen, self.edit[0]))
        pulumi.export(name, known)


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
    "IpsecTunnel": Case(
        kind=IpsecTunnel,
        within=NETWORK,
        arguments=lambda: {"name": "hq", "remote_gateway": "203.0.113.9", "psk": "secret", "identifier": "a"},
        edit=("remote_gateway", "203.0.113.8"),
        drift=("identifier", "b"),
    ),
    "WireGuardPeer": Case(
        kind=WireGuardPeer,
        within=WIREGUARD,
        arguments=lambda: {
            "name": "hq",
            "peer_ip": "10.9.0.2",
            "public_key": KEY,
            "preshared_key": KEY,
            "allowed_ips": ["10.2.0.7/24"],
        },
        edit=("peer_ip", "10.9.0.3"),
        drift=("preshared_key", OTHER_KEY),
    ),
    "OspfCommand": Case(
        kind=OspfCommand,
        within=NETWORK,
        arguments=lambda: {"command": "network", "params": "10.1.0.0/24 area 0"},
        edit=("params", "10.1.0.0/24 area 1"),
        drift=("command", "area"),
        unset=("orderid", 9),
    ),
    "NetworkProxy": Case(
        kind=NetworkProxy,
        within=NETWORK,
        arguments=lambda: {"listen_address": "203.0.113.5", "default_self": False},
        edit=("default_self", True),
        drift=("listen_address", "203.0.113.9"),
        unset=("name", "from the UI"),
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
