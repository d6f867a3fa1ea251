"""What a declaration may say about one attribute: `Attr`, references, and the functions that declare them.

To a type checker an attribute accepts ``pulumi.Input[T]`` in the constructor and reads as ``pulumi.Output[T]``; both
come from its one annotation, through the `__set__` and `__get__` of the descriptor.

It is one file, since the attributes and the functions that declare them mirror each other.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from types import NoneType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Generic,
    Literal,
    Self,
    TypeAlias,
    TypeVar,
    get_args,
    get_origin,
    overload,
)

import pulumi

from verge_pulumi.engine.connecting.finding import ByName
from verge_pulumi.engine.declaring.roles import Role
from verge_pulumi.engine.declaring.values import (
    Key,
    Keys,
    KeyText,
    RowPath,
    Value,
    is_secret,
    row_path,
    value_of,
    with_names,
)

if TYPE_CHECKING:
    from verge_pulumi.engine.declaring.resource import BaseResource

T = TypeVar("T")
A = TypeVar("A")
Written = TypeVar("Written")
Read = TypeVar("Read")
R = TypeVar("R", bound="BaseResource")
Main = TypeVar("Main", bound="BaseResource", covariant=True)

REQUIRED: Any = object()

REST = "*"
"""As the ``member`` of an attribute: what of a JSON object no other attribute declares, as far as the program names
it."""

DECLARED: dict[str, type[BaseResource]] = {}
"""The resources that this process has imported, by the names of their classes."""


class Attribute:
    """What a declaration says about one attribute; the part that `Attr` and the references share."""

    def __init__(
        self,
        *,
        default: Any = REQUIRED,
        column: str | None = "",
        member: str | None = None,
        replaces: bool = False,
        restarts: bool = False,
        ge: int | None = None,
        le: int | None = None,
        min_length: int | None = None,
        max_length: int | None = None,
        pattern: str | None = None,
        wanted: str = "",
        write_only: bool = False,
        if_unset: Any = None,
        since: str = "",
        follow: str | None = None,
        held_by: str = "",
        through: str | None = None,
        is_input: bool = True,
        role: Role | None = None,
        unit: int | None = None,
        unset: int | None = None,
        empty: Collection[str] = (),
        outage: str = "",
        loss: str = "",
    ) -> None:
        self.default = default
        self.column = column
        self.member = member
        self.replaces = replaces
        self.restarts = restarts
        self.limits: dict[str, Any] = {
            limit: bound
            for limit, bound in {
                "ge": ge,
                "le": le,
                "min_length": min_length,
                "max_length": max_length,
                "pattern": pattern,
            }.items()
            if bound is not None
        }
        self.wanted = wanted
        self.write_only = write_only
        self.if_unset = if_unset
        self.since = since
        self.follow = follow
        self.held_by = held_by
        self.through = through
        self.is_input = is_input
        self.role: Role | None = role
        self.unit = unit
        self.unset = unset
        self.empty = tuple(empty)
        self.outage = outage
        self.loss = loss
        self.name = ""
        self.annotation: Any = None

    def bind(self, name: str, annotation: Any) -> None:
        """Tell the attribute its name and the T of its annotation."""
        self.name = name
        self.annotation = annotation
        if self.column == "":
            self.column = name

    target: Any = None
    """The resource class, or several in a union, that a reference names."""

    @property
    def required(self) -> bool:
        """Whether the constructor demands it."""
        return self.is_input and self.default is REQUIRED

    @cached_property
    def secret(self) -> bool:
        """Whether the value is a secret."""
        return is_secret(self.annotation)

    @property
    def readable(self) -> bool:
        """Whether a GET answers it: a column of its own, or one that is followed to."""
        return bool(self.follow or self.column) and not self.write_only and self.through is None

    @property
    def answer(self) -> str:
        """The name under which an answer holds what a GET tells of it."""
        return self.name if self.follow and not self.member else str(self.column)

    @property
    def projection(self) -> tuple[str, ...]:
        """The fields of a GET that tell it; none if none does."""
        if self.follow:
            return (f"{self.follow} as {self.answer}",)
        if not self.readable:
            return ()
        elsewhere = (f"{self.held_by}#{self.column} as {self._held}",) if self.held_by else ()
        return (self.answer, *elsewhere)

    def answered(self, row: Mapping[str, Any]) -> Any:
        """Return what a row that was read with the `projection` tells of it."""
        own = row.get(self.answer)
        return row.get(self._held) if own is None and self.held_by else own

    def is_shown(self, row: Mapping[str, Any]) -> bool:
        """Say whether a row that was read with the `projection` has the column, whatever is in it."""
        return self.answer in row or (bool(self.held_by) and self._held in row)

    @property
    def _held(self) -> str:
        return f"{self.held_by}_{self.column}"

    @property
    def writable(self) -> bool:
        """Whether a POST may carry it."""
        return self.is_input and self.column is not None

    @property
    def leads_up(self) -> bool:
        """Whether it is the key of a row that this one lies below, through others."""
        return bool(self.follow) and not self.is_input and "ref" in self.value.json_types

    @cached_property
    def value(self) -> Value:
        """How its values are spelt, compared and carried."""
        return value_of(self.annotation)

    @cached_property
    def value_type(self) -> Any:
        """The annotated type without ``None`` and without our markers, as pydantic and the SDK want it."""
        return _bare(self.annotation)

    def refers_to(self, value: Any) -> Iterable[tuple[str, str]]:
        """Return table and key of each row that a value names."""
        return self.value.refers_to(value)


class Whole(Generic[Main]):
    """What is made of several resources, and is accepted wherever the main one of them is."""

    @property
    def main(self) -> Main:
        """The resource that a reference to it means."""
        raise NotImplementedError


class Described(Attribute, Generic[Written, Read]):
    """The descriptor of an attribute: a program writes it in one form, in the constructor alone, and reads another."""

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: pulumi.Resource, owner: type) -> pulumi.Output[Read]: ...
    def __get__(self, instance: pulumi.Resource | None, owner: type) -> Any:
        """Return the output, or on the class the declaration itself."""
        return self if instance is None else instance.__dict__[self.name]

    def __set__(self, instance: object, value: Written) -> None:
        """Refuse: a resource's values are set by its constructor."""
        raise AttributeError(f"'{self.name}' is set by the constructor of {type(instance).__name__}")


