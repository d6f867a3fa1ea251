"""F1 to F9 through a provider, F70 and F71: what became of the object is the simulator's word."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.client.conftest import Connect, Serve
from tests.client.servers import Peer
from tests.faults.faulty import CREATE, DELETE, READ, UPDATE, applied, error_of, exactly_one, fault, names, sent
from tests.providers.bench import Bench
from verge_pulumi.client import Clocks, NoAnswer, RetryPolicy
from verge_pulumi.simulator import Options, Simulator

ACTION = {"verb": "POST", "path": "/vm_actions$"}


@pytest.mark.fault(1)
def test_a_host_that_is_not_there_leaves_nothing_in_the_state() -> None:
    with Simulator(Options()) as simulator:
        bench = Bench(simulator)
        inputs = bench.check("VirtualMachine", {"name": "web"})
        url = simulator.url
    text = error_of(lambda: bench.provider("VirtualMachine").create(inputs))
    assert text.startswith("Unable to create VirtualMachine 'web': ")
    assert f"cannot reach {url}: Connection refused" in text
    assert bench.time.now > 0
    bench.connection.client.close()


@pytest.mark.fault(2)
@pytest.mark.parametrize("what", ["reset", "close"])
def test_a_create_that_was_not_applied_is_sent_once_more(bench: Bench, what: str) -> None:
    # An answer 502 without a body is what a proxy makes of a connection that was closed.
    broken = fault(CREATE, "reset") if what == "reset" else fault(CREATE, "status", status=502)
    bench.simulator.faults(broken)
    vm = bench.create("VirtualMachine", name="web")
    exactly_one(bench, vm.id)
    assert sent(bench.simulator, "POST", "/vms") == 2


@pytest.mark.fault(3)
@pytest.mark.parametrize("kind", ["VirtualMachine", "Network"])
def test_a_create_that_was_applied_is_found_by_its_mark(bench: Bench, kind: str) -> None:
    table = {"VirtualMachine": "vms", "Network": "vnets"}[kind]
    bench.simulator.faults(fault({"verb": "POST", "path": f"/{table}$"}, "reset", when="after"))
    made = bench.create(kind, name="web")
    assert str(next(row["$key"] for row in bench.simulator.rows(table) if row["name"] == "web")) == made.id
    assert (sent(bench.simulator, "POST", f"/{table}"), names(bench.simulator, table).count("web")) == (1, 1)


@pytest.mark.fault(3)
def test_a_drive_without_a_name_is_found_by_its_mark(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web")
    bench.simulator.faults(fault({"verb": "POST", "path": "/machine_drives$"}, "reset", when="after"))
    drive = bench.create("Drive", "data", vm=vm.id, disksize="1GiB")
    assert [str(row["$key"]) for row in bench.simulator.rows("machine_drives")] == [drive.id]
    assert sent(bench.simulator, "POST", "machine_drives") == 1


@pytest.mark.fault(3)
def test_an_unnamed_drive_that_is_replaced_is_not_mistaken_for_the_new_one(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web")
    first = bench.create("Drive", "data", vm=vm.id, disksize="1GiB")
    second = bench.create("Drive", "data", vm=vm.id, disksize="2GiB")
    assert first.id != second.id


@pytest.mark.fault(4)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kept_connection_that_dies_under_a_create(bench: Bench, when: str) -> None:
    bench.simulator.faults(fault(CREATE, "reset", when=when))
    vm = bench.create("VirtualMachine", name="web")
    exactly_one(bench, vm.id)
    posts = [request for request in bench.simulator.requests() if request.path.endswith("/vms")]
    system = next(request for request in bench.simulator.requests() if request.path.endswith("/system"))
    assert posts[0].connection == system.connection


@pytest.mark.fault(5)
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_update_whose_answer_is_lost(bench: Bench, when: str) -> None:
    vm = bench.create("VirtualMachine", name="web", ram=1024)
    bench.simulator.faults(fault(UPDATE, "reset", when=when))
    vm.up(ram=2048)
    assert (vm.row()["ram"], vm.outs["ram"]) == (2048, 2048)


@pytest.mark.fault(5)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("times", [1, 4])
def test_a_delete_whose_answer_is_lost(bench: Bench, when: str, times: int) -> None:
    vm = bench.create("VirtualMachine", name="web")
    bench.simulator.faults(fault(DELETE, "reset", when=when, times=times))
    if (when, times) == ("before", 4):
        assert "not known whether VergeOS applied it" in error_of(vm.destroy)
        assert names(bench.simulator) == ["web"]
    else:
        vm.destroy()
        assert names(bench.simulator) == []


@pytest.mark.fault(5)
@pytest.mark.parametrize(("when", "requests"), [("before", 2), ("after", 1)])
@pytest.mark.parametrize("state", ["running", "stopped"])
def test_a_power_action_whose_answer_is_lost(bench: Bench, when: str, requests: int, state: str) -> None:
    vm = bench.create("VirtualMachine", name="web")
    power = bench.create("Power", "on", of=f"vms/{vm.id}", state="running")
    if state == "running":
        power.up(state="stopped")
    bench.simulator.reset("log")
    bench.simulator.transitions(looks=3)
    bench.simulator.faults(fault(ACTION, "reset", when=when))
    power.up(state=state)
    assert (power.outs["state"], power.read().outs["state"]) == (state, state)
    assert (sent(bench.simulator, "POST", "vm_actions"), applied(bench.simulator, "POST")) == (requests, 1)


@pytest.mark.fault(5)
def test_a_power_action_that_is_lost_twice_is_an_error(bench: Bench, saved: list[Any]) -> None:
    vm = bench.create("VirtualMachine", name="web")
    bench.simulator.faults(fault(ACTION, "reset", times=0))
    text = error_of(lambda: bench.create("Power", "on", of=f"vms/{vm.id}", state="running"))
    assert "not known whether VergeOS applied it" in text
    assert (sent(bench.simulator, "POST", "vm_actions"), len(saved)) == (2, 1)


@pytest.mark.fault(6)
@pytest.mark.timeout(60)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_create_that_is_never_answered(simulator: Simulator, when: str) -> None:
    bench = Bench(simulator, timeout=0.3)
    simulator.faults(fault(CREATE, "hang", when=when))
    vm = bench.create("VirtualMachine", name="web")
    exactly_one(bench, vm.id)
    bench.connection.client.close()


@pytest.mark.fault(9)
def test_threads_are_free_again_when_their_clock_runs_out(serve: Serve, connect: Connect) -> None:
    def script(peer: Peer, number: int) -> None:
        peer.read_request()
        peer.hang()

    clocks = Clocks(connect=1.0, silence=0.3, attempt=0.5)
    verge = connect(serve(script).url, clocks=clocks, retries=RetryPolicy(attempts=1))
    errors: list[BaseException] = []

    def work() -> None:
        with pytest.raises(NoAnswer) as caught:
            verge.table("vms").list()
        errors.append(caught.value)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert len(errors) == 4


@pytest.mark.fault(70)
def test_a_clock_that_jumps_changes_no_wait(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([1e9, 5e9, -1e9, 0.0] * 200)
    monkeypatch.setattr(time, "time", lambda: next(moments))
    bench.simulator.faults(fault(READ, "status", status=503, times=2))
    bench.simulator.transitions(looks=2)
    vm = bench.create("VirtualMachine", name="web")
    power = bench.create("Power", "on", of=f"vms/{vm.id}", state="running")
    power.destroy()
    vm.destroy()
    assert bench.time.now < 20


@pytest.mark.fault(71)
def test_no_home_folder_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, simulator: Simulator) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "TMPDIR"):
        monkeypatch.setenv(name, "/dev/null/there-is-none")
    bench = Bench(simulator)
    vm = bench.create("VirtualMachine", name="web")
    vm.up(ram=2048)
    vm.destroy()
    bench.connection.client.close()
    assert names(simulator) == []
