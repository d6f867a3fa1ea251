"""Classes that give a resource or a component defaults of their own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.declarations.mocked import Engine, outcome, settle
from verge_pulumi import Drive, DriveArgs, Network, Nic, Power, PowerArgs, Server, VirtualMachine
from verge_pulumi.engine.declaring.attributes import Attr, arg
from verge_pulumi.engine.declaring.declaration import DeclarationError, Declared
from verge_pulumi.engine.declaring.parts import Part
from verge_pulumi.engine.loader import load

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

OFF = PowerArgs(state="stopped")


class Big(VirtualMachine):
    """A VM with much memory, and something to remember it by."""

    site: str

    def __init__(self, resource_name: str, opts: Any = None, *, site: str = "here", **arguments: Any) -> None:
        super().__init__(resource_name, opts, **{"ram": 65536, **arguments})
        self.site = site

    @property
    def label(self) -> str:
        """Two things in one."""
        return f"{self.site}!"


class Huge(Big):
    def __init__(self, resource_name: str, opts: Any = None, **arguments: Any) -> None:
        super().__init__(resource_name, opts, **{"cpu_cores": 64, **arguments})


class Web(Server):
    """A server of ours, which brings a drive along."""

    def __init__(self, resource_name: str, opts: Any = None, **arguments: Any) -> None:
        drives = {"root": DriveArgs(disksize="10GiB"), **arguments.pop("drives", {})}
        super().__init__(resource_name, opts, **{"ram": 2048, "power": OFF, "drives": drives, **arguments})
        self.site = "here"


class TinyWeb(Web):
    def __init__(self, resource_name: str, opts: Any = None, **arguments: Any) -> None:
        super().__init__(resource_name, opts, **{"ram": 512, **arguments})


@pytest.mark.parametrize("kind", [Big, Huge])
def test_the_state_knows_a_subclass_as_its_base(engine: Engine, kind: Any) -> None:
    vm = kind("vm", name="vm")
    assert "$pulumi-python:dynamic/vergeos:VirtualMachine::vm" in outcome(vm.urn)
    assert engine.registered["vm"].inputs["__provider"] == VirtualMachine.declaration.provider
    assert kind.declaration.kind == "VirtualMachine"
    assert type(load(kind.declaration.kind)).__name__ == "VirtualMachineProvider"


def test_a_subclass_gives_defaults_which_programs_override(engine: Engine) -> None:
    vms = [Huge("a", name="a"), Huge("b", name="b", ram=1024, site="there")]
    assert [outcome(vm.ram) for vm in vms] == [65536, 1024]
    assert [(vm.site, vm.label) for vm in vms] == [("here", "here!"), ("there", "there!")]
    assert [engine.inputs(name)["cpu_cores"] for name in ("a", "b")] == [64, 64]


def test_outputs_of_a_subclass_are_typed_as_those_of_its_base(engine: Engine) -> None:
    engine.answers = {"machine": 101.0}
    machine = outcome(Huge("vm", name="vm").machine)
    assert (machine, type(machine)) == (101, int)


def test_references_accept_a_subclass(engine: Engine) -> None:
    vm = Huge("vm", name="vm")
    outcome(Drive("drive", vm=vm, disksize="1GiB").urn)
    outcome(Power("power", of=vm, state="running").urn)
    outcome(VirtualMachine("copy", name="copy", clone_of=vm).urn)
    assert [engine.inputs(name)[argument] for name, argument in (("drive", "vm"), ("power", "of"))] == ["42", "vms/42"]
    assert engine.inputs("copy")["clone_of"] == "42"
    with pytest.raises(TypeError, match="network accepts Network, not Huge 'vm'"):
        Nic("nic", vm=vm, network=vm)  # type: ignore[arg-type]
    settle()


def test_get_of_a_subclass_reads_a_row(engine: Engine) -> None:
    found = Big.get("foreign", id="7")
    assert (type(found), outcome(found.id)) == (Big, "7")


@pytest.mark.parametrize(("kind", "ram"), [(Web, 2048), (TinyWeb, 512)])
def test_a_subclass_of_a_server_is_a_server(engine: Engine, kind: Any, ram: int) -> None:
    made = kind("web", name="web", drives={"data": DriveArgs(disksize="1GiB")})
    assert "$vergeos:index:Server::web" in outcome(made.urn)
    assert list(made.drives) == ["root", "data"]
    outcome(made.power.urn)
    assert engine.inputs("web-vm")["ram"] == ram
    assert {"web-vm", "web-root", "web-data", "web-power"} < engine.registered.keys()
    assert made.site == "here"


def test_an_unknown_argument_of_a_subclass_is_told(engine: Engine) -> None:
    with pytest.raises(
        TypeError, match=r"^Unable to declare VirtualMachine 'vm': rma is no argument\. Did you mean 'ram'\?$"
    ):
        Huge("vm", name="vm", rma=1)
    with pytest.raises(
        TypeError, match=r"^Unable to declare Server 'web': drive is no argument\. Did you mean 'drives'\?$"
    ):
        Web("web", name="web", drive={})
    settle()


OWN = "a subclass of {0} has the attributes of {0} and no others. Take it as a parameter of __init__, and pass on what"


def test_a_subclass_without_a_table_declares_nothing() -> None:
    with pytest.raises(DeclarationError) as refused:

        class Tagged(Big):
            tag: Attr[str | None] = arg(default=None)

    assert str(refused.value) == f"Tagged.tag: {OWN.format('VirtualMachine')} VirtualMachine knows."


def test_nor_does_another_base_class_of_it() -> None:
    class Tags(Declared):
        tag: Attr[str | None] = arg(default=None)

    with pytest.raises(DeclarationError, match=r"^Tags\.tag: a subclass of VirtualMachine"):
        type("Tagged", (Tags, VirtualMachine), {})


def test_a_subclass_of_a_component_declares_nothing() -> None:
    with pytest.raises(DeclarationError, match=r"^Rack\.shelves: a subclass of Server has"):

        class Rack(Web):
            shelves: Part[Any, Any] = Part()


def test_a_default_as_a_class_attribute_would_have_no_effect() -> None:
    with pytest.raises(DeclarationError) as refused:
        type("Small", (VirtualMachine,), {"ram": 512})
    assert str(refused.value) == (
        "Small.ram: a value in the class has no effect. Pass it on in __init__: "
        "super().__init__(resource_name, opts, **{'ram': ..., **arguments})."
    )


def test_with_a_table_a_subclass_is_a_resource_of_its_own() -> None:
    class Tagged(Network, table="vnets", unique=("name",)):
        """A network with one column more."""

        tag: Attr[str | None] = arg(default=None)

    assert Tagged.declaration.type_token == "pulumi-python:dynamic/vergeos:Tagged"
    assert Tagged.declaration.kind == f"{__name__}:Tagged"
    assert "tag" in Tagged.declaration.inputs
    assert "tag" not in Network.declaration.inputs
