"""What may be shown: foreign text made harmless, and secrets that do not show themselves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from verge_pulumi.client.masking import Secrets

_ESCAPE_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x9d\x90])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS …: titles, links
    r"|\x1b."
)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Unicode categories that draw nothing or steer the terminal: controls, bidi and zero-width marks, surrogates."""

_BLANK = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u2800", "\u3164", "\uffa0"} | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0x180B, 0x180E), *range(0xE0100, 0xE01F0))
}
"""Characters that draw nothing, though Unicode counts them as letters, marks and symbols."""

_LONGEST_LOOKED_AT = 16 * 1024
_LONGEST_CODE = 12
"""Characters that one of a secret may be encoded as, such as ``\\ud83d\\ude00``."""


def _tamed(text: str) -> str:
    """Return a text without what steers a terminal or draws nothing, its white space single blanks."""
    text = " ".join(_ESCAPE_SEQUENCE.sub("", text).split())
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in text if unicodedata.category(char) not in _INVISIBLE and char not in _BLANK)


_hidden: ContextVar[Secrets | None] = ContextVar("hidden", default=None)


_LONGEST_REMEMBERED = 4096
_seen: set[str] = set()


@contextmanager
def hiding(secrets: Iterable[str]) -> Iterator[None]:
    """Mask secrets in all that is shown from within the block, whoever shows it; `hidden_so_far` remembers them."""
    secrets = tuple(secrets)
    _seen.update(secret for secret in secrets if len(secret) <= _LONGEST_REMEMBERED)
    token = _hidden.set(_hidden_with(secrets))
    try:
        yield
    finally:
        _hidden.reset(token)


def _hidden_with(secrets: Iterable[str]) -> Secrets | None:
    """Return what is to be masked: these secrets, and those of the `hiding` block; None if there is nothing."""
    around, here = _hidden.get(), tuple(secrets)
    if not here:
        return around
    # Imported here: its many patterns take time to compile, and a program that hides nothing needs none.
    from verge_pulumi.client.masking import Secrets

    own = Secrets(here, _tamed)
    return around | own if around else own


def hidden_so_far() -> frozenset[str]:
    """Return the secrets that this process had to hide, without long ones: VergeOS may repeat one in another answer."""
    return frozenset(_seen)


def printable(text: str, limit: int = 200, secrets: Iterable[str] = ()) -> str:
    """Make text from a server, a file or a user safe for a terminal, a log and an error message.

    This is the one filter of all that reaches a person, a log or Pulumi's engine. Escape sequences, control characters
    and direction marks go, white space becomes single blanks, secrets become ``***``, and what is left is cut to
    ``limit`` characters. Secrets are masked before anything is cut, so that no part of one stays, and once more
    afterwards, when nothing invisible splits them. Those of the `hiding` block count, too.
    """
    hidden = _hidden_with(secrets)
    text = _masked(_tamed(_masked_beginning(text, hidden)), hidden)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def printable_lines(text: str, limit: int = 16 * 1024, secrets: Iterable[str] = ()) -> str:
    """Make text of several lines safe, such as a traceback; lines and their indentation stay."""
    hidden = _hidden_with(secrets)
    lines = (
        " " * (len(line) - len(line.lstrip(" "))) + _tamed(line)
        for line in _masked_beginning(text, hidden).splitlines()
    )
    text = "\n".join(_masked(line.rstrip(), hidden) for line in lines)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _masked(text: str, hidden: Secrets | None) -> str:
    return hidden.masked(text) if hidden else text


def _masked_beginning(text: str, hidden: Secrets | None) -> str:
    """Return what is looked at of a text, masked."""
    masked = _masked(text[:_LONGEST_LOOKED_AT], hidden)
    if len(text) <= _LONGEST_LOOKED_AT or hidden is None:
        return masked
    # What is cut in two there is not known for a secret.
    return masked[: max(0, len(masked) - hidden.longest_line * _LONGEST_CODE)]


class Sealed:
    """Base of objects that hold a secret: they cannot be pickled or copied, so a secret cannot leave by accident."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds a secret and cannot be pickled. Build it again where it is used.")


class Secret(Sealed):
    """A text that does not show in ``repr``, ``str``, ``vars`` or a pickle."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text
