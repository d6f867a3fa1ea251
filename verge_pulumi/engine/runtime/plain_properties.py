"""Properties on their way between the engine and the host of dynamic providers, where they are plain values.

Pulumi's SDK asks of each value whether it is an output, a resource, an asset, an awaitable and so on, some twenty
questions. What travels between the engine and this package's providers is texts, numbers, booleans, lists and
dictionaries, of which a VM has fifty: here they are translated directly, in a sixth of the time. Anything else, and the
properties of other packages' providers, is left to the SDK.

As in `registering`, where a later SDK calls its functions otherwise, its own way stays.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

PROVIDER = "__provider"
"""The input by which the host finds a provider."""

OURS = "Y3ZlcmdlX3B1bHVtaS5lbmdpbmUubG9hZGVyCmxvYWQK"
"""How `PROVIDER` begins for this package's resources: the frozen path of `verge_pulumi.engine.loader.load`."""


class NotPlain(Exception):
    """There is something among the properties that only the SDK knows how to translate."""


def to_struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return plain properties as they travel, without those that are None.

    Raises:
        NotPlain: Some are not plain.
    """
    struct = struct_pb2.Struct()
    for name, value in properties.items():
        if value is not None:
            _fill(struct.fields[name], value)
    return struct


def _fill(message: Any, value: Any) -> None:
    kind = type(value)  # exactly: a text that is an Enum, too, is not plain
    if kind is str:
        message.string_value = value
    elif kind is bool:
        message.bool_value = value
    elif kind is int or kind is float:
        message.number_value = value
    elif kind is dict:
        message.struct_value.SetInParent()
        for name, each in value.items():
            _fill(message.struct_value.fields[name], each)
    elif kind is list:
        message.list_value.SetInParent()
        for each in value:
            _fill(message.list_value.values.add(), each)
    elif value is None:
        message.null_value = struct_pb2.NULL_VALUE
    else:
        raise NotPlain


def from_struct(struct: Any, keep_unknowns: bool | None = None) -> dict[str, Any]:
    """Return plain properties that have travelled, without those that are None.

    Args:
        struct: As it travelled.
        keep_unknowns: Whether what is not known yet is an `Unknown` also where nothing is previewed; else it is None.

    Raises:
        NotPlain: Some are not plain.
    """
    fields = struct.fields
    if rpc._special_sig_key in fields:
        raise NotPlain
    values = {name: _value(message, keep_unknowns) for name, message in fields.items()}
    return {name: value for name, value in values.items() if value is not None}


def _value(message: Any, keep_unknowns: bool | None) -> Any:
    kind = message.WhichOneof("kind")
    if kind == "string_value":
        text = message.string_value
        return rpc.deserialize_property(text, keep_unknowns) if text == rpc.UNKNOWN else text
    if kind == "struct_value":
        return from_struct(message.struct_value, keep_unknowns)
    if kind == "list_value":
        return [_value(each, keep_unknowns) for each in message.list_value.values]
    return None if kind == "null_value" or kind is None else getattr(message, kind)


def _serializing(serialize: Any) -> Any:
    @functools.wraps(serialize)
    async def serialize_properties(inputs: Any, property_deps: Any, *arguments: Any, **options: Any) -> Any:
        if not (arguments or options) and str(inputs.get(PROVIDER)).startswith(OURS):
            try:
                struct = to_struct(inputs)
            except NotPlain:
                pass
            else:
                property_deps.update({name: [] for name in struct.fields})
                return struct
        return await serialize(inputs, property_deps, *arguments, **options)

    return serialize_properties


def _deserializing(deserialize: Any) -> Any:
    @functools.wraps(deserialize)
    def deserialize_properties(props_struct: Any, keep_unknowns: bool | None = None, *rest: Any, **options: Any) -> Any:
        fields = props_struct.fields
        if not (rest or options) and PROVIDER in fields and fields[PROVIDER].string_value.startswith(OURS):
            try:
                return from_struct(props_struct, keep_unknowns)
            except NotPlain:
                pass
        return deserialize(props_struct, keep_unknowns, *rest, **options)

    return deserialize_properties


def _begins(function: Any, *parameters: str) -> bool:
    return inspect.isfunction(function) and [*inspect.signature(function).parameters][: len(parameters)] == [
        *parameters
    ]


def _is_as_expected() -> bool:
    """Say whether the SDK translates as this module does, by an example of each kind of value."""
    example = {"text": "a", "yes": True, "number": 1.5, "list": [None, {}, []], "none": None, "dict": {"none": None}}
    try:
        back = rpc.deserialize_properties(to_struct(example))
        unknown = rpc.deserialize_property(rpc.UNKNOWN, True)
    except Exception:
        return False
    return (
        back == from_struct(to_struct(example))
        and type(unknown).__name__ == "Unknown"
        and isinstance(getattr(rpc, "_special_sig_key", None), str)
        and _begins(rpc.serialize_properties, "inputs", "property_deps")
        and _begins(rpc.deserialize_properties, "props_struct", "keep_unknowns")
    )


def install() -> None:
    """Let the SDK translate plain properties of this package's resources by this module, in this process."""
    if _is_as_expected():
        rpc.serialize_properties = _serializing(rpc.serialize_properties)
        rpc.deserialize_properties = _deserializing(rpc.deserialize_properties)
