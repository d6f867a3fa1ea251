"""The one place where documents that others wrote become values: of a known kind, of a known size, nothing else.

Previews and states come from files and pipes, so they may hold anything. What is read here is plain JSON with finite
numbers, whole characters and a bounded depth; the models of a document say what is where in it.
"""

from __future__ import annotations

import codecs
import json
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from verge_pulumi.review.escaping import text as shown

LARGEST = 256 * 1024**2
"""Bytes that a document may have; a state of 10,000 resources has about a third of them."""

DEEPEST = 100
"""Values that may lie inside one another."""

GREATEST = 10**300
"""Numbers are smaller than this, so that each can be a float; Pulumi itself keeps all of them as floats."""

P = TypeVar("P", bound="Part")


class Unreadable(ValueError):
    """A document is not what it should be; the message says why, in the middle of a sentence."""


class Part(BaseModel):
    """A part of a document. What the model does not name is passed over, since later releases of Pulumi add to it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @classmethod
    def read(cls: type[P], document: object) -> P:
        """Return the part that a document is.

        Raises:
            Unreadable: It is something else; the message says where.
        """
        try:
            return cls.model_validate(plain(document))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = shown(".".join(map(str, first["loc"])))
            reason = shown(first["msg"]).removeprefix("Value error, ")
            raise Unreadable(f"{where}: {reason}" if where else reason) from None


def read_text(file: BinaryIO) -> str:
    """Return the text of a file. PowerShell writes UTF-16 when the output of a command is redirected.

    Raises:
        Unreadable: It is too large.
    """
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Unreadable(f"it has more than {LARGEST:,} bytes")
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    return data.decode(encoding, errors="replace")


def read_file(path: Path) -> str:
    """Return the text of the file at a path.

    Raises:
        OSError: It cannot be read.
        Unreadable: It is too large, or no file can have that name.
    """
    try:
        file = path.open("rb")
    except ValueError:
        raise Unreadable("no file can have that name") from None
    with file:
        return read_text(file)


def decode(text: str, position: int = 0) -> tuple[Any, int]:
    """Return the JSON that begins at a position of a text, and the position after it.

    Raises:
        json.JSONDecodeError: There is none.
        Unreadable: It holds what no document of Pulumi's holds.
    """
    try:
        return _DECODER.raw_decode(text, position)
    except RecursionError:
        raise _too_deep() from None


def plain(value: object, depth: int = 0) -> Any:
    """Return a value as plain JSON: halves of characters are replaced, everything else that is no JSON is refused.

    Raises:
        Unreadable: It is no plain JSON.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if value.isascii() else _whole(value)
    if isinstance(value, int | float):
        if not -GREATEST < value < GREATEST:  # neither is NaN
            raise Unreadable("it holds a number that is none, or too great")
        return value
    if depth == DEEPEST:
        raise _too_deep()
    if isinstance(value, list):
        return [plain(each, depth + 1) for each in value]
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise Unreadable("it holds what is no JSON")
    return {plain(name): plain(each, depth + 1) for name, each in value.items()}


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _too_deep() -> Unreadable:
    return Unreadable(f"more than {DEEPEST} values lie inside one another")


def _number(text: str) -> int | float:
    # Words such as NaN come here too. Python reads no more than 4,300 digits, and this many are none of Pulumi's.
    return float("nan") if len(text) > 400 else float(text) if set(text) - set("-0123456789") else int(text)


_DECODER = json.JSONDecoder(parse_float=_number, parse_int=_number, parse_constant=_number)
