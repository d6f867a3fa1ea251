"""References between stacks: what one exports, another one refers to."""

from __future__ import annotations

from pathlib import Path

import pulumi
import pytest

from tests.engine.lab import Lab
from verge_pulumi import Network, Nic, VirtualMachine, export
from verge_pulumi.simulator import Simulator


def site() -> None:
    """The program of the first stack."""
    for number in range(2):
        export(f"port-{number}", Network(f"port-{number}", name=f"port-{number}"))
    export("web", VirtualMachine("web", name="web"))


@pytest.fixture
def second(tmp_path: Path, cli: Path, simulator: Simulator) -> Lab:
    """A stack next to that of the first program."""
    first = Lab(tmp_path / "first", cli, simulator, project="site", states=tmp_path / "states")
    first.up(site)
    return Lab(tmp_path / "second", cli, simulator, project="shop", states=tmp_path / "states")


def test_the_output_of_another_stack_is_a_reference(second: Lab, simulator: Simulator) -> None:
    def program() -> None:
        site = pulumi.StackReference("organization/site/dev")
        ports = [site.require_output(f"port-{number}") for number in range(2)]
        Network("bond", name="bond", enable_bonding=True, bond_interfaces_args=ports)
        Nic("eth0", vm=site.require_output("web"), name="eth0", network=site.get_output("port-0"))

    second.preview(program)
    second.up(program)
    networks = {row["name"]: row for row in simulator.rows("vnets")}
    keys = [networks[f"port-{number}"]["$key"] for number in range(2)]
    assert networks["bond"]["bond_interfaces_args"] == keys
    (nic,) = simulator.rows("machine_nics")
    assert nic["vnet"] == keys[0]
    assert second.up(program).changes == {}
    second.destroy()


def test_another_kind_of_output_is_one_clear_error(second: Lab, simulator: Simulator) -> None:
    def program() -> None:
        site = pulumi.StackReference("organization/site/dev")
        Nic("eth0", vm=site.require_output("port-0"), name="eth0")

    (key,) = [row["$key"] for row in simulator.rows("vnets") if row["name"] == "port-0"]
    # The second line is the Automation API's own.
    error, _ = second.preview(program, fails=True).errors
    assert error.strip() == (
        f"Unable to declare Nic 'eth0': vm accepts VirtualMachine, and /v4/vnets/{key} is a row of vnets. "
        "Pass a VirtualMachine, its key, or by_name(...)."
    )
