"""A server in the life of a stack: renamed, refused, reserved for, ended against its guest's will."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pulumi
import pytest

from tests.engine.command import LIMIT, Project
from tests.engine.lab import Lab, Program
from tests.engine.test_server import done
from verge_pulumi import (
    CloudInit,
    Drive,
    DriveArgs,
    Network,
    NicArgs,
    Power,
    PowerArgs,
    Server,
    Snapshot,
    VirtualMachine,
    cloudinit,
)

PASSWORD = "c4nary-password"


def server(**settings: Any) -> Program:
    """Return a program of a running server with a drive."""

    def program() -> None:
        Server("web", name="web", **{"drives": {"root": DriveArgs(disksize="1GiB")}, **settings})

    return program


def killed(lab: Lab) -> bool:
    return "kill" in done(lab)


# Copies, snapshots, reserved addresses --------------------------------------------------------------------------------


@pytest.mark.fault(104)
def test_a_copy_and_a_snapshot_have_all_drives_and_go_their_own_ways(lab: Lab) -> None:
    def program(*drives: str) -> Program:
        def inner() -> None:
            disks = {name: DriveArgs(disksize="1GiB") for name in drives}
            gold = Server("gold", name="gold", drives=disks, power=PowerArgs(state="stopped"))
            Snapshot("first", vm=gold, name="first")
            VirtualMachine("copy", name="copy", clone_of=gold.vm)
            Drive("more", vm=gold.vm.id, name="more", disksize="1GiB")

        return inner

    lab.up(program("root", "data"))
    assert lab.preview(program("root", "data")).changes == {}
    machines = {row["machine"]: row["name"] for row in lab.simulator.rows("vms") if not row["is_snapshot"]}
    drives = sorted((machines.get(row["machine"], ""), row["name"]) for row in lab.simulator.rows("machine_drives"))
    assert {("copy", "root"), ("copy", "data"), ("gold", "root"), ("gold", "data"), ("gold", "more")} <= set(drives)
    # A part that is replaced or taken away replaces neither.
    assert lab.preview(program("root")).changes == {"gold-data": "delete"}
    (urn,) = [each["urn"] for name, each in lab.state().items() if name == "gold-root"]
    assert lab.preview(program("root", "data"), replace=[urn]).changes == {"gold-root": "replace"}
    lab.destroy()
    assert lab.simulator.rows("vms") == []


def test_an_address_is_reserved_before_the_first_start_and_kept_until_the_end(lab: Lab) -> None:
    def program() -> None:
        lan = Network("lan", name="lan", network="10.0.0.0/24", dhcp_enabled=True)
        on = Power("lan", of=lan, state="running")
        Server(
            "web",
            name="web",
            nics={"eth0": NicArgs(network=lan, address=pulumi.Output.from_input("10.0.0.5"))},
            opts=pulumi.ResourceOptions(depends_on=[on]),
        )

    before = lab.simulator.snapshot()
    lab.up(program)
    (nic,) = lab.simulator.rows("machine_nics")
    (row,) = [row for row in lab.simulator.rows("vnet_addresses") if row["type"] == "static"]
    assert (row["ip"], row["mac"], row["hostname"]) == ("10.0.0.5", nic["macaddress"], "web")
    assert done(lab).index("POST vnet_addresses") < len(done(lab)) - done(lab)[::-1].index("poweron") - 1
    assert [lab.preview(program).changes, lab.refresh(program).changes, lab.up(program).changes] == [{}, {}, {}]
    lab.simulator.reset("log")
    lab.destroy()
    assert done(lab).index("poweroff") < done(lab).index("DELETE vnet_addresses") < done(lab).index("DELETE vms")
    assert lab.simulator.snapshot() == before


@pytest.mark.fault(104)
def test_of_a_server_with_a_part_that_failed_nothing_is_copied(lab: Lab) -> None:
    def program() -> None:
        gold = Server("gold", name="gold", drives={"root": DriveArgs(disksize="1GiB")})
        Snapshot("first", vm=gold, name="first")
        VirtualMachine("copy", name="copy", clone_of=gold.vm.id.apply(str))
        Network("lan", name="lan")

    fault = {
        "match": {"verb": "POST", "path": "/machine_drives"},
        "what": "status",
        "status": 422,
        "body": {"err": "no"},
    }
    lab.simulator.faults(fault)
    lab.up(program, continue_on_error=True, fails=True)
    assert [row["name"] for row in lab.simulator.rows("vms")] == ["gold"]
    assert "lan" in [row["name"] for row in lab.simulator.rows("vnets")]
    lab.simulator.faults()
    lab.up(program)
    assert sorted(row["name"] for row in lab.simulator.rows("vms") if not row["is_snapshot"]) == ["copy", "gold"]


# The end --------------------------------------------------------------------------------------------------------------


@pytest.mark.fault(103)
def test_a_guest_that_does_not_listen_is_powered_off_hard_when_its_server_is_deleted(lab: Lab) -> None:
    lab.up(server(stop_timeout=1, power=PowerArgs(state="running", timeout=120)))
    lab.simulator.transitions(ignore_poweroff=True)
    run = lab.destroy()
    assert lab.simulator.rows("vms") == []
    assert killed(lab)
    assert any("did not shut down within 1 s" in text for _, _, text in run.messages)


def test_so_it_is_when_the_server_is_replaced_or_left_out(lab: Lab) -> None:
    lab.up(server(stop_timeout=60))
    # What the program says now counts, not what it said when the server was made.
    assert set(lab.up(server(stop_timeout=0)).changes) == {"web-vm", "web-power"}
    lab.simulator.transitions(ignore_poweroff=True)
    lab.up(server(stop_timeout=0, console_pass_hash="$6$a$b"))
    (vm,) = lab.simulator.rows("vms")
    assert killed(lab)
    lab.simulator.reset("log")
    lab.up(lambda: None)
    assert killed(lab)
    assert vm["$key"] not in [row["$key"] for row in lab.simulator.rows("vms")]


def test_one_that_is_to_be_off_is_not_powered_off_against_its_guests_will(lab: Lab) -> None:
    lab.up(server(stop_timeout=0))
    lab.simulator.transitions(ignore_poweroff=True)
    run = lab.up(server(stop_timeout=0, power=PowerArgs(state="stopped", timeout=1)), fails=True)
    assert re.search(r"Unable to update Power 'web-power': power off: still 'running'", " ".join(run.errors))
    assert not killed(lab)


def test_a_server_whose_data_would_be_lost_goes_on_running(lab: Lab) -> None:
    lab.up(server(stop_timeout=0))
    (drive,) = lab.simulator.rows("machine_drives")
    lab.simulator.edit("machine_drives", drive["$key"], used_bytes=1 << 30)
    refused = lab.destroy(fails=True)
    assert any("Unable to delete Power 'web-power': this would delete the data on" in text for text in refused.errors)
    assert not {"poweroff", "kill"} & set(done(lab))
    lab.simulator.reset("log")
    lab.up(server(stop_timeout=0, allow_data_loss=True))
    assert done(lab) == []
    lab.destroy()
    assert lab.simulator.rows("vms") == []


# Names ----------------------------------------------------------------------------------------------------------------

CLASHING = """
from verge_pulumi import DriveArgs, Network, Server

