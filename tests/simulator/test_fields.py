"""The projection language, sorting and windows (docs/vergeos/README.md §5, docs/vergeos/quirks.md §R1–§R5, §R11)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.conftest import Http
from verge_pulumi.catalogue import TABLES
from verge_pulumi.simulator import Simulator
from verge_pulumi.simulator.disputed import Disputed
from verge_pulumi.simulator.errors import ApiError
from verge_pulumi.simulator.fields import parse as parse_fields
from verge_pulumi.simulator.projecting import Projector
from verge_pulumi.simulator.relations import Release, relations
from verge_pulumi.simulator.store import Store

TWO_NAMES = [{"name": "drive_0"}, {"name": "drive_1"}]
OFFLINE = {"status": "offline"}


@pytest.fixture
def web(simulator: Simulator, http: Http) -> int:
    """A VM with two drives and a NIC on External; its machine key is 108, its own is 1, and it tells where it is."""
    simulator.disputed(held_columns="both")
    key, machine = http.vm("web", description="Front end", ram=2048)
    for size in (1 << 30, 3 << 30):
        http.post("machine_drives", {"machine": machine, "disksize": size})
    http.post("machine_nics", {"machine": machine, "vnet": 3})
    return key


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("$key,name", {"$key": 1, "name": "web"}),
        (" name , ram ", {"name": "web", "ram": 2048}),
        ("name,bogus,running,bogus#name,name#bogus as n", {"name": "web", "n": "web"}),
        ("machine", {"machine": 108}),
        ("console_pass,tags,cloudinit_files", {"tags": [], "cloudinit_files": []}),
        # Traversals.
        ("machine#status#running as running", {"running": False}),
        ("machine#status#status", {"machine#status#status": "stopped"}),
        ("machine#$key as m,machine#$display as d,cluster#name as c", {"m": 108, "d": "web", "c": "cluster1"}),
        ("$display", {"$display": "web"}),
        ("machine#status#node#name as node,snapshot_profile#name as p", {"node": None, "p": None}),
        ("owner#name as o,owner#$display,name", {"name": "web"}),
        ("machine#bogus as x,bogus[all],name[all]", {"name": "web"}),
        # Functions.
        ("upper(name) as u,lower(os_family) as l", {"u": "WEB", "l": "linux"}),
        ("hex(ram) as h,hex(name) as n", {"h": "800", "n": None}),
        ("sha1(name) as s", {"s": "ca84d1343b96baa8137c943ed1860e522cacb238"}),
        ("diskspace(ram) as d,diskspace(snapshot_profile) as n", {"d": "2.00 KB", "n": None}),
        ("datetime(boot_delay) as t", {"t": "1970-01-01 00:00:05"}),
        ("display(os_family) as o,display(uefi) as u", {"o": "Linux", "u": False}),
        ("display(cluster) as c", {"c": "cluster1"}),
        ("machine#status#display(status) as s", {"s": "Stopped"}),
        ("machine#count(drives) as n,count(owner_user) as o", {"n": 2, "o": 0}),
        ("machine#drives#sum(disksize) as s,machine#drives#avg(disksize) as a", {"s": 4 << 30, "a": float(2 << 30)}),
        ("machine#drives#min(disksize) as a,machine#drives#max(disksize) as b", {"a": 1 << 30, "b": 3 << 30}),
        ("machine#drives#min(media_source) as a,machine#drives#avg(media_source) as b", {"a": None, "b": None}),
        ("machine#drives#upper(name) as u", {"u": ["DRIVE_0", "DRIVE_1"]}),
        ("machine#sum(drives[disksize]) as s,machine#max(drives[disksize]) as m", {"s": 4 << 30, "m": 3 << 30}),
        ("machine#avg(drives[disksize])", {"machine#avg(drives[disksize])": float(2 << 30)}),
        ("machine#upper(drives[name]) as u", {"u": ["DRIVE_0", "DRIVE_1"]}),
        ("machine#count(drives[name,orderid]) as n", {"n": 2}),
        ("machine#collapse(drives[name]) as f,collapse(name) as n", {"f": "drive_0", "n": "web"}),
        ("machine#collapse(devices[name]) as f", {"f": None}),
        ("collapse(meta) as m", {"m": None}),
        ("name,flatten(machine[$key as m,ha_group as group])", {"name": "web", "m": 108, "group": ""}),
        ("flatten(snapshot_profile[name]),name", {"name": "web"}),
        ("bogus(machine[name]),upper(bogus[name])", {}),
        ("upper(name)", {"upper(name)": "WEB"}),
        ("upper(upper(name))", {"upper(upper(name))": "WEB"}),
        ("machine#lower(upper(collapse(drives[name]))) as f", {"f": "drive_0"}),
        ("machine#lower(upper(collapse(drives[name])))", {"machine#lower(upper(collapse(drives[name])))": "drive_0"}),
        ("hex(sum(machine#drives[disksize])) as s,upper(display(cluster)) as c", {"s": "100000000", "c": "CLUSTER1"}),
        ("upper(bogus(name)),bogus(upper(name)),upper(flatten(name)),flatten(upper(name)) as x", {}),
        ("owner#upper(name) as a,bogus(name),upper(bogus)", {}),
        ("owner#count(name) as a", {}),
        ("display(owner) as d,display(bogus#name) as e", {}),
        # Selections.
        ("machine[$key,drives[name],nics] as m", {"m": {"$key": 108, "drives": TWO_NAMES, "nics": [1]}}),
        ("machine#drives[name,status#status as status] as d", {"d": [row | OFFLINE for row in TWO_NAMES]}),
        ("machine[]", {"machine": {}}),
        ("snapshot_profile[all],owner[all]", {"snapshot_profile": None}),
        ("machine#drives#bogus as x", {}),
        ("asset,name as as", {"as": "web"}),
    ],
)  # fmt: skip
def test_projects(http: Http, web: int, fields: str, expected: dict[str, Any]) -> None:
    assert http.get(f"vms/{web}", fields=fields) == expected


def test_polymorphic_references_are_followed(simulator: Simulator, http: Http) -> None:
    simulator.add("members", parent_group=2, member="/v4/users/1")
    expected = {"member": "users/1", "member#$display": "admin", "who": {"name": "admin"}}
    fields = "member,member#$display,member[name] as who,member#bogus as x"
    rows = http.get("members", fields=fields)
    assert rows == [expected, expected | {"member": "/v4/users/1"}]
    assert http.get("members/1", fields="display(member) as d,member#upper(name) as u") == {"d": "admin", "u": "ADMIN"}


def test_child_lists_and_aggregates(http: Http) -> None:
    fields = "name,count(members) as member_count,members[member]"
    assert http.get("groups", fields=fields) == [
        {"name": "Administrators (default)", "member_count": 1, "members": [{"member": "users/1"}]},
        {"name": "Operators", "member_count": 0, "members": []},
    ]


def test_all_is_every_own_column_and_nothing_computed(http: Http, web: int) -> None:
    row = http.get(f"vms/{web}", fields="all")
    visible = {column.name for column in TABLES["vms"].columns if not column.secret}
    assert set(row) == visible | {"$key"}
    assert row["machine"] == 108
    more = http.get(f"vms/{web}", fields="all,machine#status#running as running")
    assert more == row | {"running": False}


def test_views(http: Http, web: int) -> None:
    most = http.get("vnets/1", fields="most")
    assert most["name"] == "DMZ"
    assert "bond_interfaces_args" not in most
    assert "bond_interfaces_args" in http.get("vnets/1", fields="all")
    assert set(http.get(f"vms/{web}", fields="dashboard")) == {"$key", *TABLES["vms"].views["dashboard"]}
    assert http.get(f"vms/{web}", fields="summary") == http.get(f"vms/{web}")
    assert http.get(f"vms/{web}", fields="all as x,basic,*") == {}


@pytest.mark.parametrize("table", ["nodes", "storage_tiers"])
def test_some_tables_leave_the_key_out_of_all(http: Http, table: str) -> None:
    assert "$key" not in http.get(table, fields="all")[0]
    assert http.get(table, fields="all,$key")[0]["$key"] == 1
    assert "$key" in http.get(table)[0]


def test_without_fields_the_answer_is_short_and_lacks_the_parent(http: Http, web: int) -> None:
    assert http.get("machine_drives/1") == {
        "$key": 1, "name": "drive_0", "orderid": 0, "interface": "virtio-scsi", "media": "disk", "disksize": 1 << 30,
    }  # fmt: skip


@pytest.mark.parametrize("fields", ["", ",", " , "])
def test_a_projection_without_names_counts(http: Http, web: int, fields: str) -> None:
    assert http.get("vnets", fields=fields) == [{"$count": 4}]
    assert http.get("vnets", fields=fields, filter="type eq 'core'") == [{"$count": 1}]
    assert http.get("vnets/1", fields=fields) == {"$count": 1}


@pytest.mark.parametrize(
    "fields",
    [
        *("a[", "a]", "a[b]]", "a b", "a(", "a#", "#a", "a as", "f(a[b])[c]", "f(g(a)[b])"),
        "#".join("a" * 60),
        "f(" * 60 + "a" + ")" * 60,
    ],
)
def test_a_broken_projection_is_refused(http: Http, fields: str) -> None:
    assert http.error("GET", "vms", fields=fields) == (422, "Invalid argument")


STORE = Store(relations(TABLES, Release("26.1.8")))
PROJECTOR = Projector(STORE, lambda table, row: None, lambda right, table, row: True, Disputed(lambda: None))
ROW = {"$key": 1, **dict.fromkeys(STORE.relations["vms"].columns)}
FRAGMENTS = st.sampled_from(["name", "$key", "machine", "all", "count(", "#", "[", "]", ")", ",", " as ", "x", "most"])


@given(st.one_of(st.text(), st.lists(FRAGMENTS).map("".join)))
def test_any_text_is_answered_or_refused(text: str) -> None:
    try:
        PROJECTOR.projection(STORE.relations["vms"], parse_fields(text))(ROW)
    except ApiError as refusal:
        status = refusal.status
    else:
        status = 200
    assert status in (200, 422)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", [1, 2, 3, 4]),
        ("name", [2, 1, 3, 4]),
        ("+name", [2, 1, 3, 4]),
        ("-name", [4, 3, 1, 2]),
        ("-$key", [4, 3, 2, 1]),
        ("mtu", [3, 4, 1, 2]),
        ("-mtu,-name", [1, 2, 4, 3]),
        ("layer2_type,-$key", [4, 3, 2, 1]),
        ("bogus", [1, 2, 3, 4]),
        ("interface_vnet,-type", [4, 1, 2, 3]),
    ],
)
def test_sorts(http: Http, sort: str, expected: list[int]) -> None:
    assert [row["$key"] for row in http.get("vnets", sort=sort)] == expected


def test_nulls_and_structures_sort_too(simulator: Simulator, http: Http) -> None:
    for name, meta in (("a", {"x": 2}), ("b", None), ("c", {"x": 1})):
        simulator.add("vms", name=name, meta=meta)
    assert [row["name"] for row in http.get("vms", fields="name", sort="meta")] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ({"limit": 2}, [1, 2]),
        ({"limit": 0}, [1, 2, 3, 4]),
        ({"limit": 2, "offset": 3}, [4]),
        ({"offset": 2}, [3, 4]),
        ({"offset": 9}, []),
        ({"limit": ""}, [1, 2, 3, 4]),
    ],
)
def test_windows(http: Http, window: dict[str, Any], expected: list[int]) -> None:
    assert [row["$key"] for row in http.get("vnets", **window)] == expected


@pytest.mark.parametrize("window", [{"limit": -1}, {"limit": "x"}, {"offset": "1.5"}, {"offset": "²"}])
def test_broken_windows_are_refused(http: Http, window: dict[str, Any]) -> None:
    assert http.error("GET", "vnets", **window) == (422, "Invalid argument")
