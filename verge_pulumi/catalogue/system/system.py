"""The system and its hardware: `system`, `clusters`, `cluster_status`, `nodes`, `storage_tiers`, `billing`, `logs`."""

from __future__ import annotations

from verge_pulumi.catalogue.compute.virtual_machines import CPU_TYPES
from verge_pulumi.catalogue.notation import R, U, boolean, integer, ref, section, table, text, words

# "Name, versions, cloud_name" in docs/vergeos/other-tables.md §2; no client names a column `name`.
SYSTEM = table(
    "system",
    section(
        "docs/vergeos/README.md §1",
        text("cloud_name", write=R),
        text("yb_version", write=R),
        text("os_version", write=R),
        text("branch", write=R),
        text("id", write=R, source="tsvergeos: services/system/types.ts (40 characters, unique)"),
    ),
    short="cloud_name os_version",
    creatable=False,
    source="docs/vergeos/README.md §1; docs/vergeos/other-tables.md §2",
)

# Types, limits and units are tsvergeos: services/cluster/types.ts. RAM, cache, buffer and
# swap sizes are MB, temperatures are degrees Celsius with 0 for off. No source gives a default but that of `enabled`:
# switches are taken to be off and numbers unset.
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
        boolean("disable_cpu_security_mitigations", default=False),
        boolean("disable_smt", default=False),
        boolean("enable_split_lock_detection", default=False),
        text(
            "x86_energy_perf_policy",
            choices=words("performance balance-performance balance-power normal power"),
        ),
        text("scaling_governor", choices=words("performance ondemand powersave")),
        integer("ram_per_unit"),
        integer("cores_per_unit"),
        integer("cost_per_unit"),
        integer("price_per_unit"),
        integer("max_ram_per_vm"),
        integer("max_cores_per_vm"),
        integer("target_ram_pct"),
        integer("ram_overcommit_pct"),
        integer("storage_cachesize"),
        integer("storage_buffersize"),
        boolean("storage_hugepages", default=False),
        boolean("enable_nvme_power_management", default=False),
        integer("swap_tier", minimum=-1, maximum=5),
        integer("swap_per_drive"),
        integer("max_core_temp"),
        integer("critical_core_temp"),
        integer("max_core_temp_warn_perc"),
        boolean("disable_sleep", default=False),
        text("log_filter", default=""),
        ref("status", "cluster_status", write=R),
    ),
    short="name description enabled",
    summary="name description enabled compute status",
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
        integer("used_cores", write=R, default=0),
        integer("running_machines", write=R, default=0),
        text("status", write=R, default="online"),
        text("state", write=R, default="online"),
    ),
    # The endpoint "answers with only $key" without fields (pyVergeOS: resources/cluster_status.py).
    short="",
    summary="status state total_nodes online_nodes total_ram online_ram used_ram used_cores running_machines",
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
        text("asset_tag", write=U, default=""),
        boolean("maintenance", write=U, default=False),
        ref("machine", "machines", write=R),
        ref("cluster", "clusters", write=R),
        integer("cores", write=R, default=0),
        integer("ram", write=R, default=0),
        integer("vm_ram", write=R, default=0),
        text("model", write=R, default=""),
        text("os_version", write=R, default=""),
        text("vsan_version", write=R, default=""),
        boolean("physical", write=R, default=True),
        boolean("need_restart", write=R, default=False),
    ),
    short="name description physical",
    summary="name description physical machine cluster cores ram maintenance",
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
        integer("used_inflated", write=R, default=0),
        integer("dedupe_ratio", write=R, default=0),
        ref("stats", "storage_tier_stats", write=R),
    ),
    short="tier description",
    summary="tier description capacity used allocated",
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
    summary="created from to used_cores used_ram running_machines",
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
        integer("timestamp", write=R, source="docs/vergeos/other-tables.md §10; unit: pyVergeOS: resources/logs.py"),
    ),
    short="level text timestamp",
    summary="level text user object_type object_name timestamp",
    creatable=False,
    source="docs/vergeos/other-tables.md §10",
)
