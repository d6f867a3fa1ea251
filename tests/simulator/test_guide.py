"""VergeOS's API guide, statement by statement: the name of each test begins with the heading that it stands under.

The guide is VergeOS docs: `api-guide.md`, written for 4.12.6. What it says is in docs/vergeos/README.md §1–§7.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.simulator.conftest import Http
from verge_pulumi.catalogue.notation import words
from verge_pulumi.catalogue.schema import FIELD_TYPES, ROWS
from verge_pulumi.simulator import Options, Simulator

WEB: dict[str, Any] = {"name": "web", "machine_type": "pc-q35-9.0", "cpu_cores": 2, "ram": 2048, "os_family": "linux"}
DISK = 3 << 30

VM = {
    "$key": 1, "name": "CentOS 7 (Latest) 1.0-7", "machine": 7, "cpu_cores": 2, "cpu_type": "Cascadelake-Server",
    "ram": 2048, "os_family": "linux", "is_snapshot": True, "boot_order": "cd", "rtc_base": "utc", "console": "vnc",
    "uefi": False, "secure_boot": False, "serial_port": True, "uuid": "d3914756-4ec5-9dfe-5c45-b28af2fd3d73",
    "created": 1724435418, "modified": 1724435418,
}  # fmt: skip
NEW_VM = {
    "name": "rest", "description": "test", "machine_type": "pc-q35-9.0", "allow_hotplug": True, "cpu_cores": 1,
    "cpu_type": "Broadwell", "ram": 1024, "os_family": "linux", "boot_order": "cd", "uefi": False, "note": "test vm",
}  # fmt: skip
NETWORK = {
    "$key": 6, "name": "Internal Test 1", "advanced_options": {"dnsmasq": ["--dhcp-boot=netboot.xyz.kpxe"]},
    "type": "internal", "layer2_type": "vxlan", "network": "192.168.100.0/24", "mtu": 9000, "dhcp_enabled": True,
    "dhcp_start": "192.168.100.100", "dhcp_stop": "192.168.100.200", "rate_limit": 0,
    "rate_limit_type": "mbytes/second", "gateway": "",
}  # fmt: skip
NEW_NETWORK = {
    "name": "int1", "description": "workloads", "type": "internal", "mtu": "9000", "network": "192.168.80.0/24",
    "gateway": "192.168.80.1", "dnslist": "1.1.1.1", "dhcp_enabled": True, "rate_limit": 100, "rate_limit_burst": 500,
    "dhcp_start": "192.168.80.100", "dhcp_stop": "192.168.80.200",
}  # fmt: skip


@pytest.fixture
def web(http: Http) -> int:
    """A VM with two drives."""
    key, machine = http.vm(**WEB)
    for size in (1 << 30, DISK):
        http.post("machine_drives", {"machine": machine, "disksize": size})
    return key


# API Basics, Authentication, Additional Notes (docs/vergeos/README.md §2–§4) ------------------------------------------


def test_api_basics_authentication_is_over_https(start: Callable[..., Http]) -> None:
    http = start(tls=True)
    http.session.verify = False
    with pytest.warns(Warning, match="Unverified HTTPS"):
        assert http.send("GET", "/api/v4/vms").status_code == 200


def test_authentication_basic(http: Http) -> None:
    host = http.simulator.url.removeprefix("http://")
    http.session.auth = None
    assert http.send("GET", "/api/v4/machines?fields=all").status_code == 401
    with_login = f"http://{http.simulator.username}:{http.simulator.password}@{host}"
    assert http.session.get(f"{with_login}/api/v4/machines?fields=all", timeout=10).status_code == 200


def test_authentication_by_a_token_and_the_example_logout(http: Http) -> None:
    http.session.auth = None
    login = {"login": http.simulator.username, "password": http.simulator.password}
    answer = http.send("POST", "/api/sys/tokens", json=login, headers={"X-JSON-Non-Compact": "1"})
    receipt = answer.json()
    token = receipt["$key"]
    assert answer.status_code == 201
    assert answer.text.startswith('{\n   "location":"\\/sys\\/tokens\\/')
    assert receipt == {"location": f"/sys/tokens/{token}", "dbpath": f"tokens/{token}", "$row": 1, "$key": token}
    http.session.headers["x-yottabyte-token"] = token
    assert http.get("vms", fields="most") == []
    assert http.send("DELETE", f"/api/sys/tokens/{token}").status_code == 200
    assert http.send("GET", "/api/v4/vms").status_code == 401


def test_additional_notes_rate_limits(start: Callable[..., Http]) -> None:
    http = start(requests_per_hour=1000)
    assert {http.send("GET", "/api/v4/system").status_code for _ in range(1000)} == {200}
    assert http.send("GET", "/api/v4/system").status_code == 429


def test_swagger_interface_lists_tables_and_operations(http: Http) -> None:
    paths = http.send("GET", "/swagger").json()["paths"]
    assert {"get", "post"} <= paths["/api/v4/vms"].keys()
    assert {"get", "put", "delete"} <= paths["/api/v4/vms/{key}"].keys()


# Example Virtual Machines, Example Virtual Networks (docs/vergeos/README.md §6.1, §6.2) -------------------------------


def kinds(row: dict[str, Any], example: dict[str, Any]) -> dict[str, type]:
    return {name: type(row[name]) for name in example}


def test_retrieve_a_list_of_virtual_machines(http: Http, web: int) -> None:
    (row,) = http.get("vms", fields="most")
    assert kinds(row, VM) == kinds(VM, VM)


@pytest.mark.parametrize(("release", "further"), [("4.12.6", set[str]()), ("26.1.8", {"response"})])
def test_create_a_new_virtual_machine(start: Callable[..., Http], release: str, further: set[str]) -> None:
    http = start(release=release)
    body = NEW_VM | ({"machine_type": "pc-q35-8.1"} if release == "4.12.6" else {})
    receipt = http.post("vms", body)
    assert receipt.keys() - further == {"location", "dbpath", "$row", "$key"}
    assert (receipt["location"], receipt["dbpath"], receipt["$row"], receipt["$key"]) == ("/v4/vms/1", "vms/1", 1, "1")
    assert http.get("vms/1", fields=",".join(body)) == body


def test_retrieve_vnet_details(http: Http) -> None:
    http.post("vnets", {name: NETWORK[name] for name in NETWORK if name != "$key"})
    row = http.get("vnets", fields="most", filter="name eq 'Internal Test 1'")[0]
    assert kinds(row, NETWORK) == kinds(NETWORK, NETWORK)
    assert {name: row[name] for name in NETWORK} == NETWORK | {"$key": 5}


def test_create_an_internal_network_with_rate_limiting(http: Http) -> None:
    receipt = http.post("vnets", NEW_NETWORK)
    assert receipt == {"location": "/v4/vnets/5", "dbpath": "vnets/5", "$row": 5, "$key": "5"}
    assert http.get("vnets/5", fields=",".join(NEW_NETWORK)) == NEW_NETWORK | {"mtu": 9000}


# Resources: GET Options (docs/vergeos/README.md §5) -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "there", "missing"),
    [
        ("all", {"name", "cluster", "status"}, {"drives"}),
        ("most", {"name", "cluster", "status"}, {"drives"}),
        ("summary", {"name"}, {"cluster", "drives"}),
        ("dashboard", {"name", "cluster", "status"}, {"ha_group", "drives"}),
    ],
)
def test_fields_views(http: Http, fields: str, there: set[str], missing: set[str]) -> None:
    row = http.get("machines/101", fields=fields)
    assert there <= row.keys()
    assert missing.isdisjoint(row)


def test_fields_most_lacks_arguments_and_rows(http: Http) -> None:
    assert "bond_interfaces_args" in http.get("vnets/1", fields="all")
    assert "bond_interfaces_args" not in http.get("vnets/1", fields="most")
    assert "rules" not in http.get("vnets/1", fields="most")


def test_fields_example(http: Http) -> None:
    fields = "name,email,enabled,groups[all] as all_groups,collapse(groups[name]) as first_groups_name"
    (row,) = http.get("users", fields=fields)
    assert (row["name"], row["email"], row["enabled"]) == ("admin", "", True)
    assert [group["$key"] for group in row["all_groups"]] == [1]
    assert row["first_groups_name"] == row["all_groups"][0]["name"]


FUNCTIONS: dict[str, tuple[str, Any]] = {
    "collapse": ("machine#collapse(drives[name])", "drive_0"),
    "datetime": ("datetime(boot_delay)", "1970-01-01 00:00:05"),
    "upper": ("upper(name)", "WEB"),
    "lower": ("lower(os_family)", "linux"),
    "count": ("machine#count(drives)", 2),
    "diskspace": ("machine#diskspace(drives[disksize])", ["1.00 GB", "3.00 GB"]),
    "display": ("display(os_family)", "Linux"),
    "hex": ("hex(ram)", "800"),
    "sha1": ("sha1(name)", "ca84d1343b96baa8137c943ed1860e522cacb238"),
    "sum": ("machine#sum(drives[disksize])", 4 << 30),
    "avg": ("machine#avg(drives[disksize])", 2 << 30),
    "min": ("machine#min(drives[disksize])", 1 << 30),
    "max": ("machine#max(drives[disksize])", DISK),
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_field_functions(http: Http, web: int, function: str) -> None:
    written, expected = FUNCTIONS[function]
    assert http.get(f"vms/{web}", fields=f"{written} as x") == {"x": expected}


OPERATORS: dict[str, tuple[str, bool]] = {
    "eq": ("ram eq 2048", True),
    "ne": ("ram ne 2048", False),
    "gt": ("ram gt 1024", True),
    "ge": ("ram ge 2048", True),
    "lt": ("ram lt 2048", False),
    "le": ("ram le 2048", True),
    "bw": ("name bw 'we'", True),
    "ew": ("name ew 'eb'", True),
    "and": ("name eq 'web' and ram eq 1", False),
    "or": ("name eq 'web' or ram eq 1", True),
    "cs": ("name cs 'E'", False),
    "ct": ("name ct 'E'", True),
    "rx": ("name rx '^w.b$'", True),
}


@pytest.mark.parametrize("operator", OPERATORS)
def test_filter_operators(http: Http, web: int, operator: str) -> None:
    written, found = OPERATORS[operator]
    assert http.get("vms", fields="name", filter=written) == [{"name": "web"}] * found


@pytest.mark.parametrize("release", ["4.12.6", "26.1.8"])
@pytest.mark.parametrize("text", ["enabled eq true and size gt 1048576", "cputype eq 'qemu' or cputype eq 'kvm'"])
def test_filter_examples_are_answered(start: Callable[..., Http], release: str, text: str) -> None:
    # Their columns are of no table that is known, so they find nothing.
    assert start(release=release).get("vms", filter=text) == []


@pytest.mark.parametrize(("sort", "ascending"), [("+name", True), ("-name", False), ("-id", False)])
def test_sort(http: Http, sort: str, ascending: bool) -> None:
    name = sort[1:]
    values = [row[name] for row in http.get("nodes", fields=name, sort=sort)]
    assert values == sorted(values, reverse=not ascending)
    assert len(values) == 3


@pytest.mark.parametrize(("limit", "rows"), [(1, 1), (2, 2), (0, 4)])
def test_limit(http: Http, limit: int, rows: int) -> None:
    assert len(http.get("vnets", limit=limit)) == rows


def test_additional_notes_pagination(http: Http) -> None:
    pages = [http.get("vnets", fields="$key", sort="+$key", offset=start, limit=3) for start in (0, 3, 6)]
    assert [row["$key"] for row in itertools.chain(*pages)] == [1, 2, 3, 4]
    assert [len(page) for page in pages] == [3, 1, 0]


def test_resources_the_example_url(http: Http) -> None:
    rows = http.send("GET", "/api/v4/machines?filter=&fields=all&sort=&limit=").json()
    assert len(rows) == 7


# Generic HTTP Response Codes, Example Errors (docs/vergeos/README.md §7) ----------------------------------------------


def bad_request(http: Http) -> int:
    return http.send("POST", "/api/v4/vms", data=b"{").status_code


def failed_login(http: Http) -> int:
    return http.send("GET", "/api/v4/vms", headers={"Authorization": "Basic eDp5"}, auth=lambda it: it).status_code


def permission_denied(http: Http) -> int:
    http.post("users", {"name": "bob", "password": "Secret-1234"})
    http.session.auth = ("bob", "Secret-1234")
    return http.error("POST", "vms", {"name": "web"})[0]


def upgraded(http: Http) -> int:
    key, _ = http.vm("web")
    http.act(key, "poweron")
    asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    asked["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    return http.send("GET", f"/api/v4/vms/{key}/console", headers=asked, stream=True).status_code


def broken(http: Http) -> int:
    # Nothing here fails by itself; a fault stands for it.
    http.simulator.faults({"what": "status", "status": 500, "body": {"err": "Internal error"}})
    return http.send("GET", "/api/v4/vms").status_code


def twice(http: Http) -> int:
    http.vm("web")
    return http.error("POST", "vms", {"name": "web"})[0]


STATUSES: dict[str, tuple[int, Callable[[Http], int]]] = {
    "bad request": (400, bad_request),
    "failed login": (401, failed_login),
    "permission denied": (403, permission_denied),
    "no such row": (404, lambda http: http.error("GET", "vms/9")[0]),
    "no such API": (404, lambda http: http.error("GET", "no_such_table")[0]),
    "not permitted": (405, lambda http: http.error("DELETE", "nodes/1")[0]),
    "row exists": (409, twice),
    "failed validation": (422, lambda http: http.error("POST", "vms", {"name": "a", "ram": 1})[0]),
    "invalid parameter": (422, lambda http: http.error("GET", "vms", limit="x")[0]),
    "internal server error": (500, broken),
    "POST created": (201, lambda http: http.send("POST", "/api/v4/vms", json={"name": "a"}).status_code),
    "websocket": (101, upgraded),
    "GET success": (200, lambda http: http.send("GET", "/api/v4/vms").status_code),
    "PUT success": (200, lambda http: http.send("PUT", "/api/v4/nodes/1", json={"note": "x"}).status_code),
    "DELETE success": (200, lambda http: http.send("DELETE", "/api/v4/groups/2").status_code),
}


@pytest.mark.parametrize("case", STATUSES)
def test_generic_http_response_codes(http: Http, case: str) -> None:
    status, ask = STATUSES[case]
    assert ask(http) == status


def test_example_error(http: Http) -> None:
    body = {"err": "Validation error on field: 'dhcp_start' - 'fails validation test'"}
    answer = http.send("POST", "/api/v4/vnets", json={"name": "lan", "dhcp_start": "10.0.0.999"})
    assert (answer.status_code, answer.json()) == (422, body)


# Schema Table Definitions, Full Table Schema (docs/vergeos/README.md §1.1, docs/vergeos/access.md §6) -----------------

WHOLE = {
    "uint8": (0, 255), "uint16": (0, 65535), "uint32": (0, 4294967295), "uint64": (0, 18446744073709551615),
    "int8": (-128, 127), "int16": (-32768, 32767), "int32": (-2147483648, 2147483647),
    "int64": (-9223372036854775808, 9223372036854775807),
}  # fmt: skip
"""The smallest and the largest number of each type of whole numbers."""

REFUSED = object()

WRITTEN: dict[str, tuple[tuple[Any, Any], ...]] = {
    **dict.fromkeys(
        ("bool", "enabled"),
        ((True, True), (False, False), ("true", True), ("false", False), ("yes", REFUSED), (2, REFUSED)),
    ),
    **dict.fromkeys(("text", "string", "filename"), (("a.iso", "a.iso"), ("", ""), (5, "5"), ({"a": 1}, REFUSED))),
    "num": ((1.5, 1.5), ("2.5", 2.5), (3, 3), (-1, -1), ("x", REFUSED), (True, REFUSED)),
    **{
        name: (
            *((least, least), (most, most), (str(most), most)),
            *((each, REFUSED) for each in (least - 1, most + 1, 1.5, "x")),
        )
        for name, (least, most) in WHOLE.items()
    },
    "json": (({"a": 1}, {"a": 1}), ([1], [1]), ('{"a": 1}', {"a": 1}), ("{", REFUSED)),
    "row": ((1, 1), ("1", 1), (None, None), (99, REFUSED), ("x", REFUSED)),
}
"""What is sent for each type that clients write, and what is answered then."""

MEASURED = {"created": 1, "created_ms": 1000, "created_us": 10**6, "modified": 1, "modified_ms": 1000}
MEASURED |= {"modified_us": 10**6, "filemodified": 1}
"""The types of times, and how many a second has."""

SIZES = ("filesize", "fileused", "fileallocated")


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Http]:
    """A system that has a column of each type in one table: which real table has which is not known for most."""
    column = {"create": True, "readonly": False}
    fields = {f"a_{name}": column | {"type": name, "table": "vnets"} for name in WRITTEN}
    fields |= {f"a_{name}": {"type": name} for name in (*MEASURED, *SIZES)}
    table = {"fields": {"name": {"type": "text", "required": True}, **fields}}
    report = {"release": "26.1.8", "tables": {"tag_categories": table}, "absent": [], "unread": [], "told": []}
    path = tmp_path_factory.mktemp("typed") / "report.json"
    path.write_text(json.dumps(report | {"other_tables": None, "layout": {}}))
    with Simulator(Options(like=path)) as running:
        running.clock("manual")
        client = Http(running)
        client.post("tag_categories", {"name": "one"})
        yield client
        client.session.close()


def test_field_types_are_the_guides(typed: Http) -> None:
    """The types of the guide, each said by a schema; `rows` are of the table's children."""
    listed = words(
        "bool text string num uint8 uint16 uint32 uint64 int8 int16 int32 int64 enabled created created_ms created_us"
        " modified modified_ms modified_us filename filesize fileused fileallocated filemodified json row rows"
    )
    said = {field["type"] for field in typed.get("tag_categories/$table")["fields"].values()}
    assert said == set(listed) == {*FIELD_TYPES, ROWS}


