"""Previews of networks and any number of servers, with all kinds of changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.cli.steps import preview, state, step, urn
from verge_pulumi.review.report.plan import Plan

KINDS = {"api": "create", "web": "update", "db": "same", "old": "delete", "cache": "replace"}
"""How servers are called, and what is done to them."""


def resource(
    op: str,
    kind: str,
    name: str,
    links: Mapping[str, str] | None = None,
    before: Mapping[str, Any] | None = None,
    /,
    **inputs: Any,
) -> dict[str, Any]:
    """Return the step of one resource.

    Args:
        op: What is done.
        kind: The class.
        name: The name in the program.
        links: URNs of what fields refer to.
        before: What is otherwise before the change.
        inputs: What the program sets.
    """
    depends = {field: [target] for field, target in (links or {}).items()}
    old = None if op == "create" else state({**inputs, **(before or {})}, propertyDependencies=depends)
    new = None if op == "delete" else state(inputs, propertyDependencies=depends)
    return step(op, kind, name, old=old, new=new)


def nic(op: str, server: str, network: str, name: str = "eth0", /, **inputs: Any) -> dict[str, Any]:
    """Return the step of a NIC of a server on a network."""
    links = {"vm": urn("VirtualMachine", server), "network": urn("Network", network)}
    return resource(op, "Nic", f"{server}-{name}", links, name=name, **inputs)


def fleet(count: int) -> Plan:
    """Return the plan of so many servers on two networks behind a third, a fifth of each kind."""
    wan, dmz = urn("Network", "wan"), urn("Network", "dmz")
    lan = {"network": "10.0.0.0/16", "ipaddress": "10.0.0.1"}
    steps = [
        resource("same", "Network", "wan", network="203.0.113.0/24"),
        resource("update", "Network", "lan", {"default_gateway": wan}, {"mtu": 1500}, mtu=9000, **lan),
        resource("create", "Network", "dmz", {"uplink": wan}, network="10.9.0.0/16"),
        resource("create", "NetworkRule", "https", {"network": dmz}, name="https", protocol="tcp"),
    ]
    kinds = list(KINDS.items())
    for number in range(1, count + 1):
        kind, op = kinds[number % len(kinds)]
        name = f"{kind}-{number}"
        before = {"ram": 2048} if op == "update" else {}
        steps.append(resource(op, "VirtualMachine", name, None, before, name=name, ram=4096, cpu_cores=2))
        address = f"10.0.{number // 250}.{number % 250 + 2}"
        on = "lan" if number % 2 else "dmz"
        steps.append(nic("same" if op == "update" else op, name, on, ipaddress=address))
    return preview(*steps)
