"""A name that the simple DNS server of a network answers with an address."""

from verge_pulumi import HostOverride, Network

lab = Network("lab", name="lab", network="10.44.0.0/24", dns="simple")
HostOverride("registry", network=lab, host="registry.lab.example.com", ip="10.44.0.5")
