"""The file of a trace: complete after each exchange, shared by processes, bounded, and never in the way."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.providers.bench import Bench
from tests.resources.access.logins import as_admin
from verge_pulumi.client import Exchange, NoAnswer, SessionToken, Unreachable, VergeClient, VergeError
from verge_pulumi.client.answer import Request
from verge_pulumi.engine.connecting.settings import read_settings
from verge_pulumi.engine.tracing import trace
from verge_pulumi.engine.tracing.har import HOST
from verge_pulumi.engine.tracing.trace import Trace, trace_to
from verge_pulumi.simulator import Simulator

SECRETS = ("c4nary/pass+word", "c4nary of a guest", "c4nary-hook", "c4nary.example.com", "Canary Ltd", "192.0.2.77")


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield
    trace_to.cache_clear()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trace.har"


def exchange(**changes: Any) -> Exchange:
    """Return an exchange."""
    facts: dict[str, Any] = {
        "request": Request("GET", "/api/v4/vms", "fields=$key"),
        "started": 1_800_000_000.25,
        "waited": 0.002,
        "lasted": 0.003,
        "status": 200,
        "headers": {"Content-Type": "application/json", "Set-Cookie": "c4nary"},
        "body": b'[{"$key": 1}]',
        "received": 13,
        "failure": None,
    }
    return Exchange(**(facts | changes))


def entries(path: Path) -> list[dict[str, Any]]:
    """Return what a trace holds, as a tool reads it."""
    log = json.loads(path.read_text())["log"]
    assert (log["version"], log["creator"]["name"]) == ("1.2", "verge-pulumi")
    found: list[dict[str, Any]] = log["entries"]
    return found


def test_an_exchange_is_an_entry_that_tools_read(path: Path) -> None:
    Trace(path)(exchange())
    (entry,) = entries(path)
    assert entry["startedDateTime"] == "2027-01-15T08:00:00.250+00:00"
    assert (entry["time"], entry["timings"]) == (3.0, {"send": 0, "wait": 2.0, "receive": 1.0})
    assert entry["request"]["url"] == f"{HOST}/api/v4/vms?fields=$key"
    assert entry["request"]["queryString"] == [{"name": "fields", "value": "$key"}]
    assert entry["response"]["headers"] == [{"name": "Content-Type", "value": "application/json"}]
    assert entry["response"]["content"] == {"size": 13, "mimeType": "application/json", "text": '[{"$key":1}]'}
    assert (entry["response"]["status"], entry["response"]["statusText"]) == (200, "OK")
    for part, names in {
        "request": "method url httpVersion cookies headers queryString headersSize bodySize",
        "response": "status statusText httpVersion cookies headers content redirectURL headersSize bodySize",
    }.items():
        assert entry[part].keys() >= set(names.split())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_failures_are_told_by_kind(path: Path) -> None:
    written = Trace(path)
    lost = NoAnswer("nothing was heard for 30 s")
    written(exchange(status=0, headers={}, body=None, failure=lost))
    written(exchange(status=0, headers={}, body=None, failure=Unreachable("cannot reach https://c4nary.example.com")))
    written(exchange(status=299))
    assert [entry.get("_failure") for entry in entries(path)] == [
        "NoAnswer: nothing was heard for 30 s",
        "Unreachable",
        None,
    ]
    assert "c4nary" not in path.read_text()


def test_logins_show_nothing(simulator: Simulator, path: Path) -> None:
    auth = SessionToken(simulator.username, simulator.password)
    with VergeClient(simulator.url, auth=auth, observers=[Trace(path)]) as verge:
        verge.table("vms").list(fields=["$key"])
        verge.table("vms").list(fields=["$key"])
    login, first, _, logout = entries(path)
    assert login["request"]["postData"]["text"] == ""
    assert "text" not in login["response"]["content"]
    assert (first["request"]["headers"], logout["request"]["method"]) == ([], "DELETE")
    assert simulator.password not in path.read_text()


def test_no_secret_name_or_place_is_in_a_trace(simulator: Simulator, path: Path) -> None:
    password, guest, hook, host, company, address = SECRETS
    simulator.edit("system", 1, cloud_name=company)
    bench = as_admin(Bench(simulator, trace=str(path)))
    bench = bench.later(api_key="", username="Admin", password=simulator.password, trace=str(path))
    user = bench.create("User", "ann", name=f"ann.{host}", password=password, email=f"ann@{host}", displayname=company)
    key = bench.create("ApiKey", "key", user=user.id, name=company)
    vm = bench.create(
        "VirtualMachine", "vm", name=company, description=host, console_pass_enabled=True, console_pass=password
    )
    bench.create("CloudInitFile", "first", vm=vm.id, name="/user-data", contents=f"#cloud-config\nuser: {guest}\n")
    bench.create("Webhook", "hook", name="hook", url=f"https://{host}/{hook}", headers={f"X-{hook}": password})
    lan = bench.create("Network", "lan", name="lan", network="192.0.2.0/24", hostname=host, dns_server_list=[address])
    bench.create("Address", "reserved", network=lan.id, type="static", ip=address, mac="F0-DB-30-00-00-01")
    echoed = {"err": f"no: {password} {guest} {host} '{company}' {address}"}
    fault = {"match": {"verb": "PUT", "times": 1}, "what": "status", "status": 422, "body": echoed}
    simulator.faults(fault)
    with pytest.raises(Exception, match="no: "):
        vm.up(ram=2048)
    bench.connection.client.close()
    text = path.read_text()
    known = [simulator.api_key, simulator.password, key.outs["private_key"], simulator.url.partition("//")[2]]
    for secret in (*SECRETS, *known, "cloud-config", "127.0.0.1", "192.0.2"):
        for form in (secret, json.dumps(secret)[1:-1], secret.replace(" ", "%20"), secret.replace("/", "%2F")):
            assert form not in text, form
    assert len(entries(path)) > 10
    assert any(entry["response"]["content"].get("text", "").startswith('{"err":"no: ') for entry in entries(path))


def test_off_is_off(simulator: Simulator, tmp_path: Path) -> None:
    bench = Bench(simulator)
    _ = bench.connection.system
    bench.connection.client.close()
    assert not (tmp_path / "cache" / "verge-pulumi" / "trace.key").exists()
    script = "import sys, verge_pulumi.engine.connecting.connection; print('verge_pulumi.catalogue' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def test_the_environment_names_the_file_for_every_provider() -> None:
    environment = {"VERGEOS_TRACE": "t.har", "KEY": "k", "VERGEOS_HOST": "a", "VERGEOS_API_KEY": "k"}
    assert read_settings(lambda name: None, environment).trace == "t.har"
    named = {"provider": "b", "host": "b", "apiKeyEnv": "KEY"}
    assert read_settings(named.get, environment).trace == "t.har"
    assert trace_to("t.har") is trace_to("t.har")


WRITER = """
import sys
from pathlib import Path
from verge_pulumi.client import Exchange
from verge_pulumi.client.answer import Request
from verge_pulumi.engine.tracing.trace import Trace

