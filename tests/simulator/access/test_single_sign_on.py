"""Auth sources and OIDC applications (docs/vergeos/single-sign-on.md)."""

from __future__ import annotations

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator

NONE = {"force_auth_source": None, "map_user": None}


def test_settings_are_shown_to_whoever_names_them_and_replaced_as_a_whole(http: Http) -> None:
    body = {"name": "Contoso", "driver": "azure", "settings": {"client_id": "a", "client_secret": "canary"}}
    key = http.post("auth_sources", body)["$key"]
    assert "settings" not in http.get(f"auth_sources/{key}", fields="all")
    shown = {"client_id": "a", "client_secret": "canary", "debug": False}
    assert http.get(f"auth_sources/{key}", fields="settings") == {"settings": shown}
    http.put(f"auth_sources/{key}", {"settings": {"client_id": "b"}, "debug": True})
    assert http.get(f"auth_sources/{key}", fields="settings") == {"settings": {"client_id": "b", "debug": True}}
    assert http.error("PUT", f"auth_sources/{key}", {"driver": "google"}) == (422, "field 'driver' is readonly")


def test_an_auth_source_in_use_is_not_deleted(simulator: Simulator, http: Http) -> None:
    key = http.post("auth_sources", {"name": "Contoso", "driver": "azure"})["$key"]
    user = simulator.add("users", name="anna", auth_source=int(key))
    assert http.error("DELETE", f"auth_sources/{key}")[0] == 422
    simulator.remove("users", user)
    http.delete(f"auth_sources/{key}")


def test_an_application_has_to_name_its_references(http: Http) -> None:
    assert http.error("POST", "oidc_applications", {"name": "wiki"})[0] == 422
    assert http.error("POST", "oidc_applications", {"name": "wiki", **NONE, "map_user": 0})[0] == 404
    key = http.post("oidc_applications", {"name": "wiki", **NONE})["$key"]
    http.put(f"oidc_applications/{key}", {"map_user": 1})
    http.put(f"oidc_applications/{key}", {"map_user": None})
    assert http.get(f"oidc_applications/{key}", fields="map_user") == {"map_user": None}


def test_an_application_outlives_the_user_that_it_maps_to(simulator: Simulator, http: Http) -> None:
    user = simulator.add("users", name="guest")
    key = http.post("oidc_applications", {"name": "wiki", **NONE, "map_user": user})["$key"]
    simulator.remove("users", user)
    assert http.get(f"oidc_applications/{key}", fields="map_user") == {"map_user": None}


def test_a_client_secret_is_shown_to_whoever_names_it(http: Http) -> None:
    key = http.post("oidc_applications", {"name": "wiki", **NONE})["$key"]
    assert "client_secret" not in http.get(f"oidc_applications/{key}", fields="all")
    assert len(http.get(f"oidc_applications/{key}", fields="client_secret")["client_secret"]) == 64
    assert http.error("PUT", f"oidc_applications/{key}", {"client_secret": "x"})[0] == 422


def test_who_may_use_an_application_goes_with_it(simulator: Simulator, http: Http) -> None:
    key = int(http.post("oidc_applications", {"name": "wiki", **NONE})["$key"])
    http.post("oidc_application_users", {"oidc_application": key, "user": 1})
    http.post("oidc_application_groups", {"oidc_application": key, "group": 2})
    http.delete(f"oidc_applications/{key}")
    assert simulator.rows("oidc_application_users") == simulator.rows("oidc_application_groups") == []


def test_logins_under_way_and_logs_go_with_what_they_are_about(simulator: Simulator, http: Http) -> None:
    source = simulator.add("auth_sources", name="Contoso", driver="azure")
    simulator.add("auth_source_states", auth_source=source, state="a")
    wiki = simulator.add("oidc_applications", name="wiki")
    simulator.add("oidc_application_logs", oidc_application=wiki, level="audit", text="anna logged in")
    rows = http.get("oidc_application_logs", filter="level eq 'audit'", fields="text,oidc_application#name as of")
    assert rows == [{"text": "anna logged in", "of": "wiki"}]
    http.delete(f"auth_sources/{source}")
    http.delete(f"oidc_applications/{wiki}")
    assert simulator.rows("auth_source_states") == simulator.rows("oidc_application_logs") == []
