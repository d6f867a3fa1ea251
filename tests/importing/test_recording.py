"""What a program registers, found out without an engine; each test starts a Python of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importing.bench import STACK
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.importing.recorder import AT_ONCE
from verge_pulumi.importing.recording import Refused, Registered, Stack, record

NETWORK = "pulumi-python:dynamic/vergeos:Network"


def recorded(folder: Path, program: str, stack: Stack = STACK) -> dict[str, Registered]:
    """Return what a program registers, by name."""
    (folder / "__main__.py").write_text(f"import pulumi\nfrom verge_pulumi import *\n{program}")
    rows = {NETWORK: {"lan": {"id": "7", "outputs": {"name": "lan", "machine": 107}}}}
    return {each.name: each for each in record(folder, stack, rows, {})}


def test_references_carry_the_keys_of_rows_and_their_dependencies(tmp_path: Path) -> None:
    """Components, options, secrets and numbers as an engine would get them."""
    told = recorded(
        tmp_path,
        """
lan = Network("lan", name="lan", network="10.0.0.0/24", opts=pulumi.ResourceOptions(protect=True))
password = pulumi.Config().require_secret("password")
Server("web", name="web", ram=512, console_pass=password, nics={"eth0": NicArgs(network=lan)},
       drives={"root": DriveArgs(disksize="1GiB")}, tags=[])
""",
        Stack(
            organization="me", project="shop", name="dev", config={"shop:password": "c4nary"}, secret=("shop:password",)
        ),
    )
    urn = "urn:pulumi:dev::shop::"
    lan, vm, nic = told["lan"], told["web-vm"], told["web-eth0"]
    assert (lan.urn, lan.protect, lan.custom) == (f"{urn}{NETWORK}::lan", True, True)
    assert lan.path == NETWORK
    assert vm.urn == f"{urn}vergeos:index:Server$pulumi-python:dynamic/vergeos:VirtualMachine::web-vm"
    assert vm.parent == told["web"].urn
    assert not told["web"].custom
    assert vm.inputs["ram"] == 512
    assert isinstance(vm.inputs["ram"], int)
    assert vm.inputs["console_pass"]["value"] == "c4nary", "as a secret travels"
    assert nic.inputs["network"] == "7"
    assert nic.propertyDependencies["network"] == [lan.urn]
    assert {lan.urn, vm.urn} <= {*nic.dependencies}
    assert nic.deletedWith == vm.urn
    assert "console_pass" in vm.additionalSecretOutputs
    assert "c4nary" not in repr(vm)


def test_what_the_package_refuses_is_named(tmp_path: Path) -> None:
    words = "Network 'lan' cannot be declared: it is declared twice. Give each a name of its own."
    with pytest.raises(Refused) as caught:
        recorded(tmp_path, 'Network("lan", name="a")\nNetwork("lan", name="b")')
    assert str(caught.value) == words
    assert (caught.value.kind, caught.value.name) == ("Network", "lan")


def test_several_reasons_are_told_in_one_line(tmp_path: Path) -> None:
    program = """
up = Network("up", name="up", mtu=1500, network="10.0.0.0/16", ipaddress="10.0.0.1")
Network("lan", name="lan", mtu=9000, network="10.0.0.0/24", ipaddress="10.0.0.2", uplink=up, default_gateway=up)
"""
    with pytest.raises(Refused) as caught:
        recorded(tmp_path, program)
    assert (caught.value.kind, caught.value.name) == ("Network", "lan")
    assert "mtu 9000 is more than the 1500" in caught.value.why
    assert "10.0.0.0/24 overlaps" in caught.value.why
    assert "\n" not in caught.value.why


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("raise ValueError('no \\x1b[31mluck')", "fails: ValueError: no .*luck. Run 'pulumi preview' to see where"),
        ("pulumi.StackReference('other').get_output('x')", "which only an engine can do"),
        ("pulumi.runtime.invoke('aws:index:getRegion', {})", "whose result only an engine can tell"),
        ("import os; os._exit(3)", "it ended without a word"),
    ],
)
def test_a_program_that_fails_is_told_with_its_own_words(tmp_path: Path, program: str, words: str) -> None:
    with pytest.raises(EngineError, match=words) as caught:
        recorded(tmp_path, program)
    assert "\x1b" not in str(caught.value)


MANY = """
import asyncio
import gc

known = gc.get_freeze_count()
for number in range(450):
    Network(f"lan-{number}", name=f"lan-{number}")
assert len(asyncio.all_tasks()) < 2 * AT_ONCE
assert gc.get_freeze_count() > known + 450
"""


def test_of_many_registrations_few_wait_at_once(tmp_path: Path) -> None:
    """Each that waits is a task; what is left of those that are done is looked at no more."""
    told = recorded(tmp_path, MANY.replace("AT_ONCE", str(AT_ONCE)))
    assert [*told] == [f"lan-{number}" for number in range(450)]
    assert {each.id for each in told.values()} == {""}


def test_what_waits_for_the_program_itself_waits(tmp_path: Path) -> None:
    program = """
import asyncio

later = asyncio.get_event_loop().create_future()
for number in range(2 * AT_ONCE):
    Network(f"lan-{number}", name=pulumi.Output.from_input(later))
later.set_result("lan")
"""
    told = recorded(tmp_path, program.replace("AT_ONCE", str(AT_ONCE)))
    assert len(told) == 2 * AT_ONCE
    assert {each.inputs["name"] for each in told.values()} == {"lan"}
