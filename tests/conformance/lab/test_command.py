"""The command ``verge-pulumi conformance --lab``."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.conformance.lab.site import assumed
from verge_pulumi.cli import lab as module
from verge_pulumi.cli.app import app
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import Surprise
from verge_pulumi.simulator import Simulator

ONLY = ("--only", "requests/receipt-*")


@pytest.fixture
def system(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A VergeOS that is as it was when the test is over, unless the test says otherwise."""
    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_API_KEY", simulator.api_key)
    before = simulator.snapshot()
    yield simulator
    assert simulator.snapshot() == before


def called(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, ["conformance", "--lab", *arguments], input=typed)


def assume(monkeypatch: pytest.MonkeyPatch, *checks: Any) -> None:
    """Let other assumptions be tried out."""
    monkeypatch.setattr(module, "chosen", lambda release, only: tuple(map(assumed, checks)))


def writes(system: Simulator) -> list[str]:
    return [request.verb for request in system.requests() if request.verb != "GET"]


def test_what_holds_is_listed_and_nothing_is_left(system: Simulator) -> None:
    result = called(*ONLY, "--yes")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[:2] == ["holds    requests/receipt-is-no-row", "holds    requests/receipt-of-a-vm"]
    assert lines[2].startswith("2 tried out: holds 2. ")
    assert lines[3:] == ["Nothing is left: all is as it was before."]


def test_the_prefix_has_to_be_typed(system: Simulator) -> None:
    asked = called(*ONLY, "--prefix", "trial", typed="trial\n")
    assert asked.exit_code == 0, asked.output
    assert "objects on 'site-a'" in asked.stderr
    assert "whose names begin with 'trial-'. Do it on a test system only." in asked.stderr
    system.reset("log")
    refused = called(*ONLY, "--prefix", "trial", typed="yes\n")
    assert (refused.exit_code, writes(system)) == (1, [])
    assert "Unable to run the lab: the prefix was not confirmed; nothing was written" in refused.stderr


@pytest.mark.parametrize("prefix", ["", "a", "la", "Lab", "la b", "9lab", "lab-", "x" * 17])
def test_a_prefix_has_to_be_one_that_all_names_may_have(system: Simulator, prefix: str) -> None:
    result = called("--prefix", prefix, "--yes")
    assert (result.exit_code, writes(system)) == (1, [])
    assert result.stderr.startswith("Unable to run the lab: the prefix must be 3 to 16 lower-case letters")


def test_a_prefix_that_an_earlier_lab_left_is_refused(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_API_KEY", simulator.api_key)
    simulator.add("vms", name="verge-lab-9f3a-vm")
    result = called(*ONLY, "--yes")
    assert (result.exit_code, writes(simulator)) == (1, [])
    assert "bear the prefix 'verge-lab': vms/1 'verge-lab-9f3a-vm': it is there." in result.stderr


@pytest.mark.parametrize("name", ["lc-lan", "site-lc-lan", "LC-LAN", "lc-lan-2", "lc-lan.example.com"])
def test_a_prefix_that_a_name_has_is_refused(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_API_KEY", simulator.api_key)
    key = simulator.add("vnets", name=name)
    result = called(*ONLY, "--prefix", "lc-lan", "--yes")
    assert (result.exit_code, writes(simulator)) == (1, [])
    assert f"bear the prefix 'lc-lan': vnets/{key} '{name}': it is there." in result.stderr


@pytest.mark.parametrize("name", ["lc-lan2", "alc-lan"])
def test_a_longer_word_is_no_name_with_the_prefix(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_API_KEY", simulator.api_key)
    simulator.add("vnets", name=name)
    assert called(*ONLY, "--prefix", "lc-lan", "--yes").exit_code == 0


def test_an_unknown_assumption_is_refused(system: Simulator) -> None:
    result = called("--only", "requests/recipt", "--yes")
    assert (result.exit_code, writes(system)) == (1, [])
    assert result.stderr == "Unable to run the lab: no assumption about 26.1.8 has such an id\n"


def test_what_differs_is_told_with_what_leans_on_it(system: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def differs(lab: Lab) -> None:
        lab.row("vms")
        raise Surprise("POST vms answered 200 instead of 201")

    assume(monkeypatch, differs, differs)
    result = called("--yes")
    assert result.exit_code == 2
    assert result.stdout.splitlines()[:4] == [
        "differs  test/differs",
        "         assumed: It is so. (open, a test)",
        "         POST vms answered 200 instead of 201",
        "         leans on it: ",
    ]
    assert "2 tried out: differs 2." in result.stdout
    stopped = called("--yes", "--stop")
    assert stopped.exit_code == 2
    assert "1 tried out: differs 1." in stopped.stdout
    assert "It stopped there, since --stop was given." in stopped.stdout


def test_json_has_all_of_it(system: Simulator) -> None:
    result = called(*ONLY, "--yes", "--json")
    document = json.loads(result.stdout)
    assert {key: document[key] for key in ("system", "release", "left", "interrupted", "stopped")} == {
        "system": "site-a",
        "release": "26.1.8",
        "left": [],
        "interrupted": False,
        "stopped": False,
    }
    assert [(each["id"], each["verdict"], each["found"]) for each in document["assumptions"]] == [
        ("requests/receipt-is-no-row", "holds", []),
        ("requests/receipt-of-a-vm", "holds", []),
    ]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP])
def test_who_ends_it_like_a_pipeline_or_a_terminal_does_leaves_nothing(
    system: Simulator, monkeypatch: pytest.MonkeyPatch, ending: signal.Signals
) -> None:
    def ended(lab: Lab) -> None:
        lab.row("vms")
        try:
            os.kill(os.getpid(), ending)
        finally:
            os.kill(os.getpid(), ending)  # once more, while it cleans up

    assume(monkeypatch, ended)
    before = signal.getsignal(ending)
    result = called("--yes")
    assert (result.exit_code, signal.getsignal(ending)) == (1, before)
    assert "It was interrupted." in result.stdout
    assert "Nothing is left" in result.stdout


def test_who_interrupts_it_before_it_begins_is_told_so(system: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "run", interrupted)
    result = called("--yes")
    assert (result.exit_code, result.stderr) == (
        1,
        "Unable to run the lab: it was stopped before anything was written\n",
    )


def test_what_is_left_is_a_failure(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(lab: Lab) -> None:
        simulator.add("vms", name="theirs")

    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_API_KEY", simulator.api_key)
    assume(monkeypatch, meanwhile)
    result = called("--yes")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-2:] == [
        "Not as it was before, by the lab or by somebody who worked on the system meanwhile:",
        "  vms/1 'theirs': new",
    ]


def test_an_account_that_may_read_nothing_is_refused(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_API_KEY", "wrong")
    result = called("--yes")
    assert result.exit_code == 1
    assert result.stderr.startswith("Unable to run the lab: GET /api/v4/system failed")
    assert writes(simulator) == []
