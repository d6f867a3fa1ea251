"""What a declaration may say about one attribute: `Attr`, references, and the functions that declare them.

To a type checker an attribute accepts ``pulumi.Input[T]`` in the constructor and reads as ``pulumi.Output[T]``; both
come from its one annotation, through the `__set__` and `__get__` of the descriptor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin, overload

import pulumi

from verge_pulumi.engine.declaring.roles import Role
from verge_pulumi.engine.declaring.values import Key, RowPath, Value, is_secret, row_path, value_of

if TYPE_CHECKING:
    from verge_pulumi.engine.connecting.finding import ByName
    from verge_pulumi.engine.declaring.declaration import BaseResource

T = TypeVar("T")
A = TypeVar("A")
R = TypeVar("R", bound="BaseResource", covariant=True)

REQUIRED: Any = object()

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
        write_only: bool = False,
        follow: str | None = None,
        through: str | None = None,
        is_input: bool = True,
        role: Role | None = None,
        unit: int | None = None,
        unset: int | None = None,
        empty: Collection[str] = (),
        outage: str = "",
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
        self.write_only = write_only
        self.follow = follow
        self.through = through
        self.is_input = is_input
        self.role: Role | None = role
        self.unit = unit
        self.unset = unset
        self.empty = tuple(empty)
        self.outage = outage
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
    def writable(self) -> bool:
        """Whether a POST may carry it."""
        return self.is_input and self.column is not None

    @property
    def leads_up(self) -> bool:
        """Whether it is the key of a row that this one lies below, through others."""
        return bool(self.follow) and "ref" in self.value.json_types

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

    def _read(self, instance: pulumi.Resource | None) -> Any:
        return self if instance is None else instance.__dict__[self.name]


class Whole(Generic[R]):
    """What is made of several resources, and is accepted wherever the main one of them is."""

    @property
    def main(self) -> R:
        """The resource that a reference to it means."""
        raise NotImplementedError


class Attr(Attribute, Generic[T]):
    """An attribute of type T: written as ``pulumi.Input[T]``, read as ``pulumi.Output[T]``."""

    @overload
    def __get__(self, instance: None, owner: type) -> Attr[T]: ...
    @overload
    def __get__(self, instance: pulumi.Resource, owner: type) -> pulumi.Output[T]: ...
    def __get__(self, instance: pulumi.Resource | None, owner: type) -> Any:
        """Return the output, or on the class the declaration itself."""
        return self._read(instance)

    def __set__(self, instance: object, value: pulumi.Input[T]) -> None:
        """Refuse: a resource's values are set by its constructor."""
        raise AttributeError(f"'{self.name}' is set by the constructor of {type(instance).__name__}")


class Reference(Attribute):
    """An attribute that names another row: by the resource itself, by its ``id``, by its key, or by its name."""

    as_path = False
    """Whether it is kept as ``table/key`` and not as the key alone."""

    def bind(self, name: str, annotation: Any) -> None:
        """Tell the reference its name and which resources it accepts."""
        self.target = annotation
        kind: Any = Key
        if self.as_path:
            kind = RowPath if get_args(annotation) else row_path(annotation.declaration.table)
        super().bind(name, kind)

    @property
    def targets(self) -> list[type[BaseResource]]:
        """The resources it accepts, without one that is named here and has not been declared yet."""
        named = [DECLARED.get(name) for name in self.accepts()]
        return [each for each in named if each is not None]

    def refers_to(self, value: Any) -> Iterable[tuple[str, str]]:
        """Return table and key of each row that a value names: one for each resource that a bare key may be."""
        table, _, key = str(value).rpartition("/")
        if table:
            return [(table.removeprefix("/v4/"), key)]
        return [(target.declaration.table, key) for target in self.targets] if value is not None else []

    def accepts(self) -> list[str]:
        """Return the class names of the resources it accepts."""
        targets = get_args(self.target) or (self.target,)
        return [getattr(target, "__forward_arg__", getattr(target, "__name__", "")) for target in targets]


class Ref(Reference, Generic[R]):
    """A required reference to a row that an R manages."""

    @overload
    def __get__(self, instance: None, owner: type) -> Ref[R]: ...
    @overload
    def __get__(self, instance: pulumi.Resource, owner: type) -> pulumi.Output[str]: ...
    def __get__(self, instance: pulumi.Resource | None, owner: type) -> Any:
        """Return the key as an output, or on the class the declaration itself."""
        return self._read(instance)

    def __set__(self, instance: object, value: R | Whole[R] | ByName | pulumi.Input[str] | pulumi.Input[int]) -> None:
        """Refuse: a resource's values are set by its constructor."""
        raise AttributeError(f"'{self.name}' is set by the constructor of {type(instance).__name__}")


class OptionalRef(Reference, Generic[R]):
    """A reference to a row that an R manages, or none."""

    @overload
    def __get__(self, instance: None, owner: type) -> OptionalRef[R]: ...
    @overload
    def __get__(self, instance: pulumi.Resource, owner: type) -> pulumi.Output[str | None]: ...
    def __get__(self, instance: pulumi.Resource | None, owner: type) -> Any:
        """Return the key as an output, or on the class the declaration itself."""
        return self._read(instance)

    def __set__(
        self, instance: object, value: R | Whole[R] | ByName | pulumi.Input[str] | pulumi.Input[int] | None
    ) -> None:
        """Refuse: a resource's values are set by its constructor."""
        raise AttributeError(f"'{self.name}' is set by the constructor of {type(instance).__name__}")


