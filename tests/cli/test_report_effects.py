"""What changes entail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.cli.previews import effects, plan
from tests.cli.steps import only, preview, state, step, urn
from verge_pulumi.review.report.firewall import traffic_changes
from verge_pulumi.review.report.gates import GATES, closed, wanted
from verge_pulumi.review.report.phrases import verdict
from verge_pulumi.review.report.plan import Effect
from verge_pulumi.review.values import traffic

GIB = 1024**3


def test_changes_in_place_entail_nothing_that_hurts() -> None:
    assert effects("in-place") == {"lan": ["WAITS"]}
    assert effects("nothing") == {}


@pytest.mark.parametrize(
    ("kind", "policy", "said"),
    [
        ("User", "allow_vm_deletion", "the virtual machines that it owns"),
        ("Tag", "allow_cascade", "its assignments to other objects"),
        ("TagCategory", "allow_cascade", "its tags and their assignments"),
        ("Catalog", "allow_cascade", "the recipes in it"),
        ("CatalogRepository", "allow_cascade", "the catalogs in it and their recipes"),
    ],
)
def test_what_is_deleted_along_is_told_if_the_state_allows_it(kind: str, policy: str, said: str) -> None:
    for op in ("delete", "replace"):
        allowed, not_allowed = (
            only(step(op, kind, old=state({"name": "it", policy: leave}), new={"inputs": {"name": "it"}}))
            for leave in (True, False)
        )
        told = allowed.effects[Effect.LOSES_DATA]
        assert told == f"{policy} is in the state: {said} are deleted along with it."
        assert Effect.LOSES_DATA not in not_allowed.effects
    assert effects("cascade")["owner"][0] == "LOSES_DATA"


def test_data_is_lost_with_drives_that_hold_some() -> None:
    found = effects("data-loss")
    assert found["may"] == ["LOSES_DATA", "DELETES"]
    assert found["may-not"] == ["LOSES_DATA", "REFUSED", "DELETES"]
    assert found["empty"] == ["DELETES"]
    assert found["db-data"] == ["LOSES_DATA", "DELETES"], "the leave of its server counts"
    may = next(change for change in plan("data-loss").changes if change.name == "may")
    assert may.effects[Effect.LOSES_DATA] == "3.0 GiB of data will be deleted."


def test_the_leave_of_a_vm_does_not_count_where_it_stays() -> None:
    old = state({"name": "data"}, {"used_bytes": GIB}, deletedWith=urn("VirtualMachine", "vm"))
    vm = state({"name": "vm", "allow_data_loss": True})
    drive = preview(step("delete", "Drive", old=old), step("same", "VirtualMachine", "vm", old=vm, new=vm)).changes[0]
    assert Effect.REFUSED in drive.effects


def test_a_drive_whose_contents_come_from_elsewhere_loses_nothing() -> None:
    old = state({"name": "cd", "media": "cdrom"}, {"used_bytes": GIB})
    assert list(only(step("delete", "Drive", old=old)).effects) == [Effect.DELETES]


def test_a_drive_whose_use_is_a_secret_may_hold_data() -> None:
    change = only(step("delete", "Drive", old=state({"name": "data"}, {"used_bytes": "[secret]"})))
    assert list(change.effects) == [Effect.LOSES_DATA, Effect.DELETES]


def test_a_copy_takes_drives_along_that_no_program_knows() -> None:
    change = only(step("delete", "VirtualMachine", old=state({"name": "copy", "clone_of": "7"})))
    assert list(change.effects) == [Effect.LOSES_DATA, Effect.DELETES]


def test_what_is_protected_is_not_deleted() -> None:
    change = only(step("delete", "pkg:index:Thing", old=state({"size": 1}, protect=True)))
    assert list(change.effects) == [Effect.REFUSED, Effect.DELETES]


def test_a_class_of_the_users_own_has_no_declaration_here() -> None:
    old, new = state({"ram": 1}), {"inputs": {"ram": 2}}
    change = only(step("update", "Gadget", old=old, new=new))
    assert (change.ours, change.effects) == (True, {})


def test_rules_open_and_close() -> None:
    assert effects("firewall") == {
        "https": ["OPENS_FIREWALL"],
        "drop": ["OPENS_FIREWALL"],
        "ssh": ["OPENS_FIREWALL"],
        "telnet": ["DELETES", "CLOSES_FIREWALL"],
    }


@pytest.mark.parametrize(
    ("old", "new", "opens", "closes"),
    [
        (None, {"action": "accept"}, True, False),
        (None, {}, True, False),
        (None, {"enabled": False}, False, False),
        (None, {"action": "drop"}, False, True),
        (None, {"action": "translate"}, False, False),
        ({"action": "reject"}, None, True, False),
        ({"action": "accept"}, {"action": "drop"}, False, True),
        ({"action": "accept"}, {"action": "accept", "log": True}, False, False),
        ({"source_ip": "10.0.0.0/8"}, {"source_ip": "10.0.0.0/24"}, False, True),
        ({"source_ip": "10.0.0.0/8"}, {"source_ip": "192.168.0.0/16"}, True, True),
        ({"action": "drop", "source_ip": "10.0.0.0/8"}, {"action": "drop", "source_ip": "10.0.0.0/24"}, True, False),
        ({"source_ip": "alias:1"}, {"source_ip": "alias:2"}, True, True),
        ({"action": "drop", "source_ip": "alias:1"}, {"action": "drop", "source_ip": ""}, False, True),
        ({"orderid": 1}, {"orderid": 2}, False, False),
        ({"network": "5"}, {"network": "6"}, True, True),
        ({"interface": "dmz"}, {"interface": "router"}, True, True),
    ],
)
def test_a_rule_may_open_or_close(
    old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, opens: bool, closes: bool
) -> None:
    op = "update" if old and new else "create" if new is not None else "delete"
    rule = {"name": "r", "network": "5"}
    change = only(
        step(
            op,
            "NetworkRule",
            old=None if old is None else state({**rule, **old}),
            new=None if new is None else {"inputs": {**rule, **new}},
        )
    )
    (told,) = change.rules
    assert (told.opens, told.closes) == (opens, closes)
    assert (Effect.OPENS_FIREWALL in change.effects, Effect.CLOSES_FIREWALL in change.effects) == (opens, closes)


def test_a_list_of_rules_is_compared_by_name() -> None:
    old, new = (
        {"network": "5", "rules": [{"name": "ssh", "destination_ports": ports}, {"name": "no", "action": "drop"}, "?"]}
        for ports in ("22", "2222")
    )
    (told,) = only(step("update", "Firewall", old=state(old), new={"inputs": new})).rules
    assert (told.network, told.name, told.opens) == ("5", "ssh", True)
    assert only(step("update", "Firewall", old=state(old), new={"inputs": {"rules": "known later"}})).rules
    assert only(step("same", "Firewall", old=state(old), new={"inputs": old})).rules == ()


WEB = {"name": "web", "protocol": "tcp", "destination_ports": "443"}
SSH = {"name": "ssh", "protocol": "tcp", "destination_ports": "22"}
REST = {"name": "rest", "action": "drop"}
BAD = {"name": "bad", "action": "drop", "source_ip": "192.0.2.66"}
GUESTS = {"name": "guests", "action": "drop", "source_ip": "alias:3"}
DNS = {"name": "dns", "protocol": "udp", "destination_ports": "53"}

REORDERED: list[tuple[list[dict[str, Any]], list[dict[str, Any]], list[str], list[str]]] = [
    # The list before and after, the rules that open, those that close.
    ([WEB, SSH, REST], [WEB, BAD, SSH, REST], [], ["bad"]),
    ([WEB, SSH, REST], [BAD, WEB, SSH, REST], [], ["bad"]),
    ([WEB, SSH, REST], [WEB, SSH, BAD, REST], [], []),
    ([WEB, REST], [WEB, DNS, REST], ["dns"], []),
    ([WEB, REST], [WEB, REST, DNS], [], []),
    ([WEB, SSH, DNS, REST], [DNS, WEB, SSH, REST], [], []),
    ([WEB, SSH, REST], [REST, WEB, SSH], [], ["rest"]),
    ([REST, WEB], [WEB, REST], ["web"], []),
    ([WEB, SSH, REST], [WEB, {**SSH, "name": "shell"}, REST], [], []),
    ([WEB, SSH, REST], [WEB, {**SSH, "enabled": False}, REST], [], ["ssh"]),
    ([WEB, BAD, SSH, REST], [WEB, {**BAD, "enabled": False}, SSH, REST], ["bad"], []),
    ([WEB, SSH, BAD, REST], [WEB, SSH, {**BAD, "enabled": False}, REST], [], []),
    ([WEB, BAD, SSH, REST], [WEB, SSH, REST], ["bad"], []),
    ([WEB, GUESTS, SSH], [WEB, BAD, GUESTS, SSH], [], ["bad"]),
    ([WEB, GUESTS, SSH], [WEB, GUESTS, {**GUESTS, "name": "more", "source_ip": "alias:4"}, SSH], [], ["more"]),
    ([WEB, SSH], [WEB, {"name": "old", "ct_state": "established", "action": "drop"}, SSH], [], []),
]


@pytest.mark.parametrize(("old", "new", "opens", "closes"), REORDERED)
def test_the_order_of_a_list_is_judged_and_not_the_places(
    old: list[Any], new: list[Any], opens: list[str], closes: list[str]
) -> None:
    before, after = ({"network": "5", "rules": rules} for rules in (old, new))
    change = only(step("update", "Firewall", old=state(before), new={"inputs": after}))
    assert [rule.name for rule in change.rules if rule.opens] == opens
    assert [rule.name for rule in change.rules if rule.closes] == closes
    assert (Effect.OPENS_FIREWALL in change.effects) == bool(opens)
    plan = preview(step("update", "Firewall", old=state(before), new={"inputs": after}))
    assert bool(closed(wanted(["firewall-open"]), [plan])) == bool(opens)


def numbered(rules: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return rules by name, each at a place of its own."""
    return {rule["name"]: {**rule, "network": "5", "orderid": place} for place, rule in enumerate(rules, start=1)}


