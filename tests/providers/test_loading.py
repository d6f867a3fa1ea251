"""The entry point that states refer to, and how failures are worded."""

from __future__ import annotations

import base64
import pickle
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

import verge_pulumi.resources
from verge_pulumi.client import Refused
from verge_pulumi.engine.declaring.attributes import Attr, arg
from verge_pulumi.engine.declaring.lives import Life, TakenOn
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.errors import (
    EngineError,
    InitialisationFailed,
    Reported,
    debugging,
    explain,
    sentence,
    texts_in,
)
from verge_pulumi.engine.lifecycle.frame import LIVES, PROVIDERS
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.loader import load
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine, VirtualMachineProvider


@pytest.mark.parametrize("kind", verge_pulumi.resources.__all__)
def test_the_constant_in_the_state_loads_the_provider(kind: str) -> None:
    resource = getattr(verge_pulumi.resources, kind)
    of_life: Any = LIVES.get(type(resource.declaration.life), RowProvider)
    provider = getattr(sys.modules[resource.__module__], f"{kind}Provider", of_life)
    loaded = pickle.loads(base64.b64decode(resource.declaration.provider))  # noqa: S301  our own constant
    assert isinstance(loaded, provider)
    assert loaded.resource is resource
    assert loaded.declaration is resource.declaration
    assert loaded.serialize_as_secret_always is False


def test_a_resource_that_is_declared_elsewhere_is_found_by_its_module(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gadget(Resource, table="gadgets"):
        """A thing that exists in tests only."""

        name: Attr[str] = arg()

    module: Any = ModuleType("elsewhere")
    module.Gadget = Gadget
    monkeypatch.setitem(sys.modules, "elsewhere", module)
    provider: Any = load("elsewhere:Gadget")
    assert isinstance(provider, RowProvider)
    assert type(provider).__name__ == "GadgetProvider"
    assert provider.resource is Gadget


def test_a_resource_that_extends_another_lives_like_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Web(VirtualMachine, table="vms", unique=("name",)):
        """A VM with a tier of its own."""

    module: Any = ModuleType("elsewhere")
    module.Web = Web
    monkeypatch.setitem(sys.modules, "elsewhere", module)
    provider: Any = load("elsewhere:Web")
    assert isinstance(provider, VirtualMachineProvider)
    assert provider.resource is Web
    original: Any = load("VirtualMachine")
    assert original.resource is VirtualMachine


@pytest.mark.parametrize("kind", ["Spaceship", "verge_pulumi.resources:Spaceship"])
def test_a_resource_of_a_later_version_is_an_error_that_says_so(kind: str) -> None:
    with pytest.raises(EngineError) as failure:
        load(kind)
    assert (
        str(failure.value) == f"this version of verge-pulumi has no resource '{kind}'. Install the version that made it"
    )


@pytest.mark.parametrize("kind", verge_pulumi.resources.__all__)
def test_what_a_network_takes_on_is_served_by_its_life(kind: str) -> None:
    life = getattr(verge_pulumi.resources, kind).declaration.life
    if isinstance(life, TakenOn) and not life.rows:
        assert isinstance(load(kind), LIVES[type(life)])


def test_a_provider_class_says_what_is_special() -> None:
    modules = {getattr(verge_pulumi.resources, kind).__module__ for kind in verge_pulumi.resources.__all__}
    empty = [
        provider.__name__
        for provider in PROVIDERS.values()
        if provider.__module__ in modules
        and not [name for name in vars(provider) if not name.startswith("__") and name != "resource"]
    ]
    assert empty == [], "they only have a docstring: leave them out, and name the life at the resource"


@dataclass(frozen=True)
class Eternal(Life):
    """A life that nobody knows."""


class Monument(Resource, table="vms", life=Eternal()):
    """What lives so."""


def test_a_life_that_nothing_serves_is_an_error_that_says_so() -> None:
    with pytest.raises(EngineError, match=r"^no provider serves the life Eternal of Monument\."):
        load(f"{__name__}:Monument")


def test_the_dynamic_host_shows_a_failure_as_vergeos() -> None:
    assert f"{Reported.__module__}.{Reported.__qualname__}" == "builtins.vergeos"
    assert Reported.__name__ == "vergeos"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (EngineError("it is late"), "it is late"),
        (InitialisationFailed("1", {}, "it is late"), "it is late"),
        (Refused("not in this state", status=422), "not in this state (422)."),
        (KeyError("x"), "unexpected KeyError: 'x'. Set VERGEOS_DEBUG=1 for details and please report it"),
    ],
)
def test_a_failure_is_told_by_its_cause(error: Exception, text: str) -> None:
    assert explain(error) == text


@pytest.mark.parametrize(
    ("text", "ended"),
    [("it is late", "it is late."), (" why? ", "why?"), ("done.", "done."), ("no!", "no!")],
)
def test_a_sentence_ends(text: str, ended: str) -> None:
    assert sentence(text) == ended


def test_the_texts_of_a_value_are_found_at_any_depth() -> None:
    assert list(texts_in({"a": "one", "b": ["two", {"c": "three"}, 4.0, None], "d": True})) == ["one", "two", "three"]


@pytest.mark.parametrize(("value", "on"), [("1", True), ("yes", True), ("", False), ("0", False), ("false", False)])
def test_debugging_is_asked_for(monkeypatch: pytest.MonkeyPatch, value: str, on: bool) -> None:
    monkeypatch.setenv("VERGEOS_DEBUG", value)
    assert debugging() is on


def test_nobody_debugs_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERGEOS_DEBUG", raising=False)
    assert debugging() is False
