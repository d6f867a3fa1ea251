"""Is this row the one that the state means? By token; without one by what VergeOS drew, and by the parent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.providers.bench import OWNER, Bench, Managed
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.lifecycle.fencing import this_stack

STRANGER = "[pulumi shop/prod web 0badcafe]"


def describe(managed: Managed, text: str, **columns: Any) -> None:
    """Change the description of a row behind Pulumi's back, before a later run."""
    table = str(managed.outs["location"]).split("/")[2]
    managed.bench.simulator.edit(table, int(managed.id), description=text, **columns)
    managed.bench.connection.reader.forget(table)
    managed.bench.begin_run()
    managed.bench.simulator.reset("log")


def left_alone(managed: Managed, whose: str, **change: Any) -> None:
    """See that an update and a delete are refused, that a refresh forgets it, and that nothing is written."""
    calls: list[Callable[[], None]] = [lambda: managed.up(**change), managed.destroy]
    for call in calls:
        with pytest.raises(Reported) as error:
            call()
        assert f"now belongs to {whose}. It is left alone; run 'pulumi refresh' to forget it here." in str(error.value)
    assert managed.read().id == ""
    assert managed.bench.writes() == []


def undecided(managed: Managed, **change: Any) -> None:
    """See that an update, a delete and a refresh are refused with the line that mends it."""
    line = managed.outs["__mark"]
    calls: list[Callable[[], object]] = [lambda: managed.up(**change), managed.destroy, managed.read]
    for call in calls:
        with pytest.raises(Reported) as error:
            call()
        assert (
            "bears no mark any more, so nothing tells whether it is still the one that this stack made. If it is, put "
            f"the line '{line}' back at the end of its description; if it is not, run 'pulumi state delete' to forget "
            "it here."
        ) in str(error.value)
    assert managed.bench.writes() == []


def goes_on(managed: Managed, **change: Any) -> None:
    """See that it is refreshed, changed and deleted as ever, and bears its mark again after the change."""
    mark = managed.outs["__mark"]
    managed.refresh()
    managed.up(**change)
    assert managed.row()["description"].endswith(mark)
    managed.destroy()
    table = str(managed.outs["location"]).split("/")[2]
    assert managed.id not in [str(row["$key"]) for row in managed.bench.simulator.rows(table)]


# With a mark ---------------------------------------------------------------------------------------------------------


@pytest.mark.fault(95)
@pytest.mark.parametrize(
    ("mark", "whose"),
    [
        (STRANGER, "shop/prod as 'web'"),
        ("[pulumi shop/dev lan 0badcafe-0123456789ab]", "shop/dev as 'lan'"),  # ours by its text alone
    ],
)
def test_another_token_is_another_object(lan: Managed, mark: str, whose: str) -> None:
    describe(lan, mark)
    left_alone(lan, whose, mtu=9000)


def test_the_text_of_a_mark_decides_nothing(lan: Managed) -> None:
    token = lan.outs["__token"]
    describe(lan, f"[pulumi shop/prod other {token}]")
    lan.refresh()
    lan.up(mtu=9000)
    assert lan.row()["description"] == f"[pulumi shop/dev lan {token}]"


def test_a_row_of_the_first_release_is_known_by_its_nonce(lan: Managed) -> None:
    old = "[pulumi shop/dev lan 7f3a21c4]"
    for name in ("__token", "__fixed", "__org", "__parent"):
        lan.outs.pop(name, None)
        lan.inputs.pop(name, None)
    lan.outs["__mark"] = old
    describe(lan, f"by hand\n{old}")
    assert lan.diff().changes is False
    goes_on(lan, mtu=9000)


def test_a_row_of_the_first_release_without_its_mark_is_undecided(lan: Managed) -> None:
    for name in ("__token", "__fixed"):
        del lan.outs[name]
    describe(lan, "by hand")
    undecided(lan, mtu=9000)


def test_a_refresh_records_what_the_first_release_did_not(lan: Managed) -> None:
    del lan.outs["__fixed"]
    lan.refresh()
    assert lan.outs["__fixed"] == {"macaddress": lan.row()["macaddress"]}
    describe(lan, "by hand")
    goes_on(lan, mtu=9000)


