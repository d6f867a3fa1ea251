"""What a check-up tells of this machine: tools, project, backend, stack and lock."""

from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.doctor.conftest import Doctor
from tests.providers.bench import Bench
from verge_pulumi.cli.app import app
from verge_pulumi.doctor import program, tools
from verge_pulumi.resources import Drive, Network, Power, Tag, User


@pytest.mark.parametrize(
    ("installed", "wanted", "expected"),
    [
        ("3.268.0", "pulumi<4,>=3.268", True),
        ("3.267.9", "pulumi<4,>=3.268", False),
        ("4.0.0", "pulumi<4,>=3.268", False),
        ("3.300.1b2", "pulumi>=3.268", True),
    ],
)
def test_versions_that_fit(installed: str, wanted: str, expected: bool) -> None:
    assert tools.fits(installed, wanted) is expected


def test_an_sdk_that_does_not_fit(doctor: Doctor, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.told()["sdk"][0] == "ok"
    known = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "3.100.0" if name == "pulumi" else known(name))
    level, said, advice = doctor.told(exit_code=1)["sdk"]
    assert level == "problem"
    assert said.endswith("with Pulumi's SDK 3.100.0")
    assert advice.startswith("Install pulumi")


def test_python_outside_of_an_environment(doctor: Doctor, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert doctor.told()["python"][0] == "warning"
    monkeypatch.setattr(sys, "prefix", "/elsewhere")
    assert doctor.told()["python"][0] == "ok"


@pytest.mark.parametrize(
    ("said", "level"), [("v3.216.0", "ok"), ("v3.300.1-alpha", "ok"), ("v3.215.9", "problem"), ("what", "problem")]
)
def test_the_pulumi_cli(doctor: Doctor, bench: Bench, said: str, level: str) -> None:
    doctor.answers("version", said)
    told = doctor.told(exit_code=level == "problem")
    assert told["cli"][:2] == (level, f"Pulumi {said}")
    assert (told["stack"][0] == "not checked") == (level == "problem")
    assert told["login"][0] == "ok"


def test_no_pulumi_cli(doctor: Doctor, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(doctor.folder))
    told = doctor.told(exit_code=1)
    assert told["cli"][1] == "there is no 'pulumi' on the PATH. Install the Pulumi CLI"
    assert told["login"][0] == "ok"


@pytest.mark.parametrize("text", [b"runtime: [", b"name: [1]", b"name: \xff\xfe\x00", b"[]", b"[" * 9999])
def test_a_project_that_is_none(doctor: Doctor, bench: Bench, text: bytes) -> None:
    (doctor.folder / "Pulumi.yaml").write_bytes(text)
    told = doctor.told(exit_code=1)
    assert told["project"][0] == "problem"
    assert "Pulumi.yaml is not the file of a Pulumi project" in told["project"][1]
    assert {told["backend"][0], told["stack"][0], told["lock"][0]} == {"not checked"}


@pytest.mark.parametrize(
    ("runtime", "said"),
    [
        ("nodejs", "its runtime is nodejs, and this package is one of Python"),
        ("{name: go}", "its runtime is go, and this package is one of Python"),
        ("", "it has no runtime, and this package is one of Python"),
        ("{name: python, options: {virtualenv: none}}", "its virtual environment 'none' is not there"),
        ("{name: python, options: {virtualenv: none, toolchain: pip}}", "its virtual environment 'none' is not there"),
        ("{name: python, options: {virtualenv: bare}}", "its virtual environment 'bare' lacks pulumi, verge_pulumi"),
        (
            "{name: python, options: {virtualenv: old}}",
            "its virtual environment 'old' has a Python that does not start",
        ),
        ("{name: python, options: {virtualenv: none, toolchain: uv}}", ""),
        ("{name: python, options: {virtualenv: full}}", ""),
        ("{name: python, options: what}", ""),
    ],
)
def test_what_the_program_would_run_in(
    doctor: Doctor, bench: Bench, monkeypatch: pytest.MonkeyPatch, runtime: str, said: str
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    for name, script in {
        "bare": f'exec "{sys.executable}" -I -S "$@"',
        "full": f'exec "{sys.executable}" "$@"',
        "old": "exit 127",
    }.items():
        python = doctor.folder / name / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
    (doctor.folder / "Pulumi.yaml").write_text(f"name: shop\nruntime: {runtime}\n")
    told = doctor.told(exit_code=1 if said else 0)
    assert told["project"][:2] == (("problem", said) if said else ("ok", "'shop'"))
    assert told["stack"][0] == "ok"


@pytest.mark.parametrize("name", ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"])
def test_a_project_is_found_as_pulumi_finds_it(doctor: Doctor, bench: Bench, name: str) -> None:
    (doctor.folder / "Pulumi.yaml").unlink()
    (doctor.folder / name).write_text('{"name": "shop", "runtime": "python"}')
    (doctor.folder / "parts" / "networks" / "Pulumi.yaml").mkdir(parents=True)
    doctor.program("from verge_pulumi import Tag\n")
    for within in ("", "parts", "parts/networks"):
        told = doctor.told(within=within)
        assert (told["project"][1], told["stack"][1]) == ("'shop'", "'dev' is empty")
        assert told["rights"][0] == "ok"
    (doctor.folder / name).write_text("[")
    told = doctor.told(within="parts", exit_code=1)
    assert told["project"][:2] == (
        "problem",
        f"{doctor.folder / name} is not the file of a Pulumi project. Run 'pulumi new' there first",
    )


@pytest.mark.parametrize("said", ["what", "{}", "[1]"])
def test_a_backend_that_answers_something_else(doctor: Doctor, bench: Bench, said: str) -> None:
    doctor.answers("whoami", said)
    level = doctor.told(exit_code=said != "{}")["backend"][0]
    assert level == ("ok" if said == "{}" else "problem")
    doctor.answers("whoami", {"url": ""})
    doctor.answers("config", said)
    assert ("secrets" in doctor.told(exit_code=said != "{}")) == (said != "{}")


@pytest.mark.parametrize("said", [None, "what", "{}", "[1]", '[{"current": true}]'])
def test_stacks_that_are_not_listed_leave_the_chosen_one_alone(doctor: Doctor, bench: Bench, said: str | None) -> None:
    """One state that is broken keeps Pulumi from listing all of the project."""
    if said is None:
        doctor.fails("stacks")
    else:
        doctor.answers("stacks", said)
    for arguments in ((), ("--stack", "dev"), ("--stack", "prod")):
        told = doctor.told(*arguments)
        assert {told["backend"][0], told["stack"][0], told["lock"][0]} == {"ok"}
    assert doctor.told("--stack", "none", exit_code=1)["backend"][0] == "ok"
    doctor.answers("whoami", {"url": "https://api.pulumi.com"})
    assert doctor.told()["lock"][:2] == ("not checked", "Pulumi does not list the stack")
    doctor.fails("state")
    told = doctor.told(exit_code=1)
    assert (told["backend"][0], told["stack"][0]) == ("ok", "problem")
    assert told["stack"][2].startswith("Put a backup back")


def test_a_backend_that_does_not_answer(doctor: Doctor, bench: Bench) -> None:
    doctor.fails("whoami")
    told = doctor.told(exit_code=1)
    assert told["backend"][0] == "problem"
    assert {told["stack"][0], told["lock"][0]} == {"not checked"}
    assert told["login"][0] == "ok"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("s3://states?endpoint=h&secret=c4nary", "s3://states"),
        ("postgres://me:c4nary@db/states?sslmode=off", "postgres://db/states"),
        ("https://api.pulumi.com", "https://api.pulumi.com"),
        ("file:///home/me@work/states?metadata=skip", "file:///home/me@work/states"),
    ],
)
def test_the_address_of_a_backend_shows_no_login(doctor: Doctor, bench: Bench, url: str, shown: str) -> None:
    doctor.answers("whoami", {"url": url})
    told = doctor.told()
    assert told["backend"][1] == shown
    assert told["lock"][0] == ("ok" if url.startswith(("https:", "file:")) else "not checked")
    assert "c4nary" not in str(told)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://me:c4nary@127.0.0.1:1/db",
        "postgres://me:c4nary/c4nary@127.0.0.1:1/db",
        "postgres://127.0.0.1:1/db?user=me@here&password=c4nary",
        "s3://states?endpoint=h&secret=c4nary",
    ],
)
def test_what_pulumi_says_of_a_backend_shows_no_login(doctor: Doctor, bench: Bench, url: str) -> None:
    doctor.complains("whoami", f'error: could not open "{url}": connection refused')
    level, said, _ = doctor.told(exit_code=1)["backend"]
    assert level == "problem"
    assert said.startswith("'pulumi whoami --json' failed: error: could not open \"")
    assert said.endswith('": connection refused')
    assert "c4nary" not in said


