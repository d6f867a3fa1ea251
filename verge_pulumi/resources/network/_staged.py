"""What is only staged when it is written, and takes effect when its network applies it: rules, addresses and DNS.

Routing and proxies are applied by a restart of the network.

One apply serves all that were staged before it (docs/vergeos/networks.md §4.1, §6–§8), so it waits for the calls that
are about to write, and those that come while it is under way share the next one. It is one file, since those who write
and those who apply wait for each other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from verge_pulumi.client import Row, Table, VergeError
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.lives import Staged, TakenOn
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.fencing import Owner
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.reading.waiting import patience, wait_until
from verge_pulumi.resources import _power_actions as power_actions
from verge_pulumi.resources.network._on_demand import lacks_row, row_of
from verge_pulumi.resources.network.network import Network

APPLIED_WITHIN = 30.0
"""Seconds within which a network has applied its rules (docs/vergeos/quirks.md §3)."""

RESTARTED_WITHIN = 120.0
"""Seconds within which a network has restarted."""

WRITERS_WITHIN = 5.0
"""Seconds that an apply waits at most for those who are about to write; they get the next one."""

R = TypeVar("R", bound=BaseResource)


@dataclass(frozen=True, kw_only=True)
class Apply:
    """How a network takes on one sort of changes.

    Attributes:
        what: What people call them.
        flag: The column of `vnets` that says that some wait.
        begin: Lets the network with that key apply them.
        restarts: Whether that restarts it. It is done only if some wait, and lasts until it runs again.
    """

    what: str
    flag: str
    begin: Callable[[Table, str], object]
    restarts: bool = False

    def waits(self, row: Row) -> bool:
        """Say whether a network as last read still has to apply some."""
        return bool(row.get("running") and row.get(self.flag))

    def done(self, row: Row) -> bool:
        """Say whether it has applied them."""
        return not self.waits(row) and (not self.restarts or power_actions.runs(row))

    def failed(self, row: Row) -> bool:
        """Say whether it never will."""
        return self.restarts and row.get("status") in power_actions.FAILED


RULES = Apply(what="rules", flag="need_fw_apply", begin=lambda vnets, key: vnets.action(key, "refresh"))

# Of the two forms this is the one that clients use widely (docs/vergeos/networks.md §3).
DNS = Apply(
    what="DNS",
    flag="need_dns_apply",
    begin=lambda vnets, key: vnets.action_in_path(key, "applydns", method="PUT"),
)

# No apply is known for these; a restart takes on everything (docs/vergeos/networks.md §11, §13).
ROUTING = Apply(what="routing", flag="need_restart", begin=power_actions.reset, restarts=True)
PROXY = Apply(what="proxy", flag="need_proxy_apply", begin=power_actions.reset, restarts=True)

APPLIES = {apply.what: apply for apply in (RULES, DNS, ROUTING, PROXY)}
"""How networks take on changes, by what lives call them."""


class StagingProvider(RowProvider[R], life=Staged):
    """Manages rows of a network that take effect when it applies them.

    Those that bear no mark belong to whoever manages the network.
    """

    @property
    def life(self) -> TakenOn:
        """How the rows live."""
        return cast("TakenOn", self.declaration.life)

    @property
    def staged(self) -> Apply:
        """How the network takes them on."""
        return APPLIES[self.life.what]

    def insert(self, inputs: Inputs) -> tuple[str, dict[str, Any]]:
        """Make the row, and put it into effect."""
        with writing(self.connection, self.staged, self.network_of(inputs)):
            return super().insert(inputs)

    def look_ahead(self, inputs: Inputs, assumed: Collection[str]) -> Iterable[str]:
        """Look only where the row that a network shares is there already; a preview makes none."""
        lacks = lacks_row(self.connection, self.life.shared, inputs.get(self.life.by))
        return () if lacks else super().look_ahead(inputs, assumed)

    def change(self, id: str, state: Inputs, inputs: Inputs) -> dict[str, Any]:
        """Change the row, and put that into effect."""
        with writing(self.connection, self.staged, self.network_of(state)):
            return super().change(id, state, inputs)

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Put it into effect."""
        self.put_into_effect({**inputs, **self.outs(row, inputs)})
        return row

    def after_take_over(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Apply nothing: what waits was changed by others."""
        return row

    def remove(self, id: str, state: Inputs) -> None:
        """Delete the row, and put that into effect; one that is gone already may still have to."""
        with writing(self.connection, self.staged, self.network_of(state)):
            super().remove(id, state)
            self.put_into_effect(state)

    def put_into_effect(self, state: Inputs) -> None:
        """Let the network apply what was written."""
        apply_staged(self.connection, self.staged, self.network_of(state))

    def network_of(self, state: Inputs) -> str:
        """Return the key of the network that applies it: its own, or that of the row at the top of its parents."""
        declaration, own = self.declaration, state.get(self.life.by)
        if own is not None:
            return str(own)
        parent, known = _parent(declaration), self.connection.reader.known
        key = str(state[parent.name])
        while parent.name != self.life.by:
            declaration = parent.target.declaration
            parent = _parent(declaration)
            key = str(known(declaration.table, key, str(parent.column)))
        shared = cast("TakenOn", declaration.life).shared
        return str(known(shared.table, key, "vnet")) if shared else key

    def owner_row(self, state: Mapping[str, Any]) -> Owner | None:
        """Name the network, unless the row bears a mark itself."""
        return super().owner_row(state) if self.declaration.markable else (Network, self.network_of(dict(state)))

    def through(self, name: str, key: str) -> Any:
        """Return the key of what rows of a network share, which may have to be made."""
        shared = self.life.shared
        if shared is None or name != self.life.by:
            return super().through(name, key)
        return row_of(self.connection, shared.table, key, **shared.settings)

    def about_to_write(self, state: Inputs) -> None:
        """Wait for the apply that is under way, and let the next one wait for this call."""
        _announce(self.connection, self.staged, self.network_of(state))


def _parent(declaration: Declaration) -> Reference:
    if declaration.parent is None:
        raise EngineError(f"{declaration.title} names no network and no parent that leads to one")
    return declaration.parent


@contextmanager
def writing(connection: Connection, staged: Apply, network: str) -> Iterator[None]:
    """Let an apply wait for this call until it has written and asks for one itself, or ends."""
    turns = _announce(connection, staged, network)
    try:
        yield
    finally:
        turns.arrive()


def _announce(connection: Connection, staged: Apply, network: str) -> _Turns:
    turns = _turns_of(connection, staged, network)
    with connection.reader.gathering.idle():
        turns.expect()
    return turns


def apply_staged(
    connection: Connection, staged: Apply, network: str, *, begins: Callable[[], None] = lambda: None
) -> None:
    """Let a running network apply what is staged; one apply serves all that was staged before it.

    A stopped network refuses, and loads everything when it starts (docs/vergeos/networks.md §3).

    Args:
        connection: Where to.
        staged: What.
        network: Key of the network.
        begins: Called before the network is asked to.

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
        _apply(connection, staged, network, begins)
        done = True
    finally:
        turns.end(done=done)


def look_at(connection: Connection, staged: Apply, network: str) -> Row:
    """Read of a network whether it runs, and whether changes of that sort wait."""
    fields = ("$key", staged.flag, "machine#status#running as running", "machine#status#status as status")
    return connection.reader.fresh("vnets", network, fields) or {}


def _apply(connection: Connection, staged: Apply, network: str, begins: Callable[[], None]) -> None:
    def look() -> Row:
        return look_at(connection, staged, network)

    # Whether it still needs to is not asked: an apply under way may clear that of a write that came too late for it.
    # A restart has no such writes, and is no light matter.
    row = look()
    if not (staged.waits(row) if staged.restarts else row.get("running")):
        return
    begins()
    try:
        staged.begin(connection.client.table("vnets"), network)
    except VergeError:
        if staged.waits(look()):
            raise
    finally:
        connection.reader.forget("vnets")
    wait_until(
        look,
        staged.done,
        what=f"the network to apply its {staged.what}",
        timeout=patience(None, RESTARTED_WITHIN if staged.restarts else APPLIED_WITHIN),
        clock=connection.clock,
        failed=staged.failed,
        describe=lambda _: "not applied",
        detail=lambda _: f" (vnets/{network})",
    )


class _Turns:
    """The applies of one network, numbered; one runs at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._writers: set[int] = set()
        self._busy = False
        self._applying = False
        self._begun = 0
        self._ended = 0

    def expect(self) -> None:
        """Count this thread among those who are about to write, as soon as no apply is under way.

        What is written meanwhile would make the network wait for an apply again, and that one look unfinished.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._applying)
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
            self._applying = True
            return True

    def end(self, *, done: bool) -> None:
        """Give the turn back; an apply that failed serves nobody."""
        with self._changed:
            self._busy = self._applying = False
            if done:
                self._ended = self._begun
            self._changed.notify_all()


def _turns_of(connection: Connection, staged: Apply, network: str) -> _Turns:
    # A restart is one for all that wait for it.
    return connection.shared(_Turns, "restart" if staged.restarts else staged.flag, network)
