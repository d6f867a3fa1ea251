"""The small system that a simulator starts with: what every VergeOS needs to create VMs and networks."""

from __future__ import annotations

import hashlib

from verge_pulumi.simulator.backend import Backend
from verge_pulumi.simulator.behaviour.protection.profiles import PROFILES
from verge_pulumi.simulator.relations import Row

_GIB = 1024**3
_TIB = 1024**4

_VM_RAM = 245760
"""MB of the 262144 of a node that machines may have; the rest is the system's."""
_FIRST_MACHINE = 101
"""The first machine's key, far from the keys of VMs and networks, so that mixing them up is always noticed."""

_USED = {"tier_1_used": 120 * _GIB, "tier_1_total": 4 * _TIB, "tier_4_used": 0, "tier_4_total": 40 * _TIB}

_NTP = "0.pool.ntp.example 1.pool.ntp.example"

_MAC = "f0:db:31:00:00:{:02x}"
"""MAC addresses of the initial networks, which a reset restores."""

_DHCP = {"ipaddress_type": "static", "layer2_type": "vxlan", "mtu": 9000, "dhcp_enabled": True}

_NETWORKS: tuple[Row, ...] = (
    {"name": "DMZ", "type": "dmz", "layer2_id": 1, "network": "100.64.0.0/16", "ipaddress": "100.64.0.1", **_DHCP}
    | {"dhcp_start": "100.64.191.254", "dhcp_stop": "100.64.255.254"},
    {"name": "Core", "type": "core", "layer2_id": 2, "network": "100.96.0.0/24", "ipaddress": "100.96.0.1", **_DHCP}
    | {"dhcp_start": "100.96.0.190", "dhcp_stop": "100.96.0.254"},
    {"name": "External", "type": "external", "layer2_type": "none", "ipaddress_type": "dynamic", "network": ""},
    {"name": "Physical1", "type": "physical", "layer2_type": "none", "ipaddress_type": "none"},
)
"""The networks of a captured system (docs/vergeos/networks.md §13); External is connected to the physical one."""

_EXTERNAL, _PHYSICAL = 3, 4

_POOLS = {
    "node_pci_devices": "pci",
    "node_usb_devices": "usb",
    "node_sriov_nic_devices": "network",
    "node_host_gpu_devices": "gpu",
    "node_nvidia_vgpu_devices": "vgpu",
}
"""One resource group for each kind of device, and its class."""


def seed(backend: Backend, *, user: str, password: str) -> None:
    """Fill an empty system.

    Args:
        backend: The system.
        user: The administrator's login name.
        password: The administrator's password.
    """
    now = backend.clock.stamp()
    release = backend.release.text

    def add(table: str, **columns: object) -> Row | None:
        # A simulator of other tables than the catalogue's has fewer rows to start with.
        return backend.add(table, columns) if table in backend.relations else None

    if "machines" in backend.relations:
        backend.store.skip_keys("machines", _FIRST_MACHINE)
    add(
        "system",
        cloud_name=backend.name,
        yb_version=release,
        os_version=release,
        branch="stable",
        id=_id(backend.name),
    )
    for key, value in {"cloud_name": backend.name, "max_connections": "500", "ntp_servers": _NTP}.items():
        description = key.replace("_", " ").capitalize()
        own = {"description": description, "default_value": "" if key == "cloud_name" else value}
        add("settings", key=key, value=value, **own)
    add("update_sources", name="Updates", url="https://updates.example.com", description="Came with the system")
    for name in ("stable", "beta"):
        add("update_branches", name=name, created=now)
    add("update_settings", source=1, branch=1, auto_refresh=True, update_time="01:00")
    for name in ("cluster1", "cluster2"):
        add("clusters", name=name, compute=True, default_cpu="host", max_ram_per_vm=1048576, max_cores_per_vm=1024)
    for number, cluster in enumerate((1, 1, 2), start=1):
        node = {"cores": 32, "ram": 262144, "vm_ram": _VM_RAM, "model": "Simulated", "os_version": release}
        node |= {"cpu": "Simulated CPU", "cpu_speed": "2500 MHz", "vsan_nodeid": number - 1}
        named = {"name": f"node{number}", "id": _id(f"{backend.name}/node{number}")}
        versions = dict.fromkeys(("vsan", "yb", "kernel", "appserver", "qemu"), release)
        node |= {f"{part}_version": version for part, version in versions.items()}
        add("nodes", **named, cluster=cluster, physical=True, **node)
    for cluster, nodes in ((1, 2), (2, 1)):
        if "cluster_status" in backend.relations:
            # What machines may have, as was measured (docs/vergeos/system.md §6).
            ram = nodes * _VM_RAM
            totals = {"total_nodes": nodes, "online_nodes": nodes, "total_ram": ram, "online_ram": ram}
            totals |= {"total_cores": nodes * 32, "online_cores": nodes * 32, "last_update": now}
            backend.store.change("cluster_status", cluster, totals)
    for tier in range(1, 6):
        # `$key` may differ from `tier` (docs/vergeos/other-tables.md §2). Here it does.
        description = f"Tier {tier}"
        add("storage_tiers", tier=6 - tier, description=description, capacity=10 * _TIB, used=0, allocated=0)
    for number, network in enumerate(_NETWORKS, start=1):
        add("vnets", macaddress=_MAC.format(number), cluster=1, on_power_loss="power_on", **network)
    if "vnets" in backend.relations:
        backend.store.change("vnets", _EXTERNAL, {"interface_vnet": _PHYSICAL})
    if "vnets" in backend.relations and "machines" in backend.relations:
        _run(backend)
    for kind, device_class in _POOLS.items():
        add("resource_groups", name=f"{device_class} pool", type=kind, **{"class": device_class})
    known = {"name": user.lower(), "id": _id(f"{backend.name}/{user}")}
    add("users", **known, password=password, displayname="Administrator")
    add("groups", name="Administrators (default)", description="Full access", system_group=True)
    add("groups", name="Operators", description="Day to day work")
    add("members", parent_group=1, member="users/1")
    for name in PROFILES:
        add("snapshot_profiles", name=name)
    add("certificates", type="self_signed", domainname=backend.name, autocreated=True, valid=True)
    for base in ("light", "dark"):
        add("themes", name=base.capitalize(), based_on=base, system_created=True)
    add("catalog_repositories", name="Local", type="local", description="Recipes of this system")
    add("billing", **{"from": now - 3600, "to": now, "description": "Usage"}, used_cores=0, total_nodes=3, **_USED)
    for minutes, text in ((30, "System started"), (10, f"User {user} logged in")):
        line = add("logs", level="message", text=text, user=user, object_type="system")
        if line is not None:
            backend.store.change("logs", line["$key"], {"timestamp": (now - 60 * minutes) * 1_000_000})


def _id(name: str) -> str:
    """Return an identifier that a reset restores."""
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()


def _run(backend: Backend) -> None:
    """Show every machine of the seed as running, regardless of the dials."""
    for table in ("nodes", "vnets"):
        for row in list(backend.store.rows(table)):
            status = backend.power.status(row["machine"])
            if status is not None:
                node = row["$key"] if table == "nodes" else backend.power.choose_node(row)
                backend.store.change("machine_status", status["$key"], {"status": "starting", "node": node})
                backend.power.arrive(status)
