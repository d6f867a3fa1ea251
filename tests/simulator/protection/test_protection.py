"""Snapshot profiles and snapshots of the system (docs/vergeos/protection.md)."""

from __future__ import annotations

from typing import Any

from tests.simulator.conftest import Http

SEVEN_DAYS = 7 * 86400


def profile(http: Http, name: str = "nightly") -> int:
    return int(http.post("snapshot_profiles", {"name": name})["$key"])


def period(http: Http, of: int, name: str = "daily", **columns: Any) -> int:
    body = {"profile": of, "name": name, "frequency": "daily", "retention": 3600, **columns}
    return int(http.post("snapshot_profile_periods", body)["$key"])


def delete(http: Http, key: int) -> tuple[int, str] | None:
    body = {"snapshot_profile": key, "action": "delete"}
    answer = http.send("POST", "/api/v4/snapshot_profile_actions", json=body)
    return None if answer.ok else (answer.status_code, answer.json()["err"])


def test_every_system_has_five_profiles(http: Http) -> None:
    names = [row["name"] for row in http.get("snapshot_profiles", fields="name")]
    assert names == ["SOX", "HIPAA", "NAS Volume Syncs", "System Snapshots", "Volume Antivirus Scan"]


def test_a_profile_is_deleted_by_its_action_with_its_periods(http: Http) -> None:
    key = profile(http)
    period(http, key)
    assert http.error("DELETE", f"snapshot_profiles/{key}")[0] == 405
    assert delete(http, key) is None
    http.get(f"snapshot_profiles/{key}", status=404)
    assert http.get("snapshot_profile_periods") == []


def test_one_that_is_used_stays(http: Http) -> None:
    key = profile(http)
    vm, machine = http.vm("web", snapshot_profile=key)
    assert delete(http, key) == (422, "The snapshot profile is in use")
    http.put(f"vms/{vm}", {"snapshot_profile": None})
    number = http.simulator.add("machine_snapshots", machine=machine, name="s", snapshot_period=period(http, key))
    assert delete(http, key) == (422, "The snapshot profile is in use")
    http.simulator.remove("machine_snapshots", number)
    assert delete(http, key) is None


def test_names_of_periods_are_unique_in_a_profile(http: Http) -> None:
    first, second = profile(http, "a"), profile(http, "b")
    period(http, first)
    period(http, second)
    status, _ = http.error(
        "POST",
        "snapshot_profile_periods",
        {"profile": first, "name": "daily", "frequency": "daily", "retention": 3600},
    )
    assert status == 409
    status, text = http.error("POST", "snapshot_profile_periods", {"profile": first, "name": "x", "frequency": "daily"})
    assert (status, "retention" in text) == (422, True)


def test_a_system_snapshot_is_nothing_then_building_then_normal(http: Http) -> None:
    http.simulator.transitions(looks=1)
    key = http.post("cloud_snapshots", {"name": "before", "expires": 0, "expires_type": "never"})["$key"]
    seen = [http.get(f"cloud_snapshots/{key}", fields="status")["status"] for _ in range(3)]
    assert seen == ["", "building", "normal"]


def test_without_an_expiry_it_is_kept_for_three_days(http: Http) -> None:
    key = http.post("cloud_snapshots", {"name": "before"})["$key"]
    row = http.get(f"cloud_snapshots/{key}", fields="all")
    assert row["expires"] - row["created"] == 3 * 86400
    assert "expires_type" not in row
    http.put(f"cloud_snapshots/{key}", {"expires_type": "never"})
    assert http.get(f"cloud_snapshots/{key}", fields="expires") == {"expires": 0}


def test_an_immutable_one_is_unlocked_after_seven_days(http: Http) -> None:
    http.simulator.clock("manual")
    key = http.post("cloud_snapshots", {"name": "before", "immutable": True})["$key"]
    assert http.error("DELETE", f"cloud_snapshots/{key}") == (422, "Snapshot is immutable")
    http.put(f"cloud_snapshots/{key}", {"immutable": False})
    row = http.get(f"cloud_snapshots/{key}", fields="immutable_status,immutable_lock_expires,created")
    assert row["immutable_status"] == "unlocking"
    assert row["immutable_lock_expires"] - row["created"] == SEVEN_DAYS
    assert http.error("DELETE", f"cloud_snapshots/{key}")[0] == 422
    http.simulator.clock(advance=SEVEN_DAYS)
    http.delete(f"cloud_snapshots/{key}")
