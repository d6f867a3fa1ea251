"""A plain HTTP client for the simulator's tests: not ours, so that both sides of a mistake are never the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from verge_pulumi.simulator import Options, Simulator


class Http:
    """Sends requests as the administrator and checks the status of every answer."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.auth = (simulator.username, simulator.password)

    def send(self, verb: str, path: str, **rest: Any) -> requests.Response:
        return self.session.request(verb, self.simulator.url + path, timeout=10, allow_redirects=False, **rest)

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        answer = self.send("GET", f"/api/v4/{path}", params=query)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path: str, body: Any, status: int = 201) -> Any:
        answer = self.send("POST", f"/api/v4/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def put(self, path: str, body: Any, status: int = 200) -> Any:
        answer = self.send("PUT", f"/api/v4/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def delete(self, path: str, status: int = 200) -> Any:
        answer = self.send("DELETE", f"/api/v4/{path}")
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def error(self, verb: str, path: str, body: Any = None, **query: Any) -> tuple[int, str]:
        """Return the status and the words of a refusal."""
        answer = self.send(verb, f"/api/v4/{path}", json=body, params=query)
        return answer.status_code, answer.json()["err"]

    def vm(self, name: str, **columns: Any) -> tuple[int, int]:
        """Create a VM; return its key and its machine's."""
        receipt = self.post("vms", {"name": name, **columns})
        return int(receipt["$key"]), int(receipt["response"]["machine"])

    def act(self, key: int, action: str, table: str = "vm", status: int = 201, **params: Any) -> Any:
        return self.post(f"{table}_actions", {table: key, "action": action, "params": params}, status)

    def status(self, machine: int) -> Any:
        rows = self.get("machine_status", fields="all", filter=f"machine eq {machine}")
        return rows[0]


@pytest.fixture
def http(simulator: Simulator) -> Iterator[Http]:
    client = Http(simulator)
    yield client
    client.session.close()


@pytest.fixture
def start() -> Iterator[Callable[..., Http]]:
    """Start simulators with other options; all end with the test."""
    started: list[Http] = []

    def run(**options: Any) -> Http:
        client = Http(Simulator(Options(**options)).start())
        started.append(client)
        return client

    yield run
    for client in started:
        client.session.close()
        client.simulator.stop()
