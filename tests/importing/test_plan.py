"""What the program is going to declare: servers, firewalls, single resources, and their names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.engine.lab import ask
from tests.importing.bench import MemoryCli, SiteBench
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.importing.plan_file import Line
from verge_pulumi.importing.scope import Scope


def managed(site: SiteBench, table: str) -> dict[str, Line]:
    """Return the lines of a table's managed rows in the last plan, by key."""
    return {line.key: line for line in site.lines.values() if line.table == table and line.is_managed}


def rule(site: SiteBench, network: int, name: str, **columns: Any) -> str:
    """Create a rule, and return its key."""
    values = {"protocol": "tcp", "destination_ports": "443", **columns}
    return str(site.make("vnet_rules", vnet=network, name=name, **values))


def test_a_vm_of_which_two_parts_have_one_name_is_no_server(site: SiteBench) -> None:
    lan = site.network()
    vm = site.vm("web", {"eth0": lan})
    again = site.make("machine_nics", machine=site.machine(vm), name="eth1", vnet=lan)
    site.simulator.edit("machine_nics", again, name="eth0")
    plan = site.plan()
    assert plan.servers == {}
    assert site.lines["vms", str(vm)].kind == "VirtualMachine"
    assert [line.resource for line in managed(site, "machine_nics").values()] == ["eth0", "web-eth0"]
    _, differences = site.deployed(plan)
    assert differences == []


def test_a_vm_of_which_a_part_is_left_is_no_server(site: SiteBench) -> None:
    vm = str(site.vm())
    seen = site.read()
    site.plan(seen=seen)
    (drive,) = [line for line in site.lines.values() if line.table == "machine_drives"]
    site.lines[drive.place] = replace(drive, treatment="leave")
    site.plan(seen=seen)
    assert site.lines["vms", vm].kind == "VirtualMachine"
    assert site.lines[drive.place].treatment == "leave"


def test_what_is_a_vm_in_the_program_stays_one(site: SiteBench) -> None:
    """A resource does not become another one because somebody mended the name of a part."""
    lan = site.network()
    vm = site.vm("web", {"eth0": lan})
    again = site.make("machine_nics", machine=site.machine(vm), name="eth1", vnet=lan)
    site.simulator.edit("machine_nics", again, name="eth0")
    site.plan()
    site.simulator.edit("machine_nics", again, name="eth1")
    site.plan()
    assert site.lines["vms", str(vm)].kind == "VirtualMachine"
    assert len(managed(site, "machine_nics")) == 2


def test_the_rules_of_a_network_become_one_firewall_in_their_order(site: SiteBench) -> None:
    lan = site.network()
    keys = [rule(site, lan, name) for name in ("one", "two", "three")]
    site.simulator.edit("vnet_rules", int(keys[2]), orderid=0)
    plan = site.plan()
    firewall = plan.all["vnet_rules", f"vnets/{lan}"]
    order = {row["name"]: int(row["orderid"]) for row in site.simulator.rows("vnet_rules") if row["vnet"] == lan}
    assert [each["name"] for each in firewall.arguments["rules"]] == sorted(order, key=lambda name: order[name])
    assert {site.lines["vnet_rules", key].treatment for key in keys} == {"part"}
    assert site.lines["vnet_rules", f"vnets/{lan}"].kind == "Firewall"


def test_a_rule_without_a_place_is_one_of_the_firewall(site: SiteBench, cli: MemoryCli) -> None:
    lan = site.network()
    keys = [rule(site, lan, name) for name in ("one", "two", "three")]
    site.simulator.edit("vnet_rules", int(keys[1]), orderid=None)
    assert site.imports(cli).exit_code == 0
    (entry,) = [entry for name, entry in cli.entries.items() if "Firewall" in name]
    assert [each["name"] for each in entry["inputs"]["rules"]] == ["two", "one", "three"]


def test_a_description_that_is_no_text_is_told(site: SiteBench) -> None:
    key = str(site.network())
    seen = site.read()
    seen.tables["vnets"][key]["description"] = ["of the office"]
    words = r"description was answered as list, which it cannot be\. Check whether this version of verge-pulumi knows"
    with pytest.raises(EngineError, match=words):
        site.plan(seen=seen)


def test_rules_with_one_name_are_no_firewall(site: SiteBench) -> None:
    lan = site.network()
    keys = [rule(site, lan, "https"), rule(site, lan, "other", destination_ports="8443")]
    site.simulator.edit("vnet_rules", int(keys[1]), name="https")
    site.plan()
    assert {site.lines["vnet_rules", key].treatment for key in keys} == {"manage"}
    assert [site.lines["vnet_rules", key].resource for key in keys] == ["https", "lan-https"]


def test_a_rule_that_a_person_wants_by_itself_keeps_the_others_single(site: SiteBench) -> None:
    lan = site.network()
    key = rule(site, lan, "https")
    seen = site.read()
    site.plan(seen=seen)
    site.lines["vnet_rules", key] = replace(site.lines["vnet_rules", key], treatment="manage")
    for _ in range(2):
        site.plan(seen=seen)
        assert site.lines["vnet_rules", key].treatment == "manage"
        assert ("vnet_rules", f"vnets/{lan}") not in site.lines


