"""What clients of the vendor and its documentation rely on, beyond single tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.conftest import Http


def test_the_dashboard_of_a_vm_nests_its_machine(http: Http) -> None:
    """The wait of the vendor's builder of images for a guest's address, and a data source of Terraform."""
    _, machine = http.vm("web", guest_agent=True)
    http.post("machine_drives", {"machine": machine, "disksize": 1 << 30})
    http.post("machine_nics", {"machine": machine, "vnet": 3})
    (row,) = http.get("vms", fields="machine#$key as id,dashboard", filter="name eq 'web'")
    assert (row["$key"], row["id"], row["machine"]["$key"]) == (1, machine, machine)
    assert row["machine"]["status"]["agent_guest_info"] == []
    (drive,) = row["machine"]["drives"]
    assert (drive["name"], drive["media_source"], drive["status"]) == ("drive_0", None, "offline")
    (nic,) = row["machine"]["nics"]
    assert (nic["vnet"], nic["status"], nic["ipaddress"]) == ("External", "down", None)
    assert nic["macaddress"]


def test_the_dashboards_of_nodes_and_clusters_nest_what_they_count(http: Http) -> None:
    node = http.get("nodes/1", fields="dashboard")
    assert node["machine"]["stats"]["ram_used"] == 0
    assert node["machine"]["status"]["running"] is True
    assert (node["machine"]["drives"], node["machine"]["nics"]) == ([], [])
    status = http.get("clusters/1", fields="dashboard")["status"]
    assert (status["total_nodes"], status["online_cores"], status["used_ram"]) == (2, 64, 0)


@pytest.mark.parametrize("release", ["26.1.8", "4.12.6"])
def test_each_table_answers_its_views(start: Callable[..., Http], release: str) -> None:
    http = start(release=release)
    for table in http.send("GET", "/_sim/system").json()["tables"]:
        for view in ("all", "most", "summary", "dashboard"):
            http.get(table, fields=view)
        assert http.get(table) == http.get(table, fields="$key,summary")


def test_a_groups_key_is_its_uuid_and_its_resources_are_counted(http: Http) -> None:
    group = http.get("resource_groups", fields="$key,uuid,created,modified,count(resources) as n", limit=1)[0]
    assert group["uuid"] == group["$key"]
    assert (group["created"], group["n"]) == (group["modified"], 0)


def test_a_tenant_is_found_by_its_name(http: Http) -> None:
    http.post("tenants", {"name": "t1", "password": "Secret-1234"})
    fields = "$key,name,uuid,is_snapshot,status#running as running,password"
    (row,) = http.get("tenants", fields=fields, filter="name eq 't1' and is_snapshot eq false and running eq false")
    assert row.pop("uuid")
    assert row == {"$key": 1, "name": "t1", "is_snapshot": False, "running": False}
    assert http.error("POST", "tenants", {"name": "t1"})[0] == 409
    http.delete("tenants/1")
    assert http.get("tenant_status") == []


def test_users_and_groups_are_as_captured(http: Http) -> None:
    fields = "name,identity,type,remote_name,account_locked,auth_source,two_factor_type,creator"
    assert http.get("users/1", fields=fields) == {
        "name": "admin", "identity": "2", "type": "normal", "remote_name": "admin", "account_locked": 0,
        "auth_source": None, "two_factor_type": "email", "creator": "",
    }  # fmt: skip
    name = "Administrators (default)"
    assert http.get("groups/1", fields="$key,name,id,identity,creator,system_group") == {
        "$key": 1, "name": name, "id": name, "identity": "3", "creator": "", "system_group": True,
    }  # fmt: skip
    assert http.get("members/1", fields="member,creator") == {"member": "users/1", "creator": ""}
    http.post("users", {"name": "Ann", "remote_name": "a.smith"})
    assert http.get("users/2", fields="name,remote_name,creator") == {
        "name": "ann", "remote_name": "a.smith", "creator": "admin",
    }  # fmt: skip


COLUMNS: dict[str, tuple[str, dict[str, Any]]] = {
    "groups": (
        "groups/1",
        {"auth_source": None, "sysgroup": None},
    ),
    "users": (
        "users/1",
        {"credential": None, "settings": None, "last_forgot_password": 0, "last_forgot_username": 0},
    ),
    "members": ("members/1", {"sys_member": None}),
    "permissions": ("permissions/1", {"identity_display": "admin", "identity_owner": "users/1", "tableid": None}),
    "nodes": (
        "nodes/1",
        {
            "sysnode": None, "iommu": True, "stats": None, "overcommit": 0, "pxe_vnet": None, "cpu": "Simulated CPU",
            "cpu_speed": "2500 MHz", "ipmi_status": "offline", "console_status": None,
            "reload_drivers_required": False, "vsan_nodeid": 0, "vsan_connected": True, "yb_version": "26.1.8",
            "kernel_version": "26.1.8", "appserver_version": "26.1.8", "qemu_version": "26.1.8",
        },
    ),
    "system": ("system/1", {"is_tenant": False, "theme": None, "key": "self", "licenses": [], "ui_branding": None}),
    "cluster_status": ("cluster_status/1", {"phys_total_cpu": 0, "phys_vram_used": 0, "status_info": ""}),
    "tenants": (
        "tenants/1",
        {
            "expose_cloud_snapshots": True, "allow_branding": False, "oidc_application": None, "ui_address": None,
            "ui_fqdn": None, "help_url": "default", "theme_access": "host_only", "meta": None, "owner": None,
            "isolate": False, "vnet": None, "recipe_instance": None, "stats": None,
        },
    ),
    "tenant_status": ("tenant_status/1", {"started": 0, "stopped": 0}),
}  # fmt: skip
"""Columns that sources name (docs/vergeos/access.md §1, docs/vergeos/system.md §5, docs/vergeos/other-tables.md §2)."""


@pytest.mark.parametrize("table", COLUMNS)
def test_columns_are_answered(http: Http, table: str) -> None:
    http.post("tenants", {"name": "t1"})
    path, expected = COLUMNS[table]
    assert http.get(path, fields=",".join(expected)) == expected


def test_storage_tiers_tell_how_full_they_are_and_when_that_was(http: Http) -> None:
    row = http.get("storage_tiers/1", fields="used_pct,modified")
    assert row["used_pct"] == 0
    assert row["modified"] > 0


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("nodes/1", {"overcommit": 1024, "pxe_vnet": 1, "cpu": "x", "cpu_speed": "3 GHz"}),
        ("tenants/1", {"allow_branding": True, "theme_access": "both", "help_url": "", "meta": {"a": 1}}),
    ],
)
def test_columns_can_be_changed(http: Http, path: str, sent: dict[str, Any]) -> None:
    http.post("tenants", {"name": "t1", "change_password": True})
    http.put(path, sent)
    assert http.get(path, fields=",".join(sent)) == sent


def test_the_system_has_a_theme(http: Http) -> None:
    theme = http.get("themes", fields="$key")[1]["$key"]
    http.put("system/1", {"theme": theme})
    assert http.get("system", fields="theme,theme#name as name") == [{"theme": theme, "name": "Dark"}]


def test_the_dashboard_of_a_tenant_nests_its_status(http: Http) -> None:
    http.post("tenants", {"name": "t1"})
    (row,) = http.get("tenants", fields="dashboard")
    assert (row["$key"], row["name"], row["vnet"], row["isolate"]) == (1, "t1", None, False)
    assert row["status"] == {
        "running": False, "starting": False, "stopping": False, "migrating": False, "status": "offline",
        "state": "offline",
    }  # fmt: skip


@pytest.mark.parametrize("release", ["4.12.6", "26.1.8"])
def test_a_group_of_the_system_stays(start: Callable[..., Http], release: str) -> None:
    http = start(release=release)
    assert http.error("DELETE", "groups/1") == (422, "The system group cannot be deleted")
    assert [row["$key"] for row in http.get("groups", fields="$key")] == [1, 2]
    http.delete("groups/2")


def test_the_guides_example_of_fields(http: Http) -> None:
    """docs/vergeos/README.md §5.1: a user's groups, all of each, and the name of the first."""
    fields = "name,email,enabled,groups[all] as all_groups,collapse(groups[name]) as first_groups_name"
    (admin,) = http.get("users", fields=fields)
    assert (admin["name"], admin["first_groups_name"]) == ("admin", "Administrators (default)")
    assert [group["system_group"] for group in admin["all_groups"]] == [True]


