"""The lives that no table of this package has yet, on tables that only these tests have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.providers.bench import Bench, Managed, hosted, serving, urn_of
from tests.providers.conftest import Saved
from tests.providers.test_creating import failure
from verge_pulumi.catalogue import TABLES
from verge_pulumi.catalogue.notation import boolean, integer, ref, section, table, text
from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed
from verge_pulumi.engine.declaring.attributes import ref as reference
from verge_pulumi.engine.declaring.declaration import DeclarationError
from verge_pulumi.engine.declaring.lives import DeletedBy, ExistsAlready, ShownOnce
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Secret
from verge_pulumi.engine.errors import Reported
from verge_pulumi.resources import VirtualMachine
from verge_pulumi.simulator import Options, Simulator, backend
from verge_pulumi.simulator.behaviour import BEHAVIOURS
from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.relations import Row

MADE_UP = "these tests"

KNOBS = table(
    "knobs",
    section(
        MADE_UP,
        text("name", required=True),
        text("description", default=""),
        integer("level", default=3),
        boolean("lit", default=False),
        text("colour"),
    ),
    unique=(("name",),),
    short="name",
    creatable=False,
    source=MADE_UP,
)
PROFILES = table(
    "profiles",
    section(MADE_UP, text("name", required=True), text("description", default="")),
    unique=(("name",),),
    short="name",
    singular="profile",
    actions=("discard",),
    source=MADE_UP,
)
SERVICES = table(
    "services",
    section(MADE_UP, text("name", required=True), text("description", default=""), ref("vm", "vms", required=True)),
    short="name",
    parent="vm",
    source=MADE_UP,
)
SHELVES = table(
    "shelves",
    section(MADE_UP, text("name", required=True), ref("vm", "vms", required=True)),
    short="name",
    parent="vm",
    source=MADE_UP,
)
BOXES = table(
    "boxes",
    section(MADE_UP, text("name", required=True), ref("shelf", "shelves", required=True)),
    short="name",
    parent="shelf",
    source=MADE_UP,
)
API_KEYS = table(
    "api_keys",
    section(MADE_UP, text("name", required=True), text("description", default="")),
    unique=(("name",),),
    short="name",
    source=MADE_UP,
)


TICKETS = table(
    "tickets",
    section(MADE_UP, text("name", required=True)),
    unique=(("name",),),
    short="name",
    source=MADE_UP,
)


class Profiles(Behaviour):
    """Rows that only an action deletes."""

    def act(self, row: Row, action: str, params: Mapping[str, Any]) -> Response | None:
        """Delete the row."""
        self.backend.remove(self.table, row["$key"])
        return None


class ApiKeys(Behaviour):
    """Rows that show their secret in the answer to the POST."""

    silent = False

    def after_create(self, row: Row) -> Response | None:
        """Return the secret."""
        return None if type(self).silent else {"private_key": f"canary-{row['$key']}"}


class Knob(Resource, table="knobs", unique=("name",), life=ExistsAlready()):
    """A row that is always there."""

    name: Attr[str] = arg()
    """Its name."""

    description: Attr[str | None] = arg(default=None)
    """In words."""

    level: Attr[int | None] = arg(default=None)
    """How far it is turned."""

    lit: Attr[bool | None] = arg(default=None)
    """Whether it is lit."""

    colour: Attr[str | None] = arg(default=None)
    """Its colour."""


class LastingKnob(Resource, table="knobs", unique=("name",), life=ExistsAlready(on_delete="leave")):
    """The same, left as it is in the end."""

    name: Attr[str] = arg()
    """Its name."""

    level: Attr[int | None] = arg(default=None)
    """How far it is turned."""


class TheKnob(Resource, table="knobs", life=ExistsAlready()):
    """The one row of its table."""

    level: Attr[int | None] = arg(default=None)
    """How far it is turned."""


class Profile(Resource, table="profiles", unique=("name",), life=DeletedBy(action="discard")):
    """A row that an action deletes."""

    name: Attr[str] = arg()
    """Its name."""

    description: Attr[str | None] = arg(default=None)
    """In words."""


class LostProfile(Resource, table="profiles", unique=("name",), life=DeletedBy(action="explode")):
    """A row whose action VergeOS does not know."""

    name: Attr[str] = arg()
    """Its name."""

    description: Attr[str | None] = arg(default=None)
    """In words."""


class Service(Resource, table="services", life=DeletedBy(of="vm")):
    """A row that goes with its VM."""

    vm: Ref[VirtualMachine] = reference(replaces=True)
    """The VM."""

    name: Attr[str] = arg()
    """Its name."""

    description: Attr[str | None] = arg(default=None)
    """In words."""


class Shelf(Resource, table="shelves"):
    """A row without a mark within one that has one."""

    vm: Ref[VirtualMachine] = reference(replaces=True)
    """The VM."""

    name: Attr[str] = arg()
    """Its name."""


class Box(Resource, table="boxes"):
    """A row without a mark within another one."""

    shelf: Ref[Shelf] = reference(replaces=True)
    """The shelf."""

    name: Attr[str] = arg()
    """Its name."""


class ApiKey(Resource, table="api_keys", unique=("name",), life=ShownOnce("secret")):
    """A row whose secret is shown once."""

    name: Attr[str] = arg()
    """Its name."""

    description: Attr[str | None] = arg(default=None)
    """In words."""

    secret: Attr[Secret[str] | None] = computed(column="private_key", write_only=True)
    """The secret."""


class Ticket(Resource, table="tickets", unique=("name",), life=ShownOnce("secret")):
    """A row whose secret is shown once, and that has no place for a mark."""

    name: Attr[str] = arg()
    """Its name."""

    secret: Attr[Secret[str] | None] = computed(column="private_key", write_only=True)
    """The secret."""


def kind(resource: type[Resource]) -> str:
    return f"{__name__}:{resource.__name__}"


KNOB, LASTING, THE_KNOB, API_KEY = map(kind, (Knob, LastingKnob, TheKnob, ApiKey))


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A provider process that talks to a VergeOS with these tables, which has two knobs."""
    monkeypatch.setattr(backend, "BEHAVIOURS", {**BEHAVIOURS, "profiles": Profiles, "api_keys": ApiKeys})
    monkeypatch.setattr(ApiKeys, "silent", False)
    more = {each.name: each for each in (KNOBS, PROFILES, SERVICES, SHELVES, BOXES, API_KEYS, TICKETS)}
    with Simulator(Options(tables={**TABLES, **more})) as simulator:
        simulator.add("knobs", name="left", level=3, colour=None)
        simulator.add("knobs", name="right", level=7, colour="red")
        running = Bench(simulator)
        yield running
        running.connection.client.close()


