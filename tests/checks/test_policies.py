"""What a stack forbids itself."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from tests.checks.conftest import Said
from tests.declarations.mocked import Engine
from verge_pulumi import (
    Drive,
    DriveArgs,
    Firewall,
    FirewallRule,
    Network,
    NetworkRule,
    Nic,
    Provider,
    Server,
    SnapshotProfile,
    Tag,
    TagCategory,
    VirtualMachine,
)
from verge_pulumi.policies import Limits, enforce

# The SDK leaves the event loops of its threads open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

UNKNOWN: Any = pulumi.Output.from_input("10.0.0.1")
"""What nobody knows while the program runs."""


def limited(**limits: Any) -> None:
    pulumi.runtime.register_stack_transformation(enforce(Limits(**limits)))


def vm(name: str, **arguments: Any) -> VirtualMachine:
    return VirtualMachine(name, name=name, **arguments)


def test_cores_are_counted_and_one_is_the_default(said: Said) -> None:
    limited(max_cores=4)
    assert said.warnings(lambda: [vm("a", cpu_cores=3), vm("b")]) == []
    assert said.error(lambda: vm("c")) == (
        "Unable to declare VirtualMachine 'c': with it the stack has 5 cores, and the limit is 4 cores. "
        "Ask for less, or raise the limit."
    )


def test_memory_is_counted_in_bytes(said: Said) -> None:
    limited(max_ram="5GiB")
    assert said.warnings(lambda: [vm("a", ram=4096), vm("b")]) == []
    assert "with it the stack has 5.2 GiB of RAM, and the limit is 5.0 GiB of RAM" in said.error(
        lambda: vm("c", ram=256)
    )


def test_disks_are_counted_by_their_size(said: Said) -> None:
    limited(max_disk=30 * 1024**3)
    disks = {
        "root": DriveArgs(disksize="20GiB"),
        "cd": DriveArgs(media="cdrom"),
        "data": DriveArgs(disksize=10 * 1024**3),
    }
    assert said.warnings(lambda: Server("web", name="web", drives=disks)) == []
    expected = (
        "Unable to declare Drive 'more': with it the stack has 30.0 GiB of disk, and the limit is 30.0 GiB of disk."
    )
    assert expected in said.error(lambda: Drive("more", vm="7", name="more", disksize=1024**2))


def test_what_nobody_knows_is_not_counted(said: Said) -> None:
    limited(max_cores=1, max_ram="1GiB")
    cores: Any = pulumi.Output.from_input(8)
    assert said.warnings(lambda: [vm("a", cpu_cores=cores, ram=cores), vm("copy", clone_of="7")]) == []
    assert "2 cores" in said.error(lambda: vm("b", clone_of="7", cpu_cores=2))


def test_all_that_is_wrong_with_one_resource_is_in_one_error(said: Said) -> None:
    limited(max_cores=4, max_ram="1GiB", prefix="dev-")
    assert said.error(lambda: vm("web", cpu_cores=8, ram=2048)).splitlines() == [
        "Unable to declare VirtualMachine 'web':",
        "  - its name 'web' does not begin with 'dev-'. Name it so.",
        "  - with it the stack has 8 cores, and the limit is 4 cores. Ask for less, or raise the limit.",
        "  - with it the stack has 2.0 GiB of RAM, and the limit is 1.0 GiB of RAM. Ask for less, or raise the limit.",
    ]


def test_nothing_of_what_is_refused_is_registered(said: Said, engine: Engine) -> None:
    limited(max_cores=1)
    said.error(lambda: [vm("first"), vm("second")])
    assert set(engine.registered) == {"first"}


def test_only_names_that_are_unique_on_the_system_need_the_prefix(said: Said) -> None:
    limited(prefix="dev-")

    def program() -> None:
        lan = Network("lan", name="dev-lan")
        Nic("eth0", vm="7", name="eth0", network=lan)
        VirtualMachine("web", name=UNKNOWN)

    assert said.warnings(program) == []
    assert "its name 'lan' does not begin with 'dev-'" in said.error(lambda: Network("other", name="lan"))


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"action": "translate", "target_ip": "10.0.0.9"},
        {"source_ip": "0.0.0.0/0"},
        {"source_ip": "::/0"},
        {"source_ip": "vnet:lan,0.0.0.0/1,128.0.0.0-255.255.255.255"},
        {"source_ip": "0.0.0.0-9.255.255.255,10.0.0.0,10.0.0.1-255.255.255.255"},
        {"network": "3"},
        {"network": UNKNOWN},
    ],
)
def test_a_public_rule_is_refused(said: Said, arguments: dict[str, Any]) -> None:
    limited(public_rules=False)

    def program() -> None:
        external = Network("wan", name="wan", type="external")
        NetworkRule("ssh", **{"network": external, "name": "ssh", **arguments})

    assert said.error(program) == (
        "Unable to declare NetworkRule 'ssh': it lets in what comes from anywhere, and the stack has no public rules. "
        "Say in source_ip where it may come from."
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"enabled": False},
        {"direction": "outgoing"},
        {"action": "drop"},
        {"source_ip": "10.0.0.0/8"},
        {"source_ip": "10.0.0.5,::1"},
        {"source_ip": UNKNOWN},
        {"source_ip": "default"},  # which the rule's own check refuses
    ],
)
def test_a_rule_that_is_not_public_passes(said: Said, arguments: dict[str, Any]) -> None:
    limited(public_rules=False)
    said.warnings(lambda: NetworkRule("ssh", network="3", name="ssh", **arguments))


def test_each_public_rule_of_a_firewall_is_named(said: Said) -> None:
    limited(public_rules=False)
    rules = [
        FirewallRule(name=name, source_ip=source) for name, source in (("a", ""), ("b", "10.0.0.5"), (UNKNOWN, "::/0"))
    ]
    wan = Network("wan", name="wan", type="external")
    assert said.error(lambda: Firewall("edge", network=wan, rules=rules)).splitlines() == [
        "Unable to declare Firewall 'edge':",
        "  - rule 'a' lets in what comes from anywhere, and the stack has no public rules. "
        "Say in source_ip where it may come from.",
        "  - rule 'number 3' lets in what comes from anywhere, and the stack has no public rules. "
        "Say in source_ip where it may come from.",
    ]


def test_rules_that_a_transformation_made_an_output_are_not_known(said: Said) -> None:
    def hide(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        rules: Any = args.props["rules"]
        return pulumi.ResourceTransformationResult({**args.props, "rules": pulumi.Output.from_input(rules)}, args.opts)

    pulumi.runtime.register_stack_transformation(hide)
    limited(public_rules=False)
    said.warnings(lambda: Firewall("edge", network="3", rules=[FirewallRule(name="a")]))


def test_internal_networks_may_be_open(said: Said) -> None:
    limited(public_rules=False)
    said.warnings(lambda: NetworkRule("ssh", network=Network("lan", name="lan").id, name="ssh"))


def test_without_limits_everything_passes(said: Said) -> None:
    limited()
    said.warnings(lambda: [vm("a", cpu_cores=1024, ram=1048576), NetworkRule("ssh", network="3", name="ssh")])


def test_what_the_patterns_name_is_protected(said: Said) -> None:
    limited(protected=("db-*",))
    made: dict[str, Any] = {}

    def program() -> None:
        made["db"] = Server("db-1", name="db-1", drives={"root": DriveArgs(disksize="20GiB")})
        made["web"] = Server("web", name="web")
        # Other packages' resources are none of its business.
        made["other"] = Provider("db-2", host="b.example.com", api_key_env="KEY_B")

    assert said.warnings(program) == []
    protected = {name: thing._protect for name, thing in made.items()}
    assert protected == {"db": True, "web": None, "other": None}
    assert made["db"].vm._protect is True
    assert made["db"].drives["root"]._protect is True


def test_earlier_transformations_count(said: Said) -> None:
    def shrink(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        return pulumi.ResourceTransformationResult({**args.props, "cpu_cores": 1}, args.opts)

    pulumi.runtime.register_stack_transformation(shrink)
    limited(max_cores=1)
    said.warnings(lambda: vm("a", cpu_cores=8))


def test_a_component_may_be_limited_alone(said: Said) -> None:
    inside = pulumi.ResourceOptions(transformations=[enforce(Limits(max_cores=4))])
    said.warnings(lambda: [vm("big", cpu_cores=64), Server("web", name="web", cpu_cores=4, opts=inside)])
    assert "5 cores" in said.error(lambda: Server("more", name="more", cpu_cores=1, opts=inside))


def test_what_is_only_read_is_not_counted(said: Said) -> None:
    limited(max_cores=1)
    said.warnings(lambda: [VirtualMachine.get(name, "7") for name in ("a", "b")])


@pytest.mark.parametrize("limits", [{"max_ram": "lots"}, {"max_disk": "10 cubits"}])
def test_a_limit_is_a_size(limits: dict[str, Any]) -> None:
    with pytest.raises(pulumi.RunError, match=r"is not a size\. Give bytes as a number, or a text with a unit"):
        enforce(Limits(**limits))


def test_a_vm_without_a_snapshot_profile_is_refused(said: Said) -> None:
    limited(snapshot_profiles=True)

    def program() -> None:
        nightly = SnapshotProfile("nightly", name="nightly", periods={})
        vm("a", snapshot_profile=nightly)
        vm("b", snapshot_profile="3")
        vm("c", snapshot_profile=UNKNOWN)
        vm("copy", clone_of="7")
        Server("s", name="s", snapshot_profile=nightly)
        Network("lan", name="lan")

    assert said.warnings(program) == []
    assert said.error(lambda: vm("web")) == (
        "Unable to declare VirtualMachine 'web': no snapshot profile takes snapshots of it, and the stack has no "
        "machine without one. Say in snapshot_profile which one does."
    )


def test_a_vm_needs_no_snapshot_profile_where_no_limit_asks_for_one(said: Said) -> None:
    limited(max_cores=8)
    assert said.warnings(lambda: vm("a")) == []


def tag(category: Any, name: str = "prod") -> Tag:
    return Tag(name, category=category, name=name)


def test_a_vm_without_a_required_tag_is_refused(said: Said) -> None:
    limited(required_tags=("environment", "owner"))
    environment = TagCategory("environment", name="environment", taggable_vms=True)
    owner = TagCategory("whose", name="owner", taggable_vms=True)
    prod, team = tag(environment), tag(owner.id, "team")

    def program() -> None:
        vm("a", tags=[prod, team])
        vm("b", tags={"environment": prod.id, "owner": team})
        Server("s", name="s", tags=(prod, team))
        Network("lan", name="lan")

    assert said.warnings(program) == []
    assert said.error(lambda: vm("c", tags=[prod])) == (
        "Unable to declare VirtualMachine 'c': it has no tag of the category 'owner', and the stack has no machine "
        "without one. Put one on it by tags=[...]."
    )
    assert "category 'environment'" in said.error(lambda: Server("d", name="d", tags=[]))
    assert said.error(lambda: vm("e", clone_of="7")).count("it has no tag of the category") == 2


@pytest.mark.parametrize("other", ["7", UNKNOWN], ids=["key", "output"])
def test_a_tag_of_a_category_that_nobody_knows_may_be_the_required_one(said: Said, other: Any) -> None:
    limited(required_tags=("environment",))
    said.warnings(lambda: vm("a", tags={"x": other}))
    said.warnings(lambda: vm("b", tags=[tag(other)]))
    nameless = TagCategory("category", name=UNKNOWN, taggable_vms=True)
    said.warnings(lambda: vm("c", tags=[tag(nameless, "test")]))
    owner = TagCategory("whose", name="owner", taggable_vms=True)
    assert "category 'environment'" in said.error(lambda: vm("d", tags=[tag(owner, "me")]))
