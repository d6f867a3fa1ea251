"""Canary secrets through whole runs of the CLI, in every output it has."""

from __future__ import annotations

import base64
import json
import urllib.parse
from pathlib import Path

import pytest
import requests

from tests.authorities import certificate, private_key
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

SYSTEM = """
import os
import pulumi
from verge_pulumi import Certificate, Webhook

about = os.environ.get("ABOUT", "first")
Certificate("own", type="manual", public=os.environ["PUBLIC"], private=pulumi.Output.secret(os.environ["PRIVATE_KEY"]),
            description=about)
Certificate("acme", type="letsencrypt", domainname="site.example.com", contact=1, agree_tos=True, eab_kid="kid",
            eab_hmac_key=os.environ["HMAC_KEY"], description=about)
Webhook("hook", name="hook", url=f"https://hooks.example.com/{about}", authorization_type="basic",
        authorization_value=os.environ["PROOF"], headers={"X-Key": pulumi.Output.secret(os.environ["HEADER"])})
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


@pytest.mark.fault(73)
def test_no_secret_of_certificates_and_webhooks_is_shown_logged_or_stored_in_clear(lab: Lab, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(SYSTEM)
    project = Project(lab, program)
    secrets = {"HMAC_KEY": "c4nary/hmac+key", "PROOF": "c4nary:web/hook+proof", "HEADER": "c4nary/header+value"}
    variables = {"PUBLIC": certificate(1), "PRIVATE_KEY": private_key(1), "VERGEOS_DEBUG": "1", **secrets}
    texts = [
        project.run("up", "--yes", "--skip-preview", "--diff", "--logtostderr", "-v=8", **variables),
        project.run("refresh", "--yes", "--skip-preview", "--diff", **variables),
        project.run("preview", "--diff", "--json", **variables, ABOUT="second"),
    ]
    echoed = " ".join([*secrets.values(), private_key(1)])
    fault = {"match": {"verb": "PUT", "times": 3}, "what": "status", "status": 422, "body": {"err": f"no: {echoed}"}}
    lab.simulator.faults(fault)
    failing = project.start("up", "--yes", "--skip-preview", **variables, ABOUT="second")
    output, _ = failing.communicate(timeout=90)
    assert failing.returncode != 0
    texts += [output, project.run("stack", "export"), lab.state_text()]
    texts.append(requests.get(f"{lab.simulator.url}/_sim/requests", timeout=10).text)
    for secret in [*secrets.values(), private_key(1).splitlines()[1]]:
        for form in forms(secret):
            for text in texts:
                assert form not in text
