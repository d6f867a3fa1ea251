"""Secrets in a text, found in whatever spelling the text repeats them.

The text is decoded, not the secret encoded: a message is short and a secret may be 64 KiB of lines, so the cost is that
of the message. Each decoding is a view that knows where in the text its characters stand. Base64 and hexadecimal are
read at every alignment, because what is repeated may begin in the middle of something longer.

Of a secret of several lines, such as user data, names are shown that stand apart from credentials, or no message could
say which host it is about.
"""

from __future__ import annotations

import binascii
import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Generic, TypeVar
from urllib.parse import unquote_to_bytes

MASK = "***"

_SHORTEST = 4
"""A shorter secret also occurs by chance in ordinary words, and masking it would garble every message."""

_SHORTEST_PART = 8
"""The same for a part of a secret: a line, a value or a word."""

_MOST_VIEWS = 12
_DEPTH = 2
"""How many encodings round each other are undone, such as JSON in a URL."""

_MOST_TURNS = 8
"""How often a text is searched; one that holds a secret even then was made to, and nothing of it is shown."""

S = TypeVar("S", str, bytes)
Span = tuple[int, int]


# What is secret ------------------------------------------------------------------------------------------------------

_NAME = re.compile(r"(?:https?://|/)?(?!(?:\D*\d){5})[a-z]+\d{0,3}(?:[-._/](?:[a-z]+\d{0,3}|\d{1,3}))+/?")
"""What people call things: ``frontend-01``, ``/etc/app-2.conf``, ``https://mirror-3.example.com/app.tar``."""

_HARMLESS_LINE = re.compile(
    r"#\S*"  # "#cloud-config", "#!/bin/sh", "#include"
    r"|## *template: *\w+"
    r"|(?:- *)?[\w./ -]+:(?: +(?:[a-z]+|\d{1,5}|(?i:true|false|yes|no|on|off|null|none)|~))?"  # "expire: false"
    r"|- *[a-z0-9._+-]{1,20}"  # an entry of a list, such as a package
    r"|[A-Za-z]+(?: [a-z]+)?"
    r"|[\d\W_]+"
    r"|(?:</?[\w:.-]+ */?>)+"
)
"""Lines that say nothing by themselves."""

_HARMLESS_VALUE = re.compile(r"(?i:true|false|yes|no|on|off|null|none|default|[|>][+-]?|~)")

_HARMLESS_PAIR = re.compile(rf"(?:- *)?[\w.-]+: +{_NAME.pattern}")
"""A line with a name, such as ``hostname: frontend-01``, unless it stands where secrets do."""

_GUARDED = re.compile(
    r"(?i)(?:passw|passphrase|pwd|secret|token|psk|credential|private_?-?key|api_?-?key)[\w.-]{0,40}[\"']?"
    r"[ \t]*(?:[:=]|>\s*(?:<value>)?)[ \t]*(?:\"((?:[^\"\\]|\\.)*)\"|'([^'\n]*)'|([^\s<\"'][^\n<]*))"
)
"""A value whose name says that it is secret, in YAML, JSON, a shell's assignment or XML."""

_USER = r"[A-Za-z_][\w.-]{0,31}\$?:(?!//)"
_LISTED = (
    re.compile(rf"(?m)^[ \t]*(?:- +)?[\"']?{_USER}(\S[^\n]*)"),  # a line of its own
    re.compile(rf"(?:[\"']|\\n){_USER}([^\"'\n\\]+)"),
    re.compile(rf"[\s\[,]{_USER}([^\s\"',\]|;\\]+)"),
)
"""A password behind its user, as ``chpasswd`` reads them: ``root:banana``."""

_PRIVATE = re.compile("(?i)pass|pw|secret|token|psk|credential|key|code|login|auth|user|account|admin|root")
"""Words of a line that holds credentials."""

_ASSIGNED = re.compile(r"(?:=[\"']?|:)([^\s'\"<>()\[\]{},;|`:=@/]+)")
"""A value directly behind its name, as in ``ADMIN="frontend-01"`` and ``ops:frontend-01@host``."""

_TAG = re.compile(r"</?[A-Za-z][\w:.-]{0,80}")
_WORD_ENDS = (re.compile(r"[\s'\"<>()\[\]{},;|`]+"), re.compile(r"[\s'\"<>()\[\]{},;|`:=@/]+"))
_SIGN_OR_HUMP = re.compile(r"[a-z][A-Z]|[A-Za-z][!$%&*+=?@^~\\]|[!$%&*+=?@^~\\][A-Za-z]")
_LETTER, _DIGIT = re.compile("[A-Za-z]"), re.compile("[0-9]")

