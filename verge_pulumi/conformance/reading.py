"""What a VergeOS says of its tables: its index, and the schema of each table of the catalogue, one request each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from verge_pulumi.catalogue import TABLES, tables_of
from verge_pulumi.catalogue.described import (
    DescribedSystem,
    described,
    fields_of,
    layout_of,
    listed_tables,
    told_by,
    unmodelled_tables,
)
from verge_pulumi.client import ApiError, BadAnswer, NotFound, Row, VergeClient
from verge_pulumi.engine.errors import EngineError

SCHEMAS_AT_ONCE = 8
"""Schemas that are read side by side."""

_NOT_MODELLED = 501
"""How the simulator answers for a table that it does not have, and VergeOS never."""

Progress = Callable[[int, int], None]
"""Receives how many schemas have been read, and how many there are."""


def read_described(client: VergeClient, progress: Progress = lambda done, wanted: None) -> DescribedSystem:
    """Read what a VergeOS says of its tables. A table that cannot be read is named with the reason.

    Raises:
        VergeError: It does not answer, or refuses the login.
        EngineError: It does not say which release it is, or describes no table at all.
    """
    release = _release(client.system())
    listed = _listed(client)
    known = tables_of(release)
    wanted = [name for name in TABLES if name in known or name in (listed or ())]
    answers: dict[str, Row] = {}
    absent: set[str] = set()
    unread: dict[str, str] = {}

    def read(name: str) -> None:
        try:
            answer = client.table(name).schema()
        except NotFound:
            absent.add(name)
        except (ApiError, BadAnswer) as error:
            if isinstance(error, ApiError) and error.status == _NOT_MODELLED:
                absent.add(name)
            else:
                unread[name] = str(error)
        else:
            if fields_of(answer):
                answers[name] = answer
            else:
                unread[name] = "the answer has no fields that are laid out as those of VergeOS"

    with ThreadPoolExecutor(SCHEMAS_AT_ONCE) as pool:
        for done, _ in enumerate(pool.map(read, wanted), start=1):
            progress(done, len(wanted))
    if not answers:
        raise EngineError(next(iter(unread.values()), "it has none of the tables of a VergeOS. Check the host"))
    others = None if listed is None else len(unmodelled_tables(listed))
    return system_of(answers, release=release, absent=absent, unread=unread, other_tables=others)


def system_of(
    answers: Mapping[str, Mapping[str, Any]],
    *,
    release: str,
    absent: Iterable[str] = (),
    unread: Mapping[str, str] | None = None,
    other_tables: int | None = None,
) -> DescribedSystem:
    """Return what ``$table`` answers, by table, say together."""
    return DescribedSystem(
        release=release,
        tables={name: described(answers[name]) for name in sorted(answers)},
        absent=frozenset(absent),
        unread=dict(sorted((unread or {}).items())),
        other_tables=other_tables,
        told=told_by(answers.values()),
        layout=layout_of(answers.values()),
    )


def _release(system: Row) -> str:
    found = re.match(r"[0-9]+(\.[0-9]+)*", str(system.get("os_version") or ""))
    if found is None:
        raise EngineError("this VergeOS does not say which release it is, so there is nothing to hold it against")
    return found[0]


def _listed(client: VergeClient) -> frozenset[str] | None:
    """Return the names of all tables; None where it lists nothing, as to an account that may not see it."""
    try:
        return listed_tables(client.index())
    except (ApiError, BadAnswer):
        return None
