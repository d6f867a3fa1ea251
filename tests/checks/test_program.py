"""What is remembered of a program, for how long, and what that costs."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pulumi
import pytest

from tests.checks.conftest import Said
from verge_pulumi import Address, Network, NetworkRule, Nic, Power, VirtualMachine
from verge_pulumi.engine.declaring import program
from verge_pulumi.engine.declaring.resource import BaseResource

# The SDK leaves the event loops of its threads open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def test_each_test_of_a_program_is_a_program(said: Said) -> None:
    def write() -> None:
        Power("on", of="vms/7", state="running")

    def declare() -> None:
        Power("on", of="vms/7", state="running")
        Power("off", of="vms/7", state="stopped")

    test: Any = pulumi.runtime.test  # it has no types
    test(write)()
    test(write)()
    with pytest.raises(pulumi.RunError, match="is already that of Power 'on'"):
        test(declare)()
    test(write)()


def test_an_sdk_without_these_parts_has_one_program(monkeypatch: pytest.MonkeyPatch) -> None:
    class Bare:
        pass

    monkeypatch.setattr("pulumi.runtime.settings.SETTINGS", Bare())
    assert program.current() is program.current()


def test_what_a_program_says_is_not_shown(said: Said) -> None:
    secret = "correct horse"
    machine = VirtualMachine("web", name="web", console_pass=secret)
    planned = program.current().planned(machine)
    assert planned is not None
    assert secret not in repr(planned)
    assert str(planned) == "VirtualMachine 'web'"


def calls(networks: int) -> int:
    """Announce so many networks, with four things for each, and return how many calls of Python that took."""
    count = 0

    def counting(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal count
        count += event == "call"

    running = program.Program()

    def announce(kind: type[BaseResource], name: str, **arguments: Any) -> BaseResource:
        resource = kind.__new__(kind)
        running.announce(resource, name, arguments, None, {})
        return resource

    sys.setprofile(counting)
    try:
        wan = announce(Network, "wan", network="192.0.2.0/24")
        for number in range(networks):
            cidr, ip, mac = f"10.{number}.0.0/16", f"10.{number}.0.9", f"f0:db:30:00:00:{number:02x}"
            lan = announce(Network, f"lan-{number}", network=cidr, default_gateway=wan, uplink=wan, mtu=1500)
            announce(Nic, f"nic-{number}", network=lan, macaddress=mac)
            announce(Address, f"address-{number}", network=lan, ip=ip, type="static", mac=mac)
            announce(NetworkRule, f"rule-{number}", network=str(number + 1), protocol="tcp", destination_ports="22")
            announce(Power, f"power-{number}", of=lan, state="running")
    finally:
        sys.setprofile(None)
    return count


def test_what_a_resource_costs_does_not_grow_with_the_program(said: Said) -> None:
    calls(1)  # what is loaded when it is first used
    few = calls(20)
    assert few > 20
    assert calls(200) / few == pytest.approx(10, rel=0.05)
