"""Starting, stopping and restarting what has a machine, and what VMs and networks make of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import Bench, Managed
from tests.providers.conftest import Saved
from verge_pulumi.client import NoAnswer, Outcome, Refused, ServerError, Unreachable
from verge_pulumi.engine.errors import EngineError, Reported
from verge_pulumi.engine.reading.waiting import WaitFailed, WaitTimeout
from verge_pulumi.resources import _power_actions as power_actions

ACTIONS = {"verb": "POST", "path": "_actions$"}


@pytest.fixture
def vm(bench: Bench) -> Managed:
    """A stopped VM."""
    return bench.create("VirtualMachine", "vm", name="web", ram=1024)


@pytest.fixture
def lan(bench: Bench) -> Managed:
    """A stopped network."""
    return bench.create("Network", "lan", name="lan", network="10.0.0.0/24")


def table(of: Managed) -> str:
    return str(of.outs["location"]).split("/")[2]


def status(of: Managed) -> str:
    """Return the power state in the simulator's words."""
    machine = of.row()["machine"]
    return str(next(row["status"] for row in of.bench.simulator.rows("machine_status") if row["machine"] == machine))


def start(of: Managed, timeout: float = 60) -> Any:
    return power_actions.start(of.bench.connection, table(of), of.id, timeout=timeout)


def stop(of: Managed, timeout: float = 60, *, force: bool = False) -> Any:
    connection = of.bench.connection
    row = power_actions.look(connection, table(of), of.id)
    return power_actions.stop(connection, table(of), of.id, row, timeout=timeout, force=force)


def actions(bench: Bench) -> list[str]:
    """Return the power actions that were asked for."""
    return [r.body["action"] for r in bench.simulator.requests() if r.path.endswith("_actions")]


def bodies(bench: Bench) -> list[Any]:
    return [r.body for r in bench.simulator.requests() if r.path.endswith("_actions")]


# Start and stop ------------------------------------------------------------------------------------------------------


def test_a_start_waits_until_it_runs(vm: Managed) -> None:
    vm.bench.simulator.transitions(looks=3)
    row = start(vm)
    assert (row["running"], row["status"], row["node"]) == (True, "running", "node1")
    assert bodies(vm.bench) == [{"vm": "1", "action": "poweron"}]
    assert vm.bench.time.now > 0


def test_the_start_of_a_network_loads_its_rules(lan: Managed) -> None:
    start(lan)
    assert bodies(lan.bench) == [{"vnet": lan.id, "action": "poweron", "params": {"apply": True}}]


def test_a_start_that_does_not_come_ends_at_its_deadline(vm: Managed) -> None:
    vm.bench.simulator.transitions(stuck=["starting"])
    with pytest.raises(WaitTimeout, match=r"^power on: still 'starting' after 60 s \(vms/1 on node1\)$"):
        start(vm)
    assert vm.bench.time.now == pytest.approx(60)


def test_what_runs_already_is_started(vm: Managed) -> None:
    start(vm)
    assert start(vm)["running"] is True


def test_a_start_that_is_refused_is_an_error(vm: Managed) -> None:
    vm.up(enabled=False)
    with pytest.raises(Refused, match="Machine is disabled"):
        start(vm)


@pytest.mark.parametrize("fault", [{"what": "reset"}, {"what": "status", "status": 504}])
def test_a_start_whose_answer_was_lost_shows_in_the_state(vm: Managed, fault: dict[str, Any]) -> None:
    vm.bench.simulator.faults({"match": ACTIONS, "when": "after", **fault})
    assert start(vm)["running"] is True
    assert actions(vm.bench) == ["poweron"]


@pytest.mark.parametrize("fault", [{"what": "reset"}, {"what": "status", "status": 504}])
def test_a_start_that_was_lost_on_its_way_is_sent_once_more(vm: Managed, fault: dict[str, Any]) -> None:
    vm.bench.simulator.faults({"match": ACTIONS, "when": "before", **fault})
    assert start(vm)["running"] is True
    assert actions(vm.bench) == ["poweron", "poweron"]


@pytest.mark.parametrize(
    ("fault", "error"), [({"what": "reset"}, NoAnswer), ({"what": "status", "status": 504}, ServerError)]
)
def test_a_start_that_is_lost_twice_is_an_error(vm: Managed, fault: dict[str, Any], error: type[Exception]) -> None:
    vm.bench.simulator.faults({"match": {**ACTIONS, "times": 0}, "when": "before", **fault})
    with pytest.raises(error) as caught:
        start(vm)
    assert getattr(caught.value, "outcome", None) is Outcome.UNKNOWN
    assert actions(vm.bench) == ["poweron", "poweron"]


