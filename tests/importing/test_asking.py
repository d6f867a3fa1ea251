"""Secrets that VergeOS does not tell, and without which a program cannot say a row."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.importing.bench import MemoryCli, SiteBench
from tests.importing.engine import differences
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.importing.scope import Scope

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
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    plain = [gzip.decompress(held) if path.suffix == ".gz" else held for path, held in files.items()]
    return any(CANARY.encode() in held for held in plain)


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
    assert (again.exit_code, again.new) == (0, len(cli.entries) - 1)
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
    hook.imports(cli, ask=ask, scope=Scope(only=("Network/External",)))


@pytest.fixture
def keeping(site: SiteBench) -> SiteBench:
    """A site with secrets that objects can do without, and objects that have none."""
    lan = site.network()
    site.vm("web", {"eth0": lan}, console_pass="c4nary", console_pass_enabled=True)
    site.vm("app", {"eth0": lan})
    site.make("users", name="ann", password="c4nary-password")
    site.make("webhook_urls", name="chat", url="https://127.0.0.1/", headers="X-Token:c4nary")
    return site


UNTOLD = ["user-ann-password", "virtual-machine-web-console_pass", "webhook-chat-headers"]


@pytest.mark.promise(19)
def test_a_secret_that_nobody_knows_is_a_comment_and_an_update_sends_nothing(
    keeping: SiteBench, cli: MemoryCli
) -> None:
    for _ in range(2):  # it is listed as long as nobody gives it
        outcome = keeping.imports(cli)
        assert (outcome.differences, outcome.refused, outcome.exit_code) == ([], [], 0)
        assert sorted(each for each in outcome.untold if "admin" not in each) == UNTOLD
    text = "\n".join(path.read_text() for path in (keeping.folder / "infrastructure").glob("*.py"))
    assert '    # console_pass=pulumi.Config().require_secret("virtual-machine-web-console_pass"),\n' in text
    assert '    # password=pulumi.Config().require_secret("user-ann-password"),\n' in text
    assert '    # headers=pulumi.Config().require_secret_object("webhook-chat-headers"),\n' in text
    assert text.count("# console_pass=") == 1
    assert not holds_canary(keeping.folder)
    assert not any(
        {"console_pass", "password", "headers"} & entry.get("inputs", {}).keys() for entry in cli.entries.values()
    )
    keeping.simulator.reset("log")
    assert differences(cli, keeping.simulator) == []
    assert {request.verb for request in keeping.simulator.requests()} == {"GET"}


def test_what_holds_secrets_is_in_no_file_and_read_again(keeping: SiteBench, cli: MemoryCli) -> None:
    keeping.imports(cli, plan_only=True)
    assert not holds_canary(keeping.folder)
    keeping.simulator.reset("log")
    outcome = keeping.imports(cli, offline=True)
    assert (outcome.differences, outcome.refused, outcome.exit_code) == ([], [], 0)
    assert "chat" in {key.rpartition("::")[2] for key in cli.entries}
    lists = [request.path.partition("?")[0] for request in keeping.simulator.requests()]
    assert lists.count("/api/v4/webhook_urls") == 1
    assert "/api/v4/vms" not in lists


def test_a_secret_that_is_given_later_is_set_by_the_program(keeping: SiteBench, cli: MemoryCli) -> None:
    keeping.imports(cli, no_state=True)
    cli.config = {
        "shop:virtual-machine-web-console_pass": "given",
        "shop:webhook-chat-headers": '{"X-Token": "c4nary"}',
    }
    outcome = keeping.imports(cli)
    assert outcome.exit_code == 0
    assert [each for each in outcome.untold if "admin" not in each] == ["user-ann-password"]
    text = (keeping.folder / "infrastructure" / "compute.py").read_text()
    assert '    console_pass=pulumi.Config().require_secret("virtual-machine-web-console_pass"),\n' in text
    entries = {key.rpartition("::")[2]: entry for key, entry in cli.entries.items()}
    assert entries["web-vm"]["inputs"]["console_pass"]["plaintext"] == '"given"'
    assert "c4nary" in entries["chat"]["inputs"]["headers"]["plaintext"]


def test_headers_that_are_no_object_are_refused_in_one_sentence(keeping: SiteBench, cli: MemoryCli) -> None:
    keeping.imports(cli, no_state=True)
    cli.config = {"shop:webhook-chat-headers": "c4nary"}
    with pytest.raises(
        EngineError, match=r"shop:webhook-chat-headers in .* is no JSON\. Run 'pulumi config set"
    ) as told:
        keeping.imports(cli)
    assert CANARY not in str(told.value)
