"""IPsec tunnels and WireGuard: what they are made of, what a change costs, and how an interface goes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed, hosted
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import Reported

PSK = "canary-pre-shared"
KEY = base64.b64encode(b"canary-public-key-of-32-bytes-00").decode()
SECRET_KEY = base64.b64encode(b"canary-secret-key-of-32-bytes-00").decode()

ARGUMENTS: dict[str, dict[str, Any]] = {
    "IpsecTunnel": {"name": "hq", "remote_gateway": "203.0.113.9", "psk": PSK},
    "IpsecPhase2": {"name": "lan", "local": "10.1.0.0/24", "remote": "10.2.0.0/24"},
    "WireGuard": {"name": "wg0", "ip": "10.99.0.1/24"},
    "WireGuardPeer": {
        "name": "hq", "peer_ip": "10.99.0.2", "public_key": KEY, "preshared_key": SECRET_KEY,
        "allowed_ips": ["10.2.0.0/24"],
    },
}  # fmt: skip
PARENTS = {
    "IpsecTunnel": ("network", "Network"),
    "IpsecPhase2": ("tunnel", "IpsecTunnel"),
    "WireGuard": ("network", "Network"),
    "WireGuardPeer": ("wireguard", "WireGuard"),
}
KINDS = pytest.mark.parametrize("kind", ARGUMENTS)


def declare(lan: Managed, kind: str, bench: Bench | None = None, **changes: Any) -> Managed:
    """Declare one, and its parent below the network if that is not given."""
    argument, parent = PARENTS[kind]
    on = changes.pop(argument, None) or (lan.id if parent == "Network" else declare(lan, parent, bench).id)
    return (bench or lan.bench).create(kind, kind.lower(), **{argument: on, **ARGUMENTS[kind], **changes})


def below(lan: Managed, kind: str) -> tuple[Managed, dict[str, Any]]:
    """Declare one with an empty log behind it; return it, and its parent."""
    subject = declare(lan, kind)
    lan.bench.simulator.reset("log")
    return subject, {PARENTS[kind][0]: subject.inputs[PARENTS[kind][0]]}


def table(subject: Managed) -> str:
    return str(subject.outs["location"]).split("/")[2]


def problems(bench: Bench, kind: str, **inputs: Any) -> list[str]:
    result = bench.provider(kind).check({}, hosted({PARENTS[kind][0]: "1", **ARGUMENTS[kind], **inputs}))
    return [failure.reason for failure in result.failures]


def applies(bench: Bench) -> int:
    return bench.asked().count(("POST", "vnet_actions"))


@pytest.fixture
def later(bench: Bench) -> Iterator[Bench]:
    """A later run of the same stack."""
    later = bench.later()
    yield later
    later.connection.client.close()


# What is written and what it costs -----------------------------------------------------------------------------------


def test_what_a_tunnel_is_made_of(lan: Managed) -> None:
    phase2 = declare(lan, "IpsecPhase2", ciphers=["aes256-sha512-modp4096", "aes128gcm128-sha256-modp2048"])
    (ipsec,) = lan.bench.simulator.rows("vnet_ipsecs")
    (phase1,) = lan.bench.simulator.rows("vnet_ipsec_phase1s")
    assert {name: ipsec[name] for name in ("vnet", "enabled", "mode")} == {
        "vnet": int(lan.id), "enabled": True, "mode": "normal",
    }  # fmt: skip
    assert {name: phase1[name] for name in ("ipsec", "name", "psk", "ike", "auto")} == {
        "ipsec": ipsec["$key"], "name": "hq", "psk": PSK, "ike": "aes256-sha256-modp2048", "auto": "route",
    }  # fmt: skip
    row = phase2.row()
    assert (row["phase1"], row["local"]) == (phase1["$key"], "10.1.0.0/24")
    assert row["ciphers"] == "aes256-sha512-modp4096,aes128gcm128-sha256-modp2048"
    assert all("[pulumi shop/dev " in each["description"] for each in (phase1, row))


def test_what_an_interface_and_its_peer_are_made_of(lan: Managed) -> None:
    interface = declare(lan, "WireGuard", listenport=51821)
    peer = declare(lan, "WireGuardPeer", wireguard=interface.id, allowed_ips=["10.2.0.0/24", "fd00::/64"])
    assert interface.outs["public_key"] == interface.row()["public_key"]
    assert interface.row()["private_key"] not in str(interface.outs)
    row = peer.row()
    assert (row["wireguard"], row["public_key"], row["preshared_key"]) == (int(interface.id), KEY, SECRET_KEY)
    assert row["allowed_ips"] == "10.2.0.0/24,fd00::/64"
    assert peer.outs["network"] == lan.id
    assert [rule["owner"] for rule in lan.bench.simulator.rows("vnet_rules")] == [f"vnet_wireguard_peers/{peer.id}"] * 2


@KINDS
def test_what_a_life_on_a_stopped_network_costs(lan: Managed, kind: str) -> None:
    first, on = below(lan, kind)
    bench = lan.bench
    bench.simulator.reset("log")
    subject = declare(lan, kind, name="another", **on)
    path = f"{table(subject)}/{subject.id}"
    row, network = ("GET", path), ("GET", f"vnets/{lan.id}")
    assert bench.asked() == [("POST", table(subject)), row, network]
    bench.simulator.reset("log")
    assert subject.diff().changes is False
    assert bench.asked() == []
    subject.up(description="text")
    assert bench.asked() == [row, ("PUT", path), row, network]
    bench.simulator.reset("log")
    subject.destroy()
    off = [("PUT", path), network] if kind == "WireGuard" else []
    within = {"WireGuard": "vnet_wireguard_peers", "IpsecTunnel": "vnet_ipsec_phase2s"}
    of_others = [("GET", within[kind])] if kind in within else []
    assert bench.asked() == [row, *of_others, *off, ("DELETE", path), network]
    assert lan.row()["need_fw_apply"] is True
    first.destroy()


def test_what_the_first_tunnel_of_a_network_costs_besides(lan: Managed) -> None:
    lan.bench.simulator.reset("log")
    tunnel = declare(lan, "IpsecTunnel")
    network = ("GET", f"vnets/{lan.id}")
    assert lan.bench.asked() == [
        ("GET", "vnet_ipsecs"), ("POST", "vnet_ipsecs"),
        ("POST", "vnet_ipsec_phase1s"), ("GET", f"vnet_ipsec_phase1s/{tunnel.id}"), network,
    ]  # fmt: skip


@KINDS
def test_a_running_network_applies_every_change(running: Managed, kind: str) -> None:
    subject, _ = below(running, kind)
    running.bench.simulator.transitions(looks=2)
    subject.up(enabled=False)
    assert (applies(running.bench), running.row()["need_fw_apply"]) == (1, False)
    subject.destroy()
    assert (applies(running.bench), running.row()["need_fw_apply"]) == (3 if kind == "WireGuard" else 2, False)
    assert running.bench.simulator.rows(table(subject)) == []


@pytest.mark.parametrize(
    ("kind", "argument", "value", "body"),
    [
        ("IpsecTunnel", "name", "branch", {"name": "branch"}),
        ("IpsecTunnel", "enabled", False, {"enabled": False}),
        ("IpsecTunnel", "remote_gateway", "vpn.example.com", {"remote_gateway": "vpn.example.com"}),
        ("IpsecTunnel", "auth", "pubkey", {"auth": "pubkey"}),
        ("IpsecTunnel", "psk", "another", {"psk": "********"}),
        ("IpsecTunnel", "keyexchange", "ikev2", {"keyexchange": "ikev2"}),
        ("IpsecTunnel", "ike", ["a", "b"], {"ike": "a,b"}),
        ("IpsecTunnel", "ikelifetime", 60, {"ikelifetime": 60}),
        ("IpsecTunnel", "auto", "start", {"auto": "start"}),
        ("IpsecTunnel", "negotiation", "aggressive", {"negotiation": "aggressive"}),
        ("IpsecTunnel", "identifier", "a.example.com", {"identifier": "a.example.com"}),
        ("IpsecTunnel", "peer_identifier", "b.example.com", {"peer_identifier": "b.example.com"}),
        ("IpsecTunnel", "dpdaction", "hold", {"dpdaction": "hold"}),
        ("IpsecTunnel", "dpddelay", 60, {"dpddelay": 60}),
        ("IpsecTunnel", "dpdfailures", 3, {"dpdfailures": 3}),
        ("IpsecTunnel", "forceencaps", True, {"forceencaps": True}),
        ("IpsecTunnel", "mobike", True, {"mobike": True}),
        ("IpsecTunnel", "split_connections", True, {"split_connections": True}),
        ("IpsecTunnel", "keyingtries", 0, {"keyingtries": 0}),
        ("IpsecTunnel", "rekey", False, {"rekey": False}),
        ("IpsecTunnel", "reauth", False, {"reauth": False}),
        ("IpsecTunnel", "margintime", 60, {"margintime": 60}),
        ("IpsecPhase2", "name", "dmz", {"name": "dmz"}),
        ("IpsecPhase2", "enabled", False, {"enabled": False}),
        ("IpsecPhase2", "mode", "transport", {"mode": "transport"}),
        ("IpsecPhase2", "protocol", "ah", {"protocol": "ah"}),
        ("IpsecPhase2", "local", "10.1.1.0/24", {"local": "10.1.1.0/24"}),
        ("IpsecPhase2", "remote", "10.3.0.0/24", {"remote": "10.3.0.0/24"}),
        ("IpsecPhase2", "ciphers", ["a"], {"ciphers": "a"}),
        ("IpsecPhase2", "lifetime", 7200, {"lifetime": 7200}),
        ("WireGuard", "name", "wg1", {"name": "wg1"}),
        ("WireGuard", "enabled", False, {"enabled": False}),
        ("WireGuard", "ip", "10.98.0.1/24", {"ip": "10.98.0.1/24"}),
        ("WireGuard", "listenport", 51821, {"listenport": 51821}),
        ("WireGuard", "mtu", 1420, {"mtu": 1420}),
        ("WireGuard", "endpoint_ip", "203.0.113.5", {"endpoint_ip": "203.0.113.5"}),
        ("WireGuardPeer", "name", "branch", {"name": "branch"}),
        ("WireGuardPeer", "enabled", False, {"enabled": False}),
        ("WireGuardPeer", "endpoint", "vpn.example.com", {"endpoint": "vpn.example.com"}),
        ("WireGuardPeer", "port", 51821, {"port": 51821}),
        ("WireGuardPeer", "peer_ip", "10.99.0.3", {"peer_ip": "10.99.0.3"}),
        ("WireGuardPeer", "public_key", SECRET_KEY, {"public_key": SECRET_KEY}),
        ("WireGuardPeer", "preshared_key", KEY, {"preshared_key": "********"}),
        ("WireGuardPeer", "preshared_key", "", {"preshared_key": "********"}),
        ("WireGuardPeer", "allowed_ips", ["10.3.0.0/24"], {"allowed_ips": "10.3.0.0/24"}),
        ("WireGuardPeer", "keepalive", 25, {"keepalive": 25}),
        ("WireGuardPeer", "configure_firewall", "none", {"configure_firewall": "none"}),
    ],
)
def test_a_change_is_one_put_of_one_column(
    lan: Managed, kind: str, argument: str, value: Any, body: dict[str, Any]
) -> None:
    subject, _ = below(lan, kind)
    subject.up(**{argument: value})
    (write,) = lan.bench.writes()
    assert (write.verb, write.body) == ("PUT", body)
    assert subject.diff().changes is False


@KINDS
def test_what_it_hangs_on_cannot_be_changed(lan: Managed, kind: str) -> None:
    subject, _ = below(lan, kind)
    assert subject.diff(**{PARENTS[kind][0]: "77"}).replaces == [PARENTS[kind][0]]


@pytest.mark.parametrize(
    ("kind", "drift", "seen"),
    [
        ("IpsecTunnel", {"remote_gateway": "203.0.113.1"}, "203.0.113.1"),
        ("IpsecPhase2", {"remote": "10.9.0.0/24"}, "10.9.0.0/24"),
        ("WireGuard", {"ip": "10.98.0.1/24"}, "10.98.0.1/24"),
        ("WireGuardPeer", {"preshared_key": KEY}, KEY),
        ("WireGuardPeer", {"allowed_ips": "10.2.0.0/24, 10.9.0.0/24"}, ["10.2.0.0/24", "10.9.0.0/24"]),
    ],
)
def test_drift_and_loss_are_seen_and_mended(lan: Managed, kind: str, drift: dict[str, Any], seen: Any) -> None:
    subject, _ = below(lan, kind)
    before, kept = dict(subject.inputs), subject.row()
    lan.bench.simulator.edit(table(subject), int(subject.id), **drift)
    subject.refresh()
    (name,) = drift
    assert subject.inputs[name] == seen
    subject.up(**{name: before[name]})
    assert subject.row()[name] == kept[name]
    assert subject.outs[PARENTS[kind][0]] == before[PARENTS[kind][0]]
    lan.bench.simulator.remove(table(subject), int(subject.id))
    assert subject.read().id == ""
    subject.destroy()


# The row that the tunnels of a network share -------------------------------------------------------------------------


def test_the_tunnels_of_a_network_share_its_row_and_leave_it_behind(lan: Managed, later: Bench) -> None:
    key = lan.bench.simulator.add("vnet_ipsecs", vnet=int(lan.id), uniqueids="never")
    tunnels = [declare(lan, "IpsecTunnel", bench, name=name) for bench, name in ((lan.bench, "a"), (later, "b"))]
    for tunnel in tunnels:
        tunnel.destroy()
    (left,) = lan.bench.simulator.rows("vnet_ipsecs")
    assert (left["$key"], left["enabled"], left["uniqueids"]) == (key, True, "never")
    assert lan.bench.simulator.rows("vnet_ipsec_phase1s") == []


def test_tunnels_that_are_made_at_once_share_one_row(lan: Managed) -> None:
    names = [f"tunnel {number}" for number in range(4)]
    with ThreadPoolExecutor(4) as engine:
        list(engine.map(lambda name: declare(lan, "IpsecTunnel", name=name), names))
    (ipsec,) = lan.bench.simulator.rows("vnet_ipsecs")
    rows = lan.bench.simulator.rows("vnet_ipsec_phase1s")
    assert sorted((row["name"], row["ipsec"]) for row in rows) == [(name, ipsec["$key"]) for name in names]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_makes_no_second_row(lan: Managed, when: str) -> None:
    lan.bench.simulator.faults({"match": {"verb": "POST", "path": "vnet_ipsecs$"}, "when": when, "what": "reset"})
    declare(lan, "IpsecTunnel")
    assert len(lan.bench.simulator.rows("vnet_ipsecs")) == 1


def test_a_network_without_ipsec_that_cannot_get_it_is_told(lan: Managed) -> None:
    fault = {"match": {"verb": "POST", "path": "vnet_ipsecs$", "times": 0}, "what": "status", "status": 403}
    lan.bench.simulator.faults(fault)
    with pytest.raises(Reported, match="Unable to create IpsecTunnel 'hq': POST /api/v4/vnet_ipsecs failed"):
        declare(lan, "IpsecTunnel")
    assert lan.bench.simulator.rows("vnet_ipsec_phase1s") == []


# Whose it is ---------------------------------------------------------------------------------------------------------


@KINDS
def test_one_whose_answer_was_lost_is_found_again(lan: Managed, kind: str) -> None:
    first, on = below(lan, kind)
    fault = {"match": {"verb": "POST", "path": f"{table(first)}$"}, "when": "after", "what": "reset"}
    lan.bench.simulator.faults(fault)
    subject = declare(lan, kind, name="another", **on)
    assert [str(row["$key"]) for row in lan.bench.simulator.rows(table(first))] == [first.id, subject.id]


@KINDS
def test_a_name_that_is_taken_is_not_taken_over_unless_told(lan: Managed, later: Bench, kind: str) -> None:
    subject, on = below(lan, kind)
    lan.bench.simulator.edit(table(subject), int(subject.id), description="by hand")
    lan.bench.stack.forget(subject)
    with pytest.raises(Reported, match="has that name already and no stack manages it"):
        declare(lan, kind, later, **on)
    assert later.writes() == []
    assert declare(lan, kind, later, adopt=True, **on).id == subject.id
    (write,) = later.writes()
    assert write.body.keys() == ({"description", "psk"} if kind == "IpsecTunnel" else {"description"})


@KINDS
def test_one_that_another_stack_took_over_is_left_alone(lan: Managed, later: Bench, kind: str) -> None:
    subject, _ = below(lan, kind)
    lan.bench.simulator.edit(table(subject), int(subject.id), description="[pulumi shop/prod it 0badcafe]")
    with pytest.raises(Reported, match="now belongs to shop/prod as 'it'"):
        subject.seen_by(later).destroy()
    assert later.writes() == []


@pytest.mark.parametrize("kind", ["IpsecPhase2", "WireGuardPeer"])
def test_one_of_which_only_the_key_is_known_goes_and_that_is_applied(
    running: Managed, later: Bench, kind: str, saved: list[Saved]
) -> None:
    first, on = below(running, kind)
    fault = {"match": {"verb": "GET", "path": f"{table(first)}/[0-9]+$", "times": 0}, "what": "status", "status": 403}
    running.bench.simulator.faults(fault)
    with pytest.raises(Reported, match="It exists and is in the state"):
        declare(running, kind, name="another", **on)
    running.bench.simulator.faults()
    (kept,) = saved
    assert kept.outs["network"] is None
    Managed(later, kind, kept.id, {}, kept.outs).destroy()
    assert [str(row["$key"]) for row in running.bench.simulator.rows(table(first))] == [first.id]
    assert running.row()["need_fw_apply"] is False


@KINDS
def test_an_apply_that_fails_is_made_by_the_next_run(running: Managed, kind: str, saved: list[Saved]) -> None:
    subject, on = below(running, kind)
    running.bench.simulator.faults({"match": {"path": "vnet_actions$", "nth": 1}, "what": "status", "status": 403})
    with pytest.raises(Reported, match="vnet_actions failed"):
        declare(running, kind, name="another", **on)
    (kept,) = saved
    inputs = {**subject.inputs, "name": "another"}
    Managed(running.bench, kind, kept.id, inputs, kept.outs).up()
    assert (running.row()["need_fw_apply"], len(running.bench.simulator.rows(table(subject)))) == (False, 2)


# An interface goes ---------------------------------------------------------------------------------------------------


def test_what_the_end_of_an_interface_costs_on_a_running_network(running: Managed) -> None:
    interface, _ = below(running, "WireGuard")
    interface.destroy()
    row, network, apply = f"vnet_wireguards/{interface.id}", ("GET", f"vnets/{running.id}"), ("POST", "vnet_actions")
    applied = [network, apply, network]
    peers_of_others = ("GET", "vnet_wireguard_peers")
    assert running.bench.asked() == [
        ("GET", row), peers_of_others, ("PUT", row), *applied, ("DELETE", row), *applied,
    ]  # fmt: skip


def test_an_interface_takes_its_peers_along(running: Managed) -> None:
    interface = declare(running, "WireGuard")
    peer = declare(running, "WireGuardPeer", wireguard=interface.id)
    interface.destroy()
    assert running.bench.simulator.rows("vnet_wireguard_peers") == []
    assert running.bench.simulator.rows("vnet_rules") == []
    peer.destroy()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "vnet_wireguards/"),
        ("PUT", "vnet_wireguards/"),
        ("GET", "vnets/"),
        ("POST", "vnet_actions$"),
        ("DELETE", "vnet_wireguards/"),
    ],
)
def test_an_end_that_was_cut_short_is_completed_by_the_next_run(
    running: Managed, later: Bench, verb: str, path: str, when: str
) -> None:
    interface, _ = below(running, "WireGuard")
    running.bench.simulator.transitions(looks=1)
    running.bench.simulator.faults(
        {"match": {"verb": verb, "path": path, "times": 0}, "when": when, "what": "status", "status": 403}
    )
    with pytest.raises(Reported, match="Unable to delete WireGuard 'wg0'"):
        interface.destroy()
    running.bench.simulator.faults()
    later.share_clock()
    interface.seen_by(later).destroy()
    assert running.bench.simulator.rows("vnet_wireguards") == []
    assert running.row()["need_fw_apply"] is False


def test_an_interface_is_deleted_again_until_vergeos_has_let_go_of_it(running: Managed) -> None:
    interface, _ = below(running, "WireGuard")
    refusal = {"status": 422, "body": {"err": "WireGuard interface must be disabled and applied"}}
    running.bench.simulator.faults({"match": {"verb": "DELETE", "times": 3}, "what": "status", **refusal})
    interface.destroy()
    assert running.bench.time.now == pytest.approx(3)
    # Each attempt lets the network apply once more (docs/vergeos/networks.md §10).
    assert applies(running.bench) == 5
    assert running.bench.simulator.rows("vnet_wireguards") == []


def test_vergeos_gets_no_longer_than_it_takes_to_let_go(running: Managed) -> None:
    interface, _ = below(running, "WireGuard")
    refusal = {"status": 422, "body": {"err": "WireGuard interface must be disabled and applied"}}
    running.bench.simulator.faults({"match": {"verb": "DELETE", "times": 0}, "what": "status", **refusal})
    with pytest.raises(Reported, match=r"must be disabled and applied \(422\)"):
        interface.destroy()
    assert running.bench.time.now == pytest.approx(15)


# What makes no sense, and what nobody is to see ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"),
    [
        ("IpsecTunnel", {}, []),
        ("IpsecTunnel", {"psk": None}, ["psk: auth='psk' needs the key that both gateways have."]),
        ("IpsecTunnel", {"psk": None, "auth": "psk"}, ["psk: auth='psk' needs the key that both gateways have."]),
        ("IpsecTunnel", {"psk": None, "auth": "pubkey"}, []),
        ("IpsecTunnel", {"psk": UNKNOWN}, []),
        ("IpsecTunnel", {"psk": None, "auth": UNKNOWN}, []),
        (
            "IpsecTunnel",
            {"dpdaction": "stop"},
            ["dpdaction is not a valid choice. Give 'none', 'clear', 'hold' or 'restart'."],
        ),
        ("IpsecPhase2", {"lifetime": 59}, ["lifetime is too small. Give at least 60."]),
        ("WireGuard", {"listenport": 65536}, ["listenport is too large. Give at most 65535."]),
        ("WireGuardPeer", {"public_key": UNKNOWN, "preshared_key": UNKNOWN}, []),
        ("WireGuardPeer", {"preshared_key": ""}, []),
        ("WireGuardPeer", {"public_key": ""}, ["public_key is too short. Give at least 1 character."]),
    ],
)
def test_they_are_checked_in_the_preview(bench: Bench, kind: str, inputs: dict[str, Any], expected: list[str]) -> None:
    assert problems(bench, kind, **inputs) == expected


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("WireGuard", {"ip": "10.99.0.300/24"}),
        ("WireGuardPeer", {"allowed_ips": ["10.2.0.0/33"]}),
        ("WireGuardPeer", {"allowed_ips": "10.2.0.0/24"}),
        ("WireGuardPeer", {"allowed_ips": ["10.2.0.0/24, 10.3.0.0/24"]}),
    ],
)
def test_a_wrong_address_is_told_in_the_preview(bench: Bench, kind: str, inputs: dict[str, Any]) -> None:
    (problem,) = problems(bench, kind, **inputs)
    (name,) = inputs
    assert problem.startswith(f"{name} ")
    assert "Give one, such as " in problem


@pytest.mark.parametrize("name", ["public_key", "preshared_key"])
@pytest.mark.parametrize("wrong", [KEY[:-4], KEY + KEY, f"!{KEY[1:]}", "canary-é", [KEY], {"key": KEY}])
def test_a_wrong_key_is_told_without_it(bench: Bench, name: str, wrong: Any) -> None:
    (problem,) = problems(bench, "WireGuardPeer", **{name: wrong})
    assert problem.startswith(
        f"{name} {'(a secret, not shown) ' if name == 'preshared_key' else ''}is not a WireGuard key. "
    )
    assert KEY[:12] not in problem
    assert "canary" not in problem


@pytest.mark.fault(73, 74)
@pytest.mark.parametrize(
    ("kind", "name", "secret"), [("IpsecTunnel", "psk", PSK), ("WireGuardPeer", "preshared_key", SECRET_KEY)]
)
def test_a_secret_goes_to_vergeos_and_nowhere_else(
    lan: Managed, later: Bench, kind: str, name: str, secret: str, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VERGEOS_DEBUG", raising=False)
    subject = declare(lan, kind)
    subject.refresh()
    assert subject.row()[name] == subject.outs[name] == secret
    lan.bench.simulator.faults(
        {"match": {"verb": "PUT"}, "what": "status", "status": 422, "body": {"err": f"{name}={secret} is weak"}}
    )
    with pytest.raises(Reported, match=rf"{name}=\*\*\* is weak") as error:
        subject.up(enabled=False)
    texts = [str(vars(request)) for request in lan.bench.simulator.requests()]
    assert secret not in " ".join([*texts, *told, repr(error.value), str(error.value)])
