"""Snapshot profiles and their periods: by name, one row each, and no others touched."""

from __future__ import annotations

from typing import Any

import pytest

from tests.declarations.test_against_catalogue import disagreements
from tests.providers.bench import UNKNOWN, Bench, Managed, hosted
from tests.providers.conftest import Saved
from verge_pulumi import SnapshotPeriod, SnapshotProfile
from verge_pulumi.catalogue import TABLES
from verge_pulumi.engine.errors import Reported
from verge_pulumi.resources.protection._snapshot_period import PERIOD
from verge_pulumi.simulator.disputed import QUESTIONS

PERIODS = "snapshot_profile_periods"
DAILY = {"frequency": "daily", "hour": 2, "retention": "72h"}
WEEKLY = {"frequency": "weekly", "day_of_week": "sun", "retention": "8w"}
LIST, ONE = ("GET", PERIODS), ("GET", "snapshot_profiles/6")


@pytest.fixture
def profile(bench: Bench) -> Managed:
    """A profile with two periods."""
    profile = bench.create(
        "SnapshotProfile", "nightly", name="nightly", description="kept", periods={"daily": DAILY, "weekly": WEEKLY}
    )
    bench.simulator.reset("log")
    return profile


def rows(profile: Managed) -> dict[str, dict[str, Any]]:
    """Return the periods that VergeOS has, by name."""
    found = profile.bench.simulator.rows(PERIODS)
    return {row["name"]: row for row in found if str(row["profile"]) == profile.id}


def keys(profile: Managed) -> dict[str, str]:
    return {name: str(row["$key"]) for name, row in rows(profile).items()}


def written(profile: Managed) -> list[tuple[str, str, Any]]:
    """Return the writes to periods since the log was emptied: verb, key, body."""
    found = [(r.verb, r.path.split("/")[3:], r.body) for r in profile.bench.writes()]
    return [(verb, path[1] if len(path) > 1 else "", body) for verb, path, body in found if path[0] == PERIODS]


def problems(bench: Bench, periods: Any, **arguments: Any) -> list[str]:
    inputs = hosted({"name": "p", "periods": periods, **arguments})
    return [failure.reason for failure in bench.provider("SnapshotProfile").check({}, inputs).failures]


def refreshed(profile: Managed) -> Managed:
    """Refresh it in a later run."""
    later = profile.seen_by(profile.bench.later())
    later.refresh()
    return later


def test_a_period_is_declared_as_the_catalogue_has_it() -> None:
    # A duration is a second or more in any case.
    assert disagreements(PERIOD, dict(TABLES)) == ["retention: ge=None, the column 1"]
    writable = {column.name for column in TABLES[PERIODS].columns if column.name != "estimated_snapshot_count"}
    assert writable - set(PERIOD.inputs) == {"profile", "name"}


def test_a_profile_is_a_marked_row_and_a_row_for_each_period(profile: Managed) -> None:
    assert profile.row()["description"] == f"kept\n{profile.outs['__mark']}"
    found = rows(profile)
    assert {name: (row["frequency"], row["hour"], row["retention"]) for name, row in found.items()} == {
        "daily": ("daily", 2, 259200),
        "weekly": ("weekly", 0, 4838400),
    }
    assert profile.outs["period_keys"] == keys(profile)
    assert profile.outs["periods"] == hosted({"daily": {**DAILY, "retention": "3d"}, "weekly": WEEKLY})


def test_what_a_life_costs(bench: Bench) -> None:
    _ = bench.connection.system
    bench.simulator.reset("log")
    profile = bench.create("SnapshotProfile", "p", name="p", periods={"daily": DAILY})
    assert bench.asked() == [("POST", "snapshot_profiles"), ONE, LIST, ("POST", PERIODS), LIST]
    bench.simulator.reset("log")
    assert profile.diff(periods={"daily": {**DAILY, "retention": "3d"}}).changes is False
    assert bench.asked() == []
    profile.up(ignore_warnings=True)
    assert bench.asked() == [ONE, ("PUT", "snapshot_profiles/6"), ONE, LIST]
    bench.simulator.reset("log")
    profile.destroy()
    assert bench.asked() == [ONE, ("POST", "snapshot_profile_actions"), ONE]
    assert rows(profile) == {}


