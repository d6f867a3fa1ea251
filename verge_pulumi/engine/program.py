"""What a program has declared so far, for the checks that look at several of its resources.

Each resource is announced by its constructor, before it is registered with Pulumi. References are Python objects then,
so it is plain which resource means which, though none of them has a key yet.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pulumi

from verge_pulumi.client import printable
from verge_pulumi.engine import host

if TYPE_CHECKING:
    from verge_pulumi.engine.attributes import Attribute
    from verge_pulumi.engine.declare import BaseResource


@dataclass(frozen=True, kw_only=True, eq=False)
class Given:
    """Arguments as a program gives them.

    Attributes:
        attributes: What is declared, by name.
        arguments: What was given. A resource of this program is a `Planned`.
    """

    attributes: Mapping[str, Attribute] = field(repr=False)
    arguments: Mapping[str, Any] = field(repr=False)

    def known(self, argument: str) -> Any:
        """Return what an argument is, in its one spelling.

        Returns:
            None where it is unset, malformed (which the provider tells), or an output whose value nobody knows while
            the program runs. A reference is a `Planned`, the resource if it is none of this program, or a key.
        """
        value = self.arguments.get(argument)
        if isinstance(value, Planned | pulumi.Resource):
            return value
        if not isinstance(value, str | int | float):
            return None
        try:
            return self.attributes[argument].value.normalise(value)
        except ValueError:
            return None

    def said(self, argument: str, default: Any) -> Any:
        """Return what an argument is, or what VergeOS makes of it if unset; None if that is not known."""
        return default if self.arguments.get(argument) is None else self.known(argument)


@dataclass(frozen=True, kw_only=True, eq=False)
class Planned(Given):
    """A resource as a program declares it.

    Attributes:
        resource: The resource, which is not registered yet when it is announced.
        name: Its name in the program.
        system: The explicit provider whose VergeOS it is on; None for the default one.
    """

    resource: BaseResource
    name: str
    system: pulumi.ProviderResource | None

    def __str__(self) -> str:
        return f"{self.resource.declaration.title} '{printable(self.name)}'"


class Program:
    """One run of one program."""

    def __init__(self) -> None:
        self._planned: dict[pulumi.Resource, Planned] = {}
        self._ids: dict[pulumi.Output[str], Planned] = {}
        # The checks know the resources, which know this module.
        self._check: Callable[[Planned], None] = importlib.import_module("verge_pulumi.checks").Checks()

    def announce(
        self,
        resource: BaseResource,
        name: str,
        arguments: Mapping[str, Any],
        system: pulumi.ProviderResource | None,
    ) -> None:
        """Look at a resource before it is registered.

        Raises:
            pulumi.RunError: It cannot work together with what was declared before.
        """
        linked = {argument: self._linked(value) for argument, value in arguments.items()}
        attributes = resource.declaration.attributes
        planned = Planned(attributes=attributes, arguments=linked, resource=resource, name=name, system=system)
        self._check(planned)
        self._planned[resource] = planned

    def registered(self, resource: BaseResource) -> None:
        """Remember the ``id`` of a resource, by which programs refer to it too."""
        self._ids[resource.id] = self._planned[resource]

    def planned(self, resource: pulumi.Resource) -> Planned | None:
        """Return what was announced of a resource; None if nothing was, since the program only reads it."""
        return self._planned.get(resource)

    def _linked(self, value: Any) -> Any:
        if isinstance(value, pulumi.Output):
            return self._ids.get(value, value)
        return self._planned.get(value, value) if isinstance(value, pulumi.Resource) else value


_programs: WeakKeyDictionary[object, tuple[object, Program]] = WeakKeyDictionary()


def current() -> Program:
    """Return the program that runs."""
    manager, calls = host.run()
    known, program = _programs.get(manager, (None, None))
    if program is None or known is not calls:
        program = Program()
        _programs[manager] = (calls, program)
    return program
