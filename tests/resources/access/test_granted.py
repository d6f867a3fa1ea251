"""What the account of a run may do, as VergeOS tells, beside what a program takes."""

from __future__ import annotations

import pytest

from tests.providers.bench import Bench
from tests.resources.access.logins import as_admin, as_ci, as_user, permit
from verge_pulumi import Firewall, Network
from verge_pulumi.engine.declaring.rights import RIGHTS, STAGES, Right, Rights
from verge_pulumi.engine.lifecycle.granted import TOLD_BY, Granted, granted
from verge_pulumi.engine.lifecycle.needs import rights_for

ALL = frozenset(RIGHTS)

TELLING = dict.fromkeys(TOLD_BY, "list read")
"""The rights by which an account sees all that gives it rights."""


def rights(**by_table: str) -> Rights:
    """Return rights by table, each given as words."""
    words: dict[str, Right] = {right: right for right in RIGHTS}
    return {table: frozenset(words[each] for each in given.split()) for table, given in by_table.items()}


def asked(bench: Bench) -> Granted:
    """Return what the account of a run may do; four lists are enough for any."""
    bench.simulator.reset("log")
    found = granted(bench.connection)
    assert all(verb == "GET" for verb, _ in bench.asked())
    assert len(bench.asked()) <= 4
    return found


def test_the_administrator_lacks_nothing(bench: Bench) -> None:
    found = asked(as_admin(bench))
    assert (found.who, found.complete, found.unknown) == ("user 'admin'", True, "")
    comparison = found.compare(rights_for([Network, Firewall], STAGES))
    assert (comparison.missing, comparison.unsure) == ({}, {})


def test_a_new_user_reads_everything_and_writes_nothing(bench: Bench) -> None:
    bench.simulator.add("users", name="ann", password="s3cret")
    found = asked(as_user(bench, "ANN", "s3cret"))
    assert found.complete
    needs = rights(vnets="list read create delete", users="read modify delete")
    comparison = found.compare(needs)
    assert comparison.missing == rights(vnets="create delete", users="delete")
    assert comparison.unsure == rights(users="modify")  # of its own row


def test_rights_come_by_nested_groups_and_not_by_disabled_ones(bench: Bench) -> None:
    run = as_ci(bench, users="list read", **TELLING)
    ci = bench.simulator.rows("users")[-1]
    inner = bench.simulator.add("groups", name="inner")
    outer = bench.simulator.add("groups", name="outer")
    bench.simulator.add("members", parent_group=inner, member=f"/v4/users/{ci['$key']}")
    bench.simulator.add("members", parent_group=outer, member=f"groups/{inner}")
    bench.simulator.add("members", parent_group=inner, member=f"groups/{outer}")
    identity = next(row["identity"] for row in bench.simulator.rows("groups") if row["$key"] == outer)
    permit(bench, identity, "vnets", "list", "read", "create")
    needs = rights(vnets="create modify")
    assert asked(run).compare(needs).missing == rights(vnets="modify")
    bench.simulator.edit("groups", inner, enabled=False)
    assert asked(run).compare(needs).missing == needs


def test_a_right_on_what_rows_are_parts_of_is_one_on_them(bench: Bench) -> None:
    run = as_ci(bench, users="list read", vnets="list read create", vms="modify", **TELLING)
    comparison = asked(run).compare(rights(vnet_rules="create", machine_drives="modify", nodes="modify", vms="list"))
    assert comparison.missing == rights(nodes="modify")
    # Drives of a VM it may change, those of other machines not; VMs that it owns it may see.
    assert comparison.unsure == rights(machine_drives="modify", vms="list")


def test_a_row_that_names_an_owner_takes_the_right_there(bench: Bench) -> None:
    run = as_ci(bench, users="list read", vms="create", **TELLING)
    comparison = asked(run).compare(rights(cloudinit_files="create delete"))
    assert comparison.missing == rights(cloudinit_files="delete")
    assert comparison.unsure == rights(cloudinit_files="create")


def test_what_an_account_may_not_see_is_not_taken_for_missing(bench: Bench) -> None:
    run = as_ci(bench, users="list read", vnets="modify")
    found = asked(run)
    assert not found.complete
    comparison = found.compare(rights(vnets="modify"))
    assert (comparison.missing, comparison.unsure) == ({}, rights(vnets="modify"))


@pytest.mark.parametrize("table", TOLD_BY)
def test_a_list_that_is_denied_tells_nothing(bench: Bench, table: str) -> None:
    run = as_ci(bench, users="list read", vnets="modify", **TELLING)
    match = {"verb": "GET", "path": f"/{table}", "times": 0}
    bench.simulator.faults({"match": match, "when": "before", "what": "status", "status": 403})
    found = asked(run)
    assert (found.who, found.unknown) == ("user 'ci'", "the account may not list what tells its rights")
    assert found.compare(rights(vnets="delete")).missing == {}


def test_an_account_that_may_not_see_itself_is_unknown(bench: Bench) -> None:
    run = as_ci(bench, vnets="list read")
    assert asked(run).unknown == "the account may not read its own row of users, or there is no such user"
    match = {"verb": "GET", "path": "/users", "times": 0}
    bench.simulator.faults({"match": match, "when": "before", "what": "status", "status": 403})
    found = asked(run.later(**vars(run.connection.settings)))
    assert found.unknown == "the account may not list users"
    needs = rights(vnets="delete")
    assert (found.compare(needs).missing, found.compare(needs).unsure) == ({}, needs)


def test_an_api_key_tells_its_user_only_where_the_stack_made_it(bench: Bench) -> None:
    user = bench.create("User", "ci", name="ci", type="api")
    key = bench.create("ApiKey", "ci-key", user=user.id, name="ci")
    run = bench.later(api_key=key.outs["private_key"])
    assert asked(run).unknown == "VergeOS does not tell whose an API key is, and no ApiKey of this stack made it"
    assert granted(run.connection, "organization/shop/dev").who == "user 'ci'"
    assert granted(run.connection, claimed="CI").who == "user 'ci'"
    assert granted(run.connection, claimed="bob").unknown.endswith("or there is no such user")


@pytest.mark.parametrize(("release", "complete"), [("26.1.8", True), ("26.2", False)])
def test_physical_access_makes_an_administrator_of_older_releases(bench: Bench, release: str, complete: bool) -> None:
    run = as_ci(bench, users="list read")
    bench.simulator.edit("users", bench.simulator.rows("users")[-1]["$key"], physical_access=True)
    _ = run.connection.system
    run.connection.release = release
    found = asked(run)
    assert found.complete is complete
    assert found.compare({"vms": ALL}).missing == {}
