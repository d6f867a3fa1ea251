"""What a resource class declares, in one place for the engine."""

from __future__ import annotations

import base64
import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, dataclass_transform, get_args, get_origin

from verge_pulumi.client import as_key
from verge_pulumi.engine.declaring.attributes import (
    REQUIRED,
    Attribute,
    Reference,
    arg,
    computed,
    items,
    measured,
    named_items,
    path_ref,
    policy,
    ref,
    refs,
)
from verge_pulumi.engine.declaring.lives import PLAIN_ROW, Life, ShownOnce
from verge_pulumi.engine.declaring.roles import Review, Roles
from verge_pulumi.engine.declaring.signature import SignatureOfClass


class DeclarationError(TypeError):
    """A resource class contradicts itself; raised when the class is defined."""


def parameter(*, default: Any = REQUIRED, kw_only: bool = True) -> Any:
    """Declare a parameter of the constructor that is no attribute."""
    return default


@dataclass(frozen=True, kw_only=True, eq=False)
class Declaration:
    """Everything a resource class says, in one place for the engine.

    Attributes:
        title: The class name, which is also the name people read in messages.
        module: The module that defines the class.
        table: The table whose rows it manages.
        unique: Attributes whose values together are unique on the system.
        named_by: The attribute by which people name a row, for `by_name`; "" for the one in `unique` that is no
            reference.
        adopted_by: Attributes whose values together tell which row ``adopt=True`` means, where none are unique.
        named_keys: Whether the key of a row is a name, as in ``settings``; references accept such a name then.
        only: A fixed condition that rows must meet, such as ``{"is_snapshot": False}``.
        listed_in: The table whose rows list these, and under which name: ``("machines", "drives")``. Rows of several
            such tables are read by one request.
        fixed: Columns that VergeOS draws when it creates a row and never changes, such as a UUID or the time. They
            prove that a row which lost its mark is still the same.
        delete_before_replace: Whether a row that is replaced goes before its successor is created, as unique names
            demand.
        life: How the objects come into effect, change and go.
        within: The reference that is the `parent`, where the class names it.
        since: The first release of VergeOS that has the table; "" where every supported one has.
        attributes: All attributes, inherited ones included, by name.
        review: What reviews know of it in addition to the roles of its attributes.
    """

    title: str
    module: str
    table: str
    unique: tuple[str, ...] = ()
    named_by: str = ""
    adopted_by: tuple[str, ...] = ()
    named_keys: bool = False
    only: Mapping[str, Any] = field(default_factory=dict)
    listed_in: tuple[str, str] | None = None
    fixed: tuple[str, ...] = ()
    delete_before_replace: bool = True
    life: Life = PLAIN_ROW
    within: str = ""
    since: str = ""
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    review: Review = field(default_factory=Review)

    @cached_property
    def inputs(self) -> Mapping[str, Attribute]:
        """The attributes a program may set."""
        return {name: attribute for name, attribute in self.attributes.items() if attribute.is_input}

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The projection of a GET. It always names columns: the default set is short (docs/vergeos/quirks.md §R1)."""
        attributes = sorted(self.attributes.values(), key=lambda attribute: bool(attribute.follow))
        return ("$key", *dict.fromkeys([*(field for a in attributes for field in a.projection), *self.lasting]))

    @cached_property
    def label(self) -> Attribute | None:
        """The attribute by which people name a row; None where it has no name."""
        names = [self.named_by] if self.named_by else [*self.unique]
        labels = [self.attributes[name] for name in names if not isinstance(self.attributes[name], Reference)]
        return labels[0] if len(labels) == 1 else None

    @cached_property
    def parent(self) -> Reference | None:
        """The reference to the row that a row is created within and never leaves; None where there is none."""
        return next((a for a in self.may_be_parent if a.name == self.within or not self.within), None)

    @cached_property
    def may_be_parent(self) -> tuple[Reference, ...]:
        """The references to rows that a row cannot be without and never leaves."""
        return tuple(a for a in self.inputs.values() if isinstance(a, Reference) and a.required and a.replaces)

    @cached_property
    def lasting(self) -> tuple[str, ...]:
        """The columns that stay as they are for the life of a row: that of its parent, and what VergeOS fixed."""
        return (*([self.parent.column] if self.parent and self.parent.column else []), *self.fixed)

    @cached_property
    def known_by(self) -> tuple[Attribute, ...]:
        """What tells a row without a mark from another one: what is unique, and what is set on creation only."""
        return tuple(
            each
            for name, each in self.attributes.items()
            if each.readable and (name in self.unique or each.replaces or each.leads_up)
        )

    @cached_property
    def server_defaults(self) -> Mapping[str, Any]:
        """The columns of a new row of which the program says nothing, as far as they tell rows without a mark apart."""
        return {str(a.column): a.if_unset for a in self.inputs.values() if a.if_unset is not None}

    @cached_property
    def proof(self) -> tuple[str, ...]:
        """The columns of a GET that only asks whose a row is."""
        known_by = (field for attribute in self.known_by for field in attribute.projection)
        return tuple(dict.fromkeys(("description", *known_by, *self.lasting)))

    def column_of(self, name: str) -> str:
        """Return the column of an argument."""
        return str(self.inputs[name].column)

    @property
    def markable(self) -> bool:
        """Whether rows have a description, which is where the mark of their owner lives."""
        return "description" in self.attributes and self.life.marks

    @cached_property
    def roles(self) -> Roles:
        """What its attributes say to reviews."""
        return Roles(self.attributes)

    @cached_property
    def type_token(self) -> str:
        """The type in the state. Frozen: changing it would orphan every resource of every user."""
        return f"pulumi-python:dynamic/vergeos:{self.title}"

    @cached_property
    def kind(self) -> str:
        """What the state calls the provider: the class name, with its module if it is not one of this package's."""
        ours = self.module.startswith("verge_pulumi.")
        return self.title if ours else f"{self.module}:{self.title}"

    @cached_property
    def provider(self) -> str:
        """The constant that stands in ``__provider``: a pickle that calls ``loader.load(kind)``.

        Protocol 0 written by hand is the same text on every Python, holds no secret, and lets the classes move; the
        pickle of an object would do none of this. Frozen together with `verge_pulumi.engine.loader.load`.
        """
        pickled = f"cverge_pulumi.engine.loader\nload\n(V{self.kind}\ntR."
        return base64.b64encode(pickled.encode()).decode()


