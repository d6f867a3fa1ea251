"""What becomes of names that a mark cannot hold, and of descriptions that are empty."""

from __future__ import annotations

import pytest

from verge_pulumi.engine.ownership import Mark, marked_by, without_mark


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


def test_each_character_that_a_mark_cannot_hold_becomes_one_underscore() -> None:
    mark = Mark.new("my shop/dev", "wéb [1]")
    assert (mark.owner, mark.name) == ("my_shop/dev", "w_b__1_")
    assert marked_by("my shop/dev") == "[pulumi my_shop/dev "
    assert mark.belongs_to("my shop/dev", "wéb [1]")


def test_long_names_are_cut_to_180_characters() -> None:
    mark = Mark.new("o" * 200, "n" * 200)
    assert (mark.owner, mark.name) == ("o" * 180, "n" * 180)
    assert mark.belongs_to("o" * 200, "n" * 200)
