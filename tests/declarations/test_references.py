"""What a program may give where a row is referred to, and what it is told where that names none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pytest

import verge_pulumi.resources
from tests.declarations.mocked import Engine, outcome, settle
from verge_pulumi import (
    AuthSource,
    BgpInterfaceCommand,
    BgpRouteMapCommand,
    BgpRouterCommand,
    Certificate,
    CloudInitFile,
    DnsRecord,
    DnsView,
    Drive,
    DriveArgs,
    EigrpRouterCommand,
    Group,
    IpsecPhase2,
    Network,
    NetworkProxyTenant,
    Nic,
    OidcApplication,
    OidcApplicationGroup,
    OidcApplicationUser,
    Power,
    PowerArgs,
    Provider,
    Server,
    Theme,
    User,
    VirtualMachine,
    WireGuardPeer,
    by_name,
    export,
    rule_addresses,
)
from verge_pulumi.engine.declaring.attributes import Attr, Reference, Refs, arg, refs
from verge_pulumi.engine.declaring.references import argument
from verge_pulumi.engine.declaring.resource import BaseResource, Resource
from verge_pulumi.simulator import Options, Simulator

# The SDK leaves the event loops of its threads open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

UNTYPED: dict[str, Any] = {"Network": Network, "Nic": Nic}
"""Resources as a program without a type checker sees them."""

KINDS: dict[str, type[BaseResource]] = {
    name: getattr(verge_pulumi.resources, name) for name in verge_pulumi.resources.__all__
}

REFERENCES = {
    f"{kind}.{name}": (resource, reference)
    for kind, resource in KINDS.items()
    for name, reference in resource.declaration.inputs.items()
    if isinstance(reference, Reference)
}
"""Every reference of every resource."""


class Crew(Resource, table="groups"):
    """A resource that refers to several VMs, and exists in tests only."""

    members: Refs[VirtualMachine] = refs(default=None)
    """Its members."""

    title: Attr[str | None] = arg(default=None)
    """What it is called."""


def failure(declare: Callable[[], object]) -> str:
    with pytest.raises(pulumi.RunError) as error:
        declare()
    return str(error.value)


# by_name -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def vm(simulator: Simulator) -> str:
    """The key of a VM called web."""
    return str(simulator.add("vms", name="web"))


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A second VergeOS, whose External network has another key."""
    with Simulator(Options(name="site-b")) as other:
        other.edit("vnets", 3, name="Moved")
        other.add("vnets", name="External")
        monkeypatch.setenv("SITE_B_KEY", other.api_key)
        yield other


@pytest.mark.parametrize("name", REFERENCES)
def test_every_reference_accepts_names(name: str) -> None:
    resource, reference = REFERENCES[name]
    for target in reference.resolved():
        modules = [reference.declared_in or resource.__module__, *(base.__module__ for base in resource.__mro__)]
        known = {name for module in modules for name in vars(sys.modules[module])}
        known |= {name for module in modules for name in getattr(sys.modules[module], "__all__", ())}
        assert target.__name__ in known, f"say where to find {target.__name__}: ref(declared_in=...)"
        label = target.declaration.label
        assert label is not None, f"say in {target.__name__} what names its rows: named_by=..."
        assert label.column is not None
    assert len(reference.resolved()) == len(reference.accepts())


@pytest.mark.usefixtures("here")
def test_a_reference_by_name_is_registered_as_the_key(engine: Engine, simulator: Simulator, vm: str) -> None:
    Nic("wan", vm=by_name("web"), network=by_name("External"))
    Network("lan", name="lan", uplink=by_name("Physical1"))
    settle()
    assert (engine.inputs("wan")["vm"], engine.inputs("wan")["network"]) == (vm, "3")
    assert engine.inputs("lan")["uplink"] == "4"
    assert len(simulator.requests()) == 3


