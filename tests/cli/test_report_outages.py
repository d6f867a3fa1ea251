"""Which changes restart or stop what runs, or wait for that."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.previews import effects, plan
from tests.cli.steps import only, preview, state, step, urn
from verge_pulumi.review.report.plan import Effect
from verge_pulumi.review.values import SECRET, UNKNOWN


def test_restarts_are_those_that_the_declarations_and_the_program_say() -> None:
    assert effects("restart") == {"now": ["RESTARTS"], "later": ["WAITS"], "lan": ["RESTARTS"], "off": ["STOPS"]}
    now = next(change for change in plan("restart").changes if change.name == "now")
    assert (
        now.effects[Effect.RESTARTS]
        == "If it is running, it is restarted for cpu_cores, ram, and the guest is down in the meantime."
    )


def test_a_restart_that_waited_comes_with_the_leave_to_make_it() -> None:
    old = state({"name": "web"}, {"need_restart": True})
    change = only(step("update", "VirtualMachine", old=old, new={"inputs": {"name": "web", "restart": "on-change"}}))
    said = "If it is running, it is restarted for an earlier change, and the guest is down in the meantime."
    assert change.effects == {Effect.RESTARTS: said}


def test_a_restart_for_a_part_of_a_network_cuts_traffic_and_stops_no_guest() -> None:
    old, new = ({"asn": asn, "restart": "on-change"} for asn in (65001, 65002))
    change = only(step("update", "BgpRouter", old=state(old), new={"inputs": new}))
    said = "If it is running, it is restarted for asn, and the traffic of its network is cut for some seconds."
    assert change.effects == {Effect.RESTARTS: said}


@pytest.mark.parametrize(
    ("op", "old", "new", "stops"),
    [
        ("update", {"state": "running"}, {"state": "stopped"}, True),
        ("update", {"state": "stopped"}, {"state": "running"}, False),
        ("update", {"state": "running"}, {"state": "running", "timeout": 5}, False),
        ("delete", {"state": "running"}, None, True),
        ("delete", {"state": "running", "on_destroy": "leave"}, None, False),
        ("delete", {"state": "stopped"}, None, False),
        ("delete", {"state": "unmanaged"}, None, False),
        ("delete", {"state": SECRET}, None, True),
        ("update", {"state": "unmanaged"}, {"state": "stopped"}, True),
        ("update", {"state": "stopped"}, {"state": "stopped", "timeout": 5}, False),
        ("update", {"state": "running"}, {"state": UNKNOWN}, True),
        ("update", {"state": SECRET}, {"state": SECRET}, True),
        ("update", {"state": SECRET}, {"state": "running"}, False),
        ("replace", {"of": "vms/1", "state": "running"}, {"of": "vms/2", "state": "running"}, True),
        ("replace", {"of": "vms/1", "state": "stopped"}, {"of": "vms/2", "state": "running"}, False),
        ("replace", {"of": "vms/1", "state": "stopped"}, {"of": "vms/2", "state": "stopped"}, True),
        ("create", None, {"state": "stopped"}, True),
        ("create", None, {"state": "unmanaged"}, False),
        ("same", {"state": SECRET}, {"state": SECRET}, False),
    ],
)
def test_power_stops_what_ran(op: str, old: Any, new: Any, stops: bool) -> None:
    change = only(step(op, "Power", old=old and state(old), new=new and {"inputs": new}))
    assert (Effect.STOPS in change.effects) == stops


def test_every_way_to_stop_what_runs_is_told() -> None:
    found = effects("outages")
    assert {name: found[name] for name in ("moves", "taken-over", "comes")} == {
        "moves": ["REPLACES", "STOPS"],
        "taken-over": ["STOPS"],
        "comes": ["STOPS"],
    }
    assert "of-a-new-one" not in found, "it does not run yet"


def test_rows_that_come_and_go_restart_their_network() -> None:
    found = effects("outages")
    assert {name: each for name, each in found.items() if name.endswith("-proxy")} == {
        "lan-proxy": ["DELETES", "RESTARTS"],
        "dmz-proxy": ["RESTARTS"],
        "vpn-proxy": ["WAITS"],
    }
    come = next(change for change in plan("outages").changes if change.name == "dmz-proxy")
    said = "If it is running, it is restarted for the new row, and the traffic of its network is cut for some seconds."
    assert come.effects[Effect.RESTARTS] == said


ALLOWED, FORBIDDEN = {"restart": "on-change"}, {"restart": "never"}


@pytest.mark.parametrize(
    ("op", "old", "new", "effect"),
    [
        ("replace", ALLOWED, FORBIDDEN, Effect.RESTARTS),
        ("replace", FORBIDDEN, ALLOWED, Effect.RESTARTS),
        ("replace", FORBIDDEN, FORBIDDEN, Effect.WAITS),
        ("update", FORBIDDEN, ALLOWED, Effect.RESTARTS),
        ("update", ALLOWED, FORBIDDEN, None),
        ("create", None, {"restart": SECRET}, Effect.RESTARTS),
        ("delete", {}, None, Effect.WAITS),
        ("import", None, ALLOWED, None),
        ("same", ALLOWED, ALLOWED, None),
    ],
)
def test_what_a_row_of_a_router_does_to_a_network_that_runs(op: str, old: Any, new: Any, effect: Effect | None) -> None:
    before, after = (None if side is None else state(side) for side in (old, new))
    found = only(step(op, "BgpRouterCommand", old=before, new=after)).effects.keys() - {Effect.DELETES, Effect.REPLACES}
    assert found == ({effect} if effect else set())


@pytest.mark.parametrize(
    ("network", "op", "policy", "effect"),
    [
        ("create", "create", "on-change", None),
        ("same", "create", "on-change", Effect.RESTARTS),
        ("delete", "delete", "on-change", Effect.RESTARTS),
        ("delete", "delete", "never", None),
    ],
)
def test_a_network_that_is_new_or_goes_waits_for_nothing(
    network: str, op: str, policy: str, effect: Effect | None
) -> None:
    def row(op: str, kind: str, name: str, **links: str) -> dict[str, Any]:
        more = {"propertyDependencies": {field: [each] for field, each in links.items()}}
        side = state({"name": name, "restart": policy}, **more)
        return step(op, kind, name, old=None if op == "create" else side, new=None if op == "delete" else side)

    router = row("same" if network == "same" else op, "BgpRouter", "edge", network=urn("Network", "lan"))
    command = row(op, "BgpRouterCommand", "peer", router=urn("BgpRouter", "edge"))
    made = preview(row(network, "Network", "lan"), router, command)
    assert made.changes[2].effects.keys() - {Effect.DELETES} == ({effect} if effect else set())
