"""What a program may give for an argument, above all where that refers to a row, and which row it means.

A reference takes a resource of the program, a component around one, an ``id``, a key, `by_name`, and what `export` gave
to another stack; the last three also as outputs, whose values are known later.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import pulumi

from verge_pulumi.client import VergeError, printable
from verge_pulumi.engine.connecting.answers import Answers, Kind, Search
from verge_pulumi.engine.connecting.finding import ByName, answers
from verge_pulumi.engine.connecting.mocked import key_of
from verge_pulumi.engine.declaring.attributes import Attribute, Reference, Refs, Whole
from verge_pulumi.engine.declaring.values import uncarried
from verge_pulumi.engine.errors import EngineError, Refusal, given_as, refusal

if TYPE_CHECKING:
    from verge_pulumi.engine.declaring.declaration import Declaration


T = TypeVar("T")

_SINGLE = (bool, float, int, str)


def argument(subject: str, attribute: Attribute, provider: pulumi.ProviderResource | None) -> Argument:
    """Return an argument of a resource that a program declares.

    Args:
        subject: What people call the resource, such as "Nic 'eth0'".
        attribute: What the argument is declared as.
        provider: The explicit provider on whose VergeOS the resource is; None for the default one.
    """
    if isinstance(attribute, Reference):
        return Referring(subject, attribute, provider)
    return Argument(subject, attribute)


def carried(subject: str, attribute: Attribute, value: Any) -> Any:
    """Return a value whose numbers arrive as they are; an output is looked at when it is known.

    Raises:
        Refusal: A number would arrive as another one. The provider cannot tell any more.
    """

    def refuse(known: T) -> T:
        if why := uncarried(known):
            raise refusal(subject, f"{attribute.name} {why}")
        return known

    def outputs(within: Any) -> Any:
        if isinstance(within, pulumi.Output):
            return within.apply(refuse)
        if isinstance(within, Mapping):
            return {name: outputs(inner) for name, inner in within.items()}
        return [outputs(inner) for inner in within] if isinstance(within, list | tuple) else within

    refuse(value)
    # A reference is the id of a resource as a rule, and that is text.
    return value if isinstance(attribute, Reference) else outputs(value)


@dataclass(frozen=True)
class Argument:
    """An argument that holds a value."""

    subject: str
    attribute: Attribute

    def refusal(self, why: str) -> Refusal:
        """Return the error by which the program learns what is wrong with the argument.

        Args:
            why: What follows its name, and what to do.
        """
        return refusal(self.subject, f"{self.attribute.name}{why}")

    def meant(self, value: Any) -> Any:
        """Return what a value stands for while the program runs.

        Raises:
            Refusal: It cannot be a value of this argument.
        """
        if isinstance(value, ByName):
            raise self.refusal(f" accepts no {value}. Pass the value itself.")
        if isinstance(value, pulumi.Resource):
            raise self.refusal(f" accepts no resource. Pass an output of {_called(value)}.")
        if self.attribute.value_type in _SINGLE and isinstance(value, list | tuple | Mapping):
            # The SDK would fail with an assertion, before any check.
            what = "mapping" if isinstance(value, Mapping) else "list"
            raise self.refusal(f" {given_as(value)} is a {what}. Give a single value.")
        return value

    def registered(self, meant: Any) -> Any:
        """Return what is registered with Pulumi for what `meant` returned."""
        return pulumi.Output.secret(meant) if self.attribute.secret and meant is not None else meant


@dataclass(frozen=True)
class Referring(Argument):
    """An argument that refers to a row, or to several."""

    attribute: Reference
    provider: pulumi.ProviderResource | None

    def meant(self, value: Any) -> Any:
        """Return what a value stands for: of a component its main resource, of a name or an export the key of the row.

        Raises:
            Refusal: It cannot be a value of this argument, or a name or an export stands for no row that is accepted,
                or for several.
        """
        if not isinstance(self.attribute, Refs) or value is None or isinstance(value, pulumi.Output):
            return self._meant(value)
        if not isinstance(value, list | tuple):
            raise self.refusal(f" accepts a list, not {_called(value)}. Pass {self.attribute.name}=[...].")
        return [self._meant(each) for each in value]

    def registered(self, meant: Any) -> Any:
        """Return what is registered with Pulumi: of a resource the ``id``, which previews of updates know."""
        return [self._registered(each) for each in meant] if isinstance(meant, list) else self._registered(meant)

    def _meant(self, value: Any) -> Any:
        meant = value.main if isinstance(value, Whole) else value
        if isinstance(meant, pulumi.Resource):
            accepted = self.attribute.accepts()
            if not any(base.__name__ in accepted for base in type(meant).__mro__):
                raise self.refusal(
                    f" accepts {' or '.join(accepted)}, not {_called(value)}. {self.attribute.meaning()}"
                )
        elif isinstance(meant, ByName):
            return self._named(meant)
        elif isinstance(meant, Mapping):
            is_known = not any(isinstance(part, pulumi.Output) for part in meant.values())
            return self._exported(meant) if is_known else pulumi.Output.from_input(meant)
        elif meant is not None and not isinstance(meant, pulumi.Output | Awaitable):
            self._see_key(meant)
        return meant

    def _see_key(self, value: Any) -> None:
        """See that a value is the key of a row, which a bare name is not."""
        value_of_one = self.attribute.value.each or self.attribute.value
        try:
            value_of_one.normalise(value)
        except ValueError as error:
            why = f" {given_as(value)} {str(error).partition('. ')[0]}. {self.attribute.meaning(given_as(str(value)))}"
            raise self.refusal(why) from None

    def _registered(self, meant: Any) -> Any:
        if isinstance(meant, pulumi.Output):
            return meant.apply(self._known)
        if isinstance(meant, pulumi.Resource):
            row: Any = meant
            return pulumi.Output.concat(row.declaration.table, "/", row.id) if self.attribute.as_path else row.id
        return meant

    def _known(self, value: Any) -> Any:
        """Return the key for what an output holds, which another stack may have exported."""
        if isinstance(value, list):
            return [self._known(each) for each in value]
        return self._exported(value) if isinstance(value, Mapping) else value

    def _exported(self, exported: Mapping[str, Any]) -> str:
        """Return what refers to the row of ``{"$key": 42, "location": "/v4/vms/42"}``."""
        place = exported.get("location")
        table, _, key = str(place or "").removeprefix("/v4/").partition("/")
        if not key:
            raise self.refusal(
                f" is given a mapping without a location, which export() gives. {self.attribute.meaning()}"
            )
        if table not in {target.table for target in self._targets}:
            accepted = " or ".join(self.attribute.accepts())
            raise self.refusal(f" accepts {accepted}, and {place} is a row of {table}. {self.attribute.meaning()}")
        return self._reference(table, key)

    def _named(self, name: ByName) -> str:
        """Return what refers to the one row that has a name."""
        try:
            asked = answers(self.provider)
            searches = [_search(target, name) for target in self._targets]
            found = [
                (kind, self._reference(kind.table, key_of(row)))
                for kind, wanted in searches
                for row in asked.matching(kind, (), wanted)
            ]
            if len(found) != 1:
                raise _several(asked, found) if found else _none(asked, searches)
        except (EngineError, VergeError) as error:
            raise self.refusal(f"={name}: {error}") from None
        return found[0][1]

    def _reference(self, table: str, key: str) -> str:
        return f"{table}/{key}" if self.attribute.as_path else key

    @property
    def _targets(self) -> Sequence[Declaration]:
        return [target.declaration for target in self.attribute.resolved()]


def _called(value: Any) -> str:
    """Return what a value is, and of a resource its name in the program."""
    kind = type(value).__name__
    return f"{kind} '{printable(value.pulumi_resource_name)}'" if isinstance(value, pulumi.Resource) else kind


def _search(target: Declaration, name: ByName) -> Search:
    """Return how a row is found by its name.

    Raises:
        EngineError: It cannot have that name, or rows of its kind have none.
    """
    label = target.label
    if label is None or label.column is None:
        raise EngineError(f"nothing names a {target.title}. Pass its key.")
    try:
        value = label.value.to_api(label.value.normalise(str(name.name)))
        value = int(value) if label.value_type is int else value
    except ValueError:
        raise EngineError(f"that is no {label.name}, by which a {target.title} is named.") from None
    return Kind(target.title, target.table, tuple(target.only.items()), label.column), {label.column: value}


def _none(asked: Answers, searches: Sequence[Search]) -> EngineError:
    wanted = " or ".join(f"{kind.noun} with that {kind.label}" for kind, _ in searches)
    advice = asked.advice(searches) or "Name one that exists, or pass the resource itself."
    return EngineError(f"there is no {wanted}{asked.place}. {advice}")


def _several(asked: Answers, found: Sequence[tuple[Kind, str]]) -> EngineError:
    them = ", ".join(f"{kind.noun} '{reference}'" for kind, reference in found)
    return EngineError(f"there are several{asked.place}: {them}. Pass the one that is meant, such as '{found[0][1]}'.")


def holds_output(value: Any) -> bool:
    """Say whether there is an output in a value, at any depth."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return any(map(holds_output, value))
    return isinstance(value, pulumi.Output | Awaitable)
