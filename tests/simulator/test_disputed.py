"""What sources disagree about: each answer is one that a dial gives (docs/vergeos/README.md §12)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator
from verge_pulumi.simulator.disputed import QUESTIONS

HELD = "cluster,cluster_failover,preferred_node,ha_group,on_power_loss,snapshot_profile"
GIVEN = {"cluster": 2, "preferred_node": 3, "ha_group": "+db", "on_power_loss": "power_on", "snapshot_profile": 1}
RUNNING = "name,machine#status#running as running"


def test_each_question_has_a_default_and_others(http: Http) -> None:
    told = http.send("GET", "/_sim/disputed").json()
    assert {name: each["answer"] for name, each in told.items()} == {
        "held_columns": "machine",
        "filter_on_alias": "compared",
        "filter_on_path": "nothing",
        "empty_word": "refused",
        "update_answer": "list",
        "action_answer": "response",
        "new_bgp_router": "commands",
        "new_snapshots": "listed",
    }
    assert all(len(each["answers"]) > 1 and each["source"] for each in told.values())


def test_an_answer_is_turned_and_turned_back(simulator: Simulator, http: Http) -> None:
    assert http.send("PUT", "/_sim/disputed", json={"update_answer": "object"}).status_code == 200
    http.vm("web")
    assert http.put("vms/1", {"ram": 2048}) == {}
    simulator.reset()
    http.vm("web")
    assert http.put("vms/1", {"ram": 2048}) == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"bogus": "both"}, "the question='bogus' is unknown. Use one of held_columns, "),
        ({"held_columns": "none"}, "held_columns='none' is unknown. Use one of machine, both, text."),
        ({"update_answer": "object", "held_columns": 1}, "held_columns=1 is unknown."),
    ],
)
def test_what_is_no_answer_is_refused(http: Http, body: dict[str, Any], reason: str) -> None:
    answer = http.send("PUT", "/_sim/disputed", json=body)
    assert answer.status_code == 422
    assert reason in answer.json()["err"]
    told = http.send("GET", "/_sim/disputed").json()
    assert [name for name in told if told[name]["answer"] != next(iter(QUESTIONS[name].answers))] == []


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("both", {**GIVEN, "cluster_failover": None}),
        ("text", {**GIVEN, "cluster_failover": None, "cluster": "2", "preferred_node": "3", "snapshot_profile": "1"}),
        ("machine", {}),
    ],
)
def test_who_holds_the_placement_of_a_vm(simulator: Simulator, http: Http, answer: str, shown: dict[str, Any]) -> None:
    simulator.disputed(held_columns=answer)
    http.vm("web", **GIVEN)
    assert http.get("vms/1", fields=HELD) == shown
    assert set(http.get("vms/1", fields="most")) & set(HELD.split(",")) == set(shown)
    assert http.get("vms/1", fields=f"machine[{HELD}]")["machine"] == {**GIVEN, "cluster_failover": None}
    assert [row["name"] for row in http.get("vms", fields="name", filter="cluster eq 2")] == (["web"] if shown else [])
    assert http.get("vms", fields="name", sort="-cluster") == [{"name": "web"}]
    # Its schema says the same.
    assert set(http.get("vms/$table")["fields"]) & set(HELD.split(",")) == set(shown)
    assert set(http.get("machines/$table")["fields"]) >= set(HELD.split(","))
    # It is written through the VM all the same.
    http.put("vms/1", {"ha_group": "web"})
    assert http.get("vms/1", fields="machine#ha_group as h") == {"h": "web"}


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ("running eq true", 4),
        ("running eq false", 0),
        ("running eq true and name eq 'Core'", 1),
        ("state eq 'running'", 4),
        ("upper eq 'DMZ'", 1),
        ("parts eq 0", 4),
        ("parts ge 1", 0),
    ],
)
def test_a_filter_names_an_alias(simulator: Simulator, http: Http, filter: str, found: int) -> None:
    fields = f"{RUNNING},machine#status#status as state,upper(name) as upper,machine#count(drives) as parts"
    assert len(http.get("vnets", fields=fields, filter=filter)) == found
    assert http.get("vnets", fields="name", filter="running eq true") == []
    simulator.disputed(filter_on_alias="nothing")
    assert http.get("vnets", fields=fields, filter=filter.partition(" and ")[0]) == []


def test_a_column_prevails_over_an_alias_of_its_name(http: Http) -> None:
    assert len(http.get("vnets", fields="type as name,name as type", filter="name eq 'Core'")) == 1


def test_a_filter_names_a_column_of_a_referenced_row(simulator: Simulator, http: Http) -> None:
    assert http.get("vnets", fields="name", filter="machine#status#running eq true") == []
    simulator.disputed(filter_on_path="compared")
    assert len(http.get("vnets", fields="name", filter="machine#status#running eq true")) == 4
    assert len(http.get("vnets", fields="name", filter="machine#cluster#name eq 'cluster1'")) == 4
    assert http.get("vnets", fields="name", filter="machine#bogus eq 1 or bogus#name eq 'x'") == []


@pytest.mark.parametrize(("answer", "status"), [("refused", 422), ("default", 201)])
def test_an_empty_word(simulator: Simulator, http: Http, answer: str, status: int) -> None:
    simulator.disputed(empty_word=answer)
    http.post("vms", {"name": "web", "machine_type": "", "cloudinit_datasource": ""}, status)
    assert [row["machine_type"] for row in http.get("vms", fields="all")] == ["pc-q35-10.0"] * (status == 201)
    _, machine = http.vm("db")
    # One that is in the list is no question.
    http.post("machine_drives", {"machine": machine, "disksize": 1 << 30, "fsync": ""})


@pytest.mark.parametrize(("answer", "body"), [("list", b"[]"), ("object", b"{}"), ("empty", b"")])
def test_the_answer_to_a_put(simulator: Simulator, http: Http, answer: str, body: bytes) -> None:
    simulator.disputed(update_answer=answer)
    http.vm("web")
    for path in ("vms/1", "vnets/1/applydns"):
        assert http.send("PUT", f"/api/v4/{path}", json={"ram": 2048}).content == body


def test_the_answer_to_an_action(simulator: Simulator, http: Http) -> None:
    key, _ = http.vm("web")
    assert http.act(key, "poweron") is None
    simulator.disputed(action_answer="receipt")
    receipt = {"location": "/v4/vm_actions/1", "dbpath": "vm_actions/1", "$row": 1, "$key": "1"}
    assert http.act(key, "poweroff") == receipt
    assert http.act(key, "clone", name="b").keys() == {*receipt, "response"}


@pytest.mark.parametrize(("answer", "count"), [("commands", 3), ("bare", 0)])
def test_the_commands_of_a_new_router(simulator: Simulator, http: Http, answer: str, count: int) -> None:
    simulator.disputed(new_bgp_router=answer)
    http.post("vnets", {"name": "bgp", "type": "bgp"})
    http.post("vnet_bgp", {"vnet": 5})
    http.post("vnet_bgp_routers", {"bgp": 1, "asn": 65001})
    assert len(http.get("vnet_bgp_router_commands", fields="$key")) == count


@pytest.mark.parametrize(("answer", "seen"), [("listed", 1), ("hidden", 0)])
def test_a_snapshot_that_is_being_made(simulator: Simulator, http: Http, answer: str, seen: int) -> None:
    simulator.disputed(new_snapshots=answer)
    simulator.clock("manual")
    simulator.transitions(seconds=2)
    _, machine = http.vm("web")
    key = http.post("machine_snapshots", {"machine": machine, "name": "s"})["$key"]
    assert len(http.get("machine_snapshots")) == seen
    assert http.send("GET", f"/api/v4/machine_snapshots/{key}").status_code == (200 if seen else 404)
    simulator.clock(advance=2)
    assert len(http.get("machine_snapshots")) == 1
    assert http.get(f"machine_snapshots/{key}", fields="name") == {"name": "s"}
