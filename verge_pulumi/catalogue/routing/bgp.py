"""BGP of networks: routers, the interfaces that they speak on, route maps and lists."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import R, boolean, integer, ref, text, words
from verge_pulumi.catalogue.routing.routing import LIMITS, below_bgp, commands_of

VNET_BGP_ROUTERS = below_bgp(
    "vnet_bgp_routers",
    integer("asn", required=True, minimum=1, maximum=4294967295),
    short="asn",
    source=LIMITS,
)

VNET_BGP_ROUTER_COMMANDS = commands_of(
    "vnet_bgp_router_commands",
    "bgp_router",
    "vnet_bgp_routers",
    "aggregate-address bgp bmp coalesce-time distance maximum-paths neighbor network read-quanta redistribute"
    " segment-routing table-map timers update-delay vnc vrf-policy write-quanta",
    negated=True,
)

# What is required is from govergeos, as the limits are. No source says what the API makes of an unset `layer2_type` or
# `mtu`; clients send `vlan` and 9000.
VNET_BGP_INTERFACES = below_bgp(
    "vnet_bgp_interfaces",
    text("name", required=True),
    text("description", default=""),
    text("ipaddress", required=True),
    text("network", required=True),
    integer("mtu", minimum=1000, maximum=65536),
    text("layer2_type", choices=words("vlan none")),
    integer("layer2_id"),
    ref("interface_vnet", "vnets", required=True),
    # VergeOS makes a network and a NIC for each (pyVergeOS: resources/routing.py).
    ref("bgp_vnet", "vnets", write=R),
    ref("nic", "machine_nics", write=R),
    short="name ipaddress network",
    source=LIMITS,
)

VNET_BGP_INTERFACE_COMMANDS = commands_of(
    "vnet_bgp_interface_commands",
    "bgp_interface",
    "vnet_bgp_interfaces",
    "bandwidth description ip link-detect mpls-te multicast no ospf",
)

VNET_BGP_ROUTEMAPS = below_bgp(
    "vnet_bgp_routemaps",
    text("tag", required=True),
    integer("sequence", required=True, minimum=1, maximum=65535),
    # That it permits unless told not to is how pyVergeOS reads it.
    boolean("permit", default=True),
    short="tag sequence permit",
    source=LIMITS,
)

VNET_BGP_ROUTEMAP_COMMANDS = commands_of(
    "vnet_bgp_routemap_commands",
    "bgp_routemap",
    "vnet_bgp_routemaps",
    "call continue description match on set",
)

VNET_BGP_IP = commands_of(
    "vnet_bgp_ip",
    "bgp",
    "vnet_bgp",
    "as-path community-list extcommunity-list forwarding mroute multicast multicast-routing ospf prefix-list protocol"
    " route ssmpingd",
)
