"""Hold requirements.lock against tools/supply.toml, without a network: pins, hashes, licences, known weaknesses.

A new dependency needs a line with its licence there, which is the moment to look at it. `--write` prints the lines that
are missing and writes docs/licences.md.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"

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
    write = parser.parse_args().write
    rules = tomllib.loads((ROOT / "tools" / "supply.toml").read_text())
    pinned = lock((ROOT / "requirements.lock").read_text())
    if write:
        known = rules["licences"] | {name: found for name in pinned if (found := licence(name))}
        PAGE.write_text(page(pinned, known))
        for name in sorted(set(pinned) - set(rules["licences"])):
            print(f'{name} = "{known.get(name, "?")}"')
        return 0
    problems = [*audit(pinned, rules), *unpinned_actions()]
    if PAGE.read_text() != page(pinned, rules["licences"]):
        problems.append(f"{PAGE.name} is not current. Run 'python tools/supply.py --write'.")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def lock(text: str) -> dict[str, Version]:
    """Return the pinned packages of a lock file.

    Raises:
        ValueError: A requirement is not pinned to one version with a hash.
    """
    pinned = {}
    for block in re.split(r"\n(?=[a-z0-9])", "\n" + re.sub(r"(?m)^\s*#.*\n", "", text)):
        if not (block := block.strip()):
            continue
        found = re.match(r"([a-z0-9._-]+)==([^\s;\\]+)", block)
        if found is None or "--hash=sha256:" not in block:
            raise ValueError(f"not pinned with a hash: {block.splitlines()[0]}")
        pinned[found[1]] = Version(found[2])
    return pinned


def audit(pinned: dict[str, Version], rules: dict[str, dict[str, str]]) -> list[str]:
    """Return what speaks against the pinned packages."""
    problems = []
    for name, version in pinned.items():
        stated = rules["licences"].get(name)
        if stated is None:
            problems.append(f"{name}: state its licence in tools/supply.toml.")
            continue
        accepted = rules["accepted"]["licences"]
        if not all(any(word in accepted for word in part.split(" OR ")) for part in stated.split(" AND ")):
            problems.append(f"{name}: {stated} is not an accepted licence.")
        if (found := licence(name)) and found != stated:
            problems.append(f"{name}: says {found}, tools/supply.toml {stated}.")
        for advisory, affected in rules["weaknesses"].items():
            package, _, versions = affected.partition(" ")
            if package == name and version in SpecifierSet(versions):
                problems.append(f"{name} {version} has a known weakness, {advisory}. Run 'make lock'.")
    return problems


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


def unpinned_actions() -> list[str]:
    """Return the actions in workflow files that are not pinned by a commit."""
    files = [*ROOT.glob("examples/**/*.y*ml"), *ROOT.glob(".github/**/*.y*ml")]
    return [
        f"{path.relative_to(ROOT)}: pin {action} by a commit."
        for path in files
        for action in re.findall(r"uses:\s*(\S+)", path.read_text())
        if not re.search(r"@[0-9a-f]{40}$", action)
    ]


def page(pinned: dict[str, Version], licences: dict[str, str]) -> str:
    """Return docs/licences.md."""
    rows = "".join(f"| {name} | {version} | {licences.get(name, '?')} |\n" for name, version in sorted(pinned.items()))
    return (
        "# Dependencies and licences\n\n<!-- Written by `python tools/supply.py --write`. -->\n\n"
        "What `requirements.lock` pins: the package's own dependencies, the simulator's, and those for development.\n\n"
        f"| package | version | licence |\n|---|---|---|\n{rows}"
    )


if __name__ == "__main__":
    sys.exit(main())
