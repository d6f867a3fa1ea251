"""Never twice, never lost, never someone else's: whatever people, faults and kills do, in whatever order.

A failing example ends with a note: a test of `Scenario` that fails in the same way, to be kept in `test_found.py`.
``VERGEOS_HYPOTHESIS=soak`` runs at least 10,000 steps instead of some hundreds.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.properties.scenario import Scenario
from verge_pulumi.simulator import Options, Simulator

COMMON = settings(
    deadline=None,
    print_blob=False,
    report_multiple_bugs=False,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
PROFILES = {
    # What fails is told as it was found: making it small can take minutes, and is left to the soak.
    "default": settings(COMMON, max_examples=20, stateful_step_count=30, derandomize=True, phases=[Phase.generate]),
    "soak": settings(COMMON, max_examples=250, stateful_step_count=50),
}
"""The profiles by name; ``max_examples`` times ``stateful_step_count`` is the number of steps."""

STACKS = st.sampled_from(["dev", "dev", "dev", "test"])
NETWORKS = ("lan", "dmz")
VMS = ("web", "db")
LABELS = st.sampled_from(["own"] * 8 + ["a", "c"])
"""Names in VergeOS: mostly one of the resource's own, else one that both stacks or a stranger may have."""

COMMANDS = st.sampled_from([None, "up", "up", "up", "refresh", "settle", "destroy"])
TEXTS = st.sampled_from(["", "by the program", "two\nlines"])
KILLS = st.none() | st.tuples(st.integers(1, 16), st.sampled_from(["before", "after"]))
FIELDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "Network": st.fixed_dictionaries(
        {},
        optional={
            "mtu": st.sampled_from([1400, 1500, 9000]),
            "description": TEXTS,
            "dnslist": st.sampled_from([["1.1.1.1"], ["1.1.1.1", "9.9.9.9"]]),
            "type": st.sampled_from(["internal", "external"]),
        },
    ),
    "VirtualMachine": st.fixed_dictionaries(
        {},
        optional={
            "ram": st.sampled_from([512, 1024, 2048]),
            "note": TEXTS,
            "description": TEXTS,
            "created_from": st.sampled_from(["custom", "import"]),
        },
    ),
    "Drive": st.fixed_dictionaries(
        {"disksize": st.sampled_from(["10GiB", "20GiB", "30GiB"])},
        optional={"preferred_tier": st.sampled_from(["1", "3"]), "description": TEXTS},
    ),
    "Nic": st.fixed_dictionaries({}, optional={"enabled": st.booleans(), "description": TEXTS}),
    "HostOverride": st.fixed_dictionaries({"ip": st.sampled_from(["10.0.0.7", "10.0.0.8"])}),
    "Power": st.fixed_dictionaries({"state": st.sampled_from(["running", "stopped"])}),
}
"""The arguments of each kind that has no children."""

UNMANAGED = {"vnets": "note", "vms": "os_description", "machine_drives": "asset", "machine_nics": "ipaddress"}
"""A column of each table that no program here sets."""


