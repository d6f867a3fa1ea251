"""Networks, their rules and addresses (docs/vergeos/networks.md §2–§6, §13)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator

NEEDS = "need_restart,need_fw_apply,need_dns_apply"


def lan(http: Http, **columns: Any) -> int:
    return int(http.post("vnets", {"name": "lan", "network": "10.9.0.0/24"} | columns)["$key"])


def needs(http: Http, key: int) -> list[str]:
    return [name for name, needed in http.get(f"vnets/{key}", fields=NEEDS).items() if needed]


def status(http: Http, key: int) -> str:
    return str(http.get(f"vnets/{key}", fields="machine#status#status as s")["s"])


def test_what_every_system_has(http: Http) -> None:
    rows = http.get("vnets", fields="$key,name,type,machine#status#running as running")
    assert [(row["$key"], row["name"], row["type"]) for row in rows] == [
        (1, "DMZ", "dmz"), (2, "Core", "core"), (3, "External", "external"), (4, "Physical1", "physical"),
    ]  # fmt: skip
    assert all(row["running"] for row in rows)
    facts = "layer2_type,network,mtu,interface_vnet,on_power_loss,dhcp_enabled"
    dmz, core, external, _ = http.get("vnets", fields=facts)
    captured = {"layer2_type": "vxlan", "mtu": 9000, "interface_vnet": None, "on_power_loss": "power_on"}
    assert dmz == captured | {"network": "100.64.0.0/16", "dhcp_enabled": True}
    assert core == captured | {"network": "100.96.0.0/24", "dhcp_enabled": True}
    assert (external["layer2_type"], external["interface_vnet"], external["mtu"]) == ("none", 4, 1500)


@pytest.mark.parametrize(
    ("columns", "address", "network"),
    [
        ({"ipaddress": "10.255.252.254/24", "dhcp_start": "10.255.252.2"}, "10.255.252.254", "10.255.252.0/24"),
        ({"ipaddress": "192.168.0.254/24"}, "192.168.0.254", "192.168.0.0/24"),
        ({"ipaddress": "10.9.9.1/8", "network": "10.9.9.0/24"}, "10.9.9.1", "10.9.9.0/24"),
        ({"ipaddress": "2001:db8::1/64"}, "2001:db8::1", "2001:db8::/64"),
    ],
)
def test_an_address_with_a_prefix_names_the_network(
    http: Http, columns: dict[str, str], address: str, network: str
) -> None:
    key = http.post("vnets", {"name": "lan", **columns})["$key"]
    assert http.get(f"vnets/{key}", fields="ipaddress,network") == {"ipaddress": address, "network": network}
    http.put(f"vnets/{key}", {"ipaddress": "10.7.0.1/16", "dhcp_start": ""})
    assert http.get(f"vnets/{key}", fields="ipaddress,network") == {"ipaddress": "10.7.0.1", "network": "10.7.0.0/16"}


@pytest.mark.parametrize("address", ["10.0.0.1/33", "lan/24", "10.0.0.1/", "/24"])
def test_a_wrong_prefix_is_refused(http: Http, address: str) -> None:
    error = "Validation error on field: 'ipaddress' - 'fails validation test'"
    assert http.error("POST", "vnets", {"name": "lan", "ipaddress": address}) == (422, error)


def test_a_new_network_is_stopped_and_completed(http: Http) -> None:
    key = int(http.post("vnets", {"name": "lan", "dhcp_enabled": True})["$key"])
    row = http.get(f"vnets/{key}", fields="network,ipaddress,mtu,layer2_id,type,macaddress,gateway,dhcp_enabled")
    assert re.fullmatch(r"f0:db:31(:[0-9a-f]{2}){3}", row.pop("macaddress"))
    assert row == {
        "network": "192.168.0.0/24", "ipaddress": "192.168.0.1", "mtu": 1500, "layer2_id": 100, "type": "internal",
        "gateway": "", "dhcp_enabled": True,
    }  # fmt: skip
    assert status(http, key) == "stopped"
    uplinked = http.post("vnets", {"name": "up", "interface_vnet": 1, "ipaddress_type": "none"})["$key"]
    assert http.get(f"vnets/{uplinked}", fields="mtu,layer2_id,ipaddress") == {
        "mtu": 9000, "layer2_id": 101, "ipaddress": "",
    }  # fmt: skip


def test_the_documented_example(http: Http) -> None:
    body = {
        "name": "int1", "description": "workloads", "type": "internal", "mtu": "9000", "network": "192.168.80.0/24",
        "gateway": "192.168.80.1", "dnslist": "1.1.1.1", "dhcp_enabled": True, "rate_limit": 100,
        "rate_limit_burst": 500, "dhcp_start": "192.168.80.100", "dhcp_stop": "192.168.80.200",
    }  # fmt: skip
    http.post("vnets", body)
    assert http.get("vnets/5", fields=",".join(body)) == body | {"mtu": 9000}


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"network": "10.9.0.0/33"}, "network"),
        ({"network": "lan"}, "network"),
        ({"ipaddress": "10.8.0.1"}, "ipaddress"),
        ({"ipaddress": "router"}, "ipaddress"),
        ({"gateway": "router"}, "gateway"),
        ({"dhcp_start": "10.8.0.1"}, "dhcp_start"),
        ({"dhcp_stop": "fd00::1"}, "dhcp_stop"),
        ({"dhcp_start": "10.9.0.9", "dhcp_stop": "10.9.0.8"}, "dhcp_stop"),
        ({"mtu": 999}, "mtu"),
        ({"layer2_type": "vlan"}, "layer2_id"),
        ({"layer2_type": "vlan", "layer2_id": 4095}, "layer2_id"),
        ({"type": "external", "gateway": "10.8.0.1"}, "gateway"),
    ],
)
def test_a_wrong_address_is_refused(http: Http, columns: dict[str, Any], field: str) -> None:
    body = {"name": "lan", "network": "10.9.0.0/24"} | columns
    text = f"Validation error on field: '{field}' - 'fails validation test'"
    assert http.error("POST", "vnets", body) == (422, text)


@pytest.mark.parametrize(
    "columns",
    [
        {"gateway": "10.8.0.1"},
        {"ipaddress": "10.9.0.7/24"},
        {"network": "", "ipaddress": "10.8.0.1"},
        {"ipaddress_type": "none", "network": "whatever"},
        {"layer2_type": "vlan", "layer2_id": 4094},
        {"network": "fd00::/64", "dhcp_start": "fd00::5"},
    ],
)
def test_a_right_address_is_accepted(http: Http, columns: dict[str, Any]) -> None:
    lan(http, **columns)


def test_limits_that_came_with_a_release(start: Callable[..., Http]) -> None:
    old = start(release="26.1.4")
    lan(old, layer2_type="vlan", layer2_id=4095)
    lan(old, name="wan", type="external", gateway="10.8.0.1")


def test_an_update_checks_what_it_writes(http: Http) -> None:
    key = lan(http, dhcp_start="10.9.0.10", dhcp_stop="10.9.0.20")
    assert http.error("PUT", f"vnets/{key}", {"dhcp_stop": "10.9.0.5"})[0] == 422
    assert http.error("PUT", f"vnets/{key}", {"ipaddress": "10.8.0.1"})[0] == 422
    pool = {"dhcp_start": "10.8.0.10", "dhcp_stop": "10.8.0.20"}
    http.put(f"vnets/{key}", {"network": "10.8.0.0/24", "ipaddress": "10.8.0.1", **pool})
    assert http.error("PUT", f"vnets/{key}", {"type": "external"}) == (422, "field 'type' is readonly")


@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        ({"network": "10.8.0.0/24"}, "ipaddress"),
        ({"network": "10.8.0.0/24", "ipaddress": "10.8.0.1"}, "dhcp_start"),
        ({"network": "10.9.0.0/28", "dhcp_start": "10.9.0.10"}, "dhcp_stop"),
        ({"ipaddress": "10.8.0.1/24"}, "dhcp_start"),
        ({"network": "10.9.0.0/25"}, None),
        ({"network": "10.8.0.0/24", "ipaddress_type": "none"}, None),
    ],
)
def test_a_new_network_holds_the_addresses_that_stay(http: Http, sent: dict[str, Any], refused: str | None) -> None:
    key = lan(http, dhcp_start="10.9.0.10", dhcp_stop="10.9.0.20")
    answer = http.send("PUT", f"/api/v4/vnets/{key}", json=sent)
    expected = {"err": f"Validation error on field: '{refused}' - 'fails validation test'"} if refused else []
    assert (answer.status_code, answer.json()) == (422 if refused else 200, expected)
    assert http.get(f"vnets/{key}", fields="network")["network"] == ("10.9.0.0/24" if refused else sent["network"])


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.3.0.0/24", None),
        ("10.3.0.255/24", None),
        ("10.3.0.0", "10.3.0.0/24"),
        ("10.3.0.1/24", "10.3.0.0/24"),
        ("10.3.0.0/31", "10.3.0.0/31"),
        ("10.3.0.7/32", "10.3.0.7/32"),
        ("fd00::/64", None),
        ("fd00::ffff:ffff:ffff:ffff/64", "fd00::/64"),
    ],
)
def test_the_address_of_a_network_is_no_routers(http: Http, address: str, network: str | None) -> None:
    own = {"network": network} if network and "/" not in address else {}
    answer = http.send("POST", "/api/v4/vnets", json={"name": "lan", "ipaddress": address, **own})
    if network is None or own:
        assert (answer.status_code, answer.json()["err"][:42]) == (422, "Validation error on field: 'ipaddress' - '")
    else:
        row = http.get("vnets/5", fields="ipaddress,network")
        assert row == {"ipaddress": address.partition("/")[0], "network": network}


def test_a_default_gateway_brings_a_route(simulator: Simulator, http: Http) -> None:
    key = lan(http, vnet_default_gateway=3)
    fields = "vnet,name,direction,action,destination_ip,target_ip"
    assert http.get("vnet_rules", fields=fields) == [
        {
            "vnet": key, "name": "Default route", "direction": "outgoing", "action": "route",
            "destination_ip": "default", "target_ip": "vnet:External",
        }
    ]  # fmt: skip
    http.delete(f"vnets/{key}")
    assert simulator.rows("vnet_rules") == []


def test_power_and_restart(http: Http) -> None:
    key = lan(http)
    http.put(f"vnets/{key}", {"mtu": 1400})
    assert needs(http, key) == []
    http.act(key, "poweron", "vnet", apply=True)
    assert status(http, key) == "running"
    http.put(f"vnets/{key}", {"mtu": 1300, "description": "x"})
    assert needs(http, key) == ["need_restart"]
    http.act(key, "reset", "vnet", apply=True)
    assert needs(http, key) == []
    again = http.error("POST", "vnet_actions", {"vnet": key, "action": "poweron"})
    assert again == (422, "Error starting machine: Machine is already running with status 'running'")
    http.act(key, "poweroff", "vnet")
    assert status(http, key) == "stopped"
    http.act(key, "kill", "vnet")
    assert http.error("POST", "vnet_actions", {"vnet": key, "action": "killpower"})[0] == 422
    assert http.error("POST", "vnet_actions", {"vnet": key, "action": "execute"})[0] == 501


def test_the_delete_rules(simulator: Simulator, http: Http) -> None:
    before = simulator.snapshot()
    key, (_, machine) = lan(http), http.vm("web")
    card = http.post("machine_nics", {"machine": machine, "vnet": key})["$key"]
    http.post("vnet_addresses", {"vnet": key, "type": "static", "ip": "10.9.0.5"})
    other = http.post("vnets", {"name": "other", "interface_vnet": key})["$key"]
    http.act(key, "poweron", "vnet")
    simulator.transitions(stuck=["stopping"])
    for action in (None, "poweroff"):
        if action:
            http.act(key, action, "vnet")
        assert http.error("DELETE", f"vnets/{key}") == (422, "vNet must be stopped to delete")
    simulator.transitions(stuck=[])
    assert http.error("DELETE", f"vnets/{key}") == (422, "Machine NICs are attached")
    http.delete(f"machine_nics/{card}")
    assert http.error("DELETE", f"vnets/{key}") == (422, "vNets are still referencing 'lan'")
    http.delete(f"vnets/{other}")
    http.delete(f"vnets/{key}")
    http.delete("vms/1")
    assert simulator.snapshot() == before


@pytest.mark.parametrize("key", [1, 2, 4])
def test_the_systems_own_networks_stay(http: Http, key: int) -> None:
    assert "cannot be deleted" in http.error("DELETE", f"vnets/{key}")[1]
    for action in ("poweroff", "kill"):
        assert http.error("POST", "vnet_actions", {"vnet": key, "action": action})[0] == 422


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("POST", "vnet_actions", {"action": "refresh"}),
        ("PUT", "vnets/{key}/apply", {}),
        ("POST", "vnets/{key}/apply", {}),
    ],
)
def test_rules_are_staged_and_applied(simulator: Simulator, http: Http, verb: str, path: str, body: Any) -> None:
    key = lan(http)
    rule = http.post("vnet_rules", {"vnet": key, "name": "Allow HTTPS", "protocol": "tcp"})["$key"]
    assert needs(http, key) == ["need_fw_apply"]
    path = path.format(key=key)
    if "action" in body:
        body = body | {"vnet": key}
    assert http.error(verb, path, body) == (422, "vNet is not running")
    http.act(key, "poweron", "vnet")
    assert needs(http, key) == []
    changes: list[Callable[[], object]] = [
        lambda: http.put(f"vnet_rules/{rule}", {"enabled": False}),
        lambda: http.delete(f"vnet_rules/{rule}"),
        lambda: http.post("vnet_addresses", {"vnet": key, "type": "ipalias", "ip": "10.9.0.9"}),
    ]
    for change in changes:
        change()
        assert needs(http, key) == ["need_fw_apply"]
        assert http.send(verb, f"/api/v4/{path}", json=body).ok
        assert needs(http, key) == []
    assert http.get(f"vnets/{key}", fields="last_fw_apply")["last_fw_apply"] > 0


def test_a_rule_written_as_it_is_stages_nothing(http: Http) -> None:
    http.post("vnet_rules", {"vnet": 3, "name": "a"})
    http.act(3, "refresh", "vnet")
    http.put("vnet_rules/1", {"name": "a", "enabled": True})
    assert needs(http, 3) == []


def test_an_apply_can_take_time(simulator: Simulator, http: Http) -> None:
    http.post("vnet_rules", {"vnet": 3, "name": "a"})
    simulator.transitions(looks=1)
    http.act(3, "refresh", "vnet")
    assert needs(http, 3) == ["need_fw_apply"]
    assert needs(http, 3) == []


@pytest.mark.parametrize("form", ["action", "path"])
def test_dns_is_applied_on_its_own(simulator: Simulator, http: Http, form: str) -> None:
    simulator.edit("vnets", 3, need_dns_apply=True, need_fw_apply=True)
    if form == "action":
        http.act(3, "refresh", "vnet", target="dnsonly")
    else:
        assert http.put("vnets/3/applydns", {}) == []
    assert needs(http, 3) == ["need_fw_apply"]
    assert http.error("PUT", "vnets/3/applyproxy")[0] == 501


def test_addresses_are_unique_within_a_network(http: Http) -> None:
    body = {"vnet": 3, "type": "static", "ip": "203.0.113.5", "mac": "F0:DB:30:00:00:01"}
    http.post("vnet_addresses", body)
    assert http.get("vnet_addresses/1", fields="mac") == {"mac": "f0:db:30:00:00:01"}
    assert http.error("POST", "vnet_addresses", body)[0] == 409
    http.post("vnet_addresses", body | {"vnet": 2})
