"""What the DNS server of a network serves: host overrides, and views with their zones and records."""

from __future__ import annotations

from verge_pulumi.catalogue.model import Effect
from verge_pulumi.catalogue.notation import C, R, boolean, integer, ref, section, table, text, words

# Any change only stages it until DNS is applied (docs/vergeos/networks.md §7, §8).
DNS = Effect.DNS

VNET_HOSTS = table(
    "vnet_hosts",
    section(
        "docs/vergeos/networks.md §7",
        ref("vnet", "vnets", write=C, required=True),
        # That these two are required is the signature of pyVergeOS: resources/hosts.py.
        text("host", required=True),
        text("ip", required=True),
        text("type", default="host", choices=words("host domain")),
        effect=DNS,
    ),
    short="host ip type",
    unique=(("vnet", "host"),),
    parent="vnet",
    source="docs/vergeos/networks.md §7; unique: pyVergeOS: resources/hosts.py",
)

VNET_DNS_VIEWS = table(
    "vnet_dns_views",
    section(
        "docs/vergeos/networks.md §8",
        ref("vnet", "vnets", write=C, required=True),
        text("name", required=True),
        boolean("recursion", default=False),
        text("match_clients", default=""),
        text("match_destinations", default=""),
        integer("max_cache_size", default=33554432),
        ref("query_source", "vnet_addresses"),
        effect=DNS,
    ),
    section(
        "govergeos: types_vnet_dns.go",
        # Views are tried in this order. That a new one comes last is our reading.
        integer("orderid"),
        integer("modified", write=R),
        effect=DNS,
    ),
    short="name recursion match_clients",
    unique=(("vnet", "name"),),
    parent="vnet",
    source="docs/vergeos/networks.md §8; unique: pyVergeOS: resources/dns_views.py",
)

# No source says what is unique here; a DNS server loads no view that has a domain twice.
VNET_DNS_ZONES = table(
    "vnet_dns_zones",
    section(
        "docs/vergeos/networks.md §8; defaults: pyVergeOS: resources/dns.py",
        ref("view", "vnet_dns_views", write=C, required=True),
        text("domain", required=True),
        text("type", default="master", choices=words("master slave redirect forward static-stub stub")),
        text("nameserver", default=""),
        text("email", default=""),
        text("default_ttl", default="1h"),
        text("notify", default="yes", choices=words("yes no explicit")),
        text("allow_notify", default="none;"),
        text("allow_transfer", default="none;"),
        text("masters", default=""),
        text("refresh_interval", default="3h"),
        text("retry_interval", default="30m"),
        text("expiry_period", default="3w"),
        text("negative_ttl", default="10m"),
        text("forwarders", default=""),
        # Counts the changes of the zone and its records (tsvergeos: services/network-dns-zone/types.ts).
        integer("serial_number", write=R, default=1),
        effect=DNS,
    ),
    section(
        "tsvergeos: services/network-dns-zone/types.ts",
        text("also_notify", default=""),
        integer("modified", write=R),
        effect=DNS,
    ),
    short="domain type nameserver",
    unique=(("view", "domain"),),
    parent="view",
    source="docs/vergeos/networks.md §8",
)

# Nothing is unique: a host may have several addresses.
VNET_DNS_ZONE_RECORDS = table(
    "vnet_dns_zone_records",
    section(
        "docs/vergeos/networks.md §8; required: tsvergeos: services/network-dns-record/types.ts",
        ref("zone", "vnet_dns_zones", write=C, required=True),
        # "" is the zone itself.
        text("host", default=""),
        text("type", required=True, choices=words("A AAAA CNAME MX NS PTR SRV TXT CAA")),
        text("value", required=True),
        text("ttl", default=""),
        integer("mx_preference", default=0),
        integer("weight", default=0),
        integer("port", default=0),
        text("description", default="", max_length=2048),
        # Clients list by it. That a new one comes last is our reading.
        integer("orderid"),
        effect=DNS,
    ),
    section(
        "tsvergeos: services/network-dns-record/types.ts",
        boolean("issue_wildcard", default=False),
        integer("modified", write=R),
        effect=DNS,
    ),
    short="host type value",
    dashboard="host type value ttl",
    parent="zone",
    source="docs/vergeos/networks.md §8",
)
