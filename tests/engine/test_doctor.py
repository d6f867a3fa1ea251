"""A check-up and a trace with the real CLI: what Pulumi's commands really say, and which processes write."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

from tests.engine.command import Project
from tests.engine.lab import Lab

PROGRAM = """
import verge_pulumi

external = verge_pulumi.get_network(name="External")
verge_pulumi.Network("lan", name="c4nary-lan", uplink=external.key)
"""


def test_a_run_is_traced_and_what_it_left_is_checked(lab: Lab, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    project = Project(lab, program)
    project.run("config", "set", "vergeos:timeout", "30")
    project.up(VERGEOS_TRACE="trace.har")

    trace = project.folder / "trace.har"
    assert stat.S_IMODE(trace.stat().st_mode) == 0o600
    entries = json.loads(trace.read_text())["log"]["entries"]
    told = [(each["_process"], each["request"]["method"], each["response"]["status"]) for each in entries]
    assert len({process for process, _, _ in told}) == 2  # the program looks up, its provider creates
    assert [(verb, status) for _, verb, status in told if verb != "GET"] == [("POST", 201)]
    assert len(entries) == len(lab.simulator.requests())
    for word in ("c4nary", "External", "127.0.0.1", lab.simulator.api_key):
        assert word not in trace.read_text()

    environment = os.environ | lab.by_hand | {"PATH": f"{lab.cli}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "verge_pulumi", "doctor", str(project.folder), "--json"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    checks = {each["check"]: (each["level"], each["text"]) for each in json.loads(ran.stdout)["checks"]}
    assert checks["backend"] == ("ok", lab.states.as_uri())
    assert checks["stack"] == ("ok", "'dev' manages 1 objects of VergeOS")
    assert checks["lock"] == ("ok", "nobody has it")
    assert (checks["system"][0], checks["login"][0]) == ("ok", "ok")
    assert "secrets" not in checks
