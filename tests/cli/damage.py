"""Real documents with damage: what a command may be given that reads what others wrote."""

from __future__ import annotations

import copy
import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from tests.cli.states import SECRET, SIGNATURE
from verge_pulumi.review.values import UNKNOWN

Place = tuple[str | int, ...]

NUMBERS: list[Any] = [0, -1, 1e300, 1e308, -1e308, 10**30, 10**400, 2**63, float("nan"), float("inf"), float("-inf")]

WORDS = [
    "", "²", "1-70000", "-5GiB", "1e400", "9" * 400 + "GiB", "10.0.0.0/8", "::/0", "999.1.1.1/33", "../x", "vms/1",
    "/v4/vms/1", UNKNOWN, "[secret]", "urn:pulumi:a::b::c$d::e", "urn:pulumi:::::", "[pulumi shop/dev web-1 1c0ffee5]",
    "pulumi-python:dynamic/vergeos:__all__", "pulumi-python:dynamic/vergeos:os:path",
    "pulumi-python:dynamic/vergeos:.a:b", "name", "rules", "network", "network,rules",
]  # fmt: skip

HOSTILE = [
    "<img src=x onerror=alert(1)>", "](https://evil.example)", "@everyone", "#1", "GH-1", "``` \n# H", "`", "|a|b|",
    "\x1b[31mX\x1b]0;t\x07", "\x9b31m", "\u202e", "\u2066", "\u200b", "\u2028", "\0", "\ud800", "x\r\ny", "A" * 5000,
    "</details><script>alert(1)</script>", "<!-- -->", "&lt;", "~~x~~", "💥" * 50,
]  # fmt: skip

STRUCTURES: list[Any] = [
    None, True, [], {}, [[]], {"": ""}, [None], {"a": {"b": [1, {"c": None}]}}, ["a", "b"],
    {SIGNATURE: SECRET, "ciphertext": "zz"}, {SIGNATURE: SECRET, "plaintext": "zz"},
    {SIGNATURE: SECRET, "plaintext": 5}, {SIGNATURE: SECRET, "plaintext": "[[1]]"},
    {SIGNATURE: SECRET, "plaintext": "NaN"},
]  # fmt: skip

JUNK = [*NUMBERS, *WORDS, *HOSTILE, *STRUCTURES]

DEEP = [b"[" * 200, b"[" * 100_000, b'{"a":' * 3000, b"NaN", b"1" * 5000]


def places(value: Any, above: Place = ()) -> Iterator[Place]:
    """Yield the place of each value in a document, the whole excepted."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*above, key)
        yield from places(inner, (*above, key))


@st.composite
def damaged(draw: Callable[[Any], Any], documents: Mapping[str, Any]) -> bytes:
    """Return what a file holds that was one of these documents."""
    document = copy.deepcopy(documents[draw(st.sampled_from(sorted(documents)))])
    for _ in range(draw(st.integers(1, 4))):
        found = list(places(document))
        if not found:
            break
        place = found[draw(st.integers(0, 10**6)) % len(found)]
        holder = _at(document, place[:-1])
        match draw(st.sampled_from(["put", "put", "take away", "rename", "swap"])):
            case "put":
                holder[place[-1]] = copy.deepcopy(draw(st.sampled_from(JUNK)))
            case "take away":
                del holder[place[-1]]
            case "rename" if isinstance(holder, dict):
                holder[draw(st.sampled_from([*WORDS, *HOSTILE]))] = holder.pop(place[-1])
            case _:
                other = found[draw(st.integers(0, 10**6)) % len(found)]
                holder[place[-1]] = copy.deepcopy(_at(document, other))
    data = json.dumps(document).encode()
    if draw(st.integers(0, 4)):
        return data
    at = draw(st.integers(0, 10**6)) % len(data)
    inside: bytes | None = draw(st.one_of(st.none(), st.binary(max_size=8), st.sampled_from(DEEP)))
    return data[:at] if inside is None else data[:at] + inside + data[at:]


def _at(document: Any, place: Place) -> Any:
    for key in place:
        document = document[key]
    return document


def harmless(output: str) -> bool:
    """Say whether a terminal shows an output as it is."""
    return not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in output.replace("\n", ""))
