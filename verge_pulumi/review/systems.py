"""The way to the VergeOS that a state or the environment names."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import Any

from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import NAMESPACE, Settings, read_settings
from verge_pulumi.engine.reading.reader import Reader
from verge_pulumi.review.output import error_text

CALLS = 16
"""Reads that are made side by side, so that those which no list answers are asked for together."""

PAUSE = 0.05
"""Seconds for which one waits for the others; nothing but threads of this process lies between them."""


def settings_of(configured: Mapping[str, Any]) -> Settings:
    """Return the settings that a provider of a state has; credentials come from the environment.

    Raises:
        EngineError: With everything that is missing.
    """
    return read_settings(lambda name: configured.get(f"{NAMESPACE}:{name}"), os.environ)


def connect(settings: Settings, *, read_only: bool = False) -> Connection:
    """Return a connection whose reads from several threads are gathered, as in the host of dynamic providers.

    Args:
        settings: To where, and who asks.
        read_only: Whether it refuses every request that could change something.
    """
    # A wait until the next hour is told where it disturbs no report.
    budget = settings.budget(time.sleep, lambda line: print(error_text(line), file=sys.stderr))
    connection = Connection(settings, budget=budget, read_only=read_only)
    connection.reader = Reader(connection.client, connection.clock, pause=PAUSE, expected=CALLS)
    return connection
