"""What we manage, held against what VergeOS has: two statements written independently."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

import pytest

import verge_pulumi.resources
from verge_pulumi.catalogue import TABLES
from verge_pulumi.catalogue.model import Column, Effect, Table, Type, Write
from verge_pulumi.engine.declaring.attributes import Attr, arg, computed
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.lives import ExistsAlready
from verge_pulumi.engine.declaring.resource import BaseResource, Resource
from verge_pulumi.engine.declaring.values import Key

RESOURCES = [
    resource
    for name in verge_pulumi.resources.__all__
    if issubclass(resource := getattr(verge_pulumi.resources, name), Resource)
]

JSON_TYPES = {bool: Type.BOOL, int: Type.INT, float: Type.NUMBER, str: Type.TEXT, dict: Type.JSON}


LEFT_OUT = {
    "cloud_snapshots": {"expires_type"},  # `expires` says it too
    "certificates": {"renew"},  # the argument of that name is any text
    "files": {"allocated_bytes"},  # set by the upload
    "machine_devices": {"count"},  # it makes several rows, and one row is one resource
    # The first four are those of physical and service NICs; an address is fixed by a row of its own
    # (docs/vergeos/virtual-machines.md §7).
    "machine_nics": {"driver", "model", "vendor", "port", "ipaddress"},
    "machine_snapshots": {"created_manually", "expires_type"},  # `expires` says both
    # What decides where machines run is left to people, and `cpu` and `cpu_speed` describe the hardware.
    "nodes": {"maintenance", "overcommit", "pxe_vnet", "vm_ram", "failover_ram", "cpu", "cpu_speed"},
    "settings": {"description"},
    "system": {"theme"},  # the look of the user interface; `Theme` makes one, and people choose it
    "update_settings": {"file", "name"},  # an update by hand; what the name is for no source says
    "users": {"account_locked", "failed_attempts"},  # VergeOS counts them; people reset them
    "resource_groups": {"key_args"},  # it makes rules, which are resources of their own
    # The first is the UI's form of the filter, and out of the second VergeOS makes one.
    "resource_rules": {"filter_configuration", "auto_create_based_on"},
    "vms": {"cloudinit_files"},  # their contents need care of their own, and are no part of a VM's row
    "webhook_urls": {"type"},  # there is one
}
"""Writable columns that are declared nowhere."""


def disagreements(declaration: Declaration, tables: dict[str, Table]) -> list[str]:
    """Return one sentence for each attribute that VergeOS has not got like that."""
    table = tables.get(declaration.table)
    if table is None:
        return [f"Add the table {declaration.table} to verge_pulumi/catalogue/, each column with its source."]
    found = []
    for name, attribute in declaration.attributes.items():
        if attribute.follow and not attribute.is_input:
            column = followed(attribute.follow, table, tables)
        elif attribute.column:
            column = table.column(attribute.column)
        else:
            continue
        if column is None:
            found.append(f"{name}: {table.name} has no column {attribute.follow or attribute.column}")
            continue
        if attribute.member:
            # What is in a JSON object the catalogue does not say.
            found += [f"{name}: is a member, the column {column.type.value}"] * (column.type is not Type.JSON)
            continue
        found += [f"{name}: {reason}" for reason in column_disagreements(attribute, column)]
        found += [f"{name}: {reason}" for reason in holder_disagreements(attribute, column, table, tables)]
        if attribute.is_input and column.write not in written(declaration, name):
            found.append(f"{name}: replaces={attribute.replaces}, the column is written {column.write.value}")
    if declaration.since != (table.since or ""):
        found.append(f"since: {declaration.since or 'always'}, the table {table.since or 'always'}")
    # Where several rows are meant, the provider refuses to take one of them over.
    existing = isinstance(declaration.life, ExistsAlready)
    if declaration.unique and uniqueness(declaration) not in table.unique and not existing:
        found.append(f"unique: {declaration.unique}")
    return found


def holder_disagreements(attribute: Any, column: Column, table: Table, tables: dict[str, Table]) -> list[str]:
    """Compare who else may hold a column; the declaration may ask where the catalogue sees no doubt."""
    if column.held_by and attribute.held_by != column.held_by:
        return [f"is not asked of {column.held_by} too, which may hold it instead"]
    there = followed(f"{attribute.held_by}#{attribute.column}", table, tables) if attribute.held_by else column
    return [] if there and (there.type, there.target) == (column.type, column.target) else ["its holder has it not"]


def column_disagreements(attribute: Any, column: Column) -> list[str]:
    """Compare one attribute with one column."""
    reasons = []
    annotation = attribute.value_type
    closed = get_origin(annotation) is Literal
    plain = str if closed else (get_origin(annotation) or annotation)
    json_types = attribute.value.json_types or (JSON_TYPES[plain].value,)
    shown_key = not attribute.is_input and column.type is Type.REF
    # What is sent for a reference that is followed is a column of the other row.
    if column.type.value not in json_types and attribute.through is None and not shown_key:
        reasons.append(f"is {json_types}, the column {column.type.value}")
    keyed = attribute.target is not None and attribute.through is None and column.type not in (Type.ANY_REF, Type.JSON)
    keyed = keyed and not getattr(attribute, "in_text", False)
    if keyed and column.target != target_table(attribute):
        reasons.append(f"refers to {target_table(attribute)}, the column to {column.target}")
    if closed and (column.open_choices or set(get_args(annotation)) != set(column.choices)):
        reasons.append(f"allows {get_args(annotation)}, the column {column.choices}")
    if not closed and attribute.is_input and column.choices and not column.open_choices:
        reasons.append(f"allows any word, the column {column.choices}")
    waits = column.effect in (Effect.RESTART, Effect.PROXY)
    if attribute.is_input and not attribute.replaces and attribute.restarts != waits:
        reasons.append(f"restarts={attribute.restarts}, the column's effect is {column.effect.value}")
    if attribute.is_input and attribute.secret != column.secret:
        reasons.append(f"secret={attribute.secret}, the column secret={column.secret}")
    limits = {"ge": column.minimum, "le": column.maximum, "max_length": column.max_length}
    for limit, allowed in limits.items():
        ours = attribute.limits.get(limit)
        wider = ours is None or (ours < allowed if limit == "ge" else ours > allowed) if allowed is not None else False
        if attribute.is_input and wider and plain in (int, str):
            reasons.append(f"{limit}={ours}, the column {allowed}")
    return reasons


def written(declaration: Declaration, name: str) -> set[Write]:
    """Return how the column of an argument may be written; a row that exists already is found by what is unique."""
    if declaration.inputs[name].replaces:
        return {Write.CREATE}
    if not isinstance(declaration.life, ExistsAlready):
        return {Write.ALWAYS}
    return set(Write) if name in declaration.unique else {Write.ALWAYS, Write.UPDATE}


def followed(path: str, table: Table, tables: dict[str, Table]) -> Column | None:
    """Return the column at the end of a traversal."""
    column: Column | None = None
    for name in path.split("#"):
        if column is not None:
            if column.target not in tables:
                return None
            table = tables[column.target]
        column = table.column(name)
        if column is None:
            return None
    return column


def target_table(attribute: Any) -> str:
    """Return the table of the resource a reference names."""
    return str(getattr(verge_pulumi.resources, attribute.accepts()[0]).declaration.table)


def uniqueness(declaration: Declaration) -> tuple[str, ...]:
    """Return the unique columns."""
    return tuple(str(declaration.attributes[name].column) for name in declaration.unique)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.__name__)
def test_each_attribute_is_a_column_of_that_kind(resource: type[BaseResource]) -> None:
    assert disagreements(resource.declaration, dict(TABLES)) == []


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.__name__)
def test_every_writable_column_is_declared(resource: type[BaseResource]) -> None:
    table = resource.declaration.table
    columns = TABLES[table].columns if table in TABLES else ()
    writable = {column.name for column in columns if column.write is not Write.NEVER}
    declared = {attribute.column for attribute in resource.declaration.inputs.values() if attribute.column}
    assert writable - declared == LEFT_OUT.get(table, set())


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "mtuu"}, "mtu: vnets has no column mtuu"),
        ({"type": str}, "is ('text',), the column int"),
        ({"replaces": True}, "replaces=True, the column is written CU"),
        ({"le": 99999}, "le=99999, the column 65536"),
        ({"restarts": False}, "restarts=False, the column's effect is"),
        ({"held_by": "machine"}, "mtu: its holder has it not"),
    ],
)
def test_a_planted_mistake_is_found(wrong: dict[str, Any], sentence: str) -> None:
    attribute = Attr[Any](
        default=None,
        column=wrong.get("name", "mtu"),
        replaces=wrong.get("replaces", False),
        restarts=wrong.get("restarts", True),
        held_by=wrong.get("held_by", ""),
        ge=1000,
        le=wrong.get("le", 65536),
    )
    attribute.bind("mtu", wrong.get("type", int) | None)
    name = verge_pulumi.resources.Network.declaration.attributes["name"]
    declaration = Declaration(
        title="Wrong", module="x", table="vnets", unique=("name",), attributes={"mtu": attribute, "name": name}
    )
    assert [text for text in disagreements(declaration, dict(TABLES)) if sentence in text]


def test_a_column_that_is_asked_of_one_row_only_is_found() -> None:
    class Alone(Resource, table="vms", unique=("name",)):
        """A VM that trusts one answer."""

        name: Attr[str] = arg(min_length=1, max_length=128)
        preferred_node: Attr[Key | None] = arg(default=None)

    found = disagreements(Alone.declaration, dict(TABLES))
    assert found == ["preferred_node: is not asked of machine too, which may hold it instead"]


def test_a_planted_wrong_word_is_found() -> None:
    class Mirror(Resource, table="vnets", unique=("name",)):
        """A network with a word that VergeOS does not know."""

        name: Attr[str] = arg(min_length=1, max_length=128)
        port_mirroring: Attr[Literal["off", "sideways"] | None] = arg(default=None, restarts=True)
        need_restart: Attr[str | None] = computed()

    found = disagreements(Mirror.declaration, dict(TABLES))
    assert len(found) == 2
    assert "sideways" in found[0]
    assert found[1] == "need_restart: is ('text',), the column bool"
