"""The simulated system's clock: the real time, or one that a test moves."""

from __future__ import annotations

import time

from verge_pulumi.simulator.arguments import YEAR, choice, number

LAST = 253_402_300_799.0
"""The last second that a date can represent: the end of the year 9999."""


class Clock:
    """Seconds since 1970, real or set manually.

    The source of all time in the simulator: time stamps, power transitions, session expiry, the hour's requests.
    """

    def __init__(self) -> None:
        self._frozen: float | None = None

    @property
    def mode(self) -> str:
        """``"real"`` or ``"manual"``."""
        return "real" if self._frozen is None else "manual"

    def now(self) -> float:
        """Return the simulated time in seconds since 1970."""
        return time.time() if self._frozen is None else self._frozen

    def stamp(self, units: int = 1) -> int:
        """Return the time as VergeOS stores it.

        Args:
            units: How many a second has, 1 unless it is stored in parts of one.
        """
        return int(self.now() * units)

    def set(self, mode: str | None = None, advance: float = 0.0) -> None:
        """Choose the mode and move a manual clock.

        Args:
            mode: ``"manual"`` stops the clock, ``"real"`` returns to the real time, None keeps the mode.
            advance: Seconds to move a manual clock forwards.

        Raises:
            ValueError: The mode is unknown, the clock is real and cannot be moved, or the time would be invalid.
        """
        frozen = self._frozen
        if mode is not None:
            frozen = None if choice("mode", mode, ("real", "manual")) == "real" else self.now()
        if number("advance", advance, most=1000 * YEAR):
            if frozen is None:
                raise ValueError("the clock cannot be moved, since it shows the real time. Set mode 'manual' first.")
            frozen += advance
            if frozen > LAST:
                raise ValueError("the clock cannot be moved beyond the year 9999.")
        self._frozen = frozen
