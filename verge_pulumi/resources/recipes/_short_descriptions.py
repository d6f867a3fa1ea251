"""Descriptions of which VergeOS keeps so few characters that a mark may leave no room for them."""

from __future__ import annotations

from collections.abc import Iterable

from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.declaring.hidden import NAME, OWNER
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.ownership.mark import TOKEN, Mark


def overlong(settings: Settings, inputs: Inputs, limit: int) -> Iterable[str]:
    """Say that a description and the mark below it are too long together.

    Args:
        settings: Whether rows are marked.
        inputs: What the program says.
        limit: Characters that VergeOS keeps.
    """
    said = inputs.get("description")
    if not (settings.mark and OWNER in inputs) or not isinstance(said, str | None):
        return
    length = len(Mark.new(inputs[OWNER], inputs[NAME], str(inputs[TOKEN])).append_to(said))
    if length > limit:
        yield (
            f"description: VergeOS keeps {limit} characters, and with the mark of this package it has {length}. "
            "Shorten it, or the names of the resource and the stack"
        )
