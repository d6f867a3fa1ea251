"""A network, and servers on it."""

import pulumi

from verge_pulumi import DriveArgs, Network, NicArgs, Power, Server, export

config = pulumi.Config()
stack = pulumi.get_stack()

lan = Network("lan", name=f"{stack}-lan", network=config.require("network"), dhcp_enabled=True)
lan_power = Power("lan", of=lan, state="running")
export("lan", lan)

for number in range(1, config.require_int("servers") + 1):
    server = Server(
        f"web-{number}",
        name=f"{stack}-web-{number}",
        os_family="linux",
        cpu_cores=1,
        ram=1024,
        # Empty. One with a system on it: DriveArgs(media="import", media_source=by_name("debian-12.qcow2"), ...)
        drives={"root": DriveArgs(disksize="10GiB")},
        nics={"eth0": NicArgs(network=lan)},
        opts=pulumi.ResourceOptions(depends_on=[lan_power]),
    )
    export(f"web-{number}", server.vm)