def knob(bench: Bench, name: str = "left") -> dict[str, Any]:
    (row,) = [row for row in bench.simulator.rows("knobs") if row["name"] == name]
    return row


# Exists already


def test_a_row_that_exists_is_found_and_gets_only_what_the_program_sets(bench: Bench) -> None:
    made = bench.create(KNOB, name="left", level=9, lit=False)
    assert [(write.verb, write.body) for write in bench.writes()] == [("PUT", {"level": 9})]
    assert (made.id, made.outs["colour"], "__mark" in made.outs) == (str(knob(bench)["$key"]), None, False)
    assert made.diff().changes is False


def test_what_is_so_already_is_not_written(bench: Bench) -> None:
    bench.create(KNOB, name="left", level=3)
    assert bench.writes() == []
    assert bench.asked() == [("GET", "system"), ("GET", "knobs")]


def test_a_delete_puts_back_what_was_there_when_the_program_began_to_set_it(bench: Bench) -> None:
    made = bench.create(KNOB, name="left", level=9)
    made.up(level=10, colour="blue")
    made.up(level=11, colour="green", lit=True)
    bench.simulator.reset("log")
    made.destroy()
    (put,) = bench.writes()
    assert (put.verb, put.body) == ("PUT", {"level": 3, "colour": None, "lit": False})
    assert type(put.body["level"]) is int
    assert knob(bench)["name"] == "left"


