"""The catalogue against the fact sheets: every enumeration, and the columns, defaults and rules worth pinning.

The words are written out again here on purpose: a slip in the catalogue must not be repeated by its test.
"""

from typing import Any

import pytest

from verge_pulumi.catalogue import TABLES, UNSET, Column, Effect, Write

CPU_TYPES = (
    "qemu64, kvm64, host, Broadwell, Cascadelake-Server, Conroe, Cooperlake, core2duo, coreduo, Denverton, EPYC,"
    " EPYC-Genoa, EPYC-Milan, EPYC-Rome, GraniteRapids, Haswell, Icelake-Server, IvyBridge, KnightsMill, n270, Nehalem,"
    " Opteron_G1, Opteron_G2, Opteron_G3, Opteron_G4, Opteron_G5, Penryn, phenom, SandyBridge, SapphireRapids,"
    " Skylake-Client, Skylake-Server, Snowridge, Westmere"
)

# Copied from the sheets. A star marks a list that grows with releases.
ENUMERATIONS = {
    "vms.os_family": "linux, windows, freebsd, other",
    "vms.created_from*": "custom, import, import_vmx, import_ovf, import_vmware, import_shared, clone, recipe,"
    " terraform",
    "vms.cpu_type*": CPU_TYPES,
    "vms.rtc_base": "utc, localtime",
    "vms.boot_order": "cd, cdn, dc, nc, n, c, d, strict",
    "vms.console": "vnc, spice, serial, none",
    "vms.video*": "std, cirrus, vmware, qxl, virtio, none",
    "vms.sound*": "none, sb16, es1370, ac97, adlib, gus, cs4231a, hda, pcspk, intel-hda, ich9-intel-hda",
    "vms.on_power_loss": "power_on, last_state, leave_off",
    "vms.migration_method": "auto, live",
    "vms.cloudinit_datasource": "none, config_drive_v2, nocloud",
    "cloudinit_files.render": "no, variables, jinja2",
    "machines.on_power_loss": "power_on, last_state, leave_off",
    "machine_status.status*": "initializing, starting, running, stopping, unresponsive, stopped, hibernated,"
    " hibernating, initmigrate, startmigrate, migrating, migratecomplete, importing, maintenance, leavingmaintenance,"
    " unlicensed, needsrefresh, needsrestart, waitingforresources, error, driversreloading",
    "machine_status.state": "online, offline, warning, error",
    "machine_drives.interface*": "virtio-scsi, virtio-scsi-dedicated, virtio, ahci, ide, nvme, usb, lsi53c895a,"
    " megasas, megasas-gen2, mptsas1068, pflash, tpm_state, direct, cifs, nfs, vsan",
    "machine_drives.media": "disk, cdrom, import, clone, nonpersistent, efidisk, 9p, dir, clone9p, clonedir",
    "machine_drives.preferred_tier": "1, 2, 3, 4, 5",
    "machine_drives.optimize": "general, large",
    "machine_drives.fsync": ", 0, 1",
    "machine_drive_status.status*": "online, offline, importing, repairing, initializing, verifying, noredundant,"
    " outofspace",
    "machine_devices.type": "tpm, node_pci_devices, node_usb_devices, node_sriov_nic_devices, node_host_gpu_devices,"
    " node_nvidia_vgpu_devices, gpu, nvidia_vgpu",
    "machine_device_status.status": "online, offline, errors, warning, hotplug, initializing, missing, idle",
    "resource_groups.type*": "node_pci_devices, node_usb_devices, node_sriov_nic_devices, node_host_gpu_devices,"
    " node_nvidia_vgpu_devices",
    "resource_groups.class*": "gpu, vgpu, storage, hid, usb, network, media, audio, fpga, pci, unknown",
    "machine_nics.interface*": "virtio, e1000, e1000e, rtl8139, pcnet, igb, vmxnet3, direct",
    "machine_snapshots.expires_type": "never, date",
    "machine_nic_status.status": "up, down, unknown, lowerlayerdown",
    "vnets.type": "internal, external, dmz, core, physical, vpn, bgp, port_mirror",
    "vnets.on_power_loss": "power_on, last_state, leave_off",
    "vnets.layer2_type": "vxlan, vlan, none, bond, bond_slave",
    "vnets.port_mirroring": "off, east_west, north_south",
    "vnets.ipaddress_type": "static, dynamic, bgp, none",
    "vnets.dns": "disabled, simple, bind, network",
    "vnets.pxe": "none, ybos, custom",
    "vnets.rate_limit_type": "bytes/second, kbytes/second, mbytes/second, bytes/minute, kbytes/minute, mbytes/minute,"
    " bytes/hour, kbytes/hour, mbytes/hour, bytes/day, kbytes/day, mbytes/day, second, minute, hour, day",
    "vnet_rules.pin": "no, top, bottom",
    "vnet_rules.direction": "incoming, outgoing",
    "vnet_rules.action": "accept, drop, reject, translate, route",
    "vnet_rules.protocol*": "any, tcp, udp, tcpudp, icmp, 89, 2, 47, 50, 51",
    "vnet_rules.interface": "auto, router, dmz, wireguard, any",
    "vnet_rule_aliases.publishing_scope": "private, global, tenant, none",
    "vnet_addresses.type": "dynamic, static, ipalias, proxy, virtual",
    "vnet_hosts.type": "host, domain",
    "vnet_dns_zones.type": "master, slave, redirect, forward, static-stub, stub",
    "vnet_dns_zones.notify": "yes, no, explicit",
    "vnet_dns_zone_records.type": "A, AAAA, CNAME, MX, NS, PTR, SRV, TXT, CAA",
    "vnet_bgp_router_commands.command*": "aggregate-address, bgp, bmp, coalesce-time, distance, maximum-paths,"
    " neighbor, network, read-quanta, redistribute, segment-routing,"
    " table-map, timers, update-delay, vnc, vrf-policy, write-quanta",
    "vnet_bgp_interfaces.layer2_type": "vlan, none",
    "vnet_bgp_interface_commands.command*": "bandwidth, description, ip, link-detect, mpls-te, multicast, no, ospf",
    "vnet_bgp_routemap_commands.command*": "call, continue, description, match, on, set",
    "vnet_bgp_ip.command*": "as-path, community-list, extcommunity-list, forwarding, mroute,"
    " multicast, multicast-routing, ospf, prefix-list, protocol, route,"
    " ssmpingd",
    "vnet_ospf_commands.command*": "advanced, area, auto-cost, capability, default-information,"
    " default-metric, distance, distribute-list, log-adjacency-changes,"
    " max-metric, mpls-te, neighbor, network, no, ospf, passive-interface,"
    " redistribute, router-id, timers",
    "vnet_eigrp_router_commands.command*": "eigrp, coalesce-time, maximum-paths, metric, neighbor, network,"
    " passive-interface, redistribute, timers, variance",
    "vnet_ipsecs.mode": "normal, advanced",
    "vnet_ipsecs.uniqueids": "yes, no, never, replace, keep",
    "vnet_ipsec_phase1s.auth": "psk, pubkey",
    "vnet_ipsec_phase1s.keyexchange": "ike, ikev1, ikev2",
    "vnet_ipsec_phase1s.auto": "add, route, start",
    "vnet_ipsec_phase1s.negotiation": "main, aggressive",
    "vnet_ipsec_phase1s.dpdaction": "none, clear, hold, restart",
    "vnet_ipsec_phase2s.mode": "tunnel, transport",
    "vnet_ipsec_phase2s.protocol": "esp, ah",
    "vnet_wireguard_peers.configure_firewall": "site-to-site, remote-user, none",
    "clusters.default_cpu*": CPU_TYPES,
    "clusters.x86_energy_perf_policy": "performance, balance-performance, balance-power, normal, power",
    "clusters.scaling_governor": "performance, ondemand, powersave",
    "logs.level": "critical, error, warning, message, audit, summary, debug",
    "users.type*": "normal, api, vdi",
    "users.two_factor_type": "email, authenticator",
    "catalog_repositories.type*": "local, provider, remote, remote-git, yottabyte",
    "catalog_repositories.max_tier": "1, 2, 3, 4, 5",
    "catalog_repositories.override_default_scope": "private, global, tenant, none",
    "files.type*": "iso, img, qcow, qcow2, qed, raw, vdi, vhd, vhdx, vmdk, ova, ovf, vmx, ybvm, nvram, zip, unknown",
    "files.preferred_tier": "1, 2, 3, 4, 5",
}

