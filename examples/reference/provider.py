"""A network on the default VergeOS, and one on a second VergeOS whose key is in the variable SITE_B_KEY."""

import pulumi

from verge_pulumi import Network, Provider

config = pulumi.Config()
site_b = Provider("site-b", host=config.require("site-b-host"), api_key_env="SITE_B_KEY")
Network("here", name="here", network="10.94.0.0/24")
Network("there", name="there", network="10.95.0.0/24", opts=pulumi.ResourceOptions(provider=site_b))
