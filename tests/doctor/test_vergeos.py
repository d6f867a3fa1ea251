"""What a check-up tells of a VergeOS: each fault is found, and what depends on it is not looked at."""

from __future__ import annotations

import contextlib
import email.utils
import json
import re
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from tests.client.servers import HttpServer, Peer, RawServer, Reply
from tests.doctor.conftest import Doctor
from tests.providers.bench import Bench
from tests.resources.access.logins import as_ci
from verge_pulumi.client import Budget, ledger_path
from verge_pulumi.doctor.vergeos import MOST_REQUESTS
from verge_pulumi.simulator import Options, Simulator

PROGRAM = "from verge_pulumi import Network, get_cluster\n"

OF_VERGEOS = ("login", "release", "system", "rights")


def levels(told: dict[str, tuple[str, str, str]], *checks: str) -> set[str]:
    return {told[check][0] for check in checks}


@pytest.fixture
def network(bench: Bench, doctor: Doctor) -> Bench:
    """A VergeOS with a network that the program and the state have."""
    doctor.program(PROGRAM)
    doctor.manages(bench.create("Network", "lan", name="lan"))
    bench.simulator.reset("log")
    return bench


def test_all_is_well(network: Bench, doctor: Doctor) -> None:
    told = doctor.told()
    assert {check: level for check, (level, _, _) in told.items() if level != "ok"} == {"certificate": "not checked"}
    assert told["host"][1] == f"{network.simulator.url} takes connections"
    assert told["login"][1] == "VergeOS takes user 'admin'"
    assert told["release"][1] == "VergeOS 26.1.8"
    assert told["system"][1].startswith("'site-a', ")
    assert told["clock"][1] == "VergeOS and this machine agree on the time"
    assert told["requests"][1] == "there is no limit"
    assert told["rights"][1].startswith("user 'admin' may do what 'pulumi up' takes, on ")


def test_it_only_reads_and_asks_little(network: Bench, doctor: Doctor) -> None:
    doctor.told()
    asked = [(request.verb, request.path.removeprefix("/api/v4/")) for request in network.simulator.requests()]
    assert asked == [
        ("GET", "/version.json"),
        ("GET", "system"),
        ("GET", "users"),
        ("GET", "members"),
        ("GET", "groups"),
        ("GET", "permissions"),
    ]
    assert doctor.requests == len(asked) <= MOST_REQUESTS


