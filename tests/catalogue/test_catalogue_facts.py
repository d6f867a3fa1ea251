"""What the catalogue says of a table as a whole, and rows that are documented; test_catalogue_facts has the columns.

The words are written out again here on purpose: a slip in the catalogue must not be repeated by its test.
"""

from typing import Any

import pytest

from verge_pulumi.catalogue import TABLES, Column

CPU_TYPES = (
    "qemu64, kvm64, host, Broadwell, Cascadelake-Server, Conroe, Cooperlake, core2duo, coreduo, Denverton, EPYC,"
    " EPYC-Genoa, EPYC-Milan, EPYC-Rome, GraniteRapids, Haswell, Icelake-Server, IvyBridge, KnightsMill, n270, Nehalem,"
    " Opteron_G1, Opteron_G2, Opteron_G3, Opteron_G4, Opteron_G5, Penryn, phenom, SandyBridge, SapphireRapids,"
    " Skylake-Client, Skylake-Server, Snowridge, Westmere"
)

ACTIONS = {
    "vms": "poweron poweroff kill reset clone migrate hibernate move restore changecd changenet paste fsync_strict"
    " refresh recover_cloudsnapshot erase_drive hotplugdrive hotplugnic",
    "snapshot_profiles": "delete",
    "vnets": "poweron poweroff kill reset refresh migrate execute clear_statistics",
    "catalog_repositories": "refresh",
}


def listed(words: str) -> list[str]:
    """Return the words of a blank-separated list."""
    return words.split()


def column(path: str) -> Column:
    """Return the column of a path such as ``vms.ram``."""
    table, name = path.split(".")
    found = TABLES[table].column(name)
    assert found is not None, path
    return found


@pytest.mark.parametrize("path", ["vms.cpu_type", "clusters.default_cpu"])
def test_the_cpu_types_are_the_sheets(path: str) -> None:
    assert set(column(path).choices) == set(CPU_TYPES.split(", "))


@pytest.mark.parametrize("name", TABLES)
def test_the_actions_are_as_documented(name: str) -> None:
    assert list(TABLES[name].actions) == listed(ACTIONS.get(name, ""))


@pytest.mark.parametrize("action", ["killpower", "forceoff", "snapshot", "guestreset", "guestreboot", "guestshutdown"])
def test_actions_known_to_be_refused_are_not_listed(action: str) -> None:
    assert action not in TABLES["vms"].actions
    assert action not in TABLES["vnets"].actions


@pytest.mark.parametrize(
    ("table", "unique"),
    [
        ("vms", ("name",)),
        ("vnets", ("name",)),
        ("vnet_rules", ("vnet", "name")),
        ("vnet_rule_aliases", ("name",)),
        ("vnet_addresses", ("vnet", "ip")),
        ("vnet_cidrs", ("vnet", "cidr")),
        ("vnet_hosts", ("vnet", "host")),
        ("vnet_dns_views", ("vnet", "name")),
        ("vnet_dns_zones", ("view", "domain")),
        ("vnet_bgp", ("vnet",)),
        ("vnet_proxy", ("vnet",)),
        ("vnet_ipsecs", ("vnet",)),
        ("vnet_ipsec_phase1s", ("ipsec", "name")),
        ("vnet_ipsec_phase2s", ("phase1", "name")),
        ("vnet_wireguards", ("vnet", "name")),
        ("vnet_wireguard_peers", ("wireguard", "name")),
        ("cloudinit_files", ("owner", "name")),
        ("machine_drives", ("machine", "name")),
        ("machine_nics", ("machine", "name")),
        ("users", ("name",)),
        ("groups", ("name",)),
        ("members", ("parent_group", "member")),
        ("clusters", ("name",)),
        ("snapshot_profiles", ("name",)),
        ("snapshot_profile_periods", ("profile", "name")),
        ("cloud_snapshots", ("name",)),
        ("catalog_repositories", ("name",)),
    ],
)
def test_what_is_unique(table: str, unique: tuple[str, ...]) -> None:
    assert unique in TABLES[table].unique


@pytest.mark.parametrize(
    "path",
    [
        "vms.running",
        "vms.powerstate",
        "vms.status",
        "vms.node",
        "vms.show_advanced",
        "vnets.running",
        "vnets.powerstate",
        "vnets.status",
        "machine_drives.tier",
        "machine_drives.size_gb",
    ],
)
def test_columns_that_clients_believe_in_do_not_exist(path: str) -> None:
    table, name = path.split(".")
    assert TABLES[table].column(name) is None


