"""What rules let pass, worked out offline, and the same worked out packet by packet."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verge_pulumi import FirewallRule, reachability
from verge_pulumi.resources.firewall._reachability import (
    Addresses,
    Change,
    Rule,
    difference,
    shadowed,
    turns,
    would_allow,
)
from verge_pulumi.resources.firewall._rule_sets import LINE, Terms, addresses_of, addresses_text


def rule(name: str, **columns: Any) -> dict[str, Any]:
    return {"name": name, **columns}


SSH = rule("ssh", protocol="tcp", destination_ports="22", source_ip="10.0.0.0/8")
DROP = rule("drop", action="drop")
KNOWN = Addresses(
    router="10.0.0.1",
    segment="10.0.0.0/24",
    networks={"dmz": "10.1.0.0/24"},
    nics={"web.eth0": "10.0.0.5"},
    aliases={"7": ["203.0.113.0/24|office", "198.51.100.7"], "8": "22,443|https"},
)


# Verdicts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "allowed", "decides"),
    [
        ([], False, ""),
        ([rule("all")], True, "all"),
        ([SSH], True, "ssh"),
        ([DROP, SSH], False, "drop"),
        ([SSH, DROP], True, "ssh"),
        ([rule("no", action="reject", source_ip="10.0.0.7"), SSH], False, "no"),
        ([rule("off", action="drop", enabled=False), SSH], True, "ssh"),
        ([rule("out", action="drop", direction="outgoing"), SSH], True, "ssh"),
        ([rule("nat", action="translate", target_ip="10.0.0.9"), SSH], True, "ssh"),
        ([rule("way", action="route", destination_ip="default"), SSH], True, "ssh"),
        ([DROP, rule("first", pin="top")], True, "first"),
        ([rule("last", pin="bottom", action="drop"), SSH], True, "ssh"),
        ([rule("old", ct_state="established,related", action="drop"), SSH], True, "ssh"),
        ([rule("new", ct_state="new")], True, "new"),
        ([rule("range", source_ip="10.0.0.5-10.0.0.9", destination_ports="20-30")], True, "range"),
        ([rule("list", source_ip="10.0.0.1, 10.0.0.7", destination_ports="1,22")], True, "list"),
        ([rule("any", source_ip="", destination_ports="")], True, "any"),
        ([rule("v6", source_ip="::/0")], False, ""),
        ([rule("udp", protocol="udp"), rule("icmp", protocol="icmp"), rule("gre", protocol="47")], False, ""),
        ([rule("both", protocol="tcpudp")], True, "both"),
        ([rule("six", protocol="6")], True, "six"),
        ([{"source_ip": "10.0.0.7"}], True, "rule 1"),
        ([FirewallRule(name="typed", source_ip="10.0.0.0/24")], True, "typed"),
    ],
)
def test_the_first_rule_that_matches_decides(rules: list[Rule], allowed: bool, decides: str) -> None:
    verdict = would_allow(rules, "10.0.0.7", "192.168.0.5", 22)
    assert (verdict.allowed, verdict.rule) == (allowed, decides)
    assert verdict.why == (f"rule '{decides}' {'accepts' if allowed else 'stops'} it" if decides else "no rule matches")


@pytest.mark.parametrize(
    ("doubt", "why"),
    [
        (rule("x", source_ip="vnet:dmz"), "vnet:dmz"),
        (rule("x", destination_ip="vmnic:web.eth0,alias:7"), "alias:7, vmnic:web.eth0"),
        (rule("x", destination_ports="alias:8"), "alias:8"),
        (rule("x", source_ports="1000-2000"), "source_ports"),
        (rule("x", interface="wireguard"), "interface"),
        (rule("x", ct_state="invalid"), "ct_state"),
        (rule("x", source_ip=object()), "source_ip"),
        (rule("x", protocol=object()), "protocol"),
        (rule("x", destination_ports="http"), "destination_ports"),
        (rule("x", protocol="04da6b54-80e4-46f7-96ec-b56ff0331ba9"), "protocol"),
        (rule("x", enabled=object()), "enabled"),
        (rule("x", direction=object()), "direction"),
        (rule("x", pin=object()), "pin"),
    ],
)
def test_what_is_not_known_is_said_unless_it_makes_no_difference(doubt: dict[str, Any], why: str) -> None:
    verdict = would_allow([doubt, DROP], "10.0.0.7", "192.168.0.5", 22)
    assert (verdict.allowed, verdict.rule) == (None, "x")
    assert verdict.why == f"whether rule 'x' matches is not known: {why}"
    assert would_allow([doubt], "10.0.0.7", "192.168.0.5", 22).allowed is None
    assert would_allow([doubt, SSH], "10.0.0.7", "192.168.0.5", 22).allowed is True
    assert would_allow([doubt | {"action": "drop"}, DROP], "10.0.0.7", "192.168.0.5", 22).allowed is False
    assert would_allow([SSH, doubt], "10.0.0.7", "192.168.0.5", 22).allowed is True


def test_a_rule_whose_pin_is_not_known_is_possibly_the_first() -> None:
    rules = [SSH, rule("x", pin=object(), action="drop")]
    assert would_allow(rules, "10.0.0.7", "192.168.0.5", 22).allowed is None


def test_a_rule_whose_action_is_not_known_makes_the_answer_unknown() -> None:
    assert would_allow([rule("x", action=object()), DROP], "10.0.0.7", "10.0.0.1", 22).allowed is None


@pytest.mark.parametrize(
    ("columns", "source", "destination", "port"),
    [
        ({"source_ip": "vnet:dmz"}, "10.1.0.9", "10.0.0.5", 22),
        ({"source_ip": "alias:7", "destination_ports": "alias:8"}, "203.0.113.9", "10.0.0.5", 443),
        ({"source_ip": "198.51.100.0/24"}, "198.51.100.7", "10.0.0.5", 22),
        ({"destination_ip": "router"}, "10.1.0.9", "10.0.0.1", 22),
        ({"destination_ip": "10.0.0.1"}, "10.1.0.9", "router", 22),
        ({"destination_ip": "vnetself"}, "10.1.0.9", "vmnic:web.eth0", 22),
        ({"destination_ip": "vmnic:web.eth0"}, "10.1.0.9", "10.0.0.5", 22),
    ],
)
def test_names_are_resolved(columns: dict[str, str], source: str, destination: str, port: int) -> None:
    assert would_allow([rule("x", **columns)], source, destination, port, addresses=KNOWN).allowed is True
    assert would_allow([rule("x", **columns)], "192.0.2.1", "192.0.2.2", 1, addresses=KNOWN).allowed is False


@pytest.mark.parametrize(
    ("columns", "allowed"),
    [
        ({"destination_ip": "router"}, True),
        ({"destination_ip": "0.0.0.0/0,::/0"}, True),
        ({"destination_ip": "10.0.0.1"}, None),
        ({"destination_ip": "vnetself"}, None),
    ],
)
def test_a_name_that_nobody_resolved_is_itself(columns: dict[str, str], allowed: bool | None) -> None:
    assert would_allow([rule("x", **columns)], "10.1.0.9", "router", 22).allowed is allowed


@pytest.mark.parametrize(
    ("source", "port", "allowed"),
    [
        ("10.0.0.0/24", 22, True),
        ("10.0.0.0/7", 22, False),
        ("", 22, False),
        ("10.0.0.1", "22,23", False),
        ("10.0.0.1", None, False),
    ],
)
def test_of_several_all_must_pass(source: str, port: int | str | None, allowed: bool) -> None:
    assert would_allow([SSH], source, "router", port).allowed is allowed


@pytest.mark.parametrize(("protocol", "allowed"), [("icmp", True), ("1", True), ("47", False), ("tcp", False)])
def test_protocols_without_ports(protocol: str, allowed: bool) -> None:
    rules = [rule("ports", destination_ports="22"), rule("ping", protocol="icmp")]
    assert would_allow(rules, "10.0.0.1", "router", None, protocol).allowed is allowed


def test_outgoing_traffic_has_rules_of_its_own() -> None:
    rules = [DROP, rule("out", direction="outgoing")]
    assert would_allow(rules, "10.0.0.1", "192.0.2.1", 443, direction="outgoing").rule == "out"


@pytest.mark.parametrize("question", [("here", "router", 22), ("", "", "http"), ("", "", 22, "sctp?")])
def test_a_question_that_cannot_be_read_is_an_error(question: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the words are those of the standard library
        would_allow([], *question)


# Differences ---------------------------------------------------------------------------------------------------------


def incoming(source: str, destination: str, protocol: str, ports: str, before: Any, after: Any) -> Change:
    return Change("incoming", source, destination, protocol, ports, before, after)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([SSH], [SSH], []),
        ([SSH], [SSH | {"name": "renamed", "log": True}], []),
        ([], [rule("all")], [incoming("any", "any", "any", "any", False, True)]),
        ([], [SSH], [incoming("10.0.0.0/8", "any", "tcp", "22", False, True)]),
        ([SSH], [], [incoming("10.0.0.0/8", "any", "tcp", "22", True, False)]),
        (
            [SSH],
            [SSH | {"source_ip": "10.0.0.0/9", "destination_ports": "22-23"}],
            [
                incoming("10.0.0.0/9", "any", "tcp", "23", False, True),
                incoming("10.128.0.0/9", "any", "tcp", "22", True, False),
            ],
        ),
        (
            [],
            [rule("web", protocol="tcpudp", destination_ports="80,443", destination_ip="10.0.0.5-10.0.0.6")],
            [incoming("any", "10.0.0.5-10.0.0.6", "tcp,udp", "80,443", False, True)],
        ),
        (
            [],
            [rule("two", protocol="tcp", destination_ports="80"), rule("three", protocol="icmp")],
            [incoming("any", "any", "icmp", "", False, True), incoming("any", "any", "tcp", "80", False, True)],
        ),
        ([rule("all")], [DROP, rule("all")], [incoming("any", "any", "any", "any", True, False)]),
        (
            [rule("all")],
            [rule("no", action="drop", source_ip="fd00::/8"), rule("all")],
            [incoming("fd00::/8", "any", "any", "any", True, False)],
        ),
        (
            [],
            [rule("dmz", source_ip="vnet:dmz", protocol="udp")],
            [
                incoming("any", "any", "udp", "any", False, None),
                incoming("vnet:dmz", "any", "udp", "any", False, True),
            ],
        ),
        (
            [],
            [rule("out", direction="outgoing", protocol="47")],
            [Change("outgoing", "any", "any", "47", "", False, True)],
        ),
    ],
)
def test_what_changes_is_few_exact_entries(old: list[Rule], new: list[Rule], expected: list[Change]) -> None:
    found = difference(old, new)
    assert (list(found.changes), found.cut) == (expected, False)


def test_a_long_difference_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    new = [rule(f"r{n}", source_ip=f"10.0.{n}.0/24", protocol="tcp", destination_ports=str(n + 1)) for n in range(5)]
    assert (len(difference([], new).changes), difference([], new).cut) == (5, False)
    monkeypatch.setattr(reachability, "MOST_CHANGES", 3)
    assert (len(difference([], new).changes), difference([], new).cut) == (3, True)
    monkeypatch.setattr(reachability, "MOST_CELLS", 10)
    assert difference([], new).cut


# Turns ---------------------------------------------------------------------------------------------------------------

WEB = rule("web", protocol="tcp", destination_ports="443")
BAD = rule("bad", action="drop", source_ip="192.0.2.66")
GUESTS = rule("guests", action="drop", source_ip="alias:1")
OFFICES = rule("offices", source_ip="alias:2")


@pytest.mark.parametrize(
    ("old", "new", "opens", "closes"),
    [
        ([WEB, DROP], [WEB, BAD, DROP], [], []),  # all that it stops was stopped below
        ([WEB, SSH], [BAD, WEB, SSH], [], [("web", "bad"), ("", "bad")]),
        ([WEB], [WEB, SSH], [("", "ssh")], []),
        ([WEB, DROP], [WEB, DROP, SSH], [], []),
        ([WEB, DROP], [WEB, SSH, DROP], [("drop", "ssh")], []),
        ([SSH, DROP], [DROP, SSH], [], [("ssh", "drop")]),
        ([SSH, WEB, DROP], [WEB, SSH, DROP], [], []),
        ([SSH, DROP], [SSH], [("drop", "")], []),
        ([SSH, DROP], [{**SSH, "name": "office"}, DROP], [], []),
        # An alias that nobody resolved is the same before and after, and unlike another.
        ([GUESTS, WEB], [BAD, GUESTS, WEB], [], [("web", "bad"), ("", "bad")]),
        ([GUESTS, WEB], [rule("more", action="drop", source_ip="alias:3"), GUESTS, WEB], [], [("web", "more")]),
        ([GUESTS, OFFICES], [OFFICES, GUESTS], [("guests", "offices")], []),
        ([OFFICES], [rule("offices", source_ip="alias:3")], [("", "offices")], [("offices", "")]),
        ([OFFICES, DROP], [OFFICES, DROP], [], []),
    ],
)
def test_the_rules_that_turn_an_outcome_are_named(
    old: list[Rule], new: list[Rule], opens: list[tuple[str, str]], closes: list[tuple[str, str]]
) -> None:
    found = turns(old, new)
    assert (found.opens, found.cut) == (frozenset(opens), False)
    assert set(closes) <= found.closes
    assert bool(found.closes) == bool(closes)


@pytest.mark.parametrize("limit", ["MOST_CELLS", "MOST_PAIRS"])
def test_a_long_search_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    new = [rule(f"r{n}", source_ip=f"10.0.{n}.0/24") for n in range(5)]
    assert not turns([], new).cut
    monkeypatch.setattr(reachability, limit, 2)
    assert turns([], [*new, *(rule(f"d{n}", action="drop", source_ip=f"alias:{n}") for n in range(5))]).cut


# Shadows -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([SSH, DROP], []),
        ([DROP, SSH], ["rule 'ssh' never matches: all that it matches is matched before by 'drop'"]),
        (
            [SSH, SSH | {"name": "again", "protocol": "6"}],
            ["rule 'again' never matches: the same is said by 'ssh'"],
        ),
        (
            [SSH, SSH | {"name": "other", "action": "drop"}],
            ["rule 'other' never matches: all that it matches is matched before by 'ssh'"],
        ),
        (
            [
                rule("low", source_ip="0.0.0.0/1"),
                rule("high", source_ip="128.0.0.0/1"),
                rule("v4", source_ip="0.0.0.0/0"),
            ],
            ["rule 'v4' never matches: all that it matches is matched before by 'low', 'high'"],
        ),
        ([rule("dmz", source_ip="vnet:dmz"), rule("again", source_ip="vnet:dmz", log=True)],
         ["rule 'again' never matches: the same is said by 'dmz'"]),
        ([rule("dmz", source_ip="vnet:dmz"), SSH], []),
        ([SSH, rule("dmz", source_ip="vnet:dmz", protocol="tcp", destination_ports="22")], []),
        ([rule("x", interface="dmz"), SSH], []),
        ([rule("x", interface="any"), SSH | {"interface": "dmz"}], [
            "rule 'ssh' never matches: all that it matches is matched before by 'x'"]),
        ([rule("x", interface="dmz"), SSH | {"interface": "dmz"}], [
            "rule 'ssh' never matches: all that it matches is matched before by 'x'"]),
        ([rule("x", source_ip=object()), SSH], []),
        ([rule("all"), rule("x", source_ip=object())], []),
        ([rule("off", enabled=False), rule("nat", action="translate"), SSH], []),
        ([rule("out", direction="outgoing"), SSH], []),
        ([SSH, rule("end", pin="bottom"), rule("late")], [
            "rule 'end' never matches: the same is said by 'late'"]),
    ],
)  # fmt: skip
def test_rules_that_never_match(rules: list[Rule], expected: list[str]) -> None:
    assert [str(shadow) for shadow in shadowed(rules)] == expected


def test_names_count_for_shadows_once_they_are_resolved() -> None:
    rules = [SSH, rule("dmz", source_ip="vnet:dmz", protocol="tcp", destination_ports="22")]
    assert [shadow.rule for shadow in shadowed(rules, KNOWN)] == ["dmz"]


def test_it_is_silent_where_there_is_too_much_to_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachability, "MOST_CELLS", 0)
    assert shadowed([DROP, SSH]) == []


# Text ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.0/25,10.0.0.128/25", "10.0.0.0/24"),
        ("10.0.0.1,10.0.0.2", "10.0.0.1-10.0.0.2"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("fd00::1,vnet:x,router", "fd00::1,router,vnet:x"),
        ("255.255.255.255,::/0", "255.255.255.255,::/0"),
        ("", "any"),
    ],
)
def test_addresses_are_written_as_in_a_rule(text: str, expected: str) -> None:
    terms = addresses_of(text, Addresses())
    assert addresses_text([*terms.spans, *terms.symbols]) == expected
    assert Terms((LINE,)) == addresses_of("0.0.0.0/0,::/0", Addresses())


# Packet by packet ----------------------------------------------------------------------------------------------------

HOSTS = [f"10.0.0.{number}" for number in range(6)]
ADDRESSES = [
    "",
    "10.0.0.0/30",
    "10.0.0.2/31",
    "10.0.0.1-10.0.0.4",
    "10.0.0.3",
    "10.0.0.0,10.0.0.5",
    "vnet:dmz",
    "router",
]
RULES: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    name=st.sampled_from("abcdefgh"),
    action=st.sampled_from(["accept", "drop", "reject", "translate", None]),
    enabled=st.sampled_from([None, True, True, False]),
    direction=st.sampled_from([None, "incoming", "outgoing"]),
    pin=st.sampled_from([None, "no", "top", "bottom"]),
    protocol=st.sampled_from([None, "any", "tcp", "udp", "tcpudp", "icmp", "47", "17"]),
    source_ip=st.sampled_from(ADDRESSES),
    destination_ip=st.sampled_from(ADDRESSES),
    destination_ports=st.sampled_from(["", "1", "2-4", "1,5"]),
)
RESOLVED = Addresses(router="10.0.0.1", networks={"dmz": "10.0.0.4-10.0.0.5"})


def within(text: str, host: str) -> bool:
    """Say whether an address is one of those of a rule."""
    text = text.replace("vnet:dmz", "10.0.0.4-10.0.0.5").replace("router", "10.0.0.1")
    for term in text.split(","):
        first, dash, last = term.partition("-")
        if "/" in term and ip_address(host) in ip_network(term, strict=False):
            return True
        if "/" not in term and term and ip_address(first) <= ip_address(host) <= ip_address(last if dash else first):  # type: ignore[operator]
            return True
    return not text


def passes(rules: list[dict[str, Any]], direction: str, packet: tuple[str, str, str, int | None]) -> bool:
    """Try one packet against each rule, one after the other."""
    source, destination, protocol, port = packet
    words = {"tcpudp": ("tcp", "udp"), "17": ("udp",)}
    for pin in ("top", "no", "bottom"):
        for each in rules:
            ports = [part.partition("-") for part in each["destination_ports"].split(",") if part]
            if (
                (each["pin"] or "no") == pin
                and each["enabled"] is not False
                and (each["direction"] or "incoming") == direction
                and each["action"] != "translate"
                and (
                    (each["protocol"] or "any") == "any" or protocol in words.get(each["protocol"], (each["protocol"],))
                )
                and within(each["source_ip"], source)
                and within(each["destination_ip"], destination)
                and (not ports or (port and any(int(a) <= port <= int(b or a) for a, _, b in ports)))
            ):
                return each["action"] in (None, "accept")
    return False


PACKETS = st.tuples(
    st.sampled_from(HOSTS),
    st.sampled_from(HOSTS),
    st.sampled_from([("tcp", 1), ("tcp", 3), ("udp", 5), ("udp", 6), ("icmp", None), ("47", None)]),
).map(lambda each: (each[0], each[1], *each[2]))


@settings(max_examples=200)
@given(
    rules=st.lists(RULES, max_size=6),
    direction=st.sampled_from(["incoming", "outgoing"]),
    packets=st.lists(PACKETS, min_size=1, max_size=5),
)
def test_it_agrees_with_trying_each_packet(
    rules: list[dict[str, Any]], direction: str, packets: list[tuple[str, str, str, int | None]]
) -> None:
    for source, destination, protocol, port in packets:
        expected = passes(rules, direction, (source, destination, protocol, port))
        ask: Any = {"direction": direction}
        verdict = would_allow(rules, source, destination, port, protocol, addresses=RESOLVED, **ask)
        assert verdict.allowed is expected
        # Unresolved names never make it wrong.
        assert would_allow(rules, source, destination, port, protocol, **ask).allowed in (expected, None)


@settings(max_examples=40)
@given(
    old=st.lists(RULES, max_size=4), new=st.lists(RULES, max_size=4), packets=st.lists(PACKETS, min_size=1, max_size=5)
)
def test_a_difference_holds_each_packet_that_fares_differently_and_no_other(
    old: list[dict[str, Any]], new: list[dict[str, Any]], packets: list[tuple[str, str, str, int | None]]
) -> None:
    changes = difference(old, new, RESOLVED).changes
    named = {"tcp", "udp", "icmp", *(each["protocol"] for each in [*old, *new])}
    for source, destination, protocol, port in packets:
        # Of the others are those that have no name of their own in a difference.
        words = {"any", protocol if protocol in named else "other"}
        before, after = (passes(rules, "incoming", (source, destination, protocol, port)) for rules in (old, new))
        found = [
            (change.before, change.after)
            for change in changes
            if change.direction == "incoming"
            and would_allow([_as_rule(change)], source, destination, port, protocol).allowed
            and not words.isdisjoint(change.protocol.split(","))
        ]
        assert found == ([(before, after)] if before is not after else [])


@settings(max_examples=100)
@given(old=st.lists(RULES, max_size=4), new=st.lists(RULES, max_size=4), kept=st.lists(RULES, max_size=3))
def test_turns_are_those_of_a_difference(
    old: list[dict[str, Any]], new: list[dict[str, Any]], kept: list[dict[str, Any]]
) -> None:
    named = {id(each): str(number) for number, each in enumerate([*old, *new, *kept])}
    before, after = ([{**each, "name": named[id(each)]} for each in [*side, *kept]] for side in (old, new))
    below = [{"name": direction, "direction": direction, "pin": "bottom"} for direction in ("incoming", "outgoing")]
    outcomes = {
        (each.before, each.after)
        for rest in ([], below)
        for each in difference([*before, *rest], [*after, *rest], RESOLVED).changes
    }
    found = turns(before, after, RESOLVED)
    assert (bool(found.opens), bool(found.closes)) == ((False, True) in outcomes, (True, False) in outcomes)
    # Names that nobody resolved never hide one.
    unsure = turns(before, after)
    assert unsure.opens or not found.opens
    assert unsure.closes or not found.closes


def _as_rule(change: Change) -> dict[str, Any]:
    sides = {"source_ip": change.source, "destination_ip": change.destination, "destination_ports": change.ports}
    return {column: "" if text == "any" else text for column, text in sides.items()}


@settings(max_examples=40)
@given(rules=st.lists(RULES, max_size=6), packets=st.lists(PACKETS, min_size=1, max_size=5))
def test_what_is_shadowed_can_be_left_out(
    rules: list[dict[str, Any]], packets: list[tuple[str, str, str, int | None]]
) -> None:
    rules = [each | {"name": str(number)} for number, each in enumerate(rules)]
    for shadow in shadowed(rules, RESOLVED):
        rest = [each for each in rules if each["name"] != shadow.rule]
        direction = next(each for each in rules if each["name"] == shadow.rule)["direction"] or "incoming"
        for packet in packets:
            assert passes(rules, direction, packet) == passes(rest, direction, packet)
