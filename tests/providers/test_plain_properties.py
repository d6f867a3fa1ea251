"""What travels between engine and host arrives as if Pulumi's SDK had translated it."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Any

import pulumi
import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc

from verge_pulumi.engine.runtime import plain_properties
from verge_pulumi.resources import Network

OURS = {"__provider": Network.declaration.provider}
TEXTS = st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.just(rpc.UNKNOWN))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)

sdk_serialize, sdk_deserialize = rpc.serialize_properties, rpc.deserialize_properties


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("serialize_properties", "deserialize_properties"):
        monkeypatch.setattr(rpc, name, getattr(rpc, name))  # is there again afterwards
    plain_properties.install()


def serialized(properties: dict[str, Any], serialize: Any = None) -> tuple[Any, dict[str, Any]]:
    depends: dict[str, Any] = {}
    return asyncio.run((serialize or rpc.serialize_properties)(properties, depends)), depends


def same(one: Any, other: Any) -> bool:
    """Say whether values are equal and of the same types; one unknown value is like another."""
    if isinstance(one, pulumi.output.Unknown) or isinstance(other, pulumi.output.Unknown):
        return type(one) is type(other)
    if isinstance(one, dict) and isinstance(other, dict):
        return [*one] == [*other] and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_plain_properties_are_sent_as_the_sdk_sends_them(properties: dict[str, Any]) -> None:
    properties = {**properties, **OURS}
    assert serialized(properties) == serialized(properties, sdk_serialize)


@given(st.dictionaries(TEXTS, VALUES, max_size=5), st.sampled_from([None, False, True]))
def test_plain_properties_are_received_as_the_sdk_receives_them(properties: dict[str, Any], keep: bool | None) -> None:
    struct = serialized({**properties, **OURS}, sdk_serialize)[0]
    received, expected = rpc.deserialize_properties(struct, keep), sdk_deserialize(struct, keep)
    assert set(received) == set(expected)  # a map of protobuf has no order
    assert all(same(received[name], expected[name]) for name in received)


class Colour(StrEnum):
    RED = "red"


class Asked(AssertionError):
    """The SDK was asked, where this module answers by itself."""


def refuse(*_: Any, **__: Any) -> Any:
    raise Asked


@pytest.mark.parametrize("value", [Colour.RED, pulumi.StringAsset("a"), ("a", "b"), {"in": [Colour.RED]}])
def test_what_is_not_plain_is_sent_by_the_sdk(value: Any) -> None:
    assert serialized({"it": value, **OURS}) == serialized({"it": value, **OURS}, sdk_serialize)


def test_what_is_not_plain_is_received_by_the_sdk() -> None:
    struct = serialized({"it": pulumi.StringAsset("a"), **OURS}, sdk_serialize)[0]
    received = rpc.deserialize_properties(struct)
    assert isinstance(received["it"], pulumi.StringAsset)


def test_properties_of_another_provider_are_left_to_the_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_properties, "to_struct", refuse)
    monkeypatch.setattr(plain_properties, "from_struct", refuse)
    for properties in ({"a": 1.0}, {"a": 1.0, "__provider": "gASVIgAAAA"}):
        struct = serialized(properties)[0]
        assert rpc.deserialize_properties(struct) == properties
    with pytest.raises(Asked):
        serialized({"a": 1.0, **OURS})


def test_a_function_of_the_sdk_that_is_called_otherwise_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def deserialize_properties(struct: Any, keep_unknowns: bool | None = None) -> Any:
        return sdk_deserialize(struct, keep_unknowns)

    monkeypatch.setattr(rpc, "deserialize_properties", deserialize_properties)
    plain_properties.install()
    assert rpc.deserialize_properties is deserialize_properties


def test_another_way_to_send_empty_values_leaves_the_sdk_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def deserialize_properties(props_struct: struct_pb2.Struct, keep_unknowns: bool | None = None) -> Any:
        return {**sdk_deserialize(props_struct, keep_unknowns), "none": None}

    monkeypatch.setattr(rpc, "deserialize_properties", deserialize_properties)
    plain_properties.install()
    assert rpc.deserialize_properties is deserialize_properties
    monkeypatch.setattr(rpc, "deserialize_property", refuse)
    plain_properties.install()
    assert rpc.deserialize_properties is deserialize_properties
