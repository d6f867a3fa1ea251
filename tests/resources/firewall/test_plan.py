"""The fewest writes that bring rules to a list, against a VergeOS in ten lines."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verge_pulumi.resources.firewall._plan import Step, Wanted, in_order, plan


def carry_out(places: dict[str, int], steps: list[Step]) -> dict[str, int]:
    """Do what VergeOS does: a place that is taken is freed by moving the rules from there on.

    See docs/vergeos/networks.md §4.
    """
    places = dict(places)
    for step in steps:
        key = step.key or step.name
        places.pop(key, None)
        if step.verb == "DELETE":
            continue
        place = step.columns.get("orderid", max(places.values(), default=0) + 1)
        if place in places.values():
            places = {other: number + (number >= place) for other, number in places.items()}
        places[key] = place
    return places


def wanted(names: str, existing: dict[str, int]) -> list[Wanted]:
    return [Wanted(name=name, key=name if name in existing else None, columns={}) for name in names]


def orderids(steps: list[Step]) -> list[tuple[str, str, int | None]]:
    return [(step.verb, step.name, step.columns.get("orderid")) for step in steps]


@pytest.mark.parametrize(
    ("places", "names", "expected"),
    [
        ({}, "abc", [("POST", "a", None), ("POST", "b", None), ("POST", "c", None)]),
        ({"a": 1, "b": 2}, "ab", []),
        ({"a": 1, "b": 2}, "axb", [("POST", "x", 2)]),
        ({"a": 1, "b": 9}, "axb", [("POST", "x", 8)]),
        ({"a": 1, "b": 9}, "axyb", [("POST", "x", 7), ("POST", "y", 8)]),
        ({"a": 1, "b": 3}, "axyb", [("POST", "x", 3), ("POST", "y", 4)]),
        ({"a": 3}, "xya", [("POST", "x", 1), ("POST", "y", 2)]),
        ({"a": 1}, "xa", [("POST", "x", 1)]),
        ({"a": 1, "b": 1}, "ab", [("PUT", "a", 1)]),
        ({"a": 5, "b": 6, "-": 4}, "xab", [("POST", "x", 5)]),
    ],
)
def test_a_new_rule_goes_to_a_free_place_if_there_is_one(
    places: dict[str, int], names: str, expected: list[tuple[str, str, int | None]]
) -> None:
    assert orderids(plan(places, wanted(names, places), {})) == expected


def test_what_goes_makes_room_first() -> None:
    places = {"a": 1, "b": 2, "c": 3}
    steps = plan(places, wanted("axc", places), {"b": "b"})
    assert orderids(steps) == [("DELETE", "b", None), ("POST", "x", 2)]


@pytest.mark.parametrize(
    ("places", "expected"),
    [([], ""), ([1, 2, 3], "012"), ([3, 1, 2], "12"), ([2, 2], "0"), ([5, 1, 6, 2, 3], "134"), ([3, 2, 1], "2")],
)
def test_as_many_as_possible_stay(places: list[int], expected: str) -> None:
    found = in_order([(str(index), place) for index, place in enumerate(places)])
    assert len(found) == len(expected)
    assert sorted(places[int(name)] for name in found) == [places[int(name)] for name in sorted(found)]


def longest_run(places: list[int]) -> int:
    """Return how many can stay, by trying all."""
    return next(
        length
        for length in range(len(places), -1, -1)
        for some in combinations(places, length)
        if all(a < b for a, b in pairwise(some))
    )


NAMES = "abcdefg"


@settings(max_examples=100)
@given(
    numbers=st.lists(st.integers(1, 12), min_size=len(NAMES), max_size=len(NAMES), unique=True),
    existing=st.sets(st.sampled_from(NAMES)),
    others=st.sets(st.integers(1, 12)),
    order=st.permutations(NAMES).flatmap(lambda names: st.integers(0, len(NAMES)).map(lambda end: names[:end])),
)
def test_the_order_is_reached_by_the_fewest_moves(
    numbers: list[int], existing: set[str], others: set[int], order: list[str]
) -> None:
    own = {name: number for name, number in zip(NAMES, numbers, strict=True) if name in existing}
    places = own | {f"other {number}": number for number in others - set(own.values())}
    gone = {name: name for name in own if name not in order}
    steps = plan(places, wanted("".join(order), own), gone)
    after = carry_out(places, steps)
    assert [name for name in sorted(after, key=after.__getitem__) if name in NAMES] == list(order)
    assert len(set(after.values())) == len(after)
    before, now = ([key for key in sorted(all_, key=all_.__getitem__) if key not in NAMES] for all_ in (places, after))
    assert before == now
    verbs = [step.verb for step in steps]
    stay = [own[name] for name in order if name in own]
    assert verbs.count("PUT") == len(stay) - longest_run(stay)
    assert (verbs.count("POST"), verbs.count("DELETE")) == (len(order) - len(stay), len(gone))