@dataclass_transform(
    kw_only_default=True,
    field_specifiers=(arg, measured, policy, ref, refs, path_ref, items, named_items, computed, parameter),
)
class Declared:
    """What declares attributes by annotations; type checkers derive the constructors of subclasses from them.

    A subclass that is no resource gives its attributes to all that inherit from it: a resource, and the arguments by
    which a component makes one.
    """

    __signature__ = SignatureOfClass()


def refuse_own(
    cls: type, title: str, inherited: Mapping[str, object], kind: type | tuple[type, ...] = Attribute
) -> None:
    """Say that a class which only gives a resource or component other defaults declares nothing for VergeOS.

    Args:
        cls: The class, a subclass of the one that declares.
        title: The name of that one.
        inherited: What that one declares, by name.
        kind: What a declaration is made of.

    Raises:
        DeclarationError: With the class, the attribute and what to do.
    """
    for base in cls.__mro__:
        for name, value in vars(base).items():
            if isinstance(value, kind) and name not in inherited:
                raise DeclarationError(
                    f"{base.__name__}.{name}: a subclass of {title} has the attributes of {title} and no others. "
                    f"Take it as a parameter of __init__, and pass on what {title} knows."
                )
    for name in vars(cls).keys() & inherited.keys():
        raise DeclarationError(
            f"{cls.__name__}.{name}: a value in the class has no effect. Pass it on in __init__: "
            f"super().__init__(resource_name, opts, **{{'{name}': ..., **arguments}})."
        )


