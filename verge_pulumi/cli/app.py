"""The sub-commands of ``verge-pulumi``, each from a module of its own."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from verge_pulumi._version import __version__
from verge_pulumi.cli.billing import billing
from verge_pulumi.cli.compare import compare
from verge_pulumi.cli.conformance import EPILOG as CONFORMANCE_EPILOG
from verge_pulumi.cli.conformance import conformance
from verge_pulumi.cli.doctor import EPILOG as DOCTOR_EPILOG
from verge_pulumi.cli.doctor import doctor
from verge_pulumi.cli.drift import drift
from verge_pulumi.cli.eject import eject
from verge_pulumi.cli.helping import Command
from verge_pulumi.cli.importing import EPILOG as IMPORT_EPILOG
from verge_pulumi.cli.importing import importing
from verge_pulumi.cli.new import new
from verge_pulumi.cli.reap import reap
from verge_pulumi.cli.report import EPILOG, report
from verge_pulumi.cli.simulator import simulator
from verge_pulumi.cli.uses import uses

app = typer.Typer(
    name="verge-pulumi",
    help="Tools for people and pipelines that run VergeOS with Pulumi.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"verge-pulumi {__version__}")
        raise typer.Exit


@app.callback()
def verge_pulumi(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Tools for people and pipelines that run VergeOS with Pulumi."""
    for stream in (sys.stdout, sys.stderr):
        # A code page of Windows lacks the arrows of a report, and names may hold anything.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


app.command(cls=Command)(billing)
app.command(cls=Command)(compare)
app.command(cls=Command, epilog=CONFORMANCE_EPILOG)(conformance)
app.command(cls=Command, epilog=DOCTOR_EPILOG)(doctor)
app.command(cls=Command)(drift)
app.command(cls=Command)(eject)
app.command("import", cls=Command, epilog=IMPORT_EPILOG)(importing)
app.command(cls=Command)(new)
app.command(cls=Command)(reap)
app.command(cls=Command, epilog=EPILOG)(report)
app.command(cls=Command)(uses)
# The simulator has a command line of its own, --help included.
_OWN = {"allow_extra_args": True, "ignore_unknown_options": True}
app.command(add_help_option=False, context_settings=_OWN)(simulator)
