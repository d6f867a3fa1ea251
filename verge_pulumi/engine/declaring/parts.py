"""Parts: what a component is made of, and what a resource has that is a resource of its own."""

from __future__ import annotations

import importlib
import inspect
from typing import Any, Generic, TypeVar, get_args, overload

Given = TypeVar("Given")
Made = TypeVar("Made", covariant=True)


class Part(Generic[Given, Made]):
    """A part of a component or resource: given to the constructor in one form, read in that of what is made of it."""

    def __init__(self, *, declared_in: str = "") -> None:
        """Declare a part.

        Args:
            declared_in: The module that has the types of its annotation, if that is not to be imported with the class.
        """
        self.declared_in = declared_in

    def __set_name__(self, owner: type, name: str) -> None:
        """Learn the name, and the annotation as it is written."""
        self.name = name
        self.annotation = owner.__annotations__.get(name)

    @overload
    def __get__(self, instance: None, owner: type) -> Part[Given, Made]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Made: ...
    def __get__(self, instance: object | None, owner: type) -> Any:
        """Return what was made, or on the class the declaration itself."""
        return self if instance is None else instance.__dict__[self.name]

    def __set__(self, instance: object, value: Given | None) -> None:
        """Refuse: parts are set by the constructor."""
        raise AttributeError(f"'{self.name}' is set by the constructor of {type(instance).__name__}")


def parts_of(cls: type) -> tuple[str, ...]:
    """Return the names of the parts that a class declares or inherits."""
    names = (name for base in reversed(cls.__mro__) for name, value in vars(base).items() if isinstance(value, Part))
    return tuple(dict.fromkeys(names))


def part_types(owner: type, name: str) -> tuple[Any, Any]:
    """Return the type in which a part is given, and that in which it is read."""
    declaring = next(base for base in owner.__mro__ if name in vars(base))
    part: Part[Any, Any] = vars(declaring)[name]
    modules = [importlib.import_module(module) for module in (declaring.__module__, part.declared_in) if module]
    names = {name: value for module in modules for name, value in vars(module).items()}
    alone = type("", (), {"__annotations__": {name: part.annotation}})
    given, made = get_args(inspect.get_annotations(alone, eval_str=True, globals=names)[name])
    return given, made
