"""Pools of devices of the host (docs/vergeos/virtual-machines.md §14)."""

from __future__ import annotations

from verge_pulumi.catalogue.model import Column
from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.errors import ApiError, invalid, not_modelled
from verge_pulumi.simulator.relations import Row
from verge_pulumi.simulator.values import convert


class ResourceGroups(Behaviour):
    """The table `resource_groups`."""

    def before_create(self, row: Row) -> None:
        """Check the settings; rules are not made out of keys of devices, of which there are none."""
        if row["key_args"]:
            raise not_modelled("a rule made from the key of a device")
        self._settings(row, row["settings_args"], count=True)

    def after_create(self, row: Row) -> Response | None:
        """Show the UUID, and keep the settings in a row of their own, if the type has any."""
        self.backend.store.change(self.table, row["$key"], {"uuid": row["$key"]})
        table = _table(row)
        if table in self.backend.relations:
            settings = self._settings(row, row["settings_args"])
            kept = self.backend.add(table, {"resource_group": row["$key"], **settings})
            self.backend.store.change(
                self.table, row["$key"], {"settings": f"{table}/{kept['$key']}", "settings_args": None}
            )
        return None

    def before_update(self, row: Row, changes: Row) -> None:
        """Check the settings."""
        self._settings(row, changes.get("settings_args"), count=True)

    def after_update(self, row: Row, changes: Row) -> None:
        """Write the settings that are given; what becomes of the others no source says, so they stay."""
        if changes.get("settings_args") and row["settings"]:
            table, _, key = row["settings"].partition("/")
            settings = self._settings(row, changes["settings_args"])
            self.backend.store.change(table, int(key), {**settings, "modified": self.backend.clock.stamp()})
        self.backend.store.change(self.table, row["$key"], {"settings_args": None})

    def before_delete(self, row: Row) -> None:
        """Refuse to delete a group in use."""
        referrers = {table for table, _, _ in self.backend.store.referrers(self.table, row["$key"])}
        if "machine_devices" in referrers:
            status = 409 if self.backend.release.since("26.1.4") else 422
            raise ApiError(status, "machine devices are still using this resource group")

    def _settings(self, row: Row, given: object, *, count: bool = False) -> Row:
        """Return the settings as they are stored.

        Args:
            row: The group.
            given: What the argument says.
            count: Whether those are counted that the type has not.

        Raises:
            ApiError: One of them cannot be that (422).
        """
        if not given:
            return {}
        relation = self.backend.relations.get(_table(row))
        if not isinstance(given, dict):
            raise invalid("settings_args")
        settings: Row = {}
        for name, value in given.items():
            column: Column | None = None if relation is None else relation.columns.get(name)
            if column is None or name in ("resource_group", "modified"):
                self.backend.unknown_columns[self.table, f"settings_args.{name}"] += count
                continue
            settings[name] = convert(column, value)
        return settings


class ResourceRules(Behaviour):
    """The table `resource_rules`."""

    def before_create(self, row: Row) -> None:
        """Take on the type of the group."""
        if row["auto_create_based_on"] is not None:
            raise not_modelled("a rule made from the key of a device")
        group = self.backend.store.get("resource_groups", row["resource_group"])
        row["type"] = None if group is None else group["type"]


def _table(row: Row) -> str:
    """Return the table with the settings of a group of a type."""
    return f"resource_group_settings_{row['type']}"
