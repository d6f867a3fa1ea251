"""A state of Terraform, as a file: the objects of VergeOS in it, with their addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from verge_pulumi.engine.errors import EngineError
from verge_pulumi.importing.naming import resource_name

FORMAT = 4
"""The format of the states that are read; every Terraform since 0.12 and every OpenTofu writes it."""

_PROVIDER = re.compile(r'provider\["[^"]*/vergeio"\](\.[\w-]+)?$')
_NAME = r"^[\w-]+$"
_MODULES = r'^(module\.[\w-]+(\[(\d+|"([^"\\\x00-\x1f]|\\[^\x00-\x1f])*")\])?(\.|$))*$'
"""Nothing else gets into commands and files that people use."""

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_MODULE = re.compile(r'module\.(?P<name>[\w-]+)(?:\[(?P<key>\d+|"(?:[^"\\]|\\.)*")\])?')


class _Instance(BaseModel):
    index_key: int | str | None = None
    status: str | None = None
    deposed: str | None = None
    attributes: dict[str, Any] | None = None


class _Resource(BaseModel):
    module: str = Field("", pattern=_MODULES)
    mode: str
    type: str = Field(pattern=_NAME)
    name: str = Field(pattern=_NAME)
    provider: str
    instances: list[_Instance]


class _State(BaseModel):
    resources: list[_Resource] = []


@dataclass(frozen=True, kw_only=True)
class Instance:
    """An object in a state of Terraform.

    Attributes:
        module: The module, with the keys of its instances; "" for that of the root.
        type: Its type.
        label: What the configuration calls it.
        index: Which one of several it is; None if there is one only.
        values: Its attributes; some are secrets.
        tainted: Whether Terraform is to replace it.
        deposed: Whether it was replaced, and Terraform is still to delete it.
        provider: The configuration of the provider.
    """

    module: str
    type: str
    label: str
    index: int | str | None
    values: Mapping[str, Any] = field(repr=False)
    tainted: bool = False
    deposed: bool = False
    provider: str = ""

    @property
    def address(self) -> str:
        """Its address, as commands of Terraform take it."""
        within = f"{self.module}." if self.module else ""
        return f"{within}{self.type}.{self.label}{_index(self.index)}"

    @property
    def block(self) -> str:
        """The address of the block of the configuration that declares it."""
        within = ".".join(f"module.{each['name']}" for each in _MODULE.finditer(self.module))
        return ".".join(filter(None, (within, self.type, self.label)))

    @property
    def name(self) -> str:
        """What a resource made of it is called: ``app-web-a`` for ``module.app.vergeio_vm.web["a"]``."""
        modules = [(each["name"], each["key"] and each["key"].strip('"')) for each in _MODULE.finditer(self.module)]
        parts = [part for named in (*modules, (self.label, self.index)) for part in named if part is not None]
        return resource_name("-".join(map(str, parts)))

    @property
    def family(self) -> str:
        """What all that one block with ``count`` or ``for_each`` makes is called; "" where it is one object."""
        modules = [(each["name"], each["key"]) for each in _MODULE.finditer(self.module)]
        several = self.index is not None or any(key for _, key in modules)
        return resource_name("-".join([*(name for name, _ in modules), self.label])) if several else ""

    def text(self, attribute: str) -> str:
        """Return an attribute as text; "" if the state does not say it."""
        value = self.values.get(attribute)
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _index(key: int | str | None) -> str:
    if key is None:
        return ""
    if isinstance(key, int):
        return f"[{key}]"
    text = "".join(_ESCAPES.get(each) or (each if each.isprintable() else _escaped(each)) for each in key)
    text = re.sub(r"[$%](?={)", lambda found: found[0] * 2, text)
    return f'["{text}"]'


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


@dataclass(frozen=True)
class Tfstate:
    """A state of Terraform, as far as it is of VergeOS.

    Attributes:
        instances: Its objects.
    """

    instances: Sequence[Instance]


def read_tfstate(path: Path) -> Tfstate:
    """Read a state of Terraform.

    Raises:
        EngineError: It is none, or one of another format.
    """
    advice = "Give the file that 'terraform state pull' writes"
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise EngineError(f"{path} cannot be read: {error.strerror}. {advice}") from None
    except (ValueError, RecursionError):
        raise EngineError(f"{path} is not the state of Terraform, which is JSON. {advice}") from None
    if not isinstance(data, dict) or data.get("version") != FORMAT:
        raise EngineError(
            f"{path} is not a state of Terraform in format {FORMAT}. Run 'terraform state pull' with a current "
            "Terraform, and give the file that it writes"
        )
    try:
        state = _State.model_validate(data)
    except ValidationError as error:
        where = ".".join(str(each) for each in error.errors(include_input=False)[0]["loc"])
        raise EngineError(f"{path} is no whole state of Terraform: see {where}. {advice}") from None
    own = [each for each in state.resources if each.mode == "managed" and _PROVIDER.search(each.provider)]
    instances = [
        Instance(
            module=resource.module,
            type=resource.type,
            label=resource.name,
            index=each.index_key,
            values=each.attributes or {},
            tainted=each.status == "tainted",
            deposed=bool(each.deposed),
            provider=resource.provider,
        )
        for resource in own
        for each in resource.instances
    ]
    return Tfstate(instances)
