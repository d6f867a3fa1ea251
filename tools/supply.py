"""Hold the locked packages against what is accepted and known, without a network.

It reads requirements.lock, the lock of the pipelines in examples/ci, pyproject.toml, uv.toml and the files of
workflows. Every line of a lock has one form: a name, one version and the SHA-256 hashes of its files. Anything else is
refused, such as another index, an address, or a file to read: pip would follow it.

A new dependency needs a line with its licence in supply.toml, which is the moment to look at it. `--write` prints the
lines that are missing and writes docs/licences.md. A list of known weaknesses (weaknesses.toml) that nobody has
compared with the public databases for 90 days is a warning.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import importlib.metadata
import operator
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeGuard

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent.parent

LOCK = Path("requirements.lock")
PIPELINES = Path("examples/ci/requirements.txt")
PAGE = Path("docs/licences.md")

COMPARED_WITHIN = datetime.timedelta(days=90)
"""How old the list of known weaknesses may become before it is a warning."""

PIN = re.compile(
    r"(?P<name>[a-z0-9]([a-z0-9._-]*[a-z0-9])?)==(?P<version>\S+?)(\s*;(?P<marker>.*?))?(?P<hashes>(\s+--hash=\S+)*)",
    re.ASCII | re.IGNORECASE,
)
SHA256 = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)

ELSEWHERE = ("extra-index-url", "find-links", "index", "index-url", "pip", "sources")
"""Settings of uv that take packages from elsewhere. The lock does not show that they did."""

COMPARE = {"<": operator.lt, "<=": operator.le, "==": operator.eq, ">": operator.gt, ">=": operator.ge}

SPELLINGS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Apache Software License / MIT License": "Apache-2.0 OR MIT",
    "BSD License": "BSD-3-Clause",
    "BSD License / Apache Software License": "BSD-3-Clause OR Apache-2.0",
    "DFSG approved / MIT License": "MIT",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""How packages spell a licence in their classifiers, and its SPDX name."""


def main() -> int:
    """Check, or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="print missing licences and write docs/licences.md")
    if parser.parse_args().write:
        return write(ROOT)
    problems, warnings = check(ROOT, datetime.date.today())
    for text in (*(f"warning: {warning}" for warning in warnings), *problems):
        print(text, file=sys.stderr)
    return 1 if problems else 0


def check(root: Path, today: datetime.date) -> tuple[list[str], list[str]]:
    """Return what is wrong in a checkout, and what is only to be warned of."""
    rules = tomllib.loads((root / "tools" / "supply.toml").read_text())
    known = tomllib.loads((root / "tools" / "weaknesses.toml").read_text())
    project = tomllib.loads((root / "pyproject.toml").read_text())
    pinned, problems = lock((root / LOCK).read_text())
    piped, more = lock((root / PIPELINES).read_text())
    problems = [f"{LOCK}: {problem}" for problem in problems] + [f"{PIPELINES}: {problem}" for problem in more]
    problems += [*licensed(pinned, rules), *weak(pinned, known["weakness"])]
    problems += [*undeclared_sources(project), *separate_sources(root), *unlocked(requirements(project), pinned, LOCK)]
    problems += unlocked(requirements(project, of_users=True), piped, PIPELINES)
    problems += [
        f"{PIPELINES}: {name} is {version} and not as in {LOCK}. Run 'make lock'."
        for name, version in piped.items()
        if pinned.get(name) != version
    ]
    problems += unpinned(root)
    if (root / PAGE).read_text() != page(pinned, rules["licences"]):
        problems.append(f"{PAGE.name} is not current. Run 'python tools/supply.py --write'.")
    problems += undated(known["compared"], today)
    return problems, outdated(known["compared"], today)


def write(root: Path) -> int:
    """Write docs/licences.md, and print the lines that supply.toml lacks."""
    stated = tomllib.loads((root / "tools" / "supply.toml").read_text())["licences"]
    pinned, problems = lock((root / LOCK).read_text())
    for problem in problems:
        print(f"{LOCK}: {problem}", file=sys.stderr)
    licences = stated | {name: found for name in pinned if (found := licence(name))}
    (root / PAGE).write_text(page(pinned, licences))
    for name in sorted(set(pinned) - set(stated)):
        print(f'{name} = "{licences.get(name, "?")}"')
    return 1 if problems else 0


def lock(text: str) -> tuple[dict[str, Version], list[str]]:
    """Return the pinned packages of a lock, by their normalised names, and what else is in it."""
    pinned: dict[str, Version] = {}
    problems = []
    for line in logical_lines(text):
        shown = line if len(line) <= 100 else f"{line[:100]}…"
        found = PIN.fullmatch(line)
        if found is None or not printable(line):
            problems.append(f"{shown!r} is no pinned package. Remove it.")
            continue
        hashes = [each.removeprefix("--hash=") for each in found["hashes"].split()]
        name = canonicalize_name(found["name"])
        try:
            version = Version(found["version"])
            Marker(found["marker"] or "python_version > '3'")
        except (InvalidVersion, InvalidMarker):
            problems.append(f"{shown!r} has no single version, or no proper marker. Run 'make lock'.")
            continue
        if not hashes:
            problems.append(f"{name} has no hash. Run 'make lock'.")
        if not all(SHA256.fullmatch(each) for each in hashes):
            problems.append(f"{name} has a hash that is not SHA-256. Run 'make lock'.")
        if name in pinned:
            problems.append(f"{name} is there twice. Keep one version of it.")
        pinned[name] = version
    return pinned, problems


def logical_lines(text: str) -> Iterator[str]:
    """Yield the lines of a requirements file as pip puts them together: a comment ends a continued line."""
    begun = ""
    for line in text.splitlines():
        comment = line.lstrip().startswith("#")
        if line.endswith("\\") and not comment:
            begun += line[:-1]
            continue
        if whole := re.sub(r"(^|\s)#.*$", "", begun if comment else begun + line).strip():
            yield whole
        begun = ""
    if begun.strip():
        yield begun.strip()


def printable(line: str) -> bool:
    """Say whether there is nothing in a line that an editor hides or that two installers may read differently."""
    return line.isascii() and line.replace("\t", " ").isprintable()


def licensed(pinned: Mapping[str, Version], rules: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the licences of pinned packages."""
    problems = []
    accepted = rules["accepted"]["licences"]
    for name in pinned:
        stated = rules["licences"].get(name)
        if stated is None:
            problems.append(f"{name}: state its licence in tools/supply.toml.")
            continue
        if not all(any(word in accepted for word in part.split(" OR ")) for part in stated.split(" AND ")):
            problems.append(f"{name}: {stated} is not an accepted licence.")
        if (found := licence(name)) and found != stated:
            problems.append(f"{name}: says {found}, tools/supply.toml {stated}.")
    return problems


