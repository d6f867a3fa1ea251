"""The fewest writes that bring the rules of a network to a list: a new rule is one POST, a moved one one PUT.

VergeOS puts a rule at the place that its `orderid` names and moves those from there on by one if the place is taken; a
rule without one goes to the end (docs/vergeos/networks.md §4). So a rule is placed just before the next one that stays
where it is, on a free place if there is one, since that leaves the places of other people's rules alone.
"""

from __future__ import annotations

import bisect
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A rule that there shall be.

    Attributes:
        name: Its name.
        key: The row that is it already, or None.
        columns: What is written: of a new rule all that the program says, of a row what differs.
    """

    name: str
    key: str | None
    columns: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One write.

    Attributes:
        verb: What is done.
        name: Name of the rule.
        key: The row; None of a new one.
        columns: What is written.
    """

    verb: Literal["POST", "PUT", "DELETE"]
    name: str
    key: str | None = None
    columns: Mapping[str, Any]


def plan(places: Mapping[str, int], wanted: Sequence[Wanted], gone: Mapping[str, str]) -> list[Step]:
    """Return the writes, in the order in which they are made.

    Args:
        places: The `orderid` of each row of the network, whoever's it is, by key.
        wanted: The rules, in their order.
        gone: The names of the rows to delete, by key.
    """
    steps = [Step(verb="DELETE", name=name, key=key, columns={}) for key, name in gone.items()]
    taken = _Places({key: place for key, place in places.items() if key not in gone})
    stays = in_order([(each.key, taken.at[each.key]) for each in wanted if each.key is not None])
    for index, each in enumerate(wanted):
        columns = dict(each.columns)
        if each.key not in stays:
            following = [other.key for other in wanted[index:]]
            distance = next((n for n, key in enumerate(following) if key in stays), 0)
            before = following[distance] if distance else None
            place = taken.put(each.key or f"new {each.name}", before, distance)
            if before is not None or each.key is not None:
                columns["orderid"] = place
        if each.key is None:
            steps.append(Step(verb="POST", name=each.name, columns=columns))
        elif columns:
            steps.append(Step(verb="PUT", name=each.name, key=each.key, columns=columns))
    return steps


class _Places:
    """The places of rules as VergeOS will have them after each write."""

    def __init__(self, at: dict[str, int]) -> None:
        self.at = at

    def put(self, key: str, before: str | None, waiting: int) -> int:
        """Put a rule before another one, or at the end; return the place to ask for.

        Args:
            key: The rule.
            before: The rule that follows, or None.
            waiting: How many are yet to be put there, this one included.
        """
        self.at.pop(key, None)
        if before is None:
            place = max(self.at.values(), default=0) + 1
        else:
            end = self.at[before]
            room = range(end - waiting, end)
            place = end if room[0] < 1 or not set(room).isdisjoint(self.at.values()) else room[0]
        if place in self.at.values():
            self.at = {other: number + (number >= place) for other, number in self.at.items()}
        self.at[key] = place
        return place


def in_order(places: Sequence[tuple[K, int]]) -> Collection[K]:
    """Return as many as possible of those that stand in the wanted order already: a longest increasing subsequence.

    Args:
        places: Each one's place now, in the wanted order.
    """
    ends: list[int] = []  # the lowest place at which a run of that length may end
    last: list[int] = []  # and which one ends it
    previous: list[int | None] = []
    for index, (_, place) in enumerate(places):
        length = bisect.bisect_left(ends, place)
        ends[length : length + 1] = [place]
        last[length : length + 1] = [index]
        previous.append(last[length - 1] if length else None)
    found: set[K] = set()
    at = last[-1] if last else None
    while at is not None:
        found.add(places[at][0])
        at = previous[at]
    return found
