"""A provider process in miniature on a simulator with faults, and the servers of the client's tests."""

from __future__ import annotations

from tests.client.conftest import authority, ca_file, cleanup, connect, serve, server, slept
from tests.providers.conftest import bench, saved, told

__all__ = ["authority", "bench", "ca_file", "cleanup", "connect", "saved", "serve", "server", "slept", "told"]
