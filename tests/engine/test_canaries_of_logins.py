"""Canary secrets of repositories, users, keys and single sign-on through whole runs of the CLI, in all its outputs."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from tests.engine.command import Project
from tests.engine.lab import Lab
from tests.engine.test_canaries import forms

PROGRAM = """
import os
import pulumi
from verge_pulumi import ApiKey, AuthSource, CatalogRepository, OidcApplication, User

about = os.environ.get("ABOUT", "first")
CatalogRepository("partner", name="partner", type="remote", url=f"https://{about}.example.com", user="shop",
                  password=os.environ["REPOSITORY"])
AuthSource("contoso", name="Contoso", driver="azure", client_id=about,
           client_secret=pulumi.Output.secret(os.environ["CLIENT"]))
OidcApplication("wiki", name="wiki", description=about, redirect_uri=["https://wiki.example.com"])
ann = User("ann", name="ann", password=os.environ["PASSWORD"], displayname=about)
pulumi.export("key", ApiKey("key", user=ann, name="ci", description=about).private_key)
"""


@pytest.mark.fault(73)
def test_no_secret_of_a_login_is_shown_logged_or_stored_in_clear(lab: Lab, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    project = Project(lab, program)
    secrets = {
        "REPOSITORY": "c4nary/repository+password",
        "CLIENT": "c4nary/client+secret",
        "PASSWORD": "c4nary/pass+word",
    }
    variables = {"VERGEOS_DEBUG": "1", **secrets}
    texts = [
        project.run("up", "--yes", "--skip-preview", "--diff", "--logtostderr", "-v=8", **variables),
        project.run("refresh", "--yes", "--skip-preview", "--diff", **variables),
        project.run("preview", "--diff", "--json", **variables, ABOUT="second"),
    ]
    (wiki,) = lab.simulator.rows("oidc_applications")
    (key,) = lab.simulator.rows("user_api_keys")
    drawn = [str(wiki["client_secret"]), str(key["private_key"])]
    # VergeOS echoes what it refuses; the sentence that people see must not.
    tables = ("catalog_repositories", "auth_sources", "users", "oidc_applications", "user_api_keys")
    echoes = zip(tables, (*secrets.values(), *drawn), strict=True)
    lab.simulator.faults(
        *(
            {
                "match": {"verb": "PUT", "path": f"/{table}/", "times": 5},
                "what": "status",
                "status": 422,
                "body": {"err": f"no: {echoed}"},
            }
            for table, echoed in echoes
        )
    )
    failing = project.start("up", "--yes", "--skip-preview", **variables, ABOUT="second")
    output, _ = failing.communicate(timeout=90)
    assert failing.returncode != 0
    texts += [output, project.run("stack", "export"), lab.state_text()]
    texts.append(requests.get(f"{lab.simulator.url}/_sim/requests", timeout=10).text)
    for secret in (*secrets.values(), *drawn):
        for form in forms(secret):
            for text in texts:
                assert form not in text
