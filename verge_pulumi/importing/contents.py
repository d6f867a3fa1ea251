"""What the cloud-init files of VMs hold; it is read on demand, and what may be a secret is never in a file of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

import yaml

from verge_pulumi.client import NotFound, NotPermitted, PermissionDenied
from verge_pulumi.cloudinit.contents import CLOUD_CONFIG, META_DATA, NETWORK_CONFIG, USER_DATA
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.site import LISTS, Site, importable

_WORDS = """
    accept-ra address addresses bonds bridges config create_hostname_file devices dhcp4 dhcp6 disable_root
    dns_nameservers dns_search enabled ethernets filename fqdn gateway gateway4 gateway6 gecos groups growpart homedir
    hostname id ignore_growroot_disabled instance-id interfaces keyboard layout link local-hostname locale lock_passwd
    mac_address macaddress manage_etc_hosts match maxsize metric mode model mtu name nameservers netmask network
    no_create_home ntp optional package_reboot_if_required package_update package_upgrade packages pools
    prefer_fqdn_over_hostname preserve_hostname primary_group renderer resize_rootfs routes search servers set-name
    shell size ssh_authorized_keys ssh_deletekeys ssh_import_id ssh_pwauth subnets sudo swap system timezone to type
    uid users variant version via vlans wakeonlan
"""
HARMLESS = frozenset(_WORDS.split())
"""Keys of cloud-init under which no secret stands. No others are, such as commands and files to write."""

_NAMED = ("ethernets", "bonds", "bridges", "vlans")
"""Keys of mappings in which people choose the keys."""

_SECRET = re.compile(r"://[^/\s]*@|PRIVATE KEY|\$\w+\$|command=|environment=|#|(?m:^%)")
"""Logins in addresses, keys, hashes; what options of SSH keys, comments and directives say, which may be anything."""


def may_hold_secret(name: str, text: str) -> bool:
    """Say whether a file may hold a secret: all do but YAML of which each key is known to be harmless.

    Args:
        name: Its name, such as ``/user-data``.
        text: What it holds.
    """
    if name not in (USER_DATA, META_DATA, NETWORK_CONFIG):
        return True
    if name == USER_DATA and not text.startswith(f"{CLOUD_CONFIG}\n"):
        return True
    if _SECRET.search(text.removeprefix(CLOUD_CONFIG)):
        return True
    try:
        return not _is_known(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return True


def _is_known(text: str) -> bool:
    """Say whether each key at any depth is harmless; what is referred to several times is looked at once.

    It looks at what is written and not at what YAML makes of that: of a key that stands twice only one is left, and a
    tag may drop a value.

    Raises:
        YAMLError: It is no YAML.
        ValueError: It is none that can be judged.
    """
    root = yaml.compose(text, yaml.SafeLoader)
    tags = any(getattr(event, "tag", None) for event in yaml.parse(text, yaml.SafeLoader))
    waiting, seen = [root], set[int]()
    while waiting:
        each = waiting.pop()
        if isinstance(each, yaml.SequenceNode) and id(each) not in seen:
            waiting += each.value
        elif isinstance(each, yaml.MappingNode) and id(each) not in seen:
            values = _values(each)
            if not all(key in HARMLESS or _is_merge(key, inner) for key, inner in values.items()):
                return False
            for key, inner in values.items():
                waiting += _of_names(inner) if key in _NAMED else [inner]
        seen.add(id(each))
    return isinstance(root, yaml.MappingNode) and not tags


def _values(mapping: yaml.MappingNode) -> dict[str, yaml.Node]:
    """Return the values by their keys; there is none to tell which of two counts."""
    values = {key.value: inner for key, inner in mapping.value if isinstance(key, yaml.ScalarNode)}
    if len(values) < len(mapping.value):
        raise ValueError("a key stands twice, or is no text")
    return values


def _of_names(node: yaml.Node) -> list[yaml.Node]:
    """Return what stands under names that people chose; one for a text may as well be no name, but another key."""
    if not isinstance(node, yaml.MappingNode):
        return [node]
    values = [*_values(node).values()]
    if not all(isinstance(each, yaml.MappingNode) for each in values):
        raise ValueError("a name is for something else than a mapping")
    return values


def _is_merge(key: str, value: yaml.Node) -> bool:
    """Say whether it brings the keys of other mappings, which are looked at as those of any."""
    merged = value.value if isinstance(value, yaml.SequenceNode) else [value]
    return key == "<<" and all(isinstance(each, yaml.MappingNode) for each in merged)


class Contents:
    """The contents of files of a site whose kind has some, each read by one request.

    Args:
        site: The rows.
        connection: To where they are.
        tell: Receives a line for each table.
        only: The files that are wanted; None for all.
    """

    def __init__(
        self,
        site: Site,
        connection: Connection,
        tell: Callable[[str], None] = lambda line: None,
        only: Collection[Place] | None = None,
    ) -> None:
        tables = [kind.declaration.table for kind in importable() if kind.importing.content]
        every = [(table, key) for table in tables for key in site.rows(table)]
        places = [place for place in every if only is None or place in only]

        def read(place: Place) -> tuple[str, str]:
            try:
                text = connection.files.content(*place).decode()
            except (PermissionDenied, NotFound, NotPermitted) as error:
                return "", f"its content cannot be read: {error}"
            except UnicodeDecodeError:
                return "", "its content is no text"
            return text, "" if text else "it is empty"

        with ThreadPoolExecutor(LISTS) as pool:
            self._read = dict(zip(places, pool.map(read, places), strict=True))
        for table in tables:
            tell(f"{table}: the contents of {len(site.rows(table)):,} rows")

    def of(self, place: Place) -> tuple[str, str]:
        """Return what a file holds, and why that is not known."""
        return self._read[place]

    def changed_in(self, newer: Contents) -> list[Place]:
        """Return the files of which something newer than this is known, and that hold something else by now."""
        return [place for place, held in newer._read.items() if self._read.get(place) != held]
