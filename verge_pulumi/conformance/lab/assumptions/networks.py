"""Networks, and what takes effect in them when."""

from __future__ import annotations

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import APPLY_SECONDS, POWER_SECONDS, Lab
from verge_pulumi.conformance.lab.reply import Surprise, same, shown
from verge_pulumi.conformance.lab.requests import Made
from verge_pulumi.conformance.lab.subjects import NETWORK

NETS = "docs/vergeos/networks.md"


@assumption(f"{NETS} §2.2, §2.3, §3", Sure.DOCUMENTED, "resources.network.network", "catalogue")
def chosen_by_vergeos(lab: Lab) -> None:
    """A new network is off, and has the first address of `network`, a MAC address, an MTU and the id of a VXLAN."""
    network = lab.row("vnets")
    row = lab.read(network)
    same("the power state", lab.runs(network), False)
    same("vnets.ipaddress", str(row.get("ipaddress")).partition("/")[0], "198.51.100.1")
    missing = [name for name in ("macaddress", "mtu", "layer2_id") if not row.get(name)]
    if missing:
        raise Surprise(f"vnets has no {', '.join(missing)}")


@assumption(f"{NETS} §2.3", Sure.INFERRED, "resources.network.network", "checks.live.addresses")
def prefix_of_the_router(lab: Lab) -> None:
    """An `ipaddress` with a prefix length and no `network` beside it names both, and is answered without the prefix."""
    network = lab.make("vnets", {"name": lab.name("prefix"), "ipaddress": "203.0.113.17/28"})
    row = lab.read(network, "network,ipaddress")
    same("vnets.network", row.get("network"), "203.0.113.16/28")
    same("vnets.ipaddress", row.get("ipaddress"), "203.0.113.17")


@assumption(f"{NETS} §2.3: no source says", Sure.OPEN, "resources.network.network", "checks.live.addresses")
def prefix_beside_a_network(lab: Lab) -> None:
    """A `network` stays as it is where the `ipaddress` beside it has another prefix length."""
    values = {"name": lab.name("both"), "network": NETWORK, "ipaddress": "198.51.100.17/28"}
    row = lab.read(lab.make("vnets", values), "network,ipaddress")
    same("vnets.network", row.get("network"), NETWORK)
    same("vnets.ipaddress", str(row.get("ipaddress")).partition("/")[0], "198.51.100.17")


@assumption(f"{NETS} §2.3", Sure.DOCUMENTED, "resources.network.network")
def dhcp_range(lab: Lab) -> None:
    """A `dhcp_start` outside of `network` is refused with 422 that names it."""
    lab.put(lab.row("vnets"), {"dhcp_start": "192.0.2.10"}).refused(422, "'dhcp_start'")


@assumption("docs/vergeos/quirks.md §5", Sure.INFERRED, "engine.declaring.values", "resources.network.network")
def name_servers(lab: Lab) -> None:
    """The servers in `dnslist` keep their order; only the blanks between them may differ."""
    network = lab.row("vnets")
    lab.put(network, {"dnslist": "192.0.2.54,192.0.2.53"}).answered(200)
    found = str(lab.read(network, "dnslist").get("dnslist"))
    lab.put(network, {"dnslist": ""}).answered(200)
    same("vnets.dnslist", [each.strip() for each in found.split(",")], ["192.0.2.54", "192.0.2.53"])


@assumption("docs/vergeos/quirks.md §4", Sure.DOCUMENTED, "resources.network.network", since="26.1.5")
def vlan_4095(lab: Lab) -> None:
    """VLAN 4095 is refused with 422."""
    values = {"name": lab.name("vlan"), "layer2_type": "vlan", "layer2_id": 4095, "network": NETWORK}
    lab.post("vnets", values).refused(422)


@assumption(f"{NETS} §3", Sure.MEASURED, "resources.network._staged", "resources.network._restarting")
def apply_while_off(lab: Lab) -> None:
    """`refresh` and `applydns` of a network that is off are refused with 422: `vNet is not running`."""
    network = lab.make("vnets", {"name": lab.name("off"), "network": NETWORK})
    lab.act(network, "refresh").refused(422, "not running")
    lab.act_in_path("PUT", network, "applydns").refused(422, "not running")


