"""Secrets that VergeOS does not tell: those that the configuration of the stack has, and those that a person tells."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from verge_pulumi.engine.errors import EngineError, shown
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.plan import Plan
from verge_pulumi.importing.plan_file import Line
from verge_pulumi.importing.recording import Stack

Ask = Callable[[str], str]
"""Receives a question for a secret; returns the answer, or "" if there is none."""


def unanswered(question: str) -> str:
    """Ask nobody."""
    return ""


class Questions:
    """Asks for each secret once.

    Args:
        ask: How.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._asked: set[tuple[Place, str]] = set()

    def put(self, plan: Plan) -> bool:
        """Ask for the secrets without which a program cannot say some rows; say whether there was an answer."""
        answered = False
        for place, name in [(place, name) for place, names in plan.wanted.items() for name in names]:
            if (place, name) in self._asked:
                continue
            self._asked.add((place, name))
            found = plan.all[place]
            if answer := self._ask(f"{shown(found.title)} needs its {name}, which VergeOS does not tell"):
                found.given[name] = answer
                answered = True
        return answered


def recall(stack: Stack, objects: Objects, lines: Mapping[Place, Line]) -> None:
    """Let rows have the secrets that the configuration of a stack has for them since an earlier run.

    Args:
        stack: The stack.
        objects: The rows.
        lines: The plan of the earlier run, which tells what they are called.
    """
    for place, line in lines.items():
        found = objects.all.get(place)
        if found and line.is_managed:
            keys = {name: f"{stack.project}:{found.secret_key(line.resource, name)}" for name in found.secrets}
            known = {name: stack.config[key] for name, key in keys.items() if key in stack.config}
            told = {name: _read(value, keys[name]) if found.is_object(name) else value for name, value in known.items()}
            found.given.update({name: value for name, value in told.items() if name not in found.said})


def _read(text: str, key: str) -> Any:
    """Return an object that a configuration holds as JSON."""
    try:
        return json.loads(text)
    except ValueError:
        raise EngineError(
            f"{shown(key)} in the configuration of the stack is no JSON. Run 'pulumi config set --secret' again, "
            'with an object such as \'{"X-Token": "..."}\''
        ) from None
