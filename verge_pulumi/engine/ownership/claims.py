"""Which rows the creates of this process have made or taken over."""

from __future__ import annotations

import threading

from verge_pulumi.engine.ownership.states import Place


class Claims:
    """The rows that creates of this process have, each with the token that it bears; threads share it."""

    def __init__(self) -> None:
        self._tokens: dict[Place, str] = {}
        self._borne: set[str] = set()
        self._made: set[Place] = set()
        self._lock = threading.Lock()

    def __contains__(self, place: Place) -> bool:
        return place in self._tokens

    def has_made(self, place: Place) -> bool:
        """Say whether a create has made a row, rather than taken it over."""
        return place in self._made

    def token_of(self, place: Place) -> str:
        """Return the token that a row bears, "" if no create has it."""
        return self._tokens.get(place, "")

    def has_token(self, token: str) -> bool:
        """Say whether a create with this token has a row."""
        return token in self._borne

    def claim(self, place: Place, token: str, *, made: bool) -> bool:
        """Note that a create makes a row its own.

        Args:
            place: The row.
            token: The token of the create.
            made: Whether it has made the row, rather than taken it over.

        Returns:
            Whether it may; not if another create of this process has it.
        """
        with self._lock:
            if self._tokens.setdefault(place, token) != token:
                return False
            self._borne.add(token)
            if made:
                self._made.add(place)
            return True

    def release(self, place: Place) -> None:
        """Note that a create has not got a row after all, or has removed it again."""
        with self._lock:
            self._tokens.pop(place, None)
            self._borne = set(self._tokens.values())
            self._made.discard(place)
