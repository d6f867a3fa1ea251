"""The model itself: it does what the engine was seen to do, and its witness sees what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.properties.scenario import Scenario


def declare_all(scenario: Scenario, stack: str = "dev") -> None:
    scenario.declare(stack, "lan", "Network", name=f"net-{stack}", mtu=1500)
    scenario.declare(stack, "web", "VirtualMachine", name=f"vm-{stack}", ram=1024)
    scenario.declare(stack, "disk", "Drive", vm="web", name="os", disksize="10GiB")
    scenario.declare(stack, "nic", "Nic", vm="web", network="lan")
    scenario.declare(stack, "on", "Power", of="web", state="running")


def test_a_program_is_created_in_order_and_is_left_as_it_is_the_second_time(scenario: Scenario) -> None:
    declare_all(scenario)
    scenario.up("dev")
    assert scenario.last.steps == [(("create"), name) for name in ("lan", "web", "disk", "nic", "on")]
    scenario.settle("dev")
    assert {operation for operation, _ in scenario.last.steps} == {"same"}


def test_two_stacks_with_the_same_resource_names_live_side_by_side(scenario: Scenario) -> None:
    declare_all(scenario, "dev")
    declare_all(scenario, "test")
    scenario.up("dev")
    scenario.up("test")
    scenario.destroy("dev")
    scenario.settle("test")
    assert [row["name"] for row in scenario.simulator.rows("vms")] == ["vm-c", "vm-d", "vm-test"]


def test_what_depends_on_a_replaced_resource_is_deleted_before_it_and_created_after_it(scenario: Scenario) -> None:
    declare_all(scenario)
    scenario.up("dev")
    scenario.edit("dev", "web", created_from="import")
    scenario.up("dev")
    assert scenario.last.changes == [
        ("delete", "on"),
        ("delete", "nic"),
        ("delete", "disk"),
        ("delete", "web"),
        ("create", "web"),
        ("create", "disk"),
        ("create", "nic"),
        ("create", "on"),
    ]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("request_number", range(1, 13))
def test_a_run_that_is_killed_anywhere_is_completed_by_the_next(
    scenario: Scenario, request_number: int, when: str
) -> None:
    declare_all(scenario)
    scenario.up("dev", kill=(request_number, "before" if when == "before" else "after"))
    assert scenario.last.killed
    scenario.settle("dev")
    assert scenario.last.good
    assert len(scenario.simulator.rows("machine_drives")) == 2


def test_an_unfinished_resource_is_saved_and_updated_next_time(scenario: Scenario) -> None:
    scenario.declare("dev", "web", "VirtualMachine", name="vm-a")
    scenario.fault("status", verb="GET", nth=2, times=4, status=503)
    scenario.up("dev")
    assert "It exists and is in the state" in scenario.last.error
    scenario.calm()
    scenario.up("dev")
    assert scenario.last.steps == [("update", "web")]
    scenario.settle("dev")


def test_a_failure_tells_the_test_that_fails_in_the_same_way(scenario: Scenario) -> None:
    scenario.declare("dev", "web", "VirtualMachine", name="vm-a")
    scenario.up("dev")
    # Two resources that would both write to one row.
    scenario.stacks["dev"].state["twin"] = scenario.stacks["dev"].state["web"]
    with pytest.raises(AssertionError, match="several resources have one row") as failure:
        scenario.calm()
    (note,) = failure.value.__notes__
    assert "def test_ready(scenario: Scenario) -> None:" in note
    assert "    scenario.declare('dev', 'web', 'VirtualMachine', name='vm-a')" in note
    assert note.endswith("    scenario.calm()\n")


def test_an_orphan_is_told(scenario: Scenario) -> None:
    scenario.declare("dev", "web", "VirtualMachine", name="vm-a")
    scenario.up("dev")
    # A row that the stack has made and forgotten: what its state says is another one.
    saved = scenario.stacks["dev"].state["web"]
    scenario.stacks["dev"].state["web"] = replace(saved, id="99")
    with pytest.raises(AssertionError, match="is an orphan"):
        scenario.up("dev")


def test_a_value_that_is_not_the_programs_is_told(scenario: Scenario) -> None:
    scenario.declare("dev", "web", "VirtualMachine", name="vm-a", ram=512)
    scenario.up("dev")
    row = next(row for row in scenario.simulator.rows("vms") if row["name"] == "vm-a")
    scenario.simulator.edit("vms", row["$key"], ram=1024)
    with pytest.raises(AssertionError, match="ram is 1024 instead of 512"):
        scenario.up("dev")


def test_a_write_to_a_row_of_others_is_told(scenario: Scenario) -> None:
    scenario.declare("dev", "web", "VirtualMachine", name="vm-a")
    scenario.up("dev")
    state = scenario.stacks["dev"].state
    (stranger,) = [row for row in scenario.simulator.rows("vms") if row["name"] == "vm-d"]
    # A state that takes a stranger's row for ours, token and all.
    outs = state["web"].outs | {"__mark": stranger["description"]}
    state["web"] = replace(state["web"], id=str(stranger["$key"]), outs=outs)
    scenario.undeclare("dev", "web")
    with pytest.raises(AssertionError, match="rows of others changed"):
        scenario.up("dev")
