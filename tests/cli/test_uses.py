"""``verge-pulumi uses``: the classes of resources in the states of stacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from tests.cli.states import export
from tests.providers.bench import Bench
from verge_pulumi.cli.app import app


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["uses", *arguments])


def test_the_classes_of_several_stacks_are_written_once_and_nobody_is_asked(bench: Bench, tmp_path: Path) -> None:
    lan = bench.create("Network", "lan", name="lan")
    wan = bench.create("Network", "wan", name="wan", type="external")
    web = bench.create("VirtualMachine", "web", name="web")
    files = []
    for number, made in enumerate([[lan, web], [wan]]):
        folder = tmp_path / str(number)
        folder.mkdir()
        files.append(str(export(folder, f"shop/{number}", *made)))
    bench.simulator.reset("log")
    result = run(*files)
    assert (result.exit_code, result.stdout) == (0, "uses=[Network, VirtualMachine]\n")
    assert bench.simulator.requests() == []


def test_a_state_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(json.dumps([]))
    result = run(str(tmp_path / "state.json"))
    assert result.exit_code == 2
    assert result.stderr.startswith("Unable to tell what the stacks use: ")
    assert run("dev").exit_code == 2
