"""What the checks of assumptions have at hand: requests, one row of each table, waits."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from verge_pulumi.catalogue import release_number, tables_of
from verge_pulumi.client import Authentication, VergeClient
from verge_pulumi.conformance.lab.lives import Life, life_of
from verge_pulumi.conformance.lab.reading import Reads
from verge_pulumi.conformance.lab.reply import NotHere, Surprise
from verge_pulumi.conformance.lab.requests import Made, Requests, key_of
from verge_pulumi.engine.reading.waiting import Clock

PAUSE = 1.0
"""Seconds between two looks at something that is waited for."""

POWER_SECONDS = 120
"""Seconds within which a machine starts or stops (docs/vergeos/virtual-machines.md §3)."""

APPLY_SECONDS = 30
"""Seconds within which staged changes take effect (docs/vergeos/networks.md §3)."""


class Lab(Requests):
    """The requests of a lab, and what it takes to find something out by them.

    Args:
        client: The way to the system.
        release: The system's release.
        prefix: How the names of all rows begin; no other lab that may run at the same time has it.
        clock: The time, for waits.
        sign_in: Returns a client that only reads, with the credentials of somebody else.
        before_write: Called before each write; it raises if that must not be sent.

    Attributes:
        clock: The time, for waits.
        password: The password of the users that it makes, as complex as a system may ask for.
    """

    def __init__(
        self,
        client: VergeClient,
        release: str,
        prefix: str,
        clock: Clock,
        sign_in: Callable[[Authentication], VergeClient],
        before_write: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(client, tables_of(release), prefix, before_write)
        self.clock = clock
        self.password = f"aA1!{secrets.token_urlsafe(24)}"
        self._sign_in = sign_in
        self._release = release
        self._lives: dict[str, Life] = {}

    def since(self, release: str) -> bool:
        """Say whether the system has this release or a later one."""
        return release_number(self._release) >= release_number(release)

    def name(self, word: str) -> str:
        """Return a name that bears the prefix."""
        return f"{self.prefix}-{word}"

    # One row of each table, made when it is first needed

    def life(self, table: str) -> Life:
        """Return the life of the one row of a table.

        Raises:
            NotHere: The system lacks what it needs.
        """
        if table not in self._lives:
            self._lives[table] = life_of(self, table)
        return self._lives[table]

    def row(self, table: str) -> Made:
        """Return the one row of a table.

        Raises:
            Surprise: It could not be made.
            NotHere: The system lacks what it needs.
        """
        life = self.life(table)
        if life.made is None:
            raise Surprise(f"{life.reply.asked} answered {life.reply.told} instead of 201")
        return life.made

    def key(self, table: str) -> int | str:
        """Return the key of the one row of a table, as a reference names it."""
        return key_of(self.row(table))

    def any_key(self, table: str) -> int | str:
        """Return the key of a row that the system has, to refer to it.

        Raises:
            NotHere: It has none.
        """
        rows = self.rows(table, fields="$key", limit=1)
        if not rows or "$key" not in rows[0]:
            raise NotHere(f"this system has no row in {table}")
        key: int | str = rows[0]["$key"]
        return key

    def now(self) -> int:
        """Return the time in seconds since 1970, for what expires."""
        return int(time.time())

    @contextmanager
    def visitor(self, credentials: Authentication) -> Iterator[Reads]:
        """Read with the credentials of a user of the lab."""
        with self._sign_in(credentials) as client:
            yield Reads(client)

    # Waiting

    def wait(self, what: str, done: Callable[[], bool], seconds: float) -> None:
        """Look until something has come.

        Raises:
            Surprise: It did not come in time.
        """
        began = self.clock.now()
        while not done():
            if self.clock.now() - began >= seconds:
                raise Surprise(f"{what} did not come within {seconds:.0f} s")
            self.clock.sleep(PAUSE)

    def runs(self, made: Made) -> bool:
        """Say whether a VM or a network runs."""
        return bool(self.read(made, "machine#status#running as running").get("running"))

    def power(self, made: Made, *, on: bool) -> None:
        """Start a VM or a network of the lab, or switch it off at once, unless it is so already.

        Raises:
            Surprise: It was refused, or took too long.
        """
        word, status = "running" if on else "stopped", self._status(made)
        if status == word:
            return
        if on and status == "stopping":
            self.wait(f"{made.table} stopped", lambda: self._status(made) != "stopping", POWER_SECONDS)
        if not on or status != "starting":
            self.act(made, "poweron" if on else "kill").answered(201)
        self.wait(f"{made.table} {word}", lambda: self._status(made) == word, POWER_SECONDS)

    def apply(self, network: Made) -> None:
        """Put staged rules into effect, and wait for it.

        Raises:
            Surprise: It was refused, or took too long.
        """
        self.act(network, "refresh").answered(201)
        self.wait("need_fw_apply of false", lambda: not self.read(network).get("need_fw_apply"), APPLY_SECONDS)

    def _status(self, made: Made) -> object:
        return self.read(made, "machine#status#status as status").get("status")
