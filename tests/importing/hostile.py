"""A site that no program of ours made, with the names that people and other tools give."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from tests.engine.lab import ask
from verge_pulumi.simulator import Simulator

NAMES = (
    "web",
    "Web",
    'quo"ted',
    "apo'strophe",
    "both \"' of them",
    "back\\slash",
    "{braces} ${dollar}",
    "class",
    "match",
    "print",
    "network",
    "🚀",
    "🚀🚀",
    "größe",
    "ﬁle",
    "file",
    "1st",
    "-leading",
    "=1+1",
    "@at",
    "with  spaces",
    "new\u2028line",
    "right\u202eleft",
    "x" * 128,
    "a/b/c",
    "a::b",
    "a b",
    "a-b",
    "a_b",
    "None",
)
"""Names that break what treats them as anything but text."""

VM_NAMES = tuple(name for name in NAMES if not {'"', "\u2028", "\u202e"} & {*name})
"""Those of them that VergeOS takes for a VM."""


def fill(simulator: Simulator, machines: int, networks: int) -> None:
    """Fill a simulator.

    Args:
        simulator: Where to.
        machines: How many VMs, each with one to four drives and NICs, and an address that is reserved for the first.
        networks: How many networks, each with rules, a host, DNS, and an address that is reserved for no VM.
    """

    def make(table: str, /, **columns: Any) -> Any:
        return int(ask(simulator, "POST", table, columns)["$key"])

    nets = [_network(make, number, name) for number, name in zip(range(networks), _unique(NAMES), strict=False)]
    category = make("tag_categories", name="environment", taggable_vms=True, single_tag_selection=False)
    tags = [make("tags", category=category, name=name) for name in ("prod", "dev")]
    users = [make("users", name=f"user-{number}", displayname=name) for number, name in enumerate(NAMES[:5])]
    groups = [make("groups", name=name, description=name) for name in NAMES[:5]]
    for user, group in zip(users, groups, strict=True):
        make("members", parent_group=group, member=f"users/{user}")
        (row,) = [each for each in simulator.rows("groups") if each["$key"] == group]
        make("permissions", identity=row["identity"], table="vms", list=True, read=True)
    for number, name in zip(range(machines), _unique(VM_NAMES), strict=False):
        vm = make("vms", name=name, cpu_cores=1 + number % 4, ram=1024, description=NAMES[number % len(NAMES)])
        (machine,) = [ask(simulator, "GET", f"vms/{vm}?fields=machine")["machine"]]
        for part in range(1 + number % 4):
            make("machine_drives", machine=machine, name=NAMES[part], disksize=(part + 1) * 1024**3)
            nic = make("machine_nics", machine=machine, name=NAMES[part + 4], vnet=nets[(number + part) % len(nets)])
            if not part:
                _reserve(simulator, nic, nets[number % len(nets)], number % len(nets), number // len(nets))
        make("tag_members", tag=tags[number % 2], member=f"vms/{vm}")


def _reserve(simulator: Simulator, nic: int, net: int, subnet: int, number: int) -> None:
    mac = ask(simulator, "GET", f"machine_nics/{nic}?fields=macaddress")["macaddress"]
    lease = {"vnet": net, "ip": f"10.{subnet}.0.{20 + number}", "type": "static", "mac": mac}
    ask(simulator, "POST", "vnet_addresses", lease)


def _network(make: Any, number: int, name: str) -> Any:
    net = make("vnets", name=name, network=f"10.{number}.0.0/24", ipaddress=f"10.{number}.0.1", dns="bind")
    for rule in NAMES[:3]:
        make("vnet_rules", vnet=net, name=rule, protocol="tcp", destination_ports="443")
    make("vnet_hosts", vnet=net, host=f"host{number}", ip=f"10.{number}.0.9")
    make("vnet_addresses", vnet=net, ip=f"10.{number}.0.10", type="static", mac=f"f0:db:30:00:{number:02x}:01")
    view = make("vnet_dns_views", vnet=net, name=name[:40], match_clients=f"10.{number}.0.0/24;")
    zone = make("vnet_dns_zones", view=view, domain=f"site{number}.example.com", type="master")
    for host, kind, value in (("www", "A", f"10.{number}.0.20"), ("@", "TXT", NAMES[number % len(NAMES)])):
        make("vnet_dns_zone_records", zone=zone, host=host, type=kind, value=value)
    return net


def _unique(names: tuple[str, ...]) -> Iterator[str]:
    """Yield names of which no two are the same."""
    for number, name in enumerate(cycle(names)):
        turn = number // len(names)
        yield f"{name[:120]} {turn}" if turn else name