@pytest.mark.parametrize(("old", "new", "opens", "closes"), REORDERED)
def test_single_rules_are_judged_together_by_their_order(
    old: list[Any], new: list[Any], opens: list[str], closes: list[str]
) -> None:
    before, after = numbered(old), numbered(new)
    steps = []
    for name in {**before, **after}:
        sides = before.get(name), after.get(name)
        op = "create" if not sides[0] else "delete" if not sides[1] else "same" if sides[0] == sides[1] else "update"
        steps.append(
            step(op, "NetworkRule", name, old=sides[0] and state(sides[0]), new=sides[1] and {"inputs": sides[1]})
        )
    plan = preview(*steps)
    found = {rule.name: rule for change in plan.changes for rule in change.rules}
    # Of rules that change places any may be named, since each has a new one.
    assert {name for name in found if found[name].opens} >= set(opens)
    assert {name for name in found if found[name].closes} >= set(closes)
    assert (GATES["firewall-open"].closed(plan), any(found[name].closes for name in found)) == (
        bool(opens),
        bool(closes),
    )


@pytest.mark.parametrize(("place", "opens"), [(1, True), (2, True), (3, False), (None, False)])
def test_a_rule_that_is_written_to_a_taken_place_comes_first(place: int | None, opens: bool) -> None:
    other, rest = ({**each, "network": "5", "orderid": at} for each, at in ((SSH, 1), (REST, 2)))
    web = {**WEB, "network": "5", **({"orderid": place} if place else {})}
    plan = preview(
        step("same", "NetworkRule", "ssh", old=state(other), new={"inputs": other}),
        step("same", "NetworkRule", "rest", old=state(rest), new={"inputs": rest}),
        step("create", "NetworkRule", "web", new={"inputs": web}),
    )
    assert (Effect.OPENS_FIREWALL in plan.changes[2].effects) == opens


