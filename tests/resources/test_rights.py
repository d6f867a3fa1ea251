"""The rights that the declarations tell are those that a life takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.providers.bench import Bench, Managed
from tests.resources.access.logins import as_user, permit
from tests.resources.whole_lives import LIVING, WholeLife
from verge_pulumi.catalogue import TABLES
from verge_pulumi.engine.declaring.rights import STAGES, Right, Rights
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.lifecycle.needs import merged, rights_of
from verge_pulumi.simulator import Request

ACTIONS = {f"{table.singular}_actions": table.name for table in TABLES.values() if table.singular}

PASSWORD = "s3cret-words"

WRITES: dict[str, Right] = {"POST": "create", "PUT": "modify", "DELETE": "delete"}


@pytest.mark.parametrize("name", LIVING)
def test_every_request_of_a_life_is_covered_by_the_declared_rights(bench: Bench, name: str) -> None:
    life = WholeLife(bench, bench.later, name, powered=False)
    asked = life.requests()
    assert set(asked) >= {"create", "read", "delete"}
    kind = life.subject.kind
    for stage, requests in asked.items():
        rights = rights_of(kind, stage, life.kinds)
        needed = {need for request in requests for need in needs(request)}
        assert {(table, right) for table, right in needed if right not in rights.get(table, ())} == set(), stage


@pytest.mark.parametrize("name", LIVING)
def test_a_user_with_the_declared_rights_can_do_it_all(bench: Bench, name: str) -> None:
    life = WholeLife(bench, lambda: as_user(bench, "deploy", PASSWORD), name, powered=True)
    kind = life.subject.kind
    log_in(bench, "deploy", *(rights_of(kind, stage, life.kinds) for stage in STAGES))
    asked = life.requests()
    refused = [request for requests in asked.values() for request in requests if request.status in (401, 403)]
    assert refused == []


@pytest.mark.parametrize("name", LIVING)
def test_a_user_with_the_rights_to_read_sees_all_and_writes_nothing(bench: Bench, name: str) -> None:
    bench.share_clock()
    life = WholeLife(bench, bench.later, name, powered=False)
    log_in(bench, "look", rights_of(life.subject.kind, "read", life.kinds))
    made = life.make(bench)
    bench.begin_run()
    seen = made.seen_by(as_user(bench, "look", PASSWORD))
    outs = dict(made.read().outs)
    assert seen.read().outs == outs
    assert seen.read().id == made.id
    before = bench.simulator.snapshot()
    writes = [life.edit, Managed.destroy] if life.writes else [Managed.destroy]
    for write in writes:
        with pytest.raises(Reported, match=r"Permission denied \(403\)\. User 'look' needs the right '"):
            write(seen)
    assert bench.simulator.snapshot() == before


def log_in(bench: Bench, name: str, *rights: Rights) -> None:
    """Make a user with these rights and no others."""
    key = bench.simulator.add("users", name=name, password=PASSWORD)
    (user,) = [row for row in bench.simulator.rows("users") if row["$key"] == key]
    for row in bench.simulator.rows("permissions"):
        if row["identity"] == user["identity"]:
            bench.simulator.remove("permissions", row["$key"])
    for table, given in merged(need for each in rights for need in each.items()).items():
        permit(bench, user["identity"], table, *given)


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
