"""G9: a system that is down for ten minutes is not run over by retries."""

from __future__ import annotations

from typing import Any

from tests.providers.bench import Time
from tests.soak.goals import Figure, measure
from verge_pulumi.client import ApiKey, RetryPolicy, VergeClient, VergeError
from verge_pulumi.simulator import Options, Simulator

OPERATIONS = 50
OUTAGE = 600.0
"""Seconds on the clock of the retries."""

MOST_EXTRA = 2.0


def extra_requests(status: int) -> float:
    """Return how many requests more than one each of 50 operations makes on average while all are answered with this.

    The operations are spread over the outage; one that its retries carry past the end succeeds.
    """
    time = Time()
    with Simulator(Options(name="site-a")) as simulator:
        vm = simulator.add("vms", name="vm-a")

        def end() -> None:
            if time.now >= OUTAGE:
                simulator.faults()

        time.meanwhile = end
        fault: dict[str, Any] = {"what": "status", "status": status, "body": {"err": "Down"}, "match": {"times": 0}}
        simulator.faults(fault)
        retries = RetryPolicy(sleep=time.sleep)
        with VergeClient(simulator.url, auth=ApiKey(simulator.api_key), retries=retries) as client:
            for number in range(OPERATIONS):
                time.now = max(time.now, number * OUTAGE / OPERATIONS)
                try:
                    client.table("vms").update(vm, {"ram": 512 + 256 * number})
                except VergeError:
                    continue  # the operation failed, as it must
        return (len(simulator.requests()) - OPERATIONS) / OPERATIONS


@measure("G9")
def outage(short: bool) -> Figure:
    """Count the requests of 50 operations in outages of two kinds."""
    extra = {status: extra_requests(status) for status in (502, 503)}
    text = ", ".join(
        f"{each:.2f} extra requests per operation (all answered {status})" for status, each in extra.items()
    )
    return Figure(text, met=max(extra.values()) <= MOST_EXTRA)
