"""The Pulumi CLI as a process of its own, which tests may interrupt and kill."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.engine import vault, warm
from tests.engine.lab import PROJECT, Lab

FLEET = Path(__file__).with_name("fleet.py")
LIMIT = 90.0
"""Seconds after which a command counts as hanging."""


class Project:
    """A folder with a program in it, and the commands a person gives there: one of its own, or a copy of a project."""

    def __init__(self, lab: Lab, program: Path = FLEET) -> None:
        self.lab = lab
        self.folder = lab.folder / "project"
        if program.is_dir():
            # Of what a person's run left there nothing counts here.
            shutil.copytree(program, self.folder, ignore=shutil.ignore_patterns("Pulumi.*.yaml", ".venv"))
            warm.virtualenv(self.folder)
        else:
            self.folder.mkdir()
            (self.folder / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n")
            shutil.copy(program, self.folder / "__main__.py")
        self.run("stack", "init", lab.stack_name, "--secrets-provider", vault.URL)

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start a command as a person does, in a process group of its own, to be interrupted or killed."""
        return self._start(arguments, self.lab.by_hand | variables, apart=True)

    def run(self, *arguments: str, **variables: str) -> str:
        """Run a command that must succeed, and return what it printed."""
        process = self._start(arguments, self.lab.environment | variables)
        output, _ = process.communicate(timeout=LIMIT)
        assert process.returncode == 0, output
        return output

    def _start(
        self, arguments: Sequence[str], variables: Mapping[str, str], *, apart: bool = False
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["pulumi", "--non-interactive", "--color=never", *arguments],
            cwd=self.folder,
            env={**os.environ, **variables, "PATH": f"{self.lab.cli}{os.pathsep}{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=apart,
        )

    def up(self, **variables: str) -> str:
        """Run ``pulumi up``."""
        return self.run("up", "--yes", "--skip-preview", **variables)

    def recover(self, command: str = "up", **variables: str) -> str:
        """Do after a kill what Pulumi itself demands, and run the command again."""
        if list((self.lab.folder / "state").rglob("locks/**/*.json")):
            self.run("cancel", "--yes")
        return self.run(command, "--yes", "--skip-preview", **variables)


def below(process: subprocess.Popen[str]) -> dict[int, bytes]:
    """Return the processes below a CLI, and the command line of each."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
            parents[int(path.parent.name)] = (int(fields[1]), (path.parent / "cmdline").read_bytes())
        except OSError:
            continue  # it has ended meanwhile
    return {pid: line for pid, (_, line) in parents.items() if descends(pid, process.pid, parents)}


def providers_of(process: subprocess.Popen[str]) -> list[int]:
    """Return the processes below a CLI that host dynamic providers."""
    return [pid for pid, line in below(process).items() if b"pulumi.dynamic\0" in line and b"/sh\0" not in line]


def descends(pid: int, ancestor: int, parents: dict[int, tuple[int, bytes]]) -> bool:
    """Say whether a process is below another one."""
    while pid in parents:
        if pid == ancestor:
            return True
        pid = parents[pid][0]
    return False


def kill(pid: int) -> None:
    """Kill a process at once, if it is still there."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def kill_cli(process: subprocess.Popen[str], lab: Lab) -> None:
    """Kill a CLI at once, but not while it writes the state.

    In a folder Pulumi writes a state in place, and half a file is none: that is what its copies of checkpoints are for,
    which are off here (docs/shared-state.md).
    """
    while True:
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        if lab.has_whole_state():
            return process.kill()
        process.send_signal(signal.SIGCONT)


def ends(pid: int, within: float) -> bool:
    """Say whether a process that is not ours ends within so many seconds."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within)[0])
    finally:
        os.close(handle)
