"""Power as a resource: order, waits, policies."""

from __future__ import annotations

import re
from typing import Any

import pulumi
import pytest

from tests.engine.lab import Lab, Program, ask
from verge_pulumi import Drive, Network, Nic, Power, VirtualMachine


def server(state: str = "running", **policies: Any) -> Program:
    """Return a program of one network and one VM with a drive and a NIC, powered last."""

    def program() -> None:
        lan = Network("lan", name="lan")
        lan_on = Power("lan-on", of=lan, state="running")
        vm = VirtualMachine("vm", name="web", ram=512)
        disk = Drive("disk", vm=vm, disksize="1GiB")
        nic = Nic("nic", vm=vm, network=lan)
        settings: dict[str, Any] = {"state": state} | policies
        Power("on", of=vm, opts=pulumi.ResourceOptions(depends_on=[disk, nic, lan_on]), **settings)

    return program


def restarted(ram: int) -> Program:
    """Return a program of one running VM that a change of its memory power cycles."""

    def program() -> None:
        vm = VirtualMachine("vm", name="web", ram=ram, restart="on-change")
        Power("on", of=vm, state="running")

    return program


def sequence(lab: Lab, *wanted: str) -> list[str]:
    """Return the applied writes in order, as far as they are wanted: the table, or the action."""
    found = []
    for request in lab.simulator.requests():
        if request.applied:
            word = request.body.get("action") if request.path.endswith("_actions") else request.path.split("/")[3]
            if word in wanted:
                found.append(word)
    return found


def test_a_vm_starts_after_its_parts_and_stops_before_they_go(lab: Lab) -> None:
    before = lab.simulator.snapshot()
    lab.up(server())
    assert sequence(lab, "machine_drives", "machine_nics", "poweron")[-1] == "poweron"
    assert lab.state()["on"]["outputs"]["node"]
    lab.simulator.reset("log")
    lab.destroy()
    assert sequence(lab, "machine_drives", "machine_nics", "poweroff", "vms")[0] == "poweroff"
    assert lab.simulator.snapshot() == before


def test_lifecycle(lab: Lab) -> None:
    assert lab.preview(server()).requests == 0
    lab.up(server())
    lab.simulator.reset("log")
    assert lab.up(server()).changes == {}
    assert lab.refresh(server()).changes == {}
    tables = [request.path.split("/")[3] for request in lab.simulator.requests()]
    # The lists that serve the VM and the network serve their power states too.
    assert sorted(tables) == ["machine_drives", "machine_nics", "system", "vms", "vnets"]

    stopped = server("stopped")
    preview = lab.preview(stopped)
    assert preview.changes == {"on": "update"}
    assert set(preview.steps["on"].diff) == {"state"}
    lab.up(stopped)
    assert lab.state()["on"]["outputs"]["status"] == "stopped"

    machine = lab.simulator.rows("vms")[0]["machine"]
    status = next(row for row in lab.simulator.rows("machine_status") if row["machine"] == machine)
    lab.simulator.edit("machine_status", status["$key"], running=True, status="running", powerstate=True)
    drift = lab.preview(stopped, refresh=True)
    assert drift.changes == {"on": "update"}
    assert set(drift.steps["on"].diff) == {"state"}
    lab.up(stopped, refresh=True)
    assert [row["running"] for row in lab.simulator.rows("machine_status") if row["machine"] == machine] == [False]


def test_power_on_costs_one_request_besides_two_looks(lab: Lab) -> None:
    def program() -> None:
        vm = VirtualMachine("vm", name="web")
        if powered:
            Power("on", of=vm, state="running")

    powered = False
    lab.up(program)
    powered = True
    lab.simulator.reset("log")
    lab.up(program)
    # Whose it is, the start, and whether it runs.
    assert [request.verb for request in lab.simulator.requests() if "vm" in request.path] == ["GET", "POST", "GET"]


def test_a_running_vm_is_stopped_and_deleted_even_if_the_guest_does_not_listen(lab: Lab) -> None:
    def program() -> None:
        VirtualMachine("vm", name="web", stop_timeout=0)

    lab.up(program)
    key = lab.simulator.rows("vms")[0]["$key"]
    ask(lab.simulator, "POST", "vm_actions", {"vm": key, "action": "poweron"})
    lab.simulator.transitions(ignore_poweroff=True)
    run = lab.destroy()
    assert lab.simulator.rows("vms") == []
    assert any("did not shut down" in text for severity, name, text in run.messages if severity == "warning")


@pytest.mark.parametrize("force", [False, True])
def test_a_guest_that_does_not_shut_down_is_killed_only_if_the_program_says_so(lab: Lab, force: bool) -> None:
    lab.up(server())
    lab.simulator.transitions(ignore_poweroff=True)
    run = lab.up(server("stopped", timeout=1, force=force), fails=not force)
    if not force:
        assert re.search(r"Unable to update Power 'on': power off: still 'running' after \d s", " ".join(run.errors))
    assert sequence(lab, "kill") == ["kill"] * force


def test_a_power_cycle_whose_start_is_refused_is_gone_on_with(lab: Lab) -> None:
    lab.up(restarted(512))
    lab.simulator.reset("log")
    refused = {"what": "status", "status": 409, "body": {"err": "no node has enough memory"}}
    lab.simulator.faults({"match": {"verb": "POST", "path": "vm_actions", "nth": 2}, **refused})
    run = lab.up(restarted(1024), fails=True)
    assert any("no node has enough memory (409)" in text for text in run.errors)
    assert sequence(lab, "poweroff", "poweron") == ["poweroff"]
    assert lab.state()["vm"]["outputs"]["__down"] is True
    assert lab.up(restarted(1024)).changes == {"vm": "update"}
    assert sequence(lab, "poweroff", "poweron") == ["poweroff", "poweron"]
    assert "__down" not in lab.state()["vm"]["outputs"]
    assert lab.up(restarted(1024)).changes == {}
