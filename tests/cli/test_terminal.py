"""What a terminal is shown and a pipe is not, and what a command says while it takes long."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from tests.cli.states import export
from tests.providers.bench import Bench
from verge_pulumi.cli import terminal
from verge_pulumi.cli.app import app
from verge_pulumi.cli.terminal import awaited, show, tell, working

pty = pytest.importorskip("pty", reason="Windows has no such terminals")

TABLE = "## Drift\n\n| Object | Field |\n| --- | --- |\n| `web` | `ram` |"


class Slow:
    """A timer that a test lets run out; in the place of `threading.Timer`."""

    made: ClassVar[list[Slow]] = []

    def __init__(self, seconds: float, function: Callable[[], None]) -> None:
        self.seconds = seconds
        self.function = function
        self.running = False
        Slow.made.append(self)

    def start(self) -> None:
        self.running = True

    def cancel(self) -> None:
        self.running = False

    @classmethod
    def run_out(cls) -> None:
        """Let the time pass for all that runs."""
        for each in cls.made:
            if each.running:
                each.running = False
                each.function()


class Immediate(Slow):
    """A timer for which everything takes long."""

    def start(self) -> None:
        self.function()


@pytest.fixture(autouse=True)
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Slow, "made", [])
    monkeypatch.setattr(terminal, "Timer", Slow)
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")


def at_a_terminal(*arguments: str, **environment: str) -> str:
    """Run the command at a terminal; return what that is sent."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "verge_pulumi", *arguments]
    with subprocess.Popen(command, stdout=slave, stderr=slave, stdin=slave, env=os.environ | environment):
        os.close(slave)
        sent = b""
        try:
            while part := os.read(master, 65536):
                sent += part
        except OSError:  # how Linux says that nobody has the terminal any more
            pass
    os.close(master)
    return sent.decode()


def test_a_pipe_gets_the_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    show("web: ram", TABLE)
    tell("ok  ", "green", " login [all]")
    assert capsys.readouterr().out == "web: ram\nok   login [all]\n"


def test_a_terminal_gets_tables_and_colours(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    show("web: ram", TABLE)
    tell("ok  ", "green", " login [all]")
    shown = capsys.readouterr().out
    assert "\x1b[32mok  \x1b[0m login [all]\n" in shown
    assert "━" in shown or "─" in shown
    assert "| --- |" not in shown


def test_without_colours_the_tables_stay(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    show("web: ram", TABLE)
    tell("ok  ", "green", " login")
    shown = capsys.readouterr().out
    assert "\x1b[3" not in shown
    assert "─" in shown


def test_what_is_folded_on_a_page_is_a_section_and_a_picture_is_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    folded = (
        "<details open>\n<summary>To look at</summary>\n\n- web\n\n</details>\n\n"
        "<details>\n<summary>Picture</summary>\n\n```mermaid\ngraph TD\n```\n\n</details>\n\nend\n"
    )
    show("", folded)
    shown = capsys.readouterr().out
    assert "To look at" in shown
    assert "end" in shown
    assert "graph" not in shown
    assert "Picture" not in shown


def test_what_is_done_at_once_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with working("Reading"):
        pass
    Slow.run_out()
    assert capsys.readouterr() == ("", "")


def test_what_takes_long_is_one_line_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with working("Reading") as work:
        assert [each.seconds for each in Slow.made] == [terminal.PATIENCE]
        work.now("Comparing")
        Slow.run_out()
        Slow.run_out()
    assert capsys.readouterr() == ("", "Comparing …\n")


def test_what_takes_long_stands_on_the_last_line_of_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with working("Reading [all]"):
        Slow.run_out()
    out, shown = capsys.readouterr()
    assert out == ""
    assert "Reading [all]" in shown
    assert "0:00:00" in shown
    assert shown.endswith("\x1b[2K")  # the line is taken away


def test_nothing_else_is_shown_while_a_person_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    with working("Reading") as work:
        ask = work.aside(lambda question: (Slow.run_out(), question)[1])
        assert ask("Really?") == "Really?"
        assert capsys.readouterr().err == ""
        Slow.run_out()
    assert capsys.readouterr().err == "Reading …\n"


def test_only_the_wait_for_the_next_item_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    def items() -> Any:
        yield 1
        Slow.run_out()
        yield 2

    assert [(each, capsys.readouterr().err) for each in awaited("Deleting", items())] == [
        (1, ""),
        (2, "Deleting …\n"),
    ]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["billing"], "Reading the billing records"),
        (["compare", "state.json", "state.json"], "Reading both states"),
        (["conformance"], "Reading schemas"),
        (["doctor"], "Checking what a run needs"),
        (["drift", "state.json"], "Reading the states"),
        (["eject", "dev"], "Reading the state"),
        (["import"], "Importing"),
        (["reap", "--project", "shop"], "Looking for what has expired"),
        (["report"], "Reading the preview"),
        (["uses", "state.json"], "Reading the states"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_every_command_that_asks_something_says_so(
    arguments: list[str], what: str, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan = bench.create("Network", "lan", name="dev-lan")
    Path(export(tmp_path, "shop/dev", lan)).rename(tmp_path / "state.json")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(terminal, "Timer", Immediate)
    result = CliRunner().invoke(app, arguments, input="{}")
    assert f"{what} …\n" in result.stderr


@pytest.mark.parametrize("command", sorted(get_command(app).commands))  # type: ignore[attr-defined]
def test_help_at_a_terminal_loses_no_word(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def words() -> set[str]:
        shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "300"}).output
        return set(re.findall(r"\w+", shown.lower()))

    plain = words()
    monkeypatch.setattr(app, "rich_markup_mode", "rich")
    assert plain - words() <= {"options"}


@pytest.mark.parametrize("command", sorted(set(get_command(app).commands) - {"simulator"}))  # type: ignore[attr-defined]
@pytest.mark.parametrize("markup", ["rich", None])
def test_help_calls_what_is_given_by_name(command: str, markup: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "rich_markup_mode", markup)
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "300", "NO_COLOR": "1"}).output
    assert not re.search(r"list\[|<str>|<path>|<dir>|\{", shown)


def test_help_is_coloured_at_a_terminal() -> None:
    shown = at_a_terminal("drift", "--help")
    assert "\x1b[" in shown
    assert "Exit codes: 0 nothing differs" in shown


def test_a_command_at_a_terminal_shows_a_table(bench: Bench, tmp_path: Path) -> None:
    lan = bench.create("Network", "lan", name="dev-lan", network="10.0.0.0/24", dhcp_enabled=True)
    state = export(tmp_path, "shop/dev", lan)
    bench.simulator.edit("vnets", int(lan.id), dhcp_enabled=False)
    shown = at_a_terminal("drift", state)
    assert "Recorded" in shown
    assert "─" in shown
    assert json.loads(CliRunner().invoke(app, ["drift", state, "--format", "json"]).output)["drifted"]
