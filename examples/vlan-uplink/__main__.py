"""VLANs that arrive on a physical uplink, as networks: one routed elsewhere, one not at all, and one from here."""

import pulumi

from verge_pulumi import Network, Power, by_name, export

config = pulumi.Config()
stack = pulumi.get_stack()
uplink = by_name(config.require("uplink"))

# The office has its own router and DHCP server. This one is a member like others, and takes the address it is given.
office = Network(
    "office",
    name=f"{stack}-office",
    type="external",
    uplink=uplink,
    layer2_type="vlan",
    layer2_id=config.require_int("office-vlan"),
    ipaddress_type="dynamic",
)

# Nothing but a wire: no addresses, no router, frames as large as the storage likes them.
storage = Network(
    "storage",
    name=f"{stack}-storage",
    type="external",
    uplink=uplink,
    layer2_type="vlan",
    layer2_id=config.require_int("storage-vlan"),
    ipaddress_type="none",
    mtu=config.require_int("storage-mtu"),
)

# The guests' devices are outside, on the wireless network; router, DHCP and the limit are here.
guests = Network(
    "guests",
    name=f"{stack}-guests",
    uplink=uplink,
    layer2_type="vlan",
    layer2_id=config.require_int("guest-vlan"),
    network="10.50.0.0/24",
    default_gateway=office,
    dhcp_enabled=True,
    dhcp_dynamic=True,
    dhcp_start="10.50.0.50",
    dhcp_stop="10.50.0.250",
    dnslist=["1.1.1.1", "9.9.9.9"],
    rate_limit=config.require_int("guest-limit"),
    rate_limit_type="mbytes/second",
    rate_limit_burst=2 * config.require_int("guest-limit"),
)

office_power = Power("office", of=office, state="running")
Power("storage", of=storage, state="running")
Power("guests", of=guests, state="running", opts=pulumi.ResourceOptions(depends_on=[office_power]))

for name, network in {"office": office, "storage": storage, "guests": guests}.items():
    export(name, network)
