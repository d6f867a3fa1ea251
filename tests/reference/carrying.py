"""Programs without an engine whose resources are created all the same: in this process, against a simulator."""

from __future__ import annotations

import asyncio
import gc
import runpy
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import mocks
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import run_pulumi_func

from tests.providers.bench import Bench, Managed
from verge_pulumi.engine.ownership.states import OURS
from verge_pulumi.importing.secrets import opened


class Carrier(mocks.Mocks):
    """Answers each registration with the row that the provider has created for it.

    Args:
        bench: The run of the provider.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.made: list[Managed] = []
        """What was created, in this order."""
        self.others: list[str] = []
        """The types of what is no row: components, and providers."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Create a row."""
        if not args.typ.startswith(OURS):
            self.others.append(args.typ)
            return None, args.inputs
        kind = args.typ.removeprefix(OURS)
        inputs = {name: opened(value) for name, value in args.inputs.items() if value is not None}
        managed = self._bench.carry_out(kind, self._bench.check(kind, inputs, name=args.name))
        self.made.append(managed)
        return managed.id, managed.outs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """Refuse a function of another package."""
        raise AssertionError(args.token)


class Monitor(mocks.MockMonitor):
    """Stands for an engine."""


def carry_out(program: Path, bench: Bench, config: dict[str, str]) -> Carrier:
    """Run a program and create what it declares.

    Args:
        program: Its file.
        bench: The run of the provider.
        config: The configuration of its stack.
    """
    carrier = Carrier(bench)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def run() -> None:
        runpy.run_path(str(program))

    try:
        pulumi.runtime.set_all_config(config)
        # A monitor of one's own: look-ups are answered by the simulator, and not by a unit test.
        mocks.set_mocks(carrier, project="shop", stack="dev", monitor=Monitor(carrier))
        # What an earlier test has left, whose loop is closed, would be waited for; Pulumi's `test` clears it, too.
        settings: Any = SETTINGS  # its types are those of methods
        settings.rpc_manager.clear()
        settings.outputs.clear()
        loop.run_until_complete(run_pulumi_func(run))
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        asyncio.set_event_loop(None)
        loop.close()
        gc.collect()  # what Pulumi left behind is told here, and not in another test
    return carrier
