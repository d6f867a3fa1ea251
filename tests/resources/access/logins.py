"""Provider processes that log in as one user or another."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import Bench, Managed, hosted, serving, urn_of
from verge_pulumi.engine.errors import Reported

RIGHTS = ("list", "read", "create", "modify", "delete")


def as_admin(bench: Bench) -> Bench:
    """Return a later run that logs in by the name and the password of the administrator."""
    return bench.later(api_key="", username="Admin", password=bench.simulator.password)


def as_user(bench: Bench, name: str, password: str) -> Bench:
    """Return a later run that logs in by the name and the password of another user."""
    return bench.later(api_key="", username=name, password=password)


def as_ci(bench: Bench, **rights: str) -> Bench:
    """Return a later run of a user who has these rights on these tables, and sees the system."""
    bench.simulator.add("users", name="ci", password="s3cret")
    identity = bench.simulator.rows("users")[-1]["identity"]
    for row in bench.simulator.rows("permissions"):
        if row["identity"] == identity:
            bench.simulator.remove("permissions", row["$key"])
    for table, names in {"system": "list read", **rights}.items():
        flags = {right: right in names.split() for right in RIGHTS}
        bench.simulator.add("permissions", identity=identity, table=table, row=0, **flags)
    return as_user(bench, "ci", "s3cret")


def problems(bench: Bench, kind: str, **arguments: Any) -> list[str]:
    """Return what `check` says of the arguments of a new resource."""
    with serving(urn_of(kind, "new")):
        result = bench.provider(kind).check({}, hosted({"__owner": "shop/dev", "__name": "new", **arguments}))
    return [failure.reason for failure in result.failures]


def refused(managed: Managed, **changes: Any) -> str:
    """Return why a preview refuses a change."""
    with serving(managed.urn):
        result = managed.bench.provider(managed.kind).check(managed.inputs, hosted({**managed.inputs, **changes}))
    if result.failures:
        return " ".join(failure.reason for failure in result.failures)
    with pytest.raises(Reported) as error:
        managed.diff(**changes)
    return str(error.value)


def kept(managed: Managed) -> str:
    """Return why an object is not deleted, and see that nothing was written."""
    managed.bench.simulator.reset("log")
    with pytest.raises(Reported) as error:
        managed.destroy()
    assert managed.bench.writes() == []
    assert managed.row()
    return str(error.value)


def grant_all(bench: Bench, identity: int) -> int:
    """Give a user or a group all rights on everything, in place of what VergeOS gave it there."""
    for row in bench.simulator.rows("permissions"):
        if (row["identity"], row["table"]) == (identity, "/"):
            bench.simulator.remove("permissions", row["$key"])
    return permit(bench, identity, "/", *RIGHTS)


def permit(bench: Bench, identity: int, table: str, *rights: str) -> int:
    """Let somebody else add a permission."""
    columns = {"identity": identity, "table": table, **dict.fromkeys(rights, True)}
    return int(bench.connection.client.table("permissions").create(columns).key)
