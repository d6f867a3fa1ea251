"""Networks: the tables `vnets`, `vnet_addresses` and `vnet_cidrs`."""

from __future__ import annotations

from verge_pulumi.catalogue.model import Effect
from verge_pulumi.catalogue.notation import (
    C,
    R,
    any_ref,
    boolean,
    integer,
    json,
    ref,
    section,
    table,
    text,
    words,
)

FIREWALL, RESTART, START = Effect.FIREWALL, Effect.RESTART, Effect.START

RATE_LIMIT_TYPES = tuple(
    f"{unit}/{period}" for period in words("second minute hour day") for unit in words("bytes kbytes mbytes")
) + words("second minute hour day")
"""Bytes per period, and bare periods that count packets."""

# As with vms, `running` and `status` are machine_status's, and `powerstate` does not exist
# (docs/vergeos/networks.md §2.1).
VNETS = table(
    "vnets",
    section(
        "docs/vergeos/networks.md §2.1",
        text("name", required=True, max_length=128),
        text("description", default="", max_length=2048),
        text("note", default="", max_length=1024),
        boolean("enabled", default=True),
        text(
            "type",
            write=C,
            default="internal",
            choices=words("internal external dmz core physical vpn bgp port_mirror"),
        ),
        # The default clusters are system settings. The machine has these columns too, and may have them alone
        # (docs/vergeos/virtual-machines.md §1); `on_power_loss` was captured here.
        ref("cluster", "clusters", effect=START, held_by="machine"),
        ref("cluster_failover", "clusters", effect=START, held_by="machine"),
        ref("preferred_node", "nodes", effect=START, held_by="machine"),
        text("ha_group", default="", effect=START, held_by="machine"),
        text("on_power_loss", default="last_state", choices=words("power_on last_state leave_off")),
        boolean("autostart", default=True),
        ref("machine", "machines", write=R),
        any_ref("owner", write=R),
        text("creator", write=R),
        boolean("need_restart", write=R, default=False),
        boolean("need_fw_apply", write=R, default=False),
        boolean("need_dns_apply", write=R, default=False),
        boolean("need_proxy_apply", write=R, default=False),
        boolean("need_interface_apply", write=R, default=False),
        integer("last_fw_apply", write=R, default=0),
        integer("last_dns_apply", write=R, default=0),
    ),
    # Set by the system; most sources name these columns without types and targets.
    section(
        "docs/vergeos/networks.md §2.1; types: tsvergeos: services/network/types.ts",
        text("macaddress", write=R, lower=True),
        ref("nic", "machine_nics", write=R),
        ref("nic_dmz", "machine_nics", write=R),
        ref("cidr", "vnet_cidrs", write=R),
        ref("bond", "vnet_bonds", write=R),
        ref("bgp", "vnet_bgp", write=R),
        ref("ipsec", "vnet_ipsecs", write=R),
        boolean("ipsec_enabled", write=R, default=False),
        ref("proxy", "vnet_proxy", write=R),
    ),
    # Layer-2, MTU, addressing and DHCP changes are taken to need a network reset (docs/vergeos/networks.md §2), and so
    # are those of DNS (docs/vergeos/networks.md §13); the sources do not split it further.
    section(
        "docs/vergeos/networks.md §2.2",
        text("layer2_type", default="vxlan", choices=words("vxlan vlan none bond bond_slave")),
        # VLAN 1–4094 or a VXLAN id: the limit depends on `layer2_type`. Chosen by the system for vxlan.
        integer("layer2_id"),
        text("vxlan_multicast", write=C),
        ref("interface_vnet", "vnets"),
        boolean("physical_bridged", default=False),
        boolean("enable_bonding", default=False),
        json("bond_interfaces_args"),
        # The default is the system's or the uplink's.
        integer("mtu", minimum=1000, maximum=65536),
        text("port_mirroring", default="off", choices=words("off east_west north_south")),
        ref("port_mirroring_vnet", "vnets"),
        boolean("mirror_logs", default=False),
        effect=RESTART,
    ),
    section(
        "docs/vergeos/networks.md §2.3",
        text("ipaddress_type", default="static", choices=words("static dynamic bgp none")),
        # A system setting; this is its installed value.
        text("network", default="192.168.0.0/24"),
        # The default is the first host of `network`.
        text("ipaddress"),
        text("dmz_ipaddress"),
        text("gateway", default=""),
        ref("vnet_default_gateway", "vnets"),
        text("hostname", default="router"),
        text("domain", default=""),
        boolean("dhcp_enabled", default=False),
        boolean("dhcp_dynamic"),
        boolean("dhcp_sequential", default=False),
        text("dhcp_start", default=""),
        text("dhcp_stop", default=""),
        text("dns", default="simple", choices=words("disabled simple bind network")),
        text("dnslist", default=""),
        # Sources disagree on boolean or text; tsvergeos, read from the product's API documentation, has a boolean.
        boolean("override_dhcp_dns", default=False),
        ref("network_dns", "vnets"),
        ref("network_dns_zone", "vnet_dns_zones"),
        json("advanced_options"),
        text("pxe", default="none", choices=words("none ybos custom")),
        text("tftp_server", default=""),
        effect=RESTART,
    ),
    section(
        "docs/vergeos/networks.md §2.4",
        boolean("statistics", default=False),
        boolean("dmz_statistics", default=False),
        boolean("trace", default=False),
        boolean("apply_fw_on_start", default=True),
        integer("rate_limit", default=0),
        text("rate_limit_type", default="mbytes/second", choices=RATE_LIMIT_TYPES),
        integer("rate_limit_burst", default=0),
        # Routing changes need a network restart (docs/vergeos/networks.md §11).
        integer("bgp_asn", minimum=1, maximum=4294967295, effect=RESTART),
        boolean("monitor_gateway", default=False),
        text("monitor_ip", default=""),
        integer("monitor_interval_ms", default=2000, minimum=1000, maximum=120000),
        boolean("proxy_enabled", default=False),
        text("proxy_listen_address"),
    ),
    short="name description enabled type network",
    dashboard="name description enabled type machine network layer2_type layer2_id need_restart need_fw_apply",
    unique=(("name",),),
    owner="owner",
    runs_as="machine",
    singular="vnet",
    actions=words("poweron poweroff kill reset refresh migrate execute clear_statistics"),
    source="docs/vergeos/networks.md §2, §3; unique: docs/vergeos/quirks.md §6",
)

