"""One object of every kind of resource, as data: programs of any shape are made of them and changed between runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

import verge_pulumi.resources
from tests.engine import gadgets
from tests.engine.cases import CASES
from tests.engine.lab import Program
from tests.engine.subjects import KEY, Case
from verge_pulumi import FirewallRule
from verge_pulumi.engine.declaring.resource import BaseResource

TENANT = "tenant"
"""Stands for the key of a tenant, which only a system knows."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A kind of resource and how one of it is declared.

    Attributes:
        kind: The resource class.
        on: The subjects that its arguments refer to, by argument; the first is the one that it is within.
        says: Returns its other arguments. What is unique on the system has the number of the plot in it; what is
            unique within a parent only is the same in all plots, so that each has look-alikes there.
        twin: Arguments by which a second one differs within the same parent; None if a parent has one at most.
        edit: A change of the program; None if every change replaces it.
        waits: Subjects that it is declared after.
    """

    kind: type[BaseResource]
    on: Mapping[str, str] = field(default_factory=dict)
    says: Callable[[int], Mapping[str, Any]]
    twin: Mapping[str, Any] | None = None
    edit: tuple[str, Any] | None = ("description", "changed")
    waits: Sequence[str] = ()

    @property
    def within(self) -> str | None:
        """The subject that it is within."""
        return next(iter(self.on.values()), None)

    @property
    def table(self) -> str:
        """The table of its rows."""
        return self.kind.declaration.table

    @property
    def unique(self) -> bool:
        """Whether two of a stack cannot be the same, so that a renamed one is recognised."""
        return bool(self.kind.declaration.unique)


def _subject(name: str, on: Mapping[str, str] | None = None, /, **said: Any) -> Subject:
    twin, edit, waits = said.pop("twin", None), said.pop("edit", ("description", "changed")), said.pop("waits", ())
    kind = getattr(verge_pulumi.resources, name)
    return Subject(
        kind=kind,
        on=on or {},
        says=said.pop("says", None) or (lambda _: said),
        twin=twin,
        edit=edit,
        waits=waits,
    )


NETWORK, VM = {"network": "Network"}, {"vm": "VirtualMachine"}
_RULES: list[dict[str, Any]] = [
    {"name": name, "protocol": "tcp", "destination_ports": "443"} for name in ("fw-1", "fw-2")
]

_SAID: Mapping[str, Subject] = {
    "Network": _subject(
        "Network",
        says=lambda n: {"name": f"lan-{n}", "dns": "bind", "type": "internal"},
        twin={},
    ),
    "VirtualMachine": _subject("VirtualMachine", says=lambda n: {"name": f"vm-{n}", "ram": 1024}, twin={}),
    # VergeOS takes no device off a VM that runs.
    "VirtualMachineOff": _subject("VirtualMachine", says=lambda n: {"name": f"off-{n}", "ram": 512}, twin={}),
    "MediaFile": _subject(
        "MediaFile", says=lambda n: {"name": f"disk-{n}.raw", "source": gadgets.__file__}, twin={"name": "twin.raw"}
    ),
    "RuleAlias": _subject("RuleAlias", says=lambda n: {"name": f"ports-{n}", "value": ["443"]}, twin={}),
    "Address": _subject(
        "Address", NETWORK, type="static", ip="10.1.0.5", mac="f0-db-30-00-00-01", twin={"ip": "10.1.0.6"}
    ),
    "NetworkRule": _subject("NetworkRule", NETWORK, name="https", destination_ports="443", twin={"name": "smtp"}),
    "NetworkBlock": _subject("NetworkBlock", NETWORK, cidr="10.1.4.0/28", twin={"cidr": "10.1.5.0/28"}),
    "HostOverride": _subject(
        "HostOverride", NETWORK, host="db", ip="10.1.0.5", twin={"host": "web"}, edit=("ip", "10.1.0.6")
    ),
    "DnsView": _subject(
        "DnsView", NETWORK, name="all", match_clients=["any"], twin={"name": "lan"}, edit=("recursion", True)
    ),
    "DnsZone": _subject(
        "DnsZone", {"view": "DnsView"}, domain="example.com", twin={"domain": "example.org"}, edit=("default_ttl", "2h")
    ),
    "DnsRecord": _subject(
        "DnsRecord", {"zone": "DnsZone"}, host="www", type="A", value="10.1.0.5", twin={"host": "db"}
    ),
    "IpsecTunnel": _subject(
        "IpsecTunnel", NETWORK, name="hq", remote_gateway="203.0.113.9", psk="secret", twin={"name": "branch"}
    ),
    "IpsecPhase2": _subject(
        "IpsecPhase2", {"tunnel": "IpsecTunnel"}, name="lan", local="10.1.0.0/24", twin={"name": "dmz"}
    ),
    "WireGuard": _subject(
        "WireGuard", NETWORK, name="wg0", ip="10.9.0.1/24", twin={"name": "wg1", "ip": "10.8.0.1/24"}
    ),
    "WireGuardPeer": _subject(
        "WireGuardPeer",
        {"wireguard": "WireGuard"},
        name="hq",
        peer_ip="10.9.0.2",
        public_key=KEY,
        allowed_ips=["10.2.0.0/24"],
        twin={"name": "branch", "peer_ip": "10.9.0.3"},
    ),
    "OspfCommand": _subject(
        "OspfCommand",
        NETWORK,
        command="network",
        params="10.1.0.0/24 area 0",
        twin={"params": "10.2.0.0/24 area 0"},
        edit=("params", "10.1.0.0/24 area 1"),
    ),
    "NetworkProxy": _subject("NetworkProxy", NETWORK, listen_address="203.0.113.5", edit=("default_self", False)),
    "NetworkProxyTenant": _subject(
        "NetworkProxyTenant",
        {"proxy": "NetworkProxy"},
        tenant=TENANT,
        fqdn="a.example.com",
        twin={"fqdn": "b.example.com"},
        edit=("fqdn", "c.example.com"),
    ),
    "BgpRouter": _subject("BgpRouter", NETWORK, asn=65001, twin={"asn": 65002}, edit=("asn", 65003)),
    "BgpRouterCommand": _subject(
        "BgpRouterCommand",
        {"router": "BgpRouter"},
        command="neighbor",
        params="10.0.0.9 remote-as 65000",
        twin={"params": "10.0.0.8 remote-as 65000"},
        edit=("no", True),
    ),
    "BgpInterface": _subject(
        "BgpInterface",
        NETWORK,
        name="isp",
        ipaddress="10.10.11.2",
        cidr="10.10.11.0/30",
        uplink="4",
        twin={"name": "isp2"},
    ),
    "BgpInterfaceCommand": _subject(
        "BgpInterfaceCommand",
        {"interface": "BgpInterface"},
        command="ip",
        params="ospf cost 5",
        twin={"params": "ospf cost 7"},
        edit=("params", "ospf cost 6"),
    ),
    "BgpRouteMap": _subject(
        "BgpRouteMap", NETWORK, tag="IN", sequence=10, permit=True, twin={"sequence": 20}, edit=("permit", False)
    ),
    "BgpRouteMapCommand": _subject(
        "BgpRouteMapCommand",
        {"route_map": "BgpRouteMap"},
        command="set",
        params="local-preference 200",
        twin={"params": "metric 5"},
        edit=("params", "local-preference 100"),
    ),
    "BgpIp": _subject(
        "BgpIp",
        NETWORK,
        command="prefix-list",
        params="IN seq 10 permit 10.0.0.0/8",
        twin={"params": "OUT seq 10 permit 10.0.0.0/8"},
        edit=("params", "IN seq 10 deny 10.0.0.0/8"),
    ),
    "EigrpRouter": _subject("EigrpRouter", NETWORK, asn=5, twin={"asn": 7}, edit=("asn", 6)),
    "EigrpRouterCommand": _subject(
        "EigrpRouterCommand",
        {"router": "EigrpRouter"},
        command="network",
        params="10.0.0.0/24",
        twin={"params": "10.3.0.0/24"},
        edit=("enabled", False),
    ),
    "Firewall": _subject(
        "Firewall",
        NETWORK,
        says=lambda _: {"rules": [FirewallRule(**rule) for rule in _RULES]},
        edit=("rules", [FirewallRule(**{**rule, "destination_ports": "8443"}) for rule in _RULES]),
    ),
    "Drive": _subject("Drive", VM, name="data", disksize="20GiB", twin={"name": "logs"}),
    "Nic": _subject("Nic", {**VM, "network": "Network"}, name="eth0", twin={"name": "eth1"}),
    "Device": _subject(
        "Device", {"vm": "VirtualMachineOff"}, type="tpm", name="tpm", version="2", twin={"name": "tpm2"}
    ),
    "CloudInitFile": _subject(
        "CloudInitFile",
        VM,
        name="/user-data",
        contents="#cloud-config\nhostname: web\n",
        twin={"name": "/meta-data"},
        edit=("contents", "#cloud-config\nhostname: db\n"),
    ),
    "Snapshot": _subject(
        "Snapshot", {"vm": "VirtualMachineOff"}, name="before", expires="2100-01-31T12:00:00Z", twin={"name": "later"}
    ),
    "Power": _subject(
        "Power",
        {"of": "VirtualMachine"},
        state="running",
        edit=("timeout", 200),
        waits=("Drive", "Nic", "CloudInitFile"),
    ),
    "PowerOfNetwork": _subject("Power", {"of": "Network"}, state="running", edit=("timeout", 200)),
}


def _of_case(case: Case) -> Subject:
    """Return the subject that follows from a case: what is unique tells it from its twin."""
    unique = case.kind.declaration.unique[-1:]
    within = {case.within.argument: case.within.noun} if case.within else {}
    unlike = {name: f"{case.arguments()[name]}-twin" for name in unique if within}
    numbered = () if within else unique
    return Subject(
        kind=case.kind,
        on=within,
        says=lambda n: {**case.arguments(), **{name: f"{case.arguments()[name]}-{n}" for name in numbered}},
        twin=unlike if unique else None,
        edit=case.edit,
    )


SUBJECTS: Mapping[str, Subject] = {
    **_SAID,
    **{
        noun: _of_case(case)
        for noun, case in CASES.items()
        if noun in verge_pulumi.resources.__all__ and noun not in _SAID
    },
}
"""Each kind by its name, those that only have a case too; the power of a network is one more of `Power`."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One declaration of a program.

    Attributes:
        name: Its name in the program.
        subject: What it is one of, by name in `SUBJECTS`.
        number: Tells plots apart in VergeOS.
        label: Tells plots apart in the program.
        on: Names of the items that it refers to instead of those of its plot, by argument.
        changes: Arguments instead of its own.
        opts: Pulumi's resource options, except those that refer to other resources.
        group: The component that it is in.
    """

    name: str
    subject: str
    number: int
    label: str = "ä"
    on: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    opts: Mapping[str, Any] = field(default_factory=dict)
    group: str = ""

    @property
    def of(self) -> Subject:
        """What it is one of."""
        return SUBJECTS[self.subject]

    def said(self) -> dict[str, Any]:
        """Return its arguments without references."""
        return {**self.of.says(self.number), **self.changes}


def plot(number: int, names: Iterable[str] = SUBJECTS, *, label: str = "ä") -> dict[str, Item]:
    """Return a program of one of each of these subjects, and what they are within."""
    wanted = set(names)
    for name in reversed(list(SUBJECTS)):
        if name in wanted:
            wanted |= set(SUBJECTS[name].on.values())
    items = [
        Item(name=f"{name}-{label}", subject=name, number=number, label=label) for name in SUBJECTS if name in wanted
    ]
    return {item.name: item for item in items}


def program(items: Mapping[str, Item], *, tenant: int | str, site: str = "") -> Program:
    """Return the program that declares these.

    Args:
        items: What is declared, by name.
        tenant: The key of a tenant.
        site: The address of the system for a provider that all are given; none if empty.
    """

    def declare() -> None:
        made: dict[str, BaseResource] = {}
        groups: dict[str, pulumi.Resource] = {}
        options: dict[str, Any] = (
            {"provider": verge_pulumi.Provider("here", host=site, api_key_env="VERGEOS_API_KEY")} if site else {}
        )
        for item in sorted(items.values(), key=lambda item: list(SUBJECTS).index(item.subject)):
            on = {argument: f"{subject}-{item.label}" for argument, subject in item.of.on.items()} | dict(item.on)
            after = [made[name] for each in item.of.waits if (name := f"{each}-{item.label}") in made]
            more = {**options, **item.opts}
            if item.group:
                if item.group not in groups:
                    groups[item.group] = pulumi.ComponentResource("tests:Group", item.group)
                more["parent"] = groups[item.group]
            arguments = {argument: made.get(name, name) for argument, name in on.items()} | item.said()
            arguments = {name: tenant if value is TENANT else value for name, value in arguments.items()}
            opts = pulumi.ResourceOptions(depends_on=after, **more)
            made[item.name] = item.of.kind(item.name, opts=opts, **arguments)

    return declare


def depth(name: str) -> int:
    """Return how many subjects one is within."""
    within = SUBJECTS[name].within
    return 0 if within is None else 1 + depth(within)
