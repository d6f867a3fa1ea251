"""Values that VergeOS generates for a new row: UUIDs, serial numbers, MAC addresses.

None repeats in the life of a simulator, not even after its content was restored to an earlier one, so that a row whose
key is used again differs from the one that had the key before.
"""

from __future__ import annotations

import itertools
import secrets
import uuid

_places = 1 << 24
_next = itertools.count(secrets.randbelow(_places))


def draw_uuid() -> str:
    """Return a UUID."""
    return str(uuid.uuid4())


def draw_id() -> str:
    """Return 40 hexadecimal digits."""
    return secrets.token_hex(20)


def draw_serial() -> str:
    """Return the serial number of a drive."""
    return uuid.uuid4().hex[:20]


def draw_mac_address(kind: int) -> str:
    """Return a MAC address in VergeOS's range.

    Args:
        kind: The byte that distinguishes NICs of VMs, NICs of networks and virtual functions.
    """
    number = next(_next) % _places
    return ":".join(f"{byte:02x}" for byte in (0xF0, 0xDB, kind, *number.to_bytes(3, "big")))
