"""What of an exchange a trace shows: VergeOS's own words, numbers and shapes, and nothing that people chose.

A text is shown only if it is known to be a word of VergeOS (a table, a column, a choice, an action), so what nobody
thought of is not shown. In its place stands how long it is and a tag, which is the same for the same text: it can be
seen that a row has the name that was asked for, but not which. Who has the trace cannot find the text by trying, since
the tag takes a key that stays on this machine.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

from verge_pulumi.client import hidden_so_far, printable
from verge_pulumi.client.ledger import cache_folder

if TYPE_CHECKING:
    from verge_pulumi.catalogue import Column

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

_SECRET_NAME = re.compile(r"pass|secret|token|psk|private|credential|api_?key|hmac|authorization", re.IGNORECASE)
_VERSIONS = frozenset({"version", "os_version", "yb_version"})
_SENTENCES = frozenset({"err", "error", "message"})
_COLUMN = re.compile(r"\$?[a-z][a-z0-9_]{0,40}")
_SHORT_NUMBER = re.compile(r"-?\d{1,6}")
_VERSION = re.compile(r"\d{1,3}(\.\d{1,3}){0,3}(-[a-z]{1,8}\d?)?")
_REFERENCE = re.compile(r"(?:/v4/)?([a-z_]+)/\d{1,12}")
_PATH_WORD = re.compile(r"[a-z_]{1,32}|v4|version\.json|\$table|\d{1,12}")
_PROJECTION = re.compile(r"[\w$#,()\[\] +-]*")
_LITERAL = re.compile(r"'((?:\\.|[^'\\])*)'|\"((?:\\.|[^\"\\])*)\"")
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
        """Return the path of a request; what is neither a word nor a number in it is a key, or a token."""
        return "/".join(
            each if not each or _PATH_WORD.fullmatch(each) else f"-{self._tag(each)}-" for each in path.split("/")
        )

    def query(self, query: str) -> list[tuple[str, str]]:
        """Return the parameters of a request."""
        return [(self._name(name), self._parameter(name, value)) for name, value in parse_qsl(query, True)]

    def _parameter(self, name: str, value: str) -> str:
        if name in ("fields", "sort", "limit", "offset") and _PROJECTION.fullmatch(value):
            return value
        if name == "filter":
            # Outside of its literals a filter is columns, operators and numbers.
            parts = _LITERAL.split(value)
            if all(_PROJECTION.fullmatch(each or "") for each in parts[::3]):
                return _LITERAL.sub(lambda found: f"'{self._text(found[1] or found[2] or '')}'", value)
        return str(self._value(name, value, MOST_ITEMS))

    def _top(self, value: Any, most: int, failed: bool) -> Any:
        """Return a body: an object, a list of objects, or what else there may be."""
        if isinstance(value, list):
            return [self._top(each, most, failed=False) for each in value[:most]] + _more(value, most)
        if not isinstance(value, dict):
            return self._value("", value, most)
        return {self._name(name): self._told(name, each, most, failed) for name, each in value.items()}

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
        if name in _words().secret or _SECRET_NAME.search(name):
            self._note(str(value))
            return SECRET
        if isinstance(value, int | float):
            return value
        if isinstance(value, list):
            return [self._value(name, each, most) for each in value[:most]] + _more(value, most)
        if isinstance(value, dict):
            return {self._inner_name(each): self._value(each, inner, most) for each, inner in value.items()}
        return value if name in _VERSIONS and _VERSION.fullmatch(value) else self._text(value)

    @staticmethod
    def _name(name: str) -> str:
        """Return the name of a column or parameter; new releases have new ones, which are worth knowing."""
        return name if _COLUMN.fullmatch(name) else f"<name of {len(name)}>"

    def _inner_name(self, name: str) -> str:
        """Return a name inside a column, where people may choose them: headers, options."""
        return name if name in _words().known else self._tagged(name)

    def _text(self, text: str) -> str:
        """Return a text if it is a word of VergeOS, and else what stands in its place."""
        if not text or text in _words().known or _SHORT_NUMBER.fullmatch(text):
            return text
        reference = _REFERENCE.fullmatch(text)
        if reference and reference[1] in _words().known:
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
        known = _words().known
        text = printable(text, _LONGEST_SENTENCE, hidden_so_far())
        for seen in sorted((each for each in self._seen if each in text.lower()), key=len, reverse=True):
            text = re.sub(rf"(?i)(?<!\w){re.escape(seen)}(?!\w)", _HIDDEN, text)
        text = _QUOTED.sub(lambda found: found[0] if set(found.groups()) & known else _HIDDEN, text)
        shown = []
        for word in text.split():
            bare = word.strip("'\"`.,:;()[]{}")
            keeps = (
                not bare or bare in known or bare == _HIDDEN or _PLAIN.fullmatch(bare) or _SHORT_NUMBER.fullmatch(bare)
            )
            shown.append(word if keeps else _HIDDEN)
        return " ".join(shown)


class _Words:
    """The words of VergeOS.

    Attributes:
        known: Tables, columns, choices, actions and views.
        secret: Columns that hold a secret in some table.
    """

    def __init__(self) -> None:
        from verge_pulumi.catalogue import TABLES  # only where a trace is written

        self.known = frozenset(
            word
            for table in TABLES.values()
            for word in (table.name, table.singular or "", *table.actions, *table.views, *_of_columns(table.columns))
            if word
        ) | {"$key", "$row", "$count", "$display", "location", "dbpath", "response", "action", "params", "all", "most"}
        self.secret = frozenset(
            column.name for table in TABLES.values() for column in table.columns if column.secret
        ) - {"two_factor_setup_next_login"}


def _of_columns(columns: Iterable[Column]) -> Iterator[str]:
    for column in columns:
        yield column.name
        yield from column.choices


@functools.cache
def _words() -> _Words:
    return _Words()


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
