"""What a state of Terraform says of a site: rows, names, what is told, and how it is handed over."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from tests.engine.lab import ask
from tests.importing.bench import STACK, MemoryCli
from verge_pulumi.cli import importing as module
from verge_pulumi.cli.app import app
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.declaring.declaration import location
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.states import Held, Place, StackState
from verge_pulumi.importing.chain import Import
from verge_pulumi.importing.commands import Pulumi
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.outcome import Options, Outcome
from verge_pulumi.importing.owners import Owners
from verge_pulumi.importing.plan import Plan
from verge_pulumi.importing.plan_file import Line
from verge_pulumi.importing.program import Program
from verge_pulumi.importing.scope import Scope
from verge_pulumi.importing.site import Site, connect_to, read_site
from verge_pulumi.importing.terraform import Terraform, hand_over, not_taken
from verge_pulumi.importing.terraform_types import LEFT, NOUNS
from verge_pulumi.importing.tfstate import Tfstate, read_tfstate
from verge_pulumi.importing.treating import Known
from verge_pulumi.review.stack_commands import Ran
from verge_pulumi.simulator import Simulator

VERGEIO = 'provider["registry.terraform.io/verge-io/vergeio"]'
HOSTILE = (
    '{"version": 4, "resources": [{"mode": "managed", "type": "vergeio%s", "name": "%s", "module": "%s", '
    '"provider": "", "instances": []}]}'
)
CANARY = "canary-of-the-state"


def resource(type_: str, name: str, *instances: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return a resource as a state has it."""
    plain = {"mode": "managed", "type": type_, "name": name, "provider": VERGEIO}
    return {**plain, "instances": [dict(each) for each in instances], **more}


def one(index: int | str | None = None, /, *, status: str = "", deposed: str = "", **attributes: Any) -> dict[str, Any]:
    """Return an instance as a state has it."""
    told = {"index_key": index, "status": status, "deposed": deposed}
    return {
        "schema_version": 0,
        "attributes": attributes,
        **{name: value for name, value in told.items() if value not in (None, "")},
    }


def written(folder: Path, *resources: Mapping[str, Any], **more: Any) -> Path:
    """Write a state."""
    path = folder / "terraform.json"
    path.write_text(json.dumps({"version": 4, "terraform_version": "1.9.0", "resources": resources, **more}))
    return path


class Bench:
    """A VergeOS that Terraform has filled, and what an import makes of its state.

    Args:
        simulator: The VergeOS.
        folder: Of the project.
    """

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self._simulator = simulator
        self._settings = Settings(host=simulator.url, api_key=simulator.api_key)
        self.folder = folder
        self.lines: dict[Place, Line] = {}

    def make(self, table: str, /, **columns: Any) -> str:
        """Create a row, and return its key."""
        return str(ask(self._simulator, "POST", table, columns)["$key"])

    def network(self, name: str, number: int = 0) -> str:
        """Create a network."""
        return self.make("vnets", name=name, network=f"10.{number}.0.0/24", ipaddress=f"10.{number}.0.1")

    def vm(self, name: str) -> str:
        """Create a VM."""
        return self.make("vms", name=name, ram=1024)

    def machine(self, vm: str) -> int:
        """Return the machine of a VM."""
        return int(ask(self._simulator, "GET", f"vms/{vm}?fields=machine")["machine"])

    def drive(self, vm: str, name: str) -> str:
        """Give a VM a drive."""
        return self.make("machine_drives", machine=self.machine(vm), name=name, disksize=1024**3)

    def ipsec(self, network: str) -> str:
        """Give a network IPsec."""
        return self.make("vnet_ipsecs", vnet=int(network))

    def tunnel(self, ipsec: str, name: str) -> str:
        """Create a tunnel."""
        tunnel = {"remote_gateway": "203.0.113.9", "auth": "psk", "psk": "of VergeOS"}
        return self.make("vnet_ipsec_phase1s", ipsec=int(ipsec), name=name, **tunnel)

    def seen(self) -> tuple[Site, Objects]:
        """Read the site."""
        connection = connect_to(self._settings)
        try:
            site = read_site(connection)
        finally:
            connection.client.close()
        return site, Objects(site, connect_to(self._settings, site))

    def takes(self, *resources: Mapping[str, Any]) -> Terraform:
        """Return what a state says of the site."""
        site, objects = self.seen()
        return Terraform(read_tfstate(written(self.folder, *resources)), objects, site)

    def plans(
        self, *resources: Mapping[str, Any], only: tuple[str, ...] = (), held: Collection[Place] = ()
    ) -> tuple[Plan, Terraform]:
        """Plan with what a state says, and keep the lines for the next time."""
        site, objects = self.seen()
        terraform = Terraform(read_tfstate(written(self.folder, *resources)), objects, site)
        known = Known(owners=Owners(objects, STACK.owner, StackState({})), held=held, lines=self.lines)
        plan = Plan(objects, known, terraform.scope(Scope(only=only)))
        self.lines = dict(plan.lines)
        return plan, terraform


