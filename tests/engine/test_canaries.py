"""Canary secrets through whole runs of the CLI, in every output it has."""

from __future__ import annotations

import base64
import json
import urllib.parse
from pathlib import Path

import pytest
import requests

from tests.engine.command import Project
from tests.engine.lab import Lab

PASSWORD = "c4nary/console+password"
PROGRAM = """
import os
import pulumi
import pytest
from verge_pulumi import VirtualMachine

VirtualMachine("vm", name="vm", ram=int(os.environ.get("RAM", "1024")), console_pass_enabled=True,
               console_pass=pulumi.Output.secret(os.environ["CONSOLE_PASSWORD"]))
"""


def forms(secret: str) -> list[str]:
    """Return the forms in which a secret might leak."""
    encoded = base64.b64encode(secret.encode()).decode()
    return [secret, encoded.rstrip("=")[:-1], urllib.parse.quote(secret, safe=""), json.dumps(secret)[1:-1]]


@pytest.mark.fault(73)
def test_no_secret_is_shown_logged_or_stored_in_clear(lab: Lab, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    project = Project(lab, program)
    key = lab.simulator.api_key
    variables = {"CONSOLE_PASSWORD": PASSWORD, "VERGEOS_DEBUG": "1"}
    loud = ("--logtostderr", "-v=8", "--debug")  # at 9 Pulumi itself logs every value in clear
    texts = [
        project.run("preview", "--json", **variables),
        project.run("up", "--yes", "--skip-preview", "--diff", *loud, **variables),
        project.run("refresh", "--yes", "--skip-preview", "--diff", **variables),
        project.run("preview", "--diff", "--json", **variables, RAM="2048"),
    ]
    # VergeOS echoes what it refuses; the sentence that people see must not.
    lab.simulator.faults(
        {
            "match": {"verb": "PUT", "path": "/vms/", "times": 1},
            "what": "status",
            "status": 422,
            "body": {"err": f"invalid request: console_pass={PASSWORD} {urllib.parse.quote(PASSWORD, safe='')}"},
        }
    )
    failing = project.start("up", "--yes", "--skip-preview", *loud, **variables, RAM="2048")
    output, _ = failing.communicate(timeout=90)
    assert failing.returncode != 0
    assert "invalid request" in output
    texts += [output, project.run("stack", "export"), lab.state_text()]
    texts.append(requests.get(f"{lab.simulator.url}/_sim/requests", timeout=10).text)
    for secret in (PASSWORD, key):
        for form in forms(secret):
            # The program's own environment is Pulumi's to log; what is ours must not be there.
            for text in texts:
                assert form not in text
