"""What of a stack is not deleted when its time is over: what is to stay, and what that cannot be without."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.mark import MARK, Mark
from verge_pulumi.review.stacks import Entry

MACHINE = "machine"
"""The column of a row that other rows belong to; what belongs to a machine is deleted with it."""

Identity = tuple[str, str, str]
"""A row: its table, its key, and the token of its mark."""


class Staying:
    """Which entries of a state stay, and why.

    That is what the program protects or retains, and what somebody took the expiry of; what these refer to, as a drive
    does to its VM and a rule to its network; and the parts of a VM that stays. ``pulumi destroy`` refuses the first and
    what it depends on, too.

    Args:
        entries: What the states hold.
        endless: The rows that do not say when they expire.
    """

    def __init__(self, entries: Sequence[Entry], endless: Collection[Identity]) -> None:
        self._of = {identity: entry for entry in entries for identity in _identities(entry)}
        self._why: dict[int, str] = {}
        for entry in entries:
            if entry.protected:
                self._keep(entry, "it is protected (protect=True)")
            elif entry.retained:
                self._keep(entry, "it is retained (retain_on_delete=True)")
            elif any(identity in endless for identity in _identities(entry)):
                self._keep(entry, "it has a part that does not say when it expires")
        self._spread(entries)

    @property
    def tokens(self) -> set[str]:
        """The tokens of all rows that the states hold."""
        return {token for _, _, token in self._of}

    def holds(self, identity: Identity) -> bool:
        """Say whether a state holds a row with its token."""
        return identity in self._of

    def is_retained(self, identity: Identity) -> bool:
        """Say whether the program retains a row and does not protect it."""
        entry = self._of[identity]
        return entry.retained and not entry.protected

    def why(self, identity: Identity) -> str:
        """Return why a row that a state holds stays, or ""."""
        return self._why.get(id(self._of[identity]), "")

    def _keep(self, entry: Entry, why: str) -> bool:
        return self._why.setdefault(id(entry), why) is why

    def _spread(self, entries: Sequence[Entry]) -> None:
        """Keep what those that stay cannot be without, until there is no more of it."""
        at = {row: entry for entry in entries for row in entry.rows}
        links = [(entry, at[row], part) for entry in entries for row, part in _references(entry) if row in at]
        grows = True
        while grows:
            grows = False
            for entry, target, part in links:
                if id(entry) in self._why and id(target) not in self._why:
                    grows = self._keep(target, f"{entry.title} needs it and stays") or grows
                elif part and id(target) in self._why and id(entry) not in self._why:
                    grows = self._keep(entry, f"it is a part of {target.title}, which stays") or grows


def _identities(entry: Entry) -> Iterable[Identity]:
    mark = Mark.of(entry.outputs.get(MARK))
    return [(table, key, mark.token) for table, key in entry.rows] if mark else []


def _references(entry: Entry) -> Iterable[tuple[tuple[str, str], bool]]:
    """Yield the rows to which an entry refers, each with whether it is a part of their machine."""
    try:
        inputs = entry.declaration.inputs
    except EngineError:
        return
    for name, attribute in inputs.items():
        if isinstance(attribute, Reference):
            given = entry.outputs.get(name, entry.inputs.get(name))
            for value in given if isinstance(given, list) else [given]:
                yield from ((row, attribute.through == MACHINE) for row in attribute.refers_to(value))
