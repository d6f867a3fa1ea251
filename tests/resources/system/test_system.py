"""Updates, where they come from, and what a system says of itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import Bench
from tests.providers.test_creating import failure
from tests.providers.test_identity import failures


def only(bench: Bench, table: str) -> dict[str, Any]:
    (row,) = bench.simulator.rows(table)
    return row


def test_update_settings_are_one_row_and_get_back_what_they_had(bench: Bench) -> None:
    before = only(bench, "update_settings")
    source = bench.create("UpdateSource", "mirror", name="mirror", url="https://updates.example.com", password="canary")
    bench.simulator.reset("log")
    made = bench.create(
        "UpdateSettings", source=source.id, branch=2, auto_update=True, update_time="02:30", max_vsan_usage=70
    )
    (put,) = bench.writes()
    assert put.body == {
        "source": int(source.id), "branch": 2, "auto_update": True, "update_time": "02:30", "max_vsan_usage": 70,
    }  # fmt: skip
    assert made.outs["reboot_required"] is False
    made.destroy()
    assert only(bench, "update_settings") == before
    source.destroy()
    assert [row["name"] for row in bench.simulator.rows("update_sources")] == ["Updates"]


def test_the_password_of_the_updates_is_written_once_and_when_it_changes(bench: Bench) -> None:
    made = bench.create("UpdateSettings", user="here", password="canary-1")
    assert [sorted(write.body) for write in bench.writes()] == [["password", "user"]]
    assert made.row()["password"] == "canary-1"
    bench.simulator.reset("log")
    assert made.diff().changes is False
    made.up(auto_reboot=True)
    made.up(password="canary-2")
    assert [sorted(write.body) for write in bench.writes()] == [["auto_reboot"], ["password"]]
    assert made.row()["password"] == "canary-2"


def test_the_password_of_a_source_is_written_once_and_when_it_changes(bench: Bench) -> None:
    made = bench.create("UpdateSource", name="mirror", url="https://a.example", user="here", password="canary-1")
    bench.simulator.reset("log")
    made.refresh()
    assert made.diff(password="canary-1").changes is False
    made.up(url="https://b.example", password="canary-1")
    made.up(password="canary-2")
    assert [sorted(write.body) for write in bench.writes()] == [["url"], ["password"]]


def test_the_source_that_came_with_the_system_is_not_taken_by_accident(bench: Bench) -> None:
    text = failure(bench, "UpdateSource", name="Updates", url="https://updates.example.com")
    assert "adopt" in text
    assert bench.writes() == []


@pytest.mark.parametrize(
    "wrong", [{"update_time": "24:00"}, {"update_time": "2:30"}, {"max_vsan_usage": 5}, {"source": "by name"}]
)
def test_what_updates_cannot_be_is_refused_in_the_preview(bench: Bench, wrong: dict[str, Any]) -> None:
    (problem,) = failures(bench, "UpdateSettings", "a", wrong)
    assert problem.startswith(next(iter(wrong)))


def test_a_system_says_where_it_is(bench: Bench) -> None:
    before = only(bench, "system")
    made = bench.create(
        "SystemIdentity", city="Detroit", country="US", latitude=42.33, longitude=-83, timezone="America/Detroit"
    )
    (put,) = bench.writes()
    assert put.path == f"/api/v4/system/{before['$key']}"
    assert put.body == {
        "city": "Detroit", "country": "US", "latitude": 42.33, "longitude": -83, "timezone": "America/Detroit",
    }  # fmt: skip
    assert made.diff(latitude=42.330, longitude=-83.0).changes is False
    assert (made.outs["system_id"], made.outs["os_version"]) == (before["id"], before["os_version"])
    made.destroy()
    assert only(bench, "system") == before


def test_a_system_that_got_another_name_is_still_the_one_of_its_stack(bench: Bench) -> None:
    lan = bench.create("Network", "lan", name="lan")
    made = bench.create("SystemIdentity", "here", cloud_name="site-b", vsan_port=14202)
    assert only(bench, "system")["cloud_name"] == "site-b"
    later = bench.later()
    lan.seen_by(later).up(description="after the change")
    made.seen_by(later).destroy()
    assert (only(bench, "system")["cloud_name"], only(bench, "system")["vsan_port"]) == ("site-a", 14201)


@pytest.mark.parametrize("wrong", [{"latitude": 91}, {"longitude": -181}, {"country": "USA"}, {"vsan_port": 65536}])
def test_what_a_system_cannot_be_is_refused_in_the_preview(bench: Bench, wrong: dict[str, Any]) -> None:
    (problem,) = failures(bench, "SystemIdentity", "a", wrong)
    assert problem.startswith(next(iter(wrong)))
