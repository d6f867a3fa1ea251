"""``python -m bench.share``: the processor time and the memory that each resource costs the program and its provider.

Pulumi's engine and host are left out: an engine stands in that answers the program's registrations, and the providers'
methods are called as the host calls them in a preview of what is unchanged, without gRPC. Nothing is sent.
"""

from __future__ import annotations

import cProfile
import pstats
import time
from collections.abc import Callable, Mapping
from typing import Any

from bench import program
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.loader import load

NUMBER = 1000
"""Resources of each kind."""

Properties = Mapping[str, Any]

MARKED = {"__owner": "shop/dev", "__name": "web"}
RESOURCES: Mapping[str, Properties] = {
    "Network": {"name": "lan", "network": "10.0.0.0/24", "mtu": 1500.0},
    "VirtualMachine": {"name": "web", "ram": 1024.0, "cpu_cores": 2.0},
    "Drive": {"vm": "1", "name": "disk", "disksize": "1GiB"},
    "Nic": {"vm": "1", "network": "1", "name": "nic"},
    "Power": {"of": "vms/1", "state": "running"},
}
"""The inputs of one resource of each kind, as Pulumi hands them over: numbers are floats."""


def preview(kind: str, given: Properties) -> Callable[[], None]:
    """Return what a preview does for one unchanged resource."""
    provider: Any = load(kind)
    provider.connection = Connection(Settings(host="http://127.0.0.1:9", api_key="none"))
    inputs = provider.check({}, {**given, **MARKED}).inputs

    def once() -> None:
        checked = provider.check(inputs, {**given, **MARKED}).inputs
        assert not provider.diff("1", inputs, checked).changes

    return once


def share(kind: str) -> float:
    """Return the milliseconds of processor time of one resource."""
    once = preview(kind, RESOURCES[kind])
    once()
    start = time.process_time()
    for _ in range(NUMBER):
        once()
    return (time.process_time() - start) / NUMBER * 1000


def main() -> None:
    """Print the shares of the program and the provider, and a profile of the latter."""
    pulumi, nouns = program.imports("import pulumi"), program.imports(f"from verge_pulumi import {program.NOUNS}")
    print(f"import pulumi: {pulumi:.0f} ms; with four nouns: {nouns:.0f} ms, {nouns / pulumi:.2f} times as long")
    for machines, components in ((50, False), (250, False), (50, True), (250, True)):
        its = program.share(machines, components=components)
        each = f"{its.milliseconds:.2f} ms and {its.kibibytes:.0f} KiB for each resource"
        print(f"program of {its.resources}{' in components' if components else ''}: {each}")
    for kind in RESOURCES:
        print(f"provider: {kind:15} {share(kind):.3f} ms")
    profile = cProfile.Profile()
    runs = [preview(kind, given) for kind, given in RESOURCES.items()]
    with profile:
        for once in runs:
            for _ in range(NUMBER):
                once()
    pstats.Stats(profile).sort_stats("tottime").print_stats(15)


if __name__ == "__main__":
    main()
