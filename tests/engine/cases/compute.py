"""Virtual machines and their parts."""

from __future__ import annotations

from tests.engine.subjects import VM, Case, Within
from verge_pulumi import Network

POOL = Within(
    argument="resource_group",
    noun="ResourceGroup",
    arguments=lambda name: {"name": name, "type": "node_usb_devices"},
)

CASES = (
    Case(
        noun="VirtualMachine",
        arguments=lambda: {"name": "web", "cpu_cores": 2, "ram": 1024, "created_from": "custom", "note": "n"},
        edit=("ram", 2048),
        drift=("cpu_cores", 4),
        replace=("created_from", "import"),
    ),
    Case(
        noun="Drive",
        within=VM,
        arguments=lambda: {"name": "data", "disksize": "20GiB", "orderid": 3, "preferred_tier": "3"},
        edit=("orderid", 7),
        drift=("preferred_tier", "1"),
        live="online",
    ),
    Case(
        noun="Nic",
        within=VM,
        arguments=lambda: {
            "name": "eth0",
            "network": Network("lan", name="lan"),
            "macaddress": "F0-DB-30-00-00-01",
            "description": "",
        },
        edit=("macaddress", "f0:db:30:00:00:02"),
        drift=("macaddress", "f0:db:30:00:00:09"),
        live="up",
    ),
    Case(
        noun="Device",
        within=VM,
        arguments=lambda: {"type": "tpm", "name": "tpm", "version": "2", "orderid": 3, "optional": False},
        edit=("orderid", 7),
        drift=("optional", True),
        live="offline",
    ),
    Case(
        noun="CloudInitFile",
        within=VM,
        arguments=lambda: {"name": "/user-data", "contents": "#cloud-config\nhostname: web\n"},
        edit=("contents", "#cloud-config\nhostname: db\n"),
        drift=("contents", "#cloud-config\n"),
        unset=("render", "variables"),
    ),
    Case(
        noun="Snapshot",
        within=VM,
        arguments=lambda: {"name": "before", "expires": "2100-01-31T12:00:00Z"},
        edit=("expires", "2100-02-28T12:00:00Z"),
        drift=("name", "after"),
        unset=("description", "from the UI"),
    ),
    Case(
        noun="ResourceGroup",
        arguments=lambda: {"name": "keys", "type": "node_usb_devices", "device_class": "hid", "description": "d"},
        edit=("name", "dongles"),
        drift=("device_class", "usb"),
        replace=("type", "node_pci_devices"),
    ),
    Case(
        noun="ResourceRule",
        within=POOL,
        arguments=lambda: {"name": "all", "filter": "vendor ct 'Yubico'"},
        edit=("filter", "vendor ct 'Nitrokey'"),
        drift=("name", "changed in the UI"),
    ),
)
