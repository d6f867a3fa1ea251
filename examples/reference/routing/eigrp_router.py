"""An EIGRP router of a network."""

from verge_pulumi import EigrpRouter, Network

campus = Network("campus", name="campus", network="10.67.0.0/24")
EigrpRouter("campus", network=campus, asn=10)
