"""The process in which Pulumi runs dynamic providers, driven as the engine drives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2, provider_pb2_grpc

from verge_pulumi.simulator import Simulator

ROOT = Path(__file__).resolve().parents[2]
URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/vergeos:Network::"


@dataclass
class Engine(engine_pb2_grpc.EngineServicer):
    """The side of the engine that a provider calls."""

    lines: list[Any] = field(default_factory=list)
    broken: bool = False

    def Log(self, request: Any, context: Any) -> Any:  # noqa: N802  the protocol's name
        """Keep a line."""
        if self.broken:
            context.abort(grpc.StatusCode.UNAVAILABLE, "the engine is on its way out")
        self.lines.append(request)
        return empty_pb2.Empty()


@dataclass
class DynamicHost:
    """A host that runs, and the engine that it reports to."""

    stub: Any
    engine: Engine
    process: subprocess.Popen[str]


@contextmanager
def dynamic_host(simulator: Simulator, **environment: str) -> Iterator[DynamicHost]:
    """Run a host that is configured for the simulator.

    The first ``pulumi`` on its PATH exports an empty state, so that nobody's login is used.
    """
    with tempfile.TemporaryDirectory() as folder:
        cli = Path(folder, "pulumi")
        cli.write_text("#!/bin/sh\necho '{\"deployment\": {}}'\n")
        cli.chmod(0o700)
        with _host(simulator, {"PATH": f"{folder}:{os.environ['PATH']}", **environment}) as running:
            yield running


@contextmanager
def _host(simulator: Simulator, environment: dict[str, str]) -> Iterator[DynamicHost]:
    engine = Engine()
    server = grpc.server(ThreadPoolExecutor(4))
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    variables = {name: value for name, value in os.environ.items() if not name.startswith("VERGEOS_")}
    # Where the tests run in the background SIGINT is ignored, and would be in the host too.
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.dynamic", address],
        cwd=ROOT,
        env={**variables, "VERGEOS_API_KEY": simulator.api_key, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    signal.signal(signal.SIGINT, ours)
    try:
        assert process.stdout is not None
        with process.stdout, grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            arguments = struct({"vergeos:host": simulator.url})
            stub.Configure(provider_pb2.ConfigureRequest(args=arguments), timeout=30)
            yield DynamicHost(stub, engine, process)
    finally:
        _interrupt(process)
        server.stop(0).wait()


def _interrupt(process: subprocess.Popen[str]) -> None:
    """End a host as the engine does. A signal that another of its threads takes does not wake the one that waits."""
    for _ in range(12):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
            return
    process.kill()
    process.wait()
    raise AssertionError("the host does not end")


def struct(properties: dict[str, Any]) -> Any:
    """Return properties as they travel."""
    message = struct_pb2.Struct()
    message.update(properties)
    return message
