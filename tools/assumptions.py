"""The page of what is assumed about VergeOS, from the list in the package."""

from __future__ import annotations

from itertools import groupby

from verge_pulumi.conformance.lab.assumption import Assumption, Sure
from verge_pulumi.conformance.lab.assumptions import ASSUMPTIONS, summary

HEAD = """# What is assumed about VergeOS

<!-- Written by `make docs` from verge_pulumi/conformance/lab/assumptions; edit that instead. -->

What this package takes for granted about VergeOS, where that was read, how sure it is, and which part of the package is
wrong if it is. [The lab](lab.md) tries out all of it on a test system; the simulator passes it on every release that it
imitates.

* **measured**: a source measured it on a VergeOS.
* **documented**: the vendor's documentation or clients say so.
* **inferred**: it was concluded from other facts.
* **open**: no source says it, and the simulator does the simplest thing.

"""


def assumptions_page() -> str:
    """Return the page."""
    counts = ", ".join(f"{sum(each.sure is sure for each in ASSUMPTIONS)} {sure}" for sure in Sure)
    lines = [f"{len(ASSUMPTIONS)} assumptions: {counts}."]
    for area, those in groupby(ASSUMPTIONS, key=lambda each: each.id.partition("/")[0]):
        lines += ["", f"## {area}", "", summary(area), ""]
        lines += ["| id | assumed | sure | source | leans on it |", "|---|---|---|---|---|", *map(_line, those)]
    return HEAD + "\n".join(lines) + "\n"


def _line(each: Assumption) -> str:
    releases = f" Since {each.since}." if each.since else f" Before {each.before}." if each.before else ""
    sentence = f"{each.sentence}{releases}".replace("|", "\\|")
    leans = ", ".join(f"`{name.removeprefix('verge_pulumi.')}`" for name in each.leans)
    return f"| `{each.id}` | {sentence} | {each.sure} | {each.source.replace('docs/', '')} | {leans} |"
