"""Each check with programs that it complains of and programs that it leaves alone."""

from __future__ import annotations

import itertools
from typing import Any

import pulumi
import pytest

from tests.checks.conftest import Program, Said
from verge_pulumi import (
    Address,
    ClusterSettings,
    DnsView,
    Firewall,
    FirewallRule,
    Group,
    GroupMember,
    Network,
    NetworkBlock,
    NetworkRule,
    Nic,
    Permission,
    Power,
    PowerArgs,
    Provider,
    Server,
    Setting,
    SystemIdentity,
    Tag,
    TagAssignment,
    TagCategory,
    UpdateSettings,
    User,
    VirtualMachine,
)
from verge_pulumi.engine.declaring import program

# The SDK leaves the event loops of its threads open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

UNKNOWN: Any = pulumi.Output.from_input("10.0.0.1")
"""What nobody knows while the program runs."""


def lan(name: str = "lan", **arguments: Any) -> Network:
    return Network(name, **{"name": name, "network": "10.0.0.0/24", **arguments})


def pool(**arguments: Any) -> Network:
    dhcp = {"dhcp_enabled": True, "dhcp_start": "10.0.0.100", "dhcp_stop": "10.0.0.200"}
    return lan(**{**dhcp, **arguments})


_names = (f"thing-{number}" for number in itertools.count())


def address(network: Any, ip: Any, type: Any = "ipalias", name: str = "", **arguments: Any) -> Address:
    mac = {"mac": "f0:db:30:00:00:01"} if type == "static" else {}
    return Address(name or next(_names), **{"network": network, "ip": ip, "type": type, **mac, **arguments})


def nic(name: str, **arguments: Any) -> Nic:
    return Nic(name, vm="7", **{"macaddress": "f0:db:30:00:00:01", **arguments})


def rule(name: str, network: Any, **arguments: Any) -> NetworkRule:
    return NetworkRule(name, network=network, name=name, **{"protocol": "tcp", "destination_ports": "22", **arguments})


def firewall(name: str, network: Any, *rules: dict[str, Any], **arguments: Any) -> Firewall:
    listed = [FirewallRule(**{"name": f"rule-{number}", **rule}) for number, rule in enumerate(rules)]
    return Firewall(name, network=network, rules=listed, **arguments)


def guarded(*rules: dict[str, Any]) -> None:
    firewall("edge", network := lan(), *rules)
    Power("on", of=network, state="running")


def vlan(name: str, uplink: Any, **arguments: Any) -> Network:
    given = {"layer2_type": "vlan", "layer2_id": 100, "ipaddress_type": "none", **arguments}
    return Network(name, name=name, uplink=uplink, **given)


def started(network: Network, *rules: dict[str, Any]) -> None:
    for number, arguments in enumerate(rules):
        rule(f"rule-{number}", network, **arguments)
    Power("on", of=network, state="running")


TAG: list[Tag] = []
"""The tag that a program declared last."""


def tag(name: str, **arguments: Any) -> Tag:
    """Declare a tag of a new category, whose tags VMs may have."""
    category = TagCategory("environment", name="environment", **{"taggable_vms": True, **arguments})
    TAG[:] = [Tag(name, name=name, category=category)]
    return TAG[0]


def also(name: str) -> Tag:
    """Declare another tag of the same category."""
    category: Any = program.current().planned(TAG[0])
    return Tag(name, name=name, category=category.known("category").resource)


