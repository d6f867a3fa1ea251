"""Settings of a cluster, which the installation made."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from verge_pulumi.engine.declaring.attributes import Attr, Measured, arg, computed, measured
from verge_pulumi.engine.declaring.lives import ExistsAlready
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Decimal, Mebibytes, Text
from verge_pulumi.engine.lifecycle.lives import ExistingRowProvider
from verge_pulumi.engine.lifecycle.recording import managed
from verge_pulumi.resources._existing import Existing


class ClusterSettings(Existing, Resource, table="clusters", unique=("name",), life=ExistsAlready()):
    """The settings of a cluster that exists.

    ``ClusterSettings("prod", name="cluster1", max_ram_per_vm=131072)``. Most changes wait until every node of the
    cluster has rebooted, VergeOS says; the preview tells it of those that are known to. Nothing here reboots a node.
    """

    name: Attr[str] = arg(min_length=1, max_length=128)
    """Name of the cluster; another name means another cluster, and renames none."""

    description: Attr[Text | None] = arg(default=None, max_length=2048)
    """Free text."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether it is in use."""

    compute: Attr[bool | None] = arg(default=None)
    """Whether machines run on it."""

    default_cpu: Attr[Text | None] = arg(default=None)
    """CPU type of new VMs."""

    recommended_cpu_type: Attr[Text | None] = computed()
    """CPU type that VergeOS found to fit its nodes."""

    storage: Attr[bool | None] = computed()
    """Whether it holds storage."""

    kvm_nested: Attr[bool | None] = arg(default=None)
    """Whether VMs may run VMs."""

    allow_nested_virt_migration: Attr[bool | None] = arg(default=None)
    """Whether such VMs may be migrated while they run."""

    allow_vgpu_migration: Attr[bool | None] = arg(default=None)
    """Whether VMs with a vGPU may be migrated while they run; VergeOS calls it experimental."""

    disable_cpu_security_mitigations: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether the kernel's mitigations against attacks on the CPU are off. Only if all guests are trusted."""

    spec_store_bypass_disable: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether speculative store bypass is off, which costs performance."""

    disable_smt: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether simultaneous multithreading is off, which costs much performance."""

    enable_split_lock_detection: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether split locks are detected and logged, which slows down VMs that make them."""

    enable_nvme_power_management: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether NVMe drives save power."""

    disable_sleep: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether CPUs never sleep."""

    x86_energy_perf_policy: Attr[
        Literal["performance", "balance-performance", "balance-power", "normal", "power"] | None
    ] = arg(default=None)
    """Balance of the CPUs between performance and power."""

    scaling_governor: Attr[Literal["performance", "ondemand", "powersave"] | None] = arg(default=None)
    """How the frequency of the CPUs follows their load."""

    ram_per_unit: Measured[Mebibytes | None] = measured(default=None)
    """MB of RAM of one unit of accounting."""

    cores_per_unit: Attr[int | None] = arg(default=None)
    """Cores of one unit of accounting."""

    cost_per_unit: Attr[Decimal | None] = arg(default=None)
    """Cost of one unit."""

    price_per_unit: Attr[Decimal | None] = arg(default=None)
    """Price of one unit."""

    max_ram_per_vm: Measured[Mebibytes | None] = measured(default=None, ge=0)
    """MB of RAM that one machine may have at most. Machines that have more cannot be migrated, nor started again."""

    max_cores_per_vm: Attr[int | None] = arg(default=None, ge=0)
    """Cores that one machine may have at most; as above."""

    target_ram_pct: Attr[Decimal | None] = arg(default=None, ge=0, le=100)
    """Percentage of a node's RAM that is used at most in normal operation."""

    ram_overcommit_pct: Attr[Decimal | None] = arg(default=None, ge=0, le=100)
    """Percentage of the reserve that machines may use."""

    storage_cachesize: Measured[Mebibytes | None] = measured(default=None, ge=0)
    """MB of cache on each node."""

    storage_buffersize: Measured[Mebibytes | None] = measured(default=None, ge=0)
    """MB of RAM on each node that the vSAN buffers with."""

    storage_hugepages: Attr[bool | None] = arg(default=None)
    """Whether storage uses huge pages."""

    swap_tier: Attr[int | None] = arg(default=None, ge=-1, le=5)
    """Storage tier for swap, -1 for none. It counts for drives that are formatted from then on."""

    swap_per_drive: Measured[Mebibytes | None] = measured(default=None, ge=0)
    """MB of swap on each drive; as above."""

    max_core_temp: Attr[int | None] = arg(default=None)
    """Degrees Celsius that a core may reach, 0 for no watch."""

    max_core_temp_warn_perc: Attr[int | None] = arg(default=None, ge=0, le=100)
    """How many percent below that VergeOS warns."""

    critical_core_temp: Attr[int | None] = arg(default=None)
    """Degrees Celsius at which a node counts as failing, 0 for no watch."""

    log_filter: Attr[Text | None] = arg(default=None)
    """Which lines of the nodes' logs are shown, in the syntax of rsyslog."""


class ClusterSettingsProvider(ExistingRowProvider[ClusterSettings]):
    """What is special about the life of a cluster's settings."""

    def first_notes(self, inputs: Inputs) -> Iterable[str]:
        """Tell what waits for a reboot if it differs, which no preview of a new resource knows."""
        return self.notes({}, inputs, managed(self.declaration, inputs))

    def notes(self, state: Inputs, inputs: Inputs, changed: Collection[str]) -> Iterable[str]:
        """Tell what waits for a reboot."""
        waiting = [name for name in changed if self.declaration.inputs[name].restarts]
        if waiting:
            yield (
                f"{', '.join(waiting)}: a node takes a change of this on when it reboots, which is left to you; "
                "need_restart of the node says so until then"
            )
