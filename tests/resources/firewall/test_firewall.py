"""The rules of a network as one list: the fewest writes, whose rules they are, and what the list must not do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed, hosted
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import Reported
from verge_pulumi.simulator import Simulator

MARK = "[pulumi shop/dev firewall/edge "


def rule(name: str, **columns: Any) -> dict[str, Any]:
    return {"name": name, "protocol": "tcp", "destination_ports": "443", **columns}


def rules(*names: str) -> list[dict[str, Any]]:
    return [rule(name) for name in names]


def edge(lan: Managed, *names: str, **arguments: Any) -> Managed:
    """Declare a firewall of rules with these names."""
    given = {"network": lan.id, "rules": rules(*names), **arguments}
    firewall = lan.bench.create("Firewall", "edge", **given)
    lan.bench.simulator.reset("log")
    return firewall


def order(bench: Bench) -> list[str]:
    return [row["name"] for row in sorted(bench.simulator.rows("vnet_rules"), key=lambda row: row["orderid"])]


def writes(bench: Bench) -> list[tuple[str, Any]]:
    """Return the writes to rules since the log was emptied: the verb, and the columns."""
    found = [(write.verb, write.body) for write in bench.writes() if "vnet_rules" in write.path]
    bench.simulator.reset("log")
    return found


def key(bench: Bench, name: str) -> int:
    return next(int(row["$key"]) for row in bench.simulator.rows("vnet_rules") if row["name"] == name)


def edit(firewall: Managed, name: str, **columns: Any) -> None:
    """Change a rule in the UI."""
    firewall.bench.simulator.edit("vnet_rules", key(firewall.bench, name), **columns)
    firewall.bench.connection.reader.forget("vnet_rules")


def drop_post(simulator: Simulator, nth: int, **fault: Any) -> None:
    match = {"verb": "POST", "path": "vnet_rules$", "nth": nth}
    simulator.faults({"match": match, "what": "reset", **fault})


def unfinished(firewall: Sequence[Saved], bench: Bench, inputs: dict[str, Any]) -> Managed:
    """Return what a later process finds in the state after a create that failed."""
    inputs = hosted(bench.check("Firewall", {**inputs, "__owner": "shop/dev", "__name": "edge"}))
    return Managed(bench, "Firewall", firewall[-1].id, inputs, hosted(firewall[-1].outs))


# The fewest writes ---------------------------------------------------------------------------------------------------


def test_rules_are_marked_rows_in_their_order(lan: Managed) -> None:
    firewall = edge(lan, "a", "b", rules=[rule("a", description="text", source_ip="10.0.0.7/24"), rule("b", log=True)])
    assert order(lan.bench) == ["a", "b"]
    row, other = lan.bench.simulator.rows("vnet_rules")
    assert row["description"].startswith(f"text\n{MARK}")
    assert other["description"].startswith(MARK)
    assert (row["vnet"], row["source_ip"], other["log"]) == (int(lan.id), "10.0.0.0/24", True)
    assert firewall.outs["rules"] == [
        rule("a", description="text", source_ip="10.0.0.0/24"),
        rule("b", log=True),
    ]
    assert firewall.outs["keys"] == {"a": str(row["$key"]), "b": str(other["$key"])}
    expected = (f"vnets/{lan.id}", f"/v4/vnets/{lan.id}", int(lan.id))
    assert (firewall.id, firewall.outs["location"], firewall.outs["$key"]) == expected


def test_what_fifty_rules_cost(running: Managed) -> None:
    bench, names = running.bench, [f"rule {number}" for number in range(50)]
    firewall = bench.create("Firewall", "edge", network=running.id, rules=rules(*names))
    # The list before, the list after, and three for the apply: does it run, apply, is it done.
    assert len(bench.asked()) == 50 + 5
    assert bench.asked().count(("POST", "vnet_actions")) == 1
    assert order(bench) == names
    assert firewall.diff().changes is False
    bench.simulator.reset("log")
    later = firewall.seen_by(Bench(bench.simulator))
    later.refresh()
    assert later.bench.asked() == [("GET", "system"), ("GET", "vnet_rules")]
    bench.simulator.reset("log")
    firewall.up(rules=[])
    assert bench.asked().count(("POST", "vnet_actions")) == 1
    assert len(bench.asked()) == 50 + 5


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("a x b c d", [("POST", 2)]),
        ("x a b c d", [("POST", 1)]),
        ("a b c d x", [("POST", None)]),
        ("b c d a", [("PUT", 5)]),
        ("d a b c", [("PUT", 1)]),
        ("a c b d", [("PUT", 2)]),
        ("a c d", [("DELETE", None)]),
        ("a c x d", [("DELETE", None), ("POST", 4)]),
        ("a x c d", [("DELETE", None), ("POST", 2)]),
        ("", [("DELETE", None)] * 4),
    ],
)
def test_a_change_of_the_list_takes_the_fewest_writes(
    lan: Managed, names: str, expected: list[tuple[str, int | None]]
) -> None:
    firewall = edge(lan, *"abcd")
    firewall.up(rules=rules(*names.split()))
    assert [(verb, (body or {}).get("orderid")) for verb, body in writes(lan.bench)] == expected
    assert order(lan.bench) == names.split()
    assert firewall.diff().changes is False


@pytest.mark.parametrize(
    ("changes", "written"),
    [
        ({"destination_ports": "80"}, {"destination_ports": "80"}),
        ({"log": True, "source_ip": "vnetself"}, {"log": True, "source_ip": "vnetself"}),
        ({"action": "drop"}, {"action": "drop"}),
    ],
)
def test_a_changed_rule_is_one_put_of_what_changed(
    lan: Managed, changes: dict[str, Any], written: dict[str, Any]
) -> None:
    firewall = edge(lan, "a", "b")
    firewall.up(rules=[rule("a"), rule("b", **changes)])
    assert lan.bench.asked() == [
        ("GET", "vnet_rules"),
        ("PUT", f"vnet_rules/{key(lan.bench, 'b')}"),
        ("GET", "vnet_rules"),
        ("GET", f"vnets/{lan.id}"),
    ]
    assert writes(lan.bench) == [("PUT", written)]


def test_a_rule_that_moves_and_changes_is_one_put(lan: Managed) -> None:
    firewall = edge(lan, *"abc")
    firewall.up(rules=[rule("c", log=True), *rules("a", "b")])
    assert writes(lan.bench) == [("PUT", {"log": True, "orderid": 1})]


def test_a_changed_description_keeps_the_mark(lan: Managed) -> None:
    firewall = edge(lan, "a")
    firewall.up(rules=[rule("a", description="text")])
    ((_, body),) = writes(lan.bench)
    assert body["description"].startswith(f"text\n{MARK}")
    firewall.refresh()
    assert firewall.inputs["rules"] == [rule("a", description="text")]


def test_pinned_rules_stand_where_they_are_tried(lan: Managed) -> None:
    firewall = edge(lan, rules=[rule("top", pin="top"), rule("a"), rule("end", pin="bottom")])
    firewall.up(rules=[rule("top", pin="top"), rule("a"), rule("b"), rule("end", pin="bottom")])
    assert order(lan.bench) == ["top", "a", "b", "end"]
    firewall.up(rules=[rule("b", pin="top"), rule("top", pin="top"), rule("a"), rule("end", pin="bottom")])
    assert order(lan.bench) == ["b", "top", "a", "end"]


def test_a_change_that_is_about_no_rule_costs_a_look(lan: Managed) -> None:
    firewall = edge(lan, "a")
    firewall.up(management="10.0.0.0/8")
    assert lan.bench.asked() == [("GET", "vnet_rules")]


def test_a_new_network_is_another_list(lan: Managed) -> None:
    assert edge(lan, "a").diff(network="3").replaces == ["network"]


# The preview ---------------------------------------------------------------------------------------------------------


def test_the_preview_tells_what_happens_to_each_rule(lan: Managed, told: list[str]) -> None:
    firewall = edge(lan, *"abcd")
    news = [rule("d"), rule("a", source_ip="10.0.0.0/8"), rule("c", log=UNKNOWN), rule("e")]
    result = lan.bench.provider("Firewall").diff(firewall.id, firewall.outs, {**firewall.inputs, "rules": news})
    assert (result.changes, result.replaces, lan.bench.asked()) == (None, [], [])
    assert told == [
        "rule 'd' is moved",
        "rule 'a' has another source_ip",  # without the value, which may be a secret
        "rule 'c' has another log",
        "rule 'e' is new",
        "rule 'b' is deleted",
    ]
    told.clear()
    unknown = {**firewall.inputs, "rules": [rule(UNKNOWN)]}
    assert lan.bench.provider("Firewall").diff(firewall.id, firewall.outs, unknown).changes is None
    firewall.diff(adopt=True)
    assert told == []


def problems(bench: Bench, *given: Any, **inputs: Any) -> list[str]:
    result = bench.provider("Firewall").check({}, hosted({"network": "1", "rules": list(given), **inputs}))
    return [failure.reason for failure in result.failures]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        ([{"name": "a", "log": None}], []),
        ([{"name": UNKNOWN, "source_ip": UNKNOWN}, {"name": "b", "pin": UNKNOWN}], []),
        ([{"protocol": "tcp"}], ["rules: rule 1: name is missing. Give it."]),
        (
            [rule("a", destination_ports="0"), rule("b", action="block")],
            [
                "rules: rule 1: destination_ports is not a port. Give one from 1 to 65535, a range such as "
                "'1000-1005', "
                "'alias:<key>', or several of them with commas. rule 2: action is not a valid choice. Give "
                "'accept', 'drop', "
                "'reject', 'translate' or 'route'."
            ],
        ),
        (
            [rule("a", source_ip=UNKNOWN, action="block")],
            ["rules: rule 1: action is not a valid choice. Give 'accept', 'drop', 'reject', 'translate' or 'route'."],
        ),
        ([rule("a"), rule("b"), rule("a")], ["rules: rule 3 has the name of rule 1; a rule is known by its name."]),
        (
            [rule("a", target_ip="10.0.0.5")],
            ["rules: rule 1: target_ip: action='accept' has no target; 'translate' and 'route' have one."],
        ),
        (
            [rule("a"), rule("b", pin="top")],
            ["rules: those with pin='top' come first in the list, those with pin='bottom' last, as they are tried."],
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_preview(bench: Bench, given: list[Any], expected: list[str]) -> None:
    assert problems(bench, *given) == expected


def test_a_list_that_is_not_known_yet_is_not_judged(bench: Bench) -> None:
    result = bench.provider("Firewall").check({}, {"network": "1", "rules": UNKNOWN, "management": "10.0.0.1"})
    assert result.failures == []


# Whose rules they are ------------------------------------------------------------------------------------------------


@pytest.fixture
def shared(lan: Managed) -> Managed:
    """The network with rules of a person, another stack, another resource, and VergeOS."""
    bench = lan.bench
    theirs = {"people": "by hand", "other stack": "[pulumi shop/prod firewall/edge 11111111]", "rule": ""}
    for name in ("people", "other stack"):
        bench.simulator.add("vnet_rules", vnet=int(lan.id), name=name, orderid=1, description=theirs[name])
    bench.create("NetworkRule", "edge", network=lan.id, name="rule")
    bench.simulator.add("vnet_rules", vnet=int(lan.id), name="system", orderid=9, system_rule=True)
    bench.simulator.add("vnet_rules", vnet=int(lan.id), name="vpn", orderid=10, owner="vnet_wireguard_peers/3")
    route = {"action": "route", "destination_ip": "default"}
    bench.simulator.add("vnet_rules", vnet=int(lan.id), name="Default route", orderid=11, **route)
    bench.simulator.add("vnet_rules", vnet=3, name="a", orderid=1)
    return lan


def test_other_rules_are_left_alone(shared: Managed) -> None:
    bench = shared.bench
    others = {row["$key"]: row for row in bench.simulator.rows("vnet_rules")}
    firewall = edge(shared, "a", "b")
    firewall.up(rules=rules("b", "c"))
    firewall.refresh()
    assert firewall.inputs["rules"] == rules("b", "c")
    firewall.destroy()
    assert {row["$key"]: row for row in bench.simulator.rows("vnet_rules")} == others


@pytest.mark.parametrize("name", ["people", "other stack", "rule", "system"])
def test_a_name_that_somebody_elses_rule_has_is_refused(shared: Managed, name: str) -> None:
    with pytest.raises(Reported, match=f"has the name '{name}' already and .* set adopt=True"):
        edge(shared, "a", name)
    assert "a" not in [row["name"] for row in shared.bench.simulator.rows("vnet_rules") if row["vnet"] != 3]


def test_a_rule_is_adopted_only_when_told_and_unless_another_resource_lives_by_it(shared: Managed) -> None:
    firewall = edge(shared, adopt=True, rules=[rule("people", description="ours"), rule("other stack")])
    rows = {row["name"]: row for row in shared.bench.simulator.rows("vnet_rules")}
    assert rows["people"]["description"].startswith(f"ours\n{MARK}")
    assert rows["other stack"]["description"].startswith(MARK)
    assert firewall.outs["keys"]["people"] == str(rows["people"]["$key"])
    with pytest.raises(Reported, match="has the name 'rule' already and bears the mark of shop/dev as 'edge'"):
        firewall.up(rules=rules("people", "rule"))


def test_a_firewall_of_the_name_that_another_one_had_does_not_take_its_rules(lan: Managed) -> None:
    renamed, later = edge(lan, "a"), lan.bench.later()
    lan.bench.stack.forget(renamed)
    renamed.inputs["__name"] = "edge-2"
    lan.bench.stack.hold(renamed)
    planned = {"network": UNKNOWN, "rules": rules("b")}
    inputs = later.plan("Firewall", "edge", **planned) | {"network": lan.id}
    with pytest.raises(Reported, match="'edge-2' of this stack already manages that object"):
        later.carry_out("Firewall", hosted(inputs))
    assert order(lan.bench) == ["a"]


def test_a_network_rule_of_the_same_resource_name_does_not_take_a_rule(lan: Managed) -> None:
    edge(lan, "a")
    with pytest.raises(Reported, match="bears the mark of shop/dev as 'firewall/edge'"):
        Bench(lan.bench.simulator).create("NetworkRule", "edge", network=lan.id, name="a")


def test_an_authoritative_list_shows_and_deletes_what_nobody_declares(lan: Managed, told: list[str]) -> None:
    bench = lan.bench
    firewall = edge(lan, "a", "b", authoritative=True)
    stranger = {"vnet": int(lan.id), "source_ip": "10.0.0.9", "log": True, "enabled": True}
    bench.simulator.add("vnet_rules", name="stranger", orderid=5, **stranger)
    for own in ({"system_rule": True}, {"owner": "vnet_wireguard_peers/3"}):
        bench.simulator.add("vnet_rules", vnet=int(lan.id), name=f"{next(iter(own))}", orderid=9, **own)
    firewall.refresh()
    assert [each["name"] for each in firewall.inputs["rules"]] == ["a", "b", "stranger"]
    assert firewall.inputs["rules"][:2] == rules("a", "b")
    assert {"source_ip": "10.0.0.9", "log": True, "action": "accept"}.items() <= firewall.inputs["rules"][2].items()
    assert firewall.diff(rules=rules("a", "b")).changes is None
    assert told == ["rule 'stranger' is deleted"]
    firewall.up(rules=rules("a", "b"))
    (warning,) = told[1:]
    assert warning == "warning: deleting rule 'stranger' (row 3): no program declares it"
    assert sorted(order(bench)) == ["a", "b", "owner", "system_rule"]
    firewall.refresh()
    assert firewall.diff().changes is False


def test_an_authoritative_list_takes_a_rule_of_its_name_that_nobody_declares(lan: Managed) -> None:
    taken = lan.bench.simulator.add("vnet_rules", vnet=int(lan.id), name="a", orderid=5)
    firewall = edge(lan, "a", authoritative=True)
    assert firewall.outs["keys"] == {"a": str(taken)}
    assert order(lan.bench) == ["a"]


@pytest.mark.parametrize("this_run", [True, False])
def test_an_authoritative_list_refuses_to_delete_an_unmarked_rule_of_this_stack(lan: Managed, this_run: bool) -> None:
    ssh = lan.bench.create("NetworkRule", "ssh", network=lan.id, **rule("ssh"))
    lan.bench.simulator.edit("vnet_rules", int(ssh.id), description="edited in the UI")
    if not this_run:
        lan.bench.begin_run()
    holder = "'another resource'" if this_run else "'ssh'"
    with pytest.raises(Reported, match=rf"rule 'ssh' \(row {ssh.id} of vnet_rules\) belongs to {holder} of this stack"):
        edge(lan, "a", authoritative=True)
    assert "ssh" in order(lan.bench)


def test_a_rule_that_shows_late_is_not_made_twice(lan: Managed) -> None:
    """The answer is lost, and the list shows the rule some seconds later."""
    lan.bench.simulator.faults(
        {"match": {"verb": "POST", "path": "vnet_rules$"}, "when": "after", "what": "reset"},
        {"match": {"verb": "GET", "path": "/vnet_rules$", "nth": 2}, "what": "status", "status": 200, "body": []},
    )
    firewall = lan.bench.create("Firewall", "edge", network=lan.id, rules=rules("a"))
    assert order(lan.bench).count("a") == 1
    assert firewall.outs["keys"] == {"a": str(key(lan.bench, "a"))}
    assert [write.verb for write in lan.bench.writes() if "vnet_rules" in write.path] == ["POST"]


def test_an_authoritative_list_refuses_to_delete_what_another_resource_declares(lan: Managed) -> None:
    lan.bench.create("NetworkRule", "theirs", network=lan.id, name="theirs")
    with pytest.raises(Reported, match=r"rule 'theirs' \(row 1 of vnet_rules\) belongs to shop/dev as 'theirs'"):
        edge(lan, "a", authoritative=True)
    assert order(lan.bench) == ["theirs"]


# Drift ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "seen"),
    [("destination_ports", "22", rule("b", destination_ports="22")), ("source_ip", "10.0.0.1", rule("b"))],
)
def test_a_rule_that_was_changed_in_the_ui(lan: Managed, column: str, value: str, seen: dict[str, Any]) -> None:
    firewall = edge(lan, *"abc")
    edit(firewall, "b", **{column: value})
    firewall.refresh()
    assert firewall.inputs["rules"] == [rule("a"), seen, rule("c")]
    assert writes(lan.bench) == []
    if seen != rule("b"):
        firewall.up(rules=rules(*"abc"))
        assert writes(lan.bench) == [("PUT", {column: "443"})]


def test_a_column_that_was_emptied_in_the_ui(lan: Managed) -> None:
    firewall = edge(lan, "a")
    edit(firewall, "a", destination_ports="")
    firewall.refresh()
    assert firewall.inputs["rules"] == [{"name": "a", "protocol": "tcp"}]
    assert firewall.diff(rules=rules("a")).changes is None


def test_a_rule_that_was_deleted_in_the_ui(lan: Managed) -> None:
    firewall = edge(lan, *"abc")
    lan.bench.simulator.remove("vnet_rules", key(lan.bench, "b"))
    lan.bench.connection.reader.forget("vnet_rules")
    firewall.refresh()
    assert firewall.inputs["rules"] == rules("a", "c")
    firewall.up(rules=rules(*"abc"))
    assert [(verb, body["orderid"]) for verb, body in writes(lan.bench)] == [("POST", 2)]
    assert order(lan.bench) == ["a", "b", "c"]


def test_rules_that_were_moved_in_the_ui(lan: Managed) -> None:
    firewall = edge(lan, *"abc")
    edit(firewall, "a", orderid=9)
    firewall.refresh()
    assert [each["name"] for each in firewall.inputs["rules"]] == ["b", "c", "a"]
    firewall.up(rules=rules(*"abc"))
    assert writes(lan.bench) == [("PUT", {"orderid": 1})]
    assert order(lan.bench) == ["a", "b", "c"]


def test_a_rule_that_was_renamed_in_the_ui_is_another_rule(lan: Managed) -> None:
    firewall = edge(lan, *"ab")
    lan.bench.simulator.edit("vnet_rules", key(lan.bench, "b"), name="z")
    lan.bench.connection.reader.forget("vnet_rules")
    firewall.refresh()
    assert [each["name"] for each in firewall.inputs["rules"]] == ["a", "z"]
    firewall.up(rules=rules(*"ab"))
    assert [verb for verb, _ in writes(lan.bench)] == ["DELETE", "POST"]


def test_a_mark_that_was_edited_away_is_written_again_with_the_next_change(lan: Managed) -> None:
    firewall = edge(lan, *"ab")
    edit(firewall, "a", description="by hand")
    firewall.refresh()
    assert firewall.inputs["rules"] == rules(*"ab")
    firewall.up(rules=[*rules(*"ab"), rule("c")])
    put, _ = writes(lan.bench)
    assert put[1]["description"].startswith(f"by hand\n{MARK}")


def test_a_rule_that_another_resource_took_over_is_no_longer_ours(lan: Managed) -> None:
    firewall = edge(lan, *"ab")
    edit(firewall, "b", description="[pulumi shop/prod b 22222222]")
    firewall.refresh()
    assert firewall.inputs["rules"] == rules("a")
    with pytest.raises(Reported, match="bears the mark of shop/prod as 'b'"):
        firewall.up(rules=rules(*"ab"))
    firewall.destroy()
    assert order(lan.bench) == ["b"]


def test_with_its_network_the_list_is_gone(lan: Managed) -> None:
    firewall = edge(lan, "a")
    lan.bench.simulator.remove("vnets", int(lan.id))
    lan.bench.connection.reader.forget("vnet_rules")
    assert firewall.read().id == ""
    firewall.destroy()


def test_an_empty_list_of_a_network_that_is_there_is_not_gone(lan: Managed) -> None:
    firewall = edge(lan)
    firewall.refresh()
    assert (firewall.id, firewall.inputs["rules"]) == (f"vnets/{lan.id}", [])


# Without marks -------------------------------------------------------------------------------------------------------


def test_without_marks_a_rule_is_known_by_its_key(lan: Managed) -> None:
    bench = Bench(lan.bench.simulator, mark=False)
    firewall = bench.create("Firewall", "edge", network=lan.id, rules=rules("a", "b"))
    bench.simulator.add("vnet_rules", vnet=int(lan.id), name="people", orderid=9)
    firewall.refresh()
    assert firewall.inputs["rules"] == rules("a", "b")
    assert {row["description"] for row in bench.simulator.rows("vnet_rules")} <= {"", None}
    firewall.up(rules=[rule("b", log=True)])
    firewall.destroy()
    assert order(bench) == ["people"]


# Failures ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("nth", [1, 2])
def test_an_answer_that_was_lost_makes_no_second_rule(lan: Managed, when: str, nth: int) -> None:
    drop_post(lan.bench.simulator, nth, when=when)
    firewall = edge(lan, *"abc")
    assert order(lan.bench) == ["a", "b", "c"]
    assert firewall.outs["keys"] == {name: str(key(lan.bench, name)) for name in "abc"}


def test_an_applied_post_whose_rule_is_not_to_be_found_is_an_error(lan: Managed, saved: list[Saved]) -> None:
    odd = {"what": "garbage", "status": 201, "body": {"odd": 1}, "content_type": "application/json"}
    drop_post(lan.bench.simulator, 1, **odd)
    with pytest.raises(Reported, match=r"Unable to create Firewall 'edge'"):
        edge(lan, "a")
    assert saved[0].outs["keys"] == {}


def test_a_rule_that_is_refused_leaves_what_the_next_up_completes(lan: Managed, saved: list[Saved]) -> None:
    refusal = {"what": "status", "status": 422, "body": {"err": "no such thing"}}
    drop_post(lan.bench.simulator, 3, **refusal)
    inputs = {"network": lan.id, "rules": rules(*"abcd")}
    with pytest.raises(Reported, match=r"no such thing.* It exists and is in the state"):
        edge(lan, *"abcd")
    assert order(lan.bench) == ["a", "b"]
    assert saved[0].outs["keys"] == {"a": "1", "b": "2"}
    later = unfinished(saved, Bench(lan.bench.simulator), inputs)
    assert later.diff().changes is True
    lan.bench.simulator.reset("log")
    later.up()
    assert [body["name"] for _, body in writes(lan.bench)] == ["c", "d"]
    assert order(lan.bench) == ["a", "b", "c", "d"]
    assert later.diff().changes is False


def test_a_create_whose_state_was_lost_is_not_made_twice(lan: Managed) -> None:
    first, later = edge(lan, *"ab"), Managed(lan.bench.later(), "Network", lan.id, lan.inputs, lan.outs)
    lan.bench.stack.forget(first)
    with pytest.raises(Reported, match="row 1 of vnet_rules has the name 'a' already and bears the mark of shop/dev"):
        edge(later, *"abc")
    assert order(lan.bench) == ["a", "b"]
    first.cut_off()
    later.bench.begin_run()
    again = edge(later, *"abc")
    assert order(lan.bench) == ["a", "b", "c"]
    assert again.outs["keys"] == {"a": "1", "b": "2", "c": "3"}


def test_an_apply_that_failed_is_made_by_the_next_up(running: Managed, saved: list[Saved]) -> None:
    bench = running.bench
    bench.simulator.faults({"match": {"path": "vnet_actions$"}, "what": "status", "status": 403})
    with pytest.raises(Reported):
        edge(running, "a")
    later = unfinished(saved, bench, {"network": running.id, "rules": rules("a")})
    bench.simulator.reset("log")
    later.up()
    assert [request.path.rpartition("/")[2] for request in bench.writes()] == ["vnet_actions"]
    assert running.row()["need_fw_apply"] is False


@pytest.mark.parametrize("change", [{"rules": rules("a", "b")}, {"rules": rules("b")}, {"authoritative": True}])
def test_an_update_that_was_killed_before_its_apply_is_applied_by_the_next_up(
    running: Managed, change: dict[str, Any]
) -> None:
    firewall = edge(running, "a")
    running.bench.simulator.add("vnet_rules", vnet=int(running.id), name="people", direction="incoming")
    before = firewall.seen_by(Bench(running.bench.simulator))
    running.bench.simulator.faults({"match": {"path": "vnet_actions$", "nth": 1}, "what": "status", "status": 403})
    with pytest.raises(Reported):
        firewall.up(**change)
    assert running.row()["need_fw_apply"] is True
    before.up(**change)
    assert running.row()["need_fw_apply"] is False


def test_an_apply_that_failed_names_the_rules_it_was_for(running: Managed) -> None:
    firewall = edge(running, *"abc")
    running.bench.simulator.transitions(stuck=["applying"])
    with pytest.raises(Reported, match=r"still 'not applied' after 30 s .*; it was for the rules 'c', 'd'\. It exists"):
        firewall.up(rules=rules("a", "b", "d"))
    # The state of before the failure knows no 'd'.
    with pytest.raises(Reported, match=r"Unable to delete Firewall 'edge': .*; it was for the rules 'a', 'b'\.$"):
        firewall.seen_by(Bench(running.bench.simulator)).destroy()


@pytest.mark.parametrize(
    "fault",
    [
        {"when": "after", "what": "reset"},
        {"when": "after", "what": "status", "status": 500},
        {"when": "after", "what": "status", "status": 404},
    ],
)
def test_a_delete_whose_answer_was_lost(lan: Managed, fault: dict[str, Any]) -> None:
    firewall = edge(lan, *"ab")
    lan.bench.simulator.faults({"match": {"verb": "DELETE", "path": "vnet_rules"}, **fault})
    firewall.destroy()
    assert order(lan.bench) == []


def test_a_delete_that_is_refused_is_told(lan: Managed) -> None:
    firewall = edge(lan, "a")
    match = {"verb": "DELETE", "path": "vnet_rules"}
    lan.bench.simulator.faults({"match": match, "what": "status", "status": 403})
    with pytest.raises(Reported, match="Unable to delete Firewall 'edge'"):
        firewall.destroy()


def test_a_column_that_does_not_stick_is_an_error(
    lan: Managed, saved: list[Saved], monkeypatch: pytest.MonkeyPatch
) -> None:
    firewall = edge(lan, "a")
    real = type(lan.bench.connection.client.table("vnet_rules")).update

    def deaf(self: Any, key: str, values: Any) -> Any:
        return real(self, key, {"enabled": True})

    monkeypatch.setattr(type(lan.bench.connection.client.table("vnet_rules")), "update", deaf)
    with pytest.raises(Reported, match=r"VergeOS does not keep what was written of the rules 'a' \(throttle\)"):
        firewall.up(rules=[rule("a", throttle="1 kbytes/second")])


# Management ----------------------------------------------------------------------------------------------------------

OFFICE = "203.0.113.0/24"


@pytest.mark.parametrize(
    ("given", "arguments", "why"),
    [
        ([rule("web", source_ip=OFFICE)], {}, ""),
        ([rule("web", source_ip="203.0.0.0/16")], {"management_ports": "443"}, ""),
        ([rule("web")], {"management_ports": "22,443"}, "no rule lets it in"),
        ([rule("web", source_ip="203.0.113.0/25")], {}, "no rule lets it in"),
        ([rule("no", action="drop"), rule("web")], {}, "rule 1 stops it"),
        ([rule("no", action="drop"), rule("web")], {"allow_lock_out": True}, ""),
        ([rule("no", action="drop", source_ip="vnet:dmz"), rule("web")], {}, ""),
        ([rule("no", action="drop", source_ip=UNKNOWN), rule("web")], {}, ""),
        ([rule("web", destination_ip="router")], {}, ""),
        ([], {"management": UNKNOWN}, ""),
        ([], {"management_ports": UNKNOWN}, ""),
    ],
)
def test_management_is_not_shut_out(bench: Bench, given: list[Any], arguments: dict[str, Any], why: str) -> None:
    found = problems(bench, *given, **{"management": OFFICE, **arguments})
    told = f"management: could not reach the router on its ports: {why}. "
    assert found == ([f"{told}Let it in, or set allow_lock_out=True."] if why else [])


# Previews of what is adopted -----------------------------------------------------------------------------------------


def seen(lan: Managed, told: list[str], **arguments: Any) -> list[str]:
    """Return what the preview of a new firewall says, which writes nothing."""
    told.clear()
    lan.bench.simulator.reset("log")
    lan.bench.plan("Firewall", "edge", network=lan.id, **arguments)
    assert lan.bench.writes() == []
    return [line.removeprefix("warning: ") for line in told]


def test_a_preview_tells_what_becomes_of_rules_that_are_taken_over(lan: Managed, told: list[str]) -> None:
    add = lan.bench.simulator.add
    web = add("vnet_rules", vnet=int(lan.id), name="web", orderid=1, protocol="udp", destination_ports="443")
    ssh = add("vnet_rules", vnet=int(lan.id), name="ssh", orderid=2, description="[pulumi shop/prod x 12ab]")
    add("vnet_rules", vnet=int(lan.id), name="other", orderid=3)
    given = {"rules": [rule("web"), {"name": "ssh"}, rule("new")]}
    assert seen(lan, told, adopt=True, **given) == [
        f"rule 'web' exists already (key {web}): the update would take it over and change protocol 'udp' → 'tcp'",
        f"rule 'ssh' exists already (key {ssh}, which bears the mark of shop/prod as 'x'): the update would take it "
        "over as it is",
    ]
    assert seen(lan, told, **given) == []
    firewall = lan.bench.create("Firewall", "edge", network=lan.id, adopt=True, **given)
    assert firewall.outs["keys"] | {"web": str(web), "ssh": str(ssh)} == firewall.outs["keys"]


def test_a_preview_tells_which_rules_an_authoritative_list_deletes(lan: Managed, told: list[str]) -> None:
    other = lan.bench.simulator.add("vnet_rules", vnet=int(lan.id), name="other", orderid=1)
    assert seen(lan, told, adopt=True, authoritative=True, rules=rules("web")) == [
        f"rule 'other' (key {other}): the update would delete it"
    ]


def test_rules_of_a_network_that_is_not_known_yet_are_not_guessed(lan: Managed, told: list[str]) -> None:
    lan.bench.plan("Firewall", "edge", network=UNKNOWN, rules=rules("web"), adopt=True)
    assert told == ["warning: adopt: which rules are meant, and what of them changes, is known in the update only"]


def test_a_firewall_that_replaces_itself_is_not_taken_for_somebody_elses(lan: Managed, told: list[str]) -> None:
    edge(lan, "web", adopt=True)
    assert seen(lan, told, adopt=True, rules=rules("web")) == []
