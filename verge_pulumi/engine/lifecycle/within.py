"""What other stacks have within a row that is about to go: VergeOS deletes it along with the row, whosever it is.

What can lie within the rows of a table follows from what the resources declare: the reference to the row that each is
created within, and those of the rows above. Each table of such rows is listed once for a run, not once for each object.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from verge_pulumi.client import NotFound, Row, printable
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.attributes import OptionalRef, Ref
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.lives import TakenOn
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.releases import is_older
from verge_pulumi.engine.ownership.mark import MARKS, Mark, token_of

if TYPE_CHECKING:
    from verge_pulumi.engine.lifecycle.rows import RowProvider

SHOWN = 5
"""Rows that an error names; it counts the others."""

OWNER_NAME = "of_name"
"""Under which name the answer has that of the machine that a row belongs to, which is the name of its VM."""

Column = tuple[str, str]
"""A table and one of its columns."""


class Above(NamedTuple):
    """A row that rows of one kind lie within, directly or not.

    Attributes:
        table: Its table.
        column: The column of it by which they refer to it.
        path: The field of theirs that holds that: ``zone#view#vnet``.
    """

    table: str
    column: str
    path: str

    @property
    def alias(self) -> str:
        """Under which name the field is answered."""
        return f"within_{self.table}" if "#" in self.path else self.path

    @property
    def field(self) -> str:
        """The field as a GET asks for it."""
        return f"{self.path} as {self.alias}" if "#" in self.path else self.path


def above(declaration: Declaration) -> Iterator[Above]:
    """Yield the rows that the rows of a declaration lie within, from the nearest to the farthest."""
    path: list[str] = []
    while (parent := declaration.parent) and parent.column and len(kinds := parent.resolved()) == 1:
        life = declaration.life
        path.append(parent.column)
        column = parent.through or "$key"
        if isinstance(life, TakenOn) and life.shared and life.by == parent.name:
            path.append("vnet")  # the column is the key of what the rows of a network share, which names it
            column = "$key"
        declaration = kinds[0].declaration
        yield Above(declaration.table, column, "#".join(path))
        if column != "$key":
            return


@cache
def markable() -> Mapping[str, Declaration]:
    """Return what declares rows that can bear a mark, by their tables."""
    resources: Any = importlib.import_module("verge_pulumi.resources")  # imported when something is deleted
    declared: Iterable[Declaration] = (getattr(resources, name).declaration for name in resources.__all__)
    return {each.table: each for each in declared if each.markable}


@cache
def lying_in(declaration: Declaration) -> tuple[tuple[Declaration, Above], ...]:
    """Return what can bear a mark and lie within rows of a declaration, and how it refers to these.

    It is nothing where the program says by ``allow_cascade`` whether rows of others may go along: these kinds look at
    all that is within, with and without a mark.
    """
    if "allow_cascade" in declaration.inputs:
        return ()
    table = declaration.table
    every = ((each, one) for each in markable().values() for one in above(each))
    return tuple((each, one) for each, one in every if one.table == table)


@cache
def fields(declaration: Declaration) -> tuple[str, ...]:
    """Return the projection of a list that tells of each row whose it is, what it lies within and what it uses.

    It is the same whatever is asked for, so that one list of a table serves all.
    """
    label = declaration.label.projection if declaration.label else ()
    lies = list(above(declaration))
    owner = [f"{one.path}#name as {OWNER_NAME}" for one in lies if one.column != "$key"]
    uses = [a.column for a in declaration.inputs.values() if isinstance(a, Ref | OptionalRef) and a.readable]
    every = ("$key", "description", *label, *owner, *(one.field for one in lies), *filter(None, uses))
    return tuple(dict.fromkeys(every))


class Within:
    """Finds the rows of others that keep a row from being deleted.

    Args:
        connection: Where to.
        declaration: What declares the row.
        users: Columns of other rows that refer to it, and for which VergeOS refuses to delete it.
    """

    def __init__(self, connection: Connection, declaration: Declaration, users: Collection[Column] = ()) -> None:
        self._connection = connection
        self._declaration = declaration
        self._users = users

    def refuse(self, key: str, row: Mapping[str, Any], known: Callable[[Collection[Mark]], Collection[str]]) -> None:
        """See that no other stack has rows within it, or rows for which VergeOS would refuse to delete it.

        Rows without a mark are not looked at: they belong to nobody, and go with it as VergeOS has it.

        Args:
            key: The row's key.
            row: Its columns, as far as others refer to it by them.
            known: Returns the tokens of those marks that no other stack has.

        Raises:
            EngineError: Another stack has; the text names them.
        """
        told = [
            f"{_named(declaration, each)} {'within' if inside else 'uses'} it {'' if inside else 'and '}belongs to "
            f"{mark.holder}"
            for declaration, each, inside in self._others(key, row, known)
            if (mark := Mark.of(each.get("description")))
        ]
        if not told:
            return
        more = f", and so do {len(told) - SHOWN} more" if len(told) > SHOWN else ""
        raise EngineError(
            f"{', '.join(told[:SHOWN])}{more}. Let that stack delete {'it' if len(told) == 1 else 'them'} first; if "
            "there is no such stack any more, take its mark out of the description"
        )

    def _others(
        self, key: str, row: Mapping[str, Any], known: Callable[[Collection[Mark]], Collection[str]]
    ) -> list[tuple[Declaration, Row, bool]]:
        found = list(self._marked(key, row))
        ours = known([mark for _, each, _ in found if (mark := Mark.of(each.get("description")))]) if found else ()
        # What this run has deleted since is still in the list.
        return [
            (declaration, now, inside)
            for declaration, each, inside in found
            if token_of(each) not in ours
            and (now := self._connection.reader.fresh(declaration.table, str(each["$key"]), fields(declaration)))
            and token_of(now) not in ours
        ]

    def _marked(self, key: str, row: Mapping[str, Any]) -> Iterator[tuple[Declaration, Row, bool]]:
        """Yield the rows with a mark that are within the row or use it, and which of both."""
        columns = [
            *(
                (each, one.alias, key if one.column == "$key" else row.get(one.column), True)
                for each, one in self._inside()
            ),
            *((markable()[table], column, key, False) for table, column in self._users),
        ]
        for declaration, column, value, inside in columns:
            for each in self._listed(declaration).values() if value is not None else ():
                if same(each.get(column), value):
                    yield declaration, each, inside

    def _listed(self, declaration: Declaration) -> Mapping[str, Row]:
        try:
            return self._connection.reader.of_run.rows(declaration.table, fields(declaration), MARKS)
        except NotFound:
            return {}  # this VergeOS has no such table; that it is one was seen when the row was read

    def _inside(self) -> Iterator[tuple[Declaration, Above]]:
        release = self._connection.release
        for declaration, one in lying_in(self._declaration):
            if not (release and declaration.since and is_older(release, declaration.since)):
                yield declaration, one


def same(one: Any, other: Any) -> bool:
    """Say whether two keys are equal, as VergeOS answers them and as a state has them."""
    return _text(one) == _text(other)


def _text(key: Any) -> str:
    return str(int(key)) if isinstance(key, float) and key.is_integer() else str(key)


def _named(declaration: Declaration, row: Row) -> str:
    label = row.get(declaration.label.answer) if declaration.label else row.get("name")
    name = f"'{printable(str(label))}'" if label else f"{declaration.table}/{row['$key']}"
    owner = f" of '{printable(str(row[OWNER_NAME]))}'" if row.get(OWNER_NAME) else ""
    return f"{declaration.title} {name}{owner}"


def spare_others(provider: RowProvider[Any], id: str, state: Inputs, row: Mapping[str, Any]) -> None:
    """See that the deletion of a row takes nothing along that another stack manages, and is not refused for it.

    Args:
        provider: The provider of the row.
        id: Its key.
        state: The outputs in the state.
        row: Its columns, as far as others refer to it by them.

    Raises:
        EngineError: It would; the text names the rows.
    """
    within = Within(provider.connection, provider.declaration, provider.users)
    within.refuse(id, row, lambda marks: provider.known(marks, state))
