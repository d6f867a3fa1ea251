"""Pools of devices of the host."""

from __future__ import annotations

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import same

POOLS = "docs/vergeos/virtual-machines.md §14"


@assumption(f"{POOLS}: no source says", Sure.OPEN, "resources.compute.resource_group")
def uuid_is_the_key(lab: Lab) -> None:
    """The `$key` in the receipt of a resource group is its UUID, which `uuid` holds too."""
    group = lab.row("resource_groups")
    same("resource_groups.uuid", lab.read(group, "uuid").get("uuid"), group.key)


@assumption(POOLS, Sure.DOCUMENTED, "resources.compute.resource_group", "resources.compute.device")
def pool_in_use(lab: Lab) -> None:
    """DELETE of a resource group that a device refers to is refused."""
    group = lab.make("resource_groups", {"name": lab.name("used"), "type": "node_usb_devices"})
    lab.make("machine_devices", {"machine": lab.machine(lab.row("vms")), "resource_group": group.key})
    lab.delete(group).refused(409 if lab.since("26.1.4") else 422)


@assumption(f"{POOLS}: no source says", Sure.OPEN, "resources.compute.resource_group")
def settings_that_are_left_out(lab: Lab) -> None:
    """Settings of a resource group that a PUT of `settings_args` leaves out stay as they are."""
    group = lab.row("resource_groups")
    for settings in ({"guest_reset": True}, {"guest_resets_all": True}):
        lab.put(group, {"settings_args": settings}).answered(200)
    row = lab.read(group, "settings[guest_reset,guest_resets_all] as settings")
    same("the settings", row.get("settings"), {"guest_reset": True, "guest_resets_all": True})
