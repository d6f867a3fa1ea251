"""A rule that puts the devices of one vendor into a pool."""

from verge_pulumi import ResourceGroup, ResourceRule

tokens = ResourceGroup("tokens", name="tokens", type="node_usb_devices", device_class="hid")
ResourceRule("tokens", resource_group=tokens, name="all tokens", filter="vendor ct 'Yubico'")
