"""Environments of one program with the real engine: drift, comparison, and a sandbox from its first day to its last."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pulumi
import pytest
from typer.testing import CliRunner

from tests.engine.lab import Lab
from verge_pulumi import Network, NetworkRule, Power, VirtualMachine
from verge_pulumi.cli.app import app
from verge_pulumi.engine.connecting.settings import Settings as ConnectionSettings
from verge_pulumi.environments import Environment, Pool, Sandbox
from verge_pulumi.environments.reaping import delete, find_expired
from verge_pulumi.review.stacks import exported
from verge_pulumi.review.systems import connect
from verge_pulumi.simulator import Simulator

NOW = datetime.now(UTC)


class Settings(Environment):
    pool = Pool("10.0.0.0/12", prefix=24, environments=("dev", "prod"))
    sandbox = Sandbox(settings={"web_servers": 1})

    web_servers: int = 2
    ram: int = 1024


def program() -> None:
    settings = Settings.load(now=NOW)
    lan = Network("lan", name=settings.name("lan"), network=settings.network())
    started = Power("lan", of=lan, state="running")
    NetworkRule("ssh", network=lan, name="ssh", opts=pulumi.ResourceOptions(depends_on=[started]))
    for number in range(settings.web_servers):
        VirtualMachine(f"web-{number}", name=settings.name(f"web-{number}"), ram=settings.ram)


@pytest.fixture
def commands(tmp_path: Path, cli: Path, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command line, in the folder of the project."""
    for name, value in {**lab.environment, "PATH": f"{cli}{os.pathsep}{os.environ['PATH']}"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def names(simulator: Simulator, table: str) -> set[str]:
    return {row["name"] for row in simulator.rows(table)}


def test_the_life_of_environments(lab: Lab, tmp_path: Path, cli: Path, simulator: Simulator, commands: Any) -> None:
    prod = Lab(tmp_path, cli, simulator, stack="prod")
    prod.configure("settings.ram", "4096")
    lab.up(program)
    prod.up(program)

    same = commands("drift", "prod")
    assert same.exit_code == 0, same.output
    vm = next(row for row in simulator.rows("vms") if row["name"] == "dev-web-1")
    simulator.edit("vms", vm["$key"], ram=512)
    drifted = commands("drift", "dev")
    assert drifted.exit_code == 1, drifted.output
    assert f"shop/dev VirtualMachine 'web-1' ({vm['$key']}): changed\n    ram: 1.0 GiB -> 512.0 MiB" in drifted.output

    compared = commands("compare", "dev", "prod", "--exit-code")
    assert compared.exit_code == 1
    assert compared.output.splitlines()[1:] == [
        "VirtualMachine 'web-0': ram: 1.0 GiB | 4.0 GiB",
        "VirtualMachine 'web-1': ram: 1.0 GiB | 4.0 GiB",
    ]

    before = {table: names(simulator, table) for table in ("vms", "vnets", "vnet_rules")}
    sandbox = Lab(tmp_path, cli, simulator, stack="pr-17")
    sandbox.up(program)
    assert names(simulator, "vms") - before["vms"] == {"pr-17-web-0"}
    assert sandbox.preview(program).changes == {}

    connection = connect(ConnectionSettings(host=simulator.url, api_key=simulator.api_key))
    assert find_expired(connection, "shop", "pr-*", NOW, lambda stack: [exported(stack)]).due == ()
    later = NOW + timedelta(days=5)
    found = find_expired(connection, "shop", "pr-*", later, lambda stack: [exported(stack)])
    assert found.refused == ()
    lines = list(delete(connection, found.due, later))
    connection.client.close()
    assert all(line.startswith("deleted ") for line in lines), lines
    assert {table: names(simulator, table) for table in before} == before
    assert len([row for row in simulator.rows("vnet_rules") if row["name"] == "ssh"]) == 2
