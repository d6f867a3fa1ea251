"""What a user may do (docs/vergeos/access.md §6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.access.conftest import Who, grant, identity, key
from tests.simulator.conftest import Http

DENIED = (403, "Permission denied")


def names(client: Http, table: str, **query: Any) -> list[str]:
    return [row["name"] for row in client.get(table, fields="name", **query)]


# The five rights


def test_without_rights_lists_are_empty_and_all_else_is_denied(http: Http, who: Who) -> None:
    vm, _ = http.vm("web")
    ann = who()
    assert ann.get("vms") == ann.get("system") == []
    assert ann.get("vms", fields=",") == [{"$count": 0}]
    for verb, path, body in (
        ("GET", f"vms/{vm}", None),
        ("GET", "users/2", None),
        ("POST", "vms", {"name": "other"}),
        ("PUT", f"vms/{vm}", {"name": "other"}),
        ("DELETE", f"vms/{vm}", None),
        ("POST", "vm_actions", {"vm": vm, "action": "poweron"}),
        ("PUT", "vnets/1/apply", {}),
        ("GET", "vms/$table", None),
    ):
        assert ann.error(verb, path, body) == DENIED, (verb, path)
    assert ann.error("GET", "vms/99")[0] == 404
    assert names(http, "vms") == ["web"]
    assert not http.status(http.get(f"vms/{vm}", fields="machine")["machine"])["running"]


def test_each_right_allows_what_it_says_and_nothing_else(http: Http, who: Who) -> None:
    vm, _ = http.vm("web")
    ann = who()
    requests = {
        "read": ("GET", f"vms/{vm}", None),
        "create": ("POST", "vms", {"name": "other"}),
        "modify": ("PUT", f"vms/{vm}", {"description": "hers"}),
        "delete": ("DELETE", "vms/2", None),
    }
    for right in requests:
        given = grant(http, "users/2", "vms", right)
        for other, (verb, path, body) in requests.items():
            if other == "delete" and right != other:
                path = f"vms/{vm}"
            status = ann.send(verb, f"/api/v4/{path}", json=body).status_code
            assert (status < 300) == (other == right), (right, other, status)
        assert names(ann, "vms") == ([] if right != "read" else ["web"])  # read brings list
        http.delete(f"permissions/{given}")


def test_what_may_be_listed_but_not_read_shows_its_name(http: Http, who: Who) -> None:
    vm, _ = http.vm("web", ram=2048)
    ann = who(vms="list")
    assert ann.get("vms") == [{"$key": vm, "name": "web"}]
    assert ann.get("vms", fields="all,machine#status as x,ram as name") == [{"$key": vm, "name": "web"}]
    assert ann.get("vms", fields="ram") == [{}]
    assert ann.error("GET", f"vms/{vm}") == DENIED
    assert ann.get("machine_status", fields="status") == [{}]


def test_actions_need_the_right_to_modify(http: Http, who: Who) -> None:
    vm, machine = http.vm("web")
    ann = who(vms="list read modify", vnets="read")
    ann.act(vm, "poweron")
    assert ann.status(machine)["running"]
    assert ann.error("POST", "vnet_actions", {"vnet": 3, "action": "refresh"}) == DENIED


def test_files_are_read_by_who_may_read_and_written_by_who_may_modify(http: Http, who: Who) -> None:
    file = key(http.post("files", {"name": "a.iso", "allocated_bytes": 3}))
    ann = who()
    upload = f"/api/v4/files/{file}?filepos=0"
    assert ann.send("PUT", upload, data=b"abc").status_code == 403
    grant(http, "users/2", "files", "modify")
    assert ann.send("PUT", upload, data=b"abc").status_code == 200
    assert ann.send("GET", f"/api/v4/files/{file}?download=1").status_code == 403
    grant(http, "users/2", "/", "read")
    assert ann.send("GET", f"/api/v4/files/{file}?download=1").content == b"abc"


# On what: everything, a table, a row


def test_a_permission_may_be_on_everything_a_table_or_a_row(http: Http, who: Who) -> None:
    first, second = http.vm("first")[0], http.vm("second")[0]
    ann = who()
    on_row = grant(http, "users/2", "vms", "list read modify", row=second)
    assert names(ann, "vms") == ["second"]
    ann.put(f"vms/{second}", {"description": "hers"})
    assert ann.error("PUT", f"vms/{first}", {"description": "hers"}) == DENIED
    on_table = grant(http, "users/2", "vms", "list")
    assert [row.get("name") for row in ann.get("vms", sort="name")] == ["first", "second"]
    assert ann.error("GET", f"vms/{first}") == DENIED
    assert ann.get("vnets") == []
    grant(http, "users/2", "/", "list read")
    assert len(ann.get("vnets")) == 4
    http.delete(f"permissions/{on_row}")
    http.delete(f"permissions/{on_table}")
    assert names(ann, "vms") == ["first", "second"]
    assert ann.error("PUT", f"vms/{second}", {"description": "hers"}) == DENIED


def test_a_permission_on_a_row_goes_with_it(http: Http, who: Who) -> None:
    vm, _ = http.vm("web")
    who()
    grant(http, "users/2", "vms", "list", row=vm)
    whole = grant(http, "users/2", "vms", "list")
    http.delete(f"vms/{vm}")
    assert [row["$key"] for row in http.get("permissions", filter="table eq 'vms'")] == [whole]


# Owners and parents


def test_rights_on_a_row_are_rights_on_its_parts(http: Http, who: Who) -> None:
    hers, machine = http.vm("hers")
    _, other = http.vm("other")
    ann = who()
    grant(http, "users/2", "vms", "list read create modify delete", row=hers)
    drive = key(ann.post("machine_drives", {"machine": machine, "name": "root", "disksize": 1024**3}))
    ann.put(f"machine_drives/{drive}", {"description": "hers"})
    assert ann.error("POST", "machine_drives", {"machine": other, "name": "root", "disksize": 1024**3}) == DENIED
    http.post("machine_drives", {"machine": other, "name": "root", "disksize": 1024**3})
    assert names(ann, "machine_drives") == ["root"]
    assert ann.get(f"vms/{hers}", fields="machine#drives[name],machine#status#status as status") == {
        "machine#drives": [{"name": "root"}],
        "status": "stopped",
    }
    ann.delete(f"machine_drives/{drive}")


def test_parents_decide_through_all_generations(http: Http, who: Who) -> None:
    view = key(http.post("vnet_dns_views", {"vnet": 3, "name": "inside"}))
    zone = key(http.post("vnet_dns_zones", {"view": view, "domain": "example.com", "type": "master"}))
    ann = who(vnets="list read create")
    record = key(ann.post("vnet_dns_zone_records", {"zone": zone, "host": "www", "type": "A", "value": "192.0.2.1"}))
    assert [row["$key"] for row in ann.get("vnet_dns_zone_records")] == [record]
    assert ann.error("DELETE", f"vnet_dns_zone_records/{record}") == DENIED


def test_an_owner_decides_instead_of_the_row_and_its_parent(http: Http, who: Who) -> None:
    vm, _ = http.vm("web")
    ann = who(cloudinit_files="list read create modify delete")
    assert ann.error("POST", "cloudinit_files", {"owner": f"vms/{vm}", "name": "/a"}) == DENIED
    file = key(http.post("cloudinit_files", {"owner": f"vms/{vm}", "name": "/a"}))
    assert ann.get("cloudinit_files") == []
    grant(http, "users/2", "vms", "list read create modify delete", row=vm)
    ann.put(f"cloudinit_files/{file}", {"contents": "x"})
    ann.post("cloudinit_files", {"owner": f"vms/{vm}", "name": "/b"})
    tenant = http.simulator.add("tenants", name="acme")
    grant(http, "users/2", "vnets", "list read modify")
    free = key(http.post("vnet_addresses", {"vnet": 3, "type": "virtual", "ip": "192.0.2.1"}))
    given = {"vnet": 3, "type": "virtual", "ip": "192.0.2.2", "owner": f"tenants/{tenant}"}
    http.post("vnet_addresses", given)
    assert [row["$key"] for row in ann.get("vnet_addresses")] == [free]
    grant(http, "users/2", "tenants", "list")
    assert len(ann.get("vnet_addresses")) == 2


def test_owners_that_own_each_other_end(http: Http, who: Who) -> None:
    ann = who(vnets="list")
    for ip in ("192.0.2.1", "192.0.2.2"):
        http.post("vnet_addresses", {"vnet": 3, "type": "virtual", "ip": ip})
    for address, owner in ((1, 2), (2, 1)):
        http.put(f"vnet_addresses/{address}", {"owner": f"vnet_addresses/{owner}"})
    assert ann.get("vnet_addresses") == []


def test_the_user_whom_a_vm_is_given_to_sees_it(http: Http, who: Who) -> None:
    ann = who()
    vm, _ = http.vm("hers", owner_user=2)
    http.vm("other")
    assert names(ann, "vms") == ["hers"]
    assert ann.get(f"vms/{vm}", fields="name") == {"name": "hers"}
    assert ann.error("PUT", f"vms/{vm}", {"description": "hers"}) == DENIED


def test_references_show_what_may_be_seen(http: Http, who: Who) -> None:
    ann = who(vms="list read")
    vm, _ = http.vm("web")
    on = "machine#cluster"
    fields = f"{on} as cluster,{on}#name as name,{on}#max_ram_per_vm as most,machine#status#status as status"
    assert ann.get(f"vms/{vm}", fields=fields) == {"cluster": 1, "name": None, "most": None, "status": "stopped"}
    grant(http, "users/2", "clusters", "list")
    assert ann.get(f"vms/{vm}", fields=fields) == {"cluster": 1, "name": "cluster1", "most": None, "status": "stopped"}
    grant(http, "users/2", "clusters", "read", row=1)
    assert ann.get(f"vms/{vm}", fields=f"{on}#max_ram_per_vm as most") == {"most": 1048576}
    assert ann.get("groups", fields="count(members) as n") == []
    group = key(http.post("groups", {"name": "team"}))
    http.post("members", {"parent_group": group, "member": "users/2"})
    grant(http, "users/2", "members", "read")
    assert ann.get("members", fields="member,member#name as name,member#email as email") == [
        {"member": "users/1"}, {"member": "users/2"},
    ]  # fmt: skip


# Groups


def test_rights_come_through_groups_of_groups_that_are_enabled(http: Http, who: Who) -> None:
    ann = who(vms="list")
    inner, outer = key(http.post("groups", {"name": "inner"})), key(http.post("groups", {"name": "outer"}))
    http.post("members", {"parent_group": inner, "member": "/v4/users/2"})
    http.post("members", {"parent_group": outer, "member": f"groups/{inner}"})
    http.post("members", {"parent_group": inner, "member": f"groups/{outer}"})  # a circle ends
    grant(http, f"groups/{outer}", "vms", "create")
    grant(http, f"groups/{inner}", "vms", "modify")
    vm = key(ann.post("vms", {"name": "hers"}))
    ann.put(f"vms/{vm}", {"description": "hers"})
    assert names(ann, "vms") == ["hers"]
    http.put(f"groups/{inner}", {"enabled": False})
    assert ann.error("POST", "vms", {"name": "other"}) == DENIED
    assert ann.error("PUT", f"vms/{vm}", {"description": ""}) == DENIED
    http.put(f"groups/{inner}", {"enabled": True})
    ann.put(f"vms/{vm}", {"description": ""})
    http.delete("members/2")
    assert ann.error("PUT", f"vms/{vm}", {"description": ""}) == DENIED


# Who has which rights


def test_administrators_are_who_has_all_rights_on_everything(http: Http, who: Who) -> None:
    ann = who()
    assert ann.error("GET", "vms/$table") == DENIED
    grant(http, "users/2", "/", "list read create modify")
    assert ann.error("GET", "vms/$table") == DENIED
    member = key(http.post("members", {"parent_group": 1, "member": "users/2"}))
    assert ann.get("vms/$table")["name"] == "vms"
    ann.delete(f"members/{member}")
    assert ann.error("GET", "vms/$table") == DENIED


def test_the_first_user_has_its_rights_by_its_permissions(http: Http) -> None:
    ours = {identity(http, "users/1"), identity(http, "groups/1")}
    for row in http.get("permissions", fields="$key,identity"):
        if row["identity"] in ours:
            http.delete(f"permissions/{row['$key']}")
            ours.remove(row["identity"])
    assert not ours
    assert http.error("POST", "vms", {"name": "web"}) == DENIED
    assert http.get("vms") == []


def test_physical_access_made_an_administrator_before_26_2(start: Callable[..., Http]) -> None:
    for release, status in (("26.1.8", 201), ("26.2", 403)):
        http = start(release=release)
        http.post("users", {"name": "ann", "password": "s3cret", "physical_access": True})
        http.session.auth = ("ann", "s3cret")
        assert http.send("POST", "/api/v4/vms", json={"name": "web"}).status_code == status


def test_a_key_has_the_rights_of_its_user(http: Http, who: Who) -> None:
    ann = who(vms="list")
    secret = http.post("user_api_keys", {"user": 2, "name": "ci"})["response"]["private_key"]
    ann.session.auth = None
    ann.session.headers["Authorization"] = f"Bearer {secret}"
    assert ann.get("vms") == []
    assert ann.error("POST", "vms", {"name": "web"}) == DENIED
    grant(http, "users/2", "/", "create")
    ann.post("vms", {"name": "web"})


@pytest.mark.parametrize("kind", ["normal", "api", "vdi"])
def test_new_users_see_everything_and_keep_their_own_account(http: Http, kind: str) -> None:
    user = key(http.post("users", {"name": "ann", "password": "s3cret", "type": kind}))
    http.vm("web")
    http.session.auth = ("ann", "s3cret")
    assert names(http, "vms") == ["web"]
    assert http.send("GET", "/api/v4/vms/1").status_code == (403 if kind == "vdi" else 200)
    http.put(f"users/{user}", {"displayname": "Ann"})
    assert http.error("PUT", "users/1", {"displayname": "Ann"}) == DENIED
    assert http.error("DELETE", f"users/{user}") == DENIED


def test_sessions_are_ended_by_who_has_no_other_right(http: Http, who: Who) -> None:
    ann = who()
    token = ann.send("POST", "/api/sys/tokens", json={"login": "ann", "password": "s3cret"}).json()["$key"]
    assert ann.send("DELETE", f"/api/sys/tokens/{token}").status_code == 200


def test_the_console_is_for_who_may_read_the_vm(http: Http, who: Who) -> None:
    vm, _ = http.vm("web")
    http.act(vm, "poweron")
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    headers = {**upgrade, "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    assert who().send("GET", f"/api/v4/vms/{vm}/console", headers=headers).status_code == 403


def test_a_state_from_before_there_were_permissions_has_its_administrator(start: Callable[..., Http]) -> None:
    http = start(release="26.2")
    http.vm("web")
    state = http.simulator.dump()
    for part in ("rows", "next"):
        del state[part]["permissions"]
    for table in ("users", "groups"):
        for row in state["rows"][table]:
            row["identity"] = None
    http.simulator.load(state)
    http.put("vms/1", {"description": "kept"})
    everything = {identity(http, path) for path in ("users/1", "groups/1")}
    assert {row["identity"] for row in http.get("permissions") if row["table"] == "/"} == everything
