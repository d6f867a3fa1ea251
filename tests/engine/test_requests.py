"""What each operation costs in requests; the simulator counts them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.lab import Lab
from verge_pulumi import Drive, Network, Nic, VirtualMachine


def declare(*, network: int = 0, vm: int = 0, drive: int = 0, nic: int = 0) -> Callable[[], None]:
    """Return a program with so many of each."""

    def program() -> None:
        networks = [Network(f"lan-{n}", name=f"lan-{n}") for n in range(network)]
        vms = [VirtualMachine(f"vm-{n}", name=f"vm-{n}") for n in range(vm)]
        for n in range(drive):
            Drive(f"disk-{n}", vm=vms[0], name=f"disk-{n}", disksize="1GiB")
        for n in range(nic):
            Nic(f"nic-{n}", vm=vms[0], network=networks[0], name=f"eth{n}")

    return program


@pytest.mark.parametrize("kind", ["network", "vm", "drive", "nic"])
def test_creating_one_more(lab: Lab, kind: str) -> None:
    base = {"network": 1, "vm": 1}
    lab.up(declare(**base))
    more = base | {kind: base.get(kind, 0) + 1}
    assert lab.preview(declare(**more)).requests == 0
    run = lab.up(declare(**more))
    # One of them asks the system for its name, which happens once in each run.
    assert run.requests - 1 <= 3


def test_refresh_costs_one_list_for_each_table_whatever_the_number(lab: Lab) -> None:
    program = declare(network=2, vm=3, drive=4, nic=4)
    lab.up(program)
    lab.simulator.reset("log")
    lab.refresh(program)
    counted = {table: count for (verb, table), count in lab.simulator.counters().requests.items() if verb == "GET"}
    assert counted == {"system": 1, "vnets": 1, "vms": 1, "machine_drives": 1, "machine_nics": 1}
