"""Rules of networks and their aliases (fact sheet vnets §4, §5)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verge_pulumi.simulator.behaviour.base import Behaviour
from verge_pulumi.simulator.errors import invalid, refused
from verge_pulumi.simulator.relations import Row

_ALIASED = ("source_ip", "source_ports", "destination_ip", "destination_ports", "target_ip", "target_ports")
"""The columns that may name an alias; terraform v3 says it of all but the targets."""


class Rules(Behaviour):
    """The table `vnet_rules`."""

    def before_create(self, row: Row) -> None:
        """Put a rule at the end, or at the place it asks for."""
        _check_aliases(row)
        siblings = self.backend.store.children(self.table, "vnet", ("vnets", row["vnet"]))
        if row["orderid"] is None:
            row["orderid"] = max((rule["orderid"] + 1 for rule in siblings), default=1)
        else:
            self._make_room(siblings, row["orderid"])

    def before_update(self, row: Row, changes: Row) -> None:
        """Refuse a change of a system rule, and make room for a rule that moves."""
        _refuse_system_rule(row)
        _check_aliases(row | changes)
        if "orderid" in changes and changes["orderid"] != row["orderid"]:
            siblings = self.backend.store.children(self.table, "vnet", ("vnets", row["vnet"]))
            self._make_room([rule for rule in siblings if rule is not row], changes["orderid"])

    def before_delete(self, row: Row) -> None:
        """Refuse to delete a system rule."""
        _refuse_system_rule(row)

    def _make_room(self, siblings: list[Row], place: int) -> None:
        """Renumber the rules from a place on when it is taken; an inference of the sheet (vnets §4)."""
        if any(rule["orderid"] == place for rule in siblings):
            for rule in siblings:
                if rule["orderid"] >= place:
                    self.backend.store.change(self.table, rule["$key"], {"orderid": rule["orderid"] + 1})


class RuleAliases(Behaviour):
    """The table `vnet_rule_aliases`. That one may be deleted while rules name it is our reading: no source says."""

    def after_update(self, row: Row, changes: Row) -> None:
        """Let the networks whose rules name it wait for an apply (fact sheet vnets §5)."""
        if "value" not in changes:
            return
        for rule in self.backend.store.rows("vnet_rules"):
            if any(alias == str(row["$key"]) for _, alias in _aliases(rule)):
                self.backend.store.change("vnets", rule["vnet"], {"need_fw_apply": True})


def _aliases(rule: Row) -> Iterator[tuple[str, str]]:
    """Yield the aliases that a rule names, each with its column."""
    for column in _ALIASED:
        for term in str(rule[column] or "").split(","):
            kind, _, alias = term.strip().partition(":")
            if kind == "alias":
                yield column, alias


def _check_aliases(rule: Row) -> None:
    """Refuse an alias that is named and not given by its key (fact sheet vnets §4.2); the words are ours."""
    for column, alias in _aliases(rule):
        if not re.fullmatch(r"[1-9][0-9]*", alias):
            raise invalid(column)


def _refuse_system_rule(row: Row) -> None:
    if row["system_rule"]:
        raise refused("System rules cannot be changed")
