"""Snapshots by the hour, the week and the month; periods that people add in the UI are deleted."""

from verge_pulumi import SnapshotPeriod, SnapshotProfile

SnapshotProfile(
    "databases",
    name="databases",
    description="For machines with data that changes by the hour",
    periods={
        "hourly": SnapshotPeriod(frequency="hourly", minute=15, retention="24h", quiesce=True),
        "weekly": SnapshotPeriod(frequency="weekly", day_of_week="sun", hour=3, retention="28d", min_snapshots=2),
        "monthly": SnapshotPeriod(frequency="monthly", day_of_month=1, hour=4, retention="365d", max_tier="4"),
    },
    ignore_warnings=True,
    authoritative=True,
)
