"""Tags, and what has them."""

from __future__ import annotations

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import same

TAGS = "docs/vergeos/tags.md"


@assumption(f"{TAGS} §3", Sure.DOCUMENTED, "resources.tags.tag_assignment", "client.errors.AlreadyExists", since="26.0")
def tagged_twice(lab: Lab) -> None:
    """A second assignment of a tag to an object is refused: `Tag member is already assigned`."""
    member = lab.row("tag_members")
    lab.post("tag_members", member.values).refused(409 if lab.since("26.1.4") else 422, "already assigned")


@assumption(f"{TAGS} §1, §3", Sure.MEASURED, "resources.tags._taggable", "resources.tags.tag_assignment", since="26.0")
def not_taggable(lab: Lab) -> None:
    """A tag on an object whose table its category does not allow is refused with 422: `Operation not permitted`."""
    values = {"tag": lab.key("tags"), "member": lab.row("vnets").path}
    lab.post("tag_members", values).refused(422, "not permitted")


@assumption(f"{TAGS} §3: no source says", Sure.OPEN, "resources.tags.tag_assignment", since="26.0")
def single_selection(lab: Lab) -> None:
    """A second tag of a category with `single_tag_selection` is refused with 422, and does not replace the first."""
    lab.row("tag_members")
    tag = lab.make("tags", {"category": lab.key("tag_categories"), "name": lab.name("second")})
    lab.post("tag_members", {"tag": int(tag.key), "member": lab.row("vms").path}).refused(422)
    lab.get(lab.row("tag_members").path, fields="$key").answered(200)


@assumption(f"{TAGS} §2", Sure.DOCUMENTED, "resources.tags.tag", since="26.0")
def case_of_tags(lab: Lab) -> None:
    """Tags of a category whose names differ only in case are different tags."""
    values = {"category": lab.key("tag_categories"), "name": str(lab.row("tags").values["name"]).upper()}
    lab.make("tags", {**values, "description": lab.name("upper")})


@assumption(f"{TAGS} §1, §2", Sure.DOCUMENTED, "resources.tags._cascade", since="26.0")
def tags_go_with_their_category(lab: Lab) -> None:
    """Deleting a category deletes its tags and their assignments."""
    category = lab.make("tag_categories", {"name": lab.name("brief"), "taggable_vms": True})
    tag = lab.make("tags", {"category": int(category.key), "name": lab.name("brief")})
    member = lab.make("tag_members", {"tag": int(tag.key), "member": lab.row("vms").path})
    lab.delete(category).answered(200)
    lab.all_gone([member, tag])


@assumption(f"{TAGS} §3", Sure.INFERRED, "resources.tags.tag_assignment", since="26.0")
def assignment_goes_with_its_object(lab: Lab) -> None:
    """An assignment is deleted with the object that it is on."""
    vm = lab.make("vms", {"name": lab.name("tagged")})
    member = lab.make("tag_members", {"tag": lab.key("tags"), "member": vm.path})
    lab.delete(vm).answered(200)
    lab.all_gone([member])


@assumption(f"{TAGS} §3: no source says", Sure.OPEN, "resources.compute._cloning", since="26.0")
def copies_have_none(lab: Lab) -> None:
    """A copy of a VM has none of the tags of its original."""
    lab.row("tag_members")
    response = lab.act(lab.row("vms"), "clone", name=lab.name("untagged")).answered(201).response
    copy = lab.named("vms", str(response["vmkey"]), lab.name("untagged"))
    same("the tags of the copy", lab.rows("tag_members", fields="tag", filter=f"member eq '{copy.path}'"), [])
