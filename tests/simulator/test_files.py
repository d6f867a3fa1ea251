"""Media files: uploads in any order, imports, downloads and what keeps them (docs/vergeos/README.md §11)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator
from verge_pulumi.simulator.behaviour.storage.files import IMPORTED_BYTES
from verge_pulumi.simulator.contents import Content

OCTETS = {"Content-Type": "application/octet-stream"}


def create(http: Http, name: str = "disk.raw", **columns: Any) -> int:
    return int(http.post("files", {"name": name, **columns})["$key"])


def put(http: Http, key: int, position: object, data: bytes) -> tuple[int, Any]:
    answer = http.send("PUT", f"/api/v4/files/{key}", params={"filepos": position}, data=data, headers=OCTETS)
    return answer.status_code, answer.json()


def get(http: Http, key: int, **headers: str) -> Any:
    return http.send("GET", f"/api/v4/files/{key}", params={"download": 1, "asname": "x"}, headers=headers)


@pytest.fixture
def uploaded(http: Http) -> int:
    """A file that holds ten digits."""
    key = create(http, allocated_bytes="10")
    put(http, key, 0, b"0123456789")
    return key


def test_parts_arrive_in_any_order_and_more_than_once(http: Http) -> None:
    key = create(http, allocated_bytes="10")
    assert put(http, key, 8, b"89") == (200, [])
    assert http.get(f"files/{key}", fields="filesize")["filesize"] == 10
    for _ in range(2):
        put(http, key, 0, b"01234567")
    assert get(http, key).content == b"0123456789"
    row = http.get(f"files/{key}", fields="filesize,used_bytes,allocated_bytes,creator")
    assert row == {"filesize": 10, "used_bytes": 10, "allocated_bytes": 10, "creator": "admin"}
    assert http.simulator.counters().applied == 4


def test_what_was_not_sent_yet_is_zeros(http: Http) -> None:
    key = create(http, allocated_bytes="4")
    assert get(http, key).content == b""
    put(http, key, 3, b"x")
    assert get(http, key).content == b"\0\0\0x"


@pytest.mark.parametrize(
    ("position", "status"), [("8", 422), ("-1", 422), ("", 422), ("x", 422), ("²", 422), ("7", 200)]
)
def test_a_part_has_its_place_in_the_allocated_size(http: Http, position: str, status: int) -> None:
    key = create(http, allocated_bytes="10")
    answer = http.send("PUT", f"/api/v4/files/{key}?filepos={position}", data=b"abc", headers=OCTETS)
    assert answer.status_code == status


def test_only_files_are_filled(http: Http) -> None:
    key, _ = http.vm("web")
    answer = http.send("PUT", f"/api/v4/vms/{key}?filepos=0", data=b"abc", headers=OCTETS)
    assert (answer.status_code, answer.json()["err"]) == (
        501,
        "an upload to 'vms' is not modelled by this simulator",
    )
    assert put(http, 99, 0, b"abc")[0] == 404


@pytest.mark.parametrize(
    ("name", "type"),
    [("a.iso", "iso"), ("b.tar.QCOW2", "qcow2"), ("c", "unknown"), ("d.txt", "unknown"), ("iso", "unknown")],
)
def test_the_name_says_the_type(http: Http, name: str, type: str) -> None:
    key = create(http, name)
    assert http.get(f"files/{key}", fields="type")["type"] == type
    http.put(f"files/{key}", {"name": "other.vmdk"})
    http.put(f"files/{key}", {"description": "renamed"})
    assert http.get(f"files/{key}", fields="type")["type"] == "vmdk"


@pytest.mark.parametrize("name", ["type", "filesize", "url", "allocated_bytes"])
def test_what_is_decided_at_the_start_stays(http: Http, name: str) -> None:
    key = create(http)
    assert http.error("PUT", f"files/{key}", {name: "1"}) == (422, f"field '{name}' is readonly")


def test_two_files_may_have_one_name(http: Http) -> None:
    assert create(http) != create(http)


def test_an_import_takes_its_time(http: Http) -> None:
    http.simulator.clock("manual")
    http.simulator.transitions(seconds=60)
    key = create(http, "debian.iso", url="https://images.example.com/debian.iso")
    http.simulator.clock(advance=59)
    assert http.get(f"files/{key}", fields="filesize,url") == {
        "filesize": 0,
        "url": "https://images.example.com/debian.iso",
    }
    http.simulator.clock(advance=1)
    assert http.get(f"files/{key}", fields="filesize")["filesize"] == IMPORTED_BYTES
    assert get(http, key).content == bytes(IMPORTED_BYTES)


@pytest.mark.parametrize(
    ("asked", "status", "content", "place"),
    [
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=7-99", 206, b"789", "bytes 7-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=5-4", 416, b"", "bytes */10"),
        ("bytes=-3", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
def test_a_download_may_be_of_a_range(
    http: Http, uploaded: int, asked: str, status: int, content: bytes, place: str | None
) -> None:
    answer = get(http, uploaded, Range=asked)
    assert (answer.status_code, answer.content, answer.headers.get("Content-Range")) == (status, content, place)


def test_ranges_came_with_26_0_2(start: Callable[..., Http]) -> None:
    old = start(release="26.0.1")
    key = create(old, allocated_bytes="3")
    put(old, key, 0, b"abc")
    answer = get(old, key, Range="bytes=1-1")
    assert (answer.status_code, answer.content) == (200, b"abc")


def test_a_file_in_use_is_not_deleted(http: Http, uploaded: int) -> None:
    _, machine = http.vm("web")
    drive = http.post("machine_drives", {"machine": machine, "media": "cdrom", "media_source": uploaded})
    assert http.error("DELETE", f"files/{uploaded}") == (422, "Drives are still referencing this file")
    http.delete(f"machine_drives/{drive['$key']}")
    http.delete(f"files/{uploaded}")
    assert http.simulator.rows("files") == []


def test_the_file_of_a_disk_goes_with_the_drive(http: Http) -> None:
    _, machine = http.vm("web")
    drive = int(http.post("machine_drives", {"machine": machine, "disksize": 1 << 30})["$key"])
    http.simulator.add("files", name="drive.raw", owner=drive, allocated_bytes=10)
    http.delete(f"machine_drives/{drive}")
    assert http.simulator.rows("files") == []


def test_content_goes_with_its_row_and_with_a_reset(http: Http, uploaded: int) -> None:
    http.delete(f"files/{uploaded}")
    other = create(http, allocated_bytes="10")
    put(http, other, 9, b"x")
    http.simulator.reset()
    again = create(http, allocated_bytes="10")
    assert again == uploaded
    assert get(http, again).content == b""


def test_a_state_file_has_the_rows_and_not_the_content(start: Callable[..., Http], tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    first = start(state=state)
    key = create(first, allocated_bytes="3")
    put(first, key, 0, b"abc")
    first.simulator.stop()
    assert json.loads(state.read_text())["rows"]["files"][0]["filesize"] == 3
    second = start(state=state, password=first.simulator.password)
    answer = get(second, key)
    assert (answer.status_code, "not uploaded to this process" in answer.text) == (501, True)
    assert put(second, key, 0, b"xyz")[0] == 200
    assert get(second, key).content == b"xyz"


def test_a_download_under_way_outlives_its_row(simulator: Simulator) -> None:
    content = Content()
    content.write(0, b"a" * 200_000)
    part = content[100_000:]
    pieces = part.pieces()
    first = next(pieces)
    del content
    assert len(part) == 100_000
    assert first + b"".join(pieces) == b"a" * 100_000


@pytest.mark.parametrize("what", ["cut", "drip"])
def test_a_download_can_be_sent_badly(http: Http, uploaded: int, what: str) -> None:
    http.simulator.faults({"match": {"path": "/files/"}, "when": "after", "what": what, "seconds": 0})
    if what == "cut":
        with pytest.raises(Exception, match="IncompleteRead"):
            get(http, uploaded)
    else:
        assert get(http, uploaded).content == b"0123456789"
