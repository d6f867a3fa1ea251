"""What a program has declared so far, for the checks that look at several of its resources.

Each resource is announced by its constructor, before it is registered with Pulumi. References are Python objects then,
so it is plain which resource means which, though none of them has a key yet.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Awaitable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary, WeakSet

import pulumi

from verge_pulumi.client import printable
from verge_pulumi.engine.declaring import checking
from verge_pulumi.engine.errors import Unfit, refusal
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.engine.runtime.registering import Later

if TYPE_CHECKING:
    from verge_pulumi.engine.declaring.attributes import Attribute
    from verge_pulumi.engine.declaring.resource import BaseResource


Types = tuple[str, ...]
"""The type of a resource after those of its parents, as they stand in its URN."""


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
        types: Its type after those of its parents.
        system: The explicit provider whose VergeOS it is on; None for the default one.
        ignored: The arguments whose changes Pulumi ignores.
        former_names: The names that it had in the program before, by the option ``aliases``.
        parts: What was given for its parts, which are resources of their own and declared after it.
    """

    resource: BaseResource
    name: str
    types: Types = ()
    system: pulumi.ProviderResource | None
    ignored: Collection[str] = ()
    former_names: Collection[str] = ()
    parts: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return f"{self.resource.declaration.title} '{printable(self.name)}'"

    @property
    def urn(self) -> str:
        """The URN that Pulumi gives to it; `pulumi.Resource.urn` is known only after the program has run."""
        return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{'$'.join(self.types)}::{self.name}"


class Claim(NamedTuple):
    """A name that a resource has in the program. With its `Types` it makes the URN, which must be unique.

    Attributes:
        types: Its type and those of its parents.
        name: Its name in the program.
        text: What people call it.
    """

    types: Types
    name: str
    text: str

    def __str__(self) -> str:
        return printable(self.text)


