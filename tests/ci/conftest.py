"""The real Pulumi CLI, as the engine's tests have it."""

from tests.engine.conftest import cli, lab, simulator

__all__ = ["cli", "lab", "simulator"]