@pytest.mark.parametrize("name", WRITTEN)
def test_field_types_that_clients_write(typed: Http, name: str) -> None:
    column = f"a_{name}"
    for sent, answered in WRITTEN[name]:
        if answered is REFUSED:
            before = typed.get("tag_categories/1", fields=column)
            status, text = typed.error("PUT", "tag_categories/1", {column: sent})
            assert (status, column in text) == (404 if name == "row" else 422, True), sent
            assert typed.get("tag_categories/1", fields=column) == before
        else:
            typed.put("tag_categories/1", {column: sent})
            found = typed.get("tag_categories/1", fields=column)[column]
            assert (found, type(found)) == (answered, type(answered))
            key = typed.post("tag_categories", {"name": "other", column: sent})["$key"]
            assert typed.get(f"tag_categories/{key}", fields=column) == {column: answered}
            typed.delete(f"tag_categories/{key}")


@pytest.mark.parametrize("name", MEASURED)
def test_field_types_of_times(typed: Http, name: str) -> None:
    column, units = f"a_{name}", MEASURED[name]
    begun = typed.simulator.clock()
    key = typed.post("tag_categories", {"name": name, column: 7})["$key"]
    assert typed.get(f"tag_categories/{key}", fields=column) == {column: int(begun * units)}
    later = typed.simulator.clock(advance=5)
    typed.put(f"tag_categories/{key}", {"name": f"{name} again"})
    stamped = later if "modified" in name else begun
    assert typed.get(f"tag_categories/{key}", fields=column) == {column: int(stamped * units)}
    assert typed.error("PUT", f"tag_categories/{key}", {column: 7}) == (422, f"field '{column}' is readonly")


