"""``verge-pulumi import``: arguments in, exit code and a summary out."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.importing.bench import MemoryCli, SiteBench
from verge_pulumi.cli import importing as module
from verge_pulumi.cli.app import app
from verge_pulumi.engine.loader import load
from verge_pulumi.engine.ownership.states import OURS, Held
from verge_pulumi.importing.chain import Import
from verge_pulumi.importing.marking import Due, Marking
from verge_pulumi.importing.outcome import Options, Outcome
from verge_pulumi.importing.scope import Scope
from verge_pulumi.simulator import Simulator


def run(*arguments: str, **options: Any) -> Any:
    return CliRunner().invoke(app, ["import", *arguments], **options)


@pytest.fixture
def site(simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SiteBench:
    """A VergeOS that people filled, and the folder of a project."""
    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_API_KEY", simulator.api_key)
    made = SiteBench(simulator, tmp_path)
    made.vm("web", {"eth0": made.network()})
    return made


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> MemoryCli:
    """What stands in the place of Pulumi's command line."""
    memory = MemoryCli()
    monkeypatch.setattr(module, "Pulumi", lambda folder, stack: memory)
    return memory


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Options]:
    """What an import is asked for, which then does nothing."""
    seen: list[Options] = []

    def remember(self: Any, options: Options, confirm: Any, confirm_marks: Any) -> Outcome:
        seen.append(options)
        taken = ["Network 'lan', which shop/prod as 'lan' manages"] if options.take_over else []
        confirmed = confirm(Outcome(new=7, taken=taken, regained=2 * options.every))
        if options.mark and confirmed:
            confirm_marks(Marking())
        return Outcome(new=1 if confirmed else 0)

    monkeypatch.setattr(Import, "run", remember)
    return seen


def test_the_help_names_every_exit_code() -> None:
    shown = run("--help", env={"COLUMNS": "200", "NO_COLOR": "1"}).output
    for words in (
        "changes nothing there, except that --mark",
        "--only",
        "--exclude",
        "--with-needs",
        "--plan",
        "--no-state",
        "--offline",
        "--mark",
        "--take-over",
    ):
        assert words in shown
    for words in ("0 the program and", "1 the command failed", "2 the program or the state", "3 some objects or marks"):
        assert words in " ".join(shown.split())


def test_options_are_what_is_asked_for(asked: list[Options], tmp_path: Path) -> None:
    told = run(
        str(tmp_path), "--only", "web-*", "--only", "Network/lan", "--exclude", "old-*", "--with-needs",
        "--tag", "env/prod", "--cluster", "cluster1", "--network", "lan",
        "--all-arguments", "--cloud-init", "--fold", "--offline", "--plan", "--no-state", "--yes",
    )  # fmt: skip
    scope = Scope(
        only=("web-*", "Network/lan"),
        tags=("env/prod",),
        clusters=("cluster1",),
        networks=("lan",),
        exclude=("old-*",),
        with_needs=True,
    )
    assert asked == [
        Options(scope=scope, every=True, cloud_init=True, fold=True, offline=True, plan_only=True, no_state=True)
    ]
    assert told.exit_code == 0
    run(str(tmp_path), "--yes")
    assert asked[1] == Options()


@pytest.mark.parametrize("answer", ["y", "n"])
def test_it_asks_before_the_state_is_written(asked: list[Options], tmp_path: Path, answer: str) -> None:
    told = run(str(tmp_path), input=f"{answer}\n")
    assert "Record 7 resources in the state?" in told.output


def test_whose_rows_are_taken_over_is_told_first_and_asked(asked: list[Options], tmp_path: Path) -> None:
    told = run(str(tmp_path), "--take-over", "--mark", input="y\nn\n")
    assert asked == [Options(take_over=True, mark=True)]
    assert told.stderr.startswith("takes over Network 'lan', which shop/prod as 'lan' manages\n")
    assert "Record 7 resources in the state, and take over 1 row from other stacks?" in told.output
    assert "Write the marks of 0 objects to VergeOS, in 0 writes?" in told.output
    told = run(str(tmp_path), "--take-over", "--mark", "--yes")
    assert told.stderr == "takes over Network 'lan', which shop/prod as 'lan' manages\n"


