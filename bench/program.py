"""``python -m bench.program 50``: what a program with so many machines costs its own process, as JSON.

With ``--components`` each machine is in a component of the program's own.

An engine stands in that answers each registration with what it was asked for, so that nothing but the program, this
package and Pulumi's SDK is measured.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.stack import run_pulumi_func

NOUNS = "Drive, Network, Nic, VirtualMachine"
"""What the workload declares, but for its power."""

COMPONENTS = "--components"


@dataclass(frozen=True)
class Share:
    """What a program costs its process.

    Attributes:
        resources: How many it declares.
        milliseconds: Processor time for each, until all are registered.
        kibibytes: Memory at most for each.
    """

    resources: int
    milliseconds: float
    kibibytes: float


class Echo(mocks.Mocks):
    """Refuses what the workload does not do."""

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """Refuse a function."""
        raise NotImplementedError(args.token)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Refuse to read a resource."""
        raise NotImplementedError(args.name)


class Engine(mocks.MockMonitor):
    """Answers each registration with what it was asked for."""

    def __init__(self) -> None:
        super().__init__(Echo())
        self.registered = 0

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  the name that the SDK calls
        """Answer, without reading."""
        self.registered += request.custom
        urn = self.make_urn(request.parent, request.type, request.name)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=str(self.registered), object=request.object)


def run(program: Callable[[], None]) -> Share:
    """Run a program and return what it cost this process, which must not have run another one."""
    engine, loop = Engine(), asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    mocks.set_mocks(engine.mocks, monitor=engine, preview=True)
    before, start = _peak(), time.process_time()
    loop.run_until_complete(run_pulumi_func(program))
    spent, grown = time.process_time() - start, _peak() - before
    loop.close()
    return Share(engine.registered, spent / engine.registered * 1000, grown / engine.registered)


def share(machines: int, *, components: bool = False) -> Share:
    """Return what a program with so many machines, each in a component if wanted, costs a process of its own."""
    command = [sys.executable, "-m", "bench.program", str(machines), *([COMPONENTS] if components else [])]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return Share(**json.loads(ran.stdout))


def imports(statement: str, rounds: int = 7) -> float:
    """Return the milliseconds of processor time that a new process takes for a statement, the median of some."""
    timed = f"import time; start = time.process_time(); {statement}; print(time.process_time() - start)"
    ran = [subprocess.run([sys.executable, "-c", timed], check=True, stdout=subprocess.PIPE) for _ in range(rounds)]
    return statistics.median(float(each.stdout) for each in ran) * 1000


def _peak() -> int:
    """Return the most memory that this process ever had, in KiB.

    The usual figure, that of `resource`, is that of the process which started it if that is larger.
    """
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0])


if __name__ == "__main__":
    from bench.machines import machines

    print(json.dumps(asdict(run(machines(int(sys.argv[1]), components=COMPONENTS in sys.argv)))))
