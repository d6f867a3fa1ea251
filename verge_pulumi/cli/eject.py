"""``verge-pulumi eject``: give objects back to people, or to another tool. Nothing is deleted in VergeOS."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from verge_pulumi.cli.completing import stacks
from verge_pulumi.cli.stopping import stop
from verge_pulumi.cli.terminal import awaited, working
from verge_pulumi.client import VergeError
from verge_pulumi.ejecting.choosing import choose, without
from verge_pulumi.ejecting.marks import unmark
from verge_pulumi.ejecting.terraform import import_blocks
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.review.escaping import text
from verge_pulumi.review.locks import refuse_locked
from verge_pulumi.review.output import error_text
from verge_pulumi.review.stack_commands import StackCommands, back_up


def eject(
    stack: Annotated[
        str, typer.Argument(metavar="STACK", help="A stack of the project in this folder.", autocompletion=stacks)
    ],
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN",
            help="A resource or component by its name in the program, or a pattern. May be repeated.",
        ),
    ] = None,
    keep_marks: Annotated[bool, typer.Option("--keep-marks", help="Leave the marks in the descriptions.")] = False,
    to: Annotated[
        Literal["terraform"] | None, typer.Option("--for", help="Print import blocks for the vendor's provider.")
    ] = None,
    backup: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where the state is kept as it was; STACK.before-eject.json, or -2 and so on, if not given.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be given back.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop managing objects: take their marks off, and then their entries out of the state of a stack.

    Nothing is deleted, and nothing but the mark is changed in VergeOS.

    Exit codes: 0 nothing failed (also with --dry-run, or if you say no), 1 a mark could not be taken off, or the state
    could not be written; the state is then as it was, 2 it could not be found out what to give back.
    """
    commands = StackCommands(Path(), stack)
    try:
        with working("Reading the state"):
            before = commands.export()
        chosen = choose(before, only or ())
    except EngineError as error:
        stop("eject", error)
    count = len(chosen.entries)
    typer.echo(f"{count} {'object' if count == 1 else 'objects'} of {text(chosen.stack)}:")
    for entry in chosen.entries:
        typer.echo(f"  {entry.title} ({', '.join(f'{table}/{text(key)}' for table, key in entry.rows)})")
    if to and chosen.entries:
        typer.echo("\n" + "\n\n".join(import_blocks(chosen.entries)) + "\n")
    if dry_run or not chosen.entries or not (yes or typer.confirm("Stop managing them? None is deleted.")):
        return
    kept = backup or _free(stack)
    try:
        # What would keep the state from being written is found out while the marks are still there.
        refuse_locked(Path(), stack)
        back_up(before, kept)
        failed = False
        for line in awaited("Taking the marks off", () if keep_marks else unmark(chosen.entries)):
            failed = failed or line.startswith("Unable")
            typer.echo(line, err=line.startswith("Unable"))
        if failed:
            kept.unlink()
            typer.echo("The state is as it was. Run the command again.", err=True)
            raise typer.Exit(1)
        with working("Writing the state"):
            commands.replace_state(before, without(before, chosen.urns), None)
    except (EngineError, VergeError) as error:
        typer.echo(f"Unable to eject: {error_text(error)}", err=True)
        raise typer.Exit(1) from None
    typer.echo(
        "Nobody manages them now. Take them out of the program before the next 'pulumi up': it would create them "
        "again, or fail where a name is taken.\n"
        f"To undo the change of the state: pulumi stack import --stack {text(stack)} --file {text(kept)}"
    )


def _free(stack: str) -> Path:
    """Return a file for the backup of a stack that is not there yet."""
    name = f"{stack.replace('/', '-')}.before-eject"
    several = (Path(f"{name}{number}.json") for number in ("", *(f"-{number}" for number in range(2, 1000))))
    return next((path for path in several if not os.path.lexists(path)), Path(f"{name}.json"))
