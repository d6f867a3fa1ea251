"""Tags and categories whose deletion would take along what others manage."""

from __future__ import annotations

import pytest

from tests.providers.bench import FULL_STACK, Bench, Managed
from verge_pulumi.engine.errors import Reported


@pytest.fixture
def category(bench: Bench) -> Managed:
    """A category of this stack."""
    return bench.create("TagCategory", "environment", name="environment", taggable_vms=True, taggable_vnets=True)


@pytest.fixture
def tag(category: Managed) -> Managed:
    """A tag of this stack."""
    return category.bench.create("Tag", "prod", name="prod", category=category.id)


def begin(managed: Managed) -> None:
    """Begin a run in which the process of this resource has read the state already."""
    managed.bench.begin_run()
    managed.bench.connection.evidence.states.of(FULL_STACK)


def test_what_nothing_has_is_deleted(category: Managed, tag: Managed) -> None:
    tag.destroy()
    category.destroy()
    assert category.bench.simulator.rows("tag_categories") == []


def test_a_tag_that_others_have_put_somewhere_stays(tag: Managed) -> None:
    for key in (2, 3):
        tag.bench.simulator.add("tag_members", tag=int(tag.id), member=f"vnets/{key}")
    tag.bench.simulator.reset("log")
    with pytest.raises(Reported) as error:
        tag.destroy()
    assert str(error.value) == (
        "Unable to delete Tag 'prod': this would untag vnets/2, vnets/3, which this stack does not manage. Take them "
        "off there, or to allow it set allow_cascade=True and run 'pulumi up' before this change; to rule it out use "
        "Pulumi's option protect."
    )
    assert tag.bench.writes() == []
    with pytest.raises(Reported, match="this would untag vnets/2, vnets/3"):
        tag.diff(category="99")
    tag.up(allow_cascade=True)
    assert tag.diff(category="99").replaces == ["category"]
    tag.destroy()
    assert tag.bench.simulator.rows("tag_members") == []


def test_what_this_stack_has_put_somewhere_goes_along(tag: Managed) -> None:
    tag.bench.create("TagAssignment", "it", tag=tag.id, on="vnets/3")
    tag.destroy()
    assert tag.bench.simulator.rows("tag_members") == []


def test_what_another_process_of_this_run_has_put_somewhere_goes_along(tag: Managed) -> None:
    begin(tag)
    tag.bench.later().create("TagAssignment", "it", tag=tag.id, on="vnets/3")
    tag.delete()
    assert tag.bench.simulator.rows("tag_members") == []


def test_what_another_process_of_this_run_has_put_into_a_category_goes_along(category: Managed) -> None:
    begin(category)
    other = category.bench.later()
    dev = other.create("Tag", "dev", name="dev", category=category.id)
    other.create("TagAssignment", "it", tag=dev.id, on="vnets/3")
    category.delete()
    assert category.bench.simulator.rows("tags") == []


def test_what_others_have_put_somewhere_meanwhile_stays(tag: Managed) -> None:
    """The state of this moment does not have it either."""
    begin(tag)
    tag.bench.later().create("TagAssignment", "it", tag=tag.id, on="vnets/3")
    tag.bench.simulator.add("tag_members", tag=int(tag.id), member="vnets/2")
    with pytest.raises(Reported, match="this would untag vnets/2, which this stack does not manage"):
        tag.delete()
    assert len(tag.bench.simulator.rows("tag_members")) == 2


def test_a_category_with_tags_of_others_stays(category: Managed, tag: Managed) -> None:
    simulator = category.bench.simulator
    theirs = simulator.add("tags", category=int(category.id), name="dev")
    for key in (tag.id, theirs):
        simulator.add("tag_members", tag=int(key), member="vnets/3")
    simulator.reset("log")
    with pytest.raises(Reported) as error:
        category.destroy()
    assert f"this would delete tag 'dev' (tags/{theirs}) and untag vnets/3, vnets/3, which this stack" in str(
        error.value
    )
    assert category.bench.writes() == []
    category.up(allow_cascade=True)
    category.destroy()
    assert (simulator.rows("tags"), simulator.rows("tag_members")) == ([], [])


def test_of_many_a_few_are_named(category: Managed) -> None:
    for number in range(7):
        category.bench.simulator.add("tags", category=int(category.id), name=f"t{number}")
    with pytest.raises(Reported, match=r"tag 't4' \(tags/5\) and 2 more, which this stack does not manage"):
        category.destroy()
