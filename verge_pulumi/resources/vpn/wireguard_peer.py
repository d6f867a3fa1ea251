"""Peers of WireGuard interfaces: the other sides of VPNs."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.lives import Staged
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.engine.declaring.values import CidrList, IpAddress, Key, Secret, Text, Value
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.vpn.wireguard import WireGuard


class _WireGuardKey(Value):
    """A key as ``wg`` writes it; "" is none. What is wrong with one is told without it."""

    json_types = ("text",)

    def normalise(self, value: Any) -> Any:
        text = str(value).strip()
        try:
            sound = not text or len(base64.b64decode(text, validate=True)) == 32
        except ValueError:
            sound = False
        if not sound:
            raise ValueError(
                "is not a WireGuard key. Give 32 bytes in base64, 44 characters, as 'wg genkey' writes them"
            )
        return text

    def from_api(self, value: Any) -> Any:
        return value or None


WireGuardKey = Annotated[str, _WireGuardKey()]
"""A key of WireGuard: 32 bytes in base64."""


class WireGuardPeer(
    Describable, Resource, table="vnet_wireguard_peers", unique=("wireguard", "name"), life=Staged("rules")
):
    """Another side that may connect to a `WireGuard` interface.

    ``WireGuardPeer("hq", wireguard=wg, name="hq", peer_ip="10.99.0.2", public_key=..., allowed_ips=["10.2.0.0/24"])``.
    VergeOS writes the firewall rules that `configure_firewall` asks for itself. A running network applies changes at
    once.
    """

    review = Review(guards=True)

    wireguard: Ref[WireGuard] = ref(replaces=True)
    """The interface on this side."""

    name: Attr[str] = arg(min_length=1, max_length=128)
    """Name, unique in the interface."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether it may connect."""

    endpoint: Attr[Text | None] = arg(default=None)
    """Address or host name at which it is called; if unset it is the one that calls, from wherever it is."""

    port: Attr[int | None] = arg(default=None, ge=1, le=65535)
    """UDP port at which it is called; 51820 if unset."""

    peer_ip: Attr[IpAddress] = arg()
    """Its address in the VPN."""

    public_key: Attr[WireGuardKey] = arg(min_length=1)
    """Its public key."""

    preshared_key: Attr[Secret[WireGuardKey] | None] = arg(default=None)
    """Another secret that both sides share, as ``wg genpsk`` makes it; ``""`` takes it away. VergeOS returns it to
    whoever may read the peer."""

    allowed_ips: Attr[CidrList] = arg()
    """Networks behind it: what they send is let in, and what is sent to them goes there."""

    keepalive: Attr[int | None] = arg(default=None, ge=0, le=65535)
    """Seconds between packets that keep the way through a NAT open; 0 (if unset) sends none."""

    configure_firewall: Attr[Literal["site-to-site", "remote-user", "none"] | None] = arg(default=None)
    """Which rules VergeOS writes: those for another site (``site-to-site``, if unset), these and the translation
    that lets a user's device out, or none."""

    network: Attr[Key | None] = computed(follow="wireguard#vnet")
    """Key of the network whose router has the interface."""
