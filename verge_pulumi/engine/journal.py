"""The creates and deletes that this machine has begun, so that one which was cut off is found again.

The engine keeps a create that was cut off together with it as a pending operation. It keeps nothing of one whose
provider process alone died. So each attempt is written down here before its POST and crossed out when its outcome is in
the engine's hands; what is left behind by a process that ended was cut off.

A delete is written down too. The engine forgets that it had begun one to replace an object, and would take the object
for unchanged.

The journal is a help, not a condition: where it cannot be kept, such an attempt is refused instead of found.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_DELETE = "delete:"
"""How the token of a delete begins."""

_LONGEST = 64 * 1024
"""Bytes after which attempts that have ended are dropped from the file."""


class Journal:
    """Attempts of all processes with one credential on this machine.

    Args:
        path: The file, or None to keep none.
        alive: Whether a process of this machine still runs.
    """

    def __init__(self, path: Path | None, alive: Callable[[int], bool] | None = None) -> None:
        self._path = path
        self._alive = alive or _runs
        self._lock = threading.Lock()

    def begin(self, urn: str, token: str) -> None:
        """Write down an attempt, before anything is sent for it."""
        self._append(f"+ {token} {os.getpid()} {urn}")

    def end(self, token: str) -> None:
        """Cross an attempt out: the engine has its result, or it is known to have written nothing."""
        self._append(f"- {token}")

    def begin_delete(self, urn: str, token: str) -> None:
        """Write down a delete, before anything is sent for it; not that of an object older than tokens."""
        if token:
            self.begin(urn, f"{_DELETE}{token}")

    def end_delete(self, token: str) -> None:
        """Cross a delete out: it was carried out, or the object has been looked at since."""
        self.end(f"{_DELETE}{token}")

    def cut_off(self, urn: str) -> set[str]:
        """Return the tokens of the attempts to create a resource whose process ended without crossing them out."""
        return {
            token
            for token, (pid, of) in self._open_attempts().items()
            if of == urn and not token.startswith(_DELETE) and not self._alive(pid)
        }

    def cut_off_deletes(self) -> set[str]:
        """Return the tokens of the objects whose delete was begun by a process that ended without crossing it out."""
        return {
            token.removeprefix(_DELETE)
            for token, (pid, _) in self._open_attempts().items()
            if token.startswith(_DELETE) and not self._alive(pid)
        }

    def _open_attempts(self) -> dict[str, tuple[int, str]]:
        found: dict[str, tuple[int, str]] = {}
        for line in self._lines():
            sign, _, rest = line.partition(" ")
            token, _, rest = rest.partition(" ")
            pid, _, urn = rest.partition(" ")
            if sign == "+" and pid.isdecimal():
                found[token] = (int(pid), urn)
            elif sign == "-":
                found.pop(token, None)
        return found

    def _lines(self) -> list[str]:
        try:
            return self._path.read_text(errors="replace").splitlines() if self._path else []
        except OSError:
            return []

    def _append(self, line: str) -> None:
        if self._path is None:
            return
        with self._lock, contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "r+b", buffering=0) as file, _alone(handle):
                if os.fstat(handle).st_size > _LONGEST:
                    kept = [f"+ {token} {pid} {urn}" for token, (pid, urn) in self._open_attempts().items()]
                    file.truncate(0)
                    file.write("".join(f"{each}\n" for each in kept).encode())
                file.write(f"{line}\n".encode())


@contextlib.contextmanager
def _alone(handle: int) -> Iterator[None]:
    """Keep other processes from writing meanwhile, where files can be locked."""
    if sys.platform != "win32":
        fcntl.flock(handle, fcntl.LOCK_EX)  # given back when the file is closed
    yield


def _runs(pid: int) -> bool:
    """Say whether a process runs; one that cannot be asked counts as running, so that nothing is taken from it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