def test_a_wrong_password(network: Bench, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGEOS_PASSWORD", "c4nary")
    told = doctor.told(exit_code=1)
    assert told["login"] == (
        "problem",
        "VergeOS does not take user 'admin': Login required (401)",
        "Check the user name and password, or the API key (which needs VergeOS 26.0 or newer).",
    )
    assert levels(told, "release", "system", "rights") == {"not checked"}
    assert told["clock"][0] == "ok"
    assert doctor.requests == len(network.simulator.requests()) == 2
    assert "c4nary" not in str(told)


def test_a_host_that_is_no_name(doctor: Doctor, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGEOS_HOST", f"https://{'a' * 70}.com")
    assert doctor.told(exit_code=1)["host"][0] == "problem"


def test_a_host_where_nothing_answers(doctor: Doctor, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = f"http://127.0.0.1:{listener.getsockname()[1]}"
    monkeypatch.setenv("VERGEOS_HOST", closed)
    told = doctor.told(exit_code=1)
    assert told["host"][:2] == ("problem", f"{closed} cannot be reached: Connection refused")
    assert levels(told, "certificate", "requests", "vergeos", "clock", *OF_VERGEOS) == {"not checked"}
    assert doctor.requests == 0


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (TimeoutError("timed out"), "no answer within 5 s"),
    ],
)
def test_a_host_that_is_not_found(
    doctor: Doctor, bench: Bench, monkeypatch: pytest.MonkeyPatch, error: OSError, cause: str
) -> None:
    def fail(*arguments: Any, **options: Any) -> socket.socket:
        raise error

    monkeypatch.setattr(socket, "create_connection", fail)
    monkeypatch.setenv("VERGEOS_HOST", "verge.example.com")
    told = doctor.told(exit_code=1)
    assert told["host"][1] == f"https://verge.example.com cannot be reached: {cause}"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(body=b"<html>Sign in to your NAS</html>", type="text/html"), "the answer is not JSON"),
        (Reply(302, headers={"Location": "https://sso.example.com/login"}), "redirected to https://sso.example.com"),
        (Reply(404, body=b"<html>no</html>", type="text/html"), "(404)"),
        (Reply(401, body=b"<html>who?</html>", type="text/html"), "(401)"),
        (Reply(403, body=b"<html>who?</html>", type="text/html"), "(403)"),
        (Reply(405, body=b"<html>what?</html>", type="text/html"), "(405)"),
        (Reply(json={"status": "up"}), "its /version.json has no name, and not 'v4'"),
        (Reply(json={"version": "2.19.4", "name": "portainer"}), "its /version.json names 'portainer', and not 'v4'"),
        (Reply(json={"version": "26.1.8", "name": "v\x1b4"}), "its /version.json names 'v"),
        (Reply(json={"version": "26.1.8", "name": ["v4"]}), "its /version.json names '['v4']', and not 'v4'"),
        (Reply(json={"version": "20240101", "name": "v4", "hash": "x"}), "tells no release of VergeOS"),
        (Reply(json={"version": 26.1, "name": "v4", "hash": "x"}), "tells no release of VergeOS"),
        (Reply(json={"version": "26.1.8", "name": "v4"}), "its /version.json has no hash"),
    ],
)
def test_another_product_gets_no_credentials(
    doctor: Doctor, bench: Bench, server: HttpServer, monkeypatch: pytest.MonkeyPatch, reply: Reply, said: str
) -> None:
    monkeypatch.setenv("VERGEOS_HOST", server.url)
    server.respond = lambda request: reply
    told = doctor.told(exit_code=1)
    assert told["vergeos"][0] == "problem"
    assert said in told["vergeos"][1]
    assert f"{server.url}" in told["vergeos"][1]
    # No credential was sent and nothing of VergeOS asked for, so neither is at fault.
    assert told["vergeos"][2].startswith(("Check the host.", "Check that the host is a VergeOS", "If that place is"))
    assert "\x1b" not in told["vergeos"][1]
    assert levels(told, "clock", *OF_VERGEOS) == {"not checked"}
    assert [("authorization" in request.headers, request.path) for request in server.received] == [
        (False, "/version.json")
    ]


def test_trouble_of_a_vergeos_is_not_taken_for_another_product(doctor: Doctor, bench: Bench) -> None:
    fault = {"match": {"verb": "GET", "path": "/version.json"}, "when": "before", "what": "status", "status": 503}
    bench.simulator.faults(fault)
    told = doctor.told(exit_code=1)
    assert told["vergeos"][1].startswith(f"{bench.simulator.url}: ")
    assert doctor.requests == len(bench.simulator.requests()) == 1


@pytest.mark.parametrize(
    ("minutes", "level", "said"),
    [
        (0, "ok", "agree on the time"),
        (0.5, "ok", "agree on the time"),
        (10, "warning", "VergeOS is 10 minutes ahead of this machine"),
        (300, "warning", "VergeOS is 5 hours ahead of this machine"),
    ],
)
def test_a_clock_that_is_ahead(network: Bench, doctor: Doctor, minutes: float, level: str, said: str) -> None:
    network.simulator.clock("manual", advance=60 * minutes)
    told = doctor.told()
    assert (told["clock"][0], said in told["clock"][1]) == (level, True)


@pytest.mark.parametrize(
    ("behind", "level", "said"),
    [
        (600, "warning", "VergeOS is 10 minutes behind this machine"),
        (None, "not checked", "the answers carry no date"),
    ],
)
def test_a_clock_that_is_behind_or_not_told(
    doctor: Doctor, bench: Bench, monkeypatch: pytest.MonkeyPatch, behind: int | None, level: str, said: str
) -> None:
    def answer(peer: Peer, number: int) -> None:
        date = "yesterday" if behind is None else email.utils.formatdate(time.time() - behind)
        while peer.read_request():
            body = b'{"name": "v4", "version": "26.1.8", "hash": "5f1a"}'
            peer.answer(body, f"Content-Length: {len(body)}\r\nDate: {date}\r\n".encode())

    with contextlib.closing(RawServer(answer)) as server:
        monkeypatch.setenv("VERGEOS_HOST", server.url)
        told = doctor.told(exit_code=1)
    assert told["login"][1] == f"{server.url} does not say which VergeOS it is. Check the host"
    assert told["clock"][:2] == (level, said)


