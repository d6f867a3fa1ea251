"""The journal of attempts: what is left behind by a process that ended was cut off."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from verge_pulumi.engine.connection import Settings
from verge_pulumi.engine.journal import Journal

URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/vergeos:Network::lan with a blank"
TOKEN = "0badcafe-0123456789ab"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file in a folder that does not exist yet."""
    return tmp_path / "verge-pulumi" / "ledger.attempts"


def dead(path: Path | None) -> Journal:
    """Return the journal as a later process reads it, when the one that wrote it has ended."""
    return Journal(path, alive=lambda pid: False)


def test_an_attempt_is_cut_off_until_it_is_crossed_out(path: Path) -> None:
    journal = Journal(path)
    journal.begin(URN, TOKEN)
    assert dead(path).cut_off(URN) == {TOKEN}
    assert dead(path).cut_off(URN + "2") == set()
    journal.end(TOKEN)
    assert dead(path).cut_off(URN) == set()


def test_an_attempt_of_a_process_that_runs_is_not_cut_off(path: Path) -> None:
    Journal(path).begin(URN, TOKEN)
    assert Journal(path).cut_off(URN) == set()
    assert Journal(path, alive=lambda pid: pid == os.getpid()).cut_off(URN) == set()


def test_a_process_is_asked_for_whether_it_runs(path: Path) -> None:
    write = "import sys; from pathlib import Path; from verge_pulumi.engine.journal import Journal; "
    write += f"Journal(Path(sys.argv[1])).begin({URN!r}, {TOKEN!r})"
    subprocess.run([sys.executable, "-c", write, str(path)], check=True)
    assert Journal(path).cut_off(URN) == {TOKEN}


def test_a_process_that_may_not_be_asked_counts_as_running(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, signal: int) -> None:
        raise PermissionError

    Journal(path).begin(URN, TOKEN)
    monkeypatch.setattr(os, "kill", refuse)
    assert Journal(path).cut_off(URN) == set()


def test_attempts_of_two_processes_stand_side_by_side(path: Path) -> None:
    first, second = Journal(path), Journal(path)
    for number in range(20):
        first.begin(URN, f"0badcafe-a{number}")
        second.begin(URN, f"0badcafe-b{number}")
        first.end(f"0badcafe-a{number}")
    assert dead(path).cut_off(URN) == {f"0badcafe-b{number}" for number in range(20)}


def test_attempts_that_ended_are_dropped_when_the_file_is_long(path: Path) -> None:
    journal = Journal(path)
    journal.begin(URN, TOKEN)
    for number in range(1000):
        journal.begin(URN, f"0badcafe-{number:012x}")
        journal.end(f"0badcafe-{number:012x}")
    assert path.stat().st_size < 70_000
    assert dead(path).cut_off(URN) == {TOKEN}


@pytest.mark.parametrize("line", ["+ 0bad", "+", "", "- ", "+ a b c", "\udcff", "+ 0badcafe-1 x urn", "nonsense 1 2"])
def test_a_torn_line_says_nothing(path: Path, line: str) -> None:
    Journal(path).begin(URN, TOKEN)
    with path.open("ab") as file:
        file.write(f"{line}\n".encode(errors="surrogateescape"))
    assert dead(path).cut_off(URN) == {TOKEN}


def test_only_its_owner_reads_it(path: Path) -> None:
    Journal(path).begin(URN, TOKEN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_journal_that_cannot_be_kept_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file" / "attempts")
    journal.begin(URN, TOKEN)
    journal.end(TOKEN)
    assert dead(tmp_path / "file" / "attempts").cut_off(URN) == set()
    dead(None).begin(URN, TOKEN)
    assert dead(None).cut_off(URN) == set()


def test_each_credential_has_a_journal_of_its_own() -> None:
    first, second = (Settings(host="verge.example.com", api_key=key).journal for key in ("one", "two"))
    assert first != second
    assert first == Settings(host="https://verge.example.com", api_key="one").journal
