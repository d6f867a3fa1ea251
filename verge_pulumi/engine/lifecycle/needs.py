"""The rights that the life of a resource takes, worked out from what its class, its life and its provider declare.

`docs/permissions.md` is written from it, and accounts with exactly these rights are made by it. Which tables are
followed to by a column such as ``machine#status#running`` the catalogue tells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.declaring.rights import SEE, Right, Rights, Stage, Touch
from verge_pulumi.engine.lifecycle.frame import provider_of
from verge_pulumi.engine.lifecycle.hooks import RowHooks
from verge_pulumi.engine.lifecycle.within import fields, lying_in, markable

SYSTEM = "system"
"""The table that every run asks which system answers."""

Kinds = Collection[type[BaseResource]]

Need = tuple[str, frozenset[Right]]
"""A table and rights on it."""


def rights_of(kind: type[BaseResource], stage: Stage, among: Kinds | None = None) -> Rights:
    """Return the rights that one stage in the life of a resource takes.

    Args:
        kind: The resource.
        stage: What is done with it.
        among: The resources that there are: a reference to one of several kinds means these. All, if None.
    """
    return merged([(SYSTEM, SEE), *_needs(kind, stage, among)])


def rights_for(kinds: Kinds, stages: Iterable[Stage]) -> Rights:
    """Return the rights that programs take which use these resources and no others.

    Args:
        kinds: The resources.
        stages: What is done with them.
    """
    return merged(need for kind in kinds for stage in stages for need in rights_of(kind, stage, kinds).items())


def merged(needs: Iterable[Need]) -> Rights:
    """Return all rights on each table together."""
    found: dict[str, frozenset[Right]] = {}
    for table, rights in needs:
        found[table] = found.get(table, frozenset()) | rights
    return {table: found[table] for table in sorted(found)}


def seen(table: str, paths: Iterable[str]) -> list[str]:
    """Return the tables that are read with a row: its own, and those that columns such as ``machine#name`` lead to."""
    from verge_pulumi.catalogue import TABLES  # not where programs import look-ups, which are to start soon

    found = [table]
    for path in paths:
        at = table
        for step in path.split("#")[:-1]:
            column = TABLES[at].column(step) if at in TABLES else None
            if column is None or column.target is None:
                break
            at = column.target
            found.append(at)
    return list(dict.fromkeys(found))


def choices(kind: type[BaseResource]) -> dict[str, Kinds]:
    """Return the references that may name rows of several kinds, and these kinds."""
    references = (each for each in kind.declaration.inputs.values() if isinstance(each, Reference))
    several = {each.name: each.resolved() for each in references}
    return {name: kinds for name, kinds in several.items() if len(kinds) > 1}


def touches(kind: type[BaseResource]) -> Iterator[Touch]:
    """Yield what a kind says that it reads and writes beside its own rows: its life, and each class of its provider."""
    yield from kind.declaration.life.touches()
    for base in provider_of(kind).__mro__:
        yield from vars(base).get("touched", ())


def _needs(kind: type[BaseResource], stage: Stage, among: Kinds | None) -> Iterator[Need]:
    declaration = kind.declaration
    yield from ((table, SEE) for table in _read_with(kind, among))
    for name in declaration.inputs:
        yield from ((each.declaration.table, SEE) for each in _meant(kind, name, among))
    if stage != "read":
        own, change = declaration.life.rights(stage), declaration.life.rights("update")
        if stage == "create" and _changes(declaration):
            own |= change  # one that is there already is taken over, and some are filled after they were made
        if stage != "update" or _changes(declaration):
            yield declaration.table, own
            yield from ((table, own) for table in _owners(kind, among))
    if stage == "delete":
        yield from ((table, SEE) for table in _asked_for_others(kind))
    for each in touches(kind):
        if stage in each.at:
            named = [one.declaration.table for one in _meant(kind, each.of, among)] if each.of else []
            tables = named if each.of else [each.table or declaration.table]
            yield from ((table, SEE | each.rights) for table in tables)


def _read_with(kind: type[BaseResource], among: Kinds | None) -> Iterator[str]:
    """Yield the tables that are read with a row: its own, and of those that it is created within, which tell whose."""
    declaration = kind.declaration
    yield from seen(declaration.table, (each.follow for each in declaration.attributes.values() if each.follow))
    if declaration.listed_in:
        yield declaration.listed_in[0]
    for above in _meant(kind, declaration.parent.name, among) if declaration.parent else ():
        yield from _read_with(above, among)


def _asked_for_others(kind: type[BaseResource]) -> Iterator[str]:
    """Yield the tables that are asked whether another stack has rows within one that is deleted, or that use it."""
    provider = provider_of(kind)
    if issubclass(provider, RowHooks):
        tables = [
            *(below.table for below, _ in lying_in(kind.declaration)),
            *(table for table, _ in provider.users),
        ]
        for table in dict.fromkeys(tables):
            yield from seen(table, fields(markable()[table]))


def _owners(kind: type[BaseResource], among: Kinds | None) -> Iterator[str]:
    """Yield the tables of rows on which rights are looked for instead (docs/vergeos/access.md §6, owner field)."""
    from verge_pulumi.catalogue import TABLES  # as in `seen`

    declaration = kind.declaration
    column = TABLES[declaration.table].owner if declaration.table in TABLES else None
    for name, attribute in declaration.inputs.items():
        if column and attribute.column == column:
            yield from (each.declaration.table for each in _meant(kind, name, among))


def _meant(kind: type[BaseResource], name: str, among: Kinds | None) -> list[type[BaseResource]]:
    """Return the kinds of rows that a reference names; none for another attribute."""
    attribute = kind.declaration.inputs[name]
    if not isinstance(attribute, Reference):
        return []
    kinds = attribute.resolved()
    return kinds if among is None or len(kinds) < 2 else [each for each in kinds if issubclass(each, tuple(among))]


def _changes(declaration: Declaration) -> bool:
    """Say whether a row of it is ever changed in place."""
    return any(each.column and not each.replaces for each in declaration.inputs.values())
