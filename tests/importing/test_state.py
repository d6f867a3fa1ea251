"""The state: what the program registers, together with what VergeOS has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.importing.bench import MADE, STACK, SiteBench
from tests.importing.hostile import fill
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.states import SIGNATURE
from verge_pulumi.importing.state import Recorded, deployment
from verge_pulumi.simulator.disputed import QUESTIONS

SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270"}


def by_name(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the entries of a state by the names of their resources."""
    return {entry["urn"].rpartition("::")[2]: entry for entry in entries}


@pytest.fixture
def web(site: SiteBench) -> SiteBench:
    """A site with a machine on a network with a rule."""
    lan = site.network()
    site.vm("web", {"eth0": lan})
    site.make("vnet_rules", vnet=lan, name="https", protocol="tcp", destination_ports="443")
    return site


def test_what_bears_a_mark_of_this_stack_is_proved_by_its_token(web: SiteBench) -> None:
    mark = MADE.format(owner="shop/dev", name="web-vm")
    web.simulator.edit("vms", 1, description=mark)
    entries, differences = web.deployed(web.plan())
    assert differences == []
    told = {name: entry.get("outputs") or {} for name, entry in by_name(entries).items()}
    token = "7f3a21c4-9d3ed164b2c4"
    assert (told["web-vm"]["__mark"], told["web-vm"]["__token"]) == (mark, token)
    # Its parts and its power are known by it, where they bear none themselves.
    assert {told[name]["__parent"] for name in ("web-root", "web-eth0", "web-power")} == {token}
    assert not any("__mark" in told[name] for name in ("web-root", "web-eth0", "web-power"))


def test_a_machine_with_its_parts_is_in_the_state_as_an_up_would_have_left_it(web: SiteBench) -> None:
    entries, differences = web.deployed(web.plan())
    assert differences == []
    told = by_name(entries)
    assert [entry["type"] for entry in entries[:2]] == ["pulumi:pulumi:Stack", "pulumi:providers:pulumi-python"]
    provider = f"{entries[1]['urn']}::{entries[1]['id']}"
    assert {entry.get("provider") for entry in entries[2:] if entry["custom"]} == {provider}
    vm, nic, power, lan = told["web-vm"], told["web-eth0"], told["web-power"], entries_of(entries, "Network")["lan"]
    assert vm["parent"] == told["web"]["urn"]
    assert power["id"] == "vms/1"
    assert set(nic["dependencies"]) == {lan["urn"], vm["urn"]}
    assert nic["propertyDependencies"]["vm"] == [vm["urn"]]
    assert nic["deletedWith"] == vm["urn"]
    assert {vm["urn"], nic["urn"]} <= {*power["dependencies"]}
    assert {entry.get("protect") for entry in entries[2:]} == {True}
    firewall = entries_of(entries, "Firewall")["lan"]
    assert firewall["outputs"]["keys"] == {"https": "1"}
    assert vm["outputs"]["__managed"] == ["cluster", "cpu_cores", "cpu_type", "machine_type", "name", "ram"]
    assert vm["outputs"]["__fixed"]["uuid"]
    assert vm["outputs"]["__origin"]["system"]