_ADDRESS = re.compile(r"[0-9A-Fa-f]{0,4}(?:[.:]{1,2}[0-9A-Fa-f]{0,4}){2,8}(?:/\d{1,3})?")
"""Addresses stand in many messages and are no secret."""


def parts_of(secret: str) -> Iterator[str]:
    """Yield what is secret of a secret: the whole, and the lines, values and words of it that are secret alone.

    VergeOS may quote one line of the user data that it refuses. What occurs in everybody's user data is no secret:
    ``#cloud-config``, ``expire: false``, ``packages:``; masking that would garble messages and hide nothing.
    """
    if len(secret) >= _SHORTEST:
        yield secret
    if len(secret) <= _SHORTEST_PART:
        return
    for guarded in _GUARDED.finditer(secret):
        bare = guarded[1] or guarded[2] or (guarded[3] or "").rstrip(",; \t\r")
        if not _HARMLESS_VALUE.fullmatch(bare):
            yield secret[secret.rfind("\n", 0, guarded.start()) + 1 : guarded.end()].strip()
            values = {bare, re.split(r"[,}\]]", guarded[3] or "", maxsplit=1)[0].strip()}  # {password: banana, ...}
            yield from (value for value in values if len(value) >= _SHORTEST)
    if "chpasswd" in secret or all(_LISTED[0].match(line) for line in secret.splitlines() if line.strip()):
        passwords = (found[1].strip() for listed in _LISTED for found in listed.finditer(secret))
        yield from (each for one in passwords for each in {one, one.rstrip("\"'")} if len(each) >= _SHORTEST)
    private = [*_private_lines(secret)]
    lines = {line.strip() for line in secret.splitlines()}
    if len(lines) > 1:
        harmless = {line for line in lines if _HARMLESS_PAIR.fullmatch(line)}.difference(private)
        lines -= harmless
        yield from (line for line in lines if len(line) >= _SHORTEST_PART and not _HARMLESS_LINE.fullmatch(line))
    text = _TAG.sub(" ", secret)
    named = {word for word in _words(text) if _NAME.fullmatch(word)}
    named -= {*_words(_TAG.sub(" ", "\n".join(private))), *_ASSIGNED.findall(text)}
    yield from filter(_is_unusual, _words(text) - named)


def _private_lines(secret: str) -> Iterator[str]:
    """Yield the lines of a secret that hold credentials, with the lines below them; of a single line itself."""
    if len(secret.splitlines()) == 1:
        yield secret.strip()
    above: int | None = None  # place of the line that the others belong to
    for line in filter(None, map(str.rstrip, secret.splitlines())):
        bare = line.lstrip()
        # The items of a list may stand below its name without any indentation.
        place = 2 * (len(line) - len(bare)) + bare.startswith("-")
        if above is None or place <= above:
            above = place if _PRIVATE.search(bare) else None
        if above is not None:
            yield bare


def _words(text: str) -> set[str]:
    return {word for ends in _WORD_ENDS for word in ends.split(text) if len(word) >= _SHORTEST_PART}


def _is_unusual(word: str) -> bool:
    """Say whether nobody writes a word by chance: letters with digits, capitals inside, or signs."""
    if not ((_LETTER.search(word) and _DIGIT.search(word)) or _SIGN_OR_HUMP.search(word)):
        return False
    return not _ADDRESS.fullmatch(word)


# Where it stands -----------------------------------------------------------------------------------------------------


class _Needles(Generic[S]):
    """Texts to look for at once: by their beginnings, so that it costs as much as the searched text is long."""

    _FEW = 32

    def __init__(self, needles: Iterable[S]) -> None:
        self._needles: set[S] = set(needles)
        self._by_head: dict[S, list[S]] = {}
        for needle in self._needles:
            self._by_head.setdefault(needle[: self._head(needle)], []).append(needle)

    @staticmethod
    def _head(needle: S) -> int:
        return 8 if len(needle) >= 8 else 4

    def within(self, text: S) -> Iterator[Span]:
        """Yield where any of them stands in a text."""
        if len(self._needles) <= self._FEW:
            for needle in self._needles:
                at = text.find(needle)
                while at >= 0:
                    yield at, at + len(needle)
                    at = text.find(needle, at + 1)
            return
        for at in range(len(text) - 3):
            for length in (4, 8):
                for needle in self._by_head.get(text[at : at + length], ()):
                    if text.startswith(needle, at):
                        yield at, at + len(needle)


