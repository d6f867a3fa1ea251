"""Remove everything that a lab made."""

from __future__ import annotations

from collections.abc import Collection

from verge_pulumi.client import VergeError, printable
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import Reply, Surprise
from verge_pulumi.conformance.lab.requests import Made

ROUNDS = 10
"""How often what is refused is tried again: a machine takes its time to stop, a snapshot to be ready."""

PAUSE = 3.0
"""Seconds between two rounds."""


def clean(lab: Lab, spared: Collection[Made] = ()) -> list[str]:
    """Delete what was made, the newest first.

    What belongs to something else that was made goes with that, unless that cannot be deleted.

    Args:
        lab: The lab.
        spared: What stays.

    Returns:
        What could not be deleted, and why.
    """
    doomed = [made for made in reversed(lab.made) if made not in spared]
    # A VM goes first, since networks, files and pools are refused while its parts refer to them.
    turn = sorted((made for made in doomed if lab.owner(made) not in doomed), key=lambda made: made.table != "vms")
    why: dict[Made, str] = {}
    for _ in range(ROUNDS):
        why = {made: reason for made in turn if (reason := _remove(lab, made))}
        turn = [made for made in doomed if made in lab.made]
        if not turn:
            break
        lab.clock.sleep(PAUSE)
    return [f"{made.path}: {reason}" for made, reason in why.items() if made in lab.made]


def _remove(lab: Lab, made: Made) -> str:
    """Delete a row, and return why that failed, or ""."""
    try:
        reply = lab.delete(made)
        if made in lab.made:
            _prepare(lab, made)
            reply = _delete(lab, made)
    except (VergeError, Surprise) as error:
        return printable(str(error))
    return f"{reply.asked} answered {reply.told}" if made in lab.made else ""


def _prepare(lab: Lab, made: Made) -> None:
    """Bring a row into a state in which it can be deleted."""
    if made.table in ("vms", "vnets"):
        lab.power(made, on=False)
    if made.table == "vnet_wireguards":
        # Disabled and applied (docs/vergeos/networks.md §10).
        lab.put(made, {"enabled": False})
        network = Made("vnets", str(lab.read(made, "vnet").get("vnet")))
        if lab.runs(network):
            lab.apply(network)


def _delete(lab: Lab, made: Made) -> Reply:
    if made.table != "snapshot_profiles":
        return lab.delete(made)
    # A profile is deleted by its action (docs/vergeos/protection.md §1).
    reply = lab.act(made, "delete")
    if reply.status < 300 and lab.get(made.path, fields="$key").status == 404:
        lab.gone(made)
    return reply
