"""A line of the configuration of an interface."""

from verge_pulumi import BgpInterface, BgpInterfaceCommand, Network, by_name

transit = Network("transit", name="transit", network="10.63.0.0/24")
transit_isp = BgpInterface(
    "transit",
    network=transit,
    name="transit",
    ipaddress="203.0.113.6",
    cidr="203.0.113.4/30",
    uplink=by_name("Physical1"),
    layer2_type="vlan",
    layer2_id=301,
)
BgpInterfaceCommand("transit-cost", interface=transit_isp, command="ip", params="ospf cost 5")
