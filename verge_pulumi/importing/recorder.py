"""Runs a program and writes down what it registers; a process of its own, started by `recording`.

The SDK talks to a monitor that makes nothing: it answers each registration with the key and the outputs of the row that
stands behind it, so that references carry real keys.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import runpy
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pulumi
from google.protobuf import json_format, struct_pb2
from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.stack import run_pulumi_func

from verge_pulumi.engine.connecting.answers import READ_BEFORE
from verge_pulumi.engine.declaring.hidden import TRANSIENT
from verge_pulumi.engine.ownership.states import OURS
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.importing.matching import Answer, Candidates, NoMatch
from verge_pulumi.importing.secrets import opened

Keep = Callable[[dict[str, Any]], object]

AT_ONCE = 200
"""Registrations that may wait for each other; each takes several times the memory of one that is done."""

STACK = "pulumi:pulumi:Stack"
PROVIDERS = "pulumi:providers:"
"""How the types of providers begin."""


class NoFunctions(mocks.Mocks):
    """Refuses what only an engine can tell."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Refuse to read a resource of another program."""
        raise pulumi.RunError(f"the program reads {args.typ} '{args.name}', which only an engine can do")

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Refuse a function of another package."""
        raise pulumi.RunError(f"the program calls {args.token}, whose result only an engine can tell")


class RecordingMonitor(mocks.MockMonitor):
    """Tells of every registration, and answers it with the row behind it.

    Args:
        keep: Called with each registration.
        rows: Id and outputs of each resource, by its type with those of its parents, and by its name.
        candidates: The rows that other resources may be.
        provider: The name of the provider of these, "" for the default one.
    """

    def __init__(
        self, keep: Keep, rows: Mapping[str, Mapping[str, Answer]], candidates: Candidates, provider: str
    ) -> None:
        super().__init__(NoFunctions())
        self._keep = keep
        self._rows = rows
        self._candidates = candidates
        self._provider = provider

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Return the URN that the engine gives: it has the types of all parents, the stack's apart."""
        above = parent.split("::")[2] if parent else ""
        whole = type_ if above in ("", STACK) else f"{above}${type_}"
        return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{whole}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  the name that the SDK calls
        """Tell what is registered, and answer it."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == STACK:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        inputs = _plain(json_format.MessageToDict(request.object))
        inputs = {name: value for name, value in inputs.items() if name not in TRANSIENT}
        row, why = self._row(urn, request, inputs)
        self._keep(
            {
                "urn": urn,
                "type": request.type,
                "name": request.name,
                "parent": request.parent,
                "custom": bool(request.custom),
                "inputs": inputs,
                "dependencies": sorted(request.dependencies),
                "propertyDependencies": {
                    name: sorted(each.urns) for name, each in request.propertyDependencies.items()
                },
                "protect": bool(request.protect),
                "deletedWith": request.deletedWith,
                "additionalSecretOutputs": list(request.additionalSecretOutputs),
                "provider": request.provider,
                "id": row["id"],
                "why": why,
            }
        )
        outputs = json_format.ParseDict({**inputs, **row["outputs"]}, struct_pb2.Struct())
        return resource_pb2.RegisterResourceResponse(urn=urn, id=row["id"], object=outputs)

    def _row(self, urn: str, request: Any, inputs: Mapping[str, Any]) -> tuple[Answer, str]:
        """Return the row behind a resource, or why there is none."""
        none: Answer = {"id": "", "outputs": {}}
        planned = self._rows.get(urn.split("::")[2], {}).get(request.name)
        if planned or not request.custom or request.type.startswith(PROVIDERS):
            return planned or none, ""
        if not request.type.startswith(OURS):
            return none, "it is of another package"
        provider = request.provider.rpartition("::")[0].rpartition("::")[2]
        if provider != self._provider:
            return none, f"it is of the provider '{provider}'" if provider else "it is of the default provider"
        try:
            said = {name: opened(value) for name, value in inputs.items() if not name.startswith("__")}
            return self._candidates.take(request.type.removeprefix(OURS), said), ""
        except NoMatch as error:
            return none, str(error)


def _plain(value: Any) -> Any:
    """Return a value with whole numbers as such; on the way every number became a float."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


class AtOnce(ThreadPoolExecutor):
    """Does what is to be done in a thread without one: the monitor is in this process, and answers at once."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        """Call a function, and return what it returned."""
        called: Future[Any] = Future()
        try:
            called.set_result(function(*arguments, **options))
        except Exception as error:
            called.set_exception(error)
        return called


def in_turn() -> Callable[[pulumi.ResourceTransformationArgs], None]:
    """Return a transformation of nothing, which lets registrations finish before there are too many.

    What is left of those that are done is there until the program ends. Python's garbage collector is told so, as it
    would look at all of it again and again: of 1,000 servers that took almost half of the time, and of more a growing
    part.
    """
    numbers = itertools.count(1)

    def transformation(args: pulumi.ResourceTransformationArgs) -> None:
        if next(numbers) % AT_ONCE == 0:
            provider_process.let_finish()
            gc.collect()
            gc.freeze()

    return transformation


def record(project: Mapping[str, Any], keep: Keep) -> None:
    """Run the program in the current folder, and tell what it registers.

    Args:
        project: Names of ``organization``, ``project`` and ``stack``, the ``config``, the ``rows``,
            the ``candidates`` and their ``provider``, and what was ``read`` of that already.
        keep: Called with each registration, in order. Thousands of them would take much memory.
    """
    monitor = RecordingMonitor(keep, project["rows"], Candidates(project["candidates"]), project["provider"])
    loop = asyncio.new_event_loop()
    loop.set_default_executor(AtOnce(1))
    asyncio.set_event_loop(loop)  # the stack itself is registered as soon as the monitor is set
    READ_BEFORE[project["provider"]] = project["read"]
    pulumi.runtime.set_all_config(project["config"], project["secret"])
    mocks.set_mocks(
        monitor.mocks,
        project=project["project"],
        stack=project["stack"],
        organization=project["organization"],
        preview=True,
        monitor=monitor,
    )
    pulumi.runtime.register_stack_transformation(in_turn())
    sys.path.insert(0, str(Path.cwd()))

    def program() -> None:
        runpy.run_path("__main__.py", run_name="__main__")

    loop.run_until_complete(run_pulumi_func(program))
    loop.close()


if __name__ == "__main__":
    given, result = sys.argv[1:]
    with Path(result).open("w", encoding="utf-8") as file:
        record(json.loads(Path(given).read_text(encoding="utf-8")), lambda each: print(json.dumps(each), file=file))
