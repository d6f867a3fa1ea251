"""Where what runs on a node is placed: the arguments that virtual machines and networks share."""

from __future__ import annotations

from typing import Literal

from verge_pulumi.engine.declaring.attributes import Attr, arg
from verge_pulumi.engine.declaring.declaration import Declared
from verge_pulumi.engine.declaring.values import Key, Text

_MACHINE = "machine"
"""VergeOS keeps these columns with the machine. Whether VMs and networks have them too, sources disagree about
(docs/vergeos/virtual-machines.md §1)."""


class Placed(Declared):
    """What runs on a node of a cluster: a VM, or the router of a network."""

    cluster: Attr[Key | None] = arg(default=None, held_by=_MACHINE)
    """Key of the cluster that runs it."""

    cluster_failover: Attr[Key | None] = arg(default=None, held_by=_MACHINE)
    """Key of the cluster that runs it when the first one cannot."""

    preferred_node: Attr[Key | None] = arg(default=None, held_by=_MACHINE)
    """Key of the node that runs it if possible."""

    ha_group: Attr[Text | None] = arg(default=None, held_by=_MACHINE)
    """Group whose members run apart, or together if it starts with ``+``."""

    on_power_loss: Attr[Literal["power_on", "last_state", "leave_off"] | None] = arg(default=None, held_by=_MACHINE)
    """What happens after the host lost power."""