def entries_of(entries: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """Return the entries of one kind, by the names of their resources."""
    return by_name([entry for entry in entries if entry["type"].endswith(f":{kind}")])


def test_everything_stands_after_what_it_needs(web: SiteBench) -> None:
    web.vm("db", {"eth0": 3, "eth1": web.network("dmz", network="10.1.0.0/24", ipaddress="10.1.0.1")})
    entries, differences = web.deployed(web.plan())
    assert differences == []
    done: set[str] = set()
    for entry in entries:
        needed = [*entry.get("dependencies", ()), entry.get("parent"), entry.get("deletedWith")]
        needed.append(entry.get("provider", "").rpartition("::")[0] or None)
        assert {*filter(None, needed)} <= done, entry["urn"]
        done.add(entry["urn"])
    assert len(done) == len(entries)


def test_what_the_program_says_otherwise_is_told_and_not_hidden(web: SiteBench) -> None:
    plan = web.plan()
    registered = web.registered(plan)
    other = [
        replace(each, inputs={**each.inputs, "mtu": 9000}) if each.type.endswith(":Network") else each
        for each in registered
    ]
    _, differences = web.deployed(plan, other)
    assert differences == ["Network 'lan': mtu"]


def test_a_resource_without_a_row_is_left_to_the_next_update_and_nothing_depends_on_it(web: SiteBench) -> None:
    plan = web.plan()
    registered = web.registered(plan)
    lan = next(each.urn for each in registered if each.type.endswith(":Network"))
    entries, _ = web.deployed(plan, [replace(each, id="") if each.urn == lan else each for each in registered])
    assert lan not in {entry["urn"] for entry in entries}
    assert lan not in str(entries)


def test_what_the_provider_refuses_is_told(web: SiteBench) -> None:
    plan = web.plan()
    bad = [
        replace(each, inputs={**each.inputs, "mtu": 5}) if each.type.endswith(":Network") else each
        for each in web.registered(plan)
    ]
    with pytest.raises(EngineError, match="Network 'lan': mtu"):
        web.deployed(plan, bad)


def test_what_the_state_has_stays_and_must_be_the_same_row(web: SiteBench) -> None:
    plan = web.plan()
    registered = web.registered(plan)
    recorded = Recorded(plan.objects, plan.all, plan.known.owners)
    first, _ = deployment({"manifest": {"time": "then"}}, STACK, registered, recorded)
    again, differences = deployment(first, STACK, registered, recorded)
    assert (again, differences) == (first, [])
    assert again["manifest"] == {"time": "then"}
    for entry in first["resources"]:
        if entry["type"].endswith(":Network"):
            entry["id"] = "3"
    with pytest.raises(EngineError, match=r"'lan' is row 3 in the state, and row \d+ is meant here\. Give one"):
        deployment(first, STACK, registered, recorded)


def test_only_what_is_new_is_added(web: SiteBench) -> None:
    plan = web.plan()
    registered = web.registered(plan)
    recorded = Recorded(plan.objects, plan.all, plan.known.owners)
    whole, _ = deployment({}, STACK, registered, recorded)
    networks = [each for each in registered if each.type.endswith(":Network")]
    part, _ = deployment({}, STACK, networks, recorded)
    rest, _ = deployment(part, STACK, registered, recorded)
    assert len(rest["resources"]) == len(whole["resources"])
    kept = {entry["urn"]: entry for entry in rest["resources"]}
    assert all(kept[entry["urn"]] == entry for entry in part["resources"])


def test_secrets_are_told_as_such_and_are_sealed_by_the_cli(web: SiteBench) -> None:
    plan = web.plan()
    registered = [
        replace(
            each,
            inputs={**each.inputs, "console_pass": {**SECRET, "value": "c4nary"}},
            additionalSecretOutputs=["console_pass"],
        )
        if each.type.endswith(":VirtualMachine")
        else each
        for each in web.registered(plan)
    ]
    entries, _ = web.deployed(plan, registered)
    vm = by_name(entries)["web-vm"]
    assert vm["inputs"]["console_pass"] == {**SECRET, "plaintext": '"c4nary"'}
    outputs = vm["outputs"].get("console_pass")
    assert outputs in (None, {**SECRET, "plaintext": '"c4nary"'})
    assert str(entries).count("c4nary") == str(entries).count('"c4nary"')


@pytest.mark.promise(1)
def test_a_hostile_site_differs_in_nothing(site: SiteBench) -> None:
    """At no more than three requests for each table, none of which writes; each name comes back as it was."""
    fill(site.simulator, 30, 30)
    before = site.simulator.snapshot()
    site.simulator.reset("log")
    seen = site.read()
    plan = site.plan(seen=seen)
    registered = site.registered(plan)
    entries, differences = site.deployed(plan, registered)
    assert differences == []
    assert plan.unsaid == {}
    requests = site.simulator.requests()
    assert {request.verb for request in requests} == {"GET"}
    assert len(requests) <= 3 * len(seen.tables)
    assert site.simulator.snapshot() == before
    names = {entry["inputs"]["name"] for entry in entries if entry["type"].endswith(("VirtualMachine", ":Network"))}
    assert {row["name"] for row in site.simulator.rows("vms")} <= names
    assert len({entry["urn"] for entry in entries}) == len(entries)


@pytest.mark.parametrize("answer", QUESTIONS["held_columns"].answers)
def test_a_machine_is_where_it_is_whoever_holds_its_placement(site: SiteBench, answer: str) -> None:
    site.simulator.disputed(held_columns=answer)
    site.vm("web", cluster=2, preferred_node=3, ha_group="+db", on_power_loss="power_on", snapshot_profile=1)
    plan = site.plan()
    entries, differences = site.deployed(plan)
    assert differences == []
    program = "".join(path.read_text() for path in (site.folder / "infrastructure").iterdir() if path.is_file())
    for said in (
        'cluster=get_cluster(name="cluster2").key',
        'preferred_node=get_node(name="node3").key',
        'ha_group="+db"',
        'on_power_loss="power_on"',
        "snapshot_profile=",
    ):
        assert said in program
    vm = by_name(entries)["web-vm"]["outputs"]
    assert (vm["cluster"], vm["preferred_node"], vm["snapshot_profile"]) == ("2", "3", "1")
