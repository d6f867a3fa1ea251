"""What a component is made of: settings of a resource, and parts that are given by name.

A part is known by its name and never by its place in a list, so that taking one away touches no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import pulumi

from verge_pulumi.client import printable
from verge_pulumi.engine.declaring import program
from verge_pulumi.engine.declaring.attributes import Attribute, Whole
from verge_pulumi.engine.declaring.declaration import Declared, parameter, read_attributes, refuse_own
from verge_pulumi.engine.declaring.parts import Part, parts_of
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.declaring.signature import UNNAMED, refuse_unknown, see_name
from verge_pulumi.engine.errors import written_at

R = TypeVar("R", bound=BaseResource, covariant=True)


class Arguments(Declared):
    """The arguments of a resource that a component makes; subclasses inherit its attributes."""

    attributes: ClassVar[Mapping[str, Attribute]]

    def __init__(self, **arguments: Any) -> None:
        refuse_unknown(written_at(type(self)), self.attributes, arguments)
        self.given: Mapping[str, Any] = arguments

    def __init_subclass__(cls) -> None:
        """Read the attributes off the class."""
        cls.attributes = read_attributes(cls)


@dataclass(frozen=True)
class Child:
    """A resource that a component makes.

    Attributes:
        kind: What it is.
        name: Its name in the program.
        text: What people call it, before the name of the component.
    """

    kind: type[BaseResource]
    name: str
    text: str


class Component(Declared, Whole[R], pulumi.ComponentResource):
    """The base of components. They take the settings of one resource, and parts.

    A subclass of a component is one with other defaults; its type in the state is that of the component.

    Args:
        resource_name: Name of the component in the program.
        opts: Pulumi's resource options.
    """

    resource_name: str = parameter(kw_only=False)
    opts: pulumi.ResourceOptions | None = parameter(default=None, kw_only=False)

    attributes: ClassVar[Mapping[str, Attribute]]
    parts: ClassVar[tuple[str, ...]]
    makes: ClassVar[tuple[type[BaseResource], ...]] = ()
    """The resources that it may make."""

    title: ClassVar[str]
    """The name of the class that declares, which is also the name people read in messages."""

    def __init__(
        self, resource_name: str = UNNAMED, /, opts: pulumi.ResourceOptions | None = None, **arguments: Any
    ) -> None:
        running = program.current()
        subject = f"{self.title} '{printable(resource_name)}'"
        with running.declaring(subject):
            see_name(type(self), resource_name, arguments)
            parts = {name: arguments.pop(name, None) for name in self.parts}
            refuse_unknown(subject, self.attributes, arguments, self.parts)
            token = f"vergeos:index:{self.title}"
            types = (*running.types_of(opts.parent if opts else None), token)
            whole = program.Claim(types=types, name=resource_name, text=f"{self.title} '{resource_name}'")
            children = [
                program.Claim(
                    types=(*types, child.kind.declaration.type_token),
                    name=child.name,
                    text=f"{child.text} of {whole.text}",
                )
                for child in self.children(resource_name, parts)
            ]
            running.claim(self, whole, children)
            pulumi.ComponentResource.__init__(self, token, resource_name, None, opts)
            self._custom_timeouts = opts.custom_timeouts if opts else None
            made = self.make(resource_name, arguments, parts)  # which may give it another __dict__
            self.__dict__.update(made)
            running.stands_for(self, self.main)
            self.register_outputs({})

    def __init_subclass__(cls) -> None:
        """Read the settings and the parts off the class.

        Raises:
            DeclarationError: The subclass of a component declares attributes or parts of its own.
        """
        if not hasattr(cls, "title"):
            cls.title = cls.__name__
            cls.attributes = read_attributes(cls)
            cls.parts = parts_of(cls)
            # The SDK would evaluate them for each component, in search of the types of outputs, of which it has none.
            cls.__annotations__ = {}
        else:
            refuse_own(cls, cls.title, {**cls.attributes, **dict.fromkeys(cls.parts)}, (Attribute, Part))

    def children(self, name: str, parts: Mapping[str, Any]) -> Iterable[Child]:
        """Name the resources that `make` is going to make.

        Args:
            name: Name of the component in the program.
            parts: Every part, None where it was not given.

        Raises:
            Unfit: A part is not given in its form.
        """
        raise NotImplementedError

    def inside(self, **options: Any) -> pulumi.ResourceOptions:
        """Return the options of a resource that `make` makes.

        The engine keeps the `custom_timeouts` of a component to itself; here they are those of all that it makes.

        Args:
            options: Further ones.
        """
        return pulumi.ResourceOptions(parent=self, custom_timeouts=self._custom_timeouts, **options)

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
