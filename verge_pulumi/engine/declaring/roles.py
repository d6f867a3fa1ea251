"""What reviews know of a resource: reports on previews, drift, comparisons, limits, and the deletion of sandboxes.

A declaration tells them by the roles of its attributes and by its `Review`, so that no list of resources is kept
anywhere else. Each line says what holds for an attribute that has the role.

==============  ======================================================================================================
role            the attribute says
==============  ======================================================================================================
``cores``       how many virtual cores are asked for
``ram``         how much memory is asked for, in its ``unit``
``disk``        how much space of a storage tier is asked for
``tier``        which tier that is
``used``        how much data is deleted along with the object, in its ``unit``
``along``       whether the object may be deleted though VergeOS deletes others with it: what its ``loss`` says
``original``    what the object is a copy of: what the program leaves out is as it is there
``power``       whether something runs: ``running`` or ``stopped``
``restart``     whether a change may restart what runs (``on-change``), which interrupts what its ``outage`` says
``segment``     the addresses of a network
``router``      the address of a network's router
``gateway``     the network through which a network reaches the outside
``uplink``      the network below a network
``plug``        the network into which a part of a server is plugged
``address``     the address that this part has there
``rules``       the rules of a network, in their order
``matched``     addresses or ports to which rules refer by the key of the object
``snapshots``   the profile by which snapshots of the object are taken
``keys``        the keys of the rows, where the object is several: a mapping from their names
``holder``      the user or group that is given rights
``rows_of``     the table in whose rows, ``/`` for all
``row``         the key of the one row; none or 0 for all
``right``       whether it is given this right
``group``       the group that somebody is in
``member``      the user or group that is in it
``works``       whether rights can be used: of the user, or by the members of the group
``account``     the type of a user, to which VergeOS gives rights by itself (docs/vergeos/access.md §1)
``console``     whether a user may log in at the machines, which made an administrator before 26.2
``tagged``      the object that a tag is on
==============  ======================================================================================================
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from verge_pulumi.engine.declaring.attributes import Attribute

Role = Literal[
    "cores", "ram", "disk", "tier", "used", "along", "original", "power", "restart", "segment", "router", "gateway",
    "uplink", "plug", "address", "rules", "matched", "snapshots", "keys", "holder", "rows_of", "row", "right", "group",
    "member", "works", "account", "console", "tagged",
]  # fmt: skip

BYTE = 1
MIB = 1024**2
"""Units of attributes that are numbers of bytes, or of MB."""


class Inventory(NamedTuple):
    """Where all objects of a kind are listed, those of no stack too.

    Attributes:
        noun: What people call one.
        given: Values of columns by which those are known that every system has and nobody made.
    """

    noun: str
    given: Mapping[str, Collection[str]] = MappingProxyType({})

    def is_given(self, row: Mapping[str, Any]) -> bool:
        """Say whether every system has this row."""
        return any(row.get(column) in values for column, values in self.given.items())


class Review(NamedTuple):
    """What reviews know of a resource, other than the roles of its attributes: ``review = Review(guards=True)``.

    Attributes:
        guards: Whether it decides who reaches what, so that any change of it behind Pulumi's back weighs much.
        drawn: As what it stands in the picture of a preview, if it does.
        inventory: How objects are listed that are in no stack; None where they are not.
    """

    guards: bool = False
    drawn: Literal["network", "server"] | None = None
    inventory: Inventory | None = None


class Roles:
    """What the attributes of a resource say, by their roles.

    Args:
        attributes: All attributes, by name.
    """

    def __init__(self, attributes: Mapping[str, Attribute]) -> None:
        self._attributes = attributes
        self._names: dict[Role, tuple[str, ...]] = {}
        for name, attribute in attributes.items():
            if attribute.role:
                self._names[attribute.role] = (*self.named(attribute.role), name)

    def __contains__(self, role: Role) -> bool:
        return role in self._names

    def named(self, role: Role) -> tuple[str, ...]:
        """Return the names of the attributes that have a role."""
        return self._names.get(role, ())

    def said(self, role: Role, values: Mapping[str, Any]) -> Any:
        """Return what values say in a role: that of the first attribute that has it and is set, else None."""
        return next((values[name] for name in self.named(role) if values.get(name) is not None), None)

    def is_empty(self, values: Mapping[str, Any]) -> bool:
        """Say whether an object with these values has no data of its own."""
        return any(values.get(name) in attribute.empty for name, attribute in self._attributes.items())
