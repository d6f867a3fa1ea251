"""A running site becomes a program and its state: nothing is written to VergeOS, and nothing changes afterwards."""

from __future__ import annotations

import csv
import itertools
import json
import os
import subprocess
from collections import Counter
from functools import partial
from typing import Any

import pulumi
import pytest

from tests.engine import vault, warm
from tests.engine.events import rows_of
from tests.engine.kinds import SUBJECTS, plot, program
from tests.engine.lab import PROJECT, Lab, ask
from tests.importing import people as made_by_people
from tests.importing.rebuilding import differing
from tests.soak.importing import misplaced
from verge_pulumi import DriveArgs, Firewall, FirewallRule, Network, NicArgs, Power, Server
from verge_pulumi.client import as_key
from verge_pulumi.engine.ownership.mark import Mark, without_mark
from verge_pulumi.engine.ownership.states import Place, StackState
from verge_pulumi.importing.site import importable
from verge_pulumi.simulator import Options, Simulator


class Site:
    """A project into which a running site is imported.

    Args:
        lab: The site.
        stack: The stack; that of the lab if not given.
    """

    def __init__(self, lab: Lab, stack: str = "") -> None:
        self.lab = lab
        self.folder = lab.folder / f"imported{stack}"
        self.folder.mkdir()
        (self.folder / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n")
        warm.virtualenv(self.folder)
        (self.folder / "states").mkdir()
        self.run("stack", "init", stack or lab.stack_name, "--secrets-provider", vault.URL)

    def _environment(self) -> dict[str, str]:
        path = f"{self.lab.cli}{os.pathsep}{os.environ['PATH']}"
        own = {"PATH": path, "PULUMI_BACKEND_URL": (self.folder / "states").as_uri()}
        return {**os.environ, **self.lab.environment, **own}

    def run(self, *command: str, fails: bool = False, **environment: str) -> str:
        """Run a command of Pulumi there, with more in its environment, and return what it prints."""
        ran = subprocess.run(
            ["pulumi", "--non-interactive", "--color=never", *command],
            cwd=self.folder,
            env=self._environment() | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert bool(ran.returncode) == fails, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def rows(self, stack: str) -> dict[str, Place]:
        """Return table and key of each row in the state of a stack, by types and names of its resources."""
        exported = self.run("stack", "export", "--stack", stack)
        state = StackState(json.loads(exported)["deployment"])
        rows = {held.urn: held.place for held in state.held if held.place}
        for held in state.held:  # a firewall is several rows
            rows |= {
                f"{held.urn}/{name}": ("vnet_rules", key) for name, key in (held.outputs.get("keys") or {}).items()
            }
        return {urn.partition("::")[2]: place for urn, place in rows.items()}

    def imports(self, *options: str, code: int = 0) -> str:
        """Run ``verge-pulumi import``; VergeOS is only read, but for marks. Return what it prints."""
        self.lab.simulator.reset("log")
        before = self.lab.simulator.snapshot()
        ran = subprocess.run(
            [warm.python(), "-m", warm.COMMAND, "import", str(self.folder), "--yes", *options],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
        if "--mark" in options and "--provider" not in options:
            assert {(r.verb, *r.body) for r in self.lab.simulator.requests() if r.applied} == {("PUT", "description")}
        else:
            assert {request.verb for request in self.lab.simulator.requests()} <= {"GET"}
            assert self.lab.simulator.snapshot() == before
        return ran.stdout + ran.stderr

    def plan(self) -> dict[tuple[str, str], str]:
        """Return the treatments of rows, by table and name."""
        with (self.folder / "vergeos-import" / "plan.csv").open(newline="") as file:
            return {(line["table"], line["name"]): line["treatment"] for line in csv.DictReader(file)}

    def state(self) -> dict[str, dict[str, Any]]:
        """Return the resources of the state by their URNs, but for when and where they were registered."""
        # Each time that it is written, a secret is encrypted to something else.
        exported = json.loads(self.run("stack", "export", "--show-secrets"))
        passing = ("created", "modified", "sourcePosition", "stackTrace")
        resources: list[dict[str, Any]] = exported["deployment"]["resources"]
        kept = [{key: each[key] for key in each if key not in passing} for each in resources]
        return {each["urn"]: {**each, "dependencies": sorted(each.get("dependencies", ()))} for each in kept}

    def destroy(self) -> list[str]:
        """Destroy what was imported; return what was deleted or stopped, in order."""
        self.lab.simulator.reset("log")
        assert "a run was cut off" not in self.run("destroy", "--yes", "--skip-preview")
        return [f"{r.verb} {r.path.removeprefix('/api/v4/')}" for r in self.lab.simulator.requests() if r.applied]


def without_marks(lab: Lab) -> None:
    """Make rows what people's own are: nobody's."""
    for table, rows in rows_of(lab.simulator).items():
        for key, row in rows.items():
            if Mark.of(row.get("description")):
                lab.simulator.edit(table, as_key(key), description=without_mark(row["description"]))


def people() -> None:
    """Declare what people have made: a network with a firewall, and a server there."""
    lan = Network("lan", name="lan", network="10.0.0.0/24", ipaddress="10.0.0.1")
    on = Power("lan", of=lan, state="running")
    Firewall("lan", network=lan, rules=[FirewallRule(name="https", protocol="tcp", destination_ports="443")])
    drives, nics = {"root": DriveArgs(disksize="1GiB")}, {"eth0": NicArgs(network=lan)}
    Server("web", name="web", ram=512, drives=drives, nics=nics, opts=pulumi.ResourceOptions(depends_on=[on]))


@pytest.mark.promise(4)
def test_every_kind_of_resource_can_be_imported(lab: Lab) -> None:
    """What another program has made is there as if people had: no row bears a mark."""
    tenant = lab.simulator.add("tenants", name="shop")
    lab.simulator.edit("vnets", 3, network="203.0.113.0/24")
    lab.up(program(plot(1, list(SUBJECTS)), tenant=tenant))
    (network,) = [row["$key"] for row in lab.simulator.rows("vnets") if row["name"] == "lan-1"]
    lab.simulator.edit("vnets", network, network="10.1.0.0/16")
    without_marks(lab)
    site = Site(lab)
    told = site.imports(code=3)
    assert "'pulumi preview' shows no change." in told
    with (site.folder / "vergeos-import" / "plan.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    managed = {line["kind"] for line in lines if line["treatment"] in ("manage", "part")} | {"VirtualMachine"}
    kinds = {kind.declaration.title for kind in importable() if not kind.importing.left}
    # What VergeOS does not tell is said: a key that both gateways have, a password, a login.
    left = {line["kind"]: line["reason"] for line in lines if line["treatment"] == "leave"}
    assert {kind for kind in kinds - managed if "cannot say it" in left[kind]} == kinds - managed == {
        "IpsecTunnel", "Webhook",
    }  # fmt: skip
    imported = site.state()
    site.run("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert site.state() == imported
    site.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert "Nothing new." in site.imports(code=3)


@pytest.mark.promise(3, 22, 25)
def test_what_was_imported_is_extended_and_destroyed_in_order(lab: Lab) -> None:
    before = lab.simulator.snapshot()
    lab.up(people)
    without_marks(lab)
    site = Site(lab)
    chosen = ("--only", "Network/lan", "--only", "VirtualMachine/*")
    site.imports(*chosen)
    program = {path.name: path.read_text() for path in (site.folder / "infrastructure").iterdir() if path.is_file()}
    vm = ask(lab.simulator, "POST", "vms", {"name": "db", "ram": 512})["$key"]
    machine = ask(lab.simulator, "GET", f"vms/{vm}?fields=machine")["machine"]
    ask(lab.simulator, "POST", "machine_drives", {"machine": machine, "name": "root", "disksize": 1024**3})
    (web,) = [row["machine"] for row in lab.simulator.rows("vms") if row["name"] == "web"]
    ask(lab.simulator, "POST", "machine_drives", {"machine": web, "name": "data", "disksize": 1024**3})
    site.imports(*chosen)
    later = {path.name: path.read_text() for path in (site.folder / "infrastructure").iterdir() if path.is_file()}
    assert {name: later[name] for name in program} == program, "what was written stays as it is"
    assert 'Server(\n    "db"' in later["compute_2.py"]
    assert "vm=compute.web" in later["compute_2.py"]
    assert "protected" in site.run("destroy", "--yes", "--skip-preview", fails=True)
    # No update has been run since: the order is that of the dependencies that the import wrote.
    site.run("state", "unprotect", "--all", "--yes")
    rows = lab.simulator.snapshot()
    order = site.destroy()
    assert [*misplaced(rows, lab.simulator.requests())] == []
    steps = ("POST vm_actions", "DELETE machine_", "DELETE vms/", "DELETE vnets/")
    places = [[number for number, step in enumerate(order) if step.startswith(each)] for each in steps]
    assert all(places), order
    for before_it, after_it in itertools.pairwise(places[1:]):
        assert max(before_it) < min(after_it), order
    assert lab.simulator.snapshot() == before


@pytest.mark.promise(4, 21)
def test_what_a_program_declares_already_is_recorded(lab: Lab) -> None:
    """People wrote the program first; rows are known by what is unique, and by what they are within."""
    lab.up(people)
    without_marks(lab)
    site = Site(lab)
    (site.folder / "__main__.py").write_text(f"from {people.__module__} import people\n\npeople()\n")
    told = site.imports("--declared")
    assert "'pulumi preview' shows no change." in told
    imported = site.state()
    site.run("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert site.state() == imported
    program = f"import verge_pulumi\nfrom {people.__module__} import people\n\npeople()\n"
    (site.folder / "__main__.py").write_text(f"{program}verge_pulumi.Group('new', name='new')\n")
    told = site.imports("--declared", code=2)
    assert "Group 'new': VergeOS has no such row" in told
    lab.simulator.add("groups", name="new")
    assert "Group 'new'" not in site.imports("--declared")


def test_what_bears_the_mark_of_a_stack_is_another_ones_only_if_that_takes_it_over(lab: Lab) -> None:
    lab.up(people)
    without_marks(lab)
    chosen = ("--only", "Network/lan", "--only", "VirtualMachine/*")
    first, second = Site(lab, "first"), Site(lab, "second")
    told = first.imports(*chosen, "--mark")
    assert "'pulumi preview' shows no change." in told
    first.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    second.imports(*chosen, "--plan")
    ours = [
        ("vnets", "lan"),
        ("vms", "web"),
        ("machine_drives", "root"),
        ("machine_nics", "eth0"),
        ("vnet_rules", "https"),
    ]
    assert {second.plan()[row] for row in ours} == {"lookup"}
    told = second.imports(*chosen, "--take-over", "--mark")
    assert f"takes over Network 'lan', which {PROJECT}/first as 'lan' manages" in told
    told = first.run("refresh", "--yes", "--skip-preview")
    assert f"now belongs to {PROJECT}/second as 'lan'" in told
    assert first.run("stack", "export").count("dynamic/vergeos:") == 0


@pytest.mark.promise(24, 25)
def test_a_second_system_comes_into_the_same_stack(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have a network of one name and one key."""
    with Simulator(Options(name="site-b")) as other:
        before = [each.snapshot() for each in (lab.simulator, other)]
        for each in (lab.simulator, other):
            ask(each, "POST", "vnets", {"name": "lan", "network": "10.0.0.0/24", "ipaddress": "10.0.0.1"})
        monkeypatch.setenv("SITE_B_KEY", other.api_key)
        site = Site(lab)
        site.run("config", "set", "site-b:host", other.url)
        site.run("config", "set", "site-b:apiKeyEnv", "SITE_B_KEY")
        for provider in ([], ["--provider", "site-b"]):
            assert "'pulumi preview' shows no change." in site.imports("--only", "Network/lan", *provider)
        other.reset("log")
        told = site.imports("--only", "Network/lan", "--provider", "site-b", "--mark")
        assert "'pulumi preview' shows no change." in told
        assert [(r.verb, *r.body) for r in other.requests() if r.applied] == [("PUT", "description")]
        (marked,) = [mark for row in other.rows("vnets") if (mark := Mark.of(row.get("description")))]
        assert marked.holder == f"{PROJECT}/{lab.stack_name} as 'site-b-lan'"
        site.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
        site.run("config", "set", "protect", "false")
        site.run("up", "--yes", "--skip-preview")
        assert [step.partition("/")[0] for step in site.destroy()].count("DELETE vnets") == 1
        assert [each.snapshot() for each in (lab.simulator, other)] == before


CANARY = "c4nary-of-the-guest"
GUESTS = {1: "#cloud-config\nhostname: web-1\npackages: [nginx]\n", 2: f"#cloud-config\npassword: {CANARY}\n\n"}
"""What guests are told at their first boot; one of them is told a secret."""


def site_of_people(simulator: Simulator) -> None:
    """Make what people make in the UI: machines that are alike, and much of what is around them."""
    make = partial(made_by_people.make, simulator)
    lan = made_by_people.network(simulator)
    tag = make("tags", category=make("tag_categories", name="environment", taggable_vms=True), name="prod")
    made_by_people.staff(simulator)
    for number in (1, 2, 3):
        files = [{"name": "/user-data", "contents": GUESTS[number]}] if number in GUESTS else []
        vm, nic = made_by_people.machine(simulator, lan, number, cloudinit_files=files)
        mac = ask(simulator, "GET", f"machine_nics/{nic}?fields=macaddress")["macaddress"]
        make("vnet_addresses", vnet=lan, ip=f"10.0.0.1{number}", type="static", mac=mac, hostname=f"web-{number}")
        make("tag_members", tag=tag, member=f"vms/{vm}")


@pytest.mark.promise(13, 19)
def test_an_imported_program_rebuilds_the_site_on_an_empty_one(lab: Lab) -> None:
    """What is alike is folded, and files of guests come along, the secret ones too."""
    site_of_people(lab.simulator)
    site = Site(lab)
    chosen = ("Network/lan", "VirtualMachine/web-*", "Group/staff", "User/ann", "TagCategory/environment")
    site.imports("--fold", "--cloud-init", *(option for name in chosen for option in ("--only", name)))
    assert "web_servers = {" in (site.folder / "infrastructure" / "compute.py").read_text()
    assert not [path for path in site.folder.rglob("*.*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    site.run("stack", "init", "rebuilt", "--no-select")
    site.run("config", "cp", "--stack", lab.stack_name, "--dest", "rebuilt")
    with Simulator(Options(name="site-b")) as empty:
        there: dict[str, Any] = {"VERGEOS_HOST": empty.url, "VERGEOS_API_KEY": empty.api_key}
        site.run("up", "--stack", "rebuilt", "--yes", "--skip-preview", **there)
        old, new = site.rows(lab.stack_name), site.rows("rebuilt")
        assert old.keys() == new.keys()
        rows = {row: new[name] for name, row in old.items()}
        assert Counter(table for table, _ in rows) == {
            "vnets": 1, "vnet_rules": 1, "vnet_hosts": 1, "vnet_dns_views": 1, "vnet_dns_zones": 1,
            "vnet_dns_zone_records": 1, "vnet_addresses": 3, "vms": 3, "machine_drives": 3, "machine_nics": 3,
            "cloudinit_files": 2, "tag_categories": 1, "tags": 1, "tag_members": 3, "groups": 1, "users": 1,
            "members": 1, "permissions": 1,
        }  # fmt: skip
        assert differing(lab.simulator, empty, rows) == []
