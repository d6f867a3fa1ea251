"""The argument ``tags`` of what can be tagged: which assignments a program declares by it, and how they are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from tests.declarations.mocked import Engine, settle
from verge_pulumi import (
    Group,
    Network,
    NetworkRule,
    Provider,
    Server,
    Tag,
    TagAssignment,
    TagCategory,
    User,
    VirtualMachine,
    by_name,
)
from verge_pulumi.simulator import Simulator

# The SDK leaves the event loops of its threads open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

ASSIGNMENT = "pulumi-python:dynamic/vergeos:TagAssignment"


def environment(**arguments: Any) -> TagCategory:
    allowed = {f"taggable_{table}": True for table in ("vms", "vnets", "vnet_rules", "nodes", "users", "groups")}
    given = {"name": "environment", **allowed}
    return TagCategory("environment", **{**given, **arguments})


def tags(*names: str, **arguments: Any) -> list[Tag]:
    category = environment(**arguments)
    return [Tag(name, name=f"the {name}", category=category) for name in names]


def assigned(engine: Engine) -> dict[str, Any]:
    """Return what each registered assignment is on, by their names."""
    settle()
    found = {name: args for name, args in engine.registered.items() if args.typ == ASSIGNMENT}
    return {name: engine.inputs(name)["on"] for name in found}


def refused(declare: Callable[[], object], error: type[Exception] = pulumi.RunError) -> str:
    with pytest.raises(error) as told:
        declare()
    settle()
    return str(told.value)


def test_each_tag_is_an_assignment_of_its_own(engine: Engine) -> None:
    prod, blue = tags("prod", "blue")
    web = VirtualMachine("web", name="web", tags=[prod, blue])
    lan = Network("lan", name="lan", tags=(blue,))
    NetworkRule("ssh", network=lan, name="ssh", tags=[prod])
    User("ann", name="ann", tags=[blue])
    Group("team", name="team", tags=[blue])
    assert assigned(engine) == {
        "web-prod": "vms/42",
        "web-blue": "vms/42",
        "lan-blue": "vnets/42",
        "ssh-prod": "vnet_rules/42",
        "ann-blue": "users/42",
        "team-blue": "groups/42",
    }
    assert set(web.tags) == {"prod", "blue"}
    assert isinstance(web.tags["prod"], TagAssignment)


def test_order_and_repetition_do_not_matter(engine: Engine) -> None:
    prod, blue = tags("prod", "blue")
    VirtualMachine("web", name="web", tags=[blue, prod, blue, prod.id, "7", 7])
    assert set(assigned(engine)) == {"web-prod", "web-blue", "web-7"}


def test_nothing_is_assigned_where_no_tags_are_given(engine: Engine) -> None:
    assert VirtualMachine("web", name="web").tags == VirtualMachine("db", name="db", tags=[]).tags == {}
    assert VirtualMachine.get("theirs", id="3").tags == {}
    assert assigned(engine) == {}


def test_tags_of_others_are_named_by_their_key_or_name(engine: Engine, here: None, simulator: Simulator) -> None:
    category = simulator.add("tag_categories", name="environment", taggable_vms=True)
    key = simulator.add("tags", category=category, name="prod")
    theirs = Tag.get("theirs", id="9")
    VirtualMachine("web", name="web", tags=[by_name("prod"), theirs, {"$key": 8, "location": "/v4/tags/8"}])
    assert set(assigned(engine)) == {"web-prod", "web-theirs", "web-8"}
    assert (engine.inputs("web-prod")["tag"], engine.inputs("web-8")["tag"]) == (str(key), "8")


def test_what_is_known_later_needs_a_name(engine: Engine) -> None:
    later: Any = pulumi.Output.from_input({"$key": 8, "location": "/v4/tags/8"})
    why = refused(lambda: VirtualMachine("web", name="web", tags=[later]), TypeError)
    assert why.startswith(
        "Unable to declare VirtualMachine 'web': an element of tags is not known while the program runs"
    )
    VirtualMachine("db", name="db", tags={"environment": later})
    assert set(assigned(engine)) == {"db-environment"}
    assert engine.inputs("db-environment")["tag"] == "8"


@pytest.mark.parametrize("given", ["prod", 5, pulumi.Output.from_input([])])
def test_other_forms_are_refused(engine: Engine, given: Any) -> None:
    why = refused(lambda: VirtualMachine("web", name="web", tags=given), TypeError)
    assert why.startswith("Unable to declare VirtualMachine 'web': tags ")
    assert why.endswith(" is not a list of tags. Give one in brackets, or a mapping by name.")


def test_a_tag_of_the_wrong_kind_is_refused(engine: Engine) -> None:
    category: Any = environment()
    why = refused(lambda: VirtualMachine("web", name="web", tags=[category]), TypeError)
    assert "TagAssignment 'web-environment': tag accepts Tag, not TagCategory 'environment'." in why


def test_one_tag_takes_the_place_of_another_where_there_may_be_one(engine: Engine) -> None:
    prod, dev = tags("prod", "dev", single_tag_selection=True)
    VirtualMachine("web", name="web", tags=[prod])
    VirtualMachine("db", name="db", tags=[dev])
    assert set(assigned(engine)) == {"web-environment", "db-environment"}


def test_a_server_gives_its_tags_to_the_machine(engine: Engine) -> None:
    (prod,) = tags("prod")
    web = Server("web", name="web", tags=[prod])
    assert assigned(engine) == {"web-vm-prod": "vms/42"}
    assert set(web.tags) == {"prod"}


def test_assignments_are_on_the_vergeos_of_their_object(engine: Engine) -> None:
    site_b = Provider("site-b", host="b.example.com", api_key_env="SITE_B_KEY")
    VirtualMachine("web", name="web", tags=[5], opts=pulumi.ResourceOptions(provider=site_b))
    settle()
    assert engine.registered["web-5"].provider == engine.registered["web"].provider != ""


def test_protection_of_an_object_is_not_that_of_its_tags(engine: Engine) -> None:
    web = VirtualMachine("web", name="web", tags=[5], opts=pulumi.ResourceOptions(protect=True))
    settle()
    assert web.tags["5"]._protect is False


# TagAssignment by itself ---------------------------------------------------------------------------------------------


def test_an_assignment_accepts_whatever_can_be_tagged(engine: Engine) -> None:
    (prod,) = tags("prod")
    TagAssignment("a", tag=prod, on=Server("web", name="web"))
    TagAssignment("b", tag=prod, on=Network("lan", name="lan"))
    TagAssignment("c", tag=prod.id, on="nodes/1")
    TagAssignment("d", tag=prod, on={"$key": 7, "location": "/v4/vnet_rules/7"})
    assert assigned(engine) == {"a": "vms/42", "b": "vnets/42", "c": "nodes/1", "d": "vnet_rules/7"}


def test_a_class_of_ones_own_is_tagged_as_what_it_inherits_from(engine: Engine) -> None:
    class Shop(VirtualMachine, table="vms", unique=("name",)):
        """A VM of ours."""

    (prod,) = tags("prod")
    TagAssignment("a", tag=prod, on=Shop("web", name="web", tags=[5]))
    assert assigned(engine) == {"web-5": "vms/42", "a": "vms/42"}
    targets = TagAssignment.on.resolved()
    assert [kind for kind in targets if kind.declaration.table == "vms"] == [VirtualMachine]


def test_an_assignment_accepts_nothing_else(engine: Engine) -> None:
    (prod,) = tags("prod")
    drive: Any = prod
    why = refused(lambda: TagAssignment("a", tag=prod, on=drive), TypeError)
    assert "on accepts " in why
    assert "VirtualMachine" in why
    assert why.partition(" Pass ")[0].endswith("not Tag 'prod'.")
    exported = {"$key": 7, "location": "/v4/machines/7"}
    why = refused(lambda: TagAssignment("b", tag=prod, on=exported))
    assert "and /v4/machines/7 is a row of machines" in why


def test_an_object_is_found_by_its_name(engine: Engine, here: None, simulator: Simulator) -> None:
    simulator.add("vms", name="web")
    TagAssignment("a", tag="5", on=by_name("External"))
    TagAssignment("b", tag="5", on=by_name("web"))
    assert assigned(engine) == {"a": "vnets/3", "b": "vms/1"}
