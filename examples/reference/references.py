"""The same NIC three ways: on a network of the program, on one by its name, and on one that another stack exports."""

import pulumi

from verge_pulumi import Network, Nic, VirtualMachine, by_name, export

backbone = Network("backbone", name="backbone", network="10.93.0.0/24")
export("backbone", backbone)

relay = VirtualMachine("relay", name="relay")
Nic("relay-inside", vm=relay, name="inside", network=backbone)
Nic("relay-outside", vm=relay, name="outside", network=by_name("External"))

exported = pulumi.Output.from_input({"$key": backbone.key, "location": backbone.location})
Nic("relay-exported", vm=relay, name="exported", network=exported)
