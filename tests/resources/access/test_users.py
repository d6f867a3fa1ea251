"""Users: their passwords, what goes with them, and who is never locked out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench
from tests.providers.test_creating import failure
from tests.resources.access.logins import as_admin, as_user, kept, problems, refused
from verge_pulumi.engine.errors import Reported

PASSWORD = "canary-of-ann"


def ann(bench: Bench, **arguments: Any) -> Any:
    """Declare a user."""
    return bench.create("User", "ann", **{"name": "Ann", "password": PASSWORD, **arguments})


def test_a_user_is_one_row_in_lower_case(bench: Bench) -> None:
    user = ann(bench, email="Ann@Example.COM", ssh_keys=["ssh-ed25519 AAAA ann@a", "ssh-rsa BBBB"])
    row = user.row()
    assert (row["name"], row["email"], row["password"]) == ("ann", "ann@example.com", PASSWORD)
    assert row["ssh_keys"] == "ssh-ed25519 AAAA ann@a\nssh-rsa BBBB"
    assert (user.outs["name"], user.outs["identity"]) == ("ann", row["identity"])
    assert user.diff(name="ANN", email="ann@EXAMPLE.com").changes is False


def test_what_a_life_costs(bench: Bench) -> None:
    _ = bench.connection.system
    bench.simulator.reset("log")
    user = ann(bench)
    row = ("GET", f"users/{user.id}")
    assert bench.asked() == [("POST", "users"), row]
    bench.simulator.reset("log")
    user.up(displayname="Ann B.")
    assert bench.asked() == [row, ("PUT", f"users/{user.id}"), row]
    bench.simulator.reset("log")
    user.destroy()
    keys_of_others = ("GET", "user_api_keys")
    assert bench.asked() == [row, keys_of_others, ("GET", "vms"), ("DELETE", f"users/{user.id}")]


def test_another_password_is_written_and_the_same_one_by_a_rotation(bench: Bench, told: list[str]) -> None:
    user = ann(bench, rotation="1", change_password=True)
    user.refresh()
    assert user.diff().changes is False
    bench.simulator.reset("log")
    user.up(password="another canary")
    assert [write.body for write in bench.writes()] == [{"password": "********"}]
    assert user.row()["password"] == "another canary"
    bench.simulator.edit("users", int(user.id), password="of the UI", change_password=False)
    bench.simulator.reset("log")
    assert user.diff(rotation="2").changes is None
    assert told == ["rotation: the password is written again"]
    user.up(rotation="2")
    assert (user.row()["password"], user.row()["change_password"]) == ("another canary", True)
    assert user.diff().changes is False


def test_a_rotation_needs_a_password(bench: Bench) -> None:
    assert problems(bench, "User", name="ann", rotation="1") == ["rotation: there is no password to write again."]


def test_a_user_who_chose_another_password_is_no_drift(bench: Bench) -> None:
    user = ann(bench, change_password=True)
    bench.simulator.edit("users", int(user.id), change_password=False)
    user.refresh()
    assert (user.outs["change_password"], user.inputs["change_password"]) == (True, True)
    assert user.diff().changes is False
    user.up(change_password=False)
    bench.simulator.edit("users", int(user.id), change_password=True)
    user.refresh()
    assert user.diff(change_password=False).changes is None


def test_the_password_is_in_no_error(bench: Bench) -> None:
    match = {"verb": "POST", "path": "/users$"}
    answer = {"what": "status", "status": 422, "body": {"err": f"{PASSWORD} is too short"}}
    bench.simulator.faults({"match": match, "when": "before", **answer})
    with pytest.raises(Reported) as error:
        ann(bench)
    assert PASSWORD not in str(error.value)


def test_a_name_has_no_slash(bench: Bench) -> None:
    (problem,) = problems(bench, "User", name="a/b")
    assert problem.startswith("name does not fit. Give a name without '/'")


def test_a_user_that_exists_is_nobodys(bench: Bench) -> None:
    key = bench.simulator.add("users", name="ann")
    assert f"row {key} of users has that name already and no stack manages it" in failure(bench, "User", name="ANN")
    assert bench.create("User", "ann", name="ANN", adopt=True).id == str(key)


def test_virtual_machines_do_not_go_unasked(bench: Bench) -> None:
    user = ann(bench)
    other = bench.simulator.add("users", name="bob")
    for name, owner in (("db", int(user.id)), ("web", int(user.id)), ("of-bob", other)):
        bench.simulator.add("vms", name=name, owner_user=owner)
    assert kept(user) == (
        "Unable to delete User 'ann': VergeOS would delete the virtual machines that it owns: 'db', 'web'. Give them "
        "another owner_user, or set allow_vm_deletion=True and run 'pulumi up' before this change."
    )
    user.up(allow_vm_deletion=True)
    user.destroy()
    assert [row["name"] for row in bench.simulator.rows("vms")] == ["of-bob"]


# Nobody is locked out


@pytest.mark.parametrize("login", ["an API key", "the administrator"])
def test_the_administrator_is_never_deleted_or_disabled(bench: Bench, login: str) -> None:
    run = bench if login == "an API key" else as_admin(bench)
    admin = run.create("User", "admin", name="admin", adopt=True, displayname="Root")
    why = "it is the administrator that every VergeOS has"
    assert f"Unable to delete User 'admin': {why}. Run it with another login; to take it out of the program" in kept(
        admin
    )
    assert f"this would delete it, and {why}" in refused(admin, type="api")
    admin.up(displayname="Admin")


def test_the_first_user_is_the_administrator_whatever_it_is_called(bench: Bench) -> None:
    bench.simulator.edit("users", 1, name="root")
    admin = bench.create("User", "root", name="root", adopt=True)
    why = "it is the administrator that every VergeOS has"
    assert why in kept(admin)
    assert f"enabled: this would disable it, and {why}" in refused(admin, enabled=False)


def test_a_new_resource_does_not_disable_the_administrator(bench: Bench) -> None:
    (problem,) = problems(bench, "User", name="Admin", enabled=False, adopt=True)
    assert problem.startswith("enabled: this would disable it, and it is the administrator that every VergeOS has. ")
    assert problems(bench, "User", name=UNKNOWN, enabled=False) == []
    bench.simulator.edit("users", 1, name="root")
    assert "enabled: this would disable it" in failure(bench, "User", name="root", enabled=False, adopt=True)
    assert bench.simulator.rows("users")[0]["enabled"] is True


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"enabled": False}, "enabled: this would disable it, and this run logs in as that user"),
        ({"name": "anne"}, "name: this would rename it, and this run logs in as that user"),
        ({"password": "new"}, "password: this would change it in the middle of the run"),
        ({"two_factor_authentication": True}, "two_factor_authentication: the API asks for a code then"),
        ({"two_factor_setup_next_login": True}, "two_factor_setup_next_login: the API asks for a code then"),
        ({"type": "api"}, "this would delete it, and this run logs in as that user"),
    ],
)
def test_the_user_of_this_run_is_not_shut_out(bench: Bench, changes: dict[str, Any], told: str) -> None:
    mine = ann(bench).seen_by(as_user(bench, "ann", PASSWORD))
    assert told in refused(mine, **changes)
    assert PASSWORD not in refused(mine, **changes)
    # Another login may do all that.
    assert ann_of(bench, mine).diff(**changes).changes is None


def ann_of(bench: Bench, managed: Any) -> Any:
    return managed.seen_by(as_admin(bench))


def test_the_user_of_this_run_is_not_deleted(bench: Bench) -> None:
    mine = ann(bench).seen_by(as_user(bench, "Ann", PASSWORD))
    assert "Unable to delete User 'ann': this run logs in as that user. Run it with another login" in kept(mine)
    mine.seen_by(as_admin(bench)).destroy()


def test_the_row_counts_when_the_preview_could_not_know(bench: Bench) -> None:
    mine = ann(bench).seen_by(as_user(bench, "ann", PASSWORD))
    inputs = mine.inputs_with(password=UNKNOWN)
    assert mine.bench.provider("User").diff(mine.id, mine.outs, inputs).changes is None
    with pytest.raises(Reported, match="password: this would change it in the middle of the run"):
        mine.up(password="new")
    assert mine.row()["password"] == PASSWORD


def test_the_owner_of_the_key_of_this_run_stays(bench: Bench) -> None:
    user = ann(bench)
    key = bench.create("ApiKey", "ci", user=user.id, name="ci")
    later = bench.later(api_key=key.outs["private_key"])
    mine = user.seen_by(later)
    why = "the API key that this run logs in with is that user's"
    assert why in kept(mine)
    assert why in refused(mine, enabled=False)
    assert mine.diff(displayname="Ann B.").changes is None
