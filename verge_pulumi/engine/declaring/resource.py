"""Resources: each is one typed class, and everything else is derived from it.

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

import copy
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Self

import pulumi
import pulumi.dynamic

from verge_pulumi.client import printable
from verge_pulumi.engine.declaring import program, references
from verge_pulumi.engine.declaring.attributes import DECLARED, Attr, Attribute, policy
from verge_pulumi.engine.declaring.declaration import (
    Declaration,
    Declared,
    examine,
    location,
    parameter,
    read_attributes,
    refuse_own,
    row_key,
)
from verge_pulumi.engine.declaring.hidden import ADOPTED, GIVEN, NAME, OBJECTS, ORGANIZATION, OWNER
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.lives import PLAIN_ROW, Life
from verge_pulumi.engine.declaring.parts import Part, parts_of
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.engine.declaring.signature import UNNAMED, refuse_unknown, see_name
from verge_pulumi.engine.declaring.waiting import when_there
from verge_pulumi.engine.errors import Refusal
from verge_pulumi.engine.runtime import registering


class BaseResource(Declared, registering.OutputsWhenRead, pulumi.dynamic.Resource):
    """The base of everything that a program declares.

    Args:
        resource_name: Name of the resource in the program.
        opts: Pulumi's resource options.
    """

    declaration: ClassVar[Declaration]
    review: ClassVar[Review] = Review()
    importing: ClassVar[Importing] = Importing()
    parts: ClassVar[tuple[str, ...]] = ()

    resource_name: str = parameter(kw_only=False)
    opts: pulumi.ResourceOptions | None = parameter(default=None, kw_only=False)

    def __init__(
        self, resource_name: str = UNNAMED, /, opts: pulumi.ResourceOptions | None = None, **arguments: Any
    ) -> None:
        running = program.current()
        subject = f"{self.declaration.title} '{printable(resource_name)}'"
        with running.declaring(subject):
            see_name(type(self), resource_name, arguments)
            # Only components of this package give hidden inputs.
            hidden = {name: arguments.pop(name) for name in [*arguments] if name.startswith("__")}
            parts = {name: arguments.pop(name, None) for name in self.parts}
            refuse_unknown(subject, self.declaration.attributes, arguments, self.parts)
            if opts is not None and opts.import_ is not None:
                raise Refusal(
                    f"Unable to import {subject}: Pulumi imports nothing that a dynamic provider manages. "
                    "Leave import_ out and set adopt=True, which takes the existing row over."
                )
            inputs = self.declaration.inputs
            provider = self._provider_of(opts)
            given, properties = {}, {}
            for name, value in self.derive_arguments(arguments).items():
                argument = references.argument(subject, inputs[name], provider)
                given[name] = argument.meant(value)
                properties[name] = argument.registered(references.carried(subject, inputs[name], given[name]))
            hidden[OWNER] = f"{pulumi.get_project()}/{pulumi.get_stack()}"
            hidden[ORGANIZATION] = pulumi.get_organization()
            hidden[NAME] = running.unless_refused(resource_name)
            claim = self._claim(resource_name, opts)
            ignored = opts.ignore_changes or () if opts else ()
            running.announce(
                self, resource_name, given, provider, parts, claim.types, ignored, _former_names(resource_name, opts)
            )
            hidden[GIVEN] = [
                name for name, value in properties.items() if value is not None and not references.holds_output(value)
            ]
            if adopted := _adopted(given):
                hidden[ADOPTED] = adopted
            if running.count(provider) == 1:
                hidden[OBJECTS] = running.final_count(provider)
            running.claim(self, claim)
            self._register(resource_name, {**properties, **hidden}, opts)
            running.registered(self)
            self.__dict__.update(self.attach(resource_name, parts))

    def __init_subclass__(
        cls,
        *,
        table: str = "",
        unique: Iterable[str] = (),
        named_by: str = "",
        adopted_by: Iterable[str] = (),
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
            adopted_by: Attributes whose values together tell which row ``adopt=True`` means, where none are unique.
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
                adopted_by=tuple(adopted_by),
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
            cls.parts = parts_of(cls)
            examine(cls, cls.declaration)
            DECLARED[cls.__name__] = cls
            cls.output_names = cls.declaration.attributes.keys()
        else:
            known = {**cls.declaration.attributes, **dict.fromkeys(cls.parts)}
            refuse_own(cls, cls.declaration.title, known, (Attribute, Part))
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
        view.__dict__.update({name: when_there(getattr(self, name), others) for name in ("id", "urn")})
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
        properties = {**properties, "__provider": declaration.provider}
        if not registering.MAKES_OUTPUTS_WHEN_READ:
            # Every output must be named, if only with None, or the SDK does not hand it to the program.
            properties = {**dict.fromkeys(declaration.attributes), **properties}
        usual = pulumi.ResourceOptions(
            # Said here and not by the diff alone, which the engine does not ask when a replacement is forced.
            delete_before_replace=declaration.delete_before_replace or None,
            additional_secret_outputs=[*_secret_outputs(declaration)],
        )
        options = pulumi.ResourceOptions.merge(usual, opts) if opts else usual
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

    def attach(self, resource_name: str, parts: Mapping[str, Any]) -> Mapping[str, Any]:
        """Declare what belongs to this resource and is a resource of its own, after this one is registered.

        Args:
            resource_name: Name of this resource in the program.
            parts: Every part, None where it was not given.

        Returns:
            What was made of each part.
        """
        return {}

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
        resource.__dict__.update(resource.attach(resource_name, dict.fromkeys(cls.parts)))
        return resource


@cache
def _secret_outputs(declaration: Declaration) -> tuple[str, ...]:
    """Return the outputs that the state keeps encrypted."""
    return (*(name for name, each in declaration.attributes.items() if each.secret), *declaration.life.hides)


def _former_names(name: str, opts: pulumi.ResourceOptions | None) -> list[str]:
    """Return the names that a resource had in the program before, as far as its aliases are known while that runs."""
    aliases = opts.aliases or () if opts else ()
    named = [alias.rpartition("::")[2] if isinstance(alias, str) else getattr(alias, "name", ...) for alias in aliases]
    return [former for former in dict.fromkeys(named) if isinstance(former, str) and former != name]


def _adopted(given: Mapping[str, Any]) -> dict[str, pulumi.Output[str]]:
    """Return the URNs of what the references name that is to be taken over, by argument."""
    linked = {name: program.current().linked(value) for name, value in given.items()}
    return {
        name: planned.resource.urn
        for name, planned in linked.items()
        if isinstance(planned, program.Planned) and planned.arguments.get("adopt") not in (None, False)
    }
