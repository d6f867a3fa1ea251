"""A list of the networks that may be announced."""

from verge_pulumi import BgpIp, Network

lists = Network("lists", name="lists", network="10.64.0.0/24")
BgpIp("lists-in", network=lists, command="prefix-list", params="IN seq 10 permit 10.0.0.0/8 le 24")
