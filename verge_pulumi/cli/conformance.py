"""``verge-pulumi conformance``: is this VergeOS the one that this package knows?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from verge_pulumi.catalogue.described import DescribedSystem
from verge_pulumi.catalogue.reports import UnreadableReport, left_out, read_report
from verge_pulumi.cli.lab import Only, Prefix, Stop, Wanted, Yes, run_lab
from verge_pulumi.cli.stopping import stop
from verge_pulumi.cli.terminal import working
from verge_pulumi.client import VergeError
from verge_pulumi.conformance import rendering
from verge_pulumi.conformance.examining import FAILED, examine
from verge_pulumi.conformance.reading import read_described
from verge_pulumi.conformance.report import report_of
from verge_pulumi.engine.connecting.settings import read_settings
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.review.escaping import LONGEST_MESSAGE, text
from verge_pulumi.review.systems import connect

EPILOG = (
    "Exit codes: 0 nothing hurts, 2 something does or wrong usage, 1 it could not be found out, or not for all tables."
)


def conformance(
    given: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="A report that --report wrote, instead of a running VergeOS."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the schema and the differences to a file that may be attached to a public issue: without "
            "names, addresses, hosts, secrets and data.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write it as JSON.")] = False,
    lab: Wanted = False,
    prefix: Prefix = "verge-lab",
    only: Only = None,
    stop_first: Stop = False,
    yes: Yes = False,
) -> None:
    """Hold the tables of a VergeOS against what this package knows of its release, and say whom a difference hurts.

    Where VergeOS is and who asks is told as to a program, by VERGEOS_HOST and so on; the account must be an
    administrator. It only reads: about a hundred requests, one for each table.

    With --lab, which is for test systems, it also makes, changes and deletes objects to try out what is assumed.
    """
    if lab:
        if given or report:
            stop("run the lab", "neither a FILE nor --report goes with --lab", code=FAILED)
        run_lab(prefix, only or [], yes=yes, first=stop_first, as_json=as_json)
    try:
        system = read_report(given) if given else _read()
    except (EngineError, VergeError, UnreadableReport) as error:
        stop("compare this VergeOS", error, code=FAILED)
    if report is not None:
        _write(system, report)
    found = examine(system)
    typer.echo(rendering.as_json(found) if as_json else rendering.as_text(found))
    raise typer.Exit(found.exit_code)


def _read() -> DescribedSystem:
    connection = connect(read_settings(lambda _: None, os.environ), read_only=True)
    with connection.client as client, working("Reading schemas") as work:
        return read_described(client, lambda done, wanted: work.now(f"Reading schemas, {done} of {wanted}"))


def _write(system: DescribedSystem, path: Path) -> None:
    where = text(path, LONGEST_MESSAGE)
    try:
        path.write_text(report_of(system), encoding="utf-8")
    except OSError as error:
        stop(
            f"write the report to '{where}'",
            f"{text(error.strerror or error)}. Name a file that can be written.",
            code=1,
        )
    typer.echo(f"The report is in '{where}'. Read it before you publish it.", err=True)
    if words := left_out(system):
        typer.echo(
            "It leaves out these words, which may be this system's own. Name those that are VergeOS's:", err=True
        )
        for word in words:
            typer.echo(f"  {text(word)}", err=True)
