"""Who may ask (docs/vergeos/README.md §2, §4) and how the vendor's clients come in (docs/vergeos/README.md §13)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator

FIRST_REQUEST = "/api/v4/system?fields=$key,yb_version,os_version,cloud_name"


@pytest.fixture
def bare(simulator: Simulator) -> Iterator[Http]:
    """A client without credentials."""
    client = Http(simulator)
    client.session.auth = None
    yield client
    client.session.close()


def sees(client: Http, **headers: str) -> int:
    answer = client.send("GET", FIRST_REQUEST, headers=headers)
    if answer.status_code == 401:
        assert answer.json() == {"err": "Login required"}
    return answer.status_code


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def login(client: Http, **body: Any) -> str:
    answer = client.send("POST", "/api/sys/tokens", json=body, headers={"X-JSON-Non-Compact": "1"})
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    token = str(receipt["$key"])
    assert receipt == {"location": f"/sys/tokens/{token}", "dbpath": f"tokens/{token}", "$row": 1, "$key": token}
    assert len(token) == 40
    assert set(token) <= set("0123456789abcdef")
    return token


def test_the_first_request_of_the_vendors_clients(simulator: Simulator, http: Http) -> None:
    assert http.send("GET", FIRST_REQUEST).json() == [
        {"$key": 1, "yb_version": "26.1.8", "os_version": "26.1.8", "cloud_name": "site-a"}
    ]


def test_version_json_needs_no_login(bare: Http) -> None:
    answer = bare.send("GET", "/version.json")
    assert answer.headers["Content-Type"].startswith("application/json")
    version = answer.json()
    assert (version["name"], version["version"]) == ("v4", "26.1.8")
    assert len(version["hash"]) == 40
    assert bare.send("POST", "/version.json").status_code == 405


def test_basic(bare: Http) -> None:
    simulator = bare.simulator
    assert sees(bare, Authorization=basic("admin", simulator.password)) == 200
    assert sees(bare, Authorization=basic("ADMIN", simulator.password)) == 200
    for wrong in (
        basic("admin", "wrong"),
        basic("nobody", simulator.password),
        # An API key cannot be used as a password.
        basic("admin", simulator.api_key),
        "Basic !!!",
        "Basic " + base64.b64encode(b"admin").decode(),
        "Basic /w==",
        "Digest " + basic("admin", simulator.password).split()[1],
    ):
        assert sees(bare, Authorization=wrong) == 401
    assert sees(bare) == 401


def test_api_keys_came_with_26(start: Callable[..., Http], bare: Http) -> None:
    key = bare.simulator.api_key
    assert sees(bare, Authorization=f"Bearer {key}") == 200
    assert sees(bare, Authorization=f"bearer {key}") == 200
    assert sees(bare, Authorization="Bearer wrong") == 401
    # The vendor's driver for containers sends a key as a session (docs/vergeos/README.md §2).
    assert sees(bare, **{"x-yottabyte-token": key}) == 200
    assert sees(bare, **{"x-yottabyte-token": "wrong"}) == 401
    old = start(release="4.12.6")
    old.session.auth = None
    assert sees(old, Authorization=f"Bearer {old.simulator.api_key}") == 401


def test_sessions(bare: Http) -> None:
    simulator = bare.simulator
    by_body = login(bare, login="admin", password=simulator.password)
    bare.session.auth = ("admin", simulator.password)
    by_basic = login(bare)
    bare.session.auth = None
    assert by_body != by_basic
    for token in (by_body, by_basic):
        assert sees(bare, **{"x-yottabyte-token": token}) == 200
    session = {"x-yottabyte-token": by_body}
    assert bare.send("GET", f"/api/sys/tokens/{by_body}", headers=session).status_code == 405
    assert bare.send("DELETE", f"/api/sys/tokens/{'0' * 40}", headers=session).status_code == 404
    assert bare.send("DELETE", f"/api/sys/tokens/{by_body}").status_code == 401
    answer = bare.send("DELETE", f"/api/sys/tokens/{by_body}", headers=session)
    assert (answer.status_code, answer.content) == (200, b"")
    assert sees(bare, **session) == 401
    assert sees(bare, **{"x-yottabyte-token": by_basic}) == 200


@pytest.mark.parametrize("body", [{"login": "admin", "password": "wrong"}, {"login": "admin"}, {}])
def test_a_wrong_login_is_refused(bare: Http, body: dict[str, str]) -> None:
    assert bare.send("POST", "/api/sys/tokens", json=body).status_code == 401


def test_sessions_end_after_inactivity(bare: Http) -> None:
    simulator = bare.simulator
    simulator.clock("manual")
    session = {"x-yottabyte-token": login(bare, login="admin", password=simulator.password)}
    for _ in range(3):
        simulator.clock(advance=1799)
        assert sees(bare, **session) == 200
    simulator.clock(advance=1801)
    assert sees(bare, **session) == 401


def test_other_users(bare: Http, http: Http) -> None:
    http.post("users", {"name": "Ann", "password": "s3cret"})
    http.post("members", {"parent_group": 1, "member": "users/2"})
    session = {"x-yottabyte-token": login(bare, login="ann", password="s3cret")}
    created = bare.send("POST", "/api/v4/vms", json={"name": "hers"}, headers=session)
    assert created.status_code == 201
    assert http.get("vms/1", fields="creator") == {"creator": "ann"}
    http.put("users/2", {"enabled": False})
    assert sees(bare, **session) == 401
    assert sees(bare, Authorization=basic("ann", "s3cret")) == 401
    http.put("users/2", {"enabled": True})
    http.delete("users/2")
    assert sees(bare, **session) == 401


def test_the_hourly_limit(start: Callable[..., Http]) -> None:
    client = start(requests_per_hour=3)
    simulator = client.simulator
    simulator.clock("manual")
    assert [sees(client) for _ in range(5)] == [200, 200, 200, 429, 429]
    answer = client.send("GET", FIRST_REQUEST)
    assert answer.json() == {"err": "Too many requests"}
    assert "Retry-After" not in answer.headers
    client.session.auth = None
    assert sees(client, Authorization=f"Bearer {simulator.api_key}") == 200
    client.session.auth = (simulator.username, simulator.password)
    simulator.clock(advance=3600)
    assert sees(client) == 200


def test_the_schema_and_the_description(http: Http) -> None:
    fields = http.get("vms/$table")["fields"]
    assert fields["machine_type"]["list"]["pc-q35-9.0"] == "Pc-q35-9.0"
    assert http.get("machines/$table")["fields"]["drives"] == {"type": "rows", "table": "machine_drives"}
    document = http.send("GET", "/swagger").json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v4/vms" in str(document["paths"].keys()) or "/vms" in document["paths"]


@pytest.mark.parametrize("path", ["//", "/api", "/api/v5/vms", "/login"])
def test_other_paths_are_not_found(http: Http, path: str) -> None:
    answer = http.send("GET", path)
    assert (answer.status_code, answer.json()) == (404, {"err": f"Resource '{path}' not found"})


def test_requests_clients_send_in_practice(http: Http) -> None:
    """Columns and filters that do not exist are part of the vendor's clients' daily life.

    See docs/vergeos/README.md §13.
    """
    _, machine = http.vm("web")
    http.post("machine_drives", {"machine": machine, "disksize": 1 << 30})
    assert http.get("vnets", filter="running eq true") == []
    assert http.put("machine_drives/1", {"size_gb": 4}) == []
    drives = (
        "$key,name,orderid,interface,media,description,enabled,serial,preferred_tier,readonly,disksize,used_bytes,"
        "media_source,machine,status#status as status,media_source#name as media_file,"
        "media_source#allocated_bytes as allocated_bytes"
    )
    row = http.get("machine_drives", fields=drives, filter=f"machine eq {machine}", sort="+orderid")[0]
    assert row["status"] == "offline"
    assert row["allocated_bytes"] is None
    vms = (
        "all,$key,machine#status#running as running,machine#status#status as status,machine#status#node as node_key,"
        "machine#status#node#name as node_name,machine#cluster as cluster_key,machine#cluster#name as cluster_name,"
        "machine#ha_group as ha_group"
    )
    row = http.get("vms", fields=vms, filter="name eq 'web' and is_snapshot eq false")[0]
    assert (row["running"], row["cluster_name"], row["node_name"]) == (False, "cluster1", None)
    nested = http.get("vms/1", fields="most,machine[most,drives[most],nics[most]]")
    assert nested["machine"]["drives"][0]["$key"] == 1


def test_connections_are_kept_alive(simulator: Simulator, http: Http) -> None:
    for _ in range(3):
        http.get("vms")
    requests.get(f"{simulator.url}/version.json", timeout=5).close()
    assert [request.connection for request in simulator.requests()] == [1, 1, 1, 2]
    assert simulator.counters().connections == 2
