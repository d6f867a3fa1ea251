"""A block of public addresses that is routed on, to a tenant for example with `owner="tenants/5"`."""

from verge_pulumi import Network, NetworkBlock

wan = Network("wan", name="wan", type="external", network="203.0.113.0/24")
NetworkBlock("customers", network=wan, cidr="203.0.113.64/28", description="For customers")
