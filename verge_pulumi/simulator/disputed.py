"""What sources of the API disagree about: which of the answers the simulator gives is a dial.

The default is the answer that the better sources show. A client that leans on nothing disputed works with every other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from verge_pulumi.simulator.arguments import choice


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is disputed.

    Attributes:
        about: What it is about.
        answers: What each answer means, by the word for it; the first one is the default.
        source: Where the facts say who claims what.
    """

    about: str
    answers: Mapping[str, str]
    source: str


QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {
        "held_columns": Question(
            about="who answers a VM's cluster, nodes, HA group, power-loss action and snapshot profile",
            answers={
                "machine": "the machine alone; a VM has no such columns",
                "both": "the VM and its machine",
                "text": "the VM, with keys as text, and its machine",
            },
            source="docs/vergeos/virtual-machines.md §1",
        ),
        "filter_on_alias": Question(
            about="a filter that names an alias of the projection",
            answers={"compared": "what the alias stands for is compared", "nothing": "no row matches"},
            source="docs/vergeos/README.md §5.2",
        ),
        "filter_on_path": Question(
            about="a filter that names a column of a referenced row",
            answers={"nothing": "no row matches", "compared": "that column is compared"},
            source="docs/vergeos/README.md §5.2",
        ),
        "empty_word": Question(
            about='an empty text ("") for a column that takes one of several words',
            answers={"refused": "it is not in the list", "default": "it is the column's default"},
            source="docs/vergeos/README.md §8",
        ),
        "update_answer": Question(
            about="the body of the answer to a PUT",
            answers={"list": "[]", "object": "{}", "empty": "nothing"},
            source="docs/vergeos/README.md §6.3",
        ),
        "action_answer": Question(
            about="the answer to an action",
            answers={"response": "nothing, or its `response`", "receipt": "the receipt of a row, and its `response`"},
            source="docs/vergeos/README.md §6.5",
        ),
        "new_bgp_router": Question(
            about="the commands of a BGP router that was just created",
            answers={"commands": "the three that the product guide names", "bare": "none"},
            source="docs/vergeos/networks.md §11",
        ),
        "new_snapshots": Question(
            about="a snapshot of a VM that is being made",
            answers={"listed": "it is a row at once", "hidden": "the row is there when it is made"},
            source="docs/vergeos/README.md §9",
        ),
    }
)
"""What is disputed, by name."""


class Disputed:
    """The answers that are given.

    Args:
        turned: Called after an answer was changed.
    """

    def __init__(self, turned: Callable[[], None]) -> None:
        self._turned = turned
        self._answers: dict[str, str] = {}
        self.reset()

    def reset(self) -> None:
        """Give the default answers."""
        self._answers = {name: next(iter(question.answers)) for name, question in QUESTIONS.items()}
        self._turned()

    def set(self, **answers: object) -> None:
        """Change answers.

        Raises:
            ValueError: There is no such question, or no such answer; then nothing is changed.
        """
        for name, answer in answers.items():
            choice("the question", name, QUESTIONS)
            choice(name, answer, QUESTIONS[name].answers)
        self._answers |= {name: str(answer) for name, answer in answers.items()}
        self._turned()

    def __getitem__(self, name: str) -> str:
        """Return the word for an answer."""
        return self._answers[name]

    def as_json(self) -> dict[str, Any]:
        """Return each question with its answer and the others."""
        return {
            name: {
                "answer": self._answers[name],
                "about": question.about,
                "answers": dict(question.answers),
                "source": question.source,
            }
            for name, question in QUESTIONS.items()
        }
