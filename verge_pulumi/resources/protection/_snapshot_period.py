"""The periods of a `SnapshotProfile` as the program writes them: checked, compared, and told to people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import pulumi

from verge_pulumi.client import printable
from verge_pulumi.engine.declaring.attributes import Attr, arg
from verge_pulumi.engine.declaring.component import Arguments
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.model import Inputs, differing, validate
from verge_pulumi.engine.declaring.problems import Problem, Several
from verge_pulumi.engine.declaring.values import Seconds, Value

TABLE = "snapshot_profile_periods"

LONGEST_NAME = 128


class SnapshotPeriod(Arguments):
    """A period of a `SnapshotProfile`: when snapshots are taken, and how long they are kept."""

    frequency: Attr[Literal["custom", "hourly", "daily", "weekly", "monthly", "yearly"]] = arg()
    """How often a snapshot is taken; ``custom`` is once, at a date."""

    retention: Attr[Seconds] = arg()
    """How long each snapshot is kept, such as ``72h`` or ``30d``."""

    minute: Attr[int | None] = arg(default=None, ge=0, le=59)
    """Minute of the hour; 0 if unset."""

    hour: Attr[int | None] = arg(default=None, ge=0, le=23)
    """Hour of the day; 0 if unset."""

    day_of_week: Attr[Literal["sun", "mon", "tue", "wed", "thu", "fri", "sat", "any"] | None] = arg(default=None)
    """Day of the week; VergeOS takes any if unset."""

    day_of_month: Attr[int | None] = arg(default=None, ge=0, le=31)
    """Day of the month; 0, which holds if unset, is any."""

    month: Attr[int | None] = arg(default=None, ge=0, le=12)
    """Month; 0, which holds if unset, is any."""

    min_snapshots: Attr[int | None] = arg(default=None)
    """How many snapshots stay though they have expired; VergeOS keeps 1 if unset."""

    max_tier: Attr[Literal["1", "2", "3", "4", "5"] | None] = arg(default=None)
    """Maximum storage tier; VergeOS takes ``1`` if unset."""

    quiesce: Attr[bool | None] = arg(default=None)
    """Whether the guest's file systems hold still for it, which needs a running guest agent."""

    immutable: Attr[bool | None] = arg(default=None)
    """Whether its snapshots of the system cannot be deleted; unlocking one takes seven days."""


PERIOD = Declaration(title="SnapshotPeriod", module=__name__, table=TABLE, attributes=SnapshotPeriod.attributes)

FIELDS = (*PERIOD.fields, "profile", "name")
"""The fields of a GET of periods."""


class PeriodsByName(Value):
    """Periods by name, each with what the program says of it."""

    def normalise(self, value: Any) -> Any:
        """Return the periods in their one spelling."""
        if not isinstance(value, dict) or not all(isinstance(period, dict) for period in value.values()):
            raise ValueError("is not a mapping from names to SnapshotPeriod. Give one: {'daily': SnapshotPeriod(...)}")
        valid, wrong = validated(value)
        if wrong:
            raise Several(wrong)
        return valid

    def same(self, left: Any, right: Any) -> bool:
        """Say whether the periods of the state are those of the program, of each what the program says of it."""
        state, inputs = left or {}, right or {}
        return state.keys() == inputs.keys() and not any(
            differing(PERIOD, state[name], inputs[name]) for name in inputs
        )


def validated(periods: Mapping[str, Inputs]) -> tuple[dict[str, Inputs], list[Problem]]:
    """Return what is known of periods, normalised, and one sentence for each problem."""
    valid: dict[str, Inputs] = {}
    problems: list[Problem] = []
    for name, period in periods.items():
        inputs, found = validate(PERIOD, {key: value for key, value in period.items() if value is not None})
        valid[name] = inputs
        shown = printable(name, LONGEST_NAME)
        problems += [problem.within(f"period '{shown}'") for problem in found]
        if not name or name != name.strip():
            problems.append(Problem(f"period '{shown}': its name is empty or begins or ends with a space. Change it."))
    return valid, problems


def told(state: Mapping[str, Inputs], inputs: Mapping[str, Inputs]) -> Iterable[str]:
    """Yield one line for each period that changes."""
    for name, period in inputs.items():
        if name not in state:
            yield f"period '{name}' is new, or is taken over if the profile has one of that name already"
        elif changed := differing(PERIOD, state[name], period):
            yield f"period '{name}' has another {', '.join(changed)}"
    yield from (f"period '{name}' is deleted" for name in state if name not in inputs)


def contains_unknowns(periods: Any) -> bool:
    """Say whether something of the periods is not known yet."""
    return not isinstance(periods, dict) or pulumi.contains_unknowns(periods)
