"""Tags, which people sort objects by."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, ref
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.tags.tag_category import TagCategory


class Tag(Describable, Resource, table="tags", unique=("category", "name"), since="26.0"):
    """A tag of a category. Deleting it takes it off every object that has it. VergeOS 26.0 and later."""

    category: Ref[TagCategory] = ref(replaces=True)
    """The category it belongs to."""

    name: Attr[str] = arg(min_length=1)
    """Name, unique in the category; upper and lower case differ."""
