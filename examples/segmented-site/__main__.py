"""A site in segments: a DMZ that the internet reaches, web servers behind it, and databases behind those."""

from ipaddress import IPv4Address, IPv4Network

import firewall
import pulumi

from verge_pulumi import (
    Address,
    DnsRecord,
    DnsView,
    DnsZone,
    Firewall,
    HostOverride,
    Network,
    Nic,
    Power,
    RuleAlias,
    VirtualMachine,
    by_name,
    export,
    rule_addresses,
)

config = pulumi.Config()
stack = pulumi.get_stack()
domain = config.require("domain")
SERVERS = {"dmz": "proxy", "web": "app", "db": "postgres"}
segments: dict[str, IPv4Network] = dict(
    zip(SERVERS, IPv4Network(config.require("site-network")).subnets(new_prefix=24), strict=False)
)
addresses: dict[str, IPv4Address] = {name: segment[10] for name, segment in segments.items()}

wan = Network(
    "wan",
    name=f"{stack}-wan",
    type="external",
    uplink=by_name(config.require("physical")),
    layer2_type="none",
    network=config.require("wan-network"),
    gateway=config.require("wan-gateway"),
)
networks = {
    name: Network(
        name,
        name=f"{stack}-{name}",
        network=str(segment),
        default_gateway=wan,
        domain=domain,
        # Machines get the addresses that are reserved for them, and no others.
        dhcp_enabled=True,
        dhcp_dynamic=False,
        # The proxy is told of the site by a zone. The other networks know single names.
        dns="bind" if name == "dmz" else "simple",
    )
    for name, segment in segments.items()
}

# The rules. A network reads them when it starts, so it is never open before they are there.
admins = RuleAlias("admins", name=f"{stack}-admins", value=config.require_object("admins"))
rules = firewall.rules(
    admins=rule_addresses.alias(admins),
    segments={name: rule_addresses.segment_of(network) for name, network in networks.items()},
)
inside: dict[str, list[pulumi.Resource]] = {
    name: [Firewall(name, network=network, rules=rules[name])] for name, network in networks.items()
}
outside = Firewall("wan", network=wan, rules=firewall.translations(proxy=str(addresses["dmz"])))

# The names.
view = DnsView("site", network=networks["dmz"], name="site", match_clients=["any"], recursion=True)
zone = DnsZone("site", view=view, domain=domain, nameserver=f"ns.{domain}", email=f"ops@{domain}")
inside["dmz"] += [
    DnsRecord(server, zone=zone, host=server, type="A", value=str(addresses[name])) for name, server in SERVERS.items()
]
inside["web"].append(HostOverride("db", network=networks["web"], host=f"db.{domain}", ip=str(addresses["db"])))

# A machine in each segment, empty here: ../web-tier shows how one is filled.
machines: dict[str, VirtualMachine] = {}
nics: dict[str, Nic] = {}
for name, server in SERVERS.items():
    machines[name] = VirtualMachine(server, name=f"{stack}-{server}", os_family="linux", cpu_cores=1, ram=512)
    nics[name] = Nic(server, vm=machines[name], name="eth0", network=networks[name])
    inside[name].append(
        Address(
            server,
            network=networks[name],
            type="static",
            ip=str(addresses[name]),
            mac=nics[name].macaddress.apply(str),
            hostname=server,
        )
    )

# From the outside to the inside: a network starts when it is complete, and a machine when its network runs.
wan_power = Power("wan", of=wan, state="running", opts=pulumi.ResourceOptions(depends_on=[outside]))
for name, server in SERVERS.items():
    complete = pulumi.ResourceOptions(depends_on=[wan_power, *inside[name]])
    power = Power(name, of=networks[name], state="running", opts=complete)
    Power(server, of=machines[name], state="running", opts=pulumi.ResourceOptions(depends_on=[nics[name], power]))
    export(name, networks[name])

pulumi.export("addresses", {SERVERS[name]: str(address) for name, address in addresses.items()})
