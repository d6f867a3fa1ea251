"""What the process that hosts dynamic providers has but does not offer: the request, the engine, the threads.

It is one file, since everything private to Pulumi's SDK that this package leans on is in it, or in `registering` for
what concerns a program's outputs. Each piece is guarded: where a later SDK moves it, only that is missing, and a test
tells.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any

import grpc
import pulumi
from google.protobuf import any_pb2
from google.rpc import status_pb2
from pulumi.runtime import rpc, settings, sync_await
from pulumi.runtime.mocks import MockMonitor, Mocks
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2

from verge_pulumi.engine.errors import shown

WORKERS = 48
"""Worker threads of the host; it has 4, too few for resources that wait. VergeOS serves at most 50 calls at once."""


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame:
        yield frame
        frame = frame.f_back


class _Served(threading.local):
    """What this thread serves, as long as that has been looked up."""

    call: tuple[Any, Any] | None = None
    known = False


_served = _Served()


@contextlib.contextmanager
def one_call() -> Iterator[None]:
    """Look up once what this thread serves, however often that is asked for meanwhile."""
    before = _served.known, _served.call
    _served.known, _served.call = True, _find_call()
    try:
        yield
    finally:
        _served.known, _served.call = before


def _call() -> tuple[Any, Any] | None:
    """Return the request and the context of the RPC this thread serves."""
    return _served.call if _served.known else _find_call()


def _find_call() -> tuple[Any, Any] | None:
    """Find the request and the context in the frame of the SDK's servicer."""
    for frame in _frames():
        names = frame.f_locals
        if "request" in names and "context" in names and hasattr(names["request"], "urn"):
            return names["request"], names["context"]
    return None


def urn() -> str:
    """Return the URN of the resource this thread serves, or "" where it is not to be found."""
    call = _call()
    return str(call[0].urn) if call else ""


def urn_without_provider() -> str:
    """Return the URN of what this thread reads without being told which provider can, as for an import; else ""."""
    call = _find_call()
    request = call[0] if call else None
    given = [getattr(request, name, None) for name in ("properties", "inputs")]
    if request is None or any(each is None or "__provider" in each.fields for each in given):
        return ""
    return str(request.urn)


def random_seed() -> bytes:
    """Return the seed that the engine gives to the resource this thread checks; one drawn by lot if it is not found.

    A saved plan and the update that carries it out have the same one.
    """
    call = _call()
    return bytes(getattr(call[0], "randomSeed", b"") if call else b"") or os.urandom(32)


def old_input(name: str) -> str:
    """Return a text among the inputs that the state has of the resource this thread serves; "" if it is not found.

    The host hands over the outputs of the state only, and hidden inputs may be newer: the engine saves those of a
    resource that does not change.
    """
    call = _call()
    inputs = getattr(call[0], "old_inputs", None) if call else None
    return str(inputs.fields[name].string_value) if inputs is not None and name in inputs.fields else ""


def custom_timeout() -> float | None:
    """Return the seconds that `custom_timeouts` gives the call that this thread serves; None if it does not say."""
    call = _call()
    return float(getattr(call[0], "timeout", 0.0) or 0.0) or None if call else None


def when_answered(act: Callable[[], object]) -> None:
    """Do something once the answer of the call that this thread serves is on its way to the engine.

    If this process is killed before, it is never done. Where there is no such call it is done at once.
    """
    call = _call()
    add = getattr(call[1], "add_callback", None) if call else None
    if add is None:
        act()
    else:
        add(act)


def log(message: str, *, warning: bool = False, ephemeral: bool = False) -> None:
    """Show a line at the resource this thread serves; silently nothing where there is no engine.

    Args:
        message: What to tell the person.
        warning: Whether it is a warning. There is no way to log an error: the engine would count it and exit with 0.
        ephemeral: Whether it is progress, shown while the resource is worked on and dropped afterwards.
    """
    stub = _engine()
    if stub is None:
        return
    severity = engine_pb2.WARNING if warning else engine_pb2.INFO
    request = engine_pb2.LogRequest(severity=severity, message=shown(message), urn=urn(), ephemeral=ephemeral)
    try:
        stub.Log(request, timeout=2)
    except grpc.RpcError:
        return  # the engine is on its way out; a lost progress line is no reason to fail


@functools.cache
def _engine() -> Any:
    """Return a stub of the engine whose address the host was started with."""
    main = sys.modules.get("__main__")
    if getattr(getattr(main, "__spec__", None), "name", "") != "pulumi.dynamic.__main__" or len(sys.argv) < 2:
        return None
    return engine_pb2_grpc.EngineStub(grpc.insecure_channel(sys.argv[1]))


