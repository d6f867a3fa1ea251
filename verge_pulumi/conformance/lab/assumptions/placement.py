"""Where a VM is to run, and what it does after a power loss."""

from __future__ import annotations

from collections.abc import Sequence

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import Surprise

PLACEMENT = ("cluster", "cluster_failover", "preferred_node", "ha_group", "on_power_loss", "snapshot_profile")
"""Columns that clients write through `vms` and some sources read through the machine."""


@assumption("docs/vergeos/virtual-machines.md §1, §2.4", Sure.INFERRED, "resources._placed")
def held(lab: Lab) -> None:
    """A VM's cluster, nodes, HA group, power-loss action and snapshot profile are answered by it, or by its machine."""
    _answered(lab, "vms", PLACEMENT)


@assumption("docs/vergeos/virtual-machines.md §1", Sure.INFERRED, "resources._placed")
def held_of_networks(lab: Lab) -> None:
    """A network's cluster, nodes, HA group and power-loss action are answered by it, or by its machine."""
    _answered(lab, "vnets", [name for name in PLACEMENT if name != "snapshot_profile"])


def _answered(lab: Lab, table: str, names: Sequence[str]) -> None:
    row = lab.read(lab.row(table), ",".join((*names, *(f"machine#{name} as held_{name}" for name in names))))
    missing = [name for name in names if name not in row and f"held_{name}" not in row]
    if missing:
        raise Surprise(f"neither {table} nor machines have {', '.join(missing)}")


@assumption("docs/vergeos/virtual-machines.md §1, §2.4", Sure.DOCUMENTED, "resources._placed")
def written(lab: Lab) -> None:
    """An HA group and a power-loss action that are written to a VM are read from it, or from its machine."""
    vm = lab.row("vms")
    values = {"ha_group": lab.name("ha"), "on_power_loss": "leave_off"}
    lab.put(vm, values).answered(200)
    row = lab.read(vm, ",".join((*values, *(f"machine#{name} as held_{name}" for name in values))))
    for name, value in values.items():
        if value not in (row.get(name), row.get(f"held_{name}")):
            raise Surprise(f"neither vms nor machines have the {name} that was written")
