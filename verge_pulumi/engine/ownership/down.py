"""What we have switched off that is to be on again: for a power cycle, or for a delete that may be refused."""

from __future__ import annotations

from verge_pulumi.engine.ownership.journal import Journal


class Down:
    """The objects that attempts of this run, or those that it goes on with, have switched off; one for each connection.

    Args:
        journal: Where a later run finds it, if this one is cut off.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._tokens: set[str] = set()

    def __contains__(self, token: str) -> bool:
        return token in self._tokens

    def found(self, token: str) -> None:
        """Take over that an earlier attempt left an object switched off."""
        self._tokens.add(token)

    def note(self, token: str) -> None:
        """Note that an object is about to be switched off; not one that is older than tokens."""
        if token:
            self._tokens.add(token)
            self._journal.switched(token, down=True)

    def clear(self, token: str) -> None:
        """Note that it is on again."""
        if token in self._tokens:
            self._tokens.remove(token)
            self._journal.switched(token, down=False)
