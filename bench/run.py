"""Runs the workloads with the real Pulumi CLI against the simulator, and measures each command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.terraform import Terraform
from verge_pulumi.simulator import Options, Simulator

HERE = Path(__file__).parent
ROOT = HERE.parent
PAGE = ROOT / "docs" / "performance.md"

PROVIDERS: Mapping[str, str] = {"ours": "machines.py", "naive": "machines.py", "idle": "idle.py"}
"""Each way to do the work, and its program: this package, the same with naive reads, resources that do nothing."""

TERRAFORM = "terraform"
"""One more way: the Terraform provider, if there is one."""

WORKLOADS = ("create", "preview", "refresh", "change", "destroy")

_SKIP = ["--yes", "--skip-preview"]
_COMMANDS: Mapping[str, list[str]] = {
    "create": ["up", *_SKIP],
    "preview": ["preview"],
    "refresh": ["refresh", *_SKIP],
    "change": ["up", *_SKIP],
    "destroy": ["destroy", *_SKIP],
}


@dataclass(frozen=True)
class Case:
    """One series of commands: create, preview, refresh, change, destroy.

    Attributes:
        provider: One of `PROVIDERS`, or `TERRAFORM`.
        machines: How many, each with a drive, a NIC and power.
        parallel: Resources that the engine works on at once.
        latency: Milliseconds that each answer of VergeOS takes.
    """

    provider: str
    machines: int
    parallel: int
    latency: float


@dataclass(frozen=True)
class Measure:
    """What one command took.

    Attributes:
        case: The series it belongs to.
        workload: One of `WORKLOADS`.
        requests: Requests that VergeOS saw.
        connections: Connections they came on.
        seconds: Wall time of the command, Pulumi's own start included.
        cpu: Seconds of processor time of the program and of the provider process, their start included.
        memory: Most resident memory of the provider process, in MiB.
        load: How many processes wanted a processor when the command began.
        export: Seconds that an export of the state takes after a create, which a preview makes
            once; 0 where it was not measured.
    """

    case: Case
    workload: str
    requests: int
    connections: int
    seconds: float
    cpu: float
    memory: float
    load: float = 0.0
    export: float = 0.0


class Worker(Protocol):
    """What runs the commands of a series, in a folder of its own."""

    def command(self, workload: str) -> float:
        """Run one command; return the seconds it took."""
        ...

    def usage(self) -> tuple[float, float]:
        """Return processor seconds of the last command's program and provider, and MiB of the provider's process.

        They are zeros where that is not known.
        """
        ...


def numbers(text: str) -> list[int]:
    """Return the numbers of a list such as ``1,10,50``."""
    return [int(part) for part in text.split(",")]


def pulumi_folder() -> Path:
    """Return the folder of the Pulumi CLI."""
    ensure = [sys.executable, str(ROOT / "tools" / "pulumi" / "ensure.py")]
    return Path(subprocess.run(ensure, check=True, stdout=subprocess.PIPE, text=True).stdout.strip())


def run(case: Case, cli: Path, **variables: str) -> Iterator[Measure]:
    """Run a series on a fresh stack and a fresh VergeOS.

    Args:
        case: What to run.
        cli: The folder of the Pulumi CLI.
        variables: Environment variables to add.

    Raises:
        RuntimeError: A command failed; the text is its output.
    """
    options = Options(name="bench", latency_ms=case.latency)
    with Simulator(options) as simulator, tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = Path(scratch)
        project: Worker
        if case.provider == TERRAFORM:
            project = Terraform(folder, simulator, case.machines, case.parallel)
        else:
            project = _Project(folder, cli, case, simulator, variables)
        for workload in WORKLOADS:
            simulator.reset("log")
            load = os.getloadavg()[0]
            seconds = project.command(workload)
            counted = simulator.counters()
            cpu, memory = project.usage()
            exports = workload == "create" and case.provider == "ours"
            export = project.export() if exports and isinstance(project, _Project) else 0.0
            yield Measure(case, workload, counted.total(), counted.connections, seconds, cpu, memory, load, export)


class _Project:
    """A Pulumi project in a folder of its own, with a file backend."""

    def __init__(self, folder: Path, cli: Path, case: Case, simulator: Simulator, variables: Mapping[str, str]) -> None:
        self._folder = folder
        self._parallel = case.parallel
        self._usage = folder / "usage"
        (folder / "state").mkdir()
        shutil.copy(HERE / PROVIDERS[case.provider], folder / "__main__.py")
        (folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("VERGEOS_", "PULUMI_"))},
            "PATH": f"{cli}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join([str(HERE / "shim"), str(ROOT)]),
            "PYTHONPYCACHEPREFIX": str(cli.parent / "bytecode"),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
            "PULUMI_PYTHON_CMD": sys.executable,
            "XDG_CACHE_HOME": str(folder / "cache"),
            "VERGEOS_HOST": simulator.url,
            "VERGEOS_API_KEY": simulator.api_key,
            "MACHINES": str(case.machines),
            "BENCH_USAGE": str(self._usage),
            "BENCH_NAIVE": "1" if case.provider == "naive" else "",
            **variables,
        }
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled once
        self._pulumi("stack", "init", "bench")

    def command(self, workload: str) -> float:
        """Run one command; return the seconds it took."""
        self._usage.unlink(missing_ok=True)
        shutil.rmtree(self._folder / "cache", ignore_errors=True)  # the hour's requests: each command has all of them
        if workload == "change":
            self._environment["RAM"] = "2048"
        start = time.monotonic()
        self._pulumi(*_COMMANDS[workload], "--parallel", str(self._parallel))
        return time.monotonic() - start

    def export(self) -> float:
        """Export the state; return the seconds it took."""
        start = time.monotonic()
        self._pulumi("stack", "export", "--file", os.devnull)
        return time.monotonic() - start

    def usage(self) -> tuple[float, float]:
        """Return processor seconds of the last command's program and provider, and MiB of the provider's process."""
        lines = self._usage.read_text().splitlines() if self._usage.exists() else []
        used = [(role, float(cpu), float(kib)) for role, cpu, kib in map(str.split, lines)]
        memory = max((kib for role, _, kib in used if role == "provider"), default=0.0)
        return sum(cpu for _, cpu, _ in used), memory / 1024

    def _pulumi(self, *arguments: str) -> None:
        process = subprocess.run(
            ["pulumi", "--non-interactive", "--color=never", *arguments],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if process.returncode:
            raise RuntimeError(f"Unable to run pulumi {' '.join(arguments)}:\n{process.stdout[-3000:]}")
