"""What a VM's machine may hold instead of the VM: either answer is right (docs/vergeos/virtual-machines.md §1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.engine.lab import ask
from tests.providers.bench import Bench
from verge_pulumi.catalogue import TABLES
from verge_pulumi.engine.declaring.model import outputs
from verge_pulumi.engine.errors import Reported
from verge_pulumi.resources import VirtualMachine
from verge_pulumi.simulator import Options, Simulator
from verge_pulumi.simulator.disputed import QUESTIONS

HELD = {
    "cluster": 2,
    "cluster_failover": 1,
    "preferred_node": 3,
    "ha_group": "+db",
    "on_power_loss": "power_on",
    "snapshot_profile": 1,
}
EACH_ANSWER = pytest.mark.parametrize("answer", QUESTIONS["held_columns"].answers)


@pytest.fixture
def world(bench: Bench, answer: str) -> Bench:
    """A VergeOS that gives one of the answers."""
    bench.simulator.disputed(held_columns=answer)
    return bench


def cost(bench: Bench) -> int:
    """Return how many requests were made since the last call."""
    count = len(bench.asked())
    bench.simulator.reset("log")
    return count


@EACH_ANSWER
def test_what_was_written_reads_back_at_the_same_cost(world: Bench) -> None:
    # The requests are those of a VM without any of it.
    plain = world.create("VirtualMachine", "db", name="db")
    world.simulator.reset("log")
    vm = world.create("VirtualMachine", "web", name="web", **HELD)
    made = cost(world)
    kept = {name: vm.outs[name] for name in HELD}
    assert kept == {name: str(value) for name, value in HELD.items()}
    assert vm.diff().changes is False
    vm.up(ha_group="web", cluster=1)
    assert (vm.row()["ha_group"], vm.row()["cluster"]) == ("web", 1)
    changed = cost(world)
    vm.refresh()
    assert vm.diff().changes is False
    world.simulator.reset("log")
    plain.up(ram=2048)
    assert cost(world) == changed
    world.create("VirtualMachine", "other", name="other")
    assert cost(world) == made


@EACH_ANSWER
@pytest.mark.parametrize("name", HELD)
def test_drift_is_seen_in_each_of_them(world: Bench, name: str) -> None:
    vm = world.create("VirtualMachine", "web", name="web", **HELD)
    others: dict[str, Any] = {"cluster": 1, "cluster_failover": 2, "preferred_node": 1, "ha_group": "x"}
    others |= {"on_power_loss": "leave_off", "snapshot_profile": 2}
    # A person changes it in the user interface, which writes to the VM.
    ask(world.simulator, "PUT", f"vms/{vm.id}", {name: others[name]})
    vm.refresh()
    assert vm.outs[name] == str(others[name])
    vm.up(**{name: HELD[name]})
    assert vm.row()[name] == HELD[name]


@EACH_ANSWER
def test_a_row_that_exists_is_taken_over_as_it_is(world: Bench) -> None:
    key = world.simulator.add("vms", name="web")
    ask(world.simulator, "PUT", f"vms/{key}", HELD)
    vm = world.create("VirtualMachine", "web", name="web", adopt=True, **HELD)
    written = [request for request in world.simulator.requests() if request.verb == "PUT"][1:]
    assert [request.body.keys() for request in written] == [{"description"}]
    assert vm.diff().changes is False


@EACH_ANSWER
def test_a_network_is_placed_as_well(world: Bench, answer: str) -> None:
    lan = world.create(
        "Network", "lan", name="lan", cluster=2, preferred_node=3, ha_group="a", on_power_loss="power_on"
    )
    placed = ask(world.simulator, "GET", f"vnets/{lan.id}?fields=cluster,preferred_node,ha_group,on_power_loss")
    assert placed.keys() >= {"on_power_loss"}  # captured as a column of networks
    shown = {
        "machine": {},
        "both": {"cluster": 2, "preferred_node": 3},
        "text": {"cluster": "2", "preferred_node": "3"},
    }
    assert {name: key for name, key in placed.items() if name in ("cluster", "preferred_node")} == shown[answer]
    lan.refresh()
    assert (lan.outs["cluster"], lan.outs["preferred_node"], lan.outs["ha_group"]) == ("2", "3", "a")
    assert lan.diff().changes is False


@EACH_ANSWER
def test_drift_of_a_network_is_seen(world: Bench) -> None:
    lan = world.create("Network", "lan", name="lan", ha_group="a")
    ask(world.simulator, "PUT", f"vnets/{lan.id}", {"ha_group": "b"})
    lan.refresh()
    assert lan.outs["ha_group"] == "b"


@pytest.mark.parametrize("held", [{"machine_cluster": 2}, {"cluster": None, "machine_cluster": "2"}, {"cluster": "2"}])
def test_whatever_column_answers_tells_it(held: dict[str, Any]) -> None:
    row = {"$key": 1, "name": "web", **held}
    assert outputs(VirtualMachine.declaration, row, {})["cluster"] == "2"


@pytest.mark.parametrize("answer", ["machine"])
def test_what_the_machine_does_not_take_on_is_told(world: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verge_pulumi.simulator.behaviour.power._MIRRORED", ("name", "cluster"))
    with pytest.raises(Reported, match=r"ha_group was written as '\+db' and reads back as None"):
        world.create("VirtualMachine", "web", name="web", ha_group="+db")


def test_a_column_that_neither_has_is_named() -> None:
    machines = TABLES["machines"]
    others = tuple(column for column in machines.columns if column.name != "ha_group")
    tables = {**TABLES, "machines": replace(machines, columns=others)}
    with Simulator(Options(name="site-a", tables=tables)) as poorer:
        bench = Bench(poorer)
        with pytest.raises(Reported, match=r"this VergeOS \(26\.1\.8\) shows no column 'ha_group' in vms"):
            bench.create("VirtualMachine", "web", name="web", ha_group="+db")
        bench.connection.client.close()
