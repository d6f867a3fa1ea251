"""Value types: how a value is written in a program, compared, and carried to and from the API.

A plain ``Attr[int]`` or ``Attr[str]`` needs none of this. A column whose spelling may vary (``0A:00`` and ``0a:00`` are
one MAC address) or whose form differs between the program and the API gets a type from this module, which is an
ordinary Python type to checkers and carries a `Value` for the engine.

It is one file, since each value type is a few lines and they are read side by side.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal, TypeVar, get_args

from verge_pulumi.client import as_key
from verge_pulumi.client.keys import DRAWN, NAME, NUMBER
from verge_pulumi.engine.declaring.mentions import Mention
from verge_pulumi.engine.errors import Unfit, did_you_mean

T = TypeVar("T")

LARGEST = 2**53 - 1
"""The largest whole number that arrives as it is: Pulumi carries every number as a double."""

TOO_LARGE = f"holds a number beyond {LARGEST:,}, which Pulumi carries as another one. Write it as text"
NO_NUMBER = "holds NaN or infinity, which is no number of JSON. Give another one"


def uncarried(value: Any) -> str | None:
    """Say why a value does not arrive at the provider and in the state as it is; None if it does.

    Args:
        value: Values of JSON at any depth; what is none, such as an output, is passed over.
    """
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return next((why for why in map(uncarried, value) if why), None)
    if isinstance(value, float) and not math.isfinite(value):
        return NO_NUMBER
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return TOO_LARGE if is_number and abs(value) > LARGEST else None


def equal(left: Any, right: Any) -> bool:
    """Say whether two JSON values are the same; to Python 1 equals True, but VergeOS keeps them apart."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[name], right[name]) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def holds(live: Any, sent: Any) -> bool:
    """Say whether a column as a GET answers it is what was sent; VergeOS may add names to a JSON object."""
    if isinstance(sent, Mapping):
        return isinstance(live, Mapping) and all(holds(live.get(name), value) for name, value in sent.items())
    return str(live) == str(sent)


