"""A user's program that is right: both type checkers must find nothing in it."""

from __future__ import annotations

import pulumi

from verge_pulumi import (
    Address,
    AuthSource,
    BgpRouterCommand,
    CloudInit,
    CloudInitFile,
    Device,
    DeviceArgs,
    DnsRecord,
    DnsView,
    DnsZone,
    Drive,
    DriveArgs,
    Firewall,
    FirewallRule,
    HostOverride,
    IpsecPhase2,
    IpsecTunnel,
    MediaFile,
    Network,
    NetworkBlock,
    NetworkRule,
    Nic,
    NicArgs,
    Power,
    PowerArgs,
    Provider,
    RuleAlias,
    Server,
    SnapshotPeriod,
    SnapshotProfile,
    SystemSnapshot,
    Tag,
    TagAssignment,
    TagCategory,
    Theme,
    User,
    VirtualMachine,
    WireGuard,
    WireGuardPeer,
    by_name,
    cloudinit,
    export,
    get_drive_output,
    get_network,
    get_snapshot_profile,
    get_storage_tier,
    get_tag,
    get_tag_category,
    get_tagged,
    get_tagged_output,
    get_vm,
    get_vm_output,
    rule_addresses,
)

site_b = Provider("site-b", host="b.example.com", api_key_env="SITE_B_KEY", timeout=30, mark=True)
there = pulumi.ResourceOptions(provider=site_b)

core = Network.get("core", id="1")
lan = Network(
    "lan",
    name="lan",
    type="internal",
    network="10.0.0.0/24",
    dhcp_enabled=True,
    dnslist=["1.1.1.1", "9.9.9.9"],
    mtu=core.mtu,
    uplink=core,
    default_gateway=core.id,
    cluster=1,
    advanced_options={"dnsmasq": ["--dhcp-boot=pxelinux.0"]},
    restart="on-change",
    adopt=True,
)
dmz = Network("dmz", name=lan.name.apply(lambda name: f"{name}-dmz"), uplink=None, opts=there)

