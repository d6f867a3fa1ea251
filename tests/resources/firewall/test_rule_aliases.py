"""Aliases of rules, and the networks that apply their changes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import Bench, Managed, hosted
from verge_pulumi.engine.errors import Reported
from verge_pulumi.resources.firewall.rule_alias import REFERRING

FIND = ("GET", "vnet_rules")


def offices(bench: Bench, **arguments: Any) -> Managed:
    """Declare an alias of two networks."""
    given = {"name": "offices", "value": ["10.1.0.0/16|Bern", "10.2.0.0/16 | Genève "], **arguments}
    return bench.create("RuleAlias", "offices", **given)


def rule(network: Managed, name: str, **columns: str) -> None:
    network.bench.simulator.add("vnet_rules", vnet=int(network.id), name=name, **columns)


def applied(bench: Bench) -> list[str]:
    return [str(r.body["vnet"]) for r in bench.simulator.requests() if r.path.endswith("vnet_actions")]


def problems(bench: Bench, value: Any) -> list[str]:
    result = bench.provider("RuleAlias").check({}, hosted({"name": "a", "value": value}))
    return [failure.reason for failure in result.failures]


def test_an_alias_is_one_marked_row(bench: Bench) -> None:
    alias = offices(bench, publishing_scope="private")
    row = alias.row()
    assert (row["name"], row["value"], row["publishing_scope"]) == (
        "offices", "10.1.0.0/16|Bern,10.2.0.0/16|Genève", "private",
    )  # fmt: skip
    assert row["description"].startswith("[pulumi shop/dev offices ")
    assert alias.outs["value"] == ["10.1.0.0/16|Bern", "10.2.0.0/16|Genève"]


def test_what_a_life_costs(bench: Bench) -> None:
    _ = bench.connection.system
    bench.simulator.reset("log")
    alias = offices(bench)
    row = ("GET", f"vnet_rule_aliases/{alias.id}")
    assert bench.asked() == [("POST", "vnet_rule_aliases"), row, FIND]
    bench.simulator.reset("log")
    assert alias.diff(value=["10.1.0.0/16 |Bern", "10.2.0.0/16|Genève"]).changes is False
    assert bench.asked() == []
    alias.destroy()
    assert bench.asked() == [row, FIND, ("DELETE", f"vnet_rule_aliases/{alias.id}")]


@pytest.mark.parametrize(
    ("argument", "value", "body"),
    [
        ("name", "sites", {"name": "sites"}),
        ("value", ["80", "443|TLS"], {"value": "80,443|TLS"}),
        ("publishing_scope", "global", {"publishing_scope": "global"}),
    ],
)
def test_a_change_is_one_put_of_one_column(bench: Bench, argument: str, value: Any, body: dict[str, Any]) -> None:
    alias = offices(bench)
    bench.simulator.reset("log")
    alias.up(**{argument: value})
    (write,) = bench.writes()
    assert (write.verb, write.body) == ("PUT", body)


@pytest.mark.parametrize("column", REFERRING)
def test_the_running_networks_whose_rules_refer_to_it_apply_a_change(running: Managed, column: str) -> None:
    bench = running.bench
    alias = offices(bench)
    stopped = bench.create("Network", "other", name="other")
    for network in (running, stopped):
        rule(network, "one", **{column: f"router, alias:{alias.id}"})
        rule(network, "two", **{column: f"alias:{alias.id}"})
    bench.create("Network", "third", name="third")
    bench.simulator.reset("log")
    alias.up(value=["10.3.0.0/16"])
    assert applied(bench) == [running.id]
    assert (running.row()["need_fw_apply"], stopped.row()["need_fw_apply"]) == (False, True)


def test_an_alias_with_a_longer_key_is_another(running: Managed) -> None:
    alias = offices(running.bench)
    rule(running, "another", source_ip=f"alias:{alias.id}7")
    alias.up(value=["10.3.0.0/16"])
    assert applied(running.bench) == []


@pytest.mark.parametrize("column", REFERRING)
def test_an_alias_to_which_rules_of_others_refer_is_not_deleted(running: Managed, column: str) -> None:
    alias = offices(running.bench)
    rule(running, "theirs", **{column: f"router, alias:{alias.id}"})
    rule(running, "marked", description="[pulumi shop/prod web 1-1]", **{column: f"alias:{alias.id}"})
    rule(running, "other", **{column: f"alias:{alias.id}7"})
    with pytest.raises(Reported) as caught:
        alias.destroy()
    network = f"of the network {running.id}"
    assert str(caught.value) == (
        "Unable to delete RuleAlias 'offices': rules that this stack did not make refer to it: "
        f"'theirs' {network}, 'marked' {network}. Change these first."
    )
    assert alias.row()["name"] == "offices"


def test_an_alias_goes_before_the_rules_of_its_stack_that_go_with_their_network(running: Managed) -> None:
    alias = offices(running.bench)
    running.bench.create("NetworkRule", "in", network=running.id, name="in", source_ip=f"alias:{alias.id}")
    alias.destroy()
    assert running.bench.simulator.rows("vnet_rule_aliases") == []


def test_all_aliases_of_a_run_look_at_the_rules_once(bench: Bench) -> None:
    aliases = [bench.create("RuleAlias", name, name=name, value=["443"]) for name in ("one", "two", "three")]
    bench.simulator.reset("log")
    bench.begin_run()
    for alias in aliases:
        alias.delete()
    assert bench.asked().count(FIND) == 1
    assert bench.simulator.rows("vnet_rule_aliases") == []


def test_drift_and_loss_are_seen_and_mended(bench: Bench) -> None:
    alias = offices(bench)
    bench.simulator.edit("vnet_rule_aliases", int(alias.id), value="10.1.0.0/16 | Bern")
    bench.connection.reader.forget("vnet_rule_aliases")
    alias.refresh()
    assert alias.inputs["value"] == ["10.1.0.0/16|Bern"]
    alias.up(value=["10.1.0.0/16|Bern", "10.2.0.0/16"])
    assert alias.row()["value"] == "10.1.0.0/16|Bern,10.2.0.0/16"
    bench.simulator.remove("vnet_rule_aliases", int(alias.id))
    assert alias.read().id == ""
    alias.destroy()


def test_a_name_that_is_taken_is_adopted_only_when_told(running: Managed) -> None:
    bench = running.bench
    key = bench.simulator.add("vnet_rule_aliases", name="offices", value="10.9.0.0/16")
    rule(running, "from", source_ip=f"alias:{key}")
    with pytest.raises(Reported, match=f"row {key} of vnet_rule_aliases has that name already"):
        offices(bench)
    alias = offices(bench, adopt=True)
    assert (alias.id, alias.row()["value"]) == (str(key), "10.1.0.0/16|Bern,10.2.0.0/16|Genève")
    assert applied(bench) == [running.id]


@pytest.mark.parametrize("value", ["10.0.0.0/8", [], [""], ["|label"], ["10.0.0.1,10.0.0.2"]])
def test_a_wrong_value_is_told_in_the_preview(bench: Bench, value: Any) -> None:
    (problem,) = problems(bench, value)
    assert problem.startswith("value ")
