"""What imports have written into a project; a file that somebody edited since is never overwritten.

It stands in ``vergeos-import/written.json``, beside the plans and like them for version control:

* ``files``: the hash of each file as it was written, and the rows that a module declares;
* ``systems``: which VergeOS each plan is of, by the name of its provider;
* ``stacks``: the stacks for which the program was written, as ``project/stack``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verge_pulumi.engine.connecting.connection import System
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.states import Place


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What imports of one system have written before, as far as it is still there.

    Attributes:
        rows: The rows that each module declares.
        edited: The modules that somebody edited since.
        stacks: The stacks for which the program was written, as ``project/stack``.
    """

    rows: Mapping[str, Collection[Place]]
    edited: Collection[str]
    stacks: Collection[str]


class Written:
    """The files that imports have written into a project.

    Args:
        folder: The project.
        path: The file that tells of them.
    """

    def __init__(self, folder: Path, path: Path) -> None:
        self._folder = folder
        self._path = path

    def earlier(self, package: str) -> Earlier:
        """Return what is there of a package.

        Raises:
            EngineError: The file that tells of it cannot be read.
        """
        known = self._known()
        rows = {name: each["rows"] for name, each in known["files"].items() if "rows" in each and self._hash(name)}
        own = [name for name in rows if name.startswith(f"{package}/")]
        return Earlier(
            rows={Path(name).stem: [_place(row) for row in rows[name]] for name in own},
            edited={Path(name).stem for name in own if self._hash(name) != known["files"][name]["sha256"]},
            stacks=known["stacks"],
        )

    def packages(self) -> Mapping[str, Collection[str]]:
        """Return the modules of resources that are there, by their packages."""
        packages: dict[str, list[str]] = {}
        for name, each in self._known()["files"].items():
            if "rows" in each and self._hash(name):
                packages.setdefault(Path(name).parent.as_posix(), []).append(Path(name).stem)
        return packages

    def origin(self, provider: str) -> Mapping[str, Any]:
        """Return which VergeOS the plan of a provider is of, as the outputs of resources tell it; {} if none is."""
        origin: Mapping[str, Any] = self._known()["systems"].get(provider, {})
        return origin

    def note(self, provider: str, system: System) -> None:
        """Write down which VergeOS the plan of a provider is of."""
        known, told = self._known(), {"system": system.identity, "name": system.name}
        if known["systems"].get(provider) != told:
            known["systems"][provider] = told
            self._save(known)

    def write(
        self,
        files: Mapping[str, str],
        package: str,
        rows: Mapping[str, Collection[Place]],
        kept: Collection[str],
        stack: str,
    ) -> list[str]:
        """Write files, but none that an import did not write or that somebody edited; return those, if they differ.

        A module that declares nothing any more is removed.

        Args:
            files: Their texts, by their paths in the project.
            package: The package to which the modules belong.
            rows: The rows that each module of it declares.
            kept: Its modules that stay although no row is theirs.
            stack: For which stack, as ``project/stack``.
        """
        known, left = self._known(), list[str]()
        written = known["files"]
        for name, text in files.items():
            path = self._folder / name
            # One that is as it is to be was written by a run that was cut off right after it.
            ours = not path.exists() or self._hash(name) == written.get(name, {}).get("sha256")
            if not ours and self._content(name) != text.encode():
                left.append(name)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{path.name}.part")
            part.write_text(text, encoding="utf-8", newline="")
            if path.suffix == ".py":
                compile(text, name, "exec")
            part.replace(path)
            written[name] = {"sha256": self._hash(name)}
        modules = {f"{package}/{module}.py": module for module in rows}
        for name in modules.keys() & written.keys():
            written[name]["rows"] = sorted("/".join(place) for place in rows[modules[name]])
        for name in [name for name in written.keys() - modules if "rows" in written[name]]:
            if Path(name).parent.as_posix() == package and Path(name).stem not in kept:
                (self._folder / name).unlink(missing_ok=True)
                del written[name]
        known["stacks"] = sorted({*known["stacks"], stack})
        self._save(known)
        return left

    def _save(self, known: Mapping[str, Any]) -> None:
        self._path.parent.mkdir(exist_ok=True)
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        part.replace(self._path)

    def _known(self) -> dict[str, Any]:
        known: dict[str, Any] = {"files": {}, "systems": {}, "stacks": []}
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            known = {name: told[name] for name in known}
            if not _is_whole(**known):
                raise TypeError("a value is of another type")
        except FileNotFoundError:
            return known
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise EngineError(f"{self._path} cannot be read ({error}). Put it back from version control") from None
        return known

    def _hash(self, name: str) -> str:
        return hashlib.sha256(self._content(name)).hexdigest() if (self._folder / name).exists() else ""

    def _content(self, name: str) -> bytes:
        """Return what a file says: version control may have changed the ends of lines, which Python does not tell."""
        content = (self._folder / name).read_bytes()
        return content.replace(b"\r\n", b"\n") if name.endswith(".py") else content


def _is_whole(files: Any, systems: Any, stacks: Any) -> bool:
    """Say whether it is what an import writes; a merge may have left half of it."""
    if not isinstance(files, dict) or not isinstance(systems, dict):
        return False
    if not all(isinstance(each, dict) for each in (*files.values(), *systems.values())):
        return False
    lists = [stacks, *(each.get("rows", []) for each in files.values())]
    if not all(isinstance(each, list) for each in lists):
        return False
    texts = [text for each in lists for text in each]
    texts += [each.get("sha256") for each in files.values()]
    texts += [each.get(name) for each in systems.values() for name in ("system", "name")]
    return all(isinstance(text, str) for text in texts)


def _place(row: str) -> Place:
    table, _, key = row.partition("/")
    return table, key
