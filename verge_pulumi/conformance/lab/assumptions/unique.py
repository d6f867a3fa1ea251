"""What must be unique, and what need not be."""

from __future__ import annotations

from collections.abc import Iterable

from verge_pulumi.client.errors import AlreadyExists, error_class
from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.assumptions.rows import each_table
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.lives import Life

TWINS = (
    *("resource_groups", "files", "oidc_applications", "catalogs", "themes", "machine_snapshots"),
    *("oidc_application_users", "oidc_application_groups", "vnet_dns_zone_records"),
)
"""Tables of which no source says that anything is unique."""


@assumption("docs/vergeos/quirks.md §6", Sure.DOCUMENTED, "engine.lifecycle.creating", "client.errors.AlreadyExists")
def duplicates(lab: Lab) -> None:
    """A second row with what must be unique is refused with 409, before 26.1.4 with 422, in words that say so."""
    expected = 409 if lab.since("26.1.4") else 422

    def look(life: Life) -> Iterable[str]:
        table = lab.tables[life.subject.table]
        if not table.unique:
            return
        made = lab.row(table.name)
        again = {name: life.born(lab).get(name) for name in table.unique[0] if name not in life.sent}
        reply = lab.post(table.name, {**made.values, **{n: v for n, v in again.items() if v is not None}})
        if reply.status != expected or error_class(reply.status, reply.words) is not AlreadyExists:
            yield f"{table.name}: a second row was answered with {reply.told}"

    each_table(lab, look)


@assumption("docs/vergeos/quirks.md §6: no source says", Sure.OPEN, "engine.lifecycle.looking", "engine.declaring")
def twins(lab: Lab) -> None:
    """Two pools of devices, files, OIDC applications, catalogs, themes, snapshots, DNS records may be alike."""

    def look(life: Life) -> Iterable[str]:
        if life.subject.table in TWINS:
            reply = lab.post(life.subject.table, lab.row(life.subject.table).values)
            if reply.status != 201:
                yield f"{life.subject.table}: a second row was answered with {reply.told}"

    each_table(lab, look)
