"""What is read from previews."""

from __future__ import annotations

import json
from typing import Any

import pulumi.runtime.rpc
import pytest

from tests.cli.previews import load, many, plan
from tests.cli.program import SCENARIOS
from tests.cli.steps import only, preview, state, step, urn
from verge_pulumi.engine.ownership.states import SIGNATURE
from verge_pulumi.review.documents import Unreadable
from verge_pulumi.review.report import phrases
from verge_pulumi.review.report.gates import closed, wanted
from verge_pulumi.review.report.ordering import groups
from verge_pulumi.review.report.plan import Change, FieldChange
from verge_pulumi.review.report.reading import read
from verge_pulumi.review.values import SECRET, UNKNOWN


def test_the_words_for_what_is_no_plain_value_are_pulumis() -> None:
    assert pulumi.runtime.rpc._special_sig_key == SIGNATURE
    assert pulumi.runtime.rpc.UNKNOWN == UNKNOWN


def test_a_preview_says_whose_stack_it_is() -> None:
    assert (plan("nothing").project, plan("nothing").stack) == ("shop", "dev")
    assert (preview().project, preview().stack) == ("", "")


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("nothing", {"same": 1}),
        ("create", {"create": 11}),
        ("in-place", {"update": 3, "same": 1}),
        ("replace", {"replace": 4}),
        ("delete", {"delete": 4, "same": 1}),
        ("drift", {"update": 1, "create": 1, "same": 1}),
        ("errors", {"same": 1}),
    ],
)
def test_the_stack_itself_is_not_counted_and_a_resource_once(name: str, counts: dict[str, int]) -> None:
    assert plan(name).counts == counts


@pytest.mark.parametrize(
    ("ops", "action"),
    [
        (["create-replacement", "replace", "delete-replaced"], "replace"),
        (["delete-replaced"], "replace"),
        (["refresh", "update"], "update"),
        (["refresh", "same"], "same"),
        (["refresh"], "same"),
        (["import"], "import"),
        (["word-of-a-later-cli"], "same"),
    ],
)
def test_several_steps_of_one_resource_are_one_change(ops: list[str], action: str) -> None:
    assert only(*(step(op, "Network") for op in ops)).action == action


def test_a_change_of_a_field_has_both_sides() -> None:
    (data,) = (change for change in plan("in-place").changes if change.name == "data")
    assert data.fields == (FieldChange("disksize", "20GiB", "30GiB", "changed"),)
    assert (data.kind, data.ours, data.old["disksize"], data.new["disksize"]) == ("Drive", True, "20GiB", "30GiB")


def test_what_the_program_sets_anew_was_something_before() -> None:
    old = state({"name": "web"}, {"ram": 1024})
    change = only(step("update", "VirtualMachine", old=old, new={"inputs": {"name": "web", "ram": 2048}}))
    assert change.fields == (FieldChange("ram", 1024, 2048, "added"),)


def test_what_the_program_sets_no_longer_stays_as_it_is() -> None:
    old = state({"name": "web", "ram": 2048})
    change = only(step("update", "VirtualMachine", old=old, new={"inputs": {"name": "web"}}))
    assert change.fields == (FieldChange("ram", 2048, None, "removed"),)
    assert change.new["ram"] == 2048


def test_parts_of_a_field_are_told_as_one_field() -> None:
    old, new = ({"inputs": {"drives": [{"size": size}, {"size": 1}]}} for size in (1, 2))
    detailed = {"drives[0].size": {"kind": "update"}, "drives[1].size": {"kind": "update"}}
    change = only(step("update", "pkg:index:Thing", old=old, new=new, detailedDiff=detailed))
    assert change.changed == {"drives"}
    assert (change.kind, change.ours) == ("pkg:index:Thing", False)


def test_a_replacement_says_for_what() -> None:
    changes = {change.name: change for change in plan("replace").changes}
    assert changes["web"].reasons == ("created_from",)
    assert changes["data"].reasons == ()
    assert changes["data"].fields == (FieldChange("vm", "1", UNKNOWN, "changed"),)


def test_what_refers_to_what_is_known_by_its_links() -> None:
    changes = plan("create").by_urn
    nic = changes[urn("Nic", "eth0")]
    assert nic.links == {"network": (urn("Network", "lan"),), "vm": (urn("VirtualMachine", "web"),)}


def test_parts_of_a_component_name_it() -> None:
    changes = {change.name: change for change in plan("create").changes}
    server = changes["db"]
    assert (server.kind, server.ours, server.component, server.effects) == ("Server", True, True, {})
    assert changes["db-data"].parent == server.urn
    assert changes["web"].parent == ""


def test_a_refresh_tells_what_changed_behind_pulumis_back() -> None:
    changes = {change.name: change for change in plan("drift").changes}
    assert [(each.name, each.old, each.new) for each in changes["web"].drift] == [
        ("note", "as it was", "as somebody wants it"),
        ("cpu_cores", 2, 8),
    ]
    assert changes["eth0"].vanished
    assert not changes["web"].vanished
    assert changes["lan"].drift == ()


def test_drift_of_another_packages_resource_is_told_too() -> None:
    recorded, found = state({"size": 1}), state({"size": 2})
    drifted = only(
        step("refresh", "pkg:index:Thing", old=recorded, new=recorded),
        step("update", "pkg:index:Thing", old=found, new={"inputs": {"size": 1}}),
    )
    assert drifted.drift == (FieldChange("size", 1, 2, "changed"),)


