"""What is switched off for a while is on again in the end: after a power cycle, or a delete that was refused.

It is noted before it is switched off. Whoever goes on with what did not come to its end switches it on again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from verge_pulumi.client import Outcome, Row, VergeError
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.errors import EngineError, explain, sentence
from verge_pulumi.engine.ownership.mark import token_in
from verge_pulumi.engine.reading.waiting import WaitTimeout
from verge_pulumi.engine.runtime import provider_process

if TYPE_CHECKING:
    from verge_pulumi.engine.lifecycle.rows import RowProvider


class Resuming:
    """A provider of rows that switches something off for a while."""

    connection: Connection

    def resume(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Switch on again what an attempt of ours has left off; return the row as it is then."""
        raise NotImplementedError

    def goes_down(self, state: Mapping[str, Any]) -> None:
        """Note that it is about to be switched off."""
        self.connection.evidence.down.note(token_in(state))

    def is_up(self, state: Mapping[str, Any]) -> None:
        """Note that it is on again."""
        self.connection.evidence.down.clear(token_in(state))


def resumed(provider: object, id: str, row: Row, inputs: Inputs) -> Row:
    """Have a row switched on again if an attempt of ours left it off; return it as it is then."""
    if not isinstance(provider, Resuming) or token_in(inputs) not in provider.connection.evidence.down:
        return row
    row = provider.resume(id, row, inputs)
    provider.is_up(inputs)
    return row


@contextlib.contextmanager
def kept_on(provider: object, id: str, state: Inputs) -> Iterator[None]:
    """Switch an object on again that was switched off to be deleted, if it is kept.

    Where it is not known yet whether it is, the next run that keeps it does so.
    """
    try:
        yield
    except (EngineError, VergeError) as error:
        unknown = isinstance(error, WaitTimeout) or (isinstance(error, VergeError) and error.outcome is Outcome.UNKNOWN)
        if not unknown and isinstance(provider, Resuming):
            _restore(provider, id, state)
        raise


def _restore(provider: Resuming, id: str, state: Inputs) -> None:
    if token_in(state) not in provider.connection.evidence.down:
        return
    try:
        row = cast("RowProvider[Any]", provider).fenced(id, state)  # it may be somebody else's by now
        if row is not None:
            resumed(provider, id, row, state)
    except (EngineError, VergeError) as error:
        provider_process.log(
            f"was switched off to be deleted, and is not on again: {sentence(explain(error))} The next 'pulumi up' "
            "that keeps it switches it on",
            warning=True,
        )
