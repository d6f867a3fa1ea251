"""What of an exchange a trace shows: VergeOS's own words, numbers and shapes, and nothing that people chose.

A text is shown only if it is known to be a word of VergeOS (a table, a column, a choice, an action), or is a number in
a column of numbers or keys, so what nobody thought of is not shown. In its place stands how long it is and a tag, which
is the same for the same text: it can be seen that a row has the name that was asked for, but not which. Who has the
trace cannot find the text by trying, since the tag takes a key that stays on this machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import re
import secrets
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from verge_pulumi.client import hidden_so_far, printable
from verge_pulumi.client.ledger import cache_folder
from verge_pulumi.engine.tracing.words import NUMBER, OPERATORS, is_hidden, words_of_vergeos

SECRET = "***"  # noqa: S105  stands in its place

MOST_ITEMS = 50
"""Elements of a list that are shown; the others are alike."""

LONGEST = 64 * 1024
"""Characters of a body in a trace."""

_MOST_SEEN, _LONGEST_SEEN = 50_000, 128
_LONGEST_SENTENCE = 1000
_NOTHING = object()
_TAG = 8
_KEY_BYTES = 32

_VERSIONS = frozenset({"version", "os_version", "yb_version"})
_SENTENCES = frozenset({"err", "error", "message"})
_COLUMN = re.compile(r"\$?[a-z][a-z0-9_]{0,40}")
_VERSION = re.compile(r"\d{1,3}(\.\d{1,3}){1,3}(-[a-z]{1,8}\d?)?")
_REFERENCE = re.compile(r"(?:/v4/)?([a-z_]+)/\d{1,12}")
_ROW_KEY = re.compile(r"\d{1,12}")
_PROJECTION = re.compile(r"[\w$#,()\[\] +-]*")
_FILTER = re.compile(
    r"(?P<blank>[\s()]+)|'(?P<single>(?:\\.|[^'\\])*)'|\"(?P<double>(?:\\.|[^\"\\])*)\"|(?P<bare>[\w$#.+-]+)", re.DOTALL
)
"""One piece of a filter: blanks and brackets, a literal, or a column, an operator or a number."""
_QUOTED = re.compile(r"(?<!\w)'([^']*)'(?!\w)|\"([^\"]*)\"|`([^`]*)`")
_HIDDEN = "<...>"
_PLAIN = re.compile(r"[A-Za-z]+(?:'[a-z]{1,2})?")


class Masks:
    """Shows exchanges without what is secret, personal, or tells where they were.

    Args:
        key: What tags are made with.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._seen: set[str] = set()

    def body(self, content: bytes, kind: str, *, failed: bool = False) -> str:
        """Return the body of a request or an answer.

        Args:
            content: The body.
            kind: Its media type; what is uploaded may be JSON too, and is not VergeOS's.
            failed: Whether it is the answer to a request that failed, whose sentences are VergeOS's own.
        """
        if not content:
            return ""
        try:
            value = json.loads(content) if "json" in kind.lower() else _NOTHING
        except (ValueError, RecursionError):
            value = _NOTHING
        if value is _NOTHING:
            return f"<{len(content)} bytes that are not JSON>"
        failed = failed or (isinstance(value, dict) and "err" in value)
        most = MOST_ITEMS
        while most:
            shown = json.dumps(self._top(value, most, failed), separators=(",", ":"))
            if len(shown) <= LONGEST:
                return shown
            most //= 4
        return f"<{len(content)} bytes, too many for a trace>"

    def path(self, path: str) -> str:
        """Return the path of a request; what is neither a word of VergeOS nor a number in it is a key, or a token."""
        known = words_of_vergeos().of_paths
        return "/".join(
            each if not each or each in known or _ROW_KEY.fullmatch(each) else f"-{self._tag(each)}-"
            for each in path.split("/")
        )

    def query(self, query: str) -> list[tuple[str, str]]:
        """Return the parameters of a request."""
        return [(_column(name), self._parameter(name, value)) for name, value in parse_qsl(query, True)]

    def _parameter(self, name: str, value: str) -> str:
        if name in ("fields", "sort") and _PROJECTION.fullmatch(value):
            return value
        return self._filter(value) if name == "filter" else str(self._value(name, value, MOST_ITEMS))

    def _filter(self, text: str) -> str:
        """Return a filter: each value in it is shown as the column that it is compared with allows."""
        shown, column, place = list[str](), "", 0
        while found := _FILTER.match(text, place):
            place, bare = found.end(), found["bare"]
            if found["blank"]:
                shown.append(found["blank"])
            elif bare and all(step in words_of_vergeos().of_filters for step in bare.split("#")):
                shown.append(bare)
                column = column if bare in OPERATORS else bare
            else:
                value = bare or found["single"] or found["double"] or ""
                told = str(self._value(column.rpartition("#")[2], value, MOST_ITEMS))
                shown.append(told if bare else f"'{told}'")
        return "".join(shown) if place == len(text) else self._tagged(text)

    def _top(self, value: Any, most: int, failed: bool) -> Any:
        """Return a body: an object, a list of objects, or what else there may be."""
        if isinstance(value, list):
            return [self._top(each, most, failed=False) for each in value[:most]] + _more(value, most)
        if not isinstance(value, dict):
            return self._value("", value, most)
        return {_column(name): self._told(name, each, most, failed) for name, each in value.items()}

    def _told(self, name: str, value: Any, most: int, failed: bool) -> Any:
        """Return what an object says under a name; of an answer that failed, sentences."""
        if failed and name in _SENTENCES:
            if isinstance(value, str):
                return self._sentence(value)
            if isinstance(value, dict):
                return self._top(value, most, failed)
        return self._value(name, value, most)

    def _value(self, name: str, value: Any, most: int) -> Any:
        if value is None or value == "" or isinstance(value, bool):
            return value
        words = words_of_vergeos()
        if isinstance(value, str) and (name, value) in words.choices and name not in words.secret:
            return value
        if name in words.secret or is_hidden(name):
            self._note(str(value))
            return SECRET
        if isinstance(value, int | float):
            return value
        if isinstance(value, list):
            return [self._value(name, each, most) for each in value[:most]] + _more(value, most)
        if isinstance(value, dict):
            return {self._inner_name(each): self._value(each, inner, most) for each, inner in value.items()}
        return value if name in _VERSIONS and _VERSION.fullmatch(value) else self._text(name, value)

    def _inner_name(self, name: str) -> str:
        """Return a name inside a column, where people may choose them: headers, options."""
        return name if name in words_of_vergeos().known else self._tagged(name)

    def _text(self, name: str, text: str) -> str:
        """Return a text if it is a word of VergeOS, or what a column of that name holds; else what stands for it."""
        words = words_of_vergeos()
        if text in words.known or (name in words.numeric and NUMBER.fullmatch(text)):
            return text
        reference = _REFERENCE.fullmatch(text) if name in words.references else None
        if reference and reference[1] in words.known:
            return text
        self._note(text)
        return self._tagged(text)

    def _note(self, text: str) -> None:
        """Remember what was not shown, so that no sentence shows it either."""
        if len(self._seen) < _MOST_SEEN and 1 < len(text) <= _LONGEST_SEEN:
            self._seen.add(text.lower())

    def _tagged(self, text: str) -> str:
        return f"<{len(text)} characters, {self._tag(text)}>"

    def _tag(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:_TAG]

    def _sentence(self, text: str) -> str:
        """Return VergeOS's own words without what they quote, and without names that were told before."""
        known = words_of_vergeos().known
        text = printable(text, _LONGEST_SENTENCE, hidden_so_far())
        for seen in sorted((each for each in self._seen if each in text.lower()), key=len, reverse=True):
            text = re.sub(rf"(?i)(?<!\w){re.escape(seen)}(?!\w)", _HIDDEN, text)
        text = _QUOTED.sub(lambda found: found[0] if set(found.groups()) & known else _HIDDEN, text)
        shown = []
        for word in text.split():
            bare = word.strip("'\"`.,:;()[]{}")
            keeps = not bare or bare in known or bare == _HIDDEN or _PLAIN.fullmatch(bare)
            shown.append(word if keeps else _HIDDEN)
        return " ".join(shown)


def _column(name: str) -> str:
    """Return the name of a column or parameter; new releases have new ones, which are worth knowing."""
    return name if _COLUMN.fullmatch(name) else f"<name of {len(name)}>"


def _more(items: list[Any], most: int) -> list[str]:
    return [f"<and {len(items) - most} more>"] if len(items) > most else []


def own_key() -> bytes:
    """Return this user's key for tags, kept on this machine; one of this process alone where it cannot be kept."""
    fresh = secrets.token_bytes(_KEY_BYTES)
    path = cache_folder() / "trace.key"
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(fresh)
        kept = path.read_bytes()
        return kept if len(kept) == _KEY_BYTES else fresh
    return fresh


def encoded(parameters: list[tuple[str, str]]) -> str:
    """Return parameters as a query."""
    return urlencode(parameters, quote_via=quote, safe="$,[]()'")
