"""From a description to the texts that the guest reads; the same description always gives the same bytes.

It takes two steps. The program makes drafts, in which everything is rendered but what must differ from VM to VM: salts,
the instance id, the default host name. The provider finishes them, since it knows the scope that the state keeps: a
resource that is renamed or moved keeps it, and so its guest sees no other instance.
"""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from ipaddress import ip_address
from itertools import count
from typing import Any

import yaml

from verge_pulumi.cloudinit.contents import CLOUD_CONFIG, META_DATA, NETWORK_CONFIG, USER_DATA
from verge_pulumi.cloudinit.sha512_crypt import sha512_crypt

ROUNDS = 100_000
"""Rounds of a password's hash: a tenth of a second for each guess."""

_LONGEST_HASH = f"$6$rounds={ROUNDS}${'.' * 16}${'.' * 86}"

Plain = Mapping[str, Any]
"""A description as plain values, without what was not set."""

_AS_THEY_ARE = (
    "hostname",
    "fqdn",
    "timezone",
    "locale",
    "ssh_authorized_keys",
    "ssh_pwauth",
    "package_update",
    "package_upgrade",
    "packages",
)


EVERYTHING = ""
"""What is wanted of a draft, instead of the name of a file: a digest of all files."""

_DRAFT = "verge-pulumi draft of"
_PASSWORD = re.compile(r"\$verge-pulumi-password\$([A-Za-z0-9_=-]+)\$")


@dataclass(frozen=True)
class Draft:
    """The files of a VM that are finished when the VM's scope is known.

    Attributes:
        name: The name of the VM in the program.
        hostname: The host name that the description gives, or "".
        texts: Files by name, without the metadata, which come of them. Passwords are marked in them, in clear.
    """

    name: str
    hostname: str
    texts: Mapping[str, str]

    @classmethod
    def of(cls, description: Plain, name: str) -> Draft:
        """Return the draft of a `CloudInit`, as plain values, for the VM of that name."""
        texts = {USER_DATA: f"{CLOUD_CONFIG}\n{_yaml(cloud_config(description))}"}
        if "network" in description:
            texts[NETWORK_CONFIG] = _yaml(network_config(description))
        hostname = description.get("hostname") or description.get("fqdn", "").partition(".")[0]
        return cls(name, hostname, texts)

    @classmethod
    def read(cls, contents: object) -> tuple[Draft, str] | None:
        """Return a draft and what is wanted of it, if these contents are what `contents` made of one."""
        if not isinstance(contents, str) or not contents.startswith(f'{{"{_DRAFT}": '):
            return None
        told = json.loads(contents)
        return cls(told["name"], told["hostname"], told["texts"]), told[_DRAFT]

    def contents(self, file: str) -> str:
        """Return what is registered as the contents of a file: the text, or where it depends on the scope the draft."""
        text = self.texts.get(file)
        if text is not None and not _PASSWORD.search(text):
            return text
        return json.dumps({_DRAFT: file, "name": self.name, "hostname": self.hostname, "texts": dict(self.texts)})

    def finished(self, scope: str) -> dict[str, str]:
        """Return the files by name.

        Args:
            scope: What tells the VM from all others. Its third part, after two slashes, is the name of the VM.
        """
        return self._finished(scope, _hash)

    def measured(self) -> dict[str, str]:
        """Return files that are as long as the finished ones, which no time was spent on hashes for."""
        return self._finished(f"//{self.name}", lambda *_: _LONGEST_HASH)

    def digest(self, scope: str) -> str:
        """Return the digest of all files."""
        files = self.finished(scope)
        ordered = {name: files[name] for name in (USER_DATA, META_DATA, NETWORK_CONFIG) if name in files}
        return sha256(json.dumps(ordered).encode()).hexdigest()

    def _finished(self, scope: str, hashed: Callable[[str, str, str], str]) -> dict[str, str]:
        def replaced(found: re.Match[str]) -> str:
            if (account := _account(found)) is None:
                return found[0]
            user, password = account
            return hashed(password, scope, user)

        texts = {file: _PASSWORD.sub(replaced, text) for file, text in self.texts.items()}
        return {**texts, META_DATA: _yaml(self._meta_data(scope.split("/", 2)[2], texts))}

    def _meta_data(self, name: str, texts: Plain) -> dict[str, str]:
        """Return the metadata. Other contents are another instance, and cloud-init applies them at its next boot."""
        label = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "vm"
        # Everybody in the guest may read the id: so few digits confirm no guess at what the files hold.
        digest = sha256("\0".join(texts.values()).encode()).hexdigest()[:8]
        return {"instance-id": f"{label}-{digest}", "local-hostname": self.hostname or label}


