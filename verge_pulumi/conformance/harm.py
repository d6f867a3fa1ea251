"""What a difference may do to programs of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Harm(StrEnum):
    """What a difference does to a program, the worst first."""

    UNPROTECTED = "unprotected"
    DROPPED = "dropped"
    REFUSED = "refused"
    SPELT = "spelt otherwise"
    UNREAD = "not read"
    DECIDED = "decided otherwise"
    WITHHELD = "withheld"


MEANING: Mapping[Harm, str] = {
    Harm.UNPROTECTED: "VergeOS accepts a second object that should be refused",
    Harm.DROPPED: "what a program says is lost; verge-pulumi notices, and the run ends in an error",
    Harm.REFUSED: "what a program may say is refused with an error",
    Harm.SPELT: "what is written reads back as something else",
    Harm.UNREAD: "an output is empty",
    Harm.DECIDED: "what a program leaves out becomes something else than it is thought to",
    Harm.WITHHELD: "VergeOS has something that verge-pulumi does not let a program say",
}
"""What each harm means."""

ADVICE: Mapping[Harm, str] = {
    Harm.UNPROTECTED: "after an interrupted run, see whether the object is there twice",
    Harm.DROPPED: "leave it out of programs for this system",
    Harm.REFUSED: "write programs for this system without it",
    Harm.SPELT: "declare what this system reads back",
    Harm.UNREAD: "do not rely on it on this system",
    Harm.DECIDED: "say the value in the program",
    Harm.WITHHELD: "set it in the user interface of VergeOS until a release of verge-pulumi knows it",
}
"""What to do about each."""


@dataclass(frozen=True, kw_only=True)
class Hurt:
    """One resource that a difference hurts.

    Attributes:
        whom: The resource and its argument, such as ``Network.mtu``, or a look-up.
        harm: What happens to it.
        how: The same in a few words, as the end of a sentence.
    """

    whom: str
    harm: Harm
    how: str


def severity(harm: Harm) -> int:
    """Return the rank of a harm; 0 is the worst."""
    return list(Harm).index(harm)
