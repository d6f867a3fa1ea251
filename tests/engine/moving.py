"""A program in three steps: what was made is renamed, replaced, taken over and given up, and stays the stack's own."""

import os

import pulumi

from verge_pulumi import DriveArgs, Network, NicArgs, Server, VirtualMachine, by_name

step = int(os.environ["STEP"])

lan = Network(
    "lan" if step == 1 else "office",
    name="lan",
    type="dmz" if step == 3 else None,
    network="10.0.0.0/24",
    layer2_type="vlan",
    layer2_id=100,
    uplink=by_name("Physical1"),
    opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="lan")]),
)
Server(
    "web",
    name="web-2" if step == 3 else "web",
    created_from="import" if step == 2 else None,
    allow_data_loss=True,
    drives={"root": DriveArgs(disksize=f"{step}GiB", preferred_tier="1")},
    nics={"eth0": NicArgs(network=lan, macaddress="f0:db:30:00:00:01", address="10.0.0.9")},
)
if step == 1:
    VirtualMachine("db", name="db")
else:
    VirtualMachine("other", name="stranger", adopt=True)