ACTIONS = {
    "vms": "poweron poweroff kill reset clone migrate hibernate move restore changecd changenet paste fsync_strict"
    " refresh recover_cloudsnapshot erase_drive hotplugdrive hotplugnic",
    "vnets": "poweron poweroff kill reset refresh migrate execute clear_statistics",
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


def columns_where(**facts: Any) -> set[str]:
    """Return the paths of all columns with these facts."""
    return {
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if all(getattr(column, name) == value for name, value in facts.items())
    }


def changed_with(table: str, effect: Effect) -> set[str]:
    """Return the names of a table's columns whose changes take effect in this way."""
    return {c.name for c in TABLES[table].columns if c.effect is effect}


def test_the_tables() -> None:
    assert sorted(TABLES) == sorted(
        listed(
            "system clusters cluster_status nodes storage_tiers billing logs vms machines machine_status machine_drives"
            " machine_drive_status machine_nics machine_nic_status machine_snapshots vnets vnet_rules vnet_addresses"
            " vnet_rule_aliases"
            " users groups members machine_devices machine_device_status resource_groups resource_rules"
            " cloudinit_files catalog_repositories files"
            " vnet_hosts vnet_cidrs vnet_dns_views vnet_dns_zones vnet_dns_zone_records"
            " vnet_bgp vnet_bgp_routers vnet_bgp_router_commands vnet_bgp_interfaces vnet_bgp_interface_commands"
            " vnet_bgp_routemaps vnet_bgp_routemap_commands vnet_bgp_ip vnet_ospf_commands vnet_eigrp_routers"
            " vnet_eigrp_router_commands vnet_proxy vnet_proxy_tenants tenants"
            " vnet_ipsecs vnet_ipsec_phase1s vnet_ipsec_phase2s vnet_wireguards vnet_wireguard_peers"
        )
    )


@pytest.mark.parametrize("path", ENUMERATIONS)
def test_an_enumeration_is_the_sheets(path: str) -> None:
    enumeration = column(path.removesuffix("*"))
    assert set(enumeration.choices) == set(ENUMERATIONS[path].split(", "))
    assert enumeration.open_choices == path.endswith("*")


def test_every_enumeration_is_pinned() -> None:
    every = {f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns if column.choices}
    # machine_type is pinned by release, in test_catalogue_releases.
    assert every == {path.removesuffix("*") for path in ENUMERATIONS} | {"vms.machine_type"}


@pytest.mark.parametrize("name", TABLES)
def test_the_actions_are_the_sheets(name: str) -> None:
    assert list(TABLES[name].actions) == listed(ACTIONS.get(name, ""))


@pytest.mark.parametrize("action", ["killpower", "forceoff", "snapshot", "guestreset", "guestreboot", "guestshutdown"])
def test_actions_known_to_be_refused_are_not_listed(action: str) -> None:
    assert action not in TABLES["vms"].actions
    assert action not in TABLES["vnets"].actions


@pytest.mark.parametrize(
    ("path", "default"),
    [
        ("vms.cpu_cores", 1),
        ("vms.ram", 1024),
        ("vms.machine_type", "pc-q35-10.0"),
        ("vms.boot_delay", 5),
        ("vms.usb_tablet", True),
        ("vms.allow_hotplug", True),
        ("vms.guest_agent", False),
        ("vms.cloudinit_datasource", "none"),
        ("vms.cpu_type", UNSET),
        ("vms.snapshot_profile", UNSET),
        ("machine_status.agent_features", []),
        ("machine_drives.interface", "virtio-scsi"),
        ("machine_drives.media", "disk"),
        ("machine_drives.name", UNSET),
        ("machine_nics.interface", "virtio"),
        ("machine_nics.vnet", UNSET),
        ("vnets.type", "internal"),
        ("vnets.network", "192.168.0.0/24"),
        ("vnets.gateway", ""),
        ("vnets.dhcp_enabled", False),
        ("vnets.hostname", "router"),
        ("vnets.rate_limit_type", "mbytes/second"),
        ("vnets.monitor_interval_ms", 2000),
        ("vnet_rules.protocol", "any"),
        ("vnet_rules.orderid", UNSET),
        ("vnet_rules.drop_throttle", False),
        ("vnet_rule_aliases.publishing_scope", UNSET),
        ("vnet_dns_views.max_cache_size", 33554432),
        ("vnet_dns_zones.default_ttl", "1h"),
        ("vnet_dns_zones.allow_notify", "none;"),
        ("vnet_dns_zones.refresh_interval", "3h"),
        ("vnet_dns_zones.retry_interval", "30m"),
        ("vnet_dns_zones.expiry_period", "3w"),
        ("vnet_dns_zones.negative_ttl", "10m"),
        ("vnet_wireguards.listenport", 51820),
        ("vnet_wireguard_peers.configure_firewall", "site-to-site"),
        ("users.type", "normal"),
    ],
)
def test_a_default(path: str, default: object) -> None:
    assert column(path).default == default


@pytest.mark.parametrize(
    ("path", "limits"),
    [
        ("vms.name", (None, None, 128)),
        ("vms.description", (None, None, 2048)),
        ("vms.note", (None, None, 1024)),
        ("vms.cpu_cores", (1, 1024, None)),
        ("vms.ram", (256, 1048576, None)),
        ("vms.boot_delay", (0, 60, None)),
        ("vms.power_cycle_timeout", (0, 65535, None)),
        ("vms.console_pass", (None, None, 256)),
        ("cloudinit_files.name", (None, None, 256)),
        ("machine_drives.disksize", (None, 281474976710656, None)),
        ("machine_nics.orderid", (0, 30, None)),
        ("machine_devices.count", (1, 16, None)),
        ("machine_devices.orderid", (0, 64, None)),
        ("machine_devices.asset", (None, None, 40)),
        ("vnets.mtu", (1000, 65536, None)),
        ("vnets.bgp_asn", (1, 4294967295, None)),
        ("vnets.monitor_interval_ms", (1000, 120000, None)),
        ("vnet_bgp_routers.asn", (1, 4294967295, None)),
        ("vnet_bgp_interfaces.mtu", (1000, 65536, None)),
        ("vnet_bgp_routemaps.sequence", (1, 65535, None)),
        ("vnet_eigrp_routers.asn", (1, 65535, None)),
        ("tenants.name", (None, None, 120)),
    ],
)
def test_limits(path: str, limits: tuple[int | None, int | None, int | None]) -> None:
    limited = column(path)
    assert (limited.minimum, limited.maximum, limited.max_length) == limits


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
    ],
)
def test_what_is_unique(table: str, unique: tuple[str, ...]) -> None:
    assert unique in TABLES[table].unique