Network("lan", name="lan")
Server("web", name="web", drives={"db-root": DriveArgs(disksize="1GiB")})
Server("web-db", name="web-db", drives={"root": DriveArgs(disksize="1GiB")})
"""


@pytest.mark.fault(106)
def test_of_a_program_that_is_refused_nothing_is_created(lab: Lab, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(CLASHING)
    process = Project(lab, program).start("up", "--yes", "--skip-preview")
    output, _ = process.communicate(timeout=LIMIT)
    assert process.returncode != 0
    assert "error: Unable to declare Server 'web-db': drive 'root' of Server 'web-db' and drive 'db-root'" in output
    assert "Traceback" not in output
    assert not [request for request in lab.simulator.requests() if request.applied]


RENAMED = f"""
import os
import pulumi
from verge_pulumi import CloudInit, DriveArgs, Server, VirtualMachine, cloudinit

class Web(Server):
    def __init__(self, resource_name, opts=None, **arguments):
        super().__init__(resource_name, opts, **{{"ram": 512, **arguments}})
        self.site = "here"

name = os.environ.get("NAME", "web")
Web(
    name,
    name="web",
    drives={{"root": DriveArgs(disksize="1GiB")}},
    cloud_init=CloudInit(
        users=[cloudinit.User(name="ada", password=pulumi.Output.secret("{PASSWORD}"))], password="{PASSWORD}"
    ),
    cloud_init_on_change="replace",
    opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="web")]),
)
"""


@pytest.mark.fault(105)
def test_a_server_that_is_renamed_with_its_stack_stays_the_same_instance(lab: Lab, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(RENAMED)
    project = Project(lab, program)
    loud = ("--logtostderr", "-v=8", "--debug")
    shown = [project.run("preview", "--diff"), project.run("up", "--yes", "--skip-preview", "--diff", *loud)]
    before, vms = files(lab), lab.simulator.rows("vms")
    assert re.search("instance-id: web-[0-9a-f]{8}", before["/meta-data"])
    assert before["/user-data"].count("$6$rounds=") == 2
    state = json.loads(project.run("stack", "export"))["deployment"]["resources"]
    kinds = {each["type"] for each in state}
    assert {"vergeos:index:Server", "pulumi-python:dynamic/vergeos:VirtualMachine"} < kinds
    assert "Web" not in repr(kinds)

    project.run("stack", "rename", "prod")
    shown.append(project.run("up", "--yes", "--skip-preview", "--diff", NAME="frontend"))
    shown.append(project.run("preview", "--diff", "--expect-no-changes", NAME="frontend"))
    shown.append(project.run("refresh", "--yes", "--skip-preview", NAME="frontend"))
    assert files(lab) == before
    assert [vm["$key"] for vm in lab.simulator.rows("vms")] == [vm["$key"] for vm in vms]

    shown.append(project.run("stack", "export", "--show-secrets"))
    shown.append(lab.state_text())
    shown += [repr(lab.simulator.requests()), repr(before)]
    for text in shown:
        assert PASSWORD not in text
        # Nor in the form in which the program hands it over.
        for user in ("", "ada"):
            marked = base64.urlsafe_b64encode(json.dumps([user, PASSWORD]).encode()).decode()
            assert marked not in text
    project.run("destroy", "--yes", "--skip-preview", NAME="frontend")


def files(lab: Lab) -> dict[str, str]:
    """Return what VergeOS hands to the guest."""
    return {row["name"]: row["contents"] for row in lab.simulator.rows("cloudinit_files")}


@pytest.mark.parametrize("user", [None, cloudinit.User(name="ada", password="secret")])
def test_a_new_server_is_previewed_and_a_plan_of_it_holds(lab: Lab, tmp_path: Path, user: Any) -> None:
    program = server(cloud_init=CloudInit(users=[user] if user else []))
    plan = str(tmp_path / "plan.json")
    assert lab.preview(program, plan=plan).changes["web-meta-data"] == "create"
    assert lab.up(program, plan=plan).changes["web-meta-data"] == "create"
    assert lab.preview(program).changes == {}


@pytest.mark.parametrize("power", [None, PowerArgs(state="running")])
@pytest.mark.parametrize("project", ["team", "shop"], ids=["another project", "this one in another backend"])
def test_a_drive_of_another_stack_keeps_its_vm_until_it_is_gone(
    lab: Lab, tmp_path: Path, project: str, power: PowerArgs | None
) -> None:
    lab.up(server(power=power))
    (vm,) = lab.simulator.rows("vms")

    def program() -> None:
        Drive("pgdata", vm=str(vm["$key"]), name="pgdata", disksize="1GiB")

    team = Lab(tmp_path / "team", lab.cli, lab.simulator, project=project, stack="other")
    team.up(program)
    refused = lab.destroy(fails=True)
    assert f"Drive 'pgdata' of 'web' within it belongs to {project}/other as 'pgdata'" in str(refused.errors)
    names = {drive["name"] for drive in lab.simulator.rows("machine_drives")}
    assert names == {"pgdata", "root"}
    team.destroy()
    lab.destroy()
    assert lab.simulator.rows("vms") == lab.simulator.rows("machine_drives") == []
