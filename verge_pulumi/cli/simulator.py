"""``verge-pulumi simulator``: a VergeOS on this machine."""

from __future__ import annotations

import typer


def simulator(context: typer.Context) -> None:
    """Run a VergeOS on this machine, for trying out and testing; 'simulator --help' tells its options."""
    try:
        from verge_pulumi.simulator.__main__ import main
    except ModuleNotFoundError as error:
        if error.name not in ("aiohttp", "lark", "trustme"):
            raise
        typer.echo(
            f"Unable to start the simulator: {error.name} is missing. Install verge-pulumi[simulator].", err=True
        )
        raise typer.Exit(1) from None
    raise typer.Exit(main(context.args))