class Attr(Described[pulumi.Input[T], T], Generic[T]):
    """An attribute of type T: written as ``pulumi.Input[T]``, read as ``pulumi.Output[T]``."""


class Measured(Described[pulumi.Input[T | str], T], Generic[T]):
    """A number of a fixed unit, read as such, which a program may also write as a text with another one: ``"2GiB"``."""


class Reference(Attribute):
    """An attribute that names another row: by the resource itself, by its ``id``, by its key, or by its name."""

    as_path = False
    """Whether it is kept as ``table/key`` and not as the key alone."""

    def bind(self, name: str, annotation: Any) -> None:
        """Tell the reference its name and which resources it accepts."""
        self.target = annotation
        super().bind(name, self.kept_as(annotation))

    def kept_as(self, target: Any) -> Any:
        """Return the type by which a reference to the target is kept in the state."""
        if not self.as_path:
            return Key
        # Of several kinds, or of all that have a trait, the table tells which is meant.
        return row_path(target.declaration.table) if hasattr(target, "declaration") else RowPath

    @cached_property
    def value(self) -> Value:
        """How its values are spelt: some tables have names for keys."""
        usual = value_of(self.annotation)
        return with_names(usual) if any(target.declaration.named_keys for target in self.targets) else usual

    declared_in = ""
    """The module that declares what it refers to, if that cannot be imported where the reference is declared; for a
    trait the package of all that may have it."""

    @property
    def targets(self) -> list[type[BaseResource]]:
        """The resources it accepts, without one that is named here and has not been declared yet."""
        named = [DECLARED.get(name) for name in self.accepts()]
        return [each for each in named if each is not None]

    def resolved(self) -> list[type[BaseResource]]:
        """Return the resources it accepts, and import the one that may not have been declared yet."""
        if self.declared_in:
            module = importlib.import_module(self.declared_in)
            for name in getattr(module, "__all__", ()):
                getattr(module, name)  # a package imports what it has when that is used
        return self.targets

    def refers_to(self, value: Any) -> Iterable[tuple[str, str]]:
        """Return table and key of each row that a value names: one for each resource that a bare key may be."""
        table, _, key = str(value).rpartition("/")
        if table:
            return [(table.removeprefix("/v4/"), key)]
        return [(target.declaration.table, key) for target in self.targets] if value is not None else []

    def meaning(self, name: str = "...") -> str:
        """Return what to give instead of something that is no reference, such as a bare name."""
        accepted = self.accepts()
        kinds = " or ".join(f"{'an' if each[0] in 'AEIO' else 'a'} {each}" for each in accepted)
        key = "its key" if len(accepted) == 1 else "its path such as 'vms/42'"
        return f"Pass {kinds}, {key}, or by_name({name})."

    def accepts(self) -> list[str]:
        """Return the class names of the resources it accepts; a trait stands for those that have it."""
        targets = get_args(self.target) or (self.target,)
        named = [getattr(target, "__forward_arg__", getattr(target, "__name__", "")) for target in targets]
        return [each for name in named for each in ([name] if name in DECLARED else _having(name) or [name])]


