"""``verge-pulumi doctor``: is everything in place for a run?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from verge_pulumi.cli.completing import stacks
from verge_pulumi.cli.terminal import awaited, tell
from verge_pulumi.doctor.checkup import Checkup
from verge_pulumi.doctor.findings import Finding, Level, has_problem
from verge_pulumi.doctor.rendering import document, lines, summary

EPILOG = "Exit codes: 0 nothing keeps a run from working (there may be warnings), 1 a problem was found."

_COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "red", Level.UNCHECKED: "bright_black"}


def doctor(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="The Pulumi project, if there is one.", exists=True, file_okay=False),
    ] = Path(),
    stack: Annotated[
        str,
        typer.Option(
            "--stack", "-s", metavar="STACK", help="Its stack; the selected one if not given.", autocompletion=stacks
        ),
    ] = "",
    provider: Annotated[
        str, typer.Option(metavar="NAME", help="Name of a Provider in the state: check the system that it leads to.")
    ] = "",
    user: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="User that the API key belongs to, for the check of rights. VergeOS does not say it.",
        ),
    ] = "",
    preview: Annotated[
        bool, typer.Option("--preview", help="Ask only for the rights that previews and refreshes take.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Check what a run needs, from this machine to VergeOS, and say what to do. Nothing is changed.

    Address and login are those of a program: VERGEOS_HOST, VERGEOS_API_KEY and so on, or the stack's configuration.
    At most ten requests are made. No credential is sent before the host, its certificate and its version look right.
    """
    checkup = Checkup(folder, os.environ, stack=stack, provider=provider, user=user, preview=preview)
    findings: list[Finding] = []
    for finding in awaited("Checking what a run needs", checkup.run()):
        findings.append(finding)
        if not as_json:
            level, rest = lines(finding)
            tell(level, _COLOURS[finding.level], rest)
    typer.echo(document(findings, checkup.requests) if as_json else summary(findings, checkup.requests))
    raise typer.Exit(1 if has_problem(findings) else 0)