def test_which_secret_is_returned_to_whoever_names_it() -> None:
    every = [(table, column) for table in TABLES.values() for column in table.columns if column.secret]
    assert [f"{table.name}.{column.name}" for table, column in every if column.returned] == [
        "auth_sources.settings",
        "certificates.private",
        "oidc_applications.client_secret",
        "vnet_wireguard_peers.preshared_key",
        "webhook_urls.headers",
    ]


def test_all_lacks_the_key_of_two_tables() -> None:
    assert {table.name for table in TABLES.values() if table.all_lacks_key} == {"nodes", "storage_tiers"}


# Rows and requests that public sources show, with the `$` names and the interface-only flags left out.
EXAMPLES: list[tuple[str, dict[str, Any]]] = [
    (
        "vms",
        {
            "name": "test", "machine": 54, "description": "test vm", "enabled": True, "created": 1755991665,
            "modified": 1755993248, "is_snapshot": False, "machine_type": "pc-q35-9.0", "allow_hotplug": True,
            "guest_agent": True, "cpu_cores": 3, "cpu_type": "host", "ram": 16384, "console": "spice", "video": "qxl",
            "sound": "none", "os_family": "linux", "rtc_base": "utc", "boot_order": "cd", "console_pass_enabled": False,
            "usb_tablet": True, "uefi": True, "secure_boot": False, "serial_port": False, "boot_delay": 5,
            "uuid": "821e96ec-2479-7cc4-7c14-c623557bdd2b", "need_restart": False, "console_status": 42,
            "cloudinit_datasource": "none", "imported": False, "created_from": "custom", "migration_method": "auto",
            "note": "This is a test VM", "power_cycle_timeout": 0, "allow_export": True, "creator": "admin",
            "nested_virtualization": True, "disable_hypervisor": True, "usb_legacy": False,
        },
    ),
    (
        "machine_status",
        {
            "machine": 54, "running": False, "migratable": True, "node": None, "migrated_node": None,
            "migration_destination": None, "started": 1755993338, "local_time": 0, "status": "stopped",
            "status_info": "", "state": "offline", "powerstate": False, "last_update": 1755993358, "running_cores": 3,
            "running_ram": 16384, "agent_version": "", "agent_features": [], "agent_guest_info": [],
        },
    ),
    (
        "machine_drives",
        {
            "machine": 54, "name": "OS Drive", "media": "disk", "interface": "virtio-scsi",
            "disksize": 2199023255552, "preferred_tier": "1",
        },
    ),
    (
        "vnets",
        {
            "name": "Internal Test 1", "advanced_options": {"dnsmasq": ["--dhcp-boot=…"]}, "type": "internal",
            "layer2_type": "vxlan", "network": "192.168.100.0/24", "mtu": 9000, "dhcp_enabled": True,
            "dhcp_start": "192.168.100.100", "dhcp_stop": "192.168.100.200", "rate_limit": 0,
            "rate_limit_type": "mbytes/second", "gateway": "", "dnslist": "1.1.1.1", "rate_limit_burst": 500,
        },
    ),
    (
        "vnet_rules",
        {
            "vnet": 8, "name": "Allow HTTPS", "direction": "incoming", "action": "accept", "protocol": "tcp",
            "interface": "auto", "destination_ports": "443", "enabled": True, "log": False, "statistics": False,
            "target_ip": "192.168.0.10",
        },
    ),
    ("vnet_addresses", {"vnet": 3, "type": "virtual", "ip": "203.0.113.10", "hostname": "", "owner": "tenants/5"}),
    ("members", {"parent_group": 1, "member": "users/1"}),
]  # fmt: skip

JSON_TYPES: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "text": (str,),
    "json": (dict, list),
    "ref": (int, type(None)),
    "any_ref": (str, type(None)),
}


@pytest.mark.parametrize(("table", "row"), EXAMPLES)
def test_a_documented_row_fits_its_table(table: str, row: dict[str, Any]) -> None:
    for name, value in row.items():
        found = column(f"{table}.{name}")
        assert type(value) in JSON_TYPES[found.type.value], name
        assert not found.choices or value in found.choices, name
        assert found.maximum is None or value <= found.maximum, name
        assert name in TABLES[table].views["most"], name
