"""Rules of resource groups: which devices of the host are in them."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Key
from verge_pulumi.resources.compute.resource_group import ResourceGroup


class ResourceRule(Resource, table="resource_rules", named_by="name"):
    """A rule that puts devices of the host into a resource group.

    VergeOS may have to load drivers again on the nodes after a rule has come or gone; each node says so.
    """

    resource_group: Ref[ResourceGroup] = ref(replaces=True)
    """The group that it puts them into."""

    name: Attr[str] = arg(min_length=1)
    """Name in VergeOS."""

    filter: Attr[str] = arg(min_length=1)
    """Which devices: a filter over their columns, such as ``vendor ct 'Intel' and slot eq '0000:3b:00.0'``."""

    node: Attr[Key | None] = arg(default=None)
    """Key of the node whose devices it is about; all nodes if unset."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether it is in force."""

    type: Attr[str | None] = computed()
    """Kind of devices, as of the group."""

    system_created: Attr[bool | None] = computed()
    """Whether VergeOS made it by itself."""
