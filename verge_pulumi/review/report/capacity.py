"""Cores, memory and storage that a stack asks for, before and after a change, and what the system has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from verge_pulumi.catalogue import TABLES
from verge_pulumi.client import VergeClient
from verge_pulumi.engine.declaring.values import in_units
from verge_pulumi.resources import Drive, VirtualMachine
from verge_pulumi.resources.compute import _cloning as cloning
from verge_pulumi.resources.compute import _data_loss as data_loss
from verge_pulumi.review.report.plan import Plan

MB = 1024**2

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
    """What the VMs and drives of a preview ask for, whether they run or not.

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
        if not change.vanished:
            before.update(_demand(change.kind, change.old) or {})
        # Unset arguments of a recreated object are assumed to get the values that VergeOS gave the old one.
        as_it_was = change.old if change.action == "replace" else {}
        kept = {name: value for name, value in as_it_was.items() if name not in change.changed}
        demand = _demand(change.kind, {**kept, **change.new})
        if demand is None:
            unknown.append(change.name)
        after.update(demand or {})
    names = ["cores", "RAM", *sorted({*before, *after} - {"cores", "RAM"})]
    return Capacity(
        lines=tuple(Line(name, before[name], after[name]) for name in names),
        unknown=tuple(unknown),
        whole=plan.complete,
    )


def _demand(kind: str, values: Mapping[str, Any]) -> dict[str, int] | None:
    """Return what one resource asks for; None if only VergeOS knows."""
    if not values:
        return {}
    if kind == "VirtualMachine":
        cores, ram = (_number(values, name) for name in ("cpu_cores", "ram"))
        return None if cores is None or ram is None else {"cores": cores, "RAM": ram * MB}
    if kind == "Drive" and values.get("media") not in data_loss.EMPTY_MEDIA:
        tier = values.get("preferred_tier")
        try:
            size = Drive.declaration.inputs["disksize"].value.to_api(values.get("disksize"))
        except ValueError:
            return None  # unset, known later, or a secret
        return {f"tier {tier}" if tier else "default tier": size} if size < _LARGEST else None
    return {}


def _number(values: Mapping[str, Any], name: str) -> int | None:
    """Return a number of a VM; one that is unset is VergeOS's default, but that of the original for a copy."""
    value = values.get(name)
    if value is None and not cloning.is_copy(values):
        column = TABLES[VirtualMachine.declaration.table].column(name)
        value = column.default if column else None
    return int(value) if isinstance(value, int | float) else None


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


def rooms(client: VergeClient) -> list[Room]:
    """Ask a VergeOS for the RAM of its clusters and the space of its storage tiers: two requests.

    Raises:
        VergeError: It does not answer, or not to this credential.
    """
    fields = ("$key", "name", "status#online_ram as total", "status#used_ram as used")
    clusters = client.table("clusters").list(fields=fields)
    tiers = client.table("storage_tiers").list(fields=("$key", "tier", "capacity as total", "used"))
    return [
        *_rooms(((f"RAM of cluster {row.get('name')}", row) for row in clusters), MB),
        *_rooms(((f"tier {row.get('tier')}", row) for row in tiers), 1),
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
