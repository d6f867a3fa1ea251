"""References to what does not exist, and what is meant instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from tests.checks.live.conftest import Live
from verge_pulumi import (
    ClusterSettings,
    Device,
    Drive,
    Network,
    Nic,
    Power,
    ResourceRule,
    Setting,
    SystemSnapshot,
    VirtualMachine,
)

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

OUTPUT: Any = pulumi.Output.from_input(42)

WHAT_ELSE = "Pass the resource itself, by_name(...), or a key that exists."

MISSING: dict[str, tuple[Callable[[], object], str]] = {
    "a reference": (
        lambda: Nic("eth0", vm=1, network=42),
        f"Unable to declare Nic 'eth0': network: there is no row 42 in vnets. {WHAT_ELSE}",
    ),
    "the key of a machine": (
        lambda: Nic("eth0", vm=108, network=3),
        "Unable to declare Nic 'eth0': vm: there is no row 108 in vms. Did you mean 1 ('web'), whose machine is 108?",
    ),
    "one of a list": (
        lambda: Network("bond", name="bond", bond_interfaces_args=[4, 42]),
        f"Unable to declare Network 'bond': bond_interfaces_args: there is no row 42 in vnets. {WHAT_ELSE}",
    ),
    "a path": (
        lambda: Power("on", of="vms/42", state="running"),
        f"Unable to declare Power 'on': of: there is no row 42 in vms. {WHAT_ELSE}",
    ),
    "a row that no resource makes": (
        lambda: VirtualMachine("db", name="db", cluster=7),
        f"Unable to declare VirtualMachine 'db': cluster: there is no row 7 in clusters. {WHAT_ELSE}",
    ),
    "a name of what is there before a program": (
        lambda: Setting("ntp", name="ntp_server", value="ntp.example.com"),
        "Unable to declare Setting 'ntp': there is no row of settings with name 'ntp_server'. Did you mean "
        "'ntp_servers'?",
    ),
    "another such name": (
        lambda: ClusterSettings("main", name="main", max_core_temp=80),
        "Unable to declare ClusterSettings 'main': there is no row of clusters with name 'main'. It is not for "
        "programs to make; name one that exists.",
    ),
}


@pytest.mark.parametrize("case", MISSING)
def test_a_row_that_does_not_exist_is_refused(live: Live, case: str) -> None:
    live.simulator.add("vms", name="web")
    assert [(row["$key"], row["machine"]) for row in live.simulator.rows("vms")] == [(1, 108)]
    program, text = MISSING[case]
    assert live.error(program) == text


THERE: dict[str, Callable[[], object]] = {
    "references": lambda: Nic("eth0", vm=1, network=3),
    "the other spelling of a key": lambda: Nic("eth0", vm="1", network="3"),
    "a list": lambda: Network("bond", name="bond", bond_interfaces_args=[4]),
    "a path": lambda: Power("on", of="vms/1", state="running"),
    "a cluster": lambda: VirtualMachine("db", name="db", cluster=2),
    "a setting": lambda: Setting("ntp", name="ntp_servers", value="ntp.example.com"),
    "a setting that the state has": lambda: Setting("web", name="no such setting", value="x"),
    "what this program makes": lambda: Nic("eth0", vm=VirtualMachine("db", name="db"), network=3),
    "what is not known yet": lambda: Nic("eth0", vm=OUTPUT, network=OUTPUT),
    "what is malformed, which the provider tells": lambda: VirtualMachine("db", name="db", cluster="no key at all"),
}


@pytest.mark.parametrize("case", THERE)
def test_a_row_that_exists_is_not(live: Live, case: str) -> None:
    live.simulator.add("vms", name="web")
    live.holds(Setting, "web", 99, name="no such setting", value="x")
    assert live.warnings(THERE[case]) == []


def test_a_row_that_a_list_leaves_out_is_asked_for(live: Live) -> None:
    key = live.simulator.add("vms", name="web", is_snapshot=True)
    assert live.warnings(lambda: Drive("root", vm=key, disksize="1GiB")) == []
    assert f"vms/{key}" in live.requests()


def test_a_pool_of_devices_is_told_by_its_key(live: Live) -> None:
    key = live.simulator.rows("resource_groups")[0]["$key"]
    other = f"{'0' if key[0] != '0' else '1'}{key[1:]}"
    assert live.warnings(lambda: ResourceRule("cards", resource_group=key, name="cards", filter="x")) == []
    error = live.error(lambda: ResourceRule("others", resource_group=other, name="others", filter="x"))
    assert f"there is no row {other} in resource_groups. Did you mean '{key}'?" in error


def test_a_reference_that_stays_is_no_news(live: Live) -> None:
    live.simulator.add("vms", name="web")
    live.holds(Nic, "eth0", 7, vm="1", network="42")
    assert live.warnings(lambda: Nic("eth0", vm=1, network=42)) == []


def test_references_to_resources_of_the_program_stay_too(live: Live) -> None:
    live.holds(VirtualMachine, "web", live.simulator.add("vms", name="web"), name="web")
    live.holds(Network, "port", 4, name="Physical1")
    live.holds(Network, "bond", 9, name="bond", bond_interfaces_args=["4"])
    live.holds(Power, "on", "vms/1", of="vms/1", state="running")

    def program() -> None:
        Power("on", of=VirtualMachine("web", name="web"), state="running")
        Network("bond", name="bond", bond_interfaces_args=[Network("port", name="Physical1")])

    assert live.warnings(program) == []
    assert live.requests() == []


def test_tags_of_a_snapshot_are_looked_for(live: Live) -> None:
    error = live.error(lambda: SystemSnapshot("all", name="all", quiesce_tags=[42]))
    assert "quiesce_tags: there is no row 42 in tags. " in error


def test_a_device_names_its_pool(live: Live) -> None:
    live.simulator.add("vms", name="web")
    key = live.simulator.rows("resource_groups")[0]["$key"]
    assert live.warnings(lambda: Device("card", vm=1, type="node_pci_devices", resource_group=key)) == []


def test_who_sees_no_settings_is_not_told_that_there_are_none(live: Live) -> None:
    for row in live.simulator.rows("settings"):
        live.simulator.remove("settings", row["$key"])
    assert live.warnings(lambda: Setting("ntp", name="ntp_servers", value="ntp.example.com")) == []
