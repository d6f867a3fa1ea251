"""``verge-pulumi reap``: what expired goes, in the order VergeOS wants, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self

import pytest
from typer.testing import CliRunner

from tests.cli.states import document, export, made
from tests.providers.bench import Bench, Managed
from verge_pulumi.cli import reap as module
from verge_pulumi.cli.app import app
from verge_pulumi.environments.expiry import with_expiry
from verge_pulumi.environments.reaping import Found, States, delete, find_expired
from verge_pulumi.review.stacks import State, UnreadableState, parse

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
PAST = NOW - timedelta(days=1)
FUTURE = NOW + timedelta(days=1)

Make = Callable[..., Managed]


class Project:
    """A project whose stacks made what they made on one VergeOS, and remember it in their states."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench = bench
        self.folder = folder
        self.made: list[Managed] = []
        self.options: dict[str, dict[str, bool]] = {}

    def make(
        self, kind: str, name: str, /, owner: str = "shop/pr-17", expires: datetime | None = PAST, **arguments: Any
    ) -> Managed:
        """Make a resource of shop/pr-17 that expired, or of another stack with another expiry."""
        description = with_expiry(f"what {name} is for", expires) if expires else "made without an end"
        return self.also(owner, kind, name, description=description, **arguments)

    def also(self, owner: str, kind: str, name: str, /, **arguments: Any) -> Managed:
        """Make a resource that says nothing of its end."""
        self.made.append(made(self.bench, owner, kind, name, **arguments))
        return self.made[-1]

    def of(self, owner: str) -> list[Managed]:
        """Return what the state of a stack holds."""
        return [each for each in self.made if each.inputs["__owner"] == owner]

    def states(self, stack: str) -> list[State]:
        """Return the state of a stack."""
        state = document(f"shop/{stack}", *self.of(f"shop/{stack}"))
        for each in state["deployment"]["resources"]:
            each |= self.options.get(each["urn"].rpartition("::")[2], {})
        return [parse(state)]

    def find(self) -> Found:
        """Find what expired, later than it was made."""
        self.bench.begin_run()
        return find_expired(self.bench.connection, "shop", "pr-*", NOW, self.states)

    def reap(self, stacks: str = "pr-*", states: States | None = None) -> list[str]:
        """Delete what expired, as a process of its own; return what is said."""
        other = Bench(self.bench.simulator)
        other.share_clock()
        try:
            found = find_expired(other.connection, "shop", stacks, NOW, states or self.states)
            return [*found.refused, *found.retained, *delete(other.connection, found.due, NOW)]
        finally:
            other.connection.client.close()

    def run(self, *arguments: str, answer: str = "") -> Any:
        """Run the command with files of the states."""
        owners = sorted({each.inputs["__owner"] for each in self.made}) or ["shop/pr-17"]
        files = [f"--state={export(self.folder, owner, *self.of(owner))}" for owner in owners]
        return run(*files, *arguments, answer=answer)


@pytest.fixture
def project(bench: Bench, tmp_path: Path) -> Project:
    return Project(bench, tmp_path)


@pytest.fixture
def make(project: Project) -> Make:
    return project.make


def sandbox(project: Project) -> list[Managed]:
    """Make a running network with a rule and an address, and a running VM with a drive that is full and a NIC."""
    make, bench = project.make, project.bench
    lan = make("Network", "lan", name="pr-17-lan", network="10.8.17.0/24")
    alias = make("RuleAlias", "office", name="pr-17-office", value=["10.0.0.5/32"])
    rule = make("NetworkRule", "ssh", name="ssh", network=lan.id, source_ip="10.0.0.5")
    address = make("Address", "vip", network=lan.id, ip="10.8.17.9", type="static", mac="f0:db:30:00:00:01")
    vm = make("VirtualMachine", "web", name="pr-17-web")
    drive = make("Drive", "root", vm=vm.id, name="root", disksize="1GiB")
    nic = make("Nic", "eth0", vm=vm.id, name="eth0", network=lan.id)
    bench.simulator.edit("machine_drives", int(drive.id), used_bytes=512 * 1024**2)
    for target in (f"vnets/{lan.id}", f"vms/{vm.id}"):
        project.also("shop/pr-17", "Power", target, of=target, state="running")
    return [lan, alias, rule, address, vm, drive, nic]


