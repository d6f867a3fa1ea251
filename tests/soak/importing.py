"""``verge-pulumi import``, run as a person runs it."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engine.command import Project
from tests.engine.lab import Lab
from verge_pulumi.engine.ownership.states import OURS
from verge_pulumi.importing.plan_file import Line, read_plan, write_plan
from verge_pulumi.importing.site import importable
from verge_pulumi.simulator import Request

MEASURED = """
import atexit, os, re, runpy, sys
from pathlib import Path


def note():
    peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
    with Path(os.environ["PEAKS"], name).open("a") as file:
        print(peak[1], file=file)


atexit.register(note)
"""
"""Notes how much memory a process had at most; what the kernel tells its parent counts that of the parent, too."""

COMMAND = f"""{MEASURED}
name = "import"
sys.executable = os.environ["RECORDER"]  # the import runs nothing else with it
from verge_pulumi.cli import main
main()
"""

RECORDED = f"""{MEASURED}
name = "recorder"
runpy.run_module("verge_pulumi.importing.recorder", run_name="__main__", alter_sys=True)
"""

RECORDER = """#!/bin/bash
exec {python} -c '{code}' "${{@:3}}"
"""
"""A Python that notes how much memory the program took that was run with ``-m``."""

TIMED = """#!/bin/bash
begin=$EPOCHREALTIME
{pulumi} "$@"
code=$?
echo "$EPOCHREALTIME - $begin" >> {log}
exit $code
"""
"""A ``pulumi`` that notes how long each command took."""


@dataclass(frozen=True)
class Run:
    """What became of an import.

    Attributes:
        faults: What went wrong.
        seconds: How long it took, without the commands of Pulumi.
        of_pulumi: How long these took.
        mebibytes: Memory at most of its own process, and of the one that runs the program.
    """

    faults: list[str]
    seconds: float
    of_pulumi: float
    mebibytes: tuple[float, float]

    @property
    def memory(self) -> str:
        """The memory in words."""
        own, program = self.mebibytes
        return f"{own:.0f} MiB, and {program:.0f} MiB for the run of the program"


def import_into(lab: Lab, folder: Path, *options: str) -> Run:
    """Import what a simulator has into a project."""
    before = lab.simulator.snapshot()
    lab.simulator.reset("log")
    tools = lab.folder / "timed"
    tools.mkdir(exist_ok=True)
    log, pulumi, recorder = tools / "log", tools / "pulumi", tools / "python"
    peaks = [tools / name for name in ("import", "recorder")]
    for path in (log, *peaks):
        path.unlink(missing_ok=True)
    pulumi.write_text(TIMED.format(pulumi=lab.cli / "pulumi", log=log))
    recorder.write_text(RECORDER.format(python=sys.executable, code=RECORDED))
    for script in (pulumi, recorder):
        script.chmod(0o755)
    variables = {"PEAKS": str(tools), "RECORDER": str(recorder)}
    search = os.pathsep.join((str(tools), str(lab.cli), os.environ["PATH"]))
    start = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-c", COMMAND, "import", str(folder), "--yes", *options],
        env={**os.environ, **lab.by_hand, **variables, "PATH": search},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - start
    faults = [] if ran.returncode in (0, 3) else [ran.stdout + ran.stderr]
    faults += [] if "'pulumi preview' shows no change." in ran.stdout else ["the preview shows a change"]
    faults += [f"{each.verb} {each.path}" for each in lab.simulator.requests() if each.verb != "GET"]
    faults += [] if lab.simulator.snapshot() == before else ["VergeOS was changed"]
    spans = [line.split(" - ") for line in log.read_text().splitlines()]
    of_pulumi = sum(float(end) - float(begin) for end, begin in spans)
    own, program = (max(map(int, each.read_text().split())) / 1024 for each in peaks)
    return Run(faults, seconds - of_pulumi, of_pulumi, (own, program))


def type_errors(folder: Path) -> Iterator[str]:
    """Yield what type checkers say of a program."""
    for checker in (["mypy", "--strict"], ["pyright", "--pythonpath", sys.executable]):
        ran = subprocess.run(
            [sys.executable, "-m", *checker, "__main__.py"], cwd=folder, capture_output=True, text=True, check=False
        )
        yield from [f"{checker[0]}: {ran.stdout[-500:]}"] if ran.returncode else []


def import_back(project: Project, seeded: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Throw the program and the state of a project away, and import what they made; return what went wrong.

    The state has afterwards what it had, but for what the plan leaves with a reason, and kinds of which VergeOS
    has every object already, which no import takes.

    Args:
        project: The project.
        seeded: What VergeOS had before it, by table and key; what looks as if people had made it is left.
    """
    before = _resources(project)
    exported = json.loads(project.run("stack", "export"))
    exported["deployment"]["resources"] = []
    (project.folder / "empty.json").write_text(json.dumps(exported))
    project.run("stack", "import", "--file", "empty.json")
    for path in project.folder.glob("**/*.py"):
        path.unlink()
    plan = project.folder / "vergeos-import" / "plan.csv"
    tables = ("groups", "resource_groups")
    write_plan([Line(table=table, key=key, planned="manage") for table in tables for key in seeded[table]], plan)
    faults = import_into(project.lab, project.folder).faults
    left = {(line.kind, line.key) for line in read_plan(plan).values() if line.treatment == "leave"}
    kinds = {kind.declaration.title for kind in importable()} | {"Firewall", "Power"}
    after = _resources(project)
    lost = sorted((kind, key) for kind, key in before - after - left if kind in kinds)
    # A clone has drives and NICs that nobody declared, and a server says whether it runs.
    more = {(kind, key) for kind, key in after - before if kind not in ("Drive", "Nic", "Power")}
    faults += [f"{kind} {key} is not imported" for kind, key in lost]
    faults += [f"{kind} {key} is imported, and was not declared" for kind, key in sorted(more)]
    return [*faults, *type_errors(project.folder)]