class Items(Attribute, Generic[A]):
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

    @overload
    def __get__(self, instance: None, owner: type) -> Items[A]: ...
    @overload
    def __get__(self, instance: pulumi.Resource, owner: type) -> pulumi.Output[list[dict[str, Any]]]: ...
    def __get__(self, instance: pulumi.Resource | None, owner: type) -> Any:
        """Return the list as an output, or on the class the declaration itself."""
        return self._read(instance)

    def __set__(self, instance: object, value: Sequence[A]) -> None:
        """Refuse: a resource's values are set by its constructor."""
        raise AttributeError(f"'{self.name}' is set by the constructor of {type(instance).__name__}")


def arg(
    *,
    default: Any = REQUIRED,
    column: str = "",
    member: str | None = None,
    replaces: bool = False,
    restarts: bool = False,
    ge: int | None = None,
    le: int | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    pattern: str | None = None,
    write_only: bool = False,
    role: Role | None = None,
    unit: int | None = None,
    unset: int | None = None,
    empty: Collection[str] = (),
) -> Any:
    """Declare an argument that is a column of the table.

    Args:
        default: ``None`` for an argument that may be left out; VergeOS then decides.
        column: The column's name in the API where it differs from the attribute's.
        member: Its name in that column, where several attributes share one that holds a JSON object. If one changes
            all are written, since VergeOS replaces such a column as a whole (fact sheet quirks W7).
        replaces: Whether the column is set on create only, so that a change replaces the row.
        restarts: Whether a change of what runs takes effect only when that restarts.
        ge: Smallest number allowed.
        le: Largest number allowed.
        min_length: Shortest text allowed.
        max_length: Longest text allowed.
        pattern: Regular expression the text must match.
        write_only: Whether VergeOS never returns it; the state keeps what was last written.
        role: What it tells reviews of the object, as `roles` lists it.
        unit: Bytes for which 1 stands, where it is an amount of memory or data.
        unset: What VergeOS makes of it where it is left out, if reviews have to know that.
        empty: Values with which the object has no data of its own, and takes no space for it.
    """
    return Attr[Any](
        default=default,
        column=column,
        member=member,
        replaces=replaces,
        restarts=restarts,
        ge=ge,
        le=le,
        min_length=min_length,
        max_length=max_length,
        pattern=pattern,
        write_only=write_only,
        role=role,
        unit=unit,
        unset=unset,
        empty=empty,
    )


def policy(
    *,
    default: Any = None,
    ge: int | None = None,
    le: int | None = None,
    replaces: bool = False,
    role: Role | None = None,
    outage: str = "",
) -> Any:
    """Declare an argument that VergeOS knows nothing of: how this package treats the row.

    Args:
        default: ``None`` for an argument that may be left out.
        ge: Smallest number allowed.
        le: Largest number allowed.
        replaces: Whether a change replaces the row.
        role: What it tells reviews of the object, as `roles` lists it.
        outage: What a restart that it allows interrupts, as the end of a sentence.
    """
    return Attr[Any](default=default, column=None, ge=ge, le=le, replaces=replaces, role=role, outage=outage)


def ref(
    *,
    default: Any = REQUIRED,
    column: str | None = "",
    through: str | None = None,
    replaces: bool = False,
    restarts: bool = False,
    role: Role | None = None,
) -> Any:
    """Declare a reference to another row.

    Args:
        default: ``None`` for a reference that may be left out.
        column: The column's name in the API where it differs from the attribute's; None if it is in no column.
        through: The column of the *referenced* row whose value this table wants instead of the key. Drives and NICs
            hang on the VM's ``machine``, not on the VM (fact sheet vms §1).
        replaces: Whether the column is set on create only.
        restarts: Whether a change of what runs takes effect only when that restarts.
        role: What it tells reviews of the object, as `roles` lists it.
    """
    descriptor = Ref[Any] if default is REQUIRED else OptionalRef[Any]
    return descriptor(default=default, column=column, through=through, replaces=replaces, restarts=restarts, role=role)


def path_ref(*, column: str | None = None, replaces: bool = False) -> Any:
    """Declare a reference that is kept as ``table/key``.

    Args:
        column: The column that holds it, if the table has one.
        replaces: Whether it is set on create only.
    """
    reference = Ref[Any](column=column, replaces=replaces)
    reference.as_path = True
    return reference


def items(value: Value, role: Role | None = None) -> Any:
    """Declare a list in an order that counts.

    Args:
        value: How what is in it is checked and compared.
        role: What it tells reviews of the object, as `roles` lists it.
    """
    return Items[Any](value, role)


def computed(
    *,
    init: Literal[False] = False,
    column: str = "",
    follow: str | None = None,
    role: Role | None = None,
    unit: int | None = None,
) -> Any:
    """Declare an output that VergeOS decides.

    Args:
        init: Tells type checkers that it is not an argument of the constructor.
        column: The column's name in the API where it differs from the attribute's.
        follow: A traversal such as ``machine#status#running``, for a fact that another row holds.
        role: What it tells reviews of the object, as `roles` lists it.
        unit: Bytes for which 1 stands, where it is an amount of memory or data.
    """
    return Attr[Any](default=None, column=column, follow=follow, is_input=init, role=role, unit=unit)


def _bare(annotation: Any) -> Any:
    """Return an annotation without ``None`` and without `Annotated`, as far down as a union goes."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    members = [member for member in get_args(annotation) if member is not NoneType]
    if NoneType in get_args(annotation) and len(members) == 1:
        return _bare(members[0])
    return annotation