def run(*arguments: str, answer: str = "") -> Any:
    return CliRunner().invoke(app, ["reap", "--project", "shop", *arguments], input=answer)


def exists(managed: Managed) -> bool:
    table = str(managed.outs["location"]).split("/")[2]
    return any(str(row["$key"]) == managed.id for row in managed.bench.simulator.rows(table))


def test_a_sandbox_goes_as_a_whole(project: Project) -> None:
    resources = sandbox(project)
    lines = project.reap()
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


def test_the_rules_of_a_firewall_go_one_by_one(project: Project, bench: Bench) -> None:
    rules = [{"name": name, "description": with_expiry(None, PAST)} for name in ("ssh", "web")]
    network = next(row["$key"] for row in bench.simulator.rows("vnets") if row["name"] == "External")
    project.also("shop/pr-17", "Firewall", "edge", network=str(network), rules=rules)
    project.also("shop/dev", "Firewall", "edge", network=str(network), rules=[{"name": "dev", "description": "kept"}])
    assert len(project.reap()) == 2
    assert [row["name"] for row in bench.simulator.rows("vnet_rules") if not row["system_rule"]] == ["dev"]


def test_a_network_is_off_before_its_rules_go_so_that_it_applies_none(project: Project, bench: Bench) -> None:
    sandbox(project)
    bench.simulator.reset("log")
    project.reap()
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
def test_everything_else_stays(
    project: Project, bench: Bench, make: Make, owner: str, expires: datetime | None
) -> None:
    lan = make("Network", "lan", name="a-lan", owner=owner, expires=expires)
    bench.simulator.reset("log")
    assert project.reap() == []
    assert bench.writes() == []
    assert exists(lan)


def test_what_only_looks_expired_stays(project: Project, bench: Bench) -> None:
    bench.simulator.add("vnets", name="by-hand", description=with_expiry(None, PAST))
    bench.simulator.add("vnets", name="quoting", description="[pulumi shop/pr-17 lan 1c0ffee5] expires 2026-01-01")
    snapshot = with_expiry(None, PAST) + "\n[pulumi shop/pr-17 web 1c0ffee5]"
    bench.simulator.add("vms", name="snapshot", is_snapshot=True, description=snapshot)
    assert project.reap() == []


def test_a_stack_that_was_given_more_time_in_part_stays_as_a_whole(project: Project, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    make("VirtualMachine", "web", name="pr-17-web", expires=FUTURE)
    gone = make("Network", "lan", name="pr-18-lan", owner="shop/pr-18")
    assert [line.split(" (")[0] for line in project.reap()] == ["deleted Network 'pr-18-lan'"]
    assert exists(lan)
    assert not exists(gone)


def test_only_the_stacks_asked_for(project: Project, make: Make) -> None:
    kept = make("Network", "lan", name="pr-18-lan", owner="shop/pr-18")
    gone = make("Network", "lan", name="pr-17-lan")
    assert len(project.reap("pr-17")) == 1
    assert (exists(kept), exists(gone)) == (True, False)


def test_a_network_goes_before_the_one_below_it(project: Project, make: Make) -> None:
    below = make("Network", "below", name="pr-17-below")
    make("Network", "lan", name="pr-17-lan", uplink=below.id)
    assert [line.split(" (")[0] for line in project.reap()] == [
        "deleted Network 'pr-17-lan'",
        "deleted Network 'pr-17-below'",
    ]


def test_a_nic_on_a_machine_that_stays_goes_by_itself(project: Project, make: Make) -> None:
    vm = make("VirtualMachine", "web", name="shared", owner="shop/dev", expires=None)
    nic = make("Nic", "eth1", vm=vm.id, name="eth1")
    assert [line.split(" (")[0] for line in project.reap()] == ["deleted Nic 'eth1'"]
    assert exists(vm)
    assert not exists(nic)


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        (with_expiry(None, FUTURE) + "\n{mark}", "its expiry was extended; skipping it"),
        ("{mark}", "its expiry was extended; skipping it"),
        (with_expiry(None, PAST) + "\n[pulumi other/prod lan 1c0ffee5]", "now belongs to other/prod as 'lan'"),
    ],
)
@pytest.mark.parametrize("kind", ["VirtualMachine", "Network"])
def test_what_changes_hands_between_is_left_alone(
    project: Project, bench: Bench, make: Make, kind: str, changed: str, cause: str
) -> None:
    managed = make(kind, "it", name="it")
    table = "vms" if kind == "VirtualMachine" else "vnets"
    project.also("shop/pr-17", "Power", "on", of=f"{table}/{managed.id}", state="running")
    expired = project.find().due
    bench.simulator.edit(table, int(managed.id), description=changed.replace("{mark}", managed.outs["__mark"]))
    bench.simulator.reset("log")
    lines = list(delete(bench.connection, expired, NOW))
    assert cause in lines[-1]
    assert bench.writes() == []
    assert managed.row()["name"] == "it"


