"""Addresses of a network: reservations, aliases of the router, virtual addresses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.lives import Staged
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import IpAddress, MacAddress, RowPath, Text
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.network._staged import StagingProvider
from verge_pulumi.resources.network.network import Network


class Address(Describable, Resource, table="vnet_addresses", unique=("network", "ip"), life=Staged("rules")):
    """An address of a network.

    A NIC gets a fixed address by ``Address("web", network=lan, type="static", ip="10.0.0.5", mac=nic.macaddress)``: the
    network's DHCP server then gives it that one. A running network applies the change at once.
    """

    importing = Importing(given={"type": ("dynamic",)})  # docs/vergeos/networks.md §6

    network: Ref[Network] = ref(column="vnet", replaces=True)
    """The network it belongs to."""

    ip: Attr[IpAddress] = arg()
    """The address; unique in the network."""

    type: Attr[Literal["dynamic", "static", "ipalias", "proxy", "virtual"]] = arg()
    """What it is: ``static`` is a reservation for `mac`, ``ipalias`` a further address of the router. Leases
    (``dynamic``) are VergeOS's own."""

    mac: Attr[MacAddress | None] = arg(default=None)
    """MAC address that it is reserved for."""

    hostname: Attr[Text | None] = arg(default=None)
    """Host name of who has it."""

    owner: Attr[RowPath | None] = arg(default=None)
    """Who it was given to, such as ``tenants/5``."""

    vendor: Attr[Text | None] = computed()
    """Vendor of the network card that has it."""


class AddressProvider(StagingProvider[Address]):
    """What is special about an address's life."""

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """A reservation is for somebody, and a lease is not for programs to make."""
        if inputs["type"] == "static" and inputs.get("mac") is None:
            yield "mac: type='static' needs the one that the address is reserved for"
        if inputs["type"] == "dynamic":
            yield "type: leases come and go by themselves; 'static' reserves an address"
