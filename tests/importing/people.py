"""What people make in the UI of VergeOS, piece by piece."""

from __future__ import annotations

from typing import Any

from tests.engine.lab import ask
from verge_pulumi.client import as_key
from verge_pulumi.simulator import Simulator


def make(simulator: Simulator, table: str, /, **columns: Any) -> Any:
    """Create a row, and return its key."""
    return as_key(ask(simulator, "POST", table, columns)["$key"])


def network(simulator: Simulator) -> Any:
    """Make a network with a rule, a host and DNS; return its key."""
    lan = make(
        simulator, "vnets", name="lan", network="10.0.0.0/24", ipaddress="10.0.0.1", dns="bind", description="of shops"
    )
    make(simulator, "vnet_rules", vnet=lan, name="https", protocol="tcp", destination_ports="443", action="accept")
    make(simulator, "vnet_hosts", vnet=lan, host="printer", ip="10.0.0.9")
    view = make(simulator, "vnet_dns_views", vnet=lan, name="inside", match_clients="10.0.0.0/24;")
    zone = make(simulator, "vnet_dns_zones", view=view, domain="example.com", type="master")
    make(simulator, "vnet_dns_zone_records", zone=zone, host="www", type="A", value="10.0.0.11")
    return lan


def machine(simulator: Simulator, lan: Any, number: int, **columns: Any) -> tuple[Any, Any]:
    """Make a VM with a drive and a NIC; return its key and that of the NIC."""
    vm = make(simulator, "vms", name=f"web-{number}", ram=512 * number, cpu_cores=number, **columns)
    within = ask(simulator, "GET", f"vms/{vm}?fields=machine")["machine"]
    size = number * 1024**3
    make(simulator, "machine_drives", machine=within, name="root", disksize=size, preferred_tier="3")
    return vm, make(simulator, "machine_nics", machine=within, name="eth0", vnet=lan)


def staff(simulator: Simulator) -> None:
    """Make a group that has a user and a right."""
    group = make(simulator, "groups", name="staff")
    user = make(simulator, "users", name="ann", displayname="Ann")
    make(simulator, "members", parent_group=group, member=f"users/{user}")
    (identity,) = [row["identity"] for row in simulator.rows("groups") if row["name"] == "staff"]
    make(simulator, "permissions", identity=identity, table="vms", list=True, read=True)