def test_what_a_vm_lists_of_other_tables(http: Http) -> None:
    http.vm("web", cloudinit_datasource="nocloud")
    http.post("tag_categories", {"name": "env", "taggable_vms": True})
    http.post("tags", {"category": 1, "name": "prod"})
    http.post("tag_members", {"tag": 1, "member": "vms/1"})
    row = http.get("vms/1", fields="tags[name] as tags,cloudinit_files[name] as files")
    assert row["tags"] == [{"name": "prod"}]
    assert {file["name"] for file in row["files"]} == {"/user-data", "/meta-data"}


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"action": "update", "params": {"text": "x"}}, 422, "field 'note_actions.owner' is required"),
        ({"owner": "vms/1"}, 422, "field 'note_actions.action' is required"),
        ({"owner": "vms/1", "action": "erase"}, 422, "value 'erase' is not in list for field 'action'"),
        ({"owner": "vms/9", "action": "update", "params": {}}, 404, "error setting field 'owner': No such file"),
        ({"owner": "web", "action": "update", "params": {}}, 404, "error setting field 'owner': No such file"),
        ({"owner": "clusters/1", "action": "update", "params": {}}, 422, "Invalid argument"),
        ({"owner": "vms/1", "action": "update", "params": "x"}, 422, "Invalid argument"),
        ({"owner": "vms/1", "action": "update"}, 422, "Invalid argument"),
    ],
)
def test_notes_refuse(http: Http, body: dict[str, Any], status: int, text: str) -> None:
    http.vm("web")
    found, error = http.error("POST", "note_actions", body)
    assert (found, error[: len(text)]) == (status, text)


