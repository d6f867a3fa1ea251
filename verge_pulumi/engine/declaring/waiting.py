"""Outputs that wait for other resources."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pulumi


def when_there(output: pulumi.Output[Any], others: Sequence[pulumi.CustomResource]) -> pulumi.Output[Any]:
    """Return an output whose value is known to the program when these resources are there."""

    async def resources() -> set[pulumi.Resource]:
        # With --continue-on-error the program goes on after a failure; who depends on what failed is left out.
        failed = {other for other in others if not await other.id.is_known()}
        return await output.resources() | (set() if pulumi.runtime.is_dry_run() else failed)

    async def value() -> Any:
        await asyncio.gather(*(other.urn.future() for other in others))
        return await output.future(with_unknowns=True)

    return pulumi.Output(resources(), value(), output.is_known(), output.is_secret())
