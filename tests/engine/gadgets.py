"""A table that VergeOS does not have, and the resource for it: what a new resource costs."""

from __future__ import annotations

from verge_pulumi.catalogue.model import Column, Table, Type, Write
from verge_pulumi.engine.declaring.attributes import Attr, arg, computed
from verge_pulumi.engine.declaring.lives import ExistsAlready
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Text

TABLE = Table(
    name="gadgets",
    columns=(
        Column(name="name", type=Type.TEXT, required=True, max_length=64),
        Column(name="description", type=Type.TEXT, default=""),
        Column(name="colour", type=Type.TEXT, default="grey", choices=("grey", "red", "blue")),
        Column(name="size", type=Type.INT, write=Write.CREATE, default=1),
        Column(name="weight", type=Type.INT, default=5),
        Column(name="enabled", type=Type.BOOL, default=True),
        Column(name="created", type=Type.INT, write=Write.NEVER),
    ),
    unique=(("name",),),
)


class Gadget(Resource, table="gadgets", unique=("name",)):
    """A thing that exists in tests only."""

    name: Attr[str] = arg(max_length=64)
    description: Attr[Text | None] = arg(default=None)
    colour: Attr[str | None] = arg(default=None)
    size: Attr[int | None] = arg(default=None, replaces=True)
    enabled: Attr[bool | None] = arg(default=None)
    created: Attr[int | None] = computed()


class Heirloom(Resource, table="gadgets", unique=("name",), life=ExistsAlready()):
    """A gadget that somebody else made and keeps."""

    name: Attr[str] = arg(max_length=64)
    colour: Attr[str | None] = arg(default=None)
    weight: Attr[int | None] = arg(default=None)