def _having(trait: str) -> list[str]:
    """Return the names of the resources that inherit from a class which declares none itself, and from no resource."""
    above = {name: kind.__mro__[1:] for name, kind in DECLARED.items()}
    return sorted(
        name
        for name, bases in above.items()
        if any(base.__name__ == trait for base in bases) and not any("declaration" in vars(base) for base in bases)
    )


Exported: TypeAlias = Mapping[str, Any]
"""What `export` gives to other stacks: ``{"$key": 42, "location": "/v4/vms/42"}``."""

Referred: TypeAlias = R | Whole[R] | ByName | pulumi.Input[str] | pulumi.Input[int] | pulumi.Input[Exported]
"""What names a row that an R manages."""


class Ref(Reference, Described[Referred[R], str], Generic[R]):
    """A required reference to a row that an R manages."""


class OptionalRef(Reference, Described[Referred[R] | None, str | None], Generic[R]):
    """A reference to a row that an R manages, or none."""


class Refs(
    Reference,
    Described[Sequence[Referred[R]] | pulumi.Output[Sequence[str | int | Exported]] | None, list[str] | None],
    Generic[R],
):
    """References to rows that Rs manage, in a list, or none; read as their keys."""

    in_text = False
    """Whether the column holds the keys as text, separated by commas."""

    def kept_as(self, target: Any) -> Any:
        """Return the type of a list of keys."""
        return KeyText if self.in_text else Keys

    def refers_to(self, value: Any) -> Iterable[tuple[str, str]]:
        """Return table and key of each row that the list names."""
        rows = super().refers_to
        return [place for key in self.value.normalise(value or []) for place in rows(key)]


class Items(Described[Sequence[A], list[dict[str, Any]]], Generic[A]):
    """A list in an order that counts: written as arguments objects, read as what each of them says, by name."""

    def __init__(self, value: Value, role: Role | None = None) -> None:
        super().__init__(column=None, role=role)
        self.item: Any = None
        self.list_value = value

    def bind(self, name: str, annotation: Any) -> None:
        """Tell the list its name and the class of its arguments objects."""
        self.item = annotation
        kind: Any = Annotated
        super().bind(name, kind[list[dict[str, Any]], self.list_value])


class NamedItems(Described[Mapping[str, A], dict[str, dict[str, Any]]], Generic[A]):
    """Parts by name: written as arguments objects, read as what each of them says, by name."""

    def __init__(self, value: Value, table: str, role: Role | None = None) -> None:
        super().__init__(column=None, role=role)
        self.item: Any = None
        self.named_value = value
        self.table = table

    def bind(self, name: str, annotation: Any) -> None:
        """Tell the parts their name and the class of their arguments objects."""
        self.item = annotation
        kind: Any = Annotated
        super().bind(name, kind[dict[str, dict[str, Any]], self.named_value])


