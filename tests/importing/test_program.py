"""The files of the program: what refers to what, and in which order."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from tests.importing.bench import SiteBench
from tests.importing.hostile import fill
from verge_pulumi.catalogue import TABLES
from verge_pulumi.importing.keys import place_of
from verge_pulumi.importing.program import Program
from verge_pulumi.importing.scope import Scope
from verge_pulumi.importing.site import importable
from verge_pulumi.importing.statements import Cut
from verge_pulumi.simulator import Simulator


def modules(site: SiteBench) -> dict[str, str]:
    """Return the text of the modules of the last plan, by their names; the plan is read again."""
    files = site.program(site.plan())
    return {name.removeprefix("infrastructure/").removesuffix(".py"): text for name, text in files.items()}


def test_references_are_variables_of_the_same_module_or_of_an_earlier_one(site: SiteBench) -> None:
    wan = site.network("wan", network="10.1.0.0/24", ipaddress="10.1.0.1")
    lan = site.network(vnet_default_gateway=wan)
    site.vm("web", {"eth0": lan})
    text = modules(site)
    assert "default_gateway=wan" in text["network"]
    assert text["network"].index("wan = Network(") < text["network"].index("lan = Network(")
    assert "NicArgs(network=network.lan" in text["compute"]
    assert "from . import network\n" in text["compute"]


def test_what_is_not_managed_is_looked_up_by_its_name(site: SiteBench) -> None:
    lan = site.network()
    site.vm("web", {"eth0": lan, "eth1": 3})
    files = site.program(site.plan(scope=Scope(only=("web",))))
    text = files["infrastructure/compute.py"]
    assert 'NicArgs(network=by_name("lan")' in text
    assert 'NicArgs(network=by_name("External")' in text
    assert "by_name" in text.partition("\n\n\n")[0]


def test_a_name_that_several_rows_have_is_no_reference_but_the_key_with_a_comment_is(site: SiteBench) -> None:
    lan, other = site.network(), site.network("other", network="10.1.0.0/24", ipaddress="10.1.0.1")
    site.simulator.edit("vnets", other, name="lan")
    site.vm("web", {"eth0": lan})
    text = site.program(site.plan(scope=Scope(only=("web",))))["infrastructure/compute.py"]
    assert f"network=\"{lan}\",  # Network 'lan'" in text


def test_a_name_that_no_filter_can_hold_is_no_reference_but_the_key_with_a_comment_is(site: SiteBench) -> None:
    lan = site.network("two\nlines")
    site.vm("web", {"eth0": lan})
    text = site.program(site.plan(scope=Scope(only=("web",))))["infrastructure/compute.py"]
    assert f"network=\"{lan}\",  # Network 'two lines'" in text


@pytest.mark.promise(9)
def test_two_networks_that_are_each_others_gateway_are_cut_once_and_named(site: SiteBench) -> None:
    """That each asks the other one for names makes no second circle: those are addresses, and no references."""
    lan = site.network(dnslist="10.1.0.1")
    wan = site.network("wan", network="10.1.0.0/24", ipaddress="10.1.0.1", dnslist="10.0.0.1")
    site.simulator.edit("vnets", lan, vnet_default_gateway=wan)
    site.simulator.edit("vnets", wan, vnet_default_gateway=lan)
    plan = site.plan()
    program = Program(plan)
    text = program.files["infrastructure/network.py"]
    assert program.cuts == [Cut(("vnets", str(wan)), "default_gateway")]
    assert f"default_gateway=\"{lan}\",  # Network 'lan'" in text
    assert "default_gateway=wan" in text
    assert text.count('dnslist=["10.') == 2
    _, differences = site.deployed(plan)
    assert differences == []


@pytest.mark.promise(9)
def test_a_circle_of_three_in_three_modules_is_cut_too(site: SiteBench) -> None:
    nets = [site.network(name, network=f"10.{n}.0.0/24", ipaddress=f"10.{n}.0.1") for n, name in enumerate("abc")]
    for number, net in enumerate(nets):
        site.simulator.edit("vnets", net, vnet_default_gateway=nets[number - 1])
    seen = site.read()
    site.plan(seen=seen)
    for name, net in zip("abc", nets, strict=True):
        line = site.lines["vnets", str(net)]
        site.lines[line.place] = replace(line, module=f"module_{name}")
    plan = site.plan(seen=seen)
    program = Program(plan)
    assert program.files
    assert len(program.cuts) == 1
    _, differences = site.deployed(plan)
    assert differences == []


def test_modules_import_only_those_before_them(simulator: Simulator, site: SiteBench) -> None:
    fill(simulator, 6, 6)
    files = site.program(site.plan())
    order = list(files)
    for position, (name, text) in enumerate(files.items()):
        imported = [
            f"infrastructure/{each.name}.py"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.ImportFrom) and node.level == 1
            for each in node.names
        ]
        assert all(order.index(module) < position for module in imported), name


@pytest.mark.promise(8)
def test_key_three_is_a_vm_a_network_a_cluster_a_tier_and_a_number(site: SiteBench) -> None:
    """Equal literals are no reason for a reference: each goes to the table that its column names."""
    cluster = int(site.simulator.add("clusters", name="third"))
    vms = [site.vm(f"vm-{n}", cpu_cores=3, cluster=cluster) for n in range(3)]
    assert (cluster, vms[2]) == (3, 3)
    site.make("machine_drives", machine=site.machine(3), name="data", disksize=1024**3, preferred_tier="3")
    site.make("machine_nics", machine=site.machine(3), name="eth0", vnet=3)
    site.make("machine_nics", machine=site.machine(1), name="eth0", vnet=site.network())
    plan = site.plan()
    text = site.program(plan)["infrastructure/compute.py"]
    block = text[text.index('"vm-2"') :]
    assert 'cluster=get_cluster(name="third").key' in block
    assert "cpu_cores=3" in block
    assert 'preferred_tier="3"' in block
    assert 'network=by_name("External")' in block
    entries, differences = site.deployed(plan)
    assert differences == []
    by_name = {entry["urn"].rpartition("::")[2]: entry for entry in entries}
    assert by_name["vm-2-vm"]["id"] == by_name["vm-2-data"]["inputs"]["vm"] == "3"
    assert by_name["vm-2-eth0"]["inputs"]["network"] == "3"
    assert by_name["vm-2-eth0"]["propertyDependencies"]["network"] == [], "nothing in the program is that network"


def test_rules_name_networks_nics_and_aliases_by_their_variables(site: SiteBench) -> None:
    lan, dmz = site.network(), site.network("dmz", network="10.1.0.0/24", ipaddress="10.1.0.1")
    offices = site.make("vnet_rule_aliases", vnet=lan, name="offices", value="10.9.0.0/24")
    site.vm("web", {"eth0": dmz})
    rule = {"vnet": lan, "name": "in", "action": "accept", "protocol": "tcp", "direction": "incoming"}
    site.make("vnet_rules", **rule, source_ip=f"alias:{offices},vnet:dmz,10.2.0.0/24", destination_ip="vmnic:web.eth0")
    plan = site.plan()
    text = site.program(plan)["infrastructure/firewall.py"]
    assert (
        "source_ip=rule_addresses.any_of(\n"
        "                rule_addresses.alias(offices),\n"
        "                rule_addresses.segment_of(network.dmz),\n"
        '                "10.2.0.0/24",\n'
        "            ),"
    ) in text
    assert 'destination_ip=rule_addresses.nic(compute.web, "eth0")' in text
    entries, differences = site.deployed(plan)
    assert differences == []
    (firewall,) = [entry for entry in entries if entry["type"].endswith(":Firewall")]
    needed = {urn.rpartition("::")[2] for urn in firewall["propertyDependencies"]["rules"]}
    assert needed == {"offices", "dmz", "web-vm"}


def test_what_rules_name_and_nobody_manages_stays_a_text(site: SiteBench) -> None:
    lan = site.network()
    offices = site.make("vnet_rule_aliases", vnet=lan, name="offices", value="10.9.0.0/24")
    rule = {"vnet": lan, "name": "in", "action": "accept", "protocol": "tcp", "direction": "incoming"}
    site.make("vnet_rules", **rule, source_ip=f"alias:{offices}", destination_ip="vnet:External")
    text = site.program(site.plan(scope=Scope(only=("Network/lan",), exclude=("offices",))))[
        "infrastructure/firewall.py"
    ]
    assert f'source_ip="alias:{offices}"' in text
    assert 'destination_ip="vnet:External"' in text


@pytest.mark.promise(27)
def test_a_cluster_and_a_node_are_looked_up_by_their_names_which_are_the_same_elsewhere(site: SiteBench) -> None:
    cluster = int(site.simulator.add("clusters", name="third"))
    node = int(site.simulator.rows("nodes")[0]["$key"])
    site.vm("web", cluster=cluster, cluster_failover=cluster, preferred_node=node)
    site.simulator.reset("log")
    plan = site.plan(scope=Scope(only=("web",)))
    text = site.program(plan)["infrastructure/compute.py"]
    assert 'cluster=get_cluster(name="third").key' in text
    assert 'cluster_failover=get_cluster(name="third").key' in text
    assert f'preferred_node=get_node(name="{site.simulator.rows("nodes")[0]["name"]}").key' in text
    entries, differences = site.deployed(plan)
    assert differences == []
    (vm,) = [entry for entry in entries if entry["urn"].endswith("::web-vm")]
    assert (vm["inputs"]["cluster"], vm["inputs"]["preferred_node"]) == (str(cluster), str(node))
    paths = [request.path for request in site.simulator.requests()]
    assert (paths.count("/api/v4/clusters"), paths.count("/api/v4/nodes")) == (1, 1), "the site serves the program"


def test_a_key_that_no_name_stands_for_says_what_it_is(site: SiteBench) -> None:
    """Two nodes of one name, a cluster whose name no filter holds, tenants, and a table that is not read."""
    first, second = (int(row["$key"]) for row in site.simulator.rows("nodes")[:2])
    site.simulator.edit("nodes", second, name=site.simulator.rows("nodes")[0]["name"])
    cluster = int(site.simulator.add("clusters", name="two\nlines"))
    lan = site.network(preferred_node=first, cluster=cluster)
    tenant = int(site.simulator.add("tenants", name="acme"))
    site.make("vnet_addresses", vnet=lan, ip="10.0.0.7", type="virtual", owner=f"tenants/{tenant}")
    vm = site.vm("web")
    site.simulator.edit("vms", vm, paste_key_config=7)
    files = site.program(site.plan(scope=Scope(only=("web", "Network/lan"))))
    text = "\n".join(files.values())
    name = site.simulator.rows("nodes")[0]["name"]
    assert f"preferred_node=\"{first}\",  # row '{name}' of nodes" in text
    assert f"cluster=\"{cluster}\",  # row 'two lines' of clusters" in text
    assert f"owner=\"tenants/{tenant}\",  # row 'acme' of tenants" in text
    assert 'paste_key_config="7",  # a row of vm_paste_configs' in text


def test_no_argument_holds_the_key_of_a_row_that_is_not_known_as_one() -> None:
    """What the catalogue calls a reference is one here, or is looked up or told as a key."""
    held = {
        (kind.declaration.title, name): place_of(TABLES.get(kind.declaration.table), attribute, "vms/3")
        for kind in importable()
        for name, attribute in kind.declaration.inputs.items()
    }
    keyed = {where for where, place in held.items() if place}
    assert {("VirtualMachine", "cluster"), ("Network", "preferred_node"), ("ResourceRule", "node")} <= keyed
    assert {("NetworkProxyTenant", "tenant"), ("Address", "owner"), ("NetworkBlock", "owner")} <= keyed
    assert not {("Nic", "network"), ("VirtualMachine", "cpu_cores"), ("Drive", "preferred_tier")} & keyed


def test_the_key_of_an_alias_that_is_not_managed_says_which_it_is(site: SiteBench) -> None:
    lan = site.network()
    offices = site.make("vnet_rule_aliases", vnet=lan, name="offices", value="10.9.0.0/24")
    rule = {"vnet": lan, "name": "in", "action": "accept", "protocol": "tcp", "direction": "incoming"}
    site.make("vnet_rules", **rule, source_ip=f"alias:{offices}")
    scope = Scope(only=("Network/lan",), exclude=("offices",))
    text = site.program(site.plan(scope=scope))["infrastructure/firewall.py"]
    assert f"source_ip=\"alias:{offices}\",  # RuleAlias 'offices'" in text


def test_variables_hide_nothing_that_the_program_imports(site: SiteBench) -> None:
    lan = site.network("rule_addresses")
    for name in ("by_name", "pulumi", "Server", "network", "get_cluster"):
        site.vm(name, {"eth0": lan, "eth1": 3})
    site.make("vnet_rules", vnet=lan, name="in", action="accept", protocol="tcp", source_ip="vnet:rule_addresses")
    _, differences = site.deployed(site.plan())
    assert differences == []


def test_values_that_vergeos_chooses_by_itself_are_not_written_but_on_demand(site: SiteBench) -> None:
    site.network()
    seen = site.read()
    text = site.program(site.plan(seen=seen))["infrastructure/network.py"]
    assert "layer2_type" not in text
    assert "dhcp_enabled" not in text
    assert 'network="10.0.0.0/24"' in text
    every = Program(type(site.plan())(site.objects(seen, every=True), site.plan().known, Scope())).files
    assert 'layer2_type="vxlan"' in every["infrastructure/network.py"]
    assert "dhcp_enabled=False" in every["infrastructure/network.py"]


def test_what_vergeos_takes_from_the_name_is_written_only_where_it_is_another(site: SiteBench) -> None:
    site.make("users", name="ann", password="a-long-password-1")
    site.make("users", name="bob", password="a-long-password-1", remote_name="Bob@example.com")
    text = site.program(site.plan())["infrastructure/access.py"]
    assert text.count("remote_name=") == text.count('remote_name="Bob@example.com"') == 1


def test_a_vm_that_runs_says_nothing_of_power_and_a_stopped_one_does(site: SiteBench) -> None:
    on, off = site.vm("on"), site.vm("off")
    site.simulator.edit("machine_status", site.machine(on), running=True, status="running")
    files = site.program(site.plan())
    text = files["infrastructure/compute.py"]
    assert off
    assert text.count('power=PowerArgs(state="stopped")') == 1
    assert text.index("PowerArgs(state") > text.index('"off"')


@pytest.mark.promise(25)
def test_protection_is_lifted_by_one_setting(site: SiteBench) -> None:
    site.network()
    files = site.program(site.plan())
    text = files["infrastructure/__init__.py"]
    assert 'get_bool("protect") is not False' in text
    assert files["__main__.py"].startswith('"""The program')


@pytest.mark.promise(29)
def test_the_same_site_gives_the_same_bytes(simulator: Simulator, site: SiteBench) -> None:
    fill(simulator, 5, 5)
    first = site.program(site.plan())
    site.lines = {}
    assert site.program(site.plan()) == first


def test_a_program_of_nothing_runs(site: SiteBench) -> None:
    plan = site.plan(scope=Scope(only=("Network/External",)))
    files = site.program(plan)
    assert [*files] == ["infrastructure/__init__.py", "__main__.py"]
    assert site.registered(plan) == []
