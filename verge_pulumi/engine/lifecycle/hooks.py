"""What a kind of resource may say about its life: every hook, and when it is called.

A provider class overrides what is special about its kind. Nothing else is overridden, and no hook calls another class's
private method. ``inputs`` are what the program says, ``state`` is what was recorded, ``row`` is what VergeOS has.
It is one file, since this table is what one looks for.

==================  ==============================  ================================  =================================
hook                when                            is given                          what comes back
==================  ==============================  ================================  =================================
check_together      check, arguments are valid      inputs                            problems, a sentence each
kept                check, before all else          recorded and new inputs           arguments that stay as recorded
derived             check, before `check_together`  recorded and new inputs           arguments to set
replaced_by         diff, for a changed argument    its name, state, inputs           whether the object is replaced
refusals            diff, something changed         state, inputs, changed names      refusals, a sentence each
notes               diff, changed in place          state, inputs, changed names      lines for the reader
first_notes         check, the object is new        inputs                            lines for the reader
look_ahead          check, the object is new        inputs, those nobody asked for    lines for the reader
recorded_key        check and diff, by others       an object of the state            its unique values
hint                an error of VergeOS is told     the error, inputs                 what it does not say
insert              create                          inputs                            id and outputs
fetch               refresh, read, unclear diff     id, state                         outputs; None if it is gone
change              update                          id, state, inputs                 outputs
remove              delete                          id, state                         nothing
==================  ==============================  ================================  =================================

A kind whose objects are rows of a table has `insert`, `fetch`, `change` and `remove` from `rows.RowProvider`, and:

==================  ==============================  ================================  =================================
hook                when                            is given                          what comes back
==================  ==============================  ================================  =================================
owner_row           before any access to the row    inputs or state                   the row that decides whose it is
through             a column of a POST, a filter    reference, key                    the column's value
make                create, once                    inputs, columns                   the new key
made_by_vergeos     create, such a row exists       a row                             whether it is there for us to use
remembered          create and update, before   state, row, inputs                hidden outputs
                    the row is written to
later               create                          inputs                            arguments to write when it is up
until_ready         create, the row shows           id, row, inputs                   the row when it can be used
to_write            update                          row, inputs, changed names        arguments to write
before_update       update or take-over, something  id, row, inputs, changed names    nothing
                    is to be written
after_write         create and update, written      id, row, inputs                   the row as it is then
after_take_over     create, the row that is taken   id, row, inputs                   the row as it is then
                    over is as the program says
before_delete       delete, the row is ours         id, row, state                    nothing
resume              `resuming`: we left it off      id, row, inputs or state          the row as it is then
unmake              delete, once                    id, state                         nothing
used_by             VergeOS refuses a delete        id                                what keeps the row
==================  ==============================  ================================  =================================
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from verge_pulumi.client import ApiError, NotPermitted, Row
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.declaring.rights import Touch
from verge_pulumi.engine.lifecycle.fencing import Owner, owner_row
from verge_pulumi.engine.lifecycle.identity import unique_key
from verge_pulumi.engine.lifecycle.within import Column
from verge_pulumi.engine.ownership.states import Held

R = TypeVar("R", bound=BaseResource)


def identified(declaration: Declaration, inputs: Mapping[str, Any]) -> bool:
    """Say whether VergeOS itself would refuse a second row like this one."""
    return bool(declaration.unique) and all(inputs.get(name) is not None for name in declaration.unique)


class Hooks(Generic[R]):
    """What is special about the life of the resource R, whatever its objects are."""

    resource: ClassVar[type[BaseResource]]
    connection: Connection

    touched: ClassVar[tuple[Touch, ...]] = ()
    """What the hooks of this class read and write beside the rows of the resource and those it refers to."""

    @property
    def declaration(self) -> Declaration:
        """What the resource declares."""
        return self.resource.declaration

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Check arguments against each other; unknown ones are `pulumi.output.Unknown` objects.

        Returns:
            One sentence for each problem.
        """
        return ()

    def kept(self, state: Inputs, inputs: Inputs) -> Collection[str]:
        """Name the arguments that stay as they were, whatever the program says now.

        Args:
            state: The inputs in the state; empty where the object is new or replaced.
            inputs: What the program says.
        """
        return ()

    def derived(self, state: Inputs, inputs: Inputs) -> Inputs:
        """Return the arguments whose values depend on what the state holds.

        Args:
            state: The inputs in the state; empty where the object is new or replaced.
            inputs: What the program says; unknown values are `pulumi.output.Unknown` objects.
        """
        return {}

    def refusals(self, state: Inputs, inputs: Inputs, changed: Collection[str], *, replacing: bool) -> Iterable[str]:
        """Say what of a change must not be done; it is asked in the preview.

        Args:
            state: The outputs in the state.
            inputs: What the program says; unknown values are `pulumi.output.Unknown` objects.
            changed: The arguments that differ.
            replacing: Whether the object is to be replaced.

        Returns:
            One sentence for each refusal.
        """
        return ()

    def notes(self, state: Inputs, inputs: Inputs, changed: Collection[str]) -> Iterable[str]:
        """Tell the reader of a preview what a diff does not show: that a change waits for a restart, or makes one.

        Args:
            state: The outputs in the state.
            inputs: What the program says; unknown values are `pulumi.output.Unknown` objects.
            changed: The arguments that differ.

        Returns:
            One line for each thing.
        """
        waiting = [name for name in changed if self.declaration.inputs[name].restarts]
        if state.get("need_restart") and "restart" in self.declaration.inputs:
            waiting.append("an earlier change")  # a restart carries it out, too
        if waiting:
            allowed = inputs.get("restart") == "on-change"
            then = "it is restarted for that if it runs" if allowed else "restart='on-change' makes one"
            yield f"{', '.join(waiting)}: what runs takes this on when it restarts; {then}"

    def first_notes(self, inputs: Inputs) -> Iterable[str]:
        """Tell the reader of a preview what nothing else shows of an object that is new to the program.

        Args:
            inputs: What the program says; unknown values are `pulumi.output.Unknown` objects.

        Returns:
            One line for each thing.
        """
        return ()

    def look_ahead(self, inputs: Inputs, assumed: Collection[str]) -> Iterable[str]:
        """Tell what exists already of an object that is new to the program, and what becomes of it.

        Args:
            inputs: What the program says; unknown values are `pulumi.output.Unknown` objects.
            assumed: The arguments that a component has set by itself.

        Returns:
            One line for each thing.

        Raises:
            EngineError: It must not be done; nothing is written.
        """
        return ()

    def replaced_by(self, name: str, state: Inputs, inputs: Inputs) -> bool:
        """Say whether a change of this argument replaces the object."""
        return self.declaration.inputs[name].replaces

    def recorded_key(self, held: Held) -> tuple[str, ...] | None:
        """Return the values of an object in the state that no two objects share; None if one is not known."""
        return unique_key(self.declaration, held.outputs)

    def hint(self, error: ApiError, inputs: Mapping[str, Any]) -> str:
        """Return what the declaration knows of an error that VergeOS does not say, or ""."""
        if isinstance(error, NotPermitted):
            return f"This VergeOS is {self.connection.release}." if self.connection.release else ""
        for name, attribute in self.declaration.inputs.items():
            if error.field and error.field == attribute.column != name:
                return f"In the program '{error.field}' is '{name}'."
        return ""

    def insert(self, inputs: Inputs) -> tuple[str, dict[str, Any]]:
        """Make the object; return its id and outputs."""
        raise NotImplementedError

    def fetch(self, id: str, state: Inputs) -> dict[str, Any] | None:
        """Read the object; return its outputs, or None where it is gone."""
        raise NotImplementedError

    def change(self, id: str, state: Inputs, inputs: Inputs) -> dict[str, Any]:
        """Bring the object to what the program says; return its outputs."""
        raise NotImplementedError

    def remove(self, id: str, state: Inputs) -> None:
        """Delete the object; that it is gone already is success."""
        raise NotImplementedError


