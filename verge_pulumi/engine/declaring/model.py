"""From a declaration to the pydantic model of its inputs, to request payloads, and from a row to outputs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import pulumi

from verge_pulumi.client import printable
from verge_pulumi.engine.declaring.attributes import REST, Attribute, Items, NamedItems, Reference
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.problems import Problem, missing, problems
from verge_pulumi.engine.declaring.values import PLAIN, uncarried
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.runtime import provider_process

if TYPE_CHECKING:
    from pydantic import BaseModel, TypeAdapter

# pydantic is imported where the first value is checked: it takes about half as long to load as Pulumi, and it is the
# provider that checks, not the program.

Inputs = dict[str, Any]


def validate(declaration: Declaration, given: Mapping[str, Any]) -> tuple[Inputs, list[Problem]]:
    """Check and normalise the inputs of a program.

    Args:
        declaration: What the resource accepts.
        given: The inputs as Pulumi hands them over: numbers are floats, unknown values are objects at any depth.

    Returns:
        The inputs to keep, unknown values untouched, and one sentence for each problem.
    """
    from pydantic import ValidationError

    known = {name: value for name, value in given.items() if not pulumi.contains_unknowns(value)}
    wrong = [
        missing(name)
        for name, attribute in declaration.inputs.items()
        if attribute.required and given.get(name) is None
    ]
    arguments = {name: value for name, value in known.items() if name in declaration.inputs and value is not None}
    wrong += _uncarried(arguments)
    try:
        model = input_model(declaration).model_validate(arguments)
        valid = model.model_dump(exclude_unset=True)
        # Text has become a number where one is declared.
        wrong = wrong or _uncarried(valid)
    except ValidationError as error:
        inputs = declaration.inputs
        wrong += problems(
            error,
            arguments,
            known=inputs,
            secret=lambda name: inputs[name].secret,
            advice=lambda name: _advice(inputs[name]),
        )
        valid = arguments
    return {**given, **valid}, wrong


def _uncarried(values: Mapping[str, Any]) -> list[Problem]:
    return [Problem(f"{name} {why}.") for name, value in values.items() if (why := uncarried(value))]


@cache
def input_model(declaration: Declaration) -> type[BaseModel]:
    """Return the pydantic model of what a program may set; every field may be left out, since it may be unknown."""
    from pydantic import BeforeValidator, ConfigDict, Field, create_model

    fields: dict[str, Any] = {}
    annotated: Any = Annotated
    listed: Any = list
    for name, attribute in declaration.inputs.items():
        annotation = attribute.value_type
        if attribute.value.each:
            (one,) = get_args(annotation)
            annotation = listed[annotated[one, BeforeValidator(attribute.value.each.normalise)]]
        elif attribute.value is not PLAIN:
            annotation = annotated[annotation, BeforeValidator(attribute.value.normalise)]
        fields[name] = (annotation, Field(default=None, **attribute.limits))
    return create_model(declaration.title, __config__=ConfigDict(extra="forbid"), **fields)


def payload(declaration: Declaration, inputs: Mapping[str, Any], names: set[str] | None = None) -> dict[str, Any]:
    """Return the columns a POST or PUT carries: those the program set, and of these only `names` if given.

    References that are resolved through another row are left to the caller.
    """
    shared = {declaration.inputs[name].column for name in names or () if declaration.inputs[name].member}
    values: dict[str, Any] = {}
    for name, attribute in declaration.inputs.items():
        if not attribute.column or attribute.through is not None or inputs.get(name) is None:
            continue
        if names is None or name in names or attribute.column in shared:
            value = attribute.value.to_api(inputs[name])
            if attribute.member:
                values.setdefault(attribute.column, {}).update(
                    value if attribute.member == REST else {attribute.member: value}
                )
            else:
                values[attribute.column] = value
    return values


def whole(declaration: Declaration, values: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a PUT, and in JSON objects that several attributes share also the other names of the row.

    VergeOS replaces such a column as a whole (docs/vergeos/quirks.md §W7), but not one that is read elsewhere.
    """
    inputs = declaration.inputs.values()
    shared = {str(attribute.column) for attribute in inputs if attribute.member and not attribute.follow}
    live = {name: row[name] for name in shared.intersection(values) if isinstance(row.get(name), Mapping)}
    return {name: {**live[name], **value} if name in live else value for name, value in values.items()}


