"""Users' unit tests: what `pulumi.runtime.set_mocks` was given answers instead of a VergeOS."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest

from tests.declarations.mocked import Engine, Monitor, outcome, settle
from tests.declarations.test_documented_programs import BLOCKS
from verge_pulumi import (
    Network,
    Power,
    Provider,
    by_name,
    get_billing,
    get_drive,
    get_network,
    get_network_output,
    get_system,
    get_tagged,
    get_vm,
)
from verge_pulumi.simulator import Simulator

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Mocks(pulumi.runtime.Mocks):
    """Mocks as a user writes them; without a VergeOS, and without settings of one."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, Any], str]] = []
        self.declared: dict[str, Any] = {}

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.declared[args.name] = args.inputs
        return "42", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:
        self.asked.append((args.token, args.args, args.provider))
        return self.answers.get(args.token, {})


@pytest.fixture
def mocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mocks]:
    """The mocks of a test in an environment that names no VergeOS."""
    for name in [each for each in os.environ if each.startswith("VERGEOS_")]:
        monkeypatch.delenv(name)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    given = Mocks()
    pulumi.runtime.set_mocks(given, project="shop", stack="dev")
    yield given
    settle()
    # Pulumi keeps the mocks for the process, and other tests look rows up in the simulator.
    pulumi.runtime.set_mocks(Engine(), monitor=Monitor(Engine()))
    settle()
    loop.run_until_complete(loop.shutdown_default_executor())
    asyncio.set_event_loop(None)
    loop.close()


def refusal(look: Callable[[], object]) -> str:
    """Return the sentence with which a program ends."""
    with pytest.raises(pulumi.RunError) as error:
        look()
    return str(error.value)


def test_the_documented_test_passes(tmp_path: Path) -> None:
    program, test = (code for place, code in BLOCKS.items() if place.startswith("docs/testing.md:"))
    (tmp_path / "__main__.py").write_text(program)
    (tmp_path / "test_program.py").write_text(test)
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("VERGEOS_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_program.py"]
    done = subprocess.run(command, cwd=tmp_path, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_a_look_up_is_answered_by_the_mocks(mocks: Mocks) -> None:
    mocks.answers["vergeos:vnets:get"] = {"key": 3, "type": "external"}
    found = get_network(name="External")
    assert (found.key, found.type, found.mtu) == (3, "external", None)
    assert outcome(get_network_output(name="External")) == found
    assert get_network(key=3) == found
    assert mocks.asked == [
        ("vergeos:vnets:get", {"name": "External"}, ""),
        ("vergeos:vnets:get", {"name": "External"}, ""),
        ("vergeos:vnets:get", {"key": 3}, ""),
    ]


def test_a_name_is_answered_by_the_mocks_too(mocks: Mocks) -> None:
    mocks.answers["vergeos:vms:get"] = {"key": 7}
    Power("on", of=by_name("web"), state="running")
    settle()
    assert mocks.declared["on"]["of"] == "vms/7"
    assert [token for token, _, _ in mocks.asked] == ["vergeos:vms:get", "vergeos:vnets:get"]


def test_what_is_within_something_is_asked_for_with_it(mocks: Mocks) -> None:
    mocks.answers |= {"vergeos:vms:get": {"key": 7, "machine": 9}, "vergeos:machine_drives:get": {"disksize": 1024}}
    assert get_drive(vm=get_vm(name="web"), name="root").disksize == 1024
    assert mocks.asked[-1] == ("vergeos:machine_drives:get", {"name": "root", "machine": 9}, "")


def test_several_rows_are_a_list(mocks: Mocks) -> None:
    mocks.answers["vergeos:tag_members:get"] = {"rows": [{"path": "vms/4", "name": "web"}, {"path": "users/1"}]}
    assert [each.name for each in get_tagged(tag=5, table="vms")] == ["web"]
    assert len(get_tagged(tag=5)) == 2
    mocks.answers["vergeos:billing:get"] = {"rows": [{"used_ram": 2}, {"used_ram": 3}]}
    assert [each.used_ram for each in get_billing(since=100)] == [2, 3]
    assert mocks.asked[-1] == ("vergeos:billing:get", {"since": 100, "until": None}, "")


def test_the_mocks_see_which_vergeos_is_meant(mocks: Mocks) -> None:
    mocks.answers["vergeos:system:get"] = {"name": "b"}
    site = Provider("site-b", host="b.example.com", api_key_env="SITE_B_KEY")
    assert get_system(provider=site).name == "b"
    assert mocks.asked == [("vergeos:system:get", {}, "site-b")]


def test_what_the_mocks_do_not_have_is_told_with_what_to_return(mocks: Mocks) -> None:
    assert refusal(lambda: get_network(name="External")) == (
        "Unable to find the network 'External': there is none in the mocks of this test. Let call() answer "
        "'vergeos:vnets:get' with {'name': 'External'} by a row such as {'key': 3} (docs/testing.md)."
    )
    assert refusal(lambda: Network("lan", name="lan", default_gateway=by_name("External"))) == (
        "Unable to declare Network 'lan': default_gateway=by_name('External'): there is no Network with that name "
        "in the mocks of this test. Let call() answer 'vergeos:vnets:get' with {'name': 'External'} by a row such as "
        "{'key': 3} (docs/testing.md)."
    )


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            {"mttu": 9000},
            "Unable to read the network that call() returned: GetNetworkResult has no mttu. It has ",
        ),
        ({"rows": [{"key": 3}, {"key": 4}]}, "there are several in the mocks of this test, with the keys 3, 4."),
        (({}, [("name", "no such network")]), "Unable to find the network 'lan': no such network"),
        ("lan", "call() answers 'vergeos:vnets:get' by something else than a dictionary"),
        ({"rows": ["lan"]}, "call() answers 'vergeos:vnets:get' by something else than a dictionary"),
    ],
)
def test_an_answer_that_cannot_be_meant_is_refused(mocks: Mocks, answer: Any, text: str) -> None:
    mocks.answers["vergeos:vnets:get"] = answer
    assert text in refusal(lambda: get_network(name="lan"))


def test_a_name_needs_the_key_of_its_row(mocks: Mocks) -> None:
    mocks.answers["vergeos:vnets:get"] = {"mtu": 9000}
    assert refusal(lambda: Network("lan", name="lan", default_gateway=by_name("External"))).endswith(
        "by_name('External'): call() answers {'mtu': 9000}, which has no 'key'. Let it return the key of the row, too."
    )


def test_no_vergeos_is_asked_though_one_is_configured(
    mocks: Mocks, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_API_KEY", simulator.api_key)
    mocks.answers["vergeos:vnets:get"] = {"key": 99}
    assert get_network(name="External").key == 99
    assert simulator.requests() == []
