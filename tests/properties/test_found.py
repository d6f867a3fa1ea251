"""What the state machine found, as the smallest scenario that showed it."""

from __future__ import annotations

import pytest

from tests.properties.scenario import Scenario


@pytest.mark.parametrize("then", ["running", "stopped"])
def test_a_machine_that_is_still_stopping_is_neither_running_nor_stopped(scenario: Scenario, then: str) -> None:
    """A destroy was killed after the shutdown was asked for; a refresh saw the last moment of ``running``."""
    scenario.declare("dev", "web", "VirtualMachine", name="vm-a")
    scenario.declare("dev", "on", "Power", of="web", state="running")
    scenario.up("dev")
    scenario.transitions(1)
    scenario.destroy("dev", kill=(3, "after"))
    scenario.edit("dev", "on", state=then)
    scenario.settle("dev")
    assert scenario.last.good


@pytest.mark.parametrize("then", ["running", "stopped"])
def test_a_machine_that_is_still_starting_is_neither_running_nor_stopped(scenario: Scenario, then: str) -> None:
    scenario.declare("dev", "web", "VirtualMachine", name="vm-a")
    scenario.declare("dev", "on", "Power", of="web", state="stopped")
    scenario.up("dev")
    scenario.transitions(1)
    scenario.edit("dev", "on", state="running")
    scenario.up("dev", kill=(2, "after"))
    scenario.edit("dev", "on", state=then)
    scenario.settle("dev")
    assert scenario.last.good


def test_what_is_still_starting_is_stopped_when_it_is_destroyed(scenario: Scenario) -> None:
    scenario.declare("dev", "lan", "Network", name="net-a")
    scenario.up("dev")
    scenario.transitions(20)
    scenario.declare("dev", "on", "Power", of="lan", state="running", timeout=1)
    scenario.up("dev")
    scenario.refresh("dev")
    scenario.transitions(1)
    scenario.undeclare("dev", "on")
    scenario.up("dev")
    assert scenario.last.good
    row = scenario.simulator.rows("machine_status")[-1]
    assert row["status"] == "stopped"
