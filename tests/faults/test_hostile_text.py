"""F78 to F80 and F84: text that means more than it says, thousands of times."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.conftest import Connect
from tests.client.servers import HttpServer
from tests.faults.faulty import cases, error_of, names, refusal_of
from tests.providers.bench import Bench, hosted
from verge_pulumi.catalogue import TABLES
from verge_pulumi.client import InvalidKey, InvalidQuery, Operator, VergeClient, any_of, printable, where
from verge_pulumi.client.table import _checked_key
from verge_pulumi.engine.declaring.model import differing, outputs, payload, validate
from verge_pulumi.resources import Network
from verge_pulumi.simulator.filters import compile_filter
from verge_pulumi.simulator.relations import Release, relations

VMS = relations(TABLES, Release("26.1.8"))["vms"]
ROW: dict[str, Any] = dict.fromkeys(VMS.columns)

SYNTAX = st.text(st.sampled_from(r"'\{}()%_*?[]^$.+| eqandor,&=#<>aAé’" + '"'), max_size=12)
HOSTILE = SYNTAX | st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12)

PLAIN: Mapping[Operator, Callable[[str, str], bool]] = {
    "eq": lambda held, asked: held == asked,
    "ne": lambda held, asked: held != asked,
    "gt": lambda held, asked: held > asked,
    "ge": lambda held, asked: held >= asked,
    "lt": lambda held, asked: held < asked,
    "le": lambda held, asked: held <= asked,
    "bw": lambda held, asked: held.startswith(asked),
    "ew": lambda held, asked: held.endswith(asked),
    "cs": lambda held, asked: asked in held,
    "ct": lambda held, asked: asked.lower() in held.lower(),
    "et": lambda held, asked: held.lower() == asked.lower(),
    "pm": lambda held, asked: glob(asked).fullmatch(held) is not None,
    "pt": lambda held, asked: glob(asked, re.IGNORECASE).fullmatch(held) is not None,
}
"""What each operator means, said without the simulator."""


def glob(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern of ``*`` and ``?`` as an expression."""
    parts = ({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    return re.compile("".join(parts), flags | re.DOTALL)


def matches(text: str, **columns: Any) -> bool:
    """Say whether VergeOS, as the simulator parses filters, finds the row."""
    return compile_filter(text, VMS, Release("26.1.8"))({**ROW, **columns})


@pytest.mark.fault(78)
@pytest.mark.parametrize("operator", PLAIN)
@cases(650)
@given(held=HOSTILE, asked=HOSTILE, cut=st.integers(0, 12))
def test_a_filter_finds_what_a_plain_comparison_finds(operator: Operator, held: str, asked: str, cut: int) -> None:
    for value in (asked, held, held[:cut], held[cut:]):
        assert matches(str(where("name", operator, value)), name=held) == PLAIN[operator](held, value)


@pytest.mark.fault(78)
@cases(1000)
@given(st.lists(HOSTILE, min_size=1, max_size=4), HOSTILE, HOSTILE)
def test_joined_filters_mean_what_they_say(asked: list[str], held: str, note: str) -> None:
    either = any_of("name", asked)
    both = either & where("note", "eq", note) | where("note", "ne", note) & where("name", "eq", held)
    assert matches(str(either), name=held) == (held in asked)
    assert matches(str(both), name=held, note=note) == (held in asked)
    assert matches(str(both), name=held, note=note + "x")


@pytest.mark.fault(78)
@cases(500)
@given(st.text(max_size=16))
def test_what_cannot_be_written_in_a_filter_is_refused(text: str) -> None:
    refused = any(unicodedata.category(char) in ("Cc", "Cs") for char in text)
    assert bool(refusal_of(lambda: where("name", "eq", text), InvalidQuery)) == refused
    assert refused or matches(str(where("name", "eq", text)), name=text)


@pytest.mark.fault(78)
@cases(500)
@given(st.text(max_size=20), st.text(max_size=8))
def test_no_column_or_operator_smuggles_a_filter(column: str, operator: str) -> None:
    unchecked: Any = operator
    if not refusal_of(lambda: where(column, unchecked, "x"), InvalidQuery):
        assert str(where(column, unchecked, "x")).split() == [column, operator, "'x'"]


@pytest.mark.fault(78)
@pytest.mark.parametrize("name", ["x' or name ne '", "%", "web*", "br{x}ace", "\\", "it's", "\u2019", ") or ("])
def test_a_hostile_name_finds_its_own_row_and_no_other(bench: Bench, name: str) -> None:
    for other in ("web1", "brace", "its", "other"):
        bench.simulator.add("vms", name=other)
    before = bench.simulator.rows("vms")
    made = bench.create("VirtualMachine", name=name)
    later = made.cut_off().bench.later()
    assert later.create("VirtualMachine", name=name).id == made.id
    later.connection.client.close()
    assert bench.simulator.rows("vms")[: len(before)] == before
    assert names(bench.simulator).count(name) == 1


@pytest.mark.fault(79)
@cases(4000)
@given(
    st.text(max_size=44)
    | st.text("0123456789./?#%&abcdefABCDEF-", max_size=44)
    | st.text("0123456789abcdefABCDEF", min_size=39, max_size=41)
    | st.text("xyz_09./?#% ", max_size=70)
    | st.sampled_from(["../users/1", "1?x=", "1#", "%2e%2e", "1/../2", "1\n", "٣", "-1", "01", "1 ", "+1"])
)
def test_a_key_is_plain_or_refused(text: str) -> None:
    drawn = r"[0-9a-fA-F]{40}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    plain = rf"[0-9]{{1,20}}|{drawn}|[a-z][a-z0-9_]{{0,63}}"
    refused = refusal_of(lambda: _checked_key(text), InvalidKey)
    assert refused or re.fullmatch(plain, text)


@pytest.mark.fault(79)
@pytest.mark.parametrize("key", ["../users/1", "1?x=", "1#", "%2e%2e", "1/poweron", "", "X", "x.y", "a b"])
def test_a_bad_key_sends_nothing(server: HttpServer, connect: Connect, key: str) -> None:
    verge: VergeClient = connect(server.url)
    vms = verge.table("vms")
    calls: list[Callable[[], object]] = [
        lambda: vms.get(key),
        lambda: vms.update(key, {"a": 1}),
        lambda: vms.delete(key),
        lambda: vms.action(key, "poweron"),
        lambda: vms.action_in_path(key, "poweron"),
    ]
    for call in calls:
        with pytest.raises(InvalidKey):
            call()
    assert server.received == []


@pytest.mark.fault(79)
def test_a_provider_is_not_led_elsewhere_by_an_id(bench: Bench) -> None:
    text = error_of(lambda: bench.provider("VirtualMachine").read("../users/1", {}))
    assert '"../users/1" is not the key of a row' in text
    assert bench.asked() == []


TERMINAL = st.lists(
    st.sampled_from(
        ["\x1b[31m", "\x1b]0;t\x07", "\x9b2J", "\u202e", "\u2066", "\u200b", "\r", "\n", "\t", "\x00", "\ud800"]
    )
    | st.text(max_size=6),
    max_size=8,
).map("".join)


@pytest.mark.fault(80)
@cases(2500)
@given(TERMINAL, st.integers(1, 60), st.text(min_size=4, max_size=10))
def test_shown_text_steers_nothing_and_holds_no_secret(text: str, limit: int, secret: str) -> None:
    shown = printable(text + secret + text, limit, [secret])
    assert shown.isprintable()
    assert len(shown) <= limit
    if not set(secret) <= set("*…"):
        assert secret not in printable(printable(text + secret, 10_000, [secret]), 10_000, [secret])


@pytest.mark.fault(80)
def test_a_steering_name_is_shown_tamely_and_sent_exactly(bench: Bench) -> None:
    description = "\x1b[31mred\x1b[0m \u202eevil\u2066\n\ttwo lines" + "x" * 1000
    network = bench.create("Network", name="lan", description=description)
    assert network.row()["description"].startswith(description + "\n[pulumi ")
    assert network.outs["description"] == description
    text = error_of(lambda: bench.create("VirtualMachine", name="\x1b[31mred\u202e"))
    assert "VirtualMachine 'red'" in text


MEANT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.mark.fault(84)
@cases(2000)
@given(MEANT, MEANT)
def test_no_text_differs_from_itself_once_it_was_stored(name: str, note: str) -> None:
    inputs, problems = validate(Network.declaration, hosted({"name": name or "x", "note": note}))
    assert problems == []
    row = payload(Network.declaration, inputs)
    outs = outputs(Network.declaration, row, inputs)
    assert differing(Network.declaration, outs, inputs) == []
    # A refresh knows no spelling but VergeOS's.
    assert differing(Network.declaration, outputs(Network.declaration, row, {}), inputs) == []


@pytest.mark.fault(84)
@pytest.mark.parametrize(
    "name",
    ["cafe\u0301", "caf\u00e9", "\U0001f469\u200d\U0001f4bb", "\u05e9\u05dc\u05d5\u05dd", "a\u200db", "\u1e9b\u0323"],
)
def test_names_in_any_script_make_no_endless_difference(bench: Bench, name: str) -> None:
    made = bench.create("Network", name=name, note=unicodedata.normalize("NFD", name))
    assert made.row()["name"] == name
    assert made.diff().changes is False
    made.refresh()
    assert made.diff(name=name).changes is False


@pytest.mark.fault(84)
def test_two_spellings_of_one_letter_are_two_names(bench: Bench) -> None:
    first, second = (bench.create("Network", letter, name=letter) for letter in ("e\u0301", "\u00e9"))
    assert first.id != second.id