def test_the_stack(doctor: Doctor, bench: Bench) -> None:
    assert doctor.told()["stack"][1] == "'dev' is empty"
    network = bench.create("Network", "lan", name="lan")
    doctor.manages(network)
    assert doctor.told()["stack"][1] == "'dev' manages 1 objects of VergeOS"
    doctor.manages(network, pending_operations=[{"type": "creating", "resource": {"urn": network.urn}}])
    assert doctor.told()["stack"][:2] == ("warning", "'dev' manages 1 objects of VergeOS; 1 operations were cut off")
    doctor.fails("state")
    assert doctor.told(exit_code=1)["stack"][1].startswith("the state of 'dev' cannot be read: ")
    doctor.answers("state", {"deployment": {"resources": [{"urn": "what", "type": "x"}]}})
    assert doctor.told(exit_code=1)["stack"][1].startswith("the state of 'dev' cannot be read: ")


def test_a_stack_that_is_named_or_not_there(doctor: Doctor, bench: Bench) -> None:
    for name in ("prod", "organization/shop/prod"):
        assert doctor.told("--stack", name)["stack"][1] == "'prod' is empty"
    for name in ("none", "organization/shop/none"):
        told = doctor.told("--stack", name, exit_code=1)
        assert told["stack"][0] == "problem"
        assert told["stack"][1].endswith(f" no stack named '{name}' found")
        assert told["lock"][0] == "not checked"
    doctor.answers("selected", "")
    told = doctor.told()
    assert told["stack"][:2] == ("warning", "no stack is selected")
    assert told["lock"][:2] == ("not checked", "no stack is selected")


