"""SSH from an office and from one machine, to the machines of a network and to its router."""

from verge_pulumi import Network, NetworkRule, Nic, RuleAlias, VirtualMachine, rule_addresses

inner = Network("inner", name="inner", network="10.35.0.0/24")
jump = VirtualMachine("jump", name="jump")
jump_nic = Nic("jump", vm=jump, name="eth0", network=inner)
home = RuleAlias("home", name="home", value=["192.0.2.0/28|Home office"])
for target, destination in {"machines": rule_addresses.segment(), "router": rule_addresses.router()}.items():
    NetworkRule(
        f"inner-ssh-{target}",
        network=inner,
        name=f"ssh-{target}",
        protocol="tcp",
        source_ip=rule_addresses.any_of(rule_addresses.alias(home), rule_addresses.nic(jump, jump_nic)),
        destination_ip=destination,
        destination_ports="22",
    )
