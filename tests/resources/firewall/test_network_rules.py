"""Rules of a network: how they are written, and how a running network applies them together."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed, hosted
from tests.providers.conftest import Saved
from verge_pulumi.client import Table
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources.firewall.network_rule import NetworkRuleProvider
from verge_pulumi.resources.network import _staged as staged

WORKERS = 8
"""How many resources Pulumi's engine makes at once in these tests."""


def https(lan: Managed, **arguments: Any) -> Managed:
    """Declare a rule that lets HTTPS in."""
    given = {"network": lan.id, "name": "https", "protocol": "tcp", "destination_ports": "443", **arguments}
    return lan.bench.create("NetworkRule", "https", **given)


def applies(bench: Bench) -> int:
    return sum(request.path.endswith("vnet_actions") for request in bench.simulator.requests())


def problems(bench: Bench, **inputs: Any) -> list[str]:
    result = bench.provider("NetworkRule").check({}, hosted({"network": "1", "name": "r", **inputs}))
    return [failure.reason for failure in result.failures]


def order(bench: Bench) -> list[str]:
    return [row["name"] for row in sorted(bench.simulator.rows("vnet_rules"), key=lambda row: row["orderid"])]


# One rule ------------------------------------------------------------------------------------------------------------


def test_a_rule_is_a_marked_row_of_its_network(lan: Managed) -> None:
    rule = https(lan, source_ip="10.0.0.7/24, vnetself", destination_ports="443, 8000 - 8005", description="text")
    row = rule.row()
    assert {name: row[name] for name in ("vnet", "name", "protocol", "source_ip", "destination_ports", "action")} == {
        "vnet": int(lan.id), "name": "https", "protocol": "tcp", "source_ip": "10.0.0.0/24,vnetself",
        "destination_ports": "443,8000-8005", "action": "accept",
    }  # fmt: skip
    assert row["description"].startswith("text\n[pulumi shop/dev https ")
    assert (rule.outs["source_ip"], rule.outs["target_ip"], rule.outs["system_rule"]) == (
        "10.0.0.0/24,vnetself", None, False,
    )  # fmt: skip


def test_what_a_life_on_a_stopped_network_costs(lan: Managed) -> None:
    bench = lan.bench
    bench.simulator.reset("log")
    rule = https(lan)
    row, network = ("GET", f"vnet_rules/{rule.id}"), ("GET", f"vnets/{lan.id}")
    assert bench.asked() == [("POST", "vnet_rules"), row, network]
    bench.simulator.reset("log")
    assert rule.diff().changes is False
    assert bench.asked() == []
    rule.up(log=True)
    assert bench.asked() == [row, ("PUT", f"vnet_rules/{rule.id}"), row, network]
    bench.simulator.reset("log")
    rule.destroy()
    assert bench.asked() == [row, ("DELETE", f"vnet_rules/{rule.id}"), network]
    assert lan.row()["need_fw_apply"] is True


def test_a_running_network_applies_each_change(running: Managed) -> None:
    running.bench.simulator.transitions(looks=2)
    rule = https(running)
    for step, change in enumerate([lambda: None, lambda: rule.up(enabled=False), rule.destroy], start=1):
        change()
        assert (applies(running.bench), running.row()["need_fw_apply"]) == (step, False)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("name", "web"),
        ("description", "text"),
        ("enabled", False),
        ("orderid", 9),
        ("pin", "top"),
        ("direction", "outgoing"),
        ("action", "drop"),
        ("protocol", "47"),
        ("interface", "router"),
        ("ct_state", "new"),
        ("source_ip", "vnet:External"),
        ("source_ports", "1000-1005"),
        ("destination_ip", "router"),
        ("destination_ports", "80"),
        ("log", True),
        ("statistics", True),
        ("trace", True),
        ("throttle", "1000 kbytes/second"),
        ("drop_throttle", True),
    ],
)
def test_a_change_is_one_put_of_one_column(lan: Managed, argument: str, value: Any) -> None:
    rule = https(lan)
    lan.bench.simulator.reset("log")
    rule.up(**{argument: value})
    (write,) = lan.bench.writes()
    assert (write.verb, list(write.body)) == ("PUT", [argument])
    assert str(rule.row()[argument]).startswith(str(value))
    assert rule.diff().changes is False


