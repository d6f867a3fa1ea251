"""The page at ``/`` and the dials it is made of. What it does in a browser is tested in ``tests/browser``."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable

from tests.simulator.conftest import Http
from tests.simulator.test_dials import dial
from verge_pulumi.simulator import Simulator


def test_the_page_is_whole_and_runs_only_what_came_with_it(simulator: Simulator, http: Http) -> None:
    answer = http.send("GET", "/", auth=("", ""))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    for kind, tag in (("style-src", "style"), ("script-src", "script")):
        (text,) = re.findall(rf"<{tag}>(.*)</{tag}>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert policy[kind] == f"'sha256-{digest}'"
        assert set(re.findall(r"var\((--[\w-]+)\)", text)) <= set(re.findall(r"(--[\w-]+):", text))
    assert not re.search(r"https?://|innerHTML|style=|\son\w+=", answer.text)
    assert simulator.api_key not in answer.text
    # Looking at it leaves the log, and what else is counted, as it was.
    assert simulator.requests() == []
    assert http.send("POST", "/").status_code == 404


def test_what_runs_here(http: Http) -> None:
    http.vm("web")
    system = dial(http, "GET", "/system")
    assert (system["name"], system["release"], system["tables"]["vms"]) == ("site-a", "26.1.8", 1)
    assert system["tables"]["machine_drives"] == 0


def test_a_table_with_its_rows_and_what_is_known_of_it(simulator: Simulator, http: Http) -> None:
    key, _ = http.vm("web", console_pass="canary-1")
    http.post("cloudinit_files", {"owner": f"vms/{key}", "name": "/user-data", "contents": "canary-2"})
    table = dial(http, "GET", "/table?name=vms")
    assert (table["name"], table["key"]) == ("vms", "int")
    assert "poweron" in table["actions"]
    assert table["source"].startswith("docs/vergeos/virtual-machines.md")
    assert [row["name"] for row in table["rows"]] == ["web"]
    columns = {column["name"]: column for column in table["columns"]}
    assert (columns["name"]["type"], columns["name"]["write"]) == ("text", "CU")
    assert "Source: docs/vergeos/virtual-machines.md" in columns["ram"]["description"]
    shown = str(table) + str(dial(http, "GET", "/table?name=cloudinit_files"))
    assert "/user-data" in shown
    assert not any(secret in shown for secret in ("canary", simulator.password, simulator.api_key))
    assert "'nonsense'" in dial(http, "GET", "/table?name=nonsense", status=422)["err"]
    assert dial(http, "GET", "/table", status=422)


def test_passwords_are_masked(simulator: Simulator, http: Http) -> None:
    users = dial(http, "GET", "/table?name=users")["rows"]
    assert [(user["name"], user["password"]) for user in users] == [("admin", "********")]
    assert simulator.rows("users")[0]["password"] == simulator.password


def test_looking_at_a_table_does_not_count_as_a_look(simulator: Simulator, http: Http) -> None:
    key, machine = http.vm("web")
    simulator.transitions(looks=1)
    http.act(key, "poweron")
    for _ in range(3):
        (row,) = dial(http, "GET", "/table?name=machine_status")["rows"][-1:]
        assert row["status"] == "starting"
    assert http.status(machine)["status"] == "starting"
    assert http.status(machine)["status"] == "running"


def test_the_end_of_the_log(http: Http) -> None:
    for number in range(5):
        http.vm(f"web-{number}")
    assert [request["n"] for request in dial(http, "GET", "/requests?last=2")] == [4, 5]
    assert len(dial(http, "GET", "/requests")) == 5
    assert dial(http, "GET", "/requests?last=many", status=422)


def test_latency_by_dial(simulator: Simulator, start: Callable[..., Http]) -> None:
    client = start(latency_ms=1)
    assert dial(client, "GET", "/latency") == {"ms": 1}
    dial(client, "PUT", "/latency", {"ms": 30})
    assert client.send("GET", "/version.json").elapsed.total_seconds() >= 0.03
    for mistake in (-1, "long"):
        assert dial(client, "PUT", "/latency", {"ms": mistake}, status=422)
    assert client.send("PUT", "/_sim/latency", data=b'{"ms": NaN}').status_code == 422
    client.simulator.reset()
    assert dial(client, "GET", "/latency") == {"ms": 1}
