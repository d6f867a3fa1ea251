"""The recipes for pipelines: what their files say, and what their shell steps do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci import forge as forges
from tests.ci.forge import Comment, Forge
from tests.engine.command import LIMIT
from tests.engine.lab import Lab, ask

ROOT = Path(__file__).resolve().parents[2]
RECIPES = ROOT / "examples" / "ci"
SCRIPTS = sorted((RECIPES / "scripts").glob("*.sh"))
WORKFLOWS = sorted((RECIPES / "github").glob("*.yml"))
PIPELINE = RECIPES / "gitlab" / ".gitlab-ci.yml"
MARKER = "<!-- verge-pulumi report -->"

needs_curl_and_jq = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("jq")), reason="no curl or jq here: apt-get install curl jq"
)


def load(path: Path) -> dict[Any, Any]:
    """Return a file of YAML."""
    content: dict[Any, Any] = yaml.safe_load(path.read_text())
    return content


def steps(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    """Return the steps of all jobs."""
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def is_script(command: str) -> bool:
    """Say whether a command is one of the scripts, as it lies in a repository that copied the recipes."""
    name = command.split()[0].removeprefix("ci/")
    return command.startswith("ci/") and os.access(RECIPES / "scripts" / name, os.X_OK)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_pinned_limited_and_calls_scripts_that_exist(path: Path) -> None:
    workflow = load(path)
    assert workflow.keys() == {"name", True, "permissions", "concurrency", "jobs"}  # to YAML 1.1 "on" is a boolean
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["group"]
    for job in workflow["jobs"].values():
        assert {"runs-on", "timeout-minutes", "steps"} <= job.keys()
    for step in steps(workflow):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]) if "uses" in step else is_script(step["run"])
        # What a pull request is called must not become a part of a command.
        assert "${{" not in step.get("run", "")
    # The version of each action is told beside it.
    assert len(re.findall(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", path.read_text(), re.M)) == 3


def test_only_the_preview_may_comment_and_no_secret_reaches_a_fork() -> None:
    workflows = {path.stem: load(path) for path in WORKFLOWS}
    may = {name: [job.get("permissions") for job in workflow["jobs"].values()] for name, workflow in workflows.items()}
    assert may == {
        "preview": [{"contents": "read", "pull-requests": "write"}],
        "deploy": [None],
        "drift": [None],
    }
    assert workflows["preview"][True] == {"pull_request": None}
    assert workflows["preview"]["jobs"]["preview"]["if"].endswith(".full_name == github.repository")
    for step in steps(workflows["preview"]):
        assert not {"GITHUB_TOKEN", "VERGEOS_API_KEY"} <= step.get("env", {}).keys()


def test_only_a_deployment_has_an_account_that_may_write() -> None:
    for path in WORKFLOWS:
        keys = {key for key in re.findall(r"secrets\.(VERGEOS_\w+)", path.read_text()) if "READ_ONLY" not in key}
        assert keys == ({"VERGEOS_API_KEY"} if path.stem == "deploy" else set())
    pipeline = load(PIPELINE)
    for job in ("preview", "drift"):
        assert "READ_ONLY" in pipeline[job]["variables"]["VERGEOS_API_KEY"]


def test_deployments_run_one_at_a_time_and_in_order() -> None:
    workflow = load(RECIPES / "github" / "deploy.yml")
    assert workflow["concurrency"] == {"group": "deploy", "cancel-in-progress": False}
    strategy = workflow["jobs"]["deploy"]["strategy"]
    order = strategy["matrix"]["stack"]
    assert strategy["max-parallel"] == 1
    assert strategy["fail-fast"]
    listed = re.findall(r"^\w+ (\w+)$", (RECIPES / "stacks.txt").read_text(), re.M)
    assert list(dict.fromkeys(listed)) == order

    pipeline = load(PIPELINE)
    assert pipeline[".deploy"]["resource_group"] == "deploy"
    assert [job["environment"] for job in pipeline.values() if ".deploy" in str(job)] == order
    assert [job["needs"] for job in pipeline.values() if "needs" in job] == [["deploy-dev"], ["deploy-staging"]]


def test_the_pipeline_calls_scripts_that_exist() -> None:
    pipeline = load(PIPELINE)
    jobs = {name: job for name, job in pipeline.items() if "stage" in job or "extends" in job}
    assert jobs.keys() == {"preview", ".deploy", "deploy-dev", "deploy-staging", "deploy-prod", "drift"}
    for job in jobs.values():
        assert job.get("stage", "deploy") in pipeline["stages"]
        assert all(is_script(command) for command in [*job.get("script", []), *job.get("after_script", [])])
        assert job.get("rules") or job["extends"] == ".deploy"
    assert is_script(pipeline["default"]["before_script"][-1])


def test_what_is_asked_for_is_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    wanted = [line for line in (RECIPES / "requirements.in").read_text().splitlines() if not line.startswith("#")]
    assert wanted == [f"verge-pulumi[cli]=={version}"]


FAKE_PYTHON = """#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$CALLS"
"""


@pytest.mark.parametrize("wheels", [[], ["verge_pulumi-0.1.0-py3-none-any.whl", "verge_pulumi-0.2.0-py3-none-any.whl"]])
def test_the_setup_wants_one_wheel(tmp_path: Path, wheels: list[str]) -> None:
    repository = Repository(tmp_path / "repository", "site dev\n")
    told = repository.set_up(tmp_path, wheels, code=1)
    assert f"There are {len(wheels)} wheels of verge-pulumi" in told
    assert not (tmp_path / "calls").exists()


def test_the_setup_installs_what_is_pinned_by_hash_and_nothing_else(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repository", "network dev\napps/web dev\napps/web prod\n")
    wheel = "verge_pulumi-0.1.0-py3-none-any.whl"
    repository.set_up(tmp_path, [wheel])
    ci = repository.folder / "ci"
    pip = "-m pip install --quiet --disable-pip-version-check --no-deps"
    assert (tmp_path / "calls").read_text().splitlines() == [
        f"{pip} --require-hashes --requirement {ci}/requirements.txt",
        f"{pip} --no-index {ci}/wheels/{wheel}",
        "-m venv --system-site-packages apps/web/.venv",
        "-m venv --system-site-packages network/.venv",
    ]


def test_no_other_step_installs_python_packages() -> None:
    texts = {path: path.read_text() for path in [*SCRIPTS, *WORKFLOWS, PIPELINE] if path.name != "setup.sh"}
    assert [path for path, text in texts.items() if re.search(r"pip install|pulumi install|uv |pipx", text)] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_strict_and_well_formed(path: Path) -> None:
    subprocess.run(["bash", "-n", str(path)], check=True)
    if path.name != "common.sh":  # which the others source
        assert "\nset -euo pipefail\n" in path.read_text()


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(
            ["shellcheck", "--severity=warning", "-x", "-P", "SCRIPTDIR", *map(str, SCRIPTS)], id="shellcheck"
        ),
        pytest.param(["actionlint", *map(str, WORKFLOWS)], id="actionlint"),
    ],
)
def test_the_linters_find_nothing(command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} here: apt-get install shellcheck, or go install actionlint")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


class Repository:
    """A throw-away repository that copied the recipes, and what its pipelines find there."""

    def __init__(self, folder: Path, stacks: str) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "GIT_CONFIG_GLOBAL": "/dev/null",
            **{f"GIT_{who}_{what}": "t@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }
        # A pipeline may run these tests.
        for name in ("GITLAB_CI", "GITHUB_STEP_SUMMARY"):
            self.environment.pop(name, None)
        shutil.copytree(RECIPES / "scripts", folder / "ci")
        (folder / "ci" / "stacks.txt").write_text(stacks)
        (folder / ".gitignore").write_text("previews/\n*report.md\ndrift.md\n.venv\n")
        self.run("git", "init", "--quiet", "--initial-branch=main")

    def commit(self, *names: str, **files: str) -> None:
        """Write files of those names, or with that content, and commit them."""
        for name, content in {**dict.fromkeys(names, os.urandom(8).hex()), **files}.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message=change")

    def set_up(self, folder: Path, wheels: list[str], code: int = 0) -> str:
        """Run setup.sh with those wheels and a Python that only writes its arguments to the file calls."""
        (self.folder / "ci" / "wheels").mkdir()
        for name in wheels:
            (self.folder / "ci" / "wheels" / name).touch()
        python = folder / "bin" / "python"
        python.parent.mkdir()
        python.write_text(FAKE_PYTHON)
        python.chmod(0o755)
        path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
        return self.run("ci/setup.sh", code=code, given={"PATH": path, "CALLS": str(folder / "calls")})

    def run(self, *command: str, code: int = 0, given: Mapping[str, str] | None = None) -> str:
        """Run a command, which must end with that code, and return what it printed."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**self.environment, **(given or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LIMIT,
        )
        assert done.returncode == code, done.stdout
        return done.stdout


