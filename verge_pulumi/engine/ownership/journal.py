"""The writes that this machine has begun, so that one which was cut off is found again.

The engine notes a write that is cut off together with it as a pending operation in the state. It notes nothing of one
whose provider process alone died, and it drops the notes of changes and deletes with its next write to the state. So
each attempt is written down here before its first request and crossed out when its outcome is in the engine's hands;
what is left behind by a process that ended was cut off.

The journal is a help, not a condition: where it cannot be kept, such an attempt is refused instead of found.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

if sys.platform != "win32":
    import fcntl

Verb = Literal["create", "change"]
"""What an attempt does. A change updates or deletes an object that exists."""

_LONGEST = 64 * 1024
"""Bytes after which attempts that have ended are dropped from the file."""

_KEPT = 200
"""The most attempts that the file keeps then: the newest."""

_ENDED = 0
"""Stands for the process of an attempt that is known to have been cut off."""


@dataclass(frozen=True)
class Attempt:
    """A write that was begun.

    Attributes:
        token: The token of the object.
        verb: What was begun.
        urn: The resource.
        pid: The process.
        down: Whether it has switched the object off that is to be on again.
    """

    token: str
    verb: Verb
    urn: str
    pid: int
    down: bool = False


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

    def begin(self, verb: Verb, urn: str, token: str, *, down: bool = False) -> None:
        """Write down an attempt, before anything is sent for it; not that of an object older than tokens."""
        if token:
            self._append(asdict(Attempt(token, verb, urn, os.getpid(), down)))

    def switched(self, token: str, *, down: bool) -> None:
        """Write down that an attempt is about to switch its object off, or that it is on again."""
        if token:
            self._append({"switched": token, "down": down})

    def end(self, token: str) -> None:
        """Cross out what was begun with a token: the engine has the result, or it is known to have written nothing."""
        if token:
            self._append({"end": token})

    def spend(self, tokens: Iterable[str]) -> None:
        """Cross out creates that were cut off, also those that only the engine has noted, which it keeps for long."""
        for token in tokens:
            self._append({"spent": token})

    def keep(self, urn: str, token: str) -> bool:
        """Write down a change that was cut off, as the state tells; return whether nobody had before."""
        if any(attempt.token == token for attempt in self._read()[0]):
            return False
        self._append(asdict(Attempt(token, "change", urn, _ENDED)))
        return True

    def cut_off(self) -> list[Attempt]:
        """Return the attempts whose process ended without crossing them out."""
        return [each for each in self._read()[0] if each.pid == _ENDED or not self._alive(each.pid)]

    def spent(self) -> set[str]:
        """Return the tokens of the creates that were cut off and prove nothing any more."""
        return set(self._read()[1])

    def _read(self) -> tuple[list[Attempt], list[str]]:
        """Return the attempts that are not crossed out, and the tokens that are spent, both oldest first."""
        found: dict[str, Attempt] = {}
        spent: dict[str, None] = {}
        for entry in self._entries():
            match entry:
                case {"token": str(token), "verb": ("create" | "change") as verb, "urn": str(urn), "pid": int(pid)}:
                    found[token] = Attempt(token, verb, urn, pid, entry.get("down") is True)
                case {"switched": str(token), "down": bool(down)} if token in found:
                    found[token] = replace(found[token], down=down)
                case {"end": str(token)}:
                    found.pop(token, None)
                case {"spent": str(token)}:
                    found.pop(token, None)
                    spent[token] = None
        return list(found.values()), list(spent)

    def _entries(self) -> Iterator[Any]:
        with contextlib.suppress(OSError):
            for line in self._path.read_text(errors="replace").splitlines() if self._path else ():
                with contextlib.suppress(ValueError):  # torn when a process was killed
                    yield json.loads(line)

    def _append(self, entry: dict[str, Any]) -> None:
        if self._path is None:
            return
        with self._lock, contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with _alone(self._path):
                if self._path.exists() and self._path.stat().st_size > _LONGEST:
                    self._shorten(self._path)
                # The line begins with its end, so that it does not go on from one that was torn.
                with open(self._path, "a", opener=_private) as file:
                    file.write(f"\n{json.dumps(entry)}")

    def _shorten(self, path: Path) -> None:
        attempts, spent = self._read()
        kept = [asdict(each) for each in attempts[-_KEPT:]] + [{"spent": token} for token in spent[-_KEPT:]]
        shorter = path.with_suffix(".new")
        with open(shorter, "w", opener=_private) as file:
            file.write("".join(f"\n{json.dumps(entry)}" for entry in kept))
        shorter.replace(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from writing meanwhile, where files can be locked; the journal itself may be replaced."""
    with open(path.with_suffix(".lock"), "a", opener=_private) as file:
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX)  # given back when the file is closed
        yield


def _runs(pid: int) -> bool:
    """Say whether a process runs; one that cannot be asked counts as running, so that nothing is taken from it."""
    if sys.platform == "win32":
        return True  # signal 0 is Ctrl-C there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
