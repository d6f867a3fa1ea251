"""A database machine with UEFI and secure boot that restarts for changes, after a snapshot of it was taken."""

from verge_pulumi import VirtualMachine, by_name, export

db = VirtualMachine(
    "db",
    name="db",
    description="Orders and invoices",
    enabled=True,
    os_family="linux",
    os_description="Debian 12",
    cpu_cores=8,
    cpu_type="host",
    ram=32768,
    machine_type="q35",
    uefi=True,
    secure_boot=True,
    rtc_base="utc",
    boot_order="cd",
    guest_agent=True,
    snapshot_profile=by_name("SOX"),
    on_power_loss="power_on",
    ha_group="databases",
    restart="on-change",
    snapshot_before_restart="72h",
    stop_timeout=300,
)
export("db", db)
