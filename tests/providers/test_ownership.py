"""The mark at the end of a description."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verge_pulumi.engine.lifecycle.ownership import (
    DESCRIPTION_LENGTH,
    Mark,
    kin_of,
    marks_of,
    new_token,
    token_in,
    without_mark,
)

URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/vergeos:Nic::web"


def test_a_mark_is_one_readable_line_at_the_end() -> None:
    mark = Mark("shop/dev", "web-1", "1c0ffee5")
    assert str(mark) == "[pulumi shop/dev web-1 1c0ffee5]"
    assert mark.append_to("Front end") == "Front end\n[pulumi shop/dev web-1 1c0ffee5]"
    assert mark.append_to("") == mark.append_to(None) == "[pulumi shop/dev web-1 1c0ffee5]"


@pytest.mark.fault(89)
def test_each_attempt_has_a_token_of_its_own_and_those_of_one_resource_are_kin() -> None:
    tokens = {new_token(URN, f"{number}".encode()) for number in range(50)}
    assert len(tokens) == 50
    assert {token.partition("-")[0] for token in tokens} == {kin_of(URN)}
    assert all(re.fullmatch("[0-9a-f]{8}-[0-9a-f]{12}", token) for token in tokens)


def test_a_saved_plan_and_its_update_have_one_token() -> None:
    assert new_token(URN, b"seed") == new_token(URN, b"seed")


@pytest.mark.parametrize(
    ("urn", "same"),
    [
        ("urn:pulumi:prod::shop::pulumi-python:dynamic/vergeos:Nic::web", True),
        ("urn:pulumi:dev::store::pulumi-python:dynamic/vergeos:Nic::web", True),
        ("urn:pulumi:dev::shop::pulumi-python:dynamic/vergeos:Drive::web", False),
        ("urn:pulumi:dev::shop::pulumi-python:dynamic/vergeos:Nic::wéb", False),
        ("urn:pulumi:dev::shop::vergeos:index:Server$pulumi-python:dynamic/vergeos:Nic::web", False),
    ],
)
def test_kin_is_of_type_and_name_and_not_of_stack_or_project(urn: str, same: bool) -> None:
    assert (kin_of(urn) == kin_of(URN)) is same


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, None),
        ("", None),
        ("Front end", None),
        ("[pulumi shop/dev web 12]", Mark("shop/dev", "web", "12")),
        ("Front end\n[pulumi shop/dev web 12]\n ", Mark("shop/dev", "web", "12")),
        ("[pulumi a/b c 1]\n[pulumi shop/dev web 12]", Mark("shop/dev", "web", "12")),
        ("[pulumi shop/dev web 12] and more", None),
        ("[pulumi shop/dev web]", None),
    ],
)
def test_a_mark_is_found_at_the_end_only(text: str | None, found: Mark | None) -> None:
    assert Mark.of(text) == found


def test_what_filters_look_for_is_in_every_mark_of_the_stack_and_no_other() -> None:
    assert marks_of("shop/dev") in str(Mark.new("shop/dev", "web", "12"))
    assert marks_of("shop/dev") not in str(Mark.new("shop/dev2", "web", "12"))
    assert marks_of("my shop/dev") in str(Mark.new("my shop/dev", "web", "12"))


def test_the_text_of_a_mark_follows_a_rename_and_the_token_does_not() -> None:
    mark = Mark.new("shop/dev", "web", "12ab").renamed("shop/prod", "front")
    assert str(mark) == "[pulumi shop/prod front 12ab]"


@pytest.mark.parametrize(
    ("outputs", "token"),
    [
        ({}, ""),
        ({"__token": "12-ab"}, "12-ab"),
        ({"__token": "12-ab", "__mark": "[pulumi shop/dev web 1c0ffee5]"}, "1c0ffee5"),
        ({"__mark": None}, ""),
    ],
)
def test_the_state_knows_an_object_by_the_mark_that_it_recorded(outputs: dict[str, Any], token: str) -> None:
    assert token_in(outputs) == token


TEXTS = st.text(max_size=40)
NAMES = st.text(min_size=1, max_size=300)


@given(TEXTS, NAMES, NAMES)
def test_a_mark_is_found_again_whatever_the_names_and_the_text(text: str, owner: str, name: str) -> None:
    mark = Mark.new(owner, name, new_token(URN, name.encode(errors="replace")))
    marked = mark.append_to(text)
    assert Mark.of(marked) == mark
    assert without_mark(marked) == text
    assert len(marked) - len(text) <= 2048 - DESCRIPTION_LENGTH