def test_what_somebody_else_put_back_costs_no_write(bench: Bench) -> None:
    made = bench.create(KNOB, name="left", level=9)
    bench.simulator.edit("knobs", int(made.id), level=3)
    bench.simulator.reset("log")
    made.destroy()
    assert bench.writes() == []


def test_what_somebody_else_changed_since_is_left_and_told(bench: Bench, told: list[str]) -> None:
    made = bench.create(KNOB, name="left", level=9, lit=True)
    bench.simulator.edit("knobs", int(made.id), level=5)
    bench.simulator.reset("log")
    made.destroy()
    assert [write.body for write in bench.writes()] == [{"lit": False}]
    assert knob(bench)["level"] == 5
    assert told == ["warning: level of row 1 of knobs was changed by somebody else since, and is left as it is"]


def test_what_somebody_else_changed_is_left_though_a_refresh_has_seen_it(bench: Bench, told: list[str]) -> None:
    made = bench.create(KNOB, name="left", level=9, lit=True)
    bench.simulator.edit("knobs", int(made.id), level=5)
    made.refresh()
    made.destroy()
    assert (knob(bench)["level"], knob(bench)["lit"]) == (5, False)
    assert told == ["warning: level of row 1 of knobs was changed by somebody else since, and is left as it is"]


def test_what_somebody_else_changed_of_what_the_program_sets_no_more_is_left(bench: Bench, told: list[str]) -> None:
    made = bench.create(KNOB, name="left", level=9, lit=True)
    made.up(level=None)
    bench.simulator.edit("knobs", int(made.id), level=5)
    made.refresh()
    made.up(colour="blue")
    made.destroy()
    assert (knob(bench)["level"], knob(bench)["lit"], knob(bench)["colour"]) == (5, False, None)
    assert told == ["warning: level of row 1 of knobs was changed by somebody else since, and is left as it is"]


def test_what_the_program_sets_no_more_is_put_back(bench: Bench) -> None:
    made = bench.create(KNOB, name="left", level=9, lit=True)
    made.up(level=None)
    made.refresh()
    made.destroy()
    assert (knob(bench)["level"], knob(bench)["lit"]) == (3, False)


def test_a_state_that_does_not_tell_what_was_written_goes_by_what_was_seen_last(bench: Bench) -> None:
    made = bench.create(KNOB, name="left", level=9)
    del made.outs["__written"]
    made.up(colour="blue")
    bench.simulator.edit("knobs", int(made.id), colour="red")
    made.refresh()
    made.destroy()
    assert (knob(bench)["level"], knob(bench)["colour"]) == (3, "red")
    del made.outs["__written"]
    made.destroy()
    assert knob(bench)["colour"] is None


def test_a_row_can_be_left_as_it_is(bench: Bench) -> None:
    bench.create(LASTING, name="left", level=9).destroy()
    assert knob(bench)["level"] == 9


def test_drift_is_seen_and_what_was_there_before_is_not_forgotten(bench: Bench) -> None:
    made = bench.create(KNOB, name="left", level=9)
    bench.simulator.edit("knobs", int(made.id), level=5)
    made.refresh()
    assert (made.outs["level"], made.inputs["level"]) == (5, 5)
    assert made.diff(level=9).changes is None
    made.up(level=9)
    made.destroy()
    assert knob(bench)["level"] == 3


def test_a_row_that_is_gone_is_gone(bench: Bench) -> None:
    made = bench.create(KNOB, name="left", level=9)
    bench.simulator.remove("knobs", int(made.id))
    assert made.read().id == ""
    made.destroy()


def test_another_name_means_another_row(bench: Bench) -> None:
    made = bench.create(KNOB, name="left", level=9)
    assert made.diff(name="right").replaces == ["name"]


def test_a_row_that_does_not_exist_is_not_made(bench: Bench) -> None:
    assert failure(bench, KNOB, name="middle") == (
        "Unable to create Knob 'middle': knobs has no row of that name, and this resource makes none. "
        "Name one that exists."
    )
    assert bench.writes() == []


