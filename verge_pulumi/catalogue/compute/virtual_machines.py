"""Virtual machines: the tables `vms`, `machines`, `machine_status`, `machine_drives` and `machine_nics`.

A VM has two keys: its own (`vms`, actions) and that of its machine (drives, NICs, status); the numbers differ.

It is one file, since the four tables of a VM refer to each other, and each line is a fact.
"""

from __future__ import annotations

from verge_pulumi.catalogue.model import Effect
from verge_pulumi.catalogue.notation import (
    C,
    R,
    U,
    any_ref,
    boolean,
    integer,
    json,
    ref,
    section,
    table,
    text,
    words,
)

RESTART, START = Effect.RESTART, Effect.START

TIB = 1024**4

CPU_TYPES = words(
    "qemu64 kvm64 host Broadwell Cascadelake-Server Conroe Cooperlake core2duo coreduo Denverton EPYC EPYC-Genoa"
    " EPYC-Milan EPYC-Rome GraniteRapids Haswell Icelake-Server IvyBridge KnightsMill n270 Nehalem Opteron_G1"
    " Opteron_G2 Opteron_G3 Opteron_G4 Opteron_G5 Penryn phenom SandyBridge SapphireRapids Skylake-Client"
    " Skylake-Server Snowridge Westmere"
)
"""The CPU models (docs/vergeos/virtual-machines.md §2.2), also used by ``clusters.default_cpu``."""


def machine_types(versions: str) -> tuple[str, ...]:
    """Return the machine types of a release: the aliases, then both families in the given QEMU versions."""
    families = ("pc-i440fx", "pc-q35")
    return ("pc", "q35", "yottabyte", *(f"{family}-{v}" for family in families for v in words(versions)))


MACHINE_VERSIONS_4_12 = "2.7 2.8 2.9 2.10 2.11 2.12 3.0 3.1 4.0 4.1 4.2 5.0 5.1 5.2 6.0 6.1 6.2 7.0 7.1 7.2 8.0 8.1"
MACHINE_VERSIONS = MACHINE_VERSIONS_4_12 + " 8.2 9.0 9.1 9.2 10.0"

ON_POWER_LOSS = words("power_on last_state leave_off")

DASHBOARD_PARTS = (
    "$key,name,status[running,status,state,node,started,agent_guest_info],"
    "drives[$key,name,description,interface,media,preferred_tier,disksize,"
    "media_source[$key,name,used_bytes,allocated_bytes,filesize],status#status as status],"
    "nics[$key,name,description,interface,macaddress,ipaddress,vnet#$display as vnet,status#status as status]"
)
"""What ``dashboard`` shows of a machine (docs/vergeos/README.md §5.1)."""

