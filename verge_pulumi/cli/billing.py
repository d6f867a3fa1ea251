"""``verge-pulumi billing``: what a VergeOS had and used in a period."""

from __future__ import annotations

import os
from typing import Annotated

import pulumi
import typer

from verge_pulumi.cli.stopping import stop
from verge_pulumi.cli.terminal import show, working
from verge_pulumi.client import VergeError
from verge_pulumi.engine.connecting.settings import read_settings
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.lookups import seconds
from verge_pulumi.review.billing import read_billing, render
from verge_pulumi.review.output import RecordFormat
from verge_pulumi.review.systems import connect

TIME = "A date in UTC such as 2026-11-01, a time with its zone, or seconds since 1970"


def billing(
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help=f"{TIME}; else all since the first record.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="Likewise, itself not included; else all until now.")
    ] = None,
    form: Annotated[RecordFormat, typer.Option("--format", help="What to write them as.")] = RecordFormat.TABLE,
) -> None:
    """Write the billing records that VergeOS (VERGEOS_HOST and so on) made in a period; one request.

    The table has sums over all storage tiers; CSV and JSON have everything, sizes in bytes and RAM in MB. Exit codes: 0
    they are written, if there are any, 2 they could not be read.
    """
    begin, end = _seconds("--from", since), _seconds("--to", until)
    if begin is not None and end is not None and begin >= end:
        raise typer.BadParameter("it is not later than --from", param_hint="--to")
    try:
        connection = connect(read_settings(lambda _: None, os.environ))
        with connection.client, working("Reading the billing records"):
            records = read_billing(connection, begin, end)
    except (EngineError, VergeError, pulumi.RunError) as error:
        stop("list the billing records", error)
    show(render(records, form), render(records, RecordFormat.MARKDOWN) if form is RecordFormat.TABLE else None)


def _seconds(option: str, value: str | None) -> int | None:
    try:
        return None if value is None else seconds(value)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None
