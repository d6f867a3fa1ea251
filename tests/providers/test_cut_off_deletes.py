"""A delete that was cut off: the engine forgets the one of a replacement, and calls the object unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.providers.bench import Bench, Managed
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.journal import Journal


@pytest.fixture
def journal(bench: Bench, tmp_path: Path) -> Journal:
    """The journal as later processes read it: whoever wrote in it has ended."""
    bench.journal = Journal(tmp_path / "attempts", alive=lambda pid: False)
    bench.begin_run()
    return bench.journal


def token(managed: Managed) -> str:
    return str(managed.inputs["__token"])


def cut_off(journal: Journal, managed: Managed) -> None:
    """Let a process end in the delete of an object."""
    journal.begin_delete(managed.urn, token(managed))
    managed.bench.begin_run()


def test_what_is_gone_is_not_called_unchanged(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    assert not lan.diff().changes
    cut_off(journal, lan)
    bench.connection.client.table("vnets").delete(lan.id)
    assert lan.diff().changes
    with pytest.raises(Reported, match=f"there is no row {lan.id} in vnets; was it deleted by someone else"):
        lan.up()
    lan.bench.begin_run()
    assert lan.read().id == ""
    assert journal.cut_off_deletes() == set()


def test_what_is_there_is_seen_once(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    cut_off(journal, lan)
    bench.simulator.reset("log")
    lan.up()
    assert bench.writes() == []
    bench.begin_run()
    assert not lan.diff().changes


def test_a_refresh_that_finds_it_leaves_its_repair_to_the_update(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    cut_off(journal, lan)
    lan.refresh()
    assert lan.diff().changes


@pytest.mark.fault(114)
def test_what_was_stopped_runs_again(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    power = bench.create("Power", "on", of=f"vnets/{lan.id}", state="running")
    power.destroy()
    bench.stack.hold(power)
    cut_off(journal, power)
    assert power.diff().changes
    power.up()
    assert power.outs["status"] == "running"
    bench.begin_run()
    assert not power.diff().changes


def test_a_delete_that_ends_is_crossed_out(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    lan.destroy()
    assert journal.cut_off_deletes() == set()


def test_a_delete_that_is_refused_is_crossed_out(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    bench.simulator.faults({"match": {"verb": "DELETE"}, "what": "status", "status": 422, "body": {"err": "no"}})
    with pytest.raises(Reported):
        lan.destroy()
    assert journal.cut_off_deletes() == set()


def test_a_delete_of_which_nothing_is_known_stays(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    bench.simulator.faults({"match": {"verb": "DELETE", "times": 0}, "what": "reset"})
    with pytest.raises(Reported):
        lan.destroy()
    assert journal.cut_off_deletes() == {token(lan)}


def test_it_is_no_create_that_was_cut_off(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    cut_off(journal, lan)
    assert journal.cut_off(lan.urn) == set()
    journal.begin_delete(lan.urn, "")
    assert journal.cut_off_deletes() == {token(lan)}
