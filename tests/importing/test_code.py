"""Literals come back equal, and the layout is that of the common formatters."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.faulty import cases
from tests.importing.bench import SiteBench
from tests.importing.hostile import NAMES, fill
from verge_pulumi.importing.code import Call, Listing, Table, literal, quoted, rendered

TEXTS = st.text(st.characters(), max_size=80) | st.sampled_from(NAMES)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5), max_leaves=20
)


@pytest.mark.promise(10)
@given(st.text(st.characters(exclude_categories=())))
@cases(10_000, part=100)
def test_every_text_comes_back_equal_even_half_a_character(text: str) -> None:
    code = quoted(text)
    assert ast.literal_eval(code) == text
    assert code.isprintable(), "nothing in it turns a line around or is not seen"


@pytest.mark.promise(10)
@given(VALUES)
def test_every_value_of_json_comes_back_equal(value: Any) -> None:
    assert ast.literal_eval(rendered(literal(value))) == value
    named = ast.parse(rendered(literal(value), before="value = "))
    assert isinstance(named.body[0], ast.Assign)
    assert ast.literal_eval(named.body[0].value) == value


def test_a_call_is_on_one_line_if_that_is_short_enough() -> None:
    short = Call("Network", quoted("lan"), {"name": quoted("lan"), "tags": Listing(["prod", "web"])})
    assert rendered(short, before="lan = ") == 'lan = Network("lan", name="lan", tags=[prod, web])'
    long = Call("Network", quoted("lan"), {"name": quoted("x" * 60), "hosts": Table({"a": quoted("b")})})
    assert rendered(long) == f'Network(\n    "lan",\n    name="{"x" * 60}",\n    hosts={{"a": "b"}},\n)'


def test_a_comment_stands_behind_its_argument_and_breaks_the_line() -> None:
    code = Call("Nic", None, {"network": quoted("3")}, {"network": "Network 'lan'"})
    assert rendered(code) == "Nic(\n    network=\"3\",  # Network 'lan'\n)"


@pytest.mark.parametrize("text", ["it's", 'say "hi"', "both \" and '", "plain"])
def test_quotes_are_those_that_need_fewer_escapes(text: str) -> None:
    assert quoted(text).count("\\") == min(text.count('"'), text.count("'"))


def test_the_program_of_a_hostile_site_is_as_a_formatter_leaves_it(site: SiteBench) -> None:
    fill(site.simulator, 30, 30)
    files = site.program(site.plan())
    ran = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length=88", "--diff", str(site.folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
    ran = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select=E4,E7,E9,F,I", str(site.folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
    assert {Path(name).suffix for name in files} == {".py"}
