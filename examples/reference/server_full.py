"""A server from an image: a data drive, a reserved address, a TPM, a first boot, tags, and its power."""

import pulumi

from verge_pulumi import (
    CloudInit,
    DeviceArgs,
    DriveArgs,
    Network,
    NicArgs,
    Power,
    PowerArgs,
    Server,
    Tag,
    TagCategory,
    by_name,
    export,
)

shop = Network("shop", name="shop", network="10.92.0.0/24", dhcp_enabled=True)
shop_power = Power("shop", of=shop, state="running")
environment = TagCategory("environment", name="environment", taggable_vms=True)
prod = Tag("prod", name="prod", category=environment)

orders = Server(
    "orders",
    name="orders",
    cpu_cores=4,
    ram=8192,
    uefi=True,
    drives={
        "root": DriveArgs(
            media="import", media_source=by_name("debian-12.qcow2"), disksize="20GiB", allow_data_loss=True
        ),
        "data": DriveArgs(disksize="500GB", preferred_tier="3"),
    },
    nics={"eth0": NicArgs(network=shop, address="10.92.0.10")},
    devices={"tpm": DeviceArgs(type="tpm", version="2")},
    cloud_init=CloudInit(
        hostname="orders", ssh_authorized_keys=["ssh-ed25519 AAAA... ada@example.com"], packages=["postgresql"]
    ),
    cloud_init_on_change="ignore",
    tags=[prod],
    power=PowerArgs(state="running", timeout=600),
    allow_data_loss=True,  # the data is replicated, so the whole server may be deleted
    opts=pulumi.ResourceOptions(depends_on=[shop_power]),
)
export("orders", orders.vm)