def test_a_translation_is_one_row_and_its_target_can_change(lan: Managed) -> None:
    rule = https(lan, action="translate", target_ip="10.0.0.5", target_ports="8443")
    lan.bench.simulator.reset("log")
    rule.up(target_ip="vmnic:web.eth0", target_ports="9443")
    assert [write.body for write in lan.bench.writes()] == [{"target_ip": "vmnic:web.eth0", "target_ports": "9443"}]


def test_a_filter_is_taken_away(lan: Managed) -> None:
    rule = https(lan, source_ip="10.0.0.5")
    rule.up(source_ip="")
    assert rule.row()["source_ip"] == ""
    assert rule.diff().changes is False


def test_the_network_cannot_be_changed(lan: Managed) -> None:
    assert https(lan).diff(network="3").replaces == ["network"]


def test_drift_and_loss_are_seen_and_mended(lan: Managed) -> None:
    rule = https(lan)
    lan.bench.simulator.edit("vnet_rules", int(rule.id), destination_ports="22", bytes=7, log=True)
    lan.bench.connection.reader.forget("vnet_rules")
    rule.refresh()
    assert (rule.inputs["destination_ports"], "log" in rule.inputs) == ("22", False)
    rule.up(destination_ports="443")
    assert (rule.row()["destination_ports"], rule.row()["log"]) == ("443", True)
    lan.bench.simulator.remove("vnet_rules", int(rule.id))
    assert rule.read().id == ""
    rule.destroy()


def test_another_spelling_of_an_address_is_no_drift(lan: Managed) -> None:
    rule = https(lan, source_ip="10.0.0.5,router")
    lan.bench.simulator.edit("vnet_rules", int(rule.id), source_ip="10.0.0.5, router")
    lan.bench.connection.reader.forget("vnet_rules")
    rule.refresh()
    assert rule.inputs["source_ip"] == "10.0.0.5,router"


def test_a_rule_that_vergeos_made_is_adopted_only_when_told(bench: Bench) -> None:
    lan = bench.create("Network", "lan", name="lan", default_gateway="3")
    (route,) = bench.simulator.rows("vnet_rules")
    taken = {"name": "Default route", "protocol": None, "destination_ports": None}
    with pytest.raises(Reported, match=f"row {route['$key']} of vnet_rules has that name already"):
        https(lan, **taken)
    rule = https(lan, **taken, adopt=True, action="route", destination_ip="default", target_ip="vnet:External")
    assert (rule.id, rule.row()["log"]) == (str(route["$key"]), False)


def test_the_rules_of_the_system_are_left_alone(lan: Managed) -> None:
    key = lan.bench.simulator.add("vnet_rules", vnet=int(lan.id), name="https", system_rule=True)
    with pytest.raises(Reported, match="System rules cannot be changed"):
        https(lan, adopt=True)
    outs = lan.bench.provider("NetworkRule").read(str(key), {}).outs
    assert outs is not None
    assert outs["system_rule"] is True


def test_an_answer_that_was_lost_makes_no_second_rule(lan: Managed) -> None:
    lan.bench.simulator.faults({"match": {"verb": "POST", "path": "vnet_rules$"}, "when": "after", "what": "reset"})
    rule = https(lan)
    assert [str(row["$key"]) for row in lan.bench.simulator.rows("vnet_rules")] == [rule.id]


def test_a_rule_has_its_place(lan: Managed) -> None:
    for name, place in (("last", None), ("first", 1), ("second", 2)):
        lan.bench.create("NetworkRule", name, network=lan.id, name=name, orderid=place)
    assert order(lan.bench) == ["first", "second", "last"]


