"""Host overrides: rows without a mark, applied by the network's DNS server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed, hosted
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.ownership.journal import Journal
from verge_pulumi.simulator import Simulator

APPLY = {"verb": "PUT", "path": "/applydns$"}


def add(network: Managed, bench: Bench | None = None, **arguments: Any) -> Managed:
    """Declare one."""
    given = {"network": network.id, "host": "db", "ip": "10.0.0.9", **arguments}
    return (bench or network.bench).create("HostOverride", "db", **given)


def stolen(network: Managed) -> None:
    """Let another stack take the network over."""
    network.bench.simulator.edit("vnets", int(network.id), description="[pulumi shop/prod lan 0badcafe]")
    network.bench.connection.reader.forget("vnets")
    network.bench.simulator.reset("log")


def bodies(bench: Bench) -> list[Any]:
    return [request.body for request in bench.writes() if "vnet_hosts" in request.path]


def applies(bench: Bench) -> list[str]:
    return [path for verb, path in bench.asked() if verb == "PUT" and path.endswith("/applydns")]


def test_what_a_life_on_a_stopped_network_costs(lan: Managed) -> None:
    bench = lan.bench
    bench.simulator.reset("log")
    host = add(lan)
    row, network = ("GET", f"vnet_hosts/{host.id}"), ("GET", f"vnets/{lan.id}")
    assert bench.asked() == [("POST", "vnet_hosts"), row, network]
    assert bodies(bench) == [{"vnet": int(lan.id), "host": "db", "ip": "10.0.0.9"}]
    bench.simulator.reset("log")
    assert host.diff(ip="10.0.0.9", type=None).changes is False
    assert bench.asked() == []
    host.up(ip="10.0.0.8")
    # The list says whose the network is, and serves all rows of the run.
    assert bench.asked() == [row, ("GET", "vnets"), ("PUT", row[1]), row, network]
    bench.simulator.reset("log")
    host.destroy()
    assert bench.asked() == [row, ("DELETE", row[1]), network]
    assert lan.row()["need_dns_apply"] is True


def test_another_run_asks_once_whose_the_network_is(lan: Managed, simulator: Simulator) -> None:
    later = lan.bench.later()
    later.create("HostOverride", "first", network=lan.id, host="db", ip="10.0.0.9")
    simulator.reset("log")
    add(lan, later, host="web")
    assert later.asked() == [("POST", "vnet_hosts"), ("GET", "vnet_hosts/2"), ("GET", f"vnets/{lan.id}")]
    later.connection.client.close()


def test_a_running_network_applies_it_and_nothing_else(running: Managed) -> None:
    bench = running.bench
    bench.simulator.edit("vnets", int(running.id), need_fw_apply=True)
    host = add(running)
    assert applies(bench) == [f"vnets/{running.id}/applydns"]
    assert (running.row()["need_dns_apply"], running.row()["need_fw_apply"]) == (False, True)
    host.up(ip="10.0.0.8")
    assert (running.row()["need_dns_apply"], host.row()["ip"]) == (False, "10.0.0.8")
    host.destroy()
    assert running.row()["need_dns_apply"] is False
    assert len(applies(bench)) == 3


@pytest.mark.parametrize(
    ("argument", "value", "body"),
    [
        ("host", "web", {"host": "web"}),
        ("ip", "FD00::0001", {"ip": "fd00::1"}),
        ("type", "domain", {"type": "domain"}),
    ],
)
def test_a_change_is_one_put_of_one_column(lan: Managed, argument: str, value: str, body: dict[str, Any]) -> None:
    host = add(lan)
    lan.bench.simulator.reset("log")
    host.up(**{argument: value})
    assert bodies(lan.bench) == [body]


def test_the_network_cannot_be_changed(lan: Managed) -> None:
    assert add(lan).diff(network="3").replaces == ["network"]


def test_drift_and_loss_are_seen_and_mended(lan: Managed) -> None:
    host = add(lan)
    lan.bench.simulator.edit("vnet_hosts", int(host.id), ip="10.0.0.1", type="domain")
    host.refresh()
    assert host.inputs["ip"] == "10.0.0.1"
    lan.bench.simulator.reset("log")
    host.up(ip="10.0.0.9")
    assert bodies(lan.bench) == [{"ip": "10.0.0.9"}]
    lan.bench.simulator.remove("vnet_hosts", int(host.id))
    assert host.read().id == ""
    host.destroy()


# Whose it is ---------------------------------------------------------------------------------------------------------


def test_one_that_is_there_is_adopted_on_purpose_only(lan: Managed) -> None:
    key = lan.bench.simulator.add("vnet_hosts", vnet=int(lan.id), host="db", ip="10.0.0.1")
    lan.bench.simulator.reset("log")
    with pytest.raises(Reported, match=f"row {key} of vnet_hosts has that name already and no stack manages it"):
        add(lan)
    assert bodies(lan.bench) == []
    assert add(lan, adopt=True).id == str(key)
    assert bodies(lan.bench) == [{"ip": "10.0.0.9"}]


def test_one_of_an_attempt_that_was_cut_off_is_taken_over(lan: Managed) -> None:
    first = add(lan).cut_off()
    lan.bench.simulator.reset("log")
    assert add(lan, lan.bench.later(), ip="10.0.0.8").id == first.id
    assert bodies(lan.bench) == [{"ip": "10.0.0.8"}]


def test_one_that_somebody_else_made_since_is_not_that_of_the_attempt(lan: Managed) -> None:
    """The attempt that was cut off has made none."""
    first = add(lan).cut_off()
    lan.bench.simulator.remove("vnet_hosts", int(first.id))
    key = lan.bench.simulator.add("vnet_hosts", vnet=int(lan.id), host="db", ip="10.0.0.1")
    lan.bench.simulator.reset("log")
    with pytest.raises(Reported, match=f"row {key} of vnet_hosts has that name already and no stack manages it"):
        add(lan, lan.bench.later())
    assert bodies(lan.bench) == []


def test_an_attempt_that_was_made_up_for_proves_nothing_any_more(lan: Managed, tmp_path: Path) -> None:
    """The engine keeps its note for long after."""
    lan.bench.journal = Journal(tmp_path / "attempts", alive=lambda pid: False)
    add(lan).cut_off()
    lan.bench.begin_run()
    add(lan).destroy()
    key = lan.bench.simulator.add("vnet_hosts", vnet=int(lan.id), host="db", ip="10.0.0.9")
    lan.bench.begin_run()
    with pytest.raises(Reported, match=f"row {key} of vnet_hosts has that name already and no stack manages it"):
        add(lan)


def test_a_second_post_does_not_take_what_somebody_else_made(lan: Managed) -> None:
    key = lan.bench.simulator.add("vnet_hosts", vnet=int(lan.id), host="db", ip="10.0.0.1")
    lan.bench.simulator.faults({"match": {"verb": "POST", "path": "vnet_hosts$"}, "what": "reset"})
    lan.bench.simulator.reset("log")
    with pytest.raises(Reported, match=f"row {key} of vnet_hosts has that name already and no stack manages it"):
        add(lan)
    assert bodies(lan.bench) == []


def test_one_whose_answer_was_lost_is_found_again(lan: Managed) -> None:
    lan.bench.simulator.faults({"match": {"verb": "POST", "path": "vnet_hosts$"}, "when": "after", "what": "reset"})
    host = add(lan)
    assert [str(row["$key"]) for row in lan.bench.simulator.rows("vnet_hosts")] == [host.id]


def test_one_name_is_not_declared_twice(lan: Managed) -> None:
    add(lan)
    with pytest.raises(Reported, match="has that name and is 'db' of this stack"):
        add(lan, ip="10.0.0.1")


@pytest.mark.parametrize("adopt", [None, True])
def test_none_is_made_in_a_network_of_another_stack(lan: Managed, simulator: Simulator, adopt: bool | None) -> None:
    stolen(lan)
    later = Bench(simulator)
    with pytest.raises(Reported, match=f"vnets/{lan.id} belongs to shop/prod as 'lan', and so would this"):
        add(lan, later, adopt=adopt)
    assert bodies(later) == []
    later.connection.client.close()


def test_those_of_a_network_that_somebody_else_took_over_are_left_alone(lan: Managed) -> None:
    host = add(lan)
    stolen(lan)
    for touch in (host.destroy, lambda: host.up(ip="10.0.0.1")):
        with pytest.raises(Reported, match=r"now belongs to shop/prod as 'lan'\. It is left alone"):
            touch()
    assert bodies(lan.bench) == []
    assert host.read().id == ""


def test_a_network_that_nobody_manages_may_have_them(bench: Bench) -> None:
    host = bench.create("HostOverride", "db", network="3", host="db", ip="10.0.0.9")
    host.up(ip="10.0.0.8")
    host.destroy()
    assert bench.simulator.rows("vnet_hosts") == []


def test_one_that_is_only_read_costs_one_request(lan: Managed) -> None:
    host = add(lan)
    lan.bench.simulator.reset("log")
    outs: Any = lan.bench.provider("HostOverride").read(host.id, {}).outs
    assert (outs["host"], outs["ip"]) == ("db", "10.0.0.9")
    assert lan.bench.asked() == [("GET", f"vnet_hosts/{host.id}")]


# What goes wrong -----------------------------------------------------------------------------------------------------


def test_an_apply_that_does_not_come_to_an_end_is_made_by_the_next_run(running: Managed, saved: list[Saved]) -> None:
    running.bench.simulator.faults({"match": APPLY, "what": "status", "status": 200, "body": []})
    with pytest.raises(Reported, match="the network to apply its DNS: still 'not applied' after 30 s"):
        add(running)
    (kept,) = saved
    inputs = {"network": running.id, "host": "db", "ip": "10.0.0.9", "__owner": "shop/dev", "__name": "db"}
    Managed(running.bench, "HostOverride", kept.id, inputs, kept.outs).up()
    assert running.row()["need_dns_apply"] is False


def test_a_deleted_one_whose_apply_failed_is_applied_by_the_next_run(running: Managed) -> None:
    host = add(running)
    running.bench.simulator.faults({"match": APPLY, "what": "status", "status": 403})
    with pytest.raises(Reported, match="applydns failed"):
        host.destroy()
    assert running.row()["need_dns_apply"] is True
    host.destroy()
    assert running.row()["need_dns_apply"] is False


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"ip": UNKNOWN, "host": UNKNOWN}, []),
        ({"host": ""}, ["host is too short. Give at least 1 character."]),
        (
            {"ip": "10.0.0.256"},
            ["ip is not an address. Give one, such as '10.0.0.1'."],
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_preview(
    bench: Bench, inputs: dict[str, Any], expected: list[str]
) -> None:
    result = bench.provider("HostOverride").check({}, hosted({"network": "1", "host": "a", "ip": "10.0.0.1", **inputs}))
    assert [failure.reason for failure in result.failures] == expected
