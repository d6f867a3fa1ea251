"""The journal of attempts: what is left behind by a process that ended was cut off."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.ownership.journal import Journal

URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/vergeos:Network::lan with a blank\nand two lines"
TOKEN = "0badcafe-0123456789ab"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file in a folder that does not exist yet."""
    return tmp_path / "verge-pulumi" / "ledger.attempts"


def dead(path: Path | None) -> Journal:
    """Return the journal as a later process reads it, when the one that wrote it has ended."""
    return Journal(path, alive=lambda pid: False)


def cut_off(journal: Journal) -> list[tuple[str, str, str]]:
    """Return what was cut off."""
    return [(each.verb, each.urn, each.token) for each in journal.cut_off()]


def test_an_attempt_is_cut_off_until_it_is_crossed_out(path: Path) -> None:
    journal = Journal(path)
    journal.begin("create", URN, TOKEN)
    assert cut_off(dead(path)) == [("create", URN, TOKEN)]
    journal.end(TOKEN)
    assert cut_off(dead(path)) == []


def test_a_change_is_told_from_a_create(path: Path) -> None:
    journal = Journal(path)
    journal.begin("change", URN, TOKEN)
    journal.begin("change", URN, "")  # of an object older than tokens
    assert cut_off(dead(path)) == [("change", URN, TOKEN)]
    journal.end("")
    assert cut_off(dead(path)) == [("change", URN, TOKEN)]


def test_an_attempt_of_a_process_that_runs_is_not_cut_off(path: Path) -> None:
    Journal(path).begin("create", URN, TOKEN)
    assert cut_off(Journal(path)) == []
    assert cut_off(Journal(path, alive=lambda pid: pid == os.getpid())) == []


def test_a_process_is_asked_for_whether_it_runs(path: Path) -> None:
    write = "import sys; from pathlib import Path; from verge_pulumi.engine.ownership.journal import Journal; "
    write += f"Journal(Path(sys.argv[1])).begin('create', {URN!r}, {TOKEN!r})"
    subprocess.run([sys.executable, "-c", write, str(path)], check=True)
    assert cut_off(Journal(path)) == [("create", URN, TOKEN)]


@pytest.mark.parametrize("error", [PermissionError, OverflowError])
def test_a_process_that_cannot_be_asked_counts_as_running(
    path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def refuse(pid: int, signal: int) -> None:
        raise error

    Journal(path).begin("create", URN, TOKEN)
    monkeypatch.setattr(os, "kill", refuse)
    assert cut_off(Journal(path)) == []


def test_what_the_state_tells_is_kept_until_it_is_crossed_out(path: Path) -> None:
    journal = Journal(path)
    journal.keep(URN, TOKEN)
    journal.keep(URN, TOKEN)
    assert cut_off(journal) == [("change", URN, TOKEN)]  # whoever runs
    journal.end(TOKEN)
    assert cut_off(journal) == []


def test_what_this_machine_carries_out_is_not_taken_for_cut_off(path: Path) -> None:
    journal = Journal(path)
    journal.begin("change", URN, TOKEN)
    journal.keep(URN, TOKEN)
    assert cut_off(journal) == []


def test_what_is_spent_is_remembered(path: Path) -> None:
    Journal(path).begin("create", URN, TOKEN)
    Journal(path).spend([TOKEN, "0badcafe-1"])
    assert cut_off(dead(path)) == []
    assert dead(path).spent() == {TOKEN, "0badcafe-1"}


def test_attempts_of_two_processes_stand_side_by_side(path: Path) -> None:
    first, second = Journal(path), Journal(path)
    for number in range(20):
        first.begin("create", URN, f"0badcafe-a{number}")
        second.begin("create", URN, f"0badcafe-b{number}")
        first.end(f"0badcafe-a{number}")
    assert [token for _, _, token in cut_off(dead(path))] == [f"0badcafe-b{number}" for number in range(20)]


def test_attempts_that_ended_are_dropped_when_the_file_is_long(path: Path) -> None:
    journal = Journal(path)
    journal.begin("create", URN, TOKEN)
    journal.spend(["0badcafe-1"])
    for number in range(1000):
        journal.begin("create", URN, f"0badcafe-{number:012x}")
        journal.end(f"0badcafe-{number:012x}")
    assert path.stat().st_size < 70_000
    assert cut_off(dead(path)) == [("create", URN, TOKEN)]
    assert dead(path).spent() == {"0badcafe-1"}
    assert {each.name for each in path.parent.iterdir()} == {path.name, "ledger.lock"}


def test_of_what_nobody_ever_ended_the_newest_is_kept(path: Path) -> None:
    for number in range(500):
        Journal(path).begin("create", URN, f"0badcafe-{number}")
    kept = [token for _, _, token in cut_off(dead(path))]
    assert len(kept) < 500
    assert kept[-1] == "0badcafe-499"


def test_several_processes_lose_nothing_while_the_file_is_shortened(path: Path) -> None:
    write = (
        "import sys; from pathlib import Path; from verge_pulumi.engine.ownership.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        f"for n in range(400): journal.begin('create', {URN!r}, f'{{sys.argv[2]}}-{{n}}'); "
        "journal.end(f'{sys.argv[2]}-{n}') if n else None\n"
    )
    started = [subprocess.Popen([sys.executable, "-c", write, str(path), name]) for name in ("aa", "bb", "cc")]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    assert sorted(token for _, _, token in cut_off(dead(path))) == ["aa-0", "bb-0", "cc-0"]


@pytest.mark.parametrize(
    "line",
    ['{"token": "0bad"', "", "[]", "7", '{"end": 7}', "\udcff", '{"token": "a", "verb": "x", "urn": "u", "pid": 1}'],
)
def test_a_torn_line_says_nothing(path: Path, line: str) -> None:
    Journal(path).begin("create", URN, TOKEN)
    with path.open("ab") as file:
        file.write(f"\n{line}".encode(errors="surrogateescape"))
    Journal(path).begin("create", URN, "0badcafe-1")
    assert [token for _, _, token in cut_off(dead(path))] == [TOKEN, "0badcafe-1"]


def test_only_its_owner_reads_it(path: Path) -> None:
    Journal(path).begin("create", URN, TOKEN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_journal_that_cannot_be_kept_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "attempts", None):
        journal = Journal(path)
        journal.begin("create", URN, TOKEN)
        journal.end(TOKEN)
        journal.keep(URN, TOKEN)
        journal.spend([TOKEN])
        assert (cut_off(dead(path)), dead(path).spent()) == ([], set())


def test_each_credential_has_a_journal_of_its_own() -> None:
    first, second = (Settings(host="verge.example.com", api_key=key).journal for key in ("one", "two"))
    assert first != second
    assert first == Settings(host="https://verge.example.com", api_key="one").journal


def test_what_an_attempt_has_switched_off_is_told_until_it_is_on_again(path: Path) -> None:
    journal = Journal(path)
    journal.switched(TOKEN, down=True)  # of nothing that was begun
    journal.begin("change", URN, TOKEN)
    assert [each.down for each in dead(path).cut_off()] == [False]
    journal.switched(TOKEN, down=True)
    journal.switched("", down=True)
    assert [each.down for each in dead(path).cut_off()] == [True]
    journal.begin("change", URN, TOKEN, down=True)
    assert [each.down for each in dead(path).cut_off()] == [True]
    journal.switched(TOKEN, down=False)
    assert [each.down for each in dead(path).cut_off()] == [False]
