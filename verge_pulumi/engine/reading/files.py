"""What the files of rows hold, which no GET of the rows returns."""

from __future__ import annotations

from verge_pulumi.client import VergeClient


class Files:
    """Downloads the files of rows.

    Args:
        client: Where from.
    """

    def __init__(self, client: VergeClient) -> None:
        self._client = client

    def content(self, table: str, key: str) -> bytes:
        """Return what the file of a row holds."""
        return b"".join(self._client.table(table).download(key))