class RowHooks(Hooks[R]):
    """What is special about the life of the resource R, whose objects are rows of a table."""

    extra_delete_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that `before_delete` reads in addition to those of the declaration."""

    needs_answer: ClassVar[bool] = False
    """Whether only the answer to a POST says what the program needs: a row whose answer was lost is made again."""

    users: ClassVar[tuple[Column, ...]] = ()
    """Columns of other rows that refer to the row, and for which VergeOS refuses to delete it."""

    within_others: ClassVar[bool] = False
    """Whether it may be created within a row of another stack, and is this stack's all the same."""

    def owner_row(self, state: Mapping[str, Any]) -> Owner | None:
        """Name the row that decides whose this one is where it bears no mark: the next one above that can bear one."""
        return owner_row(self.connection.reader, self.declaration, state)

    def through(self, name: str, key: str) -> Any:
        """Return what a column holds for a reference that is followed: a column of the row referred to."""
        attribute = self.declaration.inputs[name]
        ((table, row),) = attribute.refers_to(key)
        return self.connection.reader.known(table, row, str(attribute.through))

    def make(self, inputs: Inputs, values: Mapping[str, Any]) -> str:
        """Make the row out of columns, once; return its key."""
        return self.connection.client.table(self.declaration.table).create(values).key

    def remembered(self, state: Inputs, row: Row, inputs: Inputs) -> dict[str, Any]:
        """Return what the state has to know of a row that is about to be written to.

        Args:
            state: The outputs in the state; empty where there is none yet.
            row: The row as it is.
            inputs: What the program says.
        """
        return {}

    def later(self, inputs: Inputs) -> Collection[str]:
        """Name the arguments that cannot be part of `make` and are written when the row is ready."""
        return ()

    def until_ready(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Wait until a new row can be used; return it as it is then."""
        return row

    def to_write(self, row: Row, inputs: Inputs, changed: Collection[str]) -> Collection[str]:
        """Name the arguments to write, of those in which the program differs from the state.

        Args:
            row: The row as it is.
            inputs: What the program says.
            changed: The arguments that differ from the state.
        """
        return changed

    def before_update(self, id: str, row: Row, inputs: Inputs, changed: Collection[str]) -> None:
        """Do what comes before these arguments are written to an existing row."""

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Do what follows a create or an update; return the row as it is then."""
        return row

    def after_take_over(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Do what follows the take-over of a row that is as the program says; return the row as it is then."""
        return self.after_write(id, row, inputs)

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """Do what VergeOS demands before it deletes the row."""

    def unmake(self, id: str, state: Inputs) -> None:
        """Delete the row, once."""
        self.connection.client.table(self.declaration.table).delete(id)

    def made_by_vergeos(self, row: Mapping[str, Any]) -> bool:
        """Say whether VergeOS makes such a row by itself, so that one without a mark is there for us to use.

        Args:
            row: One that exists, or the columns of one that is to be made.
        """
        return False

    def used_by(self, id: str) -> str:
        """Name what keeps VergeOS from deleting the row, as far as that can be told."""
        return ""

    def unique(self, inputs: Inputs) -> dict[str, Any]:
        """Return the values by which VergeOS tells rows apart, as filters want them; {} if one is left out."""
        if not identified(self.declaration, inputs):
            return {}
        return {
            name: self.through(name, inputs[name])
            if self.declaration.inputs[name].through
            else self.declaration.inputs[name].value.to_api(inputs[name])
            for name in self.declaration.unique
        }
