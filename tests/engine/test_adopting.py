"""``adopt=True`` with the real engine: what a preview says, and that one argument takes over a whole machine."""

from __future__ import annotations

import os
import shutil
import sysconfig
import venv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.engine.events import command
from tests.engine.lab import Lab, Program, ask
from verge_pulumi import DriveArgs, Network, NicArgs, PowerArgs, Server
from verge_pulumi.cli.app import app
from verge_pulumi.simulator import Simulator

GIB = 1024**3

ROOT = Path(__file__).resolve().parents[2]

NETWORK = "pulumi-python:dynamic/vergeos:Network"


def machine(simulator: Simulator) -> dict[str, int]:
    """Make a running VM as people do in the UI; return the keys of its rows."""
    lan = int(simulator.add("vnets", name="lan", mtu=1500))
    vm = int(simulator.add("vms", name="web", cpu_cores=8, ram=4096))
    (row,) = [row for row in simulator.rows("vms") if row["$key"] == vm]
    root = int(simulator.add("machine_drives", name="root", machine=row["machine"], disksize=20 * GIB))
    eth0 = int(simulator.add("machine_nics", name="eth0", machine=row["machine"], vnet=lan))
    ask(simulator, "POST", "vm_actions", {"vm": vm, "action": "poweron"})
    simulator.reset("log")
    return {"lan": lan, "web-vm": vm, "web-root": root, "web-eth0": eth0}


def program(size: str = "20GiB", *, cores: int | None = 1, adopt: bool | None = True) -> Program:
    """Return a program of the network and the server."""

    def declare() -> None:
        lan = Network("lan", name="lan", adopt=adopt)
        drives, nics = {"root": DriveArgs(disksize=size)}, {"eth0": NicArgs(network=lan)}
        Server("web", name="web", cpu_cores=cores, drives=drives, nics=nics, adopt=adopt)

    return declare


def test_a_preview_names_what_the_take_over_of_a_machine_changes(lab: Lab) -> None:
    keys = machine(lab.simulator)
    before = lab.simulator.snapshot()
    run = lab.preview(program())
    told = {name: text.strip() for severity, name, text in run.messages if severity == "warning" and "exists" in text}
    as_it_is = "the update would take it over as it is"
    assert told == {
        "lan": f"Network 'lan' exists already (key {keys['lan']}): {as_it_is}",
        "web-vm": f"VirtualMachine 'web' exists already (key {keys['web-vm']}): the update would take it over and "
        "change cpu_cores 8 → 1",
        "web-root": f"Drive 'root' exists already (key {keys['web-root']}): {as_it_is}",
        "web-eth0": f"Nic 'eth0' exists already (key {keys['web-eth0']}): {as_it_is}",
    }
    assert not any(request.applied for request in lab.simulator.requests())
    run = lab.preview(program("10GiB"), fails=True)
    assert any("a drive never shrinks; it has 20GiB, the program says 10GiB" in text for text in run.errors)
    assert lab.simulator.snapshot() == before


def test_one_argument_takes_over_a_whole_machine(lab: Lab) -> None:
    keys = machine(lab.simulator)
    before = {table: lab.simulator.rows(table) for table in ("vms", "vnets", "machine_drives", "machine_nics")}
    lab.up(program(cores=None))
    assert {name: int(each["id"]) for name, each in lab.state().items() if name in keys} == keys
    after = {table: lab.simulator.rows(table) for table in before}
    marks = {"description", "modified"}
    assert _without(after, marks) == _without(before, marks)
    assert {request.verb for request in lab.simulator.requests() if request.applied} == {"PUT"}
    lab.simulator.reset("log")
    lab.up(program(cores=None, adopt=None))
    assert lab.up(program(cores=None, adopt=None)).changes == {}
    assert not any(request.applied for request in lab.simulator.requests())


def test_what_was_given_back_is_as_before_and_can_be_taken_over_again(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = machine(lab.simulator)
    before = lab.simulator.snapshot()
    lab.up(program(cores=None))
    monkeypatch.chdir(lab.folder)
    for name, value in lab.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", str(lab.cli), prepend=os.pathsep)
    ejected = CliRunner().invoke(app, ["eject", "dev", "--yes"])
    assert ejected.exit_code == 0, ejected.output
    assert lab.state() == {}
    assert lab.simulator.snapshot() == before
    lab.up(program(cores=None))
    assert {name: int(each["id"]) for name, each in lab.state().items() if name in keys} == keys


def test_pulumi_import_says_what_to_do_instead(lab: Lab, tmp_path: Path) -> None:
    """As the package is installed: beside the libraries of the environment, with what is loaded at Python's start."""
    venv.create(tmp_path / "venv", with_pip=False)
    (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    shutil.copy(ROOT / "verge_pulumi_host.pth", packages)
    lab.environment["PULUMI_PYTHON_CMD"] = str(tmp_path / "venv" / "bin" / "python")
    told = command(lab, "import", "--yes", "--stack=dev", NETWORK, "lan", "3", fails=True)
    assert "vergeos: Unable to import Network 'lan': Pulumi imports nothing that a dynamic provider manages." in told
    assert "Declare it in the program with adopt=True" in told
    assert "Traceback" not in told
    assert "KeyError" not in told
    assert lab.simulator.requests() == []


def _without(tables: dict[str, list[dict[str, object]]], columns: set[str]) -> dict[str, list[dict[str, object]]]:
    return {
        table: [{name: value for name, value in row.items() if name not in columns} for row in rows]
        for table, rows in tables.items()
    }


def test_the_parts_of_a_server_whose_vm_was_not_let_go_are_adopted_for_one_run(lab: Lab) -> None:
    """Pulumi has dropped them from the state by then, since they were to go with the VM."""

    def server(adopt: bool | None = None) -> Program:
        drives, nics, power = {"root": DriveArgs(disksize="1GiB")}, {"eth0": NicArgs()}, PowerArgs(state="running")

        def declare() -> None:
            Server("web", name="web", ram=512, drives=drives, nics=nics, power=power, adopt=adopt)

        return declare

    def is_not_let_go() -> None:
        refusal = {"what": "status", "status": 409, "body": {"err": "locked by a task"}}
        lab.simulator.faults({"match": {"verb": "DELETE", "path": "/vms/", "times": 0}, **refusal})
        assert any("Unable to delete VirtualMachine 'web'" in text for text in lab.destroy(fails=True).errors)
        assert "web-vm" in lab.state()
        assert parts.isdisjoint(lab.state())
        lab.simulator.faults()

    parts = {"web-root", "web-eth0"}
    lab.up(server())
    before = {name: each.get("id") for name, each in lab.state().items()}
    is_not_let_go()
    errors = lab.up(server(), fails=True).errors
    assert all(any(f"bears the mark of shop/dev as '{name}'" in text for text in errors) for name in parts)
    lab.up(server(adopt=True))
    assert {name: each.get("id") for name, each in lab.state().items()} == before
    lab.up(server())
    is_not_let_go()
    lab.destroy()
    assert lab.simulator.rows("vms") + lab.simulator.rows("machine_drives") + lab.simulator.rows("machine_nics") == []
