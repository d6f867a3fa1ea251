"""The addresses of rules as VergeOS writes them, made out of resources (docs/vergeos/networks.md §4.2).

```python
NetworkRule("ssh", network=lan, name="ssh", protocol="tcp", destination_ports="22",
            source_ip=rule_addresses.any_of("10.0.0.0/8", rule_addresses.segment_of(dmz)),
            destination_ip=rule_addresses.nic(web, eth0))
```

An address, a network such as ``10.0.0.0/24`` and a range such as ``10.0.0.5-10.0.0.9`` are written as they are.
"""

from __future__ import annotations

import pulumi

from verge_pulumi.engine.declaring.attributes import Whole
from verge_pulumi.resources.compute.nic import Nic
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine
from verge_pulumi.resources.firewall.rule_alias import RuleAlias
from verge_pulumi.resources.network.network import Network


def any_address() -> str:
    """Return the text for any address, or none."""
    return ""


def default() -> str:
    """Return the text for the default route, the destination of a rule with ``action="route"``."""
    return "default"


def router() -> str:
    """Return the text for the address of the network's own router."""
    return "router"


def segment() -> str:
    """Return the text for all addresses of the rule's own network."""
    return "vnetself"


def segment_of(network: Network | pulumi.Input[str]) -> pulumi.Output[str]:
    """Return the text for all addresses of another network.

    Args:
        network: The network, or its name.
    """
    return pulumi.Output.concat("vnet:", network.name if isinstance(network, Network) else network)


def nic(
    vm: VirtualMachine | Whole[VirtualMachine] | pulumi.Input[str], nic: Nic | pulumi.Input[str]
) -> pulumi.Output[str]:
    """Return the text for the address of a NIC.

    Args:
        vm: The virtual machine, a server, or its name.
        nic: Its NIC, or the NIC's name.
    """
    of = vm.main if isinstance(vm, Whole) else vm
    machine = of.name if isinstance(of, VirtualMachine) else of
    card = nic.name.apply(str) if isinstance(nic, Nic) else nic
    return pulumi.Output.concat("vmnic:", machine, ".", card)


def alias(alias: RuleAlias | pulumi.Input[str]) -> pulumi.Output[str]:
    """Return the text for what an alias stands for; ports may refer to one too.

    Args:
        alias: The alias, or its key.
    """
    return pulumi.Output.concat("alias:", alias.id if isinstance(alias, RuleAlias) else alias)


def any_of(*addresses: pulumi.Input[str]) -> pulumi.Output[str]:
    """Return the text for several addresses.

    Args:
        addresses: What the other functions return, and addresses as they are.
    """
    return pulumi.Output.all(*addresses).apply(",".join)
