"""Rules of firewalls, live and as recorded: what differs, what that opens, and which others there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verge_pulumi.client import Row
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.model import outputs
from verge_pulumi.engine.declaring.values import equal
from verge_pulumi.resources.firewall._firewall_rule import RULE, TABLE, is_of_vergeos
from verge_pulumi.resources.firewall._plan import in_order
from verge_pulumi.resources.firewall._reachability import turns
from verge_pulumi.review.stacks import Entry
from verge_pulumi.review.values import Names, by_name, difference, traffic

KIND = TABLE
"""The table of rules."""

_COLUMNS = ("vnet", "description", "system_rule", "owner")


@dataclass(frozen=True)
class Turned:
    """One rule of a list that is not as it was, or their order.

    Attributes:
        field: ``rules.<name>``, or ``rules`` for the order.
        recorded: What it was; None if there was none.
        live: What it is; None if there is none any more.
        words: Both in words.
    """

    field: str
    recorded: Any
    live: Any
    words: tuple[str, str]


def compared(field: str, recorded: Sequence[Any], live: Sequence[Any], names: Names) -> list[Turned]:
    """Return what differs between two lists of rules, rule by rule.

    Args:
        field: The argument that holds them.
        recorded: Those of the state.
        live: Those of VergeOS.
        names: What rows are called.
    """
    before, after = by_name(list(recorded)) or {}, by_name(list(live)) or {}
    found = [
        Turned(f"{field}.{name}", before.get(name), after.get(name), _words(before.get(name), after.get(name), names))
        for name in {**before, **after}
        if not equal(before.get(name), after.get(name))
    ]
    places = {name: place for place, name in enumerate(before)}
    both = [name for name in after if name in places]
    if len(in_order([(name, places[name]) for name in both])) < len(both):
        orders = [name for name in before if name in after], both
        found.append(Turned(field, *orders, (", ".join(orders[0]), ", ".join(orders[1]))))
    return found


def _words(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, names: Names) -> tuple[str, str]:
    """Return a rule on both sides; where both let the same pass, the fields in which they differ."""
    old, new = traffic(before, names) or "no rule", traffic(after, names) or "no rule"
    if old != new or before is None or after is None:
        return old, new
    return "", difference(before, after, None, names)


def opens(recorded: Sequence[Mapping[str, Any]], live: Sequence[Mapping[str, Any]]) -> bool | None:
    """Say whether rules let something pass that was stopped; None if they let the same pass as before.

    Args:
        recorded: Those of the state, in their order.
        live: Those of VergeOS.
    """
    turned = turns([*recorded], [*live])
    if turned.opens or turned.cut:
        return True
    return False if turned.closes else None


def on_networks(connection: Connection, networks: Collection[str]) -> Iterable[tuple[Row, str]]:
    """Yield the rules of some networks that VergeOS did not make for itself, and what each says, in one request."""
    if not networks:
        return
    fields = [*dict.fromkeys((*RULE.fields, *_COLUMNS))]
    for row in connection.client.table(TABLE).iterate(fields=fields, page_size=2000):
        if str(row.get("vnet")) in networks and not is_of_vergeos(row):
            yield row, traffic(outputs(RULE, row, {}))


def networks_of(entries: Iterable[Entry]) -> dict[str, str]:
    """Return the networks that are managed, or of which rules are, by key: with their names in the program."""
    found: dict[str, str] = {}
    for entry in entries:
        if entry.rows and entry.declaration.table == TABLE and entry.outputs.get("network") is not None:
            found.setdefault(str(entry.outputs["network"]), "")
    for entry in entries:
        if entry.rows and entry.declaration.review.drawn == "network":
            found[entry.id] = entry.name
    return found
