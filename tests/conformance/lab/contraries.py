"""The contrary of each assumption, by its id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.conformance.lab.bending import (
    Contrary,
    answers,
    around,
    does_nothing,
    every,
    forget,
    gives,
    is_now,
    item,
    of_all_columns,
    of_column,
    of_release,
    of_table,
    stays,
    stays_without_parent,
    with_column,
    with_unknown_column,
    without_column,
)
from verge_pulumi.catalogue import TABLES
from verge_pulumi.catalogue.model import Effect, Type, Write
from verge_pulumi.catalogue.notation import boolean
from verge_pulumi.conformance.lab.subjects import UNKNOWN
from verge_pulumi.simulator import access, filters, values
from verge_pulumi.simulator import api as api_module
from verge_pulumi.simulator import backend as backend_module
from verge_pulumi.simulator.access import Access
from verge_pulumi.simulator.backend import Backend
from verge_pulumi.simulator.behaviour.access import users
from verge_pulumi.simulator.behaviour.access.api_keys import ApiKeys
from verge_pulumi.simulator.behaviour.access.auth_sources import AuthSources
from verge_pulumi.simulator.behaviour.access.members import Members
from verge_pulumi.simulator.behaviour.access.oidc_applications import OidcApplications
from verge_pulumi.simulator.behaviour.access.permissions import Permissions
from verge_pulumi.simulator.behaviour.access.users import Groups, Holder, Users
from verge_pulumi.simulator.behaviour.appearance.themes import Themes
from verge_pulumi.simulator.behaviour.base import Behaviour
from verge_pulumi.simulator.behaviour.compute import drives, nics, passthrough, snapshots, virtual_machines
from verge_pulumi.simulator.behaviour.compute.cloudinit_files import CloudInitFiles
from verge_pulumi.simulator.behaviour.compute.devices import Device
from verge_pulumi.simulator.behaviour.compute.drives import Drives
from verge_pulumi.simulator.behaviour.compute.nics import Nics
from verge_pulumi.simulator.behaviour.compute.resource_groups import ResourceGroups
from verge_pulumi.simulator.behaviour.compute.snapshots import Snapshots
from verge_pulumi.simulator.behaviour.compute.virtual_machines import VirtualMachines
from verge_pulumi.simulator.behaviour.dns.dns import DnsZones, Ordered
from verge_pulumi.simulator.behaviour.firewall import rules
from verge_pulumi.simulator.behaviour.firewall.rules import RuleAliases, Rules
from verge_pulumi.simulator.behaviour.machines import MachineOwner
from verge_pulumi.simulator.behaviour.network import networks
from verge_pulumi.simulator.behaviour.network.addresses import Addresses
from verge_pulumi.simulator.behaviour.network.network_blocks import NetworkBlocks
from verge_pulumi.simulator.behaviour.network.networks import Networks
from verge_pulumi.simulator.behaviour.power import Power
from verge_pulumi.simulator.behaviour.protection.profiles import SnapshotProfiles
from verge_pulumi.simulator.behaviour.protection.system_snapshots import SystemSnapshots
from verge_pulumi.simulator.behaviour.recipes import catalogs
from verge_pulumi.simulator.behaviour.recipes.catalogs import HexKeyed
from verge_pulumi.simulator.behaviour.routing.routing import BgpRouters, NetworkParts
from verge_pulumi.simulator.behaviour.storage.files import Files
from verge_pulumi.simulator.behaviour.system.certificates import Certificates, RootCertificates
from verge_pulumi.simulator.behaviour.system.webhooks import WebhookUrls
from verge_pulumi.simulator.behaviour.tags import tag_members
from verge_pulumi.simulator.behaviour.tags.tag_members import TagMembers
from verge_pulumi.simulator.behaviour.vpn.vpn import IpsecSettings, WireGuardPeers, WireGuards
from verge_pulumi.simulator.errors import ApiError, refused
from verge_pulumi.simulator.filters import Group, Node
from verge_pulumi.simulator.query import Query

Wrapped = Callable[..., Any]


def before(change: Callable[..., Any]) -> Callable[[Wrapped], Wrapped]:
    """Do something first, with the arguments of the method."""

    def wrap(original: Wrapped) -> Wrapped:
        def method(*arguments: Any, **named: Any) -> Any:
            change(*arguments, **named)
            return original(*arguments, **named)

        return method

    return wrap


def after(change: Callable[..., Any]) -> Callable[[Wrapped], Wrapped]:
    """Do something to the result, with the arguments of the method; what that returns is the result."""

    def wrap(original: Wrapped) -> Wrapped:
        def method(*arguments: Any, **named: Any) -> Any:
            return change(original(*arguments, **named), *arguments)

        return method

    return wrap


def refuses(when: Callable[..., bool]) -> Callable[[Wrapped], Wrapped]:
    """Refuse what is accepted."""

    def change(*arguments: Any, **named: Any) -> None:
        if when(*arguments, **named):
            raise refused("It is the other way round")

    return before(change)


def creates(table: str, **columns: Any) -> Contrary:
    """Store something else than what is sent for a new row."""

    def wrap(original: Wrapped) -> Wrapped:
        def create(self: Backend, name: str, body: Mapping[str, Any], creator: str) -> Any:
            sent = {**body, **{c: v(body[c]) for c, v in columns.items() if c in body}} if name == table else body
            return original(self, name, sent, creator)

        return create

    return around(Backend, "create", wrap)


def receipts(change: Callable[[dict[str, Any], str], dict[str, Any]]) -> Contrary:
    """Answer another receipt."""
    return around(Backend, "create", after(lambda receipt, self, table, *_: change(receipt, table)))


def reads(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Contrary:
    """Answer a row with other values."""
    return around(Backend, "read", after(lambda row, *_: row | change(row)))


def selects(when: Callable[[Query], bool], instead: Callable[[Query], Query]) -> Contrary:
    """Answer another query than the one that was asked."""

    def wrap(original: Wrapped) -> Wrapped:
        def select(self: Backend, table: str, query: Query) -> Any:
            return original(self, table, instead(query) if when(query) else query)

        return select

    return around(Backend, "select", wrap)


def with_precedence(node: Node | None) -> Node | None:
    """Let ``and`` bind closer than ``or``."""
    if not isinstance(node, Group):
        return node
    groups: list[list[tuple[str, Node]]] = [[]]
    for connector, term in node.terms:
        if connector == "or":
            groups.append([])
        groups[-1].append(("and", with_precedence(term) or term))
    return Group(tuple(("or" if n else "and", Group(tuple(group), 1)) for n, group in enumerate(groups)), 2)


def strict_boolean(column: Any, value: Any) -> bool:
    """Take no text for a boolean."""
    if not isinstance(value, bool):
        raise refused(f"Validation error on field: '{column.name}'")
    return value


def without_response(result: Any, *_: Any) -> None:
    """Add nothing to a receipt."""


def leaves(name: str, value: Any) -> Callable[..., None]:
    """Return what changes a column of a row that a behaviour is given."""

    def change(self: Behaviour, row: dict[str, Any], *_: Any) -> None:
        self.backend.store.change(self.table, row["$key"], {name: value})

    return change


def stays_need_restart(result: Any, self: Power, status: dict[str, Any]) -> None:
    """Let something wait after a machine went on or off."""
    for table in ("vms", "vnets"):
        for row in list(self._store.children(table, "machine", ("machines", status["machine"]))):
            self._store.change(table, row["$key"], {"need_restart": True})


def forgets_settings(result: Any, self: ResourceGroups, row: dict[str, Any], changes: dict[str, Any]) -> None:
    """Forget the settings that were not sent."""
    table, _, key = (row["settings"] or "").partition("/")
    if key and "guest_resets_all" in (changes.get("settings_args") or {}):
        self.backend.store.change(table, int(key), {"guest_reset": None})


def forgets_definitions(self: Themes, row: dict[str, Any], given: object) -> None:
    """Forget all definitions before new ones are stored."""
    for child in self.backend.store.children("theme_definitions", "theme", (self.table, row["$key"])):
        self.backend.remove("theme_definitions", child["$key"])


def withdraws_without_rights(result: bool, self: Backend, table: str, key: str, body: Mapping[str, Any]) -> bool:
    """Delete a permission that has no right any more."""
    row = self.store.get(table, int(key)) if table == "permissions" else None
    if row is not None and not any(row[right] for right in users._RIGHTS):
        self.remove(table, int(key))
    return result


def copies_tags(response: dict[str, str], self: VirtualMachines, row: dict[str, Any], *_: Any) -> dict[str, str]:
    """Give a copy the tags of its original."""
    for each in list(self.backend.store.children("tag_members", "member", (self.table, row["$key"]))):
        self.backend.add("tag_members", {"tag": each["tag"], "member": f"vms/{response['vmkey']}"})
    return response


def issues_again(result: None, self: Certificates, row: dict[str, Any], changes: dict[str, Any]) -> None:
    """Issue a certificate again when its names change."""
    if "domainlist" in changes:
        self._issue(row)


def deletes_twice(original: Wrapped) -> Wrapped:
    """Say nothing of a row that is gone already."""

    def delete(self: Backend, table: str, key: str) -> None:
        if self.store.get(table, int(key)) is not None:
            original(self, table, key)

    return delete


def says_of_itself(**said: str) -> Contrary:
    """Answer another `/version.json`."""
    return answers("GET", "version.json", body={"name": "v4", "version": "26.1.8", "hash": "5f1a", **said})


def one_at_a_time(owner: type[Behaviour], table: str) -> Contrary:
    """Refuse a row while another one is being created; which those are their names tell."""

    def another(self: Behaviour, row: Mapping[str, Any]) -> bool:
        beside = "-side-" in str(row["name"])
        return beside and any("-side-" in str(other["name"]) for other in self.backend.store.rows(table))

    return around(owner, "before_create", refuses(another))


REQUESTS: Mapping[str, Contrary] = {
    "system": without_column("system", "id"),
    "version": says_of_itself(name="portainer"),
    "side-by-side": one_at_a_time(Rules, "vnet_rules"),
    "no-such-row": is_now(backend_module, "not_found", lambda path: ApiError(400, "Bad request")),
    "receipt-is-no-row": receipts(lambda receipt, table: receipt | {"name": "lab"}),
    "receipt-of-a-vm": around(VirtualMachines, "after_create", after(without_response)),
    "unknown-column-of-a-create": with_unknown_column("vnet_rule_aliases"),
    "missing-column": of_column("vms", "name", required=False),
    "word-not-in-list": of_column("vms", "os_family", choices=()),
    "number-out-of-range": of_column("vms", "cpu_cores", minimum=None),
    "text-too-long": of_column("vms", "name", max_length=None),
    "read-only-column": of_column("vms", "created_from", write=Write.ALWAYS),
    "empty-put": around(Backend, "update", refuses(lambda self, table, key, body: not body)),
    "zero-is-a-row": does_nothing(Backend, "_check_reference"),
    "null-is-none": of_column("machine_nics", "vnet", default=1),
    "dangling-reference": does_nothing(Backend, "_check_reference"),
    "values-as-text": item(values._CONVERSIONS, Type.BOOL, strict_boolean),
    "text-is-kept": item(values._CONVERSIONS, Type.TEXT, lambda column, value: " ".join(str(value).split())),
    "unknown-action": of_table("vms", actions=(*TABLES["vms"].actions, "snapshot")),
    "answer-of-an-action": gives(action_answer="receipt"),
    "action-on-no-row": does_nothing(Backend, "_check_reference"),
    "action-in-the-wrong-form": is_now(Drives, "act_in_query", Behaviour.act_in_query),
    "delete-of-no-row": around(Backend, "delete", deletes_twice),
    "keys": reads(lambda row: {"$key": str(row.get("$key"))}),
}

ROWS: Mapping[str, Contrary] = {
    "receipt": receipts(lambda receipt, table: receipt | {"$key": 7} if table == "webhook_urls" else receipt),
    "columns": without_column("vms", "note"),
    "types": of_column("vms", "boot_delay", type=Type.TEXT, default="5", minimum=None, maximum=None),
    "defaults": of_column("vms", "boot_delay", default=6),
    "stored": creates("vnet_hosts", ip=lambda sent: "192.0.2.99"),
    "changed": answers("PUT", "webhook_urls", body={"name": "lab"}),
    "unknown-column": with_unknown_column("themes"),
    "readable-soon": around(Backend, "read", refuses(lambda self, table, *rest: table == "webhook_urls")),
    "listed-at-once": selects(
        lambda query: "listed" in (query.filter or ""), lambda query: replace(query, filter="$key eq 0")
    ),
}

UNIQUE: Mapping[str, Contrary] = {
    "duplicates": of_table("vnet_hosts", unique=()),
    "twins": of_table("files", unique=(("name",),)),
}

QUERIES: Mapping[str, Contrary] = {
    "unknown-fields": with_unknown_column("vms"),
    "count": selects(lambda query: query.fields == ",", lambda query: replace(query, fields="$key")),
    "default-fields": of_table("machine_nics", short=("name", "machine")),
    "all-fields": of_table("vms", all_lacks_key=True),
    "most-fields": of_table("machine_devices", views={"most": ("name", "settings_args")}),
    "power-state": with_column("vms", boolean("running", default=False)),
    "null-references": reads(lambda row: {"owner_name": None} if "gateway" in row else {}),
    "selections": of_table("machine_drives", parent=None),
    "functions": reads(lambda row: {"big": "small"} if "big" in row else {}),
    "display": reads(lambda row: {"shown": "something else"} if "shown" in row else {}),
    "secrets": of_column("users", "password", secret=False),
    "named-only": of_column("certificates", "public", hidden=False),
    "order": does_nothing(backend_module, "sort_rows"),
    "no-limit": is_now(Query, "window", lambda self, rows: rows[self.offset : self.offset + self.limit]),
    "order-of-keys": does_nothing(backend_module, "sort_rows"),
}

FILTERS: Mapping[str, Contrary] = {
    "operators": item(filters._TEXT, "ct", filters._TEXT["cs"]),
    "expressions": item(filters._TEXT, "rx", filters._TEXT["cs"]),
    "newer-operators": item(filters._SINCE, "et", "99.0"),
    "operators-to-come": every(of_release("4.12.6"), item(filters._SINCE, "et", "4.0")),
    "refused-operators": item(filters._ORDER, "like", lambda found, wanted: found == wanted),
    "no-precedence": is_now(filters, "parse", lambda text, parse=filters.parse: with_precedence(parse(text))),
    "unknown-column-in-a-filter": with_unknown_column("vms"),
    "references-in-a-filter": gives(filter_on_path="compared"),
    "aliases-in-a-filter": gives(filter_on_alias="nothing"),
    "quoting": every(is_now(filters, "unquote", lambda literal: literal[1:-1]), lambda bent: forget()),
    "references-by-key": is_now(filters, "_as_type", lambda kind, value: str(value)),
    "many-terms": around(Backend, "select", refuses(lambda self, table, query: len(query.filter or "") > 2000)),
}

MACHINES: Mapping[str, Contrary] = {
    "created-off": of_column("machine_status", "status", default="error"),
    "generated": is_now(drives, "draw_serial", lambda: ""),
    "mac-address": of_column("machine_nics", "macaddress", lower=False),
    "names-of-parts": of_table("machine_drives", unique=(("name",),)),
    "disk-without-a-size": is_now(Drives, "before_create", Device.before_create),
    "disks-grow": does_nothing(Drives, "before_update"),
    "medium-is-fixed": of_column("machine_drives", "media", write=Write.ALWAYS),
    "tier-is-text": of_column("machine_drives", "preferred_tier", type=Type.INT, default=4, choices=()),
    "settings-of-a-tpm": is_now(passthrough, "_TPM", {}),
    "empty-is-not-none": gives(empty_word="default"),
    "hot-plug-while-off": is_now(Power, "is_running", lambda self, machine: True),
    "hot-plug-of-nothing": does_nothing(VirtualMachines, "_hotplug"),
    "off-when-off": around(Power, "stop", refuses(lambda self, owner: True)),
    "contents": of_column("cloudinit_files", "contents", secret=False),
    "files-of-a-datasource": does_nothing(VirtualMachines, "_provide_files"),
    "snapshots-are-listed": every(stays("building"), gives(new_snapshots="hidden")),
    "snapshots-expire": is_now(snapshots, "DEFAULT_RETENTION", 3600),
    "hidden-vm": does_nothing(Snapshots, "finish"),
    "snapshot-goes-with-its-copy": does_nothing(Snapshots, "after_delete"),
    "clones": is_now(virtual_machines, "_HOTPLUG", {}),
    "parts-go-with-it": stays_without_parent("machine_drives", "machine"),
    "files-go-with-it": every(
        is_now(CloudInitFiles, "owners", frozenset()), of_column("cloudinit_files", "owner", required=False)
    ),
    "vm-goes-with-its-user": is_now(VirtualMachines, "owners", frozenset()),
    "quotes-in-names": does_nothing(virtual_machines, "_check_name"),
    "default-names": around(
        Device, "before_create", after(lambda result, self, row: row.update(name=row["name"].replace("_", "-")))
    ),
    "any-ram": around(Backend, "update", refuses(lambda self, table, key, body: body.get("ram", 0) % 256)),
    "asset-tags": of_column("machine_drives", "asset", max_length=32),
}

PLACEMENT: Mapping[str, Contrary] = {
    "held": every(without_column("vms", "ha_group"), without_column("machines", "ha_group")),
    "held-of-networks": every(without_column("vnets", "ha_group"), without_column("machines", "ha_group")),
    "written": around(Backend, "update", lambda original: lambda self, *_: False),
}

RUNNING: Mapping[str, Contrary] = {
    "starts": stays("starting"),
    "starts-once": is_now(Power, "is_off", lambda self, machine: True),
    "cannot-be-deleted": does_nothing(VirtualMachines, "before_delete"),
    "changes-wait": of_column("vms", "ram", effect=Effect.NOW),
    "parts-in-use": does_nothing(Device, "before_delete"),
    "drives-are-hot-plugged": does_nothing(Device, "hotplug"),
    "refused-hot-plugs": is_now(Drives, "hotplug", Device.hotplug),
    "nics-are-hot-plugged": does_nothing(Device, "hotplug"),
    "nics-take-turns": is_now(nics, "_SPACING", 0.0),
    "nics-move": does_nothing(Nics, "after_update"),
    "reset-loads-changes": does_nothing(Power, "reset"),
    "kill-stops": around(Power, "_down", after(stays_need_restart)),
    "quiet-changes": of_column("vms", "boot_order", effect=Effect.RESTART),
    "asks-the-guest": around(Power, "stop", refuses(lambda self, owner: True)),
}

_without_prefix = networks._without_prefix


NETWORKS: Mapping[str, Contrary] = {
    "prefix-of-the-router": is_now(networks, "_without_prefix", lambda columns, *, named: {}),
    "prefix-beside-a-network": is_now(
        networks, "_without_prefix", lambda columns, *, named: _without_prefix(columns, named=False)
    ),
    "chosen-by-vergeos": of_column("vnets", "ipaddress_type", default="none"),
    "dhcp-range": does_nothing(Networks, "_check"),
    "vlan-4095": does_nothing(Networks, "_check"),
    "apply-while-off": does_nothing(Networks, "_require_running"),
    "default-route": is_now(Networks, "after_create", MachineOwner.after_create),
    "not-while-referred-to": does_nothing(Networks, "before_delete"),
    "not-with-nics": does_nothing(Networks, "before_delete"),
    "overlapping-blocks": does_nothing(NetworkBlocks, "check"),
    "reservations-show": does_nothing(Addresses, "_show"),
    "start-loads-everything": around(Power, "_up", after(stays_need_restart)),
    "rules-are-staged": does_nothing(Backend, "_stage_parent"),
    "addresses-are-staged": of_all_columns("vnet_cidrs", effect=Effect.NOW),
    "aliases-are-staged": does_nothing(RuleAliases, "after_update"),
    "dns-is-staged": does_nothing(Networks, "_apply_dns"),
    "changes-wait": of_column("vnets", "mtu", effect=Effect.NOW),
    "routing-waits": does_nothing(Backend, "_stage_parent"),
    "not-while-running": does_nothing(Networks, "before_delete"),
    "parts-go-with-it": stays_without_parent("vnet_hosts", "vnet"),
    "quiet-changes": of_column("vnets", "autostart", effect=Effect.RESTART),
    "stops": stays("stopping"),
    "name-servers": item(values._CONVERSIONS, Type.TEXT, lambda column, value: ",".join(sorted(str(value).split(",")))),
}


def grants_the_first_only(original: Wrapped) -> Wrapped:
    """Give no permissions to new users."""
    return lambda self, row: original(self, row) if row["$key"] == users.FIRST_USER else None


def merges_settings(self: AuthSources, row: dict[str, Any], changes: dict[str, Any]) -> None:
    """Keep the settings that are left out."""
    changes["settings"] = {**row["settings"], **(changes.get("settings") or {})}


ACCESS: Mapping[str, Contrary] = {
    "small-letters": of_column("users", "name", lower=False),
    "slash-in-a-name": does_nothing(users, "_check_name"),
    "first-permissions": around(Users, "after_create", grants_the_first_only),
    "members-as-written": creates("members", member=lambda sent: str(sent).removeprefix("/v4/")),
    "spellings-of-a-member": does_nothing(Members, "before_create"),
    "read-lists": does_nothing(Permissions, "before_create"),
    "rights-left-out": of_column("permissions", "read", default=True),
    "permission-goes-with-its-row": does_nothing(Permissions, "withdraw"),
    "permissions-go-with-their-group": does_nothing(Holder, "after_delete"),
    "barren-groups": is_now(Groups, "is_barren", lambda self, key: False),
    "secret-once": does_nothing(ApiKeys, "after_create"),
    "never-expires": does_nothing(ApiKeys, "before_update"),
    "lists-of-addresses": does_nothing(ApiKeys, "_check"),
    "keys-go-with-their-user": stays_without_parent("user_api_keys", "user"),
    "settings-are-replaced": around(AuthSources, "before_update", before(merges_settings)),
    "source-in-use": does_nothing(AuthSources, "before_delete"),
    "null-has-to-be-named": every(
        *(of_column("oidc_applications", name, required=False) for name in ("force_auth_source", "map_user"))
    ),
    "drawn-credentials": does_nothing(OidcApplications, "before_create"),
    "permission-without-rights": around(Backend, "update", after(withdraws_without_rights)),
    "application-of-a-deleted-user": of_column("oidc_applications", "map_user", nullable=False),
}

FIREWALL: Mapping[str, Contrary] = {
    "places-of-rules": is_now(Rules, "_find_place", lambda self, row: 1),
    "pinned-rules": is_now(rules, "_PINS", ("no", "top", "bottom")),
    "aliases-by-key": does_nothing(rules, "_check_aliases"),
    "alias-in-use": around(RuleAliases, "before_delete", refuses(lambda self, row: True)),
    "texts-of-rules": creates("vnet_rules", destination_ports=lambda sent: str(sent).replace("-", ":")),
}

DNS: Mapping[str, Contrary] = {
    "records-go-with-the-zone": stays_without_parent("vnet_dns_zone_records", "zone"),
    "serial-numbers": does_nothing(DnsZones, "count"),
    "places-of-records": does_nothing(Ordered, "before_create"),
}

VPN: Mapping[str, Contrary] = {
    "ipsec-of-a-network": does_nothing(IpsecSettings, "after_create"),
    "ipsec-stays": stays_without_parent("vnet_ipsec_phase2s", "phase1"),
    "keys-of-wireguard": does_nothing(WireGuards, "before_create"),
    "rules-of-a-peer": does_nothing(WireGuardPeers, "after_create"),
    "preshared-key": of_column("vnet_wireguard_peers", "preshared_key", hidden=False),
    "wireguard-goes-disabled": does_nothing(WireGuards, "before_delete"),
}

ROUTING: Mapping[str, Contrary] = {
    "commands-of-a-router": does_nothing(BgpRouters, "after_create"),
    "one-of-each": does_nothing(NetworkParts, "after_create"),
}


def shows_everything(rows: list[dict[str, Any]], self: Backend, *_: Any) -> list[dict[str, Any]]:
    """Show a column of what may be listed, and not read."""
    return [row | {"ram": 1024} for row in rows] if self.rights else rows


LOGINS: Mapping[str, Contrary] = {
    "wrong-password": is_now(access, "login_required", lambda: ApiError(403, "Permission denied")),
    "passwords-and-tokens": around(Users, "after_create", grants_the_first_only),
    "api-keys": is_now(ApiKeys, "user_of", lambda self, key: users.FIRST_USER),
    "disabled-users": is_now(Access, "_enabled", lambda self, user: user),
    "denied": is_now(backend_module, "denied", lambda: ApiError(404, "There is no such row")),
    "listed-not-read": around(Backend, "select", after(shows_everything)),
}

TAGS: Mapping[str, Contrary] = {
    "tagged-twice": every(does_nothing(TagMembers, "before_create"), of_table("tag_members", unique=())),
    "not-taggable": does_nothing(TagMembers, "before_create"),
    "single-selection": does_nothing(TagMembers, "before_create"),
    "case-of-tags": of_column("tags", "name", lower=True),
    "tags-go-with-their-category": stays_without_parent("tags", "category"),
    "assignment-goes-with-its-object": every(
        is_now(TagMembers, "owners", frozenset()), of_column("tag_members", "member", required=False)
    ),
    "copies-have-none": around(VirtualMachines, "_clone", after(copies_tags)),
}

PROTECTION: Mapping[str, Contrary] = {
    "delete-of-a-profile": does_nothing(SnapshotProfiles, "before_delete"),
    "profile-in-use": is_now(SnapshotProfiles, "_is_used", lambda self, profile: False),
    "status-of-a-system-snapshot": stays("building"),
    "never-is-zero": does_nothing(SystemSnapshots, "before_update"),
}

STORAGE: Mapping[str, Contrary] = {
    "uploads": does_nothing(Files, "_measure"),
    "too-much": around(
        Files, "upload", lambda original: lambda self, row, *rest: original(self, row | {"allocated_bytes": 99}, *rest)
    ),
    "type-of-a-file": does_nothing(Files, "before_update"),
    "file-in-use": does_nothing(Files, "before_delete"),
}

RECIPES: Mapping[str, Contrary] = {
    "catalogs-in-another-repository": around(
        HexKeyed, "before_create", refuses(lambda self, row: row["repository"] != catalogs.LOCAL_REPOSITORY)
    ),
    "short-passwords": is_now(catalogs, "SHORTEST_PASSWORD", 0),
}

SYSTEM: Mapping[str, Contrary] = {
    "addresses-of-webhooks": does_nothing(WebhookUrls, "before_update"),
    "self-signed": does_nothing(Certificates, "after_create"),
    "renewed": does_nothing(Certificates, "after_update"),
    "terms-of-acme": does_nothing(Certificates, "before_create"),
    "fingerprints": around(
        RootCertificates,
        "before_create",
        after(lambda result, self, row: row.update(fingerprint=row["fingerprint"].lower())),
    ),
    "headers-of-webhooks": item(values._CONVERSIONS, Type.TEXT, lambda column, value: str(value).strip()),
    "names-of-a-certificate": around(Certificates, "after_update", after(issues_again)),
}

POOLS: Mapping[str, Contrary] = {
    "uuid-is-the-key": is_now(ResourceGroups, "after_create", Behaviour.after_create),
    "pool-in-use": does_nothing(ResourceGroups, "before_delete"),
    "settings-that-are-left-out": around(ResourceGroups, "after_update", after(forgets_settings)),
}

APPEARANCE: Mapping[str, Contrary] = {
    "definitions-that-are-left-out": around(Themes, "_define", before(forgets_definitions)),
}


ENDINGS: Mapping[str, Contrary] = {
    "deleted": answers("DELETE", "webhook_urls", body={"deleted": 1}),
}


def keeps_webhooks(original: Wrapped) -> Wrapped:
    """Accept the deletion of a webhook, and do nothing."""
    return lambda self, table, key: None if table == "webhook_urls" else original(self, table, key)


def unquoted_without_cutting(literal: str) -> str:
    """Leave braces in a text."""
    return literal[1:-1].replace("\\'", "'").replace("\\{", "{").replace("\\\\", "\\")


def loads_at_once(result: bool, self: Backend, table: str, key: str, body: Mapping[str, Any]) -> bool:
    """Give a VM that runs its new RAM at once."""
    if table == "vms" and "ram" in body:
        machine = (self.store.get(table, int(key)) or {})["machine"]
        self.store.change("machine_status", machine, {"running_ram": int(body["ram"])})
    return result


def forgets_what_ran(result: None, self: Power, status: dict[str, Any]) -> None:
    """Forget what a machine had when it ran."""
    self._store.change("machine_status", status["$key"], {"running_ram": 0})


def allows_overlaps(self: ApiKeys, row: dict[str, Any], changes: dict[str, Any]) -> None:
    """Refuse lists that hold everything only."""
    if "0.0.0.0/0" in changes.values():
        raise refused("It holds everything")


FURTHER: Mapping[str, tuple[Contrary, ...]] = {
    "requests/no-such-row": (is_now(backend_module, "not_found", lambda path: ApiError(404, "")),),
    "logins/wrong-password": (is_now(access, "login_required", lambda: ApiError(401, "")),),
    "logins/denied": (is_now(api_module, "denied", lambda: ApiError(403, "It is the other way round")),),
    "requests/keys": (does_nothing(HexKeyed, "after_create"),),
    "rows/receipt": (
        receipts(lambda receipt, table: receipt | {"location": f"/api/v4/{table}/1"}),
        receipts(lambda receipt, table: receipt | {"dbpath": ""}),
        receipts(lambda receipt, table: {name: value for name, value in receipt.items() if name != "$row"}),
        answers("POST", "webhook_urls", status=200),
        answers("POST", "webhook_urls", body=[]),
    ),
    "rows/changed": (answers("PUT", "webhook_urls", status=202),),
    "rows/unknown-column": (
        around(Backend, "update", refuses(lambda self, table, key, body: UNKNOWN in body)),
        around(Backend, "update", lambda original: lambda self, *_: False),
    ),
    "unique/duplicates": (
        is_now(backend_module, "in_use", lambda *_, status: ApiError(422, "name is already in use")),
        is_now(backend_module, "in_use", lambda *_, status: ApiError(409, "It is the other way round")),
    ),
    "queries/all-fields": (of_column("vms", "console_pass", secret=False), without_column("vms", "description")),
    "queries/named-only": (without_column("certificates", "public"),),
    "queries/functions": (reads(lambda row: {"n": 7} if "n" in row else {}),),
    "queries/null-references": (reads(lambda row: {"gateway": ""} if "gateway" in row else {}),),
    "queries/order": (is_now(Query, "window", lambda self, rows: rows),),
    "filters/refused-operators": (item(filters._ORDER, "sw", lambda found, wanted: True),),
    "filters/quoting": (every(is_now(filters, "unquote", unquoted_without_cutting), lambda bent: forget()),),
    "machines/disks-grow": (around(Backend, "update", refuses(lambda self, table, key, body: "disksize" in body)),),
    "machines/snapshots-expire": (is_now(snapshots, "DEFAULT_RETENTION", 73 * 3600),),
    "machines/off-when-off": (around(Power, "kill", refuses(lambda self, owner: True)),),
    "running/starts": (is_now(Power, "choose_node", lambda *_: None),),
    "running/changes-wait": (around(Backend, "update", after(loads_at_once)),),
    "running/kill-stops": (around(Power, "_down", after(forgets_what_ran)),),
    "running/quiet-changes": (of_column("vms", "description", effect=Effect.RESTART),),
    "networks/changes-wait": (of_column("vnets", "domain", effect=Effect.NOW),),
    "networks/dns-is-staged": (of_all_columns("vnet_hosts", effect=Effect.NOW),),
    "networks/rules-are-staged": (does_nothing(Networks, "_apply_rules"),),
    "requests/version": (says_of_itself(version="2.19.4"), says_of_itself(hash="")),
    "requests/side-by-side": (one_at_a_time(Drives, "machine_drives"),),
    "networks/chosen-by-vergeos": (
        of_column("vnets", "layer2_type", default="none"),
        is_now(networks, "draw_mac_address", lambda kind: ""),
    ),
    "access/settings-are-replaced": (does_nothing(AuthSources, "before_update"),),
    "access/barren-groups": (is_now(users, "_BARREN_SECONDS", 60.0),),
    "access/lists-of-addresses": (around(ApiKeys, "before_update", lambda original: allows_overlaps),),
    "storage/uploads": (of_column("files", "filesize", default=1),),
    "tags/tagged-twice": (is_now(tag_members, "ApiError", lambda status, text: ApiError(422, text)),),
    "protection/delete-of-a-profile": (is_now(SnapshotProfiles, "act", lambda *_: None),),
    "endings/deleted": (
        answers("DELETE", "webhook_urls", status=202),
        around(Backend, "delete", keeps_webhooks),
    ),
}
"""Further contraries, of what an assumption says in addition."""

CONTRARIES: Mapping[str, Contrary] = {
    f"{area}/{name}": contrary
    for area, contraries in {
        "requests": REQUESTS,
        "rows": ROWS,
        "unique": UNIQUE,
        "queries": QUERIES,
        "filters": FILTERS,
        "machines": MACHINES,
        "placement": PLACEMENT,
        "running": RUNNING,
        "networks": NETWORKS,
        "access": ACCESS,
        "firewall": FIREWALL,
        "dns": DNS,
        "vpn": VPN,
        "routing": ROUTING,
        "logins": LOGINS,
        "tags": TAGS,
        "protection": PROTECTION,
        "storage": STORAGE,
        "recipes": RECIPES,
        "system": SYSTEM,
        "pools": POOLS,
        "appearance": APPEARANCE,
        "endings": ENDINGS,
    }.items()
    for name, contrary in contraries.items()
}
"""What makes each assumption wrong."""
