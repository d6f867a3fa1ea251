"""The hooks for behaviour specific to a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from verge_pulumi.simulator.contents import Content
from verge_pulumi.simulator.errors import not_modelled
from verge_pulumi.simulator.relations import Row

if TYPE_CHECKING:
    from verge_pulumi.simulator.backend import Backend

Response = dict[str, str]
"""The ``response`` object of a receipt or an action; its values are text."""


class Behaviour:
    """A table without behaviour beyond the catalogue; subclasses override hooks.

    A hook named *before* may refuse by raising `ApiError`, and may change the columns to be written.

    Attributes:
        owners: Reference columns, in addition to the catalogue's parent column: deleting the row that they refer to
            deletes this row.
        in_path: The actions that ``<table>/<key>/<action>`` performs.
        backend: The system the table belongs to.
        table: The table's name.
    """

    owners: ClassVar[frozenset[str]] = frozenset()
    in_path: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, backend: Backend, table: str) -> None:
        self.backend = backend
        self.table = table

    def check(self, row: Row) -> None:
        """Refuse a row as it is about to be, new or changed, unless the hooks before that do something else."""

    def before_create(self, row: Row) -> None:
        """Complete a new row; it has no `$key` yet."""
        self.check(row)

    def after_create(self, row: Row) -> Response | None:
        """Handle a created row; return the receipt's ``response``."""
        return None

    def before_update(self, row: Row, changes: Row) -> None:
        """Check columns that are about to change."""
        self.check(row | changes)

    def after_update(self, row: Row, changes: Row) -> None:
        """Handle changed columns."""

    def before_delete(self, row: Row) -> None:
        """Check whether a client may delete a row."""

    def after_delete(self, row: Row) -> None:
        """Handle a deleted row."""

    def is_shown(self, row: Row) -> bool:
        """Say whether a GET shows a row yet."""
        return True

    def forget(self) -> None:
        """Forget what is known apart from the rows, since all of these are replaced."""

    def act(self, row: Row, action: str, params: Mapping[str, Any]) -> Response | None:
        """Perform an action of the table's list; return its ``response``."""
        raise not_modelled(f"the action '{action}'")

    def act_in_path(self, row: Row, action: str) -> Response | None:
        """Perform ``<table>/<key>/<action>``."""
        raise not_modelled(f"the action '{action}' in the path")

    def act_with(self, row: Row, action: str, body: Mapping[str, Any]) -> Response | None:
        """Perform ``<table>/<key>/<action>`` with what the body says; few actions want to know."""
        return self.act_in_path(row, action)

    def act_in_query(self, row: Row, action: str) -> None:
        """Perform ``<table>/<key>?action=<action>``."""
        raise not_modelled(f"the action '{action}' in the query")

    def download(self, row: Row) -> bytes | Content:
        """Return the content of a row's file."""
        raise not_modelled(f"a download from '{self.table}'")

    def upload(self, row: Row, position: int, data: bytes) -> None:
        """Store a part of the content of a row's file."""
        raise not_modelled(f"an upload to '{self.table}'")

    def finish(self, row: Row, state: str) -> None:
        """End a transition of a row."""
