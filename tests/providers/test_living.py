"""A row is read, changed and deleted as long as it is ours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import Bench, Managed
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.reading.reader import MAX_AGE
from verge_pulumi.simulator import Simulator

STRANGER = "Theirs\n[pulumi other/dev web 12ab]"


@pytest.fixture
def lan(bench: Bench) -> Managed:
    """A network that this stack manages; the request log is empty."""
    network = bench.create("Network", name="lan", mtu=1500, description="for tests")
    bench.simulator.reset("log")
    return network


def edit(lan: Managed, **columns: object) -> None:
    """Change the row behind Pulumi's back."""
    lan.bench.simulator.edit("vnets", int(lan.id), **columns)


def error_of_update(lan: Managed, **changes: object) -> str:
    with pytest.raises(Reported) as error:
        lan.up(**changes)
    return str(error.value)


# Read ----------------------------------------------------------------------------------------------------------------


def test_a_refresh_of_what_did_not_change_changes_nothing(lan: Managed) -> None:
    before = dict(lan.outs)
    result = lan.read()
    assert result.id == lan.id
    assert result.outs == before
    managed = {"name": "lan", "mtu": 1500, "description": "for tests"}
    hidden = {"__owner": "shop/dev", "__name": "web", "__org": "organization", "__token": before["__token"]}
    assert result.inputs == {**managed, **hidden}


def test_a_refresh_shows_the_drift_of_what_is_managed_and_reads_the_rest(lan: Managed) -> None:
    edit(lan, mtu=9000, dns="bind")
    lan.refresh()
    assert (lan.inputs["mtu"], "dns" in lan.inputs) == (9000, False)
    assert (lan.outs["mtu"], lan.outs["dns"]) == (9000, "bind")
    assert lan.outs["__managed"] == ["description", "mtu", "name"]


def test_an_emptied_argument_is_drift(lan: Managed) -> None:
    edit(lan, description=lan.outs["__mark"])
    lan.refresh()
    assert lan.outs["description"] is None
    assert "description" not in lan.inputs
    assert lan.diff(description="for tests").changes is None


def test_a_value_that_no_program_could_write_is_drift_and_no_crash(bench: Bench) -> None:
    lan = bench.create("Network", name="lan", network="10.0.0.0/24", ipaddress="10.0.0.1")
    edit(lan, ipaddress="10.0.0.1/24")
    lan.refresh()
    assert lan.outs["ipaddress"] == "10.0.0.1/24"


def test_a_refresh_of_many_is_one_list_for_each_kind(bench: Bench) -> None:
    networks = [bench.create("Network", f"lan-{n}", name=f"lan-{n}") for n in range(5)]
    vm = bench.create("VirtualMachine", "vm", name="web")
    bench.simulator.reset("log")
    later = Bench(bench.simulator)
    for resource in [*networks, vm]:
        resource.seen_by(later).refresh()
    assert later.asked() == [("GET", "system"), ("GET", "vnets"), ("GET", "vms")]


def test_what_was_deleted_is_gone(lan: Managed) -> None:
    lan.bench.simulator.remove("vnets", int(lan.id))
    result = lan.read()
    assert (result.id, result.outs) == ("", {})


def test_a_row_with_anothers_mark_is_gone_too(lan: Managed, told: list[str]) -> None:
    edit(lan, description=STRANGER)
    result = lan.read()
    assert (result.id, result.outs) == ("", {})
    assert told == [f"warning: row {lan.id} of vnets now belongs to other/dev as 'web'"]


def test_a_row_whose_mark_was_edited_away_is_still_ours(lan: Managed) -> None:
    edit(lan, description="edited")
    lan.refresh()
    assert lan.outs["description"] == "edited"
    assert lan.outs["__mark"].startswith("[pulumi shop/dev web ")


def test_a_row_that_is_only_read_is_shown_as_it_is(lan: Managed) -> None:
    provider = lan.bench.provider("Network")
    result: Any = provider.read(lan.id, {"__provider": "text"})
    assert (result.id, result.inputs) == (lan.id, None)
    assert (result.outs["name"], result.outs["description"]) == ("lan", "for tests")
    assert (result.outs["__managed"], "__mark" in result.outs) == ([], False)
    again: Any = provider.read(lan.id, result.outs)
    assert (again.inputs, again.outs["name"]) == ({}, "lan")


def test_a_row_that_is_only_read_must_be_there(bench: Bench) -> None:
    with pytest.raises(Reported) as error:
        bench.provider("Network").read("77", {"__provider": "text"})
    assert str(error.value) == f"Unable to read Network: there is no Network 77 on {bench.simulator.url}."


