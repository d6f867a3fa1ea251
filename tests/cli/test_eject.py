"""``verge-pulumi eject``: marks go, then the entries of the state; nothing else is touched, and nothing is deleted."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.cli.states import document, made
from tests.providers.bench import Bench, Managed
from verge_pulumi.cli.app import app
from verge_pulumi.ejecting.choosing import choose
from verge_pulumi.ejecting.terraform import TYPES, import_blocks
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.review.kinds import every_kind

OWNER = "shop/dev"

PULUMI = """#!/bin/sh
cd "$(dirname "$0")"
test ! -d locked || case "$*" in
whoami*) echo "{\\"url\\": \\"file://$PWD/locked\\"}"; exit ;;
*--show-name*) echo organization/shop/dev; exit ;;
esac
case "$2" in
export) cat state.json; test ! -f meanwhile || mv meanwhile state.json ;;
import) test ! -f full || { echo "error: no space left" >&2; exit 1; }; cat > state.json ;;
esac
"""
"""A CLI that holds one stack in a file, which may change after it was read, or not be writable."""


class Project:
    """A stack of a network, a VM with a drive, and a rule."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench = bench
        self.folder = folder
        self.lan = made(bench, OWNER, "Network", "lan", name="lan", description="for tests")
        self.vm = made(bench, OWNER, "VirtualMachine", "web-vm", name="web")
        self.disk = made(bench, OWNER, "Drive", "web-disk", vm=self.vm.id, name="disk", disksize="1GiB")
        state = document(OWNER, self.lan, self.vm, self.disk)
        resources = state["deployment"]["resources"]
        server = f"{resources[0]['urn'].rpartition('::')[0].rpartition('::')[0]}::vergeos:index:Server::web"
        resources.insert(2, {"urn": server, "type": "vergeos:index:Server", "parent": resources[0]["urn"]})
        lan, vm, disk = resources[3:]
        vm["parent"], disk["parent"] = server, server
        disk["dependencies"], disk["propertyDependencies"] = [vm["urn"]], {"vm": [vm["urn"]]}
        lan["parent"] = resources[0]["urn"]
        self.write(state)
        bench.simulator.reset("log")

    def write(self, state: dict[str, Any]) -> None:
        (self.folder / "state.json").write_text(json.dumps(state))

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "state.json").read_text())
        return found

    @property
    def names(self) -> list[str]:
        """The names of what is in the state, without stack and provider."""
        return [each["urn"].rpartition("::")[2] for each in self.state["deployment"]["resources"][2:]]

    def eject(self, *arguments: str, yes: bool = True) -> Result:
        """Run the command."""
        answer = ["--yes"] if yes else []
        return CliRunner().invoke(app, ["eject", "dev", *answer, *arguments])

    def description(self, managed: Managed) -> str:
        return str(managed.row()["description"])