# `running`, `status`, `powerstate` and `node` are machine_status's, not columns of `vms`
# (docs/vergeos/virtual-machines.md §2.4).
VMS = table(
    "vms",
    section(
        "docs/vergeos/virtual-machines.md §2.1",
        text("name", required=True, max_length=128),
        text("description", default="", max_length=2048),
        text("note", default="", max_length=1024),
        boolean("enabled", default=True),
        text("os_family", default="linux", choices=words("linux windows freebsd other"), effect=START),
        text("os_description", default="", max_length=2048),
        text("uuid"),
        json("meta"),
        any_ref("owner", write=R),
        ref("owner_user", "users"),
        text("creator", write=R),
        integer("created", write=R),
        integer("modified", write=R),
        text(
            "created_from",
            write=C,
            default="custom",
            choices=words("custom import import_vmx import_ovf import_vmware import_shared clone recipe terraform"),
            open_choices=True,
        ),
        boolean("imported", write=R, default=False),
        boolean("is_snapshot", write=R, default=False),
        ref("machine", "machines", write=R),
        ref("recipe_instance", "vm_recipe_instances", write=R),
        ref("service", "vm_services", write=R),
        boolean("need_restart", write=R, default=False),
        # Only tsvergeos: services/vm/types.ts names the target table.
        ref("console_status", "machine_console", write=R),
    ),
    section(
        "docs/vergeos/virtual-machines.md §2.2",
        integer("cpu_cores", default=1, minimum=1, maximum=1024),
        # The default is the cluster's `default_cpu`, so it is not a constant.
        text("cpu_type", choices=CPU_TYPES, open_choices=True),
        # Megabytes. 256 is accepted (the "minimum 512" of the knowledge base is wrong); multiples of 256 are the
        # clients' habit, whether VergeOS refuses others is unknown.
        integer("ram", default=1024, minimum=256, maximum=1048576),
        text("machine_type", default="pc-q35-10.0", choices=machine_types(MACHINE_VERSIONS), open_choices=True),
        boolean("uefi", default=False),
        boolean("secure_boot", default=False),
        boolean("nested_virtualization", default=False),
        boolean("disable_hypervisor", default=False),
        # Sources disagree on boolean or words; tsvergeos, read from the product's API documentation, has a boolean.
        boolean("iommu", default=False, since="26.0"),
        text("rtc_base", default="utc", choices=words("utc localtime")),
        text("advanced", default=""),
        boolean("usb_legacy", default=False),
        effect=RESTART,
    ),
    section(
        "docs/vergeos/virtual-machines.md §2.2",
        text("boot_order", default="cd", choices=words("cd cdn dc nc n c d strict"), effect=START),
        integer("boot_delay", default=5, minimum=0, maximum=60),
        integer("power_cycle_timeout", default=0, minimum=0, maximum=65535),
    ),
    section(
        "docs/vergeos/virtual-machines.md §2.3",
        text("console", default="vnc", choices=words("vnc spice serial none")),
        boolean("console_pass_enabled", default=False),
        text("console_pass", max_length=256, secret=True),
        text("console_pass_hash", write=C, secret=True),
        text("display", default=""),
        text("video", default="std", choices=words("std cirrus vmware qxl virtio none"), open_choices=True),
        effect=START,
    ),
    section(
        "docs/vergeos/virtual-machines.md §2.3",
        text(
            "sound",
            default="none",
            choices=words("none sb16 es1370 ac97 adlib gus cs4231a hda pcspk intel-hda ich9-intel-hda"),
            open_choices=True,
            effect=RESTART,
        ),
        boolean("usb_tablet", default=True, effect=RESTART),
        boolean("serial_port", default=False, effect=RESTART),
        # Only tsvergeos: services/vm/types.ts names the target table.
        ref("paste_key_config", "vm_paste_configs"),
    ),
    section(
        "docs/vergeos/virtual-machines.md §2.4",
        # The default cluster is a system setting.
        ref("cluster", "clusters", held_by="machine"),
        ref("cluster_failover", "clusters", held_by="machine"),
        ref("preferred_node", "nodes", held_by="machine"),
        text("ha_group", default="", held_by="machine"),
        boolean("disable_powercycle", default=False),
        boolean("allow_hotplug", default=True),
        boolean("guest_agent", default=False),
        text("cloudinit_datasource", default="none", choices=words("none config_drive_v2 nocloud")),
        effect=START,
    ),
    section(
        "docs/vergeos/virtual-machines.md §2.4",
        text("on_power_loss", default="last_state", choices=ON_POWER_LOSS, held_by="machine"),
        text("migration_method", default="auto", choices=words("auto live")),
        boolean("allow_export", default=True),
        ref("snapshot_profile", "snapshot_profiles", held_by="machine"),
        json("cloudinit_files", write=C, secret=True),
    ),
    short="name description enabled os_family cpu_cores ram",
    dashboard="name description enabled machine os_family cpu_type machine_type uefi cpu_cores ram is_snapshot"
    " need_restart",
    nested={"machine": f"machine[{DASHBOARD_PARTS}]"},
    unique=(("name",),),
    owner="owner",
    runs_as="machine",
    viewer="owner_user",
    singular="vm",
    actions=words(
        "poweron poweroff kill reset clone migrate hibernate move restore changecd changenet paste fsync_strict"
        " refresh recover_cloudsnapshot erase_drive hotplugdrive hotplugnic"
    ),
    source="docs/vergeos/virtual-machines.md §2, §5; unique: docs/vergeos/quirks.md §6",
)

