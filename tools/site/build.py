"""Builds the documentation site: ``python -m tools.site.build FOLDER``. A warning is an error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def build(folder: Path) -> None:
    """Build the site into a folder.

    Raises:
        subprocess.CalledProcessError: There was a warning, which is shown.
    """
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, check=True)


if __name__ == "__main__":
    build(Path(sys.argv[1]).resolve())
