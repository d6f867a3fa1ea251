"""Permissions: whose they are, the rows that VergeOS makes, and the rights of the run itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import Bench, Managed
from tests.providers.test_creating import failure
from tests.resources.access.logins import RIGHTS, as_admin, as_user, grant_all, kept, permit, problems, refused
from verge_pulumi.engine.errors import Reported

ALL = dict.fromkeys(RIGHTS, True)


@pytest.fixture
def ann(bench: Bench) -> Managed:
    """A user."""
    return bench.create("User", "ann", name="ann", password="s3cret")


def allow(bench: Bench, who: Managed, **arguments: Any) -> Managed:
    """Declare a permission."""
    return bench.create("Permission", "may", who=f"users/{who.id}", **arguments)


def flags(row: dict[str, Any]) -> str:
    return " ".join(name for name in RIGHTS if row[name])


def test_a_permission_names_the_identity_and_says_each_right(bench: Bench, ann: Managed) -> None:
    bench.simulator.reset("log")
    mine = allow(bench, ann, table="vms", read=True)
    (post,) = bench.writes()
    assert post.body == {
        "identity": str(int(ann.outs["identity"])), "table": "vms", "row": 0,
        "list": True, "read": True, "create": False, "modify": False, "delete": False,
    }  # fmt: skip
    assert mine.diff(who=f"/v4/users/{ann.id}").changes is False
    mine.refresh()
    assert mine.diff().changes is False


def test_a_group_has_permissions_too(bench: Bench) -> None:
    group = bench.create("Group", "team", name="team")
    mine = bench.create("Permission", who=f"groups/{group.id}", table="vnets", row="3", modify=True, list=False)
    assert (mine.row()["identity"], mine.row()["row"], flags(mine.row())) == (group.outs["identity"], 3, "modify")


def test_what_another_group_under_the_same_key_may_do_is_left_alone(bench: Bench) -> None:
    group = bench.create("Group", "team", name="team")
    mine = bench.create("Permission", who=f"groups/{group.id}", table="vnets", read=True)
    # VergeOS was rolled back, and somebody made just the same.
    bench.simulator.edit("groups", int(group.id), description="[pulumi platform/prod team 12345678]")
    with pytest.raises(Reported, match="platform/prod"):
        mine.destroy()
    assert mine.row()


def test_rights_change_in_place_and_one_that_is_left_out_is_taken(bench: Bench, ann: Managed) -> None:
    mine = allow(bench, ann, table="vms", read=True, delete=True)
    bench.simulator.reset("log")
    mine.up(delete=None, modify=True)
    assert [write.body for write in bench.writes()] == [{"delete": False, "modify": True}]
    assert mine.diff(table="vnets").replaces == ["table"]
    assert mine.diff(row=4).replaces == ["row"]


def test_a_right_from_elsewhere_is_drift(bench: Bench, ann: Managed) -> None:
    mine = allow(bench, ann, table="vms", read=True)
    bench.simulator.edit("permissions", int(mine.id), delete=True)
    mine.refresh()
    assert mine.diff(delete=None).changes is None


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"read": True, "list": False}, "list: VergeOS lets who may read list too"),
        ({"table": "/", "row": 4}, "row: everything has no rows"),
        ({"row": "x"}, "row is not the key of a row. Give a number, or 0 for the whole table"),
        ({"row": -1}, "row is not the key of a row. Give a number, or 0 for the whole table"),
    ],
)
def test_what_vergeos_would_not_do_is_refused(bench: Bench, arguments: dict[str, Any], problem: str) -> None:
    (told,) = problems(bench, "Permission", **{"who": "users/1", "table": "vms", **arguments})
    assert told.startswith(problem)


# Rows that VergeOS made


@pytest.mark.parametrize("table", ["/", "users"])
def test_what_vergeos_gave_to_a_user_of_this_stack_is_used(bench: Bench, ann: Managed, table: str) -> None:
    given = [row for row in bench.simulator.rows("permissions") if row["identity"] == ann.outs["identity"]]
    row = next(row for row in given if row["table"] == table)
    mine = allow(bench, ann, table=table, row=row["row"], read=True, create=True)
    assert mine.id == str(row["$key"])
    assert flags(mine.row()) == "list read create"
    mine.destroy()
    assert len([row for row in bench.simulator.rows("permissions") if row["identity"] == ann.outs["identity"]]) == 1


def test_what_somebody_gave_is_not(bench: Bench, ann: Managed) -> None:
    group = bench.create("Group", "team", name="team")
    permit(bench, int(ann.outs["identity"]), "vms", "read")
    permit(bench, int(group.outs["identity"]), "/", "read")
    theirs = bench.simulator.add("users", name="bob")
    for who, table in ((f"users/{ann.id}", "vms"), (f"groups/{group.id}", "/"), (f"users/{theirs}", "/")):
        text = failure(bench, "Permission", "may", who=who, table=table, create=True)
        assert "has that name already and no stack manages it" in text
        mine = bench.create("Permission", f"adopted {who}", who=who, table=table, create=True, adopt=True)
        assert flags(mine.row()) == "list create"


def test_a_permission_goes_with_its_user(bench: Bench, ann: Managed) -> None:
    mine = allow(bench, ann, table="vms")
    ann.destroy()
    assert mine.read().id == ""


# Nobody is locked out

LAST = "this would take the last permission by which the user of this run has all rights. Run it with another login"


def test_the_last_full_permission_of_this_run_stays(bench: Bench, ann: Managed) -> None:
    whole = allow(bench, ann, table="/", **ALL)
    run = as_user(bench, "ann", "s3cret")
    mine = whole.seen_by(run)
    assert LAST in kept(mine)
    assert LAST in refused(mine, delete=None)
    assert LAST in refused(mine, table="vms")
    with pytest.raises(Reported, match="this would take the last permission"):
        run.provider("Permission").update(mine.id, mine.outs, {**mine.inputs, "delete": False})
    assert mine.diff(adopt=True).changes is None
    # A group may give them too, unless it is off.
    bench.simulator.add("members", parent_group=1, member=f"users/{ann.id}")
    assert mine.diff(delete=None).changes is None
    bench.simulator.edit("groups", 1, enabled=False)
    assert LAST in refused(mine, delete=None)
    # Another user loses nothing by it.
    whole.seen_by(as_admin(bench)).destroy()


def test_the_administrators_own_rights_stay(bench: Bench) -> None:
    bench.simulator.remove("members", 1)
    run = as_admin(bench)
    mine = run.create("Permission", who="users/1", table="/", adopt=True, **ALL)
    assert LAST in kept(mine)


def test_the_rights_of_the_key_of_this_run_stay(bench: Bench, ann: Managed) -> None:
    grant_all(bench, int(ann.outs["identity"]))
    whole = allow(bench, ann, table="/", adopt=True, **ALL)
    key = bench.create("ApiKey", "ci", user=ann.id, name="ci")
    assert LAST in kept(whole.seen_by(bench.later(api_key=key.outs["private_key"])))
