"""What the whole life of a resource needs to be tested: a `Case` of each noun, and the parents that it is within."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

import verge_pulumi.resources
from tests.engine.gadgets import Gadget
from verge_pulumi import Network, Power, VirtualMachine
from verge_pulumi.engine.declaring.resource import Resource

KEY = "c2VjcmV0LWtleS1vZi1hLXdpcmVndWFyZC1wZWVyLTA="
OTHER_KEY = "YW5vdGhlci1rZXktb2YtYS13aXJlZ3VhcmQtcGVlci0="

TENANT = 1
"""The key of the tenant that there is."""


def resource(noun: str) -> type[Resource]:
    """Return the class of a noun."""
    found: type[Resource] = Gadget if noun == "Gadget" else getattr(verge_pulumi.resources, noun)
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Within:
    """The parent of a resource. A program has two of each, ``a`` and ``b``, and all children share them.

    Attributes:
        argument: The argument that refers to it.
        noun: The name of its class.
        arguments: Returns its own arguments, given a name for it.
        within: Its own parent.
        label: Tells it apart from another parent of its kind.
    """

    argument: str
    noun: str
    arguments: Callable[[str], Mapping[str, Any]] = lambda name: {"name": name}
    within: Within | None = None
    label: str = ""

    @property
    def root(self) -> str:
        """The noun of the outermost parent."""
        return self.within.root if self.within else self.noun


class Parents:
    """The parents that one program declares, each when a resource first needs it.

    Args:
        powered: Whether VMs and networks are powered on.
    """

    def __init__(self, *, powered: bool) -> None:
        self.powers: list[Power] = []
        self._powered = powered
        self._made: dict[tuple[Within, str], Resource] = {}

    def one(self, within: Within, which: str) -> Resource:
        """Return the parent ``a`` or ``b``."""
        if (within, which) not in self._made:
            name = f"{within.label or within.noun}-{which}"
            above: dict[str, Any] = {within.within.argument: self.one(within.within, which)} if within.within else {}
            made = resource(within.noun)(name, **above, **within.arguments(name))
            if self._powered and isinstance(made, VirtualMachine | Network):
                self.powers.append(Power(f"{name}-on", of=made, state="running"))
            self._made[within, which] = made
        return self._made[within, which]


VM = Within(argument="vm", noun="VirtualMachine")
NETWORK = Within(argument="network", noun="Network", arguments=lambda name: {"name": name, "dns": "bind"})


@dataclass(frozen=True, kw_only=True)
class Case:
    """One resource and what is done to it.

    Attributes:
        noun: The name of the resource class.
        arguments: Returns its arguments, except the one that refers to its parent.
        within: Its parent.
        edit: A field changed in the program; None if every change replaces it.
        drift: A field changed behind Pulumi's back, and the other value; None if VergeOS changes none.
        unset: A column that the program leaves out, and a value from the UI; None if it names every column.
        replace: The argument whose change replaces it, and the other value; None if only another parent does.
        new_first: Whether the new one of a replacement is created before the old one is deleted.
        live: Its status while its parent runs, if it has one.
    """

    noun: str
    arguments: Callable[[], Mapping[str, Any]]
    within: Within | None = None
    edit: tuple[str, Any] | None
    drift: tuple[str, Any] | None
    unset: tuple[str, Any] | None = ("enabled", False)
    replace: tuple[str, Any] | None = None
    new_first: bool = False
    live: str | None = None

    @property
    def kind(self) -> type[Resource]:
        """The resource class."""
        return resource(self.noun)

    @property
    def table(self) -> str:
        """The table of its rows."""
        return self.kind.declaration.table

    @property
    def seen(self) -> str:
        """An attribute that a program reads of it."""
        return self.edit[0] if self.edit else next(iter(self.kind.declaration.unique), "location")

    @property
    def replacement(self) -> tuple[str, Any] | None:
        """The change that replaces it, in an argument or of its parent (``on``); None if none does."""
        return self.replace or (("on", "b") if self.within else None)

    def column(self, name: str) -> str:
        """Return the column of an attribute."""
        return str(self.kind.declaration.attributes[name].column)

    def declare(
        self, name: str, opts: pulumi.ResourceOptions | None, parents: Parents, /, *, foreign: bool, **changes: Any
    ) -> None:
        """Declare it, and export what a test wants to know, under its name.

        Args:
            name: Its name in the program.
            opts: Pulumi's resource options.
            parents: The parents in the program.
            foreign: Whether the program also reads it, as if it were somebody else's.
            changes: Arguments instead of its own, and ``on`` for the parent.
        """
        arguments = {**self.arguments(), **changes}
        on = arguments.pop("on", "a")
        if self.within:
            both = {which: parents.one(self.within, which) for which in ("a", "b")}
            arguments[self.within.argument] = both[on]
        after = pulumi.ResourceOptions(depends_on=parents.powers)
        subject = self.kind(name, opts=pulumi.ResourceOptions.merge(opts, after), **arguments)
        known = {"key": subject.key, "location": subject.location, "status": getattr(subject, "status", None)}
        if foreign:
            for whose, seen in (("own", subject), ("read", self.kind.get(f"{name}-foreign", id=subject.id))):
                known[whose] = pulumi.Output.unsecret(getattr(seen, self.seen))
        pulumi.export(name, known)
