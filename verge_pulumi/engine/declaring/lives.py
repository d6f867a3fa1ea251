"""Lives: the ways in which the objects of a table come into effect, change and go.

A resource names its life at its class, ``class NetworkBlock(Resource, table="vnet_cidrs", life=Staged("rules"))``, and
the provider class that is bound to the life (`verge_pulumi.engine.lifecycle.frame`) serves it. What a life costs in
requests and takes in rights is said here too, because `verge_pulumi.review.estimate` and
`verge_pulumi.engine.lifecycle.needs` read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Literal, NamedTuple

from verge_pulumi.engine.declaring.rights import WRITING, Right, Touch, touch

BEFORE = "__before"
"""Hidden output: the columns of a row that exists already, as they were before the program set them."""

WRITTEN = "__written"
"""Hidden output: the arguments of such a row as the program set them last, those that it no longer sets included. A
refresh leaves it as it is, so it tells what somebody else changed since; a state of an earlier release has none."""

Operation = Literal["create", "update", "delete"]


@dataclass(frozen=True)
class Cost:
    """The requests of one operation on one object.

    Attributes:
        writes: Requests for each object.
        reads: Requests for each round, that is for as many objects as the engine works on at once.
        applies: How often its network applies it, for each round, if it is `Staged`.
    """

    writes: int
    reads: int
    applies: int = 1


@dataclass(frozen=True, kw_only=True)
class Life:
    """A plain row: POST, PUT, DELETE. The base of all lives.

    Attributes:
        create: What a create costs, where it is not what the declaration suggests.
        update: What an update costs, likewise.
        delete: What a delete costs, likewise.
        rows: The argument that lists the rows of which the object consists; each that changes is a write of its own.
    """

    create: Cost | None = None
    update: Cost | None = None
    delete: Cost | None = None
    rows: str = ""

    looks_after_write: ClassVar[int] = 0
    """Reads that follow each write, to see whether more has to be done."""

    marks: ClassVar[bool] = True
    """Whether a row with a description bears the mark of who made it."""

    hides: ClassVar[tuple[str, ...]] = ()
    """Hidden outputs that may hold secrets."""

    def cost(self, operation: Operation) -> Cost | None:
        """Return what an operation costs, None where it is what the declaration suggests."""
        costs: dict[Operation, Cost | None] = {"create": self.create, "update": self.update, "delete": self.delete}
        return costs[operation]

    def rights(self, operation: Operation) -> frozenset[Right]:
        """Return the rights on its own table that an operation takes."""
        own: dict[Operation, Right] = {"create": "create", "update": "modify", "delete": "delete"}
        return frozenset((own[operation],))

    def touches(self) -> Iterable[Touch]:
        """Say what it reads and writes beside its own rows."""
        return ()


PLAIN_ROW = Life()
"""The life of a class that names none."""


class PerNetwork(NamedTuple):
    """A table with one row for each network, to which rows refer instead of the network itself.

    Attributes:
        table: The table; its column ``vnet`` holds the key of the network.
        settings: Further columns of a row that has to be made.
    """

    table: str
    settings: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class TakenOn(Life):
    """What is only written does nothing yet: the network has to take it on. The base of two lives.

    Attributes:
        what: Which changes of the network they are.
        by: The attribute with the key of the network. Of a row that has no such argument, the network is that of its
            parent.
        shared: Where the column of that argument refers to.
    """

    what: str
    by: str = "network"
    shared: PerNetwork | None = None

    def touches(self) -> Iterable[Touch]:
        """The network applies it, which is an action; rows that all of its network share are made with the first."""
        yield touch("vnets", "modify", at=WRITING)
        if self.shared:
            yield touch(self.shared.table)
            yield touch(self.shared.table, "create", at=("create",))


@dataclass(frozen=True)
class Staged(TakenOn):
    """Writes are staged until the network applies them; one apply serves all that were staged before it."""

    what: Literal["rules", "DNS"]


@dataclass(frozen=True)
class RestartsParent(TakenOn):
    """Writes take effect when the network restarts, which happens only if the program allows it."""

    what: Literal["routing", "proxy"]

    looks_after_write: ClassVar[int] = 1


@dataclass(frozen=True, kw_only=True)
class Switches(Life):
    """The object is no row: it switches another one on and off, and what depends on it meets that one running.

    Attributes:
        of: The attribute that names the other row.
    """

    of: str = "of"
    create: Cost | None = Cost(writes=1, reads=2)  # start; two looks
    update: Cost | None = Cost(writes=1, reads=2)
    delete: Cost | None = Cost(writes=1, reads=2)  # stop; two looks

    def rights(self, operation: Operation) -> frozenset[Right]:
        """It has no row."""
        return frozenset()

    def touches(self) -> Iterable[Touch]:
        """The other row is switched by its actions."""
        yield Touch(of=self.of, rights=frozenset(("modify",)), at=WRITING)


@dataclass(frozen=True, kw_only=True)
class ExistsAlready(Life):
    """The row is there before the program and stays after it: settings, nodes, default profiles.

    A create finds the row by its unique arguments (without any, the table has one row) and writes what the program
    sets. It bears no mark: nobody made it.

    Attributes:
        on_delete: Whether a delete puts back what was there before (``restore``), or leaves the row as it is. Where the
            resource has an argument of that name, and the program gives it, that counts.
    """

    on_delete: Literal["restore", "leave"] = "restore"
    create: Cost | None = Cost(writes=2, reads=1)  # look for the row; PUT; read back

    marks: ClassVar[bool] = False
    hides: ClassVar[tuple[str, ...]] = (BEFORE, WRITTEN)

    def rights(self, operation: Operation) -> frozenset[Right]:
        """The row is never made, and never deleted."""
        return frozenset(("modify",))


@dataclass(frozen=True, kw_only=True)
class DeletedBy(Life):
    """The row is deleted by an action, or goes with another row that is deleted.

    Attributes:
        action: The action of its table.
        of: The attribute that names the other row.
    """

    action: str = ""
    of: str = ""
    delete: Cost | None = Cost(writes=1, reads=2)  # read before; the action; look whether it is gone

    def __post_init__(self) -> None:
        """Refuse to say both or neither.

        Raises:
            TypeError: With what to say.
        """
        if bool(self.action) == bool(self.of):
            raise TypeError("DeletedBy: give either action= or of=.")

    def rights(self, operation: Operation) -> frozenset[Right]:
        """An action changes a row; which right the one that deletes takes, no source says."""
        if operation != "delete":
            return super().rights(operation)
        return frozenset(("modify", "delete")) if self.action else frozenset()

    def touches(self) -> Iterable[Touch]:
        """The other row is deleted."""
        if self.of:
            yield Touch(of=self.of, rights=frozenset(("delete",)), at=("delete",))


@dataclass(frozen=True)
class ShownOnce(Life):
    """The answer to the POST shows a secret that is never returned again.

    A row whose answer was lost is deleted and made again under the same name.

    Attributes:
        output: The attribute that keeps it; its column is the name in the answer.
    """

    output: str

    def touches(self) -> Iterable[Touch]:
        """One whose answer was lost is deleted."""
        yield touch("", "delete", at=("create",))
