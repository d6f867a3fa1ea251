"""Settings of a node, which the installation made."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, arg, computed
from verge_pulumi.engine.declaring.lives import ExistsAlready
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Secret, Text
from verge_pulumi.resources._existing import Existing


class NodeSettings(Existing, Resource, table="nodes", unique=("name",), life=ExistsAlready()):
    """The settings of a node that exists.

    ``NodeSettings("n1", name="node1", asset_tag="R1-U12", note="in the first rack")``. Maintenance, which moves what
    runs there, and the RAM that is reserved on the node are left to people.
    """

    name: Attr[str] = arg(min_length=1)
    """Name of the node; another name means another node."""

    description: Attr[Text | None] = arg(default=None, max_length=2048)
    """Free text."""

    note: Attr[Text | None] = arg(default=None, max_length=1024)
    """Free text that the user interface shows beside it."""

    asset_tag: Attr[Text | None] = arg(default=None)
    """What the machine is called in an inventory."""

    ipmi_address: Attr[Text | None] = arg(default=None)
    """Address of its management controller."""

    ipmi_user: Attr[Text | None] = arg(default=None)
    """User of that."""

    ipmi_password: Attr[Secret[str] | None] = arg(default=None, min_length=1, write_only=True)
    """Password of that user. VergeOS never shows it, so it is written when it changes in the program, and not put back
    in the end."""

    max_core_temp: Attr[int | None] = arg(default=None)
    """Degrees Celsius that a core may reach, 0 for no watch."""

    max_core_temp_warn_perc: Attr[int | None] = arg(default=None, ge=0, le=100)
    """How many percent below that VergeOS warns."""

    critical_core_temp: Attr[int | None] = arg(default=None)
    """Degrees Celsius at which the node counts as failing, 0 for no watch."""

    capture_logs: Attr[bool | None] = arg(default=None)
    """Whether its system logs are kept."""

    lldp: Attr[bool | None] = arg(default=None)
    """Whether it sends and receives LLDP."""

    ignore_pstore: Attr[bool | None] = arg(default=None)
    """Whether it does not check its persistent storage when it starts."""

    need_restart: Attr[bool | None] = computed()
    """Whether it has to reboot to take on what was changed."""

    restart_reason: Attr[Text | None] = computed()
    """Why."""
