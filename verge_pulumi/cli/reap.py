"""``verge-pulumi reap``: delete what sandboxes left behind when their time is over, and nothing else."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from verge_pulumi.cli.stopping import stop
from verge_pulumi.cli.terminal import awaited, working
from verge_pulumi.client import VergeError
from verge_pulumi.engine.connecting.settings import read_settings
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.environments.reaping import delete, find_expired
from verge_pulumi.review.escaping import text
from verge_pulumi.review.locks import refuse_locked
from verge_pulumi.review.output import error_text
from verge_pulumi.review.stacks import State, UnreadableState, exported, read_state
from verge_pulumi.review.systems import connect


def reap(
    project: Annotated[str, typer.Option(metavar="NAME", help="The project of the stacks.")],
    stacks: Annotated[str, typer.Option(metavar="PATTERN", help="Which stacks, as a pattern.")] = "pr-*",
    state: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="A file of 'pulumi stack export' that tells which rows a stack holds; else the stack of the project "
            "in this folder is exported. May be repeated.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete the objects of expired sandboxes of a project from VergeOS; objects without an expiry are kept.

    Only objects that the state of their stack holds are deleted. Address and login: VERGEOS_HOST, VERGEOS_API_KEY and
    so on.

    Example: verge-pulumi reap --project shop --stacks 'pr-*' --dry-run

    Exit codes: 0 nothing failed (also with --dry-run, or if you say no), 1 an expired object may not be deleted, or its
    deletion failed, 2 it could not be found out what has expired.
    """
    now = datetime.now(UTC)
    try:
        given = [read_state(each) for each in state or ()]
        connection = connect(read_settings(lambda name: None, os.environ))
    except (EngineError, VergeError) as error:
        stop("look for what expired", error)
    failed = False
    try:
        with working("Looking for what has expired"):
            found = find_expired(connection, project, stacks, now, lambda stack: given or [_exported(stack)])
        failed = bool(found.refused)
        of = f"of {text(project)}/{text(stacks)}"
        count = len(found.due) + len(found.refused)
        typer.echo(f"1 object {of} has expired." if count == 1 else f"{count} objects {of} have expired.")
        for each in found.due:
            typer.echo(f"  {each}")
        for line in found.retained:
            typer.echo(error_text(line))
        for line in found.refused:
            typer.echo(error_text(line), err=True)
        if found.due and not dry_run and (yes or typer.confirm("Delete them, with what belongs to the VMs?")):
            for line in awaited("Deleting what has expired", delete(connection, found.due, now)):
                failed = failed or line.startswith("Unable")
                typer.echo(line, err=line.startswith("Unable"))
        typer.echo(f"{connection.client.budget.made} requests.")
    except (EngineError, VergeError) as error:
        stop("look for what expired", error)
    finally:
        connection.client.close()
    raise typer.Exit(int(failed))


def _exported(stack: str) -> State:
    """Return the state of a stack of this folder that nobody is changing."""
    try:
        refuse_locked(Path(), stack)
    except EngineError as error:
        raise UnreadableState(str(error)) from None
    return exported(stack, secrets=False)
