"""The files of a program that an import writes; one that somebody edited since is never overwritten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from verge_pulumi.engine.errors import EngineError


class Written:
    """The files that an import has written into a project.

    Args:
        folder: The project.
        path: The file with the hash of each as it was written.
    """

    def __init__(self, folder: Path, path: Path) -> None:
        self._folder = folder
        self._path = path

    def edited(self, package: str) -> set[str]:
        """Return the modules of a package that somebody edited since."""
        written = {name: known for name, known in self._known().items() if name.startswith(f"{package}/")}
        edited = [name for name, known in written.items() if self._hash(name) not in (known, "")]
        return {Path(name).stem for name in edited if name.endswith(".py")}

    def write(self, files: Mapping[str, str]) -> list[str]:
        """Write files, but none that an import did not write or that somebody edited; return those, if they differ.

        Args:
            files: Their texts, by their paths in the project.
        """
        written, kept = self._known(), list[str]()
        for name, text in files.items():
            path = self._folder / name
            # One that is as it is to be was written by a run that was cut off right after it.
            known = not path.exists() or self._hash(name) == written.get(name)
            if not known and path.read_text(encoding="utf-8") != text:
                kept.append(name)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{path.name}.part")
            part.write_text(text, encoding="utf-8", newline="")
            if path.suffix == ".py":
                compile(text, name, "exec")
            part.replace(path)
            written[name] = self._hash(name)
        self._path.parent.mkdir(exist_ok=True)
        self._path.write_text(json.dumps(written, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        return kept

    def _known(self) -> dict[str, str]:
        try:
            written: dict[str, str] = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise EngineError(f"{self._path} cannot be read ({error}). Put it back from version control") from None
        return written

    def _hash(self, name: str) -> str:
        path = self._folder / name
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
