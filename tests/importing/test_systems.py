"""Two systems in one program and one stack, each imported by itself; the same keys and names are in both."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from tests.importing.bench import STACK, MemoryCli, SiteBench
from verge_pulumi.client import VergeError
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.importing.chain import Import
from verge_pulumi.importing.commands import Pulumi
from verge_pulumi.importing.naming import OF_A_PACKAGE
from verge_pulumi.importing.outcome import Options as Wanted
from verge_pulumi.importing.outcome import Outcome
from verge_pulumi.importing.scope import Scope
from verge_pulumi.simulator import Options, Simulator

CHOSEN = Scope(only=("lan", "web"))


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SiteBench]:
    """Another VergeOS that people filled by hand."""
    with Simulator(Options(name="site-b")) as simulator:
        monkeypatch.setenv("SITE_B_KEY", simulator.api_key)
        yield SiteBench(simulator, tmp_path)


@pytest.fixture
def both(site: SiteBench, other: SiteBench) -> MemoryCli:
    """Two systems with a machine on a network each, under the same names and keys, and a stack that knows of both."""
    for each in (site, other):
        each.vm("web", {"eth0": each.network()})
    config = {"site-b:host": other.simulator.url, "site-b:apiKeyEnv": "SITE_B_KEY", "site-b:timeout": "20"}
    return MemoryCli(replace(STACK, config=config))


def imports(site: SiteBench, cli: MemoryCli, provider: str = "", **options: Any) -> Outcome:
    """Import one of the systems."""
    environment = {
        "VERGEOS_HOST": site.settings.host,
        "VERGEOS_API_KEY": site.settings.api_key,
        "SITE_B_KEY": os.environ["SITE_B_KEY"],
    }
    importing = Import(site.folder, cast("Pulumi", cli), environment, cli.told.append, provider)
    chosen = {} if options.get("declared") else {"scope": CHOSEN}
    return importing.run(Wanted(**{**chosen, **options}))


@pytest.mark.promise(24)
def test_each_is_in_a_package_of_its_own_and_all_are_in_one_state(
    site: SiteBench, other: SiteBench, both: MemoryCli
) -> None:
    assert imports(site, both).exit_code == 0
    first, program = both.entries, (site.folder / "infrastructure" / "compute.py").read_bytes()
    before = other.simulator.snapshot()
    outcome = imports(site, both, "site-b")
    assert (outcome.exit_code, outcome.kept, outcome.differences) == (0, [], [])
    assert other.simulator.snapshot() == before
    assert {request.verb for request in other.simulator.requests() if not request.path.startswith("/_")} >= {"GET"}
    text = (site.folder / "infrastructure_site_b" / "compute.py").read_text()
    assert 'Server(\n    "site-b-web",\n    opts=options,\n    name="web"' in text
    assert "NicArgs(network=network.site_b_lan" in text
    assert 'cluster=get_cluster(name="cluster1", provider=options.provider).key' in text
    assert "from . import network, options\n" in text
    package = (site.folder / "infrastructure_site_b" / "__init__.py").read_text()
    assert 'api_key_env=config.require("apiKeyEnv")' in package
    assigned = [node for node in ast.parse(package).body if isinstance(node, ast.Assign)]
    given = {target.id for node in assigned for target in node.targets if isinstance(target, ast.Name)}
    assert {"options", "config"} == given <= OF_A_PACKAGE, "no module of the plan is called as they are"
    assert 'timeout=config.require_float("timeout")' in package
    main = (site.folder / "__main__.py").read_text()
    assert "from infrastructure import compute, network\n" in main
    assert "from infrastructure_site_b import compute as site_b_compute" in main
    assert {key: both.entries[key] for key in first} == first
    assert (site.folder / "infrastructure" / "compute.py").read_bytes() == program
    for tool in (["ruff", "format", "--check", "--isolated"], ["ruff", "check", "--isolated", "--select=E4,E7,E9,F,I"]):
        subprocess.run([sys.executable, "-m", *tool, "."], cwd=site.folder, check=True)
    subprocess.run([sys.executable, "-m", "mypy", "--strict", "__main__.py"], cwd=site.folder, check=True)
    provider = both.entries["pulumi:providers:pulumi-python::site-b"]
    assert provider["inputs"] == {
        "vergeos:provider": "site-b",
        "vergeos:host": other.simulator.url,
        "vergeos:apiKeyEnv": "SITE_B_KEY",
        "vergeos:timeout": "20.0",
    }
    names = {key.rpartition("::")[2]: entry for key, entry in both.entries.items() if entry.get("id")}
    assert names["site-b-lan"]["id"] == names["lan"]["id"], "one key, on two systems"
    assert names["site-b-lan"]["provider"] == f"{provider['urn']}::{provider['id']}"
    assert names["lan"]["provider"].split("::")[-2] == "default"
    assert names["site-b-lan"]["outputs"]["__origin"]["name"] == "site-b"
    assert other.simulator.api_key not in f"{both.state}"


def test_again_each_finds_nothing_new_and_what_is_new_in_one_comes_to_it(
    site: SiteBench, other: SiteBench, both: MemoryCli
) -> None:
    imports(site, both, "site-b")
    imports(site, both)
    state, main = both.state, (site.folder / "__main__.py").read_bytes()
    for provider in ("", "site-b"):
        outcome = imports(site, both, provider)
        assert (outcome.new, outcome.exit_code) == (0, 0)
    assert (both.state, (site.folder / "__main__.py").read_bytes()) == (state, main)
    other.make("machine_drives", machine=other.machine(1), name="data", disksize=1024**3)
    assert imports(site, both, "site-b").new == 1
    (new,) = both.entries.keys() - {"::".join(e["urn"].split("::")[2:]) for e in state["deployment"]["resources"]}
    assert new.endswith("Drive::site-b-data")


def test_a_program_of_people_with_two_systems_is_recorded_one_by_one(
    site: SiteBench, other: SiteBench, both: MemoryCli
) -> None:
    (site.folder / "__main__.py").write_text(
        "import os, pulumi\n"
        "from verge_pulumi import Network, Provider\n"
        f"b = Provider('site-b', host='{other.simulator.url}', api_key_env='SITE_B_KEY')\n"
        "Network('here', name='lan')\n"
        "Network('there', name='lan', opts=pulumi.ResourceOptions(provider=b))\n"
    )
    outcome = imports(site, both, declared=True)
    assert outcome.missing == ["Network 'there': it is of the provider 'site-b'"]
    outcome = imports(site, both, "site-b", declared=True)
    assert (outcome.missing, outcome.exit_code) == ([], 0)
    entries = {key.rpartition("::")[2]: entry for key, entry in both.entries.items()}
    assert entries["there"]["outputs"]["__origin"]["name"] == "site-b"
    assert entries["here"]["outputs"]["__origin"]["name"] == "site-a"
    assert entries["there"]["provider"].split("::")[-2] == "site-b"


def test_a_provider_that_nothing_tells_of_is_refused(site: SiteBench, both: MemoryCli) -> None:
    with pytest.raises(EngineError, match="Run 'pulumi config set site-c:host HOST'"):
        imports(site, both, "site-c")
    for name in ("vergeos", "Site", "../x", "1st"):
        with pytest.raises(EngineError, match=r"is no name for a provider: use a-z, 0-9 and '-'"):
            imports(site, both, name)


@pytest.mark.promise(24)
def test_the_key_of_one_system_never_reaches_the_other(
    site: SiteBench, both: MemoryCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_B_KEY", "")
    with pytest.raises((EngineError, VergeError), match="SITE_B_KEY"):
        imports(site, both, "site-b")


def test_marks_on_one_system_say_nothing_of_the_other(site: SiteBench, other: SiteBench, both: MemoryCli) -> None:
    for each in (site, other):
        (lan,) = [row["$key"] for row in each.simulator.rows("vnets") if row["name"] == "lan"]
        each.make("vnet_hosts", vnet=lan, host="db", ip="10.0.0.9")
    imports(site, both)
    before = {urn: entry["outputs"] for urn, entry in both.entries.items() if "outputs" in entry}
    assert imports(site, both, "site-b", mark=True).exit_code == 0
    assert {urn: both.entries[urn]["outputs"] for urn in before} == before
    within = [entry for urn, entry in both.entries.items() if urn.endswith("::site-b-db")]
    assert [bool(entry["outputs"]["__parent"]) for entry in within] == [True]


def test_a_secret_of_one_system_keeps_no_import_of_the_other_from_running(
    site: SiteBench, other: SiteBench, both: MemoryCli
) -> None:
    other.vm("web-2", cloudinit_files=[{"name": "/user-data", "contents": "#cloud-config\npassword: canary\n"}])
    chosen = Scope(only=("lan", "web*"))
    assert imports(site, both, "site-b", scope=chosen, cloud_init=True).exit_code == 0
    assert [urn for urn in both.entries if "CloudInitFile" in urn]
    assert imports(site, both).exit_code == 0


def test_the_setting_that_forbids_marks_is_named(site: SiteBench, both: MemoryCli) -> None:
    both.config["site-b:mark"] = "false"
    with pytest.raises(EngineError, match="site-b:mark is false"):
        imports(site, both, "site-b", mark=True)
