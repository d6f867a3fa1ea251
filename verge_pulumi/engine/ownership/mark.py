"""The mark in a row's description, and the token in it, which says whose row it is.

A mark is the last line of the description, such as ``[pulumi shop/dev web-1 7f3a21c4-9d3ed164b2c4]``. Project, stack
and resource name are text for people, who see it in the UI; they change when a stack or a resource is renamed, and
nothing is read, written, taken over or deleted because of them. At most they are a reason to leave a row alone. The
token decides, and it is compared exactly: it is drawn for each attempt to create a row, stands in the inputs before the
row exists, travels in the POST that makes the row, and is kept in the state. Only a create that takes a row over writes
another one.

A token is *kin*-*attempt*: 8 hexadecimal digits of a hash of the resource's type and name, which all attempts of one
resource share and by which they are looked for, and 12 of one of the random seed that the engine gives to the attempt.
The marks of the first release have one word of eight digits there, which is their token.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Self
from urllib.parse import quote, unquote

from verge_pulumi.engine.errors import EngineError

_MARK = re.compile(r"\n?\[pulumi (?P<owner>[^\s\]]+) (?P<name>[^\s\]]+) (?P<token>[a-z0-9]+(?:-[a-z0-9]+)?)\]\s*\Z")

MARKS = "[pulumi "
"""How the marks of all stacks begin."""

MARK = "__mark"
"""Hidden output: the mark that the row bears; its token is the proof of the state."""

TOKEN = "__token"  # noqa: S105  no secret
"""Hidden input: the token of the attempt that creates the object. It stays as it is for the life of the object."""

PARENT = "__parent"
"""Hidden output: the token of the row that this one was created within."""

FIXED = "__fixed"
"""Hidden output: what VergeOS drew when it created the row and never changes, and the column of the row's parent."""

MANAGED = "__managed"
"""Hidden output: the names of the arguments the program sets; only these are compared and reported as drift."""

LONGEST_DESCRIPTION = 2048
"""Characters of a description that VergeOS keeps (docs/vergeos/networks.md §2.1)."""

DESCRIPTION_LENGTH = 1600
"""Characters of them that are left to people; a mark takes up to 400."""

_LONGEST = 180
"""Characters of an owner or a name in a mark."""


@dataclass(frozen=True)
class Mark:
    """Who manages a row.

    Attributes:
        owner: ``project/stack``, percent-encoded; text for people.
        name: The resource's name in the program, percent-encoded; text for people.
        token: Which attempt made the row or took it over.
    """

    owner: str
    name: str
    token: str

    @classmethod
    def new(cls, owner: str, name: str, token: str) -> Self:
        """Return the mark of a resource."""
        return cls(_text(owner), _text(name), token)

    @classmethod
    def of(cls, text: Any) -> Self | None:
        """Return the mark at the end of a description, or None."""
        found = _MARK.search(text) if isinstance(text, str) else None
        return cls(found["owner"], found["name"], found["token"]) if found else None

    def renamed(self, owner: str, name: str) -> Self:
        """Return the mark with another text and the same token."""
        return replace(self, owner=_text(owner), name=_text(name))

    def append_to(self, description: str | None) -> str:
        """Return the description with the mark as its last line."""
        return f"{description}\n{self}" if description else str(self)

    @property
    def beginning(self) -> str:
        """The text with which the marks of its stack begin; filters look for it."""
        return f"{MARKS}{self.owner} "

    @property
    def holder(self) -> str:
        """Whom it names, as people read it: ``shop/dev as 'web-1'``."""
        return f"{self.owner} as '{self.name}'"

    def __str__(self) -> str:
        return f"{self.beginning}{self.name} {self.token}]"


def without_mark(text: str | None) -> str:
    """Return a description as people wrote it.

    Raises:
        EngineError: VergeOS answered something else than a text.
    """
    if text and not isinstance(text, str):
        raise EngineError(
            f"description was answered as {type(text).__name__}, which it cannot be. "
            "Check whether this version of verge-pulumi knows your VergeOS"
        )
    return _MARK.sub("", text or "")


def marked_description(inputs: Mapping[str, Any], row: Mapping[str, Any], mark: Mark) -> str:
    """Return what the program says, else what people wrote, with the mark below.

    Args:
        inputs: What the program says.
        row: The row as VergeOS has it; empty for a new one.
        mark: The mark that it is to bear.
    """
    text = inputs.get("description")
    return mark.append_to(without_mark(row.get("description")) if text is None else text)


def put_mark(row: Mapping[str, Any], mark: Mark, replaces: str) -> str:
    """Return the description of a row with a mark below what people wrote; "" where it bears that already.

    Args:
        row: The row as VergeOS has it.
        mark: The mark that it is to bear.
        replaces: The token of another mark, in the place of which it comes; "" for none.

    Raises:
        EngineError: The row bears another mark, or has no room for one.
    """
    live = Mark.of(row.get("description"))
    if live is not None and live.token == mark.token:
        return ""
    if live is not None and live.token != replaces:
        raise EngineError(f"row {row['$key']} bears the mark of {live.holder}. It is left alone")
    description = mark.append_to(without_mark(row.get("description")))
    if len(description) > LONGEST_DESCRIPTION:
        raise EngineError(
            f"with a mark its description had {len(description):,} characters, and VergeOS keeps "
            f"{LONGEST_DESCRIPTION:,}. Shorten it"
        )
    return description


def marks_of(owner: str) -> str:
    """Return the text with which the marks of one stack begin."""
    return Mark.new(owner, "", "").beginning


def token_in(properties: Mapping[str, Any]) -> str:
    """Return the token by which a state knows an object; "" if the object is older than tokens and has no mark.

    Args:
        properties: The outputs in the state.
    """
    mark = Mark.of(properties.get(MARK))
    return mark.token if mark else str(properties.get(TOKEN) or "")


def token_of(row: Mapping[str, Any]) -> str:
    """Return the token that a row bears, "" if it bears none."""
    mark = Mark.of(row.get("description"))
    return mark.token if mark else ""


def kin_of(urn: str) -> str:
    """Return what the tokens of one resource have in common; neither stack nor project is part of it."""
    return _digest("::".join(urn.split("::")[2:]).encode(), 8)


def new_token(urn: str, seed: bytes) -> str:
    """Return the token of an attempt to create a resource.

    Args:
        urn: The resource.
        seed: What the engine gives to this attempt; the same in a saved plan and in the update that carries it out.
    """
    return f"{kin_of(urn)}-{_digest(seed, 12)}"


def _digest(data: bytes, length: int) -> str:
    return sha256(data).hexdigest()[:length]


def _text(text: str) -> str:
    """Return text as a mark has it: no space and no bracket, and nothing cut in the middle of a character."""
    cut = re.sub(r"%[0-9A-F]?\Z", "", quote(text, safe="/", errors="replace")[:_LONGEST])
    return quote(unquote(cut, errors="ignore"), safe="/")
