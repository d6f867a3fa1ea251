"""Regular expressions and globs: as Python's own, and never slow."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verge_pulumi.simulator.patterns import Pattern, matches_glob

_ATOMS = st.sampled_from(
    ["a", "b", "1", "_", " ", "\\n", ".", r"\d", r"\W", r"\s", "[ab]", "[^a1]", "[a-c_]", r"[\d-]"]
)
_ENDS = st.sampled_from(["^", "$", r"\b", r"\B", r"\A", r"\Z", ""])
_REPEATS = st.sampled_from(["*", "+", "?", "*?", "+?", "{2}", "{0,2}", "{1,}", "{2,3}?"])
_EXPRESSIONS = st.recursive(
    st.one_of(_ATOMS, _ENDS),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})"),
        st.tuples(inner, _REPEATS).map(lambda two: f"(?:{two[0]}){two[1]}"),
    ),
    max_leaves=6,
)


@given(expression=_EXPRESSIONS, text=st.text("ab1_ \n", min_size=1, max_size=8))
def test_a_search_finds_what_python_finds(expression: str, text: str) -> None:
    assert Pattern(expression).search(text) is (re.search(expression, text) is not None)


@pytest.mark.timeout(60)  # where it tries all ways to match it takes hours
@pytest.mark.parametrize(
    "expression",
    [
        r"(a+)+$",
        r"^(a|a)*$",
        r"(a|aa)+$",
        r"(.*a){12}$",
        r".*.*.*.*.*.*b$",
        r"(a?){20}a{20}$",
        r"^((a*)*)*$",
        r"(\w+\s?)+$",
    ],
)
def test_no_expression_is_slow(expression: str) -> None:
    assert Pattern(expression).search("a" * 40 + "!") is False


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (r"(a)\1", "references to groups"),
        (r"(?=a)", "lookarounds"),
        (r"(?<!a)b", "lookarounds"),
        (r"(?i)a", "options"),
        (r"(?i:a)", "options"),
        (r"(?>a+)", "not supported"),
        (r"a++", "not supported"),
        (r"(a{200}){200}", "too large"),
        (r"a{1001}", "too large"),
        ("(" * 5000, "nested too deeply|recursion"),
        ("(", "missing"),
        ("*", "nothing to repeat"),
        ("[b-a]", "bad character range"),
        ("a{99999999999999999999}", "too large"),
    ],
)
def test_what_is_refused(expression: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Pattern(expression)


def test_a_large_expression_needs_a_short_text() -> None:
    with pytest.raises(ValueError, match="too long"):
        Pattern("(.*a){99}").search("a" * 100_000)


@given(wanted=st.text("ab*?", max_size=8), text=st.text("ab\n", max_size=8))
def test_a_glob_matches_what_the_shell_matches(wanted: str, text: str) -> None:
    assert matches_glob(wanted, text) is fnmatch.fnmatchcase(text, wanted)


@pytest.mark.timeout(60)
def test_no_glob_is_slow() -> None:
    assert not matches_glob("*a" * 50 + "b", "a" * 5000)
