"""The files of a release, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.conftest import cli
from tools import release

__all__ = ["built", "cli"]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sdist and the wheel."""
    folder = tmp_path_factory.mktemp("release")
    assert release.build(release.ROOT, folder) == []
    return folder