class Value:
    """How one kind of value behaves; this base is the plain one, which is compared as JSON."""

    json_types: tuple[str, ...] = ()
    """The catalogue's names of the column types that can hold it, where the Python type does not tell."""

    each: Value | None = None
    """How each value of a list behaves, where it is checked by itself."""

    mentioned: tuple[str, ...] = ()
    """The tables of the rows that texts of this kind may name."""

    def normalise(self, value: Any) -> Any:
        """Return the one spelling in which the value is kept in the state.

        Raises:
            ValueError: The value is not of this kind; the text says what was expected.
        """
        return value

    def same(self, left: Any, right: Any) -> bool:
        """Say whether two values mean the same to VergeOS, to which an empty text or list is none."""
        if _is_empty(left) or _is_empty(right):
            return _is_empty(left) and _is_empty(right)
        try:
            return equal(self.normalise(left), self.normalise(right))
        except ValueError:
            return False  # other clients write what a program of ours may not, such as an address with its prefix

    def to_api(self, value: Any) -> Any:
        """Return the value as a POST or PUT carries it."""
        return value

    def from_api(self, value: Any) -> Any:
        """Return what a GET answered as the program would write it; None where the column holds nothing."""
        return value

    def refers_to(self, value: Any) -> Iterable[tuple[str, str]]:
        """Return table and key of each row that a value names."""
        return ()

    def mentions(self, value: Any) -> Sequence[Mention]:
        """Return the terms of a text in which rows may be named; none if there are no such texts of this kind."""
        return ()


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _number_text(value: Any) -> str:
    """Return text as it is, and a number without the fraction that Pulumi gives to every number."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


PLAIN = Value()


class _Text(Value):
    json_types = ("text",)

    def from_api(self, value: Any) -> Any:
        # VergeOS keeps many unset text columns as "" rather than null (docs/vergeos/README.md §8).
        return None if value == "" else value


class _MacAddress(_Text):
    def normalise(self, value: Any) -> Any:
        digits = re.sub(r"[:.-]", "", str(value)).lower()
        if not re.fullmatch(r"[0-9a-f]{12}", digits):
            raise ValueError("is not a MAC address. Give 12 hexadecimal digits, such as 'f0:db:30:00:00:01'")
        return ":".join(digits[index : index + 2] for index in range(0, 12, 2))


class _Parsed(_Text):
    """Text that one of the parsers of `ipaddress` understands and spells in its own way."""

    def __init__(self, parse: Callable[[str], object], wanted: str) -> None:
        self.parse = parse
        self.wanted = wanted

    def normalise(self, value: Any) -> Any:
        try:
            return str(self.parse(str(value).strip()))
        except ValueError:
            # The text of the error quotes the value, which may be a secret: no failure shows what it is about.
            raise ValueError(self.wanted) from None


class _Cidr(_Text):
    """A network, whose address has no host bits. In rows that others wrote they are not looked at."""

    def normalise(self, value: Any) -> Any:
        text = str(value).strip()
        with suppress(ValueError):
            return str(ipaddress.ip_network(text))
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            # The text of the error quotes the value, which may be a secret.
            raise ValueError("is not a network. Give one, such as '10.0.0.0/24'") from None
        why = "is the address of a host in a network. Give the network"
        raise Unfit(f"{why}, such as '10.0.0.0/24'", f"{why} itself, '{network}'")

    def same(self, left: Any, right: Any) -> bool:
        return PLAIN.same(self.from_api(left), self.from_api(right))

    def from_api(self, value: Any) -> Any:
        """Return the network that a column holds, as far as it holds one."""
        try:
            return str(ipaddress.ip_network(str(value).strip(), strict=False)) if value else None
        except ValueError:
            return value


class _WordList(_Text):
    """Words that one column holds, in their order; the spacing may differ when read back.

    See docs/vergeos/quirks.md §5.
    """

    def __init__(self, separator: str, plural: str, end: str = "") -> None:
        self.separator = separator
        self.plural = plural
        self.end = end

    def normalise(self, value: Any) -> Any:
        if not isinstance(value, list):
            raise ValueError("is not a list of words. Give one, such as ['one', 'two']")
        words = [str(item).strip() for item in value]
        if not all(re.fullmatch(rf"[^{self.separator}\s]+", word) for word in words):
            raise ValueError(f"has a word that is empty, or holds {self.plural} or spaces. Give each word by itself")
        return words

    def to_api(self, value: Any) -> Any:
        return self.separator.join(value) + (self.end if value else "")

    def from_api(self, value: Any) -> Any:
        return [item for item in re.split(rf"[{self.separator}\s]+", str(value or "")) if item] or None


class _CidrList(_WordList):
    cidr = _Cidr()

    def normalise(self, value: Any) -> Any:
        if not isinstance(value, list):
            raise ValueError("is not a list of networks. Give one, such as ['10.0.0.0/24', '10.1.0.0/24']")
        return [self.cidr.normalise(word) for word in value]

    def same(self, left: Any, right: Any) -> bool:
        return super().same(self._networks(left), self._networks(right))

    def from_api(self, value: Any) -> Any:
        return self._networks(super().from_api(value))

    def _networks(self, value: Any) -> Any:
        return [self.cidr.from_api(word) for word in value] if isinstance(value, list) else value


class _Json(Value):
    json_types = ("json",)

    def normalise(self, value: Any) -> Any:
        # Pulumi makes a float of every number; no declared type says which of these are whole.
        if isinstance(value, dict):
            return {name: self.normalise(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.normalise(inner) for inner in value]
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def from_api(self, value: Any) -> Any:
        # What somebody else wrote there; as a number it would be another one in the state.
        if isinstance(value, dict):
            return {name: self.from_api(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.from_api(inner) for inner in value]
        return str(value) if uncarried(value) else value


class _Size(Value):
    json_types = ("int",)
    units: ClassVar = {
        "TiB": 1024**4,
        "TB": 1000**4,
        "GiB": 1024**3,
        "GB": 1000**3,
        "MiB": 1024**2,
        "MB": 1000**2,
        "KiB": 1024,
        "B": 1,
    }

    def bytes(self, value: Any) -> int:
        from fractions import Fraction  # it loads `decimal`, which nothing else of a program needs

        match = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*", _number_text(value))
        unit = self.units.get(match[2] or "B") if match else None
        if match is None or unit is None:
            raise ValueError(f"is not a size. Give bytes as a number, or a text with a unit ({', '.join(self.units)})")
        count = Fraction(match[1]) * unit
        if count.denominator != 1:
            raise ValueError("is not a whole number of bytes. Give a size such as '20GiB'")
        return int(count)

    def normalise(self, value: Any) -> Any:
        count = self.bytes(value)
        unit = next(name for name, size in self.units.items() if count % size == 0 and (count or size == 1))
        return f"{count // self.units[unit]}{unit}" if unit != "B" else str(count)

    def to_api(self, value: Any) -> Any:
        return self.bytes(value)

    def from_api(self, value: Any) -> Any:
        return None if value is None else self.normalise(value)


class _Mebibytes(_Size):
    """A number of MiB, which may be written with another unit; VergeOS calls them MB."""

    def normalise(self, value: Any) -> Any:
        text = _number_text(value)
        try:
            count, rest = divmod(self.bytes(text if re.search("[A-Za-z]", text) else f"{text}MiB"), self.units["MiB"])
        except ValueError:
            raise ValueError("is not a size. Give MiB as a number, or a text such as '2GiB'") from None
        if rest:
            raise ValueError("is not a whole number of MiB. Give one, or a text such as '2GiB'")
        return count

    def to_api(self, value: Any) -> Any:
        return value

    def from_api(self, value: Any) -> Any:
        return value


class _Decimal(Value):
    json_types = ("num",)

    def normalise(self, value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError("is not a number. Give one, such as 1.5")
        return value

    def to_api(self, value: Any) -> Any:
        return int(value) if float(value).is_integer() else value


class _Scalar(_Text):
    """Text that a program may write as a number or a truth value."""

    def normalise(self, value: Any) -> Any:
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, str | int | float):
            raise ValueError("is a list or a mapping. Give text, a number, True or False")
        return _number_text(value)

    def to_api(self, value: Any) -> Any:
        return self.normalise(value)


class _Key(Value):
    json_types = ("ref", "int")
    grammar = f"{NUMBER}|{DRAWN}"

    def __init__(self, *, named: bool = False) -> None:
        if named:
            self.grammar = f"{self.grammar}|{NAME}"

    def normalise(self, value: Any) -> Any:
        text = _number_text(value)
        if not re.fullmatch(self.grammar, text):
            # "0" is looked up as a row by VergeOS, not read as "none" (docs/vergeos/quirks.md §W9).
            raise ValueError("is not a key. Give a positive number, or a resource of this package")
        return text

    def to_api(self, value: Any) -> Any:
        return as_key(value)

    def from_api(self, value: Any) -> Any:
        # An unset reference is null, 0 or "" depending on the column (docs/vergeos/README.md §8).
        return None if value in (None, 0, "", "0") else str(value)


class _RowPath(Value):
    """A reference to a row of one of several tables, written ``table/key``."""

    json_types = ("any_ref", "text")

    def __init__(self, table: str = "", *, named: bool = False) -> None:
        self.table = table
        self.key = _Key(named=named)

    def normalise(self, value: Any) -> Any:
        # Both "vms/42" and "/v4/vms/42" occur (docs/vergeos/README.md §8, polymorphic references).
        text = _number_text(value).removeprefix("/v4/")
        if self.table and not text.startswith(f"{self.table}/"):
            text = f"{self.table}/{self.key.normalise(text)}"
        if not re.fullmatch(rf"[a-z][a-z0-9_]*/({self.key.grammar})", text):
            raise ValueError("is not a reference. Give a resource, or 'table/key' such as 'vms/42'")
        return text

    def refers_to(self, value: Any) -> Iterable[tuple[str, str]]:
        table, _, key = str(value).rpartition("/")
        return [(table.removeprefix("/v4/"), key)] if table else []


class _Keys(Value):
    json_types = ("json",)

    def __init__(self, *, named: bool = False) -> None:
        self.key = self.each = _Key(named=named)

    def normalise(self, value: Any) -> Any:
        return [self.key.normalise(key) for key in value] if isinstance(value, list) else value

    def to_api(self, value: Any) -> Any:
        return [self.key.to_api(key) for key in value]

    def from_api(self, value: Any) -> Any:
        return [str(key) for key in value] if isinstance(value, list) else value


class _KeyText(_Keys):
    """Keys of rows that one column of text holds, with commas."""

    json_types = ("text",)

    def to_api(self, value: Any) -> Any:
        return ",".join(str(key) for key in value)

    def from_api(self, value: Any) -> Any:
        return [key for each in str(value or "").split(",") if (key := each.strip())] or None


class _MachineType(_Text):
    families: ClassVar = {"q35": "pc-q35-", "pc": "pc-i440fx-"}
    words = ("pc", "q35", "yottabyte")

    def normalise(self, value: Any) -> Any:
        # Releases add versions (docs/vergeos/virtual-machines.md §2.2), which are left to VergeOS.
        if value in self.words or re.fullmatch(r"pc-(q35|i440fx)-[0-9]+(\.[0-9]+)*", str(value)):
            return value
        why, wanted = "is not a machine type.", "Give 'q35', 'pc', or a version such as 'pc-q35-10.0'"
        raise Unfit(f"{why} {wanted}", f"{why} {did_you_mean(value, self.words)} {wanted}")

    def same(self, left: Any, right: Any) -> bool:
        # Before 26.0.1 VergeOS replaced an alias by the newest type of its family
        # (docs/vergeos/virtual-machines.md §2.2), so an alias and a type of its family are not a difference.
        return super().same(left, right) or any(
            alias in (left, right) and all(name == alias or str(name).startswith(prefix) for name in (left, right))
            for alias, prefix in self.families.items()
        )


class _Media(Value):
    def same(self, left: Any, right: Any) -> bool:
        # What a program wrote as an import reads `disk` when that is done (docs/vergeos/quirks.md §5), and may be
        # written so from then on; a disk never becomes an import.
        return super().same(left, right) or (left, right) == ("import", "disk")


class _Moment(Value):
    """A time, which VergeOS keeps as seconds since 1970, or ``never``, which it keeps as 0.

    See docs/vergeos/virtual-machines.md §9.
    """

    json_types = ("int",)

    def normalise(self, value: Any) -> Any:
        text = _number_text(value).strip()
        try:
            if text in ("never", "0"):
                return "never"
            moment = datetime.fromtimestamp(int(text), UTC) if text.isdecimal() else datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError
            return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (ValueError, OverflowError, OSError):
            raise ValueError(
                "is not a time. Give one with its zone such as '2030-01-31T12:00:00Z', seconds since 1970, or 'never'"
            ) from None

    def to_api(self, value: Any) -> Any:
        return 0 if value == "never" else int(datetime.fromisoformat(value).timestamp())

    def from_api(self, value: Any) -> Any:
        return None if value is None else self.normalise(value)


class _Duration(Value):
    units: ClassVar = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}

    def normalise(self, value: Any) -> Any:
        seconds = self.to_api(value)
        unit = next(name for name, length in self.units.items() if seconds % length == 0)
        return f"{seconds // self.units[unit]}{unit}"

    def to_api(self, value: Any) -> Any:
        match = re.fullmatch(r"\s*0*([1-9][0-9]{0,8})\s*([wdhms])\s*", str(value))
        if match is None:
            raise ValueError(f"is not a duration. Give a number with a unit ({', '.join(self.units)}), such as '72h'")
        return int(match[1]) * self.units[match[2]]


class _Seconds(_Duration):
    json_types = ("int",)

    def from_api(self, value: Any) -> Any:
        # What is no length of time, such as what stands for "forever", is shown as it is.
        text = f"{_number_text(value)}s"
        try:
            return None if value is None else self.normalise(text)
        except ValueError:
            return text


class Sensitive:
    """Marks a value that is a secret: encrypted in the state, never shown."""


SENSITIVE = Sensitive()

Text = Annotated[str, _Text()]
"""Text of which VergeOS keeps "" when there is none."""

Cidr = Annotated[str, _Cidr()]
"""A network in CIDR form, such as ``10.0.0.0/24``."""

CidrList = Annotated[list[str], _CidrList(",", "commas")]
"""A list of networks in CIDR form that VergeOS keeps in one column, separated by commas."""

CommaList = Annotated[list[str], _WordList(",", "commas")]
"""A list of words that VergeOS keeps in one column, separated by commas."""

Decimal = Annotated[float, _Decimal()]
"""A number that need not be whole."""

Duration = Annotated[str, _Duration()]
"""A length of time, such as ``72h`` or ``30d``."""

IpAddress = Annotated[str, _Parsed(ipaddress.ip_address, "is not an address. Give one, such as '10.0.0.1'")]
"""An IPv4 or IPv6 address."""

IpInterface = Annotated[
    str, _Parsed(ipaddress.ip_interface, "is not an address with its prefix. Give one, such as '10.0.0.1/24'")
]
"""An address with the length of its network's prefix, such as ``10.0.0.1/24``."""

