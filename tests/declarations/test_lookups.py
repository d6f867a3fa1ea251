"""Look-ups: what a program finds, what it costs, and what it is told when there is not one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks as pulumi_mocks

import verge_pulumi
from tests.declarations.mocked import Engine, Monitor, outcome, settle
from verge_pulumi import (
    Provider,
    VirtualMachine,
    get_billing,
    get_billing_output,
    get_catalog,
    get_catalog_output,
    get_cluster,
    get_drive,
    get_drive_output,
    get_group,
    get_media_file,
    get_network,
    get_network_output,
    get_nic,
    get_node,
    get_recipe,
    get_resource_group,
    get_snapshot,
    get_storage_tier,
    get_storage_tier_output,
    get_system,
    get_system_output,
    get_tag,
    get_tag_category,
    get_tag_category_output,
    get_tag_output,
    get_tagged,
    get_tagged_output,
    get_update_branch,
    get_user,
    get_vm,
    get_vm_output,
)
from verge_pulumi.catalogue import TABLES
from verge_pulumi.lookups import GetVmResult
from verge_pulumi.simulator import Options, Simulator

# The SDK leaves the event loops of its threads open.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("here"),
]


@pytest.fixture
def vm(simulator: Simulator) -> int:
    """A VM with a drive, a NIC and a snapshot."""
    key = simulator.add("vms", name="web", description="the shop\n[pulumi shop/dev web 12345678]", ram=2048)
    machine = machine_of(simulator, "web")
    simulator.add("machine_drives", machine=machine, name="data", disksize=1 << 30)
    simulator.add("machine_nics", machine=machine, name="eth0", vnet=3, macaddress="f0:db:30:00:00:01")
    simulator.add("machine_snapshots", machine=machine, name="before", expires=0)
    return int(key)


def machine_of(simulator: Simulator, name: str) -> Any:
    return next(row["machine"] for row in simulator.rows("vms") if row["name"] == name)


def failure(look: Callable[[], object]) -> str:
    with pytest.raises(pulumi.RunError) as error:
        look()
    return str(error.value)


# Facts ---------------------------------------------------------------------------------------------------------------


def test_a_vm_is_found_by_name_and_by_key(simulator: Simulator, vm: int) -> None:
    found = get_vm(name="web")
    assert found == get_vm(key=vm) == get_vm(key=str(vm))
    assert (found.key, found.name, found.description, found.ram) == (vm, "web", "the shop", 2048)
    assert (found.machine, found.running, found.status, found.node) == (
        machine_of(simulator, "web"),
        False,
        "stopped",
        None,
    )


def test_what_runs_says_where(simulator: Simulator) -> None:
    network = get_network(name="External")
    assert (network.key, network.type, network.network) == (3, "external", None)
    assert (network.running, network.status, network.mtu) == (True, "running", 1500)


def test_what_belongs_to_a_vm_is_found_in_it(simulator: Simulator, vm: int) -> None:
    web = get_vm(name="web")
    assert get_drive(vm=web, name="data") == get_drive(vm=vm, name="data")
    assert (get_drive(vm=vm, name="data").disksize, get_drive(vm=vm, name="data").status) == (1 << 30, "offline")
    assert (get_nic(vm=vm, name="eth0").network, get_nic(vm=vm, name="eth0").macaddress) == (3, "f0:db:30:00:00:01")
    snapshot = get_snapshot(vm=str(vm), name="before")
    assert (snapshot.machine, snapshot.expires, snapshot.quiesced) == (web.machine, None, False)


def test_the_system_and_its_hardware(simulator: Simulator) -> None:
    assert (get_system().name, get_system().version) == ("site-a", "26.1.8")
    cluster = get_cluster(name="cluster1")
    assert (cluster.key, cluster.online_nodes, cluster.online_ram) == (1, 2, 491520)
    node = get_node(name="node3")
    assert (node.key, node.cluster, node.running) == (3, 2, True)
    assert (get_storage_tier(tier=1).key, get_storage_tier(tier="1").tier) == (5, 1)
    assert (get_update_branch(name="beta").key, get_update_branch(key=1).name) == (2, "stable")


def test_a_file_and_a_group_of_devices(simulator: Simulator) -> None:
    simulator.add("files", name="debian.iso", type="iso", filesize=5)
    assert (get_media_file(name="debian.iso").type, get_media_file(key=1).filesize) == ("iso", 5)
    group = simulator.rows("resource_groups")[0]
    assert get_resource_group(name=group["name"]) == get_resource_group(key=group["$key"])
    assert get_resource_group(key=group["$key"]).device_class == group["class"]


@pytest.fixture
def prod(simulator: Simulator, vm: int) -> int:
    """A tag that a VM and a network have, and its like in another category."""
    environment = simulator.add("tag_categories", name="environment", taggable_vms=True, taggable_vnets=True)
    key = int(simulator.add("tags", category=environment, name="prod", description="live"))
    for member in (f"vms/{vm}", "/v4/vnets/3"):
        simulator.add("tag_members", tag=key, member=member)
    simulator.add("tags", category=simulator.add("tag_categories", name="billing"), name="prod")
    return key


def test_a_tag_is_found_in_its_category(simulator: Simulator, prod: int) -> None:
    environment = get_tag_category(name="environment")
    assert (environment.taggable_vms, environment.taggable_nodes, environment.single_tag_selection) == (
        True,
        False,
        False,
    )
    found = get_tag(name="prod", category=environment)
    assert found == get_tag(key=prod) == get_tag(name="prod", category=environment.key)
    assert (found.description, found.category, found.category_name) == ("live", environment.key, "environment")
    assert "there are several" in failure(lambda: get_tag(name="prod"))
    assert failure(lambda: get_tag(name="prd", category=2)) == (
        f"Unable to find the tag 'prd': there is none in the category 2 on {simulator.url}. Did you mean 'prod'?"
    )


def test_what_has_a_tag_is_one_request(simulator: Simulator, vm: int, prod: int) -> None:
    simulator.reset("log")
    found = get_tagged(tag=prod)
    assert [(each.path, each.table, each.key, each.name) for each in found] == [
        (f"vms/{vm}", "vms", vm, "web"),
        ("vnets/3", "vnets", 3, "External"),
    ]
    assert [each.name for each in get_tagged(tag=prod, table="vms")] == ["web"]
    assert len(simulator.requests()) == 1
    assert get_tagged(tag=get_tag(key=prod), table="nodes") == get_tagged(tag=99) == []


def test_tags_are_looked_up_when_they_are_known(engine: Engine, simulator: Simulator, prod: int) -> None:
    environment = get_tag_category_output(name="environment")
    tag = get_tag_output(name="prod", category=environment)
    assert outcome(tag).key == prod
    assert [each.table for each in outcome(get_tagged_output(tag=tag))] == ["vms", "vnets"]
    assert outcome(get_tagged_output(tag=tag.key, table="vnets"))[0].name == "External"


def test_what_cannot_be_asked_for_a_tag_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERGEOS_HOST")
    assert failure(lambda: get_tagged(tag=7)) == (
        "Unable to find the assignment of the tag 7: VERGEOS_HOST (or the configuration vergeos:host) is not set."
    )


def test_a_user_and_a_group(simulator: Simulator) -> None:
    admin = get_user(name="admin")
    assert (admin.key, admin.enabled, admin.type, admin.email) == (1, True, "normal", None)
    assert admin.identity == simulator.rows("users")[0]["identity"]
    group = get_group(name="Administrators (default)")
    assert group == get_group(key=1)
    assert (group.system_group, group.description, group.identity) == (True, "Full access", 3)


def test_a_catalog_and_its_recipes(simulator: Simulator) -> None:
    key = simulator.add("catalogs", name="servers", repository=1, description="ours")
    recipe = simulator.add("vm_recipes", name="debian", catalog=key, version="2.0.1")
    found = get_catalog(name="servers")
    assert found == get_catalog(key=key)
    assert (found.key, found.repository, found.repository_name, found.publishing_scope) == (key, 1, "Local", "private")
    debian = get_recipe(name="debian")
    assert debian == get_recipe(key=recipe)
    assert (debian.version, debian.catalog, debian.catalog_name, debian.downloaded) == ("2.0.1", key, "servers", False)


def test_recipes_of_one_name_are_told_apart_by_key(simulator: Simulator) -> None:
    keys = []
    for name in ("ours", "theirs"):
        catalog = simulator.add("catalogs", name=name, repository=1)
        keys.append(simulator.add("vm_recipes", name="debian", catalog=catalog))
    assert f"with the keys {keys[0]}, {keys[1]}. Say which by its key." in failure(lambda: get_recipe(name="debian"))
    assert get_recipe(key=keys[1]).catalog_name == "theirs"


def test_billing_records_are_those_of_a_period(engine: Engine, simulator: Simulator) -> None:
    (seeded,) = simulator.rows("billing")
    simulator.edit("billing", seeded["$key"], created=1793491200)
    (record,) = get_billing(since="2026-11-01", until="2026-11-02")
    assert (record.key, record.begins, record.total_nodes) == (seeded["$key"], seeded["from"], 3)
    assert (record.sent, record.gpus) == (None, 0)
    assert get_billing(since=1793491200, until="2026-11-02") == [record]
    assert get_billing(until="2026-11-01T00:00:00Z") == get_billing(since="2026-11-01T01:00:00+00:00") == []
    assert outcome(get_billing_output(since=pulumi.Output.from_input("2026-11-01"))) == [record]
    assert outcome(get_catalog_output(key=simulator.add("catalogs", name="a", repository=1))).name == "a"
    with pytest.raises(pulumi.RunError, match=r"'yesterday' is not a time\. Give a date such as"):
        get_billing(since="yesterday")


LOOKUPS = {name: getattr(verge_pulumi, name) for name in verge_pulumi.__all__ if name.startswith("get_")}


@pytest.mark.parametrize("name", [name for name in LOOKUPS if not name.endswith("_output")])
def test_every_fact_is_a_column(name: str) -> None:
    look = LOOKUPS[name]
    for path in look._paths.values():
        table, (*references, last) = TABLES[look.kind.table], path.split("#")
        for reference in references:
            column = table.column(reference)
            assert column is not None, path
            if last == "$display":
                break  # every row has one
            assert column.target is not None, path
            table = TABLES[column.target]
        assert last in ("$key", "$display") or table.column(last) is not None, path


# Requests ------------------------------------------------------------------------------------------------------------


def requests(simulator: Simulator) -> list[tuple[str, str]]:
    return [(r.path.removeprefix("/api/v4/"), r.query) for r in simulator.requests()]


def test_a_look_up_is_one_request_however_often_it_is_made(simulator: Simulator, vm: int) -> None:
    for _ in range(3):
        get_vm(name="web")
    ((path, query),) = requests(simulator)
    assert path == "vms"
    assert query.endswith("filter=name eq 'web' and is_snapshot eq false")


def test_the_records_of_a_period_are_one_request(simulator: Simulator) -> None:
    for _ in range(3):
        get_billing(since="2026-11-01", until="2026-12-01")
    ((path, query),) = requests(simulator)
    assert path == "billing"
    assert query.endswith("filter=created ge 1793491200 and created lt 1796083200&sort=created")


def test_records_that_cannot_be_read_are_told(simulator: Simulator) -> None:
    simulator.faults({"match": {"path": "/billing", "times": 0}, "when": "before", "what": "status", "status": 403})
    assert failure(get_billing).startswith("Unable to list the billing records: ")


def test_what_belongs_to_a_vm_costs_the_vm_once(simulator: Simulator, vm: int) -> None:
    get_drive(vm=vm, name="data")
    get_nic(vm=vm, name="eth0")
    assert [path for path, _ in requests(simulator)] == ["vms", "machine_drives", "machine_nics"]


# What is not there ---------------------------------------------------------------------------------------------------


def test_a_name_that_nothing_has_is_told_with_the_closest_one(simulator: Simulator) -> None:
    there = f"on {simulator.url}"
    assert failure(lambda: get_network(name="Extrenal")) == (
        f"Unable to find the network 'Extrenal': there is none {there}. Did you mean 'External'?"
    )
    assert failure(lambda: get_network(name="zzz")) == f"Unable to find the network 'zzz': there is none {there}."
    assert failure(lambda: get_network(key=99)) == f"Unable to find the network 99: there is none {there}."
    assert failure(lambda: get_storage_tier(tier=9)) == f"Unable to find the storage tier 9: there is none {there}."
    assert len(simulator.requests()) == 7


def test_what_is_in_another_vm_is_not_found(simulator: Simulator, vm: int) -> None:
    other = simulator.add("vms", name="other")
    simulator.add("machine_drives", machine=machine_of(simulator, "other"), name="date", disksize=1)
    assert failure(lambda: get_drive(vm=other, name="data")) == (
        f"Unable to find the drive 'data': there is none in the VM 'other' on {simulator.url}. Did you mean 'date'?"
    )


def test_a_snapshot_is_no_vm(simulator: Simulator) -> None:
    simulator.add("vms", name="web", is_snapshot=True)
    assert "there is none" in failure(lambda: get_vm(name="web"))


def test_several_of_one_name_are_told_apart_by_key(simulator: Simulator) -> None:
    for _ in range(2):
        simulator.add("files", name="debian.iso")
    assert failure(lambda: get_media_file(name="debian.iso")) == (
        f"Unable to find the media file 'debian.iso': there are several on {simulator.url}, with the keys 1, 2. "
        "Say which by its key."
    )
    assert get_media_file(key=2).key == 2


def test_a_row_that_the_filter_found_by_mistake_is_not_taken(simulator: Simulator, vm: int) -> None:
    rows = [{"$key": 1, "name": "WEB", "machine": 108}]
    fault = {"when": "before", "what": "status", "status": 200, "body": rows}
    simulator.faults({"match": {"path": "/vms$", "times": 0}, **fault})
    assert "there is none" in failure(lambda: get_vm(name="web"))


def test_an_answer_that_cannot_be_is_told(simulator: Simulator, vm: int) -> None:
    simulator.edit("vms", vm, ram="much")
    assert failure(lambda: get_vm(name="web")) == (
        f"Unable to read the virtual machine {vm}: VergeOS answered something else for ram. "
        "Check whether this version of verge-pulumi knows your VergeOS."
    )


def test_what_was_not_found_is_asked_for_again(simulator: Simulator) -> None:
    failure(lambda: get_vm(name="web"))
    simulator.add("vms", name="web")
    assert get_vm(name="web").name == "web"


@pytest.mark.parametrize(("arguments", "are"), [({}, "missing"), ({"name": "web", "key": 1}, "both given")])
def test_either_a_name_or_a_key_is_needed(arguments: dict[str, Any], are: str) -> None:
    wanted = rf"^Unable to find a virtual machine: name and key are {are}\. Give one of them\.$"
    with pytest.raises(pulumi.RunError, match=wanted):
        get_vm(**arguments)


def test_settings_that_are_missing_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERGEOS_HOST")
    assert failure(get_system) == (
        "Unable to find the system: VERGEOS_HOST (or the configuration vergeos:host) is not set."
    )


# Outputs -------------------------------------------------------------------------------------------------------------


def test_an_output_form_waits_for_its_arguments(engine: Engine, simulator: Simulator, vm: int) -> None:
    engine.answers = {"name": "web"}
    web = VirtualMachine("web", name="web")
    found: pulumi.Output[GetVmResult] = get_vm_output(name=web.name)
    assert outcome(found) == get_vm(name="web")
    assert outcome(found.machine) == machine_of(simulator, "web")
    assert outcome(get_vm_output(key=pulumi.Output.from_input(vm))).key == vm
    assert outcome(get_network_output(name="External").key) == 3
    assert outcome(get_storage_tier_output(tier=2)).tier == 2
    assert outcome(get_system_output()).name == "site-a"


def test_an_output_form_takes_the_vm_in_every_form(engine: Engine, simulator: Simulator) -> None:
    simulator.add("vms", name="first")
    for _ in range(41):
        simulator.add("vms", name="other")
    machine = list(simulator.rows("vms"))[41]["machine"]
    simulator.add("machine_drives", machine=machine, name="data", disksize=1)
    web = VirtualMachine("web", name="web")  # the mocked engine gives it the id 42
    for given in (web, web.id, 42, get_vm(key=42), get_vm_output(key=42)):
        assert outcome(get_drive_output(vm=given, name="data")).machine == machine


def test_nothing_is_looked_up_for_what_is_unknown(engine: Engine, simulator: Simulator) -> None:
    pulumi_mocks.set_mocks(engine, project="shop", stack="dev", preview=True, monitor=Monitor(engine))
    web = VirtualMachine("web", name="web")
    found = get_vm_output(name=web.os_description.apply(str))
    settle()
    assert asyncio.get_event_loop().run_until_complete(found.is_known()) is False
    assert simulator.requests() == []


# Another VergeOS -----------------------------------------------------------------------------------------------------


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A second VergeOS, where External has another key."""
    with Simulator(Options(name="site-b")) as running:
        monkeypatch.setenv("SITE_B_KEY", running.api_key)
        running.remove("vnets", 3)
        running.add("vnets", name="External", type="external")
        yield running


def site_b(there: Simulator, host: pulumi.Input[str] | None = None) -> Provider:
    return Provider("site-b", host=host or there.url, api_key_env="SITE_B_KEY", timeout=30)


def test_a_look_up_is_made_where_the_provider_says(engine: Engine, there: Simulator) -> None:
    provider = site_b(there)
    assert (get_network(name="External").key, get_network(name="External", provider=provider).key) == (3, 5)
    assert outcome(get_system_output(provider=provider)).name == "site-b"


def test_a_provider_whose_host_is_an_output_cannot_be_asked(engine: Engine, there: Simulator) -> None:
    provider = site_b(there, pulumi.Output.from_input(there.url))
    assert failure(lambda: get_system(provider=provider)) == (
        "Unable to find the system: the settings of the provider 'site-b' are outputs of other resources."
    )


def test_a_provider_of_another_package_cannot_be_asked(engine: Engine) -> None:
    class Other(pulumi.ProviderResource):
        pass

    assert failure(lambda: get_system(provider=Other("aws", "aws"))) == (
        "Unable to find the system: a Other is no Provider of verge_pulumi."
    )
