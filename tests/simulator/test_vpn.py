"""IPsec and WireGuard of networks (docs/vergeos/networks.md §10)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator

EXTERNAL = 3
"""A network that runs."""

KEY = base64.b64encode(bytes(32)).decode()
STILL_ON = (422, "WireGuard interface 'wg0' must be disabled and applied")


def waits(http: Http, network: int = EXTERNAL) -> bool:
    return bool(http.get(f"vnets/{network}", fields="need_fw_apply")["need_fw_apply"])


def wireguard(http: Http, **columns: Any) -> int:
    body = {"vnet": EXTERNAL, "name": "wg0", "ip": "10.99.0.1/24", **columns}
    return int(http.post("vnet_wireguards", body)["$key"])


def peer(http: Http, interface: int, **columns: Any) -> int:
    body = {"wireguard": interface, "name": "hq", "peer_ip": "10.99.0.2", "public_key": KEY, **columns}
    return int(http.post("vnet_wireguard_peers", {"allowed_ips": "10.2.0.0/24", **body})["$key"])


def rules(simulator: Simulator) -> list[tuple[str, str, bool]]:
    return [(rule["action"], rule["owner"], rule["enabled"]) for rule in simulator.rows("vnet_rules")]


def ipsec(http: Http) -> tuple[int, int, int]:
    """Make what a tunnel consists of."""
    parent = int(http.post("vnet_ipsecs", {"vnet": EXTERNAL})["$key"])
    first = {"ipsec": parent, "name": "hq", "remote_gateway": "203.0.113.9", "psk": "secret"}
    phase1 = int(http.post("vnet_ipsec_phase1s", first)["$key"])
    second = {"phase1": phase1, "name": "lan", "local": "10.0.0.0/24"}
    return parent, phase1, int(http.post("vnet_ipsec_phase2s", second)["$key"])


# IPsec ---------------------------------------------------------------------------------------------------------------


def test_a_network_has_one_row_of_ipsec_and_names_it(http: Http) -> None:
    key, *_ = ipsec(http)
    assert http.get(f"vnets/{EXTERNAL}", fields="ipsec,ipsec_enabled") == {"ipsec": key, "ipsec_enabled": True}
    assert http.error("POST", "vnet_ipsecs", {"vnet": EXTERNAL})[0] == 409
    http.put(f"vnet_ipsecs/{key}", {"enabled": False})
    assert http.get(f"vnets/{EXTERNAL}", fields="ipsec_enabled") == {"ipsec_enabled": False}
    http.put(f"vnet_ipsecs/{key}", {"enabled": True})
    http.delete(f"vnet_ipsecs/{key}")
    assert http.get(f"vnets/{EXTERNAL}", fields="ipsec,ipsec_enabled") == {"ipsec": None, "ipsec_enabled": False}
    assert http.get("vnet_ipsec_phase2s") == []


def test_what_is_staged_is_staged_on_the_network_however_far(http: Http) -> None:
    _, phase1, phase2 = ipsec(http)
    changes: list[Callable[[], object]] = [
        lambda: http.put(f"vnet_ipsec_phase2s/{phase2}", {"local": "10.0.1.0/24"}),
        lambda: http.put(f"vnet_ipsec_phase1s/{phase1}", {"psk": "another"}),
        lambda: http.delete(f"vnet_ipsec_phase2s/{phase2}"),
        lambda: http.delete(f"vnet_ipsec_phase1s/{phase1}"),
    ]
    for change in changes:
        http.act(EXTERNAL, "refresh", "vnet")
        assert not waits(http)
        change()
        assert waits(http)
    assert http.get(f"vnets/{EXTERNAL}", fields="ipsec_enabled") == {"ipsec_enabled": True}


def test_a_pre_shared_key_is_kept_and_not_returned(simulator: Simulator, http: Http) -> None:
    _, phase1, _ = ipsec(http)
    assert http.get(f"vnet_ipsec_phase1s/{phase1}", fields="name,psk") == {"name": "hq"}
    assert "psk" not in http.get(f"vnet_ipsec_phase1s/{phase1}", fields="all")
    assert simulator.rows("vnet_ipsec_phase1s")[0]["psk"] == "secret"


# WireGuard -----------------------------------------------------------------------------------------------------------


def test_keys_are_drawn_and_the_private_one_is_not_returned(simulator: Simulator, http: Http) -> None:
    first, second = wireguard(http), wireguard(http, name="wg1", public_key=KEY, private_key=KEY)
    keys = [http.get(f"vnet_wireguards/{key}", fields="public_key,private_key") for key in (first, second)]
    assert [list(each) for each in keys] == [["public_key"]] * 2
    drawn = [row[name] for row in simulator.rows("vnet_wireguards") for name in ("public_key", "private_key")]
    assert len({*drawn, KEY}) == 5
    assert {len(base64.b64decode(key)) for key in drawn} == {32}
    assert http.error("PUT", f"vnet_wireguards/{first}", {"public_key": KEY}) == (422, "field 'public_key' is readonly")


def test_a_preshared_key_is_returned_to_whoever_names_it_and_not_logged(simulator: Simulator, http: Http) -> None:
    key = peer(http, wireguard(http), preshared_key=KEY)
    assert http.get(f"vnet_wireguard_peers/{key}", fields="preshared_key") == {"preshared_key": KEY}
    assert "preshared_key" not in http.get(f"vnet_wireguard_peers/{key}", fields="all")
    (body,) = [request.body for request in simulator.requests() if request.path.endswith("_peers")]
    assert body["preshared_key"] == "********"


@pytest.mark.parametrize(
    ("mode", "written"),
    [
        ("site-to-site", ["accept", "route"]),
        ("remote-user", ["accept", "route", "translate"]),
        ("none", []),
    ],
)
def test_the_rules_of_a_peer_come_and_go_with_it(
    simulator: Simulator, http: Http, mode: str, written: list[str]
) -> None:
    key = peer(http, wireguard(http), configure_firewall=mode)
    owner = f"vnet_wireguard_peers/{key}"
    assert rules(simulator) == [(action, owner, True) for action in written]
    before = [rule["$key"] for rule in simulator.rows("vnet_rules")]
    http.put(f"vnet_wireguard_peers/{key}", {"keepalive": 25})
    assert [rule["$key"] for rule in simulator.rows("vnet_rules")] == before
    http.put(f"vnet_wireguard_peers/{key}", {"enabled": False})
    assert rules(simulator) == [(action, owner, False) for action in written]
    http.delete(f"vnet_wireguard_peers/{key}")
    assert rules(simulator) == []


def test_an_interface_is_deleted_when_it_is_disabled_and_that_is_applied(simulator: Simulator, http: Http) -> None:
    key = wireguard(http)
    peer(http, key)
    http.act(EXTERNAL, "refresh", "vnet")
    assert http.error("DELETE", f"vnet_wireguards/{key}") == STILL_ON
    http.put(f"vnet_wireguards/{key}", {"enabled": False})
    assert http.error("DELETE", f"vnet_wireguards/{key}") == STILL_ON
    simulator.transitions(looks=1)
    http.act(EXTERNAL, "refresh", "vnet")
    assert http.error("DELETE", f"vnet_wireguards/{key}") == STILL_ON
    assert waits(http)
    http.delete(f"vnet_wireguards/{key}")
    assert http.get("vnet_wireguard_peers") == []
    assert rules(simulator) == []
    assert waits(http)


def test_on_a_stopped_network_it_is_enough_to_disable_it(http: Http) -> None:
    network = int(http.post("vnets", {"name": "lan"})["$key"])
    key = wireguard(http, vnet=network)
    assert http.error("DELETE", f"vnet_wireguards/{key}") == STILL_ON
    http.put(f"vnet_wireguards/{key}", {"enabled": False})
    http.delete(f"vnet_wireguards/{key}")


def test_a_network_takes_its_vpns_along(simulator: Simulator, http: Http) -> None:
    before = simulator.snapshot()
    network = int(http.post("vnets", {"name": "lan"})["$key"])
    peer(http, wireguard(http, vnet=network))
    parent = http.post("vnet_ipsecs", {"vnet": network})["$key"]
    http.post("vnet_ipsec_phase1s", {"ipsec": parent, "name": "hq", "remote_gateway": "203.0.113.9"})
    http.delete(f"vnets/{network}")
    assert simulator.snapshot() == before
