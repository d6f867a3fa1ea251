"""Snapshots of the whole system, which VergeOS calls cloud snapshots."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from verge_pulumi.client import ApiError, Row
from verge_pulumi.engine.declaring.attributes import Attr, Refs, arg, computed, policy, refs
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.lives import Cost, Life
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Duration, Moment
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.reading.waiting import patience, wait_until
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.tags.tag import Tag

COMPLETE_WITHIN = 3600
"""Seconds that taking it may last if the program says nothing; no source says how long it does."""

TAKEN = ("normal", "held")
"""The states of one that is complete; it is none at first (docs/vergeos/quirks.md §R16)."""


class SystemSnapshot(
    Describable,
    Resource,
    table="cloud_snapshots",
    unique=("name",),
    fixed=("created",),
    # It is waited for.
    life=Life(create=Cost(writes=1, reads=2)),
):
    """A snapshot of the whole system, taken once, when this resource is created.

    `expires` or `keep` says when VergeOS deletes it; the next ``up`` that has seen that takes a new one. One that is
    `immutable` is deleted by nobody, which includes Pulumi, until VergeOS has unlocked it: a replacement is refused in
    the preview, and a destroy before anything is written. Pulumi's option ``retain_on_delete`` leaves it to expire.
    """

    importing = Importing(left="a snapshot is data, and expires")

    name: Attr[str] = arg(min_length=1, max_length=128, replaces=True)
    """Name in VergeOS; unique on the system."""

    expires: Attr[Moment | None] = arg(default=None)
    """When VergeOS deletes it: a time such as ``2030-01-31T12:00:00Z``, seconds since 1970, or ``never``. This or
    `keep` has to be set."""

    keep: Attr[Duration | None] = policy(default=None)
    """Instead of `expires`, how long it is kept from its creation on, such as ``72h`` or ``30d``. A later change of it
    changes nothing."""

    min_snapshots: Attr[int | None] = arg(default=None, replaces=True)
    """How many snapshots stay though they have expired; VergeOS keeps 1 if unset."""

    private: Attr[bool | None] = arg(default=None)
    """Whether tenants do not see it."""

    immutable: Attr[bool | None] = arg(default=None)
    """Whether nobody can delete it. When this is taken back VergeOS unlocks it after seven days."""

    type: Attr[Literal["full", "partial_include", "partial_exclude"] | None] = arg(
        default=None, replaces=True, since="26.1"
    )
    """Whether it holds all, only what has one of `partial_tags`, or all but that; VergeOS takes ``full`` if unset.
    VergeOS 26.1 and later."""

    partial_tags: Refs[Tag] = refs(default=None, replaces=True, in_text=True, since="26.1")
    """The tags by which a partial one chooses. VergeOS 26.1 and later."""

    quiesce_tags: Refs[Tag] = refs(default=None, replaces=True, in_text=True, since="26.1")
    """The tags of what holds still for a partial one. VergeOS 26.1 and later."""

    timeout: Attr[int | None] = policy(default=None, ge=1)
    """Seconds that taking it may last; 3600 if unset."""

    created: Attr[int | None] = computed()
    """When it was taken, in seconds since 1970."""

    status: Attr[str | None] = computed()
    """Its state in VergeOS's words: ``normal`` when it is complete."""

    status_info: Attr[str | None] = computed()
    """What VergeOS says of that."""

    immutable_status: Attr[str | None] = computed()
    """Whether it is ``locked``, ``unlocking`` or ``unlocked``."""

    immutable_lock_expires: Attr[int | None] = computed()
    """When it is unlocked, in seconds since 1970; 0 where that is not known."""


