"""What the rows of a site are to a program: values of arguments, and references to other rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from verge_pulumi.catalogue import DEFAULT_RELEASE, MOVED_DEFAULTS, UNSET, tables_of
from verge_pulumi.catalogue.model import Write
from verge_pulumi.client import Row
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.attributes import Attribute, Items, NamedItems, Reference, Refs
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.declaring.roles import Role
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.hooks import RowHooks
from verge_pulumi.engine.lifecycle.releases import is_older
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.loader import load
from verge_pulumi.engine.ownership.states import Held, Place
from verge_pulumi.importing.contents import Contents, may_hold_secret
from verge_pulumi.importing.found import Found
from verge_pulumi.importing.keys import LOOKUPS, place_of
from verge_pulumi.importing.site import Site, importable

ALWAYS: frozenset[Role] = frozenset({"cores", "ram", "disk", "tier", "segment", "router", "gateway", "uplink", "plug"})
"""Roles of what an object is: written also where VergeOS would choose the same, since its defaults change."""


class Objects:
    """All rows of a site that a program may declare, in the order of their tables and keys.

    Args:
        site: The rows.
        connection: One that answers out of the site.
        every: Whether every argument that can be set is written, and not only what differs from VergeOS's defaults.
        contents: What files hold, if that is wanted.

    Attributes:
        connection: As given.
        contents: As given.
        all: The rows, by place.
    """

    def __init__(
        self, site: Site, connection: Connection, *, every: bool = False, contents: Contents | None = None
    ) -> None:
        self._site = site
        self.connection = connection
        self._every = every
        self.contents = contents
        self._tables = tables_of(connection.release or DEFAULT_RELEASE)
        self._providers: dict[type[BaseResource], Any] = {}
        self._through: dict[tuple[str, str], dict[str, str]] = {}
        self.all: dict[Place, Found] = {found.place: found for found in self._find()}

    @property
    def system(self) -> str:
        """The identity of the VergeOS."""
        return self.connection.system.identity

    def has(self, held: Held) -> bool:
        """Say whether an object of a state is on this VergeOS, also if that had another name then."""
        return "system" not in held.origin or self.connection.is_at(held.origin["system"])

    def name(self, place: Place) -> str:
        """Return the name of a row, of a tag with that of its category in front; "" if it has none."""
        found = self.all.get(place)
        if found is None:
            return ""
        category = "".join(f"{self.name(row)}/" for row in found.references.get("category", ()))
        return f"{category}{found.label}"

    def clusters(self) -> Mapping[str, str]:
        """Return the names of the clusters, by their keys."""
        return {key: str(row["name"]) for key, row in self._site.rows("clusters").items()}

    def unread(self, table: str) -> str:
        """Return why the rows of a table could not be read; "" if they were."""
        return self._site.unread.get(table, "")

    def provider(self, kind: type[BaseResource]) -> Any:
        """Return what serves a resource, connected."""
        if kind not in self._providers:
            provider: Any = load(kind.declaration.kind)
            provider.connection = self.connection
            self._providers[kind] = provider
        return self._providers[kind]

    def above(self, kind: type[BaseResource], properties: Mapping[str, Any]) -> Place | None:
        """Return the row that decides whose another one is that bears no mark; None where that is not known.

        Args:
            kind: The resource of the other one.
            properties: Its properties.
        """
        provider, parent = self.provider(kind), kind.declaration.parent
        if not isinstance(provider, RowHooks) or parent is None or properties.get(parent.name) is None:
            return None
        try:
            owner = provider.owner_row(properties)
        except EngineError:
            return None  # it lies in a row that cannot be read
        return (owner[0].declaration.table, owner[1]) if owner else None

    def _find(self) -> Iterator[Found]:
        for kind in importable():
            rows = self._site.rows(kind.declaration.table)
            for key in sorted(rows, key=_in_order):
                row = rows[key]
                if all(row.get(column) == value for column, value in kind.declaration.only.items()):
                    yield self._found(kind, key, row)

    def _found(self, kind: type[BaseResource], key: str, row: Row) -> Found:
        provider: RowProvider[Any] = self.provider(kind)
        text, left = "", kind.importing.left
        if kind.importing.content and self.contents:
            text, left = self.contents.of((kind.declaration.table, key))
        shown = provider.outs(row, {}) if left else provider.fetch(key, {})
        found = Found(kind, key, row, shown or {}, left=left)
        self._fill(found)
        if text:
            holder = found.given if may_hold_secret(found.label, text) else found.files
            holder[kind.importing.content] = text
        return found

    def _fill(self, found: Found) -> None:
        for name, attribute in found.declaration.inputs.items():
            if isinstance(attribute, Reference):
                rows = list(self._referred(attribute, found))
                found.references |= {name: rows} if rows else {}
            elif attribute.secret:
                found.secrets.add(name)
            elif self._is_written(found, attribute):
                self._say(found, attribute, found.outputs[name])

    def _say(self, found: Found, attribute: Attribute, value: Any) -> None:
        """Let a program say a value, and note which rows it names and whether it is a word that is not known."""
        table = self._tables.get(found.declaration.table)
        column = table.column(str(attribute.column)) if table else None
        found.arguments[attribute.name] = value
        found.mentioned |= self._mentioned(attribute, value)
        if place := place_of(table, attribute, value):
            found.keyed[attribute.name] = place
        word = str(attribute.answered(found.row) or "")
        if word and column and column.choices and word not in column.choices:
            found.unknown[attribute.name] = word

    def _mentioned(self, attribute: Attribute, value: Any) -> Mapping[str, Place]:
        """Return the rows that a text names, by the terms that do; what several rows are called is none of them."""
        named = [each for each in attribute.value.mentions(value) if each.function]
        rows = {each.text: self._only(each.table, each.column, each.value) for each in named}
        return {text: place for text, place in rows.items() if place}

    def name_of(self, place: Place) -> str:
        """Return the name of a row that no program declares; "" if that is not known."""
        table, key = place
        return str(self._site.rows(table).get(key, {}).get("name") or "")

    def settable(self, kind: type[BaseResource]) -> set[str]:
        """Return the columns of a table that VergeOS lets people write, in its release."""
        table = self._tables.get(kind.declaration.table)
        return {column.name for column in table.columns if column.write is not Write.NEVER} if table else set()

    @property
    def looked_up(self) -> dict[str, list[Row]]:
        """The rows that programs look up instead of holding their keys, by table."""
        managed = {kind.declaration.table for kind in importable()}
        return {table: [*self._site.rows(table).values()] for table in sorted(LOOKUPS.keys() - managed)}

    def is_named_once(self, place: Place) -> bool:
        """Say whether no other row of its table has the name of a row."""
        return self._only(place[0], "name", self.name_of(place)) == place

    def _only(self, table: str, column: str, value: str) -> Place | None:
        """Return the one row of which a column holds a value."""
        keys = [key for key, row in self._site.rows(table).items() if str(row.get(column)) == value]
        return (table, keys[0]) if len(keys) == 1 else None

    def _referred(self, attribute: Reference, found: Found) -> Iterable[Place]:
        if attribute.through is None:
            value = found.outputs.get(attribute.name)
            return attribute.refers_to(value) if value not in (None, "", []) else ()
        value = found.row.get(str(attribute.column))
        targets = [target.declaration.table for target in attribute.resolved()]
        held = [(table, self._keys(table, attribute.through).get(str(value))) for table in targets]
        return [(table, key) for table, key in held if key is not None]

    def _keys(self, table: str, column: str) -> Mapping[str, str]:
        """Return the keys of rows by what one of their columns holds."""
        if (table, column) not in self._through:
            rows = self._site.rows(table).items()
            self._through[table, column] = {str(row[column]): key for key, row in rows if row.get(column) is not None}
        return self._through[table, column]

    def _is_written(self, found: Found, attribute: Attribute) -> bool:
        """Say whether the program says the value: what is no constant default of VergeOS, and what the object is."""
        value = found.outputs.get(attribute.name)
        if isinstance(attribute, Items | NamedItems):
            return value is not None
        if value in (None, "", [], {}) or not attribute.readable or not attribute.writable:
            return attribute.required and value is not None
        declaration = found.declaration
        if attribute.column in declaration.fixed and attribute.name not in declaration.unique:
            return False  # VergeOS drew it
        if is_older(self.connection.release, attribute.since):
            return False
        if self._every or not is_left_out_as_default(declaration, attribute):
            return True
        source = found.kind.importing.filled.get(str(attribute.column))
        if source and found.row.get(source) == value:
            return False
        table = self._tables.get(declaration.table)
        column = table.column(str(attribute.column)) if table else None
        if column is None or column.default is UNSET:
            return True
        return not attribute.value.same(attribute.value.from_api(column.default), value)


def is_left_out_as_default(declaration: Declaration, attribute: Attribute) -> bool:
    """Say whether an import does not write an argument where it is what VergeOS decides by itself."""
    plain = attribute.readable and attribute.writable and not (attribute.member or attribute.secret)
    said = attribute.required or attribute.name in declaration.unique or attribute.role in ALWAYS
    moved = (declaration.table, str(attribute.column)) in MOVED_DEFAULTS  # a rebuild on another release is the same
    return plain and not (said or moved or isinstance(attribute, Reference))


def lists(attribute: Attribute) -> bool:
    """Say whether a reference names several rows."""
    return isinstance(attribute, Refs)


def _in_order(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdecimal() else (0, key)