def weak(pinned: Mapping[str, Version], weaknesses: list[dict[str, Any]]) -> list[str]:
    """Return the pinned versions that have a known weakness."""
    return [
        f"{name} {pinned[name]} has a known weakness, {entry['ids'][0]}: {entry['what']} Run 'make lock'."
        for entry in weaknesses
        if (name := canonicalize_name(entry["package"])) in pinned
        and any(within(pinned[name], versions) for versions in entry["versions"])
    ]


def within(version: Version, versions: str) -> bool:
    """Say whether a version lies in a range, in plain order: for SpecifierSet no pre-release of 2.0 is below 2.0."""
    public = Version(version.public)
    return all(
        COMPARE[each.operator](public, Version(each.version))
        if each.operator in COMPARE and not each.version.endswith(".*")
        else each.contains(public, prereleases=True)
        for each in SpecifierSet(versions)
    )


def is_date(compared: object) -> TypeGuard[datetime.date]:
    """Say whether a value of TOML is a date without a time."""
    return isinstance(compared, datetime.date) and not isinstance(compared, datetime.datetime)


def undated(compared: object, today: datetime.date) -> list[str]:
    """Return what is wrong with the day on which the list of known weaknesses was compared."""
    if not is_date(compared):
        return [f"tools/weaknesses.toml: compared is no date. Write it without quotes, such as {today}."]
    if compared > today:
        return [f"tools/weaknesses.toml: compared = {compared} lies in the future. Set the day of the comparison."]
    return []


def outdated(compared: object, today: datetime.date) -> list[str]:
    """Return a warning where the list of known weaknesses was not compared for long."""
    if not is_date(compared):
        return []
    age = today - compared
    if age <= COMPARED_WITHIN:
        return []
    return [
        f"tools/weaknesses.toml was last compared with the public databases {age.days} days ago, on {compared}. "
        "Add what they have got since, and set the date."
    ]


def requirements(project: Mapping[str, Any], *, of_users: bool = False) -> list[str]:
    """Return what pyproject.toml requires: for everything, or for the package and its command alone."""
    own = project["project"]
    extras = own.get("optional-dependencies", {})
    if of_users:
        return [*own["dependencies"], *extras["cli"]]
    groups = [*extras.values(), *project.get("dependency-groups", {}).values(), project["build-system"]["requires"]]
    return [*own["dependencies"], *(text for group in groups for text in group)]


def unlocked(required: list[str], pinned: Mapping[str, Version], where: Path) -> list[str]:
    """Return the requirements that a lock does not satisfy, and those that name an address."""
    problems = []
    for text in required:
        requirement = Requirement(text)
        version = pinned.get(canonicalize_name(requirement.name))
        if requirement.url:
            problems.append(f"pyproject.toml: {requirement.name} is taken from an address. Give a version.")
        elif version is None or not requirement.specifier.contains(version, prereleases=True):
            problems.append(f"{where}: it does not hold {text}. Run 'make lock'.")
    return problems