def arg(
    *,
    default: Any = REQUIRED,
    column: str = "",
    member: str | None = None,
    follow: str | None = None,
    held_by: str = "",
    replaces: bool = False,
    restarts: bool = False,
    ge: int | None = None,
    le: int | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    pattern: str | None = None,
    wanted: str = "",
    write_only: bool = False,
    role: Role | None = None,
    unit: int | None = None,
    unset: int | None = None,
    empty: Collection[str] = (),
    if_unset: Any = None,
    since: str = "",
) -> Any:
    """Declare an argument that is a column of the table.

    Args:
        default: ``None`` for an argument that may be left out; VergeOS then decides.
        column: The column's name in the API where it differs from the attribute's.
        member: Its name in that column, where several attributes share one that holds a JSON object. If one changes
            all are written, together with the other names that VergeOS has there, since it replaces the whole column
            (docs/vergeos/quirks.md §W7). `REST` is an object of further names.
        follow: Where it is read, if not in the column that is written, such as ``settings[all]``. Attributes that share
            a column share this too.
        held_by: The reference to a row that may hold the column instead, where sources disagree which of the two does.
            It is asked of both, and the table's own counts.
        replaces: Whether the column is set on create only, so that a change replaces the row.
        restarts: Whether a change of what runs takes effect only when that restarts.
        ge: Smallest number allowed.
        le: Largest number allowed.
        min_length: Shortest text allowed.
        max_length: Longest text allowed.
        pattern: Regular expression the text must match.
        wanted: What matches it, for people: "Give a time such as '03:30'".
        write_only: Whether VergeOS never returns it; the state keeps what was last written.
        role: What it tells reviews of the object, as `roles` lists it.
        unit: Bytes for which 1 stands, where it is an amount of memory or data.
        unset: What VergeOS makes of it where it is left out, if reviews have to know that.
        empty: Values with which the object has no data of its own, and takes no space for it.
        if_unset: What VergeOS decides, where that helps to tell rows without a mark apart.
        since: The first release of VergeOS that has the column.
    """
    return Attr[Any](
        default=default,
        column=column,
        member=member,
        follow=follow,
        held_by=held_by,
        replaces=replaces,
        restarts=restarts,
        ge=ge,
        le=le,
        min_length=min_length,
        max_length=max_length,
        pattern=pattern,
        wanted=wanted,
        write_only=write_only,
        role=role,
        unit=unit,
        unset=unset,
        empty=empty,
        if_unset=if_unset,
        since=since,
    )


def measured(
    *,
    default: None,
    restarts: bool = False,
    ge: int | None = None,
    le: int | None = None,
    role: Role | None = None,
    unit: int | None = None,
    unset: int | None = None,
) -> Any:
    """Declare an argument that is a number of a fixed unit; what there is to say of it is as of `arg`."""
    return Measured[Any](default=default, restarts=restarts, ge=ge, le=le, role=role, unit=unit, unset=unset)


def policy(
    *,
    default: Any = None,
    ge: int | None = None,
    le: int | None = None,
    replaces: bool = False,
    role: Role | None = None,
    outage: str = "",
    loss: str = "",
) -> Any:
    """Declare an argument that VergeOS knows nothing of: how this package treats the row.

    Args:
        default: ``None`` for an argument that may be left out.
        ge: Smallest number allowed.
        le: Largest number allowed.
        replaces: Whether a change replaces the row.
        role: What it tells reviews of the object, as `roles` lists it.
        outage: What a restart that it allows interrupts, as the end of a sentence.
        loss: What a deletion that it allows takes along, as the subject of a sentence.
    """
    return Attr[Any](default=default, column=None, ge=ge, le=le, replaces=replaces, role=role, outage=outage, loss=loss)


