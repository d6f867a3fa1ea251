"""Declarations: a resource is one typed class, and everything else is derived from it.

```python
class Network(Resource, table="vnets", unique=("name",)):
    \"\"\"A virtual network.\"\"\"

    name: Attr[str] = arg(max_length=128)
    \"\"\"Name in VergeOS; unique on the system.\"\"\"

    mtu: Attr[int | None] = arg(default=None, ge=1000, le=65536)
    \"\"\"Largest packet in bytes.\"\"\"

    macaddress: Attr[str | None] = computed()
    \"\"\"MAC address of the router.\"\"\"
```

From the annotations come the constructor, which type checkers derive through `typing.dataclass_transform`, the input
model (`model`), the request payloads (`rows`) and the constant that the state keeps instead of a pickled provider
(`Declaration.provider`).
"""

from __future__ import annotations

import asyncio
import base64
import copy
import difflib
import inspect
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Self, TypeVar, dataclass_transform, get_args, get_origin

import pulumi
import pulumi.dynamic

from verge_pulumi.client import as_key, printable
from verge_pulumi.engine.declaring import program, references
from verge_pulumi.engine.declaring.attributes import (
    DECLARED,
    REQUIRED,
    Attr,
    Attribute,
    Reference,
    arg,
    computed,
    items,
    path_ref,
    policy,
    ref,
    refs,
)
from verge_pulumi.engine.declaring.lives import PLAIN_ROW, Life, ShownOnce
from verge_pulumi.engine.declaring.roles import Review, Roles
from verge_pulumi.engine.declaring.signature import SignatureOfClass
from verge_pulumi.engine.declaring.values import uncarried

T = TypeVar("T")

OWNER = "__owner"
"""Hidden input: ``project/stack`` of the program, which the provider process is not told by the engine."""

NAME = "__name"
"""Hidden input: the name of the resource in the program."""

ORGANIZATION = "__org"
"""Hidden input: the organization of the stack, which a request does not tell either."""

SEED = "__seed"
"""Hidden input: what is derived from a name is derived from this, which stays when the resource is renamed."""

