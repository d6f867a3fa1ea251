"""What a pipeline may refuse to go on with, and the exit codes that tell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from verge_pulumi.review.escaping import text
from verge_pulumi.review.report.plan import Effect, Plan


@dataclass(frozen=True)
class Gate:
    """One thing not to go on with.

    Attributes:
        code: The exit code.
        what: What it is, in words.
        closed: Whether a plan has it.
    """

    code: int
    what: str
    closed: Callable[[Plan], bool]


def _entails(*effects: Effect) -> Callable[[Plan], bool]:
    return lambda plan: any(effect in change.effects for change in plan.changes for effect in effects)


GATES: Mapping[str, Gate] = {
    "errors": Gate(3, "the preview failed", lambda plan: bool(plan.errors)),
    "data-loss": Gate(4, "data would be lost", _entails(Effect.LOSES_DATA)),
    "replace": Gate(5, "a resource would be replaced", _entails(Effect.REPLACES)),
    "delete": Gate(6, "a resource would be deleted", _entails(Effect.DELETES)),
    "restart": Gate(7, "what runs would be restarted or stopped", _entails(Effect.RESTARTS, Effect.STOPS)),
    "firewall-open": Gate(8, "traffic may pass that could not", _entails(Effect.OPENS_FIREWALL)),
    "rights": Gate(9, "users or groups would gain or lose rights", lambda plan: bool(plan.rights)),
}
"""By the word of ``--fail-on``, the weightiest first."""


def wanted(given: Sequence[str]) -> list[Gate]:
    """Return the gates that were asked for, separated by commas or one by one.

    Raises:
        ValueError: There is none of that name.
    """
    names = [name.strip() for words in given for name in words.split(",") if name.strip()]
    for name in names:
        if name not in GATES:
            raise ValueError(f"'{text(name)}' is none of {', '.join(GATES)}")
    return [gate for name, gate in GATES.items() if name in names]


def closed(gates: Sequence[Gate], plans: Sequence[Plan]) -> list[Gate]:
    """Return those that keep a pipeline from going on, the weightiest first.

    A preview that does not tell all that it does closes each of them.
    """
    told = [gate for gate in gates if any(gate.closed(plan) for plan in plans)]
    if told or not any(plan.gaps for plan in plans):
        return told
    return [replace(gate, what=f"it is not known whether {gate.what}") for gate in gates]