def test_what_a_create_must_send() -> None:
    assert columns_where(required=True) == {
        "vms.name",
        "cloudinit_files.owner",
        "cloudinit_files.name",
        "machine_drives.machine",
        "machine_nics.machine",
        "machine_devices.machine",
        "resource_groups.name",
        "resource_groups.type",
        "resource_rules.resource_group",
        "resource_rules.name",
        "machine_snapshots.machine",
        "vnets.name",
        "vnet_rules.vnet",
        "vnet_rules.name",
        "vnet_rule_aliases.name",
        "vnet_rule_aliases.value",
        "vnet_addresses.vnet",
        "vnet_addresses.type",
        "vnet_cidrs.vnet",
        "vnet_cidrs.cidr",
        "vnet_hosts.vnet",
        "vnet_hosts.host",
        "vnet_hosts.ip",
        "vnet_dns_views.vnet",
        "vnet_dns_views.name",
        "vnet_dns_zones.view",
        "vnet_dns_zones.domain",
        "vnet_dns_zone_records.zone",
        "vnet_dns_zone_records.type",
        "vnet_dns_zone_records.value",
        "vnet_bgp.vnet",
        "vnet_bgp_routers.bgp",
        "vnet_bgp_routers.asn",
        "vnet_bgp_router_commands.bgp_router",
        "vnet_bgp_router_commands.command",
        "vnet_bgp_interfaces.bgp",
        "vnet_bgp_interfaces.name",
        "vnet_bgp_interfaces.ipaddress",
        "vnet_bgp_interfaces.network",
        "vnet_bgp_interfaces.interface_vnet",
        "vnet_bgp_interface_commands.bgp_interface",
        "vnet_bgp_interface_commands.command",
        "vnet_bgp_routemaps.bgp",
        "vnet_bgp_routemaps.tag",
        "vnet_bgp_routemaps.sequence",
        "vnet_bgp_routemap_commands.bgp_routemap",
        "vnet_bgp_routemap_commands.command",
        "vnet_bgp_ip.bgp",
        "vnet_bgp_ip.command",
        "vnet_ospf_commands.bgp",
        "vnet_ospf_commands.command",
        "vnet_eigrp_routers.bgp",
        "vnet_eigrp_routers.asn",
        "vnet_eigrp_router_commands.eigrp_router",
        "vnet_eigrp_router_commands.command",
        "vnet_proxy.vnet",
        "vnet_proxy_tenants.proxy",
        "vnet_proxy_tenants.tenant",
        "vnet_proxy_tenants.fqdn",
        "tenants.name",
        "vnet_ipsecs.vnet",
        "vnet_ipsec_phase1s.ipsec",
        "vnet_ipsec_phase1s.name",
        "vnet_ipsec_phase1s.remote_gateway",
        "vnet_ipsec_phase2s.phase1",
        "vnet_ipsec_phase2s.name",
        "vnet_ipsec_phase2s.local",
        "vnet_wireguards.vnet",
        "vnet_wireguards.name",
        "vnet_wireguards.ip",
        "vnet_wireguard_peers.wireguard",
        "vnet_wireguard_peers.name",
        "vnet_wireguard_peers.peer_ip",
        "vnet_wireguard_peers.public_key",
        "vnet_wireguard_peers.allowed_ips",
        "users.name",
        "groups.name",
        "members.parent_group",
        "members.member",
        "clusters.name",
        "catalog_repositories.name",
        "files.name",
    }


