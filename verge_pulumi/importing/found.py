"""A row of a site, as what a resource of this package declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_origin

from verge_pulumi.client import Row
from verge_pulumi.engine.declaring.attributes import Refs
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.ownership.mark import Mark
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.naming import snake_case


@dataclass(eq=False)
class Found:
    """A row, as what a resource of this package declares.

    Attributes:
        kind: The resource.
        key: The row's key.
        row: The row.
        outputs: What a provider shows of it.
        arguments: The values of the arguments that a program sets, references apart.
        references: The rows that it refers to, by argument.
        mentioned: The rows that its texts name, by the terms that do.
        keyed: The rows whose keys its values are, by argument.
        unknown: Words that the catalogue does not have, by argument.
        secrets: Arguments that are secrets, and are not written into a program.
        kept: What only a state would tell a provider that reads it.
        given: Values of secrets that VergeOS does not tell, by argument.
        files: Values that are files beside the program, by argument.
        left: Why it is not written into a program at all; "" if it is.
    """

    kind: type[BaseResource]
    key: str
    row: Row
    outputs: Mapping[str, Any]
    arguments: dict[str, Any] = field(default_factory=dict)
    references: dict[str, list[Place]] = field(default_factory=dict)
    mentioned: dict[str, Place] = field(default_factory=dict)
    keyed: dict[str, Place] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    kept: Mapping[str, Any] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict, repr=False)
    files: dict[str, str] = field(default_factory=dict, repr=False)
    left: str = ""

    @property
    def declaration(self) -> Declaration:
        """What its class declares."""
        return self.kind.declaration

    @property
    def place(self) -> Place:
        """Table and key."""
        return self.declaration.table, self.key

    @property
    def label(self) -> str:
        """The name by which people know it in VergeOS; "" if it has none."""
        label = self.declaration.label
        value = self.outputs.get(label.name) if label else None
        return "" if value is None else str(value)

    @property
    def called(self) -> str:
        """The name that it would have as a part of a server; "" if it has none."""
        return str(self.outputs.get("name") or "")

    @property
    def area(self) -> str:
        """The area of VergeOS that it belongs to."""
        return self.kind.__module__.split(".")[2]

    @property
    def title(self) -> str:
        """How people know it: ``Network 'lan'``."""
        return f"{self.declaration.title} '{self.label or self.key}'"

    @cached_property
    def mark(self) -> Mark | None:
        """The mark that it bears."""
        return Mark.of(self.row.get("description")) if self.declaration.life.marks else None

    @property
    def parent(self) -> Place | None:
        """The row that it was created within."""
        parent = self.declaration.parent
        return next(iter(self.references.get(parent.name, ())), None) if parent else None

    def secret_key(self, resource: str, argument: str) -> str:
        """Return under which key the configuration of a stack has a secret of the resource that it becomes."""
        return f"{snake_case(self.declaration.title).replace('_', '-')}-{resource}-{argument}"

    @property
    def columns(self) -> set[str]:
        """The columns that a program sets."""
        declared = self.declaration.inputs
        return {str(declared[name].column) for name in (*self.said, *self.references)}

    @property
    def untold(self) -> list[str]:
        """The secrets that VergeOS keeps of it and a program does not set, since nobody has told them."""
        others = [name for name in self.declaration.inputs if name in self.secrets and name not in self.said]
        return [name for name in others if self.outputs.get(name) or self.kind.importing.keeps(name, self.row)]

    def is_object(self, argument: str) -> bool:
        """Say whether a secret is an object, which a configuration holds as JSON."""
        return get_origin(self.declaration.inputs[argument].value_type) is dict

    @property
    def said(self) -> Mapping[str, Any]:
        """The values of all arguments, references apart."""
        return {**self.arguments, **self.given, **self.files}

    @property
    def referring(self) -> dict[str, Any]:
        """Its references as the state keeps them."""
        kept: dict[str, Any] = {}
        for name, rows in self.references.items():
            attribute: Any = self.declaration.inputs[name]
            named = [f"{table}/{key}" if attribute.as_path else key for table, key in rows]
            kept[name] = named if isinstance(attribute, Refs) else named[0]
        return kept

    @property
    def missing(self) -> list[str]:
        """The arguments that it cannot be without, and that are not known."""
        return [
            name
            for name, attribute in self.declaration.inputs.items()
            if attribute.required and not self.references.get(name) and name not in self.said
        ]
