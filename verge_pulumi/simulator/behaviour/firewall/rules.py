"""Rules of networks and their aliases (docs/vergeos/networks.md §4, §5)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verge_pulumi.simulator.behaviour.base import Behaviour
from verge_pulumi.simulator.errors import invalid, refused
from verge_pulumi.simulator.relations import Row

_ALIASED = ("source_ip", "source_ports", "destination_ip", "destination_ports", "target_ip", "target_ports")
"""The columns that may name an alias; terraform v3 documents it for all but the targets."""

_PINS = ("top", "no", "bottom")
"""The order of pinned rules within a network."""


class Rules(Behaviour):
    """The table `vnet_rules`. No source says that a rule is deleted with its owner; this is our assumption."""

    owners = frozenset({"owner"})

    def before_create(self, row: Row) -> None:
        """Put a rule at the end, or at the requested place."""
        _check_aliases(row)
        row["orderid"] = self._find_place(row)

    def before_update(self, row: Row, changes: Row) -> None:
        """Refuse to change a system rule, and free the place of a rule that moves."""
        _refuse_system_rule(row)
        _check_aliases(row | changes)
        if any(name in changes and changes[name] != row[name] for name in ("orderid", "pin")):
            changes["orderid"] = self._find_place(row | changes)

    def before_delete(self, row: Row) -> None:
        """Refuse to delete a system rule."""
        _refuse_system_rule(row)

    def _find_place(self, row: Row) -> int:
        """Return the place of a rule, and free it: if it is taken, the rules from there on are renumbered.

        This is inferred (docs/vergeos/networks.md §4). It is our assumption that a rule which requests a place beyond
        the pinned ones gets the nearest place on its side of them.
        """
        siblings = self.backend.store.children(self.table, "vnet", ("vnets", row["vnet"]))
        others = [rule for rule in siblings if rule["$key"] != row.get("$key")]
        side = _PINS.index(row["pin"])
        below = [rule["orderid"] for rule in others if _PINS.index(rule["pin"]) > side]
        above = [rule["orderid"] for rule in others if _PINS.index(rule["pin"]) < side]
        beside = [rule["orderid"] for rule in others if _PINS.index(rule["pin"]) == side]
        end = max((number + 1 for number in above + beside), default=1)
        wanted = end if row["orderid"] is None else row["orderid"]
        place: int = min([max([wanted, *(number + 1 for number in above)]), *below])
        if any(rule["orderid"] == place for rule in others):
            for rule in others:
                if rule["orderid"] >= place:
                    self.backend.store.change(self.table, rule["$key"], {"orderid": rule["orderid"] + 1})
        return place


class RuleAliases(Behaviour):
    """The table `vnet_rule_aliases`. No source says that one in use may be deleted; this is our assumption."""

    def after_update(self, row: Row, changes: Row) -> None:
        """Mark the networks whose rules name it as waiting for an apply (docs/vergeos/networks.md §5)."""
        if "value" not in changes:
            return
        for rule in self.backend.store.rows("vnet_rules"):
            if any(alias == str(row["$key"]) for _, alias in _aliases(rule)):
                self.backend.store.change("vnets", rule["vnet"], {"need_fw_apply": True})


def _aliases(rule: Row) -> Iterator[tuple[str, str]]:
    """Yield the aliases named by a rule, each with its column."""
    for column in _ALIASED:
        for term in str(rule[column] or "").split(","):
            kind, _, alias = term.strip().partition(":")
            if kind == "alias":
                yield column, alias


def _check_aliases(rule: Row) -> None:
    """Refuse an alias given by its name instead of its key (docs/vergeos/networks.md §4.2), in our own words."""
    for column, alias in _aliases(rule):
        if not re.fullmatch(r"[1-9][0-9]*", alias):
            raise invalid(column)


def _refuse_system_rule(row: Row) -> None:
    if row["system_rule"]:
        raise refused("System rules cannot be changed")