def test_a_list_that_comes_to_another_network_opens_that_one() -> None:
    old, new = ({"network": network, "rules": [dict(WEB), dict(REST)]} for network in ("5", "6"))
    change = only(step("replace", "Firewall", old=state(old), new={"inputs": new}))
    assert [(rule.name, rule.opens, rule.closes) for rule in change.rules] == [
        ("web", True, True),
        ("rest", True, True),
    ]


def test_without_the_unchanged_rules_a_moved_one_may_pass_any_other() -> None:
    old, new = numbered([WEB])["web"], {**numbered([WEB])["web"], "orderid": 7}
    moved = step("update", "NetworkRule", old=state(old), new={"inputs": new})
    ((told,),) = (change.rules for change in preview(moved, changeSummary={"same": 9}).changes)
    assert (told.opens, told.closes) == (True, True)


def test_what_a_list_does_to_other_networks_is_nothing() -> None:
    lists = ({"network": network, "rules": [dict(REST)]} for network in ("5", "6"))
    here, there = lists
    opened = {**there, "rules": [dict(WEB), dict(REST)]}
    plan = preview(
        step("same", "Firewall", "here", old=state(here), new={"inputs": here}),
        step("update", "Firewall", "there", old=state(there), new={"inputs": opened}),
    )
    assert [[rule.name for rule in change.rules] for change in plan.changes] == [[], ["web"]]