def test_what_can_be_set_on_create_only() -> None:
    assert columns_where(write=Write.CREATE) == {
        "vms.created_from",
        "vms.console_pass_hash",
        "vms.cloudinit_files",
        "cloudinit_files.owner",
        "machine_drives.machine",
        "machine_drives.media",
        "machine_drives.preserve_drive_format",
        "machine_nics.machine",
        "machine_nics.ipaddress",
        "machine_devices.machine",
        "machine_devices.type",
        "machine_devices.count",
        "resource_rules.resource_group",
        "machine_snapshots.machine",
        "machine_snapshots.quiesce",
        "machine_snapshots.created_manually",
        "vnets.type",
        "vnets.vxlan_multicast",
        "vnet_rules.vnet",
        "vnet_addresses.vnet",
        "vnet_cidrs.vnet",
        "vnet_hosts.vnet",
        "vnet_dns_views.vnet",
        "vnet_dns_zones.view",
        "vnet_dns_zone_records.zone",
        "vnet_bgp.vnet",
        "vnet_bgp_routers.bgp",
        "vnet_bgp_router_commands.bgp_router",
        "vnet_bgp_interfaces.bgp",
        "vnet_bgp_interface_commands.bgp_interface",
        "vnet_bgp_routemaps.bgp",
        "vnet_bgp_routemap_commands.bgp_routemap",
        "vnet_bgp_ip.bgp",
        "vnet_ospf_commands.bgp",
        "vnet_eigrp_routers.bgp",
        "vnet_eigrp_router_commands.eigrp_router",
        "vnet_proxy.vnet",
        "vnet_proxy_tenants.proxy",
        "vnet_ipsecs.vnet",
        "vnet_ipsec_phase1s.ipsec",
        "vnet_ipsec_phase2s.phase1",
        "vnet_wireguards.vnet",
        "vnet_wireguard_peers.wireguard",
        "users.type",
        "members.parent_group",
        "members.member",
        "catalog_repositories.type",
        "files.allocated_bytes",
        "files.url",
    }


