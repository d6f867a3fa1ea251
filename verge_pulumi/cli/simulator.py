"""``verge-pulumi simulator``: a VergeOS on this machine."""

from __future__ import annotations

import typer

from verge_pulumi._extras import MissingExtra


def simulator(context: typer.Context) -> None:
    """Run a VergeOS on this machine, for trying out and testing; 'simulator --help' tells its options."""
    try:
        from verge_pulumi.simulator.__main__ import main
    except MissingExtra as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    raise typer.Exit(main(context.args, context.command_path))
