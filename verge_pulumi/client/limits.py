"""How long an exchange may take and how long an answer may be; known without what sends requests."""

from __future__ import annotations

from dataclasses import dataclass

KiB = 1024
MiB = 1024 * KiB


@dataclass(frozen=True, slots=True)
class Clocks:
    """How long to wait, in seconds.

    Attributes:
        connect: For a connection, to each address of the host.
        silence: For the next byte of the answer.
        attempt: For the whole answer, not counting the time to send a large body. ``requests`` has no such limit: a
            server that drips holds it for ever.
    """

    connect: float = 5.0
    silence: float = 30.0
    attempt: float = 60.0
