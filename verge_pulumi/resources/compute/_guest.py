"""What a guest reports of itself through its agent.

Most sources say no more of ``agent_guest_info`` than that it is ``[]`` or an object; the vendor's Go client
(govergeos: GuestInfo) has ``{"hostname": …, "network": [{"name": …, "ip-addresses": [{"ip-address": …}]}]}``. It is
whatever the guest says, so it is read leniently, only so far, and only for what proves to be an address or a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Annotated, Any, Literal

from verge_pulumi.client import Row
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.values import Value
from verge_pulumi.engine.reading.waiting import wait_until
from verge_pulumi.resources import _power_actions as power_actions

Family = Literal["ipv4", "ipv6", "any"]

IGNORED = ("127.0.0.0/8", "::1/128", "169.254.0.0/16", "fe80::/10")
"""Loopback and link-local networks, whose addresses nobody else can reach."""

MOST_ADDRESSES = 64
"""Addresses kept of one guest."""

MOST_NODES = 10_000
"""JSON values looked at in one report."""

_ADDRESS = re.compile(r"addr|^ip(v[46])?s?$", re.IGNORECASE)
_HOSTNAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?\Z")
_HOSTNAME_KEYS = ("hostname", "host-name", "host_name")


def addresses(report: Any, ignore: Sequence[str] | None = None) -> list[str]:
    """Return the addresses in a report, each once, in its order.

    Args:
        report: The value of ``agent_guest_info``.
        ignore: Networks whose addresses are left out; `IGNORED` if None.
    """
    ignored = [ip_network(text) for text in (IGNORED if ignore is None else ignore)]
    found: dict[str, None] = {}
    for name, value in _texts(report):
        address = _address(value) if _ADDRESS.search(name) else None
        if address is not None and not any(address in network for network in ignored):
            found[str(address)] = None
            if len(found) == MOST_ADDRESSES:
                break
    return list(found)


def hostname(report: Any) -> str | None:
    """Return the host name in a report, or None."""
    for name in _HOSTNAME_KEYS if isinstance(report, dict) else ():
        value = report.get(name)
        if isinstance(value, str) and _HOSTNAME.match(value):
            return value
    return None


def wait(connection: Connection, key: str, row: Row, inputs: Mapping[str, Any], *, timeout: float) -> Row:
    """Wait until the guest of a running VM reports an address; return the row that shows it.

    Args:
        connection: Where to.
        key: The VM's key.
        row: The VM as last read; one that shows an address already costs nothing.
        inputs: The arguments `wait_for_guest` and `guest_ignore`.
        timeout: Seconds after which it is an error.

    Raises:
        WaitFailed: The VM no longer runs.
        WaitTimeout: No address came.
    """
    family = inputs["wait_for_guest"]

    def heard(row: Row) -> list[str]:
        every = addresses(row.get("guest_addresses"), inputs.get("guest_ignore"))
        return [text for text in every if family == "any" or family == f"ipv{ip_address(text).version}"]

    if heard(row):
        return row
    return wait_until(
        lambda: power_actions.look(connection, "vms", key),
        lambda row: bool(heard(row)),
        what="an address of the guest" if family == "any" else f"an {family} address of the guest",
        timeout=timeout,
        clock=connection.clock,
        failed=lambda row: not row.get("running"),
        describe=lambda row: "none reported" if row.get("running") else str(power_actions.state(row)),
        detail=lambda _: f" (vms/{key}); the guest must run its agent, and the VM have guest_agent=True",
    )


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a text is, without a prefix length or a scope."""
    try:
        address = ip_address(re.split("[/%]", text.strip(), maxsplit=1)[0])
    except ValueError:
        return None
    return None if address.is_unspecified or address.is_multicast else address


def _texts(report: Any) -> Iterator[tuple[str, str]]:
    """Yield each text in a report with the name under which it, or the list that holds it, stands."""
    nodes: list[tuple[str, Any]] = [("", report)]
    for _ in range(MOST_NODES):
        if not nodes:
            return
        name, value = nodes.pop()
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, dict):
            nodes += reversed([(str(key), inner) for key, inner in value.items()])
        elif isinstance(value, list):
            nodes += [(name, inner) for inner in reversed(value)]


class _Addresses(Value):
    json_types = ("json",)

    def from_api(self, value: Any) -> Any:
        return addresses(value) or None


class _Networks(Value):
    def normalise(self, value: Any) -> Any:
        try:
            return [str(ip_network(str(text).strip(), strict=False)) for text in value]
        except (TypeError, ValueError):
            raise ValueError("is not a list of networks. Give one, such as ['172.17.0.0/16']") from None


GuestAddresses = Annotated[list[str], _Addresses()]
"""The addresses that a guest reports, loopback and link-local ones left out."""

Networks = Annotated[list[str], _Networks()]
"""A list of networks in CIDR form."""
