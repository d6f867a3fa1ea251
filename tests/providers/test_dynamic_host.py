"""The process that hosts dynamic providers: what it is asked, what it answers, and what we lean on in it."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from google.rpc import status_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import engine_pb2, provider_pb2

from tests.providers.dynamic_host import URN, DynamicHost, dynamic_host, struct
from verge_pulumi.engine.ownership.journal import Journal
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.resources import Network, NetworkRule
from verge_pulumi.simulator import Options, Simulator

TOKEN = "0badcafe-0123456789ab"
MARKED = {"name": "lan", "mtu": 1500, "description": f"[pulumi shop/dev lan {TOKEN}]"}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """A VergeOS that takes its time."""
    with Simulator(Options(name="site-a", latency_ms=20)) as running:
        yield running


@pytest.fixture(scope="module")
def served(simulator: Simulator) -> Iterator[DynamicHost]:
    """A host that serves all tests of this file."""
    with dynamic_host(simulator) as running:
        yield running


@pytest.fixture(autouse=True)
def _clean(simulator: Simulator) -> Iterator[None]:
    yield
    simulator.reset()


def inputs(name: str, **arguments: Any) -> dict[str, Any]:
    hidden = {"__owner": "shop/dev", "__name": name, "__provider": Network.declaration.provider}
    hidden |= {"__token": TOKEN, "__org": "organization"}
    return {"name": name, **arguments, **hidden}


def create(served: DynamicHost, name: str, **arguments: Any) -> Any:
    request = provider_pb2.CreateRequest(urn=URN + name, properties=struct(inputs(name, **arguments)))
    return served.stub.Create(request, timeout=60)


def plain(message: Any) -> dict[str, Any]:
    """Return properties that travelled, as a dictionary."""
    properties: dict[str, Any] = json_format.MessageToDict(message)
    return properties


# In the host ---------------------------------------------------------------------------------------------------------


def test_a_whole_life_over_the_protocol(served: DynamicHost, simulator: Simulator) -> None:
    stub, urn = served.stub, URN + "lan"
    checked = stub.Check(
        provider_pb2.CheckRequest(urn=urn, news=struct(inputs("lan", mtu=1500, network="10.0.0.0/24")))
    )
    assert list(checked.failures) == []
    assert plain(checked.inputs)["network"] == "10.0.0.0/24"

    created = stub.Create(provider_pb2.CreateRequest(urn=urn, properties=checked.inputs))
    outs = plain(created.properties)
    assert (outs["$key"], outs["location"], outs["mtu"]) == (int(created.id), f"/v4/vnets/{created.id}", 1500)
    assert outs["__provider"] == Network.declaration.provider

    news = struct({**plain(checked.inputs), "mtu": 9000})
    diff = provider_pb2.DiffRequest(urn=urn, id=created.id, olds=created.properties, news=checked.inputs)
    assert stub.Diff(diff).changes == provider_pb2.DiffResponse.DIFF_NONE
    diff = provider_pb2.DiffRequest(urn=urn, id=created.id, olds=created.properties, news=news)
    differs = stub.Diff(diff)
    assert (differs.changes, differs.deleteBeforeReplace) == (provider_pb2.DiffResponse.DIFF_UNKNOWN, True)

    update = provider_pb2.UpdateRequest(urn=urn, id=created.id, olds=created.properties, news=news)
    updated = stub.Update(update)
    assert plain(updated.properties)["mtu"] == 9000

    read = stub.Read(provider_pb2.ReadRequest(urn=urn, id=created.id, properties=updated.properties, inputs=news))
    assert (read.id, plain(read.inputs)) == (created.id, plain(news))

    # What was created in this very run is not deleted in it, so another process does that.
    request = provider_pb2.DeleteRequest(urn=urn, id=created.id, properties=updated.properties)
    with pytest.raises(grpc.RpcError) as error:
        stub.Delete(request)
    assert f"row {created.id} of vnets was made or taken over in this very run" in (error.value.details() or "")
    with dynamic_host(simulator) as later:
        later.stub.Delete(request)
    assert "lan" not in [row["name"] for row in simulator.rows("vnets")]


def test_many_rules_of_a_running_network_take_few_applies(served: DynamicHost, simulator: Simulator) -> None:
    count, at_once = 50, 16  # resources, and how many the engine makes side by side
    (network,) = (row["$key"] for row in simulator.rows("vnets") if row["name"] == "External")  # which runs
    hidden = {"network": str(network), "__provider": NetworkRule.declaration.provider}

    def rule(number: int) -> str:
        name = f"rule-{number}"
        urn = URN.replace(":Network:", ":NetworkRule:") + name
        request = provider_pb2.CreateRequest(urn=urn, properties=struct({**inputs(name), **hidden}))
        return str(served.stub.Create(request, timeout=60).id)

    simulator.reset("log")
    with ThreadPoolExecutor(at_once) as engine:
        rules = list(engine.map(rule, range(count)))
    sent = [request.path.removeprefix("/api/v4/") for request in simulator.requests() if request.applied]
    assert (len(set(rules)), sent.count("vnet_rules")) == (count, count)
    assert sent.count("vnet_actions") <= count / at_once + 1
    assert not any(row["need_fw_apply"] for row in simulator.rows("vnets"))


def test_unknown_values_are_no_problem_in_a_preview(served: DynamicHost, simulator: Simulator) -> None:
    news = struct(inputs("lan", mtu=rpc.UNKNOWN, dnslist=["1.1.1.1", rpc.UNKNOWN]))
    simulator.reset("log")
    checked = served.stub.Check(provider_pb2.CheckRequest(urn=URN + "lan", news=news))
    assert list(checked.failures) == []
    assert plain(checked.inputs)["dnslist"] == ["1.1.1.1", rpc.UNKNOWN]
    assert simulator.requests() == []


def test_a_failure_is_one_line(served: DynamicHost, simulator: Simulator) -> None:
    simulator.faults({"match": {"verb": "POST"}, "what": "status", "status": 422, "body": {"err": "no"}})
    with pytest.raises(grpc.RpcError) as error:
        create(served, "lan")
    assert error.value.details() == "vergeos: Unable to create Network 'lan': POST /api/v4/vnets failed: no (422).\n"
    assert error.value.trailing_metadata() == ()


def test_a_create_that_fails_after_the_row_exists_tells_the_engine_to_save_it(
    served: DynamicHost, simulator: Simulator
) -> None:
    row = {"what": "status", "status": 200, "body": {**MARKED, "$key": 5}}
    simulator.faults({"match": {"verb": "GET", "path": r"/vnets/\d+$"}, **row})
    with pytest.raises(grpc.RpcError) as error:
        create(served, "lan", mtu=9000)
    reason = (
        "Unable to create Network 'lan': mtu was written as 9000 and reads back as 1500. "
        "Declare what this VergeOS makes of it."
    )
    assert error.value.details() == (
        f"vergeos: {reason} It exists and is in the state; the next 'pulumi up' completes it.\n"
    )
    failed = saved_by(error.value)
    outs = plain(failed.properties)
    assert (failed.id, list(failed.reasons), outs["mtu"], outs["$key"]) == ("5", [reason], 9000, 5)
    assert outs["__unfinished"].startswith("mtu was written as 9000")
    assert outs["__provider"] == Network.declaration.provider
    assert plain(failed.inputs) == inputs("lan", mtu=9000)


def test_an_update_that_fails_after_it_was_written_is_saved_too(served: DynamicHost, simulator: Simulator) -> None:
    created = create(served, "lan", mtu=1500)
    mac = next(row["macaddress"] for row in simulator.rows("vnets") if row["name"] == "lan")
    row = {"what": "status", "status": 200, "body": {**MARKED, "$key": int(created.id), "macaddress": mac}}
    simulator.faults({"match": {"verb": "GET", "path": r"/vnets/\d+$", "nth": 2}, **row})
    news = inputs("lan", mtu=9000)
    request = provider_pb2.UpdateRequest(urn=URN + "lan", id=created.id, olds=created.properties, news=struct(news))
    with pytest.raises(grpc.RpcError) as error:
        served.stub.Update(request)
    failed = saved_by(error.value)
    assert (failed.id, plain(failed.inputs)) == (created.id, news)
    assert plain(failed.properties)["__mark"] == plain(created.properties)["__mark"]


def saved_by(error: Any) -> Any:
    """Return what a failed call tells the engine to save."""
    ((name, value),) = error.trailing_metadata()
    assert name == "grpc-status-details-bin"
    failed = provider_pb2.ErrorResourceInitFailed()
    assert status_pb2.Status.FromString(value).details[0].Unpack(failed)
    return failed


def test_many_creates_run_at_once(served: DynamicHost, simulator: Simulator) -> None:
    create(served, "first")
    with ThreadPoolExecutor(40) as pool:
        ids = set(pool.map(lambda n: create(served, f"lan-{n}").id, range(40)))
    assert len(ids) == 40
    assert 4 < simulator.counters().most_in_flight <= provider_process.WORKERS


def test_lines_reach_the_engine_at_their_resource(served: DynamicHost, simulator: Simulator) -> None:
    served.engine.lines.clear()
    created = create(served, "lan")
    simulator.edit("vnets", int(created.id), need_restart=True)
    news = struct(inputs("lan", note="new"))
    request = provider_pb2.UpdateRequest(urn=URN + "lan", id=created.id, olds=created.properties, news=news)
    served.stub.Update(request)
    (line,) = [each for each in served.engine.lines if each.severity == engine_pb2.WARNING]
    assert (line.urn, line.ephemeral) == (URN + "lan", False)
    assert line.message.startswith("the change takes effect after a restart")


def test_progress_is_shown_and_dropped(served: DynamicHost, simulator: Simulator) -> None:
    served.engine.lines.clear()
    simulator.faults({"match": {"verb": "GET", "path": r"/vnets/\d+$"}, "what": "status", "status": 404})
    created = create(served, "lan")
    text = f"waiting for row {created.id} of vnets to appear: 'not found', "
    (line,) = [each for each in served.engine.lines if each.message.startswith(text)]
    assert (line.severity, line.ephemeral) == (engine_pb2.INFO, True)


def test_a_line_that_does_not_arrive_is_no_reason_to_fail(served: DynamicHost, simulator: Simulator) -> None:
    served.engine.broken = True
    try:
        simulator.faults({"match": {"verb": "GET", "path": r"/vnets/\d+$"}, "what": "status", "status": 404})
        assert create(served, "lan").id
    finally:
        served.engine.broken = False


def test_who_debugs_sees_everything(simulator: Simulator) -> None:
    with dynamic_host(simulator, VERGEOS_DEBUG="1") as running:
        simulator.faults({"match": {"verb": "POST"}, "what": "status", "status": 422, "body": {"err": "no"}})
        with pytest.raises(grpc.RpcError) as error:
            create(running, "lan")
    details = error.value.details() or ""
    assert "Traceback (most recent call last)" in details
    assert "verge_pulumi.client.errors.Refused" in details


def test_the_end_of_a_run_tells_what_it_cost(simulator: Simulator, tmp_path: Path) -> None:
    limits = {"VERGEOS_REQUESTS_PER_HOUR": "1000", "XDG_CACHE_HOME": str(tmp_path)}
    with dynamic_host(simulator, **limits) as running:
        create(running, "lan")
    told = [line.message for line in running.engine.lines if not line.ephemeral]
    assert told == ["3 requests, 997 left this hour"]


def test_a_run_without_requests_tells_nothing(simulator: Simulator, tmp_path: Path) -> None:
    limits = {"VERGEOS_REQUESTS_PER_HOUR": "1000", "XDG_CACHE_HOME": str(tmp_path)}
    with dynamic_host(simulator, **limits) as running:
        running.stub.Check(provider_pb2.CheckRequest(urn=URN + "lan", news=struct(inputs("lan"))))
    assert [line.message for line in running.engine.lines if not line.ephemeral] == []


def test_a_state_that_cannot_be_read_is_told_once(simulator: Simulator, tmp_path: Path) -> None:
    with dynamic_host(simulator, PATH=str(tmp_path)) as running:
        for name in ("lan", "dmz"):
            checked = running.stub.Check(provider_pb2.CheckRequest(urn=URN + name, news=struct(inputs(name))))
            assert list(checked.failures) == []
    (line,) = running.engine.lines
    assert line.severity == engine_pb2.WARNING
    assert line.message.startswith(
        "renamed resources cannot be recognised: the state of the stack organization/shop/dev cannot be read"
    )


# Outside of it -------------------------------------------------------------------------------------------------------


def test_outside_a_host_nothing_happens() -> None:
    assert provider_process.urn() == ""
    assert provider_process.serving() is False
    assert provider_process.widen() is False
    assert provider_process.report_initialisation_failed("1", {}, "late") is False
    provider_process.log("nobody hears this", warning=True)


def test_the_call_that_is_served_is_found_in_the_frames_above() -> None:
    def servicer(request: Any, context: Any) -> str:
        return provider_process.urn()

    assert servicer(SimpleNamespace(urn="urn:x"), object()) == "urn:x"
    assert servicer(SimpleNamespace(), object()) == ""


@pytest.mark.parametrize(
    "request_",
    [
        SimpleNamespace(urn="urn:x", properties={"__provider": "text"}),
        provider_pb2.CreateRequest(urn="urn:x"),
    ],
    ids=["of another kind", "without a provider"],
)
def test_a_call_of_another_form_is_left_alone(request_: Any) -> None:
    def servicer(request: Any, context: Any) -> bool:
        return provider_process.report_initialisation_failed("1", {}, "late")

    assert servicer(request_, object()) is False


def test_what_waits_for_the_answer_is_done_after_it() -> None:
    waiting: list[Callable[[], object]] = []
    done: list[str] = []

    def servicer(request: Any, context: Any) -> None:
        provider_process.when_answered(lambda: done.append("answered"))

    servicer(SimpleNamespace(urn="urn:x"), SimpleNamespace(add_callback=waiting.append))
    assert done == []
    for act in waiting:
        act()
    assert done == ["answered"]


def test_a_create_that_was_answered_is_crossed_out(simulator: Simulator, tmp_path: Path) -> None:
    with dynamic_host(simulator, XDG_CACHE_HOME=str(tmp_path)) as host:
        create(host, "lan")
        (journal,) = tmp_path.rglob("*.attempts")
        # gRPC tells the host that the answer has left at about the time it arrives here, and not necessarily before.
        pause = threading.Event()
        while {"end": TOKEN} not in [json.loads(line) for line in journal.read_text().splitlines() if line]:
            assert not pause.wait(0.01)
    assert not Journal(journal).cut_off()


def test_a_host_of_another_form_is_left_as_it_is() -> None:
    def _worker(executor_reference: Callable[[], object]) -> bool:
        return provider_process.widen()

    assert _worker(object) is False


def test_more_workers_are_never_fewer() -> None:
    with ThreadPoolExecutor(99) as pool:
        assert pool.submit(provider_process.widen).result(30) is True
        assert pool._max_workers == 99


def test_no_other_thread_is_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sys, "_current_frames")  # what it returns is not safe to read while those threads go on
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(provider_process.widen).result(30) is True


def test_calls_that_came_before_the_host_was_widened_are_served_side_by_side() -> None:
    together, queued = threading.Barrier(5), threading.Event()

    def first() -> int:
        assert queued.wait(30)
        assert provider_process.widen() is True
        return together.wait(30)

    with ThreadPoolExecutor(1) as pool:
        calls = [pool.submit(first), *(pool.submit(together.wait, 30) for _ in range(4))]
        queued.set()
        arrived = [call.result() for call in calls]
    assert sorted(arrived) == [0, 1, 2, 3, 4]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], threading.Event]]:
    """Watch an engine at an address; the event tells that the process would have ended."""
    ended = threading.Event()

    def end(status: int) -> None:
        ended.set()
        raise SystemExit(status)

    def start(address: str) -> threading.Event:
        monkeypatch.setattr(sys, "argv", ["dynamic", address])
        provider_process.watch_engine.__wrapped__(0.01)
        return ended

    monkeypatch.setattr(provider_process, "serving", lambda: True)
    monkeypatch.setattr(os, "_exit", end)
    yield start
    for thread in threading.enumerate():
        if thread.name == "watch-engine":
            thread.join(10)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the stand-in of `os._exit`
def test_the_process_ends_when_its_engine_is_gone(
    watch: Callable[[str], threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as engine:
        busy = threading.Event()
        connect = socket.create_connection

        def slow_once(*arguments: Any, **options: Any) -> Any:
            if not busy.is_set():
                busy.set()
                raise TimeoutError
            return connect(*arguments, **options)

        monkeypatch.setattr(socket, "create_connection", slow_once)
        ended = watch(f"127.0.0.1:{engine.getsockname()[1]}")
        engine.accept()[0].close()
        assert busy.is_set()
        assert not ended.is_set()
    assert ended.wait(10)


def test_without_an_engine_there_is_nothing_to_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    before = threading.active_count()
    provider_process.watch_engine.__wrapped__()
    monkeypatch.setattr(provider_process, "serving", lambda: True)
    monkeypatch.setattr(sys, "argv", ["dynamic"])
    provider_process.watch_engine.__wrapped__()
    assert threading.active_count() == before