def outputs(declaration: Declaration, row: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs a row stands for.

    Args:
        declaration: What the resource exposes.
        row: The row as the API answered it.
        kept: Earlier values. They give what no GET answers (policies, write-only columns), and the spelling of a value
            that means the same.

    Raises:
        EngineError: A column holds another kind of value than it should.
    """
    outs: dict[str, Any] = {}
    for name, attribute in declaration.attributes.items():
        if not attribute.readable:
            outs[name] = kept.get(name)
            continue
        answered = attribute.answered(row)
        if attribute.member:
            # Empty objects can arrive as [] (docs/vergeos/README.md §8).
            held = answered if isinstance(answered, Mapping) else {}
            # Of the rest only what the program names: VergeOS has keys of its own there, and may have secrets.
            named = kept.get(name) or {}
            rest = {each: held[each] for each in named if each in held} if attribute.member == REST else None
            answered = held.get(attribute.member) if rest is None else rest
        live = _live(declaration.title, attribute, answered)
        outs[name] = kept.get(name) if attribute.value.same(kept.get(name), live) else live
    return outs


def _live(title: str, attribute: Attribute, answered: Any) -> Any:
    """Return a column's value as the declared type has it.

    Numbers that come as text are numbers. A word that is not in the list of a column is kept: later releases add words.
    """
    try:
        value = attribute.value.from_api(answered)
        if value in (None, "", [], {}):
            return value
        words = get_args(attribute.value_type) if get_origin(attribute.value_type) is Literal else ()
        if words and isinstance(value, str | int) and not isinstance(value, bool):
            if str(value) not in words:
                _tell_new_word(title, attribute.name, str(value))
            return str(value)
        return _typed(attribute, value)
    except ValueError:
        # Not the value: it may be a secret.
        raise EngineError(
            f"{attribute.name} was answered as {type(answered).__name__}, which it cannot be. "
            "Check whether this version of verge-pulumi knows your VergeOS"
        ) from None


def _typed(attribute: Attribute, value: Any) -> Any:
    """Return a value as the declared type has it.

    Raises:
        ValueError: It is of another type, and none that means the same.
    """
    # What is of the type already needs no pydantic, which a refresh would load for nothing else.
    return value if type(value) in _types(attribute) else _adapter(attribute).validate_python(value)


@cache
def _types(attribute: Attribute) -> tuple[Any, ...]:
    """Return the types whose values an attribute can have as they are."""
    declared = attribute.value_type
    return get_args(declared) if isinstance(declared, UnionType) else (declared,)


@cache
def _adapter(attribute: Attribute) -> TypeAdapter[Any]:
    from pydantic import ConfigDict, TypeAdapter

    return TypeAdapter(attribute.value_type, config=ConfigDict(coerce_numbers_to_str=True))


@cache
def _tell_new_word(title: str, name: str, word: str) -> None:
    """Warn of a word once in a process."""
    provider_process.log(
        f"VergeOS says {printable(word, 60)!r} for {name}, which {title} does not know; it is kept", warning=True
    )


def fits(attribute: Attribute, value: Any) -> bool:
    """Say whether a value that a state has of an attribute can be one of it; a word of a later release can."""
    if value in (None, "", [], {}):
        return True
    if isinstance(attribute, Items):
        return isinstance(value, list) and all(_fits_item(attribute.item.attributes, item) for item in value)
    if isinstance(attribute, NamedItems):
        return isinstance(value, dict) and all(_fits_item(attribute.item.attributes, item) for item in value.values())
    if get_origin(attribute.value_type) is Literal:
        return isinstance(value, str | int)
    try:
        _typed(attribute, value)
    except ValueError:
        return False
    return True


def _fits_item(parts: Mapping[str, Attribute], item: Any) -> bool:
    return (
        isinstance(item, dict)
        and all(part.name in item or not part.required for part in parts.values())
        and all(fits(part, item.get(part.name)) for part in parts.values())
    )


def differing(declaration: Declaration, state: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[str]:
    """Return the arguments the program set whose values differ from the outputs, unknown ones included."""
    return [
        name
        for name, attribute in declaration.inputs.items()
        if inputs.get(name) is not None
        and (pulumi.contains_unknowns(inputs[name]) or not attribute.value.same(state.get(name), inputs[name]))
    ]


def _advice(attribute: Attribute) -> str:
    """Return what to give for an argument, as a sentence; "" where the type says that."""
    return attribute.meaning() if isinstance(attribute, Reference) else attribute.wanted
