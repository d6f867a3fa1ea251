"""What can be said about a VergeOS table: its columns, their types, limits and references.

The catalogue states what *VergeOS* has. The declarations in ``verge_pulumi.resources`` state what *we* manage. The
two are written down independently and compared by a test, because VergeOS answers 200 to a column that does not exist
and drops it: a misspelt name would otherwise be lost in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any


class Type(Enum):
    """The runtime type of a column, as JSON carries it."""

    BOOL = "bool"
    INT = "int"
    NUMBER = "num"
    """A number that need not be whole."""
    TEXT = "text"
    JSON = "json"
    """A real JSON object or array."""
    REF = "ref"
    """The integer key of a row in another table (`Column.target`)."""
    ANY_REF = "any_ref"
    """A polymorphic reference, the text ``table/key``."""


class Write(Enum):
    """When a column may be written."""

    NEVER = "R"
    CREATE = "C"
    """On POST only. A PUT answers 422 ``field '<name>' is readonly``."""
    ALWAYS = "CU"
    UPDATE = "U"
    """On PUT only."""


class Effect(Enum):
    """When a change of a column takes effect on a running machine or network."""

    NOW = "now"
    RESTART = "restart"
    """Only after a power cycle (or network reset): the change sets ``need_restart``."""
    START = "start"
    """At the next start; VergeOS reports nothing."""
    FIREWALL = "firewall"
    """After the rules are applied: the change sets ``need_fw_apply``."""
    DNS = "dns"
    """After DNS is applied: the change sets ``need_dns_apply``."""
    PROXY = "proxy"
    """After the network restarted: the change sets ``need_proxy_apply``."""


UNSET: Any = type("Unset", (), {"__repr__": lambda self: "UNSET", "__bool__": lambda self: False})()
"""No default: the column is null until written."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table.

    Attributes:
        name: The column's name in the API.
        type: Its JSON type.
        field_type: VergeOS's word for the type, which may limit numbers; "" where that is not known.
        write: When it may be written.
        default: The value VergeOS fills in when a POST leaves the column out; `UNSET` means null. A value the
            simulator must compute (a generated MAC address, the next order number) is computed by the table's
            behaviour, and the default here is `UNSET`.
        required: Whether a POST without it is refused (422).
        nullable: Whether null will do where it is required: the POST has to name it.
        choices: The words VergeOS accepts; empty means any text.
        open_choices: Whether `choices` grows with releases, so that a client must not validate against it.
        minimum: Smallest number accepted.
        maximum: Largest number accepted.
        max_length: Longest text accepted, in characters.
        target: The table a `Type.REF` points to.
        effect: When a change takes effect while the machine or network runs.
        secret: Never logged, and never returned by a GET unless it is `hidden` too.
        as_text: Whether a key is answered as text.
        held_by: The reference to a row that holds the column as well, or instead: sources disagree.
        hidden: Returned only when a GET names it (never under ``all``).
        lower: Whether VergeOS stores the text in lower case.
        since: First release that has the column, for example ``"26.0"``.
        source: Where the fact was read, for example ``"docs/vergeos/virtual-machines.md §2.1"``.
    """

    name: str
    type: Type
    field_type: str = ""
    write: Write = Write.ALWAYS
    default: Any = UNSET
    required: bool = False
    nullable: bool = False
    choices: tuple[str, ...] = ()
    open_choices: bool = False
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    target: str | None = None
    effect: Effect = Effect.NOW
    as_text: bool = False
    held_by: str = ""
    secret: bool = False
    hidden: bool = False
    lower: bool = False
    since: str | None = None
    source: str = ""

    @property
    def returned(self) -> bool:
        """Whether a GET answers it, if only when it is named."""
        return not self.secret or self.hidden


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of the VergeOS API.

    Attributes:
        name: The table's name, as in ``/api/v4/<name>``.
        columns: Its own columns in order; `$key` is implied.
        unique: Groups of columns whose values together must be unique, for example ``(("machine", "name"),)``.
        parent: The column that names the owning row; the row goes when its owner goes, and who may do something to its
            owner may do it to the row (docs/vergeos/access.md §6).
        owner: The column that names, unless it is null, the row on which permissions are checked instead.
        runs_as: The column that names the machine that a row runs as: who may do something to the row may do it to the
            machine.
        viewer: The column that names a user who may list and read the row, whatever its permissions say.
        short: The columns a GET answers when no ``fields`` are asked for.
        views: Named column selections in addition to ``all`` (``most``, ``summary``, ``dashboard``).
        nested: What ``dashboard`` shows of the rows that references lead to, by the name of the reference: a projection
            such as ``machine[nics[name]]``.
        singular: The name used in action tables, for example ``vm`` for ``vm_actions``.
        acted_on: The word by which an action names the row, if that is not `singular`.
        actions: The actions VergeOS accepts for a row of this table.
        all_lacks_key: Whether ``fields=all`` leaves ``$key`` out (``nodes``, ``storage_tiers``).
        key: ``"int"``, ``"hex"`` (40 hexadecimal characters) or ``"uuid"``.
        creatable: Whether clients may POST and DELETE rows.
        since: First release that has the table.
        source: Where the facts were read.
    """

    name: str
    columns: tuple[Column, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    parent: str | None = None
    owner: str | None = None
    runs_as: str | None = None
    viewer: str | None = None
    short: tuple[str, ...] = ("name",)
    views: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nested: Mapping[str, str] = field(default_factory=dict)
    singular: str | None = None
    acted_on: str = ""
    actions: tuple[str, ...] = ()
    all_lacks_key: bool = False
    key: str = "int"
    creatable: bool = True
    since: str | None = None
    source: str = ""

    @property
    def action_table(self) -> str | None:
        """The table by which actions on its rows are sent, or None."""
        return f"{self.singular}_actions" if self.singular else None

    def column(self, name: str) -> Column | None:
        """Return the column of that name, or None."""
        return self._by_name.get(name)

    def target_of(self, reference: str) -> str:
        """Return the table to which the reference of that name leads; "" if there is none, or it leads to any."""
        column = self.column(reference)
        return (column.target or "") if column else ""

    @cached_property
    def _by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}

    def column_names(self) -> Iterable[str]:
        """Return the names of all own columns, in order."""
        return (column.name for column in self.columns)
