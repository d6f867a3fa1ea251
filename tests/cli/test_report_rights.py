"""Who gains and who loses rights, as a report tells it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from tests.cli.previews import plan
from tests.cli.steps import preview, state, step, urn
from verge_pulumi.review.report import phrases
from verge_pulumi.review.report.document import document
from verge_pulumi.review.report.gates import GATES
from verge_pulumi.review.report.html import html
from verge_pulumi.review.report.markdown import markdown
from verge_pulumi.review.report.plan import Effect, Plan, RightsChange
from verge_pulumi.review.report.rights import rights_changes
from verge_pulumi.review.values import UNKNOWN

ANN, BEN, OPERATORS = urn("User", "ann"), urn("User", "ben"), urn("Group", "operators")
GIVEN = {"everything": "list, read", "itself": "list, read, modify"}
"""What VergeOS gives to a new user."""


def told(found: Plan) -> dict[tuple[str, str], tuple[str, str]]:
    """Return what is told before and after, by whose rights they are and what they are for."""
    return {
        (phrases.holder(each.holder), phrases.target(each)): (phrases.rights(each.before), phrases.rights(each.after))
        for each in found.rights
    }


def one(found: Plan) -> RightsChange:
    """Return the only change of rights."""
    (change,) = found.rights
    return change


def user(op: str, name: str, key: int, **said: Any) -> dict[str, Any]:
    """Return a step of a user that exists, or comes, or goes."""
    location = {"location": f"/v4/users/{key}", "$key": key}
    return _row(op, "User", name, {"name": name}, {"type": "normal", "enabled": True, **location, **said})


def group(op: str, name: str, key: int, **said: Any) -> dict[str, Any]:
    location = {"location": f"/v4/groups/{key}", "$key": key}
    return _row(op, "Group", name, {"name": name}, {"enabled": True, **location, **said})


def member(op: str, name: str, of: str, who: str, *links: str) -> dict[str, Any]:
    more = {"propertyDependencies": {"group": [links[0]], "member": [links[1]]}} if links else {}
    return _row(op, "GroupMember", name, {"group": of, "member": who}, {}, more)


RIGHTS = ("list", "read", "create", "modify", "delete")


def permission(op: str, name: str, who: str, rights: str = "", table: str = "vms", row: Any = 0) -> dict[str, Any]:
    """Return a step of a permission that gives these rights, where it changes ``before -> after``."""
    before, _, after = rights.partition(" -> ")
    sides = [
        {"who": who, "table": table, "row": row, **{each: each in side.split() for each in RIGHTS}}
        for side in (before, after or before)
    ]
    old, new = (None if op == "create" else state(sides[0])), (None if op == "delete" else {"inputs": sides[1]})
    return step(op, "Permission", name, old=old, new=new)


def _row(
    op: str, kind: str, name: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any], more: Any = None
) -> dict[str, Any]:
    old = None if op == "create" else state(inputs, outputs, **(more or {}))
    new = None if op == "delete" else {"inputs": dict(inputs), **(more or {})}
    return step(op, kind, name, old=old, new=new)


def test_a_preview_of_pulumi_tells_who_gains_and_who_loses() -> None:
    assert told(plan("rights")) == {
        ("ann", "everything"): ("list, read", "list, read, create"),
        ("operators", "all vms"): ("list, read, modify", "list, read, delete"),
        ("auditors", "all logs"): ("list, read", "nothing"),
        ("ben", "everything"): ("list, read", "nothing"),
        ("ben", "itself"): ("list, read, modify", "nothing"),
        ("ben", "all vms"): ("list, read, modify", "nothing"),
        ("old", "everything"): ("list, read", "nothing"),
        ("old", "itself"): ("list, read, modify", "nothing"),
        ("eve", "everything"): ("nothing", "list, read"),
        ("eve", "itself"): ("nothing", "list, read, modify"),
        ("eve", "everything up to VergeOS 26.1, by physical_access"): (
            "nothing",
            "list, read, create, modify, delete",
        ),
        ("eve", "web in vms"): ("nothing", "list, read, modify, delete"),
        ("eve", "all vms"): ("nothing", "list, read, delete"),
        ("eve", "what else that group may do, which this preview does not tell"): ("nothing", "not known"),
        ("night", "all vms"): ("nothing", "list, read, delete"),
    }


def test_what_gives_and_what_takes_is_told() -> None:
    effects = {
        change.name: {*change.effects} & {Effect.GIVES_RIGHTS, Effect.TAKES_RIGHTS} for change in plan("rights").changes
    }
    gives, takes = {Effect.GIVES_RIGHTS}, {Effect.TAKES_RIGHTS}
    assert {name: found for name, found in effects.items() if found} == {
        "eve": gives,
        "ben": takes,
        "ann-sees-all": gives,
        "eve-administrates": gives,
        "eve-and-web": gives,
        "eve-at-night": gives,
        "night-operates": gives,
        "operate": gives | takes,
        "audit": takes,
        "auditors": takes,
        "old": takes,
    }


def test_the_members_of_a_group_are_named_with_it() -> None:
    found = preview(
        user("same", "ann", 2),
        group("same", "operators", 3),
        member("same", "ann-operates", "3", "/v4/users/2"),
        permission("update", "operate", "groups/3", "list read -> list read modify"),
    )
    change = one(found)
    assert (change.holder, change.members, change.groups) == (OPERATORS, (ANN,), ())
    assert phrases.turn(change) == "+modify"
    assert "| +modify | `operators with ann` |  | `all vms` | list, read | list, read, modify |" in markdown([found])


def test_who_joins_a_group_gains_its_rights_and_who_leaves_it_loses_them() -> None:
    found = preview(
        user("same", "ann", 2),
        user("same", "ben", 4),
        group("same", "operators", 3),
        member("create", "ann-operates", "3", UNKNOWN, OPERATORS, ANN),
        member("delete", "ben-operates", "3", "users/4"),
        permission("same", "operate", "groups/3", "list modify"),
    )
    assert told(found) == {
        ("ann", "all vms"): ("nothing", "list, modify"),
        ("ben", "all vms"): ("list, modify", "nothing"),
    }
    assert {change.holder: change.groups for change in found.rights} == {ANN: (OPERATORS,), BEN: (OPERATORS,)}


def test_a_right_that_somebody_keeps_by_another_way_is_not_lost() -> None:
    found = preview(
        user("same", "ann", 2),
        group("same", "operators", 3),
        member("same", "ann-operates", "3", "users/2"),
        permission("same", "operate", "groups/3", "list read"),
        permission("delete", "read", "users/2", "list read modify"),
    )
    assert told(found) == {("ann", "all vms"): ("list, read, modify", "list, read")}


def test_a_narrower_permission_gives_nothing_to_who_has_a_wider_one() -> None:
    wider = permission("same", "all", "users/2", "list read modify", table="/")
    assert preview(user("same", "ann", 2), wider, permission("create", "vms", "users/2", "list read")).rights == ()
    vms = permission("same", "vms", "users/2", "list read modify")
    row = permission("create", "web", "users/2", "list modify delete", row=7)
    assert told(preview(vms, row)) == {
        ("users/2", "vms/7 in vms"): ("list, read, modify", "list, read, modify, delete")
    }


def test_what_vergeos_gives_by_itself_counts_for_nothing_narrower() -> None:
    """Somebody may have taken it away."""
    found = preview(user("same", "ann", 2), permission("create", "vms", "users/2", "list read"))
    assert told(found) == {("ann", "all vms"): ("nothing", "list, read")}


def test_a_permission_for_everything_is_the_row_that_vergeos_gave() -> None:
    ann = user("same", "ann", 2)
    taken = preview(ann, permission("create", "all", "users/2", "list", table="/"))
    assert told(taken) == {("ann", "everything"): ("list, read", "list")}
    gone = preview(ann, permission("delete", "all", "users/2", "list", table="/"))
    assert told(gone) == {("ann", "everything"): ("list", "nothing")}


@pytest.mark.parametrize(
    ("type", "given"), [("normal", GIVEN), ("api", GIVEN), ("vdi", {**GIVEN, "everything": "list"}), ("site_user", {})]
)
def test_a_new_user_gets_what_its_type_is_given(type: str, given: dict[str, str]) -> None:
    new = {"inputs": {"name": "ann", "type": type}}
    found = preview(step("create", "User", "ann", new=new))
    assert {on: after for (_, on), (_, after) in told(found).items()} == given


@pytest.mark.parametrize(
    ("allowed", "after"),
    [
        (True, "list, read, create, modify, delete"),
        (UNKNOWN, "perhaps list, perhaps read, perhaps create, perhaps modify, perhaps delete"),
    ],
)
def test_who_may_log_in_at_the_machines_was_an_administrator(allowed: Any, after: str) -> None:
    old, new = state({"name": "ann"}, {"physical_access": False}), {"inputs": {"physical_access": allowed}}
    found = preview(step("update", "User", "ann", old=old, new=new))
    assert told(found) == {("ann", "everything up to VergeOS 26.1, by physical_access"): ("nothing", after)}


def test_a_group_that_is_disabled_gives_nothing_to_its_members() -> None:
    steps = [
        user("same", "ann", 2),
        member("same", "ann-operates", "3", "users/2"),
        permission("same", "operate", "groups/3", "list read"),
    ]
    old, new = state({"enabled": True}, {"location": "/v4/groups/3"}), {"inputs": {"enabled": False}}
    found = preview(*steps, step("update", "Group", "operators", old=old, new=new))
    off = ("list, read", "nothing")
    assert told(found) == {("operators", "all vms"): off, ("ann", "all vms"): off}
    assert [change.name for change in found.changes if Effect.TAKES_RIGHTS in change.effects] == ["operators"]


def test_a_group_of_others_may_do_what_is_not_known() -> None:
    found = preview(user("same", "ann", 2), member("create", "ann-administrates", "1", "users/2"))
    change = one(found)
    assert (change.groups, change.after.known) == (("groups/1",), False)
    assert GATES["rights"].closed(found)
    assert "| `ann` | `groups/1` | `what else that group may do, " in markdown([found])


def test_groups_within_groups_that_lead_in_circles() -> None:
    found = preview(
        group("same", "operators", 3),
        group("same", "night", 4),
        member("same", "a", "3", "groups/4"),
        member("same", "b", "4", "groups/3"),
        permission("create", "operate", "groups/3", "list"),
    )
    assert one(found).members == (urn("Group", "night"),)


def test_rights_that_show_later_may_be_given() -> None:
    rights = {"list": True, "read": UNKNOWN, "create": False, "modify": "[secret]", "delete": False}
    new = {"inputs": {"who": UNKNOWN, "table": UNKNOWN, "row": UNKNOWN, **rights}}
    found = preview(step("create", "Permission", "later", new=new))
    later = ("known later", "one known later in a table known later")
    assert told(found) == {later: ("nothing", "list, perhaps read, perhaps modify")}
    assert UNKNOWN not in json.dumps(document([found]))


def test_what_a_permission_that_is_taken_over_says_is_not_known() -> None:
    adopted = permission("create", "operate", "groups/9", "list read")
    adopted["newState"]["inputs"]["adopt"] = True
    assert told(preview(adopted)) == {("groups/9", "all vms"): ("not known", "list, read")}


def test_a_user_who_is_known_by_its_key_is_the_resource() -> None:
    """Without its unchanged resources a preview names the user of a permission by a link alone."""
    changed = permission("update", "vms", "users/2", "list -> list read")
    for side in ("oldState", "newState"):
        changed[side]["propertyDependencies"] = {"who": ["urn:pulumi:dev::shop::pulumi:pulumi:StackReference::up", ANN]}
    assert told(preview(changed, changeSummary={"same": 9})) == {("ann", "all vms"): ("list", "list, read")}


def test_a_permission_for_another_table_is_another_one() -> None:
    old, new = (permission("same", "p", "users/2", "list read", table=table) for table in ("vms", "vnets"))
    found = preview(step("replace", "Permission", "p", old=old["oldState"], new=new["newState"]))
    assert told(found) == {
        ("users/2", "all vms"): ("list, read", "nothing"),
        ("users/2", "all vnets"): ("nothing", "list, read"),
    }
    assert {Effect.GIVES_RIGHTS, Effect.TAKES_RIGHTS} <= set(found.changes[0].effects)


def test_a_user_that_somebody_deleted_gets_rights_again() -> None:
    """What is recreated had none any more."""
    old = state({"name": "ann"}, {"type": "normal"})
    found = preview(
        step("refresh", "User", "ann", old=old), step("create", "User", "ann", new={"inputs": {"name": "ann"}})
    )
    assert {before for before, _ in told(found).values()} == {"nothing"}


def test_a_user_that_the_program_begins_to_read_gains_nothing() -> None:
    read = {"inputs": {}, "outputs": {"name": "ann", "type": "normal", "enabled": True}, "external": True}
    assert preview(step("read", "User", "ann", new=read)).rights == ()


def test_no_change_of_rights_is_no_table() -> None:
    for name in ("create", "nothing"):
        assert plan(name).rights == ()
        assert not GATES["rights"].closed(plan(name))
        assert "Rights, as" not in markdown([plan(name)]) + html([plan(name)])


def test_the_json_names_rows_by_urn_or_path() -> None:
    found = preview(user("same", "ann", 2), permission("create", "p", "users/2", "list read", row=7))
    (stack,) = document([found])["stacks"]
    assert stack["rights"] == [
        {
            "holder": ANN,
            "groups": [],
            "members": [],
            "on": "vms/7 in vms",
            "table": "vms",
            "row": "vms/7",
            "before": {"rights": [], "perhaps": [], "known": True},
            "after": {"rights": ["list", "read"], "perhaps": [], "known": True},
            "gained": ["list", "read"],
            "lost": [],
        }
    ]


def test_many_members_are_counted() -> None:
    members = [member("same", f"m{number}", "3", f"users/{number + 10}") for number in range(12)]
    found = preview(group("same", "operators", 3), *members, permission("create", "p", "groups/3", "list"))
    for page in (markdown([found]), html([found])):
        assert "users/19, 2 more" in page


def calls(users: int) -> int:
    """Return how many calls of Python it takes to tell a change of what a group of so many users may do."""
    steps = [group("same", "operators", 3)]
    for number in range(users):
        steps += [user("same", f"u{number}", 10 + number), member("same", f"m{number}", "3", f"users/{10 + number}")]
    steps += [permission("same", f"p{number}", "groups/3", "list read", table=f"t{number}") for number in range(20)]
    changes = preview(*steps, permission("update", "p", "groups/3", "list -> list read")).changes
    counted = 0

    def count(*_: Any) -> None:
        nonlocal counted
        counted += 1

    sys.setprofile(count)
    try:
        rights_changes(changes)
    finally:
        sys.setprofile(None)
    return counted


def test_many_users_cost_each_the_same() -> None:
    assert calls(200) < 5 * calls(50)
