"""Published answers of VergeOS (captured.toml), held against the catalogue, the declarations and the simulator."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import requests

from verge_pulumi.catalogue import TABLES
from verge_pulumi.conformance.uses import uses
from verge_pulumi.simulator import Options, Simulator

DATA = tomllib.loads(Path(__file__).with_name("captured.toml").read_text(encoding="utf-8"))
ANSWERS: list[dict[str, Any]] = DATA["answer"]
NOT_MODELLED = {"nodes.failover_ram"}
"""Columns of answers that the catalogue may lack."""


def captured() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for answer in ANSWERS:
        found[answer["table"]] |= set(answer["columns"].split())
    return found


def declared() -> dict[str, set[str]]:
    """Return the columns that resources and look-ups use, which a GET answers and no other row has too, by table."""
    found: dict[str, set[str]] = defaultdict(set)
    for table, name in uses():
        column = TABLES[table].column(name)
        if column is not None and column.returned and not column.held_by:
            found[table].add(name)
    return found


def unseen() -> dict[str, set[str]]:
    """Return the columns of which it is known that no answer shows them, by table; under "*" tables without answers."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in DATA["unseen"]:
        assert each["reason"]
        columns = each["columns"].split()
        assert found[each["table"]].isdisjoint(columns)
        found[each["table"]] |= set(columns)
    return found


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: f"{answer['table']} {answer['source']}")
def test_the_catalogue_has_every_column_that_was_answered(answer: dict[str, Any]) -> None:
    table = TABLES[answer["table"]]
    lacking = {f"{table.name}.{name}" for name in answer["columns"].split() if table.column(name) is None}
    assert lacking <= NOT_MODELLED


@pytest.mark.parametrize("table", sorted({answer["table"] for answer in ANSWERS}))
def test_every_declared_column_was_answered_or_is_known_not_to_have_been(table: str) -> None:
    assert declared()[table] - captured()[table] == unseen().get(table, set())


def test_the_tables_of_which_no_answer_is_published_are_listed() -> None:
    assert unseen()["*"] == declared().keys() - captured().keys()
    assert unseen().keys() - {"*"} <= captured().keys()


def test_the_simulator_answers_what_was_answered() -> None:
    with Simulator(Options()) as running:
        running.add("vms", name="web")
        running.add("vm_recipes", name="recipe")
        for answer in ANSWERS:
            table, view = answer["table"], "most" if answer["asked"] == "most" else "all"
            auth = (running.username, running.password)
            rows = requests.get(f"{running.url}/api/v4/{table}", params={"fields": view}, auth=auth, timeout=10).json()
            lacking = {f"{table}.{name}" for name in answer["columns"].split() if name not in rows[0]}
            assert lacking <= NOT_MODELLED
