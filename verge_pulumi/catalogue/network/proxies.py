"""The proxies of networks, which show the UIs of tenants."""

from __future__ import annotations

from verge_pulumi.catalogue.model import Effect
from verge_pulumi.catalogue.notation import C, R, boolean, integer, ref, section, table, text

# The proxy: one for each network. Changes set `need_proxy_apply`, which no apply clears that a source knows of: a
# restart does (docs/vergeos/networks.md §11, §13).
VNET_PROXY = table(
    "vnet_proxy",
    section(
        "docs/vergeos/networks.md §11; defaults: pyVergeOS: resources/vnet_proxy.py",
        ref("vnet", "vnets", write=C, required=True),
        text("listen_address", default="0.0.0.0"),  # noqa: S104  what VergeOS does, not we
        boolean("default_self", default=True),
        effect=Effect.PROXY,
    ),
    section(
        "govergeos: vnet_proxy.go",
        text("name", default=""),
        integer("modified", write=R),
        effect=Effect.PROXY,
    ),
    short="name listen_address",
    unique=(("vnet",),),
    parent="vnet",
    source="docs/vergeos/networks.md §11",
)

# What is unique no source says.
VNET_PROXY_TENANTS = table(
    "vnet_proxy_tenants",
    section(
        "docs/vergeos/networks.md §11; required: govergeos: types_vnet_proxy_tenant.go",
        ref("proxy", "vnet_proxy", write=C, required=True),
        ref("tenant", "tenants", required=True),
        text("fqdn", required=True),
        integer("modified", write=R),
        effect=Effect.PROXY,
    ),
    short="tenant fqdn",
    parent="proxy",
    source="docs/vergeos/networks.md §11",
)
