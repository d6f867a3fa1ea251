"""Whether an installed wheel has all that it should: `python -I tests/release/smoke.py`.

It is no test of pytest's, and needs no checkout and no engine: it runs where nothing but the wheel with its extras is.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pulumi
import requests

import verge_pulumi
from verge_pulumi.client import ApiKey, VergeClient
from verge_pulumi.simulator import Options, Simulator

PACKAGE = Path(verge_pulumi.__file__).parent

PREVIEW = {
    "steps": [
        {
            "op": "create",
            "urn": "urn:pulumi:dev::shop::pulumi-python:dynamic/vergeos:Network::lan",
            "newState": {
                "type": "pulumi-python:dynamic/vergeos:Network",
                "urn": "urn:pulumi:dev::shop::pulumi-python:dynamic/vergeos:Network::lan",
                "custom": True,
                "inputs": {"name": "lan"},
            },
        }
    ]
}


def command(*arguments: str, given: str = "") -> str:
    """Run the installed command, and return what it prints."""
    program = Path(sys.executable).parent / "verge-pulumi"
    done = subprocess.run([program, *arguments], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{arguments}: {done.stderr}"
    return done.stdout


def names() -> None:
    """Every public name is there, and so are the types."""
    assert verge_pulumi.__version__ == importlib.metadata.version("verge-pulumi")
    assert all(getattr(verge_pulumi, name) is not None for name in verge_pulumi.__all__)
    assert (PACKAGE / "py.typed").exists()
    assert (PACKAGE / "__init__.pyi").exists()


def simulator() -> None:
    """The simulator answers the client, and serves its page."""
    with Simulator(Options(transition_seconds=0)) as running:
        with VergeClient(running.url, auth=ApiKey(running.api_key)) as client:
            assert client.table("vnets").list()
        assert "<html" in requests.get(f"{running.url}/", timeout=30).text


def commands() -> None:
    """The command says its version, and writes a report as a page, of its template."""
    assert command("--version").split()[1] == verge_pulumi.__version__
    report = command("report", "--format", "html", given=json.dumps(PREVIEW))
    assert "<style" in report
    assert "lan" in report


class Mocks(pulumi.runtime.Mocks):
    """Notes what a program declares."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Return a key and the outputs of a resource."""
        self.made.append(args.name)
        return str(len(self.made)), args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """Return nothing; the template calls nothing."""
        return {}, None


def run(folder: Path) -> None:
    """Run the program in a folder; what is returned would be taken for outputs."""
    runpy.run_path(str(folder / "__main__.py"), run_name="__main__")


def project() -> None:
    """An example becomes a project, whose program runs."""
    with tempfile.TemporaryDirectory() as folder:
        command("new", "template", folder)
        # Pulumi's mocks take the main thread's loop, which Python 3.14 no longer makes by itself.
        asyncio.set_event_loop(asyncio.new_event_loop())
        mocks = Mocks()
        pulumi.runtime.set_mocks(mocks, project="shop", stack="dev")
        pulumi.runtime.set_all_config({"shop:network": "10.0.0.0/24", "shop:servers": "2"})
        runtime: Any = pulumi.runtime  # which has no types for this
        runtime.test(lambda: run(Path(folder)))()
        assert {"lan", "web-1-vm", "web-2-vm"} <= set(mocks.made), mocks.made


def main() -> None:
    """Try out all of it."""
    for check in (names, simulator, commands, project):
        check()
        print(f"ok  {check.__doc__}", flush=True)
    print(f"verge-pulumi {verge_pulumi.__version__} works on Python {sys.version.split()[0]}.")


if __name__ == "__main__":
    main()
