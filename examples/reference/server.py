"""A server with a disk and a NIC, which starts when both are there."""

from verge_pulumi import DriveArgs, Network, NicArgs, Power, Server

office = Network("office", name="office", network="10.91.0.0/24", dhcp_enabled=True)
Power("office", of=office, state="running")
Server(
    "web",
    name="web",
    cpu_cores=2,
    ram=2048,
    drives={"root": DriveArgs(disksize="20GiB")},
    nics={"eth0": NicArgs(network=office)},
)
