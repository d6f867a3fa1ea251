"""The program whose previews are recorded: SCENARIO says what happens, STAGE whether it is before or after that."""

import os
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi.dynamic

from verge_pulumi import (
    CloudInitFile,
    Drive,
    DriveArgs,
    Firewall,
    FirewallRule,
    Group,
    GroupMember,
    Network,
    NetworkProxy,
    NetworkRule,
    Nic,
    NicArgs,
    Permission,
    Power,
    Server,
    SnapshotProfile,
    Tag,
    TagCategory,
    User,
    VirtualMachine,
    by_name,
)

AFTER = os.environ.get("STAGE") == "after"
SECRET = "c4nary-after" if AFTER else "c4nary-before"

HOSTILE = (
    "](https://evil.example) <img src=x onerror=alert(1)> @team #1 `` | **b** </summary><script>",
    "\u202egnp.exe \x1b[31mred\x1b[0m \u200bzero " + "long" * 60,
)


class Other(pulumi.dynamic.Resource):
    """What is no resource of this package."""

    def __init__(self, name: str, **properties: Any) -> None:
        super().__init__(OtherProvider(), name, properties)


class OtherProvider(pulumi.dynamic.ResourceProvider):
    """Makes nothing."""

    def create(self, props: dict[str, Any]) -> pulumi.dynamic.CreateResult:
        return pulumi.dynamic.CreateResult("1", props)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> pulumi.dynamic.DiffResult:
        return pulumi.dynamic.DiffResult(changes=_olds != _news, replaces=["shape"])

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> pulumi.dynamic.UpdateResult:
        return pulumi.dynamic.UpdateResult(_news)


def nothing() -> None:
    """The same on both sides."""
    VirtualMachine("web", name="web", ram=2048)


def create() -> None:
    """A network, a rule, a machine of parts, and a server."""
    if not AFTER:
        return
    lan = Network("lan", name="lan", network="10.1.0.0/24")
    NetworkRule("https", network=lan, name="https", protocol="tcp", destination_ports="443")
    web = VirtualMachine("web", name="web", cpu_cores=2, ram=4096)
    root = Drive("root", vm=web, name="root", disksize="20GiB", preferred_tier="1")
    nic = Nic("eth0", vm=web, name="eth0", network=lan)
    Power("web-on", of=web, state="running", opts=pulumi.ResourceOptions(depends_on=[root, nic]))
    Server("db", name="db", ram=8192, drives={"data": DriveArgs(disksize="1TiB")}, nics={"eth0": NicArgs(network=lan)})


def in_place() -> None:
    """Changes that nobody notices."""
    lan = Network("lan", name="lan", dnslist=["1.1.1.1", "8.8.8.8"] if AFTER else ["1.1.1.1", "9.9.9.9"])
    web = VirtualMachine("web", name="web", note="after" if AFTER else "before", guest_agent=AFTER)
    Drive("data", vm=web, name="data", disksize="30GiB" if AFTER else "20GiB")
    Nic("eth0", vm=web, name="eth0", network=lan)


def restart() -> None:
    """One machine that restarts, one that waits for it, a network that restarts, and one that is switched off."""
    size: dict[str, Any] = {"cpu_cores": 4, "ram": 8192} if AFTER else {"cpu_cores": 2, "ram": 4096}
    VirtualMachine("now", name="now", restart="on-change", **size)
    VirtualMachine("later", name="later", **size)
    Network("lan", name="lan", mtu=9000 if AFTER else 1500, restart="on-change")
    Power("off", of=VirtualMachine("idle", name="idle"), state="stopped" if AFTER else "running")


def replace() -> None:
    """A machine that is recreated, along with its children."""
    lan = Network("lan", name="lan", type="external" if AFTER else "internal")
    web = VirtualMachine("web", name="web", created_from="import" if AFTER else "custom")
    Drive("data", vm=web, name="data", disksize="20GiB")
    Nic("eth0", vm=web, name="eth0", network=lan)