def test_what_is_never_returned() -> None:
    assert columns_where(returned=False) == {
        "vms.console_pass",
        "vms.console_pass_hash",
        "vms.cloudinit_files",
        "cloudinit_files.contents",
        "users.password",
        "users.two_factor_setup_next_login",
        "catalog_repositories.password",
        "vnet_ipsec_phase1s.psk",
        "vnet_wireguards.private_key",
    }


def test_which_secret_is_returned_to_whoever_names_it() -> None:
    assert columns_where(secret=True, returned=True) == {"vnet_wireguard_peers.preshared_key"}


def test_what_is_stored_in_lower_case() -> None:
    assert columns_where(lower=True) == {
        "machine_nics.macaddress",
        "vnets.macaddress",
        "vnet_addresses.mac",
        "users.name",
        "users.email",
    }


def test_which_vm_changes_need_a_power_cycle() -> None:
    assert changed_with("vms", Effect.RESTART) == set(
        listed(
            "cpu_cores cpu_type ram machine_type uefi secure_boot nested_virtualization disable_hypervisor iommu"
            " rtc_base advanced usb_legacy sound usb_tablet serial_port"
        )
    )


def test_which_vm_changes_wait_for_the_next_start() -> None:
    assert changed_with("vms", Effect.START) == set(
        listed(
            "os_family boot_order console console_pass_enabled console_pass display video cluster cluster_failover"
            " preferred_node ha_group disable_powercycle allow_hotplug guest_agent cloudinit_datasource"
        )
    )


