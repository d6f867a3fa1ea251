"""What is told of a change where a secret hides what it does, or it is known later."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.previews import plan
from tests.cli.steps import only, preview, state, step
from verge_pulumi.review.report import phrases
from verge_pulumi.review.report.plan import Effect
from verge_pulumi.review.values import ANOTHER_SECRET, SECRET, UNKNOWN, traffic


def test_rules_that_a_secret_hides_may_open_and_close() -> None:
    opens = {each.name: [*each.effects] for each in plan("hidden").changes if each.rules}
    both = [Effect.OPENS_FIREWALL, Effect.CLOSES_FIREWALL]
    assert opens == {"described": both, "from": both, "says": both}
    told = {
        (each.name, traffic(each.before), traffic(each.after))
        for change in plan("hidden").changes
        for each in change.rules
    }
    assert told == {
        ("all rules", "secret", "another secret"),
        (
            "from",
            "accept incoming any from secret to anywhere",
            "accept incoming any from another secret to anywhere",
        ),
        ("says", *(f"{what} incoming any from 10.3.0.0/16 to anywhere" for what in ("secret", "another secret"))),
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (SECRET, SECRET),
        ([{"name": "web"}], SECRET),
        (SECRET, [{"name": "web"}]),
        ([{"name": "web", "action": "drop"}], UNKNOWN),
        ([{"name": "web"}, SECRET], [{"name": "web"}, SECRET]),
        ([{"name": "web"}], [{"name": "web"}, UNKNOWN]),
        ([{"name": "web", "enabled": SECRET}], [{"name": "web", "enabled": SECRET}]),
        ([{"name": "web", "pin": SECRET}], [{"name": "web", "pin": SECRET}]),
        ([{"name": SECRET, "action": "drop"}, {"name": SECRET}], [{"name": SECRET}, {"name": SECRET}]),
    ],
)
def test_a_list_that_is_not_told_may_open(old: Any, new: Any) -> None:
    before, after = ({"network": "5", "rules": rules} for rules in (old, new))
    assert Effect.OPENS_FIREWALL in only(step("update", "Firewall", old=state(before), new={"inputs": after})).effects
    assert Effect.OPENS_FIREWALL not in only(step("same", "Firewall", old=state(before), new={"inputs": after})).effects


def test_a_hidden_list_that_stays_hides_nothing_of_its_siblings() -> None:
    rules = {"network": "5", "rules": SECRET}
    old, new = state({**rules, "timeout": 1}), {"inputs": {**rules, "timeout": 2}}
    changed = step("update", "Firewall", old=old, new=new, detailedDiff={"timeout": {"kind": "update"}})
    assert only(changed).rules == ()


@pytest.mark.parametrize("place", [SECRET, UNKNOWN])
def test_a_rule_at_a_place_that_is_not_told_may_stand_before_any(place: str) -> None:
    drop = {"name": "drop", "network": "5", "action": "drop", "orderid": 1}
    made = preview(
        step("same", "NetworkRule", "drop", old=state(drop), new={"inputs": drop}),
        step("create", "NetworkRule", "web", new={"inputs": {"name": "web", "network": "5", "orderid": place}}),
    )
    assert Effect.OPENS_FIREWALL in made.changes[1].effects


def test_a_secret_that_does_not_decide_opens_nothing() -> None:
    rule = {"name": "web", "network": "5", "description": SECRET}
    noted = only(step("update", "NetworkRule", old=state(rule), new={"inputs": rule}))
    assert (noted.fields[0].name, noted.effects) == ("description", {})
    assert noted.new["description"] == ANOTHER_SECRET


def test_rights_that_a_secret_decides_may_be_gained() -> None:
    told = {
        phrases.target(each): (phrases.rights(each.before), phrases.rights(each.after))
        for each in plan("hidden").rights
    }
    assert told == {
        "all vms": ("nothing", "list, read, perhaps delete"),
        "everything": ("nothing", "list, read"),
        "itself": ("nothing", "list, read, modify"),
    }


@pytest.mark.parametrize(
    ("old", "new", "effects"),
    [
        ({"modify": SECRET}, {"modify": SECRET}, {Effect.GIVES_RIGHTS, Effect.TAKES_RIGHTS}),
        ({"modify": False}, {"modify": SECRET}, {Effect.GIVES_RIGHTS}),
        ({"modify": SECRET}, {"modify": False}, {Effect.TAKES_RIGHTS}),
        ({"table": SECRET}, {"table": SECRET}, {Effect.GIVES_RIGHTS, Effect.TAKES_RIGHTS}),
        ({"row": SECRET}, {"row": SECRET}, {Effect.GIVES_RIGHTS, Effect.TAKES_RIGHTS}),
    ],
)
def test_a_permission_with_another_secret_may_give_and_take(
    old: dict[str, Any], new: dict[str, Any], effects: set[Effect]
) -> None:
    before, after = ({"who": "users/2", "table": "vms", "row": 0, "read": True, **side} for side in (old, new))
    for op, found in (("update", effects), ("same", set())):
        changed = step(op, "Permission", old=state(before), new={"inputs": after if op == "update" else before})
        assert {*preview(changed).changes[0].effects} == found


@pytest.mark.parametrize(
    ("old", "new", "effects"),
    [
        (SECRET, SECRET, {Effect.GIVES_RIGHTS}),
        (False, SECRET, {Effect.GIVES_RIGHTS}),
        (True, SECRET, {Effect.TAKES_RIGHTS}),
        (None, UNKNOWN, {Effect.TAKES_RIGHTS}),
        (SECRET, True, {Effect.GIVES_RIGHTS}),
        (SECRET, False, {Effect.TAKES_RIGHTS}),
    ],
)
def test_a_user_that_may_be_enabled_gains_rights(old: Any, new: Any, effects: set[Effect]) -> None:
    before, after = ({"name": "ann", "enabled": enabled} for enabled in (old, new))
    made = preview(step("update", "User", old=state(before), new={"inputs": after}))
    assert {*made.changes[0].effects} == effects


def test_a_user_of_whom_nobody_knows_whether_it_is_enabled_comes_and_goes() -> None:
    ann = {"name": "ann", "enabled": SECRET, "type": SECRET, "physical_access": SECRET}
    made, gone = preview(step("create", "User", new={"inputs": ann})), preview(step("delete", "User", old=state(ann)))
    assert {each.turned for found in (made, gone) for change in found.rights for each in (change.after,)} == {False}
    assert Effect.GIVES_RIGHTS in made.changes[0].effects
    assert Effect.TAKES_RIGHTS in gone.changes[0].effects
    assert preview(step("same", "User", old=state(ann), new={"inputs": ann})).rights == ()
