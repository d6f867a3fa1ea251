"""When a system updates itself, and from where."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, OptionalRef, arg, computed, ref
from verge_pulumi.engine.declaring.lives import ExistsAlready
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Key, Secret, Text
from verge_pulumi.resources._existing import Existing
from verge_pulumi.resources.system.update_source import UpdateSource


class UpdateSettings(Existing, Resource, table="update_settings", life=ExistsAlready()):
    """When the system updates itself, and from where; there is one of it. Tenants have none since 26.1.5.

    It says what VergeOS may do by itself. Nothing here downloads, installs or applies an update.
    """

    source: OptionalRef[UpdateSource] = ref(default=None)
    """The server of the updates."""

    branch: Attr[Key | None] = arg(default=None)
    """Key of the branch of releases, which ``get_update_branch(name="stable-26").key`` looks up."""

    user: Attr[Text | None] = arg(default=None)
    """User that the server asks for."""

    password: Attr[Secret[str] | None] = arg(default=None, min_length=1, write_only=True)
    """Password of that user, on which functions of VMs and NAS depend too. VergeOS never shows it, so it is written
    when it changes in the program, and not put back in the end."""

    auto_refresh: Attr[bool | None] = arg(default=None)
    """Whether VergeOS looks for updates each hour."""

    auto_update: Attr[bool | None] = arg(default=None)
    """Whether it downloads and installs them by itself."""

    auto_reboot: Attr[bool | None] = arg(default=None)
    """Whether it reboots its nodes for that by itself."""

    update_time: Attr[Text | None] = arg(
        default=None, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", wanted="Give a time such as '03:30'"
    )
    """When it does, such as ``02:30``."""

    max_vsan_usage: Attr[int | None] = arg(default=None, ge=10, le=100)
    """Percentage of the vSAN that may be in use for an update to be made."""

    warm_reboot: Attr[bool | None] = arg(default=None)
    """Whether nodes start the new kernel without a reset of the hardware where they can."""

    multi_cluster_update: Attr[bool | None] = arg(default=None)
    """Whether several clusters are updated at once."""

    snapshot_cloud_on_update: Attr[bool | None] = arg(default=None)
    """Whether the whole system is snapshotted before."""

    snapshot_cloud_expire_seconds: Attr[int | None] = arg(default=None, ge=0)
    """Seconds for which that snapshot is kept."""

    anonymize_statistics: Attr[bool | None] = arg(default=None)
    """Whether the statistics that are sent to the server name nobody."""

    reboot_required: Attr[bool | None] = computed()
    """Whether nodes have to reboot for what is installed."""
