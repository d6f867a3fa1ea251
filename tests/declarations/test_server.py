"""What a server registers, what waits for it, and the names that its parts take."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from tests.declarations.mocked import Engine, outcome, settle
from verge_pulumi import (
    Address,
    CloudInit,
    CloudInitFile,
    DeviceArgs,
    Drive,
    DriveArgs,
    Network,
    NicArgs,
    Power,
    PowerArgs,
    Server,
    Snapshot,
    VirtualMachine,
    by_name,
    export,
    get_drive,
)
from verge_pulumi.simulator import Simulator

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

OFF = PowerArgs(state="stopped")
PARTS = ("gold-root", "gold-data", "gold-eth0", "gold-tpm", "gold-user-data", "gold-meta-data")

UNTYPED: Any = Server
"""A server as a program without a type checker sees it."""


def gold(**settings: Any) -> Server:
    """Declare a server with two of everything."""
    given: dict[str, Any] = {
        "drives": {"root": DriveArgs(disksize="2GiB"), "data": DriveArgs(disksize="1GiB")},
        "nics": {"eth0": NicArgs()},
        "devices": {"tpm": DeviceArgs(type="tpm")},
        "cloud_init": CloudInit(hostname="gold"),
        "power": OFF,
    }
    return Server("gold", name="gold", **{**given, **settings})


def test_custom_timeouts_of_a_server_are_those_of_its_parts(engine: Engine) -> None:
    allowed = pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="20m"))
    gold(opts=allowed)
    settle()
    assert {name: engine.custom_timeouts[f"{name}"] for name in (*PARTS, "gold-vm", "gold-power")} == dict.fromkeys(
        (*PARTS, "gold-vm", "gold-power"), "20m"
    )


class Other(pulumi.CustomResource):
    """A resource of another package."""

    def __init__(self, given: Any = None, **options: Any) -> None:
        super().__init__("other:index:Thing", "later", {"given": given}, pulumi.ResourceOptions(**options))


WAITING: dict[str, Callable[[Any], object]] = {
    "copy": lambda server: VirtualMachine("later", name="later", clone_of=server.vm),
    "copy of the server": lambda server: VirtualMachine("later", name="later", clone_of=server),
    "copy by id": lambda server: VirtualMachine("later", name="later", clone_of=server.vm.id),
    "copy by key": lambda server: VirtualMachine("later", name="later", clone_of=server.vm.key),
    "server that is a copy": lambda server: Server("later", name="later", clone_of=server, power=OFF),
    "snapshot": lambda server: Snapshot("later", vm=server.vm, name="later"),
    "snapshot of the server": lambda server: Snapshot("later", vm=server, name="later"),
    "drive": lambda server: Drive("later", vm=server.vm, disksize="1GiB"),
    "file": lambda server: CloudInitFile("later", vm=server, name="/vendor-data", contents="x"),
    "what depends on the VM": lambda server: Network("later", name="n", opts=_depends(server.vm)),
    "what depends on the server": lambda server: Network("later", name="n", opts=_depends(server)),
    "text with the id": lambda server: Network("later", name=pulumi.Output.concat("n", server.vm.id)),
    "another package": lambda server: Other(server.vm.id),
    "another package that depends on it": lambda server: Other(depends_on=[server.vm]),
    "child": lambda server: Network("later", name="n", opts=pulumi.ResourceOptions(parent=server.vm)),
}


def _depends(on: pulumi.Resource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(depends_on=[on])


@pytest.mark.parametrize("way", WAITING)
def test_what_refers_to_a_server_waits_for_its_parts(engine: Engine, way: str) -> None:
    WAITING[way](gold())
    settle()
    names = list(engine.registered)
    later = names.index("later-vm" if "later-vm" in names else "later")
    assert set(PARTS) < set(names[:later])


def test_for_the_engine_it_depends_on_the_vm_alone(engine: Engine) -> None:
    # The engine replaces what depends on a property of a replaced resource: a snapshot would go with a new NIC.
    server = gold()

    async def dependencies() -> set[str | None]:
        return {await each.urn.future() for each in await server.vm.id.resources()}

    found = outcome(pulumi.Output.from_input(dependencies()))
    assert [urn.rpartition("::")[2] for urn in found] == ["gold-vm"]


def test_the_vm_goes_before_the_networks_of_its_nics(engine: Engine) -> None:
    lan, wan = Network("lan", name="lan"), Network("wan", name="wan")
    nics = {"eth0": NicArgs(network=lan), "eth1": NicArgs(network=wan), "eth2": NicArgs(network=lan), "eth3": NicArgs()}
    Server("web", name="web", nics={**nics, "eth4": NicArgs(network="7")})
    settle()
    assert sorted(engine.waits_for["web-vm"]) == ["lan", "wan"]


def test_the_parts_wait_for_none_of_each_other(engine: Engine) -> None:
    gold()
    settle()
    assert list(engine.registered)[-1] == "gold-power"
    assert next(iter(engine.registered)) == "gold"


def test_a_second_power_of_a_server_is_still_found(engine: Engine) -> None:
    server = gold()
    for of in (server, server.vm, server.vm.id):
        with pytest.raises(pulumi.RunError, match=r"the power of VirtualMachine 'gold-vm' is already that of Power"):
            Power("more", of=of, state="running")
    settle()


def test_only_what_is_a_vm_is_accepted_as_one(engine: Engine) -> None:
    server = gold()
    with pytest.raises(TypeError, match=r"'web-eth0': network accepts Network, not Server 'gold'\. Pass a Network"):
        UNTYPED("web", name="web", power=OFF, nics={"eth0": NicArgs(network=server)})  # type: ignore[arg-type]
    settle()


def test_a_server_is_exported_and_looked_in_as_its_vm(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    exported: dict[str, Any] = {}
    monkeypatch.setattr(pulumi, "export", exported.__setitem__)
    server = gold()
    export("gold", server)
    assert outcome(pulumi.Output.from_input(exported["gold"])) == {"$key": 42, "location": "/v4/vms/42"}
    asked: list[Any] = []
    monkeypatch.setattr(type(get_drive), "__call__", lambda _, **given: asked.append(given["vm"]))
    outcome(get_drive.output(vm=server, name="root"))
    assert asked == ["42"]
    settle()


# Reserved addresses ---------------------------------------------------------------------------------------------------


def test_an_address_is_reserved_before_the_server_starts(engine: Engine) -> None:
    engine.answers = {"macaddress": "f0:db:30:00:00:01"}
    lan = Network("lan", name="lan", network="10.0.0.0/24", dhcp_enabled=True)
    web = Server("web", name="Web1", nics={"eth0": NicArgs(network=lan, address="10.0.0.5"), "eth1": NicArgs()})
    settle()
    assert list(web.addresses) == ["eth0"]
    given = engine.inputs("web-eth0-address")
    wanted = {"network": "42", "type": "static", "ip": "10.0.0.5", "mac": "f0:db:30:00:00:01", "hostname": "Web1"}
    assert {name: given.get(name) for name in wanted} == wanted
    assert "address" not in engine.inputs("web-eth0")
    names = list(engine.registered)
    assert names.index("web-eth0") < names.index("web-eth0-address") < names.index("web-power")


@pytest.mark.parametrize(
    ("name", "told", "hostname"),
    [
        ("web", CloudInit(hostname="db"), "db"),
        ("web", CloudInit(), "web"),
        ("Web Server", None, None),
        ("w" * 64, None, None),
    ],
)
def test_it_is_reserved_under_the_host_name_if_there_is_one(
    engine: Engine, name: str, told: CloudInit | None, hostname: str | None
) -> None:
    given: dict[str, Any] = {"cloud_init": told} if told else {}
    Server("web", name=name, power=OFF, nics={"eth0": NicArgs(network=by_key(), address="10.0.0.5")}, **given)
    settle()
    assert engine.inputs("web-eth0-address").get("hostname") == hostname


def by_key() -> str:
    """Return a network by its key."""
    return "7"


def test_an_address_may_be_an_output(engine: Engine) -> None:
    ip = pulumi.Output.from_input("10.0.0.5")
    Server("web", name="web", power=OFF, nics={"eth0": NicArgs(network="7", address=ip)})
    settle()
    assert engine.inputs("web-eth0-address")["ip"] == "10.0.0.5"


@pytest.mark.parametrize(
    ("network", "reason"),
    [(None, ""), ("a VM", ", not a VirtualMachine"), ("a server", ", not a Server")],
)
def test_a_nic_with_an_address_needs_a_network(engine: Engine, network: str | None, reason: str) -> None:
    made: Any = VirtualMachine("vm", name="vm") if network == "a VM" else gold() if network else None
    nic: Any = NicArgs(address="10.0.0.5", **({"network": made} if made else {}))
    settle()
    before = set(engine.registered)
    with pytest.raises(TypeError) as refused:
        Server("web", name="web", nics={"eth0": nic})
    assert str(refused.value) == (
        f"Unable to declare Server 'web': NIC 'eth0' has an address, which is of a Network{reason}. Give its network=."
    )
    settle()
    assert set(engine.registered) == before


def test_two_reservations_of_one_address_are_found(engine: Engine) -> None:
    lan = Network("lan", name="lan", network="10.0.0.0/24")
    Server("a", name="a", nics={"eth0": NicArgs(network=lan, address="10.0.0.5")})
    with pytest.raises(pulumi.RunError, match=r"10\.0\.0\.5"):
        Address("other", network=lan, type="static", ip="10.0.0.5", mac="f0:db:30:00:00:01")
    settle()


# Names ----------------------------------------------------------------------------------------------------------------


class Site(pulumi.ComponentResource):
    """A component of a user, with a server in it."""

    def __init__(self, kind: str, name: str, inside: pulumi.Resource | None = None) -> None:
        super().__init__(f"my:index:{kind}", name, None, pulumi.ResourceOptions(parent=inside))
        self.server = Server("web", name=f"web-{name}", power=OFF, opts=pulumi.ResourceOptions(parent=self))


def small(name: str, **parts: Any) -> Server:
    return Server(name, name=name, power=OFF, **parts)


def disks(*names: str) -> dict[str, DriveArgs]:
    return {name: DriveArgs(disksize="1GiB") for name in names}


def boxes(*kinds: str) -> list[Site]:
    """Nest components of these types, the first outermost, around one with a server."""
    inside: pulumi.Resource | None = None
    for number, kind in enumerate(kinds[:-1]):
        options = pulumi.ResourceOptions(parent=inside)
        inside = pulumi.ComponentResource(f"my:index:{kind}", f"{'-'.join(kinds)}{number}", None, options)
    return [Site(kinds[-1], "-".join(kinds), inside)]


CLASHING: dict[str, tuple[Callable[[], object], str]] = {
    "drives": (
        lambda: [small("web", drives=disks("db-root")), small("web-db", drives=disks("root"))],
        "Unable to declare Server 'web-db': drive 'root' of Server 'web-db' and drive 'db-root' of Server 'web' would "
        "both be 'web-db-root' in the program. Rename a part or its server.",
    ),
    "NICs": (
        lambda: [small("a-b", nics={"c": NicArgs()}), small("a", nics={"b-c": NicArgs()})],
        "Unable to declare Server 'a': NIC 'b-c' of Server 'a' and NIC 'c' of Server 'a-b' would both be 'a-b-c' in "
        "the program. Rename a part or its server.",
    ),
    "devices": (
        lambda: [
            small("a", devices={"b-c": DeviceArgs(type="tpm")}),
            small("a-b", devices={"c": DeviceArgs(type="tpm")}),
        ],
        "Unable to declare Server 'a-b': device 'c' of Server 'a-b' and device 'b-c' of Server 'a' would both be "
        "'a-b-c' in the program. Rename a part or its server.",
    ),
    "two servers of one name": (
        lambda: [small("web"), small("web")],
        "Unable to declare Server 'web': it is declared twice. Give each a name of its own.",
    ),
    "two resources of one name": (
        lambda: [Network("lan", name="a"), Network("lan", name="b")],
        "Unable to declare Network 'lan': it is declared twice. Give each a name of its own.",
    ),
    "a part and another child of the server": (
        lambda: _child_of(small("web", drives=disks("root"))),
        "Unable to declare Drive 'web-root': Drive 'web-root' and drive 'root' of Server 'web' would both be "
        "'web-root' in the program. Give each a name of its own.",
    ),
    "servers in components of one type": (
        lambda: [Site("Site", "a"), Site("Site", "b")],
        "Unable to declare Server 'web': it is declared twice. Give each a name of its own.",
    ),
    "servers in nested components of the same types": (
        lambda: [boxes("Region", "Site"), boxes("Region", "Site")],
        "Unable to declare Server 'web': it is declared twice. Give each a name of its own.",
    ),
}


def _child_of(server: Server) -> Drive:
    return Drive("web-root", vm=server, disksize="1GiB", opts=pulumi.ResourceOptions(parent=server))


@pytest.mark.parametrize("clash", CLASHING)
def test_names_that_clash_are_found_by_the_constructor(engine: Engine, clash: str) -> None:
    program, message = CLASHING[clash]
    with pytest.raises(pulumi.RunError) as refused:
        program()
    assert str(refused.value) == message
    settle()


def test_components_of_a_user_are_not_looked_for_among_all_objects(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc, "get_objects", None)
    boxes("Region", "Site")
    with pytest.raises(pulumi.RunError, match="declared twice"):
        boxes("Region", "Site")
    settle()


def test_components_that_were_made_before_this_package_was_imported_are_found(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulumi.runtime.get_root_resource(), "_transformations", [])
    boxes("Region", "Site")
    boxes("Country", "Site")
    with pytest.raises(pulumi.RunError, match="declared twice"):
        boxes("Region", "Site")
    settle()


APART: dict[str, Callable[[], object]] = {
    "drive and VM": lambda: small("web", drives=disks("vm")),
    "drive and power": lambda: small("web", drives=disks("power")),
    "drive and file": lambda: small("web", drives=disks("user-data"), cloud_init=CloudInit(hostname="web")),
    "drive and NIC": lambda: small("web", drives=disks("eth0"), nics={"eth0": NicArgs()}),
    "NIC and its address": lambda: small(
        "web", nics={"a": NicArgs(network="7", address="10.0.0.5"), "a-address": NicArgs()}
    ),
    "part and a resource of the stack": lambda: [
        small("web", drives=disks("root")),
        Drive("web-root", vm="7", disksize="1GiB"),
        VirtualMachine("web-vm", name="other"),
    ],
    "servers in components of two types": lambda: [Site("Site", "a"), Site("Branch", "b")],
    "a server in a component and one in none": lambda: [small("web"), Site("Site", "a")],
    "servers in components of one type in two types": lambda: [boxes("Region", "Site"), boxes("Country", "Site")],
}


@pytest.mark.parametrize("pair", APART)
def test_names_of_two_types_do_not_clash(engine: Engine, pair: str) -> None:
    APART[pair]()
    settle()


def test_a_refused_server_takes_no_name_of_another(engine: Engine) -> None:
    with pytest.raises(TypeError):
        UNTYPED("web", name="web", drives=[1])
    small("web", drives=disks("root"))
    settle()


@pytest.mark.usefixtures("here")
def test_a_network_that_is_named_is_one(engine: Engine, simulator: Simulator) -> None:
    key = simulator.add("vnets", name="lan")
    small("web", nics={"eth0": NicArgs(network=by_name("lan"), address="10.0.0.5")})
    settle()
    assert engine.inputs("web-eth0-address")["network"] == str(key)


# Adopting ------------------------------------------------------------------------------------------------------------

EVERYTHING = (*PARTS, "gold-vm", "gold-vm-prod", "gold-eth0-address")


def adopting(**settings: Any) -> Server:
    """Declare a server with all that can be adopted."""
    lan = Network("lan", name="lan")
    given = {"nics": {"eth0": NicArgs(network=lan, address="10.0.0.5")}, "tags": {"prod": "7"}}
    return gold(**{**given, **settings})


def test_adopt_is_said_once_for_all_parts(engine: Engine) -> None:
    assert adopting(adopt=True).adopt is True
    settle()
    assert {name for name in engine.registered if engine.inputs(name).get("adopt")} == set(EVERYTHING)
    # What a server is not is not adopted by it, and power is switched and not taken over.
    assert engine.inputs("lan").get("adopt") is None
    assert engine.inputs("gold-power").get("adopt") is None


def test_a_server_that_does_not_adopt_says_nothing_of_it(engine: Engine) -> None:
    assert adopting().adopt is None
    settle()
    for name in (*EVERYTHING, "gold-power"):
        assert not {"adopt", "__adopted", "__assumed"} & engine.inputs(name).keys()


def test_the_parts_name_the_vm_by_which_they_are_found(engine: Engine) -> None:
    adopting(adopt=True)
    settle()
    vm = next(iter(engine.inputs("gold-root")["__adopted"].values()))
    assert vm.endswith("::gold-vm")
    for name in ("gold-root", "gold-eth0", "gold-tpm", "gold-user-data", "gold-vm-prod", "gold-power"):
        assert vm in engine.inputs(name)["__adopted"].values()


@pytest.mark.parametrize(("power", "assumed"), [(OFF, None), (None, ["state"])])
def test_a_power_that_nobody_asked_for_is_marked_as_such(
    engine: Engine, power: PowerArgs | None, assumed: list[str] | None
) -> None:
    adopting(adopt=True, power=power)
    settle()
    assert engine.inputs("gold-power").get("__assumed") == assumed