def _resources(project: Project) -> set[tuple[str, str]]:
    """Return kind and id of each resource of ours in the state."""
    entries = json.loads(project.run("stack", "export"))["deployment"].get("resources", ())
    ours = [entry for entry in entries if entry["type"].startswith(OURS)]
    return {(entry["type"].removeprefix(OURS), entry["id"]) for entry in ours}


def misplaced(rows: Mapping[str, Mapping[str, Mapping[str, Any]]], requests: Iterable[Request]) -> Iterator[str]:
    """Yield what a destroy did in the wrong order.

    A machine is stopped before its drives and NICs are deleted, these before it, and it before its networks.

    Args:
        rows: What VergeOS had before, by table and key.
        requests: What the destroy asked of it, in order.
    """
    applied = [request for request in requests if request.applied]
    paths = [(request.verb, *request.path.rsplit("/", 2)[1:]) for request in applied]
    deleted = {path[1:]: number for number, path in enumerate(paths) if path[0] == "DELETE"}
    actions = [(number, each) for number, each in enumerate(applied) if each.path.endswith("/vm_actions")]
    stopped = {str(each.body["vm"]): number for number, each in reversed(actions)}
    for key, vm in rows["vms"].items():
        if ("vms", key) not in deleted:
            continue
        nics = {part: row for part, row in rows["machine_nics"].items() if row["machine"] == vm["machine"]}
        drives = [part for part, row in rows["machine_drives"].items() if row["machine"] == vm["machine"]]
        steps = [
            [stopped[key]] if key in stopped else [],
            [deleted[each] for each in (*(("machine_drives", key) for key in drives),
                                        *(("machine_nics", key) for key in nics)) if each in deleted],
            [deleted["vms", key]],
            [deleted["vnets", net] for net in {str(row["vnet"]) for row in nics.values()} if ("vnets", net) in deleted],
        ]  # fmt: skip
        done = [step for step in steps if step]
        if any(max(first) > min(then) for first, then in itertools.pairwise(done)):
            yield f"VM '{vm['name']}': {paths}"