def test_a_start_that_is_under_way_is_waited_for(vm: Managed) -> None:
    vm.bench.simulator.transitions(looks=4)
    vm.bench.simulator.faults({"match": ACTIONS, "when": "after", "what": "reset"})
    assert start(vm)["running"] is True
    assert actions(vm.bench) == ["poweron"]


@pytest.mark.parametrize("state", power_actions.FAILED)
def test_a_state_that_does_not_pass_ends_a_start_at_once(vm: Managed, state: str) -> None:
    vm.bench.simulator.transitions(stuck=["starting"])
    machine = vm.row()["machine"]
    vm.bench.time.meanwhile = lambda: vm.bench.simulator.edit("machine_status", machine, status=state, node=None)
    with pytest.raises(WaitFailed) as error:
        start(vm)
    assert str(error.value) == f"power on: it is '{state}' now, which does not pass by itself (vms/1)"
    assert vm.bench.time.now < 1


def test_a_start_that_never_left_is_an_error(vm: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: Any) -> None:
        raise Unreachable("no route")

    monkeypatch.setattr("verge_pulumi.client.Table.action", unreachable)
    with pytest.raises(Unreachable):
        start(vm)


def test_a_stop_waits_until_it_is_off(vm: Managed) -> None:
    start(vm)
    vm.bench.simulator.transitions(looks=3)
    row = stop(vm)
    assert (row["running"], row["status"], row["node"]) == (False, "stopped", None)
    assert actions(vm.bench) == ["poweron", "poweroff"]


def test_what_is_off_is_not_stopped(vm: Managed) -> None:
    assert stop(vm)["status"] == "stopped"
    assert actions(vm.bench) == []


@pytest.mark.parametrize("state", ["starting", "initializing", "stopping"])
def test_what_is_on_its_way_is_not_off(vm: Managed, state: str) -> None:
    vm.bench.simulator.edit("machine_status", vm.row()["machine"], status=state)
    vm.bench.simulator.transitions(ignore_poweroff=True)
    with pytest.raises(WaitTimeout, match=f"power off: still '{state}' after 1 s"):
        stop(vm, timeout=1)
    assert actions(vm.bench) == ["poweroff"]


def test_a_guest_that_ignores_the_request_is_an_error(vm: Managed) -> None:
    start(vm)
    vm.bench.simulator.transitions(ignore_poweroff=True)
    with pytest.raises(WaitTimeout, match=r"^power off: still 'running' after 60 s \(vms/1 on node1\)$"):
        stop(vm)
    assert actions(vm.bench) == ["poweron", "poweroff"]


def test_a_guest_that_ignores_the_request_is_killed_if_that_is_allowed(vm: Managed, told: list[str]) -> None:
    start(vm)
    vm.bench.simulator.transitions(ignore_poweroff=True)
    assert stop(vm, force=True)["status"] == "stopped"
    assert actions(vm.bench) == ["poweron", "poweroff", "kill"]
    assert told == ["warning: did not shut down within 60 s and is powered off"]


def test_what_does_not_even_die_ends_at_its_deadline(vm: Managed) -> None:
    start(vm)
    vm.bench.simulator.transitions(stuck=["stopping"])
    with pytest.raises(WaitTimeout, match=r"^power off: still 'stopping' after 30 s \(vms/1 on node1\)$"):
        stop(vm, force=True)
    assert vm.bench.time.now == pytest.approx(90)


def test_a_power_action_that_is_refused_because_it_is_so_already_is_success(vm: Managed) -> None:
    refusal = {"what": "status", "status": 422, "body": {"err": "Machine is already running"}}
    vm.bench.simulator.faults({"match": ACTIONS, "when": "after", **refusal})
    assert start(vm)["running"] is True


def test_what_is_not_there_has_no_power_state(bench: Bench) -> None:
    with pytest.raises(EngineError) as error:
        power_actions.look(bench.connection, "vms", "77")
    assert str(error.value) == "there is no row 77 in vms; was it deleted by someone else? Run 'pulumi refresh'"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_stop_whose_answer_was_lost_is_a_stop(vm: Managed, when: str) -> None:
    start(vm)
    vm.bench.simulator.faults({"match": ACTIONS, "when": when, "what": "reset"})
    assert stop(vm)["status"] == "stopped"
    assert actions(vm.bench)[1:] == ["poweroff"] * (2 if when == "before" else 1)


def test_what_a_power_action_changes_is_read_anew(vm: Managed) -> None:
    vm.refresh()
    start(vm)
    vm.refresh()
    assert vm.outs["running"] is True
    stop(vm)
    vm.refresh()
    assert vm.outs["running"] is False


