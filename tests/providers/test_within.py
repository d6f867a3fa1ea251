"""What another stack has within a row keeps it from being deleted, before anything is written."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.states import made
from tests.providers.bench import Bench, Managed
from verge_pulumi import resources
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.lifecycle.within import lying_in

KEY = base64.b64encode(b"x" * 32).decode()

INSIDE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "Drive": ("VirtualMachine", "vm", {"name": "pgdata", "disksize": "1GiB"}),
    "Nic": ("VirtualMachine", "vm", {"name": "eth7"}),
    "Device": ("VirtualMachine", "vm", {"type": "tpm", "name": "tpm", "version": "2"}),
    "Snapshot": ("VirtualMachine", "vm", {"name": "keep"}),
    "Address": ("Network", "network", {"type": "static", "ip": "10.0.0.9", "mac": "f0-db-30-00-00-01"}),
    "NetworkRule": ("Network", "network", {"name": "mine", "protocol": "tcp", "destination_ports": "443"}),
    "NetworkBlock": ("Network", "network", {"cidr": "10.0.4.0/28"}),
    "WireGuard": ("Network", "network", {"name": "wg0", "ip": "10.9.0.1/24"}),
    "IpsecTunnel": ("Network", "network", {"name": "hq", "remote_gateway": "203.0.113.9", "psk": "secret"}),
    "BgpInterface": (
        "Network", "network", {"name": "isp", "ipaddress": "10.10.11.2", "cidr": "10.10.11.0/30", "uplink": "4"},
    ),
    "WireGuardPeer": (
        "WireGuard", "wireguard",
        {"name": "hq", "peer_ip": "10.9.0.2", "public_key": KEY, "allowed_ips": ["10.2.0.0/24"]},
    ),
    "IpsecPhase2": ("IpsecTunnel", "tunnel", {"name": "lan", "local": "10.0.0.0/24"}),
    "DnsView": ("Network", "network", {"name": "all", "match_clients": ["any"]}),
    "DnsZone": ("DnsView", "view", {"domain": "example.com"}),
    "DnsRecord": ("DnsZone", "zone", {"host": "www", "type": "A", "value": "10.0.0.5"}),
    "ApiKey": ("User", "user", {"name": "ci"}),
}  # fmt: skip
"""What may lie within what: the kind of the row above, the argument that names it, and the others."""

ROOTS: dict[str, dict[str, Any]] = {
    "VirtualMachine": {"name": "web"},
    "Network": {"name": "lan", "network": "10.0.0.0/24", "dns": "bind"},
    "User": {"name": "ann", "password": "s3cret-words"},
}

PAIRS = sorted(
    (above, below.title)
    for above in {getattr(resources, name).declaration.title for name in resources.__all__}
    for below, _ in lying_in(getattr(resources, above).declaration)
)


@pytest.fixture
def team(bench: Bench) -> Iterator[Bench]:
    """A process of another stack."""
    running = Bench(bench.simulator)
    yield running
    running.connection.client.close()


def theirs(team: Bench, kind: str, name: str = "pgdata", /, **arguments: Any) -> Managed:
    """Make a resource of another stack."""
    return made(team, "team/dev", kind, name, **arguments)


def ours(bench: Bench, kind: str) -> dict[str, Managed]:
    """Make an object of this stack and what it is within; return them by their kinds, the outermost first."""
    if kind in ROOTS:
        return {kind: bench.create(kind, kind, **ROOTS[kind])}
    above, argument, arguments = INSIDE[kind]
    chain = ours(bench, above)
    return {**chain, kind: bench.create(kind, kind, **{argument: chain[above].id, **arguments})}


def refusal(managed: Managed) -> str:
    with pytest.raises(Reported) as error:
        managed.destroy()
    return str(error.value)


def test_every_kind_that_may_lie_within_another_is_tried() -> None:
    assert {below for _, below in PAIRS} <= INSIDE.keys()
    assert {("Network", "DnsRecord"), ("Network", "WireGuardPeer"), ("VirtualMachine", "Drive")} <= set(PAIRS)


@pytest.mark.parametrize(("above", "below"), PAIRS)
def test_what_another_stack_has_within_a_row_is_left_alone(bench: Bench, team: Bench, above: str, below: str) -> None:
    parent, argument, arguments = INSIDE[below]
    chain = ours(bench, parent)
    subject = chain[above]
    theirs(team, below, **{argument: chain[parent].id, **arguments})
    bench.simulator.reset("log")
    text = refusal(subject)
    assert text.startswith(f"Unable to delete {above} ")
    assert f"{below} " in text
    assert " within it belongs to team/dev as 'pgdata'. Let that stack delete it first; " in text
    assert bench.writes() == []


def test_it_goes_when_that_is_gone(bench: Bench, team: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web")
    drive = theirs(team, "Drive", vm=vm.id, name="pgdata", disksize="1GiB")
    assert refusal(vm) == (
        "Unable to delete VirtualMachine 'web': Drive 'pgdata' of 'web' within it belongs to team/dev as 'pgdata'. Let "
        "that stack delete it first; if there is no such stack any more, take its mark out of the description."
    )
    team.begin_run()
    team.provider("Drive").delete(drive.id, drive.outs)
    vm.destroy()
    assert bench.simulator.rows("vms") == []


def test_a_running_one_goes_on(bench: Bench, team: Bench) -> None:
    bench.share_clock()
    vm = bench.create("VirtualMachine", name="web")
    bench.create("Power", "on", of=f"vms/{vm.id}", state="running")
    team.others["organization/team/dev"] = {}
    theirs(team, "Snapshot", vm=vm.id, name="keep")
    bench.simulator.reset("log")
    refusal(vm)
    assert bench.writes() == []


def test_what_this_stack_has_within_it_goes_with_it(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web")
    bench.create("Drive", "data", vm=vm.id, name="data", disksize="1GiB")
    bench.create("Nic", "eth0", vm=vm.id, name="eth0")
    vm.destroy()
    assert bench.simulator.rows("machine_drives") == []


def test_what_a_create_that_was_cut_off_left_goes_with_it(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web")
    bench.create("Drive", "data", vm=vm.id, name="data", disksize="1GiB").cut_off()
    vm.destroy()
    assert bench.simulator.rows("machine_drives") == []


def test_what_people_made_within_it_goes_with_it(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web")
    bench.simulator.add("machine_nics", machine=vm.outs["machine"], name="by hand")
    vm.destroy()
    assert bench.simulator.rows("machine_nics") == []


def test_a_table_that_this_vergeos_lacks_holds_nothing(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web")
    absent = {"verb": "GET", "path": "machine_devices$", "times": 9}
    bench.simulator.faults({"match": absent, "what": "status", "status": 404, "body": {"err": "Resource not found"}})
    vm.destroy()
    assert bench.simulator.rows("vms") == []


@pytest.mark.parametrize("status", [403, 500])
def test_a_table_that_cannot_be_looked_through_keeps_the_row(bench: Bench, status: int) -> None:
    vm = bench.create("VirtualMachine", name="web")
    refused = {"verb": "GET", "path": "machine_devices$", "times": 9}
    bench.simulator.faults({"match": refused, "what": "status", "status": status, "body": {"err": "no"}})
    refusal(vm)
    assert len(bench.simulator.rows("vms")) == 1


def test_many_are_counted(bench: Bench, team: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web")
    for number in range(7):
        theirs(team, "Nic", f"n{number}", vm=vm.id, name=f"eth{number}")
    assert "as 'n4', and so do 2 more. Let that stack delete them first" in refusal(vm)


@pytest.mark.parametrize("column", ["uplink", "default_gateway"])
def test_a_network_that_another_stack_uses_stays_on(bench: Bench, team: Bench, column: str) -> None:
    bench.share_clock()
    lan = bench.create("Network", "lan", name="lan", network="10.0.0.0/24")
    bench.create("Power", "on", of=f"vnets/{lan.id}", state="running")
    arguments = {"network": "10.2.0.0/24", column: lan.id}
    theirs(team, "Network", "above", name="above", **arguments)
    bench.simulator.reset("log")
    assert "Network 'above' uses it and belongs to team/dev as 'above'. " in refusal(lan)
    assert bench.writes() == []


def test_a_replacement_is_refused_before_what_depends_on_it_is_deleted(bench: Bench, team: Bench) -> None:
    lan = bench.create("Network", "lan", name="lan", network="10.0.0.0/24")
    vm = theirs(team, "VirtualMachine", "db", name="db")
    theirs(team, "Nic", "eth0", vm=vm.id, name="eth0", network=lan.id)
    bench.begin_run()
    bench.simulator.reset("log")
    # The engine checks the inputs of a successor as those of a new object, before it deletes anything.
    with pytest.raises(Reported) as error:
        bench.plan("Network", "lan", name="lan", network="10.0.0.0/24")
    assert str(error.value).startswith(
        "Unable to replace Network 'lan': Nic 'eth0' of 'db' uses it and belongs to team/dev as 'eth0'. "
    )
    assert bench.writes() == []


def test_one_list_of_a_table_serves_a_whole_run(bench: Bench) -> None:
    machines = [bench.create("VirtualMachine", f"vm-{n}", name=f"vm-{n}") for n in range(3)]
    drives = [bench.create("Drive", f"d-{n}", vm=vm.id, name="d", disksize="1GiB") for n, vm in enumerate(machines)]
    bench.begin_run()
    bench.simulator.reset("log")
    for vm, drive in zip(machines, drives, strict=True):
        drive.delete()
        vm.delete()
    lists = [path for verb, path in bench.asked() if verb == "GET" and "/" not in path]
    assert sorted(lists) == ["machine_devices", "machine_drives", "machine_nics", "machine_snapshots"]
