"""What every provider does alike: check, compare, keep systems apart, and fail with one sentence."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any, ClassVar, NoReturn

import pytest
from pulumi.dynamic import Config, ConfigureRequest

from tests.providers.bench import UNKNOWN, Bench
from verge_pulumi.client import NotPermitted
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.lifecycle.frame import DeclaredProvider
from verge_pulumi.engine.loader import load
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.resources import Network, VirtualMachine
from verge_pulumi.simulator import Options, Simulator


@pytest.fixture
def other() -> Iterator[Simulator]:
    """Another VergeOS."""
    with Simulator(Options(name="site-b")) as running:
        yield running


# Check ---------------------------------------------------------------------------------------------------------------


def test_a_check_normalises_and_makes_no_request(bench: Bench) -> None:
    result = bench.provider("Network").check({}, {"name": "lan", "mtu": 1500.0, "network": " 10.0.0.0/24"})
    token = result.inputs.pop("__token")
    assert result.inputs == {"name": "lan", "mtu": 1500, "network": "10.0.0.0/24"}
    assert re.fullmatch("[0-9a-f]{8}-[0-9a-f]{12}", token)
    assert result.failures == []
    assert bench.asked() == []


def test_a_check_names_properties_in_the_text_only(bench: Bench) -> None:
    result = bench.provider("Network").check({}, {"name": "lan", "mtu": 9.0, "dns": "yes"})
    told = [(failure.property, failure.reason.partition(" ")[0]) for failure in result.failures]
    assert told == [("", "mtu"), ("", "dns")]


@pytest.mark.parametrize(
    ("kind", "inputs", "problems"),
    [
        ("Network", {"network": "10.0.0.0/24", "ipaddress": "10.0.0.9", "gateway": "192.168.0.1"}, []),
        ("Network", {"ipaddress": "10.0.0.9"}, []),
        ("Network", {"network": UNKNOWN, "ipaddress": "10.0.0.9"}, []),
        ("Network", {"network": "10.0.0.0/24", "ipaddress": UNKNOWN}, []),
        (
            "Network",
            {"network": "10.0.0.0/24", "ipaddress": "10.0.1.1"},
            ["ipaddress: lies outside of 'network'."],
        ),
        (
            "Network",
            {"network": "10.0.0.0/24", "dhcp_start": "10.0.1.9", "dhcp_stop": "10.0.1.1"},
            [
                "dhcp_start: lies outside of 'network'.",
                "dhcp_stop: lies outside of 'network'.",
                "dhcp_stop: is below dhcp_start.",
            ],
        ),
        ("Network", {"network": "10.0.0.0/24", "dhcp_start": "10.0.0.9", "dhcp_stop": "10.0.0.9"}, []),
        ("Network", {"network": "10.0.0.0/24", "dhcp_start": "10.0.0.9", "dhcp_stop": UNKNOWN}, []),
        (
            "Network",
            {"network": "10.0.0.0/24", "ipaddress": "fd00::1"},
            ["ipaddress: lies outside of 'network'."],
        ),
        ("Network", {"type": "external", "network": "10.0.0.0/24", "gateway": "10.0.0.254"}, []),
        ("Network", {"type": "external", "network": "10.0.0.0/24", "gateway": UNKNOWN}, []),
        (
            "Network",
            {"type": "external", "network": "10.0.0.0/24", "gateway": "10.0.1.1"},
            ["gateway: lies outside of 'network'."],
        ),
        ("Network", {"layer2_type": "vlan", "layer2_id": 4094}, []),
        ("Network", {"layer2_type": "vlan", "layer2_id": UNKNOWN}, []),
        ("Network", {"layer2_type": UNKNOWN}, []),
        ("Network", {"layer2_type": "vxlan", "layer2_id": 4095}, []),
        ("Network", {"layer2_type": "vlan"}, ["layer2_id: layer2_type='vlan' needs a number from 1 to 4094."]),
        (
            "Network",
            {"layer2_type": "vlan", "layer2_id": 4095},
            ["layer2_id: layer2_type='vlan' needs a number from 1 to 4094."],
        ),
        ("Network", {"ipaddress_type": "none", "dhcp_enabled": False}, []),
        ("Network", {"ipaddress_type": "none", "dhcp_enabled": UNKNOWN}, []),
        (
            "Network",
            {"ipaddress_type": "none", "dhcp_enabled": True},
            ["dhcp_enabled: ipaddress_type='none' makes a pure layer-2 network, whose router has no address."],
        ),
        ("Network", {"enable_bonding": True, "bond_interfaces_args": [4, 5]}, []),
        ("Network", {"enable_bonding": UNKNOWN, "bond_interfaces_args": [4, 5]}, []),
        ("Network", {"bond_interfaces_args": [4, 5]}, ["bond_interfaces_args: needs enable_bonding=True."]),
        ("Network", {"port_mirroring": "east_west"}, []),
        ("VirtualMachine", {"secure_boot": True, "uefi": True}, []),
        ("VirtualMachine", {"secure_boot": True, "uefi": UNKNOWN}, []),
        ("VirtualMachine", {"secure_boot": False}, []),
        ("VirtualMachine", {"secure_boot": UNKNOWN}, []),
        ("VirtualMachine", {"secure_boot": True}, ["secure_boot: needs uefi=True."]),
        ("VirtualMachine", {"secure_boot": True, "uefi": False}, ["secure_boot: needs uefi=True."]),
    ],
)
def test_arguments_are_checked_together(bench: Bench, kind: str, inputs: dict[str, Any], problems: list[str]) -> None:
    result = bench.provider(kind).check({}, {"name": "web", **inputs})
    assert [failure.reason for failure in result.failures] == problems


def test_arguments_are_checked_together_once_each_is_right(bench: Bench) -> None:
    result = bench.provider("Network").check({}, {"name": "lan", "network": "10.0.0.0/33", "ipaddress": "10.0.1.1"})
    assert len(result.failures) == 1
    assert result.failures[0].reason.startswith("network is not a network. ")


def test_where_nothing_is_to_be_checked_together_there_is_no_problem(bench: Bench) -> None:
    assert bench.provider("Drive").check({}, {"vm": "1", "disksize": "1GiB"}).failures == []


# Compare -------------------------------------------------------------------------------------------------------------


def test_what_means_the_same_is_no_change_and_no_request(bench: Bench) -> None:
    lan = bench.create("Network", name="lan", network="10.0.0.0/24", mtu=1500, dnslist=["1.1.1.1"], description="")
    bench.simulator.reset("log")
    result = lan.diff(network=" 10.0.0.0/24", note=None)
    assert (result.changes, result.replaces) == (False, None)
    assert bench.asked() == []


@pytest.mark.parametrize(
    ("changes", "replaces"),
    [
        ({"mtu": 9000}, []),
        ({"mtu": UNKNOWN}, []),
        ({"note": "new"}, []),
        ({"type": "external"}, ["type"]),
        ({"type": UNKNOWN, "mtu": 9000}, ["type"]),
    ],
)
def test_what_differs_is_left_to_the_engine_to_show(bench: Bench, changes: dict[str, Any], replaces: list[str]) -> None:
    lan = bench.create("Network", name="lan", mtu=1500, type="internal")
    result = lan.diff(**changes)
    assert (result.changes, result.replaces, result.delete_before_replace) == (None, replaces, True)


@pytest.mark.fault(101)
def test_what_is_no_longer_set_is_recorded_and_stays(bench: Bench) -> None:
    lan = bench.create("Network", name="lan", mtu=9000)
    bench.simulator.reset("log")
    # The engine compares the inputs and makes an update of it, by which other arguments are looked at from then on.
    assert lan.diff(mtu=None).changes is None
    lan.up(mtu=None)
    assert (lan.outs["__managed"], bench.writes()) == (["name"], [])
    assert lan.row()["mtu"] == 9000
    assert lan.diff().changes is False


def test_what_is_unfinished_is_changed(bench: Bench) -> None:
    lan = bench.create("Network", name="lan")
    lan.outs["__unfinished"] = "it was late"
    assert (lan.diff().changes, lan.diff(mtu=9000).changes) == (True, None)


# Which system --------------------------------------------------------------------------------------------------------


def test_a_resource_that_the_program_moves_to_another_provider_is_replaced(bench: Bench, other: Simulator) -> None:
    lan = bench.create("Network", name="lan")
    there = lan.seen_by(Bench(other, provider="b"))
    result = there.diff()
    assert (result.changes, result.replaces) == (True, ["provider"])


def test_a_resource_that_moves_to_another_provider_of_the_same_system_stays(bench: Bench) -> None:
    lan = bench.create("Network", name="lan")
    there = lan.seen_by(Bench(bench.simulator, provider="b"))
    assert there.diff().changes is False
    assert there.bench.asked()[-1] == ("GET", "system")


def test_another_address_of_the_same_system_is_no_change(bench: Bench) -> None:
    lan = bench.create("Network", name="lan")
    moved = lan.seen_by(Bench(bench.simulator, host=bench.simulator.url.replace("127.0.0.1", "localhost")))
    assert moved.diff().changes is False
    moved.up(mtu=9000)
    assert moved.outs["__origin"]["host"].startswith("http://localhost:")


@pytest.mark.parametrize("act", ["diff", "read", "up", "destroy"])
def test_another_system_behind_the_same_provider_is_refused(bench: Bench, other: Simulator, act: str) -> None:
    lan = bench.create("Network", name="lan")
    there = lan.seen_by(Bench(other))
    verb = {"diff": "change", "up": "update", "destroy": "delete"}.get(act, act)
    with pytest.raises(Reported) as error:
        getattr(there, act)()
    assert str(error.value) == (
        f"Unable to {verb} Network 'lan': it belongs to the system 'site-a', but {other.url} is the system 'site-b'. "
        "Point the provider back, or declare a second Provider; if the system was renamed, set vergeos:formerName to "
        f"'{lan.outs['__origin']['system']}' for one run."
    )
    assert there.bench.writes() == []


def test_a_system_without_an_id_that_was_renamed_is_recognised_by_its_former_name(bench: Bench) -> None:
    bench.simulator.edit("system", 1, id=None)
    lan = bench.create("Network", name="lan")
    assert lan.outs["__origin"]["system"] == "site-a"
    bench.simulator.edit("system", 1, cloud_name="headquarters")
    with pytest.raises(Reported, match="set vergeos:formerName to 'site-a' for one run"):
        lan.seen_by(Bench(bench.simulator)).up(mtu=9000)
    renamed = lan.seen_by(Bench(bench.simulator, former_name="site-a"))
    renamed.up(mtu=9000)
    assert renamed.outs["__origin"]["system"] == "headquarters"
    renamed.seen_by(Bench(bench.simulator)).destroy()


def test_a_host_that_is_no_vergeos_is_refused(bench: Bench) -> None:
    bench.simulator.edit("system", 1, cloud_name="")
    with pytest.raises(Reported) as error:
        bench.create("Network", name="lan")
    assert str(error.value) == (
        f"Unable to create Network 'lan': {bench.simulator.url} does not say which VergeOS it is. Check the host."
    )


def test_a_host_that_answers_404_to_everything_loses_no_row(bench: Bench) -> None:
    lan = bench.create("Network", name="lan")
    bench.simulator.faults({"match": {"times": 0}, "what": "status", "status": 404})
    with pytest.raises(Reported, match="Unable to read Network 'lan': GET /api/v4/system failed"):
        lan.seen_by(Bench(bench.simulator)).read()


# Failures ------------------------------------------------------------------------------------------------------------


class Broken(DeclaredProvider[Any]):
    """A provider whose methods fail as the test says."""

    resource: ClassVar[type[BaseResource]] = Network
    error: BaseException = ValueError("boom")

    def insert(self, inputs: dict[str, Any]) -> NoReturn:
        raise self.error


@pytest.fixture
def broken(bench: Bench) -> Broken:
    """A provider that fails unexpectedly."""
    provider = Broken()
    provider.connection = bench.connection
    return provider


def test_what_a_subclass_must_say_is_demanded(bench: Bench) -> None:
    class Empty(DeclaredProvider[Any]):
        resource = Network

    provider = Empty()
    provider.connection = bench.connection
    calls: dict[str, tuple[Any, ...]] = {
        "create": ({},),
        "read": ("1", {}),
        "update": ("1", {}, {}),
        "delete": ("1", {}),
    }
    for method, arguments in calls.items():
        with pytest.raises(Reported, match="unexpected NotImplementedError"):
            getattr(provider, method)(*arguments)


@pytest.mark.parametrize(
    ("properties", "label"),
    [
        ({"name": "lan", "__name": "web"}, "Network 'lan'"),
        ({"name": UNKNOWN, "__name": "web"}, "Network"),
        ({"__name": "web"}, "Network 'web'"),
        ({}, "Network"),
    ],
)
def test_a_failure_names_the_resource(broken: Broken, properties: dict[str, Any], label: str) -> None:
    with pytest.raises(Reported) as error:
        broken.create(properties)
    assert str(error.value) == (
        f"Unable to create {label}: unexpected ValueError: boom. Set VERGEOS_DEBUG=1 for details and please report it."
    )


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
def test_what_would_end_the_process_is_a_failure_too(broken: Broken, error: BaseException) -> None:
    broken.error = error
    with pytest.raises(Reported, match=f"unexpected {type(error).__name__}"):
        broken.create({})


def test_the_cause_is_shown_only_to_who_debugs_and_without_secrets(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    class BrokenVm(Broken):
        resource = VirtualMachine
        error = ValueError("canary is no password")

    provider = BrokenVm()
    provider.connection = bench.connection

    def text() -> str:
        with pytest.raises(Reported) as error:
            provider.create({"name": "web", "console_pass": "canary"})
        return str(error.value)

    monkeypatch.delenv("VERGEOS_DEBUG", raising=False)
    assert "\n" not in text()
    monkeypatch.setenv("VERGEOS_DEBUG", "1")
    first, _, rest = text().partition("\n")
    assert first.startswith("Unable to create VirtualMachine 'web': unexpected ValueError: ")
    assert rest.startswith("Traceback (most recent call last):\n")
    assert "in insert" in rest
    assert "canary" not in first + rest


@pytest.mark.parametrize("serving", [True, False])
def test_a_serving_process_prints_no_traceback_of_its_own(
    broken: Broken, monkeypatch: pytest.MonkeyPatch, serving: bool
) -> None:
    monkeypatch.setattr(sys, "tracebacklimit", 77, raising=False)
    monkeypatch.setattr(provider_process, "serving", lambda: serving)
    with pytest.raises(Reported) as error:
        broken.create({})
    assert sys.tracebacklimit == (0 if serving else 77)
    assert error.value.__suppress_context__


def test_an_error_shows_no_secret_of_any_state(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web", console_pass="canary-1")
    echo = {"err": "console_pass 'canary-2' is as bad as 'canary-1'"}
    bench.simulator.faults({"match": {"verb": "PUT"}, "what": "status", "status": 422, "body": echo})
    with pytest.raises(Reported, match="is as bad as") as error:
        vm.up(console_pass="canary-2")
    assert "canary" not in str(error.value)


@pytest.mark.parametrize(
    ("kind", "arguments", "status", "text", "hint"),
    [
        ("Network", {}, 422, "field 'interface_vnet' is readonly", " In the program 'interface_vnet' is 'uplink'."),
        ("Network", {}, 422, "field 'mtu' is readonly", ""),
        ("Network", {}, 422, "no", ""),
        ("Network", {}, 405, "no", " This VergeOS is 26.1.8."),
        (
            "Drive",
            {"vm": "1", "disksize": "20GiB"},
            507,
            "no space",
            " The drive asks for 20GiB on the default tier.",
        ),
        (
            "Drive",
            {"vm": "1", "disksize": "20GiB", "preferred_tier": "3"},
            507,
            "no space",
            " The drive asks for 20GiB on tier 3.",
        ),
        ("Drive", {"vm": "1", "disksize": "1GiB"}, 422, "no", ""),
    ],
)
def test_an_error_is_told_with_what_the_declaration_knows(
    bench: Bench, kind: str, arguments: dict[str, Any], status: int, text: str, hint: str
) -> None:
    bench.create("VirtualMachine", name="web")
    fault = {"what": "status", "status": status, "body": {"err": text}}
    bench.simulator.faults({"match": {"verb": "POST"}, **fault})
    with pytest.raises(Reported) as error:
        bench.create(kind, name="it", **arguments)
    advice = {405: " Check that this version of VergeOS has it."}.get(status, "")
    advice = {507: " Free space in that storage tier or choose another one."}.get(status, advice)
    assert f"failed: {text} ({status}).{advice}{hint}" in str(error.value)
    assert str(error.value).endswith(hint or f"({status}).")


def test_without_a_known_release_nothing_is_said_of_it(broken: Broken) -> None:
    broken.error = NotPermitted("no", status=405)
    with pytest.raises(Reported, match=r"has it\.$"):
        broken.create({})


# Configure -----------------------------------------------------------------------------------------------------------


def request(**settings: str) -> ConfigureRequest:
    return ConfigureRequest(Config({f"vergeos:{name}": value for name, value in settings.items()}, "shop"))


def test_providers_of_one_process_share_a_connection(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "API_KEY"):
        monkeypatch.delenv(f"VERGEOS_{name}", raising=False)
    connections: list[Connection] = []
    for kind in ("Network", "Drive"):
        provider: Any = load(kind)
        provider.configure(request(host=simulator.url, apiKey=simulator.api_key))
        connections.append(provider.connection)
    assert connections[0] is connections[1]
    assert connections[0].settings == Settings(host=simulator.url, api_key=simulator.api_key)


def test_a_provider_that_cannot_be_configured_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "API_KEY", "USERNAME", "PASSWORD"):
        monkeypatch.delenv(f"VERGEOS_{name}", raising=False)
    with pytest.raises(Reported) as error:
        load("Network").configure(request())
    assert str(error.value) == (
        "Unable to configure Network: VERGEOS_HOST (or the configuration vergeos:host) is not set; VERGEOS_API_KEY, or "
        "VERGEOS_USERNAME and VERGEOS_PASSWORD, must be set in the environment."
    )