def location(table: str, id: str) -> str:
    """Return where the API serves a row, relative to ``/api``."""
    return f"/v4/{id}" if "/" in id else f"/v4/{table}/{id}"


def row_key(id: str) -> int | str:
    """Return the `$key` of the row a Pulumi id stands for: a number in most tables, else text."""
    return as_key(id.rpartition("/")[2])


def read_attributes(cls: type) -> dict[str, Attribute]:
    """Return the attributes that the annotations of a class and of its bases declare."""
    attributes: dict[str, Attribute] = {}
    # Our classes' own annotations only: `get_type_hints` would trip over Pulumi's forward references.
    bases: list[type] = [base for base in cls.__mro__ if issubclass(base, Declared)]
    for base in reversed(bases):
        if "declaration" in vars(base):
            attributes.update(vars(base)["declaration"].attributes)
            continue
        for name, annotation in _annotations(base).items():
            attribute = base.__dict__[name]
            origin: Any = get_origin(annotation)
            if origin is not type(attribute):
                raise DeclarationError(f"{cls.__name__}.{name}: declare it as {type(attribute).__name__}[...].")
            attribute.bind(name, get_args(annotation)[0])
            attributes[name] = attribute
    return attributes


@cache
def _annotations(base: type) -> Mapping[str, Any]:
    """Return the annotations of the attributes of a class; evaluated once, as every provider process waits for it."""
    if not any(isinstance(value, Attribute) for value in vars(base).values()):
        return {}
    names = {**vars(sys.modules[base.__module__]), base.__name__: base}
    found = inspect.get_annotations(base, eval_str=True, globals=names)
    return {name: each for name, each in found.items() if isinstance(vars(base).get(name), Attribute)}


def examine(cls: type, declaration: Declaration) -> None:
    """Refuse a declaration that contradicts itself.

    Raises:
        DeclarationError: With the class, the attribute and what to do.
    """
    where = cls.__name__
    if not declaration.table:
        raise DeclarationError(f"{where}: name the table it manages, class {where}(Resource, table=...).")
    if not cls.__doc__:
        raise DeclarationError(f"{where}: say in a docstring what it is.")
    columns: dict[tuple[str, str | None], str] = {}
    for name, attribute in declaration.inputs.items():
        if attribute.column and columns.setdefault((attribute.column, attribute.member), name) != name:
            other = columns[attribute.column, attribute.member]
            raise DeclarationError(f"{where}.{name}: column '{attribute.column}' is already '{other}'.")
        if attribute.default is not REQUIRED and attribute.default is not None:
            raise DeclarationError(f"{where}.{name}: the only default is None; what is unset VergeOS decides.")
    if isinstance(declaration.life, ShownOnce):
        shown = declaration.attributes.get(declaration.life.output)
        if shown is None or shown.is_input or not shown.secret or not shown.write_only:
            name = declaration.life.output
            raise DeclarationError(
                f"{where}: ShownOnce('{name}') needs {name}: Attr[Secret[str] | None] = computed(write_only=True)."
            )
    candidates = [reference.name for reference in declaration.may_be_parent]
    if declaration.within and declaration.within not in candidates:
        raise DeclarationError(
            f"{where}: parent='{declaration.within}' is no reference that is required and replaces the row."
        )
    if len(candidates) > 1 and not declaration.within:
        raise DeclarationError(
            f"{where}: name the row that it is created within, parent='{candidates[0]}' or parent='{candidates[1]}'."
        )
    for name in declaration.unique:
        if name not in declaration.inputs:
            raise DeclarationError(f"{where}: unique names '{name}', which is no argument of it.")
    if declaration.named_by and not getattr(declaration.attributes.get(declaration.named_by), "column", None):
        raise DeclarationError(f"{where}: named_by is '{declaration.named_by}', which is no column of it.")