@pytest.mark.parametrize("name", SIZES)
def test_field_types_of_sizes(typed: Http, name: str) -> None:
    column = f"a_{name}"
    key = typed.post("tag_categories", {"name": name, column: 7})["$key"]
    assert typed.get(f"tag_categories/{key}", fields=column) == {column: None}
    assert typed.error("PUT", f"tag_categories/{key}", {column: 7}) == (422, f"field '{column}' is readonly")


def test_field_types_of_rows(http: Http) -> None:
    assert http.get("vnets/$table")["fields"]["rules"] == {"type": "rows", "table": "vnet_rules"}
    http.post("vnet_rules", {"vnet": 1, "name": "a", "action": "accept", "protocol": "tcp"})
    http.put("vnets/1", {"rules": []})
    assert http.get("vnets/1", fields="rules") == {"rules": [1]}


def test_field_types_of_files(http: Http) -> None:
    fields = http.get("files/$table")["fields"]
    named = {"name": "filename", "filesize": "filesize", "used_bytes": "fileused", "modified": "filemodified"}
    named |= {"allocated_bytes": "fileallocated"}
    assert {name: fields[name]["type"] for name in named} == named
    http.simulator.clock("manual")
    http.post("files", {"name": "a.iso", "allocated_bytes": "8", "filesize": 5})
    later = http.simulator.clock(advance=5)
    empty = {"name": "a.iso", "filesize": 0, "used_bytes": 0, "allocated_bytes": 8, "modified": int(later) - 5}
    assert http.get("files/1", fields=",".join(named)) == empty
    assert http.send("PUT", "/api/v4/files/1?filepos=0", data=b"12345").status_code == 200
    full = empty | {"filesize": 5, "used_bytes": 5, "modified": int(later)}
    assert http.get("files/1", fields=",".join(named)) == full