trace = Trace(Path(sys.argv[1]))
for number in range(100):
    trace(Exchange(Request("GET", "/version.json"), 0.0, 0.0, 0.0, 200, {}, b"{}", 2, None))
"""


def test_several_processes_write_one_document(path: Path) -> None:
    started = [subprocess.Popen([sys.executable, "-c", WRITER, str(path)]) for _ in range(2)]
    assert [process.wait(60) for process in started] == [0, 0]
    processes = [entry["_process"] for entry in entries(path)]
    assert (len(processes), len(set(processes))) == (200, 2)


def test_the_file_is_bounded_and_keeps_what_came_last(path: Path) -> None:
    written = Trace(path, largest=20_000)
    for number in range(200):
        written(exchange(request=Request("GET", f"/api/v4/vms/{number}")))
        assert path.stat().st_size < 21_000
    last = entries(path)
    assert last[-1]["request"]["url"].endswith("/199")
    assert [int(entry["request"]["url"].rpartition("/")[2]) for entry in last] == list(range(200 - len(last), 200))


@pytest.mark.parametrize(
    "content", [b"precious", b"{}", b'{"log":{"version":"1.2","creator":{"name":"other"}}}', b"x" * 500]
)
def test_a_file_that_holds_something_else_is_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    told: list[str] = []
    written = Trace(path, tell=told.append)
    written(exchange())
    written(exchange())
    assert path.read_bytes() == content
    reason = "the file holds something else. Name one that does not exist yet"
    assert told == [f"no more is written to the trace (VERGEOS_TRACE): {reason}"]


def test_an_empty_file_becomes_its_owners_alone(path: Path) -> None:
    path.touch(mode=0o644)
    Trace(path)(exchange())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(entries(path)) == 1


def test_what_is_no_file_is_left_as_it_is(path: Path) -> None:
    os.mkfifo(path, 0o644)
    path.chmod(0o644)  # whatever the umask is
    told: list[str] = []
    Trace(path, tell=told.append)(exchange())
    assert told == ["no more is written to the trace (VERGEOS_TRACE): it is no file. Name one that does not exist yet"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def _folder(path: Path) -> None:
    path.mkdir()


def _link(path: Path) -> None:
    path.symlink_to(path.with_name("elsewhere"))


@pytest.mark.parametrize("make", [_folder, _link])
def test_a_file_that_cannot_be_written_fails_no_run(
    simulator: Simulator, path: Path, make: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    make(path)
    bench = Bench(simulator, trace=str(path))
    bench.create("Network", "lan", name="lan")
    bench.connection.client.close()
    assert capsys.readouterr().err.count("no more is written to the trace (VERGEOS_TRACE): ") == 1
    assert not path.with_name("elsewhere").exists()


@pytest.mark.parametrize("fits", [0, 20])
@pytest.mark.parametrize("before", [0, 1])
def test_a_full_disk_leaves_a_document(path: Path, monkeypatch: pytest.MonkeyPatch, fits: int, before: int) -> None:
    told: list[str] = []
    written = Trace(path, tell=told.append)
    for _ in range(before):
        written(exchange())
    real, calls = os.write, iter([True])

    def write(file: int, content: bytes) -> int:
        if not next(calls, False):
            return real(file, content)
        if not fits:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(file, content[:fits])

    monkeypatch.setattr(os, "write", write)
    written(exchange())
    assert told == ["no more is written to the trace (VERGEOS_TRACE): No space left on device"]
    assert path.read_bytes() == b"" if not before else len(entries(path)) == 1


def test_a_lock_that_is_never_let_go_is_not_waited_for(path: Path) -> None:
    told: list[str] = []
    slept: list[float] = []
    with path.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        Trace(path, sleep=slept.append, tell=told.append)(exchange())
    assert told == ["no more is written to the trace (VERGEOS_TRACE): another process does not let go of it"]
    assert sum(slept) == pytest.approx(trace.LOCK_PATIENCE, abs=0.02)


def test_what_nobody_expected_fails_no_request(simulator: Simulator, path: Path) -> None:
    told: list[str] = []
    broken: Any = object()
    Trace(path, tell=told.append)(exchange(request=broken))
    assert len(told) == 1
    with (
        VergeClient(simulator.url, auth=SessionToken("admin", "wrong"), observers=[Trace(path)]) as verge,
        pytest.raises(VergeError),
    ):
        verge.table("vms").list(fields=["$key"])
    assert [entry["response"]["status"] for entry in entries(path)] == [401]
