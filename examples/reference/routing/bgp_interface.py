"""An interface to a provider, as a VLAN of the physical network."""

from verge_pulumi import BgpInterface, Network, by_name

border = Network("border", name="border", network="10.62.0.0/24")
BgpInterface(
    "isp",
    network=border,
    name="isp",
    ipaddress="203.0.113.2",
    cidr="203.0.113.0/30",
    uplink=by_name("Physical1"),
    layer2_type="vlan",
    layer2_id=300,
)