web = VirtualMachine(
    "web",
    name="web",
    description=pulumi.Output.concat("on ", lan.name),
    cpu_cores=2,
    ram=2048,
    machine_type="q35",
    boot_order="cd",
    console_pass=pulumi.Output.secret("secret"),
    guest_agent=None,
)
data = Drive("data", vm=web, name="data", disksize="20GiB", preferred_tier="3")
scratch = Drive("scratch", vm=web.id, disksize=10737418240, orderid=1)
by_key = Drive("by-key", vm=42, disksize="1GiB")
eth = Nic("eth", vm=web, network=lan, macaddress="F0-DB-30-00-00-01")
fixed = Address("fixed", network=lan, type="static", ip="10.0.0.5", mac=eth.macaddress)
db_name = HostOverride("db-name", network=lan, host="db", ip=fixed.ip)
everybody = DnsView("everybody", network=lan, name="all", match_clients=["any"], query_source=fixed)
zone = DnsZone("zone", view=everybody, domain="example.com", allow_transfer=["10.0.0.7"])
www = DnsRecord("www", zone=zone, host="www", type="A", value=fixed.ip, ttl="30m")
block = NetworkBlock("block", network=lan, cidr="10.0.1.0/28")
offices = RuleAlias("offices", name="offices", value=["10.1.0.0/16|Bern", "10.2.0.0/16"])
allowed = rule_addresses.any_of(rule_addresses.alias(offices), rule_addresses.segment_of(dmz), "10.9.0.0/24")
ssh = NetworkRule(
    "ssh",
    network=lan,
    name="ssh",
    protocol="tcp",
    destination_ports="22",
    source_ip=allowed,
    destination_ip=rule_addresses.nic(web, eth),
)
way_out = NetworkRule(
    "way-out",
    network=lan.id,
    name="way out",
    direction="outgoing",
    action="route",
    destination_ip=rule_addresses.default(),
    target_ip=rule_addresses.segment_of("External"),
)
edge = Firewall(
    "edge",
    network=dmz,
    rules=[
        FirewallRule(name="ssh", protocol="tcp", destination_ports="22", source_ip=allowed),
        FirewallRule(name="rest", action="drop", log=pulumi.Output.from_input(True)),
    ],
    authoritative=True,
    management="203.0.113.0/24",
)
first_rule: pulumi.Output[str] = edge.rules.apply(lambda rules: str(rules[0]["name"]))
may_log_in: pulumi.Output[bool | None] = edge.would_allow("10.1.0.7", "router", 22).apply(
    lambda verdict: verdict.allowed
)
nightly = SnapshotProfile(
    "nightly",
    name="nightly",
    periods={
        "daily": SnapshotPeriod(frequency="daily", hour=2, retention="7d"),
        "weekly": SnapshotPeriod(frequency="weekly", day_of_week="sun", retention=pulumi.Output.from_input("8w")),
    },
)
daily_key: pulumi.Output[str] = nightly.period_keys.apply(lambda keys: (keys or {})["daily"])
kept: pulumi.Output[str] = nightly.periods.apply(lambda periods: str(periods["daily"]["retention"]))
protected = VirtualMachine("protected", name="protected", snapshot_profile=nightly)
keyed = VirtualMachine("keyed", name="keyed", snapshot_profile=3)
known = VirtualMachine("known", name="known", snapshot_profile=by_name("SOX"))
corporate = AuthSource("corporate", name="Corporate", driver="azure")
person = User("ann", name="ann", theme=Theme("dark", name="dark"), auth_source=corporate)
owned = VirtualMachine("owned", name="owned", owner_user=person)
of_all = SystemSnapshot("all", name="before the upgrade", keep="30d", type="partial_include", partial_tags=["3", 5])
profile_facts: int = get_snapshot_profile(name="SOX").key
tunnel = IpsecTunnel("hq", network=lan, name="hq", remote_gateway="203.0.113.9", psk=pulumi.Output.secret("secret"))
traffic = IpsecPhase2("traffic", tunnel=tunnel, name="lan", local=lan.network.apply(str), remote="10.2.0.0/24")
wg = WireGuard("wg", network=lan, name="wg0", ip="10.99.0.1/24")
peer = WireGuardPeer(
    "peer",
    wireguard=wg,
    name="hq",
    peer_ip="10.99.0.2",
    public_key=wg.public_key.apply(str),
    allowed_ips=["10.2.0.0/24"],
)
tpm = Device("tpm", vm=web, type="tpm", version="2")
usb = Device("usb", vm=web, type="node_usb_devices", resource_group="1f67f07e-f653-db95-c475-01b8a2ea0ff1")
boot = CloudInit(
    hostname=lan.name,
    users=[cloudinit.User(name="ada", ssh_authorized_keys=["key", lan.name], password=pulumi.Output.secret("secret"))],
    write_files=[cloudinit.WriteFile(path="/etc/motd", content=b"hello")],
    network=[cloudinit.Ethernet(name="en*", addresses=[pulumi.Output.concat("10.0.0.5", "/24")])],
    extra={"bootcmd": ["true"]},
)
files = [
    CloudInitFile(f"web{name}", vm=web, name=name, contents=contents, on_change="replace")
    for name, contents in boot.files("web").items()
]
on = Power("on", of=web, state="running", timeout=120, opts=pulumi.ResourceOptions(depends_on=[data, scratch, eth]))
net_on = Power("net-on", of=lan, state="running", on_destroy="leave")
by_path = Power("by-path", of="vms/42", state="stopped")

image = MediaFile("image", name="disk.raw", source="images/disk.raw", preferred_tier="3")
iso = MediaFile("iso", name="debian.iso", url=pulumi.Output.concat("https://", lan.name))
cd = Drive("cd", vm=by_name("web"), media="cdrom", media_source=image)
swapped = Drive("swapped", vm=web, media="cdrom", media_source=by_name("debian.iso"))
wan = Nic("wan", vm=web, network=by_name("External"), opts=there)
wan_by_key = Nic("wan-by-key", vm=get_vm(key=7).key, network=get_network(name="External", provider=site_b).key)
uplink: int = get_network(name="External").key
running: bool = get_vm(name="web").running
node: str | None = get_vm(name="web").node
free: int = get_storage_tier(tier=3).capacity - get_storage_tier(tier="3").used
status: pulumi.Output[str | None] = get_drive_output(vm=web, name=data.serial.apply(str)).apply(
    lambda drive: drive.status
)
machine_of: pulumi.Output[int] = get_vm_output(name=web.name).apply(lambda found: found.machine)