@assumption("docs/vergeos/quirks.md §W14", Sure.MEASURED, "resources.network.network", "resources.firewall.firewall")
def default_route(lab: Lab) -> None:
    """A create with `vnet_default_gateway` makes a rule with the action `route`."""
    network = _child(lab)
    rows = lab.rows("vnet_rules", fields="action,direction", filter=f"vnet eq {network.key} and action eq 'route'")
    same("the rules that route", rows, [{"action": "route", "direction": "outgoing"}])


@assumption("docs/vergeos/README.md §7.3", Sure.INFERRED, "resources.network.network", "environments.reaping")
def not_while_referred_to(lab: Lab) -> None:
    """DELETE of a network to which another one refers is refused with 422: `referencing`."""
    _child(lab)
    gateway = next(made for made in lab.made if made.values.get("name") == lab.name("gateway"))
    lab.delete(gateway).refused(422, "referencing")


@assumption("docs/vergeos/README.md §7.3", Sure.INFERRED, "resources.network.network")
def not_with_nics(lab: Lab) -> None:
    """DELETE of a network with NICs is refused with 422: `NICs are attached`."""
    network = lab.make("vnets", {"name": lab.name("attached"), "network": NETWORK})
    lab.make("machine_nics", {"machine": lab.machine(lab.row("vms")), "vnet": int(network.key)})
    lab.delete(network).refused(422, "attached")


@assumption(f"{NETS} §9", Sure.DOCUMENTED, "resources.network.network_block")
def overlapping_blocks(lab: Lab) -> None:
    """A block that overlaps another one of its network is refused, as what must be unique."""
    lab.row("vnet_cidrs")
    lab.post("vnet_cidrs", {"vnet": lab.key("vnets"), "cidr": "198.51.100.128/29"}).refused(
        409 if lab.since("26.1.4") else 422
    )


@assumption(
    "docs/vergeos/virtual-machines.md §7", Sure.DOCUMENTED, "resources.network.address", "resources.compute.nic"
)
def reservations_show(lab: Lab) -> None:
    """A reservation for the MAC address of a NIC is shown as the `ipaddress` of the NIC."""
    values = {"machine": lab.machine(lab.row("vms")), "vnet": lab.key("vnets"), "macaddress": "f0:db:30:ff:ff:02"}
    nic = lab.make("machine_nics", values)
    address = {"vnet": lab.key("vnets"), "type": "static", "ip": "198.51.100.20", "mac": values["macaddress"]}
    lab.make("vnet_addresses", address)
    lab.wait("the address of the NIC", lambda: lab.read(nic).get("ipaddress") == address["ip"], APPLY_SECONDS)


@assumption(f"{NETS} §3", Sure.INFERRED, "resources.network.network", "environments.reaping")
def parts_go_with_it(lab: Lab) -> None:
    """Deleting a network deletes its rules, addresses, hosts, views with zones and records, and VPNs."""
    network = lab.make("vnets", {"name": lab.name("parent"), "network": NETWORK, "dns": "bind"})
    own = {"vnet": int(network.key)}
    view = lab.make("vnet_dns_views", {**own, "name": lab.name("view")})
    zone = lab.make("vnet_dns_zones", {"view": int(view.key), "domain": f"{lab.prefix}.lab.invalid"})
    parts = [
        lab.make("vnet_rules", {**own, "name": lab.name("rule")}),
        lab.make("vnet_addresses", {**own, "type": "ipalias", "ip": "198.51.100.9"}),
        lab.make("vnet_hosts", {**own, "host": lab.name("host"), "ip": "192.0.2.9"}),
        lab.make("vnet_ipsecs", own),
        lab.make("vnet_wireguards", {**own, "name": lab.name("wg"), "ip": "192.0.2.1/25"}),
        lab.make("vnet_dns_zone_records", {"zone": int(zone.key), "type": "A", "value": "192.0.2.9"}),
        zone,
        view,
    ]
    lab.delete(network).answered(200)
    lab.all_gone(parts)


