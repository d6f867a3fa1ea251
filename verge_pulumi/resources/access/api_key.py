"""API keys, by which programs log in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from ipaddress import ip_network
from typing import Any, Literal

import pulumi

from verge_pulumi.client import Row
from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, policy, ref
from verge_pulumi.engine.declaring.lives import ShownOnce
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.engine.declaring.values import Moment, Secret
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.lives import ShownOnceProvider
from verge_pulumi.engine.lifecycle.login import FINGERPRINT, fingerprint, is_login
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.access import _lockout as lockout
from verge_pulumi.resources.access._values import AddressList
from verge_pulumi.resources.access.user import User


class ApiKey(
    Describable,
    Resource,
    table="user_api_keys",
    unique=("user", "name"),
    fixed=("created",),
    life=ShownOnce("private_key"),
    since="26.0",
):
    """A key by which a program logs in as a user. VergeOS 26.0 and later.

    `private_key` is a secret output: VergeOS shows it once, and the state keeps it encrypted. Another `rotation` makes
    another key under the same name; the old one is deleted first, so what uses it has to get the new one.

    A run never deletes or replaces the key that it logs in with, as far as its secret is in this state.
    """

    review = Review(guards=True)

    user: Ref[User] = ref(replaces=True)
    """The user whose permissions it has."""

    name: Attr[str] = arg(min_length=1, max_length=128)
    """Name, unique for the user."""

    ip_allow_list: Attr[AddressList | None] = arg(default=None, since="26.1.4")
    """Addresses and networks from which it is accepted; all if unset. VergeOS enforces it since 26.1.4, which it
    needs; ``[]`` clears it."""

    ip_deny_list: Attr[AddressList | None] = arg(default=None, since="26.1.4")
    """Addresses and networks from which it is not accepted, likewise."""

    expires_type: Attr[Literal["never", "date"] | None] = arg(default=None)
    """Whether it ends at a time; ``date`` if `expires` is set. A new key is ``never`` without, and so is one from which
    the program takes `expires` away."""

    expires: Attr[Moment | None] = arg(default=None)
    """When it ends, such as ``2030-01-31T12:00:00Z``."""

    rotation: Attr[str | None] = policy(default=None, replaces=True)
    """Any text; another one makes another key."""

    private_key: Attr[Secret[str] | None] = computed(write_only=True)
    """The key, for ``Authorization: Bearer …``."""


class ApiKeyProvider(ShownOnceProvider[ApiKey]):
    """What is special about an API key's life."""

    def derived(self, state: Inputs, inputs: Inputs) -> Inputs:
        """Say with a date that it ends, and without the one that the program gave before that it does not.

        Else what is left out is not said of a key that exists: it may be a person who let it end.
        """
        if inputs.get("expires_type") is not None:
            return {}
        if inputs.get("expires") is not None:
            return {"expires_type": "date"}
        # Earlier releases have it in the state of every key without a date.
        endless = state.get("expires") is not None or state.get("expires_type") == "never"
        return {"expires_type": "never"} if endless else {}

    def columns(self, inputs: Inputs, names: Collection[str]) -> dict[str, Any]:
        """Say of a new key that it does not end; left out, VergeOS takes it for one with a date.

        See docs/vergeos/access.md §5.
        """
        return {"expires_type": "never", **super().columns(inputs, names)}

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """A date goes with its type, and no address is both allowed and denied."""
        yield from super().check_together(inputs)
        kind, expires = inputs.get("expires_type"), inputs.get("expires")
        if expires == "never":
            yield "expires: leave it out for a key that never ends"
        elif kind == "date" and expires is None:
            yield "expires: expires_type='date' needs a time"
        elif kind == "never" and expires is not None:
            yield "expires: expires_type='never' has no time"
        yield from _overlaps(inputs)

    def refusals(self, state: Inputs, inputs: Inputs, changed: Collection[str], *, replacing: bool) -> Iterable[str]:
        """The key that this run logs in with stays."""
        if replacing and is_login(self.connection, state.get("private_key")):
            yield f"this would delete the key that this run logs in with. {lockout.WAY_OUT}"

    def outs(self, row: Row, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Return the outputs, and by what the key is recognised without being told."""
        key = kept.get("private_key")
        known = {FINGERPRINT: fingerprint(key)} if isinstance(key, str) else {}
        return super().outs(row, kept) | known

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """See that it is not the key that this run logs in with."""
        if is_login(self.connection, state.get("private_key")):
            raise EngineError(f"this run logs in with it. {lockout.WAY_OUT}; {lockout.FORGET}")


def _overlaps(inputs: Inputs) -> Iterable[str]:
    """Yield what VergeOS refuses of the lists of addresses (docs/vergeos/access.md §5)."""
    lists = ("ip_allow_list", "ip_deny_list")
    networks = {
        name: [ip_network(each) for each in inputs.get(name) or () if isinstance(each, str)]
        for name in lists
        if not pulumi.contains_unknowns(inputs.get(name))
    }
    for name, listed in networks.items():
        if any(network.prefixlen == 0 for network in listed):
            yield f"{name}: VergeOS refuses all addresses at once. Leave it out"
    allowed, denied = (networks.get(name, []) for name in lists)
    for one in allowed:
        for other in denied:
            if one.version == other.version and one.overlaps(other):
                yield f"ip_deny_list: {other} overlaps with {one}, which is allowed"
