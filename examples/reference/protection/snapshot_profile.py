"""A profile that keeps a snapshot of each night for a week, and a machine that uses it."""

from verge_pulumi import SnapshotPeriod, SnapshotProfile, VirtualMachine

nightly = SnapshotProfile(
    "nightly", name="nightly", periods={"daily": SnapshotPeriod(frequency="daily", hour=2, retention="7d")}
)
VirtualMachine("orders", name="orders", snapshot_profile=nightly)
