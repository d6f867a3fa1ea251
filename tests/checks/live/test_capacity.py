"""Memory, cores and storage: what fits, what fits as long as no node fails, and what does not."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from tests.checks.live.conftest import Live
from verge_pulumi import Drive, DriveArgs, Power, PowerArgs, Server, VirtualMachine

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

# The seed has two clusters: the first one with two nodes of 32 cores and 256 GiB, of which VMs may have 240, the second
# one with one.
GIB = 1024


def running(name: str, gib: int, **arguments: Any) -> Power:
    machine = VirtualMachine(name, **{"name": name, "ram": gib * GIB, "cluster": 1, **arguments})
    return Power(name, of=machine, state="running")


def test_what_fits_is_not_mentioned(live: Live) -> None:
    assert live.warnings(lambda: [running(f"web-{number}", 100) for number in range(2)]) == []
    assert live.lists() == ["clusters", "nodes", "system", "vms"]


def test_what_fits_as_long_as_no_node_fails_is_a_doubt(live: Live) -> None:
    assert live.warnings(lambda: [running(f"web-{number}", 100) for number in range(4)]) == [
        "Power 'web-2': with it this run adds 300.0 GiB of RAM to the cluster 'cluster1', where 480.0 GiB are left; if "
        "the largest node fails, with 240.0 GiB, not all of its machines start again. Ask for less if all have to "
        "start again."
    ]


def test_what_does_not_fit_is_refused(live: Live) -> None:
    assert live.error(lambda: [running(f"web-{number}", 100) for number in range(6)]) == (
        "Unable to declare Power 'web-4': with it this run adds 500.0 GiB of RAM to the cluster 'cluster1', where "
        "480.0 GiB are left. Ask for less, or make room there first."
    )


def test_what_others_use_counts(live: Live) -> None:
    status = next(row["$key"] for row in live.simulator.rows("cluster_status") if row["cluster"] == 1)
    live.simulator.edit("cluster_status", status, used_ram=470 * GIB)
    assert "where 10.0 GiB are left. " in live.error(lambda: running("web", 11))
    assert live.warnings(lambda: running("web", 11, cluster=2)) == []


def test_ram_that_is_handed_out_twice_counts(live: Live) -> None:
    live.simulator.edit("clusters", 1, ram_overcommit_pct=50)
    (warning,) = live.warnings(lambda: [running(f"web-{number}", 100) for number in range(6)])
    assert "where 720.0 GiB are left; if the largest node fails, with 360.0 GiB, not all" in warning


def test_a_node_that_is_in_maintenance_has_nothing(live: Live) -> None:
    live.simulator.edit("nodes", 1, maintenance=True)
    assert "where 240.0 GiB are left. " in live.error(lambda: [running(f"web-{number}", 100) for number in range(3)])


def test_a_cluster_of_which_not_all_nodes_are_seen_is_not_judged(live: Live) -> None:
    live.simulator.remove("nodes", 1)
    assert live.warnings(lambda: running("web", 700)) == []


def test_a_cluster_of_one_node_has_no_reserve(live: Live) -> None:
    assert live.warnings(lambda: running("web", 240, cluster=2)) == []


def test_where_vergeos_chooses_the_cluster_all_of_them_count(live: Live) -> None:
    def program(count: int) -> None:
        for number in range(count):
            running(f"web-{number}", 200, cluster=None)

    live.warnings(lambda: program(3))
    error = live.error(lambda: program(4))
    assert "adds 800.0 GiB of RAM to all clusters together, where 720.0 GiB are left. " in error


def test_where_there_is_one_cluster_it_is_that_one(live: Live) -> None:
    live.simulator.edit("clusters", 2, compute=False)
    assert "to the cluster 'cluster1', " in live.error(lambda: [running(f"{n}", 200, cluster=None) for n in range(3)])


def test_one_machine_runs_on_one_node(live: Live) -> None:
    assert live.error(lambda: VirtualMachine("web", name="web", ram=300 * GIB, cluster=1)) == (
        "Unable to declare VirtualMachine 'web': 300.0 GiB of RAM are more than any node of the cluster 'cluster1' "
        "gives to VMs: 240.0 GiB. Ask for less; a VM runs on one node."
    )


@pytest.mark.parametrize("off", [True, False])
def test_a_machine_for_a_node_that_is_out_now_is_a_doubt(live: Live, off: bool) -> None:
    live.simulator.edit("nodes", 2, vm_ram=500 * GIB, maintenance=not off)
    live.simulator.edit("machine_status", live.simulator.rows("nodes")[1]["machine"], running=not off)
    assert live.warnings(lambda: VirtualMachine("web", name="web", ram=240 * GIB, cluster=1)) == []
    assert live.warnings(lambda: VirtualMachine("web", name="web", ram=300 * GIB, cluster=1)) == [
        "VirtualMachine 'web': 300.0 GiB of RAM are more than any node of the cluster 'cluster1' that runs now gives "
        "to VMs: 240.0 GiB. Ask for less, or let a larger node run first; a VM runs on one node."
    ]
    assert "gives to VMs: 500.0 GiB. " in live.error(lambda: VirtualMachine("w", name="w", ram=501 * GIB, cluster=1))
    assert "where 240.0 GiB are left. " in live.error(lambda: [running(f"web-{n}", 100) for n in range(3)])


def test_a_cluster_whose_nodes_are_all_out_judges_no_machine_by_what_runs(live: Live) -> None:
    live.simulator.edit("nodes", 3, maintenance=True)
    assert live.warnings(lambda: running("web", 240, cluster=2)) == []
    assert "gives to VMs: 240.0 GiB. " in live.error(lambda: running("web", 241, cluster=2))


def test_a_machine_keeps_to_the_limits_of_its_cluster(live: Live) -> None:
    live.simulator.edit("clusters", 1, max_ram_per_vm=64 * GIB, max_cores_per_vm=16)
    error = live.error(lambda: VirtualMachine("web", name="web", ram=65 * GIB, cpu_cores=17, cluster=1))
    assert (
        "65.0 GiB of RAM are more than the 64.0 GiB that the cluster 'cluster1' gives to one VM. Ask for less, "
        in error
    )
    assert "17 cores are more than the 16 that the cluster 'cluster1' gives to one VM. " in error
    assert live.warnings(lambda: VirtualMachine("web", name="web", ram=64 * GIB, cpu_cores=16, cluster=1)) == []


def test_what_vergeos_keeps_of_a_node_for_itself_no_machine_gets(live: Live) -> None:
    live.simulator.edit("nodes", 3, vm_ram=200 * GIB)
    assert live.warnings(lambda: running("web", 200, cluster=2)) == []
    assert "200.0 GiB. Ask for less; a VM runs on one node." in live.error(lambda: running("web", 201, cluster=2))


def test_a_node_that_does_not_tell_it_gives_all_that_it_has(live: Live) -> None:
    live.simulator.edit("nodes", 3, vm_ram=0)
    assert live.warnings(lambda: running("web", 256, cluster=2)) == []
    assert "256.0 GiB. Ask for less; a VM runs on one node." in live.error(lambda: running("web", 257, cluster=2))
    live.simulator.edit("nodes", 3, ram=0)
    assert live.warnings(lambda: running("web", 257, cluster=2)) == []


def test_what_nodes_keep_free_for_a_failure_is_a_doubt(live: Live) -> None:
    for node in (1, 2):
        live.simulator.edit("nodes", node, failover_ram=150 * GIB)
    assert live.warnings(lambda: running("web", 180)) == []
    assert live.warnings(lambda: running("web", 181)) == [
        "Power 'web': with it this run adds 181.0 GiB of RAM to the cluster 'cluster1', where 480.0 GiB are left; the "
        "nodes keep 300.0 GiB of it (failover_ram) for the machines of one that fails. Ask for less if all have to "
        "start again."
    ]


def test_more_cores_than_without_the_largest_node_is_a_doubt(live: Live) -> None:
    live.simulator.edit("nodes", 2, cores=16)
    assert live.warnings(lambda: running("web", 1, cpu_cores=16)) == []
    assert live.warnings(lambda: running("web", 1, cpu_cores=17)) == [
        "Power 'web': with it the cluster 'cluster1' runs 17 virtual cores on 48 cores; if the node with most of them "
        "fails, they share 16. They take turns then; ask for less if they shall not."
    ]
    assert live.warnings(lambda: running("web", 1, cpu_cores=32, cluster=2)) == []


def test_more_cores_than_there_are_is_a_doubt_told_once(live: Live) -> None:
    assert live.warnings(lambda: [running(f"web-{number}", 1, cpu_cores=30) for number in range(4)]) == [
        "Power 'web-1': with it the cluster 'cluster1' runs 60 virtual cores on 64 cores; if the node with most of "
        "them fails, they share 32. They take turns then; ask for less if they shall not.",
        "Power 'web-2': with it the cluster 'cluster1' runs 90 virtual cores on 64 cores. They take turns; ask for "
        "less if they shall not.",
    ]


def test_only_what_is_to_run_counts(live: Live) -> None:
    def program() -> None:
        for number in range(5):
            machine = VirtualMachine(f"web-{number}", name=f"web-{number}", ram=200 * GIB, cluster=1)
            Power(f"web-{number}", of=machine, state="stopped")
        Server("db", name="db", ram=200 * GIB, cluster=1, power=PowerArgs(state="unmanaged"))

    assert live.warnings(program) == []


def test_a_server_counts(live: Live) -> None:
    error = live.error(lambda: [Server(f"web-{n}", name=f"web-{n}", ram=200 * GIB, cluster=1) for n in range(3)])
    assert error.startswith("Unable to declare Power 'web-2-power': with it this run adds 600.0 GiB of RAM")


# What is there already ------------------------------------------------------------------------------------------------


def exists(live: Live, *, on: bool, managed: bool = True) -> None:
    """Let there be a VM of 100 GiB of this stack, in a cluster that has 10 GiB left."""
    key = live.simulator.add("vms", name="web", ram=100 * GIB, cpu_cores=4, cluster=1)
    machine = live.simulator.rows("vms")[-1]["machine"]
    live.simulator.edit("machine_status", machine, running=on)
    status = next(row["$key"] for row in live.simulator.rows("cluster_status") if row["cluster"] == 1)
    live.simulator.edit("cluster_status", status, used_ram=470 * GIB)
    live.holds(VirtualMachine, "web", key, name="web", ram=100 * GIB, cpu_cores=1, cluster="1")
    if managed:
        live.holds(Power, "web", f"vms/{key}", of=f"vms/{key}", state="running")


def test_what_runs_already_is_no_news(live: Live) -> None:
    exists(live, on=True)
    assert live.warnings(lambda: running("web", 100)) == []
    assert live.requests() == []


def test_a_machine_that_grows_adds_what_it_grows_by(live: Live) -> None:
    exists(live, on=True)
    (warning,) = live.warnings(lambda: running("web", 110))
    assert warning.startswith("VirtualMachine 'web': with it this run adds 10.0 GiB of RAM to the cluster 'cluster1', ")
    assert "adds 11.0 GiB of RAM to the cluster 'cluster1', where 10.0 GiB are left. " in live.error(
        lambda: running("web", 111)
    )


def test_a_machine_that_shrinks_adds_nothing(live: Live) -> None:
    exists(live, on=True)
    assert live.warnings(lambda: running("web", 50)) == []


def test_a_machine_that_grows_while_it_is_off_adds_nothing(live: Live) -> None:
    exists(live, on=False)
    assert live.warnings(lambda: running("web", 120)) == []


def test_a_power_that_is_new_adds_what_does_not_run_yet(live: Live) -> None:
    exists(live, on=False, managed=False)
    assert "adds 100.0 GiB of RAM" in live.error(lambda: running("web", 100))


def test_a_power_that_is_new_to_what_runs_adds_nothing(live: Live) -> None:
    exists(live, on=True, managed=False)
    assert live.warnings(lambda: running("web", 100)) == []


def test_a_machine_that_was_renamed_in_the_program_adds_nothing(live: Live) -> None:
    exists(live, on=True)
    live.resources.pop()

    def program() -> None:
        Power("on", of=VirtualMachine("renamed", name="web", ram=100 * GIB, cluster=1), state="running")

    assert live.warnings(program) == []


@pytest.mark.parametrize("on", [True, False])
def test_a_machine_that_is_taken_over_adds_what_does_not_run_yet(live: Live, on: bool) -> None:
    exists(live, on=on)
    live.resources.clear()

    def program() -> None:
        Power("on", of=VirtualMachine("web", name="web", ram=100 * GIB, cluster=1, adopt=True), state="running")

    if on:
        assert live.warnings(program) == []
    else:
        assert "adds 100.0 GiB of RAM" in live.error(program)


def test_a_copy_whose_size_nobody_says_counts_as_nothing(live: Live) -> None:
    exists(live, on=True)

    def program() -> None:
        original = VirtualMachine("web", name="web", ram=100 * GIB, cluster=1)
        Power("web", of=original, state="running")
        copy = VirtualMachine("copy", name="copy", clone_of=original, cluster=1)
        Power("copy", of=copy, state="running")

    assert not [warning for warning in live.warnings(program) if "adds" in warning]


def test_a_size_that_the_state_has_encrypted_counts_as_unset(live: Live) -> None:
    exists(live, on=False, managed=False)
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
    live.resources[0]["outputs"]["ram"] = secret

    (warning,) = live.warnings(lambda: Power("web", of=VirtualMachine("web", name="web", cluster=1), state="running"))
    assert "adds 1.0 GiB of RAM" in warning


def test_a_size_that_is_not_known_counts_as_nothing(live: Live) -> None:
    ram: Any = pulumi.Output.from_input(500 * GIB)
    assert live.warnings(lambda: running("web", 1, ram=ram)) == []


# Storage --------------------------------------------------------------------------------------------------------------


def drive(name: str, size: str, **arguments: Any) -> Drive:
    return Drive(name, **{"vm": 1, "name": name, "disksize": size, "preferred_tier": "1", **arguments})


@pytest.fixture
def stored(live: Live) -> Live:
    """A system with a VM, and 1 TiB left in tier 1."""
    live.simulator.add("vms", name="web")
    tiers = {row["tier"]: row["$key"] for row in live.simulator.rows("storage_tiers")}
    live.simulator.edit("storage_tiers", tiers[1], used=9 * 2**40)
    live.simulator.edit("storage_tiers", tiers[2], capacity=0)
    return live


def test_a_drive_that_fits_is_not_mentioned(stored: Live) -> None:
    assert stored.warnings(lambda: drive("data", "1TiB")) == []
    assert "storage_tiers" in stored.requests()


def test_drives_that_do_not_fit_when_they_are_full_are_a_doubt_told_once(stored: Live) -> None:
    assert stored.warnings(lambda: [drive(f"data-{number}", "600GiB") for number in range(3)]) == [
        "Drive 'data-1': with it this run adds 1.2 TiB to tier 1, where 1.0 TiB are left. Drives take space as they "
        "are filled; add storage before these are, or ask for less."
    ]


def test_a_drive_that_is_larger_than_its_tier_is_refused(stored: Live) -> None:
    (warning,) = stored.warnings(lambda: drive("data", "10TiB"))
    assert "adds 10.0 TiB to tier 1, where 1.0 TiB are left" in warning
    assert stored.error(lambda: drive("data", "10241GiB")) == (
        "Unable to declare Drive 'data': disksize 10.0 TiB is more than all of tier 1, which has 10.0 TiB. Ask for "
        "less, choose another tier, or add storage first."
    )


def test_a_tier_without_drives_is_refused(stored: Live) -> None:
    assert stored.error(lambda: drive("data", "1GiB", preferred_tier="2")) == (
        "Unable to declare Drive 'data': there is no storage in tier 2; the tiers with drives are: 1, 3, 4, 5. Choose "
        "one of them."
    )


def test_which_tier_vergeos_takes_by_itself_is_not_known(stored: Live) -> None:
    assert stored.warnings(lambda: drive("data", "100TiB", preferred_tier=None)) == []
    assert "storage_tiers" not in stored.requests()


def test_a_drive_that_grows_adds_what_it_grows_by(stored: Live) -> None:
    stored.holds(Drive, "data", 7, vm="1", name="data", disksize="600GiB", preferred_tier="1")
    assert stored.warnings(lambda: drive("data", "1600GiB")) == []
    (warning,) = stored.warnings(lambda: drive("data", "1700GiB"))
    assert "adds 1.1 TiB to tier 1, where 1.0 TiB are left" in warning


def test_a_drive_that_moves_adds_all_that_it_has(stored: Live) -> None:
    stored.holds(Drive, "data", 7, vm="1", name="data", disksize="1200GiB", preferred_tier="3")
    (warning,) = stored.warnings(lambda: drive("data", "1200GiB"))
    assert "adds 1.2 TiB to tier 1" in warning


def test_a_drive_that_is_taken_over_or_renamed_adds_what_it_grows_by(stored: Live) -> None:
    machine = stored.simulator.rows("vms")[0]["machine"]
    row = {"name": "data", "media": "disk", "disksize": 600 * 2**30, "preferred_tier": "1"}
    key = stored.simulator.add("machine_drives", machine=machine, **row)
    assert stored.warnings(lambda: drive("data", "1600GiB", adopt=True)) == []
    stored.holds(Drive, "former", key, vm="1", name="data", disksize="600GiB", preferred_tier="1")
    assert stored.warnings(lambda: drive("data", "1600GiB")) == []
    assert len(stored.warnings(lambda: drive("data", "1700GiB"))) == 1


def test_a_drive_that_stays_is_no_news(stored: Live) -> None:
    stored.holds(Drive, "data", 7, vm="1", name="data", disksize="100TiB", preferred_tier="1")
    assert stored.warnings(lambda: drive("data", "100TiB")) == []
    assert stored.requests() == []


def test_the_drives_of_a_server_count(stored: Live) -> None:
    data = DriveArgs(disksize="2TiB", preferred_tier="1")
    (warning,) = stored.warnings(lambda: Server("db", name="db", drives={"data": data}))
    assert warning.startswith("Drive 'db-data': with it this run adds 2.0 TiB to tier 1, ")
