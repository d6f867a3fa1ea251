"""The mark in a row's description: whose row it is, so that nothing is made twice, lost, or taken from another.

A mark is the last line of the description, such as ``[pulumi shop/dev web-1 1c0ffee5]``: project and stack, the name of
the resource in the program, and a nonce that is new at each create and each adoption. It travels in the POST that makes
the row, so there is no moment at which the row exists without it. People see it in the UI.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Self

_SAFE = re.compile(r"[^A-Za-z0-9._/-]")
_MARK = re.compile(r"\n?\[pulumi (?P<owner>[A-Za-z0-9._/-]+) (?P<name>[A-Za-z0-9._/-]+) (?P<nonce>[a-z0-9]+)\]\s*\Z")

MARK = "__mark"
"""Hidden output: the mark that the row carried when it was last ours; one with another is no longer ours."""

DESCRIPTION_LENGTH = 1600
"""Characters of a description that are left to people: VergeOS keeps 2,048, and a mark takes up to 400 of them."""


@dataclass(frozen=True)
class Mark:
    """Who owns a row.

    Attributes:
        owner: ``project/stack``.
        name: The resource's name in the program.
        nonce: Drawn anew at each create and each adoption; an older state's nonce no longer matches.
    """

    owner: str
    name: str
    nonce: str

    @classmethod
    def new(cls, owner: str, name: str) -> Self:
        """Return a mark with a fresh nonce."""
        return cls(_safe(owner), _safe(name), secrets.token_hex(4))

    @classmethod
    def of(cls, text: str | None) -> Self | None:
        """Return the mark at the end of a description, or None."""
        found = _MARK.search(text or "")
        return cls(found["owner"], found["name"], found["nonce"]) if found else None

    def belongs_to(self, owner: str, name: str) -> bool:
        """Say whether it is the mark of that resource, from whatever attempt."""
        return (self.owner, self.name) == (_safe(owner), _safe(name))

    def is_of(self, owner: str) -> bool:
        """Say whether it is the mark of a resource of that stack."""
        return self.owner == _safe(owner)

    def append_to(self, description: str | None) -> str:
        """Return the description with the mark as its last line."""
        return f"{description}\n{self}" if description else str(self)

    def __str__(self) -> str:
        return f"[pulumi {self.owner} {self.name} {self.nonce}]"


def other_owner(description: str | None, owner: str) -> str:
    """Return who manages a row if that is another stack, as its mark says; "" if it is this one or nobody."""
    mark = Mark.of(description)
    return "" if mark is None or mark.is_of(owner) else f"{mark.owner} as '{mark.name}'"


def without_mark(text: str | None) -> str:
    """Return a description as people wrote it."""
    return _MARK.sub("", text or "")


def marked_by(owner: str) -> str:
    """Return the text that the marks of one stack have in common; filters look for it."""
    return f"[pulumi {_safe(owner)} "


def _safe(text: str) -> str:
    return _SAFE.sub("_", text)[:180]
