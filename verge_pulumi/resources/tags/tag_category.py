"""Categories of tags: what their tags may be put on, and how many."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, arg
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.resources._describable import Describable


class TagCategory(Describable, Resource, table="tag_categories", unique=("name",), since="26.0"):
    """A category of tags. Deleting it deletes its tags with it. VergeOS 26.0 and later."""

    name: Attr[str] = arg(min_length=1)
    """Name in VergeOS; unique on the system."""

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
