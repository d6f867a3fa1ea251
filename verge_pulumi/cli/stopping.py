"""How a command ends that could not find out what it was asked."""

from __future__ import annotations

from typing import NoReturn

import typer

from verge_pulumi.review.output import error_text


def stop(verb: str, error: object, *, code: int = 2) -> NoReturn:
    """End a command that could not do what it was asked, with one sentence."""
    typer.echo(f"Unable to {verb}: {error_text(error)}", err=True)
    raise typer.Exit(code)
