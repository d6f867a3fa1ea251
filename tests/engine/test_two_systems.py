"""Two systems in one program: each resource reaches its own, with its own credential."""

from __future__ import annotations

from collections.abc import Iterator

import pulumi
import pytest

from tests.engine.lab import Lab
from verge_pulumi import Network, Provider
from verge_pulumi.simulator import Options, Simulator


@pytest.fixture
def other() -> Iterator[Simulator]:
    """A second VergeOS."""
    with Simulator(Options(name="site-b")) as running:
        yield running


def names(simulator: Simulator) -> list[str]:
    """Return the names of the networks that programs made."""
    return [row["name"] for row in simulator.rows("vnets") if "[pulumi " in (row["description"] or "")]


def test_each_resource_reaches_its_own_and_moves_between_them(lab: Lab, other: Simulator) -> None:
    def program() -> None:
        provider = Provider("b", host=other.url, api_key_env="SITE_B_KEY")
        there = pulumi.ResourceOptions(provider=provider)
        Network("here", name="lan")
        Network("there", name="lan", opts=there)
        Network("moves", name="guest", opts=there if moved else None)

    moved = False
    lab.environment["SITE_B_KEY"] = other.api_key
    lab.up(program)
    assert (sorted(names(lab.simulator)), names(other)) == (["guest", "lan"], ["lan"])
    assert lab.refresh(program).changes == {}
    assert other.api_key not in lab.state_text()

    moved = True
    assert lab.preview(program).changes == {"moves": "replace"}
    lab.up(program)
    assert (names(lab.simulator), sorted(names(other))) == (["lan"], ["guest", "lan"])
    assert lab.refresh(program).changes == {}
    lab.destroy()
    assert (names(lab.simulator), names(other)) == ([], [])


@pytest.mark.fault(96)
def test_pointing_a_provider_at_another_system_is_refused(lab: Lab, other: Simulator) -> None:
    def program() -> None:
        Network("lan", name="lan", mtu=mtu)

    mtu = 1500
    lab.up(program)
    lab.environment |= {"VERGEOS_HOST": other.url, "VERGEOS_API_KEY": other.api_key}
    refusal = "it belongs to the system 'site-a'"
    assert refusal in " ".join(lab.preview(program, fails=True).errors)
    assert refusal in " ".join(lab.refresh(program, fails=True).errors)
    mtu = 9000
    assert refusal in " ".join(lab.up(program, fails=True).errors)
    assert refusal in " ".join(lab.destroy(fails=True).errors)
    assert not [request for request in other.requests() if request.applied]


def test_an_unset_credential_is_an_error_and_never_another_systems_key(lab: Lab, other: Simulator) -> None:
    def program() -> None:
        provider = Provider("b", host=other.url, api_key_env="SITE_B_KEY")
        Network("there", name="lan", opts=pulumi.ResourceOptions(provider=provider))

    run = lab.up(program, fails=True)
    assert "the environment has no SITE_B_KEY, which the provider 'b' names" in " ".join(run.errors)
    assert other.requests() == []


def test_missing_settings_are_named_in_one_error(lab: Lab) -> None:
    def program() -> None:
        Network("lan", name="lan")

    del lab.environment["VERGEOS_HOST"]
    del lab.environment["VERGEOS_API_KEY"]
    text = " ".join(lab.preview(program, fails=True).errors)
    assert "VERGEOS_HOST (or the configuration vergeos:host) is not set" in text
    assert "VERGEOS_API_KEY, or VERGEOS_USERNAME and VERGEOS_PASSWORD, must be set" in text
    assert "Traceback" not in text