def test_an_account_without_rights(network: Bench, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    as_ci(network, users="list read", permissions="list read", members="list read", groups="list read")
    monkeypatch.setenv("VERGEOS_USERNAME", "ci")
    monkeypatch.setenv("VERGEOS_PASSWORD", "s3cret")
    network.simulator.reset("log")
    told = doctor.told(exit_code=1)
    level, said, advice = told["rights"]
    assert level == "problem"
    assert said.startswith("user 'ci' lacks for 'pulumi up': list, read, create, modify, delete on vnets; ")
    assert "; list, read on cluster_status; list, read on clusters; " in said
    assert "docs/access.md#accounts" in advice
    assert len(network.simulator.requests()) <= MOST_REQUESTS
    told = doctor.told("--preview", exit_code=1)
    assert "list, read on vnets" in told["rights"][1]
    assert "create" not in told["rights"][1]


def test_a_new_user_may_preview_and_not_update(network: Bench, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    network.simulator.add("users", name="ann", password="s3cret")
    monkeypatch.setenv("VERGEOS_USERNAME", "ann")
    monkeypatch.setenv("VERGEOS_PASSWORD", "s3cret")
    assert doctor.told("--preview")["rights"][0] == "ok"
    told = doctor.told(exit_code=1)
    assert told["rights"][1] == "user 'ann' lacks for 'pulumi up': create, modify, delete on vnets"


def test_rights_that_are_not_told_are_no_problem(
    network: Bench, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_ci(network, users="list read", vnets="list read")
    monkeypatch.setenv("VERGEOS_USERNAME", "ci")
    monkeypatch.setenv("VERGEOS_PASSWORD", "s3cret")
    told = doctor.told("--preview")
    assert told["rights"][0] == "warning"
    assert told["rights"][1].startswith("user 'ci' may not see all that gives it rights, and previews and refreshes")
    match = {"verb": "GET", "path": "/members", "times": 0}
    network.simulator.faults({"match": match, "when": "before", "what": "status", "status": 503})
    told = doctor.told()
    assert told["rights"][0] == "warning"
    assert told["rights"][1].startswith("VergeOS did not tell them: ")


def test_an_account_that_may_not_see_the_system(
    network: Bench, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_ci(network, system="")
    monkeypatch.setenv("VERGEOS_USERNAME", "ci")
    monkeypatch.setenv("VERGEOS_PASSWORD", "s3cret")
    told = doctor.told(exit_code=1)
    assert told["login"][1] == "user 'ci' may not read the table 'system', which every run asks"
    assert "'list' and 'read' on system" in told["login"][2]


def test_an_api_key_does_not_tell_its_rights(network: Bench, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGEOS_API_KEY", network.simulator.api_key)
    told = doctor.told()
    assert told["rights"][0] == "warning"
    assert "VergeOS does not tell whose an API key is" in told["rights"][1]
    assert "--user" in told["rights"][2]
    assert doctor.told("--user", "Admin")["rights"][1].startswith("user 'admin' may do what 'pulumi up' takes")
    assert network.simulator.api_key not in str(told)


def test_the_state_tells_whose_an_api_key_is(network: Bench, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    user = network.create("User", "ci", name="ci", type="api")
    key = network.create("ApiKey", "ci-key", user=user.id, name="ci")
    monkeypatch.setenv("VERGEOS_API_KEY", key.outs["private_key"])
    doctor.manages(user, key)
    told = doctor.told(exit_code=1)
    assert told["rights"][1].startswith("user 'ci' lacks for 'pulumi up': ")


def test_a_used_up_hour_sends_nothing(network: Bench, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGEOS_REQUESTS_PER_HOUR", "100")
    spend(network.simulator, 100, 98)
    told = doctor.told(exit_code=1)
    assert told["requests"][:2] == ("problem", "the requests of this hour are used up (2 left, for deletes)")
    assert told["requests"][2].startswith("The next is free at ")
    assert levels(told, "vergeos", "clock", *OF_VERGEOS) == {"not checked"}
    assert network.simulator.requests() == []
    assert doctor.requests == 0


def test_fewer_requests_than_a_check_up_takes_are_not_said_to_be_used_up(
    network: Bench, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERGEOS_REQUESTS_PER_HOUR", "100")
    spend(network.simulator, 100, 92)
    told = doctor.told(exit_code=1)
    assert told["requests"][:2] == ("problem", "only 6 of the 10 requests that a check-up takes are left of this hour")
    # Those that were sent first, 1,000 s ago, are free again first.
    free = re.match(r"10 are free at (\d\d):(\d\d):(\d\d)\. ", told["requests"][2])
    assert free is not None
    hours, minutes, seconds = map(int, free.groups())
    now = time.localtime()
    passed = (hours - now.tm_hour) * 3600 + (minutes - now.tm_min) * 60 + seconds - now.tm_sec
    assert passed % 86400 == pytest.approx(2600, abs=100)
    assert network.simulator.requests() == []


def test_few_requests_left_are_a_warning(network: Bench, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGEOS_REQUESTS_PER_HOUR", "1000")
    spend(network.simulator, 1000, 950)
    told = doctor.told()
    assert told["requests"][:2] == ("warning", "50 left of this hour")
    assert told["rights"][0] == "ok"


def spend(simulator: Simulator, per_hour: int, requests: int) -> None:
    """Count requests of this hour."""
    moments = iter(range(requests))
    now = time.time()
    path = ledger_path(simulator.url, simulator.username)
    budget = Budget(per_hour, ledger=path, clock=lambda: now - 1000 + next(moments, 0), sleep=lambda seconds: None)
    with budget.reserved():
        for _ in range(requests):
            with budget.turn():
                pass


def test_vergeos_takes_no_more_requests(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(Options(requests_per_hour=1)) as simulator:
        monkeypatch.setenv("VERGEOS_HOST", simulator.url)
        monkeypatch.setenv("VERGEOS_API_KEY", simulator.api_key)
        doctor.told()
        simulator.reset("log")
        told = doctor.told(exit_code=1)
        assert told["requests"][:2] == ("problem", "VergeOS takes no more requests now: Too many requests (429)")
        assert doctor.requests == len(simulator.requests()) == 2
        assert told["rights"][0] == "not checked"


@pytest.mark.parametrize(
    ("release", "level", "said"),
    [
        ("26.1.9", "ok", "VergeOS 26.1.9"),
        ("26.2.1", "warning", "VergeOS 26.2.1 is newer than what is known"),
        ("4.12.2", "warning", "VergeOS 4.12.2 is older than 4.12.6, the oldest that is known"),
        ("4.13.3", "ok", "VergeOS 4.13.3"),
        ("", "warning", "VergeOS does not tell its release"),
    ],
)
def test_releases(network: Bench, doctor: Doctor, release: str, level: str, said: str) -> None:
    network.simulator.edit("system", 1, os_version=release)
    assert doctor.told()["release"][:2] == (level, said)


def test_a_release_that_lacks_what_the_program_uses(network: Bench, doctor: Doctor) -> None:
    doctor.program("import verge_pulumi as v\n\nv.Tag('a', name='a')\n")
    network.simulator.edit("system", 1, os_version="4.13.3")
    assert doctor.told(exit_code=1)["release"][1] == "VergeOS 4.13.3 has no Tag (26.0)"


def test_a_state_of_another_system(network: Bench, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(Options(name="site-b")) as other:
        monkeypatch.setenv("VERGEOS_HOST", other.url)
        monkeypatch.setenv("VERGEOS_PASSWORD", other.password)
        told = doctor.told(exit_code=1)
        assert told["system"][0] == "problem"
        assert told["system"][1].endswith("; the state of the stack is that of 'site-a'")
        identity = network.connection.system.identity
        monkeypatch.setenv("VERGEOS_FORMER_NAME", identity)
        assert doctor.told()["system"][0] == "ok"


def test_the_system_of_another_provider_is_none_of_its_own(network: Bench, doctor: Doctor) -> None:
    state = json.loads((doctor.folder / "answers" / "state").read_text())
    outputs = [each.get("outputs") or {} for each in state["deployment"]["resources"]]
    (origin,) = [each["__origin"] for each in outputs if "__origin" in each]
    origin |= {"provider": "site-b", "system": "0" * 40, "name": "site-b"}
    doctor.answers("state", state)
    assert doctor.told()["system"][0] == "ok"


def test_it_works_outside_of_a_project(bench: Bench, tmp_path: Path, doctor: Doctor) -> None:
    (tmp_path / "Pulumi.yaml").unlink()
    told = doctor.told()
    assert levels(told, "project", "backend", "stack", "lock", "rights") == {"not checked"}
    assert levels(told, "login", "release", "system", "clock") == {"ok"}
