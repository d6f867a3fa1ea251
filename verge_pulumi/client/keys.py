"""Keys of rows: numbers in nearly all tables, 40 hexadecimal digits, UUIDs or names in some.

See docs/vergeos/README.md §8.
"""

from __future__ import annotations

import re

Key = int | str
"""The key of a row: a number, 40 hexadecimal digits, a UUID or a name; a number may be written as text."""

NUMBER = r"[1-9][0-9]{0,19}"
DRAWN = r"[0-9a-f]{40}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""A key that VergeOS draws instead of counting."""

NAME = r"[a-z][a-z0-9_]{0,63}"
"""A key that is the name of what is set, as in ``settings``."""

_KEY = re.compile(rf"(?:0|{NUMBER}|(?i:{DRAWN})|{NAME})\Z")
_GIVEN = re.compile(rf"(?:{NUMBER}|(?i:{DRAWN}))\Z")


def is_key(text: str) -> bool:
    """Say whether a text may be the key of a row; such a text is safe in a path."""
    return bool(_KEY.match(text))


def is_given_key(text: str) -> bool:
    """Say whether a text may be the key that VergeOS gives to a new row; rows that are known by names are not made."""
    return bool(_GIVEN.match(text))


def as_key(key: Key) -> Key:
    """Return a key as JSON and filters have it: a number where it is one, else text, though it be all digits."""
    return int(key) if re.fullmatch(rf"0|{NUMBER}", str(key)) else key
