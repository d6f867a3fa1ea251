"""A user's program that is right: both type checkers must find nothing in it."""

from __future__ import annotations

import pulumi

from verge_pulumi import Drive, Network, Nic, Power, Provider, VirtualMachine, export

site_b = Provider("site-b", host="b.example.com", api_key_env="SITE_B_KEY", timeout=30, mark=True)
there = pulumi.ResourceOptions(provider=site_b)

core = Network.get("core", id="1")
lan = Network(
    "lan",
    name="lan",
    type="internal",
    network="10.0.0.0/24",
    dhcp_enabled=True,
    dnslist=["1.1.1.1", "9.9.9.9"],
    mtu=core.mtu,
    uplink=core,
    default_gateway=core.id,
    cluster=1,
    advanced_options={"dnsmasq": ["--dhcp-boot=pxelinux.0"]},
    restart="on-change",
    adopt=True,
)
dmz = Network("dmz", name=lan.name.apply(lambda name: f"{name}-dmz"), uplink=None, opts=there)

web = VirtualMachine(
    "web",
    name="web",
    description=pulumi.Output.concat("on ", lan.name),
    cpu_cores=2,
    ram=2048,
    machine_type="q35",
    boot_order="cd",
    console_pass=pulumi.Output.secret("secret"),
    guest_agent=None,
)
data = Drive("data", vm=web, name="data", disksize="20GiB", preferred_tier="3")
scratch = Drive("scratch", vm=web.id, disksize=10737418240, orderid=1)
by_key = Drive("by-key", vm=42, disksize="1GiB")
eth = Nic("eth", vm=web, network=lan, macaddress="F0-DB-30-00-00-01")
on = Power("on", of=web, state="running", timeout=120, opts=pulumi.ResourceOptions(depends_on=[data, scratch, eth]))
net_on = Power("net-on", of=lan, state="running", on_destroy="leave")
by_path = Power("by-path", of="vms/42", state="stopped")

name: pulumi.Output[str] = web.name
mtu: pulumi.Output[int | None] = lan.mtu
vm_of_drive: pulumi.Output[str] = data.vm
network_of_nic: pulumi.Output[str | None] = eth.network
machine: pulumi.Output[int | None] = web.machine
key: pulumi.Output[int | str] = web.key
place: pulumi.Output[str] = web.location

export("web", web)
export("on", on)
pulumi.export("running", web.running)
