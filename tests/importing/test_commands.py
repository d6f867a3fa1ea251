"""Pulumi's command line, as far as an import needs it; a script stands in its place."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from verge_pulumi.engine.errors import EngineError
from verge_pulumi.importing.commands import Pulumi

SCRIPT = r"""#!/bin/sh
echo "$@" >> calls
case "$1 $2" in
  "stack --show-name") echo "${NAME:-dev}" ;;
  "config --json") echo '{"shop:size": {"value": "3"}, "shop:key": {"value": "c4nary", "secret": true}}' ;;
  "stack export") echo '{"version": 3, "deployment": {}}' ;;
  "stack import") cat > imported ;;
  *) printf '\033[31mno such\033[0m command' >&2; exit 7 ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, with a command line that answers."""
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text(SCRIPT)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "organization", "stack"),
    [("dev", "organization", "dev"), ("me/shop/prod", "me", "prod"), ("organization/shop/dev", "organization", "dev")],
)
def test_the_stack_with_its_configuration(folder: Path, name: str, organization: str, stack: str) -> None:
    told = Pulumi(folder, name).stack()
    assert (told.organization, told.project, told.name) == (organization, "shop", stack)
    assert told.owner == f"shop/{stack}"
    assert told.config == {"shop:size": "3", "shop:key": "c4nary"}
    assert told.secret == ("shop:key",)
    assert "c4nary" not in repr(told)
    assert f"config --json --show-secrets --non-interactive --stack={name}" in (folder / "calls").read_text()


def test_the_selected_stack_is_taken_where_none_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAME", "staging")
    assert Pulumi(folder, "").stack().name == "staging"
    assert "--stack" not in (folder / "calls").read_text()


def test_the_state_goes_out_and_in_through_pipes(folder: Path) -> None:
    pulumi = Pulumi(folder, "dev")
    exported = pulumi.export()
    assert exported == {"version": 3, "deployment": {}}
    backup = folder / "before.json"
    pulumi.replace_state(exported, {**exported, "deployment": {"resources": []}}, backup)
    assert json.loads((folder / "imported").read_text())["deployment"] == {"resources": []}
    assert json.loads(backup.read_text()) == exported
    assert {path.name for path in folder.iterdir()} == {"bin", "calls", "imported", "before.json", "Pulumi.yaml"}


@pytest.mark.parametrize("printed", ["no JSON", "[]", '{"deployment": 5}'])
def test_what_is_no_state_is_told(folder: Path, printed: str) -> None:
    program = folder / "bin" / "pulumi"
    program.write_text(f"#!/bin/sh\necho '{printed}'\n")
    with pytest.raises(EngineError, match=r"'pulumi stack export' wrote no (JSON|state)"):
        Pulumi(folder, "dev").export()


def test_secrets_are_asked_for_where_they_are_wanted(folder: Path) -> None:
    Pulumi(folder, "dev").export(secrets=True)
    assert "stack export --show-secrets --non-interactive" in (folder / "calls").read_text()


def test_a_command_that_fails_is_told_in_its_own_words(folder: Path) -> None:
    pulumi = Pulumi(folder, "dev")
    with pytest.raises(EngineError, match=r"'pulumi what' failed: .*no such.*command") as caught:
        pulumi.must("what")
    assert "\x1b" not in str(caught.value)
    ran = pulumi.run("what")
    assert (ran.code, ran.output) == (7, "")


@pytest.mark.parametrize("content", [None, "- a list", "runtime: python", "{"])
def test_a_folder_that_holds_no_project_is_refused(folder: Path, content: str | None) -> None:
    (folder / "Pulumi.yaml").unlink()
    if content is not None:
        (folder / "Pulumi.yaml").write_text(content)
    with pytest.raises(EngineError, match=r"Pulumi\.yaml is not the file of a Pulumi project\. Run 'pulumi new' there"):
        Pulumi(folder, "dev").stack()


def test_a_program_is_not_written_beside_the_one_that_pulumi_runs(folder: Path) -> None:
    """What is imported into the state would be deleted by a run of a program that lacks it."""
    within = folder / "parts"
    within.mkdir()
    with pytest.raises(EngineError) as caught:
        Pulumi(within, "dev").stack()
    assert str(caught.value) == f"the Pulumi project is in '{folder}', above this folder. Import there"
    (folder / "Pulumi.yaml").rename(folder / "Pulumi.yml")
    assert Pulumi(folder, "dev").stack().project == "shop"


def test_there_may_be_no_command_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(EngineError, match="there is no 'pulumi' on the PATH"):
        Pulumi(folder, "dev").export()