class Secrets:
    """Secrets that are to be masked; what there is to look for is worked out when the first text is shown.

    Args:
        texts: The secrets.
        forms: Gives further forms of a secret, in which it would be shown.
    """

    def __init__(self, texts: Iterable[str], forms: Callable[[str], str] = str) -> None:
        self._texts = frozenset(texts)
        self._forms = forms

    def __or__(self, other: Secrets) -> Secrets:
        """Return the secrets of both."""
        if not other._texts or not self._texts:
            return self if self._texts else other
        return Secrets(self._texts | other._texts, self._forms)

    @cached_property
    def longest_line(self) -> int:
        """The characters of the longest line of them."""
        return max((len(line) for text in self._texts for line in text.splitlines()), default=0)

    def masked(self, text: str) -> str:
        """Return the text with ``***`` for each secret, and for each part of one that is secret alone."""
        # What is masked may bring together what makes up a secret once more.
        for _ in range(_MOST_TURNS if self._texts else 0):
            spans = self._spans(text)
            if not spans:
                return text
            shown, position = [], 0
            for start, end in spans:
                shown += [text[position:start], MASK]
                position = end
            text = "".join(shown) + text[position:]
        return MASK if self._texts else text

    def _spans(self, text: str) -> list[Span]:
        joined: list[Span] = []
        for start, end in sorted(self._found(text)):
            if joined and start < joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined

    def _found(self, text: str) -> Iterator[Span]:
        characters, encoded = _needles(self._texts, self._forms)
        for view in _views(text):
            for start, end in characters.within(view.text):
                yield view.place(start, end)
            for start, end in _in_base64(view.text, encoded):
                yield view.place(start, end)
            # "de:ad:be:ef", "dead beef"
            for closed in filter(None, (view, view.decoded(_BETWEEN_BYTES, lambda _: ""))):
                for start, end in _in_hexadecimal(closed.text, encoded):
                    yield closed.place(start, end)


@lru_cache(maxsize=16)
def _needles(texts: frozenset[str], forms: Callable[[str], str]) -> tuple[_Needles[str], _Needles[bytes]]:
    """Return what there is to look for, as characters and as bytes; of a long secret that is worth keeping."""
    parts = {part for text in texts for part in parts_of(text)}
    parts |= {shown for part in parts if len(shown := forms(part)) >= _SHORTEST}
    # UTF-16 is what PowerShell and answer files of Windows encode.
    encoded = (part.encode(code, "surrogatepass") for part in parts for code in ("utf-8", "utf-16-le"))
    return _Needles(parts), _Needles(encoded)


class _View:
    """A text with an encoding undone.

    Args:
        text: What it says.
        starts: For each of its characters where that begins in the original text.
        ends: Where it ends there.
    """

    def __init__(self, text: str, starts: Sequence[int], ends: Sequence[int]) -> None:
        self.text = text
        self._starts = starts
        self._ends = ends

    def place(self, start: int, end: int) -> Span:
        """Return where in the original text a part of this one stands."""
        return self._starts[start], self._ends[end - 1]

    def decoded(self, pattern: re.Pattern[str], decode: Callable[[str], str]) -> _View | None:
        """Return the view of the text without an encoding; None if it is not encoded so."""
        text: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        position = 0
        for found in pattern.finditer(self.text):
            start, end = found.span()
            characters = decode(found[0])
            text += [self.text[position:start], characters]
            starts += [*self._starts[position:start], *[self._starts[start]] * len(characters)]
            ends += [*self._ends[position:start], *[self._ends[end - 1]] * len(characters)]
            position = end
        if not position:
            return None
        text.append(self.text[position:])
        return _View("".join(text), [*starts, *self._starts[position:]], [*ends, *self._ends[position:]])


def _from_bytes(data: bytes) -> str:
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("latin-1")


_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "0": "\0", "e": "\x1b"}


def _from_escape(escape: str) -> str:
    """Undo the escapes of JSON, Python, YAML and C."""
    kind = escape[1]
    if kind == "x" and len(escape) > 2:
        return _from_bytes(bytes.fromhex(escape.replace("\\x", "")))
    if kind in "0123" and len(escape) > 2:
        return _from_bytes(bytes(int(digits, 8) for digits in escape.split("\\")[1:]))
    if kind == "u" and len(escape) == 12:
        return (bytes.fromhex(escape[2:6]) + bytes.fromhex(escape[8:])).decode("utf-16-be", "surrogatepass")
    if kind in "uU" and len(escape) > 2:
        code = int(escape[2:], 16)
        return chr(code) if code < 0x110000 else escape
    return _ESCAPED.get(kind, kind)