class SystemSnapshotProvider(RowProvider[SystemSnapshot]):
    """What is special about the life of a snapshot of the system."""

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """It says when it expires; tags belong to a partial one."""
        given = [name for name in ("expires", "keep") if inputs.get(name) is not None]
        if not given:
            yield "expires, keep: one of them has to say when it goes; expires='never' keeps it"
        elif len(given) > 1:
            yield "expires, keep: only one of them says when it goes"
        kind = inputs.get("type") or "full"
        for name in ("partial_tags", "quiesce_tags"):
            if kind == "full" and inputs.get(name) is not None:
                yield f"{name}: needs type='partial_include' or 'partial_exclude'"
        if kind in ("partial_include", "partial_exclude") and inputs.get("partial_tags") in (None, []):
            yield f"type: '{kind}' needs partial_tags, by which it chooses"

    def refusals(self, state: Inputs, inputs: Inputs, changed: Collection[str], *, replacing: bool) -> Iterable[str]:
        """One that is locked cannot be replaced: that would delete it."""
        yield from super().refusals(state, inputs, changed, replacing=replacing)
        if replacing and state.get("immutable_status") in ("locked", "unlocking") and not _is_over(state):
            yield f"a change of {', '.join(sorted(changed))} would replace it, and {_locked(state)}"

    def make(self, inputs: Inputs, values: Mapping[str, Any]) -> str:
        """Take it; the expiry is always sent, since VergeOS would delete it after 72 hours.

        See docs/vergeos/quirks.md §W11.
        """
        keep = inputs.get("keep")
        duration = self.declaration.inputs["keep"].value
        expires = values["expires"] if keep is None else int(time.time()) + duration.to_api(keep)
        return super().make(inputs, _with_kind({**values, "expires": expires}))

    def put(self, id: str, values: Mapping[str, Any], row: Row | None = None) -> None:
        """Write columns; whether it expires at all is a column of its own, which no GET answers."""
        super().put(id, _with_kind(values), row)

    def until_ready(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Wait until it is complete."""
        if row.get("status") in TAKEN:
            return row
        return wait_until(
            lambda: self.read_back(id),
            lambda row: row.get("status") in TAKEN,
            what="the snapshot of the system",
            timeout=patience(inputs.get("timeout"), COMPLETE_WITHIN),
            clock=self.connection.clock,
            describe=lambda row: str(row.get("status") or "not begun"),
            detail=lambda row: f" (cloud_snapshots/{id}{_info(row)})",
        )

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """Leave one alone that is locked, which VergeOS would refuse to delete in any case."""
        if row.get("immutable_status") == "locked":
            raise EngineError(_locked(row))

    def hint(self, error: ApiError, inputs: Mapping[str, Any]) -> str:
        """Say why one that is being unlocked stays; whether it is unlocked by now VergeOS decides."""
        if error.method == "DELETE" and inputs.get("immutable_status") == "unlocking":
            return f"{_locked(inputs)[0].upper()}{_locked(inputs)[1:]}."
        return super().hint(error, inputs)


def _with_kind(values: Mapping[str, Any]) -> Mapping[str, Any]:
    if "expires" not in values:
        return values
    return {**values, "expires_type": "date" if values["expires"] else "never"}


def _info(row: Row) -> str:
    return f": {row['status_info']}" if row.get("status_info") else ""


def _is_over(row: Mapping[str, Any]) -> bool:
    """Say whether the time is over for which it is locked, as far as this machine's clock tells."""
    until = row.get("immutable_lock_expires") or 0
    return 0 < until <= time.time()


def _locked(row: Mapping[str, Any]) -> str:
    """Say why it stays, and what to do."""
    if row.get("immutable_status") == "locked":
        return (
            "it is immutable: nobody can delete it. Set immutable=False and run 'pulumi up', which begins to unlock "
            "it; VergeOS takes seven days for that. Or set retain_on_delete=True to leave it to expire"
        )
    until = row.get("immutable_lock_expires")
    when = f" at {datetime.fromtimestamp(int(until), UTC):%Y-%m-%dT%H:%M:%SZ}" if until else ""
    return (
        f"it was immutable and is being unlocked, which ends{when or ' after seven days'}. Run this again then, or set "
        "retain_on_delete=True to leave it to expire"
    )
