"""Records of DNS zones."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Literal

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.lives import Staged
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Key, Text
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.dns.dns_zone import TTL, TTL_WANTED, DnsZone
from verge_pulumi.resources.network._staged import StagingProvider

ADDRESSES = {"A": 4, "AAAA": 6}
NAMES = ("CNAME", "MX", "NS", "PTR", "SRV")

# No source says where the priority of an SRV record goes; `mx_preference` is the one column that could hold it.
MEANT_FOR = {"mx_preference": ("MX", "SRV"), "weight": ("SRV",), "port": ("SRV",), "issue_wildcard": ("CAA",)}


class DnsRecord(Describable, Resource, table="vnet_dns_zone_records", life=Staged("DNS")):
    """A record of a DNS zone: ``DnsRecord("www", zone=zone, host="www", type="A", value="10.0.0.5")``.

    A running network applies the change at once.
    """

    zone: Ref[DnsZone] = ref(replaces=True)
    """The zone it belongs to."""

    host: Attr[Text | None] = arg(default=None)
    """Name within the zone; the zone itself if unset."""

    type: Attr[Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SRV", "TXT", "CAA"]] = arg()
    """Kind of record."""

    value: Attr[str] = arg(min_length=1)
    """What it says: an address for ``A`` and ``AAAA``, a host name for ``CNAME``, ``MX``, ``NS``, ``PTR`` and ``SRV``,
    else text."""

    ttl: Attr[Text | None] = arg(default=None, pattern=TTL, wanted=TTL_WANTED)
    """How long it may be cached, such as ``30m``; the zone's `default_ttl` if unset."""

    mx_preference: Attr[int | None] = arg(default=None, ge=0, le=65535)
    """Rank of an ``MX`` record; the lowest is tried first."""

    weight: Attr[int | None] = arg(default=None, ge=0, le=65535)
    """Share of an ``SRV`` record among those of its rank."""

    port: Attr[int | None] = arg(default=None, ge=0, le=65535)
    """Port of an ``SRV`` record."""

    issue_wildcard: Attr[bool | None] = arg(default=None)
    """Whether a ``CAA`` record is for wildcard certificates."""

    orderid: Attr[int | None] = arg(default=None)
    """Place among the zone's records."""

    network: Attr[Key | None] = computed(follow="zone#view#vnet")
    """Key of the network whose DNS server serves it."""


class DnsRecordProvider(StagingProvider[DnsRecord]):
    """What is special about a record's life."""

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """A record says what its type is for, and nothing that is for others."""
        kind, value = inputs.get("type"), inputs.get("value")
        if not isinstance(kind, str):
            return
        version = _ip_version(value) if isinstance(value, str) else None
        if isinstance(value, str) and kind in ADDRESSES and version != ADDRESSES[kind]:
            yield f"value: type='{kind}' takes an IPv{ADDRESSES[kind]} address"
        if isinstance(value, str) and kind in NAMES and (version or len(value.split()) != 1):
            yield f"value: type='{kind}' takes a host name"
        if kind == "SRV" and inputs.get("port") is None:
            yield "port: type='SRV' needs the one of the service"
        for name, kinds in MEANT_FOR.items():
            # VergeOS answers 0 for all records, so that is not refused.
            if kind not in kinds and isinstance(inputs.get(name), int | float) and inputs[name]:
                yield f"{name}: is for records of type {' and '.join(kinds)}"


def _ip_version(text: str) -> int | None:
    try:
        return ip_address(text).version
    except ValueError:
        return None
