"""The quickstart: one network and a few virtual machines, whose number and size differ from stack to stack."""

import pulumi
from pydantic import BaseModel

from verge_pulumi import Drive, Network, Nic, Power, VirtualMachine, export


class Site(BaseModel, extra="forbid"):
    """What differs between dev, staging and prod; each stack's file holds one, under ``site``."""

    servers: int
    cores: int
    ram: int
    disk: str
    network: str


site = Site.model_validate(pulumi.Config().require_object("site"))
stack = pulumi.get_stack()

lan = Network("lan", name=f"{stack}-lan", network=site.network, dhcp_enabled=True)
lan_power = Power("lan", of=lan, state="running")
export("lan", lan)

for number in range(1, site.servers + 1):
    server = f"web-{number}"
    vm = VirtualMachine(server, name=f"{stack}-{server}", cpu_cores=site.cores, ram=site.ram, os_family="linux")
    disk = Drive(server, vm=vm, name="system", disksize=site.disk)
    nic = Nic(server, vm=vm, name="eth0", network=lan)
    # Last of all, so that the server never runs without its disk, its NIC or its network.
    Power(server, of=vm, state="running", opts=pulumi.ResourceOptions(depends_on=[disk, nic, lan_power]))
    export(server, vm)
