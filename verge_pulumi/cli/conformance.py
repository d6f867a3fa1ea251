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

PREFIX = "verge-lab"
"""How the names of the lab's objects begin, unless another prefix is given."""

EPILOG = (
    "Exit codes: 0 no difference affects a resource, 1 the comparison failed, or VergeOS did not describe all tables, "
    "2 a difference affects a resource, or wrong usage. With --lab: 0 nothing differs, 1 something is left, failed or "
    "was interrupted, 2 an assumption differs, or wrong usage."
)


def conformance(
    given: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Read a report that --report wrote, instead of a running VergeOS."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also write the schemas and the differences to FILE, for a public issue. It holds no names, "
            "addresses, secrets or data of your system.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lab: Wanted = False,
    prefix: Prefix = PREFIX,
    only: Only = None,
    stop_first: Stop = False,
    yes: Yes = False,
) -> None:
    """Compare the tables of a VergeOS with those that this package expects, and list the resources that would fail.

    Run it before the first 'pulumi up' on a system, and after each update of VergeOS. For each column, word, limit or
    default that differs it says which resources are affected, how, and what to write in programs instead.

    It changes nothing, and makes about a hundred GET requests. Address and login are read from the environment:
    VERGEOS_HOST, VERGEOS_API_KEY and so on. The account must be an administrator, since VergeOS shows schemas to no
    other.

    With --lab, on a test system only, it tests how VergeOS behaves instead: it makes, changes and deletes objects of
    its own and removes them all. That takes about 1,300 requests and at least a minute, and it asks before it begins.
    FILE and --report do not go with it.
    """
    if lab:
        if given or report:
            stop("run the lab", "neither a FILE nor --report goes with --lab. Leave them out.")
        run_lab(prefix, only or [], yes=yes, first=stop_first, as_json=as_json)
    of_lab = {"--only": only, "--prefix": prefix != PREFIX, "--stop": stop_first, "--yes": yes}
    if said := [option for option, is_given in of_lab.items() if is_given]:
        goes = "goes" if len(said) == 1 else "go"
        stop("compare this VergeOS", f"{', '.join(said)} {goes} with --lab alone. Add --lab, or leave that out.")
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
