"""``verge-pulumi uses``: what stacks use, as accounts for them want to know it."""

from __future__ import annotations

from typing import Annotated

import typer

from verge_pulumi.cli.completing import stacks as known
from verge_pulumi.cli.stopping import stop
from verge_pulumi.cli.terminal import working
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.review.stacks import read_state


def uses(
    stacks: Annotated[
        list[str],
        typer.Argument(
            metavar="STACK",
            help="Stacks of the project in this folder, or files of 'pulumi stack export'.",
            autocompletion=known,
        ),
    ],
) -> None:
    """Write the classes of resources in the states of stacks, as preview_account and deploy_account take them.

    VergeOS is not asked. Look-ups are in no state: add those that the programs make.

    Example: verge-pulumi uses dev prod

    Exit codes: 0 they are written, 2 a state could not be read.
    """
    try:
        with working("Reading the states"):
            states = [read_state(stack, secrets=False) for stack in stacks]
        kinds = {entry.declaration.title for state in states for entry in state.entries}
    except EngineError as error:
        stop("tell what the stacks use", error)
    typer.echo(f"uses=[{', '.join(sorted(kinds))}]")
