"""After a write: the row is read back, seen to hold what was written, and made ready for use.

The row exists by then, so whatever goes wrong the engine learns its key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from verge_pulumi.client import Row, printable
from verge_pulumi.engine.declaring.model import Inputs, differing, payload
from verge_pulumi.engine.errors import EngineError, InitialisationFailed, Withdrawn, explain
from verge_pulumi.engine.lifecycle.fencing import lasting
from verge_pulumi.engine.lifecycle.resuming import resumed
from verge_pulumi.engine.ownership.mark import FIXED

if TYPE_CHECKING:
    from verge_pulumi.engine.lifecycle.rows import RowProvider


class Settling:
    """What follows the write of one row.

    Args:
        provider: Whose hooks say what is special about the row.
        id: The row's key.
        inputs: What the program says.
        hidden: Hidden outputs to keep; those that are None are not kept.
    """

    def __init__(self, provider: RowProvider[Any], id: str, inputs: Inputs, hidden: Mapping[str, Any]) -> None:
        self._provider = provider
        self._declaration = provider.declaration
        self._id = id
        self._inputs = inputs
        self._hidden = {name: value for name, value in hidden.items() if value is not None}

    def run(
        self, written: Sequence[str], row: Row | None = None, *, new: bool = False, as_it_is: bool = False
    ) -> dict[str, Any]:
        """Read back what was written and see that it stuck; return the outputs.

        VergeOS answers 200 to a column that it does not have, and drops it (docs/vergeos/quirks.md §W1).

        Args:
            written: The arguments that were written.
            row: The row, where it has been read since.
            new: Whether it was created just now.
            as_it_is: Whether it was taken over instead, and was as the program says.
        """
        provider = self._provider
        try:
            read = row or provider.read_back(self._id)
            self._hidden[FIXED] = lasting(self._declaration, read)
            late = provider.later(self._inputs) if new else ()
            self._verify(read, [name for name in written if name not in late])
            if new:
                read = self._ripen(read, late)
            read = resumed(provider, self._id, read, self._inputs)
            follow = provider.after_take_over if as_it_is else provider.after_write
            read = follow(self._id, read, self._inputs) if written else read
            outs = provider.outs(read, self._inputs)
        except Withdrawn:
            provider.connection.evidence.claims.release((self._declaration.table, self._id))
            raise
        except Exception as error:
            raise self.unfinished(error) from error
        return outs | self._hidden

    def unfinished(self, error: Exception) -> InitialisationFailed:
        """Return the error by which the engine learns the key, whatever went wrong."""
        known = {name: self._inputs.get(name) for name in self._declaration.attributes}
        outs = self._provider.complete(self._id, known | self._hidden, self._inputs)
        return InitialisationFailed(self._id, outs, explain(error))

    def _ripen(self, row: Row, late: Collection[str]) -> Row:
        """Wait until a new row is ready, and write what could not be part of its creation."""
        provider, inputs = self._provider, self._inputs
        row = provider.until_ready(self._id, row, inputs)
        names = [name for name in provider.unlike(row, inputs) if name in late] if late else []
        values = payload(self._declaration, inputs, set(names))
        if not values:
            return row
        provider.put(self._id, values, row)
        row = provider.read_back(self._id)
        self._verify(row, names)
        return row

    def _verify(self, row: Row, written: Sequence[str]) -> None:
        live = self._provider.outs(row, self._inputs)
        unlike = differing(self._declaration, live, {name: self._inputs.get(name) for name in written})
        self._refuse_dropped(row, [name for name in unlike if live[name] is None])
        for name in unlike:
            raise EngineError(
                f"{name} was written as {self._shown(name, self._inputs[name])} and reads back as "
                f"{self._shown(name, live[name])}. Declare what this VergeOS makes of it"
            )

    def _refuse_dropped(self, row: Row, unset: Sequence[str]) -> None:
        """Name the columns that the row does not show at all: this VergeOS does not have them."""
        attributes = [self._declaration.inputs[name] for name in unset]
        lacking = [each for each in attributes if not each.follow and not each.is_shown(row)]
        if lacking:
            columns = ", ".join(f"'{each.column}'" for each in lacking)
            named = f"column{'s' if len(lacking) > 1 else ''} {columns} in {self._declaration.table}"
            release = printable(self._provider.connection.release)
            raise EngineError(
                f"this VergeOS{f' ({release})' if release else ''} shows no {named}, so it has "
                f"dropped what the program says of {', '.join(each.name for each in lacking)}. Leave that out for "
                "this system; 'verge-pulumi conformance' tells what else it has otherwise"
            )

    def _shown(self, name: str, value: Any) -> str:
        return "[secret]" if self._declaration.attributes[name].secret else repr(value)
