"""Switch one behaviour of a simulator to its contrary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

import pytest

from verge_pulumi.catalogue import DEFAULT_RELEASE, TABLES
from verge_pulumi.catalogue.model import Column, Table
from verge_pulumi.catalogue.notation import integer
from verge_pulumi.conformance.lab.subjects import UNKNOWN
from verge_pulumi.simulator import fields, filters
from verge_pulumi.simulator.api import Api
from verge_pulumi.simulator.calls import Answer, Call


@dataclass
class Bent:
    """A simulator that is to be started.

    Attributes:
        patch: What changes its code.
        tables: The tables that it is made of.
        stuck: States that are never left.
        release: The release that it imitates.
        disputed: Its answers to what sources disagree about.
    """

    patch: pytest.MonkeyPatch
    tables: Mapping[str, Table] = field(default_factory=lambda: TABLES)
    stuck: list[str] = field(default_factory=list)
    release: str = DEFAULT_RELEASE
    disputed: dict[str, str] = field(default_factory=dict)


Contrary = Callable[[Bent], None]


def every(*contraries: Contrary) -> Contrary:
    """Switch several behaviours that are one."""

    def bend(bent: Bent) -> None:
        for contrary in contraries:
            contrary(bent)

    return bend


def is_now(owner: type | ModuleType, name: str, value: object) -> Contrary:
    """Replace something of a class or a module."""
    return lambda bent: bent.patch.setattr(owner, name, value)


def does_nothing(owner: type | ModuleType, name: str) -> Contrary:
    """Leave a behaviour out."""
    return is_now(owner, name, lambda *arguments, **named: None)


def around(owner: type, name: str, wrap: Callable[[Any], Any]) -> Contrary:
    """Replace a method by one that is given the original."""
    return lambda bent: bent.patch.setattr(owner, name, wrap(getattr(owner, name)))


def item(mapping: dict[Any, Any], key: object, value: object) -> Contrary:
    """Replace what is under a key; what was read before is read again."""

    def bend(bent: Bent) -> None:
        bent.patch.setitem(mapping, key, value)
        forget()

    return bend


_READING = (filters.parse, filters.posix, fields.parse)


def forget() -> None:
    """Forget the queries that simulators have read so far."""
    for read in _READING:
        read.cache_clear()


def of_release(release: str) -> Contrary:
    """Imitate an earlier release."""

    def bend(bent: Bent) -> None:
        bent.release = release

    return bend


def stays(state: str) -> Contrary:
    """Never leave a state."""
    return lambda bent: bent.stuck.append(state)


def gives(**answers: str) -> Contrary:
    """Give another answer to what sources disagree about."""
    return lambda bent: bent.disputed.update(answers)


def of_table(name: str, **facts: Any) -> Contrary:
    """Let a table be another one."""

    def bend(bent: Bent) -> None:
        bent.tables = {**bent.tables, name: replace(bent.tables[name], **facts)}

    return bend


def of_column(table: str, name: str, **facts: Any) -> Contrary:
    """Let a column be another one."""
    return _columns(table, lambda column: replace(column, **facts) if column.name == name else column)


def of_all_columns(table: str, **facts: Any) -> Contrary:
    """Let all columns of a table be others."""
    return _columns(table, lambda column: replace(column, **facts))


def _columns(table: str, change: Callable[[Column], Column]) -> Contrary:
    def bend(bent: Bent) -> None:
        of_table(table, columns=tuple(map(change, bent.tables[table].columns)))(bent)

    return bend


def with_column(table: str, column: Column) -> Contrary:
    """Give a table one more column."""
    return lambda bent: of_table(table, columns=(*bent.tables[table].columns, column))(bent)


def with_unknown_column(table: str) -> Contrary:
    """Let a table have the column that no table has."""
    return with_column(table, integer(UNKNOWN, default=1))


def without_column(table: str, name: str) -> Contrary:
    """Take a column from a table."""
    return lambda bent: of_table(table, columns=tuple(c for c in bent.tables[table].columns if c.name != name))(bent)


def stays_without_parent(table: str, column: str) -> Contrary:
    """Let the rows of a table stay when what they belong to is deleted."""
    return every(of_table(table, parent=None), of_column(table, column, required=False))


def answers(verb: str, path: str, **changed: Any) -> Contrary:
    """Let requests that succeed be answered in another way; the path is a part of theirs."""

    def wrap(original: Callable[[Api, Call], Answer]) -> Callable[[Api, Call], Answer]:
        def answer(self: Api, call: Call) -> Answer:
            found = original(self, call)
            bent = call.verb == verb and f"/{path}" in call.path and found.status < 300
            return replace(found, **changed) if bent else found

        return answer

    return around(Api, "answer", wrap)
