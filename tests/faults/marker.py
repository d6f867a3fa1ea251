"""The pytest plugin that knows the markers of the tables of tests; ``tests/conftest.py`` loads it for every test."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, so that a misspelt one is an error."""
    config.addinivalue_line("markers", "fault(*numbers): shows what happens in these rows of tests/faults/matrix.py")
    config.addinivalue_line("markers", "promise(*numbers): shows these rows of tests/importing/promises.py")