# What is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"action": "route", "destination_ip": "default", "target_ip": "vnet:External"}, []),
        ({"action": "translate", "target_ip": "10.0.0.5", "target_ports": "80"}, []),
        ({"action": UNKNOWN, "target_ip": "10.0.0.5"}, []),
        ({"source_ip": UNKNOWN, "target_ip": UNKNOWN}, []),
        ({"target_ip": ""}, []),
        ({"target_ip": "10.0.0.5"}, ["target_ip: action='accept' has no target; 'translate' and 'route' have one."]),
        (
            {"action": "drop", "target_ports": "80"},
            ["target_ports: action='drop' has no target; 'translate' and 'route' have one."],
        ),
        ({"destination_ip": "default"}, ["destination_ip: 'default' is the destination of action='route' only."]),
        (
            {"action": "route", "source_ip": "default"},
            ["source_ip: 'default' is the destination of action='route' only."],
        ),
        (
            {"action": "block"},
            ["action is not a valid choice. Give 'accept', 'drop', 'reject', 'translate' or 'route'."],
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_preview(
    bench: Bench, inputs: dict[str, Any], expected: list[str]
) -> None:
    assert problems(bench, **inputs) == expected


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""),
        ("192.168.1.200", "192.168.1.200"),
        ("10.10.4.7/28", "10.10.4.0/28"),
        ("192.168.1.50 - 192.168.1.100", "192.168.1.50-192.168.1.100"),
        ("FD00::1", "fd00::1"),
        ("fd00::/64", "fd00::/64"),
        ("vnetself", "vnetself"),
        ("router", "router"),
        ("vnet:my lan", "vnet:my lan"),
        ("vmnic:web.prod.eth0", "vmnic:web.prod.eth0"),
        ("alias:7", "alias:7"),
        ("192.168.0.1, 192.168.1.0/24,vnetself ,router", "192.168.0.1,192.168.1.0/24,vnetself,router"),
    ],
)
def test_an_address_has_one_spelling(bench: Bench, given: str, kept: str) -> None:
    inputs = bench.check("NetworkRule", {"network": "1", "name": "r", "source_ip": given})
    assert inputs["source_ip"] == kept


FORMS = "is not an address. Give one, a network such as '10.0.0.0/24'"


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("anywhere", FORMS),
        ("10.0.0.256", FORMS),
        ("10.0.0.0/33", FORMS),
        ("10.0.0.1,", FORMS),
        ("10.0.0.9-10.0.0.5", "is a range that goes down. Give the lower address first"),
        ("10.0.0.9-fd00::1", "is a range that goes down. Give the lower address first"),
        ("Router", FORMS),
        ("vnet:", FORMS),
        ("vnet", FORMS),
        ("vmnic", FORMS),
        ("vmnic:web", "is not a NIC of a VM. Give it as 'vmnic:web.eth0'"),
        ("vmnic:.eth0", "is not a NIC of a VM. Give it as 'vmnic:web.eth0'"),
        ("vmnic:web.", "is not a NIC of a VM. Give it as 'vmnic:web.eth0'"),
        ("alias", FORMS),
        ("alias:offices", "is not an alias. Give 'alias:<key>', as rule_addresses.alias(...) writes it"),
        ("default,router", "has 'default' beside others. Give it alone"),
        (7, "is not text"),
    ],
)
def test_a_wrong_address_is_told_in_the_preview(bench: Bench, address: Any, part: str) -> None:
    (problem,) = problems(bench, destination_ip=address)
    assert problem.startswith("destination_ip ")
    assert part in problem


@pytest.mark.parametrize("given", ["", "80", "1", "65535", "80,443", "1000-1005", "7-7", "alias:7", "22,alias:7"])
def test_ports_are_kept(bench: Bench, given: str) -> None:
    inputs = bench.check("NetworkRule", {"network": "1", "name": "r", "source_ports": given})
    assert inputs["source_ports"] == given


@pytest.mark.parametrize("given", ["0", "65536", "http", "80,", "1005-1000", "-80", "alias:web", "alias:0", "80-", 80])
def test_a_wrong_port_is_told_in_the_preview(bench: Bench, given: Any) -> None:
    (problem,) = problems(bench, destination_ports=given)
    assert problem.startswith("destination_ports ")


# Together ------------------------------------------------------------------------------------------------------------


