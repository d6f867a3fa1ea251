"""Cloud-init files as VergeOS keeps them (docs/vergeos/virtual-machines.md §10)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.conftest import Http
from verge_pulumi.simulator.behaviour.compute.cloudinit_files import LONGEST

FIELDS = "$key,name,owner,render,filesize,used_bytes,modified,creator"


def files(http: Http, vm: int) -> dict[str, Any]:
    """Return a VM's files by name."""
    rows = http.get("cloudinit_files", fields=FIELDS, filter=f"owner eq 'vms/{vm}'")
    return {row["name"]: row for row in rows}


def contents(http: Http, key: int) -> bytes:
    answer = http.send("GET", f"/api/v4/cloudinit_files/{key}", params={"download": 1, "asname": "x"})
    assert answer.status_code == 200, answer.text
    return answer.content


def add(http: Http, vm: int, name: str = "/user-data", **columns: Any) -> int:
    return int(http.post("cloudinit_files", {"owner": f"vms/{vm}", "name": name, **columns})["$key"])


def test_a_file_is_measured_and_its_contents_are_only_downloaded(http: Http) -> None:
    vm, _ = http.vm("web")
    key = add(http, vm, contents="#cloud-config\r\nlocale: é\n")
    row = http.get(f"cloudinit_files/{key}", fields="all")
    assert "contents" not in row
    assert http.get(f"cloudinit_files/{key}", fields="contents,name") == {"name": "/user-data"}
    assert (row["render"], row["filesize"], row["used_bytes"], row["creator"]) == ("no", 26, 26, "admin")
    assert contents(http, key) == "#cloud-config\r\nlocale: é\n".encode()


def test_new_contents_are_measured_and_stamped(http: Http) -> None:
    http.simulator.clock("manual")
    vm, _ = http.vm("web")
    key = add(http, vm, contents="old")
    before = http.get(f"cloudinit_files/{key}", fields=FIELDS)
    http.simulator.clock(advance=60)
    http.put(f"cloudinit_files/{key}", {"contents": "newer"})
    after = http.get(f"cloudinit_files/{key}", fields=FIELDS)
    assert (after["filesize"], after["modified"] - before["modified"]) == (5, 60)
    assert contents(http, key) == b"newer"
    http.put(f"cloudinit_files/{key}", {"render": "jinja2"})
    assert contents(http, key) == b"newer"


