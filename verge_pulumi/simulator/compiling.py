"""Compiles what a GET asks for, projections and filters, into functions of a row; each is compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from verge_pulumi.catalogue.model import Table
from verge_pulumi.simulator.disputed import Disputed
from verge_pulumi.simulator.fields import names_of, parse
from verge_pulumi.simulator.filters import Operand, Predicate, compile_filter
from verge_pulumi.simulator.projecting import May, Projection, Projector, Visit
from verge_pulumi.simulator.relations import Relation, Release
from verge_pulumi.simulator.store import Store

KEPT = 512
"""How many projections, and how many filters, are kept."""


class Compiler:
    """Compiles projections and filters.

    Args:
        store: The rows.
        release: The release; later operators are refused.
        visit: Called for each row that an answer is read from.
        may: Says whether other rows than the one that was asked for may be shown.

    Attributes:
        disputed: The answers to what sources disagree about.
    """

    def __init__(self, store: Store, release: Release, visit: Visit, may: May) -> None:
        self.projection = lru_cache(maxsize=KEPT)(self._projection)
        self.predicate = lru_cache(maxsize=KEPT)(self._predicate)
        self.disputed = Disputed(self._forget)
        self._relations: Mapping[str, Relation] = store.relations
        self._release = release
        self._projector = Projector(store, visit, may, self.disputed)

    def is_column(self, table: str, name: str) -> bool:
        """Say whether a table shows a column of that name."""
        return self._projector.readable(self._relations[table], name) is not None

    def described(self, table: str) -> Table:
        """Return a table as its schema describes it, which shows what a GET does."""
        return self._projector.described(self._relations[table])

    def _forget(self) -> None:
        """Forget what was compiled before a dial was turned."""
        self.projection.cache_clear()
        self.predicate.cache_clear()

    def _projection(self, table: str, fields: str | None, *, names_only: bool = False) -> Projection:
        """Return the function that shows what the projection names; None for the columns of a GET without one."""
        relation = self._relations[table]
        entries = parse(",".join(("$key", *relation.table.short)) if fields is None else fields)
        return self._projector.projection(relation, names_of(relation, entries) if names_only else entries)

    def _predicate(self, table: str, text: str, fields: str | None) -> Predicate:
        """Return the function that says whether a row matches a filter; `fields` may give names to what it compares."""
        relation, aliases = self._relations[table], self.disputed["filter_on_alias"] == "compared"
        renamed = {entry.output: entry for entry in parse(fields or "") if entry.is_renamed} if aliases else {}

        def find(name: str) -> Operand | None:
            column = self._projector.readable(relation, name)
            if column is not None:
                return column, lambda row: row[name]
            entry = renamed.get(name)
            if entry is None and "#" in name and self.disputed["filter_on_path"] == "compared":
                (entry,) = parse(name)
            get = None if entry is None else self._projector.getter(relation, entry)
            if entry is None or get is None:
                return None
            return None if entry.functions else self._projector.resolve(relation, entry.path), get

        return compile_filter(text, relation, self._release, find)
