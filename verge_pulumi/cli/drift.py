"""``verge-pulumi drift``: what differs between the states of stacks and VergeOS."""

from __future__ import annotations

from typing import Annotated

import typer

from verge_pulumi.cli.completing import stacks as known
from verge_pulumi.cli.stopping import stop
from verge_pulumi.cli.terminal import show, working
from verge_pulumi.client import VergeError
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.review.drift import find_drift
from verge_pulumi.review.drift_words import render
from verge_pulumi.review.output import Format
from verge_pulumi.review.stacks import read_state


def drift(
    stacks: Annotated[
        list[str],
        typer.Argument(
            metavar="STACK",
            help="Stacks of the project in this folder, or files of 'pulumi stack export'.",
            autocompletion=known,
        ),
    ],
    form: Annotated[Format, typer.Option("--format", help="How the report is written.")] = Format.TEXT,
) -> None:
    """Say which managed objects differ from the states of stacks, and what is in no stack. Nothing is ever written.

    The address of VergeOS is read from the states. Credentials come from the environment: VERGEOS_API_KEY and so on.

    Example: verge-pulumi drift dev prod

    Exit codes: 0 nothing differs, 1 something does, 2 it could not be found out.
    """
    try:
        with working("Reading the states") as work:
            states = [read_state(stack) for stack in stacks]
            work.now("Comparing them with VergeOS")
            report = find_drift(states)
    except (EngineError, VergeError) as error:
        stop("look for drift", error)
    show(render(report, form), render(report, Format.MARKDOWN) if form is Format.TEXT else None)
    raise typer.Exit(report.exit_code)