def test_whose_marks_are_replaced_is_told_also_if_an_earlier_run_recorded_the_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    provider: Any = load("Network")
    held = Held(f"urn:pulumi:dev::shop::{OURS}Network::lan", f"{OURS}Network", "5", {}, False)
    marking = Marking(due=[Due(held, provider, "0badcafe", "shop/prod as 'lan'")])

    def resume(self: Any, options: Options, confirm: Any, confirm_marks: Any) -> Outcome:
        confirm_marks(marking)
        return Outcome(marking=marking)

    monkeypatch.setattr(Import, "run", resume)
    told = run(os.devnull, "--take-over", "--mark", input="n\n")
    assert told.stderr.startswith("takes over Network 'lan', which shop/prod as 'lan' manages\nWrite the marks of 1 ")
    assert told.exit_code == 3
    words = "1 objects, as you said\n  1 of them are the other stacks' until then: a change here is refused"
    assert words in told.stdout


def test_rows_whose_state_was_lost_are_told_first(asked: list[Options], tmp_path: Path) -> None:
    told = run(str(tmp_path), "--all-arguments", input="n\n")
    assert told.stderr.startswith(
        "2 rows bear the mark of this stack, whose state has lost them. They are its own again; "
    )


def test_marks_are_told_with_what_has_no_place_for_one(site: SiteBench, cli: MemoryCli) -> None:
    site.make("users", name="alice", displayname="Alice")
    told = run(str(site.folder), "--yes", "--mark")
    assert told.exit_code == 0, told.output
    assert "Marked:\n  10 objects bear the mark of this stack\n" in told.stdout
    assert "Without a place for a mark; import these into no other stack:\n  1 User\n" in told.stdout
    assert "10 of 10 objects bear their mark" in told.stderr


def test_marks_that_failed_or_were_declined_are_told(asked: list[Options], monkeypatch: pytest.MonkeyPatch) -> None:
    provider: Any = load("Network")
    held = [Held(f"urn:pulumi:dev::shop::{OURS}Network::{name}", f"{OURS}Network", name, {}, False) for name in "abcde"]
    due = [Due(each, provider, "", "") for each in held]
    marking = Marking(due=due, failed=["Unable to mark Network 'lan': no"], marks={"urn": "mark"})
    monkeypatch.setattr(Import, "run", lambda *arguments: Outcome(marking=marking))
    told = run(os.devnull, "--mark")
    assert told.exit_code == 1
    assert "Not marked:\n  Unable to mark Network 'lan': no\n  3 objects, as you said\n" in told.stdout


def test_what_does_not_go_together_is_one_sentence(tmp_path: Path) -> None:
    told = run(str(tmp_path), "--take-over")
    assert told.exit_code == 1
    assert told.stderr.startswith("Unable to import: a row stays the other stack's")
    assert told.stderr.endswith("Add --mark to --take-over\n")


def test_it_imports_and_says_how_much(site: SiteBench, cli: MemoryCli) -> None:
    told = run(str(site.folder), "--yes")
    assert told.exit_code == 0, told.output
    assert "2 parts" in told.stdout
    nothing = "'pulumi preview' shows no change.\n"
    hint = "Nothing in VergeOS tells other stacks that this one manages them; 'verge-pulumi import --mark' does.\n"
    assert told.stdout.endswith(nothing + hint)
    assert cli.entries
    again = run(str(site.folder), "--yes")
    assert again.stdout.endswith("Nothing new. 'pulumi preview' shows no change.\n")


