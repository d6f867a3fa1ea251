"""Value types of users and what belongs to them."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any

from verge_pulumi.engine.declaring.values import Value


class _LowerCase(Value):
    """Text that VergeOS stores in lower case (docs/vergeos/quirks.md §W15)."""

    json_types = ("text",)

    def normalise(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError("is not text. Write it in quotes")
        return value.lower()

    def from_api(self, value: Any) -> Any:
        return value or None


class _Lines(Value):
    """Lines of one text."""

    json_types = ("text",)

    def normalise(self, value: Any) -> Any:
        if not isinstance(value, list):
            raise ValueError("is not a list of lines. Give one, in brackets: [...]")
        lines = [str(line).strip() for line in value]
        if not all(lines) or any(len(line.splitlines()) > 1 for line in lines):
            raise ValueError("has an element that is empty, or more than one line. Give each line by itself")
        return lines

    def to_api(self, value: Any) -> Any:
        return "\n".join(value)

    def from_api(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()] or None


class _Addresses(Value):
    """Addresses and networks that one column holds, separated by commas (docs/vergeos/access.md §5)."""

    json_types = ("text",)

    def normalise(self, value: Any) -> Any:
        try:
            if isinstance(value, list):
                return [_address(str(each)) for each in value]
        except ValueError:
            pass
        # The text of the error quotes the value, which may be a secret.
        raise ValueError("is not a list of addresses and networks. Give one, such as ['192.0.2.7', '10.0.0.0/24']")

    def to_api(self, value: Any) -> Any:
        return ",".join(value)

    def from_api(self, value: Any) -> Any:
        return [each.strip() for each in str(value or "").split(",") if each.strip()] or None


def _address(text: str) -> str:
    network = ipaddress.ip_network(text.strip(), strict=False)
    return str(network.network_address if network.prefixlen == network.max_prefixlen else network)


class _RowNumber(Value):
    """The key of a row as a number, or 0 for the whole table."""

    json_types = ("int",)

    def normalise(self, value: Any) -> Any:
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        if not re.fullmatch("0|[1-9][0-9]{0,15}", text):
            raise ValueError("is not the key of a row. Give a number, or 0 for the whole table")
        return int(text)


AddressList = Annotated[list[str], _Addresses()]
"""A list of addresses and networks."""

Lines = Annotated[list[str], _Lines()]
"""A list of lines, which may have spaces, that VergeOS keeps in one text."""

LowerCase = Annotated[str, _LowerCase()]
"""Text that VergeOS keeps in lower case."""

RowNumber = Annotated[int | str, _RowNumber()]
"""The key of a row, or 0 for all rows of its table."""
