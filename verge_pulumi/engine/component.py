"""What a component is made of: settings of a resource, and parts that are given by name.

A part is known by its name and never by its place in a list, so that taking one away touches no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar, overload

import pulumi

from verge_pulumi.engine.attributes import Attribute
from verge_pulumi.engine.declare import Declared, parameter, read_attributes, refuse_unknown

Given = TypeVar("Given")
Made = TypeVar("Made", covariant=True)


class Arguments(Declared):
    """The arguments of a resource that a component makes; subclasses inherit its attributes."""

    attributes: ClassVar[Mapping[str, Attribute]]

    def __init__(self, **arguments: Any) -> None:
        refuse_unknown(type(self), self.attributes, arguments)
        self.given: Mapping[str, Any] = arguments

    def __init_subclass__(cls) -> None:
        """Read the attributes off the class."""
        cls.attributes = read_attributes(cls)


class Part(Generic[Given, Made]):
    """A part of a component: given to the constructor in one form, read in that of what is made of it."""

    def __set_name__(self, owner: type, name: str) -> None:
        """Learn the name."""
        self.name = name

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


class Component(Declared, pulumi.ComponentResource):
    """The base of components. They take the settings of one resource, and parts.

    Args:
        resource_name: Name of the component in the program.
        opts: Pulumi's resource options.
    """

    resource_name: str = parameter(kw_only=False)
    opts: pulumi.ResourceOptions | None = parameter(default=None)

    attributes: ClassVar[Mapping[str, Attribute]]
    parts: ClassVar[tuple[str, ...]]

    def __init__(self, resource_name: str, /, opts: pulumi.ResourceOptions | None = None, **arguments: Any) -> None:
        parts = {name: arguments.pop(name, None) for name in self.parts}
        refuse_unknown(type(self), self.attributes, arguments)
        pulumi.ComponentResource.__init__(self, f"vergeos:index:{type(self).__name__}", resource_name, None, opts)
        self.__dict__.update(self.make(resource_name, arguments, parts))
        self.register_outputs({})

    def __init_subclass__(cls) -> None:
        """Read the settings and the parts off the class."""
        cls.attributes = read_attributes(cls)
        cls.parts = tuple(name for name, value in vars(cls).items() if isinstance(value, Part))

    def make(self, name: str, settings: Mapping[str, Any], parts: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make the resources.

        Args:
            name: Name of the component in the program.
            settings: Those that were given.
            parts: Every part, None where it was not given.

        Returns:
            What was made of each part, and the outputs that the component has for its own.
        """
        raise NotImplementedError
