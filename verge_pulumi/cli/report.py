"""``verge-pulumi report``: what a preview would do, for a person who is about to approve it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from verge_pulumi.cli.stopping import stop
from verge_pulumi.cli.terminal import show, working
from verge_pulumi.client import VergeError
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import read_settings
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.review.documents import Unreadable, read_file, read_text
from verge_pulumi.review.escaping import LONGEST_MESSAGE, text
from verge_pulumi.review.output import ReportFormat
from verge_pulumi.review.report.capacity import Room, rooms
from verge_pulumi.review.report.document import document
from verge_pulumi.review.report.gates import GATES, closed, wanted
from verge_pulumi.review.report.html import html
from verge_pulumi.review.report.markdown import FORGE_LIMIT, SMALLEST_LIMIT, markdown
from verge_pulumi.review.report.plan import Plan
from verge_pulumi.review.report.source import plans

EPILOG = (
    "Exit codes: 0 the report is made, 1 it cannot be written, 2 no preview or wrong usage; with --fail-on: "
    + ", ".join(f"{gate.code} {gate.what} ({name})" for name, gate in GATES.items())
)

STDIN = "-"


def report(
    previews: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PREVIEW",
            help="What 'pulumi preview --json' printed, of one stack or several; '-' is stdin.",
        ),
    ] = None,
    form: Annotated[ReportFormat, typer.Option("--format", help="What to write it as.")] = ReportFormat.MARKDOWN,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="File to write it to, instead of stdout.")] = None,
    limit: Annotated[
        int,
        typer.Option(
            metavar="NUMBER",
            help="Maximum length in characters; the default is GitHub's comment limit. 0 for no limit.",
        ),
    ] = FORGE_LIMIT,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(metavar="WORDS", help=f"What to fail for, separated by commas: {', '.join(GATES)}."),
    ] = None,
    parallel: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            min=1,
            help="Resources that 'pulumi up' will work on at once, for the estimate of requests; if not given, "
            "PULUMI_PARALLEL, or four for each processor.",
        ),
    ] = None,
    live: Annotated[
        bool,
        typer.Option("--live", help="Ask VergeOS (VERGEOS_HOST and so on) for free RAM and storage: two requests."),
    ] = False,
) -> None:
    """Tell what a preview would do: restarts, replacements, lost data, opened firewalls, rights, capacity, requests.

    Feed it from 'pulumi preview --json --show-sames'; without --show-sames it knows differences only, and no totals.
    """
    try:
        gates = wanted(fail_on or ())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--fail-on") from None
    if limit and limit < SMALLEST_LIMIT:
        raise typer.BadParameter(f"at least {SMALLEST_LIMIT}, or 0 for no limit", param_hint="--limit")
    found = [plan for name in previews or [STDIN] for plan in _read(name, parallel or _of_pulumi())]
    seen, notes = _look() if live else ([], [])
    rendered = _rendered(found, form, limit, seen, notes)
    if output is None:
        show(rendered.removesuffix("\n"), rendered if form is ReportFormat.MARKDOWN else None)
    else:
        _write(rendered, output)
    refused = closed(gates, found)
    for gate in refused:
        typer.echo(f"Stopped by --fail-on: {gate.what}.", err=True)
    if refused:
        raise typer.Exit(refused[0].code)


def _of_pulumi() -> int | None:
    """Return how many resources Pulumi works on at once by the environment; what is no such number it ignores, too."""
    given = os.environ.get("PULUMI_PARALLEL", "")
    return int(given) or None if given.isdecimal() else None


def _read(name: str, parallel: int | None) -> list[Plan]:
    """Return the plans in a file; end with an error if there are none."""
    where = "stdin" if name == STDIN else f"'{text(name, LONGEST_MESSAGE)}'"
    verb = f"read the preview in {where}"
    try:
        with working("Reading the preview"):
            content = read_text(sys.stdin.buffer) if name == STDIN else read_file(Path(name))
            found = plans(content, parallel=parallel)
    except OSError as error:
        stop(verb, f"{text(error.strerror or error)}. Name a file that can be read.")
    except Unreadable as error:
        stop(verb, f"{error}.")
    return found


def _look() -> tuple[Sequence[Room], list[str]]:
    """Return what the system has; that it does not tell is worth a note and no more."""
    try:
        client = Connection(read_settings(lambda _: None, os.environ)).client
        with client, client.budget.reserved(reads=True), working("Asking VergeOS for its capacity"):
            if client.budget.at_once == 0:
                return [], ["VergeOS was not asked for its capacity: no requests are left in this hour."]
            return rooms(client), []
    except (EngineError, VergeError) as error:
        return [], [f"VergeOS did not tell its capacity: {error}."]


def _rendered(found: Sequence[Plan], form: ReportFormat, limit: int, seen: Sequence[Room], notes: Sequence[str]) -> str:
    if form is ReportFormat.JSON:
        # Escaped, so that no character in it steers a terminal.
        return json.dumps(document(found, rooms=seen, notes=notes), indent=2) + "\n"
    if form is ReportFormat.HTML:
        return html(found, rooms=seen, notes=notes)
    return markdown(found, rooms=seen, notes=notes, limit=limit)


def _write(report: str, output: Path) -> None:
    try:
        output.write_text(report, encoding="utf-8")
    except OSError as error:
        where, cause = text(output, LONGEST_MESSAGE), text(error.strerror or error)
        typer.echo(f"Unable to write the report to '{where}': {cause}.", err=True)
        raise typer.Exit(1) from None