def test_too_many_rules_to_look_at_may_do_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verge_pulumi.resources.firewall._reachability.MOST_CELLS", 1)
    old, new = ({"network": "5", "rules": rules} for rules in ([WEB, REST], [WEB, BAD, REST]))
    (told,) = only(step("update", "Firewall", old=state(old), new={"inputs": new})).rules
    assert (told.name, told.opens, told.closes) == ("bad", False, True)


def test_what_an_alias_stands_for_changes_rules_too() -> None:
    old, new = ({"name": "offices", "value": [address]} for address in ("10.0.0.1", "10.0.0.2"))
    change = only(step("update", "RuleAlias", old=state(old), new={"inputs": new}))
    assert list(change.effects) == [Effect.OPENS_FIREWALL, Effect.CLOSES_FIREWALL]
    noted = only(step("update", "RuleAlias", old=state(old), new={"inputs": {**old, "description": "x"}}))
    assert noted.effects == {}


def rule(op: str, name: str, **values: Any) -> dict[str, Any]:
    """Return the step of a rule of the network ``lan``."""
    inputs = {"name": name, "network": "5", **values}
    sides = {"old": state(inputs)} if op == "delete" else {"new": {"inputs": inputs}}
    if op == "same":
        sides["old"] = state(inputs)
    links = {"propertyDependencies": {"network": [urn("Network", "lan")]}}
    return step(op, "NetworkRule", name, **{side: {**each, **links} for side, each in sides.items()})


LAN = {"name": "lan", "network": "10.1.0.0/24", "ipaddress": "10.1.0.1"}
NETWORK = step("same", "Network", "lan", old=state(LAN), new={"inputs": LAN})


def differences(*steps: dict[str, Any], **more: Any) -> list[tuple[Any, ...]]:
    """Return what the rules of ``lan`` treat differently."""
    found = traffic_changes(preview(NETWORK, *steps, **more))
    return [
        (each.source, each.destination, each.protocol, each.ports, each.before, each.after)
        for each in (found[urn("Network", "lan")].changes if found else ())
    ]


