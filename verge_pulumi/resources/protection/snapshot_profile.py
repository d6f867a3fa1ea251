"""Snapshot profiles: when snapshots are taken by themselves, and how long they are kept."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from verge_pulumi.client import Filter, Row, VergeError, any_of, as_key, printable, where
from verge_pulumi.engine.declaring.attributes import Attr, NamedItems, arg, computed, named_items, policy
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.lives import Cost, DeletedBy
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.errors import Unfit
from verge_pulumi.engine.lifecycle.lives import DeletedByProvider
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.protection._periods import Periods
from verge_pulumi.resources.protection._snapshot_period import (
    FIELDS,
    TABLE,
    PeriodsByName,
    SnapshotPeriod,
    contains_unknowns,
    told,
    validated,
)

GIVEN = ("SOX", "HIPAA", "NAS Volume Syncs", "System Snapshots", "Volume Antivirus Scan")
"""The names of the profiles that every system has (docs/vergeos/protection.md §1)."""

_NAMES = ("$key", "name")


class SnapshotProfile(
    Describable,
    Resource,
    table="snapshot_profiles",
    unique=("name",),
    # After each write the periods are listed; once more if some of them were written.
    life=DeletedBy(action="delete", rows="periods", create=Cost(writes=3, reads=1), update=Cost(writes=3, reads=2)),
):
    """A snapshot profile: its periods say when snapshots are taken by themselves, and how long they are kept.

    ``SnapshotProfile("nightly", name="nightly", periods={"daily": SnapshotPeriod(frequency="daily", hour=2,
    retention="7d")})``. A period is known by its name, so another name is another period; a change touches the periods
    that it is about and no others. VMs that name it as their `snapshot_profile` are snapshotted. VergeOS deletes none
    that something uses: the error names what does.
    """

    importing = Importing(given={"name": GIVEN}, also={TABLE: FIELDS})

    name: Attr[str] = arg(min_length=1, max_length=128)
    """Name in VergeOS; unique on the system."""

    ignore_warnings: Attr[bool | None] = arg(default=None)
    """Whether VergeOS does not warn of how many snapshots it is going to make."""

    periods: NamedItems[SnapshotPeriod] = named_items(PeriodsByName(), table=TABLE)
    """The periods, by name. Read as a mapping from names to what each of them says, by name."""

    authoritative: Attr[bool | None] = policy(default=None)
    """Whether periods of it that nobody declares are deleted; if unset they are left alone."""

    period_keys: Attr[dict[str, str] | None] = computed(column=None)
    """The keys of the periods, by name."""

    @classmethod
    def derive_arguments(cls, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the arguments with what each period says instead of the period."""
        periods = arguments["periods"]
        if not isinstance(periods, Mapping) or not all(isinstance(each, SnapshotPeriod) for each in periods.values()):
            raise Unfit("periods is not a mapping of SnapshotPeriod. Give one by name: {'daily': SnapshotPeriod(...)}")
        return {**arguments, "periods": {name: dict(period.given) for name, period in periods.items()}}


class SnapshotProfileProvider(DeletedByProvider[SnapshotProfile]):
    """What is special about a profile's life: its periods are rows of another table."""

    touched = (touch(TABLE), touch(TABLE, "create", "modify", "delete", at=("create", "update")))

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Say what is wrong with periods of which something is not known yet; the others are checked already."""
        periods = inputs["periods"]
        if isinstance(periods, dict) and contains_unknowns(periods):
            yield from (f"periods: {problem}" for problem in validated(periods)[1])

    def notes(self, state: Inputs, inputs: Inputs, changed: Collection[str]) -> Iterable[str]:
        """Tell what happens to each period."""
        yield from super().notes(state, inputs, changed)
        if "periods" in changed and isinstance(inputs["periods"], dict):
            yield from told(state.get("periods") or {}, inputs["periods"])

    def fetch(self, id: str, state: Inputs) -> dict[str, Any] | None:
        """Read it and its periods."""
        outs = super().fetch(id, state)
        return None if outs is None else outs | Periods(self.connection, id).shown(state)

    def change(self, id: str, state: Inputs, inputs: Inputs) -> dict[str, Any]:
        """Change it; the state knows which periods are ours."""
        return super().change(id, state, {**inputs, "period_keys": state.get("period_keys")})

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Bring the periods to what the program says; what is known of their keys goes into the state in any case."""
        inputs["period_keys"] = dict(inputs.get("period_keys") or {})
        authoritative = bool(inputs.get("authoritative"))
        Periods(self.connection, id).bring(inputs["periods"], inputs["period_keys"], authoritative=authoritative)
        return row

    def unmake(self, id: str, state: Inputs) -> None:
        """Delete it; its periods go with it."""
        try:
            super().unmake(id, state)
        finally:
            self.connection.reader.forget(TABLE)

    def used_by(self, id: str) -> str:
        """Name the VMs and volumes that have it, and else the snapshots that it made."""
        having = where("snapshot_profile", "eq", as_key(id))
        users = [
            *_named("VM", self._vms(having)),
            *_named("volume", self._found("volumes", having, _NAMES)),
            *_named("system snapshot", self._found("cloud_snapshots", having, _NAMES)),
        ]
        users = users or self._snapshots(id)
        return f"{', '.join(users)}; give what has it another profile first" if users else ""

    def _vms(self, having: Filter) -> list[Row]:
        """List the VMs that have it; their machines may be what says so (docs/vergeos/virtual-machines.md §1)."""
        # Snapshots of VMs are rows of the same table (docs/vergeos/quirks.md §R9).
        fields = (*_NAMES, "is_snapshot")
        if rows := self._found("vms", having, fields):
            return rows
        machines = [row["$key"] for row in self._found("machines", having, ("$key",))]
        return self._found("vms", any_of("machine", machines), fields) if machines else []

    def _snapshots(self, id: str) -> list[str]:
        """Name the snapshots of VMs that its periods have taken."""
        periods = self._found(TABLE, where("profile", "eq", as_key(id)), ("$key",))
        if not periods:
            return []
        condition = any_of("snapshot_period", [period["$key"] for period in periods])
        rows = self._found("machine_snapshots", condition, ("$key", "name"))
        return [f"snapshot '{printable(str(row.get('name')))}'" for row in rows]

    def _found(self, table: str, condition: Any, fields: tuple[str, ...]) -> list[Row]:
        """List rows; what this account may not see is left out, since the refusal itself is told in any case."""
        with contextlib.suppress(VergeError):
            return self.connection.reader.find(table, condition, fields)
        return []


def _named(noun: str, rows: Iterable[Row]) -> list[str]:
    """Return how people know the rows of a kind."""
    return [f"{'a snapshot of ' * bool(r.get('is_snapshot'))}{noun} '{printable(str(r.get('name')))}'" for r in rows]
