"""Write what follows from the code: lists of public names, reference pages, errors, faults, permissions, assumptions.

With ``--check`` it only compares.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.errors.mistakes import errors_page
from tests.faults.matrix import faults_page
from tests.importing.promises import promises_page
from tools import names
from tools.assumptions import assumptions_page
from tools.permissions import permissions_page
from tools.reference.index import reference

FOLDER = Path(__file__).resolve().parent.parent / "docs"


def main() -> int:
    """Write or check the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not current")
    check = parser.parse_args().check
    pages = files()
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text() != text]
    if check:
        for path in stale:
            print(f"{path} is not current. Run 'make docs'.", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pages[path])
        print(path)
    return 0


def files() -> Mapping[Path, str]:
    """Return the texts of all files that follow from the code."""
    return {
        **names.files(),
        **reference(),
        FOLDER / "errors.md": errors_page(),
        FOLDER / "faults.md": faults_page(),
        FOLDER / "import-promises.md": promises_page(),
        FOLDER / "permissions.md": permissions_page(),
        FOLDER / "assumptions.md": assumptions_page(),
    }


if __name__ == "__main__":
    sys.exit(main())
