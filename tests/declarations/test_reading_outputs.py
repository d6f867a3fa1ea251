"""Outputs are made when a program reads them, and are then what Pulumi's own are (docs/adr/032)."""

from __future__ import annotations

import asyncio
import copy
import gc
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi import _types
from pulumi.runtime import mocks as pulumi_mocks
from pulumi.runtime.stack import massage

from tests.declarations.mocked import Engine, Monitor, outcome, settle
from verge_pulumi import Drive, DriveArgs, Network, Server, VirtualMachine
from verge_pulumi.engine.runtime import registering

# The SDK leaves the event loops of its threads open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def made(resource: object) -> set[str]:
    """Return the names of the outputs that a resource has so far."""
    return {name for name, value in dict.items(resource.__dict__) if isinstance(value, pulumi.Output)}


def waited_for(output: pulumi.Output[Any]) -> Any:
    """Wait for everything that there is to know of an output."""

    async def facts() -> Any:
        resources = {each.pulumi_resource_name for each in await output.resources()}
        return await output.future(), await output.is_known(), await output.is_secret(), resources

    return asyncio.get_event_loop().run_until_complete(facts())


def test_this_sdk_lets_outputs_be_made_when_they_are_read() -> None:
    """If this fails, everything goes on working and costs twice as much: teach `registering` the new SDK."""
    assert registering.MAKES_OUTPUTS_WHEN_READ


def test_a_resource_that_nobody_reads_has_no_outputs_but_its_own(engine: Engine) -> None:
    machine = VirtualMachine("web", name="web", ram=2048)
    disk = Drive("disk", vm=machine, name="disk", disksize="1GiB")
    settle()
    assert made(machine) == made(disk) == {"id", "urn"}
    assert engine.inputs("disk")["vm"] == "42"


def test_one_is_made_for_each_that_is_read(engine: Engine) -> None:
    machine = VirtualMachine("web", name="web", ram=2048)
    before, after = machine.ram, None
    settle()
    after = machine.cpu_cores
    assert made(machine) == {"id", "urn", "ram", "cpu_cores"}
    assert machine.ram is before
    assert waited_for(before) == (2048, True, False, {"web"})
    assert type(outcome(before)) is int
    assert waited_for(after) == (None, True, False, {"web"})


def test_nothing_else_is_to_be_read(engine: Engine) -> None:
    machine: Any = VirtualMachine("web", name="web")
    with pytest.raises(KeyError):
        machine.__dict__["nonsense"]
    assert "ram" in machine.__dict__
    assert "nonsense" not in machine.__dict__
    assert machine.__dict__.get("nonsense", "none") == "none"
    assert machine.__dict__.get("name") is machine.name


def test_secrets_stay_secret(engine: Engine) -> None:
    machine = VirtualMachine("web", name="web", console_pass="correct horse")
    assert waited_for(machine.console_pass) == ("correct horse", True, True, {"web"})
    assert waited_for(machine.name) == ("web", True, False, {"web"})


@pytest.fixture
def preview() -> Iterator[Engine]:
    """An engine that previews, and so tells nothing but inputs."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    running = Engine()
    pulumi_mocks.set_mocks(running, project="shop", stack="dev", monitor=Monitor(running), preview=True)
    yield running
    settle()
    loop.run_until_complete(loop.shutdown_default_executor())
    pulumi_mocks.set_mocks(running, preview=False)
    settle()
    asyncio.set_event_loop(None)
    loop.close()


def test_a_preview_knows_what_it_was_told(preview: Engine) -> None:
    lan = Network("lan", name="lan")
    seen: list[str] = []
    derived = lan.status.apply(lambda status: seen.append(f"status {status}"))
    assert waited_for(lan.name) == ("lan", True, False, {"lan"})
    assert waited_for(lan.status)[:2] == (None, False)
    assert not waited_for(derived)[1]
    assert seen == []


def test_a_failure_is_that_of_what_is_read_and_nobody_else_hears_of_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(args: object) -> Any:
        raise RuntimeError("the engine has gone")

    monkeypatch.setattr(engine, "new_resource", refuse)
    machine = VirtualMachine("web", name="web")
    before = machine.ram
    with caplog.at_level(logging.ERROR, "asyncio"):
        for output in (before, machine.status, machine.id, machine.urn):
            with pytest.raises(RuntimeError, match="the engine has gone"):
                outcome(output)
        assert made(machine) == {"id", "urn", "ram", "status"}
        del machine, before, output
        gc.collect()
        settle()
    assert [record.message for record in caplog.records] == []
    still: Any = pulumi.runtime.settings.SETTINGS
    still.outputs.clear()  # where the SDK keeps failures for the end of a program


def test_a_whole_resource_can_be_exported(engine: Engine) -> None:
    engine.answers = {"status": "running"}
    lan = Network("lan", name="lan", mtu=1500)
    outputs = outcome(pulumi.Output.from_input(massage(lan, [])))
    assert {name: outputs[name] for name in ("id", "mtu", "name", "status")} == {
        "id": "42",
        "mtu": 1500,
        "name": "lan",
        "status": "running",
    }
    assert set(Network.declaration.attributes) < outputs.keys()


def test_a_server_has_the_outputs_of_its_machine(engine: Engine) -> None:
    server = Server("web", name="web", ram=1024, drives={"root": DriveArgs(disksize="1GiB")})
    settle()
    assert "ram" not in made(server) | made(server.vm)
    assert waited_for(server.ram) == (1024, True, False, {"web-vm"})
    assert waited_for(server.vm.ram) == (1024, True, False, {"web-vm"})
    assert outcome(server.drives["root"].disksize) == "1GiB"


def test_a_copy_makes_its_own(engine: Engine) -> None:
    machine = VirtualMachine("web", name="web", ram=2048)
    twin = copy.copy(machine)
    assert outcome(twin.ram) == 2048
    assert made(machine) == {"id", "urn"}
    assert twin.id is machine.id


def test_all_are_made_for_who_asks_for_all(engine: Engine) -> None:
    lan = Network("lan", name="lan")
    names = set(Network.declaration.attributes)
    assert names < set(lan.__dict__)
    assert names < made(lan)
    assert len(lan.__dict__) == len(list(lan.__dict__.values())) == len(list(lan.__dict__.items()))


def test_resources_of_other_packages_are_left_alone(engine: Engine) -> None:
    class Other(pulumi.CustomResource):
        size: pulumi.Output[int]

        def __init__(self, name: str) -> None:
            super().__init__("other:index:Other", name, {"size": 1})

    other = Other("other")
    assert type(other.__dict__) is dict
    assert outcome(other.size) == 1
    assert type(outcome(other.size)) is int


def test_the_types_of_a_class_are_looked_up_once() -> None:
    types = _types.resource_types(VirtualMachine)
    assert types["ram"] is int
    assert _types.resource_types(VirtualMachine) is types


DECLARED = """
import asyncio
import pulumi
from pulumi import _types
from pulumi.runtime import mocks, resource, rpc

