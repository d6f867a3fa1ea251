"""Tags, their categories, and what has them: the tables `tag_categories`, `tags` and `tag_members`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import C, R, any_ref, boolean, integer, ref, section, table, text, words

TAGGABLE = "vms vnets volumes vnet_rules vmware_containers users tenant_nodes sites nodes groups clusters tenants"

TAG_CATEGORIES = table(
    "tag_categories",
    section(
        "docs/vergeos/tags.md §1; types: tsvergeos: services/tag-category/types.ts",
        text("name", required=True),
        text("description", default=""),
        boolean("single_tag_selection", default=False),
        *(boolean(f"taggable_{kind}", default=False) for kind in words(TAGGABLE)),
        integer("created", write=R),
        integer("modified", write=R),
    ),
    short="name description",
    unique=(("name",),),
    since="26.0",
    source="docs/vergeos/tags.md §1",
)

TAGS = table(
    "tags",
    section(
        "docs/vergeos/tags.md §2; types: tsvergeos: services/tag/types.ts",
        text("name", required=True),
        ref("category", "tag_categories", write=C, required=True),
        text("description", default=""),
        integer("created", write=R),
        integer("modified", write=R),
    ),
    short="name description",
    unique=(("category", "name"),),
    parent="category",
    since="26.0",
    source="docs/vergeos/tags.md §2",
)

# Created and deleted, never changed.
TAG_MEMBERS = table(
    "tag_members",
    section(
        "docs/vergeos/tags.md §3; types: tsvergeos: services/tag-member/types.ts",
        ref("tag", "tags", write=C, required=True),
        any_ref("member", write=C, required=True),
    ),
    short="member",
    unique=(("tag", "member"),),
    parent="tag",
    since="26.0",
    source="docs/vergeos/tags.md §3",
)
