"""Virtual networks: the declaration to copy when you add a resource.

It is one file, since a network has that many arguments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from functools import partial
from ipaddress import ip_address, ip_interface, ip_network
from typing import TYPE_CHECKING, Literal

from verge_pulumi.client import Row, printable, where
from verge_pulumi.engine.declaring.attributes import Attr, OptionalRef, Refs, arg, computed, policy, ref, refs
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.declaring.roles import Inventory, Review
from verge_pulumi.engine.declaring.values import Cidr, CommaList, IpAddress, Json, Text
from verge_pulumi.engine.lifecycle.resuming import Resuming
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources import _power_actions as power_actions
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources._placed import Placed
from verge_pulumi.resources._power_actions import Restart
from verge_pulumi.resources.tags._taggable import Taggable

if TYPE_CHECKING:
    from verge_pulumi.resources.dns.dns_zone import DnsZone

NetworkType = Literal["internal", "external", "dmz", "core", "physical", "vpn", "bgp", "port_mirror"]
Layer2Type = Literal["vxlan", "vlan", "none", "bond", "bond_slave"]
RateLimitType = Literal[
    "bytes/second", "kbytes/second", "mbytes/second", "second",
    "bytes/minute", "kbytes/minute", "mbytes/minute", "minute",
    "bytes/hour", "kbytes/hour", "mbytes/hour", "hour",
    "bytes/day", "kbytes/day", "mbytes/day", "day",
]  # fmt: skip


class Network(Describable, Placed, Taggable, table="vnets", unique=("name",), fixed=("macaddress",)):
    """A virtual network: a layer-2 segment with its own router, DHCP and DNS.

    A new network is stopped; declare a `Power` to start it. Changes of addressing, DHCP, DNS, MTU or layer 2 of a
    running network take effect when it restarts: `need_restart` tells, and `restart` decides.
    """

    # Networks that every system has (docs/vergeos/networks.md §2).
    review = Review(
        drawn="network",
        inventory=Inventory(noun="network", given={"type": ("core", "dmz", "physical"), "name": ("External",)}),
    )

    name: Attr[str] = arg(min_length=1, max_length=128)
    """Name in VergeOS; unique on the system."""

    note: Attr[Text | None] = arg(default=None, max_length=1024)
    """Free text shown in the UI."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether it may be started."""

    type: Attr[NetworkType | None] = arg(default=None, replaces=True)
    """Kind of network; VergeOS makes an ``internal`` one if unset."""

    autostart: Attr[bool | None] = arg(default=None)
    """Whether it starts with the system."""

    layer2_type: Attr[Layer2Type | None] = arg(default=None, restarts=True)
    """How the segment is carried; ``vxlan`` if unset."""

    layer2_id: Attr[int | None] = arg(default=None, restarts=True, ge=1)
    """VLAN (1 to 4094) or VXLAN number; VergeOS picks a VXLAN's if unset."""

    vxlan_multicast: Attr[Text | None] = arg(default=None, replaces=True)
    """Multicast group of the VXLAN."""

    uplink: OptionalRef[Network] = ref(default=None, restarts=True, column="interface_vnet", role="uplink")
    """The network below: what a VLAN or an external network runs on."""

    physical_bridged: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether it is bridged to the physical network."""

    enable_bonding: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether the physical ports are bonded."""

    bond_interfaces_args: Refs[Network] = refs(default=None, restarts=True)
    """The physical networks whose ports are bonded."""

    mtu: Attr[int | None] = arg(default=None, restarts=True, ge=1000, le=65536)
    """Largest packet in bytes."""

    port_mirroring: Attr[Literal["off", "east_west", "north_south"] | None] = arg(default=None, restarts=True)
    """Which traffic is mirrored: what passes the router (``north_south``), or all of it. VergeOS makes a network called
    ``<name>_mirror`` for the NIC that receives it."""

    port_mirroring_network: OptionalRef[Network] = ref(default=None, restarts=True, column="port_mirroring_vnet")
    """The network that receives mirrored traffic."""

    mirror_logs: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether logs are mirrored too."""

    ipaddress_type: Attr[Literal["static", "dynamic", "bgp", "none"] | None] = arg(default=None, restarts=True)
    """Where the router's address comes from; ``none`` makes a pure layer-2 network."""

    network: Attr[Cidr | None] = arg(default=None, restarts=True, role="segment")
    """Addresses of the segment, such as ``10.0.0.0/24``."""

    ipaddress: Attr[IpAddress | None] = arg(default=None, restarts=True, role="router")
    """The router's address, inside `network`; the first one if unset."""

    dmz_ipaddress: Attr[IpAddress | None] = arg(default=None, restarts=True)
    """The router's address on the DMZ network."""

    gateway: Attr[IpAddress | None] = arg(default=None, restarts=True)
    """Gateway handed to DHCP clients, or the uplink's gateway of an external network; the router itself if unset."""

    default_gateway: OptionalRef[Network] = ref(
        default=None, restarts=True, column="vnet_default_gateway", role="gateway"
    )
    """The network through which this one reaches the outside. VergeOS adds the default route rule by itself."""

    hostname: Attr[Text | None] = arg(default=None, restarts=True)
    """Host name of the router."""

    domain: Attr[Text | None] = arg(default=None, restarts=True)
    """Domain of the segment."""

    dhcp_enabled: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether the router serves DHCP; VergeOS does not unless told to."""

    dhcp_dynamic: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether there is a pool of dynamic leases in addition to the static ones."""

    dhcp_sequential: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether leases are given out in order."""

    dhcp_start: Attr[IpAddress | None] = arg(default=None, restarts=True)
    """First address of the pool."""

    dhcp_stop: Attr[IpAddress | None] = arg(default=None, restarts=True)
    """Last address of the pool."""

    dns: Attr[Literal["disabled", "simple", "bind", "network"] | None] = arg(default=None, restarts=True)
    """How names are resolved; zones need ``bind``."""

    dnslist: Attr[CommaList | None] = arg(default=None, restarts=True)
    """DNS servers in order of preference."""

    override_dhcp_dns: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether `dnslist` wins over the servers that DHCP names."""

    network_dns: OptionalRef[Network] = ref(default=None, restarts=True)
    """The network whose DNS is used with ``dns="network"``."""

    network_dns_zone: OptionalRef["DnsZone"] = ref(  # noqa: UP037 no import here
        default=None, restarts=True, declared_in="verge_pulumi.resources.dns.dns_zone"
    )
    """The zone that is used with ``dns="network"``."""

    advanced_options: Attr[Json | None] = arg(default=None, restarts=True)
    """Options for the router's services, such as ``{"dnsmasq": ["--dhcp-boot=..."]}``."""

    pxe: Attr[Literal["none", "ybos", "custom"] | None] = arg(default=None, restarts=True)
    """What machines that boot from the network get."""

    tftp_server: Attr[Text | None] = arg(default=None, restarts=True)
    """TFTP server for ``pxe="custom"``."""

    statistics: Attr[bool | None] = arg(default=None)
    """Whether traffic is counted."""

    dmz_statistics: Attr[bool | None] = arg(default=None)
    """Whether traffic to the DMZ is counted."""

    trace: Attr[bool | None] = arg(default=None)
    """Whether rules are traced."""

    apply_fw_on_start: Attr[bool | None] = arg(default=None)
    """Whether rules are loaded at the start."""

    rate_limit: Attr[int | None] = arg(default=None, ge=0)
    """Limit of the traffic in units of `rate_limit_type`; 0 is none."""

    rate_limit_type: Attr[RateLimitType | None] = arg(default=None)
    """Unit of the limit; ``mbytes/second`` if unset. A bare period such as ``second`` counts packets."""

    rate_limit_burst: Attr[int | None] = arg(default=None, ge=0)
    """What may exceed the limit for a moment."""

    bgp_asn: Attr[int | None] = arg(default=None, restarts=True, ge=1, le=4294967295)
    """Number of the BGP autonomous system."""

    monitor_gateway: Attr[bool | None] = arg(default=None)
    """Whether the gateway's quality is measured."""

    monitor_ip: Attr[IpAddress | None] = arg(default=None)
    """Address that is probed instead of the gateway."""

    monitor_interval_ms: Attr[int | None] = arg(default=None, ge=1000, le=120000)
    """Milliseconds between probes."""

    proxy_enabled: Attr[bool | None] = arg(default=None)
    """Whether the router proxies tenants' UIs."""

    proxy_listen_address: Attr[Text | None] = arg(default=None)
    """Address on which the proxy listens."""

    restart: Attr[Restart | None] = policy(default=None, role="restart", outage="its traffic is cut for some seconds")
    """Whether a change that needs a restart of the running network restarts it: ``never`` (the default) or
    ``on-change``, which cuts its traffic for some seconds."""

    stop_timeout: Attr[int | None] = policy(default=None, ge=0)
    """Seconds that the router gets to stop before it is killed, when the network is deleted; 60 if unset."""

    machine: Attr[int | None] = computed()
    """Key of the machine that is the router."""

    need_restart: Attr[bool | None] = computed()
    """Whether changes wait for a restart."""

    need_fw_apply: Attr[bool | None] = computed()
    """Whether firewall rules wait to be applied."""

    need_dns_apply: Attr[bool | None] = computed()
    """Whether DNS changes wait to be applied."""

    running: Attr[bool | None] = computed(follow="machine#status#running")
    """Whether the network runs."""

    status: Attr[str | None] = computed(follow="machine#status#status")
    """Its power state in VergeOS's words."""

    node: Attr[str | None] = computed(follow="machine#status#node#name")
    """Name of the node that runs it."""


