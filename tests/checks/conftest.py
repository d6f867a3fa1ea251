"""What the tests of checks share: a mocked engine, and the programs that it is given."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pulumi
import pytest
from pulumi.runtime import get_root_resource

from tests.declarations.conftest import _leftovers as leftovers
from tests.declarations.conftest import engine as mocked
from tests.declarations.mocked import Engine, settle

Program = Callable[[], object]

engine, _leftovers = mocked, leftovers


@pytest.fixture(autouse=True)
def _no_transformations(engine: Engine) -> Iterator[None]:
    """Forget those that a test has given to the stack, which lives on."""
    root = get_root_resource()
    assert root is not None
    root._transformations = []
    yield
    root._transformations = []


class Said:
    """What a program was told."""

    def __init__(self, engine: Engine, log: pytest.LogCaptureFixture) -> None:
        self.engine = engine
        self.log = log

    def error(self, program: Program) -> str:
        """Run a program that must be refused, and return what it was told."""
        with pytest.raises(pulumi.RunError) as refused:
            program()
        settle()
        return str(refused.value)

    def warnings(self, program: Program) -> list[str]:
        """Run a program that must not be refused, and return of what it was warned."""
        self.log.clear()
        program()
        settle()
        return [record.getMessage() for record in self.log.records if record.levelno == logging.WARNING]


@pytest.fixture
def said(engine: Engine, caplog: pytest.LogCaptureFixture) -> Said:
    """Runs programs and tells what they were told."""
    return Said(engine, caplog)
