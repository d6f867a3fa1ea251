"""A USB device of the host from a resource group; the machine starts without it where none is free."""

from verge_pulumi import Device, VirtualMachine, by_name

signing = VirtualMachine("signing", name="signing")
Device(
    "signing-token",
    vm=signing,
    name="token",
    type="node_usb_devices",
    resource_group=by_name("usb pool"),
    optional=True,
    guest_reset=True,
)
