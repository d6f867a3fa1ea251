"""A change or a delete that was cut off: the engine forgets it, and would call the object unchanged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.providers.bench import Bench, Managed
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.ownership.journal import Journal

CutOff = Callable[[Managed], None]


@pytest.fixture
def journal(bench: Bench, tmp_path: Path) -> Journal:
    """The journal as later processes read it: whoever wrote in it has ended."""
    bench.journal = Journal(tmp_path / "attempts", alive=lambda pid: False)
    bench.begin_run()
    return bench.journal


@pytest.fixture(params=["this machine", "another machine"])
def cut_off(bench: Bench, journal: Journal, request: pytest.FixtureRequest) -> CutOff:
    """Let a process end in the delete of an object, on this machine or on another one."""

    def here(managed: Managed) -> None:
        journal.begin("change", managed.urn, token(managed))
        bench.begin_run()

    def elsewhere(managed: Managed) -> None:
        bench.stack.cut_off_change(managed, "deleting")
        bench.begin_run()

    return here if request.param == "this machine" else elsewhere


def token(managed: Managed) -> str:
    return str(managed.inputs["__token"])


def unclear(journal: Journal) -> set[str]:
    """Return the tokens of the objects of which it is not known what became of them."""
    return {each.token for each in journal.cut_off() if each.verb == "change"}


def test_what_is_gone_is_replaced(bench: Bench, journal: Journal, cut_off: CutOff) -> None:
    lan = bench.create("Network", "lan", name="lan")
    assert not lan.diff().changes
    cut_off(lan)
    bench.connection.client.table("vnets").delete(lan.id)
    found: Any = lan.diff()
    assert (found.changes, found.replaces, found.delete_before_replace) == (True, ["$key"], True)
    # The engine writes to the state before another process carries out what this one has previewed.
    bench.stack.write()
    bench.begin_run()
    assert lan.diff().replaces == ["$key"]
    lan.destroy()
    assert unclear(journal) == set()
    again = bench.create("Network", "lan", name="lan")
    assert not again.diff().changes


def test_what_is_there_is_seen_once(bench: Bench, cut_off: CutOff) -> None:
    lan = bench.create("Network", "lan", name="lan")
    cut_off(lan)
    bench.simulator.reset("log")
    found: Any = lan.diff()
    assert (found.changes, found.replaces) == (True, None)
    bench.stack.write()
    lan.up()
    assert bench.writes() == []
    bench.begin_run()
    assert not lan.diff().changes


def test_what_was_changed_by_half_is_compared_with_the_row(bench: Bench, cut_off: CutOff) -> None:
    lan = bench.create("Network", "lan", name="lan", mtu=1500)
    bench.simulator.edit("vnets", int(lan.id), mtu=9000)
    cut_off(lan)
    assert lan.diff().changes  # though the program says what the state has
    lan.up()
    assert lan.row()["mtu"] == 1500


def test_what_is_somebody_elses_by_now_is_left_alone(bench: Bench, cut_off: CutOff, told: list[str]) -> None:
    lan = bench.create("Network", "lan", name="lan")
    cut_off(lan)
    bench.simulator.edit("vnets", int(lan.id), description="[pulumi shop/prod lan 0badcafe-0123456789ab]")
    assert lan.diff().replaces == ["$key"]
    assert f"warning: row {lan.id} of vnets now belongs to shop/prod as 'lan'" in told
    with pytest.raises(Reported, match=r"now belongs to shop/prod as 'lan'\. It is left alone"):
        lan.destroy()


@pytest.mark.parametrize("journal_is_kept", [True, False])
def test_deletes_that_go_side_by_side_are_no_cut_off_ones(
    bench: Bench, lan: Managed, tmp_path: Path, told: list[str], *, journal_is_kept: bool
) -> None:
    """Of rows that bear no mark the state of the stack tells whose they are, so it is read while they are deleted."""
    hosts = [bench.create("HostOverride", name, network=lan.id, host=name, ip="10.0.0.9") for name in ("a", "b")]
    bench.simulator.edit("vnets", int(lan.id), description="")
    bench.journal = Journal(tmp_path / "attempts" if journal_is_kept else None)
    bench.begin_run()
    for host in hosts:
        bench.stack.cut_off_change(host, "deleting")
    for host in hosts:
        host.delete()
    assert not [line for line in told if "cut off" in line]
    assert bench.journal.cut_off() == []


def test_a_preview_asks_nothing_where_everything_is_clear(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    other = bench.create("Network", "dmz", name="dmz")
    journal.begin("change", other.urn, token(other))
    bench.begin_run()
    bench.simulator.reset("log")
    assert not lan.diff().changes
    assert bench.asked() == []


def test_a_refresh_that_finds_it_leaves_its_repair_to_the_update(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    journal.begin("change", lan.urn, token(lan))
    bench.begin_run()
    lan.refresh()
    assert lan.diff().changes


def test_a_refresh_that_does_not_find_it_ends_the_matter(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    journal.begin("change", lan.urn, token(lan))
    bench.begin_run()
    bench.connection.client.table("vnets").delete(lan.id)
    assert lan.read().id == ""
    assert unclear(journal) == set()


@pytest.mark.fault(114)
def test_what_was_stopped_runs_again(bench: Bench, cut_off: CutOff) -> None:
    lan = bench.create("Network", "lan", name="lan")
    power = bench.create("Power", "on", of=f"vnets/{lan.id}", state="running")
    power.destroy()
    bench.stack.hold(power)
    cut_off(power)
    assert power.diff().changes
    power.up()
    assert power.outs["status"] == "running"
    bench.stack.write()
    bench.begin_run()
    assert not power.diff().changes


# The process ended between the call and its answer -------------------------------------------------------------------


def test_a_change_that_had_ended_is_taken_back_where_the_program_is(
    bench: Bench, journal: Journal, unanswered: None
) -> None:
    lan = bench.create("Network", "lan", name="lan", mtu=1500)
    journal.end(token(lan))
    before = dict(lan.outs), dict(lan.inputs)
    lan.up(mtu=9000)
    lan.outs, lan.inputs = before
    bench.begin_run()
    assert lan.diff().changes
    lan.up()
    assert lan.row()["mtu"] == 1500


def test_what_a_delete_that_had_ended_left_is_not_called_unchanged(
    bench: Bench, journal: Journal, unanswered: None
) -> None:
    lan = bench.create("Network", "lan", name="lan")
    journal.end(token(lan))
    lan.destroy()
    bench.stack.hold(lan)
    bench.begin_run()
    assert lan.diff().replaces == ["$key"]


def test_what_a_refresh_had_not_found_is_not_called_unchanged(bench: Bench, journal: Journal, unanswered: None) -> None:
    lan = bench.create("Network", "lan", name="lan")
    bench.connection.client.table("vnets").delete(lan.id)
    journal.begin("change", lan.urn, token(lan))
    bench.begin_run()
    assert lan.read().id == ""
    bench.begin_run()
    assert lan.diff().replaces == ["$key"]


# What is noted -------------------------------------------------------------------------------------------------------


def test_a_delete_that_ends_is_crossed_out(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    lan.destroy()
    assert unclear(journal) == set()


def test_a_delete_that_is_refused_is_crossed_out(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    bench.simulator.faults({"match": {"verb": "DELETE"}, "what": "status", "status": 422, "body": {"err": "no"}})
    with pytest.raises(Reported):
        lan.destroy()
    assert unclear(journal) == set()


def test_a_delete_of_which_nothing_is_known_stays(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    bench.simulator.faults({"match": {"verb": "DELETE", "times": 0}, "what": "reset"})
    with pytest.raises(Reported):
        lan.destroy()
    assert unclear(journal) == {token(lan)}


def test_a_delete_whose_outcome_cannot_be_seen_stays(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    bench.simulator.faults(
        {"match": {"verb": "DELETE", "times": 4}, "when": "after", "what": "reset"},
        {"match": {"verb": "GET", "path": f"/vnets/{lan.id}$", "nth": 2, "times": 0}, "what": "status", "status": 403},
    )
    with pytest.raises(Reported, match=r"\(403\)"):
        lan.destroy()
    assert unclear(journal) == {token(lan)}


def test_a_delete_that_is_refused_half_way_stays(bench: Bench, journal: Journal) -> None:
    """The network is stopped and then not deleted: the last error alone says that nothing was written."""
    lan = bench.create("Network", "lan", name="lan")
    bench.create("Power", "on", of=f"vnets/{lan.id}", state="running")
    bench.simulator.faults({"match": {"verb": "DELETE"}, "what": "status", "status": 403})
    with pytest.raises(Reported, match=r"\(403\)"):
        lan.destroy()
    assert unclear(journal) == {token(lan)}


def test_rules_that_are_deleted_by_half_are_looked_at_again(bench: Bench, journal: Journal, lan: Managed) -> None:
    rules = [{"name": name, "protocol": "tcp"} for name in ("one", "two")]
    edge = bench.create("Firewall", "edge", network=lan.id, rules=rules)
    bench.simulator.faults({"match": {"verb": "DELETE", "nth": 2}, "what": "status", "status": 403})
    with pytest.raises(Reported, match=r"\(403\)"):
        edge.destroy()
    bench.simulator.faults()
    bench.begin_run()
    assert edge.diff().changes
    edge.up()
    assert [rule["name"] for rule in edge.outs["rules"]] == ["one", "two"]
    assert unclear(journal) == set()


def test_a_change_that_is_refused_is_crossed_out(bench: Bench, journal: Journal) -> None:
    lan = bench.create("Network", "lan", name="lan")
    bench.simulator.faults({"match": {"verb": "PUT"}, "what": "status", "status": 422, "body": {"err": "no"}})
    with pytest.raises(Reported):
        lan.up(mtu=9000)
    assert unclear(journal) == set()


def test_a_change_of_which_nothing_is_known_is_mended_though_the_program_takes_it_back(
    bench: Bench, journal: Journal
) -> None:
    lan = bench.create("Network", "lan", name="lan", mtu=1500)
    bench.simulator.faults({"match": {"verb": "PUT", "times": 0}, "when": "after", "what": "reset"})
    with pytest.raises(Reported):
        lan.up(mtu=9000)
    bench.simulator.faults()
    bench.begin_run()
    assert lan.diff().changes
    lan.up()
    assert lan.row()["mtu"] == 1500
    assert unclear(journal) == set()