NAMED: dict[str, tuple[str, dict[str, Any], str, Callable[[], object]]] = {
    "zone": (
        "vnet_dns_zones",
        {"domain": "example.com"},
        "zone",
        lambda: DnsRecord("it", zone=by_name("example.com"), host="www", type="A", value="10.0.0.1"),
    ),
    "zone of a network": (
        "vnet_dns_zones",
        {"domain": "example.com"},
        "network_dns_zone",
        lambda: Network("it", name="lan", network_dns_zone=by_name("example.com")),
    ),
    "address": (
        "vnet_addresses",
        {"ip": "fd00::5"},
        "query_source",
        lambda: DnsView("it", network=3, name="all", query_source=by_name("fd00:0::5")),
    ),
    "number": (
        "vnet_bgp_routers",
        {"asn": 65001, "bgp": 1},
        "router",
        lambda: BgpRouterCommand("it", router=by_name(65001), command="neighbor", params="x"),
    ),
    "number as text": (
        "vnet_eigrp_routers",
        {"asn": 7},
        "router",
        lambda: EigrpRouterCommand("it", router=by_name("7"), command="network", params="x"),
    ),
    "interface": (
        "vnet_bgp_interfaces",
        {"name": "isp"},
        "interface",
        lambda: BgpInterfaceCommand("it", interface=by_name("isp"), command="ip", params="x"),
    ),
    "route map": (
        "vnet_bgp_routemaps",
        {"tag": "in"},
        "route_map",
        lambda: BgpRouteMapCommand("it", route_map=by_name("in"), command="match", params="x"),
    ),
    "proxy": (
        "vnet_proxy",
        {"name": "ui", "vnet": 3},
        "proxy",
        lambda: NetworkProxyTenant("it", proxy=by_name("ui"), tenant=1, fqdn="acme.example.com"),
    ),
    "peer": (
        "vnet_wireguards",
        {"name": "wg0"},
        "wireguard",
        lambda: WireGuardPeer(
            "it", wireguard=by_name("wg0"), name="hq", peer_ip="10.0.0.2", public_key="k", allowed_ips=[]
        ),
    ),
    "tunnel": (
        "vnet_ipsec_phase1s",
        {"name": "hq"},
        "tunnel",
        lambda: IpsecPhase2("it", tunnel=by_name("hq"), name="lan", local="10.0.0.0/24", remote="10.2.0.0/24"),
    ),
    "file": (
        "files",
        {"name": "debian.iso"},
        "media_source",
        lambda: Drive("it", vm=1, media="cdrom", media_source=by_name("debian.iso")),
    ),
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("way", NAMED)
def test_a_row_has_the_name_that_its_kind_has(engine: Engine, simulator: Simulator, way: str) -> None:
    table, columns, name, declare = NAMED[way]
    simulator.add("vnet_bgp", vnet=3)
    key = simulator.add(table, **columns)
    simulator.reset("log")
    declare()
    settle()
    assert engine.inputs("it")[name] == str(key)
    assert len(simulator.requests()) == 1


@pytest.mark.usefixtures("here")
def test_a_path_is_found_by_name_too(engine: Engine, simulator: Simulator, vm: str) -> None:
    CloudInitFile("file", vm=by_name("web"), name="/user-data", contents="x")
    Power("vm-on", of=by_name("web"), state="running")
    Power("net-on", of=by_name("External"), state="running")
    settle()
    assert engine.inputs("file")["vm"] == engine.inputs("vm-on")["of"] == f"vms/{vm}"
    assert engine.inputs("net-on")["of"] == "vnets/3"


@pytest.mark.usefixtures("here")
def test_a_reference_by_name_is_looked_up_once(engine: Engine, simulator: Simulator, vm: str) -> None:
    for number in range(3):
        Drive(f"data-{number}", vm=by_name("web"), disksize="1GiB")
    settle()
    assert len(simulator.requests()) == 1


@pytest.mark.usefixtures("here")
def test_a_name_that_nothing_has_stops_the_program(engine: Engine, simulator: Simulator) -> None:
    there = f"on {simulator.url}"
    assert failure(lambda: Nic("wan", vm=1, network=by_name("Extrenal"))) == (
        f"Unable to declare Nic 'wan': network=by_name('Extrenal'): there is no Network with that name {there}. "
        "Did you mean 'External'?"
    )
    assert failure(lambda: Power("on", of=by_name("zzz"), state="running")) == (
        "Unable to declare Power 'on': of=by_name('zzz'): there is no VirtualMachine with that name or Network with "
        f"that name {there}. Name one that exists, or pass the resource itself."
    )
    command: dict[str, Any] = {"command": "neighbor", "params": "x"}
    assert failure(lambda: BgpRouterCommand("isp", router=by_name(65001), **command)) == (
        "Unable to declare BgpRouterCommand 'isp': router=by_name(65001): there is no BgpRouter with that asn "
        f"{there}. Name one that exists, or pass the resource itself."
    )
    assert failure(lambda: BgpRouterCommand("isp", router=by_name("edge"), **command)) == (
        "Unable to declare BgpRouterCommand 'isp': router=by_name('edge'): that is no asn, "
        "by which a BgpRouter is named."
    )


@pytest.mark.usefixtures("here")
def test_several_of_one_name_are_told_apart_by_key(engine: Engine, simulator: Simulator, vm: str) -> None:
    for view in (1, 2):
        simulator.add("vnet_dns_zones", view=view, domain="example.com")
    record: dict[str, Any] = {"host": "www", "type": "A", "value": "10.0.0.1"}
    assert failure(lambda: DnsRecord("www", zone=by_name("example.com"), **record)) == (
        "Unable to declare DnsRecord 'www': zone=by_name('example.com'): there are several on "
        f"{simulator.url}: DnsZone '1', DnsZone '2'. Pass the one that is meant, such as '1'."
    )
    network = simulator.add("vnets", name="web")
    assert failure(lambda: Power("on", of=by_name("web"), state="running")) == (
        f"Unable to declare Power 'on': of=by_name('web'): there are several on {simulator.url}: "
        f"VirtualMachine 'vms/{vm}', Network 'vnets/{network}'. Pass the one that is meant, such as 'vms/{vm}'."
    )


@pytest.mark.usefixtures("here")
def test_a_name_is_looked_up_where_the_resource_is(engine: Engine, there: Simulator) -> None:
    provider = Provider("site-b", host=there.url, api_key_env="SITE_B_KEY")
    Network("own", name="own", uplink=by_name("External"), opts=pulumi.ResourceOptions(provider=provider))
    site = pulumi.ComponentResource("shop:Site", "site", None, pulumi.ResourceOptions(providers=[provider]))
    Network("inherited", name="inherited", uplink=by_name("External"), opts=pulumi.ResourceOptions(parent=site))
    Network("here", name="here", uplink=by_name("External"), opts=pulumi.ResourceOptions())
    settle()
    assert [engine.inputs(name)["uplink"] for name in ("own", "inherited", "here")] == ["5", "5", "3"]


def test_what_is_no_reference_accepts_no_name(engine: Engine) -> None:
    with pytest.raises(TypeError) as error:
        UNTYPED["Network"]("lan", name=by_name("x"))
    assert str(error.value) == "Unable to declare Network 'lan': name accepts no by_name('x'). Pass the value itself."


def test_what_has_no_name_is_found_by_none(engine: Engine, here: None) -> None:
    class Member(Resource, table="members"):
        """What refers to a group, which has no name."""

        groups: Refs[Crew] = refs(default=None)

    assert failure(lambda: Member("it", groups=[by_name("x")])) == (
        "Unable to declare Member 'it': groups=by_name('x'): nothing names a Crew. Pass its key."
    )


# Lists ---------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
def test_a_list_takes_what_a_reference_takes(engine: Engine, simulator: Simulator) -> None:
    port = Network("port", name="port", type="physical")
    Network(
        "bond",
        name="bond",
        enable_bonding=True,
        bond_interfaces_args=[
            port,
            port.id,
            by_name("Physical1"),
            7,
            "8",
            {"$key": 9, "location": "/v4/vnets/9"},
            pulumi.Output.from_input({"$key": 10, "location": "/v4/vnets/10"}),
        ],
    )
    settle()
    assert engine.inputs("bond")["bond_interfaces_args"] == ["42", "42", "4", 7, "8", "9", "10"]


def test_a_list_depends_on_what_is_in_it(engine: Engine) -> None:
    ports = [Network(f"port-{number}", name=f"port-{number}", type="physical") for number in range(2)]
    Network("bond", name="bond", enable_bonding=True, bond_interfaces_args=[*ports, 7])
    settle()
    urns = engine.dependencies["bond"]["bond_interfaces_args"]
    assert sorted(urn.rpartition("::")[2] for urn in urns) == ["port-0", "port-1"]


def test_a_list_may_be_an_output(engine: Engine) -> None:
    exported = pulumi.Output.from_input(
        [{"$key": 9, "location": "/v4/vnets/9"}, {"$key": 8, "location": "/v4/vnets/8"}]
    )
    Network("bond", name="bond", enable_bonding=True, bond_interfaces_args=exported)
    Network("keys", name="keys", enable_bonding=True, bond_interfaces_args=pulumi.Output.from_input([3, 4]))
    Network("none", name="none", bond_interfaces_args=None)
    settle()
    assert engine.inputs("bond")["bond_interfaces_args"] == ["9", "8"]
    assert engine.inputs("keys")["bond_interfaces_args"] == [3, 4]
    assert "bond_interfaces_args" not in engine.inputs("none")


def test_what_is_no_list_is_refused(engine: Engine) -> None:
    port = Network("port", name="port", type="physical")
    with pytest.raises(TypeError) as error:
        UNTYPED["Network"]("bond", name="bond", bond_interfaces_args=port)
    assert str(error.value) == (
        "Unable to declare Network 'bond': bond_interfaces_args accepts a list, not Network 'port'. "
        "Pass bond_interfaces_args=[...]."
    )
    settle()


# What other stacks export --------------------------------------------------------------------------------------------

EXPORTED = {"$key": 7, "location": "/v4/vnets/7"}


@pytest.mark.parametrize(
    "given",
    [
        lambda: EXPORTED,
        lambda: pulumi.Output.from_input(EXPORTED),
        lambda: {"$key": pulumi.Output.from_input(7), "location": pulumi.Output.from_input("/v4/vnets/7")},
        lambda: pulumi.Output.from_input({"$key": 7.0, "location": "/v4/vnets/7"}),
    ],
    ids=["known", "output", "with outputs", "as Pulumi carries it"],
)
def test_a_reference_takes_what_another_stack_exports(engine: Engine, given: Callable[[], Any]) -> None:
    Nic("nic", vm=1, network=given())
    Power("on", of=given(), state="running")
    settle()
    assert engine.inputs("nic")["network"] == "7"
    assert engine.inputs("on")["of"] == "vnets/7"


def test_what_is_exported_can_be_given_back(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    exported: dict[str, Any] = {}
    monkeypatch.setattr(pulumi, "export", exported.__setitem__)
    vm = VirtualMachine("vm", name="web")
    export("web", vm)
    Drive("data", vm=exported["web"], disksize="1GiB")
    settle()
    assert engine.inputs("data")["vm"] == "42"
    assert [urn.rpartition("::")[2] for urn in engine.dependencies["data"]["vm"]] == ["vm"]


@pytest.mark.parametrize(
    ("exported", "cause"),
    [
        ({"$key": 7, "location": "/v4/vms/7"}, "accepts Network, and /v4/vms/7 is a row of vms"),
        ({"$key": 7}, "is given a mapping without a location, which export() gives"),
        ({"$key": 7, "location": None}, "is given a mapping without a location, which export() gives"),
    ],
)
def test_another_export_is_refused_with_what_to_do(engine: Engine, exported: dict[str, Any], cause: str) -> None:
    told = f"Unable to declare Nic 'eth0': network {cause}. Pass a Network, its key, or by_name(...)."
    assert failure(lambda: Nic("eth0", vm=1, network=exported)) == told
    later = Nic("eth0", vm=1, network=pulumi.Output.from_input(exported))
    with pytest.raises(pulumi.RunError) as error:
        outcome(later.urn)
    assert str(error.value) == told


# Servers -------------------------------------------------------------------------------------------------------------


def gold() -> Server:
    return Server("gold", name="gold", drives={"root": DriveArgs(disksize="1GiB")}, power=PowerArgs(state="stopped"))


ACCEPTING_VMS = [name for name, (_, reference) in REFERENCES.items() if "VirtualMachine" in reference.accepts()]


@pytest.mark.parametrize("name", ACCEPTING_VMS)
def test_a_server_is_accepted_where_a_vm_is(engine: Engine, name: str) -> None:
    _, reference = REFERENCES[name]
    given = argument("It 'it'", reference, None)
    key = given.registered(given.meant(gold()))

    async def there() -> list[str]:
        await key.future()
        return list(engine.registered)

    assert "gold-root" in outcome(pulumi.Output.from_input(there()))
    assert outcome(key) == ("vms/42" if reference.as_path else "42")


def test_a_list_of_servers_waits_for_their_parts(engine: Engine) -> None:
    Crew("later", members=[gold(), 5])
    settle()
    assert engine.inputs("later")["members"] == ["42", 5]
    assert list(engine.registered).index("gold-root") < list(engine.registered).index("later")
    assert [urn.rpartition("::")[2] for urn in engine.dependencies["later"]["members"]] == ["gold-vm"]


def test_a_rule_takes_a_server_for_its_vm(engine: Engine) -> None:
    engine.answers = {"name": "gold"}
    assert outcome(rule_addresses.nic(gold(), "eth0")) == "vmnic:gold.eth0"


def test_what_is_of_another_package_is_no_reference(engine: Engine) -> None:
    class Other(pulumi.CustomResource):
        pass

    with pytest.raises(TypeError, match=r"'eth0': network accepts Network, not Other 'other'\. Pass a Network"):
        UNTYPED["Nic"]("eth0", vm=1, network=Other("other:index:Other", "other"))
    settle()


def acme(name: str) -> dict[str, Any]:
    return {"type": "letsencrypt", "domainname": f"{name}.example.com", "agree_tos": True}


@pytest.mark.parametrize(
    ("declare", "argument", "target"),
    [
        (lambda name, **row: User(name, name=name, **row), "theme", lambda: Theme("target", name="dark")),
        (
            lambda name, **row: User(name, name=name, **row),
            "auth_source",
            lambda: AuthSource("target", name="corp", driver="azure"),
        ),
        (lambda name, **row: Certificate(name, **acme(name), **row), "contact", lambda: User("target", name="ann")),
        (lambda name, **row: VirtualMachine(name, name=name, **row), "owner_user", lambda: User("target", name="ann")),
        (lambda name, **row: OidcApplication(name, name=name, **row), "map_user", lambda: User("target", name="ann")),
        (
            lambda name, **row: OidcApplicationUser(name, oidc_application=1, **row),
            "user",
            lambda: User("target", name="ann"),
        ),
        (
            lambda name, **row: OidcApplicationGroup(name, oidc_application=1, **row),
            "group",
            lambda: Group("target", name="staff"),
        ),
    ],
    ids=["theme", "auth_source", "contact", "owner_user", "map_user", "user", "group"],
)
def test_what_belongs_to_people_takes_the_resource_or_its_key(
    engine: Engine, declare: Callable[..., object], argument: str, target: Callable[[], pulumi.CustomResource]
) -> None:
    row = target()
    declare("it", **{argument: row})
    declare("keyed", **{argument: 7})
    settle()
    assert engine.inputs("it")[argument] == outcome(row.id)
    assert [urn.rpartition("::")[2] for urn in engine.dependencies["it"][argument]] == ["target"]
    assert engine.inputs("keyed")[argument] == 7
