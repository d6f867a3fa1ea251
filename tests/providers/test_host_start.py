"""What the host says to an import, of which it tells no provider."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2

from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.runtime.host_start import refuse_import

ROOT = Path(__file__).resolve().parents[2]

URN = "urn:pulumi:dev::shop::vergeos:index:Server$pulumi-python:dynamic/vergeos:Network::lan"


@pytest.fixture(autouse=True)
def _traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)


def serve(request: Any, context: object = None) -> None:
    """Be the method of Pulumi's servicer that answers a request."""
    refuse_import()


def reading(urn: str = URN, **given: dict[str, str]) -> Any:
    """Return the request of a read."""
    request = provider_pb2.ReadRequest(id="3", urn=urn)
    for name, values in given.items():
        getattr(request, name).update(values)
    return request


def test_an_import_gets_one_sentence_that_says_what_to_do() -> None:
    with pytest.raises(Reported) as error:
        serve(reading())
    assert str(error.value) == (
        "Unable to import Network 'lan': Pulumi imports nothing that a dynamic provider manages. Declare it in the "
        "program with adopt=True, which takes the existing row over; 'pulumi preview' names what would change."
    )
    assert sys.tracebacklimit == 0


@pytest.mark.parametrize(
    "request_",
    [
        reading(properties={"__provider": "x"}),  # a refresh
        reading(inputs={"__provider": "x"}),  # Network.get()
        reading("urn:pulumi:dev::shop::pulumi-python:dynamic/other:Thing::lan"),
        provider_pb2.ConfigureRequest(),
        provider_pb2.CheckRequest(urn=URN),
    ],
    ids=["refresh", "get", "another provider", "configure", "check"],
)
def test_whatever_else_the_host_is_asked_goes_on(request_: Any) -> None:
    serve(request_)
    assert sys.tracebacklimit == 1000


def test_only_a_host_is_watched() -> None:
    assert not hasattr(rpc.deserialize_properties, "__wrapped__")
    program = "import sys; sys.orig_argv.append('pulumi.dynamic')\n" + (ROOT / "verge_pulumi_host.pth").read_text()
    shown = "from pulumi.runtime import rpc; print(hasattr(rpc.deserialize_properties, '__wrapped__'))"
    output = subprocess.run([sys.executable, "-c", f"{program}\n{shown}"], check=True, capture_output=True, text=True)
    assert output.stdout == "True\n"


def test_a_python_that_hosts_nothing_imports_nothing() -> None:
    line = (ROOT / "verge_pulumi_host.pth").read_text()
    shown = "print([name for name in sys.modules if name.startswith(('verge_pulumi', 'pulumi'))])"
    output = subprocess.run([sys.executable, "-c", f"{line}\n{shown}"], check=True, capture_output=True, text=True)
    assert output.stdout == "[]\n"


@pytest.mark.parametrize("version", ["standard", "editable"])
def test_it_is_installed_with_the_package(tmp_path: Path, version: str) -> None:
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=[version])
    with ZipFile(built) as wheel:
        assert wheel.read("verge_pulumi_host.pth") == (ROOT / "verge_pulumi_host.pth").read_bytes()
