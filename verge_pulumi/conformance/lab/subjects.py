"""One row of each table: what makes it, and what is changed of it.

Only what a create has to name is sent, so that VergeOS fills in the rest. All rows belong together: a drive is one of
the VM, a record one of the zone. Addresses are those that are kept for documentation, and lead nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verge_pulumi.conformance.lab.lab import Lab

UNKNOWN = "verge_pulumi_unknown"
"""A column that no table has."""

GIB = 1024**3
HOUR = 3600

AUTHORITY = """-----BEGIN CERTIFICATE-----
MIIBmDCCAT+gAwIBAgIUM3AGk0/SThFMcntqDm7ejcya85UwCgYIKoZIzj0EAwIw
MDEuMCwGA1UEAwwldmVyZ2UtcHVsdW1pIGxhYiwgdm91Y2hlcyBmb3Igbm90aGlu
ZzAgFw0yNjAxMDEwMDAwMDBaGA8yMTI2MDEwMTAwMDAwMFowMDEuMCwGA1UEAwwl
dmVyZ2UtcHVsdW1pIGxhYiwgdm91Y2hlcyBmb3Igbm90aGluZzBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABEEKbbujMjT5S+d8dBwaa9xAljkz6dq+bIgPwyCipSX4
nubJ3Bhj0Aa2oxigTFvLgLTr4o+rmAVoW/z3YRFa5mGjNTAzMBIGA1UdEwEB/wQI
MAYBAf8CAQAwHQYDVR0eAQH/BBMwEaAPMA2CC2xhYi5pbnZhbGlkMAoGCCqGSM49
BAMCA0cAMEQCIAdboynjxR7oVOd00f4i6cDsN4EcbG+XXIEozNDYh3VEAiBxGG/B
j3sCDelklkivbUZpTrp6fgJkqP2GBTkk6S9zBg==
-----END CERTIFICATE-----
"""
"""An authority that may vouch for ``lab.invalid`` only, and whose private key was never kept."""

AUTHORITY_NAME = "verge-pulumi lab, vouches for nothing"
"""The subject of that certificate; its row has no name that could bear a prefix."""

NETWORK = "198.51.100.0/24"
PUBLIC_KEY = "c2VjcmV0LWtleS1vZi1hLXdpcmVndWFyZC1wZWVyLTA="
MAC = "f0:db:30:ff:ff:01"

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Subject:
    """The one row of a table.

    Attributes:
        table: Its table.
        values: Returns what creates it.
        change: The columns that are changed, with their new values; none where a row is never changed.
    """

    table: str
    values: Callable[[Lab], Values]
    change: Values = field(default_factory=dict)


def _one(table: str, change: Values | None = None, /, **values: object) -> Subject:
    """Return the row of a table.

    Args:
        table: Its table.
        change: What is changed of it.
        values: What creates it: a function of the lab, or a value; ``{}`` in a text stands for the prefix.
    """

    def filled(lab: Lab) -> Values:
        return {name: _filled(lab, value) for name, value in values.items()}

    return Subject(table, filled, change or {})


def _filled(lab: Lab, value: object) -> object:
    return value(lab) if callable(value) else value.format(lab.prefix) if isinstance(value, str) else value


def _key(table: str) -> Callable[[Lab], object]:
    return lambda lab: lab.key(table)


def _path(table: str) -> Callable[[Lab], object]:
    return lambda lab: lab.row(table).path


def _machine(lab: Lab) -> object:
    return lab.machine(lab.row("vms"))


_ADDED = {"description": "changed by the lab"}
_NETWORK, _BGP = _key("vnets"), _key("vnet_bgp")

_SUBJECTS = (
    # Virtual machines
    _one("vms", {"ram": 2048}, name="{}-vm"),
    _one("machine_drives", {"orderid": 7}, machine=_machine, disksize=GIB),
    _one("machine_nics", _ADDED, machine=_machine, vnet=_NETWORK),
    _one("machine_devices", {"orderid": 7}, machine=_machine, type="tpm"),
    _one("machine_snapshots", _ADDED, machine=_machine, name="{}-snapshot"),
    _one("cloudinit_files", {"render": "variables"}, owner=_path("vms"), name="/user-data", contents="#cloud-config\n"),
    _one("resource_groups", _ADDED, name="{}-pool", type="node_usb_devices"),
    # A rule that is off takes no device of the host.
    _one(
        "resource_rules",
        {"name": "renamed"},
        resource_group=_key("resource_groups"),
        name="{}-rule",
        filter="vendor eq '{}-none'",
        enabled=False,
    ),
    # Networks
    _one("vnets", _ADDED, name="{}-network", network=NETWORK, dns="bind"),
    _one("vnet_addresses", {"hostname": "lab"}, vnet=_NETWORK, type="static", ip="198.51.100.10", mac=MAC),
    _one("vnet_cidrs", _ADDED, vnet=_NETWORK, cidr="198.51.100.128/28"),
    _one("vnet_hosts", {"ip": "192.0.2.6"}, vnet=_NETWORK, host="{}-host", ip="192.0.2.5"),
    _one("vnet_rules", {"log": True}, vnet=_NETWORK, name="{}-rule"),
    _one("vnet_rule_aliases", {"value": "192.0.2.128/25"}, name="{}-alias", value="192.0.2.0/24"),
    _one("vnet_dns_views", {"recursion": True}, vnet=_NETWORK, name="{}-view"),
    _one("vnet_dns_zones", {"default_ttl": "2h"}, view=_key("vnet_dns_views"), domain="{}.lab.invalid"),
    _one(
        "vnet_dns_zone_records",
        {"value": "192.0.2.6"},
        zone=_key("vnet_dns_zones"),
        host="{}-www",
        type="A",
        value="192.0.2.5",
    ),
    _one("vnet_ipsecs", {"uniqueids": "no"}, vnet=_NETWORK),
    _one(
        "vnet_ipsec_phase1s",
        {"remote_gateway": "192.0.2.2"},
        ipsec=_key("vnet_ipsecs"),
        name="{}-tunnel",
        remote_gateway="192.0.2.1",
        psk="{}-shared",
    ),
    _one(
        "vnet_ipsec_phase2s",
        {"local": "198.51.100.0/25"},
        phase1=_key("vnet_ipsec_phase1s"),
        name="{}-lan",
        local=NETWORK,
    ),
    _one("vnet_wireguards", {"listenport": 51821}, vnet=_NETWORK, name="{}-wg", ip="192.0.2.129/25"),
    _one(
        "vnet_wireguard_peers",
        {"keepalive": 25},
        wireguard=_key("vnet_wireguards"),
        name="{}-peer",
        peer_ip="192.0.2.130",
        public_key=PUBLIC_KEY,
        allowed_ips="203.0.113.0/24",
    ),
    _one("vnet_proxy", {"default_self": False}, vnet=_NETWORK),
    _one(
        "vnet_proxy_tenants",
        {"fqdn": "other.lab.invalid"},
        proxy=_key("vnet_proxy"),
        tenant=lambda lab: lab.any_key("tenants"),
        fqdn="{}.lab.invalid",
    ),
    # Routing
    _one("vnet_bgp", vnet=_NETWORK),
    _one("vnet_bgp_routers", {"asn": 64497}, bgp=_BGP, asn=64496),
    _one(
        "vnet_bgp_router_commands",
        {"params": "192.0.2.3 remote-as 64498"},
        bgp_router=_key("vnet_bgp_routers"),
        command="neighbor",
        params="192.0.2.2 remote-as 64498",
    ),
    _one(
        "vnet_bgp_interfaces",
        _ADDED,
        bgp=_BGP,
        name="{}-uplink",
        ipaddress="192.0.2.2",
        network="192.0.2.0/30",
        interface_vnet=_NETWORK,
    ),
    _one(
        "vnet_bgp_interface_commands",
        {"params": "ospf cost 6"},
        bgp_interface=_key("vnet_bgp_interfaces"),
        command="ip",
        params="ospf cost 5",
    ),
    _one("vnet_bgp_routemaps", {"permit": False}, bgp=_BGP, tag="LAB", sequence=10),
    _one(
        "vnet_bgp_routemap_commands",
        {"params": "local-preference 100"},
        bgp_routemap=_key("vnet_bgp_routemaps"),
        command="set",
        params="local-preference 200",
    ),
    _one(
        "vnet_bgp_ip",
        {"params": "LAB seq 10 deny 192.0.2.0/24"},
        bgp=_BGP,
        command="prefix-list",
        params="LAB seq 10 permit 192.0.2.0/24",
    ),
    _one(
        "vnet_ospf_commands",
        {"params": "192.0.2.0/24 area 1"},
        bgp=_BGP,
        command="network",
        params="192.0.2.0/24 area 0",
    ),
    _one("vnet_eigrp_routers", {"asn": 6}, bgp=_BGP, asn=5),
    _one(
        "vnet_eigrp_router_commands",
        {"params": "203.0.113.0/24"},
        eigrp_router=_key("vnet_eigrp_routers"),
        command="network",
        params="192.0.2.0/24",
    ),
    # Who may do what
    _one("users", {"displayname": "Lab"}, name="{}-user", password=lambda lab: lab.password),
    _one("groups", {"email": "lab@lab.invalid"}, name="{}-group"),
    _one("members", parent_group=_key("groups"), member=_path("users")),
    _one(
        "permissions",
        {"modify": True},
        identity=lambda lab: lab.identity(lab.row("users")),
        table="vms",
        read=True,
    ),
    _one("user_api_keys", _ADDED, user=_key("users"), name="{}-key"),
    _one("auth_sources", {"menu": True}, name="{}-source", driver="openid", settings={"client_id": "lab"}),
    _one("oidc_applications", _ADDED, name="{}-application", force_auth_source=None, map_user=None),
    _one("oidc_application_users", oidc_application=_key("oidc_applications"), user=_key("users")),
    _one("oidc_application_groups", oidc_application=_key("oidc_applications"), group=_key("groups")),
    # Tags
    _one("tag_categories", _ADDED, name="{}-category", taggable_vms=True, single_tag_selection=True),
    _one("tags", _ADDED, category=_key("tag_categories"), name="{}-tag"),
    _one("tag_members", tag=_key("tags"), member=_path("vms")),
    # Protection
    _one("snapshot_profiles", _ADDED, name="{}-profile"),
    _one(
        "snapshot_profile_periods",
        {"hour": 3},
        profile=_key("snapshot_profiles"),
        name="{}-daily",
        frequency="daily",
        retention=HOUR,
    ),
    _one("cloud_snapshots", _ADDED, name="{}-snapshot", expires=lambda lab: lab.now() + HOUR),
    # Files, recipes, the system
    _one("files", _ADDED, name="{}-file", allocated_bytes="1024"),
    _one("catalog_repositories", _ADDED, name="{}-repository"),
    _one("catalogs", _ADDED, repository=_key("catalog_repositories"), name="{}-catalog"),
    _one("themes", _ADDED, name="{}-theme"),
    _one("certificates", _ADDED, type="self_signed", domainname="{}.lab.invalid"),
    _one("root_certificates", cert=AUTHORITY),
    _one("update_sources", _ADDED, name="{}-updates", url="https://updates.lab.invalid"),
    _one("webhook_urls", {"timeout": 20}, name="{}-webhook", url="https://hooks.lab.invalid"),
)

SUBJECTS: Mapping[str, Subject] = {subject.table: subject for subject in _SUBJECTS}
"""One row of each table that clients make rows in, by table; those that it belongs to are made before it."""

NEVER_MADE: Mapping[str, str] = {
    "clusters": "a cluster is made of nodes",
    "tenants": "a tenant takes resources of the system, and no resource of this package makes one",
    "volumes": "a volume needs a NAS, and no resource of this package makes one",
}
"""Tables whose rows clients could make, and why the lab makes none."""
