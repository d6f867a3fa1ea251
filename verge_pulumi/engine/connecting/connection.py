"""The one connection of a process to a VergeOS."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from verge_pulumi.client import Budget, Clocks, LoginRequired, Observer, RetryPolicy, VergeClient
from verge_pulumi.engine.connecting.settings import NAMESPACE, Settings, read_settings
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.evidence import Evidence
from verge_pulumi.engine.ownership.journal import Journal
from verge_pulumi.engine.reading.files import Files
from verge_pulumi.engine.reading.reader import Reader
from verge_pulumi.engine.reading.waiting import Clock
from verge_pulumi.engine.runtime import provider_process

T = TypeVar("T")

CALLS_PER_PROCESSOR = 4
"""How many calls the engine makes at once, unless ``--parallel`` says otherwise."""

GATHERING_PAUSE = 0.1
"""Seconds for which a read waits for those of other calls to begin with; the engine needs about 40 ms between two."""


class System(NamedTuple):
    """Which VergeOS it is.

    Attributes:
        name: What it calls itself, ``cloud_name`` (docs/vergeos/README.md §1).
        identity: Its ``id``, which VergeOS's own clients read; where a release has none, the name.
    """

    name: str
    identity: str


class Connection:
    """The process's way to one VergeOS, shared by all its providers and threads.

    Attributes:
        client: The REST client.
        reader: Shared reads.
        files: What the files of rows hold.
        clock: The time, for waits.
        release: The version of VergeOS, such as ``26.1.8``; "" as long as nobody asked which system it is.
        evidence: What proves whose a row is, apart from the row.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        budget: Budget | None = None,
        evidence: Evidence | None = None,
        *,
        read_only: bool = False,
        retries: RetryPolicy = RetryPolicy(),  # noqa: B008  immutable
        observers: Sequence[Observer] = (),
    ) -> None:
        self.settings = settings
        self.clock = clock or Clock(sleep=self._sleep)
        self.client = VergeClient(
            settings.host,
            auth=settings.authentication(),
            ca_file=settings.ca_file or None,
            insecure=settings.insecure,
            clocks=Clocks(attempt=settings.timeout),
            retries=replace(retries, sleep=self.clock.sleep, lost=self.doubt),
            budget=budget or settings.budget(self.clock.sleep, self._announce),
            pool_size=provider_process.WORKERS,
            read_only=read_only,
            observers=[*observers, *_traces(settings)],
        )
        # Only the host of dynamic providers serves calls side by side; elsewhere there is nobody to wait for.
        pause = GATHERING_PAUSE if provider_process.serving() else 0.0
        self.reader = Reader(self.client, self.clock, pause=pause, expected=CALLS_PER_PROCESSOR * (os.cpu_count() or 1))
        self.files = Files(self.client)
        self.evidence = evidence or Evidence(Journal(settings.journal), provider=settings.provider)
        self.release = ""
        self._system: System | None = None
        self._first: System | None = None
        self._sure = False
        self._refused: LoginRequired | None = None
        self._lock = threading.Lock()
        self._shared: dict[tuple[object, ...], Any] = {}
        self._sharing = threading.Lock()

    def shared(self, kind: type[T], *of: Hashable) -> T:
        """Return the one object of a class that all calls share, made when it is first asked for.

        Args:
            kind: The class, which is made without arguments.
            of: What there is one of for each, such as the key of a network.
        """
        with self._sharing:
            if (kind, *of) not in self._shared:
                self._shared[kind, *of] = kind()
            shared: T = self._shared[kind, *of]
            return shared

    def call(self) -> AbstractContextManager[None]:
        """Count a call of the engine, for as long as it runs, among those whose reads are gathered."""
        return self.reader.gathering.call()

    def _announce(self, text: str) -> None:
        """Tell of a long wait, and how far the run is."""
        provider_process.log("; ".join(filter(None, (text, self.reader.scarcity.progress))))

    def _sleep(self, seconds: float) -> None:
        with self.reader.gathering.idle():
            time.sleep(seconds)

    @property
    def system(self) -> System:
        """The system that answers, asked for once.

        Raises:
            EngineError: What answers is not a VergeOS.
            LoginRequired: It refuses the login; it is not tried again, which could lock the user out.
        """
        with self._lock:
            if self._refused is not None:
                raise self._refused
            if self._system is None or not self._sure:
                try:
                    row = self.reader.system()
                except LoginRequired as error:
                    self._refused = error
                    raise
                name = row.get("cloud_name")
                if not name or not isinstance(name, str):
                    raise EngineError(f"{self.client.host} does not say which VergeOS it is. Check the host")
                self._system = System(name, str(row.get("id") or name))
                self._first = self._first or self._system
                self._sure = True
                self.evidence.system = self._system.identity
                self.release = str(row.get("os_version") or "")
            return self._system

    def see_system(self) -> None:
        """See that a VergeOS answers, and after trouble on the way that it is still the same one.

        Raises:
            EngineError: Another one answers by now.
        """
        before = self._first
        if before is not None and self.system.identity != before.identity:
            raise EngineError(
                f"{self.client.host} was the system '{before.name}' when this run began and is '{self.system.name}' "
                "now. Nothing more is written; see where that name leads, and run it again"
            )
        _ = self.system

    def doubt(self) -> None:
        """Ask which system answers before the next write, since a connection was lost and may lead elsewhere by now."""
        self._sure = False  # without the lock, which a request that asks for the system holds

    def is_at(self, identity: str) -> bool:
        """Say whether the system that answers is the one with that identity, or was before it was renamed."""
        return identity in (self.system.identity, self.settings.former_name)


def _traces(settings: Settings) -> list[Observer]:
    """Return the trace that the person asked for, if any; only then its code is imported."""
    if not settings.trace:
        return []
    from verge_pulumi.engine.tracing.trace import trace_to

    return [trace_to(settings.trace)]


_connections: dict[Settings, Connection] = {}
_lock = threading.Lock()


def connect(settings: Settings) -> Connection:
    """Return the process's connection for these settings; the first time it says so if certificates go unchecked."""
    with _lock:
        connection = _connections.get(settings)
        if connection is None:
            connection = _connections[settings] = Connection(settings)
            atexit.register(tell_what_is_left, connection.client.budget)
            if settings.trimmed:
                provider_process.log(
                    f"white space at the ends is left out of {', '.join(settings.trimmed)}", warning=True
                )
            if settings.insecure:
                provider_process.log(
                    f"the certificate of {settings.host} is not checked ({NAMESPACE}:insecure)", warning=True
                )
        return connection


def tell_what_is_left(budget: Budget) -> None:
    """Tell at the end of a run what it cost; a preview without requests and a system without a limit say nothing."""
    if budget.made and (left := budget.left) is not None:
        provider_process.log(f"{budget.made:,} requests, {left:,} left this hour")


def from_process(configured: Callable[[str], str | None]) -> Connection:
    """Return the connection for what the engine configured and the environment of this process."""
    return connect(settings_in_process(configured))


def settings_in_process(configured: Callable[[str], str | None]) -> Settings:
    """Return the settings that what the engine configured and the environment of this process make."""
    return read_settings(lambda name: configured(f"{NAMESPACE}:{name}"), os.environ)
