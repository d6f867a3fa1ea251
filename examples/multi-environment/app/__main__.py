"""The servers of an environment, on the network that another project made."""

import pulumi

from verge_pulumi import DriveArgs, NicArgs, Server, export
from verge_pulumi.environments import Environment


class Settings(Environment):
    """What differs between environments; each stack's file holds what is not as here, under ``settings``."""

    servers: int = 1
    cores: int = 1
    ram: int = 1024
    data: str = "10GiB"


settings = Settings.load()

# The same stack of the other project.
network = pulumi.StackReference(f"{pulumi.get_organization()}/estate-network/{settings.stack}")

for number in range(1, settings.servers + 1):
    server = Server(
        f"web-{number}",
        name=settings.name(f"web-{number}"),
        os_family="linux",
        cpu_cores=settings.cores,
        ram=settings.ram,
        drives={"data": DriveArgs(disksize=settings.data)},
        nics={"eth0": NicArgs(network=network.require_output("lan"))},
    )
    export(f"web-{number}", server.vm)
