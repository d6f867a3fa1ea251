"""``verge-pulumi new``: projects made of the examples, and what else the command says of itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

import verge_pulumi
from verge_pulumi.cli import new as module
from verge_pulumi.cli.app import app

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PROJECTS = sorted(path.parent.name for path in EXAMPLES.glob("*/Pulumi.yaml"))
OTHERS = sorted(set(module.offered()) - {*PROJECTS})


def new(*arguments: str, **options: Any) -> Any:
    return CliRunner().invoke(app, ["new", *arguments], **options)


def told(*arguments: str) -> str:
    """Return why no project is made."""
    result = new(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    return str(result.stderr)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", PROJECTS)
def test_a_project_is_made_of_an_example(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "my shop"
    result = new(name, str(folder))
    assert result.exit_code == 0, result.output
    made, origin = (yaml.safe_load((each / "Pulumi.yaml").read_text()) for each in (folder, EXAMPLES / name))
    assert made["name"] == "my-shop"
    assert made["runtime"] == origin["runtime"]
    assert ".gitignore" in files(folder)
    assert files(folder) - {".gitignore"} <= files(EXAMPLES / name)
    assert (folder / "__main__.py").read_bytes() == (EXAMPLES / name / "__main__.py").read_bytes()
    without = [key for key, each in made.get("config", {}).items() if "default" not in each]
    assert re.findall(r"pulumi config set (?:--secret )?(\S+) \.\.\.", result.stdout) == without


def test_what_a_template_asks_for_has_its_defaults(tmp_path: Path) -> None:
    new("template", str(tmp_path), "--name", "shop")
    made = yaml.safe_load((tmp_path / "Pulumi.yaml").read_text())
    asked = yaml.safe_load((EXAMPLES / "template" / "Pulumi.yaml").read_text())["template"]["config"]
    assert (made["name"], "template" in made) == ("shop", False)
    assert {key: each["default"] for key, each in made["config"].items()} == {
        key: each["default"] for key, each in asked.items()
    }


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_project_of_its_own_is_copied(name: str, tmp_path: Path) -> None:
    result = new(name, str(tmp_path))
    assert (result.exit_code, "README.md" in result.stdout) == (0, True)
    assert files(EXAMPLES / name) >= files(tmp_path) - {".gitignore"} >= {"README.md"}


def test_all_examples_are_listed_with_what_they_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = new()
    assert (result.exit_code, files(tmp_path)) == (0, set())
    assert sorted(line.split()[0] for line in result.stdout.splitlines()) == sorted(PROJECTS + OTHERS)
    assert all(len(line.split()) > 3 for line in result.stdout.splitlines())


def test_at_a_terminal_it_asks_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "at_terminal", lambda: True)
    assert new(input="\n").exit_code == 0
    assert "__main__.py" in files(tmp_path)


def test_nothing_that_is_there_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("mine")
    (tmp_path / ".gitignore").write_text("mine")
    assert "__main__.py is there already. Name another folder" in told("template", str(tmp_path))
    assert files(tmp_path) == {"__main__.py", ".gitignore"}
    (tmp_path / "__main__.py").unlink()
    (tmp_path / ".venv").mkdir()
    assert new("template", str(tmp_path)).exit_code == 0
    assert (tmp_path / ".gitignore").read_text() == "mine"


def test_an_example_that_is_none_is_told_with_those_that_are(tmp_path: Path) -> None:
    message = told("web\x1b", str(tmp_path))
    assert message.startswith("Unable to make a project: there is no example 'web")
    assert "Choose one of template, web-tier," in message
    assert "\x1b" not in message


def test_a_name_that_pulumi_does_not_accept(tmp_path: Path) -> None:
    assert "'my shop' is no name of a project" in told("template", str(tmp_path), "--name", "my shop")


@pytest.mark.parametrize("example", ["web-tier", "template"])
@pytest.mark.parametrize("name", ["2024", "true", "null", "1.0", "1e3", "0x1F", ".5"])
def test_a_name_is_a_text_to_every_version_of_yaml(tmp_path: Path, name: str, example: str) -> None:
    assert new(example, str(tmp_path), f"--name={name}").exit_code == 0
    assert f'name: "{name}"' in (tmp_path / "Pulumi.yaml").read_text().splitlines()


@pytest.mark.parametrize("name", [".", ".."])
def test_a_folder_is_no_name(tmp_path: Path, name: str) -> None:
    assert told("web-tier", str(tmp_path), f"--name={name}").startswith(
        f"Unable to make a project: '{name}' is no name"
    )
    assert files(tmp_path) == set()


def test_a_link_to_nowhere_is_there(tmp_path: Path) -> None:
    (tmp_path / "README.md").symlink_to(tmp_path / "no/where")
    assert "README.md is there already" in told("web-tier", str(tmp_path))
    assert files(tmp_path) == set()


def test_a_project_that_cannot_be_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, left = Path.write_bytes, [1]

    def full(path: Path, content: bytes) -> int:
        if not left:
            raise OSError(28, "No space left on device", str(path))
        left.pop()
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    assert "No space left on device" in told("web-tier", str(tmp_path))
    assert files(tmp_path) == set()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "Name a folder that can be written" in told("template", str(tmp_path / "file"))


def test_the_version_is_that_of_the_package() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"verge-pulumi {verge_pulumi.__version__}\n"
    stated = re.search(r'^version = "(.+)"$', (EXAMPLES.parent / "pyproject.toml").read_text(), re.M)
    assert stated
    assert verge_pulumi.__version__ == stated[1]


def complete(shell: str, words: str, folder: Path = EXAMPLES) -> str:
    """Return what a shell is offered for the last of some words."""
    environment = {
        "_VERGE_PULUMI_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": words,
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": words.rpartition(" ")[2],
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
    }
    program = "import sys; sys.argv[0] = 'verge-pulumi'; from verge_pulumi.cli import main; main()"
    command = [sys.executable, "-c", program]
    environment |= os.environ | {"PYTHONPATH": str(EXAMPLES.parent)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_shell_completes_commands(shell: str) -> None:
    offered = complete(shell, "verge-pulumi co")
    assert "compare" in offered
    assert "conformance" in offered
    assert "drift" not in offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_the_script_of_each_shell_is_shown(shell: str) -> None:
    environment = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    program = f"import sys; sys.argv = ['verge-pulumi', '--show-completion', '{shell}']"
    command = [sys.executable, "-c", f"{program}; from verge_pulumi.cli import main; main()"]
    shown = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True).stdout
    assert "_VERGE_PULUMI_COMPLETE" in shown


def test_examples_and_stacks_are_completed(tmp_path: Path) -> None:
    assert complete("bash", "verge-pulumi new web").split() == ["web-tier"]
    for stack in ("dev", "prod"):
        (tmp_path / f"Pulumi.{stack}.yaml").touch()
    assert complete("bash", "verge-pulumi drift ", tmp_path).split() == ["dev", "prod"]
    assert complete("bash", "verge-pulumi doctor --stack d", tmp_path).split() == ["dev"]
