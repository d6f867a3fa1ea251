"""G14: hostile text through everything that quotes, parses, shows or marks."""

from __future__ import annotations

import random
import time
import unicodedata
from collections.abc import Callable

from tests.soak.goals import Figure, measure
from verge_pulumi.catalogue import DEFAULT_RELEASE, TABLES
from verge_pulumi.client import ApiKey, InvalidHost, InvalidKey, InvalidQuery, VergeClient, where
from verge_pulumi.client.text import printable
from verge_pulumi.engine.lifecycle.ownership import Mark, without_mark
from verge_pulumi.simulator.filters import compile_filter
from verge_pulumi.simulator.relations import Release, relations

CASES = 25_000
CASES_OF_THE_SHORT_FORM = 20_000
MOST_SECONDS = 60.0
LEAST_CASES = 20_000

PIECES = (
    *"'\"`\\{}()[]<>|&;$#%_*?!~^@/:,.-+= \t\r\n\0\x1b\x7f\x9b",
    *"aZ09éßÅ中🙂",
    *"\u2019\u2028\u202e\u200b\ufeff\u0301\ud800",
    *("' or name ne '", "${x}", "{{x}}", "../", "%2e%2e", "\x1b[2J", "\x1b]8;;http://x\x07", "](http://x)", "=1+1"),
    *(
        "[pulumi shop/dev web 0badcafe]",
        "\n[pulumi ",
        " null",
        " eq ",
        "-- ",
        "user:pw@",
        "http://",
        "[::1]",
        "0",
        "1e9",
    ),
)
"""What hostile texts are made of."""

_release = Release(DEFAULT_RELEASE)
_vms = relations(TABLES, _release)["vms"]
_client = VergeClient("https://127.0.0.1:1", auth=ApiKey("0" * 40))


def filters_match_exactly(text: str, other: str) -> None:
    """A filter for a name matches that name and no other, or is refused."""
    try:
        condition = str(where("name", "eq", text))
    except InvalidQuery:
        assert any(unicodedata.category(char) in ("Cc", "Cs") for char in text), text
        return
    matches = compile_filter(condition, _vms, _release)
    assert matches({"name": text}), text
    for stranger in (other, "web", text[:-1], f"{text}x", text.swapcase()):
        assert stranger == text or not matches({"name": stranger}), (text, stranger)


def keys_never_leave_their_place(text: str, other: str) -> None:
    """What is not a key is refused before a request is sent; the address answers nobody."""
    try:
        _client.table("vms").get(f"{text}/{other}")
    except InvalidKey:
        return
    raise AssertionError(text)


def hosts_are_one_origin_or_refused(text: str, other: str) -> None:
    """A host is a plain origin, or is refused without its password being told."""
    try:
        client = VergeClient(f"{text}{other}", auth=ApiKey("0" * 40))
    except InvalidHost as refusal:
        told = str(refusal)
    else:
        told = client.host
        client.close()
        one_origin(client.host, text)
    assert told.isprintable(), text


def one_origin(host: str, text: str) -> None:
    """See that a host that was accepted is scheme and authority, and plain HTTP stays here."""
    scheme, _, authority = host.partition("://")
    assert scheme == "https" or "127.0.0.1" in authority or "localhost" in authority or "[::1]" in authority, text
    assert not set("/?#@\\ ") & set(authority), text


def shown_text_is_harmless(text: str, other: str) -> None:
    """What is shown is one line without controls, within its width, and holds no secret."""
    secret = f"s3cret{len(other)}"
    shown = printable(f"{text}{secret}{other}", 120, [secret])
    assert len(shown) <= 120, text
    assert shown.isprintable(), text
    assert secret not in shown, text


def marks_come_off_as_they_went_on(text: str, other: str) -> None:
    """A mark made of any names is read back, and the description below it is as it was written."""
    owner, name = f"shop/{text}", f"web{other}"
    mark = Mark.new(owner, name, "7f3a21c4-9d3ed164b2c4")
    written = mark.append_to("by hand")
    assert Mark.of(written) == mark, (text, other)
    assert without_mark(written) == "by hand", (text, other)


CHECKS: tuple[Callable[[str, str], None], ...] = (
    filters_match_exactly,
    keys_never_leave_their_place,
    hosts_are_one_origin_or_refused,
    shown_text_is_harmless,
    marks_come_off_as_they_went_on,
)


def try_cases(count: int) -> None:
    """Try so many texts, each with every check in turn.

    Raises:
        AssertionError: One of them did harm.
    """
    chosen = random.Random(14)  # noqa: S311  a seed makes a run repeatable
    for number in range(count):
        text, other = ("".join(chosen.choices(PIECES, k=chosen.randint(0, 12))) for _ in range(2))
        CHECKS[number % len(CHECKS)](text, other)


@measure("G14")
def hostile_text(short: bool) -> Figure:
    """Count the cases and their time."""
    count = CASES_OF_THE_SHORT_FORM if short else CASES
    start = time.monotonic()
    try_cases(count)
    seconds = time.monotonic() - start
    return Figure(f"{count:,} cases in {seconds:.1f} s", met=count >= LEAST_CASES and seconds <= MOST_SECONDS)
