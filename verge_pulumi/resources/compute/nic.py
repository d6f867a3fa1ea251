"""Network interfaces of virtual machines."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, OptionalRef, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import MacAddress, Text
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.compute import _hotplug as hotplug
from verge_pulumi.resources.compute._hotplug import HotplugProvider
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine
from verge_pulumi.resources.network.network import Network


class NicSettings(Describable):
    """The arguments of a NIC, apart from its name and its VM."""

    network: OptionalRef[Network] = ref(default=None, column="vnet", role="plug")
    """The network it is plugged into. A change takes effect at once."""

    interface: Attr[str | None] = arg(default=None)
    """Model of the card, such as ``virtio`` (the default) or ``e1000``."""

    macaddress: Attr[MacAddress | None] = arg(default=None)
    """MAC address; VergeOS draws one if unset."""

    orderid: Attr[int | None] = arg(default=None, ge=0, le=30)
    """Place among the VM's NICs."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether it is connected; a change takes effect when the guest reboots."""

    asset: Attr[Text | None] = arg(default=None)
    """Name by which recipes know it."""

    disable_mq: Attr[bool | None] = arg(default=None)
    """Whether it has one queue instead of several (26.0 and later)."""

    machine: Attr[int | None] = computed()
    """Key of the machine it belongs to."""

    ipaddress: Attr[Text | None] = computed(role="address")
    """Its address as the network knows it; an `Address` gives it a fixed one."""

    status: Attr[str | None] = computed(follow="status#status")
    """Its state in VergeOS's words, such as ``up``."""

    running: Attr[bool | None] = computed(follow="machine#status#running")
    """Whether the VM runs."""


class Nic(
    NicSettings,
    Resource,
    table="machine_nics",
    unique=("vm", "name"),
    listed_in=("machines", "nics"),
    fixed=("macaddress",),
):
    """A network interface of a virtual machine.

    It is hot-plugged into a running VM, and unplugged before it is deleted, where the VM allows that.
    """

    vm: Ref[VirtualMachine] = ref(column="machine", through="machine", replaces=True)
    """The virtual machine it belongs to."""

    name: Attr[str | None] = arg(default=None, min_length=1, max_length=128)
    """Name, unique in the VM; ``nic_<n>`` if unset."""


class NicProvider(HotplugProvider[Nic]):
    """Brings NICs to running VMs."""

    kind = hotplug.NIC
