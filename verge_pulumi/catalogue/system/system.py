"""The system and its hardware: `system`, `clusters`, `cluster_status`, `nodes`, `storage_tiers`, `billing`, `logs`."""

from __future__ import annotations

from verge_pulumi.catalogue.compute.virtual_machines import CPU_TYPES, DASHBOARD_PARTS
from verge_pulumi.catalogue.model import Effect
from verge_pulumi.catalogue.notation import R, U, boolean, integer, number, ref, section, table, text, words

SYSTEM = table(
    "system",
    section(
        "docs/vergeos/system.md §5; types: tsvergeos: services/system/types.ts",
        text("cloud_name", write=U),
        text("description", write=U, default=""),
        text("domain", write=U, default=""),
        text("city", write=U, default=""),
        text("country", write=U, default=""),
        text("timezone", write=U, default=""),
        text("url", write=U, default=""),
        number("latitude", write=U, minimum=-90, maximum=90),
        number("longitude", write=U, minimum=-180, maximum=180),
        text("vsan_host", write=U, default=""),
        integer("vsan_port", write=U, default=14201, minimum=0, maximum=65535),
        text("map_color", write=U, default=""),
        ref("theme", "themes", write=U),
        # VergeOS lets clients write these three, and nobody should (docs/vergeos/system.md §5).
        text("yb_version", write=R),
        text("os_version", write=R),
        text("branch", write=R),
        text("id", write=R, source="tsvergeos: services/system/types.ts (40 characters, unique)"),
        text("key", write=R, default="self"),
        boolean("is_tenant", write=R, default=False),
        ref("ui_branding", "ui_branding", write=R),
    ),
    short="cloud_name os_version",
    creatable=False,
    source="docs/vergeos/system.md §5; docs/vergeos/README.md §1",
)

# Types, limits and units are tsvergeos: services/cluster/types.ts. RAM, cache, buffer and
# swap sizes are MB, temperatures are degrees Celsius with 0 for off. No source gives a default but that of `enabled`:
# switches are taken to be off and numbers unset. A column with an effect waits until the nodes of the cluster reboot.
CLUSTERS = table(
    "clusters",
    section(
        "docs/vergeos/other-tables.md §2; types: tsvergeos: services/cluster/types.ts",
        text("name", required=True, max_length=128),
        text("description", default="", max_length=2048),
        boolean("enabled", default=True),
        boolean("compute", default=False),
        text("default_cpu", choices=CPU_TYPES, open_choices=True),
        boolean("kvm_nested", default=False),
        boolean("allow_nested_virt_migration", default=False),
        boolean("allow_vgpu_migration", default=False),
        boolean("disable_cpu_security_mitigations", default=False, effect=Effect.RESTART),
        boolean("disable_smt", default=False, effect=Effect.RESTART),
        boolean("spec_store_bypass_disable", default=False, effect=Effect.RESTART),
        boolean("enable_split_lock_detection", default=False, effect=Effect.RESTART),
        text(
            "x86_energy_perf_policy",
            choices=words("performance balance-performance balance-power normal power"),
        ),
        text("scaling_governor", choices=words("performance ondemand powersave")),
        integer("ram_per_unit"),
        integer("cores_per_unit"),
        number("cost_per_unit"),
        number("price_per_unit"),
        integer("max_ram_per_vm"),
        integer("max_cores_per_vm"),
        number("target_ram_pct", minimum=0, maximum=100),
        number("ram_overcommit_pct", minimum=0, maximum=100),
        integer("storage_cachesize"),
        integer("storage_buffersize"),
        boolean("storage_hugepages", default=False),
        boolean("enable_nvme_power_management", default=False, effect=Effect.RESTART),
        integer("swap_tier", minimum=-1, maximum=5),
        integer("swap_per_drive"),
        integer("max_core_temp"),
        integer("critical_core_temp"),
        integer("max_core_temp_warn_perc"),
        boolean("disable_sleep", default=False, effect=Effect.RESTART),
        text("log_filter", default=""),
        boolean("storage", write=R, default=False),
        text("recommended_cpu_type", write=R, choices=CPU_TYPES, open_choices=True),
        text("id", write=R),
        integer("created", write=R),
        ref("status", "cluster_status", write=R),
    ),
    short="name description enabled",
    dashboard="name description enabled compute status",
    nested={
        "status": "status[total_nodes,online_nodes,total_ram,online_ram,used_ram,total_cores,online_cores,used_cores,"
        "phys_ram_used,running_machines,status,state]",
    },
    unique=(("name",),),
    source="docs/vergeos/other-tables.md §2; unique: docs/vergeos/quirks.md §6",
)

