"""The pytest plugin that knows the marker of the fault matrix; ``tests/conftest.py`` loads it for every test."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, so that a misspelt one is an error."""
    config.addinivalue_line("markers", "fault(*numbers): shows what happens in these rows of tests/faults/matrix.py")
