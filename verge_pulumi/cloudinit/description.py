"""What a program says about a guest's first boot.

It is one file, since it is one description with many parts, each a few lines.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import date, datetime
from hashlib import sha256
from ipaddress import ip_address, ip_interface
from operator import itemgetter, methodcaller
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import pulumi
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import CoreSchema, core_schema

from verge_pulumi.client import printable
from verge_pulumi.cloudinit.contents import META_DATA, NETWORK_CONFIG, UNATTEND, USER_DATA
from verge_pulumi.cloudinit.contents import problems as problems_of_file
from verge_pulumi.cloudinit.rendering import EVERYTHING, Draft
from verge_pulumi.engine.declaring.problems import Several, problems
from verge_pulumi.engine.declaring.values import SENSITIVE, Secret, is_secret
from verge_pulumi.engine.errors import Refusal, refusal, written_at

T = TypeVar("T")


class _Later:
    """Lets a field hold an output, too; what that turns out to be is validated when it is known."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        members = [each for each in get_args(source) if get_origin(each) not in (Awaitable, pulumi.Output)]
        known: Any = Union[tuple(members)]  # noqa: UP007  the members are computed

        def validate(value: Any, handle: Callable[[Any], Any]) -> Any:
            return value if isinstance(value, pulumi.Output | Awaitable) else handle(value)

        return core_schema.no_info_wrap_validator_function(validate, handler(known))


def _is_address(text: str) -> str:
    try:
        ip_address(text)
    except ValueError:
        raise ValueError("is not an address. Give one, such as '10.0.0.1'") from None
    return text


def _is_interface(text: str) -> str:
    try:
        ip_interface(text if "/" in text else "")
    except ValueError:
        raise ValueError("is not an address with the length of its network. Give one, such as '10.0.0.5/24'") from None
    return text


def _like(pattern: str, why: str) -> AfterValidator:
    """Return what refuses a text that does not match, and says why in words."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(why)
        return text

    return AfterValidator(check)


Given = Annotated[T | Awaitable[T] | pulumi.Output[T], _Later()]
"""A plain value or an output."""

Texts = Given[Sequence[Given[str]]]

Label = Annotated[
    str,
    _like(
        r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
        "is not a host name. Give letters, digits and hyphens, such as 'web-1'",
    ),
]
Domain = Annotated[
    str,
    Field(max_length=253),
    _like(
        r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?",
        "is not a host name with its domain. Give one, such as 'web-1.example.com'",
    ),
]
UserName = Annotated[
    str,
    _like(
        r"[A-Za-z_][A-Za-z0-9_.-]{0,30}\$?",
        "is not a login name. Give a letter or '_', then letters, digits, '_', '.' and '-', at most 31 in all",
    ),
]
Password = Annotated[
    str,
    Field(min_length=1, max_length=512),
    _like(r"[^\x00\r\n]+", "is more than one line. Give it without line breaks"),
    SENSITIVE,
]
HashedPassword = Annotated[
    str,
    _like(r"\$[0-9a-z]+\$[^\s:]+", "is not a hash as in /etc/shadow. Give one such as '$6$...', or password= instead"),
    SENSITIVE,
]
Path = Annotated[str, _like(r"(?s)/.+", "is not a path from the root. Give one that begins with '/'")]
Permissions = Annotated[str, _like(r"0?[0-7]{3,4}", "is not a mode. Give octal digits, such as '0644'")]
CardName = Annotated[
    str,
    _like(
        r"[A-Za-z0-9*][A-Za-z0-9*._-]{0,14}",
        "is not the name of a network card. Give one such as 'eth0', or a pattern such as 'en*'",
    ),
]
Mac = Annotated[
    str, _like(r"([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}", "is not a MAC address. Give one such as 'f0:db:30:00:00:01'")
]
Address = Annotated[str, AfterValidator(_is_address)]
Interface = Annotated[str, AfterValidator(_is_interface)]


_outputs_known: ContextVar[bool] = ContextVar("_outputs_known", default=False)
"""Whether the values are those of outputs, of which some may be secrets."""


class _Part(BaseModel):
    """A part of a description. It shows no values, which may be secret, and is refused in one sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            fields = type(self).model_fields
            wrong = problems(error, values, known=fields, secret=lambda name: is_secret(fields[name].annotation))
        else:
            return
        # Raised out here, the error has no context: pydantic's own holds the values.
        if _outputs_known.get():
            raise Several(wrong)
        raise refusal(written_at(type(self)), " ".join(problem.shown for problem in wrong))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}=...' for name in sorted(self.model_fields_set))})"

    __str__ = __repr__


