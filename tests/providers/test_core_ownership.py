"""What becomes of names that a mark cannot hold, and of descriptions that are empty."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from verge_pulumi.engine.lifecycle.ownership import Mark, marks_of, without_mark


@pytest.mark.parametrize("text", [None, ""])
def test_no_description_is_an_empty_one(text: str | None) -> None:
    assert without_mark(text) == ""
    assert Mark.of(text) is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Front end", "Front end"),
        ("[pulumi shop/dev web 12]", ""),
        ("Front end\n[pulumi shop/dev web 12]\n", "Front end"),
        ("[pulumi a/b c 1]\n[pulumi shop/dev web 12]", "[pulumi a/b c 1]"),
    ],
)
def test_a_description_without_its_mark_is_what_people_wrote(text: str, left: str) -> None:
    assert without_mark(text) == left


def test_each_name_has_a_text_of_its_own_that_a_mark_can_hold() -> None:
    mark = Mark.new("my shop/dev", "wéb [1]", "12")
    assert (mark.owner, mark.name) == ("my%20shop/dev", "w%C3%A9b%20%5B1%5D")
    assert marks_of("my shop/dev") == "[pulumi my%20shop/dev "


@pytest.mark.parametrize(
    ("name", "text"), [("n" * 200, "n" * 180), ("é" * 60, "%C3%A9" * 30), ("aé" * 60, "a%C3%A9" * 25)]
)
def test_long_names_are_cut_to_180_characters_and_never_in_an_escape(name: str, text: str) -> None:
    mark = Mark.new("o" * 200, name, "12")
    assert mark.owner == "o" * 180
    assert mark.name.startswith(text)
    assert len(mark.name) <= 180
    assert unquote(mark.name, errors="strict")


@pytest.mark.parametrize("half", ["\ud800", "web\udfff"])
def test_half_a_character_is_no_reason_to_fail(half: str) -> None:
    assert Mark.of(str(Mark.new("shop/dev", half, "12"))) == Mark.new("shop/dev", half, "12")
