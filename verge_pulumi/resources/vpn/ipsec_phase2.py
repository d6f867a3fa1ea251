"""What goes through IPsec tunnels: phase 2, in which two gateways agree on the traffic."""

from __future__ import annotations

from typing import Literal

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.lives import Staged
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.engine.declaring.values import Cidr, CommaList, Key
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.vpn.ipsec_tunnel import IpsecTunnel


class IpsecPhase2(Describable, Resource, table="vnet_ipsec_phase2s", unique=("tunnel", "name"), life=Staged("rules")):
    """Traffic between a network on this side and one on the other, which an `IpsecTunnel` carries.

    A running network applies the change at once.
    """

    review = Review(guards=True)

    tunnel: Ref[IpsecTunnel] = ref(column="phase1", replaces=True)
    """The tunnel."""

    name: Attr[str] = arg(min_length=1, max_length=128)
    """Name, unique in the tunnel."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether it is in use."""

    mode: Attr[Literal["tunnel", "transport"] | None] = arg(default=None)
    """Whether it connects networks (``tunnel``, if unset) or two hosts."""

    protocol: Attr[Literal["esp", "ah"] | None] = arg(default=None)
    """Whether packets are encrypted (``esp``, if unset) or only signed."""

    local: Attr[Cidr] = arg()
    """The network on this side."""

    remote: Attr[Cidr | None] = arg(default=None)
    """The network on the other side."""

    ciphers: Attr[CommaList | None] = arg(default=None)
    """Algorithms that are offered; ``aes128-sha256-modp2048`` and ``aes128gcm128-sha256-modp2048`` if unset."""

    lifetime: Attr[int | None] = arg(default=None, ge=60, le=86400)
    """Seconds after which the gateways renegotiate; 3600 if unset."""

    network: Attr[Key | None] = computed(follow="phase1#ipsec#vnet")
    """Key of the network whose router is this side's gateway."""
