"""Addresses for environments: each has its own block of a pool, always the same one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from verge_pulumi.engine.declaring.problems import problem
from verge_pulumi.engine.declaring.values import Cidr, value_of
from verge_pulumi.engine.errors import Refusal, Unfit, refusal, written_at

_NUMBER = re.compile(r"(\d+)\Z")


@dataclass(frozen=True)
class Pool:
    """Networks for environments, such as ``Pool("10.0.0.0/12", prefix=24, environments=("dev", "prod"))``.

    No two declared environments have an address in common, and one always has the same networks, as long as the list
    only grows at its end. They lie in the lower half of the pool, in the order of the list. Sandboxes lie in the upper
    half, by the number at the end of their name: two of them have the same networks only if their numbers are as far
    apart as that half has places (`places`), or a multiple of that.

    Attributes:
        cidr: All addresses that environments may have.
        prefix: Length of the prefix of one network.
        environments: The declared ones. Append new ones; keep the names of those that are gone.
        networks: How many networks each environment has.

    Raises:
        Refusal: The pool is too small for them, or names one twice.
    """

    cidr: str
    prefix: int
    environments: tuple[str, ...]
    networks: int = 1

    def __post_init__(self) -> None:
        try:
            value_of(Cidr).normalise(self.cidr)
        except ValueError as error:
            raise self._refusal(problem("cidr", self.cidr, error).shown) from None
        pool = self._pool
        if not pool.prefixlen <= self.prefix <= pool.max_prefixlen:
            sizes = f"Give a number from {pool.prefixlen} to {pool.max_prefixlen}"
            raise self._refusal(f"prefix {self.prefix}: the pool {pool} has no network of that size. {sizes}")
        if self.networks < 1:
            raise self._refusal(f"networks {self.networks}: an environment has at least one network. Give 1 or more")
        twice = sorted({name for name in self.environments if self.environments.count(name) > 1})
        if twice:
            raise self._refusal(f"environments: {', '.join(twice)} is listed twice. List it once")
        if len(self.environments) > self.places:
            raise self._refusal(
                f"environments: {len(self.environments)} are listed, and the lower half of {pool} has room for "
                f"{self.places} with {self.networks} networks /{self.prefix} each. Give a larger cidr or prefix"
            )

    def _refusal(self, why: str) -> Refusal:
        return refusal(written_at(type(self)), why)

    @property
    def places(self) -> int:
        """How many environments each half of the pool has room for."""
        return self._count // 2 // self.networks

    def network(self, environment: str, number: int = 0) -> IPv4Network | IPv6Network:
        """Return a network of an environment.

        Args:
            environment: A declared one, or a sandbox, whose name ends with a number.
            number: Which of its networks, from 0.

        Raises:
            Unfit: There is no such environment, or it has no such network.
        """
        if not 0 <= number < self.networks:
            raise Unfit(f"number {number}: each environment has {self.networks} networks of the pool. Count from 0")
        found = _NUMBER.search(environment)
        if environment in self.environments:
            first = self.environments.index(environment) * self.networks
        elif found and self.places:
            first = self._count // 2 + int(found[1]) % self.places * self.networks
        else:
            raise Unfit(
                f"'{environment}' is none of the environments {', '.join(self.environments) or '(none)'} of the pool, "
                "and no number is at its end as a sandbox has one. List it, or name it so"
            )
        start = self._pool.network_address + (first + number) * 2 ** (self._pool.max_prefixlen - self.prefix)
        return ip_network((start, self.prefix))

    @property
    def _pool(self) -> IPv4Network | IPv6Network:
        return ip_network(self.cidr)

    @property
    def _count(self) -> int:
        return int(2 ** (self.prefix - self._pool.prefixlen))