# Delete --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["vm", "lan"])
def test_what_runs_is_stopped_before_it_is_deleted(kind: str, request: pytest.FixtureRequest) -> None:
    of: Managed = request.getfixturevalue(kind)
    start(of)
    of.bench.simulator.transitions(looks=2)
    of.destroy()
    assert of.id not in [str(row["$key"]) for row in of.bench.simulator.rows(table(of))]


@pytest.mark.parametrize(
    ("kind", "timeout", "seconds"),
    [("vm", None, 120), ("lan", None, 60), ("vm", 7, 7), ("lan", 7, 7), ("vm", 0, 0), ("lan", 0, 0)],
)
def test_what_does_not_stop_in_time_is_killed_and_deleted(
    kind: str, timeout: int | None, seconds: int, request: pytest.FixtureRequest, told: list[str]
) -> None:
    of: Managed = request.getfixturevalue(kind)
    of.up(stop_timeout=timeout)
    start(of)
    of.bench.simulator.transitions(ignore_poweroff=True)
    of.destroy()
    assert told == [f"warning: did not shut down within {seconds} s and is powered off"]
    assert of.bench.time.now == pytest.approx(seconds)


def test_what_cannot_be_stopped_is_not_deleted(vm: Managed) -> None:
    start(vm)
    vm.bench.simulator.transitions(stuck=["stopping"])
    with pytest.raises(Reported) as error:
        vm.destroy()
    assert (
        str(error.value)
        == "Unable to delete VirtualMachine 'web': power off: still 'stopping' after 30 s (vms/1 on node1)."
    )
    assert vm.row()


def test_another_trigger_is_for_another_vm_once_there_was_one(vm: Managed) -> None:
    assert vm.diff(replacement_trigger="a").replaces == []
    vm.up(replacement_trigger="a")
    assert vm.diff().changes is False
    assert vm.diff(replacement_trigger="b").replaces == ["replacement_trigger"]


# Restart -------------------------------------------------------------------------------------------------------------

HARDWARE: dict[str, dict[str, Any]] = {"vm": {"ram": 2048}, "lan": {"mtu": 9000}}
NEEDED = "warning: the change takes effect after a restart; restart='on-change' makes one"


@pytest.mark.parametrize(
    ("restart", "then"),
    [(None, "restart='on-change' makes one"), ("on-change", "it is restarted for that if it runs")],
)
def test_a_preview_tells_what_waits_for_a_restart(
    lan: Managed, restart: str | None, then: str, told: list[str]
) -> None:
    lan.diff(mtu=9000, domain="example.com", note="new", restart=restart)
    assert told == [f"mtu, domain: what runs takes this on when it restarts; {then}"]


def test_a_preview_of_what_takes_no_restart_tells_nothing(lan: Managed, told: list[str]) -> None:
    lan.diff(note="new")
    lan.diff(mtu=9000, type="external")  # replaces it
    assert told == []


@pytest.mark.parametrize("kind", HARDWARE)
@pytest.mark.parametrize("restart", [None, "never"])
def test_a_restart_that_is_needed_and_not_allowed_is_told(
    kind: str, restart: str | None, request: pytest.FixtureRequest, told: list[str]
) -> None:
    of: Managed = request.getfixturevalue(kind)
    start(of)
    of.up(restart=restart, **HARDWARE[kind])
    assert told == [NEEDED]
    assert of.outs["need_restart"] is True
    assert actions(of.bench) == ["poweron"]


@pytest.mark.parametrize("kind", HARDWARE)
@pytest.mark.parametrize(
    ("given", "then"),
    [
        ({"restart": "on-change"}, "an earlier change: {takes}; it is restarted for that if it runs"),
        ({"description": "new"}, "an earlier change: {takes}; restart='on-change' makes one"),
        ("hardware", "{names}, an earlier change: {takes}; restart='on-change' makes one"),
    ],
)
def test_a_preview_names_a_restart_that_an_earlier_change_waits_for(
    kind: str, given: Any, then: str, request: pytest.FixtureRequest, told: list[str]
) -> None:
    of: Managed = request.getfixturevalue(kind)
    start(of)
    of.bench.simulator.edit(table(of), int(of.id), need_restart=True)
    of.refresh()
    changes = HARDWARE[kind] if given == "hardware" else given
    of.diff(**changes)
    takes = "what runs takes this on when it restarts"
    assert told == [then.format(names=", ".join(changes), takes=takes)]


