"""Fields, filters and sorts: what is written, what is refused, and that no text can leave its quotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verge_pulumi.client import Filter, Function, InvalidQuery, Operator, any_of, call, follow, select, where
from verge_pulumi.client.query import fields_text, query_string, sort_text

A, B, C, D = (where(name, "eq", 1) for name in "abcd")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (-3, "-3"),
        (2.5, "2.5"),
        (True, "true"),
        (False, "false"),
        (None, "null"),
        ("", "''"),
        ("web", "'web'"),
        ("12", "'12'"),
        ("it's", r"'it\'s'"),
        ("back\\slash", r"'back\\slash'"),
        ("br{x}ace", r"'br\{x}ace'"),
        ("x' or name ne '", r"'x\' or name ne \''"),
        ("\\'", r"'\\\''"),
        ("%_* \u2019 \U0001f600", "'%_* \u2019 \U0001f600'"),
    ],
)
def test_values_are_written_as_literals(value: Any, text: str) -> None:
    assert str(where("name", "eq", value)) == f"name eq {text}"


@pytest.mark.parametrize(
    "value", ["a\x00b", "a\nb", "\x7f", "\x85", "\ud800", float("nan"), float("inf"), [1], object()]
)
def test_values_that_cannot_be_written_are_refused(value: Any) -> None:
    with pytest.raises(InvalidQuery, match="cannot be written"):
        where("name", "eq", value)


@pytest.mark.parametrize("operator", get_args(Operator))
def test_every_operator(operator: Operator) -> None:
    assert str(where("name", operator, "x")) == f"name {operator} 'x'"


@pytest.mark.parametrize("operator", ["like", "in", "sw", "", "eq 1 or", "EQ"])
def test_other_operators_are_refused(operator: Any) -> None:
    with pytest.raises(InvalidQuery, match="not a filter operator"):
        where("name", operator, "x")


@pytest.mark.parametrize("operator", ["bw", "ew", "cs", "ct", "rx", "et", "pm", "pt"])
def test_operators_on_text_take_text_only(operator: Operator) -> None:
    with pytest.raises(InvalidQuery, match="compares text only"):
        where("name", operator, 5)


@pytest.mark.parametrize("column", ["", "a b", "a'", "machine#status", "1a", "name\n", "a-b", "$"])
def test_what_is_no_column_is_refused(column: str) -> None:
    with pytest.raises(InvalidQuery, match="not a column"):
        where(column, "eq", 1)


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (A, "a eq 1"),
        (A & B & C, "a eq 1 and b eq 1 and c eq 1"),
        (A & (B & C), "a eq 1 and b eq 1 and c eq 1"),
        (A | B, "(a eq 1 or b eq 1)"),
        (A | B | C, "(a eq 1 or b eq 1 or c eq 1)"),
        ((A | B) & C, "(a eq 1 or b eq 1) and c eq 1"),
        (A & (B | C), "a eq 1 and (b eq 1 or c eq 1)"),
        (A & B | C, "((a eq 1 and b eq 1) or c eq 1)"),
        (A | B & C, "(a eq 1 or (b eq 1 and c eq 1))"),
        ((A | B) & (C | D), "(a eq 1 or b eq 1) and (c eq 1 or d eq 1)"),
        (any_of("$key", [1, 2, 3]), "($key eq 1 or $key eq 2 or $key eq 3)"),
        (any_of("$key", [1]), "$key eq 1"),
        (any_of("$key", [1]) & A, "$key eq 1 and a eq 1"),
        (any_of("owner", ["vms/1", "vms/2"]) & A, "(owner eq 'vms/1' or owner eq 'vms/2') and a eq 1"),
    ],
)
def test_filters_join_without_relying_on_precedence(made: Filter, text: str) -> None:
    assert str(made) == text


def test_one_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidQuery, match="one of no values"):
        any_of("$key", [])


def test_and_and_or_are_not_for_filters() -> None:
    with pytest.raises(TypeError, match='Join filters with "&"'):
        bool(A)


def literal_read_by_vergeos(text: str) -> tuple[str, str]:
    """Read a quoted literal as VergeOS does (docs/vergeos/README.md §5.2); return its value and the rest."""
    assert text[0] == "'"
    value, rest = "", text[1:]
    while rest[0] != "'":
        assert rest[0] != "{", "an unescaped brace"
        if rest[0] == "\\":
            assert rest[1] in "\\'{", "a backslash that would vanish"
            rest = rest[1:]
        value, rest = value + rest[0], rest[1:]
    return value, rest[1:]


@pytest.mark.fault(78)
@given(st.text(st.characters(exclude_categories=("Cc", "Cs"))) | st.text("'\\{} abx"))
def test_no_text_leaves_its_quotes(text: str) -> None:
    written = str(where("name", "eq", text))
    assert literal_read_by_vergeos(written.removeprefix("name eq ")) == (text, "")
    assert parse_qs(query_string(filter=written), strict_parsing=True) == {"filter": [written]}


@pytest.mark.fault(78)
@given(st.text())
def test_a_filter_is_written_or_refused(text: str) -> None:
    try:
        written = str(where("name", "eq", text))
    except InvalidQuery as error:
        written = str(error)
    assert "\n" not in written
    assert "\x00" not in written


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (follow("machine", "status"), "machine#status"),
        (follow("machine", "status", "running", alias="running"), "machine#status#running as running"),
        (follow("vnet", "$display", alias="net"), "vnet#$display as net"),
        (follow("status", call("display", "status"), alias="shown"), "status#display(status) as shown"),
        (call("count", "members", "member_count"), "count(members) as member_count"),
        (call("hex", "$key"), "hex($key)"),
        (select("drives", ["most"]), "drives[most]"),
        (select("rows", "all", alias="x"), "rows[all] as x"),
        (
            select("machine", ["most", select("drives", ["most"]), select("nics", ["name", "macaddress"])]),
            "machine[most,drives[most],nics[name,macaddress]]",
        ),
        (fields_text("most"), "most"),
        (fields_text(["$key", "name", call("max", "ram")]), "$key,name,max(ram)"),
    ],
)
def test_fields(made: str, text: str) -> None:
    assert made == text


@pytest.mark.parametrize("function", get_args(Function))
def test_every_function(function: Function) -> None:
    assert call(function, "x") == f"{function}(x)"
    assert follow("a", call(function, "x")) == f"a#{function}(x)"


@pytest.mark.parametrize(
    "make",
    [
        lambda: follow("machine"),
        lambda: follow("ma chine", "status"),
        lambda: follow("$key", "status"),
        lambda: follow("machine", "sta,tus"),
        lambda: follow("machine", "evil(status)"),
        lambda: follow("machine", "status", alias="a b"),
        lambda: follow("machine", "status", alias=""),
        lambda: call("evil", "x"),  # type: ignore[arg-type]  # what is tested
        lambda: call("count", "a,b"),
        lambda: select("a#b", ["most"]),
        lambda: select("drives", []),
    ],
)
def test_fields_that_cannot_be_are_refused(make: Any) -> None:
    with pytest.raises(InvalidQuery):
        make()


@pytest.mark.parametrize("fields", ["", ",", " ", "name,", "name,,ram", [], ["name", ""], ["a\nb"], "a\x00"])
def test_a_name_is_missing(fields: str | Sequence[str]) -> None:
    with pytest.raises(InvalidQuery, match="is not a list of fields"):
        fields_text(fields)


def test_sort() -> None:
    assert sort_text("name") == "name"
    assert sort_text(["+name", "-created", "$key"]) == "+name,-created,$key"


@pytest.mark.parametrize("sort", ["", "name desc", "++name", ["name", "a,b"], "a#b"])
def test_what_cannot_be_sorted_by_is_refused(sort: str | Sequence[str]) -> None:
    with pytest.raises(InvalidQuery, match="a column to sort by"):
        sort_text(sort)


def test_the_query_of_a_url_leaves_nothing_to_guess() -> None:
    assert query_string(fields="$key,a#b", sort="+name", filter="a eq 'x y&z=1'", limit=0, none=None, empty="") == (
        "fields=$key,a%23b&sort=%2Bname&filter=a%20eq%20%27x%20y%26z%3D1%27&limit=0"
    )
