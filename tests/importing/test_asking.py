"""Secrets that VergeOS does not tell, and without which a program cannot say a row."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importing.bench import MemoryCli, SiteBench
from verge_pulumi.importing.treating import Scope

CANARY = "c4nary"
ONLY = Scope(only=("Webhook/*",))
KEY = "shop:webhook-chat-authorization_value"


@pytest.fixture
def hook(site: SiteBench) -> SiteBench:
    """A site with a webhook that logs in."""
    site.make(
        "webhook_urls", name="chat", url="https://127.0.0.1/", authorization_type="basic", authorization_value="x:y"
    )
    return site


def holds_canary(folder: Path) -> bool:
    """Say whether a file below a folder holds the answer."""
    return any(CANARY.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.promise(19)
def test_what_is_answered_goes_to_the_configuration_and_is_asked_once(hook: SiteBench, cli: MemoryCli) -> None:
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return f"me:{CANARY}"

    outcome = hook.imports(cli, ask=ask, scope=ONLY, no_state=True)
    assert (outcome.differences, outcome.refused, outcome.exit_code) == ([], [], 0)
    assert cli.config == {KEY: f"me:{CANARY}"}
    again = hook.imports(cli, ask=ask, scope=ONLY)
    assert questions == ["Webhook 'chat' needs its authorization_value, which VergeOS does not tell"]
    assert (again.exit_code, again.new) == (0, len(cli.entries))
    (entry,) = [entry for entry in cli.entries.values() if entry["type"].endswith(":Webhook")]
    assert entry["inputs"]["authorization_value"]["plaintext"] == f'"me:{CANARY}"'
    assert not holds_canary(hook.folder)
    assert not any(CANARY in line for line in cli.told)


@pytest.mark.parametrize("answer", ["", "without a colon"])
def test_who_does_not_know_it_leaves_the_row(hook: SiteBench, cli: MemoryCli, answer: str) -> None:
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return answer

    outcome = hook.imports(cli, ask=ask, scope=ONLY)
    assert len(questions) == 1
    assert outcome.exit_code == 3
    assert "authorization_value" in outcome.refused[0]
    assert cli.config == {}


def test_a_plan_asks_for_nothing(hook: SiteBench, cli: MemoryCli) -> None:
    def ask(question: str) -> str:
        raise AssertionError(question)

    hook.imports(cli, ask=ask, scope=ONLY, plan_only=True)
    hook.imports(cli, ask=ask, scope=Scope(only=("nothing",)))