def test_field_types_of_logs(http: Http) -> None:
    assert http.get("logs/$table")["fields"]["timestamp"]["type"] == "created_us"
    http.simulator.clock("manual")
    http.simulator.add("logs", level="message", text="hello")
    assert http.get("logs/3", fields="timestamp") == {"timestamp": int(http.simulator.clock() * 1_000_000)}


def test_every_field_of_every_schema_has_one_of_them(http: Http) -> None:
    tables = http.send("GET", "/_sim/system").json()["tables"]
    found = {field["type"] for table in tables for field in http.get(f"{table}/$table")["fields"].values()}
    assert found == {
        *("bool", "text", "int64", "num", "enabled", "created", "modified", "json", "row", "string", "rows"),
        *("created_us", "filename", "filesize", "fileused", "fileallocated", "filemodified"),
    }


def test_full_table_schema_needs_an_administrator(http: Http) -> None:
    assert http.get("machines/$table")["fields"]["cluster"]["type"] == "row"
    http.post("users", {"name": "bob", "password": "Secret-1234"})
    http.session.auth = ("bob", "Secret-1234")
    assert http.error("GET", "machines/$table")[0] == 403


@pytest.fixture
def guest(http: Http, start: Callable[..., Http]) -> Http:
    """A client of a user of the type `vdi`, who may list everything and read nothing but itself."""
    http.post("users", {"name": "bob", "password": "Secret-1234", "type": "vdi"})
    client = Http(http.simulator)
    client.session.auth = ("bob", "Secret-1234")
    return client