def test_equal_names_are_told_apart_and_the_oldest_keeps_the_plain_one(site: SiteBench) -> None:
    one, two = site.network("web-1"), site.network("Web 1", network="10.1.0.0/24", ipaddress="10.1.0.1")
    vm = site.vm("web 1")
    site.plan()
    networks = managed(site, "vnets")
    assert [networks[str(key)].resource for key in (one, two)] == ["web-1", "Web-1-2"]
    assert [networks[str(key)].variable for key in (one, two)] == ["web_1", "web_1_2"]
    assert site.lines["vms", str(vm)].resource == "web-1", "another kind has names of its own"


def test_names_once_given_stay_whatever_comes_along_or_is_renamed(site: SiteBench) -> None:
    first = site.network("Web")
    site.plan()
    site.simulator.edit("vnets", first, name="renamed")
    site.make("vnets", name="web", network="10.1.0.0/24", ipaddress="10.1.0.1")
    site.plan()
    names = [(line.name, line.resource, line.variable) for line in managed(site, "vnets").values()]
    assert names == [("renamed", "Web", "web"), ("web", "web-2", "web_2")]


def test_a_person_may_name_and_move_a_resource(site: SiteBench) -> None:
    key = str(site.network())
    seen = site.read()
    site.plan(seen=seen)
    line = replace(site.lines["vnets", key], resource="backbone", variable="spine", module="core")
    site.lines["vnets", key] = line
    site.plan(seen=seen)
    plan = site.plan(seen=seen)
    assert site.lines["vnets", key] == line
    files = site.program(plan)
    assert 'spine = Network(\n    "backbone"' in files["infrastructure/core.py"]
    assert '"""What the plan puts into \'core\'."""' in files["infrastructure/core.py"]


def test_a_row_without_letters_is_called_by_its_kind_and_key(site: SiteBench) -> None:
    key = str(site.network("🚀"))
    site.plan()
    line = site.lines["vnets", key]
    assert (line.resource, line.variable) == (f"network-{key}", f"network_{key}")


def test_what_has_no_name_is_called_by_what_it_ties_together(site: SiteBench) -> None:
    user = site.make("users", name="alice", displayname="Alice")
    group = site.make("groups", name="admins of the shop", description="")
    site.make("members", parent_group=group, member=f"users/{user}")
    site.plan()
    (member,) = managed(site, "members").values()
    assert member.resource == "admins-of-the-shop-alice"


def test_a_network_that_runs_gets_a_power_and_one_that_does_not_gets_none(site: SiteBench) -> None:
    lan, wan = site.network(), site.network("wan", network="10.1.0.0/24", ipaddress="10.1.0.1")
    ask(site.simulator, "POST", "vnet_actions", {"vnet": lan, "action": "poweron"})
    plan = site.plan()
    assert plan.powered == {("vnets", str(lan))}
    assert ("vnets", str(wan)) in plan.lines
    files = site.program(plan)
    assert 'Power("lan-power", of=lan, state="running")' in files["infrastructure/network.py"]


def test_new_rows_go_beside_a_module_that_is_left_as_it_is(site: SiteBench) -> None:
    lan = site.network()
    vm = site.vm("web", {"eth0": lan})
    site.plan()
    drive = str(site.make("machine_drives", machine=site.machine(vm), name="data", disksize=1024**3))
    site.vm("db", {"eth0": lan})
    plan = site.plan(frozen=("compute",))
    assert plan.lines["machine_drives", drive].treatment == "manage", "no part is added to what is written down"
    new = {line.module for line in managed(site, "machine_drives").values()}
    assert new == {"compute_2"}
    files = site.program(plan)
    assert "infrastructure/compute.py" not in files
    assert "vm=compute.web" in files["infrastructure/compute_2.py"]


def test_the_resource_of_a_row_or_of_a_part_is_found_by_kind_and_name(site: SiteBench) -> None:
    lan = site.network()
    vm = site.vm("web", {"eth0": lan})
    plan = site.plan()
    assert plan.place_of("Network", "lan") == ("vnets", str(lan))
    assert plan.place_of("Server", "web") == ("vms", str(vm))
    assert plan.place_of("Nic", "web-eth0") == ("machine_nics", "1")
    assert plan.place_of("Nic", "web-eth9") is None


def test_every_row_that_was_read_is_in_the_plan_once(site: SiteBench) -> None:
    lan = site.network()
    site.vm("web", {"eth0": lan})
    seen = site.read()
    plan = site.plan(seen=seen, scope=Scope(only=("Network/External",)))
    tables = {found.declaration.table for found in plan.objects.all.values()}
    rows = {(table, key) for table in tables for key in seen.rows(table)}
    # Entries of a table with several kinds, such as other kinds of actions, are no resources of ours.
    assert {place for place in plan.lines if place[0] in ("vms", "vnets", "users", "machine_nics", "members")} == {
        place for place in rows if place[0] in ("vms", "vnets", "users", "machine_nics", "members")
    }
    assert all(line.reason for line in plan.lines.values() if not line.is_managed)
