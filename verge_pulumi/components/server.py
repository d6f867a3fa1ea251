"""A server: a virtual machine with all that belongs to it, powered on when it is complete."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import pulumi

from verge_pulumi.cloudinit import CloudInit, WindowsUnattend
from verge_pulumi.engine.component import Arguments, Component, Part
from verge_pulumi.engine.declare import BaseResource
from verge_pulumi.resources.cloudinit_file import CloudInitFile
from verge_pulumi.resources.device import Device, DeviceSettings
from verge_pulumi.resources.drive import Drive, DriveSettings
from verge_pulumi.resources.nic import Nic, NicSettings
from verge_pulumi.resources.power import Power, PowerSettings
from verge_pulumi.resources.vm import VirtualMachine, VirtualMachineSettings

R = TypeVar("R", bound=BaseResource)

OnChange = Literal["ignore", "next-boot", "replace"]


class DriveArgs(DriveSettings, Arguments):
    """A drive of a `Server`."""


class NicArgs(NicSettings, Arguments):
    """A NIC of a `Server`."""


class DeviceArgs(DeviceSettings, Arguments):
    """A device of a `Server`."""


class PowerArgs(PowerSettings, Arguments):
    """The power of a `Server`."""


class Server(VirtualMachineSettings, Component):
    """A virtual machine with its drives, NICs, devices, cloud-init files and power.

    It takes what a `VirtualMachine` takes, and has its outputs. It is powered on after the last of its parts is there,
    and off before the first goes. Each part is a resource of its own, known by its name: taking one away touches no
    other. They are named after the server: the drive ``root`` of ``web`` is ``web-root``. When the server is deleted
    they go with the VM, whose `allow_data_loss` counts for its drives then.

    Attributes:
        vm: The virtual machine, for whatever refers to it.
    """

    drives: Part[Mapping[str, DriveArgs], Mapping[str, Drive]] = Part()
    """Drives by name."""

    nics: Part[Mapping[str, NicArgs], Mapping[str, Nic]] = Part()
    """NICs by name."""

    devices: Part[Mapping[str, DeviceArgs], Mapping[str, Device]] = Part()
    """Devices by name."""

    cloud_init: Part[CloudInit | WindowsUnattend, Mapping[str, CloudInitFile]] = Part()
    """What the guest does at its first boot; read as the files that tell it, by name. They are handed over as
    `cloudinit_datasource` says, or if that is unset by ``nocloud``, to Windows by ``config_drive_v2``."""

    cloud_init_on_change: Part[OnChange, OnChange | None] = Part()
    """What another `cloud_init` does later on, as in `CloudInitFile.on_change`. With ``replace`` the whole server is
    made anew, since a guest has one first boot only."""

    power: Part[PowerArgs, Power] = Part()
    """Its power; it is to run if unset."""

    def make(self, name: str, settings: Mapping[str, Any], parts: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make the VM, then what hangs on it, and power it on last."""
        files, datasource = _first_boot(name, parts["cloud_init"])
        if datasource:
            settings = {"cloudinit_datasource": datasource, **settings}
        inside = pulumi.ResourceOptions(parent=self)
        if parts["cloud_init_on_change"] == "replace":
            settings = {**settings, "replacement_trigger": pulumi.Output.json_dumps(files).apply(_digest)}
        self.vm = vm = VirtualMachine(f"{name}-vm", opts=inside, **settings)
        # VergeOS takes the parts of a VM along when it deletes that; asking for each would cost requests.
        on_it = pulumi.ResourceOptions(parent=self, deleted_with=vm)

        def each(part: str, kind: type[R], arguments: type[Arguments]) -> dict[str, R]:
            given = parts[part] or {}
            if not isinstance(given, Mapping) or not all(isinstance(one, arguments) for one in given.values()):
                raise TypeError(f"Server: {part}= is a mapping from names to {arguments.__name__}.")
            return {own: kind(f"{name}-{own}", opts=on_it, vm=vm, name=own, **one.given) for own, one in given.items()}

        on_change = parts["cloud_init_on_change"]
        made: dict[str, Any] = {
            "drives": each("drives", Drive, DriveArgs),
            "nics": each("nics", Nic, NicArgs),
            "devices": each("devices", Device, DeviceArgs),
            "cloud_init": {
                file: CloudInitFile(
                    f"{name}-{file.strip('/')}", opts=on_it, vm=vm, name=file, contents=contents, on_change=on_change
                )
                for file, contents in files.items()
            },
        }
        complete = [resource for part in made.values() for resource in part.values()]
        power = parts["power"] or PowerArgs(state="running")
        last = pulumi.ResourceOptions(parent=self, depends_on=complete)
        made["power"] = Power(f"{name}-power", opts=last, of=vm, **power.given)
        outputs = {attribute: vm.__dict__[attribute] for attribute in vm.declaration.attributes}
        return {**outputs, **made, "cloud_init_on_change": on_change}


def _first_boot(name: str, told: CloudInit | WindowsUnattend | None) -> tuple[dict[str, pulumi.Output[str]], str]:
    """Return the files that tell a guest what to do first, and how they are handed over."""
    if told is None:
        return {}, ""
    return told.files(name), "config_drive_v2" if isinstance(told, WindowsUnattend) else "nocloud"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