def cloud_config(description: Plain) -> dict[str, Any]:
    """Return the cloud-config as data, in which passwords are marked.

    Raises:
        ValueError: `extra` has a key that is set by an argument.
    """
    config = {key: description[key] for key in _AS_THEY_ARE if key in description}
    if "users" in description:
        # A list without "default" would take the image's own user away.
        config["users"] = ["default", *(_user(user) for user in description["users"])]
    if "password" in description:
        config["password"] = _marked(description["password"], "")
        config["chpasswd"] = {"expire": False}
    if "write_files" in description:
        config["write_files"] = [_write_file(file) for file in description["write_files"]]
    if "runcmd" in description:
        config["runcmd"] = description["runcmd"]
    extra = description.get("extra", {})
    if twice := sorted(extra.keys() & config.keys()):
        raise ValueError(f"extra has {', '.join(twice)}, which an argument sets already. Leave it out of extra")
    return {**config, **extra}


def network_config(description: Plain) -> dict[str, Any]:
    """Return the network configuration as data, in version 2 of its format."""
    ethernets: dict[str, Any] = {}
    names = {nic["name"] for nic in description["network"]}
    for number, nic in enumerate(description["network"]):
        key = nic["name"]
        if "*" in key:
            # Where there is no netplan cloud-init takes the key for the name, so only a pattern goes by another one.
            key = next(free for each in count(number) if (free := f"nic{each}") not in names | ethernets.keys())
        ethernets[key] = _ethernet(nic)
    return {"version": 2, "ethernets": ethernets}


def _user(user: Plain) -> dict[str, Any]:
    names = ("name", "gecos", "groups", "sudo", "shell", "ssh_authorized_keys")
    account = {key: user[key] for key in names if key in user}
    hashed = user.get("hashed_passwd") or ("password" in user and _marked(user["password"], user["name"]))
    return {**account, "lock_passwd": False, "hashed_passwd": hashed} if hashed else account


def _marked(password: str, user: str) -> str:
    """Return what stands for the hash of a password; in YAML it is written as the hash will be."""
    return f"$verge-pulumi-password${base64.urlsafe_b64encode(json.dumps([user, password]).encode()).decode()}$"


def _account(found: re.Match[str]) -> tuple[str, str] | None:
    """Return user and password of a mark; None if it is a text of the program that only looks like one."""
    try:
        user, password = json.loads(base64.urlsafe_b64decode(found[1]))
        return (user, password) if _marked(password, user) == found[0] else None
    except (ValueError, TypeError):
        return None


@functools.lru_cache(maxsize=256)
def _hash(password: str, scope: str, user: str) -> str:
    """Hash a password in such a way that the next run gives the same hash, and shows no difference.

    So the salt cannot be drawn by lot. It only has to be another one for each account, and nothing secret: were the
    password part of it, the salt would betray a right guess without the work of the hash.
    """
    seed = sha256("\0".join((scope, user)).encode()).digest()
    salt = base64.b64encode(seed, b"./").decode()[:16]
    return sha512_crypt(password, salt, rounds=ROUNDS)


def _write_file(file: Plain) -> dict[str, Any]:
    content = file["content"]
    if isinstance(content, bytes):
        return {**file, "content": base64.b64encode(content).decode(), "encoding": "b64"}
    return dict(file)


def _ethernet(nic: Plain) -> dict[str, Any]:
    name, macaddress = nic["name"], nic.get("macaddress")
    nameservers = {to: nic[key] for key, to in (("nameservers", "addresses"), ("search", "search")) if key in nic}
    config = {
        "match": {"macaddress": macaddress} if macaddress else {"name": name} if "*" in name else None,
        "set-name": name if macaddress else None,
        "dhcp4": nic.get("dhcp4", "addresses" not in nic),
        "dhcp6": nic.get("dhcp6"),
        "addresses": nic.get("addresses"),
        "routes": [_default_route(nic["gateway"])] if "gateway" in nic else None,
        "nameservers": nameservers or None,
        "mtu": nic.get("mtu"),
    }
    return {key: value for key, value in config.items() if value is not None}


def _default_route(gateway: str) -> dict[str, str]:
    # The word "default" is not known to every release of cloud-init.
    return {"to": "0.0.0.0/0" if ip_address(gateway).version == 4 else "::/0", "via": gateway}


def _yaml(data: Any) -> str:
    stream = StringIO()
    dumper: Any = yaml.SafeDumper(stream, sort_keys=False, allow_unicode=True, width=1 << 16)
    dumper.yaml_representers = {**dumper.yaml_representers, str: _represented}
    dumper.open()
    dumper.represent(data)
    dumper.close()
    return stream.getvalue()


def _represented(dumper: Any, text: str) -> Any:
    """Write text of several lines as people would, where YAML gives it back as it was."""
    # These count as line ends in YAML 1.1, and are read as another one unless they are written as escapes.
    odd = any(end in text for end in "\x85\u2028\u2029")
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if odd else "|" if "\n" in text else None)
