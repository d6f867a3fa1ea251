"""Things in an order in which each stands after those that it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")


def ordered(needs: Mapping[T, set[T]]) -> list[T]:
    """Return things after what they need, in the order given as far as possible; a circle is cut where it closes."""
    rank = {each: number for number, each in enumerate(needs)}
    done: dict[T, None] = {}

    def needed(each: T) -> Iterator[T]:
        return iter(sorted(needs[each], key=lambda other: rank[other]))

    for start in needs:
        stack = [(start, needed(start))]
        under_way = {start}
        while stack:
            each, rest = stack[-1]
            following = next((n for n in rest if n not in done and n not in under_way), None)
            if following is not None:
                under_way.add(following)
                stack.append((following, needed(following)))
                continue
            stack.pop()
            done.setdefault(each)
    return list(done)