def delete() -> None:
    """A machine goes, a network stays."""
    lan = Network("lan", name="lan")
    if not AFTER:
        old = VirtualMachine("old", name="old")
        Drive("old-data", vm=old, name="data", disksize="20GiB")
        nic = Nic("old-eth0", vm=old, name="eth0", network=lan)
        Power("old-on", of=old, state="running", opts=pulumi.ResourceOptions(depends_on=[nic]))


def data_loss() -> None:
    """Drives with data go: one may, one may not, one goes with its server; one is empty."""
    web = VirtualMachine("web", name="web")
    if not AFTER:
        for name, allowed in (("may", True), ("may-not", None), ("empty", None)):
            Drive(name, vm=web, name=name, disksize="20GiB", allow_data_loss=allowed)
        Server("db", name="db", allow_data_loss=True, drives={"data": DriveArgs(disksize="1TiB")})


def firewall() -> None:
    """Rules that come, go and change."""
    lan = Network("lan", name="lan", network="10.1.0.0/24")
    https = "443,8443" if AFTER else "443"
    NetworkRule("https", network=lan, name="https", protocol="tcp", destination_ports=https)
    NetworkRule("note", network=lan, name="note", protocol="udp", log=AFTER, description="only logged")
    NetworkRule("drop", network=lan, name="drop", action="drop", source_ip="10.9.0.0/16", enabled=not AFTER)
    NetworkRule("nat", network=lan, name="nat", action="translate", target_ip="10.1.0.9" if AFTER else "10.1.0.8")
    if AFTER:
        NetworkRule("ssh", network=lan, name="ssh", protocol="tcp", source_ip="10.0.0.0/8", destination_ports="22")
    else:
        NetworkRule("telnet", network=lan, name="telnet", protocol="tcp", destination_ports="23")


def rights() -> None:
    """People come and go, and what they and their groups may do changes."""
    web = VirtualMachine("web", name="web")
    operators = Group("operators", name="operators")
    Permission("operate", who=operators, table="vms", read=True, modify=None if AFTER else True, delete=AFTER)
    ann, ben = User("ann", name="ann"), User("ben", name="ben", enabled=not AFTER)
    GroupMember("ann-operates", group=operators, member=ann)
    GroupMember("ben-operates", group=operators, member=ben)
    Permission("ann-sees-all", who=ann, table="/", read=True, create=AFTER)
    if AFTER:
        eve = User("eve", name="eve", physical_access=True)
        night = Group("night", name="night shift")
        GroupMember("night-operates", group=operators, member=night)
        GroupMember("eve-at-night", group=night, member=eve)
        GroupMember("eve-administrates", group=by_name("Administrators (default)"), member=eve)
        Permission("eve-and-web", who=eve, table="vms", row=web.id, modify=True)
    else:
        auditors = Group("auditors", name="auditors")
        GroupMember("ann-audits", group=auditors, member=ann)
        Permission("audit", who=auditors, table="logs", read=True)
        User("old", name="old")


def machines() -> None:
    """Machines get tags and snapshot profiles, and lose them."""
    prod = Tag("prod", category=TagCategory("environment", name="environment", taggable_vms=True), name="prod")
    nightly = SnapshotProfile("nightly", name="nightly", periods={})
    VirtualMachine("web", name="web", tags=[prod] if AFTER else [], snapshot_profile=nightly if AFTER else None)
    VirtualMachine("db", name="db", tags=[] if AFTER else [prod], snapshot_profile=None if AFTER else nightly)
    VirtualMachine("bare", name="bare")
    VirtualMachine("both", name="both", tags=[prod], snapshot_profile=nightly)
    if AFTER:
        VirtualMachine("new", name="new")


def drift() -> None:
    """The same on both sides, but not in VergeOS."""
    lan = Network("lan", name="lan")
    web = VirtualMachine("web", name="web", cpu_cores=2, note="as it was")
    Nic("eth0", vm=web, name="eth0", network=lan)


