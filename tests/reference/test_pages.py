"""The pages of the reference: they are current, and whatever is public has a place and an example there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import verge_pulumi
from tests.declarations.test_links import ROOT
from tools.reference.command_line import commands
from tools.reference.examples import FULL, PROGRAMS, shown_by
from tools.reference.index import reference
from tools.reference.nouns import REFERENCE
from tools.reference.nouns import attribute_texts as texts_of
from verge_pulumi import Server

GENERATED = reference()
WRITTEN = REFERENCE / "configuration.md"
"""The page that no code tells."""

PLACES = [path.relative_to(REFERENCE).as_posix() for path in GENERATED]
ALL = "\n".join([*GENERATED.values(), WRITTEN.read_text()])
SETTING = re.compile(r"VERGEOS_[A-Z_]+")
SOURCES = [path for path in (ROOT / "verge_pulumi").rglob("*.py") if "simulator" not in path.parts]


@pytest.mark.parametrize("place", PLACES)
def test_a_page_is_current(place: str) -> None:
    assert (REFERENCE / place).read_text() == GENERATED[REFERENCE / place], "Run `make docs`."


def test_there_is_no_page_of_what_is_not_there() -> None:
    assert set(REFERENCE.rglob("*.md")) == {*GENERATED, WRITTEN}


@pytest.mark.parametrize("place", [place for place in PLACES if Path(place).name not in ("README.md", "cli.md")])
def test_a_page_has_an_example(place: str) -> None:
    assert "\n## Example\n" in GENERATED[REFERENCE / place]


def test_an_example_is_on_a_page() -> None:
    shown = [program for program in PROGRAMS if program.read_text().partition(chr(10) * 2)[2].strip() in ALL]
    assert shown == PROGRAMS


def test_what_shows_more_is_beside_what_shows_little() -> None:
    assert {shown_by(program) for program in PROGRAMS} == {
        shown_by(program) for program in PROGRAMS if not program.stem.endswith(FULL)
    }


@pytest.mark.parametrize("name", verge_pulumi.__all__)
def test_a_public_name_has_a_place(name: str) -> None:
    base = name.removesuffix("_output")
    headings = re.findall(r"^#+ (.*)$", ALL, re.MULTILINE)
    told = any(base == re.sub(r"^Arguments of |`", "", heading) for heading in headings)
    assert told or f"`{name}`" in GENERATED[REFERENCE / "Server.md"]


@pytest.mark.parametrize("name", commands())
def test_a_command_has_a_place(name: str) -> None:
    assert f"\n## `{name}`\n" in GENERATED[REFERENCE / "cli.md"]


def test_a_setting_has_a_place() -> None:
    read = {name for path in SOURCES for name in SETTING.findall(path.read_text())}
    assert read == set(SETTING.findall(WRITTEN.read_text()))
    kept = set(re.findall(r'"(\w+)", "VERGEOS_', (ROOT / "verge_pulumi/engine/connecting/settings.py").read_text()))
    assert kept
    assert not [name for name in kept if f"`vergeos:{name}`" not in WRITTEN.read_text()]


def test_each_part_of_a_server_has_a_text() -> None:
    assert not [name for name in Server.parts if not texts_of(Server)[name].endswith(".")]
