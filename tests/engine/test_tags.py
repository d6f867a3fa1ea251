"""The argument ``tags`` with the real engine: what a preview shows, and in which order VergeOS is told."""

from __future__ import annotations

import pulumi

from tests.engine.lab import Lab, Program
from verge_pulumi import Server, Tag, TagCategory, VirtualMachine


def program(*wanted: str, name: str = "web", alias: str = "") -> Program:
    """Return a program of a server with these tags of two categories: an object has one environment."""

    def declare() -> None:
        environment = TagCategory("environment", name="environment", taggable_vms=True, single_tag_selection=True)
        colour = TagCategory("colour", name="colour", taggable_vms=True)
        of = {"prod": environment, "dev": environment, "red": colour, "blue": colour}
        tags = {each: Tag(each, name=each, category=category) for each, category in of.items()}
        opts = pulumi.ResourceOptions(aliases=[pulumi.Alias(name=alias)] if alias else [])
        Server(name, opts, name="web", tags=[tags[each] for each in wanted])

    return declare


def test_tags_come_and_go_one_by_one(lab: Lab) -> None:
    def on_it() -> set[str]:
        tags = {row["$key"]: row["name"] for row in lab.simulator.rows("tags")}
        return {tags[row["tag"]] for row in lab.simulator.rows("tag_members")}

    before = lab.simulator.snapshot()
    created = lab.up(program("prod", "red")).changes
    assert {name for name in created if name.startswith("web-vm-")} == {"web-vm-environment", "web-vm-red"}
    assert on_it() == {"prod", "red"}
    assert lab.up(program("red", "prod", "red")).changes == {}
    assert lab.refresh(program("prod", "red")).changes == {}
    changes = lab.up(program("dev", "blue")).changes
    assert changes == {"web-vm-environment": "replace", "web-vm-blue": "create", "web-vm-red": "delete"}
    assert on_it() == {"dev", "blue"}
    assert lab.up(program("dev", "blue", name="shop", alias="web")).changes == {}
    lab.destroy()
    assert lab.simulator.snapshot() == before


def test_an_assignment_follows_the_rename_of_its_tag_and_of_its_category(lab: Lab) -> None:
    """Nobody can give an alias to what is declared by the argument ``tags``."""

    def renamed(environment: str, colour: str) -> Program:
        def was(name: str, former: str) -> pulumi.ResourceOptions:
            return pulumi.ResourceOptions(aliases=[] if name == former else [pulumi.Alias(name=former)])

        def declare() -> None:
            one = TagCategory(
                environment,
                was(environment, "environment"),
                name="environment",
                taggable_vms=True,
                single_tag_selection=True,
            )
            many = TagCategory("colours", name="colours", taggable_vms=True)
            tags = [Tag("prod", name="prod", category=one), Tag(colour, was(colour, "red"), name="red", category=many)]
            VirtualMachine("vm", name="vm", tags=tags)

        return declare

    assert lab.up(renamed("environment", "red")).changes.keys() >= {"vm-environment", "vm-red"}
    members = lab.simulator.rows("tag_members")
    assert lab.preview(renamed("stage", "crimson")).changes == {}
    assert lab.up(renamed("stage", "crimson")).changes == {}
    assert lab.simulator.rows("tag_members") == members