def test_minute_and_hour_are_always_said(profile: Managed) -> None:
    profile.up(periods={"daily": DAILY, "weekly": WEEKLY, "hourly": {"frequency": "hourly", "retention": "3h"}})
    ((verb, _, body),) = written(profile)
    assert (verb, body) == (
        "POST",
        {"profile": 6, "name": "hourly", "minute": 0, "hour": 0, "frequency": "hourly", "retention": 10800},
    )


def test_a_change_of_one_period_is_one_put(profile: Managed) -> None:
    daily = keys(profile)["daily"]
    profile.up(periods={"daily": {**DAILY, "retention": "5d"}, "weekly": WEEKLY})
    assert written(profile) == [("PUT", daily, {"retention": 432000})]
    assert profile.diff().changes is False


def test_new_ones_come_first_and_old_ones_go_last(profile: Managed) -> None:
    before = keys(profile)
    profile.up(periods={"monthly": {"frequency": "monthly", "retention": "52w"}, "daily": {**DAILY, "hour": 3}})
    assert [(verb, key) for verb, key, _ in written(profile)] == [
        ("POST", ""),
        ("PUT", before["daily"]),
        ("DELETE", before["weekly"]),
    ]
    assert profile.outs["period_keys"] == keys(profile)
    assert keys(profile)["daily"] == before["daily"]
    assert set(keys(profile)) == {"daily", "monthly"}


def test_the_order_of_the_periods_does_not_matter(profile: Managed) -> None:
    assert profile.diff(periods={"weekly": WEEKLY, "daily": DAILY}).changes is False


def test_what_the_program_does_not_say_of_a_period_is_left_alone(profile: Managed) -> None:
    profile.bench.simulator.edit(PERIODS, int(keys(profile)["daily"]), quiesce=True, minute=30)
    later = refreshed(profile)
    assert later.outs["periods"]["daily"] == hosted({**DAILY, "retention": "3d"})
    later.up(description="other")
    assert rows(later)["daily"]["quiesce"]
    assert rows(later)["daily"]["minute"] == 30


def test_drift_of_one_period_is_seen_and_mended(profile: Managed) -> None:
    daily = int(keys(profile)["daily"])
    profile.bench.simulator.edit(PERIODS, daily, retention=60)
    later = refreshed(profile)
    assert later.inputs["periods"]["daily"]["retention"] == "1m"
    assert later.inputs["periods"]["weekly"] == hosted(WEEKLY)
    later.bench.simulator.reset("log")
    later.up(periods={"daily": DAILY, "weekly": WEEKLY})
    assert written(later) == [("PUT", str(daily), {"retention": 259200})]


def test_a_retention_that_is_no_length_of_time_is_drift(profile: Managed) -> None:
    profile.bench.simulator.edit(PERIODS, int(keys(profile)["daily"]), retention=0)
    later = refreshed(profile)
    assert later.inputs["periods"]["daily"]["retention"] == "0s"
    later.up(periods={"daily": DAILY, "weekly": WEEKLY})
    assert rows(later)["daily"]["retention"] == 259200


def test_a_period_that_was_deleted_is_made_again(profile: Managed) -> None:
    profile.bench.simulator.remove(PERIODS, int(keys(profile)["daily"]))
    later = refreshed(profile)
    assert set(later.inputs["periods"]) == {"weekly"}
    assert set(later.outs["period_keys"]) == {"weekly"}
    later.up(periods={"daily": DAILY, "weekly": WEEKLY})
    assert later.outs["period_keys"] == keys(later)


