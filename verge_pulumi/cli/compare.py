"""``verge-pulumi compare``: what really differs between two environments of a program."""

from __future__ import annotations

from typing import Annotated

import typer

from verge_pulumi.cli.completing import stacks
from verge_pulumi.cli.stopping import stop
from verge_pulumi.cli.terminal import show, working
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.review.compare import View, compare_states, render
from verge_pulumi.review.output import Format
from verge_pulumi.review.stacks import read_state


def compare(
    left: Annotated[
        str,
        typer.Argument(
            metavar="LEFT",
            help="A stack of the project in this folder, or a file of 'pulumi stack export'.",
            autocompletion=stacks,
        ),
    ],
    right: Annotated[str, typer.Argument(metavar="RIGHT", help="Another one.", autocompletion=stacks)],
    form: Annotated[Format, typer.Option("--format", help="How the comparison is written.")] = Format.TEXT,
    prefix: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STACK=PREFIX",
            help="Prefix of the names of a stack where it is not the stack's name, such as 'prod=live'. May be "
            "repeated.",
        ),
    ] = None,
    literal: Annotated[bool, typer.Option("--literal", help="Tell differences of prefixes and addresses too.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="End with 1 where something differs.")] = False,
) -> None:
    """Say what really differs between two stacks of a program, without their own prefixes, addresses and keys.

    Exit codes: 0, with --exit-code 1 where something differs, 2 where a state cannot be read.
    """
    if any("=" not in each for each in prefix or ()):
        raise typer.BadParameter("write it as 'stack=prefix'", param_hint="--prefix")
    prefixes = {stack: its for stack, _, its in (each.partition("=") for each in prefix or ())}
    try:
        with working("Reading both states"):
            views = [
                View(state, prefixes.get(state.stack, state.stack), literal=literal)
                for state in (read_state(left), read_state(right))
            ]
            comparison = compare_states(*views)
    except EngineError as error:
        stop("compare", error)
    show(render(comparison, form), render(comparison, Format.MARKDOWN) if form is Format.TEXT else None)
    raise typer.Exit(int(exit_code and not comparison.same))
