"""Users, groups, permissions and API keys (docs/vergeos/access.md)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.simulator.access.conftest import RIGHTS, identity, key
from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator


def rights(http: Http, identity: int) -> dict[tuple[str, int], str]:
    rows = http.get("permissions", fields="most", filter=f"identity eq {identity}")
    return {(row["table"], row["row"]): " ".join(name for name in RIGHTS if row[name]) for row in rows}


@pytest.mark.parametrize(("kind", "whole"), [("normal", "list read"), ("api", "list read"), ("vdi", "list")])
def test_a_new_user_gets_permissions(http: Http, kind: str, whole: str) -> None:
    user = key(http.post("users", {"name": "Ann", "type": kind}))
    found = rights(http, identity(http, f"users/{user}"))
    assert found == {("/", 0): whole, ("users", user): "list read modify"}
    http.delete(f"users/{user}")
    assert [row for row in http.get("permissions", fields="row") if row["row"] == user] == []


def test_the_first_user_and_the_administrators_have_all_rights(http: Http) -> None:
    everything = {("/", 0): " ".join(RIGHTS)}
    assert rights(http, identity(http, "users/1")) == rights(http, identity(http, "groups/1")) == everything
    assert rights(http, identity(http, "groups/2")) == {}


def test_the_first_user_cannot_be_deleted(http: Http) -> None:
    http.simulator.edit("users", 1, name="root")
    http.session.auth = ("root", http.simulator.password)
    assert http.error("DELETE", "users/1") == (422, "The system user cannot be deleted")


def test_names_have_no_slash(http: Http) -> None:
    text = "Validation error on field: 'name' - 'fails validation test'"
    assert http.error("POST", "users", {"name": "a/b"}) == (422, text)
    assert http.error("PUT", "users/1", {"name": "a/b"}) == (422, text)


def test_identities_are_given_again(http: Http) -> None:
    group = http.post("groups", {"name": "team"})
    first = identity(http, f"groups/{key(group)}")
    http.delete(f"groups/{key(group)}")
    assert identity(http, f"users/{key(http.post('users', {'name': 'ann'}))}") == first


# Permissions


def test_permissions(http: Http) -> None:
    whose = identity(http, "groups/2")
    made = key(http.post("permissions", {"identity": whose, "table": "vms", "list": False, "read": True}))
    assert http.get(f"permissions/{made}", fields="list,read,create,row,identity_display") == {
        "list": True, "read": True, "create": False, "row": 0, "identity_display": "Operators",
    }  # fmt: skip
    http.put(f"permissions/{made}", {"list": False, "delete": True})
    assert rights(http, whose) == {("vms", 0): "list read delete"}
    http.put(f"permissions/{made}", {"list": False, "read": False})
    assert rights(http, whose) == {("vms", 0): "delete"}
    assert http.error("POST", "permissions", {"identity": whose, "table": "vms"})[0] == 409
    http.post("permissions", {"identity": whose, "table": "vms", "row": 4})
    assert http.error("POST", "permissions", {"identity": 99, "table": "vms"})[0] == 404


def test_an_identity_leads_to_whose_it_is(http: Http) -> None:
    for path, name in (("users/1", "admin"), ("groups/2", "Operators")):
        made = key(http.post("permissions", {"identity": identity(http, path), "table": "vms"}))
        fields = "identity#owner#$display as who,identity#owner#name as name,identity#owner#x as x,identity#y as y"
        assert http.get(f"permissions/{made}", fields=fields) == {"who": name, "name": name, "x": None, "y": None}
    http.simulator.edit("permissions", made, identity=99)
    assert http.get(f"permissions/{made}", fields="identity#owner#name as name") == {"name": None}


# Members


@pytest.mark.parametrize("first", ["users/1", "/v4/users/1"])
def test_a_member_is_there_once(http: Http, first: str) -> None:
    http.post("members", {"parent_group": 2, "member": first})
    for again in ("users/1", "/v4/users/1"):
        assert http.error("POST", "members", {"parent_group": 2, "member": again}) == (
            409,
            f"member '{again}' is already in use",
        )
    assert http.error("POST", "members", {"parent_group": 2, "member": "vnets/1"})[0] == 422


BARREN = "Error creating member in system table: error setting field 'members.group': No such file or directory"


@pytest.mark.parametrize(("release", "after", "lost"), [("26.1.8", 4, True), ("26.1.8", 5, False), ("26.2", 0, False)])
def test_a_group_that_comes_too_soon_gets_no_members(
    start: Callable[..., Http], release: str, after: int, lost: bool
) -> None:
    http = start(release=release)
    http.simulator.clock("manual")
    http.delete(f"groups/{key(http.post('groups', {'name': 'old'}))}")
    http.simulator.clock(advance=after)
    group = key(http.post("groups", {"name": "new"}))
    http.simulator.clock(advance=3600)
    if lost:
        assert http.error("POST", "members", {"parent_group": group, "member": "users/1"}) == (404, BARREN)
    else:
        http.post("members", {"parent_group": group, "member": "users/1"})
    http.simulator.reset()
    http.post("members", {"parent_group": key(http.post("groups", {"name": "new"})), "member": "users/1"})


# API keys


def sees(simulator: Simulator, secret: str) -> int:
    client = Http(simulator)
    client.session.auth = None
    try:
        return client.send("GET", "/api/v4/vms", headers={"Authorization": f"Bearer {secret}"}).status_code
    finally:
        client.session.close()


def test_a_key_logs_its_user_in_until_it_ends(http: Http) -> None:
    simulator = http.simulator
    simulator.clock("manual")
    user = key(http.post("users", {"name": "ann"}))
    end = int(simulator.clock()) + 60
    receipt = http.post("user_api_keys", {"user": user, "name": "ci", "expires": end})
    secret = receipt["response"]["private_key"]
    row = http.get(f"user_api_keys/{receipt['$key']}", fields="all,private_key")
    assert (row["expires_type"], "private_key" in row) == ("date", False)
    assert sees(simulator, secret) == 200
    assert sees(simulator, secret[:-1]) == 401
    simulator.clock(advance=60)
    assert sees(simulator, secret) == 401
    http.put(f"user_api_keys/{receipt['$key']}", {"expires_type": "never"})
    assert http.get(f"user_api_keys/{receipt['$key']}", fields="expires") == {"expires": None}
    assert sees(simulator, secret) == 200
    http.put(f"users/{user}", {"enabled": False})
    assert sees(simulator, secret) == 401
    http.put(f"users/{user}", {"enabled": True})
    http.delete(f"users/{user}")
    assert sees(simulator, secret) == 401
    assert http.get("user_api_keys") == []
    assert secret not in str(simulator.requests())


def test_names_of_keys_are_unique_for_each_user(http: Http) -> None:
    user = key(http.post("users", {"name": "ann"}))
    http.post("user_api_keys", {"user": user, "name": "ci"})
    http.post("user_api_keys", {"user": 1, "name": "ci"})
    assert http.error("POST", "user_api_keys", {"user": user, "name": "ci"})[0] == 409


@pytest.mark.parametrize(
    "lists",
    [
        {"ip_allow_list": "0.0.0.0/0"},
        {"ip_allow_list": "nonsense"},
        {"ip_allow_list": "10.0.0.0/8", "ip_deny_list": "10.1.2.3, 192.0.2.1"},
    ],
)
def test_lists_of_addresses_are_looked_at_since_26_1_4(
    start: Callable[..., Http], http: Http, lists: dict[str, str]
) -> None:
    assert http.error("POST", "user_api_keys", {"user": 1, "name": "ci", **lists})[0] == 422
    made = http.post("user_api_keys", {"user": 1, "name": "ci", "ip_deny_list": "10.1.2.3,::1"})
    assert http.error("PUT", f"user_api_keys/{made['$key']}", {"ip_allow_list": "10.0.0.0/8"})[0] == 422
    start(release="26.0").post("user_api_keys", {"user": 1, "name": "ci", **lists})


def test_4_13_has_no_keys(start: Callable[..., Http]) -> None:
    assert start(release="4.13.4").error("GET", "user_api_keys")[0] == 404
