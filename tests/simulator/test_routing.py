"""Dynamic routing and proxies of networks (docs/vergeos/networks.md §11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator

NEEDS = "need_restart,need_proxy_apply,need_fw_apply"


def needs(http: Http, key: int) -> list[str]:
    return [name for name, needed in http.get(f"vnets/{key}", fields=NEEDS).items() if needed]


@pytest.fixture
def lan(http: Http) -> int:
    """A stopped network."""
    return int(http.post("vnets", {"name": "lan", "network": "10.9.0.0/24"})["$key"])


@pytest.fixture
def bgp(http: Http, lan: int) -> int:
    """The parent row of its routing."""
    return int(http.post("vnet_bgp", {"vnet": lan})["$key"])


def commands(http: Http) -> list[tuple[int, str, bool]]:
    rows = http.get("vnet_bgp_router_commands", fields="orderid,command,params,no", sort="+orderid")
    return [(row["orderid"], f"{row['command']} {row['params']}", row["no"]) for row in rows]


@pytest.mark.parametrize("table", ["vnet_bgp", "vnet_proxy"])
def test_a_network_has_one_and_names_it(http: Http, lan: int, table: str) -> None:
    key = int(http.post(table, {"vnet": lan})["$key"])
    column = table.removeprefix("vnet_")
    assert http.get(f"vnets/{lan}", fields=column) == {column: key}
    assert http.error("POST", table, {"vnet": lan})[0] == 409
    http.delete(f"{table}/{key}")
    assert http.get(f"vnets/{lan}", fields=column) == {column: None}


def test_a_router_begins_with_commands(http: Http, bgp: int) -> None:
    router = http.post("vnet_bgp_routers", {"bgp": bgp, "asn": 65001})["$key"]
    assert commands(http) == [
        (0, "bgp router-id 10.9.0.1", False),
        (1, "bgp ebgp-requires-policy", True),
        (2, "bgp network import-check", True),
    ]
    neighbor = {"command": "neighbor", "params": "10.9.0.9 remote-as 1"}
    http.post("vnet_bgp_router_commands", {"bgp_router": router, **neighbor})
    assert commands(http)[-1] == (3, "neighbor 10.9.0.9 remote-as 1", False)
    http.delete(f"vnet_bgp_routers/{router}")
    assert commands(http) == []


@pytest.mark.parametrize("asn", [0, 4294967296])
def test_a_number_out_of_range_is_refused(http: Http, bgp: int, asn: int) -> None:
    assert http.error("POST", "vnet_bgp_routers", {"bgp": bgp, "asn": asn})[0] == 422


@pytest.mark.parametrize(
    ("columns", "refused"),
    [
        ({"layer2_type": "vlan", "layer2_id": 11}, False),
        ({"layer2_type": "none"}, False),
        ({"layer2_type": "vlan"}, True),
        ({"layer2_type": "vlan", "layer2_id": 4095}, True),
        ({"layer2_type": "vxlan"}, True),
        ({"mtu": 999}, True),
        ({"interface_vnet": None}, True),
    ],
)
def test_the_interfaces_of_a_router(http: Http, bgp: int, columns: dict[str, Any], refused: bool) -> None:
    body = {"bgp": bgp, "name": "isp", "ipaddress": "10.10.11.2", "network": "10.10.11.0/30", "interface_vnet": 4}
    answer = http.send("POST", "/api/v4/vnet_bgp_interfaces", json=body | columns)
    assert answer.status_code == (422 if refused else 201), answer.text


def test_a_change_of_an_interface_is_checked(http: Http, bgp: int) -> None:
    body = {"bgp": bgp, "name": "isp", "ipaddress": "10.10.11.2", "network": "10.10.11.0/30", "interface_vnet": 4}
    key = http.post("vnet_bgp_interfaces", body)["$key"]
    assert http.error("PUT", f"vnet_bgp_interfaces/{key}", {"layer2_type": "vlan"})[0] == 422
    http.put(f"vnet_bgp_interfaces/{key}", {"layer2_type": "vlan", "layer2_id": 11})


def test_a_network_on_which_an_interface_runs_stays(http: Http, bgp: int) -> None:
    uplink = http.post("vnets", {"name": "uplink"})["$key"]
    body = {"bgp": bgp, "name": "isp", "ipaddress": "10.10.11.2", "network": "10.10.11.0/30", "interface_vnet": uplink}
    key = http.post("vnet_bgp_interfaces", body)["$key"]
    assert http.error("DELETE", f"vnets/{uplink}") == (422, "vNets are still referencing 'uplink'")
    http.delete(f"vnet_bgp_interfaces/{key}")
    http.delete(f"vnets/{uplink}")


def routed(http: Http, bgp: int) -> dict[str, Callable[[], Any]]:
    """Return a change of every table below `vnet_bgp`, each on what the earlier ones made."""

    def post(table: str, **columns: Any) -> Callable[[], Any]:
        return lambda: http.post(table, columns)

    interface = {"name": "isp", "ipaddress": "10.10.11.2", "network": "10.10.11.0/30", "interface_vnet": 4}
    return {
        "router": post("vnet_bgp_routers", bgp=bgp, asn=65001),
        "router command": post("vnet_bgp_router_commands", bgp_router=1, command="network", params="10.9.0.0/24"),
        "interface": post("vnet_bgp_interfaces", bgp=bgp, **interface),
        "interface command": post("vnet_bgp_interface_commands", bgp_interface=1, command="ip", params="ospf cost 5"),
        "route map": post("vnet_bgp_routemaps", bgp=bgp, tag="IN", sequence=10),
        "map command": post("vnet_bgp_routemap_commands", bgp_routemap=1, command="set", params="metric 5"),
        "list": post("vnet_bgp_ip", bgp=bgp, command="prefix-list", params="IN permit any"),
        "ospf": post("vnet_ospf_commands", bgp=bgp, command="router-id", params="10.9.0.1"),
        "eigrp": post("vnet_eigrp_routers", bgp=bgp, asn=5),
        "eigrp command": post("vnet_eigrp_router_commands", eigrp_router=1, command="network", params="10.9.0.0/24"),
        "change": lambda: http.put("vnet_ospf_commands/1", {"params": "10.9.0.2"}),
        "removal": lambda: http.delete("vnet_bgp_routers/1"),
    }


def test_routing_waits_for_a_restart_of_a_running_network(http: Http, lan: int, bgp: int) -> None:
    for change in routed(http, bgp).values():
        change()
    assert needs(http, lan) == []
    http.delete(f"vnet_bgp/{bgp}")
    assert [http.get(table, fields="$key") for table in ("vnet_bgp_ip", "vnet_eigrp_router_commands")] == [[], []]


def test_each_change_of_routing_waits_for_a_restart(http: Http, lan: int, bgp: int) -> None:
    http.act(lan, "poweron", "vnet")
    for what, change in routed(http, bgp).items():
        change()
        assert needs(http, lan) == ["need_restart"], what
        http.act(lan, "reset", "vnet")
        assert needs(http, lan) == []
    http.put("vnet_ospf_commands/1", {"params": "10.9.0.2"})
    assert needs(http, lan) == []


def test_a_proxy_waits_for_a_restart(simulator: Simulator, http: Http, lan: int) -> None:
    tenant = simulator.add("tenants", name="acme")
    http.act(lan, "poweron", "vnet")
    proxy = http.post("vnet_proxy", {"vnet": lan})["$key"]
    everywhere = "0.0.0.0"  # noqa: S104  nothing is bound
    unless_told = {"listen_address": everywhere, "default_self": True, "name": ""}
    assert http.get(f"vnet_proxy/{proxy}", fields=",".join(unless_told)) == unless_told
    changes: list[Callable[[], object]] = [
        lambda: None,
        lambda: http.post("vnet_proxy_tenants", {"proxy": proxy, "tenant": tenant, "fqdn": "acme.example.com"}),
        lambda: http.put("vnet_proxy_tenants/1", {"fqdn": "www.example.com"}),
        lambda: http.delete(f"vnet_proxy/{proxy}"),
    ]
    for change in changes:
        change()
        assert needs(http, lan) == ["need_proxy_apply"]
        http.act(lan, "reset", "vnet")
        assert needs(http, lan) == []
    assert simulator.rows("vnet_proxy_tenants") == []


def test_a_name_is_for_a_tenant_that_exists(http: Http, lan: int) -> None:
    proxy = http.post("vnet_proxy", {"vnet": lan})["$key"]
    assert http.error("POST", "vnet_proxy_tenants", {"proxy": proxy, "tenant": 9, "fqdn": "x"})[0] == 404
