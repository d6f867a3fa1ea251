"""A simulated system and its surroundings: clock, credentials, faults and the request log."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from verge_pulumi.catalogue.described import DescribedSystem
from verge_pulumi.catalogue.model import Table
from verge_pulumi.simulator.access import Access
from verge_pulumi.simulator.arguments import choice, number, several, text, whole
from verge_pulumi.simulator.backend import Backend
from verge_pulumi.simulator.behaviour.access.users import Holder
from verge_pulumi.simulator.clock import Clock
from verge_pulumi.simulator.faults import Faults
from verge_pulumi.simulator.log import RequestLog
from verge_pulumi.simulator.relations import HOLDERS, Release
from verge_pulumi.simulator.seed import seed
from verge_pulumi.simulator.transitions import Dials


class World:
    """Everything in a simulator except threads and sockets.

    Args:
        tables: The catalogue's tables by name.
        release: The release to imitate.
        name: The system's name.
        user: The administrator's login name.
        password: The administrator's password.
        api_key: The API key.
        transition_seconds: The initial duration of transitions.
        requests_per_hour: The limit per credential; 0 for none.
        latency_ms: The initial delay of every answer in milliseconds.
        like: The system whose columns, words and defaults it has; None for those of the catalogue.
    """

    def __init__(
        self,
        tables: Mapping[str, Table],
        *,
        release: str,
        name: str,
        user: str,
        password: str,
        api_key: str,
        transition_seconds: float,
        requests_per_hour: int,
        latency_ms: float,
        like: DescribedSystem | None = None,
    ) -> None:
        self.clock = Clock()
        self.dials = Dials(seconds=transition_seconds)
        self.backend = Backend(
            tables, release=Release(release), name=name, clock=self.clock, dials=self.dials, like=like
        )
        self.access = Access(self.backend, api_key=api_key, requests_per_hour=requests_per_hour)
        self.faults = Faults()
        secret = {c.name for relation in self.backend.relations.values() for c in relation.columns.values() if c.secret}
        self.log = RequestLog(secret)
        self._user = user
        self._password = password
        self._transition_seconds = transition_seconds
        self._latency_ms = latency_ms
        self.reset()

    def load(self, content: Mapping[str, Any]) -> None:
        """Replace the content by a result of `Backend.dump`, and keep this administrator's password.

        Raises:
            ValueError: The content is of another release or has a table that does not exist.
        """
        self.backend.load(content)
        if "permissions" not in content["rows"]:
            self._endow()
        for user in self.backend.store.rows("users"):
            if user["name"] == self._user.lower():
                self.backend.store.change("users", user["$key"], {"password": self._password})

    def _endow(self) -> None:
        for table in HOLDERS:
            holders = self.backend.behaviours.get(table)
            if isinstance(holders, Holder):
                for row in self.backend.store.rows(table):
                    holders.endow(row)

    def delay(self, ms: float) -> None:
        """Delay every answer by a number of milliseconds.

        Raises:
            ValueError: It is negative, longer than an hour, or not a number.
        """
        self.latency = number("ms", ms, most=3_600_000) / 1000

    def guest(self, machine: int, addresses: Sequence[str] = (), hostname: str = "") -> None:
        """Set the report of a guest's agent, in the layout of the vendor's Go client.

        Args:
            machine: The key of its machine.
            addresses: Its IP addresses.
            hostname: Its host name.

        Raises:
            ValueError: One of the values is invalid.
        """
        machine = whole("machine", machine, most=2**63)
        own = [
            {"ip-address-type": f"ipv{ipaddress.ip_address(address).version}", "ip-address": address}
            for address in (text("addresses", each) for each in several("addresses", addresses))
        ]
        self.backend.power.guests[machine] = {
            "hostname": text("hostname", hostname),
            "network": [{"name": "eth0", "ip-addresses": own}],
        }
        self.backend.power.boot(machine)

    def reset(self, what: str = "all") -> None:
        """Restore the seed.

        Args:
            what: ``"all"`` for content, faults, dials, sessions and log; ``"log"`` for the log and counters only.

        Raises:
            ValueError: `what` is something else.
        """
        choice("what", what, ("all", "log"))
        self.log.clear()
        self.backend.unknown_columns.clear()
        if what == "all":
            self.clock.set("real")
            self.delay(self._latency_ms)
            self.dials.set(seconds=self._transition_seconds, stuck=(), ignore_poweroff=False)
            self.backend.power.guests.clear()
            self.backend.disputed.reset()
            self.faults.set(())
            self.access.clear()
            self.backend.clear()
            seed(self.backend, user=self._user, password=self._password)
