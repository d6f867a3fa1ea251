"""Network interfaces of virtual machines."""

from __future__ import annotations

from verge_pulumi.engine.attributes import Attr, OptionalRef, Ref, arg, computed, ref
from verge_pulumi.engine.declare import Resource
from verge_pulumi.engine.ownership import DESCRIPTION_LENGTH
from verge_pulumi.engine.values import MacAddress, Text
from verge_pulumi.resources.network import Network
from verge_pulumi.resources.vm import VirtualMachine


class Nic(Resource, table="machine_nics", unique=("vm", "name"), listed_in=("machines", "nics")):
    """A network interface of a virtual machine. One that is added to a running VM is there from its next start on."""

    vm: Ref[VirtualMachine] = ref(column="machine", through="machine", replaces=True)
    """The virtual machine it belongs to."""

    network: OptionalRef[Network] = ref(default=None, column="vnet")
    """The network it is plugged into. A change takes effect at once."""

    name: Attr[str | None] = arg(default=None, min_length=1, max_length=128)
    """Name, unique in the VM; ``nic_<n>`` if unset."""

    description: Attr[Text | None] = arg(default=None, max_length=DESCRIPTION_LENGTH)
    """Free text. The mark of this package follows it in VergeOS and is not part of it here."""

    interface: Attr[str | None] = arg(default=None)
    """Model of the card, such as ``virtio`` (the default) or ``e1000``."""

    macaddress: Attr[MacAddress | None] = arg(default=None)
    """MAC address; VergeOS draws one if unset."""

    orderid: Attr[int | None] = arg(default=None, ge=0, le=30)
    """Place among the VM's NICs."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether it is connected; a change takes effect when the guest reboots."""

    disable_mq: Attr[bool | None] = arg(default=None)
    """Whether it has one queue instead of several."""

    machine: Attr[int | None] = computed()
    """Key of the machine it hangs on."""

    ipaddress: Attr[Text | None] = computed()
    """Its address as the network knows it."""

    status: Attr[str | None] = computed(follow="status#status")
    """Its state in VergeOS's words, such as ``up``."""
