"""Whose the rows of a site are: this stack's, another one's or nobody's, as marks and the state of the stack tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verge_pulumi.engine.errors import EngineError, shown
from verge_pulumi.engine.lifecycle.hooks import RowHooks
from verge_pulumi.engine.ownership.mark import Mark
from verge_pulumi.engine.ownership.states import Held, Place, StackState
from verge_pulumi.importing.found import Found
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.plan_file import Decision, Treatment
from verge_pulumi.resources.firewall.firewall import OF_A_FIREWALL
from verge_pulumi.resources.firewall.network_rule import NetworkRule


def held_places(held: Held) -> Iterator[Place]:
    """Yield the rows that an object of a state is: one, or a firewall with its rules."""
    if held.place:
        yield held.place
    elif keys := held.outputs.get("keys"):
        yield from ((NetworkRule.declaration.table, key) for key in (held.id, *map(str, keys.values())))


class Owners:
    """What marks tell of rows.

    Args:
        objects: The rows.
        owner: ``project/stack`` of this stack.
        state: What its state has.
        take_over: Whether it takes over what other stacks manage.
        marks: Whether what it manages gets a mark of its own.
    """

    def __init__(
        self, objects: Objects, owner: str, state: StackState, *, take_over: bool = False, marks: bool = False
    ) -> None:
        self._objects = objects
        self._owner = Mark.new(owner, "", "").owner
        self._state = state
        self._take_over = take_over
        self._marks = marks
        self._borne: dict[str, set[Place | None]] = {}
        for found in objects.all.values():
            if found.mark:
                # The rules of a firewall bear one mark, in one network.
                own = found.parent if found.mark.name.startswith(OF_A_FIREWALL) else found.place
                self._borne.setdefault(found.mark.token, set()).add(own)

    def decision(self, found: Found) -> Decision | None:
        """Return what becomes of a row that is not this stack's to manage, and why; None for all others."""
        if name := self.original(found):
            copied = f"it is a copy of '{name}' of this stack, whose mark it bears; --mark gives it one of its own"
            return None if self._marks else (Treatment.LEAVE, copied)
        above = self.above(found)
        if above and not self._marks and (name := self.original(above)):
            return Treatment.LEAVE, f"it is within a copy of '{name}' of this stack"
        if not self._take_over:
            if holder := self.holder(found):
                return Treatment.LOOKUP, f"{holder} manages it"
            if above and (holder := self.holder(above)):
                return Treatment.LOOKUP, f"{holder} manages what it is within"
        if self._is_ambiguous(found):
            return Treatment.LEAVE, "several rows bear its mark, so it is a copy or was copied"
        return None

    def holder(self, found: Found) -> str:
        """Return which other stack manages a row, as ``shop/prod as 'lan'``; "" if none does."""
        mark = found.mark
        return mark.holder if mark and mark.owner != self._owner and not self.original(found) else ""

    def above(self, found: Found) -> Found | None:
        """Return the row that decides whose another one is that has no place for a mark."""
        provider = self._objects.provider(found.kind)
        if found.declaration.markable or (isinstance(provider, RowHooks) and provider.within_others):
            return None
        place = self._objects.above(found.kind, found.referring)
        return self._objects.all.get(place) if place else None

    def original(self, found: Found) -> str:
        """Return which resource of this stack has the row of which this one is a copy, its mark included; "" if none.

        A row that VergeOS or a person has copied bears the mark of the other one, and is nobody's.
        """
        held = self._state.bearing(found.mark.token) if found.mark else []
        return "" if any(self._is(each, found) for each in held) else next((each.name for each in held), "")

    def _is_ambiguous(self, found: Found) -> bool:
        """Say whether several rows bear its mark, and nothing tells which of them is the original."""
        mark = found.mark
        return mark is not None and len(self._borne[mark.token]) > 1 and not self._state.bearing(mark.token)

    def refuse_mixed(self, firewalls: Iterable[Found]) -> None:
        """See that the rules of each firewall are all one's: they come to bear one mark, in the place of one.

        Raises:
            EngineError: Another stack manages some of them and not the others.
        """
        for firewall in firewalls:
            rules = {name: (NetworkRule.declaration.table, key) for name, key in firewall.kept["keys"].items()}
            holders = {name: self.holder(self._objects.all[place]) for name, place in rules.items()}
            if len({*holders.values()}) > 1:
                told = ", ".join(f"'{shown(name)}' by {holder or 'nobody'}" for name, holder in sorted(holders.items()))
                raise EngineError(
                    f"a firewall of the program has rules that are managed by others, and not all by the same: {told}. "
                    "Let those stacks give them back first ('verge-pulumi eject'), or declare a NetworkRule for each"
                )

    def proof(self, found: Found) -> Mark | None:
        """Return the mark by which a row is known from now on; None where it bears none, or gets another one."""
        replaced = self.original(found) or (self._take_over and self.holder(found))
        return None if replaced else found.mark

    def _is(self, held: Held, found: Found) -> bool:
        """Say whether a row is what the state has; a firewall is several."""
        return self._objects.has(held) and found.place in held_places(held)


def taken(found: Iterable[Found], owners: Owners) -> Iterator[str]:
    """Yield a line for each row that another stack manages."""
    for each in found:
        if holder := owners.holder(each):
            yield f"{each.title}, which {holder} manages"
