"""What `inspect.signature` shows of resources, components and arguments objects."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from inspect import Parameter
from typing import Any

import pulumi
import pytest

from tools import names
from verge_pulumi import DriveArgs, Network, Server, Tag, TagCategory
from verge_pulumi.engine.connecting.finding import ByName
from verge_pulumi.engine.declaring.attributes import Refs
from verge_pulumi.engine.declaring.resource import BaseResource


def parameters(of: Any) -> Mapping[str, Parameter]:
    """Return the parameters by name."""
    return inspect.signature(of).parameters


@pytest.mark.parametrize("noun", names.nouns().values(), ids=lambda noun: noun.__name__)
def test_a_resource_shows_its_arguments(noun: type[BaseResource]) -> None:
    shown = parameters(noun)
    assert list(shown)[:2] == ["resource_name", "opts"]
    assert set(shown) - {"resource_name", "opts"} == {*noun.declaration.inputs, *noun.parts}
    required = {name for name, parameter in shown.items() if parameter.default is Parameter.empty}
    assert required == {"resource_name"} | {name for name, each in noun.declaration.inputs.items() if each.required}


def test_an_argument_has_its_kind_default_and_annotation() -> None:
    shown = parameters(Tag)
    assert shown["resource_name"].annotation is str
    assert shown["opts"].annotation == pulumi.ResourceOptions | None
    assert shown["name"] == Parameter("name", Parameter.KEYWORD_ONLY, annotation=str | pulumi.Output[str])
    assert shown["description"].default is None
    assert shown["description"].annotation == str | pulumi.Output[str] | None
    exported = Mapping[str, Any]
    values = str | int | exported | pulumi.Output[str] | pulumi.Output[int] | pulumi.Output[exported]
    assert shown["category"].annotation == TagCategory | ByName | values


def test_a_list_of_references_is_a_sequence() -> None:
    (name,) = (each.name for each in Network.declaration.inputs.values() if isinstance(each, Refs))
    assert "Sequence[" in str(parameters(Network)[name].annotation)


def test_a_component_shows_settings_and_parts() -> None:
    shown = parameters(Server)
    settings = {name for name, attribute in Server.attributes.items() if attribute.is_input}
    assert set(shown) == {"resource_name", "opts", *settings, *Server.parts}
    assert shown["drives"].annotation == Mapping[str, DriveArgs] | None
    assert shown["drives"].default is None


def test_an_arguments_object_shows_its_attributes() -> None:
    assert set(parameters(DriveArgs)) == {name for name, each in DriveArgs.attributes.items() if each.is_input}


def test_a_subclass_shows_what_it_inherits_or_its_own_constructor() -> None:
    class Lan(Network):
        """A network of ours."""

    class Office(Network):
        """A network of an office."""

        def __init__(self, resource_name: str, *, site: str) -> None:
            super().__init__(resource_name, name=site)

    assert parameters(Lan) == parameters(Network)
    assert list(parameters(Office)) == ["resource_name", "site"]


def test_a_base_that_declares_no_table_shows_its_constructor() -> None:
    assert list(parameters(BaseResource)) == ["resource_name", "opts", "arguments"]
