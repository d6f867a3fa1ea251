"""A server with one of each of its parts, as a program file of its own."""

from verge_pulumi import CloudInit, DeviceArgs, DriveArgs, Network, NicArgs, Server, export

lan = Network("lan", name="lan")
web = Server(
    "web",
    name="web",
    drives={"root": DriveArgs(disksize="2GiB"), "data": DriveArgs(disksize="1GiB")},
    nics={"eth0": NicArgs(network=lan)},
    devices={"tpm": DeviceArgs(type="tpm", version="2")},
    cloud_init=CloudInit(hostname="web", packages=["nginx"]),
)
export("web", web.vm)
