"""Zones: domains that the DNS server of a network serves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.lives import Staged
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Key, SemicolonList, Text
from verge_pulumi.resources.dns.dns_view import DnsView
from verge_pulumi.resources.network._staged import StagingProvider

TTL = "^([0-9]+[smhdwSMHDW]?)*$"
"""A length of time as DNS servers write it, such as ``1h``."""

TTL_WANTED = "Give a number of seconds, or one with a unit (s, m, h, d, w), such as '1h'"


class DnsZone(Resource, table="vnet_dns_zones", unique=("view", "domain"), life=Staged("DNS")):
    """A domain that a network's DNS server serves; `DnsRecord` fills it.

    A running network applies the change at once. These rows carry no mark, so they belong to the stack that manages
    the network.
    """

    view: Ref[DnsView] = ref(replaces=True)
    """The view it belongs to."""

    domain: Attr[str] = arg(min_length=1)
    """The domain; unique in the view."""

    type: Attr[Literal["master", "slave", "redirect", "forward", "static-stub", "stub"] | None] = arg(default=None)
    """Where its records come from: from here for a ``master`` (if unset), from `masters` for a ``slave``, by asking
    `forwarders` for a ``forward``."""

    nameserver: Attr[Text | None] = arg(default=None)
    """Name of the primary name server."""

    email: Attr[Text | None] = arg(default=None)
    """Mail address of who is responsible."""

    default_ttl: Attr[str | None] = arg(default=None, pattern=TTL, wanted=TTL_WANTED)
    """How long answers may be cached if their record does not say; ``1h`` if unset."""

    notify: Attr[Literal["yes", "no", "explicit"] | None] = arg(default=None)
    """Whether other servers are told of changes: those of the zone, or with ``explicit`` those of `also_notify`."""

    allow_notify: Attr[SemicolonList | None] = arg(default=None)
    """Servers that may announce changes, in addition to `masters`; ``none`` if unset."""

    also_notify: Attr[SemicolonList | None] = arg(default=None)
    """Further servers that are told of changes."""

    allow_transfer: Attr[SemicolonList | None] = arg(default=None)
    """Servers that may copy the zone; ``none`` if unset."""

    masters: Attr[SemicolonList | None] = arg(default=None)
    """Servers that a ``slave`` or ``stub`` is copied from."""

    refresh_interval: Attr[str | None] = arg(default=None, pattern=TTL, wanted=TTL_WANTED)
    """How often copies are compared with the original; ``3h`` if unset."""

    retry_interval: Attr[str | None] = arg(default=None, pattern=TTL, wanted=TTL_WANTED)
    """After how long a comparison that failed is repeated; ``30m`` if unset."""

    expiry_period: Attr[str | None] = arg(default=None, pattern=TTL, wanted=TTL_WANTED)
    """After how long a copy that could not be compared is given up; ``3w`` if unset."""

    negative_ttl: Attr[str | None] = arg(default=None, pattern=TTL, wanted=TTL_WANTED)
    """How long it may be cached that a name does not exist; ``10m`` if unset."""

    forwarders: Attr[SemicolonList | None] = arg(default=None)
    """Servers that are asked for a ``forward``."""

    network: Attr[Key | None] = computed(follow="view#vnet")
    """Key of the network whose DNS server serves it."""


class DnsZoneProvider(StagingProvider[DnsZone]):
    """What is special about a zone's life."""

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """A copy is one of something."""
        if inputs.get("type") in ("slave", "stub") and inputs.get("masters") in (None, []):
            yield f"masters: type='{inputs['type']}' needs the servers that it is copied from"
