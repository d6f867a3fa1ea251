"""Resources that are alike are declared by a table and one loop; their names and URNs stay as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from verge_pulumi.importing.code import Code, Subscript, Value, mapped, quoted, rendered
from verge_pulumi.importing.loops import Loop, values_of
from verge_pulumi.importing.naming import Names
from verge_pulumi.importing.ordering import ordered
from verge_pulumi.importing.statements import Statement

FEWEST = 3
"""Resources for which a table and a loop are easier to read than a statement for each."""

MOST_FIELDS = 6
"""Values in which they may differ, apart from their names."""


class Folding:
    """The statements of a module, with loops in the place of those that are alike.

    Args:
        statements: The statements, each after those to which it refers.
        taken: Names that the module uses.

    Attributes:
        loops: The loops.
    """

    def __init__(self, statements: Sequence[Statement], taken: Collection[str]) -> None:
        self._statements = statements
        self._needs = _needs(statements)
        names = Names(taken)
        self._name, self._row = names.first(["name", "resource_name"], "_"), names.first(["row", "its"], "_")
        self.loops: list[Loop] = []
        for group in _groups(statements):
            loop = Loop(group)
            if len(loop.fields) <= MOST_FIELDS and self._has_order([*self.loops, loop]):
                loop.take_names(names)
                self.loops.append(loop)

    @property
    def types(self) -> list[str | Subscript]:
        """The types of all fields."""
        return [column.values[0].type for loop in self.loops for column in loop.fields.values()]

    def blocks(self) -> Iterator[str]:
        """Yield the code of each statement and loop; each stands after those to which it refers."""
        elements = {
            each.line.variable: Subscript(loop.variable, (quoted(each.line.resource),))
            for loop in self.loops
            for each in loop.statements
        }

        def refer(value: Value, path: tuple[str, ...]) -> Code:
            return Value(elements.get(value.code, value.code), value.type) if isinstance(value.code, str) else value

        first = {loop.statements[0].line.place: loop for loop in self.loops}
        for number in ordered(self._graph(self.loops)):
            statement = self._statements[number]
            if loop := first.get(statement.line.place):
                codes = loop.codes(self._name, self._row)
                yield from (rendered(mapped(code, refer), before=f"{name} = ") for name, code in codes.items())
            else:
                yield replace(statement, call=mapped(statement.call, refer)).text

    def _has_order(self, loops: Sequence[Loop]) -> bool:
        """Say whether each loop can stand after all to which its statements refer."""
        try:
            TopologicalSorter(self._graph(loops)).prepare()
        except CycleError:
            return False
        return True

    def _graph(self, loops: Sequence[Loop]) -> dict[int, set[int]]:
        """Return to which others each statement refers; the first one of a loop stands for all of it."""
        block = {each.line.place: number for number, each in enumerate(self._statements)}
        for loop in loops:
            block |= {each.line.place: block[loop.statements[0].line.place] for each in loop.statements}
        numbers = [block[each.line.place] for each in self._statements]
        graph: dict[int, set[int]] = {number: set() for number in numbers}
        for number, needs in zip(numbers, self._needs, strict=True):
            graph[number] |= {numbers[needed] for needed in needs}
        return graph


def _groups(statements: Sequence[Statement]) -> Iterator[list[Statement]]:
    """Yield statements that are alike: those of one family, and the rest of them together."""
    alike: dict[tuple[str, bool], list[Statement]] = {}
    for each in statements:
        shape = rendered(mapped(each.call, lambda value, path: value.type))
        alike.setdefault((shape, each.is_powered), []).append(each)
    for group in alike.values():
        sizes = Counter(each.family for each in group)
        families = [family for family, size in sizes.items() if size >= FEWEST]
        yield from ([each for each in group if each.family == family] for family in families)
        rest = [each for each in group if sizes[each.family] < FEWEST]
        if len(rest) >= FEWEST:
            yield rest


def _needs(statements: Sequence[Statement]) -> list[set[int]]:
    """Return for each statement the numbers of those to whose variables it refers."""
    numbers = {each.line.variable: number for number, each in enumerate(statements) if each.is_named}
    codes = [[value.code for _, value in values_of(each.call)] for each in statements]
    return [{numbers[code] for code in said if isinstance(code, str) and code in numbers} for said in codes]
