"""Rules as sets of traffic, and the traffic in parts that all rules treat alike, so that few tell everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Protocol

from verge_pulumi.resources.firewall._rule_sets import (
    LINE,
    PORTS,
    Addresses,
    Part,
    Terms,
    addresses_of,
    cut,
    ports_of,
)

WITH_PORTS = ("tcp", "udp")
"""Protocols that have ports; a rule with ports does not match any other."""

OTHER = "other"
"""All protocols that no rule names."""

_WORDS = {"tcpudp": frozenset(WITH_PORTS), "1": frozenset({"icmp"}), "6": frozenset({"tcp"}), "17": frozenset({"udp"})}
_OUTCOMES = {"accept": True, "drop": False, "reject": False}
_PINS = {None: 1, "no": 1, "top": 0, "bottom": 2}
_CHOICES: Mapping[str, tuple[Any, ...]] = {
    "enabled": (None, True, False),
    "direction": (None, "incoming", "outgoing"),
    "action": (None, *_OUTCOMES, "translate", "route"),
    "pin": tuple(_PINS),
}

_ANYWHERE = Terms((LINE,))
_ANY_PORT = Terms((PORTS,))

Service = tuple[str, Part | None]
"""A protocol, and ports if it has them."""


class Arguments(Protocol):
    """A `FirewallRule`: arguments that know what was given."""

    given: Mapping[str, Any]


Rule = Mapping[str, Any] | Arguments
"""A rule: its columns by name, or a `FirewallRule`."""


@dataclass(frozen=True)
class Verdict:
    """What becomes of traffic.

    Attributes:
        allowed: Whether it passes; None if that is not known.
        rule: Name of the rule that decides, or that makes the answer unknown; "" if none does.
        why: The reason, in words.
    """

    allowed: bool | None
    rule: str
    why: str


@dataclass(frozen=True)
class Box:
    """Traffic: from these addresses to those, of these protocols (None for all), to these ports."""

    source: Terms = _ANYWHERE
    destination: Terms = _ANYWHERE
    protocols: frozenset[str] | None = None
    ports: Terms = _ANY_PORT


ALL = Box()


@dataclass(frozen=True)
class Row:
    """A rule that may decide.

    Attributes:
        name: Its name.
        accepts: Whether what it matches passes; None if that is not known.
        box: What it matches.
        unknown: Columns whose values are not known, so that it may match anything.
        conditions: Columns that say more about what it matches than is asked.
    """

    name: str
    accepts: bool | None
    box: Box = ALL
    unknown: tuple[str, ...] = ()
    conditions: Mapping[str, Any] = field(default_factory=dict)

    def stands_whenever(self, other: Row) -> bool:
        """Say whether it stands under no other condition than another rule, so that their boxes tell all."""
        own = {name: value for name, value in self.conditions.items() if (name, value) != ("interface", "any")}
        return not self.unknown and all(other.conditions.get(name) == value for name, value in own.items())

    def serves(self, service: Service) -> bool | None:
        """Say whether it matches a protocol with those ports; None if that is not known."""
        protocol, ports = service
        if self.box.protocols is not None and protocol not in self.box.protocols:
            return False
        return self.box.ports == ALL.ports if ports is None else self.box.ports.holds(ports, PORTS)

    @property
    def doubt(self) -> str:
        """Name what makes it uncertain whether it matches."""
        symbols = self.box.source.symbols | self.box.destination.symbols | self.box.ports.symbols
        return ", ".join([*self.unknown, *self.conditions, *sorted(symbols)])


class Table:
    """The rules of one direction that may decide, in the order in which they are tried; sets of them are bit masks."""

    def __init__(self, rules: Iterable[Rule], direction: str, addresses: Addresses) -> None:
        columns: list[tuple[int, Mapping[str, Any]]] = [
            (place, columns_of(rule)) for place, rule in enumerate(rules, start=1)
        ]
        # A rule whose pin is not known is possibly the first.
        columns.sort(key=lambda each: _PINS.get(_known(each[1], "pin"), 0))
        rows = (_row(rule, place, direction, addresses) for place, rule in columns)
        self.rows = [row for row in rows if row is not None]
        self._doubtful = mask_of(bool(row.unknown or row.conditions) for row in self.rows)

    def deciding(self, matched: int, possible: int) -> tuple[list[int], bool]:
        """Return the rules that may decide where some match and others possibly do, and whether the last one does.

        It does if none of those before it matches.
        """
        matched &= ~self._doubtful
        places = possible & ((2 << lowest(matched)) - 1) if matched else possible
        return [place for place in range(places.bit_length()) if places >> place & 1], bool(matched)

    def decide(self, matched: int, possible: int) -> Verdict:
        """Return what becomes of traffic that some rules match and others possibly do."""
        matched &= ~self._doubtful
        first = lowest(matched)
        outcome = self.rows[first].accepts if matched else False
        before = possible & ((1 << first) - 1) if matched else possible
        while before:
            row = self.rows[lowest(before)]
            if row.accepts is not outcome:
                return Verdict(None, row.name, f"whether rule '{row.name}' matches is not known: {row.doubt}")
            before &= before - 1
        if not matched:
            return Verdict(False, "", "no rule matches")
        name = self.rows[first].name
        return Verdict(outcome, name, f"rule '{name}' {'accepts' if outcome else 'stops'} it")


def columns_of(rule: Rule) -> Mapping[str, Any]:
    """Return the columns of a rule by name, as far as they are given."""
    return rule if isinstance(rule, Mapping) else rule.given


def _row(rule: Mapping[str, Any], place: int, direction: str, addresses: Addresses) -> Row | None:
    """Return what a rule says about new connections of one direction, or None if it does not decide about them."""
    unknown = [column for column, choices in _CHOICES.items() if _known(rule, column) not in choices]
    elsewhere = "direction" not in unknown and (rule.get("direction") or "incoming") != direction
    if elsewhere or rule.get("enabled") is False or rule.get("action") in ("translate", "route"):
        return None
    if _is_about_old_connections(rule.get("ct_state")):
        return None
    sides: dict[str, Any] = {}
    for side, column, read in (
        ("source", "source_ip", addresses_of),
        ("destination", "destination_ip", addresses_of),
        ("ports", "destination_ports", ports_of),
        ("protocols", "protocol", lambda text, _: protocols_of(text)),
    ):
        try:
            sides[side] = read(rule.get(column), addresses)
        except ValueError:
            unknown.append(column)
    conditions = {
        column: rule[column]
        for column, harmless in (("interface", "auto"), ("ct_state", "new"), ("source_ports", ""))
        if rule.get(column) not in (None, "", harmless)
    }
    accepts = None if "action" in unknown else _OUTCOMES[rule.get("action") or "accept"]
    return Row(str(rule.get("name") or f"rule {place}"), accepts, Box(**sides), tuple(unknown), conditions)


def _known(rule: Mapping[str, Any], column: str) -> Any:
    """Return a value that can be compared; what Pulumi does not know yet is an object of its own kind."""
    value = rule.get(column)
    return value if value is None or isinstance(value, str | bool) else "?"


def _is_about_old_connections(ct_state: Any) -> bool:
    states = {state.strip().lower() for state in ct_state.split(",")} if isinstance(ct_state, str) else set()
    return bool(states) and states <= {"established", "related"}


def protocols_of(text: Any) -> frozenset[str] | None:
    """Return the protocols that a rule's word means, or None for all.

    Raises:
        ValueError: It is no word of a rule.
    """
    if text in (None, "", "any"):
        return None
    if not isinstance(text, str) or not (text in (*WITH_PORTS, "tcpudp", "icmp") or text.isdecimal()):
        raise ValueError(f"{text!r} is no protocol: write tcp, udp, tcpudp, icmp, any or a number")
    return _WORDS.get(text, frozenset({text}))


def mask_of(answers: Iterable[object]) -> int:
    """Return the set of the numbers whose answers are true."""
    return sum(1 << number for number, answer in enumerate(answers) if answer)


def lowest(mask: int) -> int:
    """Return the first number of a set, -1 if it is empty."""
    return (mask & -mask).bit_length() - 1


# Traffic in parts ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Alike:
    """Parts of one side that all rules treat alike; for each table the rules that match them, and that possibly do."""

    parts: frozenset[Any]
    masks: tuple[tuple[int, int], ...]


Cell = tuple[Alike, Alike, Alike]
"""Traffic that all rules treat alike: sources, destinations, services."""


def masks(cell: Cell, table: int = 0) -> tuple[int, int]:
    """Return the rules of a table that match a cell, and those that possibly do."""
    (a, b), (c, d), (e, f) = (side.masks[table] for side in cell)
    return a & c & e, b & d & f


def cells(tables: Sequence[Table], box: Box) -> Iterator[Cell]:
    """Yield the traffic of a box in parts that all rules of the tables treat alike."""
    ports = cut(PORTS, [box.ports, *(row.box.ports for row in _rows(tables))])
    services: list[Service] = []
    for protocol in protocols_in(tables, box):
        if protocol in WITH_PORTS:
            services += [(protocol, part) for part in ports if box.ports.holds(part, PORTS)]
        elif box.protocols is not None or box.ports == ALL.ports:
            services.append((protocol, None))
    yield from product(
        _addresses(tables, box, lambda box: box.source),
        _addresses(tables, box, lambda box: box.destination),
        _alike(services, tables, Row.serves),
    )


def protocols_in(tables: Sequence[Table], box: Box = ALL) -> list[str]:
    """Return the protocols of a box that the rules tell apart."""
    if box.protocols is not None:
        return sorted(box.protocols)
    named = {name for row in _rows(tables) for name in row.box.protocols or ()}
    return [*WITH_PORTS, *sorted({"icmp", *named}.difference(WITH_PORTS)), OTHER]


def _addresses(tables: Sequence[Table], box: Box, side: Callable[[Box], Terms]) -> list[Alike]:
    parts = cut(LINE, [side(box), *(side(row.box) for row in _rows(tables))])
    wanted = [part for part in parts if side(box).holds(part, LINE)]
    return _alike(wanted, tables, lambda row, part: side(row.box).holds(part, LINE))


def _alike(parts: Iterable[Any], tables: Sequence[Table], holds: Callable[[Row, Any], bool | None]) -> list[Alike]:
    """Group parts that the same rules match, and the same possibly do."""
    groups: dict[tuple[tuple[int, int], ...], list[Any]] = {}
    for part in parts:
        answers = [[holds(row, part) for row in table.rows] for table in tables]
        key = tuple((mask_of(each), mask_of(answer is not False for answer in each)) for each in answers)
        groups.setdefault(key, []).append(part)
    return [Alike(frozenset(group), key) for key, group in groups.items()]


def _rows(tables: Sequence[Table]) -> Iterator[Row]:
    for table in tables:
        yield from table.rows
