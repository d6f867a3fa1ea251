"""Whose an object is, through the life of a stack: renamed, replaced, copied, moved, on another system."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

import verge_pulumi.resources
from tests.engine.cases import CASES
from tests.providers.bench import OWNER, UNKNOWN, Bench, Managed, Properties, hosted, serving, urn_of
from tests.providers.conftest import Saved
from verge_pulumi.engine.declaring.attributes import Attribute, Reference, Refs
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import EngineError, Reported
from verge_pulumi.engine.ownership.evidence import Evidence
from verge_pulumi.engine.ownership.journal import Journal
from verge_pulumi.engine.ownership.mark import Mark

RESOURCES: dict[str, type[BaseResource]] = {
    name: getattr(verge_pulumi.resources, name) for name in verge_pulumi.resources.__all__
}

POST = {"verb": "POST", "path": "/vnets$"}


@pytest.fixture
def later(bench: Bench) -> Iterator[Bench]:
    """A later run of the same stack."""
    later = bench.later()
    yield later
    later.connection.client.close()


def failures(bench: Bench, kind: str, name: str, arguments: Properties) -> list[str]:
    """Return what `check` has against a new resource."""
    hidden = {"__owner": OWNER, "__name": name, "__org": "organization"}
    with serving(urn_of(kind, name)):
        result = bench.provider(kind).check({}, hosted({**arguments, **hidden}))
    return [failure.reason for failure in result.failures]


def refused(call: Any) -> str:
    """Return the error of a call that is refused."""
    with pytest.raises(Reported) as error:
        call()
    return str(error.value)


# Renamed in the program without an alias -----------------------------------------------------------------------------

# What a program must say at least, and another value of what is unique, where the case of a noun does not tell.
UNIQUE: dict[str, tuple[Properties, Properties]] = {
    "Address": ({"network": "5", "ip": "10.0.0.5", "type": "static", "mac": "f0:db:30:00:00:01"}, {"ip": "10.0.0.6"}),
    "CloudInitFile": ({"vm": "vms/1", "name": "/user-data", "contents": "#cloud-config"}, {"name": "/meta-data"}),
    "DnsView": ({"network": "5", "name": "all"}, {"name": "some"}),
    "DnsZone": ({"view": "1", "domain": "example.com"}, {"domain": "example.net"}),
    "Drive": ({"vm": "1", "name": "data", "disksize": "1GiB"}, {"name": "more"}),
    "Firewall": ({"network": "5", "rules": []}, {"network": "6"}),
    "GroupMember": ({"group": "5", "member": "users/1"}, {"member": "users/2"}),
    "HostOverride": ({"network": "5", "host": "db", "ip": "10.0.0.5"}, {"host": "web"}),
    "IpsecPhase2": (
        {"tunnel": "1", "name": "lan", "local": "10.0.0.0/24", "remote": "10.1.0.0/24"},
        {"name": "dmz"},
    ),
    "IpsecTunnel": (
        {"network": "5", "name": "hq", "remote_gateway": "192.0.2.1", "psk": "canary-pre-shared"},
        {"name": "dc"},
    ),
    "Network": ({"name": "lan"}, {"name": "dmz"}),
    "NetworkBlock": ({"network": "5", "cidr": "192.0.2.0/28"}, {"cidr": "192.0.2.16/28"}),
    "NetworkProxy": ({"network": "5"}, {"network": "6"}),
    "NetworkRule": ({"network": "5", "name": "https"}, {"name": "ssh"}),
    "Nic": ({"vm": "1", "network": "5", "name": "eth0"}, {"name": "eth1"}),
    "Permission": ({"who": "users/1", "table": "vms", "row": 0}, {"table": "vnets"}),
    "Power": ({"of": "vms/1", "state": "running"}, {"of": "vnets/1"}),
    "RuleAlias": ({"name": "office", "value": ["10.0.0.0/24"]}, {"name": "branch"}),
    "SnapshotProfile": ({"name": "nightly", "periods": {}}, {"name": "hourly"}),
    "VirtualMachine": ({"name": "web"}, {"name": "db"}),
    "TagAssignment": ({"tag": "5", "on": "vms/7"}, {"tag": "6"}),
    "WireGuard": ({"network": "5", "name": "wg0", "ip": "10.9.0.1/24"}, {"name": "wg1"}),
    "WireGuardPeer": (
        {
            "wireguard": "1",
            "name": "hq",
            "peer_ip": "10.9.0.2",
            "public_key": "A" * 43 + "=",
            "allowed_ips": ["10.9.0.2/32"],
        },
        {"name": "dc"},
    ),
}


def of_case(noun: str) -> tuple[Properties, Properties]:
    """Return what the whole-life case of a noun says, and another value of what is unique."""
    case = CASES[noun]
    given = {**case.arguments(), **({case.within.argument: "1"} if case.within else {})}
    own = next(name for name in case.kind.declaration.unique if name in case.arguments())
    return given, {own: f"{given[own]}-2"}


UNIQUE |= {name: of_case(name) for name, each in RESOURCES.items() if each.declaration.unique and name not in UNIQUE}


def hold(bench: Bench, kind: str, name: str, arguments: Properties) -> None:
    """Let the state have a resource."""
    table = RESOURCES[kind].declaration.table
    outs = {**arguments, "location": f"/v4/{table}/9", "__token": "0badcafe-0123456789ab"}
    bench.stack.hold(Managed(bench, kind, "9", {**arguments, "__name": name}, hosted(outs)))


@pytest.mark.fault(88)
@pytest.mark.parametrize("kind", UNIQUE)
def test_a_resource_that_was_renamed_without_an_alias_is_refused_in_the_preview(bench: Bench, kind: str) -> None:
    given, other = UNIQUE[kind]
    hold(bench, kind, "old", given)
    assert failures(bench, kind, "new", given) == [
        "'old' of this stack already manages that object. If it was renamed or moved in the program, say so with the "
        "option aliases; if it becomes another one in this run, declare it first and let this one depend on it; to "
        "replace it by this one, delete it in a run of its own."
    ]
    assert failures(bench, kind, "new", given | other) == []
    assert bench.asked() == []


@pytest.mark.parametrize("kind", UNIQUE)
def test_a_unique_value_that_is_not_known_yet_is_nobodys(bench: Bench, kind: str) -> None:
    given, other = UNIQUE[kind]
    hold(bench, kind, "old", given)
    assert failures(bench, kind, "new", given | dict.fromkeys(other, UNKNOWN)) == []


def test_a_resource_that_is_replaced_is_not_its_own_namesake(bench: Bench) -> None:
    bench.create("Network", "web", name="lan")
    bench.begin_run()
    assert failures(bench, "Network", "web", {"name": "lan"}) == []
    assert bench.connection.evidence.replacing == {("vnets", "5")}


@pytest.mark.fault(98)
def test_a_name_that_is_given_up_first_may_be_taken_in_the_same_run(bench: Bench) -> None:
    old = bench.create("Network", "old", name="lan")
    bench.begin_run()
    old.diff(name="wan")
    assert failures(bench, "Network", "new", {"name": "lan"}) == []


def test_a_firewall_whose_network_is_known_late_is_refused_before_it_writes(bench: Bench, lan: Managed) -> None:
    bench.create("Firewall", "old", network=lan.id, rules=[])
    later = bench.later()
    inputs = later.plan("Firewall", "new", network=UNKNOWN, rules=[{"name": "a", "protocol": "tcp"}])
    bench.simulator.reset("log")
    text = refused(lambda: later.carry_out("Firewall", {**inputs, "network": lan.id}))
    assert "'old' of this stack already manages that object" in text
    assert later.writes() == []


@pytest.mark.fault(88)
def test_power_whose_target_is_known_late_is_refused_before_it_writes(bench: Bench, lan: Managed) -> None:
    bench.create("Power", "old", of=f"vnets/{lan.id}", state="stopped")
    later = bench.later()
    inputs = later.plan("Power", "new", of=UNKNOWN, state="running")
    bench.simulator.reset("log")
    text = refused(lambda: later.carry_out("Power", {**inputs, "of": f"vnets/{lan.id}"}))
    assert "'old' of this stack already manages that object" in text
    assert later.writes() == []


# Names that change hands ---------------------------------------------------------------------------------------------


@pytest.mark.fault(98)
def test_an_exchange_of_names_is_refused_in_the_preview(bench: Bench) -> None:
    first, second = (bench.create("Network", name, name=name) for name in "ab")
    bench.begin_run()
    assert refused(lambda: first.diff(name="b")) == (
        "Unable to change Network 'b': 'b' of this stack has that name. If it gives that up in this run, declare it "
        "first and let this one depend on it; to exchange names, give one of the two a third name in a run of its own."
    )
    # The third name is the way out.
    assert second.diff(name="c").changes is None
    assert first.diff(name="b").changes is None


def test_a_rule_that_is_replaced_frees_its_name(bench: Bench, lan: Managed) -> None:
    other = bench.create("Network", "dmz", name="dmz")
    rule, _ = (bench.create("NetworkRule", name, network=lan.id, name=name) for name in "ab")
    bench.begin_run()
    # In another network the name is free.
    assert rule.diff(network=other.id, name="b").replaces == ["network"]


def test_a_replacement_that_takes_what_another_one_keeps_is_refused_in_the_preview(bench: Bench) -> None:
    """It would be deleted, and then it could not be made."""
    first, second = (bench.create("VirtualMachine", name, name=name) for name in "ab")
    on_first, on_second = (
        bench.create("Power", f"on-{vm.id}", of=f"vms/{vm.id}", state="running") for vm in (first, second)
    )
    bench.begin_run()
    assert refused(lambda: on_first.diff(of=f"vms/{second.id}")) == (
        f"Unable to change Power 'on-{first.id}': 'on-{second.id}' of this stack has that of. If it gives that up in "
        "this run, declare it first and let this one depend on it; to exchange them, take one of the two out of the "
        "program in a run of its own."
    )
    third = bench.create("VirtualMachine", "c", name="c")
    bench.begin_run()
    assert on_second.diff(of=f"vms/{third.id}").replaces == ["of"]
    assert on_first.diff(of=f"vms/{second.id}").replaces == ["of"]


def test_power_is_known_by_its_id_where_the_state_holds_its_target_encrypted(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web")
    old = bench.create("Power", "old", of=f"vms/{vm.id}", state="running")
    old.outs["of"] = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
    bench.begin_run()
    (text,) = failures(bench, "Power", "new", {"of": f"vms/{vm.id}", "state": "running"})
    assert "'old' of this stack already manages that object" in text


def test_power_does_not_start_what_another_one_has_still_to_end(bench: Bench) -> None:
    second, third = (bench.create("VirtualMachine", name, name=name) for name in "bc")
    old = bench.create("Power", "old", of=f"vms/{second.id}", state="running")
    later = bench.later()
    # The other one is declared first and gets another target, but nothing makes this one wait for that.
    old.seen_by(later).diff(of=f"vms/{third.id}")
    inputs = later.plan("Power", "new", of=f"vms/{second.id}", state="running")
    later.simulator.reset("log")
    text = refused(lambda: later.carry_out("Power", inputs))
    assert f"the power of vms/{second.id} is still managed by 'old'" in text
    assert later.writes() == []
    later.stack.forget(old)
    assert later.carry_out("Power", inputs).outs["state"] == "running"


# Dependants of what is replaced --------------------------------------------------------------------------------------


def referring() -> Iterator[tuple[str, str, Any, tuple[str, str]]]:
    """Yield each argument that may name a row, a value of it, and the row."""
    for kind, resource in RESOURCES.items():
        for name, attribute in resource.declaration.inputs.items():
            for value, place in _values(attribute):
                yield kind, name, value, place


def _values(attribute: Attribute) -> Iterator[tuple[Any, tuple[str, str]]]:
    if isinstance(attribute, Reference):
        for target in attribute.targets:
            table = target.declaration.table
            one = f"{table}/77" if attribute.as_path else "77"
            yield [one] if isinstance(attribute, Refs) else one, (table, "77")
        return
    for value in (["77"], [77.0], "vnets/77", "/v4/vms/77"):
        try:
            places = list(attribute.refers_to(value))
        except (TypeError, ValueError):
            continue
        for place in places:
            yield value, place


REFERRING = sorted(referring(), key=repr)


def test_every_reference_is_among_them() -> None:
    names = {(kind, name) for kind, name, _, _ in REFERRING}
    for kind, resource in RESOURCES.items():
        for name, attribute in resource.declaration.inputs.items():
            assert ((kind, name) in names) is (isinstance(attribute, Reference) or bool(list(_values(attribute))))
    assert {("Nic", "network"), ("Power", "of"), ("Network", "bond_interfaces_args"), ("CloudInitFile", "vm")} <= names


@pytest.mark.parametrize(
    ("kind", "name", "value", "place"),
    REFERRING,
    ids=[f"{kind}.{name}-{place[0]}" for kind, name, _, place in REFERRING],
)
def test_what_refers_to_a_replaced_row_is_replaced_with_it(
    bench: Bench, kind: str, name: str, value: Any, place: tuple[str, str]
) -> None:
    provider = bench.provider(kind)
    olds: Properties = {name: value, "__managed": [name], "__owner": OWNER}
    news: Properties = {name: UNKNOWN, "__owner": OWNER}
    replaces = provider.declaration.inputs[name].replaces

    def diff() -> Any:
        with serving(urn_of(kind, "web")):
            return provider.diff("9", olds, news)

    assert diff().replaces == ([name] if replaces else [])
    # Another row that is replaced, or the same key of another table, is no reason.
    bench.connection.evidence.replacing = {(place[0], "78"), ("tenants", place[1])}
    assert diff().replaces == ([name] if replaces else [])
    bench.connection.evidence.replacing.add(place)
    result = diff()
    assert result.replaces == [name]
    assert result.delete_before_replace is provider.declaration.delete_before_replace
    # What follows is deleted too, so that what refers to it has to follow.
    assert (provider.declaration.table, "9") in bench.connection.evidence.replacing


def test_the_power_of_a_vm_does_not_follow_a_network_of_the_same_key(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web")
    power = bench.create("Power", "on", of=f"vms/{vm.id}", state="stopped")
    bench.begin_run()
    bench.connection.evidence.replacing.add(("vnets", vm.id))
    assert power.diff(of=UNKNOWN).replaces == ["of"]  # as without it, since its target cannot be changed
    assert list(power.bench.provider("Power").declaration.inputs["of"].refers_to(f"vms/{vm.id}")) == [("vms", vm.id)]


def test_a_nic_follows_the_network_that_is_replaced(bench: Bench, lan: Managed) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web")
    nic = bench.create("Nic", "eth0", vm=vm.id, network=lan.id, name="eth0")
    bench.begin_run()
    assert lan.diff(type="external").replaces == ["type"]
    assert nic.diff(network=UNKNOWN).replaces == ["network"]


@pytest.mark.fault(87)
def test_a_nic_follows_a_network_whose_replacement_is_forced(bench: Bench, lan: Managed) -> None:
    # `--replace` and a taint ask no diff: the check without old inputs tells.
    vm = bench.create("VirtualMachine", "vm", name="web")
    nic = bench.create("Nic", "eth0", vm=vm.id, network=lan.id, name="eth0")
    bench.begin_run()
    assert nic.diff(network=UNKNOWN).replaces == []
    assert failures(bench, "Network", "lan", {"name": "lan"}) == []
    assert nic.diff(network=UNKNOWN).replaces == ["network"]


# Registration --------------------------------------------------------------------------------------------------------


@pytest.mark.fault(87)
@pytest.mark.parametrize("kind", RESOURCES)
@pytest.mark.parametrize("said", [None, False, True])
def test_what_is_replaced_is_deleted_first_unless_the_program_says_otherwise(
    kind: str, said: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[pulumi.ResourceOptions] = []

    def register(self: Any, token: str, name: str, properties: Any, options: pulumi.ResourceOptions) -> None:
        seen.append(options)

    monkeypatch.setattr(pulumi.CustomResource, "__init__", register)
    resource = object.__new__(RESOURCES[kind])
    resource._register("web", {}, None if said is None else pulumi.ResourceOptions(delete_before_replace=said))
    usual = None if kind == "MediaFile" else True
    assert [options.delete_before_replace for options in seen] == [usual if said is None else said]


def test_a_row_that_this_run_has_made_is_not_deleted_in_it(bench: Bench) -> None:
    lan = bench.create("Network", "lan", name="lan")
    with serving(lan.urn), pytest.raises(Reported, match=r"was made or taken over in this very run\. It is left alone"):
        bench.provider("Network").delete(lan.id, lan.outs)
    assert lan.row()["name"] == "lan"
    lan.destroy()


# Other stacks --------------------------------------------------------------------------------------------------------


def elsewhere(bench: Bench, *stacks: str) -> None:
    """Let other stacks have the state that this one has."""
    for stack in stacks:
        copied = json.dumps(bench.stack.export()).replace("urn:pulumi:dev::", f"urn:pulumi:{stack}::")
        bench.others[f"organization/shop/{stack}"] = json.loads(copied)


def came_from(managed: Managed, owner: str) -> None:
    """Let the state say that another stack manages an object, as a state does that was copied, moved or renamed."""
    managed.outs["__owner"] = owner
    if "__mark" in managed.outs:
        managed.outs["__mark"] = managed.outs["__mark"].replace(OWNER, owner)
        row = managed.row()
        managed.bench.simulator.edit(
            str(managed.outs["location"]).split("/")[2],
            int(managed.id),
            description=row["description"].replace(OWNER, owner),
        )
    managed.bench.begin_run()


@pytest.mark.fault(92)
@pytest.mark.parametrize("kind", ["Network", "HostOverride"])
def test_a_copied_state_is_refused_before_anything_is_written(bench: Bench, lan: Managed, kind: str) -> None:
    host = bench.create("HostOverride", "db", network=lan.id, host="db", ip="10.0.0.9")
    managed, change = (lan, {"mtu": 9000}) if kind == "Network" else (host, {"ip": "10.0.0.8"})
    came_from(lan, "shop/prod")
    host.outs["__owner"] = "shop/prod"
    elsewhere(bench, "prod")
    bench.simulator.reset("log")
    cause = (
        "it is managed by the stack shop/prod too, whose state this stack's was copied from. Remove it from one of "
        "them with 'pulumi state delete'."
    )
    for call in (lambda: managed.diff(**change), lambda: managed.up(**change), managed.destroy):
        assert refused(call).endswith(cause)
    assert bench.writes() == []


@pytest.mark.fault(90)
def test_a_renamed_stack_goes_on_and_the_text_follows_with_the_next_write(bench: Bench, lan: Managed) -> None:
    came_from(lan, "shop/old")
    token = Mark.of(lan.outs["__mark"])
    assert token is not None
    assert lan.diff().changes is False
    lan.refresh()
    lan.up(__owner=OWNER)
    assert "[pulumi shop/old lan " in lan.row()["description"]
    lan.up(mtu=9000)
    assert lan.row()["description"] == lan.outs["__mark"] == f"[pulumi shop/dev lan {token.token}]"
    assert lan.outs["__owner"] == OWNER
    lan.refresh()
    lan.destroy()
    assert [row for row in bench.simulator.rows("vnets") if row["name"] == "lan"] == []


@pytest.mark.fault(90)
def test_what_was_moved_here_goes_on_where_the_other_stack_holds_it_no_more(bench: Bench, lan: Managed) -> None:
    came_from(lan, "shop/prod")
    bench.others["organization/shop/prod"] = {"resources": []}
    lan.up(mtu=9000)
    assert lan.row()["mtu"] == 9000
    assert "[pulumi shop/dev lan " in lan.row()["description"]


@pytest.mark.fault(90)
def test_a_child_goes_on_in_a_stack_that_was_renamed(bench: Bench, lan: Managed) -> None:
    host = bench.create("HostOverride", "db", network=lan.id, host="db", ip="10.0.0.9")
    power = bench.create("Power", "on", of=f"vnets/{lan.id}", state="stopped")
    came_from(lan, "shop/old")
    host.outs["__owner"] = power.outs["__owner"] = "shop/old"
    host.refresh()
    host.up(ip="10.0.0.8")
    assert host.row()["ip"] == "10.0.0.8"
    power.refresh()
    power.destroy()
    more = bench.later().create("HostOverride", "web", network=lan.id, host="web", ip="10.0.0.7")
    assert more.row()["host"] == "web"
    host.destroy()
    assert [row["host"] for row in bench.simulator.rows("vnet_hosts")] == ["web"]


def test_whether_a_state_was_copied_is_not_guessed(bench: Bench, lan: Managed) -> None:
    came_from(lan, "shop/prod")

    def export(stack: str) -> Any:
        raise EngineError(f"the state of the stack {stack} cannot be read")

    bench.connection.evidence = Evidence(Journal(None), export)
    bench.simulator.reset("log")
    assert "the state of the stack organization/shop/prod cannot be read" in refused(lambda: lan.diff(mtu=9000))
    assert bench.writes() == []


# Another system ------------------------------------------------------------------------------------------------------


@pytest.mark.fault(96)
def test_nothing_more_is_written_where_another_system_answers_after_a_lost_connection(bench: Bench) -> None:
    bench.create("Network", "lan", name="lan")
    another = {"id": "another", "cloud_name": "site-b"}
    bench.simulator.faults(
        {"match": POST, "when": "before", "what": "reset"},
        {"match": {"verb": "GET", "path": "/system$", "times": 0}, "what": "status", "status": 200, "body": another},
    )
    bench.simulator.reset("log")
    assert refused(lambda: bench.create("Network", "dmz", name="dmz")) == (
        f"Unable to create Network 'dmz': {bench.connection.client.host} was the system 'site-a' when this run began "
        "and is 'site-b' now. Nothing more is written; see where that name leads, and run it again."
    )
    assert [verb for verb, path in bench.asked() if path == "vnets" and verb == "POST"] == ["POST"]
    assert bench.writes() == []
    # Nor is anything else in this run.
    assert "is 'site-b' now" in refused(lambda: bench.create("Network", "more", name="more"))
    assert bench.writes() == []


@pytest.mark.fault(96)
def test_an_object_is_not_updated_on_another_system_after_a_lost_connection(bench: Bench) -> None:
    lan = bench.create("Network", "lan", name="lan")
    another = {"id": "another", "cloud_name": "site-b"}
    bench.connection.doubt()
    bench.simulator.faults(
        {"match": {"verb": "GET", "path": "/system$", "times": 0}, "what": "status", "status": 200, "body": another}
    )
    bench.simulator.reset("log")
    for call in (lambda: lan.up(mtu=9000), lan.destroy):
        assert "it belongs to the system 'site-a'" in refused(call)
    assert bench.writes() == []


def test_the_same_system_that_answers_again_is_no_reason_to_stop(bench: Bench) -> None:
    bench.simulator.faults({"match": POST, "when": "before", "what": "reset"})
    assert bench.create("Network", "lan", name="lan").row()["name"] == "lan"
    assert bench.asked().count(("GET", "system")) == 2


def test_a_connection_that_is_lost_while_the_system_is_asked_for_is_no_reason_to_hang(bench: Bench) -> None:
    bench.simulator.faults({"match": {"verb": "GET", "path": "/system$"}, "when": "before", "what": "reset"})
    assert bench.create("Network", "lan", name="lan").row()["name"] == "lan"


# The row that was made -----------------------------------------------------------------------------------------------


@pytest.mark.fault(99)
@pytest.mark.parametrize("theirs", ["", "by hand", "[pulumi shop/prod web 0badcafe]"])
def test_an_answer_with_the_key_of_another_row_is_not_believed(bench: Bench, theirs: str) -> None:
    other = bench.simulator.add("vnets", name="other", description=theirs)
    answer = {"what": "status", "status": 201, "body": {"$key": str(other)}}
    bench.simulator.faults({"match": POST, "when": "after", **answer})
    lan = bench.create("Network", "lan", name="lan")
    assert (lan.id != str(other), lan.row()["name"], lan.outs["name"]) == (True, "lan", "lan")
    (row,) = [row for row in bench.simulator.rows("vnets") if row["name"] == "other"]
    assert row["description"] == theirs


def test_a_row_that_is_not_proven_is_not_recorded(bench: Bench, saved: list[Saved]) -> None:
    other = bench.simulator.add("vnets", name="other", description="[pulumi shop/prod web 0badcafe]")
    answer = {"what": "status", "status": 201, "body": {"$key": str(other)}}
    bench.simulator.faults({"match": POST, "when": "before", **answer})
    text = refused(lambda: bench.create("Network", "lan", name="lan"))
    assert text == (
        f"Unable to create Network 'lan': VergeOS answered that row {other} of vnets was made, but that row belongs "
        "to shop/prod as 'web'. It is left alone; run 'pulumi up' again."
    )
    assert saved == []
    assert bench.writes() == []


# The token -----------------------------------------------------------------------------------------------------------


@pytest.mark.fault(89)
def test_the_token_stays_for_the_life_of_an_object(bench: Bench) -> None:
    lan = bench.create("Network", "lan", name="lan")
    token = lan.inputs["__token"]
    lan.up(name="wan")
    assert (lan.inputs["__token"], lan.outs["__token"]) == (token, token)
    lan.refresh()
    assert lan.inputs["__token"] == token
    assert lan.inputs_with(mtu=9000)["__token"] == token
    assert str(lan.row()["description"]).endswith(f" {token}]")


# Where the state cannot be read --------------------------------------------------------------------------------------


def unreadable(bench: Bench) -> list[str]:
    """Let the state be unreadable from now on; return the stacks that are asked for."""
    asked: list[str] = []

    def export(stack: str) -> Any:
        asked.append(stack)
        raise EngineError(f"the state of the stack {stack} cannot be read (no access). Try again")

    bench.connection.evidence = Evidence(Journal(None), export)
    return asked


@pytest.mark.fault(100)
def test_a_state_that_cannot_be_read_is_warned_of_once_and_asked_for_once(bench: Bench, told: list[str]) -> None:
    asked = unreadable(bench)
    for name in ("lan", "dmz"):
        assert bench.create("Network", name, name=name).row()["name"] == name
    assert asked == ["organization/shop/dev"]
    assert told == [
        "warning: renamed resources cannot be recognised: the state of the stack organization/shop/dev cannot be read "
        "(no access). Try again"
    ]


@pytest.mark.fault(91, 100)
def test_without_the_state_no_row_is_taken_over(bench: Bench) -> None:
    bench.create("Network", "lan", name="lan").cut_off()
    later = bench.later()
    unreadable(later)
    later.simulator.reset("log")
    text = refused(lambda: later.create("Network", "lan", name="lan", mtu=9000))
    assert text.endswith("the state of the stack organization/shop/dev cannot be read (no access). Try again.")
    assert later.writes() == []


def test_where_the_engine_does_not_say_which_resource_it_is_nothing_is_taken_over(bench: Bench) -> None:
    lan = bench.create("Network", "lan", name="lan").cut_off()
    later = bench.later()
    inputs = later.plan("Network", "lan", name="lan")
    later.simulator.reset("log")
    text = refused(lambda: later.provider("Network").create(inputs))
    assert f"row {lan.id} of vnets has that name already and bears the mark of shop/dev as 'lan'" in text
    firewall = {"network": lan.id, "rules": [], "__owner": OWNER, "__name": "edge"}
    assert later.provider("Firewall").check({}, hosted(firewall)).failures == []
    assert later.writes() == []
