"""Groups and their members."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import Bench, Managed
from tests.providers.test_creating import failure
from tests.resources.access.logins import as_user, grant_all, kept, refused
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.simulator import Options, Simulator


def team(bench: Bench, name: str = "team", **arguments: Any) -> Managed:
    """Declare a group."""
    return bench.create("Group", name, name=name, **arguments)


def member(bench: Bench, group: Managed, of: str = "users/1", **arguments: Any) -> Managed:
    """Declare a member."""
    return bench.create("GroupMember", "member", group=group.id, member=of, **arguments)


def test_a_group_is_one_marked_row(bench: Bench) -> None:
    group = team(bench, external_id="42", email="Team@Example.com")
    row = group.row()
    assert (row["name"], row["id"], row["email"]) == ("team", "42", "team@example.com")
    assert row["description"].startswith("[pulumi shop/dev team ")
    assert (group.outs["identity"], group.outs["system_group"]) == (row["identity"], False)


def test_a_group_of_vergeos_is_left_alone(bench: Bench) -> None:
    assert "it is a group of VergeOS's own" in failure(bench, "Group", name="Administrators (default)", adopt=True)
    assert bench.writes() == []
    group = team(bench)
    bench.simulator.edit("groups", int(group.id), system_group=True)
    assert "it is a group of VergeOS's own" in kept(group)


# The pause


def test_a_group_waits_for_the_deletion_of_another(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(provider_process, "log", lambda message, **_: lines.append(message))
    bench.share_clock()
    team(bench, "old").destroy()
    bench.time.sleep(1)
    before = bench.time.now
    group = team(bench)
    assert bench.time.now - before == pytest.approx(5)
    assert [line for line in lines if line.startswith("waiting 5 s: VergeOS before 26.2 gives no members")]
    assert member(bench, group).row()["member"] == "users/1"


def test_a_group_that_was_deleted_long_ago_makes_nobody_wait(bench: Bench) -> None:
    team(bench, "old").destroy()
    bench.time.sleep(7)
    before = bench.time.now
    team(bench)
    assert bench.time.now == before


def test_the_pause_counts_from_a_deletion_whose_answer_was_lost(bench: Bench) -> None:
    old = team(bench, "old")
    bench.simulator.faults({"match": {"verb": "DELETE", "path": "/groups/"}, "when": "after", "what": "reset"})
    old.destroy()
    before = bench.time.now
    team(bench)
    assert bench.time.now - before == pytest.approx(6)


def test_26_2_needs_no_pause() -> None:
    with Simulator(Options(release="26.2")) as simulator:
        bench = Bench(simulator)
        team(bench, "old").destroy()
        before = bench.time.now
        member(bench, team(bench))
        assert bench.time.now == before
        bench.connection.client.close()


def test_a_group_that_came_too_soon_is_explained(bench: Bench) -> None:
    bench.simulator.remove("groups", bench.simulator.add("groups", name="of another process"))
    group = team(bench)
    text = failure(bench, "GroupMember", group=group.id, member="users/1")
    assert "Error creating member in system table" in text
    assert "Create the group again: run 'pulumi up --replace' with its URN." in text


# Members


@pytest.mark.parametrize("stored", ["users/1", "/v4/users/1"])
def test_both_spellings_of_a_member_are_one(bench: Bench, stored: str) -> None:
    mine = member(bench, team(bench))
    bench.simulator.edit("members", int(mine.id), member=stored)
    mine.refresh()
    assert mine.outs["member"] == "users/1"
    assert mine.diff(member="/v4/users/1").changes is False
    mine.destroy()


@pytest.mark.parametrize("stored", ["users/1", "/v4/users/1"])
def test_a_member_that_is_there_already_is_found_in_either_spelling(bench: Bench, stored: str) -> None:
    group = team(bench)
    key = bench.simulator.add("members", parent_group=int(group.id), member=stored)
    arguments = {"group": group.id, "member": "users/1"}
    assert f"row {key} of members has that name already and no stack manages it" in failure(
        bench, "GroupMember", **arguments
    )
    assert bench.create("GroupMember", **arguments, adopt=True).id == str(key)


def test_a_group_can_be_a_member_and_a_member_is_replaced_by_another(bench: Bench) -> None:
    group, inner = team(bench), team(bench, "inner")
    mine = member(bench, group, f"groups/{inner.id}")
    assert mine.row()["member"] == f"groups/{inner.id}"
    assert mine.diff(member="users/1").replaces == ["member"]


def test_another_stacks_group_gets_members(bench: Bench) -> None:
    group = team(bench)
    bench.stack.forget(group)
    bench.simulator.edit("groups", int(group.id), description="[pulumi platform/prod team 12345678]")
    mine = member(bench.later(), group)
    mine.refresh()
    assert mine.diff().changes is False
    mine.destroy()


def test_a_member_of_another_group_under_the_same_key_is_left_alone(bench: Bench) -> None:
    group = team(bench)
    mine = member(bench, group)
    # VergeOS was rolled back, and somebody made just the same.
    bench.simulator.edit("groups", int(group.id), description="[pulumi platform/prod team 12345678]")
    with pytest.raises(Reported, match="platform/prod"):
        mine.destroy()
    assert mine.row()


# Nobody is locked out


def ann(bench: Bench) -> dict[str, Any]:
    """Add a user that has no rights."""
    key = bench.simulator.add("users", name="ann", password="s3cret")
    return next(row for row in bench.simulator.rows("users") if row["$key"] == key)


@pytest.fixture
def group(bench: Bench) -> Managed:
    """A group that has all rights."""
    group = team(bench)
    grant_all(bench, int(group.outs["identity"]))
    return group


def test_the_group_that_gives_this_run_its_rights_stays(bench: Bench, group: Managed) -> None:
    user, outer = ann(bench), team(bench, "outer")
    bench.simulator.add("members", parent_group=int(outer.id), member=f"/v4/users/{user['$key']}")
    mine = member(bench, group, f"groups/{outer.id}")
    run = as_user(bench, "ann", "s3cret")
    why = "the group from which the user of this run has all rights"
    for each in (group, outer):
        seen = each.seen_by(run)
        assert f"this would delete {why}. Run it with another login" in kept(seen)
        assert f"this would disable {why}" in refused(seen, enabled=False)
        with pytest.raises(Reported, match="this would disable"):
            run.provider("Group").update(seen.id, seen.outs, {**seen.inputs, "enabled": False})
    assert "this would take the user of this run out of a group" in kept(mine.seen_by(run))
    assert "this would take the user of this run out of a group" in refused(mine.seen_by(run), member="users/1")
    # What it has by itself it does not lose with a group.
    grant_all(bench, user["identity"])
    mine.seen_by(run).destroy()
    group.seen_by(run).destroy()


def test_what_others_are_in_costs_no_look(bench: Bench, group: Managed) -> None:
    run = as_user(bench, "admin", bench.simulator.password)
    user = ann(bench)
    mine = member(run, group, f"users/{user['$key']}")
    bench.simulator.reset("log")
    mine.destroy()
    assert [asked for asked in run.asked() if asked[1] != "users"] == [
        ("GET", f"members/{mine.id}"),
        ("GET", "groups"),  # whose it is, as with every row that bears no mark
        ("DELETE", f"members/{mine.id}"),
    ]


def test_who_may_not_see_permissions_has_not_all_rights(bench: Bench, group: Managed) -> None:
    run = as_user(bench, "admin", bench.simulator.password)
    match = {"verb": "GET", "path": "/permissions", "times": 0}
    bench.simulator.faults({"match": match, "when": "before", "what": "status", "status": 403})
    group.seen_by(run).destroy()
