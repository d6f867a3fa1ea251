"""Which machines have tags and snapshot profiles, as a report tells it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.previews import plan
from tests.cli.steps import preview, state, step
from verge_pulumi.review.report.capacity import capacity
from verge_pulumi.review.report.document import document
from verge_pulumi.review.report.html import html
from verge_pulumi.review.report.machines import lines, machines
from verge_pulumi.review.report.markdown import markdown
from verge_pulumi.review.urns import name_of
from verge_pulumi.review.values import UNKNOWN


def test_a_preview_of_pulumi_tells_which_are_tagged_and_protected() -> None:
    found = [(line.what, line.before, line.after, [*map(name_of, line.names)]) for line in lines(plan("machines"))]
    assert found == [
        ("tagged", 2, 2, []),
        ("untagged", 2, 3, ["db", "bare", "new"]),
        ("with a snapshot profile", 2, 3, []),  # an argument that is left out stays as it is
        ("without a snapshot profile", 2, 2, ["bare", "new"]),
    ]


@pytest.mark.parametrize("page", [markdown([plan("machines")]), html([plan("machines")])], ids=["markdown", "html"])
def test_the_names_are_told_of_those_that_lack_something(page: str) -> None:
    assert "Untagged: " in page
    assert "Without a snapshot profile: " in page


def test_machines_that_stay_as_they_are_need_no_table() -> None:
    assert machines(plan("nothing"))
    assert lines(plan("nothing")) == []
    assert "Machines" not in markdown([plan("nothing")]) + html([plan("nothing")])


def test_without_the_unchanged_resources_nothing_is_told() -> None:
    new = {"inputs": {"name": "web"}}
    found = preview(step("create", "VirtualMachine", "web", new=new), changeSummary={"same": 5, "create": 1})
    assert machines(found) == []


@pytest.mark.parametrize(
    ("inputs", "protected"),
    [
        ({}, False),
        ({"snapshot_profile": "3"}, True),
        ({"snapshot_profile": UNKNOWN}, True),
        ({"clone_of": "7"}, None),
        ({"clone_of": "7", "snapshot_profile": "3"}, True),
    ],
)
def test_a_new_machine_is_protected_by_a_profile(inputs: dict[str, Any], protected: bool | None) -> None:
    (machine,) = machines(preview(step("create", "VirtualMachine", "web", new={"inputs": {"name": "web", **inputs}})))
    assert (machine.before, machine.after and machine.after.protected) == (None, protected)


def test_a_copy_that_is_there_tells_whether_it_has_a_profile() -> None:
    old = state({"name": "copy", "clone_of": "7"})
    (machine,) = machines(preview(step("delete", "VirtualMachine", "copy", old=old)))
    assert machine.before is not None
    assert (machine.before.protected, machine.after) == (False, None)


def test_a_tag_is_known_by_the_key_of_the_machine_too() -> None:
    old = state({"name": "web"}, {"location": "/v4/vms/4", "$key": 4})
    assignment = {"inputs": {"on": "vms/4", "tag": "1"}}
    found = preview(
        step("same", "VirtualMachine", "web", old=old, new=old),
        step("create", "TagAssignment", "web-prod", new=assignment),
    )
    (stack,) = document([found])["stacks"]
    assert stack["machines"] == [
        {
            "urn": found.changes[0].urn,
            "before": {"tagged": False, "protected": False},
            "after": {"tagged": True, "protected": False},
        }
    ]


def test_many_names_are_counted() -> None:
    new = [step("create", "VirtualMachine", f"vm{n}", new={"inputs": {"name": f"vm{n}"}}) for n in range(12)]
    assert "`vm9`, 2 more." in markdown([preview(*new)])


def test_a_machine_that_the_program_begins_to_read_was_there() -> None:
    found = preview(step("read", "VirtualMachine", "web", new={"inputs": {}, "outputs": {"name": "web"}}))
    assert lines(found) == []
    assert capacity(found).differs is False
