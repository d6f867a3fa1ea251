"""What is only staged when it is written: rules, addresses and DNS take effect when their network applies them.

One apply serves all that were staged before it (fact sheet vnets §4.1, §6 to §8), so it waits for the calls that are
about to write, and those that come while it is under way share the next one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from weakref import WeakKeyDictionary

from verge_pulumi.client import Row, Table, VergeError
from verge_pulumi.engine.connection import Connection
from verge_pulumi.engine.declare import BaseResource
from verge_pulumi.engine.model import Inputs
from verge_pulumi.engine.rows import RowProvider
from verge_pulumi.engine.waiting import wait_until

APPLIED_WITHIN = 30.0
"""Seconds within which a network has applied its rules (fact sheet quirks §3)."""

WRITERS_WITHIN = 5.0
"""Seconds that an apply waits at most for those who are about to write; they get the next one."""

R = TypeVar("R", bound=BaseResource)


@dataclass(frozen=True, kw_only=True)
class Staged:
    """One sort of changes that a network applies.

    Attributes:
        what: What people call them.
        flag: The column of `vnets` that says that some wait.
        begin: Lets the network with that key apply them.
    """

    what: str
    flag: str
    begin: Callable[[Table, str], object]


RULES = Staged(what="rules", flag="need_fw_apply", begin=lambda vnets, key: vnets.action(key, "refresh"))

# Of the two forms this is the one that clients use widely (fact sheet vnets §3).
DNS = Staged(
    what="DNS",
    flag="need_dns_apply",
    begin=lambda vnets, key: vnets.action_in_path(key, "applydns", method="PUT"),
)


class StagingProvider(RowProvider[R]):
    """Manages rows of a network that take effect when it applies them."""

    staged: ClassVar[Staged] = RULES

    def insert(self, inputs: Inputs) -> tuple[str, dict[str, Any]]:
        """Make the row, and put it into effect."""
        with self._writing(inputs):
            return super().insert(inputs)

    def change(self, id: str, olds: Inputs, news: Inputs) -> dict[str, Any]:
        """Change the row, and put that into effect."""
        with self._writing(olds):
            return super().change(id, olds, news)

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Put it into effect."""
        apply_staged(self.connection, self.staged, self.network_of(self._outs(row, inputs)))
        return row

    def remove(self, id: str, props: Inputs) -> None:
        """Delete the row, and put that into effect; one that is gone already may still have to."""
        with self._writing(props):
            super().remove(id, props)
            apply_staged(self.connection, self.staged, self.network_of(props))

    def network_of(self, props: Inputs) -> str:
        """Return the key of the network that applies it."""
        return str(props["network"])

    @contextmanager
    def _writing(self, props: Inputs) -> Iterator[None]:
        """Let an apply wait for this call until it has written and asks for one itself, or ends."""
        turns = _turns_of(self.connection, self.staged, self.network_of(props))
        turns.expect()
        try:
            yield
        finally:
            turns.arrive()


def apply_staged(connection: Connection, staged: Staged, network: str) -> None:
    """Let a running network apply what is staged; one apply serves all that was staged before it.

    A stopped network refuses, and loads everything when it starts (fact sheet vnets §3).

    Args:
        connection: Where to.
        staged: What.
        network: Key of the network.

    Raises:
        VergeError: It does not do it.
        WaitTimeout: It does not come to an end.
    """
    turns = _turns_of(connection, staged, network)
    asked = turns.arrive()
    with connection.reader.gathering.idle():
        if not turns.take(asked):
            return
    done = False
    try:
        _apply(connection, staged, network)
        done = True
    finally:
        turns.end(done=done)


def _apply(connection: Connection, staged: Staged, network: str) -> None:
    fields = ("$key", staged.flag, "machine#status#running as running")

    def look() -> Row:
        return connection.reader.fresh("vnets", network, fields) or {}

    def waits(row: Row) -> bool:
        return bool(row.get("running") and row.get(staged.flag))

    # Whether it still needs to is not asked: an apply under way may clear that of a write that came too late for it.
    if not look().get("running"):
        return
    try:
        staged.begin(connection.client.table("vnets"), network)
    except VergeError:
        if waits(look()):
            raise
    finally:
        connection.reader.forget("vnets")
    wait_until(
        look,
        lambda row: not waits(row),
        what=f"the network to apply its {staged.what}",
        timeout=APPLIED_WITHIN,
        clock=connection.clock,
        describe=lambda _: "not applied",
        detail=lambda _: f" (vnets/{network})",
    )


class _Turns:
    """The applies of one network, numbered; one runs at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._writers: set[int] = set()
        self._busy = False
        self._begun = 0
        self._ended = 0

    def expect(self) -> None:
        """Count this thread among those who are about to write."""
        with self._changed:
            self._writers.add(threading.get_ident())

    def arrive(self) -> int:
        """Count it no longer; return the number of the last apply that may have come too early for it."""
        with self._changed:
            self._writers.discard(threading.get_ident())
            self._changed.notify_all()
            return self._begun

    def take(self, asked: int) -> bool:
        """Wait for the turn; return whether an apply is still wanted, one that began after number `asked`."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended > asked or not self._busy)
            if self._ended > asked:
                return False
            self._busy = True
            self._changed.wait_for(lambda: not self._writers, WRITERS_WITHIN)
            self._begun += 1
            return True

    def end(self, *, done: bool) -> None:
        """Give the turn back; an apply that failed serves nobody."""
        with self._changed:
            self._busy = False
            if done:
                self._ended = self._begun
            self._changed.notify_all()


_turns: WeakKeyDictionary[Connection, dict[tuple[str, str], _Turns]] = WeakKeyDictionary()


def _turns_of(connection: Connection, staged: Staged, network: str) -> _Turns:
    return _turns.setdefault(connection, {}).setdefault((staged.flag, network), _Turns())
