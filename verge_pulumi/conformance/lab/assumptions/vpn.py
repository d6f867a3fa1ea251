"""IPsec and WireGuard of networks."""

from __future__ import annotations

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import Surprise, same, shown
from verge_pulumi.conformance.lab.subjects import NETWORK, PUBLIC_KEY

NETS = "docs/vergeos/networks.md"


@assumption(f"{NETS} §2.1, §10", Sure.DOCUMENTED, "resources.vpn.ipsec_tunnel")
def ipsec_of_a_network(lab: Lab) -> None:
    """A network names its row of `vnet_ipsecs`, and shows in `ipsec_enabled` that it is enabled."""
    ipsec = lab.row("vnet_ipsecs")
    row = lab.read(lab.row("vnets"), "ipsec,ipsec_enabled")
    same("vnets.ipsec", str(row.get("ipsec")), ipsec.key)
    same("vnets.ipsec_enabled", row.get("ipsec_enabled"), True)


@assumption(f"{NETS} §10", Sure.DOCUMENTED, "resources.vpn.ipsec_tunnel")
def ipsec_stays(lab: Lab) -> None:
    """Deleting phase 1 deletes its phases 2, and leaves the row of `vnet_ipsecs` enabled."""
    phase1 = {"ipsec": lab.key("vnet_ipsecs"), "name": lab.name("gone"), "remote_gateway": "192.0.2.4"}
    tunnel = lab.make("vnet_ipsec_phase1s", {**phase1, "psk": lab.name("shared")})
    phase2 = lab.make("vnet_ipsec_phase2s", {"phase1": int(tunnel.key), "name": lab.name("two"), "local": NETWORK})
    lab.delete(tunnel).answered(200)
    lab.all_gone([phase2])
    same("vnet_ipsecs.enabled", lab.read(lab.row("vnet_ipsecs"), "enabled").get("enabled"), True)


@assumption(f"{NETS} §10", Sure.DOCUMENTED, "resources.vpn.wireguard")
def keys_of_wireguard(lab: Lab) -> None:
    """VergeOS generates the keys of a WireGuard interface; `public_key` is answered."""
    key = lab.read(lab.row("vnet_wireguards"), "public_key").get("public_key")
    if not isinstance(key, str) or len(key) != len(PUBLIC_KEY):
        raise Surprise("vnet_wireguards.public_key is no key")


@assumption(f"{NETS} §10; docs/vergeos/quirks.md §W14", Sure.MEASURED, "resources.vpn.wireguard_peer")
def rules_of_a_peer(lab: Lab) -> None:
    """VergeOS makes the rules that a peer needs, and names the peer as their `owner`; they go with it."""
    interface = lab.key("vnet_wireguards")
    values = {"name": lab.name("ruled"), "peer_ip": "192.0.2.140", "public_key": PUBLIC_KEY}
    peer = lab.make("vnet_wireguard_peers", {"wireguard": interface, **values, "allowed_ips": "192.0.2.192/26"})
    where = f"owner eq '{peer.path}'"
    actions = [row.get("action") for row in lab.rows("vnet_rules", fields="action", filter=where)]
    if "accept" not in actions:
        raise Surprise(f"the rules of a peer are {shown(actions)}")
    lab.delete(peer).answered(200)
    same("the rules of a peer that is gone", lab.rows("vnet_rules", fields="action", filter=where), [])


@assumption(f"{NETS} §10", Sure.DOCUMENTED, "resources.vpn.wireguard_peer", "engine.declaring.hidden")
def preshared_key(lab: Lab) -> None:
    """The `preshared_key` of a peer is answered where it is named."""
    peer = lab.row("vnet_wireguard_peers")
    lab.put(peer, {"preshared_key": PUBLIC_KEY}).answered(200)
    if lab.read(peer, "preshared_key").get("preshared_key") != PUBLIC_KEY:
        raise Surprise("preshared_key is not answered as it was written")


@assumption(f"{NETS} §10", Sure.MEASURED, "resources.vpn.wireguard")
def wireguard_goes_disabled(lab: Lab) -> None:
    """DELETE of a WireGuard interface that is enabled is refused with 422: `must be disabled and applied`."""
    lab.delete(lab.row("vnet_wireguards")).refused(422, "must be disabled and applied")
