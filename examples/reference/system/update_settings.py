"""The system looks for updates each hour, installs none by itself, and takes a snapshot before it does."""

from verge_pulumi import UpdateSettings, get_update_branch

UpdateSettings(
    "updates",
    branch=get_update_branch(name="stable").key,
    auto_refresh=True,
    auto_update=False,
    auto_reboot=False,
    update_time="02:30",
    max_vsan_usage=70,
    snapshot_cloud_on_update=True,
    snapshot_cloud_expire_seconds=259200,
)