def test_an_unfinished_row_stays_unfinished_through_a_refresh(lan: Managed) -> None:
    lan.outs["__unfinished"] = "it was late"
    lan.refresh()
    assert lan.outs["__unfinished"] == "it was late"
    assert lan.diff().changes is True


# Update --------------------------------------------------------------------------------------------------------------


def test_an_update_writes_only_what_changed(lan: Managed) -> None:
    lan.up(mtu=9000)
    (write,) = lan.bench.writes()
    assert (write.verb, write.body) == ("PUT", {"mtu": 9000})
    path = f"vnets/{lan.id}"
    assert lan.bench.asked() == [("GET", path), ("PUT", path), ("GET", path)]
    assert (lan.outs["mtu"], lan.outs["description"]) == (9000, "for tests")
    assert lan.outs["__mark"] in lan.row()["description"]


@pytest.mark.parametrize("text", ["other", ""])
def test_a_new_description_keeps_the_mark(lan: Managed, text: str) -> None:
    lan.up(description=text)
    assert lan.row()["description"] == f"{text}\n{lan.outs['__mark']}".lstrip()
    assert lan.outs["description"] == text
    assert lan.diff().changes is False


def test_a_mark_that_was_edited_away_comes_back_with_the_next_update(lan: Managed) -> None:
    edit(lan, description="edited")
    lan.refresh()
    lan.up(mtu=9000)
    assert lan.row()["description"] == f"edited\n{lan.outs['__mark']}"


def test_a_change_of_what_vergeos_does_not_know_writes_nothing(lan: Managed) -> None:
    lan.up(stop_timeout=5)
    assert lan.bench.writes() == []
    assert lan.bench.asked() == [("GET", f"vnets/{lan.id}")]
    assert (lan.outs["stop_timeout"], lan.outs["__managed"]) == (5, ["description", "mtu", "name", "stop_timeout"])


def test_a_reference_is_sent_as_a_key(lan: Managed) -> None:
    lan.up(uplink="4")
    assert lan.bench.writes()[0].body == {"interface_vnet": 4}
    assert lan.outs["uplink"] == "4"


def test_an_update_of_anothers_row_is_refused(lan: Managed) -> None:
    edit(lan, description=STRANGER)
    assert error_of_update(lan, mtu=9000) == (
        f"Unable to update Network 'lan': row {lan.id} of vnets now belongs to other/dev as 'web'. "
        "It is left alone; run 'pulumi refresh' to forget it here."
    )
    assert lan.bench.writes() == []


def test_a_row_that_a_later_run_of_ours_made_its_own_is_refused_to_the_older_state(lan: Managed) -> None:
    lan.cut_off().bench.later().create("Network", name="lan")
    assert "now belongs to shop/dev as 'web'" in error_of_update(lan, mtu=9000)
    with pytest.raises(Reported, match="It is left alone"):
        lan.destroy()


def test_an_update_of_what_was_deleted_says_so(lan: Managed) -> None:
    lan.bench.simulator.remove("vnets", int(lan.id))
    assert error_of_update(lan, mtu=9000) == (
        f"Unable to update Network 'lan': there is no row {lan.id} in vnets; "
        "was it deleted by someone else? Run 'pulumi refresh'."
    )


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", [{"what": "reset"}, {"what": "status", "status": 502}])
def test_an_update_whose_answer_was_lost_is_sent_again(lan: Managed, when: str, fault: dict[str, object]) -> None:
    lan.bench.simulator.faults({"match": {"verb": "PUT"}, "when": when, **fault})
    lan.up(mtu=9000)
    assert lan.row()["mtu"] == 9000


def test_an_update_that_is_refused_is_one_sentence_and_drops_what_was_known(lan: Managed) -> None:
    lan.refresh()
    body = {"err": "Validation error on field: 'mtu' - 'fails validation test'"}
    lan.bench.simulator.faults({"match": {"verb": "PUT"}, "what": "status", "status": 422, "body": body})
    assert error_of_update(lan, mtu=9000) == (
        f"Unable to update Network 'lan': PUT /api/v4/vnets/{lan.id} failed: "
        "Validation error on field: 'mtu' - 'fails validation test' (422)."
    )
    edit(lan, mtu=1400)
    lan.refresh()
    assert lan.outs["mtu"] == 1400