MISTAKES: dict[str, tuple[Program, str]] = {
    "an alias where DHCP serves": (
        lambda: address(pool(), "10.0.0.120", name="db"),
        "Unable to declare Address 'db': ip 10.0.0.120 lies in the DHCP range 10.0.0.100-10.0.0.200 of Network 'lan', "
        "so that a machine may get it too. Choose one outside the range, or make the range smaller.",
    ),
    "an address twice": (
        lambda: [address(network := lan(), "10.0.0.5", "virtual", "first"), address(network.id, "10.0.0.5", name="b")],
        "Unable to declare Address 'b': ip 10.0.0.5 of Network 'lan' is already that of Address 'first'. "
        "Choose another one.",
    ),
    "an address twice on a network that is elsewhere": (
        lambda: [address("7", "10.0.0.5", name="first"), address(7, "10.0.0.5", name="second")],
        "Address 'second': ip 10.0.0.5 of the network is already that of Address 'first'.",
    ),
    "the router's own address": (
        lambda: address(lan(ipaddress="10.0.0.254"), "10.0.0.254"),
        "ip 10.0.0.254 of Network 'lan' is already that of its router.",
    ),
    "the address that the router has if none is set": (
        lambda: address(lan(), "10.0.0.1"),
        "ip 10.0.0.1 of Network 'lan' is already that of its router.",
    ),
    "a reservation outside the network": (
        lambda: address(lan(), "10.0.1.5", "static"),
        "ip 10.0.1.5 lies outside 10.0.0.0/24 of Network 'lan', where DHCP does not give it out. "
        "Choose one inside 10.0.0.0/24.",
    ),
    "the addresses of its own default gateway": (
        lambda: lan("inner", network="10.0.0.128/25", default_gateway=lan()),
        "10.0.0.128/25 overlaps with 10.0.0.0/24 of Network 'lan', its default gateway; the router has both.",
    ),
    "blocks that overlap": (
        lambda: [
            NetworkBlock("wide", network=(wan := lan()), cidr="203.0.113.0/24"),
            NetworkBlock("narrow", network=wan, cidr="203.0.113.16/28"),
        ],
        "Unable to declare NetworkBlock 'narrow': 203.0.113.16/28 overlaps with 203.0.113.0/24 of NetworkBlock 'wide'.",
    ),
    "a MAC address twice on a network": (
        lambda: [nic("a", network=(network := lan())), nic("b", network=network, macaddress="F0-DB-30-00-00-01")],
        "Unable to declare Nic 'b': macaddress f0:db:30:00:00:01 is already that of Nic 'a' on the same network.",
    ),
    "packets too large for the uplink": (
        lambda: vlan("guest", lan("phy", mtu=1500), mtu=9000),
        "mtu 9000 is more than the 1500 of Network 'phy', its uplink. Use at most 1500.",
    ),
    "a setting twice": (
        lambda: [Setting("a", name="ntp_servers", value=1), Setting("b", name="ntp_servers", value=2)],
        "Unable to declare Setting 'b': the row of settings with name 'ntp_servers' is already that of Setting 'a'. "
        "Declare it once.",
    ),
    "a cluster twice": (
        lambda: [ClusterSettings("a", name="cluster1"), ClusterSettings("b", name="cluster1", enabled=True)],
        "the row of clusters with name 'cluster1' is already that of ClusterSettings 'a'. Declare it once.",
    ),
    "the settings of updates twice": (
        lambda: [UpdateSettings("a"), UpdateSettings("b")],
        "Unable to declare UpdateSettings 'b': the one row of update_settings is already that of UpdateSettings 'a'. "
        "Declare it once.",
    ),
    "one name of two machines": (
        lambda: [VirtualMachine(name, name="web") for name in ("a", "b")],
        "Unable to declare VirtualMachine 'b': name 'web' is already that of VirtualMachine 'a'. Give one of them "
        "another name.",
    ),
    "one name of two users, in other letters": (
        lambda: [User("a", name="Ada"), User("b", name="ada")],
        "Unable to declare User 'b': name 'ada' is already that of User 'a'.",
    ),
    "one name of two views": (
        lambda: [DnsView(name, network="7", name="all") for name in ("a", "b")],
        "Unable to declare DnsView 'b': name 'all' of the same network is already that of DnsView 'a'.",
    ),
    "a member of a group twice": (
        lambda: [GroupMember(name, group="1", member="users/2") for name in ("a", "b")],
        "Unable to declare GroupMember 'b': its group and member are already those of GroupMember 'a'. "
        "Declare it once.",
    ),
    "a view of a network without BIND": (
        lambda: DnsView("all", network=lan(dns="network"), name="all"),
        "Unable to declare DnsView 'all': Network 'lan' has dns 'network', which knows no views. Set dns='bind' there.",
    ),
    "two powers of one machine": (
        lambda: [
            Server("web", name="web"),
            Power("on", of="vms/7", state="running"),
            Power("off", of="vms/7", state="stopped"),
        ],
        "Unable to declare Power 'off': the power of vms/7 is already that of Power 'on'. Declare it once.",
    ),
    "a second power of a server": (
        lambda: Power("more", of=Server("web", name="web", power=PowerArgs(state="stopped")).vm, state="running"),
        "the power of VirtualMachine 'web-vm' is already that of Power 'web-power'.",
    ),
    "a power of what is only read": (
        lambda: [Power(name, of=VM, state="running") for VM in [VirtualMachine.get("vm", "7")] for name in ("a", "b")],
        "the power of the same thing is already that of Power 'a'.",
    ),
    "rules beside an authoritative firewall": (
        lambda: [firewall("edge", network := lan(), authoritative=True), rule("ssh", network)],
        "Unable to declare NetworkRule 'ssh': Firewall 'edge' is authoritative, and it has rules of the same network. "
        "Declare all of them in that Firewall.",
    ),
    "an authoritative firewall beside another one": (
        lambda: [firewall("a", "3"), firewall("b", "3", authoritative=True)],
        "Unable to declare Firewall 'b': it is authoritative, and Firewall 'a' has rules of the same network.",
    ),
    "a tag twice": (
        lambda: [vm := VirtualMachine("web", name="web", tags=[tag("prod")]), TagAssignment("it", tag=TAG[0], on=vm)],
        "Unable to declare TagAssignment 'it': Tag 'prod' is already put on VirtualMachine 'web' by TagAssignment "
        "'web-prod'. Declare it once.",
    ),
    "a tag twice on what is elsewhere": (
        lambda: [TagAssignment("a", tag="5", on="vms/7"), TagAssignment("b", tag=5, on="/v4/vms/7")],
        "Unable to declare TagAssignment 'b': the tag is already put on vms/7 by TagAssignment 'a'.",
    ),
    "a tag where its category allows none": (
        lambda: lan(tags=[tag("prod")]),
        "Unable to declare TagAssignment 'lan-prod': TagCategory 'environment' does not allow its tags on Network "
        "'lan'. Set taggable_vnets=True there.",
    ),
    "a tag where its category forbids them": (
        lambda: TagAssignment("it", tag=tag("prod", taggable_nodes=False, adopt=True), on="nodes/1"),
        "TagCategory 'environment' does not allow its tags on nodes/1. Set taggable_nodes=True there.",
    ),
    "two tags where there may be one": (
        lambda: VirtualMachine("web", name="web", tags=[tag("prod", single_tag_selection=True), also("dev")]),
        "Unable to declare TagAssignment 'web-environment': VirtualMachine 'web' has Tag 'prod' by TagAssignment "
        "'web-environment', and TagCategory 'environment' allows one of its tags. Choose that or Tag 'dev'.",
    ),
    "several at once": (
        lambda: address(pool(ipaddress="10.0.0.150"), "10.0.0.150", name="db"),
        "Unable to declare Address 'db':\n"
        "  - ip 10.0.0.150 of Network 'lan' is already that of its router. Choose another one.\n"
        "  - ip 10.0.0.150 lies in the DHCP range",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_what_cannot_work_is_refused(said: Said, case: str) -> None:
    program, expected = MISTAKES[case]
    assert expected in said.error(program)


DOUBTS: dict[str, tuple[Program, str]] = {
    "a gateway beyond an internal network": (
        lambda: lan(gateway="10.9.0.1"),
        "Network 'lan': gateway 10.9.0.1 lies outside the network 10.0.0.0/24. Choose one inside 10.0.0.0/24.",
    ),
    "a gateway where DHCP serves": (
        lambda: pool(gateway="10.0.0.150"),
        "gateway 10.0.0.150 lies in the DHCP range 10.0.0.100-10.0.0.200, from which machines get addresses too.",
    ),
    "a router where DHCP serves": (
        lambda: pool(ipaddress="10.0.0.100"),
        "ipaddress 10.0.0.100 lies in the DHCP range 10.0.0.100-10.0.0.200",
    ),
    "an alias outside an internal network": (
        lambda: address(lan(), "10.0.1.5", name="vip"),
        "Address 'vip': ip 10.0.1.5 lies outside 10.0.0.0/24 of Network 'lan'. Choose one inside 10.0.0.0/24.",
    ),
    "the same addresses behind one gateway": (
        lambda: [lan("a", default_gateway="3"), lan("b", default_gateway=3, network="10.0.0.0/16")],
        "Network 'b': 10.0.0.0/16 overlaps with 10.0.0.0/24 of Network 'a', which has the same default gateway.",
    ),
    "a VLAN twice": (
        lambda: [vlan("a", "4"), vlan("b", "4")],
        "Network 'b': VLAN 100 of its uplink is already that of Network 'a'. Give each network its own VLAN.",
    ),
    "a MAC address twice": (
        lambda: [nic("a", network=lan()), nic("b")],
        "Nic 'b': macaddress f0:db:30:00:00:01 is already that of Nic 'a'.",
    ),
    "two reservations for one card": (
        lambda: [address(network := lan(), "10.0.0.5", "static", "a"), address(network, "10.0.0.6", "static", "b")],
        "Address 'b': mac f0:db:30:00:00:01 has an address reserved by Address 'a' on the same network; it gets one of",
    ),
    "a rule twice": (
        lambda: started(lan(), {}, {"direction": "incoming"}),
        "NetworkRule 'rule-1': it is about the very traffic of NetworkRule 'rule-0', and does the same with it.",
    ),
    "a rule that contradicts": (
        lambda: started(lan(), {}, {"action": "drop"}),
        "it is about the very traffic of NetworkRule 'rule-0', and does something else with it. Only the first",
    ),
    "a rule of a firewall that never matches": (
        lambda: guarded(
            {"name": "lan", "source_ip": "vnetself"}, {"name": "host", "source_ip": "10.0.0.5", "action": "drop"}
        ),
        "Firewall 'edge': rule 'host' never matches: all that it matches is matched before by 'lan'. "
        "Take it away, or move it up.",
    ),
    "a rule of a firewall that is there already": (
        lambda: guarded({"name": "a", "destination_ip": "router"}, {"name": "b", "destination_ip": "10.0.0.1"}),
        "Firewall 'edge': rule 'b' never matches: the same is said by 'a'.",
    ),
    "a rule of a firewall whose name nobody knows": (
        lambda: guarded({}, {"name": UNKNOWN, "source_ip": "10.0.0.5"}),
        "rule 'number 2' never matches: all that it matches is matched before by 'rule-0'.",
    ),
    "a firewall of a network that nothing starts": (
        lambda: firewall("edge", lan()),
        "Network 'lan': it has rules but no Power, and a new network is stopped.",
    ),
    "rules of a network that nothing starts": (
        lambda: [rule("ssh", network := lan()), rule("web", network, destination_ports="443")],
        "Network 'lan': it has rules but no Power, and a new network is stopped. "
        "The rules have no effect until somebody starts it; declare a Power.",
    ),
}


@pytest.mark.parametrize("case", DOUBTS)
def test_what_is_suspicious_is_warned_of(said: Said, case: str) -> None:
    program, expected = DOUBTS[case]
    (warning,) = said.warnings(program)
    assert expected in warning


PASSING: dict[str, Program] = {
    "an alias outside the range": lambda: address(pool(), "10.0.0.20"),
    "a reservation in the range": lambda: address(pool(), "10.0.0.120", "static"),
    "an alias where only reservations are served": lambda: address(pool(dhcp_dynamic=False), "10.0.0.120"),
    "an alias where DHCP is off": lambda: address(pool(dhcp_enabled=False), "10.0.0.120"),
    "an alias where half of the range is known": lambda: address(pool(dhcp_stop=UNKNOWN), "10.0.0.120"),
    "what nobody knows to be an alias": lambda: address(pool(), "10.0.0.120", UNKNOWN),
    "an alias where nobody knows whether DHCP serves": lambda: address(pool(dhcp_dynamic=UNKNOWN), "10.0.0.120"),
    "an alias of a network that nobody knows to have addresses": lambda: address(
        lan(ipaddress_type=UNKNOWN), "10.1.0.1"
    ),
    "an alias of the other version": lambda: address(pool(type="external"), "fd00::5"),
    "the same address on two networks": lambda: [address(lan("a"), "10.0.0.5"), address(lan("b"), "10.0.0.5")],
    "addresses that nobody knows": lambda: [address(network := lan(), UNKNOWN), address(network, UNKNOWN)],
    "a router whose address nobody knows": lambda: address(lan(ipaddress=UNKNOWN), "10.0.0.1"),
    "a router whose address comes from elsewhere": lambda: address(lan(ipaddress_type="dynamic"), "10.0.0.1"),
    "a network too small for a first address": lambda: address(lan(network="10.0.0.0/31"), "10.0.0.1"),
    "a network without addresses": lambda: address(lan(ipaddress_type="none"), "10.9.9.9"),
    "what is routed to an external network": lambda: address(lan(type="external"), "203.0.113.5", "virtual"),
    "a gateway inside": lambda: pool(type="external", gateway="10.0.0.2"),
    "networks that are not connected": lambda: [lan("a"), lan("b")],
    "networks behind two gateways": lambda: [lan("a", default_gateway="3"), lan("b", default_gateway="4")],
    "networks side by side": lambda: [
        lan("a", default_gateway=(wan := lan("wan", network="192.0.2.0/24"))),
        lan("b", default_gateway=wan, network="10.0.1.0/24"),
        lan("c", default_gateway=wan, network="fd00::/64"),
        lan("d", default_gateway=wan, network=UNKNOWN),
    ],
    "blocks side by side": lambda: [
        NetworkBlock("a", network="3", cidr="203.0.113.0/28"),
        NetworkBlock("b", network="3", cidr="203.0.113.16/28"),
        NetworkBlock("c", network="4", cidr="203.0.113.0/28"),
        NetworkBlock("d", network=UNKNOWN, cidr="203.0.113.0/28"),
    ],
    "a card that is not connected": lambda: [nic("a", network="3"), nic("b", network="3", enabled=False)],
    "cards that VergeOS names": lambda: [nic("a", macaddress=None), nic("b", macaddress=None)],
    "two VLANs of an uplink": lambda: [vlan("a", "4"), vlan("b", "4", layer2_id=101)],
    "a VLAN of two uplinks": lambda: [vlan("a", "4"), vlan("b", "5")],
    "packets as large as the uplink's": lambda: vlan("a", lan("phy", mtu=9000), mtu=9000),
    "packets where the uplink's are not known": lambda: vlan("a", lan("phy"), mtu=9000),
    "a reservation for each card": lambda: [
        address(network := lan(), "10.0.0.5", "static"),
        address(network, "10.0.0.6", "static", mac="f0:db:30:00:00:02"),
    ],
    "rules that differ": lambda: started(lan(), {}, {"source_ip": "10.0.0.5"}, {"destination_ports": "443"}),
    "rules that differ in what nobody knows": lambda: started(lan(), {"source_ip": UNKNOWN}, {"source_ip": UNKNOWN}),
    "rules of a firewall that nobody knows": lambda: guarded({"source_ip": UNKNOWN}, {"source_ip": UNKNOWN}),
    "rules of a firewall elsewhere": lambda: firewall(
        "edge", "3", {"source_ip": "vnetself"}, {"source_ip": "10.0.0.5"}
    ),
    "two firewalls of one network": lambda: [firewall("a", "3", {}), firewall("b", "3", {}), firewall("c", UNKNOWN)],
    "firewalls that are alone": lambda: [firewall(str(key), key, authoritative=True) for key in (3, 4)],
    "a rule of which nobody knows whether it is on": lambda: started(lan(), {}, {"enabled": UNKNOWN}),
    "a rule that is off": lambda: started(lan(), {}, {"enabled": False}),
    "a translation of what is accepted": lambda: started(lan(), {}, {"action": "translate", "target_ip": "10.0.0.9"}),
    "the same rule on two networks": lambda: [rule("a", "3"), rule("b", "4"), rule("c", UNKNOWN)],
    "a network whose power is declared before": lambda: [
        Power("on", of=(network := lan()), state="running"),
        rule("ssh", network),
    ],
    "tags of several categories": lambda: VirtualMachine("web", name="web", tags=[tag("prod"), also("blue"), 7, 8]),
    "a tag of a category that is there already": lambda: lan(tags=[tag("prod", adopt=True)]),
    "a tag of which nobody knows where it may be": lambda: lan(tags=[tag("prod", taggable_vnets=True), "5"]),
    "a tag on what nobody knows": lambda: [TagAssignment(name, tag="5", on=UNKNOWN) for name in ("a", "b")],
    "one tag of several machines": lambda: [
        VirtualMachine("web", name="web", tags=[tag("prod", single_tag_selection=True)]),
        VirtualMachine("db", name="db", tags=TAG),
    ],
    "one name of NICs of two machines": lambda: [Nic(f"eth0-{vm}", vm=vm, name="eth0") for vm in ("7", "8")],
    "one name of two kinds": lambda: [lan("web"), VirtualMachine("web", name="web")],
    "NICs without names": lambda: [Nic(name, vm="7") for name in ("a", "b")],
    "names that nobody knows": lambda: [VirtualMachine(name, name=UNKNOWN) for name in ("a", "b")],
    "a name that stays what it was": lambda: [
        VirtualMachine("a", name="web"),
        VirtualMachine("b", name="web", opts=pulumi.ResourceOptions(ignore_changes=["name"])),
    ],
    "a machine that was called otherwise": lambda: VirtualMachine(
        "new", name="web", opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")])
    ),
    "one name on two systems": lambda: [
        VirtualMachine(
            f"web-{site}",
            name="web",
            opts=pulumi.ResourceOptions(provider=Provider(f"at-{site}", host=f"{site}.example", api_key_env="KEY")),
        )
        for site in ("a", "b")
    ],
    "a view of a network with BIND": lambda: DnsView("all", network=lan(dns="bind"), name="all"),
    "a view of a network that is there already": lambda: [
        DnsView("a", network=lan(adopt=True), name="all"),
        DnsView("b", network="3", name="all"),
        DnsView("c", network=lan("unknown", dns=UNKNOWN), name="all"),
    ],
    "powers of two machines": lambda: [Server("a", name="a"), Server("b", name="b")],
    "powers of what nobody knows": lambda: [Power(name, of=UNKNOWN, state="running") for name in ("a", "b")],
    "two settings": lambda: [Setting(key, name=key, value=1) for key in ("ntp_servers", "max_connections")],
    "settings that nobody knows": lambda: [Setting(name, name=UNKNOWN, value=1) for name in ("a", "b")],
    "the only rows of two tables": lambda: [UpdateSettings("a"), SystemIdentity("b")],
    "one setting of two systems": lambda: [
        Setting(
            f"ntp-{site}",
            name="ntp_servers",
            value=1,
            opts=pulumi.ResourceOptions(provider=Provider(site, host=f"{site}.example", api_key_env="KEY")),
        )
        for site in ("a", "b")
    ],
    "what is malformed, which the provider tells": lambda: address(lan(network="10.0.0.0/240"), "ten"),
}


@pytest.mark.parametrize("case", PASSING)
def test_what_works_passes_without_a_word(said: Said, case: str) -> None:
    assert said.warnings(PASSING[case]) == []


def test_two_systems_never_clash(said: Said) -> None:
    there = pulumi.ResourceOptions(provider=Provider("b", host="b.example.com", api_key_env="KEY_B"))

    def program() -> None:
        Power("here", of="vms/7", state="running")
        Power("there", of="vms/7", state="running", opts=there)

    assert said.warnings(program) == []
    assert "is already that of Power 'there'" in said.error(
        lambda: Power("more", of="vms/7", state="stopped", opts=there)
    )


def operators(**arguments: Any) -> Group:
    group = Group("operators", name="operators", **arguments)
    Permission("operate", who=group, table="vms", read=True)
    Permission("look", who=group, table="vnets", read=True)
    return group


def test_a_permission_for_a_group_that_nobody_is_in_is_warned_of_once(said: Said) -> None:
    assert said.warnings(operators) == [
        "Group 'operators': it has a Permission, and nobody is in it as far as this program tells. "
        "Declare a GroupMember, unless others add members."
    ]


@pytest.mark.parametrize(
    "program",
    [
        lambda: GroupMember("ann", group=operators(), member=User("ann", name="ann")),
        lambda: GroupMember("ann", group=operators().id, member="users/7"),
        lambda: GroupMember("ann", group=[operators(), UNKNOWN][1], member="users/7"),
        lambda: operators(adopt=True),
        lambda: Permission("ann-looks", who=User("ann", name="ann"), table="vms", read=True),
        lambda: Permission("look", who="groups/7", table="vms", read=True),
        lambda: Permission("look", who=UNKNOWN, table="vms", read=True),
        lambda: Group("idle", name="idle"),
    ],
    ids=["a member", "by its id", "who knows where", "taken over", "a user", "a key", "who knows who", "no permission"],
)
def test_a_group_that_somebody_may_be_in_is_left_alone(said: Said, program: Program) -> None:
    assert said.warnings(program) == []


def test_the_members_of_another_group_do_not_count(said: Said) -> None:
    def program() -> None:
        GroupMember("ann", group=Group("others", name="others"), member=operators())

    assert len(said.warnings(program)) == 1