ENDING = "__ending"
"""Hidden input: how to stop a VM that is about to be deleted, where its `Power` is a part of a component."""


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
        review: What reviews know of it besides the roles of its attributes.
    """

    title: str
    module: str
    table: str
    unique: tuple[str, ...] = ()
    named_by: str = ""
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
        """The projection of a GET. It always names columns: the default set is short (fact sheet quirks R1)."""
        own = [a.column for a in self.attributes.values() if a.readable and not a.follow and a.column]
        followed = [f"{a.follow} as {a.name}" for a in self.attributes.values() if a.follow]
        return ("$key", *dict.fromkeys([*own, *followed, *self.lasting]))

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
        known_by = (f"{a.follow} as {a.name}" if a.follow else a.column for a in self.known_by)
        return tuple(dict.fromkeys(("description", *filter(None, known_by), *self.lasting)))

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
    kw_only_default=True, field_specifiers=(arg, policy, ref, refs, path_ref, items, computed, parameter)
)
class Declared:
    """What declares attributes by annotations; type checkers derive the constructors of subclasses from them.

    A subclass that is no resource gives its attributes to all that inherit from it: a resource, and the arguments by
    which a component makes one.
    """

    __signature__ = SignatureOfClass()


class BaseResource(Declared, pulumi.dynamic.Resource):
    """The base of everything that a program declares.

    Args:
        resource_name: Name of the resource in the program.
        opts: Pulumi's resource options.
    """

    declaration: ClassVar[Declaration]
    review: ClassVar[Review] = Review()

    resource_name: str = parameter(kw_only=False)
    opts: pulumi.ResourceOptions | None = parameter(default=None, kw_only=False)

    def __init__(self, resource_name: str, /, opts: pulumi.ResourceOptions | None = None, **arguments: Any) -> None:
        running = program.current()
        with running.declaring():
            # Only components of this package give hidden inputs.
            hidden = {name: arguments.pop(name) for name in [*arguments] if name.startswith("__")}
            refuse_unknown(type(self), self.declaration.attributes, arguments)
            if opts is not None and opts.import_ is not None:
                raise pulumi.RunError(
                    f"Unable to import {self.declaration.title} '{printable(resource_name)}': Pulumi imports nothing "
                    "that a dynamic provider manages. Leave import_ out and set adopt=True, which takes the existing "
                    "row over."
                )
            inputs = self.declaration.inputs
            subject = f"{self.declaration.title} '{printable(resource_name)}'"
            provider = self._provider_of(opts)
            given, properties = {}, {}
            for name, value in self.derive_arguments(arguments).items():
                argument = references.argument(subject, inputs[name], provider)
                given[name] = argument.meant(value)
                properties[name] = argument.registered(_carried(subject, inputs[name], given[name]))
            hidden[OWNER] = f"{pulumi.get_project()}/{pulumi.get_stack()}"
            hidden[ORGANIZATION] = pulumi.get_organization()
            hidden[NAME] = running.unless_refused(resource_name)
            running.announce(self, resource_name, given, provider)
            running.claim(self, self._claim(resource_name, opts))
            self._register(resource_name, {**properties, **hidden}, opts)
            running.registered(self)

    def __init_subclass__(
        cls,
        *,
        table: str = "",
        unique: Iterable[str] = (),
        named_by: str = "",
        named_keys: bool = False,
        only: Mapping[str, Any] | None = None,
        listed_in: tuple[str, str] | None = None,
        fixed: Iterable[str] = (),
        delete_before_replace: bool = True,
        life: Life = PLAIN_ROW,
        parent: str = "",
        since: str = "",
        abstract: bool = False,
        **options: Any,
    ) -> None:
        """Read the declaration off the class.

        Args:
            table: The table whose rows the class manages.
            unique: Attributes whose values together are unique on the system.
            named_by: The attribute by which people name a row, if `unique` does not tell.
            named_keys: Whether the key of a row is a name.
            only: A fixed condition that rows must meet to be found by name.
            listed_in: The table whose rows list these, and under which name.
            fixed: Columns that VergeOS draws when it creates a row and never changes.
            delete_before_replace: Whether a row that is replaced goes before its successor is created.
            life: How the objects come into effect, change and go.
            parent: The reference to the row that a row is created within, where several references may be that.
            since: The first release of VergeOS that has the table.
            abstract: Whether the class only gives its attributes to its subclasses.
            options: Passed on to Pulumi.
        """
        super().__init_subclass__(**options)
        if abstract:
            return
        if table or not hasattr(cls, "declaration"):
            cls.declaration = Declaration(
                title=cls.__name__,
                module=cls.__module__,
                table=table,
                unique=tuple(unique),
                named_by=named_by,
                named_keys=named_keys,
                only=only or {},
                listed_in=listed_in,
                fixed=tuple(fixed),
                delete_before_replace=delete_before_replace,
                life=life,
                within=parent,
                since=since,
                attributes=read_attributes(cls),
                review=cls.review,
            )
            _examine(cls, cls.declaration)
            DECLARED[cls.__name__] = cls
        else:
            refuse_own(cls, cls.declaration.title, cls.declaration.attributes)
        # The SDK reads the annotations of the final class to give outputs their types; without them every number would
        # be a float. It knows nothing of our descriptors, so it is told in its own words.
        output: Any = pulumi.Output
        cls.__annotations__ = {
            name: output[attribute.value_type]
            for name, attribute in cls.declaration.attributes.items()
            if isinstance(attribute.value_type, type)
        }

    def when_there(self, others: Sequence[pulumi.CustomResource]) -> Self:
        """Return this resource for those who refer to it: they wait until `others` are there, too.

        They do not depend on `others` for the engine, which would replace them along with those.
        """
        view = copy.copy(self)
        view.__dict__.update({name: _when_there(getattr(self, name), others) for name in ("id", "urn")})
        program.current().stands_for(view, self)
        return view

    @property
    def key(self) -> pulumi.Output[int | str]:
        """The row's `$key`. Computed from `id`, because output-only values are unknown in previews of updates."""
        return self.id.apply(row_key)

    @property
    def location(self) -> pulumi.Output[str]:
        """Where the API serves the row, relative to ``/api``, such as ``/v4/vms/42``."""
        table = self.declaration.table
        return self.id.apply(lambda id: location(table, id))

    def _register(self, resource_name: str, properties: dict[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        declaration = self.declaration
        secrets = [name for name, attribute in declaration.attributes.items() if attribute.secret]
        secrets += declaration.life.hides
        # Every output must be named, if only with None, or the SDK does not hand it to the program.
        properties = {
            **dict.fromkeys(declaration.attributes),
            **properties,
            "__provider": declaration.provider,
        }
        merge = pulumi.ResourceOptions.merge
        # Said here and not by the diff alone, which the engine does not ask when a replacement is forced.
        usual = pulumi.ResourceOptions(delete_before_replace=declaration.delete_before_replace or None)
        options = merge(merge(usual, opts), pulumi.ResourceOptions(additional_secret_outputs=secrets))
        pulumi.CustomResource.__init__(self, declaration.type_token, resource_name, properties, options)

    @classmethod
    def _provider_of(cls, opts: pulumi.ResourceOptions | None) -> pulumi.ProviderResource | None:
        """Return the explicit provider that a resource with these options gets, its own or its parent's."""
        if opts is None or opts.provider is not None or opts.parent is None:
            return opts.provider if opts else None
        return opts.parent.get_provider(cls.declaration.type_token)

    @classmethod
    def _claim(cls, resource_name: str, opts: pulumi.ResourceOptions | None) -> program.Claim:
        types = (*program.current().types_of(opts.parent if opts else None), cls.declaration.type_token)
        return program.Claim(types=types, name=resource_name, text=f"{cls.declaration.title} '{resource_name}'")

    @classmethod
    def derive_arguments(cls, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the arguments with those that only the program's process can derive from them."""
        return arguments


class Resource(BaseResource, abstract=True):
    """A row of a VergeOS table."""

    adopt: Attr[bool | None] = policy(default=None)
    """Whether to take over a row that exists already under the same unique name, instead of failing."""

    @classmethod
    def get(cls, resource_name: str, id: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> Self:
        """Read a row that this program does not manage.

        Args:
            resource_name: Name of the resource in the program.
            id: The row's key.
            opts: Pulumi's resource options.

        Returns:
            The resource with all its outputs. Pulumi never changes or deletes the row.
        """
        resource = cls.__new__(cls)
        resource._register(resource_name, {}, pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id)))
        return resource


def refuse_unknown(cls: type, attributes: Mapping[str, Attribute], arguments: Mapping[str, Any]) -> None:
    """Say what a program without a type checker would learn from one.

    Raises:
        TypeError: An argument is unknown, missing, or decided by VergeOS.
    """
    known = {name: attribute for name, attribute in attributes.items() if attribute.is_input}
    for name in arguments:
        if name in attributes and name not in known:
            raise TypeError(f"{cls.__name__}: '{name}' is decided by VergeOS and cannot be set.")
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise TypeError(f"{cls.__name__} has no argument '{printable(name, 80)}'.{hint}")
    missing = [name for name, attribute in known.items() if attribute.required and name not in arguments]
    if missing:
        raise TypeError(f"{cls.__name__} needs {', '.join(f'{name}=' for name in missing)}.")


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


def _when_there(output: pulumi.Output[Any], others: Sequence[pulumi.CustomResource]) -> pulumi.Output[Any]:
    """Return an output whose value is known to the program when these resources are there."""

    async def resources() -> set[pulumi.Resource]:
        # With --continue-on-error the program goes on after a failure; who depends on what failed is left out.
        failed = {other for other in others if not await other.id.is_known()}
        return await output.resources() | (set() if pulumi.runtime.is_dry_run() else failed)

    async def value() -> Any:
        await asyncio.gather(*(other.urn.future() for other in others))
        return await output.future(with_unknowns=True)

    return pulumi.Output(resources(), value(), output.is_known(), output.is_secret())


def _carried(subject: str, attribute: Attribute, value: Any) -> Any:
    """Return a value whose numbers arrive as they are; an output is looked at when it is known.

    Raises:
        pulumi.RunError: A number would arrive as another one. The provider cannot tell any more.
    """

    def refuse(known: T) -> T:
        if why := uncarried(known):
            raise pulumi.RunError(f"Unable to declare {subject}: {attribute.name}: {why}.")
        return known

    def outputs(within: Any) -> Any:
        if isinstance(within, pulumi.Output):
            return within.apply(refuse)
        if isinstance(within, Mapping):
            return {name: outputs(inner) for name, inner in within.items()}
        return [outputs(inner) for inner in within] if isinstance(within, list | tuple) else within

    refuse(value)
    # A reference is the id of a resource as a rule, and that is text.
    return value if isinstance(attribute, Reference) else outputs(value)


def scope_of(olds: Mapping[str, Any], news: Mapping[str, Any], name: str, suffix: str, *, since: str) -> str | None:
    """Return the scope in which a value was derived from names, None where it is derived for the first time.

    Args:
        olds: The inputs in the state. Those of the first release have no `SEED`; project, stack and name were it then.
        news: What the program says.
        name: The name of the VM in the program.
        suffix: What the name of the resource has after it where a component made it; an old name has it too.
        since: The argument that holds the value.
    """
    if SEED in olds or since not in olds or OWNER not in olds:
        return olds.get(SEED)
    before = str(olds.get(NAME, ""))
    if news.get(NAME) == name + suffix and before.endswith(suffix):
        name = before.removesuffix(suffix)
    return f"{olds[OWNER]}/{name}"


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
    for base in reversed([base for base in cls.__mro__ if issubclass(base, Declared)]):
        if "declaration" in vars(base):
            attributes.update(vars(base)["declaration"].attributes)
            continue
        names = {**vars(sys.modules[base.__module__]), base.__name__: base}
        for name, annotation in inspect.get_annotations(base, eval_str=True, globals=names).items():
            attribute = base.__dict__.get(name)
            if not isinstance(attribute, Attribute):
                continue
            origin: Any = get_origin(annotation)
            if origin is not type(attribute):
                raise DeclarationError(f"{cls.__name__}.{name}: declare it as {type(attribute).__name__}[...].")
            attribute.bind(name, get_args(annotation)[0])
            attributes[name] = attribute
    return attributes


def _examine(cls: type, declaration: Declaration) -> None:
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
