"""A tunnel with IKE version 2 and algorithms of your choice, which is set up at once and watched."""

import pulumi

from verge_pulumi import IpsecTunnel, Network

config = pulumi.Config()
plant = Network("plant", name="plant", network="10.51.0.0/24")
IpsecTunnel(
    "partner",
    network=plant,
    name="partner",
    remote_gateway="vpn.partner.example.com",
    psk=config.require_secret("partner-psk"),
    keyexchange="ikev2",
    ike=["aes256-sha256-modp2048"],
    ikelifetime=14400,
    auto="start",
    identifier="plant.example.com",
    peer_identifier="vpn.partner.example.com",
    dpdaction="restart",
    dpddelay=15,
    keyingtries=0,
)
