"""Where a node stands, and its management controller."""

from verge_pulumi import NodeSettings

NodeSettings(
    "node1",
    name="node1",
    asset_tag="R1-U12",
    note="in the first rack",
    ipmi_address="10.0.0.5",
    ipmi_user="verge",
)
