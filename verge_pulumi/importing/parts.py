"""Rows that a program says as arguments of others: addresses with the NIC that has them, tags with what they are on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from verge_pulumi.components.server import host_name
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.found import Found
from verge_pulumi.resources.compute.nic import Nic
from verge_pulumi.resources.network.address import Address
from verge_pulumi.resources.tags._taggable import Taggable
from verge_pulumi.resources.tags.tag_assignment import TagAssignment


def addressed(
    servers: Iterable[tuple[Found, list[Found]]], rows: Iterable[Found]
) -> Iterator[tuple[Found, Found, Found]]:
    """Yield each address that is reserved for a NIC of a server just as the server itself does, after VM and NIC.

    Args:
        servers: The VMs that become servers, with their parts.
        rows: All rows that a program manages.
    """
    reserved: dict[Any, list[Found]] = {}
    for found in rows:
        if found.kind is Address:
            reserved.setdefault(found.arguments.get("mac"), []).append(found)
    for vm, parts in servers:
        for nic in [part for part in parts if part.kind is Nic]:
            mac = nic.outputs.get("macaddress")
            said = {"type": "static", "mac": mac, "hostname": host_name(vm.arguments.get("name"))}
            own = reserved.get(mac, [])
            if len(own) == 1 and own[0].parent in nic.references.get("network", ()) and _says(own[0], said):
                yield vm, nic, own[0]


def _says(address: Found, wanted: Mapping[str, Any]) -> bool:
    """Say whether a program says this of an address, and nothing else but the IP address and the network."""
    said = {name: value for name, value in address.arguments.items() if name != "ip"}
    return said == {name: value for name, value in wanted.items() if value is not None}


def tagged(rows: Iterable[Found]) -> Iterator[tuple[Found, Found]]:
    """Yield what puts a tag on a row, after that row; a program manages both, and the tag.

    Args:
        rows: All rows that it manages.
    """
    managed: dict[Place, Found] = {found.place: found for found in rows}
    for found in managed.values():
        whole = managed.get(found.parent) if found.parent else None
        if whole and found.kind is TagAssignment and issubclass(whole.kind, Taggable):
            yield from [(whole, found)] if managed.keys() >= {*found.references["tag"]} else []
