"""G1: a POST is applied and its answer is lost; the row is found again, whatever the resource."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from tests.providers.bench import Time
from tests.soak.goals import Figure, measure
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.declaring.hidden import NAME, OWNER
from verge_pulumi.engine.loader import load
from verge_pulumi.simulator import Options, Simulator

SEEDS = 1000
SEEDS_OF_THE_SHORT_FORM = 60
SILENCE = 0.3
"""Seconds after which a server that does not answer is given up."""

POSTS = {
    "Network": "/vnets$",
    "VirtualMachine": "/vms$",
    "Drive": "/machine_drives$",
    "Nic": "/machine_nics$",
    "Power": "/vm_actions$",
}
"""The request that creates each kind."""

TABLES = ("vnets", "vms", "machine_drives", "machine_nics")


@dataclass
class Losses:
    """What went wrong in the runs so far.

    Attributes:
        runs: How many there were.
        duplicates: Rows, or starts of a VM, beyond the one that was asked for.
        orphans: Rows whose key did not reach the state.
        failures: Creates that ended with an error.
    """

    runs: int = 0
    duplicates: int = 0
    orphans: int = 0
    failures: int = 0


def lose_answers(seeds: int) -> Losses:
    """Create a row, or start a VM, in each run and lose the answer; count applied writes in the simulator's log."""
    losses = Losses()
    with Simulator(Options(name="site-a")) as simulator:
        for seed in range(seeds):
            chosen = random.Random(seed)  # noqa: S311  a seed makes a run repeatable
            lose_one_answer(simulator, chosen, losses)
    return losses


def lose_one_answer(simulator: Simulator, chosen: random.Random, losses: Losses) -> None:
    """Do one run."""
    simulator.reset()
    vm = simulator.add("vms", name="parent")
    kind = chosen.choice(list(POSTS))
    fault: dict[str, Any] = {"what": chosen.choice(["reset", "hang", "status"]), "when": "after"}
    if fault["what"] == "status":
        fault |= {"status": chosen.choice([502, 503, 504, 408]), "body": {"err": "Bad gateway"}}
    simulator.faults({**fault, "match": {"verb": "POST", "path": POSTS[kind]}})
    before = {table: len(simulator.rows(table)) for table in TABLES}
    time = Time()
    settings = Settings(host=simulator.url, api_key=simulator.api_key, timeout=SILENCE)
    connection = Connection(settings, time.clock())
    provider: Any = load(kind)
    provider.connection = connection
    inputs = {**arguments(kind, vm, chosen), OWNER: "shop/dev", NAME: "it"}
    losses.runs += 1
    id = None
    try:
        id = provider.create(provider.check({}, inputs).inputs).id
    except Exception:
        losses.failures += 1
    finally:
        connection.client.close()
    posts = [r for r in simulator.requests() if r.verb == "POST" and r.applied]
    losses.duplicates += max(len(posts) - 1, 0)
    added = {table: simulator.rows(table)[count:] for table, count in before.items()}
    losses.orphans += sum(str(row["$key"]) != id for rows in added.values() for row in rows)


def arguments(kind: str, vm: int | str, chosen: random.Random) -> dict[str, Any]:
    """Return the arguments of a resource; a drive or a NIC has a name of its own, or leaves it to VergeOS."""
    label = {"name": "it"} if chosen.random() < 0.5 else {}
    of_kind: dict[str, dict[str, Any]] = {
        "Network": {"name": "it", "mtu": 1500},
        "VirtualMachine": {"name": "it", "ram": 512},
        "Drive": {"vm": str(vm), "disksize": "10GiB", **label},
        "Nic": {"vm": str(vm), **label},
        "Power": {"of": f"vms/{vm}", "state": "running"},
    }
    return of_kind[kind]


@measure("G1")
def lost_answers(short: bool) -> Figure:
    """Count duplicates and orphans."""
    found = lose_answers(SEEDS_OF_THE_SHORT_FORM if short else SEEDS)
    text = (
        f"{found.duplicates} duplicates, {found.orphans} orphans, {found.failures} failed creates in {found.runs} runs"
    )
    return Figure(text, met=not (found.duplicates or found.orphans))
