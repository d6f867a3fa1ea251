"""Which networks and servers a plan is about, and what it does to them: what both pictures show.

Servers that are alike become one, so that a picture of 200 can be read like one of five.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from verge_pulumi.review.escaping import text
from verge_pulumi.review.kinds import COMPONENTS, UNDECLARED, declaration_of
from verge_pulumi.review.report import phrases
from verge_pulumi.review.report.plan import Action, Change, Effect, Plan
from verge_pulumi.review.urns import token_of
from verge_pulumi.review.values import UNKNOWN, shown

WORDS: Mapping[Action, str] = {
    "delete": "− removed",
    "replace": "± replaced",
    "update": "~ changed",
    "create": "+ new",
    "import": "> imported",
    "same": "unchanged",
}
"""What is done to it, the weightiest first. The sign says it to those who do not see the colour."""

_ALIKE = 4
"""As many servers that differ in a number only are shown as one."""

_MOST_SERVERS = 8
"""Entries of one network; what is beyond them is counted."""

_MOST_NETWORKS = 12
"""Networks of one picture; what is beyond them is counted."""

_SAID = {Effect.DELETES, Effect.REPLACES}
_WEIGHTS: Mapping[str, int] = {action: weight for weight, action in enumerate(WORDS)}


@dataclass(frozen=True)
class Servers:
    """One server, or several that are alike.

    Attributes:
        name: Its name, or the first and the last one and how many there are.
        action: What is done to it.
        told: What is done in words, and what that entails.
        addresses: Its addresses, as far as they are known, and which other networks it is on.
        networks: The networks that it is on, by what `Network.key` is.
        count: How many they are.
    """

    name: str
    action: Action
    told: str
    addresses: tuple[str, ...]
    networks: tuple[str, ...]
    count: int = 1


@dataclass(frozen=True)
class Network:
    """One network with its router and its servers.

    Attributes:
        key: What tells it apart; "" is the place of servers whose networks the preview does not name.
        name: Its name.
        action: What is done to it.
        told: What is done in words, and what that entails.
        addresses: Those of its servers, and its router's.
        uplinks: The networks behind which it is, by key.
        through: Their names.
        servers: The servers whose first network it is.
    """

    key: str
    name: str
    action: Action
    told: str
    addresses: tuple[str, ...]
    uplinks: tuple[str, ...]
    through: str
    servers: tuple[Servers, ...]


@dataclass(frozen=True)
class Topology:
    """What a picture shows.

    Attributes:
        networks: The networks, those that something is done to first.
        left_out: What else there is, in words, or "".
    """

    networks: tuple[Network, ...]
    left_out: str


@dataclass(frozen=True)
class _Server:
    name: str
    action: Action
    told: str
    addresses: tuple[str, ...]
    networks: tuple[str, ...]


def topology(plan: Plan) -> Topology:
    """Return the networks and servers that a plan mentions; none if it changes nothing."""
    if not plan.changing:
        return Topology((), "")
    mentioned = dict.fromkeys(
        urn for change in plan.changes for urn in (change.urn, *chain.from_iterable(change.links.values()))
    )
    parts: dict[str, list[Change]] = defaultdict(list)
    for change in plan.changes:
        if not _drawn(change.urn):
            parts[_owner(change, plan)].append(change)
    names = {urn: phrases.name(urn) for urn in mentioned if _drawn(urn) == "network"}
    placed: dict[str, list[_Server]] = defaultdict(list)
    for urn in mentioned:
        if _drawn(urn) == "server":
            server = _server(urn, plan.by_urn.get(urn), parts[urn], names)
            placed[server.networks[0] if server.networks else ""].append(server)
    if placed[""]:
        names[""] = "no network" if plan.complete else "networks not in the preview"
    networks = [_network(key, plan.by_urn.get(key), parts[key], placed[key], names) for key in names]
    networks.sort(key=lambda network: (network.key == "", _weight(network)))
    shown, rest = networks[:_MOST_NETWORKS], networks[_MOST_NETWORKS:]
    servers = sum(len(placed[network.key]) for network in rest)
    left_out = f"{len(rest)} more networks, {servers} servers" if rest else ""
    return Topology(tuple(shown), left_out)


def _drawn(urn: str) -> str | None:
    return declaration_of(urn).review.drawn


def _owner(change: Change, plan: Plan) -> str:
    """Return the URN of the network or server that a resource is a part of, "" if there is none.

    It is what the resource was created in, or what that was created in: a NIC belongs to its VM rather than to its
    network, and a record to the network of its zone.
    """
    seen = {change.urn}  # a preview may say that one is its own parent
    while change.declaration.parent:
        urn = next(iter(change.links.get(change.declaration.parent.name, ())), "")
        above = plan.by_urn.get(urn)
        if _drawn(urn) or above is None or urn in seen:
            return urn
        seen.add(urn)
        change = above
    return ""


def _weight(network: Network) -> int:
    return min(_WEIGHTS[action] for action in (network.action, *(each.action for each in network.servers)))


def _fate(change: Change | None, parts: Sequence[Change]) -> tuple[Action, str]:
    """Return what is done to something with its parts, and that in words with the weightiest of what it entails."""
    action: Action = change.action if change and change.changes else "same"
    if action == "same" and any(part.changes for part in parts):
        action = "update"
    own = [change] if change else []
    effects = {effect for each in (*own, *parts) for effect in each.effects} - _SAID
    return action, ", ".join([WORDS[action], *[str(effect) for effect in Effect if effect in effects][:1]])


def _server(urn: str, change: Change | None, parts: Sequence[Change], names: dict[str, str]) -> _Server:
    """Return a server, and add to the names those of networks that only its NICs name."""
    on: dict[str, None] = {}
    addresses = []
    for part in parts:
        values = {**part.old, **part.new}
        for plug in part.declaration.roles.named("plug"):
            key = next(iter(part.links.get(plug, ())), "")
            if not key and values.get(plug) not in (None, UNKNOWN):
                key = shown(plug, values[plug])
            if key:
                names.setdefault(key, key)
                on[key] = None
        if (address := part.declaration.roles.said("address", values)) not in (None, "", UNKNOWN):
            addresses.append(text(address))
    parent = change.parent if change else ""
    # The name of a component says more than that of the server in it.
    name = phrases.name(parent if token_of(parent).startswith(COMPONENTS) else urn)
    action, told = _fate(change, parts)
    return _Server(name, action, told, tuple(addresses), tuple(on))


def _network(
    key: str, change: Change | None, parts: Sequence[Change], servers: Sequence[_Server], names: Mapping[str, str]
) -> Network:
    action, told = _fate(change, parts)
    declaration = change.declaration if change else UNDECLARED
    values = {**change.old, **change.new} if change else {}
    segment, router = declaration.roles.said("segment", values), declaration.roles.said("router", values)
    addresses = [text(segment)] if segment not in (None, UNKNOWN) else []
    if router not in (None, UNKNOWN):
        addresses.append(f"router {text(router)}")
    links = change.links if change else {}
    above = [*declaration.roles.named("gateway"), *declaration.roles.named("uplink")]
    uplinks = dict.fromkeys(urn for name in above for urn in links.get(name, ()) if urn != key)
    return Network(
        key,
        names[key],
        action,
        told if key else "",
        tuple(addresses),
        tuple(uplinks),
        ", ".join(names[urn] for urn in uplinks if urn in names),
        tuple(_shown(_joined(servers, names))),
    )


def _joined(servers: Iterable[_Server], names: Mapping[str, str]) -> list[Servers]:
    """Return servers, those that are alike as one."""
    alike: dict[tuple[object, ...], list[_Server]] = defaultdict(list)
    for server in servers:
        alike[server.action, server.told, server.networks, re.sub(r"\d+", "0", server.name)].append(server)
    entries = []
    for several in alike.values():
        several.sort(key=lambda server: _natural(server.name))
        also = [f"also on {names[key]}" for key in several[0].networks[1:]]
        if len(several) >= _ALIKE:
            name = f"{several[0].name} … {several[-1].name} ({len(several)})"
            entries.append(
                Servers(name, several[0].action, several[0].told, tuple(also), several[0].networks, len(several))
            )
            continue
        for one in several:
            addresses = (*one.addresses, *also)
            entries.append(Servers(one.name, one.action, one.told, addresses, one.networks))
    return entries


def _shown(entries: Sequence[Servers]) -> list[Servers]:
    """Return the entries in their order, the last one a count of what is too much."""
    ordered = sorted(entries, key=lambda entry: (_WEIGHTS[entry.action], _natural(entry.name)))
    if len(ordered) <= _MOST_SERVERS:
        return ordered
    shown, rest = ordered[: _MOST_SERVERS - 1], ordered[_MOST_SERVERS - 1 :]
    counted = [(word, sum(each.count for each in rest if each.action == action)) for action, word in WORDS.items()]
    told = ", ".join(f"{count} {word.split()[-1]}" for word, count in counted if count)
    total = sum(each.count for each in rest)
    return [*shown, Servers(f"and {total} more", rest[0].action, told, (), rest[0].networks[:1], total)]


def _natural(name: str) -> list[tuple[int, str]]:
    """Return what sorts ``web-10`` after ``web-9``."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]