@pytest.mark.parametrize(("options", "terminal"), [((), True), (("--no-input",), True), ((), False)])
def test_a_secret_is_asked_for_at_a_terminal_and_not_shown(
    site: SiteBench, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], terminal: bool
) -> None:
    site.make(
        "webhook_urls", name="chat", url="https://127.0.0.1/", authorization_type="bearer", authorization_value="x"
    )
    monkeypatch.setattr(module, "at_terminal", lambda: terminal)
    told = run(str(site.folder), "--yes", *options, input="c4nary\n")
    asked = "Webhook 'chat' needs its authorization_value, which VergeOS does not tell (empty: leave it): "
    answered = terminal and not options
    assert (asked in told.output) is answered
    assert told.exit_code == (0 if answered else 3)
    assert cli.config == ({"shop:webhook-chat-authorization_value": "c4nary"} if answered else {})
    assert "c4nary" not in told.output


def test_a_row_that_cannot_be_in_a_program_is_told_and_the_exit_code_is_three(site: SiteBench, cli: MemoryCli) -> None:
    site.simulator.edit("vms", 1, name='quo"ted')
    told = run(str(site.folder), "--yes")
    assert told.exit_code == 3
    assert "Not in the program:\n  VirtualMachine 'quo\"ted': a program cannot say it: name " in told.stdout
    assert cli.entries


def test_there_is_no_project(tmp_path: Path) -> None:
    told = run(str(tmp_path), "--stack", "dev")
    assert told.exit_code == 1
    words = "Unable to import: "
    assert told.stderr.startswith(words)
    assert "Traceback" not in told.output


def test_there_is_no_stack(tmp_path: Path) -> None:
    """What the Pulumi CLI says of it is passed on."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    told = run(str(tmp_path))
    assert told.exit_code == 1
    assert "'pulumi stack --show-name' failed: error: no stack named 'dev' found" in told.stderr


def test_there_is_no_pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    told = run(str(tmp_path))
    assert told.exit_code == 1
    assert told.stderr == "Unable to import: there is no 'pulumi' on the PATH. Install the Pulumi CLI\n"


def test_there_is_no_vergeos(tmp_path: Path, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERGEOS_HOST", raising=False)
    told = run(str(tmp_path))
    assert told.exit_code == 1
    assert told.stderr.startswith("Unable to import: ")
    assert "VERGEOS_HOST" in told.stderr
    assert not list(tmp_path.iterdir())


def test_the_summary_names_what_is_left_but_no_more_than_a_screen(asked: list[Options], monkeypatch: Any) -> None:
    outcome = Outcome(
        counts=Counter(manage=1200, part=3, lookup=4, leave=5),
        unread={"users": "no right"},
        refused=[f"Network 'n{number}': no" for number in range(25)],
        cuts=["Network 'lan': default_gateway"],
        kept=["__main__.py"],
        differences=["Network 'lan': mtu"],
        quiet=False,
        shown="~ mtu",
        new=7,
        unknown=["vms.video is 'holographic', which is written as it is: VirtualMachine 'web'"],
        untold=["user-größe-password"],
        others=[f"table_{number}" for number in range(7)],
    )
    monkeypatch.setattr(Import, "run", lambda self, options, confirm, confirm_marks: outcome)
    told = run(os.devnull)
    assert told.exit_code == 2
    assert told.stdout.splitlines()[0].startswith("1,200 resources, 3 parts of servers, 4 look-ups, 5 rows left")
    assert "Not readable:\n  users: no right" in told.stdout
    assert "  Network 'n19': no\n  and 5 more" in told.stdout
    assert "refer to each other:\n  Network 'lan': default_gateway" in told.stdout
    assert "and kept:\n  __main__.py" in told.stdout
    assert "The program differs from VergeOS:\n  Network 'lan': mtu" in told.stdout
    assert "not know:\n  vms.video is 'holographic'" in told.stdout
    assert "  pulumi config set --secret user-größe-password\n" in told.stdout.replace("'", "")
    assert "  table_0, table_1, table_2, table_3, table_4 and 2 more, which the report names\n" in told.stdout
    assert told.stdout.endswith("'pulumi preview' shows changes:\n~ mtu\n")
    outcome.leftovers = [f"Network 'n{number}': mtu" for number in range(21)]
    ended = run(os.devnull).stdout
    assert "shows changes:\n  Network 'n0': mtu\n" in ended
    assert ended.endswith("  Network 'n19': mtu\n  and 1 more\n")
