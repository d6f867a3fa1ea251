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

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from verge_pulumi.resources.firewall._regions import (
    ALL,
    WITH_PORTS,
    Box,
    Rule,
    Service,
    Table,
    Verdict,
    cells,
    columns_of,
    lowest,
    mask_of,
    masks,
    protocols_in,
    protocols_of,
)
from verge_pulumi.resources.firewall._rule_sets import (
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
    "Turns",
    "Verdict",
    "difference",
    "shadowed",
    "turns",
    "would_allow",
]

MOST_CELLS = 50_000
"""Parts of the traffic that are looked at before a comparison is cut."""

MOST_CHANGES = 100
"""Entries that a comparison has at most."""

MOST_PAIRS = 500_000
"""Pairs of rules that are looked at before a search for those that turn an outcome is cut."""

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


@dataclass(frozen=True)
class Turns:
    """Which rules of two lists turn the outcome of some traffic.

    Each pair names the rule that decides in the old list and the one that decides in the new list; "" is what comes
    below the list.

    Attributes:
        opens: Pairs by which traffic may pass that was stopped.
        closes: Pairs by which traffic may be stopped that passed.
        cut: Whether there may be more than that.
    """

    opens: frozenset[tuple[str, str]] = frozenset()
    closes: frozenset[tuple[str, str]] = frozenset()
    cut: bool = False


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


def turns(old: Sequence[Rule], new: Sequence[Rule], addresses: Addresses = NOTHING_KNOWN) -> Turns:
    """Return which rules make one list treat traffic differently from another, whatever comes below the lists.

    The order of the rules decides, not their places. A rule of which it is not known what it matches may match or not,
    but it matches the same in both lists.

    Args:
        old: The rules before, in their order; their names differ.
        new: The rules after.
        addresses: What the names in the rules stand for.
    """
    opens: set[tuple[str, str]] = set()
    closes: set[tuple[str, str]] = set()
    pairs = 0
    for direction in DIRECTIONS:
        tables = [Table(rules, direction, addresses) for rules in (old, new)]
        say = [_said(table, rules) for table, rules in zip(tables, (old, new), strict=True)]
        seen: set[tuple[tuple[int, int], ...]] = set()
        for number, cell in enumerate(cells(tables, ALL)):
            if number == MOST_CELLS or pairs > MOST_PAIRS:
                return Turns(frozenset(opens), frozenset(closes), cut=True)
            alike = masks(cell, 0), masks(cell, 1)
            if alike in seen:
                continue
            seen.add(alike)
            deciding = [table.deciding(*alike[side]) for side, table in enumerate(tables)]
            before, after = ([say[side][place] for place in places] for side, (places, _) in enumerate(deciding))
            if [each.means for each in before] == [each.means for each in after]:
                continue
            pairs += (len(before) + 1) * (len(after) + 1)
            for passes in (True, False):  # what comes below the lists
                ends = [[] if surely else [_Said("", passes, None)] for _, surely in deciding]
                opens.update(_turning(before + ends[0], after + ends[1], to=True))
                closes.update(_turning(before + ends[0], after + ends[1], to=False))
    return Turns(frozenset(opens), frozenset(closes))


@dataclass(frozen=True)
class _Said:
    """What a rule says: its name, whether what it matches passes (None if not known), and all of it to be compared."""

    name: str
    passes: bool | None
    means: Hashable


def _said(table: Table, rules: Sequence[Rule]) -> list[_Said]:
    """Return what the rules of a table say. Columns that are not known mean what they hold, whatever that is."""
    columns = {str(each.get("name")): each for each in map(columns_of, rules)}
    found = []
    for row in table.rows:
        conditions = frozenset((name, repr(value)) for name, value in row.conditions.items())
        unknown = [(row.name, name, repr(columns.get(row.name, {}).get(name))) for name in row.unknown]
        found.append(_Said(row.name, row.accepts, (row.accepts, row.box, conditions, *unknown)))
    return found


def _turning(before: Sequence[_Said], after: Sequence[_Said], *, to: bool) -> Iterator[tuple[str, str]]:
    """Yield the pairs of rules that may decide before and after, the one to the other outcome, if they match alone."""
    first, then = ({each.means: place for place, each in reversed([*enumerate(side)])} for side in (before, after))
    for place, one in enumerate(before):
        for other_place, other in enumerate(after):
            turned = one.passes is not to and other.passes is not (not to) and one.means != other.means
            if turned and first.get(other.means, place) >= place and then.get(one.means, other_place) >= other_place:
                yield one.name, other.name


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