@pytest.fixture
def bench(simulator: Simulator, tmp_path: Path) -> Bench:
    """A VergeOS, and a folder for the state."""
    return Bench(simulator, tmp_path)


def named(plan: Plan, table: str) -> dict[str, tuple[str, str]]:
    """Return kind and name of what a plan manages of a table, by key."""
    return {
        line.key: (line.kind, line.resource) for line in plan.lines.values() if line.table == table and line.is_managed
    }


# The file ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "is not the state of Terraform, which is JSON"),
        ("\udcff", "is not the state of Terraform, which is JSON"),
        ("[]", "is not a state of Terraform in format 4. Run 'terraform state pull' with a current Terraform"),
        ('{"version": 3, "modules": []}', "is not a state of Terraform in format 4. Run 'terraform state pull'"),
        ('{"version": 4, "resources": [{"mode": "managed"}]}', "is no whole state of Terraform: see resources.0.type"),
        (HOSTILE % ("", "web\\n", ""), "see resources.0.name"),
        (HOSTILE % ("", "web'; id", ""), "see resources.0.name"),
        (HOSTILE % ("", "web", "module.a\\n.module.b"), "see resources.0.module"),
        (HOSTILE % ("", "web", 'module.a[\\"\\u001b[2J\\"]'), "see resources.0.module"),
        (HOSTILE % ("_vm }", "web", ""), "see resources.0.type"),
    ],
)
def test_what_is_no_state_in_format_4_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "terraform.tfstate"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(EngineError, match=why.replace(".", r"\.")):
        read_tfstate(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot be read: No such file or directory"):
        read_tfstate(tmp_path / "none")


def test_a_broken_state_does_not_show_its_secrets(tmp_path: Path) -> None:
    broken = resource("vergeio_user", "alice", {"attributes": "canary-in-the-state"})
    with pytest.raises(EngineError) as failed:
        read_tfstate(written(tmp_path, broken))
    assert "resources.0.instances.0.attributes" in str(failed.value)
    assert "canary" not in str(failed.value)
    whole = read_tfstate(written(tmp_path, resource("vergeio_user", "alice", one(id="1", password="canary"))))
    assert "canary" not in repr(whole)


def test_data_and_other_providers_are_no_objects(tmp_path: Path) -> None:
    state = read_tfstate(
        written(
            tmp_path,
            resource("vergeio_vms", "all", one(id="1"), mode="data"),
            resource("random_pet", "name", one(id="2"), provider='provider["registry.terraform.io/hashicorp/random"]'),
            resource("vergeio_vm", "web", one(id="3"), provider='provider["registry.opentofu.org/verge-io/vergeio"]'),
        )
    )
    assert [each.address for each in state.instances] == ["vergeio_vm.web"]


@pytest.mark.parametrize(
    ("module", "index", "address", "block", "name"),
    [
        ("", None, "vergeio_vm.web", "vergeio_vm.web", "web"),
        ("", 0, "vergeio_vm.web[0]", "vergeio_vm.web", "web-0"),
        ("module.app", "a", 'module.app.vergeio_vm.web["a"]', "module.app.vergeio_vm.web", "app-web-a"),
        (
            'module.app["x.y"].module.db[1]', None, 'module.app["x.y"].module.db[1].vergeio_vm.web',
            "module.app.module.db.vergeio_vm.web", "app-x.y-db-1-web",
        ),
        (
            'module.app["]module.b"]', "", 'module.app["]module.b"].vergeio_vm.web[""]',
            "module.app.vergeio_vm.web", "app--module.b-web",
        ),
        ("", 'q"\\\n${x}$', 'vergeio_vm.web["q\\"\\\\\\n$${x}$"]', "vergeio_vm.web", "web-q-x"),
    ],
)  # fmt: skip
def test_addresses_and_names(tmp_path: Path, module: str, index: Any, address: str, block: str, name: str) -> None:
    instance = {**one(id="1"), "index_key": index}
    within = {"module": module} if module else {}
    (found,) = read_tfstate(written(tmp_path, resource("vergeio_vm", "web", instance, **within))).instances
    assert (found.address, found.block, found.name) == (address, block, name)


# Rows and names ------------------------------------------------------------------------------------------------------


def test_a_state_of_provider_1_4(bench: Bench) -> None:
    """VMs, drives and NICs are resources of their own; what a machine's parts are within is its machine."""
    lan, vm = bench.network("lan"), bench.vm("web")
    machine, root = bench.machine(vm), bench.drive(vm, "root")
    nic = bench.make("machine_nics", machine=machine, name="eth0", vnet=lan)
    user = bench.make("users", name="alice", displayname="Alice")
    member = bench.make("members", parent_group=1, member=f"users/{user}")
    bench.vm("by-hand")
    plan, terraform = bench.plans(
        resource("vergeio_network", "backbone", one(id=lan, name="lan", dhcp_enabled=False)),
        resource("vergeio_vm", "frontend", one(id=vm, name="web", machine=0, cpu_cores=99, preferred_node=0)),
        resource("vergeio_drive", "os", one(id=root, name="root", machine=machine, disksize=1)),
        resource("vergeio_nic", "first", one(id=nic, name="", machine=machine, vnet=int(lan))),
        resource("vergeio_user", "operator", one(id=user, name="alice", password="secret")),
        resource("vergeio_member", "operator", one(id=member, group=1, member=f"users/{user}")),
    )
    assert terraform.told == []
    assert list(not_taken(terraform, plan.lines, plan.known.held)) == []
    assert named(plan, "vms") == {vm: ("Server", "frontend")}
    assert named(plan, "vnets") == {lan: ("Network", "backbone")}
    assert named(plan, "users") == {user: ("User", "operator")}
    assert named(plan, "members") == {member: ("GroupMember", "operator")}
    assert {plan.lines["machine_drives", root].treatment, plan.lines["machine_nics", nic].treatment} == {"part"}
    assert plan.all["vms", vm].arguments["cpu_cores"] == 1, "values are those of VergeOS"
    (other,) = [line for line in plan.lines.values() if line.name == "by-hand"]
    assert (other.treatment, other.reason) == ("lookup", "it was not chosen")


@pytest.mark.promise(23)
def test_a_state_of_provider_2_7_whose_parts_are_blocks_with_stale_keys(bench: Bench) -> None:
    vm = bench.vm("web")
    root = bench.drive(vm, "root")
    blocks: dict[str, Any] = {
        "vergeio_drive": [{"key": 4711, "name": "root", "disksize": 1}, {"key": 4712, "name": "gone"}],
        "vergeio_nic": [],
        "vergeio_device": None,
    }
    _, terraform = bench.plans(resource("vergeio_vm", "web", one(id=vm, name="web", powerstate=True, **blocks)))
    assert terraform.rows == {"vergeio_vm.web": [("vms", vm), ("machine_drives", root)]}
    assert terraform.told == ["vergeio_vm.web: VergeOS has no Drive 'gone' of it"]


@pytest.mark.promise(23)
def test_a_state_of_provider_3_with_modules_count_and_for_each(bench: Bench) -> None:
    vms = [bench.vm(f"app-{number}") for number in range(4)]
    root = bench.drive(vms[0], "os")
    data = bench.drive(vms[0], "data")
    disk = [{"key": root, "name": "os"}]
    category = bench.make("tag_categories", name="environment", taggable_vms=True)
    tag = bench.make("tags", category=int(category), name="prod")
    assignment = bench.make("tag_members", tag=int(tag), member=f"vms/{vms[0]}")
    plan, terraform = bench.plans(
        resource("vergeio_vm", "web", one("a", id=vms[0], name="app-0", boot_disk=disk), module="module.app"),
        resource("vergeio_vm", "web", one("a", id=vms[1], name="app-1"), one("b", id=vms[2], name="app-2")),
        resource("vergeio_vm", "db", one(0, id=vms[3], name="app-3")),
        resource("vergeio_vm_drive", "data", one(id=data, vm_id=vms[0], name="data"), module="module.app"),
        resource("vergeio_tag_category", "env", one(id=category, name="environment")),
        resource("vergeio_tag", "prod", one(id=tag, name="prod", category=int(category))),
        resource("vergeio_tag_member", "web", one(id=assignment, tag_id=int(tag), member=f"vms/{vms[0]}")),
    )  # fmt: skip
    assert terraform.told == []
    assert [name for _, name in named(plan, "vms").values()] == ["app-web-a", "web-a", "web-b", "db-0"]
    assert plan.lines["tag_members", assignment].reason == "a part of VirtualMachine 'app-0'"
    assert terraform.rows['module.app.vergeio_vm.web["a"]'] == [("vms", vms[0]), ("machine_drives", root)]


def test_authoritative_rules_become_a_firewall_of_their_name(bench: Bench) -> None:
    lan, other = bench.network("lan"), bench.network("other", 1)
    keys = [
        bench.make("vnet_rules", vnet=int(net), name=name, protocol="tcp", destination_ports="443")
        for net, name in ((lan, "https"), (lan, "more"), (other, "elsewhere"))
    ]
    rules = [{"id": keys[0], "name": "https"}, {"id": keys[1], "name": "ssh"}, {"id": keys[2], "name": "elsewhere"}]
    plan, terraform = bench.plans(resource("vergeio_network_rules", "edge", one(id=lan, vnet=lan, rule=rules)))
    edge = "vergeio_network_rules.edge: its rule"
    assert terraform.told == [
        f"{edge} 'ssh': key {keys[1]} is now NetworkRule 'more'",
        f"{edge} 'elsewhere': key {keys[2]} is now NetworkRule 'elsewhere' within another row",
    ]
    assert named(plan, "vnet_rules") == {f"vnets/{lan}": ("Firewall", "edge")}
    assert plan.lines["vnet_rules", keys[1]].treatment == "lookup"


def test_a_name_that_the_plan_has_already_is_kept_and_a_label_wins_over_other_names(bench: Bench) -> None:
    one_, two = bench.vm("web"), bench.vm("label")
    bench.plans(resource("vergeio_vm", "first", one(id=one_, name="web")))
    plan, _ = bench.plans(resource("vergeio_vm", "second", one(id=one_, name="web")), only=("VirtualMachine/label",))
    assert named(plan, "vms") == {one_: ("Server", "first"), two: ("Server", "label")}
    bench.lines = {}
    plan, _ = bench.plans(resource("vergeio_vm", "label", one(id=one_, name="web")), only=("label",))
    assert named(plan, "vms") == {one_: ("Server", "label"), two: ("Server", "label-2")}


# What is told --------------------------------------------------------------------------------------------------------


@pytest.mark.promise(23)
def test_a_key_that_another_object_has_now_is_left(bench: Bench) -> None:
    lan, vm, other = bench.network("lan"), bench.vm("db"), bench.vm("other")
    drive = bench.drive(other, "root")
    plan, terraform = bench.plans(
        resource("vergeio_vm", "web", one(id=vm, name="web"), one(1, id="4711", name="web")),
        resource("vergeio_drive", "old", one(id=drive, name="root", machine=bench.machine(vm))),
        resource("vergeio_vm_drive", "new", one(id=drive, name="root", vm_id=vm)),
        resource("vergeio_network", "lan", one(id=lan)),
        resource("vergeio_network", "again", one(id=lan, name="lan")),
    )
    assert terraform.told == [
        f"vergeio_vm.web: key {vm} is now VirtualMachine 'db'",
        "vergeio_vm.web[1]: VergeOS has no VirtualMachine with key '4711'",
        f"vergeio_drive.old: key {drive} is now Drive 'root', with another machine",
        f"vergeio_vm_drive.new: key {drive} is now Drive 'root' within another row",
        "vergeio_network.again: vergeio_network.lan has its key too",
    ]
    assert {line.name for line in plan.lines.values() if line.is_managed} == {"lan"}


@pytest.mark.promise(23)
def test_what_terraform_is_not_done_with_is_left(bench: Bench) -> None:
    vms = [bench.vm(f"vm-{number}") for number in range(3)]
    plan, terraform = bench.plans(
        resource("vergeio_vm", "web", one(0, id=vms[0], name="vm-0", status="tainted")),
        resource("vergeio_vm", "db", one(id=vms[1], name="vm-1"), one(id=vms[2], name="vm-2", deposed="0a1b2c3d")),
        only=("vm-*",),
    )
    advice = "Run 'terraform apply' first, or mend its state"
    assert terraform.told == [
        f"vergeio_vm.web[0]: it is tainted, so it is to be replaced. {advice}",
        f"vergeio_vm.db: an object that it replaces is still to be deleted (deposed). {advice}",
        f"vergeio_vm.db: it was replaced (deposed), and is still to be deleted (key {vms[2]}). {advice}",
    ]
    assert named(plan, "vms") == {}
    assert plan.lines["vms", vms[0]].reason.startswith("Terraform: it is tainted")


def test_types_without_a_resource_are_told(bench: Bench) -> None:
    terraform = bench.takes(
        resource("vergeio_tenant", "shop", one(id="1", name="shop")),
        resource("vergeio_setting", "timeout", one(id="timeout")),
        resource("vergeio_group", "ops", one(name="ops")),
    )
    assert terraform.rows == {}
    assert terraform.told == [
        "vergeio_tenant.shop: this package has no resource for it",
        "vergeio_setting.timeout: VergeOS has every setting already; declare a Setting for it",
        "vergeio_group.ops: the state does not say its key",
    ]


def test_another_configuration_of_the_provider_may_be_another_system(bench: Bench) -> None:
    vm = bench.vm("web")
    mine, others = (
        resource("vergeio_vm", "web", one(id=vm, name="web")),
        resource("vergeio_vm", "east", one(id=vm, name="web"), provider=f"{VERGEIO}.east"),
    )
    terraform = bench.takes(mine, others)
    assert list(terraform.rows) == ["vergeio_vm.web"]
    why = "it is of another configuration of the provider, which may be that of another VergeOS"
    assert terraform.told == [f"vergeio_vm.east: {why}"]
    assert list(bench.takes(others).rows) == ["vergeio_vm.east"], "the only one is the one"


def test_what_the_plan_leaves_is_told_by_its_address(bench: Bench) -> None:
    """VergeOS made it, or another stack manages it."""
    lan = bench.make("vnets", name="lan", description="[pulumi shop/prod lan 7f3a21c4-9d3ed164b2c4]")
    plan, terraform = bench.plans(resource("vergeio_network", "lan", one(id=lan, name="lan")))
    assert list(not_taken(terraform, plan.lines, plan.known.held)) == [
        "vergeio_network.lan: Network 'lan': shop/prod as 'lan' manages it"
    ]


def test_what_the_stack_has_already_is_not_told(bench: Bench) -> None:
    """The program that somebody wrote by hand declares it."""
    vm = bench.vm("web")
    plan, terraform = bench.plans(resource("vergeio_vm", "web", one(id=vm, name="web")), held=[("vms", vm)])
    assert plan.lines["vms", vm].treatment == "lookup"
    assert list(not_taken(terraform, plan.lines, plan.known.held)) == []


def test_the_page_shows_what_becomes_of_every_type() -> None:
    lines = (Path(__file__).parents[2] / "docs" / "terraform.md").read_text().splitlines()
    for name, noun in NOUNS.items():
        (line,) = [line for line in lines if line.startswith(f"| `{name.removeprefix('vergeio_')}` |")]
        told = [noun.kind, *noun.parts.values()]
        assert all(f"`{kind.declaration.title}`" in line for kind in told), line
        assert all(f"`{said}`" in line for said in (*noun.within.values(), *noun.parts, noun.rows or noun.name) if said)
    for name, why in LEFT.items():
        assert any(
            line.startswith(f"| `{name.removeprefix('vergeio_')}` |") and why in line.replace("`Setting`", "Setting")
            for line in lines
        )


# Handing over --------------------------------------------------------------------------------------------------------


def held(table: str, key: str, kind: str, **outputs: Any) -> dict[str, Any]:
    """Return an entry of the state of a stack."""
    type_ = f"pulumi-python:dynamic/vergeos:{kind}"
    place = {"location": location(table, key)}
    return {
        "urn": f"urn:pulumi:dev::shop::{type_}::{kind}-{key}",
        "type": type_,
        "id": key,
        "outputs": {**place, **outputs},
    }


def here(held: Held) -> bool:
    """Say whether it is on the system of these tests."""
    return bool(held.origin.get("system", "here") == "here")


def test_only_what_the_stack_has_as_a_whole_is_handed_over(bench: Bench) -> None:
    vms = [bench.vm(f"vm-{number}") for number in range(3)]
    drive = bench.drive(vms[2], "root")
    lan = bench.network("lan")
    rule = bench.make("vnet_rules", vnet=int(lan), name="https", protocol="tcp", destination_ports="443")
    two = one("it's", id=vms[0], name="vm-0"), one("b", id=vms[1], name="vm-1")
    terraform = bench.takes(
        resource("vergeio_vm", "web", *two, module="module.app[0]"),
        resource("vergeio_vm", "db", one(id=vms[2], name="vm-2", vergeio_drive=[{"name": "root"}])),
        resource("vergeio_network_rules", "lan", one(id=lan, rule=[{"id": rule, "name": "https"}])),
    )  # fmt: skip
    stack = [held("vms", vms[0], "VirtualMachine"), held("vms", vms[2], "VirtualMachine")]
    firewall = held("vnet_rules", f"vnets/{lan}", "Firewall", keys={"https": rule})
    handed = hand_over(terraform, {"resources": [*stack, firewall]}, here)
    assert handed.commands == [
        "terraform state rm 'module.app[0].vergeio_vm.web[\"it'\\''s\"]'",
        "terraform state rm 'vergeio_network_rules.lan'",
    ]
    assert "from = vergeio_network_rules.lan\n" in handed.removed
    assert handed.removed.count("removed {") == handed.removed.count("destroy = false") == 1
    assert "# Some instances of module.app.vergeio_vm.web stay with Terraform" in handed.removed
    more = [held("vms", vms[1], "VirtualMachine"), held("machine_drives", drive, "Drive")]
    whole = hand_over(terraform, {"resources": [*stack, *more, firewall]}, here)
    assert len(whole.commands) == 4
    assert "from = module.app.vergeio_vm.web\n" in whole.removed
    assert "#" not in whole.removed


def test_what_the_stack_has_on_another_system_is_not_handed_over(bench: Bench) -> None:
    vm = bench.vm("web")
    terraform = bench.takes(resource("vergeio_vm", "web", one(id=vm, name="web")))
    elsewhere = held("vms", vm, "VirtualMachine", __origin={"system": "there"})
    assert hand_over(terraform, {"resources": [elsewhere]}, here).commands == []
    own = held("vms", vm, "VirtualMachine")
    assert hand_over(terraform, {"resources": [own]}, here).commands == ["terraform state rm 'vergeio_vm.web'"]


def test_the_command_says_what_is_wrong_with_a_state(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text('{"version": 3}')
    ran = CliRunner().invoke(app, ["import", str(tmp_path), "--tfstate", str(tmp_path / "old.json")])
    assert ran.exit_code == 1
    assert "Unable to import: " in ran.output
    assert "Run 'terraform state pull'" in ran.output


@pytest.mark.promise(19, 23)
def test_the_whole_way_hands_over_only_after_a_quiet_preview(
    simulator: Simulator, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    vm, lan = bench.vm("web"), bench.network("lan")
    bench.drive(vm, "root")
    ipsec = bench.ipsec(lan)
    tunnels = {name: bench.tunnel(ipsec, name) for name in ("hq", "branch")}
    rule = bench.make("vnet_rules", vnet=int(lan), name="https", protocol="tcp", destination_ports="443")
    state: Tfstate = read_tfstate(
        written(
            bench.folder,
            resource("vergeio_vm", "front", one(0, id=vm, name="web"), module="module.app"),
            resource("vergeio_network", "lan", one(id=lan, name="lan")),
            resource("vergeio_network_rule", "tls", one(id=rule, name="https", vnet=lan)),
            *(
                resource("vergeio_network_ipsec_connection", name, one(id=key, name=name, ipsec_id=ipsec, psk=CANARY))
                for name, key in tunnels.items()
            ),
            resource("vergeio_tenant", "shop", one(id="1", name="shop")),
        )
    )
    environment = {"VERGEOS_HOST": simulator.url, "VERGEOS_API_KEY": simulator.api_key}
    cli, told = MemoryCli(config={"shop:ipsec-tunnel-branch-psk": "newer"}), list[str]()

    def imports(**options: Any) -> Outcome:
        importing = Import(bench.folder, cast("Pulumi", cli), environment, told.append)
        return importing.run(Options(tfstate=state, **options))

    with pytest.raises(EngineError, match="--declared writes none"):
        imports(declared=True)
    removed = bench.folder / "vergeos-import" / "removed.tf"
    cli.preview = Ran(1, "", "")
    assert imports().handed == []
    assert not removed.exists()
    cli.preview = Ran(0, "", "")
    outcome = imports()
    assert outcome.untaken == ["vergeio_tenant.shop: this package has no resource for it"]
    assert outcome.exit_code == 3
    assert (outcome.differences, outcome.refused, outcome.new) == ([], [], 0)
    assert outcome.handed == [
        f"terraform state rm '{address}'"
        for address in (
            "module.app.vergeio_vm.front[0]", "vergeio_network.lan", "vergeio_network_ipsec_connection.branch",
            "vergeio_network_ipsec_connection.hq", "vergeio_network_rule.tls",
        )
    ]  # fmt: skip
    assert removed.read_text().count("destroy = false") == 5
    names = {entry["urn"].rpartition("::")[2] for entry in cli.state["deployment"]["resources"]}
    assert {"app-front-0", "app-front-0-vm", "app-front-0-root", "lan", "hq"} <= names
    # A secret goes the way of secrets only, and one that the configuration has is kept.
    assert cli.config == {"shop:ipsec-tunnel-hq-psk": CANARY, "shop:ipsec-tunnel-branch-psk": "newer"}
    files = [path for path in bench.folder.rglob("*") if path.is_file() and path.name != "terraform.json"]
    assert 'require_secret("ipsec-tunnel-hq-psk")' in (bench.folder / "infrastructure" / "vpn.py").read_text()
    assert not [path for path in files if CANARY.encode() in path.read_bytes()]
    assert CANARY not in f"{told} {outcome}"
    entries = {entry["urn"].rpartition("::")[2]: entry for entry in cli.state["deployment"]["resources"]}
    for name, secret in (("hq", CANARY), ("branch", "newer")):
        for side in ("inputs", "outputs"):
            assert json.loads(entries[name][side]["psk"]["plaintext"]) == secret
            assert secret not in json.dumps({**entries[name][side], "psk": ""})
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(module, "Pulumi", lambda folder, stack: cli)
    path = str(bench.folder / "terraform.json")
    ran = CliRunner().invoke(app, ["import", str(bench.folder), "--offline", "--tfstate", path])
    assert ran.exit_code == 3, "without a question: nothing is new"
    lines = ran.stdout.splitlines()
    assert [line for line in lines if line.startswith("terraform state rm")] == outcome.handed
    assert "  vergeio_tenant.shop: this package has no resource for it" in lines
    assert CANARY not in ran.output


def test_what_one_block_makes_is_one_table(bench: Bench) -> None:
    vms = [bench.vm(f"vm-{number}") for number in range(7)]
    web = [one(key, id=vm) for key, vm in zip(["blue", "green", "red"], vms[:3], strict=True)]
    plan, _ = bench.plans(
        resource("vergeio_vm", "web", *web, module="module.shop"),
        *(resource("vergeio_vm", "db", one(id=vm), module=f'module.app["db-{vm}"]') for vm in vms[3:6]),
        resource("vergeio_vm", "other", one(id=vms[6])),
    )
    text = Program(plan, fold=True).files["infrastructure/compute.py"]
    assert '"shop-web-blue": ShopWebRow(name="vm-0")' in text
    assert "app_db_servers = {" in text
    assert 'other = Server(\n    "other",' in text


def test_a_tunnel_of_which_nobody_knows_the_key_is_left(bench: Bench) -> None:
    ipsec = bench.ipsec(bench.network("lan"))
    tunnel = bench.tunnel(ipsec, "hq")
    plan, terraform = bench.plans(
        resource("vergeio_network_ipsec_connection", "hq", one(id=tunnel, name="hq", ipsec_id=ipsec, psk=None))
    )
    (line,) = not_taken(terraform, plan.lines, plan.known.held)
    assert line.startswith("vergeio_network_ipsec_connection.hq: IpsecTunnel 'hq': a program cannot say it: psk: ")
