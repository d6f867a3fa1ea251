"""What may be shown: foreign text made harmless, and secrets that do not show themselves."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Iterable
from typing import NoReturn
from urllib.parse import quote, quote_plus

_ESCAPE_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x9d\x90])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS …: titles, links
    r"|\x1b."
)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Unicode categories that draw nothing or steer the terminal: controls, bidi and zero-width marks, surrogates."""

_LONGEST_LOOKED_AT = 64 * 1024
_SHORTEST_SECRET = 4
"""A shorter value also occurs by chance in ordinary words, and masking it would garble every message."""


def printable(text: str, limit: int = 200, secrets: Iterable[str] = ()) -> str:
    """Make text from a server, a file or a user safe for a terminal, a log and an error message.

    Escape sequences, control characters and direction marks go, white space becomes single blanks, secrets become
    ``***``, and what is left is cut to ``limit`` characters. Secrets are masked before anything is cut, so that no part
    of one stays, and once more afterwards, when nothing invisible splits them.
    """
    secrets = tuple(secrets)
    text = _ESCAPE_SEQUENCE.sub("", mask(text[:_LONGEST_LOOKED_AT], secrets))
    text = " ".join(text.split())
    text = "".join(char for char in text if unicodedata.category(char) not in _INVISIBLE)
    text = mask(text, secrets)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def mask(text: str, secrets: Iterable[str]) -> str:
    """Replace each secret in a text by ``***``: as it is, and in its base64, URL-encoded and JSON forms."""
    forms: set[str] = set()
    for secret in secrets:
        if len(secret) < _SHORTEST_SECRET:
            continue
        data = secret.encode(errors="surrogatepass")
        encoded = base64.b64encode(data).decode()
        escaped = json.dumps(secret)[1:-1]
        forms |= {secret, encoded, encoded.rstrip("="), escaped, escaped.replace("/", "\\/")}
        forms |= {quote(data, safe=""), quote_plus(data)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "***")
    return text


class Sealed:
    """Base of objects that hold a secret: they cannot be pickled or copied, so a secret cannot leave by accident."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds a secret and cannot be pickled. Build it anew where it is used.")


class Secret(Sealed):
    """A text that does not show in ``repr``, ``str``, ``vars`` or a pickle."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text