def test_an_update_that_did_not_stick_is_told(lan: Managed, saved: list[Saved]) -> None:
    row = {"$key": int(lan.id), "name": "lan", "mtu": 1500, "description": "for tests"}
    read = {"verb": "GET", "path": f"/vnets/{lan.id}$", "nth": 2}
    lan.bench.simulator.faults({"match": read, "what": "status", "status": 200, "body": row})
    assert error_of_update(lan, mtu=9000) == (
        "Unable to update Network 'lan': mtu was written as 9000 and reads back as 1500. Declare what this VergeOS "
        "makes of it. It exists and is in the state; the next 'pulumi up' completes it."
    )
    (kept,) = saved
    assert (kept.id, kept.outs["mtu"], kept.outs["__mark"]) == (lan.id, 9000, lan.outs["__mark"])


def test_what_was_left_unfinished_is_compared_with_the_row_and_completed(lan: Managed) -> None:
    # The run before wrote mtu 9000, which is what the state says, but it never arrived.
    lan.outs |= {"mtu": 9000.0, "__unfinished": "it was late"}
    lan.up(mtu=9000)
    assert lan.bench.writes()[0].body == {"mtu": 9000}
    assert "__unfinished" not in lan.outs
    assert lan.diff().changes is False


def test_what_was_left_unfinished_and_is_right_already_is_only_read(lan: Managed) -> None:
    lan.outs["__unfinished"] = "it was late"
    lan.up()
    assert lan.bench.writes() == []
    assert "__unfinished" not in lan.outs


# Delete --------------------------------------------------------------------------------------------------------------


def test_a_delete_is_a_look_and_a_delete(lan: Managed) -> None:
    lan.destroy()
    first, *of_others, last = lan.bench.asked()
    assert (first, last) == (("GET", f"vnets/{lan.id}"), ("DELETE", f"vnets/{lan.id}"))
    # Once in a run the tables are listed in which other stacks may have rows within a network, or use it.
    assert sorted(path for _, path in of_others) == [
        "machine_nics",
        "vnet_addresses",
        "vnet_bgp_interfaces",
        "vnet_cidrs",
        "vnet_dns_zone_records",
        "vnet_ipsec_phase1s",
        "vnet_ipsec_phase2s",
        "vnet_rules",
        "vnet_wireguard_peers",
        "vnet_wireguards",
        "vnets",
    ]
    assert [row["name"] for row in lan.bench.simulator.rows("vnets")] == ["DMZ", "Core", "External", "Physical1"]


def test_what_is_gone_already_is_deleted(lan: Managed) -> None:
    lan.bench.simulator.remove("vnets", int(lan.id))
    lan.destroy()
    assert lan.bench.asked() == [("GET", f"vnets/{lan.id}")]


def test_what_goes_just_before_the_delete_is_deleted(lan: Managed) -> None:
    gone = {"what": "status", "status": 404, "body": {"err": "not found"}}
    lan.bench.simulator.faults({"match": {"verb": "DELETE"}, **gone})
    lan.destroy()


def test_a_delete_of_anothers_row_is_refused(lan: Managed) -> None:
    edit(lan, description=STRANGER)
    with pytest.raises(Reported) as error:
        lan.destroy()
    assert str(error.value) == (
        f"Unable to delete Network 'lan': row {lan.id} of vnets now belongs to other/dev as 'web'. "
        "It is left alone; run 'pulumi refresh' to forget it here."
    )
    assert lan.row()


def test_a_row_whose_mark_was_edited_away_is_deleted(lan: Managed) -> None:
    edit(lan, description="edited")
    lan.destroy()
    assert len(lan.bench.simulator.rows("vnets")) == 4


def test_a_delete_whose_answer_was_lost_is_a_delete(lan: Managed) -> None:
    lan.bench.simulator.faults({"match": {"verb": "DELETE"}, "when": "after", "what": "reset"})
    lan.destroy()
    assert len(lan.bench.simulator.rows("vnets")) == 4


def test_a_delete_that_is_refused_says_why_and_drops_what_was_known(bench: Bench, lan: Managed) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web")
    bench.create("Nic", "eth", vm=vm.id, network=lan.id)
    lan.refresh()
    with pytest.raises(Reported) as error:
        lan.destroy()
    assert str(error.value) == (
        f"Unable to delete Network 'lan': DELETE /api/v4/vnets/{lan.id} failed: Machine NICs are attached (422). "
        "It is used by NIC 'nic_0' of web."
    )
    bench.simulator.remove("vnets", int(lan.id))
    assert lan.read().id == ""


@pytest.mark.parametrize("through", ["uplink", "default_gateway"])
def test_a_network_that_others_need_is_kept_and_they_are_named(bench: Bench, lan: Managed, through: str) -> None:
    bench.create("Network", "inner", name="inner", **{through: lan.id})
    with pytest.raises(Reported, match=r"vNets are still referencing 'lan' \(422\)\. It is used by Network 'inner'\.$"):
        lan.destroy()


