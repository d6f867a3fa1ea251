"""A system disk made from an image, an empty CD-ROM drive, and a data disk; only the first may go with its data."""

from verge_pulumi import Drive, VirtualMachine, by_name

mail = VirtualMachine("mail", name="mail")
Drive(
    "mail-root",
    vm=mail,
    name="root",
    media="import",
    media_source=by_name("debian-12.qcow2"),
    disksize="40GiB",
    interface="virtio-scsi",
    orderid=0,
    timeout=1800,
    allow_data_loss=True,
)
Drive("mail-cd", vm=mail, name="cd", media="cdrom", orderid=1)
Drive(
    "mail-spool",
    vm=mail,
    name="spool",
    disksize="200GiB",
    preferred_tier="2",
    discard=True,
    orderid=2,
)
