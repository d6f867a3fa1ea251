"""Rules of networks and their aliases; how they are applied is tested with networks.

See docs/vergeos/networks.md §4, §5.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator


def waiting(http: Http) -> list[int]:
    """Return the keys of the networks whose rules wait to be applied."""
    return [row["$key"] for row in http.get("vnets", fields="$key,need_fw_apply") if row["need_fw_apply"]]


def alias(http: Http, **columns: Any) -> str:
    return str(http.post("vnet_rule_aliases", {"name": "offices", "value": "10.0.0.0/8|all"} | columns)["$key"])


def test_the_order_of_rules(http: Http) -> None:
    def order() -> list[str]:
        return [row["name"] for row in http.get("vnet_rules", fields="name", sort="+orderid")]

    for name in ("a", "b", "c"):
        http.post("vnet_rules", {"vnet": 3, "name": name})
    http.post("vnet_rules", {"vnet": 2, "name": "elsewhere", "orderid": 9})
    http.post("vnet_rules", {"vnet": 3, "name": "first", "orderid": 1})
    http.post("vnet_rules", {"vnet": 3, "name": "far", "orderid": 50})
    assert order() == ["first", "a", "b", "c", "elsewhere", "far"]
    http.put("vnet_rules/3", {"orderid": 2})
    assert order() == ["first", "c", "a", "b", "elsewhere", "far"]
    http.put("vnet_rules/3", {"orderid": 2})
    assert order() == ["first", "c", "a", "b", "elsewhere", "far"]
    assert http.error("POST", "vnet_rules", {"vnet": 3, "name": "a"})[0] == 409
    assert http.error("POST", "vnet_rules", {"vnet": 3, "name": "x", "action": "block"})[0] == 422
    assert http.error("PUT", "vnet_rules/3", {"vnet": 2}) == (422, "field 'vnet' is readonly")


@pytest.mark.parametrize(
    ("columns", "order"),
    [
        ({}, "t1 t2 a b x e1 e2"),
        ({"orderid": 4}, "t1 t2 a x b e1 e2"),
        ({"orderid": 1}, "t1 t2 x a b e1 e2"),
        ({"orderid": 99}, "t1 t2 a b x e1 e2"),
        ({"pin": "top"}, "t1 t2 x a b e1 e2"),
        ({"pin": "top", "orderid": 1}, "x t1 t2 a b e1 e2"),
        ({"pin": "top", "orderid": 4}, "t1 t2 x a b e1 e2"),
        ({"pin": "bottom", "orderid": 99}, "t1 t2 a b e1 e2 x"),
        ({"pin": "bottom", "orderid": 1}, "t1 t2 a b x e1 e2"),
    ],
)
def test_pinned_rules_keep_their_side(http: Http, columns: dict[str, Any], order: str) -> None:
    def written() -> str:
        return " ".join(row["name"] for row in http.get("vnet_rules", fields="name", sort="+orderid"))

    for name, pin in {"a": "no", "e1": "bottom", "t1": "top", "e2": "bottom", "b": "no", "t2": "top"}.items():
        http.post("vnet_rules", {"vnet": 3, "name": name, "pin": pin})
    assert written() == "t1 t2 a b e1 e2"
    key = http.post("vnet_rules", {"vnet": 3, "name": "x", **columns})["$key"]
    assert written() == order
    # A change leads to the same place.
    http.delete(f"vnet_rules/{key}")
    key = http.post("vnet_rules", {"vnet": 3, "name": "x"})["$key"]
    http.put(f"vnet_rules/{key}", columns)
    assert written() == order


def test_a_rule_that_is_pinned_goes_to_that_side(http: Http) -> None:
    for name in ("a", "b", "c"):
        http.post("vnet_rules", {"vnet": 3, "name": name})
    http.put("vnet_rules/2", {"pin": "top"})
    http.put("vnet_rules/1", {"pin": "bottom"})
    fields = "name,orderid"
    rows = http.get("vnet_rules", fields=fields, sort="+orderid")
    assert [row["name"] for row in rows] == ["b", "c", "a"]
    assert len({row["orderid"] for row in rows}) == 3


def test_system_rules_are_left_alone(simulator: Simulator, http: Http) -> None:
    key = simulator.add("vnet_rules", vnet=3, name="system", system_rule=True)
    for verb in ("PUT", "DELETE"):
        refusal = http.error(verb, f"vnet_rules/{key}", {"enabled": False})
        assert refusal == (422, "System rules cannot be changed")


def test_what_a_rule_is_unless_told(http: Http) -> None:
    http.post("vnet_rules", {"vnet": 3, "name": "a"})
    fields = "enabled,orderid,pin,direction,action,protocol,interface,source_ip,throttle,drop_throttle,packets"
    assert http.get("vnet_rules/1", fields=fields) == {
        "enabled": True, "orderid": 1, "pin": "no", "direction": "incoming", "action": "accept", "protocol": "any",
        "interface": "auto", "source_ip": "", "throttle": "", "drop_throttle": False, "packets": 0,
    }  # fmt: skip


def test_an_alias_has_a_name_and_a_value(http: Http) -> None:
    key = alias(http, description="text")
    assert http.get(f"vnet_rule_aliases/{key}", fields="name,value,description,publishing_scope") == {
        "name": "offices", "value": "10.0.0.0/8|all", "description": "text", "publishing_scope": None,
    }  # fmt: skip
    assert http.error("POST", "vnet_rule_aliases", {"name": "offices", "value": "80"})[0] == 409
    assert http.error("POST", "vnet_rule_aliases", {"name": "other"})[0] == 422
    assert http.error("PUT", f"vnet_rule_aliases/{key}", {"publishing_scope": "all"})[0] == 422


@pytest.mark.parametrize("column", ["source_ip", "source_ports", "destination_ip", "destination_ports", "target_ip"])
def test_a_rule_refers_to_an_alias_by_its_key(http: Http, column: str) -> None:
    key = alias(http)
    body = {"vnet": 3, "name": "a", column: f"router, alias:{key}"}
    rule = http.post("vnet_rules", body)["$key"]
    refusal = (422, f"Validation error on field: '{column}' - 'fails validation test'")
    assert http.error("POST", "vnet_rules", body | {"name": "b", column: "alias:offices"}) == refusal
    assert http.error("PUT", f"vnet_rules/{rule}", {column: "alias:offices"}) == refusal


def test_networks_whose_rules_refer_to_an_alias_wait_for_an_apply_of_its_value(http: Http) -> None:
    key = alias(http)
    for vnet in (2, 3):
        http.post("vnet_rules", {"vnet": vnet, "name": "a", "source_ip": f"alias:{key}0"})
    http.post("vnet_rules", {"vnet": 3, "name": "b", "source_ip": f"alias:9,alias:{key}"})
    for vnet in (2, 3):
        http.act(vnet, "refresh", "vnet")
    http.put(f"vnet_rule_aliases/{key}", {"name": "sites", "value": "10.0.0.0/8|all"})
    assert waiting(http) == []
    http.put(f"vnet_rule_aliases/{key}", {"value": "10.0.0.0/9"})
    assert waiting(http) == [3]
    http.delete(f"vnet_rule_aliases/{key}")
