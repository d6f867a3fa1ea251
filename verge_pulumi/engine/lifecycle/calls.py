"""The calls of the engine that ask VergeOS, as the connection counts them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.reading.waiting import limited
from verge_pulumi.engine.runtime import provider_process

P = ParamSpec("P")
T = TypeVar("T")


def asking(method: Callable[P, T]) -> Callable[P, T]:
    """Wrap a method that asks VergeOS: reads of calls side by side are gathered, and waits end as the program says."""

    @functools.wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        provider: Any = args[0]
        connection: Connection = provider.connection
        with connection.call(), limited(provider_process.custom_timeout(), connection.clock):
            return method(*args, **kwargs)

    return wrapper


def finishing(method: Callable[P, T]) -> Callable[P, T]:
    """Wrap a method after which the run has one object less to do, whatever became of it."""

    @functools.wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        provider: Any = args[0]
        try:
            return method(*args, **kwargs)
        finally:
            provider.connection.reader.scarcity.done()

    return wrapper
