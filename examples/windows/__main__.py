"""A Windows server: UEFI, secure boot, a TPM, virtio disks and NICs, and a setup that asks nothing."""

from pathlib import Path
from string import Template
from xml.sax.saxutils import escape

import pulumi

from verge_pulumi import DeviceArgs, DriveArgs, MediaFile, NicArgs, Server, by_name, export
from verge_pulumi.cloudinit import WindowsUnattend

config = pulumi.Config()
stack = pulumi.get_stack()
name = config.require("name")

setup = MediaFile("setup", name=f"{stack}-windows-setup.iso", url=config.require("setup-url"))
drivers = MediaFile("drivers", name=f"{stack}-virtio-win.iso", url=config.require("drivers-url"))


def answer_file(password: str) -> str:
    """Fill in what differs between servers."""
    values = {"name": name, "edition": config.require("edition"), "password": password}
    template = Template(Path("unattend.xml").read_text(encoding="utf-8"))
    return template.substitute({key: escape(value) for key, value in values.items()})


server = Server(
    "windows",
    name=name,
    os_family="windows",
    machine_type="q35",
    uefi=True,
    secure_boot=True,
    cpu_cores=4,
    ram=8192,
    # Its disk goes with it: once something is on that, nothing is destroyed before this is said.
    allow_data_loss=config.require_bool("allow-data-loss"),
    # Windows keeps local time in the hardware clock.
    rtc_base="localtime",
    # First the disk, then the CD: as long as the disk is empty the setup starts, and never again after that.
    boot_order="cd",
    drives={
        "system": DriveArgs(
            disksize=config.require("disk-size"),
            interface="virtio-scsi",
            orderid=0,
        ),
        # The setup has no virtio drivers yet; q35 has AHCI for its CDs, and no IDE.
        "setup": DriveArgs(media="cdrom", media_source=setup, interface="ahci", orderid=1),
        "drivers": DriveArgs(media="cdrom", media_source=drivers, interface="ahci", orderid=2),
    },
    nics={"lan": NicArgs(network=by_name(config.require("network")), interface="virtio")},
    devices={"tpm": DeviceArgs(type="tpm", model="crb", version="2")},
    cloud_init=WindowsUnattend(contents=config.require_secret("password").apply(answer_file)),
    # The answer file is read once. Another password in the configuration is for the next server, not for this one.
    cloud_init_on_change="ignore",
)

export("server", server.vm)
pulumi.export("mac", server.nics["lan"].macaddress)
