"""The simulated system's clock: the real time, or one that a test moves."""

from __future__ import annotations

import time


class Clock:
    """Seconds since 1970, real or by hand.

    All time in the simulator comes from here: time stamps, power transitions, session expiry, the hour's requests.
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

    def stamp(self) -> int:
        """Return the time as VergeOS stores it: whole seconds."""
        return int(self.now())

    def set(self, mode: str | None = None, advance: float = 0.0) -> None:
        """Choose the mode and move a manual clock.

        Args:
            mode: ``"manual"`` stops the clock where it is, ``"real"`` goes back to the real time, None keeps the mode.
            advance: Seconds to move a manual clock forwards.

        Raises:
            ValueError: The mode is unknown, or a real clock was to be moved.
        """
        if mode not in (None, "real", "manual"):
            raise ValueError(f"Unable to set the clock: mode {mode!r} is unknown. Use 'real' or 'manual'.")
        if mode == "real":
            self._frozen = None
        elif mode == "manual":
            self._frozen = self.now()
        if advance:
            if self._frozen is None:
                raise ValueError("Unable to move the clock: it shows the real time. Set mode 'manual' first.")
            self._frozen += advance