@pytest.mark.parametrize("verb", ["POST", "PUT"])
@pytest.mark.parametrize(("text", "status"), [("é" * (LONGEST // 2), 200), ("é" * (LONGEST // 2) + "x", 422)])
def test_a_file_holds_64_kib_in_bytes(http: Http, verb: str, text: str, status: int) -> None:
    vm, _ = http.vm("web")
    body = {"owner": f"vms/{vm}", "name": "/a", "contents": text}
    path = "cloudinit_files"
    if verb == "PUT":
        path, body = f"cloudinit_files/{add(http, vm)}", {"contents": text}
    answer = http.send(verb, f"/api/v4/{path}", json=body)
    assert answer.status_code in (status, 201 if status == 200 else status), answer.text


def test_what_is_no_text_is_refused(http: Http) -> None:
    vm, _ = http.vm("web")
    body = {"owner": f"vms/{vm}", "name": "/a", "contents": "\ud800"}
    assert http.error("POST", "cloudinit_files", body)[0] == 422


def test_a_name_is_taken_once_in_a_vm(http: Http) -> None:
    (one, _), (other, _) = http.vm("one"), http.vm("other")
    add(http, one)
    add(http, other)
    assert http.error("POST", "cloudinit_files", {"owner": f"vms/{one}", "name": "/user-data"})[0] == 409


def test_an_owner_is_never_changed(http: Http) -> None:
    (one, _), (other, _) = http.vm("one"), http.vm("other")
    key = add(http, one)
    assert http.error("PUT", f"cloudinit_files/{key}", {"owner": f"vms/{other}"})[0] == 422
    assert http.error("POST", "cloudinit_files", {"owner": "vms/77", "name": "/a"})[0] == 404


@pytest.mark.parametrize("source", ["nocloud", "config_drive_v2"])
def test_a_vm_created_with_a_datasource_has_the_standard_files(http: Http, source: str) -> None:
    vm, _ = http.vm("web", cloudinit_datasource=source)
    assert sorted(files(http, vm)) == ["/meta-data", "/user-data"]


def test_a_datasource_switched_on_later_makes_what_is_missing_and_keeps_the_rest(http: Http) -> None:
    vm, _ = http.vm("web")
    assert files(http, vm) == {}
    key = add(http, vm, contents="mine")
    http.put(f"vms/{vm}", {"cloudinit_datasource": "nocloud"})
    assert sorted(files(http, vm)) == ["/meta-data", "/user-data"]
    assert contents(http, key) == b"mine"


def test_switching_the_datasource_off_keeps_the_files(http: Http) -> None:
    vm, _ = http.vm("web", cloudinit_datasource="nocloud")
    http.put(f"vms/{vm}", {"cloudinit_datasource": "none"})
    assert len(files(http, vm)) == 2


def test_other_changes_of_a_vm_make_no_files(http: Http) -> None:
    vm, _ = http.vm("web", cloudinit_datasource="nocloud")
    http.delete(f"cloudinit_files/{files(http, vm)['/user-data']['$key']}")
    http.put(f"vms/{vm}", {"note": "x"})
    assert sorted(files(http, vm)) == ["/meta-data"]


def test_a_vm_takes_its_files_along(http: Http) -> None:
    (one, _), (other, _) = http.vm("one", cloudinit_datasource="nocloud"), http.vm("other")
    kept = add(http, other)
    http.delete(f"vms/{one}")
    assert [row["$key"] for row in http.get("cloudinit_files", fields="$key")] == [kept]


def test_files_may_come_with_the_vm(http: Http) -> None:
    listing = [{"name": "/user-data", "contents": "a"}, {"name": "network-config", "contents": "bb"}]
    vm, _ = http.vm("web", cloudinit_datasource="nocloud", cloudinit_files=listing)
    found = files(http, vm)
    assert {name: row["filesize"] for name, row in found.items()} == {
        "/user-data": 1,
        "/network-config": 2,
        "/meta-data": 0,
    }
    assert contents(http, found["/user-data"]["$key"]) == b"a"
    # They are rows of another table, and their contents are never answered.
    listed = http.get(f"vms/{vm}", fields="all,cloudinit_files")["cloudinit_files"]
    assert listed == [row["$key"] for row in found.values()]
    assert "cloudinit_files" not in http.get(f"vms/{vm}", fields="all")
    named = http.get(f"vms/{vm}", fields="cloudinit_files[name,contents]")["cloudinit_files"]
    assert named == [{"name": name} for name in found]


@pytest.mark.parametrize(
    "listing",
    [
        {"name": "/user-data"},
        ["/user-data"],
        [{"contents": "x"}],
        [{"name": "/"}],
        [{"name": "/a", "contents": 5}],
        [{"name": "/a"}, {"name": "a"}],
        [{"name": "/a", "contents": "x" * (LONGEST + 1)}],
    ],
)
def test_a_vm_with_files_that_cannot_be_is_refused(http: Http, listing: Any) -> None:
    assert http.error("POST", "vms", {"name": "web", "cloudinit_files": listing})[0] == 422
    assert http.get("vms") == http.get("cloudinit_files") == []


def test_no_filter_finds_contents(http: Http) -> None:
    vm, _ = http.vm("web")
    add(http, vm, contents="x")
    assert http.get("cloudinit_files", filter="contents eq 'x'") == []


def test_only_files_are_downloaded(http: Http) -> None:
    vm, _ = http.vm("web")
    assert http.error("GET", f"vms/{vm}", download=1)[0] == 501
    assert http.error("GET", "cloudinit_files/9", download=1)[0] == 404


def test_before_4_13_2_files_are_made_by_the_system_only(start: Callable[..., Http]) -> None:
    http = start(release="4.13.1")
    vm = int(http.post("vms", {"name": "web", "cloudinit_datasource": "nocloud"})["$key"])
    key = files(http, vm)["/user-data"]["$key"]
    http.put(f"cloudinit_files/{key}", {"contents": "mine"})
    assert contents(http, key) == b"mine"
    assert http.error("POST", "cloudinit_files", {"owner": f"vms/{vm}", "name": "/x"})[0] == 405


def test_no_page_of_the_simulator_shows_contents(http: Http) -> None:
    vm, _ = http.vm("web", cloudinit_files=[{"name": "/user-data", "contents": "canary-1"}])
    key = add(http, vm, "/meta-data", contents="canary-2")
    http.put(f"cloudinit_files/{key}", {"contents": "canary-3"})
    assert contents(http, key) == b"canary-3"
    pages = [http.send("GET", path).text for path in ("/_sim/requests", "/_sim/counters", "/swagger")]
    log = json.dumps([vars(request) for request in http.simulator.requests()])
    assert not any(f"canary-{number}" in text for number in (1, 2, 3) for text in (log, *pages))