def test_the_rules_of_a_network_decide_together() -> None:
    wide = rule("same", "wide", protocol="tcp", orderid=9)
    narrow = {"protocol": "tcp", "destination_ports": "22", "source_ip": "vnetself"}
    assert differences(wide, rule("create", "ssh", **narrow)) == []
    assert differences(wide, rule("create", "no", action="drop", orderid=1, **narrow)) == [
        ("10.1.0.0/24", "any", "tcp", "22", True, False)
    ]
    assert differences(rule("create", "ssh", destination_ip="router", **narrow)) == [
        ("10.1.0.0/24", "10.1.0.1", "tcp", "22", False, True)
    ]


def test_what_the_names_in_rules_stand_for_is_known_from_the_plan() -> None:
    other = {"name": "dmz", "network": "10.2.0.0/24"}
    alias = {"name": "offices", "value": ["192.0.2.1|Berlin", "192.0.2.2"]}
    sources = "vnet:dmz,alias:7"
    steps = (
        step("same", "Network", "dmz", old=state(other), new={"inputs": other}),
        step("same", "RuleAlias", "offices", old=state(alias, {"$key": 7}), new={"inputs": alias}),
        rule("create", "ssh", protocol="tcp", source_ip=sources),
    )
    assert [found[0] for found in differences(*steps)] == ["10.2.0.0/24,192.0.2.1-192.0.2.2"]


def test_without_the_unchanged_rules_nothing_is_said_of_traffic() -> None:
    ssh = rule("create", "ssh", protocol="tcp")
    assert differences(ssh)
    steps = [ssh, step("create", "Network", "lan")]
    assert traffic_changes(preview(*steps, changeSummary={"same": 3})) == {}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (None, ""),
        ({}, "accept incoming any from anywhere to anywhere"),
        (
            {"action": "drop", "direction": "outgoing", "protocol": "tcp", "source_ip": "10.0.0.0/8"}
            | {"source_ports": "1-9", "destination_ip": "router", "destination_ports": "22", "enabled": False},
            "drop outgoing tcp from 10.0.0.0/8 port 1-9 to router port 22 (off)",
        ),
        (
            {"action": "translate", "target_ip": "10.1.0.9", "target_ports": "80"},
            "translate incoming any from anywhere to anywhere by 10.1.0.9 port 80",
        ),
    ],
)
def test_a_rule_in_words(rule: Mapping[str, Any] | None, words: str) -> None:
    assert traffic(rule) == words


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("nothing", "safe"),
        ("restart", "restarts (1 Network, 1 VirtualMachine), stops (1 Power), waits for a restart (1 VirtualMachine)"),
        ("errors", "fails"),
        ("foreign", "replaces (2 other)"),
    ],
)
def test_the_verdict_names_the_weightiest_first(scenario: str, said: str) -> None:
    assert verdict(plan(scenario)) == said


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("nothing", []),
        ("errors", [3]),
        ("data-loss", [4, 6, 7]),
        ("replace", [5]),
        ("delete", [6, 7]),
        ("restart", [7]),
        ("firewall", [6, 8]),
        ("hidden", [7, 8, 9]),
        ("outages", [5, 6, 7]),
        ("cascade", [4, 6, 9]),
        ("create", [8]),
    ],
)
def test_gates_close(scenario: str, expected: list[int]) -> None:
    assert [gate.code for gate in closed(wanted([",".join(GATES)]), [plan("nothing"), plan(scenario)])] == expected


def test_only_gates_that_are_wanted_close() -> None:
    assert closed(wanted(["replace", "errors"]), [plan("data-loss")]) == []
    assert wanted([" delete , data-loss", "errors"]) == [GATES["errors"], GATES["data-loss"], GATES["delete"]]
    with pytest.raises(ValueError, match="'dataloss' is none of errors, data-loss"):
        wanted(["dataloss"])