@pytest.mark.parametrize("owner", ["vms/1", "/v4/vms/1", "nodes/1", "tenants/1"])
def test_a_note_is_written_by_its_action(http: Http, owner: str) -> None:
    http.vm("web")
    http.post("tenants", {"name": "t1"})
    http.post("note_actions", {"owner": owner, "action": "update", "params": {"text": "hello"}})
    assert http.get(owner.removeprefix("/v4/"), fields="note") == {"note": "hello"}
    assert http.error("GET", "note_actions")[0] == 405


def test_answers_may_be_indented(http: Http) -> None:
    compact = http.send("POST", "/api/v4/vms", json={"name": "a"}).text
    assert compact.startswith('{"location":"/v4/vms/1",')
    asked = http.send("POST", "/api/v4/vms", json={"name": "b"}, headers={"X-JSON-Non-Compact": "1"})
    assert asked.text.startswith('{\n   "location":"\\/v4\\/vms\\/2",\n   "dbpath":"vms\\/2",\n')
    assert asked.json()["location"] == "/v4/vms/2"
    refused = http.send("GET", "/api/v4/vms/9", headers={"X-JSON-Non-Compact": "1"})
    assert refused.json() == {"err": "Resource '/v4/vms/9' not found"}


def test_nodes_have_ids(http: Http) -> None:
    ids = [row["id"] for row in http.get("nodes", fields="id")]
    assert len(set(ids)) == 3
    assert all(ids)


def test_a_session_token_in_a_cookie(http: Http) -> None:
    token = http.send("POST", "/api/sys/tokens").json()["$key"]
    http.session.auth = None
    assert http.send("GET", "/api/v4/vms", headers={"Cookie": f"a=b; token={token}"}).status_code == 200
    for cookie in ("token=wrong", "other=1", "a@b=1; token=wrong", ""):
        assert http.send("GET", "/api/v4/vms", headers={"Cookie": cookie}).status_code == 401
