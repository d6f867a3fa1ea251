"""What is listed of each table: what names a row and tells whose it is, and what any check compares."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator, Mapping

from verge_pulumi import resources
from verge_pulumi.client import Row, where
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.attributes import DECLARED, Reference
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.rights import RIGHTS

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "clusters": (
        "name",
        "compute",
        "max_ram_per_vm",
        "max_cores_per_vm",
        "ram_overcommit_pct",
        "status#total_nodes as total_nodes",
        "status#used_ram as used_ram",
        "status#used_cores as used_cores",
    ),
    # What tells the rights of an account: the columns that `engine.lifecycle.granted` wants.
    "groups": ("identity", "enabled"),
    "machine_drives": ("disksize", "preferred_tier"),
    "machine_nics": ("macaddress", "vnet", "enabled"),
    "members": ("parent_group", "member"),
    "nodes": (
        "cluster",
        "cores",
        "ram",
        "vm_ram",
        "failover_ram",
        "maintenance",
        "machine#status#running as running",
    ),
    "permissions": ("identity", "table", "row", *RIGHTS),
    "storage_tiers": ("tier", "capacity", "used"),
    "users": ("name", "identity", "physical_access"),
    # Whether the VM has the column or its machine, sources disagree about.
    "vms": ("cluster", "machine#cluster as machine_cluster", "ram", "cpu_cores", "machine#status#running as running"),
    "vnet_addresses": ("type", "mac"),
    "vnets": (
        "type",
        "ipaddress_type",
        "network",
        "ipaddress",
        "interface_vnet",
        "vnet_default_gateway",
        "layer2_type",
        "layer2_id",
    ),
}
"""What checks read of rows, beside what names them and tells whose they are."""


def listed(connection: Connection, table: str) -> list[Row]:
    """List a table whole, in one request.

    Raises:
        VergeError: It cannot be listed.
    """
    declarations = _declarations(table)
    only = {column: value for each in declarations for column, value in each.only.items()}
    terms = [where(column, "eq", value) for column, value in only.items()]
    condition = functools.reduce(operator.and_, terms) if terms else None
    named = [field for each in declarations for field in _fields(each)]
    fields = dict.fromkeys(["$key", *named, *_followed_from_others(table), *COLUMNS.get(table, ())])
    return connection.client.table(table).list(fields=list(fields), filter=condition)


def _declarations(table: str) -> list[Declaration]:
    """Return what declares rows of a table, whether the program uses it or not: a later resource may."""
    for name in resources.__all__:
        getattr(resources, name)
    return [kind.declaration for kind in DECLARED.values() if kind.declaration.table == table]


def _fields(declaration: Declaration) -> Iterator[str]:
    """Yield the columns that name a row and tell whose it is; none of them is a secret."""
    if declaration.markable:
        yield "description"
    yield from (declaration.column_of(name) for name in declaration.unique if declaration.inputs[name].column)
    if declaration.label and declaration.label.column:
        yield declaration.label.column


def _followed_from_others(table: str) -> Iterator[str]:
    """Yield the columns whose values other rows hold instead of the key, as drives hold the machine of a VM."""
    for kind in DECLARED.values():
        for each in kind.declaration.inputs.values():
            if isinstance(each, Reference) and each.through:
                yield from (each.through for target in each.targets if target.declaration.table == table)
