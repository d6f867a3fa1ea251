"""Look-ups of tags, their categories, and what has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pulumi
from pydantic import BeforeValidator

from verge_pulumi.client import Key, as_key
from verge_pulumi.engine.connecting.answers import Kind
from verge_pulumi.engine.connecting.finding import find_all
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.lookups._facts import DescribedRow, Switch, Text
from verge_pulumi.lookups._lookup import Lookup, Named, T, one_of
from verge_pulumi.resources.tags.tag import Tag
from verge_pulumi.resources.tags.tag_category import TagCategory


@dataclass(frozen=True, kw_only=True)
class GetTagCategoryResult(DescribedRow):
    """A category of tags; `taggable_…` says whether rows of a table may have them."""

    single_tag_selection: Switch
    taggable_vms: Switch
    taggable_vnets: Switch
    taggable_volumes: Switch
    taggable_vnet_rules: Switch
    taggable_vmware_containers: Switch
    taggable_users: Switch
    taggable_tenant_nodes: Switch
    taggable_sites: Switch
    taggable_nodes: Switch
    taggable_groups: Switch
    taggable_clusters: Switch
    taggable_tenants: Switch


@dataclass(frozen=True, kw_only=True)
class GetTagResult(DescribedRow):
    """A tag; `category` is the key of its category."""

    category: int
    category_name: Annotated[Text, "category#name"]


@dataclass(frozen=True, kw_only=True)
class GetTaggedResult:
    """An object that has a tag; `path` is such as ``vms/42``, as `on` of a `TagAssignment` takes it."""

    path: Annotated[str, "member", BeforeValidator(lambda value: str(value).removeprefix("/v4/"))]
    name: Annotated[Text, "member#$display"]

    @property
    def table(self) -> str:
        """The table of its row."""
        return self.path.rpartition("/")[0]

    @property
    def key(self) -> Key:
        """The key of its row."""
        return as_key(self.path.rpartition("/")[2])


class InCategory(Lookup[T]):
    """Looks up a tag: ``get_tag(category=get_tag_category(name="environment"), name="prod")``, or by its `key`."""

    def __call__(
        self,
        *,
        name: str | None = None,
        category: GetTagCategoryResult | Key | None = None,
        key: Key | None = None,
        provider: pulumi.ProviderResource | None = None,
    ) -> T:
        """Return the one of that name, in that category if it is given, or the one that has that key."""
        within = category.key if isinstance(category, GetTagCategoryResult) else category
        wanted = one_of(self.kind, name=name, key=key)
        if within is None:
            return self.find(provider, wanted)
        return self.find(provider, wanted, {"category": as_key(within)}, f" in the category {within}")

    def output(
        self,
        *,
        name: pulumi.Input[str] | None = None,
        category: TagCategory
        | pulumi.Input[GetTagCategoryResult]
        | pulumi.Input[int]
        | pulumi.Input[str]
        | None = None,
        key: pulumi.Input[int] | pulumi.Input[str] | None = None,
        provider: pulumi.ProviderResource | None = None,
    ) -> pulumi.Output[T]:
        """Return the one of that name when it is known, and the category is made."""
        within = category.id if isinstance(category, BaseResource) else category
        given = pulumi.Output.all(name=name, category=within, key=key)
        return given.apply(lambda known: self(**known, provider=provider))


class HavingTag(Lookup[GetTaggedResult]):
    """Looks up what has a tag: ``get_tagged(tag=get_tag(name="prod"), table="vms")``."""

    def __call__(
        self,
        *,
        tag: GetTagResult | Key,
        table: str | None = None,
        provider: pulumi.ProviderResource | None = None,
    ) -> list[GetTaggedResult]:
        """Return all that have the tag, or of these the rows of one table; the tag is what `get_tag` returned."""
        key = tag.key if isinstance(tag, GetTagResult) else as_key(tag)
        tagged = map(self.facts, find_all(provider, self.kind, self.projection, {"tag": key}))
        return [each for each in tagged if table in (None, each.table)]

    def output(
        self,
        *,
        tag: Tag | pulumi.Input[GetTagResult] | pulumi.Input[int] | pulumi.Input[str],
        table: str | None = None,
        provider: pulumi.ProviderResource | None = None,
    ) -> pulumi.Output[list[GetTaggedResult]]:
        """Return them when the tag is known; what the same run tags may be among them or not."""
        of = tag.id if isinstance(tag, BaseResource) else tag
        return pulumi.Output.all(tag=of).apply(lambda known: self(**known, table=table, provider=provider))


get_tag: InCategory[GetTagResult] = InCategory(GetTagResult, Kind("tag", "tags"))
get_tag_category: Named[GetTagCategoryResult] = Named(GetTagCategoryResult, Kind("tag category", "tag_categories"))
get_tagged = HavingTag(GetTaggedResult, Kind("assignment of the tag", "tag_members", label="tag"))

get_tag_output = get_tag.output
get_tag_category_output = get_tag_category.output
get_tagged_output = get_tagged.output
