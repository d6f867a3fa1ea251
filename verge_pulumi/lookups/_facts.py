"""How columns become facts: what the annotations of the results of look-ups say."""

from __future__ import annotations

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
