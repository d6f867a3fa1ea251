"""Categories of tags: what their tags may be put on, and how many."""

from __future__ import annotations

from verge_pulumi.client import Row
from verge_pulumi.engine.declaring.attributes import Attr, arg, policy
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.tags import _cascade as cascade


class TagCategory(Describable, Resource, table="tag_categories", unique=("name",), since="26.0"):
    """A category of tags. Deleting it deletes its tags with it. VergeOS 26.0 and later."""

    name: Attr[str] = arg(min_length=1)
    """Name in VergeOS; unique on the system."""

    allow_cascade: Attr[bool | None] = policy(default=None, role="along", loss="its tags and their assignments")
    """Whether it may be deleted along with tags and assignments that this stack does not manage. It counts once it is
    in the state, so run ``pulumi up`` with it before the change that deletes."""

    single_tag_selection: Attr[bool | None] = arg(default=None)
    """Whether an object has one tag of the category at most; VergeOS says no if unset."""

    taggable_vms: Attr[bool | None] = arg(default=None)
    """Whether virtual machines may have its tags; VergeOS says no if unset."""

    taggable_vnets: Attr[bool | None] = arg(default=None)
    """Whether networks may have its tags; VergeOS says no if unset."""

    taggable_volumes: Attr[bool | None] = arg(default=None)
    """Whether volumes may have its tags; VergeOS says no if unset."""

    taggable_vnet_rules: Attr[bool | None] = arg(default=None)
    """Whether rules of networks may have its tags; VergeOS says no if unset."""

    taggable_vmware_containers: Attr[bool | None] = arg(default=None)
    """Whether VMware services may have its tags; VergeOS says no if unset."""

    taggable_users: Attr[bool | None] = arg(default=None)
    """Whether users may have its tags; VergeOS says no if unset."""

    taggable_tenant_nodes: Attr[bool | None] = arg(default=None)
    """Whether nodes of tenants may have its tags; VergeOS says no if unset."""

    taggable_sites: Attr[bool | None] = arg(default=None)
    """Whether sites may have its tags; VergeOS says no if unset."""

    taggable_nodes: Attr[bool | None] = arg(default=None)
    """Whether nodes may have its tags; VergeOS says no if unset."""

    taggable_groups: Attr[bool | None] = arg(default=None)
    """Whether groups may have its tags; VergeOS says no if unset."""

    taggable_clusters: Attr[bool | None] = arg(default=None)
    """Whether clusters may have its tags; VergeOS says no if unset."""

    taggable_tenants: Attr[bool | None] = arg(default=None)
    """Whether tenants may have its tags; VergeOS says no if unset."""


def flag_of(table: str) -> str:
    """Return the argument that says whether rows of a table may have tags of a category; "" if none may ever."""
    name = f"taggable_{table}"
    return name if name in TagCategory.declaration.inputs else ""


class TagCategoryProvider(RowProvider[TagCategory]):
    """What is special about a category's life."""

    touched = (touch("tags", at=("delete",)), touch("tag_members", at=("delete",)))

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """See that no tags of others are in it, and that none of its tags are on something by others."""
        cascade.forbid(cascade.of_category(self.connection, id, state))