@pytest.mark.parametrize("kind", HARDWARE)
def test_what_waits_for_a_restart_is_no_news_without_a_change(
    kind: str, request: pytest.FixtureRequest, told: list[str]
) -> None:
    of: Managed = request.getfixturevalue(kind)
    of.bench.simulator.edit(table(of), int(of.id), need_restart=True)
    of.refresh()
    assert (of.diff().changes, told) == (False, [])


def test_an_argument_that_says_what_is_so_already_restarts_nothing(vm: Managed, told: list[str]) -> None:
    vm.up(restart="on-change")
    start(vm)
    vm.bench.simulator.edit("vms", int(vm.id), need_restart=True)
    vm.refresh()
    same = {"machine_type": vm.row()["machine_type"]}
    assert (vm.diff(**same).changes, told) == (None, [])
    vm.up(**same)
    assert (actions(vm.bench), told) == (["poweron"], [])


def test_the_repair_of_what_a_run_left_half_done_names_the_restart_too(vm: Managed, told: list[str]) -> None:
    vm.up(restart="on-change")
    vm.outs |= {"__unfinished": "a run was cut off", "need_restart": True}
    assert vm.diff().changes is True
    assert told == ["an earlier change: what runs takes this on when it restarts; it is restarted for that if it runs"]


@pytest.mark.parametrize(("kind", "asked"), [("vm", ["poweroff", "poweron"]), ("lan", ["reset"])])
def test_a_restart_that_is_needed_and_allowed_is_made(
    kind: str, asked: list[str], request: pytest.FixtureRequest
) -> None:
    of: Managed = request.getfixturevalue(kind)
    start(of)
    of.up(restart="on-change", **HARDWARE[kind])
    assert actions(of.bench) == ["poweron", *asked]
    assert (of.outs["need_restart"], of.outs["running"], status(of)) == (False, True, "running")


def test_the_restart_of_a_network_loads_its_rules(lan: Managed, told: list[str]) -> None:
    start(lan)
    lan.up(restart="on-change", mtu=9000)
    assert bodies(lan.bench)[-1] == {"vnet": lan.id, "action": "reset", "params": {"apply": True}}
    assert told == ["restarting, because a change needs it"]


@pytest.mark.parametrize("kind", HARDWARE)
def test_what_is_off_is_not_restarted(kind: str, request: pytest.FixtureRequest, told: list[str]) -> None:
    of: Managed = request.getfixturevalue(kind)
    of.bench.simulator.edit(table(of), int(of.id), need_restart=True)
    of.up(restart="on-change", **HARDWARE[kind])
    assert actions(of.bench) == told == []


def test_a_change_that_needs_no_restart_makes_none(lan: Managed, told: list[str]) -> None:
    start(lan)
    lan.up(restart="on-change", note="new")
    assert actions(lan.bench) == ["poweron"]
    assert told == []


def test_allowing_a_restart_makes_the_one_that_waits(lan: Managed) -> None:
    start(lan)
    lan.up(mtu=9000)
    lan.up(restart="on-change")
    assert actions(lan.bench) == ["poweron", "reset"]


def test_a_guest_that_does_not_shut_down_is_not_killed_for_a_restart(vm: Managed, saved: list[Saved]) -> None:
    start(vm)
    vm.bench.simulator.transitions(ignore_poweroff=True)
    with pytest.raises(Reported) as error:
        vm.up(restart="on-change", stop_timeout=7, ram=2048)
    assert str(error.value) == (
        "Unable to update VirtualMachine 'web': power off: still 'running' after 7 s (vms/1 on node1). "
        "It exists and is in the state; the next 'pulumi up' completes it."
    )
    assert actions(vm.bench) == ["poweron", "poweroff"]
    assert saved[0].id == vm.id


def test_a_restart_that_failed_is_made_by_the_next_run(lan: Managed, saved: list[Saved]) -> None:
    start(lan)
    lan.bench.simulator.faults({"match": ACTIONS, "what": "status", "status": 503})
    with pytest.raises(Reported, match="_actions failed"):
        lan.up(restart="on-change", mtu=9000)
    assert lan.row()["need_restart"] is True
    lan.outs = saved[0].outs
    lan.up(restart="on-change", mtu=9000)
    assert lan.row()["need_restart"] is False
    assert "__unfinished" not in lan.outs


def test_a_restart_waits_until_it_runs_and_nothing_is_left_to_restart(lan: Managed, saved: list[Saved]) -> None:
    start(lan)
    answer = {"what": "status", "status": 200, "body": {}}
    lan.bench.simulator.faults({"match": ACTIONS, **answer})  # accepted, and nothing happens
    with pytest.raises(Reported, match="restart: still 'running' after 120 s"):
        lan.up(restart="on-change", mtu=9000)
    assert len(saved) == 1