# Nodes, networks and service VMs are machines too. Clients change these columns through `vms` and `vnets`.
MACHINES = table(
    "machines",
    section(
        "docs/vergeos/virtual-machines.md §1",
        text("name", write=R, source="vergeos-exporter: ISSUES.md (parent_drive#machine#name)"),
        ref("cluster", "clusters", write=R),
        ref("cluster_failover", "clusters", write=R),
        text("ha_group", write=R, default=""),
        ref("preferred_node", "nodes", write=R),
        text("on_power_loss", write=R, default="last_state", choices=ON_POWER_LOSS),
        ref("snapshot_profile", "snapshot_profiles", write=R),
        ref("status", "machine_status", write=R),
        ref("stats", "machine_stats", write=R, source="pyVergeOS: resources/machine_stats.py"),
    ),
    short="name",
    dashboard="name cluster status",
    creatable=False,
    source="docs/vergeos/virtual-machines.md §1",
)

MACHINE_STATS = table(
    "machine_stats",
    section(
        "docs/vergeos/virtual-machines.md §4",
        ref("machine", "machines", write=R),
        *(
            integer(name, write=R, default=0)
            for name in words(
                "total_cpu user_cpu system_cpu iowait_cpu vmusage_cpu irq_cpu ram_used ram_pct vram_used core_peak"
                " core_count_gt_25 core_count_gt_50 core_count_gt_75"
            )
        ),
        json("core_usagelist", write=R, default=[]),
        integer("core_temp", write=R),
        integer("core_temp_top", write=R),
        integer("modified", write=R),
    ),
    short="total_cpu ram_used ram_pct",
    unique=(("machine",),),
    parent="machine",
    creatable=False,
    source="docs/vergeos/virtual-machines.md §4",
)

MACHINE_STATUS = table(
    "machine_status",
    section(
        "docs/vergeos/virtual-machines.md §4",
        ref("machine", "machines", write=R),
        # The four writable columns are the vendor's procedure for a machine that is stuck; it edits the record only.
        boolean("running", write=U, default=False),
        boolean("powerstate", write=R, default=False),
        text(
            "status",
            write=U,
            default="stopped",
            choices=words(
                "initializing starting running stopping unresponsive stopped hibernated hibernating initmigrate"
                " startmigrate migrating migratecomplete importing maintenance leavingmaintenance unlicensed"
                " needsrefresh needsrestart waitingforresources error driversreloading"
            ),
            open_choices=True,
        ),
        text("state", write=U, default="offline", choices=words("online offline warning error")),
        text("status_info", write=R, default=""),
        ref("node", "nodes", write=R),
        ref("migrated_node", "nodes", write=R),
        ref("migration_destination", "nodes", write=R),
        boolean("migratable", write=U, default=True),
        integer("started", write=R, default=0),
        integer("last_update", write=R, default=0),
        integer("local_time", write=R, default=0),
        integer("running_cores", write=R, default=0),
        integer("running_ram", write=R, default=0),
        text("agent_version", write=R, default=""),
        json("agent_features", write=R, default=[]),
        json("agent_guest_info", write=R, default=[]),
        json("config", write=R),
    ),
    short="running status state",
    dashboard="machine running powerstate status state node",
    unique=(("machine",),),
    parent="machine",
    creatable=False,
    source="docs/vergeos/virtual-machines.md §4",
)

