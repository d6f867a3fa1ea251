"""Import blocks, by which the vendor's Terraform provider takes over what is given back.

Its types and what it imports them by are those of its examples (terraform-provider-vergeio 3:
`examples/resources/*/import.sh`): nearly always the key that a row has here, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from verge_pulumi.engine.errors import EngineError
from verge_pulumi.review.escaping import text
from verge_pulumi.review.stacks import Entry

TYPES: Mapping[str, tuple[str, str]] = {
    "auth_sources": ("vergeio_auth_source", "{$key}"),
    "certificates": ("vergeio_certificate", "{$key}"),
    "groups": ("vergeio_group", "{$key}"),
    "machine_drives": ("vergeio_vm_drive", "{vm}/{name}"),
    "machine_nics": ("vergeio_vm_nic", "{vm}/{name}"),
    "members": ("vergeio_member", "{$key}"),
    "permissions": ("vergeio_permission", "{$key}"),
    "settings": ("vergeio_setting", "{name}"),
    "snapshot_profiles": ("vergeio_snapshot_profile", "{$key}"),
    "tag_categories": ("vergeio_tag_category", "{$key}"),
    "tag_members": ("vergeio_tag_member", "{$key}"),
    "tags": ("vergeio_tag", "{$key}"),
    "user_api_keys": ("vergeio_api_key", "{$key}"),
    "users": ("vergeio_user", "{$key}"),
    "vms": ("vergeio_vm", "{$key}"),
    "vnet_dns_views": ("vergeio_network_dns_view", "{$key}"),
    "vnet_dns_zone_records": ("vergeio_network_dns_record", "{$key}"),
    "vnet_dns_zones": ("vergeio_network_dns_zone", "{$key}"),
    "vnet_ipsec_phase1s": ("vergeio_network_ipsec_connection", "{$key}"),
    "vnet_rule_aliases": ("vergeio_network_rule_alias", "{$key}"),
    "vnet_rules": ("vergeio_network_rule", "{$key}"),
    "vnet_wireguard_peers": ("vergeio_network_wireguard_peer", "{$key}"),
    "vnet_wireguards": ("vergeio_network_wireguard", "{$key}"),
    "vnets": ("vergeio_network", "{$key}"),
    "webhook_urls": ("vergeio_webhook_url", "{$key}"),
}
"""Its type for each table, and how a row is named in an import."""


def import_blocks(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield an import block for each row, and a comment for each that the provider has no type for."""
    taken: set[tuple[str, str]] = set()
    for entry in entries:
        known = TYPES.get(_table(entry))
        if known is None:
            yield f"# {entry.title}: vergeio has no type for it"
            continue
        kind, form = known
        rows = [key for _, key in entry.rows]
        for number, key in enumerate(rows, 1):
            label = _label(entry.name if len(rows) == 1 else f"{entry.name}-{number}", kind, taken)
            yield f'import {{\n  to = {kind}.{label}\n  id = "{_quoted(_named(form, entry, key))}"\n}}'


def _table(entry: Entry) -> str:
    try:
        return entry.declaration.table
    except EngineError:
        return ""


def _named(form: str, entry: Entry, key: str) -> str:
    """Return what an import names a row by."""
    values = {**entry.outputs, "$key": key}
    return re.sub(r"\{(.+?)\}", lambda part: str(values.get(part[1], "")), form)


def _label(name: str, kind: str, taken: set[tuple[str, str]]) -> str:
    """Return a name as Terraform accepts it, each once for a type."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", name)
    first = label = plain if re.match(r"[A-Za-z_]", plain) else f"_{plain}"
    number = 1
    while (kind, label) in taken:
        number += 1
        label = f"{first}_{number}"
    taken.add((kind, label))
    return label


def _quoted(value: str) -> str:
    """Return a text as it stands between quotes."""
    escaped = text(value).replace("\\", "\\\\").replace('"', '\\"')
    return escaped.replace("${", "$${").replace("%{", "%%{")
