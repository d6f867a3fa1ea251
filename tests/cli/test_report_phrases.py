"""Fields and figures in words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.previews import load, many, plan
from tests.cli.steps import only, preview, state, step, urn
from verge_pulumi.client import ApiKey, VergeClient
from verge_pulumi.review.report import phrases
from verge_pulumi.review.report.capacity import Line, Room, capacity, rooms
from verge_pulumi.review.report.reading import read
from verge_pulumi.review.values import SECRET, UNKNOWN, shown
from verge_pulumi.simulator import Simulator

GIB = 1024**3
ALIAS = urn("RuleAlias", "offices")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("ram", 4096, "4.0 GiB"),
        ("ram", 4096.0, "4.0 GiB"),
        ("ram", 512, "512.0 MiB"),
        ("used_bytes", 3 * GIB, "3.0 GiB"),
        ("mtu", 1500, "1500"),
        ("ratio", 0.5, "0.5"),
        ("enabled", True, "yes"),
        ("enabled", False, "no"),
        ("note", None, "unset"),
        ("note", "", "empty"),
        ("note", "two\nlines\x1b[31m", "two lines"),
        ("note", "x" * 500, "x" * 119 + "…"),
        ("console_pass", SECRET, "secret"),
        ("vm", UNKNOWN, "known later"),
        ("dnslist", ["1.1.1.1", UNKNOWN, SECRET], "1.1.1.1, known later, secret"),
        ("dnslist", [], "none"),
        ("meta", {"a": 1, "b": SECRET}, "a: 1, b: secret"),
        ("meta", {}, "none"),
    ],
)
def test_a_value_in_words(field: str, value: Any, said: str) -> None:
    assert shown(field, value) == said


def told(name: str, old: Any, new: Any, kind: str = "VirtualMachine", **more: Any) -> tuple[str, str]:
    """Return the two sides of a change of a field."""
    change = only(step("update", kind, old=state({name: old}), new={"inputs": {name: new}, **more}))
    ((_, before, after),) = phrases.fields(change, {})
    return before, after


def test_lists_tell_what_comes_and_goes() -> None:
    assert told("dnslist", ["1.1.1.1", "9.9.9.9"], ["1.1.1.1", "8.8.8.8"]) == ("", "−9.9.9.9, +8.8.8.8")
    assert told("dnslist", ["1.1.1.1", "9.9.9.9"], ["9.9.9.9", "1.1.1.1"]) == ("", "another order")


def test_secrets_only_change() -> None:
    changes = {change.name: phrases.fields(change, {}) for change in plan("secrets").changes}
    assert changes["web"] == [("console_pass", "", "secret changed")]
    assert changes["other"] == [("nested", "", "a secret in it changed"), ("password", "", "secret changed")]


def test_a_reference_is_told_by_the_name_in_the_program() -> None:
    links = {"propertyDependencies": {"network": [urn("Network", "lan")]}}
    assert told("network", "5", "6", "Nic", **links) == ("5", "lan")
    assert told("network", "5", UNKNOWN, "Nic", **links) == ("5", "lan")


def test_a_text_made_of_other_resources_is_told_as_it_is_where_it_is_known() -> None:
    links = {"propertyDependencies": {"source_ip": [ALIAS]}}
    assert told("source_ip", "", "alias:7", "NetworkRule", **links) == ("empty", "alias with key 7")
    assert told("source_ip", "", UNKNOWN, "NetworkRule", **links) == ("empty", "offices")


RULES: Any = [
    {"name": "ssh", "action": "accept", "protocol": "tcp", "source_ip": "alias:7", "destination_ports": "22"},
    {"name": "web", "action": "accept", "protocol": "tcp", "destination_ports": "443"},
]


def rule_told(*rules: dict[str, Any]) -> str:
    """Return how a firewall is told whose rules become these; an alias of the plan is in the state."""
    before, after = told("rules", RULES, [*rules], "Firewall")
    assert before == ""
    return after


def test_rules_are_told_by_name_and_in_words() -> None:
    ssh, web = RULES
    drop = {"name": "all", "action": "drop"}
    assert rule_told(ssh, drop, web) == "+all (drop incoming any from anywhere to anywhere)"
    assert rule_told(web) == "−ssh"
    assert rule_told(web, ssh) == "another order"
    assert (
        rule_told({**ssh, "source_ip": UNKNOWN}, web)
        == (
            "ssh: accept incoming tcp from alias with key 7 to anywhere port 22 → "
            "accept incoming tcp from known later to anywhere port 22"
        )[:119]
        + "…"
    )
    assert rule_told(ssh, {**web, "trace": True}) == "web: trace unset → yes"


def test_a_new_list_of_rules_is_told_in_words_too() -> None:
    change = only(step("create", "Firewall", new={"inputs": {"rules": RULES[1:]}}))
    assert phrases.fields(change, {}) == [
        ("rules", "unset", "web (accept incoming tcp from anywhere to anywhere port 443)")
    ]


def test_an_alias_is_told_by_its_name_in_the_program() -> None:
    alias = step("same", "RuleAlias", "offices", old=state({"name": "offices"}, {"$key": 7}), new={})
    rule = step("update", "NetworkRule", old=state({"source_ip": ""}), new={"inputs": {"source_ip": "alias:7,alias:8"}})
    seen = preview(alias, rule)
    change = seen.by_urn[urn("NetworkRule", "it")]
    assert phrases.fields(change, seen.names) == [("source_ip", "empty", "alias offices,alias with key 8")]


def test_what_is_referred_to_is_told_by_its_name_on_both_sides() -> None:
    old = step("same", "Network", "old", old=state({"name": "old"}, {"$key": 5}), new={})
    lan = step("same", "Network", "lan", old=state({"name": "lan"}, {"$key": 6}), new={})
    links = {"propertyDependencies": {"network": [urn("Network", "lan")]}}
    nic = step("update", "Nic", old=state({"network": "5"}), new={"inputs": {"network": "6"}, **links})
    seen = preview(old, lan, nic)
    assert phrases.fields(seen.by_urn[urn("Nic", "it")], seen.names) == [("network", "old", "lan")]
    again = step("update", "Nic", old=state({"network": "6"}), new={"inputs": {"network": UNKNOWN}, **links})
    seen = preview(lan, again)
    assert phrases.fields(seen.by_urn[urn("Nic", "it")], seen.names) == [("network", "", "lan, recreated")]


def test_parts_by_name_are_told_by_what_differs() -> None:
    daily = {"frequency": "daily", "retention": 86400.0}
    old, new = {"daily": daily, "weekly": {"frequency": "weekly"}}, {"daily": {**daily, "retention": 7}, "now": daily}
    assert told("periods", old, new, "SnapshotProfile") == (
        "",
        "−weekly, daily: retention 86400 → 7, +now (frequency: daily, retention: 86400)",
    )


def test_no_value_is_told_as_python_writes_it() -> None:
    deep = {"a": [{"b": None, "c": [True, {"d": 1.0}]}], "e": {"f": SECRET}}
    said = shown("meta", deep)
    assert said == "a: (b: unset, c: yes/(d: 1)), e: (f: secret)"


def test_counts_in_words() -> None:
    assert phrases.counts(plan("nothing")) == "no changes"
    assert phrases.counts(plan("drift")) == "1 to create, 1 to update, 1 unchanged"
    assert phrases.counts(plan("errors")) == "1 unchanged, unknown what else, since the preview failed"


def test_the_cost_in_words() -> None:
    assert phrases.cost(plan("nothing")) == "no requests"
    assert phrases.cost(plan("delete")) == "about 11 requests"
    said = "about 1,126 requests; they do not fit in one hour's limit and take more than 1 h"
    assert phrases.cost(read(many(1000), parallel=8)) == said


def test_capacity_is_what_machines_and_drives_ask_for() -> None:
    asked = capacity(plan("create"))
    assert asked.lines == (
        Line("cores", 0, 3),  # one sets none and gets VergeOS's default
        Line("RAM", 0, 12 * GIB),
        Line("default tier", 0, 1024 * GIB),
        Line("tier 1", 0, 20 * GIB),
    )
    assert (asked.unknown, asked.whole, asked.differs) == ((), True, True)


def test_capacity_counts_what_stays_and_what_goes() -> None:
    restart, gone = capacity(plan("restart")), capacity(plan("data-loss"))
    assert restart.lines == (Line("cores", 5, 9), Line("RAM", 9 * GIB, 17 * GIB))
    assert gone.lines[2] == Line("tier 4", 1084 * GIB, 0)
    assert not capacity(plan("nothing")).differs


def test_what_is_made_anew_is_as_large_as_before() -> None:
    assert not capacity(plan("replace")).differs


def test_what_was_deleted_behind_pulumis_back_is_asked_for_anew() -> None:
    old = state({"name": "web", "ram": 1024}, {"cpu_cores": 2})
    asked = capacity(
        preview(
            step("refresh", "VirtualMachine", old=old),
            step("create", "VirtualMachine", new={"inputs": {"name": "web", "ram": 1024}}),
        )
    )
    assert asked.lines == (Line("cores", 0, 1), Line("RAM", 0, GIB))


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("VirtualMachine", {"name": "copy", "clone_of": "7"}),
        ("VirtualMachine", {"name": "web", "ram": UNKNOWN}),
        ("Drive", {"media": "import", "media_source": "3"}),
        ("Drive", {"disksize": UNKNOWN}),
        ("Drive", {"disksize": SECRET}),
        ("VirtualMachine", {"name": "web", "cpu_cores": SECRET}),
    ],
)
def test_what_only_vergeos_knows_is_not_counted_and_named(kind: str, inputs: dict[str, Any]) -> None:
    asked = capacity(preview(step("create", kind, new={"inputs": inputs})))
    assert (asked.unknown, asked.differs) == (("it",), True)


def test_what_a_secret_asked_for_before_makes_no_difference_in_figures() -> None:
    old, new = {"name": "data", "disksize": SECRET}, {"name": "data", "disksize": "1GiB"}
    assert capacity(preview(step("update", "Drive", old=state(old), new={"inputs": new}))).unknown == ("it",)


def test_a_cd_takes_no_storage() -> None:
    asked = capacity(preview(step("create", "Drive", new={"inputs": {"media": "cdrom", "media_source": "3"}})))
    assert asked.unknown == ()
    assert not asked.differs


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (Line("cores", 2, 4), ("2", "4", "+2")),
        (Line("RAM", 3 * GIB, GIB), ("3.0 GiB", "1.0 GiB", "−2.0 GiB")),
        (Line("tier 1", GIB, GIB), ("1.0 GiB", "1.0 GiB", "+0 B")),
    ],
)
def test_figures_in_words(line: Line, said: tuple[str, str, str]) -> None:
    assert line.words() == said


def test_what_the_system_has_costs_two_requests(simulator: Simulator) -> None:
    with VergeClient(simulator.url, auth=ApiKey(simulator.api_key)) as client:
        found = rooms(client)
    assert len(simulator.requests()) == 2
    assert found[0] == Room("RAM of cluster cluster1", 0, 480 * GIB)
    assert [room.what for room in found[2:]] == [f"tier {tier}" for tier in range(1, 6)]
    assert found[2].free == 10 * 1024 * GIB


def test_a_figure_that_vergeos_does_not_tell_is_left_out(simulator: Simulator) -> None:
    simulator.edit("storage_tiers", 1, capacity=0)
    simulator.edit("storage_tiers", 2, used=20 * 1024 * GIB)
    with VergeClient(simulator.url, auth=ApiKey(simulator.api_key)) as client:
        tiers = {room.what: room.free for room in rooms(client) if room.what.startswith("tier")}
    assert tiers == {"tier 1": 10240 * GIB, "tier 2": 10240 * GIB, "tier 3": 10240 * GIB, "tier 4": 0}


def test_recorded_previews_hold_nothing_of_the_machine_that_recorded_them() -> None:
    text = str([load(name) for name in ("create", "errors", "hostile")])
    assert "stackTrace" not in text
    assert "sourcePosition" not in text
    assert "127.0.0.1" not in text
