"""A user's program with one mistake on each marked line: both type checkers must find each, and no other."""

from __future__ import annotations

import pulumi

from verge_pulumi import (
    Address,
    CloudInit,
    CloudInitFile,
    Device,
    Drive,
    DriveArgs,
    Firewall,
    FirewallRule,
    MediaFile,
    Network,
    Nic,
    NicArgs,
    Power,
    Provider,
    Server,
    SnapshotPeriod,
    SnapshotProfile,
    VirtualMachine,
    by_name,
    export,
    get_drive,
    get_vm,
)

lan = Network("lan", name="lan")
web = VirtualMachine("web", name="web")

Network("a")  # mistake: a required argument is missing
Network("b", name=5)  # mistake: a number for a text
Network("c", name="c", mtu="big")  # mistake: a text for a number
Network("d", name="d", mtuu=1500)  # mistake: a misspelt argument
Network("e", name="e", machine=1)  # mistake: an output as an argument
Network("f", name="f", type="lan")  # mistake: a word that is not in the list
Network("g", name="g", dnslist="1.1.1.1")  # mistake: a text for a list
Network("h", name="h", restart="always")  # mistake: a policy that does not exist
VirtualMachine("tagged", name="tagged", tags=[lan])  # mistake: a network for a tag
VirtualMachine("tagged", name="tagged", tags="prod", ram=1024).tags.apply(len)  # mistake: an output of what is none
Network("i", name="i", mtu=lan.name)  # mistake: an output of another type
Drive("j", vm=lan, disksize="1GiB")  # mistake: a network for a VM
Drive("k", vm=web, media="floppy")  # mistake: a medium that does not exist
Drive("l", vm=web, disksize=1.5)  # mistake: half a byte
Nic("m", vm=web, network=web)  # mistake: a VM for a network
Device("m1", vm=web, type="tpm", version="1.2")  # mistake: a version that VergeOS refuses
Device("m2", vm=web, type="floppy")  # mistake: a device that does not exist
Address("m3", network=web, type="ipalias", ip="10.0.0.5")  # mistake: a VM for a network
CloudInitFile("m4", vm=lan, name="/user-data", contents="")  # mistake: a network for a VM
CloudInit(hostnam="web")  # mistake: a misspelt value
CloudInit(users=["ada"])  # mistake: a name for an account
Firewall("m5", network=lan, rules=[{"name": "ssh"}])  # mistake: a mapping for a rule
FirewallRule(name="m6", orderid=5)  # mistake: a place for a rule of a list
SnapshotProfile("m7", name="m7", periods=[])  # mistake: a list for periods by name
SnapshotPeriod(frequency="daily")  # mistake: a period without a retention
VirtualMachine("m8", name="m8", snapshot_profile=lan)  # mistake: a network for a snapshot profile
Power("n", of=web, state="paused")  # mistake: a state that does not exist
Power("o", of=["vms/42"], state="running")  # mistake: a list for something that has power
Network(resource="p", name="p")  # mistake: the resource's name must come first
Network("q", name="q", opts=web)  # mistake: a resource for options
Provider("r", api_key_env="KEY")  # mistake: a provider without a host
Provider("s", host="h", api_key="key")  # mistake: a credential itself in the program
export("t", "web")  # mistake: a text for a resource
number: pulumi.Output[int] = web.name  # mistake: a text read as a number
always: pulumi.Output[int] = lan.mtu  # mistake: what may be unset read as always there
web.cpu_cores = "much"  # mistake: an assignment of the wrong type
print(web.memory)  # mistake: an output that does not exist
MediaFile("u", source="disk.raw")  # mistake: a file without a name
MediaFile("v", name="v", source=7)  # mistake: a number for a path
MediaFile("w", name="w", filesize=7)  # mistake: an output as an argument
Nic("x", vm=by_name(web.name))  # mistake: an output for a name
Nic("x1", vm=web, network=[lan])  # mistake: a list for a network
Nic("x2", vm=web, network=Server("x3", name="x3"))  # mistake: a server for a network
Network("y", name=by_name("External"))  # mistake: a reference for a text
Network("y1", name="y1", bond_interfaces_args=lan)  # mistake: a network for a list of them
Network("y2", name="y2", bond_interfaces_args=[web])  # mistake: a VM for a network in a list
Server("s1")  # mistake: a server without a name
Server("s2", name="s2", memory=2048)  # mistake: a setting that there is not
Server("s3", name="s3", drives=[DriveArgs(disksize="1GiB")])  # mistake: drives without names
Server("s4", name="s4", drives={"root": NicArgs(network=lan)})  # mistake: a NIC for a drive
Server("s5", name="s5", drives={"root": DriveArgs(vm=web, disksize="1GiB")})  # mistake: the VM of a part
print(Server("s6", name="s6").drives["root"].size)  # mistake: an output that there is not
get_vm("web")  # mistake: a name without its keyword
get_vm(nam="web")  # mistake: a misspelt keyword
get_vm(name=web.name)  # mistake: an output where it must be known
get_drive(name="data")  # mistake: a drive of no VM
print(get_vm(name="web").memory)  # mistake: a fact that there is not
key: str = get_vm(name="web").key  # mistake: a number read as a text
Network.get("core")  # mistake: nothing to get
