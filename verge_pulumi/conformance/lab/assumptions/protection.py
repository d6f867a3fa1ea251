"""Snapshot profiles, and snapshots of the system."""

from __future__ import annotations

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import APPLY_SECONDS, Lab
from verge_pulumi.conformance.lab.reply import Surprise, same, shown
from verge_pulumi.conformance.lab.subjects import HOUR

PROTECTION = "docs/vergeos/protection.md"


@assumption(f"{PROTECTION} §1: shown nowhere", Sure.OPEN, "resources.protection.snapshot_profile")
def delete_of_a_profile(lab: Lab) -> None:
    """DELETE of a snapshot profile is refused with 405; its action `delete` deletes it, with its periods."""
    profile = lab.make("snapshot_profiles", {"name": lab.name("brief")})
    values = {"profile": int(profile.key), "name": lab.name("brief"), "frequency": "daily", "retention": HOUR}
    period = lab.make("snapshot_profile_periods", values)
    lab.delete(profile).refused(405)
    lab.act(profile, "delete").answered(200, 201)
    lab.all_gone([profile, period])


@assumption(f"{PROTECTION} §1", Sure.DOCUMENTED, "resources.protection.snapshot_profile")
def profile_in_use(lab: Lab) -> None:
    """A snapshot profile that a VM uses is not deleted: 422."""
    vm, profile = lab.row("vms"), lab.row("snapshot_profiles")
    lab.put(vm, {"snapshot_profile": int(profile.key)}).answered(200)
    reply = lab.act(profile, "delete")
    lab.put(vm, {"snapshot_profile": None}).answered(200)
    reply.refused(422)


@assumption("docs/vergeos/quirks.md §R16", Sure.MEASURED, "resources.protection.system_snapshot")
def status_of_a_system_snapshot(lab: Lab) -> None:
    """A system snapshot is at first of an empty status, or `building`, and at last `normal`."""
    snapshot = lab.row("cloud_snapshots")
    seen: set[str] = set()

    def done() -> bool:
        seen.add(str(lab.read(snapshot, "status").get("status")))
        return "normal" in seen

    lab.wait("the status normal", done, APPLY_SECONDS * 10)
    if not seen <= {"", "building", "normal"}:
        raise Surprise(f"the statuses were {shown(sorted(seen))}")


@assumption(f"{PROTECTION} §3", Sure.DOCUMENTED, "resources.protection.system_snapshot")
def never_is_zero(lab: Lab) -> None:
    """An `expires_type` of `never` makes `expires` of a system snapshot 0; it is not answered under `all`."""
    snapshot = lab.row("cloud_snapshots")
    lab.put(snapshot, {"expires_type": "never"}).answered(200)
    row = lab.read(snapshot, "all")
    lab.put(snapshot, {"expires_type": "date", "expires": lab.now() + HOUR}).answered(200)
    same("cloud_snapshots.expires", row.get("expires"), 0)
    same("expires_type under all", "expires_type" in row, False)