def vlan_problems(inputs: Inputs) -> Iterable[str]:
    """Say what is wrong with a VLAN's number; only a VXLAN's is picked by VergeOS (docs/vergeos/networks.md §2.2)."""
    number = inputs.get("layer2_id")
    if inputs.get("layer2_type") == "vlan" and (number is None or (isinstance(number, int | float) and number > 4094)):
        yield "layer2_id: layer2_type='vlan' needs a number from 1 to 4094"


def outside(inputs: Inputs, segment: str, names: Iterable[str]) -> Iterable[str]:
    """Say which of the named addresses are not in the network that an argument holds."""
    if not isinstance(inputs.get(segment), str):
        return
    network = ip_network(inputs[segment])
    for name in names:
        address = inputs.get(name)
        if isinstance(address, str) and ip_address(address) not in network:
            yield f"{name}: lies outside of '{segment}'"


def addresses(kind: object) -> tuple[str, ...]:
    """Return the arguments that lie inside of `network`.

    The gateway of an uplink has to since 26.1.6 (docs/vergeos/networks.md §2.3).

    Args:
        kind: The network's `type`.
    """
    return ("ipaddress", "dhcp_start", "dhcp_stop", *(("gateway",) if kind == "external" else ()))


NIC_FIELDS = ("$key", "name", "machine#name as owner")


