"""What a stack of N powered-on machines costs in requests, whatever the engine's parallelism; the simulator counts.

The floor of the API is 4 for each machine to create (three rows and a start), 1 to change, 4 to destroy.
"""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pytest

from tests.engine.lab import Lab
from verge_pulumi import Drive, Network, Nic, Power, VirtualMachine

NUMBERS = [1, 10, pytest.param(50, marks=pytest.mark.timeout(600))]


def machines(number: int, *, ram: int = 1024) -> Callable[[], None]:
    """Return a program of one network and so many machines with a drive and a NIC, powered on."""

    def program() -> None:
        lan = Network("lan", name="lan")
        for n in range(number):
            vm = VirtualMachine(f"vm-{n}", name=f"vm-{n}", ram=ram)
            disk = Drive(f"disk-{n}", vm=vm, name="disk", disksize="1GiB")
            nic = Nic(f"nic-{n}", vm=vm, network=lan, name="nic")
            Power(f"on-{n}", of=vm, state="running", opts=pulumi.ResourceOptions(depends_on=[disk, nic]))

    return program


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(("parallel", "create", "change"), [(8, 4.5, 1.3), (64, 4.15, 1.1)])
def test_what_a_stack_of_machines_costs(lab: Lab, number: int, parallel: int, create: float, change: float) -> None:
    assert lab.preview(machines(number), parallel=parallel).requests == 0

    made = lab.up(machines(number), parallel=parallel)
    assert len(made.changes) == 1 + 4 * number
    assert made.requests <= create * number + 15
    assert lab.simulator.counters().connections <= 32

    assert lab.preview(machines(number), parallel=parallel).requests == 0
    assert lab.refresh(machines(number), parallel=parallel).requests <= 10

    changed = lab.up(machines(number, ram=2048), parallel=parallel)
    assert set(changed.changes) == {f"vm-{n}" for n in range(number)}
    assert changed.requests <= change * number + 10

    assert lab.destroy(parallel=parallel).requests <= 5 * number + 15
    assert lab.simulator.rows("vms") == []
    print(f"N={number} parallel={parallel}: create {made.requests}, change {changed.requests}")