MACHINE_DRIVES = table(
    "machine_drives",
    section(
        "docs/vergeos/virtual-machines.md §6",
        ref("machine", "machines", write=C, required=True),
        # The default is drive_<n>.
        text("name", max_length=128),
        text("description", default=""),
        integer("orderid"),
        boolean("enabled", default=True),
        text(
            "interface",
            default="virtio-scsi",
            choices=words(
                "virtio-scsi virtio-scsi-dedicated virtio ahci ide nvme usb lsi53c895a megasas megasas-gen2"
                " mptsas1068 pflash tpm_state direct cifs nfs vsan"
            ),
            open_choices=True,
        ),
        text(
            "media",
            write=C,
            default="disk",
            choices=words("disk cdrom import clone nonpersistent efidisk 9p dir clone9p clonedir"),
        ),
        ref("media_source", "files"),
        # Bytes; may only grow.
        integer("disksize", maximum=256 * TIB),
        integer("used_bytes", write=R, default=0),
        # A system setting; "4" is an example. Always answered as text (docs/vergeos/quirks.md §5).
        text("preferred_tier", default="4", choices=words("1 2 3 4 5")),
        boolean("readonly", default=False),
        text("serial"),
        # tsvergeos says at most 32, govergeos 40, of equal rank: the wider one refuses nothing that may be right.
        text("asset", default="", max_length=40),
        boolean("discard", default=True),
        text("optimize", default="general", choices=words("general large")),
        text("fsync", default="", choices=("", "0", "1")),
        boolean("preserve_drive_format", write=C, default=False),
        text("advanced", default=""),
        boolean("ms_2023_kek_applied", write=R, default=False, since="26.1"),
        boolean("nocreate", write=R, default=False),
        boolean("spare", write=R, default=False),
        text("origin_uuid", write=R),
        # Target by inference: the drive's row in the table of physical drives (docs/vergeos/other-tables.md §3).
        ref("physical_status", "machine_drive_phys", write=R),
        ref("stats", "machine_drive_stats", write=R),
        ref("status", "machine_drive_status", write=R),
    ),
    short="name orderid interface media disksize",
    dashboard="name orderid interface media enabled disksize preferred_tier",
    unique=(("machine", "name"),),
    parent="machine",
    source="docs/vergeos/virtual-machines.md §6; unique: docs/vergeos/quirks.md §6",
)

MACHINE_DRIVE_STATUS = table(
    "machine_drive_status",
    section(
        "docs/vergeos/virtual-machines.md §6",
        # Named by analogy with machine_drive_stats.parent_drive and machine_nic_status.parent_nic.
        ref("parent_drive", "machine_drives", write=R),
        # Most sources name three words; those after the third are vergeos-exporter: ISSUES.md's.
        text(
            "status",
            write=R,
            default="offline",
            choices=words("online offline importing repairing initializing verifying noredundant outofspace"),
            open_choices=True,
        ),
    ),
    short="status",
    unique=(("parent_drive",),),
    parent="parent_drive",
    creatable=False,
    source="docs/vergeos/virtual-machines.md §6",
)

MACHINE_NICS = table(
    "machine_nics",
    section(
        "docs/vergeos/virtual-machines.md §7",
        ref("machine", "machines", write=C, required=True),
        text("name"),
        text("description", default=""),
        integer("orderid", minimum=0, maximum=30),
        boolean("enabled", default=True, effect=START),
        text(
            "interface",
            default="virtio",
            choices=words("virtio e1000 e1000e rtl8139 pcnet igb vmxnet3 direct"),
            open_choices=True,
        ),
        ref("vnet", "vnets"),
        text("macaddress", lower=True),
        text("ipaddress", write=C),
        text("asset", default=""),
        # Multi-queue itself came with 26.0 (docs/vergeos/quirks.md §4).
        boolean("disable_mq", default=False, since="26.0"),
    ),
    # Physical and service NICs; most sources name these columns without types.
    section(
        "docs/vergeos/virtual-machines.md §7; types: tsvergeos: services/machine-nic/types.ts",
        text("driver"),
        text("model"),
        text("vendor"),
        integer("port"),
        text("device", write=R),
        ref("ipv4_config", "machine_nic_ipv4_configs", write=R),
    ),
    section(
        "docs/vergeos/virtual-machines.md §7",
        ref("status", "machine_nic_status", write=R),
        ref("stats", "machine_nic_stats", write=R),
    ),
    short="name orderid interface macaddress",
    dashboard="name orderid interface enabled vnet macaddress ipaddress",
    unique=(("machine", "name"),),
    parent="machine",
    source="docs/vergeos/virtual-machines.md §7; unique: docs/vergeos/quirks.md §6",
)

MACHINE_NIC_STATUS = table(
    "machine_nic_status",
    section(
        "docs/vergeos/virtual-machines.md §7",
        ref("parent_nic", "machine_nics", write=R, source="vergeos-exporter: ISSUES.md"),
        text("status", write=R, default="down", choices=words("up down unknown lowerlayerdown")),
        integer("speed", write=R, default=0),
    ),
    short="status speed",
    unique=(("parent_nic",),),
    parent="parent_nic",
    creatable=False,
    source="docs/vergeos/virtual-machines.md §7",
)