class NetworkProvider(Resuming, RowProvider[Network]):
    """What is special about a network's life."""

    touched = (
        touch("vnets", "modify", at=("update", "delete")),
        touch("machine_nics", at=("delete",)),
    )
    users = (
        ("machine_nics", "vnet"),
        ("vnets", "interface_vnet"),
        ("vnets", "vnet_default_gateway"),
        ("vnet_bgp_interfaces", "interface_vnet"),
    )

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Addresses lie inside the network, the DHCP pool is not upside down, and what belongs together is there."""
        yield from vlan_problems(inputs)
        if inputs.get("dhcp_enabled") is True and inputs.get("ipaddress_type") == "none":
            yield "dhcp_enabled: ipaddress_type='none' makes a pure layer-2 network, whose router has no address"
        if inputs.get("bond_interfaces_args") and inputs.get("enable_bonding") in (None, False):
            yield "bond_interfaces_args: needs enable_bonding=True"
        yield from outside(inputs, "network", addresses(inputs.get("type")))
        start, stop = inputs.get("dhcp_start"), inputs.get("dhcp_stop")
        if isinstance(start, str) and isinstance(stop, str) and int(ip_address(stop)) < int(ip_address(start)):
            yield "dhcp_stop: is below dhcp_start"

    def refusals(self, state: Inputs, inputs: Inputs, changed: Collection[str], *, replacing: bool) -> Iterable[str]:
        """No address is left outside: whether VergeOS moves them, no source says (docs/vergeos/networks.md §2.3)."""
        new = inputs.get("network")
        if replacing or "network" not in changed or not isinstance(new, str):
            return
        left = [name for name in addresses(inputs.get("type") or state.get("type")) if inputs.get(name) is None]
        for name in left:
            with suppress(ValueError):  # empty, or something that only VergeOS can read
                address = ip_interface(state.get(name) or "").ip  # others write it with a prefix
                if address not in ip_network(new):
                    yield f"{name}: {address} would lie outside of '{new}'. Set {name} as well"

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Restart a running network whose changes wait for it, if the program says so."""
        if not power_actions.wants_restart(row, inputs):
            return row
        self.goes_down(inputs)
        power_actions.restart(self.connection, "vnets", id)
        self.is_up(inputs)
        return self.read_back(id)

    def resume(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Start it again after a restart or a delete that did not come to its end."""
        was_off = power_actions.resume(self.connection, "vnets", id, row, timeout=inputs.get("stop_timeout"))
        return self.read_back(id) if was_off else row

    def after_take_over(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Leave it running: what waits for a restart was changed by others."""
        return row

    def used_by(self, id: str) -> str:
        """Name the NICs that are attached, and the networks that run on it or reach the outside through it."""
        find, key = self.connection.reader.find, int(id)
        above = where("interface_vnet", "eq", key) | where("vnet_default_gateway", "eq", key)
        nics = find("machine_nics", where("vnet", "eq", key), NIC_FIELDS)
        networks = find("vnets", above, ("$key", "name"))
        return ", ".join(
            [
                *(f"NIC '{printable(str(nic.get('name')))}' of {nic.get('owner')}" for nic in nics),
                *(f"Network '{printable(str(network.get('name')))}'" for network in networks),
            ]
        )

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """Stop it: VergeOS refuses to delete a running or stopping network."""
        begins, timeout = partial(self.goes_down, state), state.get("stop_timeout")
        power_actions.stop(self.connection, "vnets", id, row, timeout=timeout, force=True, begins=begins)
