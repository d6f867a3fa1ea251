"""What exists stays known: failures after the row was made."""

from __future__ import annotations

import re

import pulumi
import pytest

from tests.engine.lab import Lab
from verge_pulumi import Drive, Network, Power, VirtualMachine


def one_vm() -> None:
    vm = VirtualMachine("vm", name="web", ram=512)
    pulumi.export("key", vm.key)


def test_a_vm_whose_read_back_fails_stays_in_the_state_and_is_completed(lab: Lab) -> None:
    lab.simulator.faults(
        {"match": {"verb": "GET", "path": "/vms/[0-9]+", "times": 4}, "when": "before", "what": "status", "status": 503}
    )
    run = lab.up(one_vm, fails=True)
    assert any("Unable to create VirtualMachine 'web': GET /api/v4/vms/1 failed" in text for text in run.errors)
    kept = lab.state()["vm"]
    assert kept["id"] == "1"
    assert "503" in kept["initErrors"][0]

    assert lab.preview(one_vm).changes == {"vm": "update"}
    lab.refresh(one_vm)  # forgets initErrors; our own note stays
    assert lab.preview(one_vm).changes == {"vm": "update"}
    assert lab.up(one_vm).changes == {"vm": "update"}
    assert len(lab.simulator.rows("vms")) == 1
    assert "__unfinished" not in lab.state()["vm"]["outputs"]
    assert lab.up(one_vm).changes == {}


def test_a_power_whose_wait_runs_out_stays_in_the_state_and_is_completed(lab: Lab) -> None:
    def program() -> None:
        lan = Network("lan", name="lan")
        Power("on", of=lan, state="running", timeout=1)

    lab.simulator.transitions(stuck=["starting"])
    run = lab.up(program, fails=True)
    assert any(re.search(r"power on: still 'starting' after \d s", text) for text in run.errors)
    assert lab.state()["on"]["id"].startswith("vnets/")
    lab.simulator.transitions(stuck=[])
    assert lab.up(program).changes == {"on": "update"}
    assert lab.up(program).changes == {}


def test_custom_timeouts_reach_the_waits_of_a_create_an_update_and_a_delete(lab: Lab) -> None:
    def program() -> None:
        lan = Network("lan", name="lan")
        allowed = pulumi.CustomTimeouts(create="500ms", update="600ms", delete="700ms")
        Power("on", of=lan, state="running", opts=pulumi.ResourceOptions(custom_timeouts=allowed))

    lab.simulator.transitions(stuck=["starting"])
    failed = [lab.up(program, fails=True), lab.up(program, fails=True)]
    lab.simulator.transitions(stuck=[])
    lab.up(program)
    lab.simulator.transitions(stuck=["stopping"])
    failed.append(lab.destroy(fails=True))
    assert [re.findall(r"custom_timeouts allows (.*?) in all", "".join(run.errors)) for run in failed] == [
        ["0.5 s"],
        ["0.6 s"],
        ["0.7 s"],
    ]


def test_what_depends_on_it_waits_for_the_next_run(lab: Lab) -> None:
    def program() -> None:
        lan = Network("lan", name="lan")
        on = Power("on", of=lan, state="running", timeout=1)
        VirtualMachine("vm", name="web", opts=pulumi.ResourceOptions(depends_on=[on]))

    lab.simulator.transitions(stuck=["starting"])
    lab.up(program, fails=True)
    assert lab.simulator.rows("vms") == []
    lab.simulator.transitions(stuck=[])
    lab.up(program)
    assert len(lab.simulator.rows("vms")) == 1


@pytest.mark.fault(58)
def test_a_child_that_fails_leaves_its_parent_and_is_made_by_the_next_run(lab: Lab) -> None:
    def program() -> None:
        vm = VirtualMachine("vm", name="web")
        Drive("first", vm=vm, name="first", disksize="1GiB")
        Drive("second", vm=vm, name="second", disksize="2GiB", preferred_tier="3")

    lab.simulator.faults(
        {
            "match": {"verb": "POST", "path": "/machine_drives$", "times": 1},
            "what": "status",
            "status": 507,
            "body": {"err": "no space left on tier 3"},
        }
    )
    run = lab.up(program, fails=True)
    assert any("no space left" in text for text in run.errors)
    assert len(lab.simulator.rows("vms")) == 1
    lab.simulator.reset("log")
    lab.up(program)
    applied = [request.path.rpartition("/")[2] for request in lab.simulator.requests() if request.applied]
    assert applied == ["machine_drives"]


@pytest.mark.fault(3)
def test_a_create_whose_answer_was_lost_is_found_and_not_repeated(lab: Lab) -> None:
    lab.simulator.faults({"match": {"verb": "POST", "path": "/vms$", "times": 1}, "when": "after", "what": "reset"})
    lab.up(one_vm)
    assert [row["name"] for row in lab.simulator.rows("vms")] == ["web"]
    lab.destroy()
    assert lab.simulator.rows("vms") == []


def test_a_row_that_a_killed_run_left_behind_is_taken_over(lab: Lab) -> None:
    lab.up(one_vm)
    lab.forget("vm", cut_off=True)
    run = lab.up(one_vm)
    assert run.changes == {"vm": "create"}
    assert len(lab.simulator.rows("vms")) == 1


@pytest.mark.fault(91)
def test_a_row_that_the_state_has_lost_is_refused_and_named(lab: Lab) -> None:
    lab.up(one_vm)
    lab.forget("vm")
    run = lab.up(one_vm, fails=True)
    assert any("bears the mark of shop/dev as 'vm'" in text and "adopt=True" in text for text in run.errors)
    assert len(lab.simulator.rows("vms")) == 1


@pytest.mark.fault(30)
def test_a_strangers_row_is_an_error_that_names_it_and_adopt_takes_it(lab: Lab) -> None:
    key = lab.simulator.add("vms", name="web", ram=4096, cpu_cores=3)
    run = lab.up(one_vm, fails=True)
    wanted = f"Unable to create VirtualMachine 'web': row {key} of vms has that name already and no stack manages it"
    assert any(wanted in text and "adopt=True" in text for text in run.errors)

    def adopting() -> None:
        vm = VirtualMachine("vm", name="web", ram=512, adopt=True)
        pulumi.export("key", vm.key)

    assert lab.up(adopting).outputs["key"] == key
    (row,) = lab.simulator.rows("vms")
    assert (row["ram"], row["cpu_cores"]) == (512, 3)


@pytest.mark.fault(62)
def test_a_rename_in_the_program_does_not_lose_the_row(lab: Lab) -> None:
    def renamed() -> None:
        VirtualMachine("vm-2", name="web", ram=512)

    lab.up(one_vm)
    run = lab.up(renamed, fails=True)
    assert any("'vm' of this stack already manages that object" in text and "aliases" in text for text in run.errors)
    assert len(lab.simulator.rows("vms")) == 1


@pytest.mark.fault(61)
def test_a_replacement_that_is_forced_to_create_first_is_refused(lab: Lab) -> None:
    def program() -> None:
        opts = pulumi.ResourceOptions(delete_before_replace=False)
        VirtualMachine("vm", name="web", created_from=created_from, opts=opts)

    created_from = "custom"
    lab.up(program)
    created_from = "import"
    run = lab.up(program, fails=True)
    assert any("is 'vm' of this stack" in text and "leave delete_before_replace on" in text for text in run.errors)
    assert len(lab.simulator.rows("vms")) == 1
