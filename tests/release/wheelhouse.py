"""A folder from which pip installs without a network: the wheel of this package, and what is installed here."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import parse_tag, sys_tags
from packaging.utils import canonicalize_name

LEFT = ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json")
"""What an installer adds to the description of a package."""


def closure(requirements: Iterable[str]) -> dict[str, Distribution]:
    """Return the packages that some requirements need in the end, without this one."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(each) for each in requirements]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        installed = found.setdefault(name, distribution(name))
        for extra in ("", *requirement.extras):
            if (name, extra) not in seen:
                seen.add((name, extra))
                waiting += _needs(installed, extra)
    found.pop("verge-pulumi", None)
    return found


def _needs(installed: Distribution, extra: str) -> Iterator[Requirement]:
    for text in installed.requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield requirement


def fill(folder: Path, requirements: Iterable[str]) -> None:
    """Write the wheels of what some requirements need, each of the files that are installed here."""
    folder.mkdir()
    for installed in closure(requirements).values():
        _pack(installed, folder)


def _pack(installed: Distribution, folder: Path) -> None:
    described = installed.read_text("WHEEL") or ""
    tags = [line.partition(": ")[2] for line in described.splitlines() if line.startswith("Tag: ")]
    here = {*sys_tags()}
    tag = next(tag for tag in tags if parse_tag(tag) & here)
    name = canonicalize_name(installed.name).replace("-", "_")
    files = [
        path
        for path in installed.files or ()
        if ".." not in path.parts and path.suffix != ".pyc" and path.name not in LEFT and Path(path.locate()).is_file()
    ]
    record = next(f"{path.parent}/RECORD" for path in files if path.name == "METADATA")
    with zipfile.ZipFile(folder / f"{name}-{installed.version}-{tag}.whl", "w") as wheel:
        for path in files:
            wheel.write(str(path.locate()), str(path))
        wheel.writestr(record, "".join(f"{path},,\n" for path in (*files, record)))
