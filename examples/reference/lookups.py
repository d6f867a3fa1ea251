"""What the program does not manage: a network and a cluster by their names, and how much room the first tier has."""

import pulumi

from verge_pulumi import Nic, VirtualMachine, get_cluster, get_network, get_storage_tier, get_system

external = get_network(name="External")
gateway = VirtualMachine("gateway", name="gateway", cluster=get_cluster(name="cluster1").key)
Nic("gateway-wan", vm=gateway, name="wan", network=external.key)

first = get_storage_tier(tier=1)
pulumi.export("vergeos", get_system().version)
pulumi.export("free-on-tier-1", first.capacity - first.used)
