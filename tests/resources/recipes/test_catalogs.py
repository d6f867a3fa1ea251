"""Catalogs and their repositories: what is fetched, what is VergeOS's own, and what a deletion would take along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed
from tests.providers.conftest import Saved
from tests.providers.test_creating import failure
from verge_pulumi.engine.errors import Reported
from verge_pulumi.resources import CatalogRepository
from verge_pulumi.simulator import Simulator

REMOTE = {"name": "partner", "type": "remote", "url": "https://recipes.example.com/api/v4", "user": "shop"}
REFRESH = ("POST", "catalog_repository_actions")


def repository(bench: Bench, **arguments: Any) -> Managed:
    return bench.create("CatalogRepository", "partner", **{"name": "partner", **arguments})


def catalog(bench: Bench, of: Managed | None = None, **arguments: Any) -> Managed:
    return bench.create("Catalog", "servers", repository=of.id if of else "1", name="servers", **arguments)


def problems(bench: Bench, kind: str = "CatalogRepository", /, **arguments: Any) -> list[str]:
    hidden = {"__owner": "shop/dev", "__name": "partner", "__org": "organization"}
    result = bench.provider(kind).check({}, {"name": "partner", **hidden, **arguments})
    return [each.reason for each in result.failures]


# Repositories --------------------------------------------------------------------------------------------------------


def test_a_repository_of_this_system_is_one_row_and_fetches_nothing(bench: Bench) -> None:
    made = repository(bench, description="for tests")
    assert made.row()["description"] == f"for tests\n{made.outs['__mark']}"
    assert (made.row()["type"], made.outs["status"]) == ("local", "online")
    assert [verb for verb, _ in bench.asked() if verb != "GET"] == ["POST"]


def test_one_that_is_elsewhere_is_fetched_when_it_is_made(bench: Bench) -> None:
    made = repository(bench, **REMOTE, password="canary-password")
    assert [each for each in bench.asked() if each[0] != "GET"] == [("POST", "catalog_repositories"), REFRESH]
    (action,) = [r for r in bench.simulator.requests() if r.path.endswith("_actions")]
    assert action.body == {"repository": int(made.id), "action": "refresh"}
    assert made.row()["last_refreshed"]


@pytest.mark.parametrize(
    ("changes", "fetched"),
    [
        ({"url": "https://other.example.com"}, True),
        ({"password": "canary-another"}, True),
        ({"user": "another"}, True),
        ({"allow_insecure": True}, True),
        ({"description": "changed"}, False),
        ({"max_tier": "3"}, False),
        ({"timeout": 5}, False),
        ({"enabled": False}, False),
        ({"url": "https://other.example.com", "refresh": False}, False),
    ],
)
def test_only_a_change_of_where_they_come_from_fetches_catalogs(
    bench: Bench, changes: dict[str, Any], fetched: bool
) -> None:
    made = repository(bench, **REMOTE, password="canary-password")
    bench.simulator.reset("log")
    made.up(**changes)
    assert (REFRESH in bench.asked()) is fetched


def test_a_password_is_a_secret_that_only_the_program_changes(bench: Bench) -> None:
    made = repository(bench, password="canary-password")
    assert CatalogRepository.declaration.attributes["password"].secret
    made.refresh()
    assert made.outs["password"] == "canary-password"
    assert made.diff().changes is False
    bench.simulator.reset("log")
    made.up(password="canary-another")
    (write,) = bench.writes()
    assert (write.verb, list(write.body)) == ("PUT", ["password"])
    assert made.row()["password"] == "canary-another"
    assert problems(bench, password="canary") == [
        "password (a secret, not shown) is too short. Give at least 8 characters."
    ]


def test_a_refresh_is_waited_for(bench: Bench) -> None:
    bench.share_clock()
    bench.simulator.transitions(seconds=100)
    made = repository(bench, **REMOTE)
    assert made.outs["status"] == "online"
    assert 100 <= bench.time.now < 120


def test_a_refresh_that_shows_nowhere_is_taken_for_done(bench: Bench) -> None:
    """It may be over before anybody looks, within the second of the one before."""
    bench.share_clock()
    bench.simulator.clock("manual")
    made = repository(bench, **REMOTE)
    bench.simulator.edit("catalog_repositories", int(made.id), last_refreshed=0)
    match = {"verb": "POST", "path": "/catalog_repository_actions"}
    bench.simulator.faults({"match": match, "when": "before", "what": "status", "status": 201})
    before = bench.time.now
    made.up(url="https://other.example.com")
    assert 10 <= bench.time.now - before < 20


def test_a_refresh_that_takes_too_long_leaves_a_repository_that_is_completed_later(
    bench: Bench, saved: list[Saved]
) -> None:
    bench.share_clock()
    bench.simulator.transitions(stuck=["refreshing"])
    inputs = bench.plan("CatalogRepository", "partner", **REMOTE, timeout=60)
    with pytest.raises(Reported) as error:
        bench.carry_out("CatalogRepository", inputs)
    assert str(error.value) == (
        "Unable to create CatalogRepository 'partner': the catalogs of the repository: still 'refreshing' after 60 s. "
        "It exists and is in the state; the next 'pulumi up' completes it."
    )
    (kept,) = saved
    bench.simulator.transitions(stuck=[])
    made = Managed(bench, "CatalogRepository", kept.id, inputs, kept.outs)
    bench.simulator.reset("log")
    made.up()
    assert REFRESH in bench.asked()
    assert made.outs["status"] == "online"


def test_a_refresh_that_fails_is_an_error_with_its_cause(bench: Bench) -> None:
    bench.share_clock()
    bench.simulator.transitions(stuck=["refreshing"])

    def fails() -> None:
        for row in bench.simulator.rows("catalog_repository_status"):
            if row["status"] == "refreshing":
                told = {"status": "error", "state": "error", "info": "401 from recipes.example.com"}
                bench.simulator.edit("catalog_repository_status", row["$key"], **told)

    bench.time.meanwhile = fails
    text = failure(bench, "CatalogRepository", "partner", **REMOTE)
    assert "it is 'error' now, which does not pass by itself (401 from recipes.example.com)" in text


def test_an_error_from_before_is_no_answer(bench: Bench) -> None:
    bench.share_clock()
    made = repository(bench, **REMOTE)
    status = made.row()["status"]
    bench.simulator.edit("catalog_repository_status", status, status="error", state="error")
    bench.simulator.transitions(seconds=3)
    made.up(password="canary-password")
    assert made.outs["status"] == "online"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"name": "Local"}, "name: the repository 'Local' is VergeOS's own. Refer to it by by_name('Local')."),
        ({"type": "yottabyte"}, "type: VergeOS makes repositories of the type 'yottabyte' itself."),
        ({"description": ""}, "description is too short. Give at least 1 character."),
    ],
)
def test_what_is_vergeos_own_is_refused_in_the_preview(bench: Bench, arguments: Any, problem: str) -> None:
    assert problems(bench, **arguments) == [problem]


def test_what_is_not_known_yet_is_not_refused(bench: Bench) -> None:
    assert problems(bench, name=UNKNOWN, type=UNKNOWN, description=UNKNOWN) == []


def test_the_repository_of_the_system_is_not_adopted_under_another_name(bench: Bench) -> None:
    bench.simulator.edit("catalog_repositories", 1, name="partner")
    text = failure(bench, "CatalogRepository", "partner", name="partner", adopt=True)
    assert "row 1 of catalog_repositories is VergeOS's own" in text
    assert bench.writes() == []


@pytest.mark.parametrize(("kind", "limit"), [("CatalogRepository", 256), ("Catalog", 512)])
def test_a_description_and_its_mark_have_room_together(bench: Bench, kind: str, limit: int) -> None:
    more = {"repository": "1"} if kind == "Catalog" else {}
    made = bench.create(kind, "partner", name="partner", description="x", **more)
    room = limit - len(made.row()["description"]) + 1
    assert problems(bench, kind, description="x" * room, **more) == []
    (problem,) = problems(bench, kind, description="x" * (room + 1), **more)
    assert problem.startswith(f"description: VergeOS keeps {limit} characters, and with the mark of this package it ")
    made.up(description="x" * room)
    assert len(made.row()["description"]) == limit


# What goes along -----------------------------------------------------------------------------------------------------


def recipe(simulator: Simulator, of: Managed, name: str, table: str = "vm_recipes") -> None:
    simulator.add(table, catalog=of.id, name=name)


def deletes(bench: Bench) -> list[str]:
    return [request.path for request in bench.writes() if request.verb == "DELETE"]


def test_an_empty_catalog_and_an_empty_repository_go(bench: Bench) -> None:
    home = repository(bench)
    made = catalog(bench, home)
    other = catalog(bench)
    recipe(bench.simulator, other, "debian")
    made.destroy()
    home.destroy()
    assert [row["name"] for row in bench.simulator.rows("catalogs")] == ["servers"]
    assert [row["name"] for row in bench.simulator.rows("catalog_repositories")] == ["Local"]


def test_recipes_of_both_kinds_keep_their_catalog(bench: Bench) -> None:
    made = catalog(bench)
    recipe(bench.simulator, made, "debian")
    recipe(bench.simulator, made, "branch", "tenant_recipes")
    with pytest.raises(Reported) as error:
        made.destroy()
    assert str(error.value) == (
        "Unable to delete Catalog 'servers': VergeOS would delete the recipes 'debian', 'branch' along with it. To "
        "allow it set allow_cascade=True and run 'pulumi up' before this change."
    )
    assert deletes(bench) == []


def test_catalogs_and_their_recipes_keep_their_repository(bench: Bench) -> None:
    home = repository(bench)
    for number in range(12):
        bench.simulator.add("catalogs", repository=int(home.id), name=f"catalog-{number}")
    key = next(row["$key"] for row in bench.simulator.rows("catalogs"))
    bench.simulator.add("vm_recipes", catalog=key, name="debian")
    with pytest.raises(Reported) as error:
        home.destroy()
    text = str(error.value)
    assert "would delete the catalogs 'catalog-0', 'catalog-1'," in text
    assert " and 2 more and the recipes 'debian' along with it." in text
    assert deletes(bench) == []


@pytest.mark.parametrize("make", [catalog, repository])
def test_leave_is_given_by_the_program_that_made_it(bench: Bench, make: Callable[..., Managed]) -> None:
    made = make(bench)
    inside = made if make is catalog else catalog(bench, made)
    recipe(bench.simulator, inside, "debian")
    made.up(allow_cascade=True)
    made.destroy()
    assert (bench.simulator.rows("vm_recipes"), bench.simulator.rows("catalogs")) == ([], [])


def test_what_cannot_be_looked_for_is_not_deleted(bench: Bench) -> None:
    made = catalog(bench)
    match = {"path": "/tenant_recipes", "times": 0}
    bench.simulator.faults({"match": match, "when": "before", "what": "status", "status": 403})
    with pytest.raises(Reported, match="Unable to delete Catalog 'servers'"):
        made.destroy()
    assert deletes(bench) == []


def test_what_the_life_of_a_catalog_costs(bench: Bench) -> None:
    _ = bench.connection.system
    bench.simulator.reset("log")
    made = catalog(bench)
    row = ("GET", f"catalogs/{made.id}")
    # VergeOS would not refuse a second one, so an earlier attempt is looked for.
    assert bench.asked() == [("GET", "catalogs"), ("POST", "catalogs"), row]
    assert len(made.id) == 40
    bench.simulator.reset("log")
    made.destroy()
    assert bench.asked() == [row, ("GET", "vm_recipes"), ("GET", "tenant_recipes"), ("DELETE", row[1])]


def test_a_catalog_whose_answer_was_lost_is_made_once(bench: Bench) -> None:
    bench.simulator.faults({"match": {"verb": "POST", "path": "/catalogs$"}, "when": "after", "what": "reset"})
    made = catalog(bench)
    (row,) = bench.simulator.rows("catalogs")
    assert row["$key"] == made.id
