"""A server: a virtual machine with all that belongs to it, powered on when it is complete."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import pulumi

from verge_pulumi.engine.declaring.attributes import Attr, Whole, arg
from verge_pulumi.engine.declaring.component import Arguments, Child, Component
from verge_pulumi.engine.declaring.hidden import ASSUMED, ENDING
from verge_pulumi.engine.declaring.parts import Part
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.declaring.values import IpAddress
from verge_pulumi.engine.errors import Unfit
from verge_pulumi.engine.runtime.registering import lend_outputs
from verge_pulumi.resources.compute.cloudinit_file import CloudInitFile
from verge_pulumi.resources.compute.device import Device, DeviceSettings
from verge_pulumi.resources.compute.drive import Drive, DriveSettings
from verge_pulumi.resources.compute.nic import Nic, NicSettings
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine, VirtualMachineSettings
from verge_pulumi.resources.network.address import Address
from verge_pulumi.resources.network.network import Network
from verge_pulumi.resources.power import Power, PowerSettings
from verge_pulumi.resources.tags._assigning import Tags
from verge_pulumi.resources.tags.tag_assignment import TagAssignment

if TYPE_CHECKING:
    # Not loaded by servers without a first boot: it brings pydantic and YAML, which take as long as Pulumi itself.
    from verge_pulumi.cloudinit import CloudInit, WindowsUnattend

OnChange = Literal["ignore", "next-boot", "replace"]


class DriveArgs(DriveSettings, Arguments):
    """A drive of a `Server`."""


class NicArgs(NicSettings, Arguments):
    """A NIC of a `Server`."""

    address: Attr[IpAddress | None] = arg(default=None)
    """The IP address that the DHCP server of its `network` always gives it. An `Address` reserves it for the NIC's MAC
    address before the server is powered on for the first time, under the guest's host name if that is known."""


class DeviceArgs(DeviceSettings, Arguments):
    """A device of a `Server`."""


class PowerArgs(PowerSettings, Arguments):
    """The power of a `Server`."""


FORMS: Mapping[str, tuple[type[BaseResource], type[Arguments], str]] = {
    "drives": (Drive, DriveArgs, "drive"),
    "nics": (Nic, NicArgs, "NIC"),
    "devices": (Device, DeviceArgs, "device"),
}
"""What is made of a part, how it is given, and what people call it."""


