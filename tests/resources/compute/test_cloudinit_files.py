"""Cloud-init files: their life, their contents that no GET returns, and what later contents do."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed, hosted
from tests.providers.conftest import Saved
from verge_pulumi.client import VergeError
from verge_pulumi.engine.errors import Reported
from verge_pulumi.simulator import Options, Simulator

TEXT = "#cloud-config\nhostname: web\n"
CANARY = "#!/bin/sh canary-pass/word+1"


@pytest.fixture
def vm(bench: Bench) -> Managed:
    """A stopped VM without a datasource."""
    return bench.create("VirtualMachine", "vm", name="web")


def add(vm: Managed, /, **arguments: Any) -> Managed:
    """Create a file of a VM; the log shows what that alone costs."""
    vm.bench.simulator.reset("log")
    given = {"vm": f"vms/{vm.id}", "name": "/user-data", "contents": TEXT, **arguments}
    return vm.bench.create("CloudInitFile", "file", **given)


def held(of: Managed) -> dict[str, str]:
    """Return what the files in the simulator hold, by name."""
    return {row["name"]: row["contents"] for row in of.bench.simulator.rows("cloudinit_files")}


def put(of: Managed, **columns: Any) -> None:
    """Change a file as somebody else does in the UI."""
    of.bench.simulator.clock("manual", advance=60)
    of.bench.connection.client.table("cloudinit_files").update(of.id, columns)
    of.bench.simulator.reset("log")


def bodies(bench: Bench) -> list[Any]:
    """Return the bodies of all writes."""
    return [request.body for request in bench.writes()]


def refresh(of: Managed) -> list[str]:
    """Run ``pulumi refresh``; return whether each request read the row or downloaded its contents."""
    of.bench.simulator.reset("log")
    of.refresh()
    files = [request for request in of.bench.simulator.requests() if "/cloudinit_files" in request.path]
    return ["download" if "download" in request.query else "read" for request in files]


def asked(bench: Bench) -> list[str]:
    """Return the verbs of the requests about files; whose their VM is, a run asks once for all of them."""
    return [verb for verb, path in bench.asked() if path.startswith("cloudinit_files")]


# Life ----------------------------------------------------------------------------------------------------------------


def test_a_file_is_made_by_two_requests(vm: Managed) -> None:
    file = add(vm, render="no")
    assert asked(vm.bench) == ["POST", "GET"]
    assert bodies(vm.bench) == [{"owner": f"vms/{vm.id}", "name": "/user-data", "contents": "********", "render": "no"}]
    assert held(vm) == {"/user-data": TEXT}
    assert file.outs["filesize"] == len(TEXT)
    assert file.outs["vm"] == f"vms/{vm.id}"
    assert file.outs["contents"] == TEXT
    assert file.outs["location"] == f"/v4/cloudinit_files/{file.id}"


def test_a_second_up_writes_nothing(vm: Managed) -> None:
    file = add(vm)
    vm.bench.simulator.reset("log")
    assert file.diff().changes is False
    assert vm.bench.asked() == []


def test_new_contents_are_one_put_of_one_column(vm: Managed, told: list[str]) -> None:
    file = add(vm)
    vm.bench.simulator.reset("log")
    file.up(contents="#cloud-config\n{}\n")
    assert asked(vm.bench) == ["GET", "PUT", "GET"]
    assert bodies(vm.bench) == [{"contents": "********"}]
    assert held(vm) == {"/user-data": "#cloud-config\n{}\n"}
    assert told == [
        "warning: /user-data is changed; the guest acts on it at its next boot if the instance id is another one"
    ]


@pytest.mark.parametrize(("argument", "value"), [("render", "jinja2"), ("name", "/vendor-data")])
def test_another_argument_is_written_alone_and_warns_of_nothing(
    vm: Managed, argument: str, value: str, told: list[str]
) -> None:
    file = add(vm)
    vm.bench.simulator.reset("log")
    file.up(**{argument: value})
    assert bodies(vm.bench) == [{argument: value}]
    assert file.row()[argument] == value
    assert told == []


def test_a_policy_alone_is_written_nowhere(vm: Managed) -> None:
    file = add(vm)
    vm.bench.simulator.reset("log")
    file.up(on_change="replace")
    assert bodies(vm.bench) == []
    assert file.outs["on_change"] == "replace"


def test_another_vm_is_another_file(vm: Managed) -> None:
    other = vm.bench.create("VirtualMachine", "other", name="other")
    diff = add(vm).diff(vm=f"vms/{other.id}")
    assert (diff.replaces, diff.delete_before_replace) == (["vm"], True)


@pytest.mark.parametrize("spelling", ["vms/{}", "/v4/vms/{}", "{}"])
def test_the_spelling_of_the_vm_is_no_change(vm: Managed, spelling: str) -> None:
    file = add(vm, vm=spelling.format(vm.id))
    assert file.outs["vm"] == f"vms/{vm.id}"
    assert file.diff(vm=f"/v4/vms/{vm.id}").changes is file.diff(vm=int(vm.id)).changes is False


def test_a_delete_is_two_requests(vm: Managed) -> None:
    file = add(vm)
    vm.bench.simulator.reset("log")
    file.destroy()
    assert asked(vm.bench) == ["GET", "DELETE"]
    assert held(vm) == {}


def test_what_is_gone_is_gone(vm: Managed) -> None:
    file = add(vm)
    vm.bench.simulator.remove("cloudinit_files", int(file.id))
    assert file.read().id == ""
    file.destroy()


@pytest.mark.parametrize("running", [False, True])
def test_a_file_lives_the_same_whether_the_vm_runs(vm: Managed, running: bool) -> None:
    if running:
        vm.bench.create("Power", "power", of=f"vms/{vm.id}", state="running")
    file = add(vm)
    file.up(contents="#!/bin/sh\n")
    assert held(vm) == {"/user-data": "#!/bin/sh\n"}
    file.destroy()
    assert held(vm) == {}


def test_an_old_vergeos_says_which_it_is() -> None:
    with Simulator(Options(release="4.13.1")) as simulator:
        bench = Bench(simulator, api_key="", username=simulator.username, password=simulator.password)
        vm = bench.create("VirtualMachine", "vm", name="web")
        with pytest.raises(Reported, match=r"This VergeOS is 4\.13\.1\.$"):
            add(vm)
        bench.connection.client.close()


# Files that VergeOS makes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source_first", [True, False])
def test_files_and_datasource_come_in_any_order(vm: Managed, source_first: bool) -> None:
    if source_first:
        vm.up(cloudinit_datasource="nocloud")
    files = [
        add(vm),
        add(vm, name="/meta-data", contents="instance-id: a\n"),
        add(vm, name="/network-config", contents="version: 2\n"),
    ]
    if not source_first:
        vm.up(cloudinit_datasource="nocloud")
    assert held(vm) == {"/user-data": TEXT, "/meta-data": "instance-id: a\n", "/network-config": "version: 2\n"}
    assert [file.diff().changes for file in files] == [False] * 3
    assert all(refresh(file) == ["read"] for file in files)
    vm.destroy()
    assert held(vm) == {}


def test_the_file_that_vergeos_made_is_taken_over_by_four_requests(vm: Managed) -> None:
    vm.up(cloudinit_datasource="nocloud")
    file = add(vm)
    assert asked(vm.bench) == ["POST", "GET", "PUT", "GET"]
    assert bodies(vm.bench) == [{"contents": "********"}]
    assert file.row()["contents"] == TEXT


def test_a_file_in_a_vm_that_this_stack_does_not_manage_may_be_somebodys(bench: Bench) -> None:
    vm = bench.simulator.add("vms", name="theirs", ram=512)
    bench.simulator.add("cloudinit_files", owner=f"vms/{vm}", name="/user-data", contents="precious")
    bench.simulator.reset("log")
    given = {"vm": f"vms/{vm}", "name": "/user-data", "contents": TEXT}
    with pytest.raises(Reported, match=r"has that name already and no stack manages it.*set adopt=True"):
        bench.create("CloudInitFile", "file", **given)
    assert bench.writes() == []
    bench.create("CloudInitFile", "file", **given, adopt=True)
    (row,) = bench.simulator.rows("cloudinit_files")
    assert row["contents"] == TEXT


def test_a_file_in_a_vm_that_another_process_of_this_run_made_is_taken_over(bench: Bench) -> None:
    inputs = bench.plan("CloudInitFile", "file", vm="vms/1", name="/user-data", contents=TEXT)
    other = bench.later()
    vm = other.create("VirtualMachine", "vm", name="web", ram=1024, cloudinit_datasource="nocloud")
    bench.carry_out("CloudInitFile", {**inputs, "vm": f"vms/{vm.id}"})
    assert held(vm)["/user-data"] == TEXT


def stolen(vm: Managed) -> None:
    """Let another stack take the VM over."""
    vm.bench.simulator.edit("vms", int(vm.id), description="[pulumi shop/prod web 0badcafe]")
    vm.bench.connection.reader.forget("vms")
    vm.bench.simulator.reset("log")


def test_no_file_is_made_for_another_stacks_vm(vm: Managed) -> None:
    stolen(vm)
    later = vm.seen_by(Bench(vm.bench.simulator))
    for adopt in (None, True):
        # A refresh would forget it, as it would be theirs.
        with pytest.raises(
            Reported, match=r"vms/\d+ belongs to shop/prod as 'web', and so would this\. Declare it there"
        ):
            add(later, name="/network-config", contents="version: 2\n", adopt=adopt)
    assert bodies(vm.bench) == []


def test_a_file_of_a_vm_that_somebody_else_took_over_is_left_alone(vm: Managed) -> None:
    file = add(vm)
    stolen(vm)
    for touch in (file.destroy, lambda: file.up(contents="#!/bin/sh\n")):
        with pytest.raises(Reported, match=r"now belongs to shop/prod as 'web'\. It is left alone"):
            touch()
    assert bodies(vm.bench) == []
    assert file.read().id == ""


def test_whose_the_vm_is_a_run_asks_once(vm: Managed) -> None:
    files = [add(vm), add(vm, name="/network-config", contents="version: 2\n")]
    vm.bench.simulator.reset("log")
    for file in files:
        file.destroy()
    assert [path for _, path in vm.bench.asked() if path.startswith("vms")] == ["vms"]


def test_one_name_is_not_declared_twice(vm: Managed) -> None:
    add(vm)
    with pytest.raises(Reported, match="row 1 of cloudinit_files has that name and is 'an"):
        add(vm, contents="#!/bin/sh")
    assert held(vm) == {"/user-data": TEXT}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_create_whose_answer_was_lost_ends_with_one_file(vm: Managed, when: str) -> None:
    vm.bench.simulator.faults({"match": {"verb": "POST", "path": "files$"}, "when": when, "what": "reset"})
    file = add(vm)
    assert held(vm) == {"/user-data": TEXT}
    assert file.diff().changes is False


def test_a_file_that_cannot_be_read_back_is_finished_by_the_next_run(vm: Managed, saved: list[Saved]) -> None:
    fault = {"match": {"verb": "GET", "path": "cloudinit_files/", "times": 0}, "what": "status", "status": 403}
    vm.bench.simulator.faults(fault)
    with pytest.raises(Reported, match="the next 'pulumi up' completes it"):
        add(vm)
    vm.bench.simulator.faults()
    inputs = {"vm": f"vms/{vm.id}", "name": "/user-data", "contents": TEXT, "__owner": "shop/dev", "__name": "file"}
    file = Managed(vm.bench, "CloudInitFile", saved[0].id, hosted(inputs), hosted(saved[0].outs))
    assert file.diff().changes is True
    file.up()
    assert held(vm) == {"/user-data": TEXT}
    assert file.diff().changes is False


# Drift ---------------------------------------------------------------------------------------------------------------


def test_an_undisturbed_refresh_downloads_nothing(vm: Managed) -> None:
    assert refresh(add(vm)) == ["read"]


def test_contents_changed_in_the_ui_are_seen_and_mended(vm: Managed) -> None:
    file = add(vm)
    put(file, contents="#!/bin/sh\r\n")
    assert refresh(file) == ["read", "download"]
    assert file.outs["contents"] == file.inputs["contents"] == "#!/bin/sh\r\n"
    assert refresh(file) == ["read"]
    assert file.diff(contents=TEXT).changes is None
    file.up(contents=TEXT)
    assert held(vm) == {"/user-data": TEXT}


def test_a_file_written_with_the_same_contents_is_no_drift(vm: Managed) -> None:
    file = add(vm)
    put(file, contents=TEXT)
    assert refresh(file) == ["read", "download"]
    assert file.diff().changes is False


def test_contents_that_are_no_text_are_drift(vm: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    file = add(vm)
    put(file, contents="x")
    monkeypatch.setattr("verge_pulumi.client.Table.download", lambda *_: iter([b"\xff", b"\xfe"]))
    file.refresh()
    assert file.outs["contents"] == "\ufffd\ufffd"
    assert file.diff(contents=TEXT).changes is None


def test_get_reads_contents_too(vm: Managed) -> None:
    file = add(vm)
    result: Any = vm.bench.provider("CloudInitFile").read(file.id, {})
    assert result.outs["contents"] == TEXT


def test_a_download_that_fails_is_an_error(vm: Managed) -> None:
    file = add(vm)
    put(file, contents="x")
    vm.bench.simulator.faults({"match": {"path": f"files/{file.id}$"}, "what": "status", "status": 403})
    with pytest.raises(Reported, match="Unable to read CloudInitFile '/user-data'"):
        file.refresh()


# What later contents do ----------------------------------------------------------------------------------------------


def test_ignored_contents_are_no_change_until_the_policy_is_another(vm: Managed) -> None:
    file = add(vm, on_change="ignore")
    vm.bench.simulator.reset("log")
    diff = file.bench.provider("CloudInitFile").diff(file.id, file.outs, check(file, contents="#!/bin/sh new"))
    assert diff.changes is False
    assert vm.bench.asked() == []
    later = check(file, contents="#!/bin/sh new", on_change="next-boot")
    file.outs = hosted(file.bench.provider("CloudInitFile").update(file.id, file.outs, later).outs)
    assert held(vm) == {"/user-data": "#!/bin/sh new"}


def test_another_argument_leaves_ignored_contents_alone(vm: Managed) -> None:
    file = add(vm, on_change="ignore")
    news = check(file, contents="#!/bin/sh new", render="jinja2")
    assert news["contents"] == TEXT
    result: Any = file.bench.provider("CloudInitFile").update(file.id, file.outs, news)
    assert file.row()["render"] == "jinja2"
    assert result.outs["contents"] == TEXT
    assert held(vm) == {"/user-data": TEXT}


def test_a_file_that_is_made_anew_has_the_contents_that_were_ignored(vm: Managed) -> None:
    file = add(vm, on_change="ignore")
    # For a replacement the engine checks again, without the old inputs.
    assert vm.bench.check("CloudInitFile", {**file.inputs, "contents": "#!/bin/sh new"})["contents"] == "#!/bin/sh new"


def test_the_drift_of_ignored_contents_is_not_looked_for(vm: Managed) -> None:
    file = add(vm, on_change="ignore")
    put(file, contents="other")
    assert refresh(file) == ["read"]
    assert file.outs["contents"] == TEXT


@pytest.mark.parametrize(("policy", "replaces"), [(None, []), ("next-boot", []), ("replace", ["contents"])])
@pytest.mark.parametrize("contents", ["#!/bin/sh new", UNKNOWN])
def test_contents_replace_the_file_only_if_the_program_says_so(
    vm: Managed, policy: str | None, replaces: list[str], contents: Any
) -> None:
    file = add(vm, on_change=policy)
    diff = file.diff(contents=contents)
    assert (diff.changes, diff.replaces) == (None, replaces)


def test_a_policy_of_replacing_replaces_for_contents_only(vm: Managed) -> None:
    assert add(vm, on_change="replace").diff(render="jinja2").replaces == []


def check(of: Managed, **changes: Any) -> Any:
    """Return what `check` makes of the changed program, given the inputs in the state as the engine does."""
    result = of.bench.provider(of.kind).check(of.inputs, hosted({**of.inputs, **changes}))
    assert not result.failures
    return hosted(result.inputs)


# Refused in the preview ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"contents": "x" * 65537}, "contents: is 65,537 bytes long, and VergeOS keeps 65,536."),
        ({"contents": "\x1f\x8b\x08"}, "contents: holds the character U+001F, so it is binary"),
        ({"contents": "#cloud-config\na: [1\nb: 2\n"}, "contents: is not YAML in line 3, column "),
        ({"contents": "#cloud-config\n- a\n"}, "contents: is YAML, but not a mapping of keys to values."),
        ({"name": "/unattend.xml", "contents": "<a>\n</b>"}, "contents: is not XML in line 2, column 3."),
        ({"name": "user-data"}, "name does not fit. Give a path that begins with '/', such as '/user-data'."),
        ({"render": "erb"}, "render is not a valid choice. Give 'no', 'variables' or 'jinja2'."),
        ({"on_change": "reboot"}, "on_change is not a valid choice. Give 'ignore', 'next-boot' or 'replace'."),
        ({"vm": "web"}, "vm is not a key. Pass a VirtualMachine, its key, or by_name(...)."),
        ({"vm": "vnets/1"}, "vm is not a key. Pass a VirtualMachine, its key, or by_name(...)."),
        ({"vm": "vms/1/x"}, "vm is not a reference. Pass a VirtualMachine, its key, or by_name(...)."),
    ],
)
def test_what_cannot_be_is_refused_in_the_preview(bench: Bench, arguments: dict[str, Any], reason: str) -> None:
    given = {"vm": "vms/1", "name": "/user-data", "contents": "#!/bin/sh", **arguments}
    result = bench.provider("CloudInitFile").check({}, given)
    assert [failure.reason.startswith(reason) for failure in result.failures] == [True]
    assert bench.asked() == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"contents": "#!/bin/sh" + "x" * 65527},
        {"contents": "#cloud-config\na: [1\n", "render": "jinja2"},
        {"contents": "## template: jinja\n#cloud-config\na: {{ b\n"},
        {"contents": "#!/bin/sh\r\n\x1b[1m: [\n"},
        {"contents": UNKNOWN},
        {"name": UNKNOWN, "contents": "\x00"},
        {"name": "/unattend.xml", "contents": "<a/>"},
        {"vm": UNKNOWN},
    ],
)
def test_what_may_be_right_is_not_refused(bench: Bench, arguments: dict[str, Any]) -> None:
    given = {"vm": "vms/1", "name": "/user-data", "contents": "#!/bin/sh", **arguments}
    assert bench.provider("CloudInitFile").check({}, given).failures == []


# Secrets -------------------------------------------------------------------------------------------------------------


@pytest.mark.fault(73, 83)
def test_contents_go_to_vergeos_and_nowhere_else(
    vm: Managed, told: list[str], caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    vm.up(cloudinit_datasource="nocloud")
    file = add(vm, contents=CANARY)
    file.up(contents=f"{CANARY}2")
    put(file, contents=f"{CANARY}3")
    file.refresh()
    assert held(vm)["/user-data"] == f"{CANARY}3"
    logged = json.dumps([vars(request) for request in vm.bench.simulator.requests()])
    printed = capsys.readouterr()
    assert not any(CANARY in text for text in (logged, caplog.text, printed.out, printed.err, *told))


@pytest.mark.fault(74)
@pytest.mark.parametrize("verb", ["POST", "PUT"])
def test_contents_that_vergeos_repeats_are_masked(vm: Managed, verb: str) -> None:
    file = add(vm) if verb == "PUT" else None
    body = {"err": f"Validation error on field: 'contents' - '{CANARY}' fails"}
    match = {"verb": verb, "path": "/cloudinit_files"}
    vm.bench.simulator.faults({"match": match, "what": "status", "status": 422, "body": body})
    with pytest.raises(Reported) as caught:
        file.up(contents=CANARY) if file else add(vm, contents=CANARY)
    assert CANARY not in str(caught.value)
    assert "'***' fails" in str(caught.value)
    assert not isinstance(caught.value, VergeError)


@pytest.mark.fault(76)
@pytest.mark.parametrize("wrong", [f"#cloud-config\n[{CANARY}\n", f"{CANARY}\x00", CANARY * 5000, [CANARY]])
@pytest.mark.parametrize("name", ["/user-data", "/meta-data", "/unattend.xml"])
def test_wrong_contents_are_refused_without_a_word_of_them(bench: Bench, wrong: Any, name: str) -> None:
    result = bench.provider("CloudInitFile").check({}, {"vm": "vms/1", "name": name, "contents": wrong})
    assert result.failures
    assert not any(CANARY in failure.reason for failure in result.failures)
