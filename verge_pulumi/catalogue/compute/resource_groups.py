"""Pools of devices of the host: the tables `resource_groups`, `resource_rules` and `resource_group_settings_…`."""

from __future__ import annotations

from collections.abc import Iterable

from verge_pulumi.catalogue.compute.devices import POOLED_TYPES
from verge_pulumi.catalogue.model import Column, Table
from verge_pulumi.catalogue.notation import C, R, any_ref, boolean, integer, json, ref, section, table, text, words

_SOURCE = "docs/vergeos/virtual-machines.md §14"
_SWITCH = words("default on off")

RESOURCE_GROUPS = table(
    "resource_groups",
    section(
        _SOURCE,
        text("uuid", write=R),
        text("name", required=True, max_length=256),
        text("description", default="", max_length=2048),
        boolean("enabled", default=True),
        text("type", write=C, required=True, choices=POOLED_TYPES),
        text(
            "class",
            default="unknown",
            choices=words("gpu vgpu storage hid usb network media audio fpga pci unknown"),
        ),
        # It refers to a row of one of several tables; in which form, no source says.
        any_ref("settings", write=R),
        json("settings_args"),
        json("key_args", write=C),
        integer("created", write=R),
        integer("modified", write=R),
    ),
    short="name type",
    dashboard="name type class enabled",
    key="uuid",
    source=_SOURCE,
)

RESOURCE_RULES = table(
    "resource_rules",
    section(
        _SOURCE,
        ref("resource_group", "resource_groups", write=C, required=True),
        text("name", required=True),
        text("filter", required=True),
        json("filter_configuration"),
        ref("node", "nodes"),
        boolean("enabled", default=True),
        integer("auto_create_based_on", write=C),
        text("type", write=R),
        boolean("system_created", write=R, default=False),
        integer("modified", write=R),
    ),
    short="name enabled",
    parent="resource_group",
    source=_SOURCE,
)


def _settings(kind: str, columns: Iterable[Column]) -> Table:
    """Return the table with the settings of the groups of one type; they are written by `settings_args`."""
    return table(
        f"resource_group_settings_{kind}",
        section(
            _SOURCE,
            ref("resource_group", "resource_groups", write=R),
            *columns,
            integer("modified", write=R),
        ),
        short="",
        parent="resource_group",
        creatable=False,
        source=_SOURCE,
    )


SETTINGS_OF_VGPUS = _settings(
    "node_nvidia_vgpu_devices",
    (
        ref("driver_file", "files", write=R),
        integer("nvidia_vgpu_profile", write=R),
        boolean("make_guest_driver_iso", write=R),
        ref("driver_iso", "files", write=R),
        text("scheduler_policy", write=R, choices=("1", "2", "3")),
        text("strict_round_robin", write=R, choices=("", "0", "1")),
        integer("frequency", write=R, minimum=0, maximum=960),
        integer("averaging_factor", write=R, default=33, minimum=1, maximum=60),
        integer("time_slice_length_ns", write=R, minimum=0, maximum=30000000),
    ),
)

SETTINGS_OF_USB = _settings("node_usb_devices", (boolean("guest_reset", write=R), boolean("guest_resets_all", write=R)))

SETTINGS_OF_SRIOV_NICS = _settings(
    "node_sriov_nic_devices",
    (
        integer("numvfs", write=R, default=1),
        integer("vlan", write=R, default=0),
        integer("qos", write=R, minimum=0, maximum=7),
        text("proto", write=R, choices=words("802.1Q 802.1ad")),
        integer("max_tx_rate", write=R, default=0),
        integer("min_tx_rate", write=R, default=0),
        text("trust", write=R, choices=_SWITCH),
        text("spoofchk", write=R, choices=_SWITCH),
        text("query_rss", write=R, choices=_SWITCH),
        text("state", write=R, choices=words("default auto enable disable")),
        *(
            boolean(f"{what}_allow_override", write=R)
            for what in words("macaddress vlan qos proto max_tx_rate min_tx_rate trust spoofchk query_rss state")
        ),
    ),
)