def test_a_lock(doctor: Doctor, bench: Bench) -> None:
    assert doctor.told()["lock"][:2] == ("ok", "nobody has it")
    folder = doctor.states / ".pulumi" / "locks" / "organization" / "shop" / "dev"
    folder.mkdir(parents=True)
    holder = {"pid": 4711, "username": "ops", "hostname": "ci-7", "timestamp": "2026-11-29T19:00:00Z"}
    (folder / "a.json").write_text(json.dumps(holder))
    level, said, advice = doctor.told()["lock"]
    assert (level, said) == ("warning", "held by ops@ci-7 (pid 4711) since 2026-11-29T19:00:00Z")
    assert "pulumi cancel" in advice
    assert doctor.told("--stack", "organization/shop/dev")["lock"][0] == "warning"
    assert doctor.told("--stack", "prod")["lock"][0] == "ok"
    (folder / "a.json").write_text("")
    assert doctor.told()["lock"][:2] == ("warning", "held by somebody: its file cannot be read")


def test_a_lock_in_a_folder_whose_address_is_spelt(doctor: Doctor, bench: Bench) -> None:
    states = doctor.folder / "our states"
    doctor.answers("whoami", {"url": f"{states.as_uri()}?no_tmp_dir=true"})
    folder = states / ".pulumi" / "locks" / "organization" / "shop" / "dev"
    folder.mkdir(parents=True)
    (folder / "a.json").write_text("")
    assert doctor.told()["lock"][0] == "warning"


def test_an_update_that_a_service_tells_of(doctor: Doctor, bench: Bench) -> None:
    doctor.answers("whoami", {"url": "https://api.pulumi.com"})
    doctor.answers("stacks", [{"name": "organization/shop/dev", "updateInProgress": True}])
    assert doctor.told()["lock"][:2] == ("warning", "an update of the stack is under way")