class Program:
    """One run of one program."""

    def __init__(self) -> None:
        self._planned: dict[pulumi.Resource, Planned] = {}
        self._ids: dict[pulumi.Output[str], Planned] = {}
        self._types: WeakKeyDictionary[pulumi.Resource, Types] = WeakKeyDictionary()
        self._claims: dict[tuple[Types, str], Claim] = {}
        self._counts: Counter[pulumi.ProviderResource | None] = Counter()
        self._reserved: set[tuple[Types, str]] = set()
        self._refusal: Exception | None = None
        self._checks = checking.begin()

    @contextmanager
    def declaring(self, subject: str) -> Iterator[None]:
        """Remember the error by which a constructor refuses what it is given.

        Args:
            subject: What people call the object.

        Raises:
            Refusal: What is given does not fit.
        """
        try:
            try:
                yield
            except Unfit as error:
                raise refusal(subject, error.shown) from None
        except Exception as error:
            self._refusal = error
            raise

    def unless_refused(self, value: str) -> Awaitable[str]:
        """Return a value as an input that stops its resource if a refusal has ended the program.

        Pulumi registers what a program declared before it failed. Without this, `pulumi up` would create the part of a
        refused program that comes before the mistake.
        """
        return Later(functools.partial(self._checked, value))

    async def _checked(self, value: str) -> str:
        # A preview creates nothing, and finds more to warn of when all is registered.
        if (
            self._refusal is not None
            and not pulumi.runtime.is_dry_run()
            and provider_process.has_ended_program(self._refusal)
        ):
            raise self._refusal
        return value

    def claim(self, resource: pulumi.Resource, claim: Claim, parts: Iterable[Claim] = ()) -> None:
        """Take a name for a resource, and those of the parts that its constructor is about to declare.

        Pulumi compares URNs too, but only when it registers a resource, and it has created others by then.

        Raises:
            Refusal: One of the names is taken.
        """
        key = (claim.types, claim.name)
        if key in self._reserved:
            self._reserved.remove(key)
        else:
            self._take(claim, claim, "Give each a name of its own")
        self._types[resource] = claim.types
        for part in parts:
            self._take(part, claim, "Rename a part or its server")
            self._reserved.add((part.types, part.name))

    def _take(self, claim: Claim, subject: Claim, advice: str) -> None:
        other = self._claims.setdefault((claim.types, claim.name), claim)
        if other is not claim:
            both = f"{claim} and {other} would both be '{printable(claim.name)}' in the program"
            cause = "it is declared twice" if str(claim) == str(other) else both
            raise refusal(subject, f"{cause}. {advice}")

    def place(self, resource: pulumi.Resource, type_token: str, parent: pulumi.Resource | None) -> None:
        """Remember where a resource is that is about to be registered, of whichever package it is."""
        self._types[resource] = (*self.types_of(parent), type_token)

    def types_of(self, resource: pulumi.Resource | None) -> Types:
        """Return the types of a parent; none where a resource is directly in the stack."""
        if resource is None or resource.pulumi_resource_type == "pulumi:pulumi:Stack":
            return ()
        if resource not in self._types:  # it was made before this program was
            self.place(resource, resource.pulumi_resource_type, provider_process.parent_of(resource))
        return self._types[resource]

    def announce(
        self,
        resource: BaseResource,
        name: str,
        arguments: Mapping[str, Any],
        system: pulumi.ProviderResource | None,
        parts: Mapping[str, Any],
        types: Types = (),
        ignored: Collection[str] = (),
        former_names: Collection[str] = (),
    ) -> None:
        """Look at a resource before it is registered; the arguments are those of `Planned`.

        Raises:
            Refusal: It cannot work together with what was declared before.
        """
        linked = {argument: self.linked(value) for argument, value in arguments.items()}
        attributes = resource.declaration.attributes
        planned = Planned(
            attributes=attributes,
            arguments=linked,
            resource=resource,
            name=name,
            types=types,
            system=system,
            ignored=ignored,
            former_names=former_names,
            parts=parts,
        )
        for check in self._checks:
            check(planned)
        self._planned[resource] = planned
        self._counts[system] += 1

    def count(self, system: pulumi.ProviderResource | None) -> int:
        """Return how many resources of a VergeOS were announced so far."""
        return self._counts[system]

    def final_count(self, system: pulumi.ProviderResource | None) -> pulumi.Output[int]:
        """Return how many resources of a VergeOS the program declares; known when it has run."""
        return pulumi.Output.from_input(None).apply(lambda _: self._counts[system])

    def registered(self, resource: BaseResource) -> None:
        """Remember the ``id`` of a resource, by which programs refer to it too."""
        self._ids[resource.id] = self._planned[resource]

    def stands_for(self, other: pulumi.Resource, resource: BaseResource) -> None:
        """Remember that a reference to `other` is one to a resource."""
        if resource in self._planned:
            self._planned[other] = self._planned[resource]
            if isinstance(other, pulumi.CustomResource):
                self._ids[other.id] = self._planned[resource]

    def planned(self, resource: pulumi.Resource) -> Planned | None:
        """Return what was announced of a resource; None if nothing was, since the program only reads it."""
        return self._planned.get(resource)

    def linked(self, value: Any) -> Any:
        """Return what was announced of a resource that a value is, or the ``id`` of; any other value as it is."""
        if isinstance(value, pulumi.Output):
            return self._ids.get(value, value)
        return self._planned.get(value, value) if isinstance(value, pulumi.Resource) else value


_programs: WeakKeyDictionary[object, tuple[object, Program]] = WeakKeyDictionary()
_watched: WeakSet[pulumi.Resource] = WeakSet()


def current() -> Program:
    """Return the program that runs."""
    manager, calls = provider_process.run()
    known, program = _programs.get(manager, (None, None))
    if program is None or known is not calls:
        program = Program()
        _programs[manager] = (calls, program)
        _watch()
    return program


def _watch() -> None:
    """Get to know the parents of resources of other packages, which know their children only."""
    stack = pulumi.runtime.get_root_resource()
    if stack is not None and stack not in _watched:
        _watched.add(stack)
        pulumi.runtime.register_stack_transformation(_see)


def _see(made: pulumi.ResourceTransformationArgs) -> None:
    current().place(made.resource, made.type_, made.opts.parent)


# A program that the engine runs has its stack when it imports this package, and no resource yet in most cases.
_watch()