CLUSTER_STATUS = table(
    "cluster_status",
    section(
        "docs/vergeos/other-tables.md §2",
        ref("cluster", "clusters", write=R, source="pyVergeOS: resources/cluster_status.py"),
        integer("total_nodes", write=R, default=0),
        integer("online_nodes", write=R, default=0),
        integer("total_ram", write=R, default=0),
        integer("online_ram", write=R, default=0),
        integer("used_ram", write=R, default=0),
        integer("total_cores", write=R, default=0),
        integer("online_cores", write=R, default=0),
        integer("used_cores", write=R, default=0),
        integer("phys_ram_used", write=R, default=0),
        integer("running_machines", write=R, default=0),
        text("status", write=R, default="online"),
        text("state", write=R, default="online"),
        *section(
            "ansible-collection-vergeos: tests/fixtures/api/cluster_status.json",
            text("status_info", write=R, default=""),
            integer("phys_total_cpu", write=R, default=0),
            integer("phys_vram_used", write=R, default=0),
            integer("last_update", write=R),
        ),
    ),
    # The endpoint "answers with only $key" without fields (pyVergeOS: resources/cluster_status.py).
    short="",
    dashboard="status state total_nodes online_nodes total_ram online_ram used_ram used_cores running_machines",
    unique=(("cluster",),),
    parent="cluster",
    creatable=False,
    source="docs/vergeos/other-tables.md §2",
)

# Nodes come and go with the hardware. How maintenance is entered is unresolved (three clients, three calls), so the
# catalogue names no actions.
NODES = table(
    "nodes",
    section(
        "docs/vergeos/other-tables.md §2; types: tsvergeos: services/node/types.ts",
        text("name", write=R),
        text("description", write=U, default="", max_length=2048),
        text("note", write=U, default="", max_length=1024),
        text("asset_tag", write=U, default=""),
        text("ipmi_address", write=U, default=""),
        text("ipmi_user", write=U, default=""),
        text("ipmi_password", write=U, secret=True),
        integer("max_core_temp", write=U),
        integer("max_core_temp_warn_perc", write=U),
        integer("critical_core_temp", write=U),
        boolean("capture_logs", write=U, default=False),
        boolean("lldp", write=U, default=False),
        boolean("ignore_pstore", write=U, default=False),
        boolean("maintenance", write=U, default=False),
        ref("machine", "machines", write=R),
        ref("cluster", "clusters", write=R),
        text("id", write=R),
        integer("cores", write=R, default=0),
        integer("ram", write=R, default=0),
        integer("vm_ram", write=U, default=0),
        integer("failover_ram", write=U, default=0),
        text("model", write=R, default=""),
        text("os_version", write=R, default=""),
        text("vsan_version", write=R, default=""),
        boolean("physical", write=R, default=True),
        boolean("need_restart", write=R, default=False),
        text("restart_reason", write=R, default=""),
    ),
    section(
        "docs/vergeos/other-tables.md §2; types: tsvergeos: services/node/types.ts",
        # MB.
        integer("overcommit", write=U, default=0),
        ref("pxe_vnet", "vnets", write=U),
        text("cpu", write=U, default=""),
        text("cpu_speed", write=U, default=""),
        ref("sysnode", "sys/nodes", write=R),
        boolean("iommu", write=R, default=True),
        text("ipmi_status", write=R, default="offline", choices=words("offline ready connecting error")),
        ref("console_status", "machine_console", write=R),
        boolean("reload_drivers_required", write=R, default=False),
        ref("stats", "node_stats", write=R),
        text("yb_version", write=R, default=""),
        text("kernel_version", write=R, default=""),
        text("appserver_version", write=R, default=""),
        text("qemu_version", write=R, default=""),
        integer("vsan_nodeid", write=R, default=-1),
        boolean("vsan_connected", write=R, default=True),
    ),
    short="name description physical",
    dashboard="name description physical machine cluster cores ram maintenance",
    nested={"machine": f"machine[{DASHBOARD_PARTS},stats[all]]"},
    runs_as="machine",
    all_lacks_key=True,
    creatable=False,
    source="docs/vergeos/other-tables.md §2; docs/vergeos/README.md §5.1",
)