def test_one_that_was_renamed_gets_its_name_back(profile: Managed) -> None:
    daily = keys(profile)["daily"]
    profile.bench.simulator.edit(PERIODS, int(daily), name="renamed")
    later = refreshed(profile)
    assert set(later.inputs["periods"]) == {"renamed", "weekly"}
    later.bench.simulator.reset("log")
    later.up(periods={"daily": DAILY, "weekly": WEEKLY})
    assert written(later) == [("PUT", daily, {"name": "daily"})]
    assert later.outs["period_keys"] == keys(later)


def test_what_took_the_name_of_one_that_was_renamed_is_the_declared_one(profile: Managed) -> None:
    old = int(keys(profile)["daily"])
    profile.bench.simulator.edit(PERIODS, old, name="renamed")
    new = profile.bench.simulator.add(PERIODS, profile=6, name="daily", frequency="hourly", retention=60)
    later = refreshed(profile)
    assert later.outs["period_keys"] == {"renamed": str(old), "daily": str(new), "weekly": keys(later)["weekly"]}
    later.bench.simulator.reset("log")
    later.up(periods={"daily": DAILY, "weekly": WEEKLY})
    assert [(verb, key) for verb, key, _ in written(later)] == [("PUT", str(new)), ("DELETE", str(old))]


def test_periods_that_nobody_declares_are_left_alone(profile: Managed) -> None:
    profile.bench.simulator.add(PERIODS, profile=6, name="by hand", frequency="hourly", retention=60)
    later = refreshed(profile)
    assert set(later.outs["periods"]) == {"daily", "weekly"}
    later.up(periods={"daily": DAILY})
    assert set(rows(later)) == {"daily", "by hand"}


def test_an_authoritative_profile_has_no_others(profile: Managed, told: list[str]) -> None:
    profile.up(authoritative=True)
    profile.bench.simulator.add(PERIODS, profile=6, name="by hand", frequency="hourly", retention=60)
    later = refreshed(profile)
    assert later.outs["periods"]["by hand"]["retention"] == "1m"
    assert set(later.outs["period_keys"]) == {"daily", "weekly"}
    later.up(periods={"daily": DAILY, "weekly": WEEKLY})
    assert set(rows(later)) == {"daily", "weekly"}
    assert [line for line in told if "deleting period 'by hand' (row 3): no program declares it" in line]