def undeclared_sources(project: Mapping[str, Any]) -> list[str]:
    """Return the settings of pyproject.toml that take packages from elsewhere."""
    settings = project.get("tool", {}).get("uv", {})
    return [f"pyproject.toml: remove {name} of [tool.uv]." for name in ELSEWHERE if name in settings]


def separate_sources(root: Path) -> list[str]:
    """Return the same settings of uv.toml, which uv reads instead of pyproject.toml."""
    problems = []
    for path in sorted({*root.glob("uv.toml"), *root.glob("examples/**/uv.toml")}):
        where = path.relative_to(root)
        try:
            settings = tomllib.loads(path.read_text())
        except tomllib.TOMLDecodeError:
            problems.append(f"{where}: this is no TOML. Mend it.")
            continue
        problems += [f"{where}: remove {name}." for name in ELSEWHERE if name in settings]
    return problems


@functools.cache
def licence(name: str) -> str:
    """Return the SPDX licence that an installed package states, or "" where it is not installed here."""
    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return ""  # for another platform or Python
    expressions = metadata.get_all("License-Expression") or []
    if expressions:
        return str(expressions[0])
    classifiers = metadata.get_all("Classifier") or []
    stated = " / ".join(line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License"))
    return SPELLINGS.get(stated, stated)


def unpinned(root: Path) -> list[str]:
    """Return the actions in workflows that no commit pins, and the images that no version or digest does."""
    problems = []
    for path in sorted({*root.glob("examples/ci/**/*.y*ml"), *root.glob(".github/**/*.y*ml")}):
        where, text = path.relative_to(root), path.read_text()
        for action in values(text, "uses"):
            if not re.search(r"^\./|@[0-9a-f]{40}$|@sha256:[0-9a-f]{64}$", action):
                problems.append(f"{where}: pin {action} by a commit.")
        for image in dict.fromkeys([*values(text, "image"), *values(text, "container"), *named_images(text)]):
            if not re.search(r":\d+(\.\d+)+(-[\w.-]+)?$|@sha256:[0-9a-f]{64}$", image):
                problems.append(f"{where}: pin {image} by a version or a digest.")
    return problems


def values(text: str, key: str) -> list[str]:
    """Return what a key has for values in YAML, wherever it stands, without parsing it."""
    found = re.findall(rf"""(?m)(?:^|[\s{{,])["']?{key}["']?[ \t]*:[ \t]+([^\s#{{][^\s,}}]*)""", text)
    return [value.strip("\"'") for value in found]


def named_images(text: str) -> Iterator[str]:
    """Yield the images that GitLab calls by a name, or lists as services; those of GitHub's services have a key."""
    for found in re.finditer(r"""(?m)^([ \t]*)["']?(image|services)["']?[ \t]*:[ \t]*(?:#.*)?(.*)""", text):
        indent, key, inline = found.groups()
        below = list(lines_below(text[found.end() :], len(indent)))
        is_list = bool(below) and below[0].startswith("-")
        items = re.split("[\\[,]", inline) if key == "services" else [inline]
        for line in [*items, *below]:
            named = re.search(r"""(?:^|[\s{-])["']?name["']?[ \t]*:[ \t]*["']?([^\s"',}\]]+)""", line)
            item = re.match(
                r"""[ \t]*["']?([^\s"',}\]{:]+(?::[^\s"',}\]]+)*)["']?[ \t]*(?:\]|#|$)""", line.removeprefix("-")
            )
            if named:
                yield named[1]
            elif item and key == "services" and (line in items or (is_list and line.startswith("-"))):
                yield item[1]


def lines_below(text: str, indent: int) -> Iterator[str]:
    """Yield the lines that hang on a key which stands at an indentation: deeper ones, and the items of a list."""
    for line in text.splitlines():
        bare = line.strip()
        depth = len(line) - len(line.lstrip())
        if bare and not bare.startswith("#"):
            if depth < indent or (depth == indent and not bare.startswith("-")):
                return
            yield bare


def page(pinned: Mapping[str, Version], licences: Mapping[str, str]) -> str:
    """Return docs/licences.md."""
    rows = "".join(f"| {name} | {version} | {licences.get(name, '?')} |\n" for name, version in sorted(pinned.items()))
    return (
        "# Dependencies and licences\n\n<!-- Written by `python tools/supply.py --write`. -->\n\n"
        "What `requirements.lock` pins: the package's own dependencies, the simulator's, and those for development.\n\n"
        f"| package | version | licence |\n|---|---|---|\n{rows}"
    )


if __name__ == "__main__":
    sys.exit(main())