class Lives(RuleBasedStateMachine):
    """Everything that may happen to two stacks on one VergeOS. What must hold is checked by `Scenario` in each step."""

    simulator: Simulator
    other: Simulator
    journal: Path

    def __init__(self) -> None:
        super().__init__()
        self.scenario = Scenario(self.simulator, self.other, self.journal)

    def declared(self, stack: str, *kinds: str) -> list[str]:
        """Return the names of a program's resources of these kinds, of all without any."""
        program = self.scenario.stacks[stack].program
        return [name for name, declared in program.items() if not kinds or declared.kind in kinds]

    def anything_declared(self) -> bool:
        """Say whether there is a program yet."""
        return any(stack.program for stack in self.scenario.stacks.values())

    def anything_made(self) -> bool:
        """Say whether a state knows anything."""
        return any(stack.state for stack in self.scenario.stacks.values())

    # The program

    @initialize(looks=st.integers(0, 2), state=st.sampled_from(["running", "running", "stopped"]), named=st.booleans())
    def begin(self, looks: int, state: str, named: bool) -> None:
        """Begin with a network and a VM with a drive and a NIC: what most programs have."""
        label = {"name": "first"} if named else {}
        self.scenario.transitions(looks)
        self.network("dev", "lan", "own", {"mtu": 1500})
        self.vm("dev", "web", "own", {"ram": 512})
        self.scenario.declare("dev", "disk", "Drive", vm="web", disksize="10GiB", **label)
        self.scenario.declare("dev", "nic", "Nic", vm="web", network="lan", **label)
        self.scenario.declare("dev", "web-power", "Power", of="web", state=state)

    @rule(stack=STACKS, name=st.sampled_from(NETWORKS), label=LABELS, fields=FIELDS["Network"])
    def network(self, stack: str, name: str, label: str, fields: dict[str, Any]) -> None:
        label = f"{stack}-{name}" if label == "own" else f"net-{label}"
        self.scenario.declare(stack, name, "Network", name=label, **fields)

    @rule(stack=STACKS, name=st.sampled_from(VMS), label=LABELS, fields=FIELDS["VirtualMachine"])
    def vm(self, stack: str, name: str, label: str, fields: dict[str, Any]) -> None:
        label = f"{stack}-{name}" if label == "own" else f"vm-{label}"
        self.scenario.declare(stack, name, "VirtualMachine", name=label, **fields)

    @rule(data=st.data(), stack=STACKS, name=st.sampled_from(["disk", "swap"]), label=st.sampled_from([None, "os"]))
    def drive(self, data: st.DataObject, stack: str, name: str, label: str | None) -> None:
        vms = self.declared(stack, "VirtualMachine")
        if vms:
            fields = data.draw(FIELDS["Drive"]) | ({"name": label} if label else {})
            self.scenario.declare(stack, name, "Drive", vm=data.draw(st.sampled_from(vms)), **fields)

    @rule(data=st.data(), stack=STACKS, name=st.sampled_from(["nic", "nic-2"]), label=st.sampled_from([None, "uplink"]))
    def nic(self, data: st.DataObject, stack: str, name: str, label: str | None) -> None:
        vms, networks = self.declared(stack, "VirtualMachine"), self.declared(stack, "Network")
        if vms:
            fields = data.draw(FIELDS["Nic"]) | ({"name": label} if label else {})
            network = data.draw(st.sampled_from([None, *networks]))
            if network:
                fields["network"] = network
            self.scenario.declare(stack, name, "Nic", vm=data.draw(st.sampled_from(vms)), **fields)

    @rule(data=st.data(), stack=STACKS, host=st.sampled_from(["db", "mail"]), fields=FIELDS["HostOverride"])
    def host_override(self, data: st.DataObject, stack: str, host: str, fields: dict[str, Any]) -> None:
        networks = self.declared(stack, "Network")
        if networks:
            network = data.draw(st.sampled_from(networks))
            self.scenario.declare(stack, f"host-{host}", "HostOverride", network=network, host=host, **fields)

    @rule(data=st.data(), stack=STACKS, fields=FIELDS["Power"])
    def power(self, data: st.DataObject, stack: str, fields: dict[str, Any]) -> None:
        # One for each target: two that want different states would never agree.
        powered = {self.scenario.stacks[stack].program[name].references["of"] for name in self.declared(stack, "Power")}
        targets = [name for name in self.declared(stack, "VirtualMachine", "Network") if name not in powered]
        if targets:
            target = data.draw(st.sampled_from(targets))
            self.scenario.declare(stack, f"{target}-power", "Power", of=target, **fields)

    @precondition(anything_declared)
    @rule(data=st.data(), stack=STACKS, then=COMMANDS)
    def edit(self, data: st.DataObject, stack: str, then: str | None) -> None:
        names = self.declared(stack)
        if names:
            name = data.draw(st.sampled_from(names))
            kind = self.scenario.stacks[stack].program[name].kind
            self.scenario.edit(stack, name, **data.draw(FIELDS[kind]))
            self.run(then, stack)

    @precondition(anything_declared)
    @rule(data=st.data(), stack=STACKS)
    def undeclare(self, data: st.DataObject, stack: str) -> None:
        names = self.declared(stack)
        if names:
            self.scenario.undeclare(stack, data.draw(st.sampled_from(names)))

    @precondition(anything_declared)
    @rule(data=st.data(), stack=STACKS, alias=st.booleans())
    def rename(self, data: st.DataObject, stack: str, alias: bool) -> None:
        names = self.declared(stack, "Network", "VirtualMachine", "Drive", "Nic")
        if names:
            old = data.draw(st.sampled_from(names))
            new = old.removesuffix("-new") if old.endswith("-new") else f"{old}-new"
            if new not in {*self.declared(stack), *self.scenario.stacks[stack].state}:
                self.scenario.rename(stack, old, new, alias=alias)

    # The commands

    def run(self, command: str | None, stack: str) -> None:
        """Run a command at once, before something else can hide what has just been done."""
        if command:
            getattr(self.scenario, command)(stack)

    @precondition(anything_declared)
    @rule(stack=STACKS, kill=KILLS, alone=st.booleans())
    def up(self, stack: str, kill: Any, alone: bool) -> None:
        self.scenario.up(stack, kill=kill, alone=alone)

    @precondition(anything_declared)
    @rule(stack=STACKS)
    def up_again(self, stack: str) -> None:
        self.scenario.up(stack)

    @precondition(anything_made)
    @rule(data=st.data(), stack=STACKS)
    def replace(self, data: st.DataObject, stack: str) -> None:
        """Run ``pulumi up --replace``."""
        names = sorted(self.scenario.stacks[stack].state.keys() & self.scenario.stacks[stack].program.keys())
        if names:
            self.scenario.up(stack, replace=(data.draw(st.sampled_from(names)),))

    @precondition(anything_made)
    @rule(stack=STACKS, kill=KILLS)
    def refresh(self, stack: str, kill: Any) -> None:
        self.scenario.refresh(stack, kill=kill)

    @precondition(anything_declared)
    @rule(stack=STACKS)
    def settle(self, stack: str) -> None:
        self.scenario.settle(stack)

    @precondition(anything_made)
    @rule(stack=st.sampled_from(["dev", "test"]), kill=KILLS)
    def destroy(self, stack: str, kill: Any) -> None:
        self.scenario.destroy(stack, kill=kill)

    # The faults

    @rule(
        what=st.sampled_from(["reset", "hang", "status", "rate_limit"]),
        verb=st.sampled_from(["GET", "POST", "POST", "PUT", "DELETE"]),
        nth=st.integers(1, 5),
        times=st.sampled_from([1, 1, 2, 5]),
        when=st.sampled_from(["before", "after"]),
        then=COMMANDS,
        stack=STACKS,
    )
    def fault(self, what: str, verb: str, nth: int, times: int, when: Any, then: str | None, stack: str) -> None:
        self.scenario.fault(what, verb=verb, nth=nth, times=times, when="before" if what == "rate_limit" else when)
        self.run(then, stack)

    @rule(
        data=st.data(),
        stack=STACKS,
        device=st.sampled_from(["Drive", "Nic"]),
        what=st.sampled_from(["reset", "hang", "status", "kill", "kill"]),
        nth=st.integers(3, 5),
        when=st.sampled_from(["before", "after"]),
    )
    def lose_answer(self, data: st.DataObject, stack: str, device: str, what: str, nth: int, when: Any) -> None:
        """Lose the answer to the create of what VergeOS would not refuse a second time: it gives it a name itself."""
        vms = self.declared(stack, "VirtualMachine")
        if vms:
            fields = {"disksize": "10GiB"} if device == "Drive" else {}
            vm = data.draw(st.sampled_from(vms))
            self.scenario.declare(stack, f"more-{device.lower()}", device, vm=vm, **fields)
            if what == "kill":
                self.scenario.up(stack, kill=(nth, when))
            else:
                self.scenario.fault(what, verb="POST", when=when)
            self.scenario.up(stack)

    # The life of a stack

    @rule(stack=STACKS, name=st.sampled_from(["dev", "test", "prod"]), then=COMMANDS)
    def rename_stack(self, stack: str, name: str, then: str | None) -> None:
        self.scenario.rename_stack(stack, name)
        self.run(then, stack)

    @precondition(anything_made)
    @rule(data=st.data(), stack=STACKS, declared=st.booleans(), then=COMMANDS)
    def move(self, data: st.DataObject, stack: str, declared: bool, then: str | None) -> None:
        to = "test" if stack == "dev" else "dev"
        names = sorted(self.scenario.stacks[stack].state)
        if names:
            self.scenario.move(stack, data.draw(st.sampled_from(names)), to, declared=declared)
            self.run(then, data.draw(st.sampled_from([stack, to])))

    @precondition(anything_made)
    @rule(data=st.data(), stack=STACKS, then=COMMANDS)
    def lose_state(self, data: st.DataObject, stack: str, then: str | None) -> None:
        names = sorted(self.scenario.stacks[stack].state)
        if names:
            self.scenario.lose_state(stack, data.draw(st.sampled_from(names)))
            self.run(then, stack)

    @precondition(anything_made)
    @rule(stack=st.sampled_from(["dev", "test"]), command=st.sampled_from(["up", "refresh", "destroy"]))
    def copy_state(self, stack: str, command: str) -> None:
        self.scenario.copy_state(stack, "test" if stack == "dev" else "dev", command)

    @precondition(anything_made)
    @rule(data=st.data(), stack=STACKS, then=COMMANDS)
    def copy_row(self, data: st.DataObject, stack: str, then: str | None) -> None:
        names = sorted(self.scenario.stacks[stack].state)
        if names:
            self.scenario.copy_row(stack, data.draw(st.sampled_from(names)))
            self.run(then, stack)

    @rule()
    def remember(self) -> None:
        self.scenario.remember()

    @rule(squat=st.booleans(), stack=STACKS, then=COMMANDS)
    def roll_back(self, squat: bool, stack: str, then: str | None) -> None:
        self.scenario.roll_back(squat=squat)
        self.run(then, stack)

    @precondition(anything_made)
    @rule(stack=STACKS, command=st.sampled_from(["up", "refresh", "destroy"]))
    def elsewhere(self, stack: str, command: str) -> None:
        self.scenario.elsewhere(stack, command)

    @rule()
    def calm(self) -> None:
        self.scenario.calm()

    @rule(looks=st.integers(0, 3))
    def transitions(self, looks: int) -> None:
        self.scenario.transitions(looks)

    # Other people

    def made(self, stack: str, *kinds: str) -> list[str]:
        """Return the names of what a state knows of these kinds."""
        state = self.scenario.stacks[stack].state
        return [name for name, saved in state.items() if saved.declared.kind in kinds]

    @precondition(anything_made)
    @rule(data=st.data(), stack=STACKS, managed=st.booleans(), described=st.booleans())
    def drift(self, data: st.DataObject, stack: str, managed: bool, described: bool) -> None:
        names = self.made(stack, "Network", "VirtualMachine", "Drive", "Nic")
        if names:
            name = data.draw(st.sampled_from(names))
            table = self.scenario.stacks[stack].state[name].declared.declaration.table
            managed_columns: dict[str, dict[str, Any]] = {
                "vnets": {"mtu": 1600},
                "vms": {"ram": 4096},
                "machine_drives": {"preferred_tier": "5"},
                "machine_nics": {"enabled": False},
            }
            columns = managed_columns[table] if managed else {UNMANAGED[table]: "by hand"}
            if described:
                columns = columns | {"description": "by hand"}
            self.scenario.drift(stack, name, **columns)

    @precondition(anything_made)
    @rule(data=st.data(), stack=STACKS, how=st.sampled_from(["strip", "vanish"]), then=COMMANDS)
    def meddle(self, data: st.DataObject, stack: str, how: str, then: str | None) -> None:
        names = self.made(stack, "Network", "VirtualMachine", "Drive", "Nic")
        if names:
            getattr(self.scenario, how)(stack, data.draw(st.sampled_from(names)))
            self.run(then, stack)

    @precondition(anything_made)
    @rule(data=st.data(), stack=STACKS, then=st.sampled_from(["up", "refresh", "settle", "destroy", "destroy"]))
    def steal(self, data: st.DataObject, stack: str, then: str) -> None:
        # Nobody but a VM's owner takes over its children: its deletion would delete them.
        names = self.made(stack, "Network", "VirtualMachine")
        if names:
            self.scenario.steal(stack, data.draw(st.sampled_from(names)))
            self.run(then, stack)


@pytest.fixture
def machine() -> Iterator[type[Lives]]:
    """The state machine on a simulator that all its examples share."""
    with world(Lives) as lives:
        yield lives


@contextlib.contextmanager
def world(base: type[Lives]) -> Iterator[type[Lives]]:
    """Give a state machine two systems and a journal, which all its examples share."""
    with (
        Simulator(Options(name="site-a")) as simulator,
        Simulator(Options(name="site-b", api_key=simulator.api_key)) as other,
        tempfile.TemporaryDirectory() as folder,
    ):
        yield type("Lives", (base,), {"simulator": simulator, "other": other, "journal": Path(folder) / "journal"})


@pytest.mark.fault(93, 94, 97)
@pytest.mark.timeout(3600)
def test_nothing_is_doubled_lost_or_taken(machine: type[Lives]) -> None:
    run_state_machine_as_test(machine, settings=PROFILES[os.environ.get("VERGEOS_HYPOTHESIS", "default")])
