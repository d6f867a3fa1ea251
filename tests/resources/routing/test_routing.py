"""BGP, OSPF and EIGRP: their parent row, which is made on demand, and the restart of the network they wait for."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed, hosted
from tests.providers.conftest import Saved
from verge_pulumi.client import Filter, Row
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.reading.reader import Reader
from verge_pulumi.resources.network import _staged as staged
from verge_pulumi.resources.network._restarting import RestartingProvider

NEEDED = "warning: the change takes effect after a restart; restart='on-change' makes one"

# The parent of each, its table, what it says, and a change with what is written.
KINDS: Mapping[str, tuple[tuple[str, str], str, dict[str, Any], dict[str, Any]]] = {
    "BgpRouter": (("network", "Network"), "vnet_bgp_routers", {"asn": 65001}, {"asn": 65002}),
    "BgpRouterCommand": (
        ("router", "BgpRouter"),
        "vnet_bgp_router_commands",
        {"command": "neighbor", "params": "10.0.0.9 remote-as 65000"},
        {"no": True},
    ),
    "BgpInterfaceCommand": (
        ("interface", "BgpInterface"),
        "vnet_bgp_interface_commands",
        {"command": "ip", "params": "ospf cost 5"},
        {"params": "ospf cost 6"},
    ),
    "BgpRouteMap": (
        ("network", "Network"),
        "vnet_bgp_routemaps",
        {"tag": "IN", "sequence": 10, "permit": True},
        {"permit": False},
    ),
    "BgpRouteMapCommand": (
        ("route_map", "BgpRouteMap"),
        "vnet_bgp_routemap_commands",
        {"command": "set", "params": "local-preference 200"},
        {"params": "local-preference 100"},
    ),
    "BgpIp": (
        ("network", "Network"),
        "vnet_bgp_ip",
        {"command": "prefix-list", "params": "IN seq 10 permit 10.0.0.0/8"},
        {"params": "IN seq 10 deny 10.0.0.0/8"},
    ),
    "OspfCommand": (
        ("network", "Network"),
        "vnet_ospf_commands",
        {"command": "router-id", "params": "10.0.0.1"},
        {"params": "10.0.0.2"},
    ),
    "EigrpRouter": (("network", "Network"), "vnet_eigrp_routers", {"asn": 5}, {"asn": 6}),
    "EigrpRouterCommand": (
        ("router", "EigrpRouter"),
        "vnet_eigrp_router_commands",
        {"command": "network", "params": "10.0.0.0/24"},
        {"enabled": False},
    ),
}
INTERFACE = {"name": "isp", "ipaddress": "10.10.11.2", "cidr": "10.10.11.0/30", "uplink": "4"}


def declare(kind: str, lan: Managed, bench: Bench | None = None, /, **arguments: Any) -> Managed:
    """Declare one of a kind on a network, along with its parent."""
    bench = bench or lan.bench
    if kind == "BgpInterface":
        return bench.create(kind, "subject", network=lan.id, **{**INTERFACE, **arguments})
    (name, on), _, given, _ = KINDS[kind]
    parent = lan if on == "Network" else declare(on, lan, bench)
    bench.simulator.reset("log")
    return bench.create(kind, "subject", **{name: parent.id, **given, **arguments})


def again(subject: Managed, bench: Bench, **more: Any) -> Managed:
    """Declare the same in another run."""
    given = {name: value for name, value in subject.inputs.items() if not name.startswith("__")}
    return bench.create(subject.kind, "subject", **given, **more)


def restarts(bench: Bench) -> int:
    return sum(request.path.endswith("vnet_actions") for request in bench.simulator.requests())


@pytest.fixture
def later(bench: Bench) -> Iterator[Bench]:
    """A later run of the same stack."""
    later = bench.later()
    yield later
    later.connection.client.close()


# What is written -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_hangs_on_the_routing_of_its_network(lan: Managed, kind: str) -> None:
    subject = declare(kind, lan)
    _, table, given, _ = KINDS[kind]
    assert {name: subject.row()[name] for name in given} == given
    assert subject.outs["network"] == lan.id
    assert [row["vnet"] for row in lan.bench.simulator.rows("vnet_bgp")] == [int(lan.id)]
    assert subject.outs["location"].split("/")[2] == table


def test_the_routing_is_an_output(lan: Managed) -> None:
    assert declare("OspfCommand", lan).outs["bgp"] == str(lan.row()["bgp"])


def test_an_interface(lan: Managed, told: list[str]) -> None:
    interface = declare("BgpInterface", lan, layer2_type="vlan", layer2_id=11, description="to the provider")
    row = interface.row()
    assert {name: row[name] for name in ("name", "ipaddress", "network", "interface_vnet", "layer2_id")} == {
        "name": "isp", "ipaddress": "10.10.11.2", "network": "10.10.11.0/30", "interface_vnet": 4, "layer2_id": 11,
    }  # fmt: skip
    assert row["description"].startswith("to the provider\n[pulumi shop/dev subject ")
    interface.up(mtu=9000)
    assert interface.row()["mtu"] == 9000
    interface.destroy()
    assert lan.bench.simulator.rows("vnet_bgp_interfaces") == []
    assert told == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_is_one_put(lan: Managed, kind: str) -> None:
    subject = declare(kind, lan)
    change = KINDS[kind][3]
    lan.bench.simulator.reset("log")
    subject.up(**change)
    (write,) = lan.bench.writes()
    assert (write.verb, write.body) == ("PUT", change)
    assert subject.diff().changes is False


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_hangs_on_cannot_be_changed(lan: Managed, kind: str) -> None:
    parent = KINDS[kind][0][0]
    assert declare(kind, lan).diff(**{parent: "77"}).replaces == [parent]


@pytest.mark.parametrize("kind", KINDS)
def test_drift_and_loss_are_seen_and_mended(lan: Managed, kind: str) -> None:
    subject = declare(kind, lan)
    _, table, given, drift = KINDS[kind]
    before = subject.row()
    lan.bench.simulator.edit(table, int(subject.id), **drift)
    subject.refresh()
    (name,) = drift
    if name in given:
        subject.up(**{name: given[name]})
        assert subject.row() == before
    else:
        assert (name in subject.inputs, subject.outs[name]) == (False, drift[name])
    lan.bench.simulator.remove(table, int(subject.id))
    assert subject.read().id == ""


# What it costs -------------------------------------------------------------------------------------------------------


def test_what_a_life_on_a_stopped_network_costs(lan: Managed) -> None:
    bench = lan.bench
    first = declare("OspfCommand", lan)
    table, network = "vnet_ospf_commands", ("GET", f"vnets/{lan.id}")
    # The routing is made. Whether there is such a command already is looked for, since VergeOS would make a second one.
    made = [("GET", "vnet_bgp"), ("POST", "vnet_bgp")]
    assert bench.asked() == [*made, ("GET", table), ("POST", table), ("GET", f"{table}/{first.id}"), network]
    second = declare("OspfCommand", lan, params="10.0.0.2")
    row = ("GET", f"{table}/{second.id}")
    assert bench.asked() == [("GET", table), ("POST", table), row, network]
    bench.simulator.reset("log")
    assert second.diff().changes is False
    assert bench.asked() == []
    second.up(params="10.0.0.3")
    # The stack's networks are listed, to see that this one is still its own; that is done once in a while.
    assert bench.asked() == [row, ("GET", "vnets"), ("PUT", row[1]), row, network]
    bench.simulator.reset("log")
    second.destroy()
    assert bench.asked() == [row, ("DELETE", row[1]), network]


def test_another_run_asks_once_where_a_command_belongs(lan: Managed, later: Bench) -> None:
    router = declare("BgpRouter", lan)
    bgp, table = router.row()["bgp"], "vnet_bgp_router_commands"
    lan.bench.simulator.reset("log")
    for params in ("10.0.0.8 remote-as 1", "10.0.0.9 remote-as 1"):
        later.create("BgpRouterCommand", params, router=router.id, command="neighbor", params=params)
    asked = later.asked()
    for parent in (f"vnet_bgp_routers/{router.id}", f"vnet_bgp/{bgp}"):
        assert asked.count(("GET", parent)) == 1
    assert [path for verb, path in asked if verb == "POST"] == [table, table]


# The restart ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_on_a_running_network_tells_that_it_waits(running: Managed, told: list[str], kind: str) -> None:
    subject = declare(kind, running)
    subject.up(**KINDS[kind][3])
    subject.destroy()
    assert (restarts(running.bench), running.row()["need_restart"]) == (0, True)
    assert set(told) == {NEEDED}
    assert len(told) >= 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_on_a_running_network_restarts_it_if_told_to(running: Managed, told: list[str], kind: str) -> None:
    subject = declare(kind, running, restart="on-change")
    for step, change in enumerate([lambda: None, lambda: subject.up(**KINDS[kind][3]), subject.destroy], start=1):
        change()
        assert (restarts(running.bench), running.row()["need_restart"]) == (step, False)
    assert [line for line in told if line != NEEDED] == ["restarting, because a change needs it"] * 3
    action = {"vnet": running.id, "action": "reset", "params": {"apply": True}}
    assert next(write.body for write in running.bench.writes() if write.path.endswith("vnet_actions")) == action


def test_a_stopped_network_is_not_restarted(lan: Managed, told: list[str]) -> None:
    subject = declare("OspfCommand", lan, restart="on-change")
    subject.up(params="10.0.0.2")
    subject.destroy()
    assert (restarts(lan.bench), told) == (0, [])


def test_a_restart_for_what_waits_already(running: Managed, told: list[str]) -> None:
    subject = declare("OspfCommand", running)
    assert told == [NEEDED]
    subject.up(restart="on-change")
    assert (restarts(running.bench), running.row()["need_restart"]) == (1, False)
    subject.up(restart="never")
    subject.up(restart="on-change")
    assert restarts(running.bench) == 1
    assert told == [NEEDED, "restarting, because a change needs it"]


@pytest.mark.parametrize(
    ("restart", "then"),
    [(None, "restart='on-change' makes one"), ("on-change", "it is restarted for that if it runs")],
)
def test_a_preview_tells_of_the_restart(lan: Managed, told: list[str], restart: str | None, then: str) -> None:
    subject = declare("OspfCommand", lan, restart=restart)
    subject.diff(params="10.0.0.2")
    assert told == [f"params: what runs takes this on when it restarts; {then}"]


def test_what_is_written_at_once_shares_a_restart(running: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(3)

    def make(self: RestartingProvider[Any], inputs: Inputs, values: Mapping[str, Any]) -> str:
        together.wait(10)
        return RowProvider.make(self, inputs, values)

    monkeypatch.setattr(RestartingProvider, "make", make)
    with ThreadPoolExecutor(3) as engine:
        rows = list(
            engine.map(
                lambda area: declare("OspfCommand", running, command="area", params=area, restart="on-change"), "123"
            )
        )
    assert (restarts(running.bench), running.row()["need_restart"], len({row.id for row in rows})) == (1, False, 3)
    assert len(running.bench.simulator.rows("vnet_bgp")) == 1


def test_nothing_is_written_while_a_restart_is_under_way(running: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, arrived, written = threading.Event(), threading.Event(), threading.Event()
    early: list[bool] = []
    expect = staged._Turns.expect

    def restart(*_: Any) -> None:
        begun.set()
        assert arrived.wait(10)
        early.append(written.wait(0.2))

    def arrive(self: Any) -> None:
        arrived.set()
        expect(self)

    def make(self: RestartingProvider[Any], inputs: Inputs, values: Mapping[str, Any]) -> str:
        written.set()
        return RowProvider.make(self, inputs, values)

    first = declare("OspfCommand", running)
    monkeypatch.setattr(staged, "_apply", restart)
    monkeypatch.setattr(RestartingProvider, "make", make)
    with ThreadPoolExecutor(2) as engine:
        restarting = engine.submit(lambda: first.up(restart="on-change"))
        assert begun.wait(10)
        monkeypatch.setattr(staged._Turns, "expect", arrive)
        other = engine.submit(lambda: declare("OspfCommand", running, params="10.0.0.9"))
        restarting.result()
        other.result()
    assert (early, written.is_set()) == ([False], True)


def test_a_restart_that_does_not_end_is_a_late_failure(running: Managed, saved: list[Saved]) -> None:
    match = {"verb": "POST", "path": "vnet_actions$", "times": 0}
    running.bench.simulator.faults({"match": match, "when": "before", "what": "status", "status": 500})
    with pytest.raises(Reported, match=r"It exists and is in the state; the next 'pulumi up' completes it"):
        declare("OspfCommand", running, restart="on-change")
    (kept,) = saved
    running.bench.simulator.faults()
    unfinished = Managed(running.bench, "OspfCommand", kept.id, hosted(kept.outs), hosted(kept.outs))
    given = {"network": running.id, "command": "router-id", "params": "10.0.0.1", "restart": "on-change"}
    unfinished.inputs = {**given, "__owner": "shop/dev", "__name": "subject", "__provider": "text"}
    unfinished.up()
    assert running.row()["need_restart"] is False


# Nothing twice -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("table", ["vnet_bgp", "vnet_ospf_commands"])
def test_an_answer_that_was_lost_makes_no_second_row(lan: Managed, table: str, when: str) -> None:
    lan.bench.simulator.faults({"match": {"verb": "POST", "path": f"{table}$"}, "when": when, "what": "reset"})
    declare("OspfCommand", lan)
    assert [len(lan.bench.simulator.rows(name)) for name in ("vnet_bgp", "vnet_ospf_commands")] == [1, 1]


def test_routing_that_shows_late_is_not_made_twice(lan: Managed) -> None:
    lan.bench.simulator.faults(
        {"match": {"verb": "POST", "path": "vnet_bgp$"}, "when": "after", "what": "reset"},
        {"match": {"verb": "GET", "path": "/vnet_bgp$", "nth": 2}, "what": "status", "status": 200, "body": []},
    )
    declare("OspfCommand", lan)
    assert len(lan.bench.simulator.rows("vnet_bgp")) == 1


def test_routing_that_another_process_makes_meanwhile_is_used(lan: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    find = Reader.find

    def outrun(self: Reader, table: str, condition: Filter, fields: Sequence[str]) -> list[Row]:
        rows = find(self, table, condition, fields)
        if table == "vnet_bgp" and not rows:
            lan.bench.simulator.add("vnet_bgp", vnet=int(lan.id))
        return rows

    monkeypatch.setattr(Reader, "find", outrun)
    subject = declare("OspfCommand", lan)
    (routing,) = lan.bench.simulator.rows("vnet_bgp")
    assert subject.row()["bgp"] == routing["$key"]


def test_routing_that_is_refused_is_an_error(lan: Managed) -> None:
    lan.bench.simulator.faults({"match": {"verb": "POST", "path": "vnet_bgp$"}, "what": "status", "status": 403})
    with pytest.raises(Reported, match="Unable to create OspfCommand 'subject'"):
        declare("OspfCommand", lan)
    assert lan.bench.simulator.rows("vnet_bgp") == []


@pytest.mark.parametrize("kind", KINDS)
def test_one_of_an_earlier_attempt_is_found_again(lan: Managed, later: Bench, kind: str) -> None:
    subject = declare(kind, lan)
    subject.cut_off()
    lan.bench.simulator.reset("log")
    assert again(subject, later).id == subject.id
    assert later.writes() == []


@pytest.mark.parametrize("kind", KINDS)
def test_one_of_which_no_create_was_cut_off_is_left_alone(lan: Managed, later: Bench, kind: str) -> None:
    subject = declare(kind, lan)
    subject.bench.stack.forget(subject)
    before = subject.row()
    with pytest.raises(Reported, match=rf"row {subject.id} of .* already has these values, and no stack manages it"):
        again(subject, later)
    assert subject.row() == before
    assert again(subject, later, adopt=True).id == subject.id


def test_one_that_pulumi_was_told_to_retain_is_left_and_another_one_made(lan: Managed, later: Bench) -> None:
    subject = declare("OspfCommand", lan)
    # The replacement begins with a delete, which only takes it out of the state that this run has read.
    later.connection.evidence.states.of("organization/shop/dev")
    later.stack.forget(subject)
    assert again(subject, later).id != subject.id
    assert len(later.simulator.rows("vnet_ospf_commands")) == 2


def test_two_of_the_same_stand_side_by_side(lan: Managed) -> None:
    assert len({declare("OspfCommand", lan).id, declare("OspfCommand", lan).id}) == 2


def test_a_command_that_routers_begin_with_is_taken_over(lan: Managed) -> None:
    router = declare("BgpRouter", lan)
    (begun, policy, _) = lan.bench.simulator.rows("vnet_bgp_router_commands")
    given = {"router": router.id, "command": "bgp"}
    known = lan.bench.create("BgpRouterCommand", "id", **given, params="router-id 10.0.0.1")
    assert known.id == str(begun["$key"])
    # It is one resource's then, and no other's.
    assert lan.bench.create("BgpRouterCommand", "id-2", **given, params="router-id 10.0.0.1").id != known.id
    # One that says the contrary is another one.
    wanted = lan.bench.create("BgpRouterCommand", "policy", **given, params="ebgp-requires-policy")
    assert wanted.id != str(policy["$key"])
    assert wanted.row()["no"] is False


def test_a_command_is_made_where_routers_begin_with_none(lan: Managed) -> None:
    lan.bench.simulator.disputed(new_bgp_router="bare")
    router = declare("BgpRouter", lan)
    given = {"router": router.id, "command": "bgp", "params": "router-id 10.0.0.1"}
    known = lan.bench.create("BgpRouterCommand", "id", **given)
    assert [str(row["$key"]) for row in lan.bench.simulator.rows("vnet_bgp_router_commands")] == [known.id]
    assert known.diff().changes is False


# Whose it is ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_routing_of_another_stacks_network_is_left_alone(lan: Managed, later: Bench, kind: str) -> None:
    subject = declare(kind, lan).seen_by(later)
    lan.bench.simulator.edit("vnets", int(lan.id), description="[pulumi shop/prod lan 0badcafe]")
    lan.bench.simulator.reset("log")
    with pytest.raises(Reported, match=r"now belongs to shop/prod as 'lan'\. It is left alone"):
        subject.destroy()
    with pytest.raises(Reported, match=f"vnets/{lan.id} belongs to shop/prod as 'lan', and so would this"):
        again(subject, later)
    assert later.writes() == []
    assert subject.read().id == ""


def test_no_routing_is_made_for_another_stacks_network(lan: Managed, later: Bench) -> None:
    lan.bench.simulator.edit("vnets", int(lan.id), description="[pulumi shop/prod lan 0badcafe]")
    with pytest.raises(Reported, match="belongs to shop/prod"):
        later.create("OspfCommand", "subject", network=lan.id, command="area", params="1")
    assert lan.bench.simulator.rows("vnet_bgp") == []


def test_a_row_whose_network_is_gone_is_gone(lan: Managed, later: Bench) -> None:
    subject = declare("OspfCommand", lan, restart="on-change").seen_by(later)
    lan.destroy()
    subject.destroy()


# What makes no sense -------------------------------------------------------------------------------------------------


def problems(bench: Bench, kind: str, **inputs: Any) -> list[str]:
    result = bench.provider(kind).check({}, hosted({"network": "1", **inputs}))
    return [failure.reason for failure in result.failures]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, []),
        ({"layer2_type": "vlan", "layer2_id": UNKNOWN}, []),
        ({"layer2_type": "vlan"}, ["layer2_id: layer2_type='vlan' needs a number from 1 to 4094."]),
        ({"layer2_id": 4095}, ["layer2_id is too large. Give at most 4094."]),
        ({"ipaddress": "10.10.12.2"}, ["ipaddress: lies outside of 'cidr'."]),
        ({"ipaddress": UNKNOWN}, []),
    ],
)
def test_interfaces_are_checked_in_the_preview(bench: Bench, inputs: dict[str, Any], expected: list[str]) -> None:
    assert problems(bench, "BgpInterface", **INTERFACE | inputs) == expected


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"),
    [
        ("BgpRouter", {"asn": 0}, ["asn is too small. Give at least 1."]),
        ("EigrpRouter", {"asn": 65536}, ["asn is too large. Give at most 65535."]),
        ("OspfCommand", {"command": "router-id"}, ["params is missing. Give it."]),
        ("OspfCommand", {"command": "router-id", "params": ""}, []),
    ],
)
def test_numbers_and_lines_are_checked(bench: Bench, kind: str, inputs: dict[str, Any], expected: list[str]) -> None:
    assert problems(bench, kind, **inputs) == expected