# Networks that run


def _running(lab: Lab) -> Made:
    """Return the network, which runs, with nothing that waits."""
    network = lab.row("vnets")
    lab.power(network, on=True)
    if any(lab.read(network).get(flag) for flag in ("need_fw_apply", "need_dns_apply", "need_restart")):
        lab.act(network, "reset").answered(201)
        lab.wait("need_restart of false", lambda: not lab.read(network).get("need_restart"), APPLY_SECONDS)
    return network


@assumption(f"{NETS} §3", Sure.DOCUMENTED, "resources.power", "resources.network._staged")
def start_loads_everything(lab: Lab) -> None:
    """A start loads rules and DNS: after it no `need_…` is true."""
    network = lab.make("vnets", {"name": lab.name("fresh"), "network": NETWORK, "dns": "bind"})
    lab.make("vnet_rules", {"vnet": int(network.key), "name": lab.name("early")})
    lab.power(network, on=True)
    row = lab.read(network, "need_fw_apply,need_dns_apply,need_restart")
    lab.power(network, on=False)
    same("what waits after a start", row, dict.fromkeys(row, False))


@assumption(f"{NETS} §4.1", Sure.DOCUMENTED, "resources.network._staged", "resources.firewall.network_rule")
def rules_are_staged(lab: Lab) -> None:
    """Each create, update and delete of a rule sets `need_fw_apply`; `refresh` puts it into effect in 30 seconds."""
    network = _running(lab)
    rule = lab.make("vnet_rules", {"vnet": int(network.key), "name": lab.name("staged")})
    _waits_then_applied(lab, network, "create")
    lab.put(rule, {"log": True}).answered(200)
    _waits_then_applied(lab, network, "update")
    lab.delete(rule).answered(200)
    _waits_then_applied(lab, network, "delete")


@assumption(f"{NETS} §6", Sure.DOCUMENTED, "resources.network.address", "resources.network._staged")
def addresses_are_staged(lab: Lab) -> None:
    """An address sets `need_fw_apply`, and so does a block."""
    network = _running(lab)
    lab.make("vnet_addresses", {"vnet": int(network.key), "type": "ipalias", "ip": "198.51.100.30"})
    _waits_then_applied(lab, network, "create")
    lab.make("vnet_cidrs", {"vnet": int(network.key), "cidr": "198.51.100.64/29"})
    _waits_then_applied(lab, network, "create")


@assumption(f"{NETS} §5", Sure.DOCUMENTED, "resources.firewall.rule_alias")
def aliases_are_staged(lab: Lab) -> None:
    """A new value of an alias sets `need_fw_apply` of the networks whose rules name it."""
    network, alias = _running(lab), lab.row("vnet_rule_aliases")
    rule = {"vnet": int(network.key), "name": lab.name("aliased"), "source_ip": f"alias:{alias.key}"}
    lab.make("vnet_rules", rule)
    lab.apply(network)
    lab.put(alias, {"value": "192.0.2.64/26"}).answered(200)
    _waits_then_applied(lab, network, "update")


@assumption(f"{NETS} §7, §8", Sure.DOCUMENTED, "resources.network._staged", "resources.dns.dns_record")
def dns_is_staged(lab: Lab) -> None:
    """A host and a record set `need_dns_apply`; `PUT vnets/<key>/applydns` clears it."""
    zone, network = lab.key("vnet_dns_zones"), _running(lab)
    for table, values in (
        ("vnet_hosts", {"vnet": int(network.key), "host": lab.name("staged"), "ip": "192.0.2.8"}),
        ("vnet_dns_zone_records", {"zone": zone, "host": "staged", "type": "A", "value": "192.0.2.8"}),
    ):
        lab.make(table, values)
        same(f"need_dns_apply after {table}", lab.read(network).get("need_dns_apply"), True)
        lab.act_in_path("PUT", network, "applydns").answered(200)
        lab.wait("need_dns_apply of false", lambda: not lab.read(network).get("need_dns_apply"), APPLY_SECONDS)