above = pulumi.StackReference("organization/network/dev")
bond = Network(
    "bond",
    name="bond",
    type="physical",
    enable_bonding=True,
    bond_interfaces_args=[core, core.id, 4, "5", by_name("Physical1"), {"$key": 6, "location": "/v4/vnets/6"}],
)
ports = [Network(f"port-{number}", name=f"port-{number}", type="physical") for number in range(2)]
pair = Network("pair", name="pair", enable_bonding=True, bond_interfaces_args=ports)
other_pair = Network("other", name="other", bond_interfaces_args=above.get_output("ports"))
bonded: pulumi.Output[list[str] | None] = bond.bond_interfaces_args
far = Nic("far", vm=above.require_output("web"), network=above.get_output("lan"))
near = Nic("near", vm={"$key": web.key, "location": web.location}, network=pulumi.Output.from_input({"$key": 7}))
peer_of = BgpRouterCommand("isp", router=by_name(65001), command="neighbor", params="10.0.0.1 remote-as 65000")
mx = DnsRecord("mx", zone=by_name("example.com"), host="@", type="MX", value="mail.example.com")
outside_on = Power("outside-on", of=by_name("External"), state="running")

shop = Server(
    "shop",
    name="shop",
    ram=2048,
    drives={"root": DriveArgs(media="import", media_source=image, disksize="20GiB"), "data": DriveArgs(disksize=2**30)},
    nics={"eth0": NicArgs(network=lan), "eth1": NicArgs(network=by_name("External"))},
    devices={"tpm": DeviceArgs(type="tpm", version="2")},
    cloud_init=CloudInit(hostname="shop"),
    cloud_init_on_change="replace",
    power=PowerArgs(state="running", wait_for_guest="ipv4"),
    opts=there,
)
bare = Server("bare", name="bare")
root: Drive = shop.drives["root"]
shop_mac: pulumi.Output[str | None] = shop.nics["eth0"].macaddress
shop_state: pulumi.Output[str | None] = shop.power.status
shop_ram: pulumi.Output[int | None] = shop.ram
later_drive = Drive("later", vm=shop.vm, disksize="1GiB")
latest_drive = Drive("latest", vm=shop, disksize="1GiB")
to_shop = rule_addresses.nic(shop, shop.nics["eth0"])
export("shop", shop.vm)

name: pulumi.Output[str] = web.name
mtu: pulumi.Output[int | None] = lan.mtu
vm_of_drive: pulumi.Output[str] = data.vm
network_of_nic: pulumi.Output[str | None] = eth.network
machine: pulumi.Output[int | None] = web.machine
key: pulumi.Output[int | str] = web.key
place: pulumi.Output[str] = web.location

export("web", web)
export("on", on)
pulumi.export("running", web.running)

environment = TagCategory("environment", name="environment", taggable_vms=True, single_tag_selection=True)
prod = Tag("prod", category=environment, name="prod", allow_cascade=True)
found = get_tag(name="prod", category=get_tag_category(name="environment"))
tagged = VirtualMachine("tagged", name="tagged", tags=[prod, by_name("blue"), found.key, "7"])
Network("named", name="named", tags={"environment": pulumi.StackReference("acme/base/prod").get_output("prod")})
box = Server("box", name="box", tags=[prod])
TagAssignment("box-is-green", tag=by_name("green"), on=box)
TagAssignment("node", tag=box.tags["prod"].tag, on="nodes/1")
names: list[str | None] = [each.name for each in get_tagged(tag=found, table="vms")]
pulumi.export("live", get_tagged_output(tag=prod).apply(len))