_HEX = "[0-9A-Fa-f]"
_ENCODINGS: Sequence[tuple[re.Pattern[str], Callable[[str], str]]] = (
    (
        re.compile(
            rf"(?:\\x{_HEX}{{2}})+|(?:\\[0-3][0-7]{{2}})+|\\u[dD][89abAB]{_HEX}{{2}}\\u[dD][c-fC-F]{_HEX}{{2}}"
            rf"|\\u{_HEX}{{4}}|\\U{_HEX}{{8}}|\\."
        ),
        _from_escape,
    ),
    (re.compile(rf"(?:%{_HEX}{{2}})+"), lambda text: _from_bytes(unquote_to_bytes(text))),
    (
        re.compile(rf"\+|(?:%{_HEX}{{2}})+"),
        lambda text: " " if text == "+" else _from_bytes(unquote_to_bytes(text)),
    ),
    (re.compile(rf"&(?:#\d{{1,7}}|#[xX]{_HEX}{{1,6}}|\w{{1,31}});"), html.unescape),
    (re.compile("''|\"\""), lambda text: text[0]),  # quotes inside quotes of YAML and SQL
    (re.compile(r"(?<=[A-Za-z0-9+/_-]{60})\r?\n"), lambda _: ""),  # base64 in lines
)


def _views(text: str) -> Iterator[_View]:
    """Yield the text, and what it says once its encodings are undone."""
    seen = {text}
    layer = [_View(text, range(len(text)), range(1, len(text) + 1))]
    yield layer[0]
    for _ in range(_DEPTH):
        below, layer = layer, []
        for view in below:
            for pattern, decode in _ENCODINGS:
                decoded = view.decoded(pattern, decode)
                if decoded is not None and decoded.text not in seen and len(seen) <= _MOST_VIEWS:
                    seen.add(decoded.text)
                    layer.append(decoded)
                    yield decoded


_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{6,}")
_HEXADECIMAL = re.compile(rf"{_HEX}{{8,}}")


_BETWEEN_BYTES = re.compile(rf"(?<={_HEX}{{2}})[\s:,._-]+(?:0x)?(?=(?:{_HEX}{{2}})+(?!{_HEX}))")


def _in_base64(text: str, needles: _Needles[bytes]) -> Iterator[Span]:
    """Yield where needles stand in a text as base64."""
    runs = [run.span() for run in _BASE64.finditer(text)]
    for skipped in range(4):
        for start, end in _within_runs(text, runs, skipped, _from_base64, needles, 6):
            while end < len(text) and text[end] == "=":
                end += 1
            yield start, end


def _in_hexadecimal(text: str, needles: _Needles[bytes]) -> Iterator[Span]:
    """Yield where needles stand in a text as hexadecimal."""
    runs = [run.span() for run in _HEXADECIMAL.finditer(text)]
    for skipped in range(2):
        for start, end in _within_runs(text, runs, skipped, _from_hexadecimal, needles, 4):
            yield start - 2 if text[max(start - 2, 0) : start] == "0x" else start, end


def _within_runs(
    text: str,
    runs: Sequence[Span],
    skipped: int,
    decode: Callable[[str], bytes],
    needles: _Needles[bytes],
    bits: int,
) -> Iterator[Span]:
    """Yield where needles stand in what runs of characters encode.

    Args:
        text: The text.
        runs: Where in it something is encoded.
        skipped: The characters at the beginning of each run that belong to something else.
        decode: Undoes the encoding.
        needles: What is looked for.
        bits: How many bits a character stands for.
    """
    # All runs are searched as one: a byte that is in no UTF-8 parts them.
    pieces = [decode(text[start + skipped : end]) for start, end in runs]
    begins = [0]
    for piece in pieces:
        begins.append(begins[-1] + len(piece) + 1)
    for first, last in needles.within(b"\xff".join(pieces)):
        number = bisect_right(begins, first) - 1
        begin, (start, end) = begins[number], runs[number]
        if last - begin <= len(pieces[number]):
            at = start + skipped
            yield at + (first - begin) * 8 // bits, min(end, at + -(-(last - begin) * 8 // bits))


def _from_base64(text: str) -> bytes:
    text = text.replace("-", "+").replace("_", "/")
    text = text[:-1] if len(text) % 4 == 1 else text
    return binascii.a2b_base64(text + "=" * (-len(text) % 4))


def _from_hexadecimal(text: str) -> bytes:
    return bytes.fromhex(text[: len(text) // 2 * 2])
