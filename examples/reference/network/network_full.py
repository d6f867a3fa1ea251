"""A VLAN on a physical network: jumbo frames, a DHCP pool, DNS, a way out, and restarts where changes need one."""

from verge_pulumi import Network, Power, by_name, export

office = Network(
    "office",
    name="office",
    description="Desks on the second floor",
    layer2_type="vlan",
    layer2_id=120,
    uplink=by_name("Physical1"),
    network="10.21.0.0/24",
    ipaddress="10.21.0.1",
    default_gateway=by_name("External"),
    mtu=9000,
    dhcp_enabled=True,
    dhcp_dynamic=True,
    dhcp_start="10.21.0.100",
    dhcp_stop="10.21.0.199",
    dns="simple",
    dnslist=["10.20.0.53", "9.9.9.9"],
    domain="office.example.com",
    rate_limit=500,
    rate_limit_type="mbytes/second",
    on_power_loss="last_state",
    restart="on-change",
)
Power("office", of=office, state="running", timeout=120)
export("office", office)