def test_the_configuration_of_the_stack(doctor: Doctor, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERGEOS_HOST")
    monkeypatch.delenv("VERGEOS_PASSWORD")
    doctor.answers(
        "config",
        {
            "vergeos:host": {"value": bench.simulator.url},
            "vergeos:password": {"value": f"{bench.simulator.password}\n", "secret": True},
        },
    )
    told = doctor.told()
    assert told["settings"][0] == "warning"
    assert told["settings"][1].startswith(f"{bench.simulator.url}, as user 'admin'; white space is left out of ")
    assert told["login"][0] == "ok"
    doctor.fails("config")
    told = doctor.told(exit_code=1)
    assert told["secrets"][:2] == (
        "problem",
        "'pulumi config --json --show-secrets' failed: cat: answers/config: No "
        "such file or directory error: incorrect passphrase",
    )
    assert "VERGEOS_HOST (or the configuration vergeos:host) is not set" in told["settings"][1]


def test_a_configuration_that_is_none(doctor: Doctor, bench: Bench) -> None:
    doctor.fails("config")
    doctor.fails("plain")
    told = doctor.told(exit_code=1)
    assert "secrets" not in told
    level, said, advice = told["config"]
    assert level == "problem"
    assert "error: invalid YAML file: yaml: line 1" in said
    assert advice == "Mend 'Pulumi.dev.yaml', the configuration of the stack."
    assert told["stack"][0] == "ok"


def test_another_provider_of_the_stack(doctor: Doctor, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    network = bench.create("Network", "lan", name="lan")
    doctor.manages(network)
    state = json.loads((doctor.folder / "answers" / "state").read_text())
    settings = state["deployment"]["resources"][1]["inputs"]
    settings |= {"vergeos:provider": "site-b", "vergeos:host": bench.simulator.url, "vergeos:apiKeyEnv": "SITE_B"}
    doctor.answers("state", state)
    monkeypatch.setenv("SITE_B", bench.simulator.api_key)
    monkeypatch.setenv("VERGEOS_HOST", "http://127.0.0.1:1")
    told = doctor.told("--provider", "site-b")
    assert told["settings"][1] == f"{bench.simulator.url}, with an API key"
    assert told["login"][0] == "ok"
    told = doctor.told("--provider", "site-c", exit_code=1)
    assert told["settings"][1] == "the state of the stack has no provider 'site-c'"


# What a program uses


def test_a_program_is_read_and_not_run(doctor: Doctor) -> None:
    doctor.program(
        "import verge_pulumi as vp\nfrom verge_pulumi import Network, get_vm_output, by_name\nvp.Drive\n1/0\n"
    )
    doctor.program("from verge_pulumi.resources import Tag\n", "parts/tags.py")
    for ignored in (".venv/a.py", "venv/a.py", "own/lib/a.py", "parts/__pycache__/a.py"):
        doctor.program("from verge_pulumi import Webhook\n", ignored)
    doctor.program("", "own/pyvenv.cfg")
    doctor.program("def broken(:\n", "broken.py")
    doctor.program(f"x={'-' * 9000}1\n", "deep.py")
    doctor.program("# " + "x" * program.LARGEST_FILE + "\nfrom verge_pulumi import Webhook\n", "large.py")
    kinds, tables = program.used(doctor.folder)
    assert set(kinds) == {Drive, Network, Tag}
    assert "vms" in tables


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from verge_pulumi import Server", {Drive, Power}),
        ("from verge_pulumi import preview_account", {User}),
        ("from verge_pulumi import *", {Network, Tag}),
        ("import verge_pulumi\nverge_pulumi.Tag", {Tag}),
    ],
)
def test_what_stands_for_several_resources(doctor: Doctor, text: str, expected: set[object]) -> None:
    doctor.program(text)
    assert set(program.used(doctor.folder)[0]) >= expected


def test_a_program_of_something_else_takes_no_rights(doctor: Doctor, bench: Bench) -> None:
    doctor.program("import os\n")
    assert doctor.told()["rights"][:2] == (
        "not checked",
        "no program here uses verge_pulumi, and no state has an object of it",
    )


# As people see it


def test_lines_for_people(doctor: Doctor, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = CliRunner().invoke(app, ["doctor", str(doctor.folder)])
    assert ran.exit_code == 0
    assert f"\nok          login        VergeOS takes user '{bench.simulator.username}'.\n" in ran.stdout
    assert ran.stdout.endswith("2 not checked; 2 requests to VergeOS.\n")
    monkeypatch.setenv("VERGEOS_PASSWORD", "wrong")
    ran = CliRunner().invoke(app, ["doctor", str(doctor.folder)])
    assert ran.exit_code == 1
    assert "problem     login        VergeOS does not take user 'admin': Login required (401).\n" in ran.stdout
    assert f"{'':25}Check the user name and password" in ran.stdout
    assert "\n1 problem, " in ran.stdout
    assert "\x1b" not in ran.stdout


def test_colours_are_for_terminals(doctor: Doctor, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    command = ["doctor", str(doctor.folder)]
    assert "\x1b" not in CliRunner().invoke(app, command, color=True).stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[32mok" in CliRunner().invoke(app, command, color=True).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in CliRunner().invoke(app, command, color=True).stdout


def test_names_that_others_chose_steer_no_terminal(doctor: Doctor, bench: Bench) -> None:
    bench.simulator.edit("system", 1, cloud_name="site\x1b]0;owned\x07")
    ran = CliRunner().invoke(app, ["doctor", str(doctor.folder)])
    assert "\x1b" not in ran.stdout
    assert "\x07" not in ran.stdout


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["doctor", str(tmp_path / "none")])
    assert ran.exit_code == 2
