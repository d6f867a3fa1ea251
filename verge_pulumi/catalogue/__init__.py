"""VergeOS's tables as data: what the real system has, each fact with its source.

The simulator and the OpenAPI description are derived from it. It imports nothing of the other packages.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from verge_pulumi.catalogue.access.users import ACCESS
from verge_pulumi.catalogue.compute.cloudinit_files import CLOUDINIT
from verge_pulumi.catalogue.compute.devices import DEVICES
from verge_pulumi.catalogue.compute.snapshots import SNAPSHOTS
from verge_pulumi.catalogue.compute.virtual_machines import VIRTUAL_MACHINES
from verge_pulumi.catalogue.dns.dns import DNS_TABLES
from verge_pulumi.catalogue.firewall.rules import RULES
from verge_pulumi.catalogue.model import UNSET, Column, Effect, Table, Type, Write
from verge_pulumi.catalogue.network.networks import NETWORKS
from verge_pulumi.catalogue.recipes.catalogs import CATALOGS
from verge_pulumi.catalogue.releases import DEFAULT_RELEASE, RELEASES, for_release, release_number
from verge_pulumi.catalogue.routing.routing import ROUTING
from verge_pulumi.catalogue.storage.files import FILE_TABLES
from verge_pulumi.catalogue.system.system import SYSTEM_TABLES
from verge_pulumi.catalogue.tenants.tenants import TENANT_TABLES
from verge_pulumi.catalogue.vpn.vpn import VPN

_TABLES = (
    *VIRTUAL_MACHINES,
    *CLOUDINIT,
    *DEVICES,
    *SNAPSHOTS,
    *NETWORKS,
    *RULES,
    *DNS_TABLES,
    *ROUTING,
    *TENANT_TABLES,
    *VPN,
    *SYSTEM_TABLES,
    *ACCESS,
    *CATALOGS,
    *FILE_TABLES,
)

TABLES: Mapping[str, Table] = MappingProxyType(
    {table.name: table for table in sorted(_TABLES, key=lambda table: table.name)}
)
"""The tables of `DEFAULT_RELEASE` by name, in order of name."""

__all__ = [
    "DEFAULT_RELEASE",
    "RELEASES",
    "TABLES",
    "UNSET",
    "Column",
    "Effect",
    "Table",
    "Type",
    "Write",
    "for_release",
    "release_number",
]