@assumption(f"{NETS} §2, §13", Sure.INFERRED, "resources.network.network", "resources.power")
def changes_wait(lab: Lab) -> None:
    """A PUT of MTU, DHCP, name servers or domain of a network that runs sets `need_restart`; `reset` clears it."""
    lines = []
    for name, value in (("mtu", 1400), ("dhcp_enabled", True), ("dnslist", "192.0.2.53"), ("domain", "lab.invalid")):
        network = _running(lab)
        before = lab.read(network, name).get(name)
        lab.put(network, {name: value}).answered(200)
        waits = lab.read(network).get("need_restart")
        lab.put(network, {name: before}).answered(200)
        if waits is not True:
            lines.append(f"need_restart after a change of {name} is {shown(waits)}")
    _running(lab)
    if lines:
        raise Surprise(*lines)


@assumption(f"{NETS} §2", Sure.INFERRED, "resources.network.network", "resources.power")
def quiet_changes(lab: Lab) -> None:
    """A PUT of `description` or `autostart` of a network that runs sets no `need_…`."""
    network = _running(lab)
    lab.put(network, {"description": lab.name("quiet"), "autostart": False}).answered(200)
    row = lab.read(network, "need_restart,need_fw_apply,need_dns_apply")
    same("what waits", row, dict.fromkeys(row, False))


@assumption(f"{NETS} §3", Sure.DOCUMENTED, "resources.power", "resources._power_actions")
def stops(lab: Lab) -> None:
    """`poweroff` stops a network within two minutes."""
    network = _running(lab)
    lab.act(network, "poweroff").answered(201)
    lab.wait("a network that is off", lambda: not lab.runs(network), POWER_SECONDS)


@assumption(f"{NETS} §11", Sure.INFERRED, "resources.network._restarting", "resources.routing.bgp_router")
def routing_waits(lab: Lab) -> None:
    """A router of BGP sets `need_restart` of a network that runs, a proxy `need_proxy_apply`; `reset` clears both."""
    network = _running(lab)
    lab.row("vnet_bgp_routers")
    lab.make("vnet_bgp_routers", {"bgp": lab.key("vnet_bgp"), "asn": 64499})
    proxy = lab.row("vnet_proxy")
    lab.put(proxy, {"listen_address": "192.0.2.77"}).answered(200)
    row = lab.read(network, "need_restart,need_proxy_apply")
    same("what waits", row, {"need_restart": True, "need_proxy_apply": True})
    lab.act(network, "reset").answered(201)
    fields = "need_restart,need_proxy_apply"
    lab.wait("nothing that waits", lambda: not any(lab.read(network, fields).values()), APPLY_SECONDS)


@assumption("docs/vergeos/networks.md §3", Sure.INFERRED, "resources.network.network")
def not_while_running(lab: Lab) -> None:
    """DELETE of a network that runs is refused with 422."""
    network = lab.make("vnets", {"name": lab.name("busy"), "network": NETWORK})
    lab.power(network, on=True)
    reply = lab.delete(network)
    lab.power(network, on=False)
    reply.refused(422)


def _waits_then_applied(lab: Lab, network: Made, what: str) -> None:
    waits = lab.read(network).get("need_fw_apply")
    if waits is not True:
        raise Surprise(f"need_fw_apply after the {what} is {shown(waits)}")
    lab.apply(network)


def _child(lab: Lab) -> Made:
    """Return a network whose default gateway is another one."""
    for made in lab.made:
        if made.values.get("name") == lab.name("child"):
            return made
    gateway = lab.make("vnets", {"name": lab.name("gateway"), "network": "203.0.113.0/24"})
    values = {"name": lab.name("child"), "network": NETWORK, "vnet_default_gateway": int(gateway.key)}
    return lab.make("vnets", values)
