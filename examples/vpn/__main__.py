"""A VPN: WireGuard between two sites, and IPsec from one of them to a partner."""

from ipaddress import IPv4Address, IPv4Network

import pulumi

from verge_pulumi import IpsecPhase2, IpsecTunnel, Network, Power, WireGuard, WireGuardPeer, export

config = pulumi.Config()
stack = pulumi.get_stack()
vpn = IPv4Network(config.require("vpn-network"))
ends: dict[str, IPv4Address] = dict(zip(("hq", "branch"), vpn.hosts(), strict=False))

# Both sites are on one VergeOS here. If yours are not, give what is below each site the `Provider` of its system.
networks: dict[str, Network] = {}
powers: dict[str, Power] = {}
interfaces: dict[str, WireGuard] = {}
for site, address in ends.items():
    networks[site] = Network(site, name=f"{stack}-{site}", network=config.require(f"{site}-network"))
    powers[site] = Power(site, of=networks[site], state="running")
    interfaces[site] = WireGuard(
        site,
        network=networks[site],
        name="sites",
        ip=f"{address}/{vpn.prefixlen}",
        # Made after the start and deleted before the stop: an interface goes only where a network applies that.
        opts=pulumi.ResourceOptions(depends_on=[powers[site]]),
    )
    export(site, interfaces[site])

for here, there in (("hq", "branch"), ("branch", "hq")):
    WireGuardPeer(
        f"{here}-to-{there}",
        wireguard=interfaces[here],
        name=there,
        endpoint=config.require(f"{there}-endpoint"),
        peer_ip=str(ends[there]),
        public_key=interfaces[there].public_key.apply(str),
        preshared_key=config.require_secret("preshared-key"),
        allowed_ips=[config.require(f"{there}-network")],
        keepalive=25,
    )

partner = IpsecTunnel(
    "partner",
    network=networks["hq"],
    name="partner",
    remote_gateway=config.require("partner-gateway"),
    psk=config.require_secret("partner-psk"),
    keyexchange="ikev2",
    ike=["aes256-sha256-modp2048"],
    auto="start",
    opts=pulumi.ResourceOptions(depends_on=[powers["hq"]]),
)
IpsecPhase2(
    "partner",
    tunnel=partner,
    name="office",
    local=config.require("hq-network"),
    remote=config.require("partner-network"),
    ciphers=["aes256gcm128-modp2048"],
)