@pytest.mark.parametrize("name", ["mtu", "network", "gateway", "dhcp_start", "dns", "layer2_type", "interface_vnet"])
def test_a_network_restarts_for_layer_2_and_addressing(name: str) -> None:
    assert column(f"vnets.{name}").effect is Effect.RESTART


@pytest.mark.parametrize(
    "table",
    listed(
        "vnet_rules vnet_addresses vnet_cidrs vnet_ipsecs vnet_ipsec_phase1s vnet_ipsec_phase2s vnet_wireguards"
        " vnet_wireguard_peers"
    ),
)
def test_every_change_of_a_firewall_row_is_staged(table: str) -> None:
    changeable = [c for c in TABLES[table].columns if c.write is Write.ALWAYS]
    assert changeable
    assert all(c.effect is Effect.FIREWALL for c in changeable)


@pytest.mark.parametrize("table", ["vnet_hosts", "vnet_dns_views", "vnet_dns_zones", "vnet_dns_zone_records"])
def test_every_change_of_a_dns_row_is_staged(table: str) -> None:
    changeable = [c for c in TABLES[table].columns if c.write is Write.ALWAYS]
    assert changeable
    assert all(c.effect is Effect.DNS for c in changeable)


@pytest.mark.parametrize("table", [name for name in TABLES if "bgp" in name or "ospf" in name or "eigrp" in name])
def test_every_change_of_routing_needs_a_restart(table: str) -> None:
    changeable = [c for c in TABLES[table].columns if c.write is Write.ALWAYS]
    assert changeable or table == "vnet_bgp"
    assert all(c.effect is Effect.RESTART for c in changeable)


@pytest.mark.parametrize("table", ["vnet_proxy", "vnet_proxy_tenants"])
def test_every_change_of_a_proxy_is_staged(table: str) -> None:
    changeable = [c for c in TABLES[table].columns if c.write is Write.ALWAYS]
    assert changeable
    assert all(c.effect is Effect.PROXY for c in changeable)


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


def test_all_lacks_the_key_of_two_tables() -> None:
    assert {table.name for table in TABLES.values() if table.all_lacks_key} == {"nodes", "storage_tiers"}


# Rows and requests that the sheets show, with the `$` names and the interface-only flags left out.
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