def widen(workers: int = WORKERS) -> bool:
    """Give the host more worker threads, and say whether that was possible.

    The pool is found in the frames of this thread, which is one of its workers. Frames of other threads must not be
    looked at while these go on: CPython 3.11 then ends with a segmentation fault at times
    (https://github.com/python/cpython/issues/111363).
    """
    for frame in _frames():
        if frame.f_code.co_name != "_worker" or "executor_reference" not in frame.f_locals:
            continue
        try:
            pool = frame.f_locals["executor_reference"]()
            if pool._max_workers < workers:
                pool._max_workers = workers
                # What was queued before counts as served by idle threads, of which there are none; with that count the
                # pool would never grow.
                pool._idle_semaphore = threading.Semaphore(0)
                # It grows by one with each new call, so those that wait already need their threads now.
                for _ in range(pool._work_queue.qsize()):
                    pool._adjust_thread_count()
        except AttributeError:
            return False
        return True
    return False


def report_initialisation_failed(id: str, outs: Mapping[str, Any], reason: str) -> bool:
    """Make the engine save a resource whose call is about to fail.

    The Go engine understands an `ErrorResourceInitFailed` in the trailing metadata of a failed Create or Update: it
    saves id, outputs and reason, stops what depends on the resource, and calls Update the next time. The Python host
    has no way to send one, so it is put on the call's context here.

    Returns:
        Whether it was possible. If not, the engine forgets a resource whose Create fails.
    """
    call = _call()
    if call is None:
        return False
    request, context = call
    try:
        inputs = request.news if hasattr(request, "news") else request.properties
        properties = dict(outs)
        properties["__provider"] = inputs["__provider"]
        failed = provider_pb2.ErrorResourceInitFailed(
            id=id, properties=_struct(properties), inputs=inputs, reasons=[reason]
        )
        detail = any_pb2.Any()
        detail.Pack(failed)
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason, details=[detail])
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
    return True


def _struct(properties: dict[str, Any]) -> Any:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(rpc.serialize_properties(properties, {}))
    finally:
        loop.close()


@functools.cache
def watch_engine(interval: float = 2.0) -> None:
    """End this process when the engine that started it is gone.

    After a ``kill -9`` of the CLI the host would live on for ever, and go on writing to VergeOS for nobody. Its parent
    is a shell that lives on too, so it is the engine's port that tells.
    """
    if not serving() or len(sys.argv) < 2:
        return
    address, _, port = sys.argv[1].rpartition(":")

    def watch() -> None:
        pause = threading.Event()
        while not pause.wait(interval):
            try:
                socket.create_connection((address, int(port)), timeout=interval).close()
            except ConnectionRefusedError:
                os._exit(1)
            except OSError:
                continue  # busy, not gone

    threading.Thread(target=watch, name="watch-engine", daemon=True).start()


def is_host() -> bool:
    """Say whether this Python was started to host dynamic providers, also before it does."""
    return "pulumi.dynamic" in sys.orig_argv


def serving() -> bool:
    """Say whether this process is one that hosts dynamic providers, and not a program or a test."""
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    return getattr(spec, "name", "") == "pulumi.dynamic.__main__"


def has_ended_program(error: BaseException) -> bool:
    """Say whether an error has left the program of a user, and was not handled there."""
    outermost = error.__traceback__
    return outermost is not None and outermost.tb_frame.f_code.co_name == "run_pulumi_func"


def mocks() -> Mocks | None:
    """Return what a unit test gave to `pulumi.runtime.set_mocks`; None where the program runs for an engine.

    A monitor of one's own, such as the one by which the import runs a program, stands for an engine.
    """
    monitor = settings.get_monitor()
    given: Mocks | None = monitor.mocks if type(monitor) is MockMonitor else None
    return given


def parent_of(resource: pulumi.Resource) -> pulumi.Resource | None:
    """Return the parent of a resource of another package. Resources know their children only."""
    for each in gc.get_objects():
        if issubclass(type(each), pulumi.Resource) and resource in each.__dict__.get("_childResources", ()):
            parent: pulumi.Resource = each
            return parent
    return None


def run() -> tuple[object, object]:
    """Return what tells one run of a program from another in this process, such as two tests.

    Returns:
        What keeps the run's calls, and the list of them: `pulumi.runtime.test` keeps the former and begins a new list.
    """
    manager = getattr(settings.SETTINGS, "rpc_manager", settings.SETTINGS)
    return manager, getattr(manager, "rpcs", None)


def let_finish(turns: int = 1000) -> None:
    """Let what was registered so far finish, as far as it can, while the program waits.

    Args:
        turns: Of the event loop, at most: what the program is going to do may be waited for.
    """
    _, calls = run()
    wait: Any = getattr(sync_await, "_sync_await", None)
    if wait is None or not isinstance(calls, list):
        return  # they finish when the program has ended, and take more memory until then

    async def finished() -> None:
        running: list[asyncio.Future[Any]] = calls
        for _ in range(turns):
            await asyncio.sleep(0)  # before the first look, too: a call is in the list once it has begun
            running = [call for call in running if not call.done()]
            if not running:
                return

    wait(finished())