# Without a mark, by what VergeOS drew --------------------------------------------------------------------------------


def test_a_row_is_known_by_what_vergeos_drew(lan: Managed) -> None:
    describe(lan, "by hand")
    goes_on(lan, mtu=9000)


def test_the_mark_comes_back_with_a_change_of_nothing_else(lan: Managed) -> None:
    describe(lan, "by hand")
    lan.up()
    assert lan.row()["description"] == f"by hand\n{lan.outs['__mark']}"


def test_a_row_with_another_drawn_value_is_another_object(lan: Managed) -> None:
    describe(lan, "", macaddress="f0:db:30:00:00:99")
    left_alone(lan, "another object, whose macaddress is not that of this one", mtu=9000)


def test_what_the_program_chose_proves_nothing(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web")
    chosen = bench.create("Drive", "data", vm=vm.id, name="data", disksize="1GiB", serial="abc")
    drawn = bench.create("Drive", "more", vm=vm.id, name="more", disksize="1GiB")
    for drive in (chosen, drawn):
        # No state tells the parent of the drive, so only the serial number is left.
        drive.outs["__parent"] = None
        describe(drive, "")
    undecided(chosen, disksize="2GiB")
    goes_on(drawn, disksize="2GiB")


# Without a mark, by the parent ---------------------------------------------------------------------------------------


def test_a_row_without_a_mark_is_that_of_the_parent_it_was_made_in(bench: Bench, lan: Managed) -> None:
    rule = bench.create("NetworkRule", "https", network=lan.id, name="https")
    assert rule.outs["__parent"] == lan.outs["__token"]
    describe(rule, "by hand")
    goes_on(rule, log=True)


def test_a_row_in_a_parent_that_somebody_else_has_is_theirs(bench: Bench, lan: Managed) -> None:
    rule = bench.create("NetworkRule", "https", network=lan.id, name="https")
    describe(rule, "")
    describe(lan, STRANGER)
    undecided(rule, log=True)


def test_a_row_of_another_name_in_the_same_parent_is_another_object(bench: Bench, lan: Managed) -> None:
    rule = bench.create("NetworkRule", "https", network=lan.id, name="https")
    describe(rule, "", name="ssh")
    left_alone(rule, "another object, whose name is not that of this one", log=True)


def test_a_row_that_has_no_parent_and_nothing_drawn_is_undecided(bench: Bench) -> None:
    alias = bench.create("RuleAlias", "office", name="office", value=["10.0.0.0/24"])
    describe(alias, "")
    undecided(alias, value=["10.0.1.0/24"])
    # The line is put back.
    describe(alias, alias.outs["__mark"])
    goes_on(alias, value=["10.0.1.0/24"])


# Rows that never bear one --------------------------------------------------------------------------------------------


def host(lan: Managed) -> Managed:
    return lan.bench.create("HostOverride", "db", network=lan.id, host="db", ip="10.0.0.9")


def test_a_row_that_cannot_bear_a_mark_is_its_parents(lan: Managed) -> None:
    override = host(lan)
    assert override.outs["__parent"] == lan.outs["__token"]
    describe(lan, STRANGER)
    left_alone(override, "shop/prod as 'lan'".replace("lan", "web"), ip="10.0.0.8")


def test_a_parent_whose_mark_was_edited_away_is_known_by_what_vergeos_drew(lan: Managed) -> None:
    override = host(lan)
    describe(lan, "by hand")
    override.refresh()
    override.up(ip="10.0.0.8")
    assert override.row()["ip"] == "10.0.0.8"
    override.destroy()


def test_a_parent_that_is_another_object_by_now_is_a_stranger(lan: Managed) -> None:
    override = host(lan)
    describe(lan, "", macaddress="f0:db:30:00:00:99")
    left_alone(override, "another object, whose macaddress is not that of this one", ip="10.0.0.8")


def test_a_parent_that_the_state_knows_no_more_is_nobodys(lan: Managed) -> None:
    override = host(lan)
    lan.bench.stack.forget(lan)
    describe(lan, "")
    left_alone(override, "nobody that its description names", ip="10.0.0.8")


def test_a_parent_that_this_stack_took_over_since_is_its_own(lan: Managed) -> None:
    override = host(lan)
    lan.bench.stack.forget(lan)
    taken = lan.bench.later().create("Network", "again", name="lan", adopt=True)
    assert taken.outs["__mark"] != lan.outs["__mark"]
    lan.bench.begin_run()
    lan.bench.connection.reader.forget("vnets")
    override.refresh()
    override.up(ip="10.0.0.8")
    assert override.row()["ip"] == "10.0.0.8"


def test_a_parent_of_nobody_stays_open_to_this_stack(bench: Bench) -> None:
    key = bench.simulator.add("vnets", name="theirs")
    override = bench.create("HostOverride", "db", network=str(key), host="db", ip="10.0.0.9")
    assert override.outs["__parent"] == ""
    override.up(ip="10.0.0.8")
    override.destroy()
    assert bench.simulator.rows("vnet_hosts") == []


def test_a_state_without_the_parents_token_trusts_what_this_stack_holds(lan: Managed) -> None:
    # The first release recorded none.
    override = host(lan)
    for name in ("__parent", "__fixed", "__token"):
        del override.outs[name]
    override.refresh()
    override.up(ip="10.0.0.8")
    assert override.row()["ip"] == "10.0.0.8"
    describe(lan, STRANGER)
    left_alone(override, "shop/prod as 'web'", ip="10.0.0.7")


def test_a_row_whose_parent_changed_is_another_one(lan: Managed) -> None:
    override = host(lan)
    other = lan.bench.create("Network", "dmz", name="dmz")
    lan.bench.simulator.edit("vnet_hosts", int(override.id), vnet=int(other.id))
    lan.bench.begin_run()
    lan.bench.simulator.reset("log")
    left_alone(override, "another object, whose vnet is not that of this one", ip="10.0.0.8")


def test_a_row_whose_parent_is_gone_is_nobody_elses(lan: Managed) -> None:
    override = host(lan)
    lan.bench.simulator.edit("vnets", int(lan.id), description=STRANGER)
    lan.bench.simulator.remove("vnets", int(lan.id))
    lan.bench.begin_run()
    override.destroy()
    assert lan.bench.simulator.rows("vnet_hosts") == []


# Rows in rows --------------------------------------------------------------------------------------------------------


def test_a_row_two_levels_down_is_that_of_the_network(bench: Bench, lan: Managed) -> None:
    router = bench.create("BgpRouter", "edge", network=lan.id, asn=65001)
    command = bench.create("BgpRouterCommand", "isp", router=router.id, command="neighbor", params="10.0.0.9")
    assert router.outs["__parent"] == command.outs["__parent"] == lan.outs["__token"]
    command.up(params="10.0.0.8")
    describe(lan, STRANGER)
    left_alone(command, "shop/prod as 'web'", params="10.0.0.7")


def test_a_row_in_a_marked_row_is_that_of_the_latter(bench: Bench, lan: Managed) -> None:
    guard = bench.create("WireGuard", "wg", network=lan.id, name="wg0", ip="10.9.0.1/24")
    given = {"wireguard": guard.id, "name": "hq", "peer_ip": "10.9.0.2", "allowed_ips": ["10.9.0.2/32"]}
    peer = bench.create("WireGuardPeer", "hq", public_key="A" * 43 + "=", **given)
    describe(lan, STRANGER)
    assert peer.read().id == peer.id
    assert peer.outs["__parent"] == guard.outs["__token"]


# ---------------------------------------------------------------------------------------------------------------------


def test_without_marks_a_row_is_known_by_what_vergeos_drew(bench: Bench) -> None:
    bare = Bench(bench.simulator, mark=False)
    lan = bare.create("Network", "lan", name="lan")
    bare.simulator.edit("vnets", int(lan.id), macaddress="f0:db:30:00:00:99")
    bare.begin_run()
    bare.simulator.reset("log")
    left_alone(lan, "another object, whose macaddress is not that of this one", mtu=9000)


def test_outside_of_a_call_the_stack_is_the_recorded_owner() -> None:
    assert this_stack({"__owner": OWNER, "__org": "acme"}) == "acme/shop/dev"
    assert this_stack({"__owner": OWNER}) == "organization/shop/dev"
