"""The network that an EIGRP router announces."""

from verge_pulumi import EigrpRouter, EigrpRouterCommand, Network

site = Network("site", name="site", network="10.68.0.0/24")
site_eigrp = EigrpRouter("site", network=site, asn=11)
EigrpRouterCommand("site-network", router=site_eigrp, command="network", params="10.68.0.0/24")
