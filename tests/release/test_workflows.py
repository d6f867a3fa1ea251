"""What the workflows may do, and what the forms of issues ask for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import supply
from tools.release import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")


def read(path: Path) -> dict[str, Any]:
    """Return a file of YAML; of a workflow, `on` is True to YAML."""
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def jobs(name: str) -> dict[str, Any]:
    found: dict[str, Any] = read(GITHUB / "workflows" / name)["jobs"]
    return found


def steps(job: dict[str, Any]) -> list[str]:
    """Return what a job runs or uses, each as one text."""
    return [str(step.get("run") or step["uses"]) for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_by_a_commit_and_says_its_version(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert used
    assert [each for each in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)] == []


def test_an_action_has_one_version_everywhere() -> None:
    used = {each for path in WORKFLOWS for each in re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))}
    assert len({each.partition("@")[0] for each in used}) == len(used)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_read_and_each_job_ends(path: Path) -> None:
    assert read(path)["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] for job in read(path)["jobs"].values())


def test_who_may_write_what() -> None:
    allowed = {name: job["permissions"] for name, job in jobs("release.yml").items() if "permissions" in job}
    assert allowed == {
        "attest": {"attestations": "write", "id-token": "write"},
        "publish": {"id-token": "write"},
        "announce": {"contents": "write"},
    }
    assert not any("permissions" in job for job in jobs("ci.yml").values())
    # Whoever may write runs nothing of the checkout.
    assert not any("checkout" in step for name in allowed for step in steps(jobs("release.yml")[name]))


def test_nothing_is_published_that_was_not_tried_out_and_attested() -> None:
    needs = {name: job.get("needs") for name, job in jobs("release.yml").items()}
    assert needs == {"build": None, "try-out": "build", "attest": "try-out", "publish": "attest", "announce": "publish"}


def test_it_is_published_by_trust_and_not_by_a_password() -> None:
    assert "secrets." not in (GITHUB / "workflows" / "release.yml").read_text(encoding="utf-8")
    assert jobs("release.yml")["publish"]["environment"] == "pypi"


@pytest.mark.parametrize(("workflow", "job"), [("ci.yml", "without-engine"), ("release.yml", "try-out")])
def test_every_python_and_every_system_is_tried(workflow: str, job: str) -> None:
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["classifiers"]
    minors = [found[0] for each in classifiers if (found := re.findall(r":: (3\.\d+)$", each))]
    matrix = jobs(workflow)[job]["strategy"]["matrix"]
    assert matrix["python"] == minors
    assert [system.partition("-")[0] for system in matrix["os"]] == ["ubuntu", "macos", "windows"]


def test_the_folders_that_windows_tries_are_there() -> None:
    (windows,) = (each for each in jobs("ci.yml")["without-engine"]["strategy"]["matrix"]["include"] if "os" in each)
    assert all((ROOT / folder).is_dir() for folder in windows["tests"].split())


def test_what_checks_a_release_is_pinned_by_hash() -> None:
    pinned, problems = supply.lock((GITHUB / "requirements.txt").read_text(encoding="utf-8"))
    assert problems == []
    assert {"twine", "cyclonedx-bom"} <= set(pinned)
    known = tomllib.loads((ROOT / "tools" / "weaknesses.toml").read_text(encoding="utf-8"))
    assert supply.weak(pinned, known["weakness"]) == []


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_is_one_that_github_shows(path: Path) -> None:
    form = read(path)
    assert {"name", "description", "body"} <= set(form)
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert len({field["id"] for field in fields}) == len(fields)
    assert all(field["attributes"]["label"] for field in fields)
    assert {field["type"] for field in form["body"]} <= {"markdown", "textarea", "input"}


@pytest.mark.parametrize("name", ["bug.yml", "system.yml"])
def test_who_reports_a_fault_is_asked_for_doctor_and_conformance(name: str) -> None:
    required = {
        field["id"]
        for field in read(GITHUB / "ISSUE_TEMPLATE" / name)["body"]
        if field.get("validations", {}).get("required")
    }
    assert {"doctor", "conformance"} <= required


def test_weaknesses_go_elsewhere() -> None:
    config = read(GITHUB / "ISSUE_TEMPLATE" / "config.yml")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Repository"]
    advisories = f"{project}/security/advisories/new"
    assert config["blank_issues_enabled"] is False
    assert advisories in {link["url"] for link in config["contact_links"]}
    assert advisories in (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_addresses_of_the_repository_name_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Repository"]
    pages = [*GITHUB.rglob("*.yml"), ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md"]
    told = {
        each for path in pages for each in re.findall(r"https://github\.com/[\w.-]+/verge-pulumi\b", path.read_text())
    }
    assert told == {project}
