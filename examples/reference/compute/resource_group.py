"""A pool of the USB devices of all nodes."""

from verge_pulumi import ResourceGroup

ResourceGroup("dongles", name="dongles", type="node_usb_devices", device_class="hid", description="Licence dongles")