@pytest.fixture
def project(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The stack, in a folder of its own."""
    program = tmp_path / "pulumi"
    program.write_text(PULUMI)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.chdir(tmp_path)
    return Project(bench, tmp_path)


def test_all_is_given_back_and_nothing_is_deleted(project: Project) -> None:
    result = project.eject()
    assert result.exit_code == 0, result.output
    assert result.output.startswith("3 objects of shop/dev:\n")
    for line in (f"Network 'lan' (vnets/{project.lan.id})", f"Drive 'web-disk' (machine_drives/{project.disk.id})"):
        assert f"  {line}\n" in result.output
    assert "Nobody manages them now." in result.output
    assert project.names == []
    assert project.description(project.lan) == "for tests"
    assert project.description(project.vm) == project.description(project.disk) == ""
    assert {(write.verb, *write.body) for write in project.bench.writes()} == {("PUT", "description")}


def test_the_state_as_it_was_is_kept_for_its_owner_alone(project: Project) -> None:
    before = project.state
    result = project.eject()
    kept = project.folder / "dev.before-eject.json"
    assert json.loads(kept.read_text()) == before
    assert kept.stat().st_mode & 0o777 == 0o600
    assert f"pulumi stack import --stack dev --file {kept.name}" in result.output


def test_a_backup_is_not_overwritten(project: Project) -> None:
    (project.folder / "old.json").write_text("kept")
    result = project.eject("--backup", "old.json")
    assert (result.exit_code, project.names) == (1, ["web", "lan", "web-vm", "web-disk"])
    assert "the backup 'old.json' cannot be written" in result.stderr
    assert (project.folder / "old.json").read_text() == "kept"


@pytest.mark.parametrize("only", ["lan", "*"])
def test_a_backup_that_cannot_be_written_costs_no_mark(project: Project, only: str) -> None:
    (project.folder / "old.json").write_text("kept")
    assert project.eject("--only", only, "--backup", "old.json").exit_code == 1
    assert project.bench.writes() == []


def test_what_is_left_may_be_given_back_later(project: Project) -> None:
    assert project.eject("--only", "web").exit_code == 0
    result = project.eject()
    assert result.exit_code == 0, result.output
    assert "--file dev.before-eject-2.json" in result.output
    assert project.names == []


def test_a_locked_stack_is_left_alone(project: Project) -> None:
    lock = project.folder / "locked/.pulumi/locks/organization/shop/dev/1.json"
    lock.parent.mkdir(parents=True)
    lock.write_text(json.dumps({"username": "ann", "hostname": "pc", "pid": 7, "timestamp": "today"}))
    result = project.eject()
    assert (result.exit_code, project.bench.writes(), len(project.names)) == (1, [], 4)
    assert "Unable to eject: 'dev' is locked: held by ann@pc (pid 7) since today. Wait for" in result.stderr
    assert not (project.folder / "dev.before-eject.json").exists()


def test_what_was_replaced_waits_for_its_deletion_first(project: Project) -> None:
    state = project.state
    lan = next(each for each in state["deployment"]["resources"] if each["urn"].endswith("::lan"))
    state["deployment"]["resources"].append({**lan, "id": "999", "delete": True})
    project.write(state)
    result = project.eject("--only", "lan")
    assert (result.exit_code, project.bench.writes(), project.state) == (2, [], state)
    assert "'lan' was replaced, and what it was before still waits for its deletion" in result.stderr
    assert project.eject("--only", "web").exit_code == 0


def test_marks_are_kept_where_that_is_asked_for(project: Project) -> None:
    assert project.eject("--keep-marks").exit_code == 0
    assert project.bench.writes() == []
    assert project.names == []
    assert "[pulumi shop/dev web-vm" in project.description(project.vm)


def test_a_component_goes_with_all_that_is_in_it(project: Project) -> None:
    assert project.eject("--only", "web").exit_code == 0
    assert project.names == ["lan"]
    assert "[pulumi shop/dev lan" in project.description(project.lan)


def test_a_part_may_go_alone(project: Project) -> None:
    assert project.eject("--only", "web-d*").exit_code == 0
    assert project.names == ["web", "lan", "web-vm"]


def test_what_something_else_depends_on_stays_unless_that_goes_too(project: Project) -> None:
    result = project.eject("--only", "web-vm")
    assert result.exit_code == 2
    assert result.stderr == "Unable to eject: 'web-disk' stays and depends on 'web-vm'. Choose it too\n"
    assert project.bench.writes() == []
    assert project.eject("--only", "web-vm", "--only", "web-disk").exit_code == 0
    assert project.names == ["lan"]


def test_a_name_that_nothing_has_is_an_error(project: Project) -> None:
    result = project.eject("--only", "wbe")
    assert (result.exit_code, len(project.names)) == (2, 4)
    assert "no resource of shop/dev has the name 'wbe'" in result.stderr


@pytest.mark.parametrize("arguments", [["--dry-run"], []])
def test_nothing_happens_unless_it_is_confirmed(project: Project, arguments: list[str]) -> None:
    result = project.eject(*arguments, yes=False)
    assert "3 objects of shop/dev" in result.output
    assert (project.bench.writes(), len(project.names)) == ([], 4)


def test_a_row_that_is_somebody_elses_by_now_keeps_its_mark(project: Project) -> None:
    theirs = "[pulumi shop/prod lan 12ab]"
    project.bench.simulator.edit("vnets", int(project.lan.id), description=theirs)
    project.bench.simulator.remove("machine_drives", int(project.disk.id))
    result = project.eject()
    assert result.exit_code == 0
    assert f"Network 'lan' (vnets/{project.lan.id}) bears the mark of shop/prod as 'lan' by now" in result.output
    assert f"Drive 'web-disk' (machine_drives/{project.disk.id}) is not there any more" in result.output
    assert project.description(project.lan) == theirs
    assert project.names == []


def test_another_system_is_not_written_to(project: Project) -> None:
    state = project.state
    for each in state["deployment"]["resources"][3:]:
        each["outputs"]["__origin"]["system"] = "another"
    project.write(state)
    result = project.eject()
    assert result.exit_code == 1
    assert "it belongs to the system" in result.stderr
    assert (project.bench.writes(), len(project.names)) == ([], 4)


def test_a_mark_that_cannot_be_taken_off_leaves_the_state_as_it_was(project: Project) -> None:
    fault = {"match": {"verb": "PUT", "path": f"/machine_drives/{project.disk.id}$", "times": 0}, "what": "status"}
    project.bench.simulator.faults({**fault, "status": 403})
    result = project.eject()
    assert result.exit_code == 1
    assert f"Unable to take the mark off Drive 'web-disk' (machine_drives/{project.disk.id}): " in result.stderr
    assert len(project.names) == 4
    project.bench.simulator.faults()
    assert project.eject().exit_code == 0
    assert project.names == []


def test_a_state_that_changed_meanwhile_is_left_alone(project: Project) -> None:
    newer = {**project.state, "newer": True}
    (project.folder / "meanwhile").write_text(json.dumps(newer))
    result = project.eject()
    assert (result.exit_code, project.state) == (1, newer)
    assert "the state was changed meanwhile" in result.stderr


def test_a_state_that_cannot_be_written_is_told(project: Project) -> None:
    (project.folder / "full").touch()
    result = project.eject()
    assert (result.exit_code, len(project.names)) == (1, 4)
    assert "'pulumi stack import' failed: error: no space left" in result.stderr


def test_a_run_that_was_cut_off_comes_first(project: Project) -> None:
    state = project.state
    state["deployment"]["pending_operations"] = [{"type": "creating", "resource": {"urn": "x"}}]
    project.write(state)
    result = project.eject()
    assert (result.exit_code, project.bench.writes()) == (2, [])
    assert "Run 'pulumi up' first" in result.stderr


# For Terraform -------------------------------------------------------------------------------------------------------


def test_import_blocks_name_each_row_as_the_vendors_provider_does(project: Project) -> None:
    result = project.eject("--for", "terraform", "--dry-run")
    for to, id in (
        ("vergeio_network.lan", project.lan.id),
        ("vergeio_vm.web-vm", project.vm.id),
        ("vergeio_vm_drive.web-disk", f"{project.vm.id}/disk"),
    ):
        assert f'import {{\n  to = {to}\n  id = "{id}"\n}}\n' in result.output


def test_names_become_labels_that_terraform_accepts(bench: Bench) -> None:
    names = ("1 é", "2 é", "a${b}")
    networks = [made(bench, OWNER, "Network", name, name=f"n{number}") for number, name in enumerate(names)]
    addresses = made(bench, OWNER, "Address", "vip", network=networks[0].id, ip="10.0.0.5", type="virtual")
    blocks = list(import_blocks(choose(document(OWNER, *networks, addresses)).entries))
    labels = [found[1] for block in blocks if (found := re.search(r"to = vergeio_network\.(.*)", block))]
    assert labels == ["_1_", "_2_", "a_b_"]
    assert blocks[-1] == "# Address 'vip': vergeio has no type for it"


def test_equal_labels_are_told_apart(bench: Bench) -> None:
    networks = [made(bench, OWNER, "Network", name, name=name) for name in ("a b", "a_b")]
    blocks = "".join(import_blocks(choose(document(OWNER, *networks)).entries))
    assert "vergeio_network.a_b\n" in blocks
    assert "vergeio_network.a_b_2\n" in blocks


def test_every_type_is_of_a_table_that_is_managed() -> None:
    assert set(TYPES) <= {kind.declaration.table for kind in every_kind()}


def test_what_is_no_state_is_refused() -> None:
    with pytest.raises(EngineError, match="this is not what 'pulumi stack export' writes"):
        choose({"deployment": {"resources": []}})