# Bytes. `$key` may differ from `tier`.
STORAGE_TIERS = table(
    "storage_tiers",
    section(
        "docs/vergeos/other-tables.md §2; types: tsvergeos: services/storage-tier/types.ts",
        integer("tier", write=R, minimum=0, maximum=5),
        text("description", write=U, default=""),
        integer("capacity", write=R, default=0),
        integer("used", write=R, default=0),
        integer("allocated", write=R, default=0),
        number("used_pct", write=R, default=0, minimum=0, maximum=100),
        integer("used_inflated", write=R, default=0),
        integer("dedupe_ratio", write=R, default=0),
        integer("modified", write=R),
        ref("stats", "storage_tier_stats", write=R),
    ),
    short="tier description",
    dashboard="tier description capacity used allocated",
    all_lacks_key=True,
    creatable=False,
    source="docs/vergeos/other-tables.md §2; docs/vergeos/README.md §5.1",
)

# The columns are the client's. RAM is MB, `phys_*ram*` and the tiers are bytes.
BILLING = table(
    "billing",
    section(
        "docs/vergeos/other-tables.md §10; columns: pyVergeOS: resources/billing.py",
        integer("created", write=R),
        integer("from", write=R),
        integer("to", write=R),
        integer("sent", write=R, default=0),
        text("description", write=R, default=""),
        *(
            integer(name, write=R, default=0)
            for name in words(
                "used_cores total_cores online_cores total_nodes online_nodes running_machines"
                " used_ram total_ram online_ram phys_ram_used phys_vram_used phys_total_cpu"
                " tier_0_used tier_0_total tier_1_used tier_1_total tier_2_used tier_2_total"
                " tier_3_used tier_3_total tier_4_used tier_4_total tier_5_used tier_5_total"
                " gpus_total gpus gpus_idle vgpus_total vgpus vgpus_idle workload_datapoints storage_datapoints"
            )
        ),
    ),
    short="created from to description",
    dashboard="created from to used_cores used_ram running_machines",
    creatable=False,
    source="docs/vergeos/other-tables.md §10",
)

LOGS = table(
    "logs",
    section(
        "docs/vergeos/other-tables.md §10",
        text("level", write=R, choices=words("critical error warning message audit summary debug")),
        text("text", write=R, default=""),
        text("user", write=R, default=""),
        text("object_type", write=R, default=""),
        text("object_name", write=R, default=""),
        # Microseconds, unlike the seconds of other tables.
        integer(
            "timestamp",
            write=R,
            field_type="created_us",
            source="docs/vergeos/other-tables.md §10; unit: pyVergeOS: resources/logs.py",
        ),
    ),
    short="level text timestamp",
    dashboard="level text user object_type object_name timestamp",
    creatable=False,
    source="docs/vergeos/other-tables.md §10",
)
