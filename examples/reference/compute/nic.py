"""A network interface on a network of the program, and one on a network that VergeOS has already."""

from verge_pulumi import Network, Nic, VirtualMachine, by_name

inside = Network("inside", name="inside", network="10.70.0.0/24", dhcp_enabled=True)
router = VirtualMachine("router", name="router")
Nic("router-inside", vm=router, name="eth0", network=inside)
Nic("router-outside", vm=router, name="eth1", network=by_name("External"), macaddress="f0:db:30:00:70:01")