def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no rule be written before as many as fit are about to be, as when the engine hands them out at once."""
    together = threading.Barrier(WORKERS)

    def make(self: NetworkRuleProvider, inputs: Inputs, values: Mapping[str, Any]) -> str:
        together.wait(10)
        return RowProvider.make(self, inputs, values)

    def before_delete(self: NetworkRuleProvider, id: str, row: Mapping[str, Any], props: Inputs) -> None:
        together.wait(10)

    monkeypatch.setattr(NetworkRuleProvider, "make", make)
    monkeypatch.setattr(NetworkRuleProvider, "before_delete", before_delete)


def test_rules_that_are_made_at_once_are_applied_together(running: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, count = running.bench, 6 * WORKERS
    at_once(monkeypatch)
    with ThreadPoolExecutor(WORKERS) as engine:
        rules = list(engine.map(lambda number: https(running, name=f"rule {number}"), range(count)))
        assert applies(bench) == 6
        assert len(bench.writes()) == count + 6
        bench.simulator.reset("log")
        list(engine.map(Managed.destroy, rules))
    assert applies(bench) == 6
    assert bench.simulator.rows("vnet_rules") == []
    assert running.row()["need_fw_apply"] is False


def test_an_apply_that_fails_is_made_again_for_the_others(running: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch)
    running.bench.simulator.faults({"match": {"path": "vnet_actions$", "nth": 1}, "what": "status", "status": 403})
    with ThreadPoolExecutor(WORKERS) as engine:
        rules = [engine.submit(https, running, name=f"rule {number}") for number in range(WORKERS)]
        failed = [rule for rule in rules if rule.exception(10)]
    assert (len(failed), applies(running.bench), running.row()["need_fw_apply"]) == (1, 2, False)


def test_an_apply_waits_for_no_rule_that_takes_long(running: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, writes, may = running.bench, threading.Event(), threading.Event()

    def make(self: NetworkRuleProvider, inputs: Inputs, values: Mapping[str, Any]) -> str:
        if inputs["name"] == "slow":
            writes.set()
            assert may.wait(10)
        return RowProvider.make(self, inputs, values)

    monkeypatch.setattr(staged, "WRITERS_WITHIN", 0.05)
    monkeypatch.setattr(NetworkRuleProvider, "make", make)
    with ThreadPoolExecutor(1) as engine:
        slow = engine.submit(https, running, name="slow")
        assert writes.wait(10)
        https(running)
        assert applies(bench) == 1
        may.set()
        slow.result(10)
    assert (applies(bench), running.row()["need_fw_apply"]) == (2, False)


def test_an_apply_waits_for_no_rule_that_failed(running: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staged, "WRITERS_WITHIN", 600.0)
    running.bench.simulator.faults(
        {"match": {"verb": "POST", "path": "vnet_rules$", "nth": 1}, "what": "status", "status": 403}
    )
    with pytest.raises(Reported):
        https(running)
    with ThreadPoolExecutor(1) as engine:
        engine.submit(https, running).result(10)
    assert applies(running.bench) == 1


def test_an_apply_that_does_not_come_to_an_end_names_the_row_and_is_made_by_the_next_run(
    running: Managed, saved: list[Saved]
) -> None:
    running.bench.simulator.transitions(stuck=["applying"])
    with pytest.raises(Reported) as error:
        https(running)
    assert str(error.value).startswith(
        "Unable to create NetworkRule 'https': the network to apply its rules: still 'not applied' after 30 s "
        f"(vnets/{running.id}). It exists and is in the state"
    )
    (kept,) = saved
    inputs = {"network": running.id, "name": "https", "protocol": "tcp", "destination_ports": "443"}
    rule = Managed(
        running.bench, "NetworkRule", kept.id, {**inputs, "__owner": "shop/dev", "__name": "https"}, kept.outs
    )
    running.bench.simulator.transitions(stuck=[])
    rule.up()
    assert (running.row()["need_fw_apply"], len(running.bench.simulator.rows("vnet_rules"))) == (False, 1)


def test_an_apply_that_fails_keeps_the_rule(running: Managed, saved: list[Saved]) -> None:
    running.bench.simulator.faults({"match": {"path": "vnet_actions$", "nth": 1}, "what": "status", "status": 403})
    with pytest.raises(Reported, match="vnet_actions failed"):
        https(running)
    assert [kept.id for kept in saved] == [str(running.bench.simulator.rows("vnet_rules")[0]["$key"])]


def test_no_rule_is_written_while_an_apply_is_under_way_which_would_look_unfinished(
    running: Managed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, applying, sent, go_on = running.bench, threading.Event(), threading.Event(), threading.Event()

    def begin(vnets: Table, key: str) -> None:
        if not applying.is_set():
            applying.set()
            assert go_on.wait(10)
        vnets.action(key, "refresh")

    def make(self: NetworkRuleProvider, inputs: Inputs, values: Mapping[str, Any]) -> str:
        if inputs["name"] == "late":
            sent.set()
        return RowProvider.make(self, inputs, values)

    monkeypatch.setattr(NetworkRuleProvider, "staged", replace(staged.RULES, begin=begin))
    monkeypatch.setattr(NetworkRuleProvider, "make", make)
    with ThreadPoolExecutor(2) as engine:
        first = engine.submit(https, running)
        assert applying.wait(10)
        late = engine.submit(https, running, name="late")
        assert not sent.wait(0.2)
        go_on.set()
        for each in (first, late):
            each.result(10)
    assert (applies(bench), bench.time.now, running.row()["need_fw_apply"]) == (2, 0, False)
