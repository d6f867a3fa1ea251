"""Assignments of tags: their life, whose they are, and what VergeOS or we refuse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import OWNER, Bench, Managed, hosted, serving, urn_of
from verge_pulumi.engine.errors import Reported
from verge_pulumi.simulator import Options, Simulator


@pytest.fixture
def vm(bench: Bench) -> Managed:
    """A stopped VM."""
    return bench.create("VirtualMachine", "vm", name="web")


@pytest.fixture
def tag(bench: Bench) -> Managed:
    """A tag that VMs and networks may have."""
    category = bench.create("TagCategory", "cat", name="environment", taggable_vms=True, taggable_vnets=True)
    return bench.create("Tag", "prod", name="prod", category=category.id)


def put(tag: Managed, on: str, name: str = "it", /, **arguments: Any) -> Managed:
    """Put a tag on an object; the log shows what that alone costs."""
    tag.bench.simulator.reset("log")
    return tag.bench.create("TagAssignment", name, tag=tag.id, on=on, **arguments)


def problems(bench: Bench, **arguments: Any) -> str:
    """Return what the preview of a new assignment says."""
    hidden = {"__owner": OWNER, "__name": "again", "__org": "organization"}
    with serving(urn_of("TagAssignment", "again")):
        result = bench.provider("TagAssignment").check({}, hosted({**arguments, **hidden}))
    return " ".join(failure.reason for failure in result.failures)


def members(of: Managed) -> list[tuple[int, str]]:
    """Return which tags are on what."""
    return [(row["tag"], row["member"]) for row in of.bench.simulator.rows("tag_members")]


def test_an_assignment_is_made_by_two_requests_and_deleted_by_two(tag: Managed, vm: Managed) -> None:
    made = put(tag, f"vms/{vm.id}")
    assert tag.bench.asked() == [("POST", "tag_members"), ("GET", f"tag_members/{made.id}")]
    assert members(tag) == [(int(tag.id), f"vms/{vm.id}")]
    assert made.diff().changes is False
    assert (made.outs["tag"], made.outs["on"]) == (tag.id, f"vms/{vm.id}")
    tag.bench.simulator.reset("log")
    made.destroy()
    assert [each for each in tag.bench.asked() if each[0] != "GET"] == [("DELETE", f"tag_members/{made.id}")]
    assert members(tag) == []


def test_each_change_replaces_it(tag: Managed, vm: Managed) -> None:
    made = put(tag, f"vms/{vm.id}")
    assert made.diff(on="vnets/3").replaces == ["on"]
    assert made.diff(tag="99").replaces == ["tag"]
    assert made.diff(on=f"/v4/vms/{vm.id}").changes is False


def test_what_has_no_resource_can_be_tagged_by_its_path(bench: Bench) -> None:
    category = bench.create("TagCategory", "cat", name="place", taggable_nodes=True)
    made = put(bench.create("Tag", "rack", name="rack-1", category=category.id), "nodes/1")
    made.refresh()
    assert made.diff().changes is False
    made.destroy()
    assert members(made) == []


def test_rows_that_cannot_have_tags_are_refused_in_the_preview(bench: Bench) -> None:
    for on, why in (("machines/5", "on: rows of machines cannot have tags"), ("5", "on is not a reference")):
        assert why in problems(bench, tag="1", on=on)


def test_a_category_that_does_not_allow_it_is_named(bench: Bench, vm: Managed) -> None:
    category = bench.create("TagCategory", "cat", name="environment")
    tag = bench.create("Tag", "prod", name="prod", category=category.id)
    with pytest.raises(
        Reported, match=r"Operation not permitted .*The category of the tag has to say taggable_vms=True"
    ):
        put(tag, f"vms/{vm.id}")
    with pytest.raises(Reported, match="there is no row 99 in vnets"):
        put(tag, "vnets/99")
    with pytest.raises(Reported, match="No such file") as error:
        put(tag, "nodes/99")
    assert "taggable" not in str(error.value)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_create_whose_answer_was_lost_ends_with_one(tag: Managed, vm: Managed, when: str) -> None:
    tag.bench.simulator.faults({"match": {"verb": "POST", "path": "members$"}, "when": when, "what": "reset"})
    made = put(tag, f"vms/{vm.id}")
    assert members(tag) == [(int(tag.id), f"vms/{vm.id}")]
    assert made.diff().changes is False


def test_what_people_have_put_there_is_theirs(tag: Managed, vm: Managed) -> None:
    tag.bench.simulator.add("tag_members", tag=int(tag.id), member=f"vms/{vm.id}")
    with pytest.raises(Reported, match=r"row 1 of tag_members has that name already and no stack manages it"):
        put(tag, f"vms/{vm.id}")
    made = put(tag, f"vms/{vm.id}", adopt=True)
    assert made.id == "1"
    assert [request.verb for request in tag.bench.writes()] == []


def test_two_resources_for_one_assignment_are_refused(tag: Managed, vm: Managed) -> None:
    put(tag, f"vms/{vm.id}")
    with pytest.raises(Reported, match="is 'it' of this stack"):
        put(tag, f"vms/{vm.id}", "again")
    tag.bench.begin_run()
    assert "'it' of this stack already manages that object" in problems(tag.bench, tag=tag.id, on=f"vms/{vm.id}")


def test_the_machine_of_another_stack_is_tagged_there_only(tag: Managed, vm: Managed) -> None:
    made = put(tag, f"vms/{vm.id}")
    tag.bench.simulator.edit("vms", int(vm.id), description="[pulumi shop/prod web 0badcafe]")
    tag.bench.connection.reader.forget("vms")
    theirs = tag.bench.simulator.add("vms", name="db", description="[pulumi shop/prod db 0badcafd]")
    with pytest.raises(Reported, match=rf"vms/{theirs} belongs to shop/prod as 'db', and so would this"):
        put(tag, f"vms/{theirs}", "other")
    with pytest.raises(Reported, match=r"now belongs to shop/prod as 'web'\. It is left alone"):
        made.destroy()
    assert members(tag) == [(int(tag.id), f"vms/{vm.id}")]
    assert made.read().id == ""


def test_a_tag_of_another_stack_can_be_put_on_ones_own(bench: Bench, vm: Managed) -> None:
    category = bench.simulator.add("tag_categories", name="environment", taggable_vms=True)
    key = bench.simulator.add("tags", category=category, name="prod", description="[pulumi base/prod t 0badcafe]")
    made = bench.create("TagAssignment", tag=str(key), on=f"vms/{vm.id}")
    made.refresh()
    made.destroy()
    assert members(made) == []


def test_an_assignment_that_went_with_its_machine_is_gone(tag: Managed, vm: Managed) -> None:
    made = put(tag, f"vms/{vm.id}")
    vm.destroy()
    assert members(tag) == []
    assert made.read().id == ""
    made.destroy()


def test_another_tag_of_a_category_that_allows_one_is_not_put_beside_it(bench: Bench, vm: Managed) -> None:
    category = bench.create("TagCategory", "cat", name="env", taggable_vms=True, single_tag_selection=True)
    tags = [bench.create("Tag", name, name=name, category=category.id) for name in ("prod", "dev")]
    bench.simulator.add("tag_members", tag=int(tags[0].id), member=f"vms/{vm.id}")
    with pytest.raises(
        Reported, match=rf"vms/{vm.id} has the tag 'prod' \(tags/{tags[0].id}\) already, and may have one"
    ):
        put(tags[1], f"vms/{vm.id}")
    assert bench.writes() == []
    put(tags[1], f"vms/{bench.create('VirtualMachine', 'db', name='db').id}")


def test_an_old_vergeos_says_which_it_is() -> None:
    with Simulator(Options(release="25.4")) as simulator:
        bench = Bench(simulator, api_key="", username=simulator.username, password=simulator.password)
        with pytest.raises(Reported, match=r"has no TagAssignment \(VergeOS 26\.0 and later\)"):
            bench.create("TagAssignment", tag="1", on="vnets/3")
        bench.connection.client.close()