Json = Annotated[dict[str, Any], _Json()]
"""A JSON object."""

Key = Annotated[str | int, _Key()]
"""The `$key` of a row."""

Keys = Annotated[list[str | int], _Keys()]
"""The `$key` of several rows."""

KeyText = Annotated[list[str | int], _KeyText()]
"""The `$key` of several rows, which VergeOS keeps in one column of text, separated by commas."""

LineList = Annotated[list[str], _WordList("\n", "line breaks")]
"""A list of words that VergeOS keeps in one column, one in a line."""

MacAddress = Annotated[str, _MacAddress()]
"""A MAC address in any of the usual spellings."""

Mebibytes = Annotated[int, _Mebibytes()]
"""A number of MiB, or a text with a unit: ``2048`` or ``"2GiB"``."""

Media = Annotated[
    Literal["disk", "cdrom", "import", "clone", "nonpersistent", "efidisk", "9p", "dir", "clone9p", "clonedir"],
    _Media(),
]
"""Kind of a drive's medium."""

MachineType = Annotated[str, _MachineType()]
"""A machine type, such as ``q35`` or ``pc-q35-10.0``. Versions grow with releases and are left to VergeOS."""

Moment = Annotated[str | int, _Moment()]
"""A time such as ``2030-01-31T12:00:00Z``, seconds since 1970, or ``never``."""

