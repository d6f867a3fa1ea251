"""What the lab changes in the SDK that runs its programs."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from concurrent import futures
from pathlib import Path

import grpc
import pytest

from tests.engine import warm
from tests.engine.lab import CHANNEL_OPTIONS, Lab, watch
from verge_pulumi import User

METHOD = "/engine/Call"


def _serve(port: int) -> tuple[grpc.Server, int]:
    call = grpc.unary_unary_rpc_method_handler(lambda request, context: b"answer")
    server = grpc.server(futures.ThreadPoolExecutor(1), options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("engine", {"Call": call}),))
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, port


def test_an_engine_is_reached_on_the_port_of_an_earlier_one() -> None:
    earlier, port = _serve(0)
    left = grpc.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL_OPTIONS)
    assert left.unary_unary(METHOD)(b"") == b"answer"
    earlier.stop(0).wait()
    with pytest.raises(grpc.RpcError):
        left.unary_unary(METHOD)(b"")
    engine, _ = _serve(port)
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL_OPTIONS) as channel:
        assert channel.unary_unary(METHOD)(b"") == b"answer"
    left.close()
    engine.stop(0).wait()


def test_the_last_event_of_a_command_is_heard(tmp_path: Path) -> None:
    events = tmp_path / "events"
    heard: list[int] = []

    def write(sequence: int) -> None:
        with events.open("a") as file:
            print(json.dumps({"sequence": sequence, "timestamp": 1}), file=file)

    class Ended(threading.Event):
        """The end of a command that writes once more after a look at its events."""

        def wait(self, timeout: float | None = None) -> bool:
            if not self.is_set():
                write(2)
            self.set()
            return True

    write(1)
    watch(str(events), lambda event: heard.append(event.sequence), Ended())
    assert heard == [1, 2]


def test_states_are_told_as_the_cli_tells_them(lab: Lab) -> None:
    def program() -> None:
        User("ann", name="ann", password="a password")

    lab.up(program)
    command = ["stack", "export", "--non-interactive", "--stack", f"organization/{lab.project}/{lab.stack_name}"]

    def told(cli: str, stack: str = "") -> tuple[object, str]:
        environment = os.environ | lab.by_hand | {"PATH": f"{lab.cli}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            [cli, *command[:-1], stack or command[-1]],
            cwd=lab.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return json.loads(done.stdout or "{}").get("deployment"), done.stderr

    stand_in = str(warm.python().with_name("pulumi"))
    assert told(stand_in) == told("pulumi")
    for cli in (stand_in, "pulumi"):
        deployment, error = told(cli, f"organization/{lab.project}/none")
        assert deployment is None
        assert "no stack named" in error
