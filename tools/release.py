"""Check, build and describe a release, as `.github/workflows/release.yml` does; CONTRIBUTING.md says how to make one.

check TAG     the tag, pyproject.toml and the changelog name one version
build FOLDER  the sdist, and the wheel as the sdist gives it; both twice, and fail unless the bytes are the same
notes         what CHANGELOG.md says of the version
"""

from __future__ import annotations

import argparse
import filecmp
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

HEADING = re.compile(r"^## \[([^]]+)\](?: - (\d{4}-\d\d-\d\d))?$", re.M)
"""A version in the changelog, and its day."""


def main() -> int:
    """Do one of these things."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check").add_argument("tag")
    commands.add_parser("build").add_argument("folder", type=Path)
    commands.add_parser("notes")
    given = parser.parse_args()
    if given.command == "check":
        problems = check(ROOT, given.tag)
    elif given.command == "build":
        problems = build(ROOT, given.folder)
    else:
        problems = []
        print(notes(ROOT, version(ROOT)))
    for problem in problems:
        print(f"Unable to release: {problem}", file=sys.stderr)
    return 1 if problems else 0


def version(root: Path) -> str:
    """Return the version, which pyproject.toml alone states."""
    stated: str = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return stated


def check(root: Path, tag: str) -> list[str]:
    """Return what keeps a tag from being a release."""
    own = version(root)
    problems = []
    if tag != f"v{own}":
        problems.append(f"the tag is {tag} and pyproject.toml says {own}. Tag the commit v{own}, or set the version.")
    if notes(root, "Unreleased"):
        problems.append(f"CHANGELOG.md has entries under Unreleased. Move them under '## [{own}] - <day>'.")
    days = dict(HEADING.findall((root / "CHANGELOG.md").read_text(encoding="utf-8")))
    if not days.get(own):
        problems.append(f"CHANGELOG.md has no '## [{own}] - <day>'. Write what is new in it.")
    pinned = f"verge-pulumi[cli]=={own}\n"
    if not (root / "examples/ci/requirements.in").read_text(encoding="utf-8").endswith(pinned):
        problems.append(f"examples/ci/requirements.in pins another version. Let it say {pinned.strip()}.")
    return problems


def notes(root: Path, of: str) -> str:
    """Return what the changelog says of a version, or "" for nothing."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = [*HEADING.finditer(text)]
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    return next(
        (text[found.end() : end].strip() for found, end in zip(headings, ends, strict=True) if found[1] == of), ""
    )


def build(root: Path, folder: Path) -> list[str]:
    """Build into a folder; return what differs in a second build of the same files."""
    folder.mkdir(parents=True, exist_ok=True)
    built = _build(root, folder)
    with tempfile.TemporaryDirectory() as scratch:
        again = _build(root, Path(scratch))
        return [
            f"two builds of {path.name} differ. Look for a time, an order or a path in it."
            for path, other in zip(built, again, strict=True)
            if path.name != other.name or not filecmp.cmp(path, other, shallow=False)
        ]


def _build(root: Path, folder: Path) -> list[Path]:
    """Build the sdist, and the wheel of what is in it: whoever installs the sdist gets the same."""
    sdist = _hatch(root, folder, "sdist")
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(sdist) as archive:
            # Python before 3.11.4 has no filters; what is unpacked is what was packed a moment ago.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(scratch)  # noqa: S202
        (unpacked,) = Path(scratch).iterdir()
        return [sdist, _hatch(unpacked, folder, "wheel")]


def _hatch(root: Path, folder: Path, target: str) -> Path:
    """Build one file, and return where it is."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder.resolve())]
    before = {*folder.iterdir()}
    subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL)
    (made,) = {*folder.iterdir()} - before
    return made


if __name__ == "__main__":
    sys.exit(main())
