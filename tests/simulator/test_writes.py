"""Creating, changing and deleting rows: receipts, conversions and refusals.

See docs/vergeos/README.md §6–§8, docs/vergeos/quirks.md §1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.conftest import Http
from verge_pulumi.catalogue import TABLES
from verge_pulumi.catalogue.model import Column, Effect, Table, Type, Write
from verge_pulumi.simulator import Simulator

INVALID = "Validation error on field: '{}' - 'fails validation test'"
DANGLING = "error setting field '{}': No such file or directory"


def test_the_receipt_is_the_documented_one(http: Http) -> None:
    assert http.post("vms", {"name": "web"}) == {
        "location": "/v4/vms/1", "dbpath": "vms/1", "$row": 1, "$key": "1", "response": {"machine": "108"},
    }  # fmt: skip
    assert http.post("vnets", {"name": "lan"}) == {
        "location": "/v4/vnets/5",
        "dbpath": "vnets/5",
        "$row": 5,
        "$key": "5",
    }
    assert http.get("vms/1", fields="$key")["$key"] == 1


def test_receipts_of_4_12_have_no_response(start: Callable[..., Http]) -> None:
    assert "response" not in start(release="4.12.6").post("vms", {"name": "web"})


def test_put_answers_a_list_and_delete_nothing(http: Http) -> None:
    key, _ = http.vm("web")
    assert http.put(f"vms/{key}", {"ram": 2048}) == []
    assert http.delete(f"vms/{key}") is None
    assert http.error("GET", f"vms/{key}") == (404, f"Resource '/v4/vms/{key}' not found")
    assert http.error("DELETE", f"vms/{key}")[0] == 404
    assert http.error("PUT", f"vms/{key}", {"ram": 1024})[0] == 404


@pytest.mark.parametrize("key", ["0", "999", "-1", "1x", "x", "²", "9" * 40, "1%3F"])
def test_a_key_that_is_none_is_not_found(http: Http, key: str) -> None:
    http.vm("web")
    assert http.error("GET", f"vms/{key}")[0] == 404


def test_keys_are_never_used_again(http: Http) -> None:
    first, _ = http.vm("web")
    http.delete(f"vms/{first}")
    assert http.vm("web")[0] == first + 1


def test_texts_and_numbers_are_converted(http: Http) -> None:
    key, machine = http.vm("web", ram="8192", uefi="true", cluster="1", secure_boot=0, description=12, cpu_cores=2.0)
    drive = {"machine": str(machine), "disksize": str(1 << 30), "preferred_tier": 3}
    http.post("machine_drives", drive)
    row = http.get(f"vms/{key}", fields="ram,uefi,machine#cluster as cluster,secure_boot,description,cpu_cores")
    assert row == {"ram": 8192, "uefi": True, "cluster": 1, "secure_boot": False, "description": "12", "cpu_cores": 2}
    assert http.get("machine_drives/1", fields="machine,disksize,preferred_tier") == {
        "machine": machine, "disksize": 1 << 30, "preferred_tier": "3",
    }  # fmt: skip


def test_json_columns_take_json_or_its_text(http: Http) -> None:
    http.vm("a", meta={"x": [1]})
    http.vm("b", meta='{"x": [1]}')
    assert [row["meta"] for row in http.get("vms", fields="meta")] == [{"x": [1]}, {"x": [1]}]
    assert http.error("POST", "vms", {"name": "c", "meta": "{"}) == (422, INVALID.format("meta"))
    assert http.error("POST", "vms", {"name": "c", "meta": 1}) == (422, INVALID.format("meta"))


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ({}, "field 'vms.name' is required"),
        ({"name": None}, INVALID.format("name")),
        ({"name": ""}, INVALID.format("name")),
        ({"name": "x" * 129}, INVALID.format("name")),
        ({"name": 'a"b'}, INVALID.format("name")),
        ({"name": " a"}, INVALID.format("name")),
        ({"name": "a\tb"}, INVALID.format("name")),
        ({"name": ["a"]}, INVALID.format("name")),
        ({"name": "a", "ram": 255}, INVALID.format("ram")),
        ({"name": "a", "ram": 1048577}, INVALID.format("ram")),
        ({"name": "a", "ram": "lots"}, INVALID.format("ram")),
        ({"name": "a", "ram": True}, INVALID.format("ram")),
        ({"name": "a", "ram": 1.5}, INVALID.format("ram")),
        ({"name": "a", "ram": "1_024"}, INVALID.format("ram")),
        ({"name": "a", "uefi": "maybe"}, INVALID.format("uefi")),
        ({"name": "a", "uefi": []}, INVALID.format("uefi")),
        ({"name": "a", "description": "x" * 2049}, INVALID.format("description")),
        ({"name": "a", "os_family": "plan9"}, "value 'plan9' is not in list for field 'os_family'"),
        ({"name": "a", "cloudinit_datasource": ""}, "value '' is not in list for field 'cloudinit_datasource'"),
        ({"name": "a", "machine_type": "pc-q35-99.0"}, "value 'pc-q35-99.0' is not in list for field 'machine_type'"),
        ({"name": "a", "cluster": "one"}, DANGLING.format("cluster")),
    ],
)
def test_a_wrong_value_is_refused(http: Http, columns: dict[str, Any], text: str) -> None:
    status, error = http.error("POST", "vms", columns)
    assert (status, error) == (404 if "No such file" in text else 422, text)
    assert http.get("vms") == []


@pytest.mark.parametrize("key", [0, "0", 99])
def test_a_reference_to_nothing_is_404(http: Http, key: object) -> None:
    assert http.error("POST", "vms", {"name": "a", "cluster": key}) == (404, DANGLING.format("cluster"))
    http.vm("a")
    assert http.error("PUT", "vms/1", {"owner_user": key}) == (404, DANGLING.format("owner_user"))
    # A table that is not modelled has no rows.
    assert http.error("PUT", "vms/1", {"snapshot_profile": 99}) == (404, DANGLING.format("snapshot_profile"))


@pytest.mark.parametrize("member", ["users/99", "tenants/1", "users", "nonsense/x/1"])
def test_a_polymorphic_reference_to_nothing_is_404(http: Http, member: str) -> None:
    assert http.error("POST", "members", {"parent_group": 2, "member": member}) == (404, DANGLING.format("member"))


def test_polymorphic_references_are_stored_as_written(http: Http) -> None:
    http.post("members", {"parent_group": 2, "member": "/v4/users/1"})
    assert http.get("members/2", fields="member") == {"member": "/v4/users/1"}


@pytest.mark.parametrize("empty", [None, ""])
def test_a_reference_is_cleared(http: Http, empty: object) -> None:
    key, _ = http.vm("a", owner_user=1)
    http.put(f"vms/{key}", {"owner_user": empty})
    assert http.get(f"vms/{key}", fields="owner_user") == {"owner_user": None}


def test_null_stands_for_the_default(http: Http) -> None:
    key, _ = http.vm("a", ram=None)
    assert http.get(f"vms/{key}", fields="ram") == {"ram": 1024}
    http.put(f"vms/{key}", {"ram": 4096})
    http.put(f"vms/{key}", {"ram": None})
    assert http.get(f"vms/{key}", fields="ram") == {"ram": 1024}


def test_defaults_are_not_shared(simulator: Simulator, http: Http) -> None:
    http.vm("a")
    http.vm("b")
    rows = simulator.rows("machine_status")
    rows[-1]["agent_features"].append("x")
    assert simulator.rows("machine_status")[-1]["agent_features"] == []


def test_defaults_depend_on_the_release(start: Callable[..., Http]) -> None:
    for release, machine_type in (("26.1.8", "pc-q35-10.0"), ("4.12.6", "pc-q35-8.1")):
        client = start(release=release)
        client.post("vms", {"name": "a"})
        row = client.get("vms/1", fields="machine_type,iommu")
        assert row["machine_type"] == machine_type
        assert ("iommu" in row) is (release != "4.12.6")


def test_unknown_columns_are_dropped_and_counted(simulator: Simulator, http: Http) -> None:
    key, _ = http.vm("web", size_gb=1, creator="me", machine=3)
    assert http.put(f"vms/{key}", {"size_gb": 2, "note": "kept"}) == []
    assert http.get(f"vms/{key}", fields="size_gb,note,creator,machine") == {
        "note": "kept", "creator": "admin", "machine": 108,
    }  # fmt: skip
    assert simulator.counters().unknown_columns == {
        ("vms", "size_gb"): 2, ("vms", "creator"): 1, ("vms", "machine"): 1,
    }  # fmt: skip


@pytest.mark.parametrize("body", [{}, {"bogus": 1}])
def test_a_put_of_nothing_is_ignored(simulator: Simulator, http: Http, body: dict[str, Any]) -> None:
    key, _ = http.vm("web")
    assert http.put(f"vms/{key}", body) == []
    assert [request.applied for request in simulator.requests()] == [True, False]


@pytest.mark.parametrize("column", ["$key", "machine", "created_from", "is_snapshot"])
def test_a_put_of_a_read_only_column_is_refused(http: Http, column: str) -> None:
    key, _ = http.vm("web")
    assert http.error("PUT", f"vms/{key}", {"ram": 2048, column: 1}) == (422, f"field '{column}' is readonly")
    assert http.get(f"vms/{key}", fields="ram") == {"ram": 1024}


@pytest.mark.parametrize(("release", "status"), [("26.1.8", 409), ("26.1.4", 409), ("26.1.3", 422), ("4.12.6", 422)])
def test_a_taken_name_is_refused(start: Callable[..., Http], release: str, status: int) -> None:
    client = start(release=release)
    client.post("vms", {"name": "a"})
    client.post("vms", {"name": "b"})
    taken = (status, "name 'a' is already in use")
    assert client.error("POST", "vms", {"name": "a"}) == taken
    assert client.error("PUT", "vms/2", {"name": "a"}) == taken
    client.put("vms/1", {"name": "a"})
    client.put("vms/1", {"name": "c"})
    client.put("vms/2", {"name": "a"})
    client.post("vms", {"name": "b"})


def test_names_are_unique_within_their_owner(http: Http) -> None:
    (_, first), (_, second) = http.vm("a"), http.vm("b")
    drive = {"name": "data", "disksize": 1 << 30}
    http.post("machine_drives", drive | {"machine": first})
    http.post("machine_drives", drive | {"machine": second})
    assert http.error("POST", "machine_drives", drive | {"machine": first})[0] == 409


def test_what_vergeos_lowers_is_lowered(http: Http) -> None:
    http.post("users", {"name": "ANN", "email": "Ann@Example.COM"})
    assert http.get("users/2", fields="name,email") == {"name": "ann", "email": "ann@example.com"}
    assert http.error("POST", "users", {"name": "Ann"}) == (409, "name 'ann' is already in use")


def test_time_stamps_come_from_the_clock(simulator: Simulator, http: Http) -> None:
    now = int(simulator.clock("manual"))
    key, _ = http.vm("web")
    simulator.clock(advance=60)
    http.put(f"vms/{key}", {"note": "x"})
    assert http.get(f"vms/{key}", fields="created,modified") == {"created": now, "modified": now + 60}


def test_secrets_are_stored_and_never_answered(simulator: Simulator, http: Http) -> None:
    key, _ = http.vm("web", console_pass="canary", cloudinit_files=[{"name": "user-data", "contents": "canary"}])
    answer = http.send("GET", f"/api/v4/vms/{key}?fields=all,most,console_pass,cloudinit_files")
    assert "canary" not in answer.text
    assert simulator.rows("vms")[0]["console_pass"] == "canary"
    assert "canary" not in str(simulator.requests())


def test_deleting_an_owner_takes_its_rows_along_and_clears_other_references(simulator: Simulator, http: Http) -> None:
    before = simulator.snapshot()
    http.post("users", {"name": "ann"})
    http.post("members", {"parent_group": 2, "member": "users/2"})
    _, machine = http.vm("web", owner_user=2)
    http.post("machine_drives", {"machine": machine, "disksize": 1 << 30})
    http.post("clusters", {"name": "third"})
    http.vm("other", cluster_failover=3)
    http.delete("clusters/3")
    assert http.get("vms/2", fields="machine#cluster_failover as failover") == {"failover": None}
    http.delete("vms/2")
    http.delete("users/2")
    assert simulator.snapshot() == before


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("POST", "nodes", {"name": "x"}),
        ("DELETE", "nodes/1", None),
        ("PUT", "vms", {}),
        ("DELETE", "vms", None),
        ("PATCH", "vms/1", {}),
        ("POST", "vms/1", {}),
        ("GET", "vm_actions", None),
        ("GET", "vms/1/kill", None),
        ("POST", "vms/$table", {}),
    ],
)
def test_what_a_resource_does_not_offer_is_405(http: Http, verb: str, path: str, body: Any) -> None:
    http.vm("web")
    assert http.error(verb, path, body)[0] == 405


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "sites"),
        ("POST", "sites"),
        ("PUT", "sites/1"),
        ("DELETE", "sites"),
        ("PATCH", "sites/1"),
        ("GET", "sites/$table"),
        ("GET", "vm_actions/$table"),
        ("POST", "tenant_actions"),
        ("POST", "sites/1/poweron"),
        ("PUT", "sites/1?action=poweron"),
        ("POST", "nodes/1/enable_maintenance"),
        ("PUT", "vms/1?action=poweron"),
        ("PUT", "vms/1/poweron"),
    ],
)
def test_what_is_not_modelled_says_so(http: Http, verb: str, path: str) -> None:
    http.vm("web")
    status, text = http.error(verb, path, {"name": "x"})
    assert status == 501
    assert text.endswith("is not modelled by this simulator")


@pytest.mark.parametrize("verb", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["no_such_table", "no_such_table/1", "no_such_table/$table", "no_such_table/1/kill"])
def test_a_table_that_no_vergeos_has_is_not_found(http: Http, verb: str, path: str) -> None:
    status, text = http.error(verb, path, {"name": "x"})
    assert status == 404
    assert text.endswith("not found")


def test_a_table_that_a_later_release_brought_is_not_found(start: Callable[..., Http]) -> None:
    assert start(release="4.12.6").error("GET", "user_api_keys")[0] == 404


@pytest.mark.parametrize(
    ("release", "listed", "missing"),
    [
        ("26.1.8", ("vms", "vm_actions", "user_api_keys", "sites", "site_actions"), ("no_such_table",)),
        ("4.12.6", ("vms", "vm_actions", "sites"), ("user_api_keys",)),
    ],
)
def test_the_index_lists_the_tables(
    start: Callable[..., Http], release: str, listed: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    http = start(release=release)
    entries = http.send("GET", "/api/v4").json()
    names = [entry["name"] for entry in entries if entry["type"] == "table"]
    assert names == sorted(set(names))
    assert set(listed) <= set(names)
    assert set(missing).isdisjoint(names)
    for name in names:
        assert http.error("DELETE", name, None)[0] != 404
    others = {kind: {entry["name"] for entry in entries if entry["type"] == kind} for kind in ("index", "view")}
    assert "vnet_rules_vnet_name" in others["index"]
    assert "vms_dashboard" in others["view"]
    assert others["index"] | others["view"] == {entry["name"] for entry in entries} - set(names)
    assert http.send("POST", "/api/v4", json={}).status_code == 405
    http.session.auth = None
    assert http.send("GET", "/api/v4").status_code == 401


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", "vms/1/bogus", 404),
        ("DELETE", "vms/1/bogus", 404),
        ("GET", "vms/1/kill", 405),
        ("GET", "vnets/1/applydns", 405),
        ("GET", "webhook_urls/1/send", 405),
        ("GET", "machine_drives/1/apply_universal_vars", 405),
    ],
)
def test_a_row_has_nothing_below_it_but_actions(http: Http, verb: str, path: str, status: int) -> None:
    http.vm("web")
    found, text = http.error(verb, path)
    assert (found, "/v4/vms/1/bogus' not found" in text) == (status, status == 404)


@pytest.mark.parametrize("path", ["", "vms/", "volume_browser/", "vms//kill", "vms/1/kill/now"])
def test_a_broken_path_is_not_found(http: Http, path: str) -> None:
    assert http.error("GET", path) == (404, f"Resource '/v4/{path}' not found")


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"\xff", 400), (b"[" * 100_000, 400), (b"[]", 422), (b"null", 422), (b" ", 422)]
)
def test_a_body_that_is_no_object_is_refused(http: Http, body: bytes, status: int) -> None:
    answer = http.send("POST", "/api/v4/vms", data=body)
    assert answer.status_code == status
    assert answer.json()["err"]


GADGETS = Table(
    name="gadgets",
    columns=(
        Column(name="name", type=Type.TEXT, required=True, lower=True),
        Column(name="vnet", type=Type.REF, target="vnets", write=Write.CREATE, effect=Effect.DNS),
        Column(name="part_of", type=Type.REF, target="gadgets", effect=Effect.RESTART),
        Column(name="hint", type=Type.TEXT, hidden=True, default="look"),
        Column(name="state", type=Type.TEXT, write=Write.UPDATE, choices=("on", "off"), default="off"),
        Column(name="later", type=Type.INT, since="99.0"),
    ),
    unique=(("vnet", "name"), ("later",)),
    parent="vnet",
    key="hex",
)


PARTS = Table(
    name="parts",
    columns=(
        Column(name="gadget", type=Type.REF, target="gadgets"),
        Column(name="vnet", type=Type.REF, target="vnets", required=True),
    ),
    parent="gadget",
)


def test_a_row_that_belongs_to_two_goes_once(start: Callable[..., Http]) -> None:
    client = start(tables={**TABLES, "gadgets": GADGETS, "parts": PARTS})
    lan = client.post("vnets", {"name": "lan"})["$key"]
    gadget = client.post("gadgets", {"name": "a", "vnet": lan})["$key"]
    client.post("parts", {"gadget": gadget, "vnet": lan})
    client.post("parts", {"vnet": lan})
    client.simulator.remove("vnets", int(lan))
    assert client.get("parts") == client.get("gadgets") == []


def test_a_table_known_only_to_the_catalogue_just_works(start: Callable[..., Http]) -> None:
    client = start(tables={**TABLES, "gadgets": GADGETS})
    receipt = client.post("gadgets", {"name": "A", "vnet": 3, "state": "on", "later": 1})
    key = receipt["$key"]
    assert len(key) == 40
    assert receipt["$row"] == 1
    assert client.get(f"gadgets/{key}", fields="all") == {
        "$key": key, "name": "a", "vnet": 3, "part_of": None, "state": "off",
    }  # fmt: skip
    assert client.get(f"gadgets/{key}", fields="most,hint")["hint"] == "look"
    assert client.get("vnets/3", fields="need_dns_apply") == {"need_dns_apply": True}
    client.put(f"gadgets/{key}", {"state": "on", "part_of": key})
    assert client.error("PUT", f"gadgets/{key}", {"vnet": 3}) == (422, "field 'vnet' is readonly")
    assert client.error("POST", "gadgets", {"name": "a", "vnet": "3"})[0] == 409
    client.post("gadgets", {"name": "a"})
    client.post("gadgets", {"name": "a"})
    assert client.get("gadgets", filter=f"part_of eq '{key}'", fields="part_of#name as n") == [{"n": "a"}]
    assert client.get("vnets/3", fields="gadgets[name]") == {"gadgets": [{"name": "a"}]}
    client.simulator.remove("vnets", 3)
    assert len(client.get("gadgets")) == 2


def test_uuid_keys(start: Callable[..., Http]) -> None:
    pools = Table(name="pools", columns=(Column(name="name", type=Type.TEXT),), key="uuid")
    client = start(tables={"pools": pools})
    client.session.auth = None
    client.session.headers["Authorization"] = f"Bearer {client.simulator.api_key}"
    assert client.error("GET", "pools") == (401, "Login required")
    assert len(str(client.simulator.add("pools", name="x"))) == 36
