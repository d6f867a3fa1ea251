"""Print what the last mutation run found in each of the modules it broke; fail below the goal."""

from __future__ import annotations

import collections
import json
import sys
from pathlib import Path

GOAL = 0.90
FOUND = {1, 3, -24, 36, 152, 255}
"""Exit codes of a test run that noticed: failed tests, an internal error, or a run without end."""


def main() -> int:
    """Read the results that mutmut left in ``mutants/``."""
    totals: collections.Counter[str] = collections.Counter()
    found: collections.Counter[str] = collections.Counter()
    for path in Path("mutants").rglob("*.py.meta"):
        module = str(path.relative_to("mutants")).removesuffix(".meta")
        for code in json.loads(path.read_text())["exit_code_by_key"].values():
            totals[module] += 1
            found[module] += code in FOUND
    for module, total in sorted(totals.items()):
        print(f"{module}: {found[module]} of {total} found, {found[module] / total:.0%}")
    if not totals:
        print("There are no results. Run 'make mutate'.", file=sys.stderr)
        return 1
    share = sum(found.values()) / sum(totals.values())
    print(f"all: {share:.1%}, the goal is {GOAL:.0%}")
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
