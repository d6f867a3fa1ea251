"""A program of one of each kind, for tests that run it with the CLI; EDIT=1 changes a field of every one of them."""

import os

import pulumi

from verge_pulumi import Drive, Network, Nic, Power, VirtualMachine

edited = os.environ.get("EDIT") == "1"

lan = Network("lan", name="lan", mtu=9000 if edited else 1500)
vm = VirtualMachine("vm", name="vm", ram=2048 if edited else 1024)
disk = Drive("disk", vm=vm, name="disk", disksize="2GiB" if edited else "1GiB")
nic = Nic("nic", vm=vm, name="nic", network=lan, orderid=2 if edited else 1)
Power("on", of=vm, state="stopped" if edited else "running", opts=pulumi.ResourceOptions(depends_on=[disk, nic]))
