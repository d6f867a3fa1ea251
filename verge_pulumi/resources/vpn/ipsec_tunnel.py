"""IPsec tunnels: phase 1, in which two gateways agree on keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.lives import Cost, PerNetwork, Staged
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import CommaList, Secret, Text
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.network._staged import StagingProvider
from verge_pulumi.resources.network.network import Network

IPSEC = PerNetwork("vnet_ipsecs", {"enabled": True, "mode": "normal"})
"""What the tunnels of a network share; a new one is made as other clients do."""


class IpsecTunnel(
    Describable,
    Resource,
    table="vnet_ipsec_phase1s",
    unique=("network", "name"),
    # What the tunnels of a network share is asked for first, and may have to be made.
    life=Staged("rules", shared=IPSEC, create=Cost(writes=2, reads=3)),
):
    """A tunnel to another site's gateway; each `IpsecPhase2` sends the traffic of two networks through it.

    ``IpsecTunnel("hq", network=wan, name="hq", remote_gateway="203.0.113.9", psk=config.require_secret("psk"))``.
    VergeOS keeps the settings that the tunnels of a network share in a row of their own: it is made with the first
    tunnel, stays as it is if it is there, and is left behind by the last. A running network applies changes at once.
    """

    network: Ref[Network] = ref(column="ipsec", through="ipsec", replaces=True)
    """The network whose router is this side's gateway."""

    name: Attr[str] = arg(min_length=1, max_length=128)
    """Name, unique in the network."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether it is in use."""

    remote_gateway: Attr[str] = arg(min_length=1)
    """Address or host name of the other gateway."""

    auth: Attr[Literal["psk", "pubkey"] | None] = arg(default=None)
    """How the gateways prove who they are: with `psk` (if unset), or with RSA certificates."""

    psk: Attr[Secret[str] | None] = arg(default=None, min_length=1, write_only=True)
    """The key that both gateways have. VergeOS never returns it, so a change behind Pulumi's back is not seen."""

    keyexchange: Attr[Literal["ike", "ikev1", "ikev2"] | None] = arg(default=None)
    """Version of IKE; with ``ike`` (if unset) it offers version 2 and accepts both."""

    ike: Attr[CommaList | None] = arg(default=None)
    """Algorithms that are offered; ``aes256-sha256-modp2048`` if unset."""

    ikelifetime: Attr[int | None] = arg(default=None, ge=60)
    """Seconds after which the gateways renegotiate; 10800 if unset."""

    auto: Attr[Literal["add", "route", "start"] | None] = arg(default=None)
    """When it is set up: when the other side asks (``add``), with the first traffic (``route``, if unset), or at once
    (``start``)."""

    negotiation: Attr[Literal["main", "aggressive"] | None] = arg(default=None)
    """Mode of IKE version 1; ``main`` if unset."""

    identifier: Attr[Text | None] = arg(default=None)
    """Who this side says it is; its address if unset."""

    peer_identifier: Attr[Text | None] = arg(default=None)
    """Who the other side must say it is; `remote_gateway` if unset."""

    dpdaction: Attr[Literal["none", "clear", "hold", "restart"] | None] = arg(default=None)
    """What is done when the other side is silent; ``restart`` if unset."""

    dpddelay: Attr[int | None] = arg(default=None, ge=0)
    """Seconds between the questions whether the other side is there; 30 if unset."""

    dpdfailures: Attr[int | None] = arg(default=None, ge=0)
    """Questions without an answer after which it is silent (IKE version 1); 5 if unset."""

    forceencaps: Attr[bool | None] = arg(default=None)
    """Whether packets travel in UDP although no address is translated on the way."""

    mobike: Attr[bool | None] = arg(default=None)
    """Whether a gateway may change its address (IKE version 2)."""

    split_connections: Attr[bool | None] = arg(default=None)
    """Whether each phase 2 is a connection of its own."""

    keyingtries: Attr[int | None] = arg(default=None, ge=0)
    """How often an agreement is tried; 0 is for ever, 3 if unset."""

    rekey: Attr[bool | None] = arg(default=None)
    """Whether the gateways renegotiate before the time is over; VergeOS does so unless it is set to false."""

    reauth: Attr[bool | None] = arg(default=None)
    """Whether they prove again who they are then (IKE version 2); VergeOS does so unless it is set to false."""

    margintime: Attr[int | None] = arg(default=None, ge=0)
    """Seconds before the end at which they begin with that; 540 if unset."""

    ipsec: Attr[int | None] = computed()
    """Key of the row with what the tunnels of its network share."""


class IpsecTunnelProvider(StagingProvider[IpsecTunnel]):
    """What is special about a tunnel's life."""

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Gateways that share a key have one."""
        if inputs.get("auth") in (None, "psk") and inputs.get("psk") is None:
            yield "psk: auth='psk' needs the key that both gateways have"