def test_what_is_gone_by_then_is_no_failure(project: Project, bench: Bench, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    project.also("shop/pr-17", "Power", "on", of=f"vnets/{lan.id}", state="running")
    expired = project.find().due
    bench.simulator.remove("vnets", int(lan.id))
    assert [line.split(" ")[0] for line in delete(bench.connection, expired, NOW)] == ["deleted"]


def test_what_cannot_be_deleted_is_told_and_the_rest_goes_on(project: Project, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    vm = make("VirtualMachine", "web", name="shared", owner="shop/dev", expires=None)
    project.also("shop/dev", "Nic", "eth0", vm=vm.id, name="eth0", network=lan.id)
    make("Network", "lan", name="pr-18-lan", owner="shop/pr-18")
    first, second = project.reap()
    assert first.startswith("deleted Network 'pr-18-lan'")
    assert second.startswith("Unable to delete Network 'pr-17-lan': ")
    assert "Nic 'eth0' of 'shared' uses it and belongs to shop/dev as 'eth0'. Let that stack delete it first" in second
    assert exists(lan)


def test_a_vergeos_that_fails_before_the_power_off_is_told(project: Project, bench: Bench, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    project.also("shop/pr-17", "Power", "on", of=f"vnets/{lan.id}", state="running")
    expired = project.find().due
    bench.simulator.faults(
        {"what": "status", "match": {"verb": "GET", "path": "vnets", "times": 0}, "status": 403, "body": {"err": "no"}}
    )
    lines = list(delete(bench.connection, expired, NOW))
    assert lines[0].startswith("Unable to power off Network 'pr-17-lan'")
    assert lines[1].startswith("Unable to delete Network 'pr-17-lan'")


def test_a_copy_of_a_row_is_nobodys_whatever_its_description_says(project: Project, bench: Bench, make: Make) -> None:
    web = make("VirtualMachine", "web", name="pr-17-web")
    copy = bench.simulator.add("vms", name="a copy", description=web.row()["description"])
    refused, deleted = project.reap()
    assert refused == (
        f"Unable to delete VirtualMachine 'a copy' (vms/{copy} of shop/pr-17, expired 2026-11-30 12:00 UTC): "
        "no state of shop/pr-17 holds it with the mark that it bears. It is left alone"
    )
    assert deleted.startswith("deleted VirtualMachine 'pr-17-web'")
    assert [row["name"] for row in bench.simulator.rows("vms") if not row["is_snapshot"]] == ["a copy"]


def test_a_row_that_has_the_key_and_the_text_but_another_token_stays(project: Project, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    theirs = with_expiry(None, PAST) + "\n[pulumi shop/pr-17 lan 1c0ffee5]"
    project.bench.simulator.edit("vnets", int(lan.id), description=theirs)
    (refused,) = project.reap()
    assert "no state of shop/pr-17 holds it" in refused
    assert exists(lan)


def test_a_row_of_which_the_mark_was_edited_away_between_stays(project: Project, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    due = project.find().due
    project.bench.simulator.edit("vnets", int(lan.id), description=with_expiry("mine now", PAST))
    (line,) = delete(project.bench.connection, due, NOW)
    assert "bears no mark any more" in line
    assert exists(lan)


def test_the_text_of_a_mark_decides_nothing(project: Project, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    renamed = str(lan.outs["__mark"]).replace("shop/pr-17 lan", "shop/pr-99 net")
    project.bench.simulator.edit("vnets", int(lan.id), description=with_expiry(None, PAST) + f"\n{renamed}")
    # The stack was renamed: the state that holds the row has another name than the mark.
    assert [line.split(" (")[0] for line in project.reap(states=lambda _: project.states("pr-17"))] == [
        "deleted Network 'pr-17-lan'"
    ]
    assert not exists(lan)


def test_of_a_stack_without_a_state_everything_stays(project: Project, make: Make) -> None:
    lan, other = (make("Network", "lan", name=f"{stack}-lan", owner=f"shop/{stack}") for stack in ("pr-17", "pr-18"))

    def states(stack: str) -> list[State]:
        if stack == "pr-17":
            raise UnreadableState("there is no such stack")
        return project.states(stack)

    refused, deleted = project.reap(states=states)
    assert refused.endswith(": there is no such stack. It is left alone")
    assert deleted.startswith("deleted Network 'pr-18-lan'")
    assert (exists(lan), exists(other)) == (True, False)


def test_what_belongs_to_a_vm_that_stays_is_deleted_by_itself(project: Project, make: Make) -> None:
    vm = make("VirtualMachine", "web", name="pr-17-web")
    nic = make("Nic", "eth0", vm=vm.id, name="eth0")
    project.made.remove(vm)  # the state does not know it any more
    refused, deleted = project.reap()
    assert refused.startswith("Unable to delete VirtualMachine 'pr-17-web'")
    assert deleted.startswith("deleted Nic 'eth0'")
    assert (exists(vm), exists(nic)) == (True, False)


def test_a_copied_rule_is_none_of_the_firewall(project: Project, bench: Bench) -> None:
    network = next(row["$key"] for row in bench.simulator.rows("vnets") if row["name"] == "External")
    project.also(
        "shop/pr-17",
        "Firewall",
        "edge",
        network=str(network),
        rules=[{"name": "ssh", "description": with_expiry(None, PAST)}],
    )
    (own,) = [row for row in bench.simulator.rows("vnet_rules") if row["name"] == "ssh"]
    bench.simulator.add("vnet_rules", vnet=network, name="copy", description=own["description"])
    refused, deleted = project.reap()
    assert (refused.split(" (")[0], deleted.split(" (")[0]) == (
        "Unable to delete NetworkRule 'copy'",
        "deleted NetworkRule 'ssh'",
    )


@pytest.mark.parametrize("option", ["protect", "retainOnDelete"])
@pytest.mark.parametrize("name", ["web", "root", "eth0"])
def test_a_vm_of_which_something_is_protected_or_retained_stays_as_a_whole(
    project: Project, option: str, name: str
) -> None:
    lan, _, rule, _, vm, drive, nic = sandbox(project)
    project.options = {name: {option: True}}
    lines = project.reap()
    assert all(map(exists, (lan, vm, drive, nic)))
    assert not exists(rule)
    about = {line.split("'")[1]: line for line in lines}
    assert "deleted" not in about["pr-17-web"] + about["pr-17-lan"] + about["root"] + about["eth0"]
    said = "it is protected (protect=True)" if option == "protect" else "its program says retain_on_delete=True"
    assert said in about[{"web": "pr-17-web"}.get(name, name)]


def test_the_vm_whose_power_is_protected_stays(project: Project) -> None:
    vm = sandbox(project)[4]
    project.options = {f"vms/{vm.id}": {"protect": True}}
    project.reap()
    assert exists(vm)


@pytest.mark.usefixtures("at")
def test_what_is_retained_is_no_failure_and_what_is_protected_is_one(project: Project, make: Make) -> None:
    make("Network", "lan", name="pr-17-lan")
    found = []
    for option in ("protect", "retainOnDelete"):
        project.options = {"lan": {option: True}}
        found.append(project.find())
    assert [(len(each.due), len(each.refused), len(each.retained)) for each in found] == [(0, 1, 0), (0, 0, 1)]


@pytest.mark.parametrize("edited", ["root", "eth0", "web"])
def test_a_part_or_a_vm_whose_expiry_somebody_removed_keeps_the_vm_and_its_parts(project: Project, edited: str) -> None:
    resources = sandbox(project)
    vm, drive, nic = resources[4:]
    it = {"root": drive, "eth0": nic, "web": vm}[edited]
    table = str(it.outs["location"]).split("/")[2]
    project.bench.simulator.edit(table, int(it.id), description=f"keep\n{it.outs['__mark']}")
    lines = project.reap()
    assert all(map(exists, (resources[0], vm, drive, nic)))
    assert sum(line.startswith("Unable to delete ") for line in lines) == 3
    assert any("stays" in line for line in lines)


@pytest.mark.parametrize(
    "said",
    [
        "expires 2027-01-31",
        "Expires 2027-01-31T00:00Z",
        "expires 2026-02-30T00:00Z",
        "expires 2026-11-30T12:00Z\nkeep this",
        "expires 2027-01-31\nexpires 2026-11-30T12:00Z",
    ],
)
def test_an_expiry_that_cannot_be_read_stops_its_whole_stack(project: Project, bench: Bench, said: str) -> None:
    resources = sandbox(project)
    gone = project.make("Network", "lan", name="pr-18-lan", owner="shop/pr-18")
    vm = resources[4]
    bench.simulator.edit("vms", int(vm.id), description=f"{said}\n{vm.outs['__mark']}")
    refused, deleted = project.reap()
    assert refused.startswith(f"Unable to delete VirtualMachine 'pr-17-web' (vms/{vm.id} of shop/pr-17")
    assert "cannot be read, so that all of shop/pr-17 is left alone" in refused
    assert deleted.startswith("deleted Network 'pr-18-lan'")
    assert all(map(exists, resources))
    assert not exists(gone)


# The command


@pytest.mark.usefixtures("at")
def test_without_files_the_stacks_of_the_folder_are_exported(
    project: Project, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    answer = export(tmp_path, "shop/pr-17", lan)
    program = tmp_path / "pulumi"
    program.write_text(f"#!/bin/sh\necho \"$*\" > '{tmp_path}/called'\ncat '{answer}'\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    result = run("--yes")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "called").read_text() == "stack export --non-interactive --stack=pr-17\n"
    assert not exists(lan)


@pytest.mark.usefixtures("at")
def test_a_stack_that_somebody_has_locked_is_left_alone(
    project: Project, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    answer = export(tmp_path, "shop/pr-17", lan)
    program = tmp_path / "pulumi"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in whoami*) echo \'{{"url": "file://{tmp_path}"}}\' ;;\n'
        f"*--show-name*) echo organization/shop/pr-17 ;; *) cat '{answer}' ;; esac\n"
    )
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    lock = tmp_path / ".pulumi/locks/organization/shop/pr-17/1.json"
    lock.parent.mkdir(parents=True)
    lock.touch()
    result = run("--yes")
    assert result.exit_code == 1
    assert "Unable to delete Network 'pr-17-lan'" in result.output
    assert "'pr-17' is locked: held by somebody" in result.output
    assert exists(lan)
    lock.unlink()
    assert run("--yes").exit_code == 0
    assert not exists(lan)


@pytest.mark.usefixtures("at")
def test_what_is_left_alone_has_an_exit_code(
    project: Project, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run("--yes")
    assert result.exit_code == 1
    assert "1 object of shop/pr-* has expired." in result.output
    assert "there is no 'pulumi' on the PATH" in result.output
    assert exists(lan)


def test_a_state_that_cannot_be_read_ends_with_one_sentence(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{}")
    result = run(f"--state={tmp_path / 'state.json'}")
    assert result.exit_code == 2
    assert result.output.startswith("Unable to look for what expired: '")


@pytest.mark.usefixtures("at")
@pytest.mark.fault(81)
def test_hostile_names_are_harmless_on_a_terminal(project: Project, bench: Bench, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    bench.simulator.edit("vnets", int(lan.id), name="a\x1b[2J\u202eb\r\n" + "c" * 500)
    output = project.run("--dry-run").output
    assert not {"\x1b", "\u202e", "\r"} & set(output)
    assert max(map(len, output.splitlines())) < 250


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the command stands at NOW."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(NOW.timestamp(), tz)

    monkeypatch.setattr(module, "datetime", Clock)


@pytest.mark.usefixtures("at")
def test_a_dry_run_only_tells(project: Project, bench: Bench, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    bench.simulator.reset("log")
    result = project.run("--dry-run")
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
def test_it_asks_unless_told_not_to(
    project: Project, make: Make, arguments: list[str], answer: str, goes: bool
) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    result = project.run(*arguments, answer=answer)
    assert result.exit_code == 0
    assert exists(lan) != goes
    assert ("deleted Network 'pr-17-lan'" in result.output) == goes


@pytest.mark.usefixtures("at")
def test_nothing_to_do_is_success_and_asks_nothing(project: Project) -> None:
    result = project.run()
    assert result.exit_code == 0
    assert result.output.startswith("0 objects of shop/pr-* have expired.")


@pytest.mark.usefixtures("at")
def test_a_failure_has_an_exit_code(project: Project, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    vm = make("VirtualMachine", "web", name="shared", owner="shop/dev", expires=None)
    project.also("shop/dev", "Nic", "eth0", vm=vm.id, name="eth0", network=lan.id)
    result = project.run("--yes")
    assert result.exit_code == 1
    assert "Unable to delete Network 'pr-17-lan'" in result.output


def test_missing_credentials_end_with_one_sentence(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERGEOS_API_KEY")
    result = project.run()
    assert result.exit_code == 2
    assert result.output.startswith("Unable to look for what expired: VERGEOS_API_KEY")


def test_a_wrong_key_ends_with_one_sentence(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGEOS_API_KEY", "wrong")
    result = project.run()
    assert result.exit_code == 2
    assert result.output.startswith("Unable to look for what expired: ")


def test_what_another_stack_has_within_it_keeps_it(project: Project, make: Make) -> None:
    lan = make("Network", "lan", name="pr-17-lan")
    vm = make("VirtualMachine", "web", name="pr-17-web")
    make("Nic", "eth0", vm=vm.id, name="eth0", network=lan.id)
    project.also("shop/dev", "Drive", "data", vm=vm.id, name="data", disksize="1GiB")
    for target in (f"vnets/{lan.id}", f"vms/{vm.id}"):
        project.also("shop/pr-17", "Power", target, of=target, state="running")
    project.also("shop/dev", "NetworkRule", "ssh", network=lan.id, name="ssh", protocol="tcp", destination_ports="22")
    project.bench.simulator.reset("log")
    assert [line.partition(": ")[0] for line in project.reap()] == [
        "Unable to delete VirtualMachine 'pr-17-web'",
        "Unable to delete Network 'pr-17-lan'",
    ]
    assert project.bench.writes() == []


def test_what_another_expired_stack_has_within_it_goes_along(project: Project, make: Make) -> None:
    vm = make("VirtualMachine", "web", name="pr-17-web")
    drive = make("Drive", "data", owner="shop/pr-18", vm=vm.id, name="data", disksize="1GiB")
    project.reap()
    assert not exists(vm)
    assert not exists(drive)
