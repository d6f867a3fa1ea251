"""The quickstart: one network and a few virtual machines, whose number and size differ from stack to stack."""

import pulumi

from verge_pulumi import Drive, Network, Nic, Power, VirtualMachine, export
from verge_pulumi.environments import Environment, Pool


class Settings(Environment):
    """What differs between dev, staging and prod; each stack's file holds its own, under ``settings``."""

    # Each environment has a network of it, and keeps that one as long as the list only grows at its end.
    pool = Pool("192.168.80.0/21", prefix=24, environments=("dev", "staging", "prod"))

    servers: int
    cores: int
    ram: int
    disk: str


settings = Settings.load()

lan = Network("lan", name=settings.name("lan"), network=settings.network(), dhcp_enabled=True)
lan_power = Power("lan", of=lan, state="running")
export("lan", lan)

for number in range(1, settings.servers + 1):
    server = f"web-{number}"
    vm = VirtualMachine(
        server, name=settings.name(server), cpu_cores=settings.cores, ram=settings.ram, os_family="linux"
    )
    disk = Drive(server, vm=vm, name="system", disksize=settings.disk)
    nic = Nic(server, vm=vm, name="eth0", network=lan)
    # Last of all, so that the server never runs without its disk, its NIC or its network.
    Power(server, of=vm, state="running", opts=pulumi.ResourceOptions(depends_on=[disk, nic, lan_power]))
    export(server, vm)
