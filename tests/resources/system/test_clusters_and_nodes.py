"""Settings of clusters and nodes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import Bench, Managed, hosted
from tests.providers.test_creating import failure
from tests.providers.test_identity import failures

WAITS = "a node takes a change of this on when it reboots, which is left to you"


def row(bench: Bench, table: str, name: str) -> dict[str, Any]:
    (found,) = [row for row in bench.simulator.rows(table) if row["name"] == name]
    return found


def cluster(bench: Bench, **arguments: Any) -> Managed:
    return bench.create("ClusterSettings", name="cluster1", **arguments)


def test_a_cluster_gets_what_the_program_sets_and_back_what_it_had(bench: Bench) -> None:
    before = row(bench, "clusters", "cluster1")
    made = cluster(bench, max_ram_per_vm=65536, cost_per_unit=0.25, target_ram_pct=75, description="prod", swap_tier=-1)
    (put,) = bench.writes()
    assert put.body == {
        "max_ram_per_vm": 65536, "cost_per_unit": 0.25, "target_ram_pct": 75, "description": "prod", "swap_tier": -1,
    }  # fmt: skip
    assert made.diff(cost_per_unit=0.25, target_ram_pct=75.0).changes is False
    assert made.outs["storage"] is False
    made.destroy()
    assert row(bench, "clusters", "cluster1") == before


def test_what_waits_for_a_reboot_is_told_in_the_preview(bench: Bench, told: list[str]) -> None:
    made = cluster(bench, disable_smt=True, disable_sleep=False, max_cores_per_vm=8)
    assert told == [f"disable_sleep, disable_smt: {WAITS}; need_restart of the node says so until then"]
    assert {node["name"]: node["need_restart"] for node in bench.simulator.rows("nodes")} == {
        "node1": True, "node2": True, "node3": False,
    }  # fmt: skip
    del told[:]
    made.diff(max_cores_per_vm=16)
    assert told == []
    made.diff(enable_split_lock_detection=True)
    assert told == [f"enable_split_lock_detection: {WAITS}; need_restart of the node says so until then"]


def test_what_does_not_wait_is_not_told(bench: Bench, told: list[str]) -> None:
    cluster(bench, max_cores_per_vm=8)
    assert told == []
    assert not any(node["need_restart"] for node in bench.simulator.rows("nodes"))


def test_a_cluster_that_does_not_exist_is_one_error(bench: Bench) -> None:
    assert failure(bench, "ClusterSettings", name="cluster9", enabled=True) == (
        "Unable to create ClusterSettings 'cluster9': clusters has no row of that name. Did you mean 'cluster2'?"
    )
    assert bench.writes() == []


@pytest.mark.parametrize(
    "wrong", [{"swap_tier": 6}, {"target_ram_pct": 101}, {"scaling_governor": "fast"}, {"cost_per_unit": "much"}]
)
def test_what_a_cluster_cannot_be_is_refused_in_the_preview(bench: Bench, wrong: dict[str, Any]) -> None:
    (problem,) = failures(bench, "ClusterSettings", "a", {"name": "cluster1", **wrong})
    assert problem.startswith(next(iter(wrong)))


def test_a_node_is_found_by_its_name_though_all_lacks_the_key(bench: Bench) -> None:
    before = row(bench, "nodes", "node2")
    made = bench.create(
        "NodeSettings", name="node2", asset_tag="R1-U12", note="first rack", lldp=True, max_core_temp=90
    )
    (put,) = bench.writes()
    assert put.path == f"/api/v4/nodes/{before['$key']}"
    assert put.body == {"asset_tag": "R1-U12", "note": "first rack", "lldp": True, "max_core_temp": 90}
    made.destroy()
    assert row(bench, "nodes", "node2") == before


def test_the_password_of_ipmi_is_written_once_and_when_it_changes(bench: Bench) -> None:
    made = bench.create("NodeSettings", name="node1", ipmi_user="root", ipmi_password="canary-1")
    assert [sorted(write.body) for write in bench.writes()] == [["ipmi_password", "ipmi_user"]]
    assert made.row()["ipmi_password"] == "canary-1"
    bench.simulator.reset("log")
    assert made.diff().changes is False
    made.up(ipmi_user="admin")
    made.up(ipmi_password="canary-2")
    assert [sorted(write.body) for write in bench.writes()] == [["ipmi_user"], ["ipmi_password"]]
    assert made.row()["ipmi_password"] == "canary-2"
    made.refresh()
    assert made.diff(ipmi_user="admin", ipmi_password="canary-2").changes is False
    bench.simulator.reset("log")
    made.destroy()
    # VergeOS never showed what it was before.
    assert [write.body for write in bench.writes()] == [{"ipmi_user": ""}]


def test_the_password_is_in_no_error(bench: Bench) -> None:
    text = failure(bench, "NodeSettings", name="node9", ipmi_password="canary-1")
    assert "canary" not in text
    text = str(failures(bench, "NodeSettings", "n", hosted({"name": "node1", "ipmi_password": ["canary-1"]})))
    assert "canary" not in text
