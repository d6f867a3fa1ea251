"""A snapshot of the whole system before an upgrade, kept for three days."""

from verge_pulumi import SystemSnapshot

SystemSnapshot("before-upgrade", name="before-upgrade", keep="72h", private=True)
