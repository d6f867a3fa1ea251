"""The mark at the end of a description."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verge_pulumi.engine.ownership import DESCRIPTION_LENGTH, Mark, marked_by, without_mark


def test_a_mark_is_one_readable_line_at_the_end() -> None:
    mark = Mark("shop/dev", "web-1", "1c0ffee5")
    assert str(mark) == "[pulumi shop/dev web-1 1c0ffee5]"
    assert mark.append_to("Front end") == "Front end\n[pulumi shop/dev web-1 1c0ffee5]"
    assert mark.append_to("") == mark.append_to(None) == "[pulumi shop/dev web-1 1c0ffee5]"


def test_each_mark_has_a_nonce_of_its_own() -> None:
    marks = [Mark.new("shop/dev", "web") for _ in range(50)]
    assert len({mark.nonce for mark in marks}) == 50
    assert {len(mark.nonce) for mark in marks} == {8}
    assert all(mark.belongs_to("shop/dev", "web") for mark in marks)


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


@pytest.mark.parametrize(
    ("owner", "name", "ours"),
    [
        ("shop/dev", "web", True),
        ("shop/dev", "web-2", False),
        ("shop/prod", "web", False),
        ("shop", "web", False),
    ],
)
def test_a_mark_belongs_to_one_resource_of_one_stack(owner: str, name: str, ours: bool) -> None:
    assert Mark.new("shop/dev", "web").belongs_to(owner, name) is ours


def test_what_filters_look_for_is_in_every_mark_of_the_stack_and_no_other() -> None:
    assert marked_by("shop/dev") in str(Mark.new("shop/dev", "web"))
    assert marked_by("shop/dev") not in str(Mark.new("shop/dev2", "web"))
    assert marked_by("my shop/dev") in str(Mark.new("my shop/dev", "web"))


TEXTS = st.text(max_size=40)
NAMES = st.text(min_size=1, max_size=300)


@given(TEXTS, NAMES, NAMES)
def test_a_mark_is_found_again_whatever_the_names_and_the_text(text: str, owner: str, name: str) -> None:
    mark = Mark.new(owner, name)
    marked = mark.append_to(text)
    assert Mark.of(marked) == mark
    assert mark.belongs_to(owner, name)
    assert without_mark(marked) == text
    assert len(marked) - len(text) <= 2048 - DESCRIPTION_LENGTH
