"""What a check finds: a mistake, or only a doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pulumi

from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.errors import Refusal, sentence, shown


@dataclass(frozen=True)
class Finding:
    """What is to be said of a resource.

    Attributes:
        cause: What is wrong, in words that follow the name of the resource.
        advice: What to do about it, as a sentence.
    """

    cause: str
    advice: str

    def __str__(self) -> str:
        return f"{sentence(self.cause)} {self.advice}"


class Mistake(Finding):
    """It cannot work, so the program is refused."""


class Doubt(Finding):
    """It may be meant, so the person is warned."""


Check = Callable[[Planned], Iterable[Finding]]
"""Looks at one resource after the other, and remembers what it needs to compare later ones with."""


def refuse(subject: object, mistakes: Iterable[Finding]) -> None:
    """Refuse a resource with all that is wrong with it in one error.

    Raises:
        Refusal: There is a mistake.
    """
    texts = [shown(str(mistake)) for mistake in mistakes]
    if texts:
        text = texts[0] if len(texts) == 1 else "".join(f"\n  - {text}" for text in texts)
        raise Refusal(f"Unable to declare {subject}:{'' if len(texts) > 1 else ' '}{text}")


def warn(subject: object, doubt: Finding) -> None:
    """Tell a person of a doubt."""
    pulumi.log.warn(shown(f"{subject}: {doubt}"))