def ref(
    *,
    default: Any = REQUIRED,
    column: str | None = "",
    member: str | None = None,
    follow: str | None = None,
    held_by: str = "",
    through: str | None = None,
    replaces: bool = False,
    restarts: bool = False,
    role: Role | None = None,
    since: str = "",
    declared_in: str = "",
) -> Any:
    """Declare a reference to another row.

    Args:
        default: ``None`` for a reference that may be left out.
        column: The column's name in the API where it differs from the attribute's; None if it is in no column.
        member: Its name in that column, as of `arg`.
        follow: Where it is read, as of `arg`.
        held_by: The row that may hold it instead, as of `arg`.
        through: The column of the *referenced* row whose value this table wants instead of the key. Drives and NICs
            belong to the VM's ``machine``, not to the VM (docs/vergeos/virtual-machines.md §1).
        replaces: Whether the column is set on create only.
        restarts: Whether a change of what runs takes effect only when that restarts.
        role: What it tells reviews of the object, as `roles` lists it.
        since: The first release of VergeOS that has the column.
        declared_in: The module of the other resource, if it cannot be imported here since it imports this one.
    """
    descriptor = Ref[Any] if default is REQUIRED else OptionalRef[Any]
    reference = descriptor(
        default=default,
        column=column,
        member=member,
        follow=follow,
        held_by=held_by,
        through=through,
        replaces=replaces,
        restarts=restarts,
        role=role,
        since=since,
    )
    reference.declared_in = declared_in
    return reference


def refs(
    *,
    default: None,
    column: str = "",
    replaces: bool = False,
    restarts: bool = False,
    in_text: bool = False,
    since: str = "",
) -> Any:
    """Declare a list of references, which may be left out; its column holds a list of keys.

    Args:
        default: ``None``, which type checkers want to see; VergeOS then decides.
        column: The column's name in the API where it differs from the attribute's.
        replaces: Whether the column is set on create only.
        restarts: Whether a change of what runs takes effect only when that restarts.
        in_text: Whether the column holds them as text, separated by commas.
        since: The first release of VergeOS that has the column.
    """
    references = Refs[Any](default=default, column=column, replaces=replaces, restarts=restarts, since=since)
    references.in_text = in_text
    return references


def path_ref(
    *,
    column: str | None = None,
    through: str | None = None,
    replaces: bool = False,
    role: Role | None = None,
    declared_in: str = "",
) -> Any:
    """Declare a reference that is kept as ``table/key``.

    Args:
        column: The column that holds it, if the table has one.
        through: The column of the *referenced* row whose value this table wants instead, as with `ref`.
        replaces: Whether it is set on create only.
        role: What it tells reviews of the object, as `roles` lists it.
        declared_in: The package of all resources that may have the trait that it names.
    """
    reference = Ref[Any](column=column, through=through, replaces=replaces, role=role)
    reference.as_path = True
    reference.declared_in = declared_in
    return reference


def items(value: Value, role: Role | None = None) -> Any:
    """Declare a list in an order that counts.

    Args:
        value: How what is in it is checked and compared.
        role: What it tells reviews of the object, as `roles` lists it.
    """
    return Items[Any](value, role)


def named_items(value: Value, *, table: str, role: Role | None = None) -> Any:
    """Declare parts by name.

    Args:
        value: How what is in it is checked and compared.
        table: The table of which each part is a row.
        role: What it tells reviews of the object, as `roles` lists it.
    """
    return NamedItems[Any](value, table, role)


def computed(
    *,
    init: Literal[False] = False,
    column: str | None = "",
    follow: str | None = None,
    role: Role | None = None,
    unit: int | None = None,
    write_only: bool = False,
) -> Any:
    """Declare an output that VergeOS decides.

    Args:
        init: Tells type checkers that it is not an argument of the constructor.
        column: The column's name in the API where it differs from the attribute's; None if it is in no column.
        follow: A traversal such as ``machine#status#running``, for a fact that another row holds.
        role: What it tells reviews of the object, as `roles` lists it.
        unit: Bytes for which 1 stands, where it is an amount of memory or data.
        write_only: Whether no GET returns it; the state keeps what a `ShownOnce` life was told.
    """
    return Attr[Any](
        default=None, column=column, follow=follow, write_only=write_only, is_input=init, role=role, unit=unit
    )


def _bare(annotation: Any) -> Any:
    """Return an annotation without ``None`` and without `Annotated`, as far down as a union goes."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    members = [member for member in get_args(annotation) if member is not NoneType]
    if NoneType in get_args(annotation) and len(members) == 1:
        return _bare(members[0])
    return annotation
