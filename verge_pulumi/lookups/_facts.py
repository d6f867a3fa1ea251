"""How columns become facts: what the annotations of the results of look-ups say, and what many of them share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator

from verge_pulumi.engine.ownership.mark import without_mark

# Of what is unset VergeOS answers null, 0 or "", depending on the column (docs/vergeos/README.md §8).
_unset = BeforeValidator(lambda value: value or None)
Number = Annotated[int | None, _unset]
Text = Annotated[str | None, _unset]
Count = Annotated[int, BeforeValidator(lambda value: value or 0)]
Switch = Annotated[bool, BeforeValidator(bool)]
Description = Annotated[str, BeforeValidator(without_mark)]

# A text in an annotation is the fact's name in the API, where that is another one.
RowKey = Annotated[int, "$key"]
DrawnKey = Annotated[str, "$key"]
Running = Annotated[Switch, "machine#status#running"]
MachineStatus = Annotated[Text, "machine#status#status"]
DeviceStatus = Annotated[Text, "status#status"]


@dataclass(frozen=True, kw_only=True)
class Described:
    """What has a name and a description."""

    name: str
    description: Description


@dataclass(frozen=True, kw_only=True)
class DescribedRow(Described):
    """The same, with a number as its key."""

    key: RowKey


@dataclass(frozen=True, kw_only=True)
class DescribedDrawn(Described):
    """The same, with a key that VergeOS draws."""

    key: DrawnKey


@dataclass(frozen=True, kw_only=True)
class OfMachine(DescribedRow):
    """What belongs to a machine."""

    machine: int