def test_what_an_earlier_run_could_not_finish_is_told() -> None:
    old = state({"name": "web"}, initErrors=["does not start"], protect=True)
    change = only(step("update", "VirtualMachine", old=old, new={"inputs": {"name": "web"}}))
    assert (change.unfinished, change.fields, change.protected) == (("does not start",), (), True)


def test_no_secret_is_in_a_plan() -> None:
    document = load("secrets")
    for each in document["steps"]:
        for side in ("oldState", "newState"):
            inputs = each.get(side, {}).get("inputs", {})
            if "console_pass" in inputs:
                inputs["console_pass"] = "shown with --show-secrets"
    text = repr(read(document))
    assert "c4nary" not in text
    assert "shown" not in text


def test_a_secret_that_changed_is_told_without_its_value() -> None:
    changes = {change.name: change for change in plan("secrets").changes}
    assert changes["web"].fields == (FieldChange("console_pass", SECRET, SECRET, "changed"),)
    assert changes["other"].changed == {"nested", "password"}


def test_an_encrypted_value_is_a_secret() -> None:
    sealed = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "abc"}
    change = only(step("create", "pkg:index:Thing", new={"inputs": {"deep": {"list": [sealed, 1]}}}))
    assert change.new == {"deep": {"list": [SECRET, 1]}}


def test_what_this_package_keeps_for_itself_is_not_shown() -> None:
    for change in plan("replace").changes:
        assert not [name for name in {**change.old, **change.new} if name.startswith("__")]
        assert not [name for name in change.changed if name.startswith("__")]


def test_messages_are_told_once_and_plainly() -> None:
    said: dict[str, Any] = {"severity": "warning", "message": "warning: <{%fg 1%}>mind<{%reset%}> the gap\n"}
    told = preview(diagnostics=[said, said, {"severity": "debug", "message": "noise"}, {"message": "hello"}])
    assert [(each.severity, each.message) for each in told.diagnostics] == [
        ("warning", "mind the gap"),
        ("info", "hello"),
    ]
    assert told.errors == ()
    assert [each.urn for each in plan("errors").errors] == [urn("Drive", "data")]


def test_whether_unchanged_resources_are_shown_is_known() -> None:
    assert plan("in-place").complete
    assert plan("create").complete
    assert not preview(step("create", "Network"), changeSummary={"same": 7, "create": 1}).complete
    refreshed = step("refresh", "Network", old=state({"name": "lan"}))
    assert preview(refreshed, changeSummary={"same": 2}).complete, "a refresh names all resources"


@pytest.mark.parametrize(
    ("ops", "summary", "said"),
    [
        ([], {"delete": 7, "same": 3}, "The preview counts 7 to delete and tells of 0."),
        (["delete"], {"delete": 2}, "The preview counts 2 to delete and tells of 1."),
        (["word-of-a-later-cli"], {}, "The preview does what this release does not know: word-of-a-later-cli."),
    ],
)
def test_a_preview_that_does_not_tell_all_is_not_safe(ops: list[str], summary: dict[str, int], said: str) -> None:
    made = preview(*(step(op, "Network") for op in ops), changeSummary=summary)
    (told,) = made.diagnostics
    assert (told.severity, told.message.startswith(said)) == ("warning", True)
    assert phrases.verdict(made).startswith("is not told in full")
    assert "unknown what else, since the preview does not tell" in phrases.counts(made)
    assert closed(wanted(["replace"]), [made])[0].what == "it is not known whether a resource would be replaced"
    assert closed([], [made]) == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_pulumi_says_is_told_in_full(name: str) -> None:
    assert plan(name).gaps == ()


def test_the_cost_is_that_of_the_estimate() -> None:
    assert plan("nothing").cost.requests == 0
    assert plan("create").cost.requests > plan("in-place").cost.requests > 0


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "this JSON is no preview"),
        ({"version": 3, "deployment": {}}, "this JSON is no preview"),
        ({"steps": 3}, "no preview of Pulumi's: steps: "),
        ({"steps": [{"op": "create"}]}, "no preview of Pulumi's: steps.0.urn: "),
        ({"steps": [{"op": "create", "urn": "web"}]}, "no preview of Pulumi's: steps.0.urn: "),
        ({"steps": [{"op": "create", "urn": urn("Network", "lan"), "newState": []}]}, "steps.0.newState"),
        ({"diagnostics": [{"message": 3}]}, "diagnostics.0.message"),
    ],
)
def test_what_is_no_preview_is_refused_with_the_place(document: dict[str, Any], said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read(document)


def test_a_refusal_does_not_quote_the_document() -> None:
    document = {"steps": [{"op": "create", "urn": urn("Network", "lan"), "newState": {"inputs": "c4nary"}}]}
    with pytest.raises(Unreadable) as refused:
        read(document)
    assert "c4nary" not in str(refused.value)
    assert "c4nary" in json.dumps(document)


def test_changes_are_put_in_order_without_comparing_each_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    document = many(40)
    for each in document["steps"][::2]:
        each["op"], each["oldState"] = "delete", each.pop("newState")
    made = read(document)
    compared: list[Change] = []

    def equal(one: Change, other: object) -> bool:
        compared.append(one)
        return one is other

    monkeypatch.setattr(Change, "__eq__", equal)
    assert [(group.title, len(group.changes)) for group in groups(made)] == [("To look at", 20), ("20 to create", 20)]
    assert compared == []
