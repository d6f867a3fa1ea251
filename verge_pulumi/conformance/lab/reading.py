"""Reads of a test system, which need no care."""

from __future__ import annotations

from verge_pulumi.client import Row, VergeClient
from verge_pulumi.client.answer import Request
from verge_pulumi.client.query import query_string
from verge_pulumi.conformance.lab.reply import Reply, Surprise, without_keys


class Reads:
    """Reads of a system.

    Args:
        client: The way to it.
    """

    def __init__(self, client: VergeClient) -> None:
        self._client = client

    def get(self, path: str, **query: str | int) -> Reply:
        """Send a GET; the path begins with a table."""
        request = Request("GET", f"/api/v4/{path}", query_string(**query))
        return Reply.of(f"GET {without_keys(path)}", self._client.exchange(request))

    def version(self) -> Reply:
        """Read what the server says of itself, without a login."""
        return Reply.of("GET /version.json", self._client.exchange(Request("GET", "/version.json", anonymous=True)))

    def rows(self, table: str, **query: str | int) -> list[Row]:
        """Return rows of a table.

        Raises:
            Surprise: The answer is none of rows.
        """
        value = self.get(table, **query).answered(200).value
        rows = [value] if isinstance(value, dict) else value
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Surprise(f"GET {table} answered no rows")
        return rows