def test_the_one_row_of_a_table_needs_no_name(bench: Bench) -> None:
    assert "rows 1, 2 of knobs are meant. Name one of them." in failure(bench, THE_KNOB, level=4)
    bench.simulator.remove("knobs", 2)
    bench.create(THE_KNOB, level=4).destroy()
    assert knob(bench)["level"] == 3


def test_a_second_resource_for_the_same_row_is_refused_in_the_preview(bench: Bench) -> None:
    bench.create(KNOB, "one", name="left", level=9)
    hidden = {"__owner": "shop/dev", "__name": "two", "__org": "organization"}
    with serving(urn_of(KNOB, "two")):
        result = bench.later().provider(KNOB).check({}, hosted({"name": "left", "level": 1, **hidden}))
    (problem,) = [each.reason for each in result.failures]
    assert "'one' of this stack already manages that object" in problem


def test_a_second_resource_for_a_row_without_a_name_is_refused(bench: Bench) -> None:
    bench.simulator.remove("knobs", 2)
    bench.create(THE_KNOB, "one", level=4)
    text = "row 1 of knobs is managed by {} of this stack already"
    assert text.format("another resource") in failure(bench, THE_KNOB, "two", level=5)
    assert text.format("'one'") in failure(bench.later(), THE_KNOB, "two", level=5)
    assert knob(bench)["level"] == 4


def test_two_resources_that_are_created_together_do_not_share_a_row(bench: Bench) -> None:
    bench.simulator.remove("knobs", 2)
    one, two = (bench.plan(THE_KNOB, name, level=level) for name, level in (("one", 4), ("two", 5)))
    bench.stack.forget(bench.carry_out(THE_KNOB, one))
    with pytest.raises(Reported, match="row 1 of knobs is managed by another resource of this stack already"):
        bench.carry_out(THE_KNOB, two)


def test_what_a_create_that_was_cut_off_has_written_is_not_taken_for_what_was_there(
    bench: Bench, told: list[str]
) -> None:
    made = bench.create(KNOB, name="left", level=9, lit=True).cut_off()
    bench.simulator.edit("knobs", int(made.id), lit=False)
    again = bench.later().create(KNOB, name="left", level=9, lit=True)
    again.destroy()
    # Nobody knows any more how far it was turned.
    assert (knob(bench)["level"], knob(bench)["lit"]) == (9, False)
    left = "level of row 1 of knobs is left as it is: a run was cut off, so what it was before is not known"
    assert told[-1] == f"warning: {left}"


def test_a_write_of_which_nothing_is_known_does_not_lose_what_was_there(bench: Bench, saved: list[Saved]) -> None:
    match = {"verb": "PUT", "path": "/knobs/", "times": 0}
    bench.simulator.faults({"match": match, "when": "after", "what": "reset"})
    inputs = bench.plan(KNOB, name="left", level=9)
    with pytest.raises(Reported):
        bench.carry_out(KNOB, inputs)
    bench.simulator.faults()
    (kept,) = saved
    made = Managed(bench, KNOB, kept.id, inputs, hosted(kept.outs))
    made.destroy()
    assert knob(bench)["level"] == 3


def test_an_update_of_which_nothing_is_known_does_not_lose_what_was_there(bench: Bench, saved: list[Saved]) -> None:
    made = bench.create(KNOB, name="left", lit=True)
    bench.simulator.faults({"match": {"verb": "PUT", "path": "/knobs/", "times": 0}, "when": "after", "what": "reset"})
    with pytest.raises(Reported):
        made.up(level=9)
    bench.simulator.faults()
    # The next run is that of another machine.
    made.outs = hosted(saved[-1].outs)
    made.refresh()
    made.up(level=9)
    made.destroy()
    assert (knob(bench)["level"], knob(bench)["lit"]) == (3, False)


def test_what_an_update_that_was_cut_off_has_written_is_not_taken_for_what_was_there(bench: Bench) -> None:
    made = bench.create(KNOB, name="left", lit=True)
    bench.simulator.edit("knobs", int(made.id), level=9)
    bench.stack.cut_off_change(made, "updating")
    again = made.seen_by(bench.later())
    again.up(level=9)
    again.up(level=10)
    again.destroy()
    assert (knob(bench)["level"], knob(bench)["lit"]) == (3, False)