class User(_Part):
    """An account of the guest."""

    name: Given[UserName]
    """Login name."""

    gecos: Given[str] | None = None
    """Full name."""

    groups: Texts | None = None
    """Groups in addition to its own."""

    sudo: Given[str | Sequence[str]] | None = None
    """Rules for sudo, such as ``ALL=(ALL) NOPASSWD:ALL``."""

    shell: Given[Path] | None = None
    """Login shell."""

    ssh_authorized_keys: Texts | None = None
    """Public keys that may log in."""

    password: Given[Password] | None = None
    """Password. It is hashed before anything is stored or sent to VergeOS."""

    hashed_passwd: Given[HashedPassword] | None = None
    """Hash of the password as in ``/etc/shadow``, instead of the password."""

    @field_validator("hashed_passwd")
    @classmethod
    def _is_the_only_one(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and info.data.get("password") is not None:
            raise ValueError("is given beside the password. Give one of them")
        return value


class WriteFile(_Part):
    """A file in the guest."""

    path: Given[Path]
    """Where it is."""

    content: Given[Secret[str | bytes]]
    """What it holds. Bytes travel as base64, text as it is."""

    permissions: Given[Permissions] | None = None
    """Mode in octal digits, such as ``"0644"``."""

    owner: Given[str] | None = None
    """User and group, such as ``root:root``."""


class Ethernet(_Part):
    """A network card of the guest: static if it has `addresses`, else configured by DHCP."""

    name: Given[CardName]
    """Its name in the guest; a pattern such as ``en*`` if it is not known. With `macaddress` it is given this name."""

    macaddress: Given[Mac] | None = None
    """The card's address, if it is to be found by that; `name` is no pattern then."""

    dhcp4: Given[bool] | None = None
    """Whether IPv4 comes by DHCP; if unset it does unless there are `addresses`."""

    dhcp6: Given[bool] | None = None
    """Whether IPv6 comes by DHCP."""

    addresses: Given[Sequence[Given[Interface]]] | None = None
    """Addresses with the length of their network, such as ``10.0.0.5/24``."""

    gateway: Given[Address] | None = None
    """The way out."""

    nameservers: Given[Sequence[Given[Address]]] | None = None
    """DNS servers."""

    search: Texts | None = None
    """Domains in which short names are looked up."""

    mtu: Given[Annotated[int, Field(ge=68, le=65536)]] | None = None
    """Largest packet in bytes."""

    @field_validator("macaddress")
    @classmethod
    def _has_a_name_to_give(cls, value: Any, info: ValidationInfo) -> Any:
        name = info.data.get("name")
        if value is not None and isinstance(name, str) and "*" in name:
            raise ValueError("is given beside a pattern, which is no name for that card. Give name=, such as 'lan0'")
        return value


class CloudInit(_Part):
    """The first boot of a guest that runs cloud-init. Names are cloud-init's own, values may be outputs.

    `files` turns it into the files that VergeOS hands to the guest.
    """

    hostname: Given[Label] | None = None
    """Host name; made of the VM's name if unset."""

    fqdn: Given[Domain] | None = None
    """Host name with its domain."""

    users: Sequence[User] | None = None
    """Accounts in addition to the image's own."""

    ssh_authorized_keys: Texts | None = None
    """Public keys that may log in as the image's own user."""

    password: Given[Password] | None = None
    """Password of the image's own user. It is hashed before anything is stored or sent to VergeOS."""

    ssh_pwauth: Given[bool] | None = None
    """Whether SSH accepts passwords."""

    package_update: Given[bool] | None = None
    """Whether the lists of packages are renewed."""

    package_upgrade: Given[bool] | None = None
    """Whether packages are upgraded."""

    packages: Texts | None = None
    """Packages to install."""

    write_files: Sequence[WriteFile] | None = None
    """Files to write."""

    runcmd: Given[Secret[Sequence[Given[str | Sequence[str]]]]] | None = None
    """Commands to run once: texts for a shell, or lists of words."""

    timezone: Given[str] | None = None
    """Time zone, such as ``Europe/Berlin``."""

    locale: Given[str] | None = None
    """Locale, such as ``de_DE.UTF-8``."""

    network: Sequence[Ethernet] | None = None
    """Network cards. If unset the guest does what its image does, which is DHCP as a rule."""

    extra: Secret[Mapping[str, Any]] | None = None
    """Further keys of the cloud-config, as they are: texts, numbers, lists and dicts."""

    @field_validator("network")
    @classmethod
    def _are_different_cards(cls, cards: Sequence[Ethernet] | None) -> Sequence[Ethernet] | None:
        for what in ("name", "macaddress"):
            known = [
                value.lower() if what == "macaddress" else value
                for card in cards or ()
                if isinstance(value := getattr(card, what), str)
            ]
            if len(known) > len(set(known)):
                twice = next(value for value in known if known.count(value) > 1)
                raise ValueError(f"has two cards with the {what} '{twice}'. Give each its own")
        return cards

    @field_validator("extra")
    @classmethod
    def _is_yaml(cls, extra: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        if extra is None:
            return None
        found: dict[str, Any] = {}
        for name, value in extra.items():
            try:
                found[_scalar(name)] = _as_yaml(value)
            except _NoYaml as error:
                raise ValueError(
                    f"holds in '{printable(name)}' what YAML has no form for ({error}). "
                    "Give texts, numbers, True, False, None, lists and dicts"
                ) from None
        return found

    @property
    def file_names(self) -> list[str]:
        """The names of the files that tell it."""
        return [USER_DATA, META_DATA, *([NETWORK_CONFIG] if self.network else [])]

    def files(self, name: str) -> dict[str, pulumi.Output[str]]:
        """Return the files for the guest of a VM: their names and, as secrets, their contents for a `CloudInitFile`.

        A file that depends on the VM is a draft, in which passwords are in clear. `CloudInitFile` finishes it: the
        state and VergeOS get the hashes only. They, the instance id and the default host name stay as they were when
        the file was created, whatever the resource and its stack are called later.

        Args:
            name: The VM's name in the program, which is the default of the host name.
        """
        draft = self._draft(name)
        return {file: draft.apply(methodcaller("contents", file)) for file in self.file_names}

    def digest(self, name: str) -> pulumi.Output[str]:
        """Return what becomes another text with other files, as a secret for `VirtualMachine.replacement_trigger`.

        Args:
            name: The VM's name in the program.
        """
        return self._draft(name).apply(methodcaller("contents", EVERYTHING))

    def _draft(self, name: str) -> pulumi.Output[Draft]:
        return _secret(_plain(self)).apply(lambda values: _drafted(values, name))


class WindowsUnattend(_Part):
    """The first boot of a Windows guest: the answer file of its setup, passed on as it is."""

    contents: Given[Secret[str]]
    """The XML."""

    @property
    def file_names(self) -> list[str]:
        """The name of the file that tells it."""
        return [UNATTEND]

    def files(self, name: str) -> dict[str, pulumi.Output[str]]:
        """Return the file for the guest of a VM: its name and, as a secret, its contents.

        Args:
            name: The VM's name in the program.
        """
        if isinstance(self.contents, str):
            _checked({UNATTEND: self.contents}, name)
        texts = _secret(self.contents).apply(lambda text: _checked({UNATTEND: text}, name))
        return {UNATTEND: texts.apply(itemgetter(UNATTEND))}

    def digest(self, name: str) -> pulumi.Output[str]:
        """Return what becomes another text with other files, as a secret for `VirtualMachine.replacement_trigger`.

        Args:
            name: The VM's name in the program.
        """
        return pulumi.Output.json_dumps(self.files(name)).apply(lambda text: sha256(text.encode()).hexdigest())


class _NoYaml(ValueError):
    """A value is of a type that YAML has no form for; the text names the type, never the value."""


def _as_yaml(value: Any) -> Any:
    """Return a value in the exact types that PyYAML writes; outputs stay, and are seen to when they are known.

    Raises:
        _NoYaml: There is no such type for it.
    """
    if isinstance(value, _Part | pulumi.Output | Awaitable):
        return value
    if isinstance(value, Mapping):
        return {_scalar(name): _as_yaml(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_as_yaml(inner) for inner in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    """Return a value that may be a key too, without the class of its own that PyYAML would not know."""
    if value is None or type(value) in (bool, bytes, date, datetime):
        return value
    if isinstance(value, str):
        return str.__str__(value)  # that of a member of an enumeration is its name
    for number in (int, float):
        if isinstance(value, number):
            return number(value)
    raise _NoYaml(printable(type(value).__name__))


def _secret(value: Any) -> pulumi.Output[Any]:
    """Return a value with outputs in it as one output, which is a secret."""
    secret: pulumi.Output[Any] = pulumi.Output.secret(pulumi.Output.from_input(value))
    return secret


def _drafted(values: Mapping[str, Any], name: str) -> Draft:
    token = _outputs_known.set(True)
    try:
        draft = Draft.of(_plain(CloudInit(**values)), name)
        measured = draft.measured()
    except ValueError as error:
        raise _unusable(name, str(error)) from None
    finally:
        _outputs_known.reset(token)
    _checked(measured, name)
    return draft


def _checked(files: dict[str, str], name: str) -> dict[str, str]:
    """Return files that the guest can read.

    Raises:
        Refusal: One of them is too long or malformed.
    """
    wrong = [f"{file} {problem}" for file, text in files.items() for problem in problems_of_file(file, text)]
    if wrong:
        raise _unusable(name, ". ".join(wrong))
    return files


def _unusable(name: str, why: str) -> Refusal:
    return refusal(f"the first boot of '{printable(name)}'", why)


def _plain(value: Any) -> Any:
    """Return a description as dicts and lists, without what is unset and with the outputs where they are."""
    if isinstance(value, _Part):
        return {name: _plain(inner) for name, inner in value if inner is not None}
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(inner) for inner in value]
    return value
