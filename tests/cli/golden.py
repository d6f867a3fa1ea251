"""Writes the reports of the recorded previews: ``python -m tests.cli.golden``, when a report is meant to change."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.cli.previews import many, plan
from tests.cli.program import SCENARIOS
from verge_pulumi.review.report.document import document
from verge_pulumi.review.report.html import html
from verge_pulumi.review.report.markdown import markdown
from verge_pulumi.review.report.reading import read

FOLDER = Path(__file__).with_name("golden")

NAMES = (*SCENARIOS, "300-resources", "several-stacks")


def reports(name: str) -> Iterator[tuple[Path, str]]:
    """Return the reports on a scenario, and where they are kept."""
    if name == "several-stacks":
        plans, limit = [plan("in-place"), plan("data-loss")], 0
    elif name == "300-resources":
        plans, limit = [read(many(300), parallel=8)], 5000
    else:
        plans, limit = [plan(name)], 0
    yield FOLDER / f"{name}.md", markdown(plans, limit=limit)
    if len(plans) == 1 and name != "300-resources":
        yield FOLDER / f"{name}.json", json.dumps(document(plans), indent=1) + "\n"
        # The style is the same in all of them, and in files of its own in the package; so is the digest that admits it.
        page = re.sub(r"(?s)<style>.*</style>", "<style></style>", html(plans))
        yield FOLDER / f"{name}.html", re.sub(r"'sha256-[^']+'", "'sha256-'", page)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in NAMES:
        for path, text in reports(each):
            path.write_text(text)
