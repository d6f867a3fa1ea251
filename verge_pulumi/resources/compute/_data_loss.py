"""What would be lost with a drive, and the leave to lose it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from verge_pulumi.client import printable
from verge_pulumi.engine.declaring.values import in_units
from verge_pulumi.engine.errors import EngineError

FIELDS = ("name", "media", "interface", "used_bytes")
"""What of a drive says whether it holds data."""

EMPTY_MEDIA = ("cdrom", "efidisk", "nonpersistent")
"""Media whose contents come from elsewhere or do not outlive a power cycle."""

FIRMWARE = ("pflash", "tpm_state")
"""Interfaces of the drives that VergeOS makes for the firmware and the TPM of a machine
(docs/vergeos/virtual-machines.md §6)."""

WAY_OUT = (
    "To allow it set allow_data_loss=True and run 'pulumi up' before this change; to rule it out use Pulumi's option "
    "protect"
)


def used(drive: Mapping[str, Any]) -> int:
    """Return the bytes of data that would be lost with a drive."""
    if drive.get("media") in EMPTY_MEDIA or drive.get("interface") in FIRMWARE:
        return 0
    return int(drive.get("used_bytes") or 0)


def forbid(drives: Iterable[Mapping[str, Any]]) -> None:
    """Refuse to delete drives that hold data.

    Raises:
        EngineError: At least one does; the text names all that do.
    """
    full = [f"'{printable(str(drive.get('name')))}' ({in_units(used(drive))})" for drive in drives if used(drive)]
    if full:
        raise EngineError(f"this would delete the data on {', '.join(full)}. {WAY_OUT}")
