"""G24: a site of 500 VMs with hostile names becomes a program and its state."""

from __future__ import annotations

import time

from tests.engine.command import Project
from tests.importing.hostile import fill
from tests.soak.goals import Figure, measure
from tests.soak.importing import import_into
from tests.soak.stacks import stack
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.importing.site import connect_to, read_site

FULL, SHORT = (500, 40), (20, 8)
"""VMs and networks, in full and in the short form."""


@measure("G24")
def measure_large_site(short: bool) -> Figure:
    """Fill a site, and import it into an empty project."""
    machines, networks = SHORT if short else FULL
    with stack() as lab:
        fill(lab.simulator, machines, networks)
        connection = connect_to(Settings(host=lab.simulator.url, api_key=lab.simulator.api_key))
        tables = len(read_site(connection).tables)
        connection.client.close()
        folder = Project(lab).folder
        (folder / "__main__.py").unlink()
        start = time.monotonic()
        faults = import_into(lab, folder)
        seconds = time.monotonic() - start
        requests = len(lab.simulator.requests())
    if requests > 3 * tables:
        faults.append("too many requests")
    text = f"{machines} VMs: {requests} requests for {tables} tables, {seconds:.0f} s with the engine"
    return Figure("\n".join([text, *faults]), met=not faults)
