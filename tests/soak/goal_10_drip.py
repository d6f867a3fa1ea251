"""G10: a server that drips its answer byte by byte holds no call longer than the clock of a whole attempt allows."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.client.servers import Peer, RawServer
from tests.providers.bench import Time
from tests.soak.goals import Figure, measure
from verge_pulumi.client import ApiKey, Clocks, RetryPolicy, Table, VergeClient, VergeError

ATTEMPT = 0.15
"""Seconds that an attempt may take here; 60 by default."""

GRACE = 5.0

CALLS: dict[str, Callable[[Table], object]] = {
    "list": lambda vms: vms.list(),
    "get": lambda vms: vms.get(1),
    "create": lambda vms: vms.create({"name": "vm-a"}),
    "update": lambda vms: vms.update(1, {"ram": 512}),
    "delete": lambda vms: vms.delete(1),
    "action": lambda vms: vms.action(1, "poweron"),
}

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n"


def drip_head(peer: Peer, number: int) -> None:
    """Drip the status line, then the headers."""
    peer.read_request()
    peer.drip(HEAD, 0.02)


def drip_body(peer: Peer, number: int) -> None:
    """Send the head at once and drip the body."""
    peer.read_request()
    peer.send(HEAD)
    peer.drip(b"[" * 4000, 0.02)


def longest_call() -> tuple[float, str]:
    """Return the seconds of the longest call beyond its attempts' clocks, and which it was."""
    over: list[tuple[float, str]] = []
    for script in (drip_head, drip_body):
        for name, call in CALLS.items():
            server = RawServer(script)
            retries = RetryPolicy(sleep=Time().sleep)
            with VergeClient(
                server.url, auth=ApiKey("0" * 40), clocks=Clocks(attempt=ATTEMPT), retries=retries
            ) as client:
                start = time.monotonic()
                try:
                    call(client.table("vms"))
                except VergeError:
                    seconds = time.monotonic() - start
                else:
                    raise AssertionError(f"{name} succeeded against a server that drips")
            server.close()
            over.append((seconds - ATTEMPT * server.connections, f"{name}, {server.connections} attempts"))
    return max(over)


@measure("G10")
def drip(short: bool) -> Figure:
    """Measure the longest call."""
    seconds, which = longest_call()
    text = f"{seconds:.2f} s beyond the clock of its attempts ({which}, {len(CALLS) * 2} calls)"
    return Figure(text, met=seconds <= GRACE)
