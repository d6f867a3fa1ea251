"""What a program says about a guest's first boot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
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
from verge_pulumi.cloudinit.contents import META_DATA, NETWORK_CONFIG, UNATTEND, USER_DATA, problems
from verge_pulumi.cloudinit.rendering import EVERYTHING, Draft
from verge_pulumi.engine.declaring.model import sentences
from verge_pulumi.engine.errors import sentence, shown

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
        # The text of the error quotes the value, which may be a secret.
        raise ValueError("an address is wanted, such as '10.0.0.1'") from None
    return text


def _is_interface(text: str) -> str:
    if "/" not in text:
        raise ValueError("give the length of the network too, for example '10.0.0.5/24'")
    try:
        ip_interface(text)
    except ValueError:
        raise ValueError("an address with the length of its network is wanted, such as '10.0.0.5/24'") from None
    return text


Given = Annotated[T | Awaitable[T] | pulumi.Output[T], _Later()]
"""A plain value or an output."""

Texts = Given[Sequence[Given[str]]]

Label = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$")]
Domain = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$", max_length=253)]
UserName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,30}\$?$")]
Password = Annotated[str, Field(min_length=1, max_length=512, pattern=r"^[^\x00\r\n]+$")]
HashedPassword = Annotated[str, Field(pattern=r"^\$[0-9a-z]+\$[^\s:]+$")]
Path = Annotated[str, Field(pattern=r"^/.")]
Permissions = Annotated[str, Field(pattern=r"^0?[0-7]{3,4}$")]
CardName = Annotated[str, Field(pattern=r"^[A-Za-z0-9*][A-Za-z0-9*._-]{0,14}$")]
Mac = Annotated[str, Field(pattern=r"^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$")]
Address = Annotated[str, AfterValidator(_is_address)]
Interface = Annotated[str, AfterValidator(_is_interface)]


class _Part(BaseModel):
    """A part of a description. It shows no values, which may be secret, and is refused in one sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            wrong = " ".join(sentences(error))
        else:
            return
        # Raised out here, the error has no context: pydantic's own holds the values.
        raise ValueError(f"{type(self).__name__}: {wrong}")

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
            raise ValueError("give either this or the password")
        return value


class WriteFile(_Part):
    """A file in the guest."""

    path: Given[Path]
    """Where it is."""

    content: Given[str | bytes]
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
    """The card's address, if it is to be found by that."""

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

    runcmd: Given[Sequence[Given[str | Sequence[str]]]] | None = None
    """Commands to run once: texts for a shell, or lists of words."""

    timezone: Given[str] | None = None
    """Time zone, such as ``Europe/Berlin``."""

    locale: Given[str] | None = None
    """Locale, such as ``de_DE.UTF-8``."""

    network: Sequence[Ethernet] | None = None
    """Network cards. If unset the guest does what its image does, which is DHCP as a rule."""

    extra: Mapping[str, Any] | None = None
    """Further keys of the cloud-config, as they are."""

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

    contents: Given[str]
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


def _secret(value: Any) -> pulumi.Output[Any]:
    """Return a value with outputs in it as one output, which is a secret."""
    secret: pulumi.Output[Any] = pulumi.Output.secret(pulumi.Output.from_input(value))
    return secret


def _drafted(values: Mapping[str, Any], name: str) -> Draft:
    try:
        draft = Draft.of(_plain(CloudInit(**values)), name)
        measured = draft.measured()
    except ValueError as error:
        raise _unusable(name, str(error)) from None
    _checked(measured, name)
    return draft


def _checked(files: dict[str, str], name: str) -> dict[str, str]:
    """Return files that the guest can read.

    Raises:
        pulumi.RunError: One of them is too long or malformed.
    """
    wrong = [f"{file} {problem}" for file, text in files.items() for problem in problems(file, text)]
    if wrong:
        raise _unusable(name, ". ".join(wrong))
    return files


def _unusable(name: str, why: str) -> pulumi.RunError:
    # Of this error Pulumi prints the text and no traceback.
    return pulumi.RunError(shown(f"Unable to declare the first boot of '{printable(name)}': {sentence(why)}"))


def _plain(value: Any) -> Any:
    """Return a description as dicts and lists, without what is unset and with the outputs where they are."""
    if isinstance(value, _Part):
        return {name: _plain(inner) for name, inner in value if inner is not None}
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(inner) for inner in value]
    return value