STACKS = "# in this order\nnetwork dev\n apps/web dev  # and so on\n\nnetwork prod\napps/web prod\n"


@pytest.mark.parametrize(
    ("changed", "stacks"),
    [
        pytest.param(["network/__main__.py"], ["network dev", "network prod"], id="a program"),
        pytest.param(["network/Pulumi.yaml"], ["network dev", "network prod"], id="a project"),
        pytest.param(["apps/web/Pulumi.dev.yaml"], ["apps/web dev"], id="a stack"),
        pytest.param(["apps/web/Pulumi.pr-7.yaml"], [], id="a stack that is not listed"),
        pytest.param(
            ["apps/web/Pulumi.dev.yaml", "network/Pulumi.prod.yaml"], ["apps/web dev", "network prod"], id="two stacks"
        ),
        pytest.param(["apps/web/a b/ü.py"], ["apps/web dev", "apps/web prod"], id="an odd name"),
        pytest.param(
            ["shared/names.py"], ["network dev", "apps/web dev", "network prod", "apps/web prod"], id="a shared module"
        ),
        pytest.param(["README.md", "network/docs/why.md"], [], id="words"),
        pytest.param(
            ["network-2/__main__.py", "network/x"],
            ["network dev", "apps/web dev", "network prod", "apps/web prod"],
            id="a longer name",
        ),
    ],
)
def test_the_stacks_that_a_change_concerns(tmp_path: Path, changed: list[str], stacks: list[str]) -> None:
    repository = Repository(tmp_path, STACKS)
    repository.commit("network/__main__.py", "apps/web/__main__.py")
    repository.run("git", "switch", "--quiet", "--create", "work")
    repository.commit(*changed)
    # What happens on main meanwhile is not this branch's.
    repository.run("git", "switch", "--quiet", "main")
    repository.commit("shared/other.py")
    repository.run("git", "switch", "--quiet", "work")
    assert repository.run("ci/changed-stacks.sh", "main").splitlines() == stacks


