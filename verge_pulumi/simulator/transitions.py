"""Changes that take time: starting, stopping, importing, applying.

During a transition its row shows the intermediate state. It ends after a time on the simulator's clock, or after a
number of reads of the row, or never while its state is listed as stuck. Nothing runs in the background: due
transitions are finished before the next request is answered, so tests do not sleep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from verge_pulumi.simulator.arguments import YEAR, number, several, text, whole
from verge_pulumi.simulator.clock import LAST, Clock
from verge_pulumi.simulator.relations import Key


@dataclass
class Dials:
    """How transitions behave.

    Attributes:
        seconds: How long one takes; 0 is at once.
        looks: How many GETs see the intermediate state; None to use `seconds` instead.
        stuck: States that are never left.
        ignore_poweroff: Machine keys whose guests ignore a shutdown request; True for all.
    """

    seconds: float = 0.0
    looks: int | None = None
    stuck: list[str] = field(default_factory=list)
    ignore_poweroff: bool | list[int] = False

    def set(
        self,
        *,
        seconds: float | None = None,
        looks: int | None = None,
        stuck: Iterable[str] | None = None,
        ignore_poweroff: bool | Iterable[int] | None = None,
    ) -> None:
        """Set the given dials; `seconds` and `looks` replace each other.

        Raises:
            ValueError: One of the values is invalid; then nothing is changed.
        """
        turned = Dials(self.seconds, self.looks, self.stuck, self.ignore_poweroff)
        if seconds is not None:
            turned.seconds, turned.looks = number("seconds", seconds, most=YEAR), None
        if looks is not None:
            turned.looks = whole("looks", looks, most=1_000_000)
        if stuck is not None:
            turned.stuck = [text("stuck", state) for state in several("stuck", stuck)]
        if isinstance(ignore_poweroff, bool):
            turned.ignore_poweroff = ignore_poweroff
        elif ignore_poweroff is not None:
            machines = several("ignore_poweroff", ignore_poweroff)
            turned.ignore_poweroff = [whole("ignore_poweroff", machine, most=2**63) for machine in machines]
        vars(self).update(vars(turned))

    def ignores_poweroff(self, machine: Key) -> bool:
        """Return whether the guest of a machine ignores a shutdown request."""
        return self.ignore_poweroff if isinstance(self.ignore_poweroff, bool) else machine in self.ignore_poweroff


@dataclass
class _Pending:
    state: str
    begun: float
    looks: int = 0


class Transitions:
    """The transitions under way.

    Args:
        clock: The simulator's clock.
        dials: How long they take.
        finish: Called with the table, key and state of a row whose transition ends.
    """

    def __init__(self, clock: Clock, dials: Dials, finish: Callable[[str, Key, str], None]) -> None:
        self.dials = dials
        self._clock = clock
        self._finish = finish
        self._pending: dict[tuple[str, Key], _Pending] = {}
        self._seen: set[tuple[str, Key]] = set()

    def begin(self, table: str, key: Key, state: str) -> None:
        """Start a transition of a row; one that takes no time ends immediately."""
        self._pending[table, key] = _Pending(state, self._clock.now())
        self.settle()

    def cancel(self, table: str, key: Key) -> None:
        """Drop the transition of a row, if there is one."""
        self._pending.pop((table, key), None)

    def see(self, table: str, key: Key) -> None:
        """Record that an answer showed a row; several times in one request count once."""
        if (table, key) in self._pending:
            self._seen.add((table, key))

    def count_looks(self) -> None:
        """End a request: each row that it showed was read once."""
        for row in self._seen:
            if row in self._pending:
                self._pending[row].looks += 1
        self._seen.clear()

    def settle(self) -> None:
        """Finish every transition that is due."""
        due = [(row, pending) for row, pending in self._pending.items() if self._is_due(pending)]
        for row, pending in due:
            # A transition that ends may begin another one, which may in turn end one that is due.
            if self._pending.get(row) is pending:
                del self._pending[row]
                self._finish(*row, pending.state)

    def _is_due(self, pending: _Pending) -> bool:
        if pending.state in self.dials.stuck:
            return False
        if self.dials.looks is not None:
            return pending.looks >= self.dials.looks
        return self._clock.now() - pending.begun >= self.dials.seconds

    def clear(self) -> None:
        """Drop all transitions."""
        self._pending.clear()
        self._seen.clear()

    def dump(self) -> list[list[Any]]:
        """Return the transitions under way as a JSON value."""
        return [[table, key, p.state, p.begun, p.looks] for (table, key), p in self._pending.items()]

    def load(self, content: object) -> None:
        """Replace the transitions by a result of `dump`.

        Raises:
            ValueError: The content is not a result of `dump`; then nothing is replaced.
        """
        pending = {}
        for entry in several("transitions", content):
            table, key, state, begun, looks = _five(entry)
            if not isinstance(key, int | str):
                raise ValueError("a transition has no key.")
            pending[text("a table", table), key] = _Pending(
                text("a state", state), number("begun", begun, most=LAST), whole("looks", looks, most=2**63)
            )
        self.clear()
        self._pending.update(pending)


def _five(entry: object) -> list[Any]:
    parts = several("a transition", entry)
    if len(parts) != 5:
        raise ValueError("a transition must have a table, a key, a state, a time and a number of looks.")
    return parts
