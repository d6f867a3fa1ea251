"""The simulated system without HTTP: reads, writes and actions, as defined by the catalogue and the behaviours.

It is longer than other files here, since all of it operates on the same rows under the same rules.

It is one file, since it is what all requests of a table have in common, in the order in which it happens.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Set
from functools import partial
from typing import Any

from verge_pulumi.catalogue.described import DescribedSystem
from verge_pulumi.catalogue.model import Column, Effect, Table, Type, Write
from verge_pulumi.catalogue.platform import NOTES, UNMODELLED
from verge_pulumi.simulator.arguments import finite, mapping, text
from verge_pulumi.simulator.behaviour import BEHAVIOURS
from verge_pulumi.simulator.behaviour.access.permissions import Permissions
from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.behaviour.power import Power
from verge_pulumi.simulator.clock import Clock
from verge_pulumi.simulator.compiling import Compiler
from verge_pulumi.simulator.contents import Content
from verge_pulumi.simulator.errors import (
    dangling,
    denied,
    in_use,
    invalid,
    invalid_argument,
    missing,
    not_found,
    not_in_list,
    not_modelled,
    not_permitted,
    readonly,
)
from verge_pulumi.simulator.fields import parse as parse_fields
from verge_pulumi.simulator.query import Query, sort_rows
from verge_pulumi.simulator.relations import Key, Relation, Release, Row, reference, relations
from verge_pulumi.simulator.rights import Rights
from verge_pulumi.simulator.store import Store
from verge_pulumi.simulator.transitions import Dials, Transitions
from verge_pulumi.simulator.values import convert

_FLAGS = {
    Effect.RESTART: "need_restart",
    Effect.FIREWALL: "need_fw_apply",
    Effect.DNS: "need_dns_apply",
    Effect.PROXY: "need_proxy_apply",
}
"""The column that says a change is stored and not yet in effect."""


class Backend:
    """A VergeOS system as data and rules.

    Args:
        tables: The catalogue's tables by name.
        release: The release to imitate.
        name: The system's name; generated values depend on it.
        clock: The source of the time.
        dials: How transitions behave.
        like: The system whose columns, words and defaults it has; None for those of the catalogue.

    Attributes:
        release: The release to imitate.
        clock: The source of the time.
        name: The system's name.
        relations: The tables of this release by name.
        store: The rows.
        contents: The contents of media files, by key.
        transitions: The changes under way.
        power: Starts and stops machines.
        behaviours: What each table does beyond the catalogue.
        unknown_columns: How often a column was sent that the table does not have or a POST may not write, by (table,
            column). VergeOS drops them in silence (docs/vergeos/quirks.md §W1).
        disputed: The answers to what sources disagree about.
        rights: What may be done at present, or None for everything: the API sets it for each request.
    """

    def __init__(
        self,
        tables: Mapping[str, Table],
        *,
        release: Release,
        name: str,
        clock: Clock,
        dials: Dials,
        like: DescribedSystem | None = None,
    ) -> None:
        self.release = release
        self.clock = clock
        self.name = name
        self.relations = relations(tables, release, like)
        self.store = Store(self.relations)
        self.contents: dict[Key, Content] = {}
        self.transitions = Transitions(clock, dials, self._finish)
        self.power = Power(self)
        self.behaviours: dict[str, Behaviour] = {
            table: BEHAVIOURS.get(table, Behaviour)(self, table) for table in self.relations
        }
        self.unknown_columns: Counter[tuple[str, str]] = Counter()
        self._action_tables = {
            relation.table.action_table: relation
            for relation in self.relations.values()
            if relation.table.action_table and not relation.hidden
        }
        self.rights: Rights | None = None
        self._compiler = Compiler(self.store, release, self._visit, self._may)
        self.disputed = self._compiler.disputed

    @property
    def shown(self) -> Mapping[str, Relation]:
        """The tables that requests see, by name."""
        return {name: relation for name, relation in self.relations.items() if not relation.hidden}

    def described(self, table: str) -> Table:
        """Return a table as its schema describes it."""
        return self._compiler.described(table)

    # Reading

    def select(self, table: str, query: Query) -> list[dict[str, Any]]:
        """Return the rows selected by a query.

        Raises:
            ApiError: There is no such table (404), it is not modelled (501), or a parameter does not parse (422).
        """
        self.require_table(table)
        rows = list(filter(self.behaviours[table].is_shown, self.store.rows(table)))
        if self.rights is not None:
            rows = [row for row in rows if self.rights.may("list", table, row)]
        if query.filter:
            rows = list(filter(self._compiler.predicate(table, query.filter, query.fields), rows))
        entries = None if query.fields is None else parse_fields(query.fields)
        if entries == ():
            # A projection that names nothing counts the rows (docs/vergeos/README.md §5).
            return [{"$count": len(rows)}]
        if query.sort:
            sort_rows(rows, query.sort, partial(self._compiler.is_column, table))
        show, rows = self._compiler.projection(table, query.fields), query.window(rows)
        if self.rights is None:
            return list(map(show, rows))
        show_name = self._compiler.projection(table, query.fields, names_only=True)
        return [(show if self.rights.may("read", table, row) else show_name)(row) for row in rows]

    def read(self, table: str, key: str, query: Query) -> dict[str, Any]:
        """Return one row.

        Raises:
            ApiError: There is no such row (404), it may not be read (403), or as for `select`.
        """
        row = self._require(table, key, "read")
        if query.fields is not None and parse_fields(query.fields) == ():
            return {"$count": 1}
        return self._compiler.projection(table, query.fields)(row)

    def download(self, table: str, key: str) -> bytes | Content:
        """Return the content of a row's file.

        Raises:
            ApiError: There is no such row (404), or its table has no files (501).
        """
        row = self._require(table, key, "read")
        return self.behaviours[table].download(row)

    def _visit(self, table: str, row: Row) -> None:
        self.transitions.see(table, row["$key"])

    def _may(self, right: str, table: str, row: Row) -> bool:
        return self.rights is None or self.rights.may(right, table, row)

    def _relation(self, table: str) -> Relation:
        self.require_table(table)
        return self.relations[table]

    def require_table(self, table: str) -> None:
        """Refuse a table that does not exist (404), or is not modelled (501).

        Raises:
            ApiError: It is one of these.
        """
        if table not in self.relations or self.relations[table].hidden:
            exists = table in UNMODELLED or self.is_action_table(table)
            raise not_modelled(f"the table '{table}'") if exists else not_found(f"/v4/{table}")

    def _require(self, table: str, key: str, right: str) -> Row:
        """Return a row on which there is a right."""
        relation = self._relation(table)
        number = int(key[:18]) if relation.table.key == "int" and key.isascii() and key.isdecimal() else None
        row = self.store.get(table, number if relation.table.key == "int" else key)
        if row is None or not self.behaviours[table].is_shown(row):
            raise not_found(f"/v4/{table}/{key}")
        if not self._may(right, table, row):
            raise denied()
        return row

    # Writing

    def create(self, table: str, body: Mapping[str, Any], creator: str) -> dict[str, Any]:
        """Create a row as a client does.

        Args:
            table: The table's name.
            body: The columns as sent.
            creator: The name of the requesting user.

        Returns:
            The receipt.

        Raises:
            ApiError: A column is missing, invalid, already in use or a dangling reference, the table refuses it, or
                there is no right to do it.
        """
        relation = self._relation(table)
        if not relation.table.creatable:
            raise not_permitted(f"Creating rows of '{table}'")
        if self.rights is not None and not self.rights.may_create(relation, body):
            raise denied()
        sent = self._known(relation, body, (Write.ALWAYS, Write.CREATE))
        for column in relation.table.columns:
            if column.required and sent.get(column.name) is None and not (column.nullable and column.name in sent):
                raise invalid(column.name) if column.name in sent else missing(table, column.name)
        if "creator" in relation.columns:
            sent["creator"] = creator
        row, response = self._insert(table, sent, unique=True)
        key = row["$key"]
        receipt = {
            "location": f"/v4/{table}/{key}",
            "dbpath": f"{table}/{key}",
            "$row": key if isinstance(key, int) else 1,
            "$key": str(key),
        }
        return receipt if response is None else receipt | {"response": response}

    def add(self, table: str, columns: Mapping[str, Any], *, key: Key | None = None, unique: bool = False) -> Row:
        """Create a row internally: any column may be given, and none is checked.

        Args:
            table: The table's name.
            columns: Columns as they are stored; the others get their defaults.
            key: Its key; by default the next one.
            unique: Whether unique columns are checked nevertheless.

        Returns:
            The row.
        """
        return self._insert(table, columns, key=key, unique=unique)[0]

    def _insert(
        self, table: str, columns: Mapping[str, Any], *, key: Key | None = None, unique: bool
    ) -> tuple[Row, Response | None]:
        relation, behaviour = self.relations[table], self.behaviours[table]
        row = relation.blank()
        row |= {name: value for name, value in columns.items() if name in row}
        row |= {name: self.clock.stamp(units) for name, units in relation.stamps.items()}
        behaviour.before_create(row)
        if unique:
            self._check_unique(relation, row)
        stored = self.store.insert(table, row, key=key)
        self._stage_parent(relation, stored)
        return stored, behaviour.after_create(stored)

    def update(self, table: str, key: str, body: Mapping[str, Any]) -> bool:
        """Change a row as a client does.

        Returns:
            Whether any column was written; unknown ones and an empty body are ignored.

        Raises:
            ApiError: The row does not exist or may not be changed, or a column is read-only, invalid, already in use or
                a dangling reference.
        """
        relation, row = self._relation(table), self._require(table, key, "modify")
        for name in body:
            column = relation.table.column(name)
            if name == "$key" or (column is not None and column.write in (Write.NEVER, Write.CREATE)):
                raise readonly(name)
        changes = self._known(relation, body, (Write.ALWAYS, Write.UPDATE))
        if not changes:
            return False
        behaviour = self.behaviours[table]
        behaviour.before_update(row, changes)
        self._check_unique(relation, row | changes)
        different = {name: value for name, value in changes.items() if _differ(row[name], value)}
        stamp = {name: self.clock.stamp(units) for name, units in relation.changed.items()}
        self.store.change(table, row["$key"], different | stamp)
        self._stage(relation, row, {relation.columns[name].effect for name in different})
        if different:
            self._stage_parent(relation, row)
        behaviour.after_update(row, different)
        return True

    def upload(self, table: str, key: str, position: str, data: bytes) -> None:
        """Store a part of the content of a row's file.

        Raises:
            ApiError: There is no such row (404), its table has no files (501), or the part does not fit (422).
        """
        row = self._require(table, key, "modify")
        if not (position.isascii() and position.isdecimal()):
            raise invalid_argument()
        self.behaviours[table].upload(row, int(position), data)

    def delete(self, table: str, key: str) -> None:
        """Delete a row and its child rows, as a client does.

        Raises:
            ApiError: The row does not exist, or may not be deleted.
        """
        relation, row = self._relation(table), self._require(table, key, "delete")
        if not relation.table.creatable:
            raise not_permitted(f"Deleting rows of '{table}'")
        self.behaviours[table].before_delete(row)
        self.remove(table, row["$key"])

    def remove(self, table: str, key: Key) -> None:
        """Delete a row and its child rows without any check; other references to it become null.

        Raises:
            KeyError: The row does not exist.
        """
        row = self.store.discard(table, key)
        self.transitions.cancel(table, key)
        for other, column, other_key in self.store.referrers(table, key):
            relation = self.relations[other]
            if self.store.get(other, other_key) is None:
                continue  # an earlier one took it along
            belongs = column == relation.table.parent or column in self.behaviours[other].owners
            if belongs or (relation.columns[column].required and not relation.columns[column].nullable):
                self.remove(other, other_key)
            else:
                self.store.change(other, other_key, {column: None})
        self._stage_parent(self.relations[table], row)
        self.behaviours[table].after_delete(row)
        permissions = self.behaviours.get("permissions")
        if isinstance(permissions, Permissions):
            permissions.withdraw(table, key)

    def _known(self, relation: Relation, body: Mapping[str, Any], writable: tuple[Write, ...]) -> Row:
        """Convert and validate the columns that a client may write, and count the others."""
        known: Row = {}
        for name, value in body.items():
            column = relation.table.column(name)
            if column is None or column.write not in writable:
                self.unknown_columns[relation.name, name] += 1
                continue
            known[name] = convert(column, value, empty_word=self.disputed["empty_word"])
            self._check_reference(column, known[name])
        return known

    def _check_reference(self, column: Column, value: Any) -> None:
        if column.type in (Type.REF, Type.ANY_REF) and value is not None:
            target = reference(column, value)
            if target is None or not self._exists(*target):
                raise dangling(column.name)

    def _exists(self, table: str, key: Key) -> bool:
        """Say whether there is a row. Of a table that is not modelled there are those that rows refer to already."""
        if table in self.relations:
            return self.store.get(table, key) is not None
        return bool(self.store.referrers(table, key))

    def _check_unique(self, relation: Relation, row: Row) -> None:
        group = self.store.clash(relation.name, row)
        if group is not None:
            status = 409 if self.release.since("26.1.4") else 422
            raise in_use(group[-1], row[group[-1]], status=status)

    def _stage(self, relation: Relation, row: Row, effects: Set[Effect]) -> None:
        for effect in effects & _FLAGS.keys():
            waits = effect is not Effect.RESTART or self.power.is_running(row.get("machine"))
            if _FLAGS[effect] in relation.columns and waits:
                self.store.change(relation.name, row["$key"], {_FLAGS[effect]: True})

    def _stage_parent(self, relation: Relation, row: Row) -> None:
        """Mark a network whose rules, DNS or routing changed in any way.

        See docs/vergeos/networks.md §4.1, §7, §8, §11.
        """
        staged = relation.effects
        while staged & _FLAGS.keys():
            column = relation.columns.get(relation.table.parent or "")
            target = None if column is None else reference(column, row[column.name])
            parent = None if target is None else self.store.get(*target)
            if target is None or parent is None:
                return
            relation, row = self.relations[target[0]], parent
            self._stage(relation, row, staged)

    def default_cluster(self, row: Row) -> Row | None:
        """Give a new row the system's default cluster unless it names one; return the row's cluster."""
        if row["cluster"] is None:
            row["cluster"] = next((cluster["$key"] for cluster in self.store.rows("clusters")), None)
        return self.store.get("clusters", row["cluster"])

    # Actions

    def is_action_table(self, name: str) -> bool:
        """Return whether a name is that of an action table, for example ``vm_actions``."""
        return name in self._action_tables or name == NOTES

    def has_action(self, table: str, name: str) -> bool:
        """Return whether rows of a table have an action of that name, wherever it is sent to."""
        return name in self.relations[table].table.actions or name in self.behaviours[table].in_path

    def act(self, action_table: str, body: Mapping[str, Any]) -> Response | None:
        """Perform ``POST <singular>_actions``.

        Returns:
            The action's ``response``.

        Raises:
            ApiError: The action is unknown, refused or not modelled, or the row does not exist.
        """
        if action_table == NOTES:
            self._note(body)
            return None
        relation = self._action_tables[action_table]
        acted_on = relation.table.acted_on or str(relation.table.singular)
        action = _named(action_table, body, acted_on, relation.table.actions)
        column = Column(name=acted_on, type=Type.REF, target=relation.name, required=True)
        key = convert(column, body.get(acted_on))
        self._check_reference(column, key)
        params = body.get("params") or {}
        row = self.store.get(relation.name, key)
        if row is None or not isinstance(params, dict):
            raise invalid_argument()
        if not self._may("modify", relation.name, row):
            raise denied()
        return self.behaviours[relation.name].act(row, action, params)

    def _note(self, body: Mapping[str, Any]) -> None:
        """Write the note of a row, which is named by its table and key (docs/vergeos/virtual-machines.md §11)."""
        _named(NOTES, body, "owner", ("update",))
        column = Column(name="owner", type=Type.ANY_REF, required=True)
        target, params = reference(column, convert(column, body["owner"])), body.get("params")
        row = None if target is None else self.store.get(*target)
        if target is None or row is None:
            raise dangling("owner")
        table, key = target
        if "note" not in self.relations[table].columns or not isinstance(params, dict):
            raise invalid_argument()
        self.update(table, str(key), {"note": params.get("text")})

    def act_in_path(self, table: str, key: str, action: str, body: Mapping[str, Any]) -> Response | None:
        """Perform ``<table>/<key>/<action>``; see `act`."""
        return self.behaviours[self._relation(table).name].act_with(self._require(table, key, "modify"), action, body)

    def act_in_query(self, table: str, key: str, action: str) -> None:
        """Perform ``PUT <table>/<key>?action=<action>``; see `act`."""
        self.behaviours[self._relation(table).name].act_in_query(self._require(table, key, "modify"), action)

    def _finish(self, table: str, key: Key, state: str) -> None:
        row = self.store.get(table, key)
        if row is not None:
            self.behaviours[table].finish(row, state)

    # Content

    def clear(self) -> None:
        """Delete all content."""
        self.store.clear()
        self.contents.clear()
        self.transitions.clear()
        self._forget()

    def dump(self) -> dict[str, Any]:
        """Return the whole content as a JSON value, without the contents of media files."""
        return {
            "release": self.release.text,
            **self.store.dump(),
            "transitions": self.transitions.dump(),
        }

    def load(self, content: Mapping[str, Any]) -> None:
        """Replace the whole content by a result of `dump`.

        Raises:
            ValueError: The content is of another release, or not a result of `dump`; then nothing is replaced.
        """
        try:
            content = mapping("the content", content)
            release = text("release", content.get("release"))
            if release != self.release.text:
                raise ValueError(
                    f"it is of release {release}, this is {self.release.text}."
                    f" Start the simulator with --release {release}."
                )
            if not finite(content):
                raise ValueError("it holds what is no number.")
            under_way = Transitions(self.clock, self.transitions.dials, self._finish)
            under_way.load(content.get("transitions"))
            self.store.load(content)
        except ValueError as error:
            raise ValueError(f"Unable to load the state: {error}") from None
        self.contents.clear()
        self.transitions.load(content["transitions"])
        self._forget()

    def _forget(self) -> None:
        for behaviour in self.behaviours.values():
            behaviour.forget()

    def snapshot(self) -> dict[str, Any]:
        """Return the rows by table and key without time stamps, to compare the content at different times."""
        return {
            table: {str(row["$key"]): dict(self._lasting(relation, row)) for row in self.store.rows(table)}
            for table, relation in self.relations.items()
        }

    @staticmethod
    def _lasting(relation: Relation, row: Row) -> Iterator[tuple[str, Any]]:
        for name in relation.columns:
            if name not in _STAMPS and name not in relation.stamps:
                yield name, row[name]


def _named(action_table: str, body: Mapping[str, Any], acted_on: str, actions: Collection[str]) -> str:
    """Return the action that a body names.

    Args:
        action_table: Where it was sent.
        body: The columns as sent.
        acted_on: The column that names the row.
        actions: The actions that there are.

    Raises:
        ApiError: The row or the action is not named, or there is no such action (422).
    """
    for name in (acted_on, "action"):
        if body.get(name) is None:
            raise missing(action_table, name)
    if body["action"] not in actions:
        raise not_in_list("action", body["action"])
    return str(body["action"])


def _differ(held: Any, value: Any) -> bool:
    """Return whether two values differ; 1 and true differ in a JSON column, though not in Python."""
    if held != value:
        return True
    return isinstance(value, dict | list) and json.dumps(held, sort_keys=True) != json.dumps(value, sort_keys=True)


_STAMPS = frozenset({
    "created", "modified", "started", "last_update", "local_time", "last_fw_apply", "last_dns_apply", "last_login",
})  # fmt: skip
