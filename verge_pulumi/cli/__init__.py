"""The command ``verge-pulumi``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line of this process, and exit."""
    try:
        from verge_pulumi.cli.app import app
    except ModuleNotFoundError as error:
        if error.name not in ("jinja2", "typer"):
            raise
        sys.exit(f"Unable to start verge-pulumi: {error.name} is missing. Install verge-pulumi[cli].")
    app()