def test_what_a_refresh_saw_of_an_update_that_was_cut_off_is_not_put_back(bench: Bench, told: list[str]) -> None:
    made = bench.create(KNOB, name="left", lit=True)
    bench.simulator.edit("knobs", int(made.id), level=9)
    bench.stack.cut_off_change(made, "updating")
    again = made.seen_by(bench.later())
    again.refresh()
    again.up(level=9)
    again.up(level=10)
    again.destroy()
    assert (knob(bench)["level"], knob(bench)["lit"]) == (10, False)
    left = "level of row 1 of knobs is left as it is: a run was cut off, so what it was before is not known"
    assert told[-1] == f"warning: {left}"


def test_a_write_that_is_refused_leaves_the_row_free(bench: Bench) -> None:
    match = {"verb": "PUT", "path": "/knobs/"}
    bench.simulator.faults({"match": match, "when": "before", "what": "status", "status": 422})
    assert "Unable to create Knob 'left'" in failure(bench, KNOB, name="left", level=9)
    bench.create(KNOB, "other", name="left", level=9)


# Deleted by an action


def test_a_row_is_deleted_by_its_action(bench: Bench) -> None:
    made = bench.create(kind(Profile), name="nightly")
    bench.simulator.reset("log")
    made.destroy()
    assert bench.simulator.rows("profiles") == []
    assert [request for request in bench.asked() if request[0] != "GET"] == [("POST", "profile_actions")]


def test_an_action_whose_answer_was_lost_is_looked_after(bench: Bench) -> None:
    made = bench.create(kind(Profile), name="nightly")
    bench.simulator.faults({"match": {"verb": "POST", "path": "/profile_actions"}, "when": "after", "what": "reset"})
    made.destroy()
    assert bench.simulator.rows("profiles") == []


def test_a_row_that_an_action_leaves_is_not_taken_for_deleted(bench: Bench) -> None:
    made = bench.create(kind(LostProfile), name="nightly")
    with pytest.raises(Reported, match="Unable to delete LostProfile 'nightly'"):
        made.destroy()
    match = {"verb": "POST", "path": "/profile_actions"}
    bench.simulator.faults({"match": match, "when": "before", "what": "status", "status": 404})
    with pytest.raises(Reported, match=r"The row is still there\.$"):
        made.destroy()
    assert len(bench.simulator.rows("profiles")) == 1


def test_a_row_goes_with_the_row_that_it_belongs_to(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "nas", name="nas")
    made = bench.create(kind(Service), vm=vm.id, name="files")
    made.destroy()
    assert (bench.simulator.rows("services"), bench.simulator.rows("vms")) == ([], [])


def test_the_row_that_it_belongs_to_is_left_alone_if_another_stack_manages_it(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "rack", name="nas")
    made = bench.create(kind(Service), vm=vm.id, name="files")
    stolen(bench)
    with pytest.raises(Reported, match=rf"vms/{vm.id}, with which it would be deleted, belongs to shop/prod as 'rack'"):
        made.destroy()
    assert (len(bench.simulator.rows("services")), len(bench.simulator.rows("vms"))) == (1, 1)


@pytest.mark.parametrize(("action", "of"), [("", ""), ("discard", "vm")])
def test_a_row_goes_in_one_way(action: str, of: str) -> None:
    with pytest.raises(TypeError, match=r"^DeletedBy: give either action= or of=\.$"):
        DeletedBy(action=action, of=of)


# Child of any parent


@pytest.fixture
def shelf(bench: Bench) -> Managed:
    vm = bench.create("VirtualMachine", "rack", name="rack")
    return bench.create(kind(Shelf), "shelf", vm=vm.id, name="shelf")


def stolen(bench: Bench) -> None:
    """Let another stack take the VM over."""
    (vm,) = bench.simulator.rows("vms")
    bench.simulator.edit("vms", vm["$key"], description="[pulumi shop/prod rack deadbeef-0123456789ab]")


