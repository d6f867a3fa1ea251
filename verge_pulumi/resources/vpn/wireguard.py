"""WireGuard interfaces: this side of VPNs."""

from __future__ import annotations

from verge_pulumi.client import Conflict, Refused, Row
from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.lives import Cost, Staged
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.declaring.values import IpAddress, IpInterface
from verge_pulumi.engine.lifecycle.resuming import Resuming
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.network._staged import StagingProvider, writing
from verge_pulumi.resources.network.network import Network

LET_GO_WITHIN = 15.0
"""Seconds within which VergeOS has let go of an interface that is switched off (docs/vergeos/quirks.md §3)."""

RETRY_PAUSE = 1.0
"""Seconds between the attempts to delete one (docs/vergeos/networks.md §10)."""


class WireGuard(
    Describable,
    Resource,
    table="vnet_wireguards",
    unique=("network", "name"),
    # It is deleted only after it was switched off and that was applied.
    life=Staged("rules", delete=Cost(writes=2, reads=1, applies=2)),
):
    """A WireGuard interface of a network's router: ``WireGuard("wg", network=wan, name="wg0", ip="10.99.0.1/24")``.

    VergeOS draws its keys; the private one never leaves it. Each `WireGuardPeer` lets another side in. A running
    network applies changes at once.
    """

    network: Ref[Network] = ref(column="vnet", replaces=True)
    """The network whose router has it."""

    name: Attr[str] = arg(min_length=1, max_length=128)
    """Name, unique in the network."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether it is in use."""

    ip: Attr[IpInterface] = arg()
    """Its address in the VPN, with the prefix length of the VPN's network: ``10.99.0.1/24``."""

    listenport: Attr[int | None] = arg(default=None, ge=1, le=65535)
    """UDP port on which it listens; 51820 if unset."""

    mtu: Attr[int | None] = arg(default=None, ge=0, le=65535)
    """Largest packet in bytes; 0 (if unset) lets VergeOS choose."""

    endpoint_ip: Attr[IpAddress | None] = arg(default=None)
    """Address by which peers reach it, as VergeOS tells them."""

    public_key: Attr[str | None] = computed()
    """Its public key, for the peers on the other side."""


class WireGuardProvider(Resuming, StagingProvider[WireGuard]):
    """What is special about an interface's life."""

    touched = (touch("", "modify", at=("delete",)),)

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """Switch it off and let the network apply that, or VergeOS does not delete it (docs/vergeos/networks.md §10).

        One that is off already may be what an earlier attempt left before it was applied.
        """
        if row.get("enabled"):
            self.goes_down(state)
            self.put(id, {"enabled": False})
        self.put_into_effect(state)
        self.about_to_write(state)

    def resume(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Switch it on again after a delete that did not come to its end."""
        if row.get("enabled") or inputs.get("enabled") is False:
            return row
        with writing(self.connection, self.staged, self.network_of(inputs)):
            self.put(id, {"enabled": True})
            self.put_into_effect(inputs)
        return self.read_back(id)

    def remove(self, id: str, state: Inputs) -> None:
        """Delete it, with further attempts while VergeOS has not let go of it."""
        clock = self.connection.clock
        deadline = clock.now() + LET_GO_WITHIN
        while True:
            try:
                return super().remove(id, state)
            except (Refused, Conflict):
                if clock.now() >= deadline:
                    raise
            clock.sleep(RETRY_PAUSE)
