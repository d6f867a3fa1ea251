"""Host overrides, DNS views, zones, records and network blocks (docs/vergeos/networks.md §7–§9, §13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator

EXTERNAL = 3
"""A network that runs."""


def needs(http: Http, network: int = EXTERNAL) -> list[str]:
    flags = http.get(f"vnets/{network}", fields="need_fw_apply,need_dns_apply")
    return [name for name, needed in flags.items() if needed]


def apply_dns(http: Http) -> None:
    http.put(f"vnets/{EXTERNAL}/applydns", {})


@pytest.fixture
def view(http: Http) -> int:
    return int(http.post("vnet_dns_views", {"vnet": EXTERNAL, "name": "all", "match_clients": "any;"})["$key"])


@pytest.fixture
def zone(http: Http, view: int) -> int:
    return int(http.post("vnet_dns_zones", {"view": view, "domain": "example.com"})["$key"])


def add_record(http: Http, zone: int, **columns: Any) -> int:
    body = {"zone": zone, "host": "www", "type": "A", "value": "10.0.0.5", **columns}
    return int(http.post("vnet_dns_zone_records", body)["$key"])


def test_what_vergeos_fills_in(http: Http, view: int, zone: int) -> None:
    host = http.post("vnet_hosts", {"vnet": EXTERNAL, "host": "db", "ip": "10.0.0.9"})["$key"]
    record = add_record(http, zone)
    assert http.get(f"vnet_hosts/{host}", fields="type") == {"type": "host"}
    fields = "recursion,match_destinations,max_cache_size,query_source,orderid"
    assert http.get(f"vnet_dns_views/{view}", fields=fields) == {
        "recursion": False, "match_destinations": "", "max_cache_size": 33554432, "query_source": None, "orderid": 1,
    }  # fmt: skip
    fields = "type,default_ttl,notify,allow_notify,allow_transfer,refresh_interval,retry_interval,expiry_period"
    assert http.get(f"vnet_dns_zones/{zone}", fields=fields) == {
        "type": "master", "default_ttl": "1h", "notify": "yes", "allow_notify": "none;", "allow_transfer": "none;",
        "refresh_interval": "3h", "retry_interval": "30m", "expiry_period": "3w",
    }  # fmt: skip
    fields = "ttl,mx_preference,weight,port,orderid"
    assert http.get(f"vnet_dns_zone_records/{record}", fields=fields) == {
        "ttl": "", "mx_preference": 0, "weight": 0, "port": 0, "orderid": 1,
    }  # fmt: skip


def test_every_write_is_staged_on_the_network_that_it_hangs_on_however_far(http: Http) -> None:
    rows: dict[str, int] = {}

    def create(table: str, **body: Any) -> Callable[[], object]:
        def post() -> None:
            rows[table] = int(http.post(table, {name: rows.get(value, value) for name, value in body.items()})["$key"])

        return post

    changes: list[Callable[[], object]] = [
        create("vnet_hosts", vnet=EXTERNAL, host="db", ip="10.0.0.9"),
        lambda: http.put(f"vnet_hosts/{rows['vnet_hosts']}", {"ip": "10.0.0.8"}),
        lambda: http.delete(f"vnet_hosts/{rows['vnet_hosts']}"),
        create("vnet_dns_views", vnet=EXTERNAL, name="all"),
        lambda: http.put(f"vnet_dns_views/{rows['vnet_dns_views']}", {"recursion": True}),
        create("vnet_dns_zones", view="vnet_dns_views", domain="example.com"),
        lambda: http.put(f"vnet_dns_zones/{rows['vnet_dns_zones']}", {"default_ttl": "5m"}),
        create("vnet_dns_zone_records", zone="vnet_dns_zones", type="A", value="10.0.0.5"),
        lambda: http.put(f"vnet_dns_zone_records/{rows['vnet_dns_zone_records']}", {"value": "10.0.0.6"}),
        lambda: http.delete(f"vnet_dns_zone_records/{rows['vnet_dns_zone_records']}"),
        lambda: http.delete(f"vnet_dns_zones/{rows['vnet_dns_zones']}"),
        lambda: http.delete(f"vnet_dns_views/{rows['vnet_dns_views']}"),
    ]
    for change in changes:
        change()
        assert needs(http) == ["need_dns_apply"]
        apply_dns(http)
        assert needs(http) == []
    assert http.get(f"vnets/{EXTERNAL}", fields="last_dns_apply")["last_dns_apply"] > 0


def test_a_row_written_as_it_is_stages_and_counts_nothing(http: Http, zone: int) -> None:
    record = add_record(http, zone)
    serial = http.get(f"vnet_dns_zones/{zone}", fields="serial_number")
    apply_dns(http)
    http.put(f"vnet_dns_zones/{zone}", {"domain": "example.com"})
    http.put(f"vnet_dns_zone_records/{record}", {"host": "www", "orderid": 1})
    assert needs(http) == []
    assert http.get(f"vnet_dns_zones/{zone}", fields="serial_number") == serial


def test_a_network_that_is_stopped_does_not_apply(http: Http) -> None:
    key = http.post("vnets", {"name": "lan"})["$key"]
    http.post("vnet_hosts", {"vnet": key, "host": "db", "ip": "10.0.0.9"})
    assert http.error("PUT", f"vnets/{key}/applydns") == (422, "vNet is not running")
    http.act(int(key), "poweron", "vnet")
    assert needs(http, int(key)) == []


def test_the_serial_number_counts_changes_of_the_zone_and_its_records(http: Http, zone: int) -> None:
    record = add_record(http, zone)
    http.put(f"vnet_dns_zone_records/{record}", {"value": "10.0.0.6"})
    http.delete(f"vnet_dns_zone_records/{record}")
    http.put(f"vnet_dns_zones/{zone}", {"email": "admin@example.com"})
    assert http.get(f"vnet_dns_zones/{zone}", fields="serial_number") == {"serial_number": 5}
    assert http.error("PUT", f"vnet_dns_zones/{zone}", {"serial_number": 9})[0] == 422


def test_views_and_records_are_in_the_order_in_which_they_came(http: Http, view: int, zone: int) -> None:
    http.post("vnet_dns_views", {"vnet": EXTERNAL, "name": "tenth", "orderid": 10})
    http.post("vnet_dns_views", {"vnet": 2, "name": "elsewhere"})
    http.post("vnet_dns_views", {"vnet": EXTERNAL, "name": "last"})
    views = http.get("vnet_dns_views", fields="name,orderid", sort="+orderid", filter=f"vnet eq {EXTERNAL}")
    assert views == [{"name": "all", "orderid": 1}, {"name": "tenth", "orderid": 10}, {"name": "last", "orderid": 11}]
    other = http.post("vnet_dns_zones", {"view": view, "domain": "example.org"})["$key"]
    records = [add_record(http, key) for key in (zone, zone, int(other))]
    orders = [http.get(f"vnet_dns_zone_records/{key}", fields="orderid")["orderid"] for key in records]
    assert orders == [1, 2, 1]


def test_what_is_unique(http: Http, view: int, zone: int) -> None:
    body = {"vnet": EXTERNAL, "host": "db", "ip": "10.0.0.9"}
    http.post("vnet_hosts", body)
    assert http.error("POST", "vnet_hosts", body) == (409, "host 'db' is already in use")
    http.post("vnet_hosts", body | {"vnet": 2})
    assert http.error("POST", "vnet_dns_views", {"vnet": EXTERNAL, "name": "all"})[0] == 409
    assert http.error("POST", "vnet_dns_zones", {"view": view, "domain": "example.com"})[0] == 409
    assert len({add_record(http, zone), add_record(http, zone)}) == 2


def test_what_hangs_on_something_goes_with_it(simulator: Simulator, http: Http, view: int, zone: int) -> None:
    add_record(http, zone)
    simulator.edit("vnets", EXTERNAL, network_dns_zone=zone)
    http.delete(f"vnet_dns_views/{view}")
    for table in ("vnet_dns_views", "vnet_dns_zones", "vnet_dns_zone_records"):
        assert simulator.rows(table) == []
    assert http.get(f"vnets/{EXTERNAL}", fields="network_dns_zone") == {"network_dns_zone": None}


def test_a_network_takes_its_dns_and_blocks_along(simulator: Simulator, http: Http) -> None:
    before = simulator.snapshot()
    key = http.post("vnets", {"name": "lan"})["$key"]
    http.post("vnet_hosts", {"vnet": key, "host": "db", "ip": "10.0.0.9"})
    http.post("vnet_cidrs", {"vnet": key, "cidr": "10.0.0.0/28"})
    view = http.post("vnet_dns_views", {"vnet": key, "name": "all"})["$key"]
    add_record(http, int(http.post("vnet_dns_zones", {"view": view, "domain": "example.com"})["$key"]))
    http.delete(f"vnets/{key}")
    assert simulator.snapshot() == before


@pytest.mark.parametrize(
    ("table", "body", "refusal"),
    [
        ("vnet_hosts", {"vnet": EXTERNAL, "host": "a", "ip": "10.0.0.1", "type": "alias"}, "not in list"),
        ("vnet_hosts", {"vnet": EXTERNAL, "host": "a"}, "field 'vnet_hosts.ip' is required"),
        ("vnet_dns_views", {"vnet": EXTERNAL, "name": "a", "query_source": 99}, "No such file"),
        ("vnet_dns_zones", {"vnet": EXTERNAL, "domain": "a"}, "field 'vnet_dns_zones.view' is required"),
        ("vnet_dns_zones", {"view": 1, "domain": "a", "type": "primary"}, "not in list"),
        ("vnet_dns_zone_records", {"zone": 1, "type": "SOA", "value": "a"}, "not in list"),
    ],
)
def test_what_is_refused(http: Http, view: int, zone: int, table: str, body: dict[str, Any], refusal: str) -> None:
    assert refusal in http.error("POST", table, body)[1]


# Blocks --------------------------------------------------------------------------------------------------------------


def test_blocks_of_a_network_do_not_overlap(http: Http) -> None:
    first = http.post("vnet_cidrs", {"vnet": EXTERNAL, "cidr": "10.0.0.0/24"})["$key"]
    second = http.post("vnet_cidrs", {"vnet": EXTERNAL, "cidr": "10.0.1.0/24"})["$key"]
    http.post("vnet_cidrs", {"vnet": EXTERNAL, "cidr": "fd00::/64"})
    http.post("vnet_cidrs", {"vnet": 2, "cidr": "10.0.0.0/24"})
    taken = (409, "cidr '10.0.0.128/25' is already in use")
    assert http.error("POST", "vnet_cidrs", {"vnet": EXTERNAL, "cidr": "10.0.0.128/25"}) == taken
    assert http.error("PUT", f"vnet_cidrs/{second}", {"cidr": "10.0.0.128/25"}) == taken
    http.put(f"vnet_cidrs/{first}", {"cidr": "10.0.0.0/25"})
    http.put(f"vnet_cidrs/{second}", {"cidr": "10.0.0.128/25"})
    assert http.error("POST", "vnet_cidrs", {"vnet": 2, "cidr": "10.0.0.1/24"})[0] == 422


def test_an_overlap_has_an_older_releases_status(start: Callable[..., Http]) -> None:
    old = start(release="26.1.3")
    old.post("vnet_cidrs", {"vnet": EXTERNAL, "cidr": "10.0.0.0/24"})
    assert old.error("POST", "vnet_cidrs", {"vnet": EXTERNAL, "cidr": "10.0.0.0/8"})[0] == 422


def test_blocks_are_staged_like_rules(http: Http) -> None:
    key = http.post("vnet_cidrs", {"vnet": EXTERNAL, "cidr": "10.0.0.0/24"})["$key"]
    assert needs(http) == ["need_fw_apply"]
    http.act(EXTERNAL, "refresh", "vnet")
    http.delete(f"vnet_cidrs/{key}")
    assert needs(http) == ["need_fw_apply"]
