"""Tags and reserved addresses are said with what has them, as a person would say it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.importing.bench import MemoryCli, SiteBench
from verge_pulumi.importing.program import Program
from verge_pulumi.importing.scope import Scope

MAC = "f0:db:30:00:00:07"


def machine(site: SiteBench, name: str = "web") -> tuple[int, int]:
    """Create a machine on a network; return both keys."""
    lan = site.network()
    vm = site.vm(name, {"eth0": lan})
    (nic,) = [row["$key"] for row in site.simulator.rows("machine_nics") if row["machine"] == site.machine(vm)]
    site.simulator.edit("machine_nics", nic, macaddress=MAC)
    return vm, lan


def reserve(site: SiteBench, lan: int, **columns: Any) -> str:
    """Reserve an address, and return its key."""
    given = {"ip": "10.0.0.9", "type": "static", "mac": MAC, "hostname": "web", **columns}
    return str(site.make("vnet_addresses", vnet=lan, **{name: value for name, value in given.items() if value}))


def tag(site: SiteBench, name: str, **category: Any) -> int:
    """Create a tag in a category of its own."""
    key = site.make("tag_categories", name=f"{name}-kind", **category)
    return int(site.make("tags", category=key, name=name))


def test_an_address_is_said_with_its_nic(site: SiteBench) -> None:
    vm, lan = machine(site)
    key = reserve(site, lan)
    plan = site.plan()
    entries, differences = site.deployed(plan)
    assert differences == []
    assert (
        'NicArgs(network=network.lan, orderid=0, address="10.0.0.9")' in site.program(plan)["infrastructure/compute.py"]
    )
    assert (site.lines["vnet_addresses", key].treatment, site.lines["vnet_addresses", key].reason) == (
        "part", "a part of VirtualMachine 'web'",
    )  # fmt: skip
    (address,) = [entry for entry in entries if entry["urn"].endswith("::web-eth0-address")]
    assert (address["id"], address["inputs"]["mac"]) == (key, MAC)
    assert vm


@pytest.mark.parametrize(
    "columns",
    [
        {"hostname": "other"}, {"hostname": None}, {"description": "of the printer"}, {"mac": "f0:db:30:00:00:99"},
        {"owner": "vms/1"},
    ],
)  # fmt: skip
def test_what_a_server_would_not_reserve_is_an_address_of_its_own(site: SiteBench, columns: dict[str, Any]) -> None:
    _, lan = machine(site)
    reserve(site, lan, **columns)
    plan = site.plan()
    assert plan.addresses == {}
    assert site.deployed(plan)[1] == []
    assert "Address(" in site.program(plan)["infrastructure/network.py"]


def test_two_addresses_of_a_nic_and_one_on_another_network_are_of_their_own(site: SiteBench) -> None:
    _, lan = machine(site)
    other = site.network("other", network="10.1.0.0/24", ipaddress="10.1.0.1")
    first = reserve(site, other, ip="10.1.0.9")
    assert site.plan().addresses == {}
    site.lines = {}
    reserve(site, lan)
    assert site.plan().addresses == {}
    site.lines = {}
    site.simulator.edit("vnet_addresses", int(first), mac="f0:db:30:00:00:98")
    assert len(site.plan().addresses) == 1


def test_an_address_that_is_a_resource_already_stays_one(site: SiteBench) -> None:
    _, lan = machine(site)
    key = reserve(site, lan, hostname="other")
    site.plan()
    site.simulator.edit("vnet_addresses", int(key), hostname="web")
    assert site.plan().addresses == {}
    assert site.lines["vnet_addresses", key].treatment == "manage"


def test_tags_are_said_with_what_has_them(site: SiteBench) -> None:
    """The name of each is what the resource itself makes of it."""
    vm, lan = machine(site)
    every = {"taggable_vms": True, "taggable_vnets": True, "taggable_users": True}
    prod, blue = tag(site, "prod", **every, single_tag_selection=True), tag(site, "blue", **every)
    user = site.make("users", name="ann")
    for key, on in ((prod, f"vms/{vm}"), (blue, f"vms/{vm}"), (blue, f"vnets/{lan}"), (prod, f"users/{user}")):
        site.make("tag_members", tag=key, member=on)
    single = site.vm("single", {"eth0": lan})
    again = site.make("machine_nics", machine=site.machine(single), name="eth1", vnet=lan)
    site.simulator.edit("machine_nics", again, name="eth0")
    site.make("tag_members", tag=blue, member=f"vms/{single}")
    plan = site.plan()
    entries, differences = site.deployed(plan)
    assert differences == []
    files = site.program(plan)
    assert "tags=[tags.prod, tags.blue]" in files["infrastructure/compute.py"]
    assert "tags=[tags.blue]" in files["infrastructure/network.py"]
    assert "tags=[tags.prod]" in files["infrastructure/access.py"]
    assert "TagAssignment" not in "".join(files.values())
    assert {entry["urn"].rpartition("::")[2] for entry in entries if "TagAssignment" in entry["type"]} == {
        "web-vm-prod-kind", "web-vm-blue", "single-blue", "lan-blue", "ann-prod-kind",
    }  # fmt: skip


def test_a_tag_whose_category_this_account_does_not_see_has_its_own_name(site: SiteBench) -> None:
    site.make("tag_members", tag=tag(site, "blue", taggable_vnets=True), member=f"vnets/{site.network()}")
    seen = site.read()
    seen.tables["tag_categories"].clear()
    plan = site.plan(seen=seen)
    assert [name for _, name in plan.parts(next(iter(plan.tags)))] == ["lan-blue"]


def test_a_tag_or_an_object_that_is_not_managed_makes_an_assignment(site: SiteBench) -> None:
    vm, lan = machine(site)
    blue = tag(site, "blue", taggable_vms=True, taggable_vnets=True)
    keys = [str(site.make("tag_members", tag=blue, member=on)) for on in (f"vms/{vm}", f"vnets/{lan}")]
    plan = site.plan(scope=Scope(only=("web", "TagAssignment/*"), exclude=("Tag/*",)))
    assert plan.tags == {}
    assert (
        'TagAssignment("blue-web", on=compute.web, tag=by_name("blue"))'
        in (site.program(plan)["infrastructure/tag_assignments.py"])
    )
    site.lines = {}
    plan = site.plan(scope=Scope(only=("web", "Tag/*", "TagAssignment/*")))
    assert [found.key for found in plan.tags["vms", str(vm)]] == [keys[0]]
    assert (
        'TagAssignment("blue-lan", on=by_name("lan"), tag=tags.blue)'
        in site.program(plan)["infrastructure/tag_assignments.py"]
    )


def test_a_tag_that_cannot_be_a_variable_is_named(site: SiteBench) -> None:
    """Modules that need each other are cut, and a key would be another name than that of the tag."""
    lan, wan = site.network(), site.network("wan", network="10.1.0.0/24", ipaddress="10.1.0.1")
    site.simulator.edit("vnets", wan, vnet_default_gateway=lan)
    blue = tag(site, "blue", taggable_vnets=True)
    site.make("tag_members", tag=blue, member=f"vnets/{lan}")
    seen = site.read()
    site.plan(seen=seen)
    for place in [("vnets", str(wan)), ("tags", str(blue)), ("tag_categories", str(blue))]:
        site.lines[place] = replace(site.lines[place], module="first")
    site.lines["vnets", str(lan)] = replace(site.lines["vnets", str(lan)], module="second")
    plan = site.plan(seen=seen)
    program = Program(plan)
    assert f'tags={{"blue": "{blue}"}},  # Tag \'blue\'' in program.files["infrastructure/second.py"]
    assert [cut.argument for cut in program.cuts] == ["tag"]
    assert site.deployed(plan)[1] == []


def test_what_comes_later_leaves_a_module_that_is_kept_alone(site: SiteBench, cli: MemoryCli) -> None:
    vm, lan = machine(site)
    blue = tag(site, "blue", taggable_vms=True)
    assert site.imports(cli).exit_code == 0
    before = (site.folder / "infrastructure" / "compute.py").read_bytes()
    reserve(site, lan)
    site.make("tag_members", tag=blue, member=f"vms/{vm}")
    outcome = site.imports(cli)
    assert (outcome.exit_code, outcome.new) == (0, 2)
    assert (site.folder / "infrastructure" / "compute.py").read_bytes() == before
    later = (site.folder / "infrastructure" / "tag_assignments.py").read_text()
    assert 'TagAssignment("blue-web", on=compute.web, tag=tags.blue)' in later


def test_a_part_that_the_whole_program_refuses_is_found_by_its_name(site: SiteBench) -> None:
    vm, lan = machine(site)
    key = reserve(site, lan)
    member = site.make("tag_members", tag=tag(site, "blue", taggable_vms=True), member=f"vms/{vm}")
    plan = site.plan()
    assert plan.place_of("Address", "web-eth0-address") == ("vnet_addresses", key)
    assert plan.place_of("TagAssignment", "web-vm-blue") == ("tag_members", str(member))
    assert plan.place_of("TagAssignment", "web-vm-green") is None