def errors() -> None:
    """A drive that would shrink, and a warning."""
    web = VirtualMachine("web", name="web")
    Drive("data", vm=web, name="data", disksize="10GiB" if AFTER else "20GiB")
    if AFTER:
        pulumi.log.warn("mind the gap")


def secrets() -> None:
    """Passwords that change."""
    web = VirtualMachine("web", name="web", console_pass=SECRET)
    CloudInitFile("first-boot", vm=web, name="/user-data", contents=f"#cloud-config\npassword: {SECRET}\n")
    Other("other", password=pulumi.Output.secret(SECRET), nested={"users": [pulumi.Output.secret(SECRET)]})


def hidden() -> None:
    """Firewalls that open, and a machine that is switched off, where what says so is a secret."""
    lan, dmz = Network("lan", name="lan", network="10.1.0.0/24"), Network("dmz", name="dmz", network="10.2.0.0/24")
    source = "0.0.0.0/0" if AFTER else "10.9.0.0/16"
    says: Any = pulumi.Output.secret("accept" if AFTER else "drop")
    described = FirewallRule(name="web", source_ip=source, description=pulumi.Output.secret(SECRET))
    Firewall("described", network=lan, rules=[described])
    NetworkRule("from", network=dmz, name="from", source_ip=pulumi.Output.secret(source))
    NetworkRule("says", network=dmz, name="says", action=says, source_ip="10.3.0.0/16")
    state: Any = pulumi.Output.secret("stopped" if AFTER else "running")
    Power("off", of=VirtualMachine("idle", name="idle"), state=state)
    eve = User("eve", name="eve", enabled=pulumi.Output.secret(AFTER))
    Permission("eve-operates", who=eve, table="vms", read=True, delete=pulumi.Output.secret(AFTER))


def outages() -> None:
    """Machines that are switched off, and networks that restart for rows that come and go."""
    one, two, three, four = (VirtualMachine(name, name=name) for name in ("one", "two", "three", "four"))
    Power("moves", of=two if AFTER else one, state="running")
    Power("taken-over", of=three, state="stopped" if AFTER else "unmanaged")
    if AFTER:
        Power("comes", of=four, state="stopped")
        Power("of-a-new-one", of=VirtualMachine("five", name="five"), state="stopped")
    for name in ("lan", "dmz", "vpn"):
        network = Network(name, name=name)
        if (name != "lan") == AFTER:
            NetworkProxy(f"{name}-proxy", network=network, restart="on-change" if name != "vpn" else None)
    if AFTER:
        NetworkProxy("new-proxy", network=Network("new", name="new"), restart="on-change")


def cascade() -> None:
    """What takes other objects along goes."""
    if not AFTER:
        User("owner", name="owner", allow_vm_deletion=True)
        User("nobody", name="nobody")
        places = TagCategory("places", name="places", taggable_vms=True, allow_cascade=True)
        Tag("berlin", category=places, name="berlin", allow_cascade=True)


def foreign() -> None:
    """Resources of other packages."""
    Other("same-shape", shape="round", colour="red" if AFTER else "blue")
    Other("other-shape", shape="square" if AFTER else "round")


def hostile() -> None:
    """Names that want to be more than names."""
    for number, name in enumerate(HOSTILE):
        VirtualMachine(name, name=f"vm-{number}", note=name if AFTER else "")
        lan = Network(f"{number} {name}", name=f"lan-{number}")
        if AFTER:
            NetworkRule(f"rule {name}", network=lan, name=name[:100], protocol="tcp", destination_ports="443")
    if AFTER:
        pulumi.log.warn(HOSTILE[0] + HOSTILE[1])


SCENARIOS: dict[str, Callable[[], None]] = {
    scenario.__name__.replace("_", "-"): scenario
    for scenario in (
        nothing,
        create,
        in_place,
        restart,
        replace,
        delete,
        data_loss,
        firewall,
        rights,
        machines,
        drift,
        errors,
        secrets,
        hidden,
        outages,
        cascade,
        foreign,
        hostile,
    )
}

if __name__ == "__main__":
    SCENARIOS[os.environ["SCENARIO"]]()
