"""What the tests of the command line share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.providers.bench import Bench
from verge_pulumi.simulator import Simulator


@pytest.fixture(autouse=True, scope="module")
def _no_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A Pulumi CLI that knows no stack: the real one would ask the backend of whoever runs the tests."""
    program = tmp_path_factory.mktemp("cli") / "pulumi"
    program.write_text("#!/bin/sh\necho \"error: no stack named 'dev' found\" >&2\nexit 255\n")
    program.chmod(0o755)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PATH", str(program.parent), prepend=os.pathsep)
        yield


@pytest.fixture
def bench(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A provider process that made what the states hold, on the VergeOS that the environment names."""
    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_API_KEY", simulator.api_key)
    running = Bench(simulator)
    running.share_clock()
    yield running
    running.connection.client.close()
