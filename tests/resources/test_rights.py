"""The rights that the declarations tell are those that a life takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.providers.bench import Bench
from tests.resources.whole_lives import LIVING, WholeLife
from verge_pulumi.catalogue import TABLES
from verge_pulumi.engine.declaring.rights import Right
from verge_pulumi.engine.lifecycle.needs import rights_of
from verge_pulumi.simulator import Request

ACTIONS = {f"{table.singular}_actions": table.name for table in TABLES.values() if table.singular}

WRITES: dict[str, Right] = {"POST": "create", "PUT": "modify", "DELETE": "delete"}


@pytest.mark.parametrize("powered", [False, True], ids=["off", "on"])
@pytest.mark.parametrize("name", LIVING)
def test_every_request_of_a_life_is_covered_by_the_declared_rights(bench: Bench, name: str, *, powered: bool) -> None:
    bench.share_clock()
    life = WholeLife(bench, bench, name, powered=powered)
    asked = life.requests()
    assert set(asked) >= {"create", "read", "delete"}
    kind = life.subject.kind
    for stage, requests in asked.items():
        rights = rights_of(kind, stage, life.kinds)
        needed = {need for request in requests for need in needs(request)}
        assert {(table, right) for table, right in needed if right not in rights.get(table, ())} == set(), stage


def needs(request: Request) -> Iterator[tuple[str, Right]]:
    """Yield the rights that a request takes."""
    table, *further = request.path.removeprefix("/api/v4/").split("/")
    if request.verb == "GET":
        for seen in (table, *followed(table, request.query)):
            yield seen, "list"
            yield seen, "read"
    elif table in ACTIONS or further[1:]:
        yield ACTIONS.get(table, table), "modify"
    else:
        yield table, WRITES[request.verb]


def followed(table: str, query: str) -> Iterator[str]:
    """Yield the tables that the fields of a GET lead to."""
    for path in re.findall(r"([\w#]+)#\w+ as ", query):
        at = table
        for step in path.split("#"):
            column = TABLES[at].column(step)
            assert column is not None
            assert column.target is not None
            at = column.target
            yield at
