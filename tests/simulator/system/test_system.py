"""The system and its settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.conftest import Http

INVALID = "Validation error on field: '{}' - 'fails validation test'"


def setting(http: Http, key: str) -> dict[str, Any]:
    (row,) = http.get("settings", filter=f"key eq '{key}'", fields="$key,key,value,default_value")
    found: dict[str, Any] = row
    return found


def test_a_setting_is_found_by_its_key_and_only_its_value_is_written(http: Http) -> None:
    row = setting(http, "max_connections")
    http.put(f"settings/{row['$key']}", {"value": 400})
    assert setting(http, "max_connections") == {**row, "value": "400"}
    for column in ("key", "default_value"):
        assert http.error("PUT", f"settings/{row['$key']}", {column: "a"}) == (422, f"field '{column}' is readonly")


@pytest.mark.parametrize(("release", "status"), [("26.1.6", 200), ("26.1.7", 422), ("26.1.8", 422)])
def test_a_number_has_to_be_whole_since_26_1_7(start: Callable[..., Http], release: str, status: int) -> None:
    http = start(release=release)
    row = setting(http, "max_connections")
    http.put(f"settings/{row['$key']}", {"value": "4.5"}, status)
    http.put(f"settings/{setting(http, 'ntp_servers')['$key']}", {"value": "any text"})


def test_settings_are_neither_made_nor_deleted(http: Http) -> None:
    http.post("settings", {"value": "1"}, 405)
    http.delete("settings/1", 405)
    http.post("update_settings", {"auto_update": True}, 405)


@pytest.mark.parametrize(("sent", "kept"), [(42.5, 42.5), ("-42.5", -42.5), (42.0, 42), ("42", 42), (None, None)])
def test_a_number_need_not_be_whole_where_the_column_says_so(http: Http, sent: Any, kept: Any) -> None:
    http.put("system/1", {"latitude": sent})
    assert http.get("system/1", fields="latitude") == {"latitude": kept}


@pytest.mark.parametrize("sent", [True, "north", [], 91, "-91"])
def test_what_is_no_such_number_is_refused(http: Http, sent: Any) -> None:
    assert http.error("PUT", "system/1", {"latitude": sent}) == (422, INVALID.format("latitude"))


def test_numbers_are_compared_as_numbers(http: Http) -> None:
    http.put("clusters/1", {"cost_per_unit": 0.25})
    http.put("clusters/2", {"cost_per_unit": 3})
    for condition, keys in (("eq 0.25", [1]), ("gt 0.2", [1, 2]), ("eq 3", [2]), ("eq 'cheap'", []), ("eq null", [])):
        found = http.get("clusters", filter=f"cost_per_unit {condition}", fields="$key")
        assert [row["$key"] for row in found] == keys, condition


def test_some_settings_of_a_cluster_wait_for_a_reboot_of_its_nodes(http: Http) -> None:
    http.put("clusters/1", {"max_cores_per_vm": 8, "disable_smt": False})
    assert not any(row["need_restart"] for row in http.get("nodes", fields="need_restart"))
    http.put("clusters/1", {"disable_smt": True})
    assert [row["need_restart"] for row in http.get("nodes", fields="need_restart")] == [True, True, False]
    assert http.get("nodes/1", fields="restart_reason") == {
        "restart_reason": "Cluster settings changed: disable_smt",
    }


def test_passwords_are_never_answered(http: Http) -> None:
    http.put("nodes/1", {"ipmi_password": "canary"})
    http.put("update_settings/1", {"password": "canary"})
    http.post("update_sources", {"name": "mirror", "url": "https://a.example", "password": "canary"})
    for path in ("nodes/1", "update_settings/1", "update_sources/2"):
        assert "canary" not in str(http.get(path, fields="all,ipmi_password,password"))
