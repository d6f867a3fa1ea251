"""A row is made exactly once, and nobody else's is taken."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.providers.bench import Bench, urn_of
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.ownership.journal import Journal
from verge_pulumi.engine.ownership.mark import Mark
from verge_pulumi.simulator import Options, Simulator

POST = {"verb": "POST", "path": "/vnets$"}


def named(simulator: Simulator, name: str = "lan") -> list[dict[str, Any]]:
    """Return the networks of that name."""
    return [row for row in simulator.rows("vnets") if row["name"] == name]


def failure(bench: Bench, kind: str = "Network", resource_name: str = "web", /, **arguments: Any) -> str:
    """Return the error of a create that fails."""
    with pytest.raises(Reported) as error:
        bench.create(kind, resource_name, **arguments)
    return str(error.value)


def test_a_create_is_one_post_and_one_read(bench: Bench) -> None:
    lan = bench.create("Network", name="lan", mtu=1500, description="for tests")
    assert bench.asked() == [("GET", "system"), ("POST", "vnets"), ("GET", f"vnets/{lan.id}")]
    (row,) = named(bench.simulator)
    assert lan.id == str(row["$key"])
    assert row["description"] == f"for tests\n{lan.outs['__mark']}"
    (post,) = bench.writes()
    assert post.body == {"name": "lan", "mtu": 1500, "description": row["description"]}
    assert type(post.body["mtu"]) is int


def test_numbers_arrive_whole_although_the_host_makes_floats_of_them(bench: Bench) -> None:
    options = {"ports": [53, 67], "ratio": 0.5, "dnsmasq": {"cache": 0, "on": True}}
    lan = bench.create("Network", name="lan", advanced_options=options)
    lan.up(advanced_options={"ports": [53]}, mtu=9000)
    bodies = [repr(write.body) for write in bench.writes()]
    assert "{'ports': [53, 67], 'ratio': 0.5, 'dnsmasq': {'cache': 0, 'on': True}}" in bodies[0]
    assert "{'ports': [53]}" in bodies[1]
    assert "'mtu': 9000" in bodies[1]
    assert "9000.0" not in bodies[1]


def test_the_outputs_are_the_row_and_what_is_kept_for_later(bench: Bench) -> None:
    lan = bench.create("Network", "web", name="lan", description="for tests", stop_timeout=5)
    mark = Mark.of(lan.outs["__mark"])
    assert mark is not None
    assert (mark.owner, mark.name, mark.token) == ("shop/dev", "web", lan.outs["__token"])
    expected = {
        "name": "lan",
        "description": "for tests",
        "stop_timeout": 5,
        "mtu": 1500,
        "running": False,
        "status": "stopped",
        "$key": int(lan.id),
        "location": f"/v4/vnets/{lan.id}",
        "__owner": "shop/dev",
        "__name": "web",
        "__org": "organization",
        "__fixed": {"macaddress": lan.row()["macaddress"]},
        "__managed": ["description", "name", "stop_timeout"],
        "__origin": {
            "provider": "",
            "host": bench.simulator.url,
            "system": bench.connection.system.identity,
            "name": "site-a",
        },
    }
    assert {name: lan.outs[name] for name in expected} == expected
    assert "__unfinished" not in lan.outs


def test_the_system_is_asked_for_once_in_a_run(bench: Bench) -> None:
    bench.create("Network", name="lan")
    bench.create("Network", name="dmz")
    assert bench.asked().count(("GET", "system")) == 1


def test_a_drive_and_a_nic_hang_on_the_machine_of_their_vm(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web")
    lan = bench.create("Network", "lan", name="lan")
    drive = bench.create("Drive", "data", vm=vm.id, name="data", disksize="20GiB")
    nic = bench.create("Nic", "eth", vm=vm.id, network=lan.id, name="eth0", macaddress="F0-DB-30-00-00-AA")
    machine = vm.row()["machine"]
    assert (drive.row()["machine"], drive.row()["disksize"]) == (machine, 20 * 1024**3)
    assert (nic.row()["machine"], nic.row()["vnet"]) == (machine, int(lan.id))
    assert (drive.outs["vm"], drive.outs["machine"], drive.outs["disksize"]) == (vm.id, machine, "20GiB")
    assert (nic.outs["network"], nic.outs["macaddress"]) == (lan.id, "f0:db:30:00:00:aa")


def test_a_drive_of_a_vm_that_is_not_there_is_refused(bench: Bench) -> None:
    text = failure(bench, "Drive", vm="77", name="data", disksize="1GiB")
    assert text.startswith("Unable to create Drive 'data': there is no row 77 in vms; was it deleted by someone else?")
    assert bench.writes() == []


@pytest.mark.parametrize(
    "fault",
    [
        {"what": "reset"},
        {"what": "status", "status": 502},
        {"what": "status", "status": 408},
        {"what": "garbage"},
        {"what": "cut"},
        {"what": "garbage", "status": 201, "body": "{}", "content_type": "application/json"},
        {"what": "status", "status": 201, "body": {"$key": None}},
    ],
    ids=lambda fault: "-".join(str(part) for part in fault.values()),
)
def test_a_row_whose_answer_was_lost_is_found_and_not_made_again(bench: Bench, fault: dict[str, Any]) -> None:
    bench.simulator.faults({"match": POST, "when": "after", **fault})
    lan = bench.create("Network", name="lan")
    (row,) = named(bench.simulator)
    assert lan.id == str(row["$key"])
    assert lan.outs["__mark"] in row["description"]
    assert [verb for verb, path in bench.asked() if path == "vnets"] == ["POST", "GET"]


@pytest.mark.parametrize("fault", [{"what": "reset"}, {"what": "status", "status": 503}])
def test_a_row_that_was_not_made_is_looked_for_and_then_sent_again(bench: Bench, fault: dict[str, Any]) -> None:
    bench.simulator.faults({"match": POST, "when": "before", **fault})
    lan = bench.create("Network", name="lan")
    assert [str(row["$key"]) for row in named(bench.simulator)] == [lan.id]
    assert [write.verb for write in bench.writes()] == ["POST"]
    # VergeOS may take that long to show a row.
    assert bench.time.now >= 30
    verbs = [verb for verb, path in bench.asked() if path == "vnets"]
    assert (verbs[:2], verbs[-1], verbs.count("POST")) == (["POST", "GET"], "POST", 2)


def test_a_row_of_which_both_answers_were_lost_is_left_for_the_next_run(bench: Bench) -> None:
    bench.simulator.faults(
        {"match": POST, "when": "before", "what": "reset"},
        {"match": {**POST, "nth": 2}, "when": "after", "what": "reset"},
    )
    inputs = bench.plan("Network", name="lan")
    with pytest.raises(Reported) as error:
        bench.carry_out("Network", inputs)
    text = str(error.value)
    assert text.startswith("Unable to create Network 'lan': POST /api/v4/vnets failed: ")
    assert text.endswith("It is not known whether VergeOS applied it.")
    bench.simulator.faults()
    bench.stack.cut_off(urn_of("Network", "web"), inputs)
    lan = bench.later().create("Network", name="lan")
    assert [str(row["$key"]) for row in named(bench.simulator)] == [lan.id]


def test_a_second_post_that_meets_the_first_takes_its_row(bench: Bench) -> None:
    # The list does not show the row yet, or the first request arrives late.
    bench.simulator.faults(
        {"match": POST, "when": "after", "what": "reset"},
        {"match": {"verb": "GET", "path": "/vnets$", "times": 0}, "what": "status", "status": 200, "body": []},
    )

    def show() -> None:
        if bench.time.now > 31:
            bench.simulator.faults()

    bench.time.meanwhile = show
    lan = bench.create("Network", name="lan")
    (row,) = named(bench.simulator)
    assert (str(row["$key"]), row["description"]) == (lan.id, lan.outs["__mark"])


def test_an_applied_post_without_a_key_is_never_sent_again(bench: Bench) -> None:
    bench.simulator.faults(
        {"match": POST, "when": "after", "what": "status", "status": 201, "body": {"$key": None}},
        {"match": {"verb": "GET", "path": "/vnets$", "times": 0}, "what": "status", "status": 200, "body": []},
    )
    text = failure(bench, name="lan")
    assert text == (
        "Unable to create Network 'lan': POST /api/v4/vnets failed: the receipt has no usable $key (None). "
        "Look for the new row."
    )
    assert len(named(bench.simulator)) == 1


def test_what_is_refused_is_not_sent_again(bench: Bench) -> None:
    bench.simulator.faults({"match": POST, "what": "status", "status": 422, "body": {"err": "no"}})
    assert failure(bench, name="lan") == "Unable to create Network 'lan': POST /api/v4/vnets failed: no (422)."
    assert [verb for verb, path in bench.asked() if path == "vnets"] == ["POST"]


def test_several_rows_with_the_mark_of_one_resource_are_an_error(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web")
    machine = vm.row()["machine"]
    first = bench.create("Drive", "data", vm=vm.id, disksize="1GiB").cut_off()
    # A copy has the description of the original.
    copied = {"machine": machine, "disksize": 1024**3, "description": first.outs["__mark"]}
    bench.simulator.add("machine_drives", name="copy", **copied)
    bench.simulator.reset("log")
    assert failure(bench.later(), "Drive", "data", vm=vm.id, disksize="1GiB") == (
        "Unable to create Drive 'data': rows 1, 2 of machine_drives bear the mark of one and the same create of this "
        "resource. Delete all but one of them."
    )
    assert bench.writes() == []


def test_a_copy_of_a_row_that_the_state_holds_is_nobodys(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web")
    first = bench.create("Drive", "data", vm=vm.id, disksize="1GiB")
    copied = {"machine": vm.row()["machine"], "disksize": 1024**3, "description": first.outs["__mark"]}
    copy = bench.simulator.add("machine_drives", name="copy", **copied)
    assert bench.later().create("Drive", "data", vm=vm.id, disksize="1GiB").id not in (first.id, str(copy))
    (row,) = [row for row in bench.simulator.rows("machine_drives") if row["$key"] == copy]
    assert row["description"] == first.outs["__mark"]


def test_the_row_of_a_killed_run_is_taken_over_with_a_new_mark(bench: Bench, told: list[str]) -> None:
    first = bench.create("Network", name="lan", mtu=1500).cut_off()
    second = bench.later().create("Network", name="lan", mtu=9000, description="new")
    assert second.id == first.id
    (row,) = named(bench.simulator)
    assert (row["mtu"], row["description"]) == (9000, f"new\n{second.outs['__mark']}")
    assert second.outs["__mark"] != first.outs["__mark"]
    assert told == [f"took over row {first.id} of vnets, which existed already"]


def test_the_unnamed_drive_of_a_killed_run_is_found_by_its_mark(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web")
    other = bench.create("VirtualMachine", "vm-2", name="web-2")
    first = bench.create("Drive", "data", vm=vm.id, disksize="1GiB").cut_off()
    second = bench.later().create("Drive", "data", vm=vm.id, disksize="2GiB")
    assert (second.id, second.row()["disksize"]) == (first.id, 2 * 1024**3)
    third = bench.create("Drive", "data-2", vm=vm.id, disksize="1GiB")
    elsewhere = bench.create("Drive", "data", vm=other.id, disksize="1GiB")
    assert len({first.id, third.id, elsewhere.id}) == 3


def test_a_saved_plan_that_is_carried_out_once_more_finds_its_row(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web")
    planned = bench.plan("Drive", "data", vm=vm.id, disksize="1GiB")
    first = bench.carry_out("Drive", planned).cut_off()
    assert bench.later().carry_out("Drive", planned).id == first.id


def test_a_copy_of_what_is_replaced_is_no_reason_to_refuse(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web")
    old = bench.create("Drive", "data", vm=vm.id, disksize="1GiB")
    columns = {"name": "copy", "machine": old.row()["machine"], "disksize": 2**30}
    copy = bench.simulator.add("machine_drives", **columns, description=old.row()["description"])
    bench.simulator.remove("machine_drives", int(old.id))
    again = bench.later().create("Drive", "data", vm=vm.id, disksize="1GiB")
    assert again.id not in (old.id, str(copy))


def test_a_conflict_without_a_name_is_told_as_it_is(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web")
    taken = {"status": 409, "body": {"err": "serial 'x' is already in use"}}
    bench.simulator.faults({"match": {"verb": "POST", "path": "/machine_drives$"}, "what": "status", **taken})
    text = failure(bench, "Drive", vm=vm.id, disksize="1GiB", serial="x")
    assert (
        text == "Unable to create Drive 'web': POST /api/v4/machine_drives failed: serial 'x' is already in use (409)."
    )


def test_a_conflict_with_a_row_that_is_gone_again_is_told_as_it_is(bench: Bench) -> None:
    taken = {"status": 409, "body": {"err": "name 'lan' is already in use"}}
    bench.simulator.faults({"match": POST, "what": "status", **taken})
    assert failure(bench, name="lan").endswith("name 'lan' is already in use (409).")


@pytest.mark.parametrize(
    ("description", "whose"),
    [
        ("", "no stack manages it"),
        ("Front end", "no stack manages it"),
        ("[pulumi shop/prod web 12ab]", "bears the mark of shop/prod as 'web'"),
        ("[pulumi shop/dev other 12ab]", "bears the mark of shop/dev as 'other'"),
    ],
)
def test_a_strangers_row_is_an_error_that_names_it(bench: Bench, description: str, whose: str) -> None:
    key = bench.simulator.add("vnets", name="lan", description=description, mtu=1400)
    assert failure(bench, name="lan", mtu=9000) == (
        f"Unable to create Network 'lan': row {key} of vnets has that name already and {whose}. Choose another name; "
        "if the resource was renamed in the program use the option aliases; to manage that row from here set "
        "adopt=True."
    )
    assert bench.writes() == []
    assert named(bench.simulator)[0]["mtu"] == 1400


def test_before_26_1_4_the_refusal_of_a_name_has_another_status() -> None:
    with Simulator(Options(release="26.0.2")) as simulator:
        key = simulator.add("vnets", name="lan")
        assert f"row {key} of vnets has that name already" in failure(Bench(simulator), name="lan")


def test_several_rows_of_one_name_are_an_error(bench: Bench) -> None:
    keys = [bench.simulator.add("vnets", name="lan") for _ in range(2)]
    text = failure(bench, name="lan", adopt=True)
    assert text == (
        f"Unable to create Network 'lan': several rows of vnets have that name: {keys[0]}, {keys[1]}. Give all but "
        "one another name."
    )


def test_a_snapshot_of_that_name_is_not_the_vm(bench: Bench) -> None:
    bench.simulator.add("vms", name="web", is_snapshot=True)
    key = bench.simulator.add("vms", name="web")
    assert f"row {key} of vms has that name already" in failure(bench, "VirtualMachine", name="web")


def test_adopting_changes_what_the_program_sets_and_nothing_else(bench: Bench) -> None:
    key = bench.simulator.add("vnets", name="lan", description="Front end", mtu=1400, dns="bind")
    lan = bench.create("Network", name="lan", mtu=9000, adopt=True)
    assert lan.id == str(key)
    (write,) = bench.writes()
    assert write.verb == "PUT"
    assert write.body == {"mtu": 9000, "description": f"Front end\n{lan.outs['__mark']}"}
    assert (lan.outs["dns"], lan.outs["description"]) == ("bind", "Front end")


def test_adopting_writes_what_cannot_be_read(bench: Bench) -> None:
    bench.simulator.add("vms", name="web", console_pass="theirs")
    bench.create("VirtualMachine", name="web", console_pass="canary", adopt=True)
    (write,) = bench.writes()
    assert (write.verb, sorted(write.body)) == ("PUT", ["console_pass", "description"])


def test_adopting_with_an_empty_description_empties_it(bench: Bench) -> None:
    bench.simulator.add("vnets", name="lan", description="Front end")
    lan = bench.create("Network", name="lan", description="", adopt=True)
    assert named(bench.simulator)[0]["description"] == lan.outs["__mark"]


def test_adopting_what_only_differs_in_what_is_fixed_is_refused(bench: Bench) -> None:
    key = bench.simulator.add("vnets", name="lan", type="external")
    assert failure(bench, name="lan", type="internal", adopt=True) == (
        f"Unable to create Network 'lan': row {key} of vnets differs in type, which is set on creation only. "
        "Delete the row, or declare what it has."
    )
    assert bench.writes() == []


def test_adopting_a_drive_asks_only_for_its_vm_and_name(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web")
    key = bench.simulator.add("machine_drives", name="data", machine=vm.row()["machine"], disksize=1024**3)
    drive = bench.create("Drive", vm=vm.id, name="data", disksize="1GiB", adopt=True)
    assert (drive.id, drive.outs["vm"]) == (str(key), vm.id)


@pytest.mark.parametrize("adopt", [None, True])
def test_a_row_that_the_state_knows_is_never_taken_over(bench: Bench, adopt: bool | None) -> None:
    first = bench.create("Network", name="lan")
    assert failure(bench, name="lan", adopt=adopt) == (
        f"Unable to create Network 'lan': row {first.id} of vnets has that name and is 'web' of this stack. If "
        "that was renamed in the program use the option aliases; if it is replaced by this one leave "
        "delete_before_replace on; else give one of them another name."
    )
    assert first.row()["description"] == first.outs["__mark"]


def test_a_row_that_the_state_holds_is_not_taken_in_a_later_run_either(bench: Bench) -> None:
    first = bench.create("Network", name="lan")
    # It would be a holder also if a create of it had been cut off before.
    bench.stack.cut_off(first.urn, first.inputs)
    text = failure(bench.later(), name="lan", adopt=True)
    assert f"row {first.id} of vnets has that name and is 'web' of this stack" in text


def test_the_row_of_which_the_state_knows_no_create_is_left_alone(bench: Bench) -> None:
    first = bench.create("Network", name="lan")
    bench.stack.forget(first)
    later = bench.later()
    later.simulator.reset("log")
    assert failure(later, name="lan", mtu=9000).startswith(
        f"Unable to create Network 'lan': row {first.id} of vnets has that name already and bears the mark of "
        "shop/dev as 'web'. Choose another name"
    )
    assert later.writes() == []
    adopted = bench.later().create("Network", name="lan", adopt=True)
    assert (adopted.id, adopted.row()["description"]) == (first.id, adopted.outs["__mark"])


def test_the_unnamed_row_of_which_the_state_knows_no_create_is_left_alone(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web")
    first = bench.create("Drive", "data", vm=vm.id, disksize="1GiB")
    bench.stack.forget(first)
    later = bench.later()
    later.simulator.reset("log")
    assert failure(later, "Drive", "data", vm=vm.id, disksize="1GiB") == (
        f"Unable to create Drive 'data': row {first.id} of machine_drives bears the mark of this resource, but the "
        "state knows of no create that was cut off. Delete it, or set adopt=True to manage it from here."
    )
    assert later.writes() == []
    adopted = bench.later().create("Drive", "data", vm=vm.id, disksize="1GiB", adopt=True)
    assert (adopted.id, adopted.row()["description"]) == (first.id, adopted.outs["__mark"])


def test_a_row_that_the_journal_knows_of_is_taken_over(bench: Bench, tmp_path: Path) -> None:
    # The provider's process died alone, so the engine has no pending operation.
    journal = Journal(tmp_path / "attempts")
    first = bench.create("Network", name="lan")
    bench.stack.forget(first)
    journal.begin("create", first.urn, first.inputs["__token"])
    later = bench.later()
    later.journal = Journal(tmp_path / "attempts", alive=lambda pid: True)
    later.begin_run()
    assert "bears the mark of shop/dev as 'web'" in failure(later, name="lan")
    later.journal = Journal(tmp_path / "attempts", alive=lambda pid: False)
    later.begin_run()
    assert later.create("Network", name="lan").id == first.id


@pytest.fixture
def killed(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unanswered: None) -> Callable[[], Bench]:
    """Let the process of the last run be killed before the engine has an answer; the next run is returned."""
    processes = [1]
    monkeypatch.setattr(os, "getpid", lambda: processes[-1])

    def begin(run: Bench) -> Bench:
        run.journal = Journal(tmp_path / "attempts", alive=lambda pid: pid == processes[-1])
        run.begin_run()
        return run

    def next_run() -> Bench:
        processes.append(len(processes) + 1)
        return begin(bench.later())

    begin(bench)
    return next_run


@pytest.mark.fault(97)
def test_a_row_whose_create_had_ended_is_taken_over(bench: Bench, killed: Callable[[], Bench]) -> None:
    first = bench.create("Network", name="lan")
    for _ in range(3):  # the process that takes it over is killed, too
        bench.stack.forget(first)
        assert killed().create("Network", name="lan").id == first.id
    assert len(named(bench.simulator)) == 1


def test_a_create_that_the_state_has_proves_nothing_when_its_row_was_moved_to_another_stack(
    bench: Bench, killed: Callable[[], Bench]
) -> None:
    first = bench.create("Network", name="lan")  # saved, and its process killed before the attempt was crossed out
    later = killed()
    later.stack.hold(first)
    later.create("Network", "other", name="dmz")
    later.stack.forget(first)
    assert "has that name already and bears the mark of" in failure(killed(), name="lan")


@pytest.mark.fault(97)
def test_a_row_that_was_about_to_be_saved_as_not_complete_is_taken_over(
    bench: Bench, killed: Callable[[], Bench], saved: list[Saved]
) -> None:
    bench.simulator.faults(
        {"match": {"verb": "GET", "path": r"/vnets/\d+$", "times": 0}, "what": "status", "status": 403}
    )
    failure(bench, name="lan")
    assert len(saved) == 1
    bench.simulator.faults()
    assert killed().create("Network", name="lan").id == saved[0].id


def test_a_row_of_another_resource_that_the_state_knows_is_not_adopted(bench: Bench) -> None:
    first = bench.create("Network", "other", name="lan")
    assert f"row {first.id} of vnets has that name and is 'other' of this stack" in failure(
        bench, name="lan", adopt=True
    )
    assert first.row()["description"] == first.outs["__mark"]


def test_a_create_of_which_something_may_exist_is_not_crossed_out_by_a_later_refusal(
    bench: Bench, tmp_path: Path
) -> None:
    """The first POST got no answer, the second one is forbidden: the error says nothing of the first one."""
    bench.journal = Journal(tmp_path / "attempts", alive=lambda pid: False)
    bench.begin_run()
    bench.simulator.faults(
        {"match": POST, "when": "after", "what": "reset"},
        {"match": {"verb": "GET", "path": "/vnets$", "times": 0}, "what": "status", "status": 200, "body": []},
        {"match": {**POST, "nth": 2}, "what": "status", "status": 403},
    )
    assert "(403)" in failure(bench, name="lan")
    bench.simulator.faults()
    bench.begin_run()
    lan = bench.create("Network", name="lan")
    assert [str(row["$key"]) for row in named(bench.simulator)] == [lan.id]
    assert bench.journal.cut_off() == []


def test_what_is_refused_leaves_no_note(bench: Bench, tmp_path: Path) -> None:
    bench.journal = Journal(tmp_path / "attempts", alive=lambda pid: False)
    bench.begin_run()
    bench.simulator.add("vnets", name="lan")
    failure(bench, name="lan")
    assert bench.journal.cut_off() == []


def test_the_text_of_a_mark_takes_nothing_over(bench: Bench) -> None:
    """Somebody copied the text: the token is that of another kind of resource."""
    vm = bench.create("VirtualMachine", "vm", name="web")
    other = bench.create("Network", "data", name="lan")
    theirs = str(other.outs["__mark"])
    copied = {"machine": vm.row()["machine"], "disksize": 1024**3, "description": theirs}
    key = bench.simulator.add("machine_drives", **copied)
    drive = bench.create("Drive", "data", vm=vm.id, disksize="1GiB", adopt=True)
    assert drive.id != str(key)
    assert [row["description"] for row in bench.simulator.rows("machine_drives") if row["$key"] == key] == [theirs]


def test_two_resources_do_not_take_over_one_row(simulator: Simulator) -> None:
    """The second one looks for it while the PUT of the first one is under way."""
    bench = Bench(simulator, timeout=2)
    bench.simulator.add("vnets", name="lan")
    bench.simulator.faults({"match": {"verb": "PUT", "path": "/vnets/"}, "what": "hang"})
    with ThreadPoolExecutor() as pool:
        first = pool.submit(bench.create, "Network", "one", name="lan", adopt=True)
        bench.simulator.wait_for_hang()
        with pytest.raises(Reported, match="has that name and is 'another resource' of this stack"):
            bench.create("Network", "two", name="lan", adopt=True)
        bench.simulator.faults()
        assert first.result(60).name == "one"


def test_a_row_that_could_not_be_taken_over_is_free_again(bench: Bench) -> None:
    bench.simulator.add("vnets", name="lan")
    bench.simulator.faults({"match": {"verb": "PUT"}, "what": "status", "status": 403})
    assert "(403)" in failure(bench, "Network", "one", name="lan", adopt=True)
    assert bench.create("Network", "two", name="lan", adopt=True).row()["name"] == "lan"


def test_a_vm_is_saved_before_it_is_taken_over_and_changed(bench: Bench) -> None:
    key = bench.simulator.add("vms", name="web", ram=1024)
    vm = bench.create("VirtualMachine", name="web", ram=2048, adopt=True, snapshot_before_restart="72h")
    assert vm.id == str(key)
    (snapshot,) = bench.simulator.rows("machine_snapshots")
    assert (snapshot["machine"], snapshot["name"]) == (vm.row()["machine"], "before a change of ram")


# Without marks -------------------------------------------------------------------------------------------------------


def test_without_marks_the_description_is_the_programs_alone(simulator: Simulator) -> None:
    bench = Bench(simulator, mark=False)
    lan = bench.create("Network", name="lan", description="for tests")
    assert named(simulator)[0]["description"] == "for tests"
    assert "__mark" not in lan.outs
    lan.up(mtu=9000)
    assert bench.writes()[-1].body == {"mtu": 9000}
    lan.refresh()
    assert lan.outs["description"] == "for tests"
    lan.destroy()
    assert named(simulator) == []


def test_without_marks_a_lost_answer_is_an_error_that_says_what_to_do(simulator: Simulator) -> None:
    bench = Bench(simulator, mark=False)
    simulator.faults({"match": POST, "when": "after", "what": "reset"})
    text = failure(bench, name="lan")
    assert text.endswith(
        "It is not known whether VergeOS applied it. Whether the row was made is not known, and without marks it "
        f"cannot be found. Look for it on {simulator.url} before the next run."
    )
    assert [verb for verb, path in bench.asked() if path == "vnets"] == ["POST"]


def test_without_marks_nobodys_row_is_ours(simulator: Simulator) -> None:
    Bench(simulator, mark=False).create("Network", name="lan")
    assert "no stack manages it" in failure(Bench(simulator, mark=False), name="lan")
    adopted = Bench(simulator, mark=False).create("Network", name="lan", adopt=True, mtu=9000)
    assert (adopted.row()["mtu"], adopted.row()["description"]) == (9000, "")


def test_adopting_what_is_right_already_writes_nothing_without_marks(simulator: Simulator) -> None:
    simulator.add("vnets", name="lan")
    bench = Bench(simulator, mark=False)
    bench.create("Network", name="lan", adopt=True)
    assert bench.writes() == []


# After the row exists ------------------------------------------------------------------------------------------------


def test_a_row_that_shows_up_late_is_waited_for(bench: Bench) -> None:
    bench.simulator.faults(
        {"match": {"verb": "GET", "path": r"/vnets/\d+$", "times": 3}, "what": "status", "status": 404}
    )
    lan = bench.create("Network", name="lan")
    assert lan.outs["name"] == "lan"
    assert 0 < bench.time.now < 10


def test_a_row_that_never_shows_up_keeps_its_key(bench: Bench, saved: list[Saved]) -> None:
    bench.simulator.faults(
        {"match": {"verb": "GET", "path": r"/vnets/\d+$", "times": 0}, "what": "status", "status": 404}
    )
    text = failure(bench, name="lan", mtu=9000)
    (row,) = named(bench.simulator)
    cause = f"row {row['$key']} of vnets was made but cannot be read back"
    assert text == (
        f"Unable to create Network 'lan': {cause}. It exists and is in the state; the next 'pulumi up' completes it."
    )
    (kept,) = saved
    assert kept.id == str(row["$key"])
    assert kept.reason == f"Unable to create Network 'lan': {cause}."
    assert (kept.outs["name"], kept.outs["mtu"], kept.outs["__unfinished"]) == ("lan", 9000, cause)
    assert (kept.outs["$key"], kept.outs["__managed"]) == (row["$key"], ["mtu", "name"])
    assert kept.outs["__mark"] == row["description"]
    assert kept.outs["__origin"]["name"] == "site-a"


def test_where_nothing_can_be_saved_the_error_says_that_it_exists(bench: Bench) -> None:
    bench.simulator.faults(
        {"match": {"verb": "GET", "path": r"/vnets/\d+$", "times": 0}, "what": "status", "status": 404}
    )
    assert failure(bench, name="lan").endswith("but cannot be read back. It exists.")


def test_a_column_that_did_not_stick_is_told(bench: Bench, saved: list[Saved]) -> None:
    inputs = bench.plan("Network", name="lan", mtu=9000)
    mark = f"[pulumi shop/dev web {inputs['__token']}]"
    body = {"$key": 5, "name": "lan", "mtu": 1500, "description": mark}
    bench.simulator.faults(
        {"match": {"verb": "GET", "path": r"/vnets/\d+$"}, "what": "status", "status": 200, "body": body}
    )
    with pytest.raises(Reported) as error:
        bench.carry_out("Network", inputs)
    assert str(error.value).startswith(
        "Unable to create Network 'lan': mtu was written as 9000 and reads back as 1500. "
        "Declare what this VergeOS makes of it. It exists"
    )
    assert saved[0].outs["mtu"] == 9000


def test_a_secret_that_did_not_stick_is_not_shown(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    attribute = bench.provider("VirtualMachine").declaration.attributes["console_pass"]
    monkeypatch.setattr(attribute, "write_only", False)
    inputs = bench.plan("VirtualMachine", name="web", console_pass="canary")
    mark = f"[pulumi shop/dev web {inputs['__token']}]"
    body = {"$key": 5, "name": "web", "console_pass": "canary-too", "description": mark}
    bench.simulator.faults(
        {"match": {"verb": "GET", "path": r"/vms/\d+$"}, "what": "status", "status": 200, "body": body}
    )
    with pytest.raises(Reported) as error:
        bench.carry_out("VirtualMachine", inputs)
    text = str(error.value)
    assert "console_pass was written as [secret] and reads back as [secret]" in text
    assert "canary" not in text
