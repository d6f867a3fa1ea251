"""``verge-pulumi reap``: what expired goes, in the order VergeOS wants, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Self

import pytest
from typer.testing import CliRunner

from tests.cli.states import made
from tests.providers.bench import Bench, Managed
from verge_pulumi.cli import reap as module
from verge_pulumi.cli.app import app
from verge_pulumi.cli.reap import delete, find_expired
from verge_pulumi.environments.expiry import with_expiry

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
PAST = NOW - timedelta(days=1)
FUTURE = NOW + timedelta(days=1)

Make = Callable[..., Managed]


@pytest.fixture
def make(bench: Bench) -> Make:
    """Make a resource of shop/pr-17 that expired, or of another stack with another expiry."""

    def maker(
        kind: str, name: str, /, owner: str = "shop/pr-17", expires: datetime | None = PAST, **arguments: Any
    ) -> Managed:
        description = with_expiry(f"what {name} is for", expires) if expires else "made without an end"
        return made(bench, owner, kind, name, description=description, **arguments)

    return maker


def sandbox(make: Make, bench: Bench) -> list[Managed]:
    """Make a running network with a rule and an address, and a running VM with a drive that is full and a NIC."""
    lan = make("Network", "lan", name="pr-17-lan", network="10.8.17.0/24")
    alias = make("RuleAlias", "office", name="pr-17-office", value=["10.0.0.5/32"])
    rule = make("NetworkRule", "ssh", name="ssh", network=lan.id, source_ip="10.0.0.5")
    address = make("Address", "vip", network=lan.id, ip="10.8.17.9", type="static", mac="f0:db:30:00:00:01")
    vm = make("VirtualMachine", "web", name="pr-17-web")
    drive = make("Drive", "root", vm=vm.id, name="root", disksize="1GiB")
    nic = make("Nic", "eth0", vm=vm.id, name="eth0", network=lan.id)
    bench.simulator.edit("machine_drives", int(drive.id), used_bytes=512 * 1024**2)
    for target in (f"vnets/{lan.id}", f"vms/{vm.id}"):
        made(bench, "shop/pr-17", "Power", target, of=target, state="running")
    return [lan, alias, rule, address, vm, drive, nic]


def reaped(bench: Bench, stacks: str = "pr-*") -> list[str]:
    """Delete what expired of the project shop, as a process of its own."""
    other = Bench(bench.simulator)
    other.share_clock()
    try:
        return list(delete(other.connection, find_expired(other.connection, "shop", stacks, NOW), NOW))
    finally:
        other.connection.client.close()


def run(*arguments: str, answer: str = "") -> Any:
    return CliRunner().invoke(app, ["reap", "--project", "shop", *arguments], input=answer)


def exists(managed: Managed) -> bool:
    table = str(managed.outs["location"]).split("/")[2]
    return any(str(row["$key"]) == managed.id for row in managed.bench.simulator.rows(table))


def test_a_sandbox_goes_as_a_whole(bench: Bench, make: Make) -> None:
    resources = sandbox(make, bench)
    lines = reaped(bench)
    assert not any(exists(resource) for resource in resources)
    # The drive and the NIC went with the VM.
    assert [line.split(" (")[0] for line in lines] == [
        "deleted VirtualMachine 'pr-17-web'",
        "deleted NetworkRule 'ssh'",
        "deleted Address 'vip'",
        "deleted RuleAlias 'pr-17-office'",
        "deleted Network 'pr-17-lan'",
    ]
    assert lines[-1].endswith(f"(vnets/{resources[0].id} of shop/pr-17, expired 2026-11-30 12:00 UTC)")


def test_the_rules_of_a_firewall_go_one_by_one(bench: Bench) -> None:
    rules = [{"name": name, "description": with_expiry(None, PAST)} for name in ("ssh", "web")]
    network = next(row["$key"] for row in bench.simulator.rows("vnets") if row["name"] == "External")
    made(bench, "shop/pr-17", "Firewall", "edge", network=str(network), rules=rules)
    made(bench, "shop/dev", "Firewall", "edge", network=str(network), rules=[{"name": "dev", "description": "kept"}])
    assert len(reaped(bench)) == 2
    assert [row["name"] for row in bench.simulator.rows("vnet_rules") if not row["system_rule"]] == ["dev"]


def test_a_network_is_off_before_its_rules_go_so_that_it_applies_none(bench: Bench, make: Make) -> None:
    sandbox(make, bench)
    bench.simulator.reset("log")
    reaped(bench)
    assert not any(request.body and request.body.get("action") == "refresh" for request in bench.writes())


@pytest.mark.parametrize(
    ("owner", "expires"),
    [
        ("shop/pr-17", FUTURE),
        ("shop/pr-17", None),
        ("shop/dev", PAST),
        ("other/pr-17", PAST),
        ("shopping/pr-17", PAST),
        ("shop/xpr-17", PAST),
    ],
)
def test_everything_else_stays(bench: Bench, make: Make, owner: str, expires: datetime | None) -> None:
    lan = make("Network", "lan", name="a-lan", owner=owner, expires=expires)
    bench.simulator.reset("log")
    assert reaped(bench) == []
    assert bench.writes() == []
    assert exists(lan)


def test_what_only_looks_expired_stays(bench: Bench) -> None:
    bench.simulator.add("vnets", name="by-hand", description=with_expiry(None, PAST))
    bench.simulator.add("vnets", name="quoting", description="[pulumi shop/pr-17 lan 1c0ffee5] expires 2026-01-01")
    snapshot = with_expiry(None, PAST) + "\n[pulumi shop/pr-17 web 1c0ffee5]"
    bench.simulator.add("vms", name="snapshot", is_snapshot=True, description=snapshot)
    assert reaped(bench) == []


def test_a_stack_that_was_given_more_time_in_part_stays_as_a_whole(bench: Bench, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    make("VirtualMachine", "web", name="pr-17-web", expires=FUTURE)
    gone = make("Network", "lan", name="pr-18-lan", owner="shop/pr-18")
    assert [line.split(" (")[0] for line in reaped(bench)] == ["deleted Network 'pr-18-lan'"]
    assert exists(lan)
    assert not exists(gone)


def test_only_the_stacks_asked_for(bench: Bench, make: Make) -> None:
    kept = make("Network", "lan", name="pr-18-lan", owner="shop/pr-18")
    gone = make("Network", "lan", name="pr-17-lan")
    assert len(reaped(bench, "pr-17")) == 1
    assert (exists(kept), exists(gone)) == (True, False)


def test_a_network_goes_before_the_one_below_it(bench: Bench, make: Make) -> None:
    below = make("Network", "below", name="pr-17-below")
    make("Network", "lan", name="pr-17-lan", uplink=below.id)
    assert [line.split(" (")[0] for line in reaped(bench)] == [
        "deleted Network 'pr-17-lan'",
        "deleted Network 'pr-17-below'",
    ]


def test_a_nic_on_a_machine_that_stays_goes_by_itself(bench: Bench, make: Make) -> None:
    vm = make("VirtualMachine", "web", name="shared", owner="shop/dev", expires=None)
    nic = make("Nic", "eth1", vm=vm.id, name="eth1")
    assert [line.split(" (")[0] for line in reaped(bench)] == ["deleted Nic 'eth1'"]
    assert exists(vm)
    assert not exists(nic)


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        (with_expiry(None, FUTURE) + "\n{mark}", "it was given more time meanwhile"),
        ("{mark}", "it was given more time meanwhile"),
        (with_expiry(None, PAST) + "\n[pulumi other/prod lan 1c0ffee5]", "now belongs to other/prod as 'lan'"),
    ],
)
@pytest.mark.parametrize("kind", ["VirtualMachine", "Network"])
def test_what_changes_hands_between_is_left_alone(
    bench: Bench, make: Make, kind: str, changed: str, cause: str
) -> None:
    managed = make(kind, "it", name="it")
    table = "vms" if kind == "VirtualMachine" else "vnets"
    made(bench, "shop/pr-17", "Power", "on", of=f"{table}/{managed.id}", state="running")
    expired = find_expired(bench.connection, "shop", "pr-*", NOW)
    bench.simulator.edit(table, int(managed.id), description=changed.replace("{mark}", managed.outs["__mark"]))
    bench.simulator.reset("log")
    lines = list(delete(bench.connection, expired, NOW))
    assert cause in lines[-1]
    assert bench.writes() == []
    assert managed.row()["name"] == "it"


def test_what_is_gone_by_then_is_no_failure(bench: Bench, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    made(bench, "shop/pr-17", "Power", "on", of=f"vnets/{lan.id}", state="running")
    expired = find_expired(bench.connection, "shop", "pr-*", NOW)
    bench.simulator.remove("vnets", int(lan.id))
    assert [line.split(" ")[0] for line in delete(bench.connection, expired, NOW)] == ["deleted"]


def test_what_cannot_be_deleted_is_told_and_the_rest_goes_on(bench: Bench, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    vm = make("VirtualMachine", "web", name="shared", owner="shop/dev", expires=None)
    made(bench, "shop/dev", "Nic", "eth0", vm=vm.id, name="eth0", network=lan.id)
    make("Network", "lan", name="pr-18-lan", owner="shop/pr-18")
    first, second = reaped(bench)
    assert first.startswith("deleted Network 'pr-18-lan'")
    assert second.startswith("Unable to delete Network 'pr-17-lan': ")
    assert "NIC 'eth0' of shared" in second
    assert exists(lan)


def test_a_vergeos_that_fails_before_the_power_off_is_told(bench: Bench, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    made(bench, "shop/pr-17", "Power", "on", of=f"vnets/{lan.id}", state="running")
    expired = find_expired(bench.connection, "shop", "pr-*", NOW)
    bench.simulator.faults(
        {"what": "status", "match": {"verb": "GET", "path": "vnets", "times": 0}, "status": 403, "body": {"err": "no"}}
    )
    lines = list(delete(bench.connection, expired, NOW))
    assert lines[0].startswith("Unable to power off Network 'pr-17-lan'")
    assert lines[1].startswith("Unable to delete Network 'pr-17-lan'")


# The command


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the command stands at NOW."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(NOW.timestamp(), tz)

    monkeypatch.setattr(module, "datetime", Clock)


@pytest.mark.usefixtures("at")
def test_a_dry_run_only_tells(bench: Bench, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    bench.simulator.reset("log")
    result = run("--dry-run")
    assert result.exit_code == 0
    lists = len(bench.simulator.requests())
    assert result.output.splitlines() == [
        "1 object of shop/pr-* has expired.",
        f"  Network 'pr-17-lan' (vnets/{lan.id} of shop/pr-17, expired 2026-11-30 12:00 UTC)",
        f"{lists} requests.",
    ]
    assert {request.verb for request in bench.simulator.requests()} == {"GET"}
    tables = [path for _, path in bench.asked()]
    assert len(tables) == len(set(tables)), "one list for each table"


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize(
    ("arguments", "answer", "goes"), [(["--yes"], "", True), ([], "y\n", True), ([], "n\n", False)]
)
def test_it_asks_unless_told_not_to(bench: Bench, make: Make, arguments: list[str], answer: str, goes: bool) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    result = run(*arguments, answer=answer)
    assert result.exit_code == 0
    assert exists(lan) != goes
    assert ("deleted Network 'pr-17-lan'" in result.output) == goes


@pytest.mark.usefixtures("at")
def test_nothing_to_do_is_success_and_asks_nothing(bench: Bench) -> None:
    result = run()
    assert result.exit_code == 0
    assert result.output.startswith("0 objects of shop/pr-* have expired.")


@pytest.mark.usefixtures("at")
def test_a_failure_has_an_exit_code(bench: Bench, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    vm = make("VirtualMachine", "web", name="shared", owner="shop/dev", expires=None)
    made(bench, "shop/dev", "Nic", "eth0", vm=vm.id, name="eth0", network=lan.id)
    result = run("--yes")
    assert result.exit_code == 1
    assert "Unable to delete Network 'pr-17-lan'" in result.output


def test_missing_credentials_end_with_one_sentence(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERGEOS_API_KEY")
    result = run()
    assert result.exit_code == 2
    assert result.output.startswith("Unable to look for what expired: VERGEOS_API_KEY")


def test_a_wrong_key_ends_with_one_sentence(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGEOS_API_KEY", "wrong")
    result = run()
    assert result.exit_code == 2
    assert result.output.startswith("Unable to look for what expired: ")
