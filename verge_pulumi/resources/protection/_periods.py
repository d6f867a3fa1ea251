"""The rows that the periods of one snapshot profile are: read, and brought to what a program says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from verge_pulumi.client import NotFound, Outcome, Row, VergeError, as_key, printable, where
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.model import Inputs, differing, outputs, payload
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.looking import APPEARS_WITHIN, appeared
from verge_pulumi.engine.reading.waiting import wait_until
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.resources.protection._snapshot_period import FIELDS, PERIOD, TABLE

Keys = dict[str, str]
"""The keys of periods, by name."""


class Periods:
    """The periods of one profile.

    A period bears no mark: it belongs to its profile, whose mark says whose that is. Within the profile it is known by
    its key, and by its name, which is unique there.

    Args:
        connection: Where to.
        profile: The key of the profile.
    """

    def __init__(self, connection: Connection, profile: str) -> None:
        self._connection = connection
        self._profile = profile

    def shown(self, state: Inputs) -> dict[str, Any]:
        """Return the outputs for what there is now, out of one list for all profiles.

        Args:
            state: The outputs in the state; without periods where the program only reads the profile.
        """
        listed = self._connection.reader.listed(TABLE, FIELDS, "").values()
        rows = sorted((row for row in listed if str(row["profile"]) == self._profile), key=lambda row: int(row["$key"]))
        said, keys = state.get("periods"), state.get("period_keys") or {}
        if said is None:
            return {
                "periods": {str(row["name"]): _period(row, None) for row in rows},
                "period_keys": {str(row["name"]): str(row["$key"]) for row in rows},
            }
        names = {key: name for name, key in keys.items()}
        periods: dict[str, Inputs] = {}
        found: Keys = {}
        # A period that was renamed comes after those that have the name that is declared.
        for row in sorted(rows, key=lambda row: row["name"] not in said):
            name, key = str(row["name"]), str(row["$key"])
            recorded = names.get(key, name)
            if name in said or key in names:
                periods[name] = _period(row, said.get(name) or said.get(recorded))
                found[name if name in said or recorded in found else recorded] = key
            elif state.get("authoritative"):
                periods[name] = _period(row, None)
        return {"periods": periods, "period_keys": found}

    def bring(self, wanted: Mapping[str, Inputs], keys: Keys, *, authoritative: bool) -> None:
        """Bring the rows to what the program says: new ones first, then changed ones, and at last those to delete.

        Args:
            wanted: What the program says of each.
            keys: The keys of those that are ours as far as they are known; they follow what is done.
            authoritative: Whether periods that nobody declares are deleted.

        Raises:
            EngineError: VergeOS does not keep what was written.
        """
        table, rows = self._connection.client.table(TABLE), self._rows()
        chosen = _chosen(rows, wanted, keys)
        kept = {str(row["$key"]) for row in chosen.values()}
        ours = set(keys.values())
        gone = [row for row in rows if str(row["$key"]) not in kept and (authoritative or str(row["$key"]) in ours)]
        keys.update({name: str(row["$key"]) for name, row in chosen.items()})
        written = []
        try:
            for name in [name for name in wanted if name not in chosen]:
                keys[name] = self._post(name, wanted[name])
                written.append(name)
            for name, row in chosen.items():
                if str(row["$key"]) not in ours:
                    said = f"took over period '{printable(name)}' (row {row['$key']}), which existed already"
                    provider_process.log(said)
                if columns := _columns(name, wanted[name], row):
                    table.update(str(row["$key"]), columns)
                    written.append(name)
            for row in gone:
                self._delete(row, ours)
        finally:
            if written or gone:
                self._connection.reader.forget(TABLE)
        for name in [name for name in keys if name not in wanted]:
            del keys[name]
        if written:
            self._verify(wanted, keys, written)

    def _rows(self) -> list[Row]:
        """List all periods of the profile, whoever made them."""
        condition = where("profile", "eq", as_key(self._profile))
        rows = self._connection.reader.find(TABLE, condition, FIELDS)
        # What a filter finds is compared once more: others may be deleted (docs/vergeos/quirks.md §R7).
        return [row for row in rows if str(row["profile"]) == self._profile]

    def _post(self, name: str, period: Inputs) -> str:
        """Create a period exactly once; what is not known to have failed is looked for before it is sent again."""
        table = self._connection.client.table(TABLE)
        # Minute and hour are always said (docs/vergeos/protection.md §2).
        columns = {"profile": as_key(self._profile), "name": name, "minute": 0, "hour": 0, **payload(PERIOD, period)}
        try:
            return table.create(columns).key
        except VergeError as error:
            if error.outcome is Outcome.NOT_APPLIED:
                raise
            if row := appeared(lambda: _named(self._rows()).get(name), self._connection.clock):
                return str(row["$key"])
            if error.outcome is Outcome.APPLIED:
                raise
            self._connection.see_system()
        return table.create(columns).key

    def _delete(self, row: Row, ours: set[str]) -> None:
        key = str(row["$key"])
        if key not in ours:
            name = printable(str(row["name"]))
            provider_process.log(f"deleting period '{name}' (row {key}): no program declares it", warning=True)
        try:
            self._connection.client.table(TABLE).delete(key)
        except NotFound:
            return
        except VergeError as error:
            # Whether it is gone is seen by looking, not by the words of the error.
            if error.outcome is not Outcome.UNKNOWN or self._connection.reader.fresh(TABLE, key, ("$key",)):
                raise

    def _verify(self, wanted: Mapping[str, Inputs], keys: Keys, written: Iterable[str]) -> None:
        """See that what was written is there; VergeOS drops columns that it does not know (docs/vergeos/quirks.md §W1).

        Raises:
            EngineError: It is not.
        """
        rows = wait_until(
            lambda: {str(row["$key"]): row for row in self._rows()},
            lambda rows: rows.keys() >= set(keys.values()),
            what="the new periods to appear",
            timeout=APPEARS_WITHIN,
            clock=self._connection.clock,
            describe=lambda rows: f"{len(rows)} periods",
        )
        for name in written:
            if lost := _columns(name, wanted[name], rows[keys[name]]):
                raise EngineError(
                    f"VergeOS does not keep what was written to the period '{printable(name)}' ({', '.join(lost)}). "
                    "Declare what this VergeOS makes of it"
                )


def _chosen(rows: Iterable[Row], wanted: Mapping[str, Inputs], keys: Keys) -> dict[str, Row]:
    """Return the row that is each period already: the one of its name, or ours that somebody renamed."""
    rows = list(rows)
    named, by_key = _named(rows), {str(row["$key"]): row for row in rows}
    chosen = {}
    for name in wanted:
        renamed = by_key.get(keys.get(name, ""))
        row = named.get(name) or (renamed if renamed and renamed["name"] not in wanted else None)
        if row is not None:
            chosen[name] = row
    return chosen


def _named(rows: Iterable[Row]) -> dict[str, Row]:
    return {str(row["name"]): row for row in rows}


def _columns(name: str, period: Inputs, row: Row) -> dict[str, Any]:
    """Return the columns in which a row differs from what the program says."""
    columns = payload(PERIOD, period, set(differing(PERIOD, outputs(PERIOD, row, period), period)))
    return columns if row["name"] == name else {"name": name, **columns}


def _period(row: Row, said: Inputs | None) -> Inputs:
    """Return a row as the program would say it: what it says of that period, and of one that it does not know all."""
    live = outputs(PERIOD, row, said or {})
    return {name: live[name] for name in (PERIOD.inputs if said is None else said) if live.get(name) is not None}
