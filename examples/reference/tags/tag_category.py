"""A category whose tags virtual machines and networks may have, one of them at most."""

from verge_pulumi import TagCategory

environment = TagCategory(
    "environment", name="environment", single_tag_selection=True, taggable_vms=True, taggable_vnets=True
)
