"""The provider of a resource that is a row of a table: create, read, update and delete by the rules of ownership.

It is longer than other files here, since the life of a row is one story: update and delete rely on what create decided.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection, Mapping
from typing import Any, ClassVar, TypeVar

from verge_pulumi.client import AlreadyExists, ApiError, Filter, NotFound, Outcome, Row, VergeError, printable, where
from verge_pulumi.engine import host
from verge_pulumi.engine.declare import NAME, OWNER, BaseResource
from verge_pulumi.engine.errors import EngineError, InitialisationFailed, Withdrawn, explain, gone
from verge_pulumi.engine.model import Inputs, differing, outputs, payload
from verge_pulumi.engine.ownership import MARK, Mark, other_owner, without_mark
from verge_pulumi.engine.provider import UNFINISHED, DeclaredProvider
from verge_pulumi.engine.reading import Place
from verge_pulumi.engine.waiting import WaitTimeout, wait_until

APPEARS_WITHIN = 30.0
"""Seconds within which a created row shows up in a GET (fact sheet quirks R14)."""

R = TypeVar("R", bound=BaseResource)


class RowProvider(DeclaredProvider[R]):
    """Manages rows of the table that the resource R declares.

    Subclasses add what is special about a row's life, from `check_together` before it to `before_delete` at its end.
    """

    told_before_delete: ClassVar[tuple[str, ...]] = ()
    """Fields that `before_delete` is told besides those of the declaration."""

    unless_told: ClassVar[Mapping[str, Any]] = {}
    """Columns of a new row of which the program says nothing, as far as they tell rows apart that have no mark."""

    def make(self, inputs: Inputs, values: Mapping[str, Any]) -> str:
        """Make the row out of columns, once; return its key."""
        return self.connection.client.table(self.declaration.table).create(values).key

    def later(self, inputs: Inputs) -> Collection[str]:
        """Name the arguments that cannot be part of `make` and are written when the row is ready."""
        return ()

    def until_ready(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Wait until a new row can be used; return it as it is then."""
        return row

    def before_update(self, id: str, row: Row, inputs: Inputs, changed: Collection[str]) -> None:
        """Do what comes before these arguments are written to an existing row."""

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Do what follows a create or an update; return the row as it is then."""
        return row

    def before_delete(self, id: str, row: Row, props: Inputs) -> None:
        """Do what VergeOS demands before it deletes the row."""

    def parent(self, props: Inputs) -> tuple[type[BaseResource], str] | None:
        """Name the row, by resource and key, that one which cannot carry a mark hangs on, and whose owner it has."""
        return None

    def used_by(self, id: str) -> str:
        """Name what keeps VergeOS from deleting the row, as far as that can be told."""
        return ""

    # Create ----------------------------------------------------------------------------------------------------------

    def insert(self, inputs: Inputs) -> tuple[str, dict[str, Any]]:
        """Make the row, or find the one that an earlier attempt of ours made."""
        _ = self.connection.system
        if not self.declaration.markable:
            self._refuse_parent_of_others(inputs)
        values = self._values(inputs, self.declaration.inputs.keys() - set(self.later(inputs)))
        mark = self._mark(inputs)
        if mark:
            values["description"] = mark.append_to(inputs.get("description"))
        try:
            key = self._post(inputs, values, mark)
        finally:
            self.connection.reader.forget(self.declaration.table)
        self._place(key, {name: str(value) for name, value in values.items()})
        return key, self._finish(key, inputs, mark, sorted(self.declaration.inputs), new=True)

    def _post(self, inputs: Inputs, values: dict[str, Any], mark: Mark | None) -> str:
        """Create the row exactly once; what is not known to have failed is looked for before it is sent again."""
        if not self._identified(inputs):
            # VergeOS will not refuse a second one, so an earlier attempt must be looked for.
            found = self._own(inputs, _any_attempt(mark)) if mark else self._alike(values)
            if found:
                return self._take_over(inputs, found, mark)
        try:
            return self.make(inputs, values)
        except AlreadyExists as error:
            return self._resolve_conflict(inputs, mark, error)
        except VergeError as error:
            if error.outcome is Outcome.NOT_APPLIED:
                raise
            if mark is None and self.declaration.markable:
                raise EngineError(
                    f"{error} Whether the row was made is not known, and without marks it cannot be found. "
                    f"Look for it on {self.connection.client.host} before the next run"
                ) from error
            failure = error
        if mark or not self._identified(inputs):
            found = self._own(inputs, str(mark)) if mark else self._alike(values)
            if found:
                return str(found["$key"])
        if failure.outcome is Outcome.APPLIED:
            raise failure
        try:
            return self.make(inputs, values)
        except AlreadyExists as error:
            return self._resolve_conflict(inputs, mark, error)

    def _resolve_conflict(self, inputs: Inputs, mark: Mark | None, refusal: AlreadyExists) -> str:
        """Decide whose row it is that holds the name already.

        Raises:
            EngineError: It is somebody else's; the text names its key and how to adopt it.
        """
        unique = {self._column(name): value for name, value in self._unique(inputs).items()}
        rows = self._find(*(where(column, "eq", value) for column, value in unique.items())) if unique else []
        # What a filter finds is compared once more, exactly, before it is acted on (fact sheet quirks R7).
        rows = [row for row in rows if all(str(row.get(column)) == str(value) for column, value in unique.items())]
        if len(rows) > 1:
            raise EngineError(f"several rows have that name: {', '.join(str(row['$key']) for row in rows)}")
        if not rows:
            raise refusal
        row = rows[0]
        key = str(row["$key"])
        theirs = Mark.of(row.get("description"))
        # One that cannot carry a mark is that of whoever owns its parent, and that is us by now.
        ours = not self.declaration.markable or (
            mark is not None and theirs is not None and theirs.belongs_to(mark.owner, mark.name)
        )
        if (ours or inputs.get("adopt")) and (self.declaration.table, key) not in self.connection.live:
            return self._take_over(inputs, row, mark)
        if ours:
            raise EngineError(
                f"row {key} of {self.declaration.table} has that name and is the resource that this one replaces. "
                "Leave delete_before_replace on, or give the new one another name"
            )
        owner = f"belongs to {theirs.owner} as '{theirs.name}'" if theirs else "is managed by nobody here"
        raise EngineError(
            f"row {key} of {self.declaration.table} has that name already and {owner}. Choose another name; if the "
            "resource was renamed in the program use the alias option; to manage that row from here set adopt=True"
        )

    def _take_over(self, inputs: Inputs, row: Row, mark: Mark | None) -> str:
        """Make an existing row ours: a fresh mark, and the values the program sets."""
        changed = self._unlike(row, inputs)
        fixed = [name for name in changed if self.declaration.inputs[name].replaces and self._is_column(name)]
        key = str(row["$key"])
        if fixed:
            raise EngineError(
                f"row {key} of {self.declaration.table} differs in {', '.join(fixed)}, which is set on creation only. "
                "Delete the row, or declare what it has"
            )
        values = payload(self.declaration, inputs, set(changed) - set(self.later(inputs)))
        if mark:
            values["description"] = marked_description(inputs, row, mark)
        if values:
            self._put(key, values)
        self.connection.live.add((self.declaration.table, key))
        if self.declaration.markable:  # others VergeOS may have made for us, which is nothing to tell
            host.log(f"took over row {key} of {self.declaration.table}, which existed already")
        return key

    # Read ------------------------------------------------------------------------------------------------------------

    def fetch(self, id: str, props: Inputs) -> dict[str, Any] | None:
        """Read the row; one that carries another's mark is not the row we made, so ours is gone."""
        owner = props.get(OWNER, "") if self._ours(props) else ""
        row = self.connection.reader.shared(self.declaration.table, id, self.declaration.fields, owner)
        if row is None:
            return None
        stranger = self._stranger(row, props)
        if stranger:
            host.log(f"row {id} of {self.declaration.table} now belongs to {stranger}", warning=True)
            return None
        return self._outs(row, props) | self._kept_mark(props)

    # Update ----------------------------------------------------------------------------------------------------------

    def change(self, id: str, olds: Inputs, news: Inputs) -> dict[str, Any]:
        """Write the columns that the program sets and that differ from the state; nothing else.

        An object that was left unfinished is compared with the live row instead: what got there is not known.
        """
        row = self._fenced(id, olds)
        if row is None:
            raise gone(self.declaration.table, id)
        if UNFINISHED in olds:
            row = self.until_ready(id, row, news)
            changed = self._unlike(row, news)
        else:
            changed = differing(self.declaration, olds, news)
        values = payload(self.declaration, news, set(changed))
        mark = Mark.of(olds.get(MARK))
        if mark and ("description" in values or Mark.of(row.get("description")) is None):
            values["description"] = marked_description(news, row, mark)
        if values:
            self.before_update(id, row, news, changed)
            self._put(id, values)
        written = sorted(self.declaration.inputs) if UNFINISHED in olds else changed
        return self._finish(id, news, mark, written, row=None if values else row)

    # Delete ----------------------------------------------------------------------------------------------------------

    def remove(self, id: str, props: Inputs) -> None:
        """Delete the row, once it is certain that it is ours and VergeOS will let it go."""
        row = self._fenced(id, props, self.told_before_delete)
        if row is None:
            return
        self.before_delete(id, row, props)
        try:
            self.connection.client.table(self.declaration.table).delete(id)
        except NotFound:
            return
        except VergeError as error:
            # Whether it is gone is seen by looking, not by the words of the error.
            if error.outcome is Outcome.UNKNOWN and self._fenced(id, props) is None:
                return
            if isinstance(error, ApiError) and (users := self.used_by(id)):
                raise EngineError(f"{error} It is used by {users}") from error
            raise
        finally:
            self.connection.reader.forget(self.declaration.table)

    # ------------------------------------------------------------------------------------------------------------------

    def _finish(
        self,
        id: str,
        inputs: Inputs,
        mark: Mark | None,
        written: list[str],
        row: Row | None = None,
        *,
        new: bool = False,
    ) -> dict[str, Any]:
        """Read back what was written and see that it stuck; the row exists, so nothing may lose its key from here on.

        VergeOS answers 200 to a column that it does not have, and drops it (fact sheet quirks W1).
        """
        kept = {MARK: str(mark)} if mark else {}
        try:
            read = row or self._read_back(id)
            late = self.later(inputs) if new else ()
            self._verify(read, inputs, [name for name in written if name not in late])
            if new:
                read = self._ripen(id, read, inputs)
            read = self.after_write(id, read, inputs) if written else read
            outs = self._outs(read, inputs)
        except Withdrawn:
            raise
        except Exception as error:
            # Whatever went wrong, the engine must learn the key.
            known = {name: inputs.get(name) for name in self.declaration.attributes}
            raise InitialisationFailed(id, self._complete(id, known | kept, inputs), explain(error)) from error
        return outs | kept

    def _ripen(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Wait until a new row is ready, and write what could not be part of its creation."""
        row = self.until_ready(id, row, inputs)
        names = [name for name in self._unlike(row, inputs) if name in self.later(inputs)]
        values = payload(self.declaration, inputs, set(names))
        if not values:
            return row
        self._put(id, values)
        row = self._read_back(id)
        self._verify(row, inputs, names)
        return row

    def _put(self, id: str, values: Mapping[str, Any]) -> None:
        try:
            self.connection.client.table(self.declaration.table).update(id, values)
        finally:
            self.connection.reader.forget(self.declaration.table)

    def _unlike(self, row: Row, inputs: Inputs) -> list[str]:
        """Return the arguments in which a row differs from what the program says.

        What VergeOS never returns may differ, so it is written again.
        """
        attributes = self.declaration.inputs
        unknown = [name for name, a in attributes.items() if a.write_only and not a.replaces and inputs.get(name)]
        return [*differing(self.declaration, self._outs(row, inputs), inputs), *unknown]

    def _place(self, id: str, columns: Mapping[str, Any]) -> None:
        """Tell the reader which row lists this one, if the declaration names its table."""
        if self.declaration.listed_in is None:
            return
        table, name = self.declaration.listed_in
        for attribute in self.declaration.inputs.values():
            parent = columns.get(str(attribute.column))
            if attribute.through is not None and parent is not None:
                key = str(int(parent)) if isinstance(parent, float) else str(parent)
                self.connection.reader.place(self.declaration.table, id, Place(table, key, name))

    def _read_back(self, id: str) -> Row:
        reader, declaration = self.connection.reader, self.declaration
        try:
            row = wait_until(
                lambda: reader.fresh(declaration.table, id, declaration.fields),
                lambda row: row is not None,
                what=f"row {id} of {declaration.table} to appear",
                timeout=APPEARS_WITHIN,
                clock=self.connection.clock,
                describe=lambda _: "not found",
            )
        except WaitTimeout:
            row = None
        if row is None:
            raise EngineError(f"row {id} of {declaration.table} was made but cannot be read back")
        return row

    def _verify(self, row: Row, inputs: Inputs, written: list[str]) -> None:
        live = self._outs(row, inputs)
        for name in differing(self.declaration, live, {name: inputs.get(name) for name in written}):
            raise EngineError(
                f"{name} was written as {self._shown(name, inputs[name])} and reads back as "
                f"{self._shown(name, live[name])}. Declare what this VergeOS makes of it"
            )

    def _shown(self, name: str, value: Any) -> str:
        return "[secret]" if self.declaration.attributes[name].secret else repr(value)

    def _outs(self, row: Row, kept: Mapping[str, Any]) -> dict[str, Any]:
        plain = {**row, "description": without_mark(row.get("description"))} if self.declaration.markable else row
        return outputs(self.declaration, plain, kept)

    def _values(self, inputs: Inputs, names: Collection[str]) -> dict[str, Any]:
        """Return the columns of a POST, with the keys that references stand for."""
        values = payload(self.declaration, inputs, set(names))
        for name, attribute in self.declaration.inputs.items():
            if attribute.through is not None and attribute.column:
                values[attribute.column] = self._through(name, inputs[name])
        return values

    def _through(self, name: str, key: str) -> Any:
        attribute = self.declaration.inputs[name]
        table = attribute.target.declaration.table
        return self.connection.reader.known(table, key, str(attribute.through))

    def _unique(self, inputs: Inputs) -> dict[str, Any]:
        """Return the values by which VergeOS tells rows apart, as filters want them; {} if one is left out."""
        values: dict[str, Any] = {}
        for name in self.declaration.unique:
            if inputs.get(name) is None:
                return {}
            attribute = self.declaration.inputs[name]
            values[name] = (
                self._through(name, inputs[name]) if attribute.through else attribute.value.to_api(inputs[name])
            )
        return values

    def _identified(self, inputs: Inputs) -> bool:
        """Say whether VergeOS itself would refuse a second row like this one."""
        return bool(self.declaration.unique) and all(inputs.get(name) is not None for name in self.declaration.unique)

    def _column(self, name: str) -> str:
        return str(self.declaration.inputs[name].column)

    def _is_column(self, name: str) -> bool:
        return self.declaration.inputs[name].readable

    def _find(self, *conditions: Filter) -> list[Row]:
        only = [where(column, "eq", value) for column, value in self.declaration.only.items()]
        condition = functools.reduce(operator.and_, [*conditions, *only])
        return self.connection.reader.find(self.declaration.table, condition, self.declaration.fields)

    def _own(self, inputs: Inputs, mark: str) -> Row | None:
        """Find the row that an attempt of ours made, within the row it hangs on if it hangs on one.

        Args:
            inputs: What the program says.
            mark: How the row's mark begins.
        """
        parents = [
            where(self._column(name), "eq", self._through(name, inputs[name]))
            for name, attribute in self.declaration.inputs.items()
            if attribute.through is not None
        ]
        rows = [
            row
            for row in self._find(*parents, where("description", "cs", mark))
            if str(Mark.of(row.get("description"))).startswith(mark)
            and (self.declaration.table, str(row["$key"])) not in self.connection.live
        ]
        if len(rows) > 1:
            keys = ", ".join(str(row["$key"]) for row in rows)
            raise EngineError(f"several rows of {self.declaration.table} carry the mark of this resource: {keys}")
        return rows[0] if rows else None

    def _alike(self, values: Mapping[str, Any]) -> Row | None:
        """Find a row that nothing tells from the one to be made, where rows carry no mark.

        Args:
            values: The columns of the POST.
        """
        if self.declaration.markable:
            return None  # the program wants no marks
        wanted = {**self.unless_told, **values}
        rows = self._find(*(where(column, "eq", value) for column, value in wanted.items()))
        free = [row for row in rows if (self.declaration.table, str(row["$key"])) not in self.connection.live]
        # What a filter finds is compared once more, exactly (fact sheet quirks R7).
        return next((row for row in free if all(str(row.get(name)) == str(wanted[name]) for name in wanted)), None)

    # Ownership -------------------------------------------------------------------------------------------------------

    def _ours(self, props: Inputs) -> bool:
        return MARK in props

    def _mark(self, inputs: Inputs) -> Mark | None:
        if not (self.connection.settings.mark and self.declaration.markable and OWNER in inputs):
            return None
        return Mark.new(inputs[OWNER], inputs[NAME])

    def _kept_mark(self, props: Inputs) -> dict[str, str]:
        return {MARK: props[MARK]} if MARK in props else {}

    def _stranger(self, row: Row, props: Inputs) -> str:
        """Return who holds the row now if that is not the resource of these properties, else "".

        A mark may be edited away in the UI; a row without one that also bears another name is another row.
        """
        if not self.declaration.markable:
            return self._parent_owner(props)
        known, live = Mark.of(props.get(MARK)), Mark.of(row.get("description"))
        if known is None:
            return ""
        if live is not None:
            return f"{live.owner} as '{live.name}'" if live.nonce != known.nonce else ""
        renamed = isinstance(props.get("name"), str) and row.get("name") != props["name"]
        return f"somebody else, who calls it '{printable(str(row.get('name')))}'" if renamed else ""

    def _parent_owner(self, props: Inputs) -> str:
        """Return who else manages the parent, as its row says that the stack's own refresh reads too."""
        owner = props.get(OWNER, "")
        parent = self.parent(props) if owner else None
        if parent is None:
            return ""
        kind, key = parent
        row = self.connection.reader.shared(kind.declaration.table, key, kind.declaration.fields, owner)
        return other_owner(row.get("description"), owner) if row else ""

    def _refuse_parent_of_others(self, inputs: Inputs) -> None:
        """See that a new row without a mark would be ours; of the parent, what this run has read of it will do.

        Raises:
            EngineError: It would be another stack's as soon as it exists.
        """
        parent = self.parent(inputs)
        if parent is not None and OWNER in inputs:
            table, key = parent[0].declaration.table, parent[1]
            other = other_owner(self.connection.reader.known(table, key, "description"), inputs[OWNER])
            if other:
                raise EngineError(f"{table}/{key} belongs to {other}, and so would this. Declare it there")

    def _fenced(self, id: str, props: Inputs, besides: tuple[str, ...] = ()) -> Row | None:
        """Read the row that is about to be written to or deleted, and see that it is still ours.

        Raises:
            EngineError: It carries a newer mark, so someone else has taken it over since.
        """
        self._place(id, props)
        row = self.connection.reader.fresh(self.declaration.table, id, (*self.declaration.fields, *besides))
        if row is not None and (stranger := self._stranger(row, props)):
            raise EngineError(
                f"row {id} of {self.declaration.table} now belongs to {stranger}. It is left alone; "
                "run 'pulumi refresh' to forget it here"
            )
        return row


def marked_description(inputs: Inputs, row: Row, mark: Mark) -> str:
    """Return what the program says, else what people wrote, with the mark below."""
    text = inputs.get("description")
    return mark.append_to(without_mark(row.get("description")) if text is None else text)


def _any_attempt(mark: Mark) -> str:
    return str(mark).removesuffix(f"{mark.nonce}]")
