"""What a resource may add to the shared life of a row; a gadget that lives in these tests stands for all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import pytest

from tests.providers.bench import Bench, Managed, urn_of
from tests.providers.test_creating import failure
from verge_pulumi.client import Row
from verge_pulumi.engine.declaring.attributes import Attr, arg, computed
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.errors import EngineError, Reported, Withdrawn
from verge_pulumi.engine.lifecycle.rows import RowProvider


class Gadget(Resource, table="vms", unique=("name",)):
    """A VM that takes its memory only once it is ready."""

    name: Attr[str] = arg()
    """Its name."""

    description: Attr[str | None] = arg(default=None)
    """In words."""

    ram: Attr[int | None] = arg(default=None)
    """Memory."""

    console_pass: Attr[str | None] = arg(default=None, write_only=True)
    """A column that is never answered."""

    status: Attr[str | None] = computed(follow="machine#status#status")
    """The power state."""


class GadgetProvider(RowProvider[Gadget]):
    """What the tests tell it to be."""

    ready = True
    useful = True

    def later(self, inputs: dict[str, Any]) -> Collection[str]:
        return ("ram", "console_pass")

    def until_ready(self, id: str, row: Row, inputs: dict[str, Any]) -> Row:
        if not type(self).ready:
            raise EngineError("it is not ready")
        return row

    def after_write(self, id: str, row: Row, inputs: dict[str, Any]) -> Row:
        if not type(self).useful:
            self.connection.client.table("vms").delete(id)
            raise Withdrawn("it is of no use and was removed again")
        return row

    def refusals(
        self, state: dict[str, Any], inputs: dict[str, Any], changed: Collection[str], *, replacing: bool
    ) -> Iterable[str]:
        if "ram" in changed and inputs["ram"] < state["ram"]:
            yield "ram: cannot shrink"


KIND = f"{__name__}:Gadget"


@pytest.fixture(autouse=True)
def _reset() -> Iterator[None]:
    yield
    GadgetProvider.ready = GadgetProvider.useful = True


def gadget(bench: Bench, **arguments: Any) -> Managed:
    return bench.create(KIND, name="web", **arguments)


def test_what_comes_later_is_written_when_the_row_is_ready(bench: Bench) -> None:
    made = gadget(bench, ram=2048)
    post, put = bench.writes()
    assert (post.body.keys(), put.body) == ({"name", "description"}, {"ram": 2048})
    assert made.outs["ram"] == 2048


def test_what_is_right_already_is_not_written_later(bench: Bench) -> None:
    gadget(bench, ram=1024)
    assert [write.verb for write in bench.writes()] == ["POST"]


def test_a_row_that_does_not_get_ready_is_kept_and_completed(bench: Bench) -> None:
    GadgetProvider.ready = False
    inputs = bench.plan(KIND, "web", name="web", ram=2048, console_pass="canary")
    with pytest.raises(Reported) as error:
        bench.carry_out(KIND, inputs)
    assert str(error.value) == "Unable to create Gadget 'web': it is not ready. It exists."
    (row,) = [row for row in bench.simulator.rows("vms") if row["name"] == "web"]
    GadgetProvider.ready = True
    later = bench.later()
    later.stack.cut_off(urn_of(KIND, "web"), inputs)
    made = gadget(later, ram=2048, console_pass="canary")
    assert (made.id, made.row()["ram"]) == (str(row["$key"]), 2048)
    # The first attempt may or may not have written what cannot be read, so it is written again.
    assert [sorted(write.body) for write in later.writes() if write.verb == "PUT"][-1] == ["console_pass", "ram"]


def test_an_unfinished_row_waits_again_and_writes_what_cannot_be_read(bench: Bench) -> None:
    made = gadget(bench, ram=2048, console_pass="canary")
    made.outs["__unfinished"] = "it is not ready"
    GadgetProvider.ready = False
    with pytest.raises(Reported, match="it is not ready"):
        made.up()
    GadgetProvider.ready = True
    bench.simulator.reset("log")
    made.up()
    assert [sorted(write.body) for write in bench.writes()] == [["console_pass"]]
    assert made.diff().changes is False


def test_what_was_withdrawn_is_not_kept(bench: Bench) -> None:
    GadgetProvider.useful = False
    text = failure(bench, KIND, name="web")
    assert text == "Unable to create Gadget 'web': it is of no use and was removed again."
    assert bench.simulator.rows("vms") == []


def test_a_refusal_is_seen_in_the_preview(bench: Bench) -> None:
    made = gadget(bench, ram=2048)
    with pytest.raises(Reported, match=r"^Unable to change Gadget 'web': ram: cannot shrink\.$"):
        made.diff(ram=1024)
    assert made.diff(ram=4096).changes is None


class Label(Resource, table="members", unique=("parent_group", "member")):
    """A row that has no description, and so no mark."""

    parent_group: Attr[int] = arg()
    """The group."""

    member: Attr[str] = arg()
    """Who is in it."""


class LabelProvider(RowProvider[Label]):
    """Nothing special."""


LABEL = f"{__name__}:Label"


def test_a_row_that_cannot_carry_a_mark_is_known_by_its_place(bench: Bench) -> None:
    group = bench.simulator.add("groups", name="team")
    bench.simulator.faults({"match": {"verb": "POST", "path": "/members$"}, "when": "after", "what": "reset"})
    made = bench.create(LABEL, parent_group=group, member="users/1")
    assert len([row for row in bench.simulator.rows("members") if row["parent_group"] == group]) == 1
    bench.stack.forget(made)
    text = failure(bench.later(), LABEL, parent_group=group, member="users/1")
    assert f"row {made.id} of members has that name already and no stack manages it" in text
    again = made.cut_off().bench.later().create(LABEL, parent_group=group, member="users/1")
    assert again.id == made.id
