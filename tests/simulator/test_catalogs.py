"""Catalogs of recipes, and the repositories that they come from (docs/vergeos/catalogs.md)."""

from __future__ import annotations

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator

STATUS = "status#status as status,status#state as state,last_refreshed"


def test_a_refresh_goes_on_after_the_answer(simulator: Simulator, http: Http) -> None:
    simulator.clock("manual")
    simulator.transitions(seconds=60)
    key = int(http.post("catalog_repositories", {"name": "partner", "type": "remote"})["$key"])
    http.post("catalog_repository_actions", {"repository": key, "action": "refresh"})
    assert http.get(f"catalog_repositories/{key}", fields=STATUS) == {
        "status": "refreshing",
        "state": "online",
        "last_refreshed": 0,
    }
    simulator.clock(advance=60)
    row = http.get(f"catalog_repositories/{key}", fields=STATUS)
    assert (row["status"], row["last_refreshed"]) == ("online", int(simulator.clock()))


def test_an_action_names_the_repository_by_its_own_word(http: Http) -> None:
    body = {"catalog_repository": 1, "action": "refresh"}
    assert http.error("POST", "catalog_repository_actions", body)[0] == 422
    assert http.error("POST", "catalog_repository_actions", {"repository": 1, "action": "download"})[0] == 422


def test_what_is_in_a_repository_goes_with_it(simulator: Simulator, http: Http) -> None:
    key = int(http.post("catalog_repositories", {"name": "ours"})["$key"])
    catalog = http.post("catalogs", {"repository": key, "name": "servers"})["$key"]
    assert http.get(f"catalogs/{catalog}", fields="id") == {"id": catalog}
    recipe = simulator.add("vm_recipes", catalog=catalog, name="debian")
    assert [row["$key"] for row in http.get("vm_recipes", filter=f"catalog eq '{catalog}'")] == [recipe]
    http.delete(f"catalog_repositories/{key}")
    assert (simulator.rows("catalogs"), simulator.rows("vm_recipes")) == ([], [])
    assert len(simulator.rows("catalog_repository_status")) == 1


def test_the_local_repository_stays(http: Http) -> None:
    assert http.error("DELETE", "catalog_repositories/1")[0] == 422


def test_a_short_password_is_refused(http: Http) -> None:
    body = {"name": "partner", "password": "short"}
    assert http.error("POST", "catalog_repositories", body)[0] == 422
    assert http.error("PUT", "catalog_repositories/1", {"password": "short"})[0] == 422


def test_recipes_are_made_in_the_user_interface_only(http: Http) -> None:
    assert http.error("POST", "vm_recipes", {"name": "debian"})[0] == 405