def test_a_row_belongs_to_whoever_manages_the_next_row_above_that_bears_a_mark(bench: Bench, shelf: Managed) -> None:
    box = bench.create(kind(Box), "box", shelf=shelf.id, name="box")
    stolen(bench)
    for touch in (box.destroy, lambda: box.up(name="crate")):
        with pytest.raises(Reported, match=r"now belongs to shop/prod as 'rack'\. It is left alone"):
            touch()
    assert box.read().id == ""
    assert [row["name"] for row in bench.simulator.rows("boxes")] == ["box"]


def test_none_is_made_below_a_row_of_another_stack(bench: Bench, shelf: Managed) -> None:
    stolen(bench)
    text = failure(bench.later(), kind(Box), "box", shelf=shelf.id, name="box")
    assert "belongs to shop/prod as 'rack', and so would this. Declare it there." in text
    assert bench.simulator.rows("boxes") == []


# Shown once


def test_a_secret_that_is_shown_once_is_kept(bench: Bench) -> None:
    made = bench.create(API_KEY, name="ci")
    secret = f"canary-{made.id}"
    assert made.outs["secret"] == secret
    made.refresh()
    made.up(description="for the pipeline")
    assert (made.outs["secret"], made.diff().changes) == (secret, False)
    assert ApiKey.declaration.attributes["secret"].secret


def test_a_row_whose_answer_was_lost_is_made_again(bench: Bench) -> None:
    bench.simulator.faults({"match": {"verb": "POST", "path": "/api_keys$"}, "when": "after", "what": "reset"})
    made = bench.create(API_KEY, name="ci")
    (row,) = bench.simulator.rows("api_keys")
    assert (made.id, made.outs["secret"]) == (str(row["$key"]), f"canary-{row['$key']}")
    assert [write.verb for write in bench.writes()] == ["POST", "DELETE", "POST"]


def test_a_row_of_a_killed_run_is_made_again(bench: Bench) -> None:
    bench.create(API_KEY, name="ci").cut_off()
    made = bench.later().create(API_KEY, name="ci")
    (row,) = bench.simulator.rows("api_keys")
    assert (made.id, made.outs["secret"]) == (str(row["$key"]), f"canary-{row['$key']}")


def test_a_row_that_only_its_values_tell_is_not_deleted_to_be_made_again(bench: Bench) -> None:
    """It may be somebody else's: the answer that was lost may have been a refusal."""
    key = bench.simulator.add("tickets", name="deploy")
    bench.simulator.faults({"match": {"verb": "POST", "path": "tickets$"}, "when": "after", "what": "reset"})
    text = failure(bench, kind(Ticket), name="deploy")
    assert f"row {key} of tickets may be the one that this create has made, and its answer was lost" in text
    assert [row["$key"] for row in bench.simulator.rows("tickets")] == [key]


@pytest.mark.parametrize("holder", ["nobody", "another stack"])
def test_somebody_elses_row_is_not_made_again(bench: Bench, holder: str) -> None:
    if holder == "nobody":
        bench.simulator.add("api_keys", name="ci")
    else:
        bench.stack.forget(bench.create(API_KEY, name="ci"))
    assert "has that name already" in failure(bench.later(), API_KEY, "other", name="ci")
    assert [write for write in bench.writes() if write.verb == "DELETE"] == []


def test_a_row_that_exists_cannot_be_adopted(bench: Bench) -> None:
    result = bench.provider(API_KEY).check({}, {"name": "ci", "adopt": True})
    assert [each.reason for each in result.failures] == ["adopt: a row that exists does not show its secret again."]


def test_a_secret_that_was_not_shown_is_an_error_that_keeps_the_row(bench: Bench, saved: list[Saved]) -> None:
    ApiKeys.silent = True
    text = failure(bench, API_KEY, name="ci")
    assert "VergeOS did not show its secret" in text
    assert [each.id for each in saved] == [str(row["$key"]) for row in bench.simulator.rows("api_keys")]


def test_what_is_shown_once_is_declared_as_a_secret() -> None:
    with pytest.raises(DeclarationError, match=r"needs token: Attr\[Secret\[str\] \| None\] = computed"):

        class Wrong(Resource, table="api_keys", life=ShownOnce("token")):
            """Wrong."""

            token: Attr[str | None] = computed()
