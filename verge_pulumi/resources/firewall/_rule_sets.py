"""What the terms of rules stand for, as sets: spans on a line of all addresses or ports, and unresolved symbols."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network, summarize_address_range
from itertools import pairwise
from typing import Any

Span = tuple[int, int]
"""From the first to the last, both included."""

Part = Span | str
"""What a set is made of: a span or a symbol."""

_IPV6 = 2**32
"""Where the IPv6 addresses begin on the line of all addresses; the IPv4 ones are below."""

LINE: Span = (0, _IPV6 + 2**128 - 1)
"""All addresses."""

PORTS: Span = (1, 65535)
"""All ports."""

_SYMBOLS = ("router", "vnetself", "default")
_PREFIXES = ("vnet:", "vmnic:", "alias:")


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """What the names in rules stand for (docs/vergeos/networks.md §4.2), as far as one knows it.

    Each value is written as in a rule: addresses, networks and ranges, several with commas.

    Attributes:
        router: The address of the network's own router, ``router``.
        segment: The addresses of the rule's own network, ``vnetself``.
        networks: Those of other networks by name, ``vnet:<name>``.
        nics: Those of NICs by ``<vm>.<nic>``, ``vmnic:<vm>.<nic>``.
        aliases: What aliases stand for by key, ``alias:<key>``: addresses or ports; lists as `RuleAlias` has them, with
            labels, are fine.
    """

    router: str | None = None
    segment: str | None = None
    networks: Mapping[str, str] = field(default_factory=dict)
    nics: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    def of(self, symbol: str) -> str | None:
        """Return what a symbol stands for, or None if that is not known."""
        kind, _, name = symbol.partition(":")
        known: Mapping[str, Any] = {
            "router": {"": self.router},
            "vnetself": {"": self.segment},
            "default": {},
            "vnet": self.networks,
            "vmnic": self.nics,
            "alias": self.aliases,
        }[kind]
        value = known.get(name)
        entries = value.split(",") if isinstance(value, str) else value
        return None if entries is None else ",".join(entry.partition("|")[0].strip() for entry in entries)


NOTHING_KNOWN = Addresses()


@dataclass(frozen=True)
class Terms:
    """What the text of a rule stands for: spans in order that do not touch, and symbols whose meaning is not known."""

    spans: tuple[Span, ...] = ()
    symbols: frozenset[str] = frozenset()

    def holds(self, part: Part, everything: Span) -> bool | None:
        """Say whether a part is in it; None if that depends on what a symbol stands for.

        A span must lie within it or outside, as `cut` makes them.
        """
        if isinstance(part, str):
            return True if part in self.symbols or everything in self.spans else None
        if any(low <= part[0] <= high for low, high in self.spans):
            return True
        return None if self.symbols else False


def addresses_of(text: Any, addresses: Addresses) -> Terms:
    """Return what the addresses of a rule stand for; "" and None are all.

    Raises:
        ValueError: They are no addresses of a rule.
    """
    return _terms(text, addresses, LINE, _address_span)


def ports_of(text: Any, addresses: Addresses) -> Terms:
    """Return what the ports of a rule stand for; "" and None are all.

    Raises:
        ValueError: They are no ports of a rule.
    """
    return _terms(text, addresses, PORTS, _port_span)


def _terms(text: Any, addresses: Addresses, everything: Span, parse: Any) -> Terms:
    if text is None or text == "":
        return Terms((everything,))
    if not isinstance(text, str):
        raise ValueError("is not known yet")
    spans: list[Span] = []
    symbols: set[str] = set()
    for term in (each.strip() for each in text.split(",")):
        if term not in _SYMBOLS and not term.startswith(_PREFIXES):
            spans.append(parse(term))
        elif (meaning := addresses.of(term)) is None:
            symbols.add(term)
        else:
            spans += [parse(each) for each in meaning.split(",") if each]
    return Terms(tuple(joined(spans)), frozenset(symbols))


def _address_span(text: str) -> Span:
    if "/" in text:
        network = ip_network(text, strict=False)
        return _position(network[0]), _position(network[-1])
    first, dash, last = (each.strip() for each in text.partition("-"))
    return _position(ip_address(first)), _position(ip_address(last if dash else first))


def _position(address: IPv4Address | IPv6Address) -> int:
    return int(address) + (_IPV6 if address.version == 6 else 0)


def _port_span(text: str) -> Span:
    first, dash, last = text.partition("-")
    return int(first), int(last if dash else first)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that overlap or touch made into one."""
    found: list[Span] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def cut(everything: Span, terms: Iterable[Terms]) -> list[Part]:
    """Return the smallest parts that these terms tell apart: spans that lie within each or outside, and the symbols."""
    terms = list(terms)
    edges = {everything[0], everything[1] + 1}
    for low, high in (span for each in terms for span in each.spans):
        edges |= {low, high + 1}
    spans: list[Part] = [(low, following - 1) for low, following in pairwise(sorted(edges))]
    return spans + sorted({symbol for each in terms for symbol in each.symbols})


def addresses_text(parts: Iterable[Part]) -> str:
    """Return addresses as a rule has them, and ``any`` for all."""
    return _text(parts, LINE, _address_text)


def ports_text(parts: Iterable[Part]) -> str:
    """Return ports as a rule has them, and ``any`` for all."""
    return _text(parts, PORTS, lambda span: str(span[0]) if span[0] == span[1] else f"{span[0]}-{span[1]}")


def _text(parts: Iterable[Part], everything: Span, text: Any) -> str:
    parts = list(parts)
    spans = joined(part for part in parts if not isinstance(part, str))
    if everything in spans:
        return "any"
    return ",".join([*map(text, spans), *sorted(part for part in parts if isinstance(part, str))])


def _address_text(span: Span) -> str:
    if span[0] < _IPV6 <= span[1]:
        return f"{_address_text((span[0], _IPV6 - 1))},{_address_text((_IPV6, span[1]))}"
    kind, base = (IPv4Address, 0) if span[1] < _IPV6 else (IPv6Address, _IPV6)
    first, last = kind(span[0] - base), kind(span[1] - base)
    networks = list(summarize_address_range(first, last))
    if first == last:
        return str(first)
    return str(networks[0]) if len(networks) == 1 else f"{first}-{last}"
