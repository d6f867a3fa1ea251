"""A mocked engine: what programs register with it, and what they get back."""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
from pulumi.runtime import mocks as pulumi_mocks


class Engine(pulumi_mocks.Mocks):
    """An engine that answers each registration with what was asked for, and some outputs."""

    def __init__(self) -> None:
        self.registered: dict[str, pulumi_mocks.MockResourceArgs] = {}
        self.answers: dict[str, Any] = {}
        self.secret_outputs: dict[str, list[str]] = {}
        self.dependencies: dict[str, dict[str, list[str]]] = {}
        self.waits_for: dict[str, list[str]] = {}
        self.declared_at: dict[str, list[str]] = {}
        self.custom_timeouts: dict[str, str] = {}

    def call(self, args: pulumi_mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise AssertionError(args.token)

    def new_resource(self, args: pulumi_mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.registered[args.name] = args
        return args.resource_id or "42", {**args.inputs, **self.answers}

    def inputs(self, name: str) -> dict[str, Any]:
        """Return what a resource was registered with, without what is unset."""
        return {key: value for key, value in self.registered[name].inputs.items() if value is not None}


class Monitor(pulumi_mocks.MockMonitor):
    """The mocked engine's entrance, which keeps what is said of outputs."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.engine = engine

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  the protocol's name
        self.engine.secret_outputs[request.name] = list(request.additionalSecretOutputs)
        self.engine.declared_at[request.name] = [frame.pc.uri for frame in request.stackTrace.frames]
        self.engine.waits_for[request.name] = [urn.rpartition("::")[2] for urn in request.dependencies]
        self.engine.custom_timeouts[request.name] = request.customTimeouts.create
        self.engine.dependencies[request.name] = {
            name: list(dependencies.urns) for name, dependencies in request.propertyDependencies.items()
        }
        mocked: Any = super()
        return mocked.RegisterResource(request)

    def ReadResource(self, request: Any) -> Any:  # noqa: N802  the protocol's name
        self.engine.secret_outputs[request.name] = list(request.additionalSecretOutputs)
        mocked: Any = super()
        return mocked.ReadResource(request)


def outcome(output: pulumi.Output[Any]) -> Any:
    """Wait for an output."""

    async def future() -> Any:
        return await output.future()

    return asyncio.get_event_loop().run_until_complete(future())


def settle() -> None:
    """Wait until everything is registered."""
    loop = asyncio.get_event_loop()
    while pending := asyncio.all_tasks(loop):
        loop.run_until_complete(asyncio.gather(*pending))