def test_a_project_in_the_root_has_every_file(tmp_path: Path) -> None:
    repository = Repository(tmp_path, ". dev\n. prod\n")
    repository.commit("__main__.py")
    repository.commit("lib/names.py")
    assert repository.run("ci/changed-stacks.sh", "HEAD~1") == ". dev\n. prod\n"
    repository.commit("Pulumi.prod.yaml")
    assert repository.run("ci/changed-stacks.sh", "HEAD~1") == ". prod\n"


def test_a_base_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    repository = Repository(tmp_path, ". dev\n")
    repository.commit("__main__.py")
    assert "elsewhere" in repository.run("ci/preview.sh", "elsewhere", code=128)


FAKE_PULUMI = """#!/usr/bin/env bash
echo "${PWD##*/} $*" >> "$CALLS"
echo "state of $PWD"
"""

FAKE_DRIFT = """#!/usr/bin/env bash
shift 3
cat "$@"
"""


@pytest.fixture
def fakes(tmp_path: Path) -> dict[str, str]:
    """A Pulumi that only writes down how it is called, and a verge-pulumi that prints the states it is given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, content in (("pulumi", FAKE_PULUMI), ("verge-pulumi", FAKE_DRIFT)):
        (folder / name).write_text(content)
        (folder / name).chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "CALLS": str(tmp_path / "calls")}


def test_each_state_is_compared_wherever_its_project_lies(tmp_path: Path, fakes: dict[str, str]) -> None:
    repository = Repository(tmp_path / "repository", ". dev\na/b dev\na_b dev\n. prod\n")
    for name in ("a/b", "a_b"):
        (repository.folder / name).mkdir(parents=True)
    repository.run("ci/drift.sh", given=fakes)
    places = ["", "/a/b", "/a_b", ""]
    told = (repository.folder / "drift.md").read_text().splitlines()
    assert told == [f"state of {repository.folder}{place}" for place in places]


def test_lines_may_end_as_on_windows(tmp_path: Path, fakes: dict[str, str]) -> None:
    repository = Repository(tmp_path / "repository", "")
    (repository.folder / "ci" / "stacks.txt").write_bytes(b"# these\r\n\r\nsite dev\r\n. dev # and this\r\n")
    (repository.folder / "site").mkdir()
    told = repository.run("ci/deploy.sh", "dev", given=fakes)
    assert [line for line in told.splitlines() if line.startswith("Update")] == [
        "Update of site, stack dev",
        "Update of ., stack dev",
    ]
    assert len(Path(fakes["CALLS"]).read_text().splitlines()) == 4


@pytest.mark.parametrize(
    ("stacks", "environment", "said"),
    [
        ("site dev\n", "prdo", "stacks.txt lists no stack 'prdo'."),
        ("site dev\nsite  prod eu\n", "dev", "stacks.txt, line 2: a line is a folder and a stack, not: site  prod eu"),
        ("dev\n", "dev", "stacks.txt, line 1: a line is a folder and a stack, not: dev"),
        ("# none yet\n", "dev", "stacks.txt lists no stack."),
    ],
)
def test_a_deployment_of_nothing_is_an_error(
    tmp_path: Path, fakes: dict[str, str], stacks: str, environment: str, said: str
) -> None:
    repository = Repository(tmp_path / "repository", stacks)
    assert repository.run("ci/deploy.sh", environment, code=1, given=fakes) == f"{said}\n"
    assert not Path(fakes["CALLS"]).exists()


@pytest.fixture
def forge() -> Iterator[Forge]:
    """A forge without comments."""
    with forges.serving() as running:
        yield running


@pytest.fixture(params=["github", "gitlab"])
def job(request: pytest.FixtureRequest, forge: Forge, tmp_path: Path) -> tuple[Repository, dict[str, str]]:
    """A repository, and what a job of either forge finds in its environment."""
    return Repository(tmp_path, ""), getattr(forge, request.param)


@needs_curl_and_jq
def test_there_is_one_comment_that_is_changed_in_place(job: tuple[Repository, dict[str, str]], forge: Forge) -> None:
    repository, environment = job
    us = forges.GITLAB if "GITLAB_CI" in environment else forges.GITHUB
    # Enough for two pages, and somebody who wrote our first line into a comment of theirs.
    others = [Comment("ann", f"{MARKER}\nmine"), *(Comment(us, f"other {number}") for number in range(120))]
    forge.comments = [*others]
    texts = [f'{MARKER}\n# One "ünsafe" \\ $(text) `x`\n', f"{MARKER}\nTwo\n"]
    for text in texts:
        (repository.folder / "report.md").write_text(text)
        told = repository.run("ci/comment.sh", given=environment)
        assert forges.TOKEN not in told
        assert forge.comments == [*others, Comment(us, text)]
    assert [request.split()[0] for request in forge.asked if "/user" not in request] == [
        *("GET", "GET", "POST"),
        *("GET", "GET", "PUT" if us == forges.GITLAB else "PATCH"),
    ]


@needs_curl_and_jq
def test_without_a_report_there_is_no_comment(job: tuple[Repository, dict[str, str]], forge: Forge) -> None:
    repository, environment = job
    assert repository.run("ci/comment.sh", given=environment) == "There is no report.md to comment with.\n"
    assert forge.asked == []


@needs_curl_and_jq
def test_a_forge_that_refuses_fails_the_step(job: tuple[Repository, dict[str, str]], forge: Forge) -> None:
    repository, environment = job
    (repository.folder / "report.md").write_text(f"{MARKER}\n")
    wrong = {name: "wrong" for name in environment if name.endswith("TOKEN")}
    assert "401" in repository.run("ci/comment.sh", code=22, given=environment | wrong)
    assert forge.comments == []


PROGRAM = """
import pulumi
from verge_pulumi import Network
Network("lan", name="lan", mtu=pulumi.Config().require_int("mtu"))
"""


@pytest.fixture
def site(lab: Lab, tmp_path: Path) -> Repository:
    """A repository with one project, of whose stack dev nothing exists."""
    repository = Repository(tmp_path / "repository", "site dev\n")
    programs = f"{Path(sys.prefix, 'bin')}{os.pathsep}{lab.cli}"
    repository.environment |= lab.environment | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    project = {"site/Pulumi.yaml": "name: site\nruntime: python\n", "site/__main__.py": PROGRAM}
    repository.commit(**project, **{"site/Pulumi.dev.yaml": "config:\n  site:mtu: 1500\n"})
    return repository


@pytest.mark.fault(110)
def test_only_a_deployment_makes_a_stack(lab: Lab, site: Repository) -> None:
    def stacks() -> list[str]:
        return [path.name for path in (lab.folder / "state").rglob("*") if path.is_file() and "meta" not in path.name]

    site.run("git", "switch", "--quiet", "--create", "work")
    site.commit("site/more.py")
    told = site.run("ci/preview.sh", "main")
    new = "Stack `dev` of `site` does not exist yet: this is its preview against an empty state."
    assert new in told
    report = (site.folder / "report.md").read_text()
    assert report.startswith(MARKER)
    assert report.endswith(f"\n\n{new}\n")
    assert "lan" in report
    assert stacks() == []

    # Not an error of the comparison, and no silence either: the state may be lost.
    told = site.run("ci/drift.sh", code=2)
    assert "Stack `dev` of `site` does not exist: it was never deployed, or its state is lost." in told
    assert stacks() == []
    assert [row for row in lab.simulator.rows("vnets") if "[pulumi" in row["description"]] == []

    site.run("ci/deploy.sh", "dev")
    assert "dev.json" in stacks()
    site.run("ci/preview.sh", "main")
    assert "does not exist" not in (site.folder / "report.md").read_text()


def test_states_that_cannot_be_read_are_no_missing_stacks(lab: Lab, site: Repository) -> None:
    site.commit("site/more.py")
    elsewhere = {"PULUMI_BACKEND_URL": "file:///nowhere/at/all"}
    told = site.run("ci/preview.sh", "HEAD~1", code=2, given=elsewhere)
    assert "does not exist yet" not in told
    assert "was never deployed" not in site.run("ci/drift.sh", code=2, given=elsewhere)


@needs_curl_and_jq
def test_from_a_pull_request_to_drift(lab: Lab, site: Repository, forge: Forge) -> None:
    def rows() -> dict[str, int]:
        return {row["name"]: row["mtu"] for row in lab.simulator.rows("vnets") if "[pulumi" in row["description"]}

    repository = site
    repository.run("ci/deploy.sh", "dev")
    assert rows() == {"lan": 1500}
    repository.run("git", "commit", "--quiet", "--all", "--message=Pulumi's salt")

    # A pull request with two commits: one report, which follows them.
    repository.run("git", "switch", "--quiet", "--create", "work")
    for mtu in (9000, 8000):
        repository.run("sed", "-i", f"s/mtu: .*/mtu: {mtu}/", "site/Pulumi.dev.yaml")
        repository.run("git", "commit", "--quiet", "--all", "--message=change")
        repository.run("ci/preview.sh", "main")
        repository.run("ci/comment.sh", given=forge.github)
        (comment,) = forge.comments
        assert f"1500 → {mtu}" in comment.body.replace("`", "")
    assert rows() == {"lan": 1500}

    # Merged, and deployed.
    repository.run("git", "switch", "--quiet", "main")
    repository.run("git", "merge", "--quiet", "work")
    repository.run("ci/deploy.sh", "dev")
    assert rows() == {"lan": 8000}
    repository.run("ci/drift.sh")

    (key,) = [row["$key"] for row in lab.simulator.rows("vnets") if row["name"] == "lan"]
    ask(lab.simulator, "PUT", f"vnets/{key}", {"mtu": 1400})
    told = repository.run("ci/drift.sh", code=1)
    assert told.count("1400") == 1
    assert told == (repository.folder / "drift.md").read_text()