class Server(VirtualMachineSettings, Component[VirtualMachine]):
    """A virtual machine with its drives, NICs, devices, cloud-init files and power.

    It takes what a `VirtualMachine` takes, and has its outputs. It is powered on after the last of its parts is there,
    and off before the first is deleted. Each part is a resource of its own, known by its name: taking one away touches
    no other. They are named after the server: the drive ``root`` of ``web`` is ``web-root``. When the server is deleted
    they are deleted with the VM, whose `allow_data_loss` counts for its drives then; a guest that ignores the power
    button is powered off hard after `stop_timeout`.

    Wherever a VM is accepted a server is, too: ``Snapshot("first", vm=web, name="first")``.

    Attributes:
        vm: The virtual machine, for whatever refers to it. What does so waits until all parts are there, though not
            for the power: a copy or a snapshot has all drives.
        addresses: The reserved addresses, by the names of the NICs that have one.
    """

    makes = (VirtualMachine, *(kind for kind, _, _ in FORMS.values()), CloudInitFile, Address, Power)

    drives: Part[Mapping[str, DriveArgs], Mapping[str, Drive]] = Part()
    """Drives by name."""

    nics: Part[Mapping[str, NicArgs], Mapping[str, Nic]] = Part()
    """NICs by name. Each may also have an `address`: the IP address that the DHCP server of its network always gives
    it, reserved for its MAC address before the server starts for the first time."""

    devices: Part[Mapping[str, DeviceArgs], Mapping[str, Device]] = Part()
    """Devices by name."""

    cloud_init: Part[CloudInit | WindowsUnattend, Mapping[str, CloudInitFile]] = Part(
        declared_in="verge_pulumi.cloudinit"
    )
    """What the guest does at its first boot; read as the files that tell it, by name. They are handed over as
    `cloudinit_datasource` says, or if that is unset by ``nocloud``, to Windows by ``config_drive_v2``."""

    cloud_init_on_change: Part[OnChange, OnChange | None] = Part()
    """What another `cloud_init` does later on, as in `CloudInitFile.on_change`. With ``replace`` the whole server is
    recreated, since a guest has only one first boot."""

    tags: Part[Tags, Mapping[str, TagAssignment]] = Part()
    """Tags of the VM, as in `VirtualMachine`."""

    power: Part[PowerArgs, Power] = Part()
    """Its power; it is to run if unset. ``PowerArgs(state="stopped")`` keeps it off, and ``state="unmanaged"`` leaves
    its power to the people who use the UI."""

    adopt: Part[bool, bool | None] = Part()
    """Whether to take over a VM that exists already under this name, and those of its parts that exist under theirs:
    drives, NICs, devices, cloud-init files, addresses and tags. What the program does not name stays as it is. The
    preview tells what changes. One that is off is not started unless `power` says so."""

    @property
    def main(self) -> VirtualMachine:
        """The virtual machine."""
        return self.vm

    def children(self, name: str, parts: Mapping[str, Any]) -> Iterable[Child]:
        """Name the VM, its parts and its power."""
        yield Child(VirtualMachine, f"{name}-vm", "the VM")
        for part, (kind, form, word) in FORMS.items():
            given = parts[part] or {}
            if not isinstance(given, Mapping) or not all(isinstance(one, form) for one in given.values()):
                raise Unfit(
                    f"{part} is not a mapping of {form.__name__}. Give one by name: {{'{word}': {form.__name__}(...)}}"
                )
            for own in given:
                yield Child(kind, f"{name}-{own}", f"{word} '{own}'")
        for own in _with_address(parts):
            yield Child(Address, f"{name}-{own}-address", f"the address of NIC '{own}'")
        for file in parts["cloud_init"].file_names if parts["cloud_init"] else ():
            yield Child(CloudInitFile, _named(name, file), f"cloud-init file '{file}'")
        yield Child(Power, f"{name}-power", "the power")

    def make(self, name: str, settings: Mapping[str, Any], parts: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make the VM, then its parts, and power it on last."""
        adopt = parts["adopt"]
        files, datasource = _first_boot(name, parts["cloud_init"])
        if datasource:
            settings = {"cloudinit_datasource": datasource, **settings}
        if parts["cloud_init"] and parts["cloud_init_on_change"] == "replace":
            settings = {**settings, "replacement_trigger": parts["cloud_init"].digest(name)}
        # VergeOS deletes the NICs along with the VM, so the VM itself has to be gone before their networks are.
        plugged = self.inside(depends_on=_networks(parts))
        vm = VirtualMachine(f"{name}-vm", opts=plugged, tags=parts["tags"], adopt=adopt, **settings)
        # VergeOS takes the parts of a VM along when it deletes that; asking for each would cost requests.
        on_it = self.inside(deleted_with=vm)
        made: dict[str, Any] = {
            part: {
                own: kind(f"{name}-{own}", opts=on_it, vm=vm, name=own, adopt=adopt, **_without_address(one.given))
                for own, one in (parts[part] or {}).items()
            }
            for part, (kind, _, _) in FORMS.items()
        }
        on_change = parts["cloud_init_on_change"]
        made["cloud_init"] = {
            file: CloudInitFile(
                _named(name, file), opts=on_it, vm=vm, name=file, contents=contents, on_change=on_change, adopt=adopt
            )
            for file, contents in files.items()
        }
        hostname = _hostname(settings, parts["cloud_init"])
        self.addresses = {
            own: Address(
                f"{name}-{own}-address",
                opts=self.inside(),
                network=nic["network"],
                type="static",
                ip=nic["address"],
                mac=made["nics"][own].macaddress,
                hostname=hostname,
                adopt=adopt,
            )
            for own, nic in _with_address(parts).items()
        }
        complete = [resource for part in (*made.values(), self.addresses) for resource in part.values()]
        self.vm = vm.when_there(complete)
        power = parts["power"] or PowerArgs(state="running")
        assumed: Any = {ASSUMED: ["state"]} if adopt and not parts["power"] else {}
        last = self.inside(depends_on=complete)
        policies = ("stop_timeout", "allow_data_loss")
        ending: Any = {policy: settings[policy] for policy in policies if settings.get(policy) is not None}
        made["power"] = Power(f"{name}-power", opts=last, of=vm, **{**power.given, **assumed, ENDING: ending})
        lend_outputs(vm, self)
        return {**made, "tags": vm.tags, "cloud_init_on_change": on_change, "adopt": adopt}


def _named(name: str, file: str) -> str:
    return f"{name}-{file.strip('/')}"


def _networks(parts: Mapping[str, Any]) -> list[pulumi.Resource]:
    """Return the networks into which the NICs are plugged, as far as the program declares them."""
    given = [nic.given.get("network") for nic in (parts["nics"] or {}).values()]
    meant = [each.main if isinstance(each, Whole) else each for each in given]
    return [each for each in meant if isinstance(each, pulumi.Resource)]


def _with_address(parts: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return what is said of the NICs that have an address reserved.

    Raises:
        Unfit: One of them is on no network.
    """
    nics = {own: one.given for own, one in (parts["nics"] or {}).items() if one.given.get("address") is not None}
    for own, nic in nics.items():
        network = nic.get("network")
        if network is None or (isinstance(network, pulumi.Resource) and not isinstance(network, Network)):
            other = "" if network is None else f", not a {type(network).__name__}"
            raise Unfit(f"NIC '{own}' has an address, which is of a Network{other}. Give its network=")
    return nics


def _without_address(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "address"}


def _hostname(settings: Mapping[str, Any], told: CloudInit | WindowsUnattend | None) -> Any:
    """Return the host name of the guest as far as the program says it: that of cloud-init, or the VM's name."""
    hostname = getattr(told, "hostname", None)  # an answer file for Windows has none
    return host_name(settings["name"]) if hostname is None else hostname


def host_name(name: Any) -> str | None:
    """Return the name of a VM as the host name of its guest, None if it cannot be one."""
    return name if isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}", name) else None


def _first_boot(name: str, told: CloudInit | WindowsUnattend | None) -> tuple[dict[str, pulumi.Output[str]], str]:
    """Return the files that tell a guest what to do first, and how they are handed over."""
    if told is None:
        return {}, ""
    from verge_pulumi.cloudinit import WindowsUnattend

    return told.files(name), "config_drive_v2" if isinstance(told, WindowsUnattend) else "nocloud"
