"""G6, G7, G8: what previews, creates and refreshes cost in requests; the simulator counts."""

from __future__ import annotations

from bench.machines import machines
from tests.engine.test_requests import declare
from tests.soak.goals import Figure, measure
from tests.soak.stacks import stack


@measure("G6")
def measure_preview(short: bool) -> Figure:
    """Preview ten machines that do not exist."""
    with stack() as lab:
        requests = lab.preview(machines(10)).requests
    return Figure(f"{requests} requests", met=requests == 0)


@measure("G7")
def measure_creates(short: bool) -> Figure:
    """Create a network, then a VM with a drive and a NIC until it runs."""
    with stack() as lab:
        network = lab.up(declare(network=1)).requests
        lab.destroy()
    with stack() as lab:
        both = lab.up(machines(1)).requests
    return Figure(f"network {network}, VM and all {both - network}", met=network <= 3 and both - network <= 12)


@measure("G8")
def measure_refresh(short: bool) -> Figure:
    """Refresh a hundred VMs; in the short form ten."""
    number = 10 if short else 100
    with stack() as lab:
        lab.up(declare(vm=number), parallel=64)
        requests = lab.refresh(declare(vm=number), parallel=64).requests
        lab.destroy(parallel=64)
    return Figure(f"{requests} requests for {number} VMs", met=requests <= 10)
