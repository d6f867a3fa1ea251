"""Cores, memory and storage that a stack asks for, before and after a change, and what the system has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from verge_pulumi.client import VergeClient
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.roles import BYTE, MIB
from verge_pulumi.engine.declaring.values import in_units
from verge_pulumi.engine.lifecycle.needs import seen
from verge_pulumi.review.report.plan import Plan

OWN_WORDS = frozenset({"cores", "RAM", "default tier", *(f"tier {number}" for number in range(1, 6))})
"""What VergeOS has; any other tier is the word of whoever wrote the program."""

_LARGEST = 2**80
"""Bytes that no disk has; what asks for more is a mistake, and no figure."""


@dataclass(frozen=True)
class Line:
    """One thing that is asked for.

    Attributes:
        what: ``cores``, ``RAM``, or a storage tier.
        before: How much the state has: a number of cores, else bytes.
        after: How much there will be.
    """

    what: str
    before: int
    after: int

    def words(self) -> tuple[str, str, str]:
        """Return before, after and the difference as people read them."""
        show = str if self.what == "cores" else in_units
        difference = self.after - self.before
        return show(self.before), show(self.after), f"{'−' if difference < 0 else '+'}{show(abs(difference))}"


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """What the resources of a preview ask for, whether they run or not.

    Attributes:
        lines: Cores, RAM, and each storage tier.
        unknown: Names of those whose demand shows only when they are made, such as copies, or is a secret.
        whole: Whether these are all of the stack; else only the differences mean something.
    """

    lines: tuple[Line, ...]
    unknown: tuple[str, ...]
    whole: bool

    @property
    def differs(self) -> bool:
        """Whether the change asks for more or for less."""
        return bool(self.unknown) or any(line.before != line.after for line in self.lines)


def capacity(plan: Plan) -> Capacity:
    """Return what the resources of a plan ask for."""
    unknown: list[str] = []
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for change in plan.changes:
        was = _demand(change.declaration, change.before)
        before.update(was or {})
        # Unset arguments of a recreated object are assumed to get the values that VergeOS gave the old one.
        as_it_was = change.old if change.action == "replace" else {}
        kept = {name: value for name, value in as_it_was.items() if name not in change.changed}
        demand = _demand(change.declaration, {**kept, **change.new})
        if demand is None or was is None:
            unknown.append(change.name)
        after.update(demand or {})
    names = ["cores", "RAM", *sorted({*before, *after} - {"cores", "RAM"})]
    return Capacity(
        lines=tuple(Line(name, before[name], after[name]) for name in names),
        unknown=tuple(unknown),
        whole=plan.complete,
    )


def _demand(declaration: Declaration, values: Mapping[str, Any]) -> dict[str, int] | None:
    """Return what one resource asks for; None if only VergeOS knows."""
    if not values or declaration.roles.is_empty(values):
        return {}
    tier = declaration.roles.said("tier", values)
    asked = {
        "cores": [_number(declaration, name, values) for name in declaration.roles.named("cores")],
        "RAM": [_number(declaration, name, values) for name in declaration.roles.named("ram")],
        f"tier {tier}" if tier else "default tier": [
            _size(declaration, name, values) for name in declaration.roles.named("disk")
        ],
    }
    if any(amount is None for amounts in asked.values() for amount in amounts):
        return None
    return {what: sum(filter(None, amounts)) for what, amounts in asked.items() if amounts}


def _number(declaration: Declaration, name: str, values: Mapping[str, Any]) -> int | None:
    """Return an amount; one that is unset is VergeOS's default, but that of the original for a copy."""
    attribute, value = declaration.inputs[name], values.get(name)
    if value is None and declaration.roles.said("original", values) is None:
        value = attribute.unset
    return int(value) * (attribute.unit or 1) if isinstance(value, int | float) else None


def _size(declaration: Declaration, name: str, values: Mapping[str, Any]) -> int | None:
    """Return the bytes of a disk; none if they are unset, known later, a secret, or a mistake."""
    try:
        size: int = declaration.inputs[name].value.to_api(values.get(name))
    except ValueError:
        return None
    return size if size < _LARGEST else None


@dataclass(frozen=True)
class Room:
    """What a part of the system has.

    Attributes:
        what: A cluster's RAM, or a storage tier.
        used: Bytes in use.
        total: Bytes there are.
    """

    what: str
    used: int
    total: int

    @property
    def free(self) -> int:
        """Bytes that are left."""
        return max(self.total - self.used, 0)


_CLUSTER = ("$key", "name", "status#online_ram as total", "status#used_ram as used")

_TIER = ("$key", "tier", "capacity as total", "used")

ROOM_TABLES = (*seen("clusters", _CLUSTER), *seen("storage_tiers", _TIER))
"""The tables that `rooms` reads."""


def rooms(client: VergeClient) -> list[Room]:
    """Ask a VergeOS for the RAM of its clusters and the space of its storage tiers: two requests.

    Raises:
        VergeError: It does not answer, or not to this credential.
    """
    clusters = client.table("clusters").list(fields=_CLUSTER)
    tiers = client.table("storage_tiers").list(fields=_TIER)
    return [
        *_rooms(((f"RAM of cluster {row.get('name')}", row) for row in clusters), MIB),
        *_rooms(((f"tier {row.get('tier')}", row) for row in tiers), BYTE),
    ]


def _rooms(rows: Iterable[tuple[str, Mapping[str, Any]]], unit: int) -> list[Room]:
    """Return them in order; one of which VergeOS does not tell both figures is left out."""
    told = [(what, row.get("used"), row.get("total")) for what, row in rows]
    return sorted(
        (
            Room(what, used * unit, total * unit)
            for what, used, total in told
            if isinstance(used, int) and isinstance(total, int) and total
        ),
        key=lambda room: room.what,
    )
