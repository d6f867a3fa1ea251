"""Which resources and look-ups of this package use a column, and how."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from verge_pulumi import lookups
from verge_pulumi.catalogue import TABLES
from verge_pulumi.engine.declaring.attributes import Attribute, Items, NamedItems, Reference
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.lives import ExistsAlready, Switches
from verge_pulumi.lookups import Lookup
from verge_pulumi.review.kinds import every_kind


@dataclass(frozen=True, kw_only=True)
class Use:
    """One use of a column.

    Attributes:
        owner: The resource, or the look-up with its brackets.
        argument: The argument or output; "" where the column itself is needed.
        sent: The attribute of which the column is written; None where it is only read.
        key: Whether a row is looked for by it.
        made: Whether the resource creates rows; some only change those that there are.
        reads_only: Whether it is a look-up.
    """

    owner: str
    argument: str = ""
    sent: Attribute | None = None
    key: bool = False
    made: bool = True
    reads_only: bool = False

    @property
    def resource(self) -> str:
        """The resource alone, without the part of it that uses the column."""
        return self.owner.partition(".")[0]

    @property
    def name(self) -> str:
        """What people call it, such as ``Network.mtu``."""
        return f"{self.owner}.{self.argument}" if self.argument else self.owner


Uses = Mapping[tuple[str, str], tuple[Use, ...]]
"""The uses of columns, by table and column; under the column "" those of the table itself."""


@cache
def uses() -> Uses:
    """Return all uses of columns by the resources and look-ups of this package."""
    found: dict[tuple[str, str], dict[Use, None]] = defaultdict(dict)
    for place, use in (*_of_resources(), *_of_lookups()):
        found[place][use] = None
    return {place: tuple(each) for place, each in found.items()}


def makers(table: str) -> list[str]:
    """Return the resources that create rows of a table."""
    return [use.owner for use in uses().get((table, ""), ()) if use.made]


def _of_resources() -> Iterator[tuple[tuple[str, str], Use]]:
    for kind in every_kind():
        declaration = kind.declaration
        yield (declaration.table, ""), Use(owner=declaration.title, made=_makes(declaration))
        yield from _of_attributes(declaration.title, declaration.table, declaration.attributes, declaration)
        for column in (*declaration.fixed, *declaration.only):
            yield (declaration.table, column), Use(owner=declaration.title, key=column in declaration.only)
        for name, attribute in declaration.inputs.items():
            if isinstance(attribute, Items | NamedItems):
                table = attribute.table if isinstance(attribute, NamedItems) else declaration.table
                yield (table, ""), Use(owner=declaration.title)
                yield from _of_attributes(f"{declaration.title}.{name}[]", table, attribute.item.attributes)


def _of_attributes(
    owner: str, table: str, attributes: Mapping[str, Attribute], declaration: Declaration | None = None
) -> Iterator[tuple[tuple[str, str], Use]]:
    keys = {*declaration.unique, declaration.label.name if declaration.label else ""} if declaration else set()
    made = declaration is None or _makes(declaration)
    for name, attribute in attributes.items():
        if attribute.column and (attribute.is_input or not attribute.follow):
            sent = attribute if attribute.is_input else None
            yield (table, attribute.column), Use(owner=owner, argument=name, sent=sent, key=name in keys, made=made)
        if attribute.follow:
            for place in _along(table, attribute.follow):
                yield place, Use(owner=owner, argument=name)
        if attribute.through and isinstance(attribute, Reference):
            for target in attribute.resolved():
                yield (target.declaration.table, attribute.through), Use(owner=owner, argument=name)


def _makes(declaration: Declaration) -> bool:
    return not isinstance(declaration.life, ExistsAlready | Switches)


def _of_lookups() -> Iterator[tuple[tuple[str, str], Use]]:
    for name, look in sorted(vars(lookups).items()):
        if isinstance(look, Lookup):
            yield (look.tables[0], ""), Use(owner=f"{name}()", made=False, reads_only=True)
            for path in look.projection:
                for place in _along(look.tables[0], path.partition(" as ")[0]):
                    yield place, Use(owner=f"{name}()", made=False, reads_only=True)


def _along(table: str, path: str) -> Iterator[tuple[str, str]]:
    """Yield each column that a path such as ``machine#status#running`` leads over, with its table."""
    at: str | None = table
    for step in re.sub(r"\[.*", "", path).split("#"):
        known = TABLES.get(at or "")
        column = known.column(step) if known else None
        if known is None or column is None:
            return  # the key, or a list of child rows
        yield known.name, step
        at = column.target
