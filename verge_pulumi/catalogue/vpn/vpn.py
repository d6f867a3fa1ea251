"""What connects networks with other sites: IPsec tunnels and WireGuard interfaces with their peers."""

from __future__ import annotations

from verge_pulumi.catalogue.model import Effect
from verge_pulumi.catalogue.notation import C, R, boolean, integer, ref, section, table, text, words

# A WireGuard interface is changed by an apply of the rules (docs/vergeos/networks.md §10). No source says what a change
# of an IPsec row waits for; the router's daemon is configured with its rules, so the same is assumed.
FIREWALL = Effect.FIREWALL

# One row for each network, with what its tunnels share. The columns of mode `advanced`, which hold whole configuration
# files, are left out.
VNET_IPSECS = table(
    "vnet_ipsecs",
    section(
        "docs/vergeos/networks.md §10; words and defaults: tsvergeos: services/ipsec/types.ts",
        ref("vnet", "vnets", write=C, required=True),
        boolean("enabled", default=True),
        text("mode", default="normal", choices=words("normal advanced")),
        text("uniqueids", default="yes", choices=words("yes no never replace keep")),
        integer("modified", write=R),
        effect=FIREWALL,
    ),
    short="enabled mode",
    unique=(("vnet",),),
    parent="vnet",
    source="docs/vergeos/networks.md §10; unique: tsvergeos: services/ipsec/types.ts",
)

# The names are unique (tsvergeos: services/ipsec-phase1/types.ts); that it is so in a network is our reading.
VNET_IPSEC_PHASE1S = table(
    "vnet_ipsec_phase1s",
    section(
        "docs/vergeos/networks.md §10; required, limits and defaults: tsvergeos: services/ipsec-phase1/types.ts",
        ref("ipsec", "vnet_ipsecs", write=C, required=True),
        text("name", required=True, max_length=128),
        text("description", default="", max_length=2048),
        boolean("enabled", default=True),
        text("remote_gateway", required=True),
        text("auth", default="psk", choices=words("psk pubkey")),
        text("psk", secret=True),
        text("keyexchange", default="ike", choices=words("ike ikev1 ikev2")),
        text("ike", default="aes256-sha256-modp2048"),
        integer("ikelifetime", default=10800, minimum=60),
        text("auto", default="route", choices=words("add route start")),
        text("negotiation", default="main", choices=words("main aggressive")),
        text("identifier", default=""),
        text("peer_identifier", default=""),
        text("dpdaction", default="restart", choices=words("none clear hold restart")),
        integer("dpddelay", default=30),
        integer("dpdfailures", default=5),
        boolean("forceencaps", default=False),
        boolean("mobike", default=False),
        boolean("split_connections", default=False),
        integer("keyingtries", default=3),
        boolean("rekey", default=True),
        boolean("reauth", default=True),
        integer("margintime", default=540),
        integer("modified", write=R),
        effect=FIREWALL,
    ),
    short="name enabled remote_gateway",
    unique=(("ipsec", "name"),),
    parent="ipsec",
    source="docs/vergeos/networks.md §10",
)

VNET_IPSEC_PHASE2S = table(
    "vnet_ipsec_phase2s",
    section(
        "docs/vergeos/networks.md §10; required, limits and defaults: tsvergeos: services/ipsec-phase2/types.ts",
        ref("phase1", "vnet_ipsec_phase1s", write=C, required=True),
        text("name", required=True, max_length=128),
        text("description", default="", max_length=2048),
        boolean("enabled", default=True),
        text("mode", default="tunnel", choices=words("tunnel transport")),
        text("protocol", default="esp", choices=words("esp ah")),
        text("local", required=True),
        text("remote", default=""),
        # Required in tsvergeos, which names a default all the same; pyVergeOS always sends that.
        text("ciphers", default="aes128-sha256-modp2048,aes128gcm128-sha256-modp2048"),
        integer("lifetime", default=3600, minimum=60, maximum=86400),
        integer("modified", write=R),
        effect=FIREWALL,
    ),
    short="name enabled local remote",
    unique=(("phase1", "name"),),
    parent="phase1",
    source="docs/vergeos/networks.md §10; unique: tsvergeos: services/ipsec-phase2/types.ts",
)

VNET_WIREGUARDS = table(
    "vnet_wireguards",
    section(
        "docs/vergeos/networks.md §10; required and limits: tsvergeos: services/wireguard/types.ts",
        ref("vnet", "vnets", write=C, required=True),
        text("name", required=True, max_length=128),
        text("description", default="", max_length=2048),
        boolean("enabled", default=True),
        text("ip", required=True),
        integer("listenport", default=51820, minimum=1, maximum=65535),
        # 0 is "automatic".
        integer("mtu", default=0, minimum=0, maximum=65535),
        text("endpoint_ip", default=""),
        text("public_key", write=R),
        # tsvergeos lets clients bring one; other sources know generated ones only.
        text("private_key", write=R, secret=True),
        integer("modified", write=R),
        effect=FIREWALL,
    ),
    short="name enabled ip listenport",
    unique=(("vnet", "name"),),
    parent="vnet",
    source="docs/vergeos/networks.md §10; unique: tsvergeos: services/wireguard/types.ts",
)

# The columns by which VergeOS makes the configuration of a peer itself are left out: that holds a private key.
VNET_WIREGUARD_PEERS = table(
    "vnet_wireguard_peers",
    section(
        "docs/vergeos/networks.md §10; required, limits and defaults: tsvergeos: services/wireguard-peer/types.ts",
        ref("wireguard", "vnet_wireguards", write=C, required=True),
        text("name", required=True, max_length=128),
        text("description", default="", max_length=2048),
        boolean("enabled", default=True),
        text("endpoint", default=""),
        integer("port", default=51820, minimum=1, maximum=65535),
        text("peer_ip", required=True),
        text("public_key", required=True),
        # A secret, and yet returned where it is named (docs/vergeos/networks.md §10).
        text("preshared_key", default="", secret=True, hidden=True),
        text("allowed_ips", required=True),
        # Seconds; 0 is "never".
        integer("keepalive", default=0),
        text("configure_firewall", default="site-to-site", choices=words("site-to-site remote-user none")),
        integer("modified", write=R),
        effect=FIREWALL,
    ),
    short="name enabled endpoint peer_ip",
    unique=(("wireguard", "name"),),
    parent="wireguard",
    source="docs/vergeos/networks.md §10; unique: tsvergeos: services/wireguard-peer/types.ts",
)
