"""The arguments of a class that declares them: what `inspect.signature` shows, and what is no argument."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from inspect import Parameter
from typing import TYPE_CHECKING, Any, Union

import pulumi

from verge_pulumi.engine.connecting.finding import ByName
from verge_pulumi.engine.declaring.attributes import REQUIRED, Attribute, Exported, Items, Measured, NamedItems, Refs
from verge_pulumi.engine.declaring.parts import part_types
from verge_pulumi.engine.declaring.problems import missing, unknown
from verge_pulumi.engine.errors import given_as, refusal, written_at

if TYPE_CHECKING:
    from verge_pulumi.engine.declaring.declaration import Declared

# As values, since what they are applied to is known at run time only.
_UNION: Any = Union
_OUTPUT: Any = pulumi.Output
_SEQUENCE: Any = Sequence
_MAPPING: Any = Mapping


class SignatureOfClass:
    """The signature of each class that has it, made when somebody asks: nothing does while a program runs."""

    def __get__(self, instance: object, owner: type[Declared]) -> inspect.Signature:
        """Return the parameters of the constructor, with the declared arguments instead of ``**arguments``.

        Raises:
            AttributeError: The class declares nothing itself; `inspect` then goes by its constructor.
        """
        wrote = next(base for base in owner.__mro__ if "__init__" in vars(base))
        signature = inspect.signature(vars(wrote)["__init__"], eval_str=True)
        parameters = list(signature.parameters.values())[1:]
        # A constructor that a program wrote for its own subclass is shown as it is.
        if wrote.__module__.startswith(f"{__package__}."):
            named = sorted(_declared(owner), key=lambda parameter: parameter.default is not Parameter.empty)
            own = [each for each in parameters if each.kind is not Parameter.VAR_KEYWORD]
            parameters = [
                each.replace(default=Parameter.empty) if each.default == UNNAMED else each for each in own
            ] + named
        return inspect.Signature(parameters)


def _declared(owner: Any) -> Iterator[Parameter]:
    attributes = owner.declaration.attributes if hasattr(owner, "declaration") else owner.attributes
    for name, attribute in attributes.items():
        if attribute.is_input:
            default = Parameter.empty if attribute.default is REQUIRED else attribute.default
            yield Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=_accepted(attribute))
    for name in getattr(owner, "parts", ()):
        given, _ = part_types(owner, name)
        yield Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=_UNION[given, None])


def _accepted(attribute: Attribute) -> Any:
    """Return the type of the values that an attribute accepts, without the awaitable ones: a reader has to see it."""
    if isinstance(attribute, Items):
        return _SEQUENCE[attribute.item]
    if isinstance(attribute, NamedItems):
        return _MAPPING[str, attribute.item]
    keys = (str, int, Exported)
    own = (attribute.value_type, str) if isinstance(attribute, Measured) else (attribute.value_type,)
    values = own if attribute.target is None else keys
    accepted = _UNION[(*values, *(_OUTPUT[value] for value in values))]
    if attribute.target is not None:
        accepted = _UNION[attribute.target, ByName, accepted]
    if isinstance(attribute, Refs):
        accepted = _UNION[_SEQUENCE[accepted], _OUTPUT[_SEQUENCE[_UNION[keys]]]]
    return _UNION[accepted, None] if attribute.default is None else accepted


UNNAMED = ""
"""The name of a resource to which a program gives none; Python would say so in words of its own."""


def see_name(cls: type, resource_name: object, arguments: Mapping[str, Any]) -> None:
    """See that a resource has a name in the program.

    Raises:
        Refusal: It has none, or it is no text.
    """
    if isinstance(resource_name, str) and resource_name:
        return
    known = arguments.get("resource_name") or arguments.get("name")
    example = known if isinstance(known, str) and known else "main"
    why = "it has no name in the program, which is a text and the first argument"
    raise refusal(written_at(cls), f"{why}. Write {cls.__name__}({given_as(example)}, ...)")


def refuse_unknown(
    subject: str, attributes: Mapping[str, Attribute], arguments: Mapping[str, Any], parts: Sequence[str] = ()
) -> None:
    """Say what a program without a type checker would learn from one.

    Args:
        subject: What people call the object.
        attributes: What its class declares.
        arguments: What is given, without parts.
        parts: The names of its parts.

    Raises:
        Refusal: An argument is unknown, missing, or decided by VergeOS.
    """
    known = {name: attribute for name, attribute in attributes.items() if attribute.is_input}
    for name in arguments:
        if name in attributes and name not in known:
            raise refusal(subject, f"VergeOS decides {name}. Leave it out, and read it as an output.")
        if name not in known:
            raise refusal(subject, unknown(name, [*known, *parts]))
    lacking = [name for name, attribute in known.items() if attribute.required and name not in arguments]
    if lacking:
        raise refusal(subject, " ".join(map(missing, lacking)))