# Address rows change firewall and DHCP state (docs/vergeos/networks.md §6).
VNET_ADDRESSES = table(
    "vnet_addresses",
    section(
        "docs/vergeos/networks.md §6",
        ref("vnet", "vnets", write=C, required=True),
        text("ip"),
        # Every documented example sends it; that VergeOS requires it is from tsvergeos: services/network-address.
        text("type", required=True, choices=words("dynamic static ipalias proxy virtual")),
        text("mac", lower=True),
        text("hostname", default=""),
        text("description", default=""),
        any_ref("owner"),
        integer("expiration", write=R, default=0),
        text("vendor", write=R, default=""),
        effect=FIREWALL,
    ),
    short="ip type hostname",
    dashboard="ip type mac hostname owner",
    unique=(("vnet", "ip"),),
    parent="vnet",
    owner="owner",
    source="docs/vergeos/networks.md §6",
)

# Whether a row can be changed no source says; clients make and delete them. What they stage is read from the client
# that reports it, govergeos: CHANGELOG.md on its TenantNetworkBlocks.
VNET_CIDRS = table(
    "vnet_cidrs",
    section(
        "docs/vergeos/networks.md §9; required: pyVergeOS: resources/tenant_network_blocks.py",
        ref("vnet", "vnets", write=C, required=True),
        text("cidr", required=True),
        any_ref("owner"),
        text("description", default=""),
        effect=FIREWALL,
    ),
    short="cidr owner",
    unique=(("vnet", "cidr"),),
    parent="vnet",
    owner="owner",
    source="docs/vergeos/networks.md §9",
)