def test_a_delete_that_is_refused_for_a_reason_unknown_is_told_as_it_is(lan: Managed) -> None:
    body = {"err": "not now"}
    lan.bench.simulator.faults({"match": {"verb": "DELETE"}, "what": "status", "status": 422, "body": body})
    with pytest.raises(Reported) as error:
        lan.destroy()
    assert str(error.value).endswith(f"DELETE /api/v4/vnets/{lan.id} failed: not now (422).")


@pytest.mark.parametrize("kind", ["Drive", "Nic"])
def test_what_nobody_can_use_is_not_looked_for_when_its_delete_is_refused(bench: Bench, kind: str) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web")
    device = bench.create(kind, vm=vm.id, **({"disksize": "1GiB"} if kind == "Drive" else {}))
    refusal = {"what": "status", "status": 422, "body": {"err": "not now"}}
    bench.simulator.faults({"match": {"verb": "DELETE", "times": 0}, **refusal})
    with pytest.raises(Reported, match=r"not now \(422\)\.$"):
        device.destroy()


def test_a_delete_that_failed_but_was_made_is_success(lan: Managed) -> None:
    lan.bench.simulator.faults(
        {"match": {"verb": "DELETE"}, "when": "after", "what": "status", "status": 500, "body": {"err": "oops"}}
    )
    lan.destroy()
    assert len(lan.bench.simulator.rows("vnets")) == 4


def test_a_delete_of_which_every_answer_was_lost_is_told_by_a_look(lan: Managed) -> None:
    lan.bench.simulator.faults(
        {"match": {"verb": "DELETE"}, "when": "after", "what": "reset"},
        {"match": {"verb": "DELETE", "times": 0}, "what": "status", "status": 503},
    )
    lan.destroy()
    assert lan.bench.asked()[-1] == ("GET", f"vnets/{lan.id}")
    assert len(lan.bench.simulator.rows("vnets")) == 4


def test_a_delete_that_failed_and_was_not_made_is_an_error(lan: Managed) -> None:
    failing = {"match": {"verb": "DELETE", "times": 0}, "what": "status", "status": 500, "body": {"err": "oops"}}
    lan.bench.simulator.faults(failing)
    with pytest.raises(Reported, match="It is not known whether VergeOS applied it"):
        lan.destroy()


# Another row under the key -------------------------------------------------------------------------------------------


def test_a_row_without_a_mark_that_bears_another_name_is_another_row(lan: Managed, told: list[str]) -> None:
    edit(lan, description="", name="theirs")
    who = "now belongs to another object, whose name is not that of this one"
    assert who in error_of_update(lan, mtu=9000)
    with pytest.raises(Reported, match=who):
        lan.destroy()
    assert lan.read().id == ""
    assert told == [f"warning: row {lan.id} of vnets {who}"]
    assert lan.bench.writes() == []


def test_a_row_with_our_mark_that_was_renamed_is_ours(lan: Managed) -> None:
    edit(lan, name="renamed")
    lan.refresh()
    assert (lan.inputs["name"], lan.diff(name="lan").changes) == ("renamed", None)
    lan.up(name="lan")
    assert lan.row()["name"] == "lan"


# What a run knows ----------------------------------------------------------------------------------------------------


def test_writes_of_one_resource_are_seen_by_the_reads_of_another(bench: Bench) -> None:
    lan = bench.create("Network", "lan", name="lan")
    dmz = bench.create("Network", "dmz", name="dmz")
    dmz.refresh()
    lan.up(mtu=9000)
    edit(dmz, mtu=1400)
    dmz.refresh()
    assert dmz.outs["mtu"] == 1400


def test_a_list_of_the_stack_is_good_for_a_while(bench: Bench) -> None:
    lan = bench.create("Network", name="lan")
    lan.refresh()
    edit(lan, mtu=1400)
    lan.refresh()
    assert lan.outs["mtu"] == 1500
    bench.time.sleep(MAX_AGE + 1)
    lan.refresh()
    assert lan.outs["mtu"] == 1400


def test_a_stack_does_not_see_the_rows_of_another(simulator: Simulator) -> None:
    bench = Bench(simulator)
    lan = bench.create("Network", name="lan")
    lan.outs["__mark"] = lan.outs["__mark"].replace("shop/dev", "shop/prod")
    result = lan.read()
    assert result.id == lan.id
    assert bench.asked()[-2:] == [("GET", "vnets"), ("GET", f"vnets/{lan.id}")]
