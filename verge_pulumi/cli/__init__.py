"""The command ``verge-pulumi``."""

from __future__ import annotations

import sys

from verge_pulumi._extras import MissingExtra, extra


def main() -> None:
    """Run the command line of this process, and exit."""
    try:
        with extra("cli", "start verge-pulumi"):
            from verge_pulumi.cli.app import app
    except MissingExtra as error:
        sys.exit(str(error))
    app()
