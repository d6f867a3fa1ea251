"""Each mistake of the list is told as the list says, in one line that names the remedy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks as pulumi_mocks
from pulumi.runtime import rpc

from tests.declarations.conftest import _leftovers as leftovers
from tests.declarations.conftest import run_by
from tests.declarations.mocked import Engine, settle
from tests.errors.mistakes import GROUPS, Mistake, errors_page
from tests.providers.bench import hosted
from verge_pulumi import resources
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.loader import load

# The SDK leaves the event loops of its threads open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

_leftovers = leftovers


class Checking(Engine):
    """An engine that makes nothing, as where a check fails."""

    def new_resource(self, args: pulumi_mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.registered[args.name] = args
        return "42", dict.fromkeys(args.inputs)  # an output of another type than declared would fail


@pytest.fixture
def engine() -> Iterator[Engine]:
    """A mocked engine of stack dev of project shop, which makes nothing."""
    with run_by(Checking()) as running:
        yield running


MISTAKES = [mistake for group in GROUPS for mistake in group.mistakes]
HEAD = (
    "import pulumi\nfrom verge_pulumi import *; from verge_pulumi import accounts, cloudinit, environments, policies\n"
)


def told(engine: Engine, program: str) -> list[str]:
    """Run a program, and return what it is told: by the constructor that refuses it, else by the checks."""
    try:
        exec(compile(HEAD + program, "/shop/__main__.py", "exec"), {"__name__": "__main__"})  # noqa: S102  a test's own
    except pulumi.RunError as error:
        return [str(error)]
    finally:
        settle()
    return [
        f"{kind} '{name}': {failure.reason}"
        for name, asked in engine.registered.items()
        if (kind := asked.typ.rpartition(":")[2]) in resources.__all__
        for failure in checked(kind, asked.inputs).failures
    ]


def checked(kind: str, inputs: dict[str, Any]) -> Any:
    """Return what the check of a resource says of what was registered."""
    provider: Any = load(kind)
    provider.connection = Connection(Settings(host="127.0.0.1", api_key="none"))  # no check asks anything of it
    known = {name: rpc.unwrap_rpc_secret(value) for name, value in inputs.items() if value is not None}
    return provider.check({}, hosted(known))


@pytest.mark.parametrize("mistake", MISTAKES, ids=[f"{number}" for number in range(1, len(MISTAKES) + 1)])
def test_a_mistake_is_told_in_one_line_with_its_remedy(
    engine: Engine, mistake: Mistake, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("VERGEOS_")]:
        monkeypatch.delenv(name)
    for name, value in mistake.environment.items():
        monkeypatch.setenv(name, value)
    assert told(engine, mistake.program) == [mistake.says]
    assert "\n" not in mistake.says


def test_there_are_sixty() -> None:
    assert len({mistake.says for mistake in MISTAKES}) == len(MISTAKES) >= 60


def test_the_page_tells_all_of_them() -> None:
    assert errors_page().count("\n| `") == len(MISTAKES)


@pytest.mark.parametrize(
    "later",
    [lambda text: pulumi.Output.from_input(text), lambda text: pulumi.Output.secret(text)],
    ids=["output", "secret"],
)
def test_what_an_output_holds_is_not_shown(engine: Engine, later: Any) -> None:
    untyped: Any = resources.VirtualMachine
    untyped("web", name="web", ram=later("canary gigs"), os_family=later("canary"))
    settle()
    reasons = [failure.reason for failure in checked("VirtualMachine", engine.registered["web"].inputs).failures]
    assert reasons == [
        "os_family is not a valid choice. Give 'linux', 'windows', 'freebsd' or 'other'.",
        "ram is not a size. Give MiB as a number, or a text such as '2GiB'.",
    ]


def test_which_values_may_be_shown_stays_out_of_the_state(engine: Engine) -> None:
    resources.VirtualMachine("web", name="web", ram="2GiB")
    settle()
    inputs = checked("VirtualMachine", engine.registered["web"].inputs).inputs
    assert inputs["ram"] == 2048
    assert "__given" not in inputs


def test_a_long_value_is_cut(engine: Engine) -> None:
    (text,) = told(engine, f"VirtualMachine('web', name='web', note='{'x' * 5000}')")
    assert text.startswith("VirtualMachine 'web': note 'xxx")
    assert text.endswith("xxx… is too long. Give at most 1024 characters.")
    assert len(text) < 200


@pytest.mark.parametrize("value", [{"password": "canary"}, [{"password": "canary"}]])
def test_no_mapping_is_shown(engine: Engine, value: Any) -> None:
    (text,) = told(engine, f"VirtualMachine('web', name='web', note={value!r})")
    assert "canary" not in text
