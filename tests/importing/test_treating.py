"""What becomes of each row, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.importing.bench import SiteBench
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.states import OURS
from verge_pulumi.importing.plan_file import DECIDED, Line
from verge_pulumi.importing.scope import Scope
from verge_pulumi.importing.treating import GIVEN, OF_ANOTHER_TABLE

TOKEN = "7f3a21c4-9d3ed164b2c4"
OWN = f"[pulumi shop/dev lan {TOKEN}]"
OTHERS = "[pulumi shop/prod lan 7f3a21c4-9d3ed164b2c4]"


def line(site: SiteBench, table: str, name: str) -> Line:
    """Return the line of the only row of that name in the last plan."""
    (found,) = [line for line in site.lines.values() if (line.table, line.name) == (table, name)]
    return found


def treated(site: SiteBench, table: str, name: str) -> tuple[str, str]:
    """Return what becomes of a row, and why."""
    found = line(site, table, name)
    return found.treatment, found.reason


def test_what_people_made_is_managed(site: SiteBench) -> None:
    lan = site.network()
    site.vm("web", {"eth0": lan})
    site.plan()
    assert treated(site, "vnets", "lan") == ("manage", "")
    assert treated(site, "vms", "web") == ("manage", "")
    assert line(site, "vms", "web").kind == "Server"
    assert treated(site, "machine_drives", "root") == ("part", "a part of VirtualMachine 'web'")
    assert line(site, "machine_nics", "eth0").parent == "vms/1"


def test_what_vergeos_made_is_left(site: SiteBench) -> None:
    lan = site.network()
    of_vergeos = site.make("vnet_rules", vnet=lan, name="of VergeOS", protocol="tcp", destination_ports="443")
    site.simulator.edit("vnet_rules", of_vergeos, system_rule=True)
    other = site.network("wan", network="10.1.0.0/24", ipaddress="10.1.0.1")
    site.simulator.edit("vnet_rules", site.make("vnet_rules", vnet=other, name="owned"), owner="vms/7")
    site.plan()
    for table, name in [
        ("users", "admin"), ("groups", "Administrators (default)"), ("vnets", "Core"), ("vnets", "External"),
        ("themes", "Dark"), ("snapshot_profiles", "SOX"), ("update_sources", "Updates"), ("vnet_rules", "of VergeOS"),
        ("vnet_rules", "owned"), ("catalog_repositories", "Local"), ("certificates", "site-a"),
    ]:  # fmt: skip
        assert treated(site, table, name) == ("leave", GIVEN), name
    # Who is in a group that VergeOS made, and is VergeOS's own user, was put there by VergeOS too.
    assert {line.reason for line in site.lines.values() if line.table == "members"} == {GIVEN}


def test_a_lease_comes_and_goes_by_itself_and_is_left(site: SiteBench) -> None:
    site.simulator.add("vnet_addresses", vnet=site.network(), ip="10.0.0.77", type="dynamic", mac="f0:db:30:00:00:01")
    plan = site.plan()
    assert [(line.treatment, line.reason) for line in site.lines.values() if line.table == "vnet_addresses"] == [
        ("leave", GIVEN)
    ]
    assert plan.unsaid == {}


def test_parts_of_nodes_and_networks_are_left_and_nothing_is_wrong_with_that(site: SiteBench) -> None:
    """The disks of a node, and the NICs of a node or of a network, are rows of the tables of those of VMs."""
    (node,) = [row["machine"] for row in site.simulator.rows("nodes") if row["name"] == "node1"]
    (core,) = [row["machine"] for row in site.simulator.rows("vnets") if row["name"] == "Core"]
    site.simulator.add("machine_drives", machine=node, name="nvme0", disksize=1024**4)
    site.simulator.add("machine_nics", machine=core, name="router")
    plan = site.plan()
    assert treated(site, "machine_drives", "nvme0") == ("leave", OF_ANOTHER_TABLE)
    assert treated(site, "machine_nics", "router") == ("leave", OF_ANOTHER_TABLE)
    assert plan.unsaid == {}


def test_what_the_program_would_change_is_left_and_told(site: SiteBench) -> None:
    """A program says of each right whether it is given, and a row may not."""
    ann = site.make("users", name="ann", password="pw-of-ann")
    (identity,) = [row["identity"] for row in site.simulator.rows("users") if row["$key"] == ann]
    rights = {"identity": identity, "table": "vms", "row": 0, "list": True}
    vague = site.simulator.add("permissions", **rights, read=None)
    plan = site.plan()
    found = site.lines["permissions", str(vague)]
    words = "a program cannot say it: read: the program would change it."
    assert (found.treatment, found.reason) == ("leave", words)
    assert [*plan.unsaid] == [found.place]


def test_an_endless_key_is_managed_however_it_says_so(site: SiteBench) -> None:
    """VergeOS takes a key for one with a date, without one."""
    site.make("user_api_keys", user=1, name="endless")
    site.make("user_api_keys", user=1, name="never", expires_type="never")
    site.plan()
    assert treated(site, "user_api_keys", "endless") == ("manage", "")
    assert treated(site, "user_api_keys", "never") == ("manage", "")


def test_an_optional_value_that_is_said_otherwise_is_left_out(site: SiteBench) -> None:
    lan = site.network()
    rule = site.make("vnet_rules", vnet=lan, name="https", protocol="tcp", destination_ports="443", target_ports=" ")
    found = site.plan().all["vnet_rules", str(rule)]
    assert {"protocol", "destination_ports"} <= found.arguments.keys()
    assert "target_ports" not in found.arguments


def test_people_in_a_group_of_vergeos_are_managed(site: SiteBench) -> None:
    user = site.make("users", name="alice", displayname="Alice")
    member = site.make("members", parent_group=1, member=f"users/{user}")
    site.plan()
    assert site.lines["members", str(member)].treatment == "manage"


@pytest.mark.promise(18)
def test_what_another_stack_manages_is_looked_up(site: SiteBench) -> None:
    site.network(description=f"backend\n{OTHERS}")
    site.plan()
    assert treated(site, "vnets", "lan") == ("lookup", "shop/prod as 'lan' manages it")


@pytest.mark.promise(18)
def test_what_this_stack_made_is_its_own_again_though_the_state_was_lost(site: SiteBench) -> None:
    key = site.network(description=OWN)
    plan = site.plan()
    assert treated(site, "vnets", "lan") == ("manage", "")
    entries, differences = site.deployed(plan)
    (lan,) = [entry for entry in entries if entry.get("id") == str(key) and entry["type"].endswith(":Network")]
    assert differences == []
    assert lan["inputs"]["__token"] == "7f3a21c4-9d3ed164b2c4"
    assert lan["outputs"]["__mark"] == OWN
    assert "description" not in lan["inputs"], "the mark is no text of people"


@pytest.mark.promise(18)
def test_a_mark_that_several_rows_bear_proves_nothing(site: SiteBench) -> None:
    site.network(description=OWN)
    site.network("copy", description=OWN, network="10.1.0.0/24", ipaddress="10.1.0.1")
    site.plan()
    reason = "several rows bear its mark, so it is a copy or was copied"
    assert treated(site, "vnets", "lan") == treated(site, "vnets", "copy") == ("leave", reason)


def held(kind: str, table: str, id: str, token: str, system: str, **outputs: object) -> dict[str, object]:
    """Return the entry of an object in a state."""
    urn = f"urn:pulumi:dev::shop::{OURS}{kind}::original"
    hidden = {"__token": token, "__origin": {"system": system}}
    place = id if "/" in id else f"{table}/{id}"
    return {"urn": urn, "type": f"{OURS}{kind}", "id": id, "outputs": {"location": f"/v4/{place}", **hidden, **outputs}}


def test_what_is_in_a_row_of_another_stack_and_bears_no_mark_is_looked_up_too(site: SiteBench) -> None:
    lan = site.network(description=OTHERS)
    site.make("vnet_hosts", vnet=lan, host="db", ip="10.0.0.9")
    site.plan()
    assert treated(site, "vnet_hosts", "db") == ("lookup", "shop/prod as 'lan' manages what it is within")
    site.lines = {}
    site.plan(take_over=True)
    assert treated(site, "vnets", "lan") == ("manage", "taken over from shop/prod as 'lan'")
    assert treated(site, "vnet_hosts", "db") == ("manage", "")


def test_what_is_in_a_row_that_cannot_be_read_is_judged_by_itself(site: SiteBench) -> None:
    lan = site.network()
    view = site.make("vnet_dns_views", vnet=lan, name="inside")
    site.make("vnet_dns_zones", view=view, domain="example.com")
    seen = site.read()
    seen.unread["vnet_dns_views"] = "no right"
    del seen.tables["vnet_dns_views"]
    site.plan(seen=seen)
    reason = "it refers to a row of vnet_dns_views, which cannot be read"
    assert treated(site, "vnet_dns_zones", "example.com") == ("leave", reason)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_copy_of_what_the_state_has_is_nobodys(site: SiteBench, elsewhere: bool) -> None:
    """Also if the state has that on another VergeOS, from which this one was restored, under the same key."""
    copy = site.network("copy", description=OWN)
    seen = site.read()
    id, system = (str(copy), "another") if elsewhere else ("99", site.objects(seen).system)
    state = {"resources": [held("Network", "vnets", id, TOKEN, system)]}
    site.plan(seen=seen, state=state)
    reason = "it is a copy of 'original' of this stack, whose mark it bears; --mark gives it one of its own"
    assert treated(site, "vnets", "copy") == ("leave", reason)
    site.lines = {}
    plan = site.plan(seen=seen, state=state, marks=True)
    assert treated(site, "vnets", "copy") == ("manage", "")
    entries, differences = site.deployed(plan)
    (entry,) = [each for each in entries if each["type"].endswith(":Network")]
    assert (differences, "__mark" in entry["outputs"]) == ([], False)
    assert entry["inputs"]["__token"] != TOKEN


def test_rules_that_were_copied_with_their_network_are_nobodys(site: SiteBench) -> None:
    mark = OWN.replace(" lan ", " firewall/lan ")
    for number, name in enumerate(("lan", "copy")):
        lan = site.network(name, network=f"10.{number}.0.0/24", ipaddress=f"10.{number}.0.1")
        for rule in ("http", "https"):
            site.make("vnet_rules", vnet=lan, name=f"{name} {rule}", protocol="tcp", description=mark)
    seen = site.read()
    site.plan(seen=seen)
    reason = "several rows bear its mark, so it is a copy or was copied"
    assert {treated(site, "vnet_rules", f"{name} http") for name in ("lan", "copy")} == {("leave", reason)}
    site.lines = {}
    rows = {str(row["name"]): str(row["$key"]) for row in seen.rows("vnet_rules").values()}
    keys = {name: key for name, key in rows.items() if name.startswith("lan ")}
    network = next(key for key, row in seen.rows("vnets").items() if row["name"] == "lan")
    state = {"resources": [held("Firewall", "", f"vnets/{network}", TOKEN, site.objects(seen).system, keys=keys)]}
    site.plan(seen=seen, state=state, marks=True)
    assert treated(site, "vnet_rules", "copy http") == ("part", "a part of the Firewall of Network 'copy'")
    assert treated(site, "vnet_rules", "lan http")[0] == "part"


@pytest.mark.parametrize("reason", ["", DECIDED, "Bob takes care of it"])
@pytest.mark.parametrize("treatment", ["leave", "lookup"])
def test_what_a_person_decided_is_kept_over_every_further_run(site: SiteBench, treatment: str, reason: str) -> None:
    site.network()
    seen = site.read()
    site.plan(seen=seen)
    lan = line(site, "vnets", "lan")
    site.lines[lan.place] = replace(lan, treatment=treatment, reason=reason)
    for _ in range(3):
        site.plan(seen=seen)
        assert treated(site, "vnets", "lan") == (treatment, reason or DECIDED)
    site.lines[lan.place] = replace(line(site, "vnets", "lan"), treatment="manage")
    for _ in range(3):
        site.plan(seen=seen)
        assert treated(site, "vnets", "lan") == ("manage", "")


def test_a_person_may_manage_what_vergeos_made_and_that_is_kept_too(site: SiteBench) -> None:
    seen = site.read()
    site.plan(seen=seen)
    external = line(site, "vnets", "External")
    site.lines[external.place] = replace(external, treatment="manage")
    for _ in range(3):
        site.plan(seen=seen)
        kept = line(site, "vnets", "External")
        assert (kept.treatment, kept.reason, kept.resource) == ("manage", "", "External")


def test_a_person_cannot_manage_what_another_stack_does(site: SiteBench) -> None:
    site.network(description=OTHERS)
    seen = site.read()
    site.plan(seen=seen)
    lan = line(site, "vnets", "lan")
    site.lines[lan.place] = replace(lan, treatment="manage")
    site.plan(seen=seen)
    assert treated(site, "vnets", "lan")[0] == "lookup"


def test_a_reason_of_ours_is_no_decision_of_a_person(site: SiteBench) -> None:
    """What was not chosen, or could not be said, is asked again in the next run."""
    site.network()
    seen = site.read()
    site.plan(seen=seen, scope=Scope(only=("Network/External",)))
    assert treated(site, "vnets", "lan") == ("lookup", "it was not chosen")
    site.plan(seen=seen, scope=Scope(exclude=("LAN",)))
    assert treated(site, "vnets", "lan") == ("lookup", "it was excluded")
    site.plan(seen=seen)
    assert treated(site, "vnets", "lan") == ("manage", "")


def test_a_person_may_choose_what_the_options_do_not(site: SiteBench) -> None:
    lan = site.network()
    site.make("vnet_rules", vnet=lan, name="https", protocol="tcp", destination_ports="443")
    seen = site.read()
    for scope in (Scope(only=("Network/External",)), Scope(exclude=("lan",))):
        site.lines = {}
        site.plan(seen=seen, scope=scope)
        site.lines["vnets", str(lan)] = replace(line(site, "vnets", "lan"), treatment="manage")
        for _ in range(2):
            site.plan(seen=seen, scope=scope)
            assert treated(site, "vnets", "lan")[0] == "manage"


def test_what_is_within_a_chosen_row_comes_along_and_what_it_needs_on_demand(site: SiteBench) -> None:
    lan, wan = site.network(), site.network("wan", network="10.1.0.0/24", ipaddress="10.1.0.1")
    site.make("vnet_rules", vnet=lan, name="https", protocol="tcp", destination_ports="443")
    site.vm("web-1", {"eth0": lan})
    site.vm("db-1", {"eth0": wan})
    seen = site.read()
    site.plan(seen=seen, scope=Scope(only=("web-*",)))
    assert treated(site, "vms", "web-1")[0] == "manage"
    assert treated(site, "vms", "db-1") == ("lookup", "it was not chosen")
    assert treated(site, "vnets", "lan") == ("lookup", "it was not chosen")
    assert {line.treatment for line in site.lines.values() if line.table == "machine_nics"} == {"part", "lookup"}
    site.plan(seen=seen, scope=Scope(only=("web-*",), with_needs=True))
    assert treated(site, "vnets", "lan")[0] == "manage"
    assert treated(site, "vnet_rules", "https")[0] == "part", "what is within what is needed comes along too"
    assert treated(site, "vnets", "wan")[0] == "lookup"


@pytest.mark.parametrize(
    ("scope", "machines"),
    [
        (Scope(tags=("env/prod",)), {"web-1"}),
        (Scope(tags=("ENV/*",)), {"web-1", "db-1"}),
        (Scope(networks=("wan",)), {"db-1"}),
        (Scope(networks=("wan",), only=("batch",)), {"db-1", "batch"}),
        (Scope(networks=("wan", "lan"), exclude=("web-*",)), {"db-1"}),
        (Scope(clusters=("cluster2",)), {"batch"}),
        (Scope(clusters=("cluster?",)), {"web-1", "db-1", "batch"}),
    ],
)
def test_machines_are_chosen_by_tag_cluster_and_network(site: SiteBench, scope: Scope, machines: set[str]) -> None:
    lan, wan = site.network(), site.network("wan", network="10.1.0.0/24", ipaddress="10.1.0.1")
    web, db = site.vm("web-1", {"eth0": lan}), site.vm("db-1", {"eth0": wan})
    cluster = site.simulator.add("clusters", name="cluster2", compute=True)
    site.simulator.edit("machines", site.machine(site.vm("batch")), cluster=cluster)
    env, area = (
        site.make("tag_categories", name=name, taggable_vms=True, taggable_vnets=True) for name in ("env", "area")
    )
    for category, name, on in (
        (env, "prod", f"vms/{web}"), (env, "test", f"vms/{db}"),
        (area, "prod", f"vnets/{lan}"), (area, "x", f"vms/{db}"),
    ):  # fmt: skip
        site.make("tag_members", tag=site.make("tags", category=category, name=name), member=on)
    site.plan(scope=scope)
    managed = {each.name for each in site.lines.values() if (each.table, each.treatment) == ("vms", "manage")}
    assert managed == machines
    drives = [each for each in site.lines.values() if each.table == "machine_drives" and each.parent == f"vms/{db}"]
    assert (drives[0].treatment == "part") is ("db-1" in machines), "what lies within a machine comes along"


def test_what_machines_on_a_network_need_comes_on_demand(site: SiteBench) -> None:
    lan = site.network()
    vm = site.vm("web", {"eth0": lan})
    category = site.make("tag_categories", name="env", taggable_vms=True)
    tag = site.make("tags", category=category, name="prod")
    site.make("tag_members", tag=tag, member=f"vms/{vm}")
    seen = site.read()
    site.plan(seen=seen, scope=Scope(tags=("env/prod",)))
    needed = [("vnets", "lan"), ("tags", "prod"), ("tag_categories", "env")]
    assert [treated(site, *each) for each in needed] == [("lookup", "it was not chosen")] * 3
    site.plan(seen=seen, scope=Scope(networks=("lan",), with_needs=True))
    assert [treated(site, *each)[0] for each in needed] == ["manage"] * 3


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (Scope(tags=("prod",)), "the tag 'prod'"),
        (Scope(tags=("env/prod",)), "the tag 'env/prod'"),
        (Scope(clusters=("cluster9",)), "the cluster 'cluster9'"),
        (Scope(networks=("lan",)), "a NIC on the network 'lan'"),
        (Scope(only=("lan", "lam")), "the name 'lam'"),
        (Scope(exclude=("lam",)), "the name 'lam'"),
    ],
)
def test_what_nothing_meets_is_refused(site: SiteBench, scope: Scope, words: str) -> None:
    """A tag is named with its category, and on this network is no machine."""
    site.network()
    site.make("tags", category=site.make("tag_categories", name="env", taggable_vms=True), name="prod")
    with pytest.raises(EngineError, match=f"VergeOS has nothing with {words}. Name one as it is"):
        site.plan(scope=scope)


def test_what_lies_within_an_excluded_row_is_left_out_too(site: SiteBench) -> None:
    site.vm("web", {"eth0": site.network()})
    site.plan(scope=Scope(exclude=("web",)))
    for table, name in (("machine_drives", "root"), ("machine_nics", "eth0")):
        assert treated(site, table, name) == ("lookup", "VirtualMachine 'web' is left out")
    assert treated(site, "vnets", "lan") == ("manage", "")


def test_what_lies_within_a_row_that_a_person_leaves_is_left_too_unless_they_manage_it(site: SiteBench) -> None:
    site.vm("web", {"eth0": site.network()})
    site.plan()
    vm, drive = line(site, "vms", "web"), line(site, "machine_drives", "root")
    site.lines[vm.place] = replace(vm, treatment="leave")
    site.lines[drive.place] = replace(drive, treatment="manage")
    for _ in range(2):
        site.plan()
        assert treated(site, "machine_drives", "root") == ("manage", "")
        assert treated(site, "machine_nics", "eth0") == ("leave", "VirtualMachine 'web' is left out")


def test_what_vergeos_fixed_is_said_where_it_can_be(site: SiteBench) -> None:
    site.network("wan", type="external")
    found = [each for each in site.plan().all.values() if each.label == "wan"]
    assert [each.arguments["type"] for each in found] == ["external"]


def test_patterns_are_of_names_or_of_kinds_and_names(site: SiteBench) -> None:
    lan = site.network("web")
    site.vm("web", {"eth0": lan})
    site.plan(scope=Scope(only=("network/WEB",)))
    assert treated(site, "vnets", "web")[0] == "manage"
    assert treated(site, "vms", "web")[0] == "lookup"


def test_snapshots_and_media_are_left_with_the_reason_of_their_class(site: SiteBench) -> None:
    vm = site.vm()
    site.make("machine_snapshots", machine=site.machine(vm), name="before")
    site.plan()
    assert treated(site, "machine_snapshots", "before") == ("leave", "a snapshot is data, and expires")


def test_a_secret_that_vergeos_does_not_tell_is_a_reason_to_leave_what_cannot_be_without(site: SiteBench) -> None:
    site.make(
        "webhook_urls", name="alerts", url="https://127.0.0.1/", authorization_type="bearer", authorization_value="x"
    )
    site.plan()
    treatment, reason = treated(site, "webhook_urls", "alerts")
    assert treatment == "leave"
    assert "authorization_value" in reason


def test_what_no_program_can_say_is_left_and_an_optional_value_is_left_out(site: SiteBench) -> None:
    site.network("long", description="x" * 2000)
    lan = site.network(network="10.1.0.0/24", ipaddress="10.1.0.1")
    site.simulator.edit("vnets", lan, mtu=20)
    plan = site.plan()
    assert treated(site, "vnets", "long")[0] == "manage"
    (long,) = [found for found in plan.all.values() if found.label == "long"]
    assert "description" not in long.arguments, "a mark would not fit behind it"
    assert treated(site, "vnets", "lan")[0] == "manage"
    assert "mtu" not in plan.all["vnets", str(lan)].arguments


def test_a_row_of_which_the_name_is_refused_is_left_and_told(site: SiteBench) -> None:
    vm = site.vm("web")
    site.simulator.edit("vms", vm, name='quo"ted')
    plan = site.plan()
    treatment, reason = treated(site, "vms", 'quo"ted')
    assert treatment == "leave"
    assert reason.startswith("a program cannot say it: name does not fit. ")
    assert plan.unsaid == {("vms", str(vm)): reason}


def test_what_the_state_has_already_is_managed_or_looked_up(site: SiteBench) -> None:
    key = str(site.network())
    seen = site.read()
    site.plan(seen=seen, held=[("vnets", key)])
    assert treated(site, "vnets", "lan") == ("lookup", "it is in the state of this stack already")
    site.lines[("vnets", key)] = replace(site.lines["vnets", key], treatment="manage", resource="lan")
    site.plan(seen=seen, held=[("vnets", key)], scope=Scope(only=("Network/External",)))
    assert treated(site, "vnets", "lan") == ("manage", "")


def test_what_vergeos_made_is_not_told_where_a_table_cannot_be_read_and_is_left(site: SiteBench) -> None:
    """Who is in its groups would look as if people had put them there."""
    site.simulator.faults(
        {
            "what": "status",
            "status": 403,
            "match": {"verb": "GET", "path": "/users$", "times": 0},
            "body": {"err": "no"},
        }
    )
    site.plan()
    members = [line for line in site.lines.values() if line.table == "members"]
    assert [(line.treatment, line.reason) for line in members] == [
        ("leave", "it refers to a row of users, which cannot be read")
    ]