RowPath = Annotated[str, _RowPath()]
"""A row of any table, as ``table/key``."""

Scalar = Annotated[str | int | float | bool, _Scalar()]
"""Text that may be written as a number or a truth value: ``500`` is ``"500"``, and ``True`` is ``"true"``."""

Secret = Annotated[T, SENSITIVE]
"""A secret: ``Secret[str]``."""

Seconds = Annotated[str, _Seconds()]
"""A length of time such as ``72h`` or ``30d``, which VergeOS keeps in seconds."""

SemicolonList = Annotated[list[str], _WordList(";", "semicolons", end=";")]
"""A list of words that VergeOS keeps in one column, each ended by a semicolon."""

Size = Annotated[str | int, _Size()]
"""A number of bytes, or a text with a unit: ``"20GiB"``, ``"500GB"``."""


def row_path(table: str) -> Any:
    """Return the type of a reference that is kept as ``table/key`` and always means one table: a key will do."""
    kind: Any = Annotated
    return kind[str | int, _RowPath(table)]


def with_names(value: Value) -> Value:
    """Return how a reference is spelt where the key of a row may be a name."""
    if isinstance(value, _RowPath):
        return _RowPath(value.table, named=True)
    return type(value)(named=True) if isinstance(value, _Keys) else _Key(named=True)


def in_units(count: int) -> str:
    """Return a number of bytes as people read it, such as ``1.5 GiB``."""
    unit = next((name for name in ("TiB", "GiB", "MiB", "KiB") if count >= _Size.units[name]), "B")
    return f"{count / _Size.units[unit]:.1f} {unit}" if unit != "B" else f"{count} B"


def value_of(annotation: Any) -> Value:
    """Return the `Value` an annotation carries, at any depth, else the plain one."""
    return next((found for found in _metadata(annotation) if isinstance(found, Value)), PLAIN)


def is_secret(annotation: Any) -> bool:
    """Say whether an annotation is marked as a secret."""
    return any(isinstance(found, Sensitive) for found in _metadata(annotation))


def _metadata(annotation: Any) -> list[Any]:
    found = list(getattr(annotation, "__metadata__", ()))
    for argument in get_args(annotation):
        found += _metadata(argument)
    return found
