"""G24: a site of 500 VMs with hostile names becomes a program and its state."""

from __future__ import annotations

from tests.engine.command import Project
from tests.importing.hostile import fill
from tests.soak.goals import Figure, measure
from tests.soak.importing import import_into, type_errors
from tests.soak.stacks import stack
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.importing.site import connect_to, read_site

FULL, SHORT = (500, 40), (20, 8)
"""VMs and networks, in full and in the short form."""

MOST_SECONDS, MOST_MEBIBYTES = 60.0, 300.0


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
        run = import_into(lab, folder)
        requests = len(lab.simulator.requests())
        faults = [*run.faults, *type_errors(folder)]
    faults += ["too many requests"] if requests > 3 * tables else []
    faults += ["too slow"] if run.seconds > MOST_SECONDS else []
    faults += ["too much memory"] if max(run.mebibytes) > MOST_MEBIBYTES else []
    text = (
        f"{machines} VMs: {requests} requests for {tables} tables, {run.seconds:.0f} s beside {run.of_pulumi:.0f} s of "
        f"Pulumi, {run.memory}"
    )
    return Figure("\n".join([text, *faults]), met=not faults)
