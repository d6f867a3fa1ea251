"""The estimate of a preview beside what the simulator counts of the update."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.engine.command import Project
from tests.engine.lab import Lab
from verge_pulumi import resources
from verge_pulumi.review.estimate import ONCE, Estimate, estimate

MACHINES = Path(__file__).resolve().parents[2] / "bench" / "machines.py"
SITE = Path(__file__).with_name("site.py")


def urn(kind: str, name: str, *, parents: str = "") -> str:
    return f"urn:pulumi:dev::shop::{parents}pulumi-python:dynamic/vergeos:{kind}::{name}"


def preview(op: str, kind: str, count: int) -> dict[str, Any]:
    return {"steps": [{"op": op, "urn": urn(kind, f"{kind}-{n}")} for n in range(count)]}


def step(
    op: str, kind: str, name: str, *, after: Sequence[str] = (), of: Mapping[str, str] | None = None, **inputs: Any
) -> dict[str, Any]:
    """Return a step on a resource that waits for others, and whose arguments `of` name some of them."""
    links = {argument: [other] for argument, other in (of or {}).items()}
    state = {"inputs": inputs, "dependencies": [*after, *(of or {}).values()], "propertyDependencies": links}
    return {"op": op, "urn": urn(kind, name), "oldState" if op == "delete" else "newState": state}


def cost(*steps: dict[str, Any], parallel: int = 16) -> int:
    return estimate({"steps": steps}, parallel=parallel).requests - ONCE


LAN, OTHER, ON = urn("Network", "lan"), urn("Network", "other"), urn("Power", "on")


def rules(count: int, network: str, op: str = "create", **more: Any) -> list[dict[str, Any]]:
    return [step(op, "NetworkRule", f"{network[-5:]}-{n}", of={"network": network}, **more) for n in range(count)]


@pytest.mark.parametrize(
    ("program", "change", "variables"),
    [(MACHINES, {"RAM": "2048"}, {"MACHINES": "5"}), (SITE, {"EDIT": "1"}, {})],
    ids=["machines", "networks"],
)
def test_an_update_costs_what_was_estimated(
    lab: Lab, program: Path, change: dict[str, str], variables: dict[str, str], tmp_path: Path
) -> None:
    project = Project(lab, program)

    def estimated(**more: str) -> Estimate:
        output = project.run("preview", "--json", "--parallel", "8", **variables, **more)
        return estimate(json.loads(output), parallel=8)

    def counted(expected: int, **more: str) -> int:
        # An hour that has little more: where it has plenty the update takes more, which saves time.
        lab.simulator.reset("log")
        more |= {
            "VERGEOS_REQUESTS_PER_HOUR": str(expected * 5 // 4 + 10),
            "XDG_CACHE_HOME": str(tmp_path / str(expected)),
        }
        project.run("up", "--yes", "--skip-preview", "--parallel", "8", **variables, **more)
        return lab.simulator.counters().total()

    made = estimated()
    # Fewer where calls that have nothing to lose wait for one another, too.
    assert made.requests * 0.75 - 3 <= counted(made.requests) <= made.requests * 1.1 + 3, made
    changed = estimated(**change)
    # With few objects to change requests may be plentiful in this hour, too.
    assert changed.requests * 0.9 - 3 <= counted(changed.requests, **change) <= changed.requests * 1.6, changed
    assert made.hours == changed.hours == 0
    assert estimated(**change) == Estimate(0, 0)


def test_nothing_to_do_costs_nothing() -> None:
    assert estimate({"steps": [{"op": "same", "urn": urn("Network", "lan")}]}) == Estimate(0, 0)
    assert estimate({}) == Estimate(0, 0)


def test_resources_of_other_packages_cost_nothing() -> None:
    steps = [
        {"op": "create", "urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"},
        {"op": "create", "urn": "urn:pulumi:dev::shop::random:index/randomId:RandomId::id"},
    ]
    assert estimate({"steps": steps}).requests == 0


def test_resources_in_components_count() -> None:
    steps = [{"op": "create", "urn": urn("Network", "lan", parents="my:module:Site$")}]
    assert estimate({"steps": steps}).requests == 3


@pytest.mark.parametrize(
    "ops",
    [["replace"], ["create-replacement", "replace", "delete-replaced"], ["delete-replaced", "create-replacement"]],
)
def test_a_replacement_is_a_delete_and_a_create_however_it_is_shown(ops: list[str]) -> None:
    steps = [{"op": op, "urn": urn("Network", "lan")} for op in ops]
    assert estimate({"steps": steps}).requests == 5


def test_reads_are_shared_by_what_runs_side_by_side() -> None:
    plan = preview("create", "VirtualMachine", 100)
    assert estimate(plan, parallel=1).requests == 1 + 100 + 100
    assert estimate(plan, parallel=50).requests == 1 + 100 + 2


@pytest.mark.parametrize(
    ("count", "limit", "hours"), [(940, 1000, 0), (948, 1000, 0), (949, 1000, 1), (2000, 1000, 2), (2000, 0, 0)]
)
def test_what_does_not_fit_in_the_hour_takes_hours(count: int, limit: int, hours: int) -> None:
    plan = preview("create", "VirtualMachine", count)
    assert estimate(plan, parallel=10_000, requests_per_hour=limit).hours == hours


def test_what_is_written_together_shares_an_apply() -> None:
    # POST each; read back, look, apply, look
    assert [cost(*rules(count, LAN)) for count in (1, 16, 17, 50)] == [1 + 4, 16 + 4, 17 + 8, 50 + 16]
    address = step("create", "Address", "web", of={"network": LAN})
    assert cost(*rules(3, LAN), address) == 4 + 2 + 3
    assert cost(*rules(3, LAN), *rules(3, OTHER)) == 6 + 1 + 4
    assert cost(*(step("create", "NetworkRule", name, network=name[0]) for name in ("5a", "5b", "6"))) == 3 + 1 + 4


def test_what_waits_for_another_shares_nothing_with_it() -> None:
    view = step("create", "DnsView", "view", of={"network": LAN})
    zone = step("create", "DnsZone", "zone", of={"view": view["urn"]})
    www, mail = (step("create", "DnsRecord", host, of={"zone": zone["urn"]}) for host in ("www", "mail"))
    assert cost(view, zone, www, mail) == (1 + 4) + (1 + 4) + (4 + 4)
    gone = [{**each, "op": "delete", "oldState": each["newState"]} for each in (www, mail, zone, view)]
    assert cost(*gone) == (2 + 4) + (1 + 5) + (1 + 5)


def test_a_network_that_does_not_run_is_only_looked_at() -> None:
    lan, on = step("create", "Network", "lan"), step("create", "Power", "on", of={"of": LAN})
    apart = cost(lan) + cost(on)
    assert cost(lan, *rules(3, LAN), on) - apart == 3 + 2
    assert cost(lan, on, *rules(3, LAN, after=[ON])) - apart == 3 + 4
    view = step("create", "DnsView", "view", of={"network": LAN}, after=[ON])
    zone = step("create", "DnsZone", "zone", of={"view": view["urn"]})
    assert cost(lan, on, view, zone) - apart == 5 + 5
    assert cost(*rules(3, LAN, "delete"), step("delete", "Network", "lan")) - cost(lan) == 3 + 2


def test_a_firewall_costs_what_its_rules_do() -> None:
    ssh, web, dns = ({"name": name, "protocol": "tcp"} for name in ("ssh", "web", "dns"))
    made = step("create", "Firewall", "edge", of={"network": LAN}, rules=[ssh, web])
    assert cost(made) == 2 + 2 + 3
    changed = step("update", "Firewall", "edge", of={"network": LAN}, rules=[dns, {**ssh, "protocol": "udp"}])
    assert cost({**changed, "oldState": made["newState"]}) == 3 + 2 + 3
    assert cost({**made, "op": "delete", "oldState": made["newState"]}) == 2 + 1 + 3
    unknown = step("create", "Firewall", "edge", of={"network": LAN}, rules="04da6b54-80e4-46f7-96ec-b56ff0331ba9")
    assert cost(unknown) == 2 + 3


def test_a_snapshot_profile_costs_what_its_periods_do() -> None:
    daily, weekly = ({"frequency": each, "retention": "3d"} for each in ("daily", "weekly"))
    made = step("create", "SnapshotProfile", "p", periods={"daily": daily, "weekly": weekly})
    # POST, two lists of its periods; read back.
    assert cost(made) == 2 + 3 + 1
    changed = step("update", "SnapshotProfile", "p", periods={"daily": {**daily, "hour": 3}, "monthly": weekly})
    assert cost({**changed, "oldState": made["newState"]}) == 3 + 3 + 2
    # Its periods go with it.
    assert cost({**made, "op": "delete", "oldState": made["newState"]}) == 1 + 2
    assert cost(step("create", "SnapshotProfile", "p", periods="04da6b54-80e4-46f7-96ec-b56ff0331ba9")) == 3 + 1


def test_a_wireguard_interface_is_switched_off_before_it_goes() -> None:
    assert cost(step("delete", "WireGuard", "wg", of={"network": LAN})) == 2 + 1 + 2 * 3


def test_rows_that_wait_for_a_restart_cost_a_look_after_each_write() -> None:
    router = {"router": urn("BgpRouter", "edge")}
    # Look for an earlier attempt, POST; read back, look whether it waits for a restart.
    assert cost(step("create", "BgpRouterCommand", "peer", of=router)) == 2 + 2
    # Read, the network; PUT; read back, look.
    assert cost(step("update", "BgpRouterCommand", "peer", of=router)) == 1 + 4
    assert cost(step("delete", "BgpRouterCommand", "peer", of=router)) == 1 + 3
    # VergeOS would refuse a second proxy, so none is looked for.
    assert cost(step("create", "NetworkProxy", "portal", of={"network": LAN})) == 1 + 2


def test_no_class_is_named_in_the_estimate() -> None:
    source = Path(str(inspect.getsourcefile(estimate))).read_text(encoding="utf-8")
    assert {kind for kind in resources.__all__ if re.search(rf"\b{kind}\b", source)} == set()


def test_a_document_may_say_that_a_row_is_its_own_parent() -> None:
    own = step("create", "DnsRecord", "www", of={"zone": urn("DnsRecord", "www")})
    a, b = (step("create", "DnsZone", one, of={"view": urn("DnsZone", other)}) for one, other in ("ab", "ba"))
    assert cost(own, a, b) > ONCE


def test_a_rule_may_have_any_name_in_a_document() -> None:
    rules = [{"name": ["a"]}, {"name": {}}, {}, "unknown"]
    assert cost(step("create", "Firewall", "edge", network="5", rules=rules)) > ONCE