{sabotage}
from verge_pulumi import VirtualMachine
from verge_pulumi.engine.runtime import registering

class Engine(mocks.Mocks):
    def call(self, args):
        return {{}}, None

    def new_resource(self, args):
        return "42", {{**args.inputs, "machine": 7.0}}

loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
mocks.set_mocks(Engine())
machine = VirtualMachine("web", name="web", ram=2048)

async def values():
    return await asyncio.gather(machine.ram.future(), machine.machine.future(), machine.node.future())

print(registering.MAKES_OUTPUTS_WHEN_READ, loop.run_until_complete(values()))
"""

SABOTAGE = {
    "not found": "resource.register_resource.__code__ = resource.register_resource.__code__.replace(\n"
    "    co_names=tuple('there' if name == 'rpc' else name for name in resource.register_resource.__code__.co_names))\n"
    "resource.there = rpc",
    "takes something else": "inner = rpc.transfer_properties\n"
    "rpc.transfer_properties = lambda resource, given, custom: inner(resource, given, custom)",
    "tells otherwise": "inner = rpc.resolve_outputs_due_to_exception\n"
    "rpc.resolve_outputs_due_to_exception = lambda resolvers, error, more: inner(resolvers, error)",
    "no stack traces": "from pulumi.runtime.proto import source_pb2\n"
    "resource._get_stack_trace = lambda *none: source_pb2.StackTrace()",
}
"""What a later SDK may do: by what it does, statements that make this one do it."""


@pytest.mark.parametrize("what", SABOTAGE)
def test_an_sdk_that_differs_is_slower_and_nothing_else(what: str) -> None:
    program = DECLARED.format(sabotage=SABOTAGE[what])
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.stdout == f"{what == 'no stack traces'} [2048, 7, None]\n", ran.stderr


def test_of_our_resources_only_the_lines_of_the_program_are_told(engine: Engine) -> None:
    class Other(pulumi.ComponentResource):
        def __init__(self, name: str) -> None:
            super().__init__("tests:Other", name)

    Network("lan", name="lan")
    Other("other")
    settle()
    here = Path(__file__).as_uri()
    told = engine.declared_at["lan"]
    assert told[0] == here
    assert not any("site-packages" in uri or "/lib/python3" in uri for uri in told)
    theirs = engine.declared_at["other"]
    assert theirs[0] == here
    assert len(theirs) > len(told)


STACK_TRACES = """
from pulumi.runtime import resource
theirs = resource._get_stack_trace
from verge_pulumi.engine.runtime import registering

class Base:
    def __init__(self):
        self.traces = theirs(), resource._get_stack_trace()

class Custom(Base):
    def __init__(self):
        super().__init__()

class Own(Custom):
    def __init__(self):
        super().__init__()

def program():
    return Own()

exec(compile("made = program()", __file__, "exec"))
assert theirs is not resource._get_stack_trace
assert made.traces[0] == made.traces[1]
assert theirs() == resource._get_stack_trace()
print(len(made.traces[0].frames))
"""


def test_the_lines_of_a_resource_are_those_that_the_sdk_tells(tmp_path: Any) -> None:
    program = tmp_path / "program.py"
    program.write_text(STACK_TRACES)
    ran = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=False)
    assert ran.stdout == "3\n", ran.stderr