def test_periods_of_other_profiles_are_not_touched(profile: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    other = profile.bench.create("SnapshotProfile", "other", name="other", periods={"daily": DAILY})
    profile.bench.simulator.add(PERIODS, profile=1, name="daily", frequency="hourly", retention=60)
    find = profile.bench.connection.reader.find

    def unfiltered(table: str, condition: Any, fields: Any) -> Any:
        return find(table, None if table == PERIODS else condition, fields)

    monkeypatch.setattr(profile.bench.connection.reader, "find", unfiltered)
    before = keys(other)
    profile.up(authoritative=True, periods={"weekly": WEEKLY})
    assert set(rows(profile)) == {"weekly"}
    assert keys(other) == before
    assert [row["retention"] for row in profile.bench.simulator.rows(PERIODS) if row["profile"] == 1] == [60]


def test_a_period_by_hand_that_is_declared_later_is_the_declared_one(profile: Managed, told: list[str]) -> None:
    key = profile.bench.simulator.add(PERIODS, profile=6, name="hourly", frequency="hourly", retention=60)
    profile.up(periods={"daily": DAILY, "hourly": {"frequency": "hourly", "retention": "2h"}})
    assert ("PUT", str(key), {"retention": 7200}) in written(profile)
    assert told == [f"took over period 'hourly' (row {key}), which existed already"]
    assert profile.outs["period_keys"] == keys(profile)


def test_the_preview_tells_which_period_changes(profile: Managed, told: list[str]) -> None:
    profile.diff(periods={"hourly": {"frequency": "hourly", "retention": "3h"}, "daily": {**DAILY, "hour": 3}})
    assert told == [
        "period 'hourly' is new, or is taken over if the profile has one of that name already",
        "period 'daily' has another hour",
        "period 'weekly' is deleted",
    ]


def test_a_refresh_of_many_is_one_list_of_each_table(bench: Bench) -> None:
    many = [
        bench.create("SnapshotProfile", f"p{number}", name=f"p{number}", periods={"daily": DAILY})
        for number in range(3)
    ]
    later = bench.later()
    later.simulator.reset("log")
    for each in many:
        each.seen_by(later).refresh()
    assert later.asked() == [("GET", "system"), ("GET", "snapshot_profiles"), LIST]


def test_reading_one_that_is_not_ours_shows_all_of_it(bench: Bench) -> None:
    bench.simulator.add(PERIODS, profile=1, name="yearly", frequency="yearly", retention=604800)
    outs: Any = bench.provider("SnapshotProfile").read("1", {}).outs
    assert outs["name"] == "SOX"
    assert outs["periods"]["yearly"] == {
        "frequency": "yearly", "retention": "1w", "minute": 0, "hour": 0, "day_of_week": "any", "day_of_month": 0,
        "month": 0, "min_snapshots": 1, "max_tier": "1", "quiesce": False, "immutable": False,
    }  # fmt: skip


def test_one_that_exists_is_taken_over_with_its_periods(bench: Bench) -> None:
    bench.simulator.add(PERIODS, profile=1, name="daily", frequency="daily", retention=60)
    bench.simulator.add(PERIODS, profile=1, name="other", frequency="daily", retention=60)
    profile = bench.create("SnapshotProfile", "sox", name="SOX", periods={"daily": DAILY}, adopt=True)
    assert profile.id == "1"
    assert rows(profile)["daily"]["retention"] == 259200
    assert set(rows(profile)) == {"daily", "other"}


# Failures ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_leaves_one_period(bench: Bench, when: str) -> None:
    bench.simulator.faults({"match": {"verb": "POST", "path": f"{PERIODS}$"}, "when": when, "what": "reset"})
    profile = bench.create("SnapshotProfile", "p", name="p", periods={"daily": DAILY})
    assert profile.outs["period_keys"] == keys(profile)
    assert len(rows(profile)) == 1


def test_a_failure_on_the_way_is_made_good_by_the_next_run(bench: Bench, saved: list[Saved]) -> None:
    refusal = {"what": "status", "status": 422, "body": {"err": "no"}}
    bench.simulator.faults({"match": {"verb": "POST", "path": f"{PERIODS}$", "nth": 2}, **refusal})
    with pytest.raises(Reported):
        bench.create("SnapshotProfile", "p", name="p", periods={"daily": DAILY, "weekly": WEEKLY})
    (half,) = saved
    assert list(half.outs["period_keys"]) == ["daily"]
    inputs = bench.plan("SnapshotProfile", "p", name="p", periods={"daily": DAILY, "weekly": WEEKLY})
    profile = Managed(bench, "SnapshotProfile", half.id, inputs, hosted(half.outs))
    bench.stack.hold(profile)
    profile.up()
    assert set(rows(profile)) == {"daily", "weekly"}
    assert profile.outs["period_keys"] == keys(profile)


def test_a_create_that_was_cut_off_is_gone_on_with(bench: Bench) -> None:
    first = bench.create("SnapshotProfile", "p", name="p", periods={"daily": DAILY})
    bench.simulator.edit(PERIODS, int(keys(first)["daily"]), retention=60)
    first.cut_off()
    later = bench.later()
    again = later.create("SnapshotProfile", "p", name="p", periods={"daily": DAILY, "weekly": WEEKLY})
    assert again.id == first.id
    assert {name: row["retention"] for name, row in rows(again).items()} == {"daily": 259200, "weekly": 4838400}


def test_a_column_that_is_dropped_is_an_error(
    bench: Bench, saved: list[Saved], monkeypatch: pytest.MonkeyPatch
) -> None:
    find = bench.connection.reader.find

    def changed(table: str, *rest: Any) -> Any:
        for row in bench.simulator.rows(PERIODS):
            bench.simulator.edit(PERIODS, row["$key"], retention=86400)
        return find(table, *rest)

    monkeypatch.setattr(bench.connection.reader, "find", changed)
    with pytest.raises(Reported, match=r"does not keep what was written to the period 'daily' \(retention\)"):
        bench.create("SnapshotProfile", "p", name="p", periods={"daily": DAILY})
    assert saved


# Deletion ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", QUESTIONS["held_columns"].answers)
def test_what_uses_a_profile_is_named(profile: Managed, answer: str) -> None:
    bench = profile.bench
    bench.simulator.disputed(held_columns=answer)
    vm = bench.create("VirtualMachine", "web", name="web", snapshot_profile=profile.id)
    bench.simulator.add("volumes", name="data", snapshot_profile=6)
    with pytest.raises(Reported) as refused:
        profile.destroy()
    assert "in use" in str(refused.value)
    assert "It is used by VM 'web', volume 'data'; give what has it another profile first." in str(refused.value)
    assert set(rows(profile)) == {"daily", "weekly"}
    assert vm.row()["snapshot_profile"] == 6


def test_the_snapshots_of_its_periods_are_named(profile: Managed) -> None:
    bench = profile.bench
    vm = bench.create("VirtualMachine", "web", name="web")
    bench.simulator.add(
        "machine_snapshots", machine=vm.outs["machine"], name="tonight", snapshot_period=int(keys(profile)["daily"])
    )
    with pytest.raises(Reported, match="It is used by snapshot 'tonight'"):
        profile.destroy()


def test_who_may_not_see_the_users_learns_of_the_refusal(profile: Managed) -> None:
    profile.bench.create("VirtualMachine", "web", name="web", snapshot_profile=profile.id)
    profile.bench.simulator.faults(
        *(
            {"match": {"verb": "GET", "path": f"{table}$", "times": 0}, "what": "status", "status": 403, "body": {}}
            for table in ("vms", "machines", "volumes", "cloud_snapshots")
        )
    )
    with pytest.raises(Reported, match="in use"):
        profile.destroy()


# Arguments -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "problem"),
    [
        ({"frequency": "daily"}, "retention is missing. Give it."),
        ({"retention": "1h"}, "frequency is missing. Give it."),
        ({**DAILY, "retention": "soon"}, "is not a duration. Give a number with a unit"),
        ({**DAILY, "retention": "0h"}, "is not a duration. Give a number with a unit"),
        ({**DAILY, "hour": 24}, "is too large. Give at most 23"),
        ({**DAILY, "max_tier": "6"}, "max_tier"),
    ],
)
def test_a_wrong_period_is_named(bench: Bench, period: Any, problem: str) -> None:
    for periods in ({"daily": period}, {"daily": period, "other": {**DAILY, "hour": UNKNOWN}}):
        (text,) = problems(bench, periods)
        assert text.startswith("periods: ")
        assert "period 'daily': " in text
        assert problem in text


@pytest.mark.parametrize("name", ["", " daily", "daily "])
def test_a_period_has_a_name(bench: Bench, name: str) -> None:
    (text,) = problems(bench, {name: DAILY})
    assert "its name is empty or begins or ends with a space" in text


def test_periods_are_known_when_they_are_known(bench: Bench) -> None:
    assert problems(bench, UNKNOWN) == problems(bench, {"daily": {**DAILY, "hour": UNKNOWN}}) == []
    assert problems(bench, ["daily"]) != []


def test_a_period_has_the_arguments_of_a_period() -> None:
    arguments: Any = {**DAILY, "skip_missed": True}
    with pytest.raises(TypeError, match="skip_missed is no argument"):
        SnapshotPeriod(**arguments)
    wrong: Any = DAILY
    with pytest.raises(ValueError, match=r"^periods is not a mapping of SnapshotPeriod"):
        SnapshotProfile.derive_arguments({"periods": {"daily": wrong}})
