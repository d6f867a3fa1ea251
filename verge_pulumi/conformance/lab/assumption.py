"""What an assumption about VergeOS says of itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from verge_pulumi.catalogue import release_number

if TYPE_CHECKING:
    from verge_pulumi.conformance.lab.lab import Lab


class Sure(StrEnum):
    """How sure it is."""

    MEASURED = "measured"
    """A source measured it on a VergeOS."""
    DOCUMENTED = "documented"
    """The vendor's documentation or clients say so."""
    INFERRED = "inferred"
    """It was concluded from other facts."""
    OPEN = "open"
    """No source says it; the simulator does the simplest thing."""


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """Something about VergeOS that this package takes for granted.

    Attributes:
        id: Its area and name, such as ``requests/receipt``.
        sentence: What is assumed.
        source: Where it was read, or why it is assumed.
        sure: How sure it is.
        leans: The modules and names of this package that are wrong if it is.
        since: The first release that it is about, or None.
        before: The first release that it is not about any more, or None.
        check: Raises `Surprise` if it does not hold, and `NotHere` if that cannot be found out on this system.
    """

    id: str
    sentence: str
    source: str
    sure: Sure
    leans: tuple[str, ...]
    since: str | None
    before: str | None
    check: Callable[[Lab], None]

    def is_about(self, release: str) -> bool:
        """Say whether it is assumed of a release."""
        number = release_number(release)
        return (self.since is None or number >= release_number(self.since)) and (
            self.before is None or number < release_number(self.before)
        )


def assumption(
    source: str, sure: Sure, *leans: str, since: str | None = None, before: str | None = None
) -> Callable[[Callable[[Lab], None]], Assumption]:
    """Make an assumption of a check: its docstring is the sentence, its module and name are the id.

    Args:
        source: See `Assumption`.
        sure: See `Assumption`.
        leans: Names below ``verge_pulumi``.
        since: See `Assumption`.
        before: See `Assumption`.
    """

    def made(check: Callable[[Lab], None]) -> Assumption:
        area = check.__module__.rpartition(".")[2]
        return Assumption(
            id=f"{area}/{check.__name__}".replace("_", "-"),
            sentence=" ".join(inspect.cleandoc(check.__doc__ or "").split()),
            source=source,
            sure=sure,
            leans=tuple(f"verge_pulumi.{each}" for each in leans),
            since=since,
            before=before,
            check=check,
        )

    return made
