"""The proxy of an external network, which shows the user interfaces of tenants under one address."""

from verge_pulumi import Network, NetworkProxy

uplink = Network("uplink", name="uplink", type="external", network="198.51.100.0/24", proxy_enabled=True)
NetworkProxy("portal", network=uplink, listen_address="198.51.100.5", restart="on-change")
