"""Which traffic the rules of a network let pass, worked out offline: VergeOS is not asked and Pulumi need not run.

```python
verdict = would_allow(rules, "203.0.113.7", "router", 22)
assert verdict.allowed, verdict.why
```

A rule is a `FirewallRule`, or its columns by name as a preview shows them; rules are given in their order, and the
first one that matches decides. Rules that are off are passed over, and pinned ones stand above or below the others.

What no source says, and how it is read here. Traffic that no rule matches does not pass: the vendor's training calls
networks secure by default. A rule that translates or routes decides nothing, and those below it see the addresses as
they were. The question is about new connections, so a rule for ``established`` or ``related`` ones only does not match.
Where a rule depends on what is not asked (`interface`, another `ct_state`, `source_ports`) or names what nobody has
resolved (``vnet:dmz``), the answer is that it is not known, unless it is the same either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from verge_pulumi.resources.rule_regions import (
    ALL,
    WITH_PORTS,
    Box,
    Rule,
    Service,
    Table,
    Verdict,
    cells,
    lowest,
    mask_of,
    masks,
    protocols_in,
    protocols_of,
)
from verge_pulumi.resources.rule_sets import (
    NOTHING_KNOWN,
    Addresses,
    Part,
    addresses_of,
    addresses_text,
    ports_of,
    ports_text,
)

__all__ = [
    "Addresses",
    "Change",
    "Difference",
    "Rule",
    "Shadow",
    "Verdict",
    "difference",
    "shadowed",
    "would_allow",
]

MOST_CELLS = 50_000
"""Parts of the traffic that are looked at before a comparison is cut."""

MOST_CHANGES = 100
"""Entries that a comparison has at most."""

DIRECTIONS = ("incoming", "outgoing")


@dataclass(frozen=True)
class Change:
    """Traffic that two lists of rules treat differently, each side written as in a rule.

    Attributes:
        direction: ``incoming`` or ``outgoing``.
        source: Where it comes from; ``any`` is anywhere.
        destination: Where it goes.
        protocol: Its protocol, or several with commas; ``other`` are those that no rule names.
        ports: Where it goes to; "" for protocols without ports.
        before: Whether the old rules let it pass; None if that is not known.
        after: Whether the new ones do.
    """

    direction: str
    source: str
    destination: str
    protocol: str
    ports: str
    before: bool | None
    after: bool | None


@dataclass(frozen=True)
class Difference:
    """What two lists of rules treat differently.

    Attributes:
        changes: The traffic.
        cut: Whether there may be more than that.
    """

    changes: tuple[Change, ...] = ()
    cut: bool = False


@dataclass(frozen=True)
class Shadow:
    """A rule that never matches.

    Attributes:
        rule: Its name.
        by: Names of the rules before it that match all that it does.
        duplicate: Whether a single one of them says the same.
    """

    rule: str
    by: tuple[str, ...]
    duplicate: bool = False

    def __str__(self) -> str:
        names = ", ".join(f"'{name}'" for name in self.by)
        what = "the same is said by" if self.duplicate else "all that it matches is matched before by"
        return f"rule '{self.rule}' never matches: {what} {names}"


def would_allow(
    rules: Sequence[Rule],
    source: str,
    destination: str,
    port: int | str | None = None,
    protocol: str = "tcp",
    *,
    direction: str = "incoming",
    addresses: Addresses = NOTHING_KNOWN,
) -> Verdict:
    """Say whether rules let a new connection pass; of several addresses or ports all must pass.

    Args:
        rules: The rules, in their order.
        source: Where it comes from, written as in a rule; "" is anywhere.
        destination: Where it goes: an address, a network, or a name such as ``router``.
        port: The port it goes to, or several as in a rule; None for all, and for protocols without ports.
        protocol: ``tcp``, ``udp``, ``icmp`` or a number.
        direction: ``incoming`` or ``outgoing``.
        addresses: What the names in the rules stand for.

    Raises:
        ValueError: Source, destination, port or protocol cannot be read.
    """
    table = Table(rules, direction, addresses)
    box = Box(
        addresses_of(source, addresses),
        addresses_of(destination, addresses),
        protocols_of(protocol),
        ports_of(None if port is None else str(port), addresses),
    )
    verdicts = (table.decide(*masks(cell)) for cell in cells([table], box))
    return min(verdicts, key=lambda verdict: (False, None, True).index(verdict.allowed))


def difference(old: Sequence[Rule], new: Sequence[Rule], addresses: Addresses = NOTHING_KNOWN) -> Difference:
    """Return which traffic two lists of rules treat differently, in both directions.

    It is exact, and what it finds is joined to few entries; of more than `MOST_CHANGES` the rest is cut.
    """
    changes: list[Change] = []
    is_cut = False
    for direction in DIRECTIONS:
        tables = [Table(rules, direction, addresses) for rules in (old, new)]
        found: dict[tuple[bool | None, bool | None], list[_Region]] = {}
        for number, cell in enumerate(cells(tables, ALL)):
            if number == MOST_CELLS:
                is_cut = True
                break
            before, after = (table.decide(*masks(cell, index)).allowed for index, table in enumerate(tables))
            if before is not after:
                found.setdefault((before, after), []).append(tuple(side.parts for side in cell))
        for outcome, regions in found.items():
            for sources, destinations, services in _joined(regions):
                sides = addresses_text(sources), addresses_text(destinations)
                for service in _services_text(services, protocols_in(tables)):
                    changes.append(Change(direction, *sides, *service, *outcome))
    return Difference(tuple(changes[:MOST_CHANGES]), is_cut or len(changes) > MOST_CHANGES)


def shadowed(rules: Sequence[Rule], addresses: Addresses = NOTHING_KNOWN) -> list[Shadow]:
    """Return the rules that never match, because rules before them match all that they do.

    It is silent where that depends on what is not known, and about rules that translate, route or are off.
    """
    tables = [Table(rules, direction, addresses) for direction in DIRECTIONS]
    found = (_shadow(table, place) for table in tables for place in range(len(table.rows)))
    return [shadow for shadow in found if shadow is not None]


def _shadow(table: Table, place: int) -> Shadow | None:
    row = table.rows[place]
    earlier = mask_of(each.stands_whenever(row) for each in table.rows[:place])
    if row.unknown or not earlier:
        return None
    alone, each_first = earlier, set[int]()
    for number, cell in enumerate(cells([table], row.box)):
        covering = masks(cell)[0] & earlier
        if not covering or number == MOST_CELLS:
            return None
        alone &= covering
        each_first.add(lowest(covering))
    covers = [table.rows[number] for number in ([lowest(alone)] if alone else sorted(each_first))]
    same = len(covers) == 1 and (covers[0].box, covers[0].accepts) == (row.box, row.accepts)
    return Shadow(row.name, tuple(each.name for each in covers), same)


_Region = tuple[frozenset[Any], ...]
"""Sources, destinations and services."""


def _joined(regions: list[_Region]) -> list[_Region]:
    """Join regions that differ in one side only."""
    for side in (2, 1, 0):
        groups: dict[tuple[_Region, _Region], frozenset[Any]] = {}
        for region in regions:
            others = region[:side], region[side + 1 :]
            groups[others] = groups.get(others, frozenset()) | region[side]
        regions = [(*left, parts, *right) for (left, right), parts in groups.items()]
    return regions


def _services_text(services: Iterable[Service], protocols: Sequence[str]) -> list[tuple[str, str]]:
    """Return protocols that have the same ports together, each side as a rule has it."""
    ports: dict[str, list[Part]] = {}
    for protocol, part in services:
        ports.setdefault(protocol, []).extend([] if part is None else [part])
    texts = {protocol: ports_text(parts) if protocol in WITH_PORTS else "" for protocol, parts in ports.items()}
    if texts.keys() == set(protocols) and set(texts.values()) == {"any", ""}:
        return [("any", "any")]
    alike: dict[str, list[str]] = {}
    for protocol in sorted(texts):
        alike.setdefault(texts[protocol], []).append(protocol)
    return [(",".join(names), text) for text, names in alike.items()]