def allow(http: Http, table: str, row: int) -> None:
    identity = http.get("users/2", fields="identity")["identity"]
    http.post("permissions", {"identity": identity, "table": table, "row": row, "list": True, "read": True})


def test_schema_owner_field_replaces_the_check(http: Http, guest: Http) -> None:
    http.vm("web", cloudinit_datasource="nocloud")
    assert http.get("cloudinit_files/$table")["owner"] == "owner"
    assert guest.error("GET", "cloudinit_files/1")[0] == 403
    allow(http, "cloudinit_files", 1)  # the row itself is not asked
    assert guest.error("GET", "cloudinit_files/1")[0] == 403
    allow(http, "vms", 1)
    assert guest.get("cloudinit_files/1", fields="name") == {"name": "/user-data"}


def test_schema_parent_field_is_asked_if_the_row_refuses(http: Http, guest: Http, web: int) -> None:
    assert http.get("machine_drives/$table")["parent"] == "machine"
    assert guest.error("GET", "machine_drives/1")[0] == 403
    allow(http, "machine_drives", 1)
    assert guest.get("machine_drives/1", fields="name") == {"name": "drive_0"}
    assert guest.error("GET", "machine_drives/2")[0] == 403
    allow(http, "vms", web)  # the machine runs as the VM
    assert guest.get("machine_drives/2", fields="name") == {"name": "drive_1"}
