"""What a VergeOS has is read, kept in a file, and read once more before it is recorded."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.contents import Contents
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.site import Site, connect_to, read_site, read_tables


class Reading:
    """The reading of one VergeOS.

    Args:
        private: The folder for what is read, which is not for version control.
        tell: Receives a line of progress.
    """

    def __init__(self, private: Path, tell: Callable[[str], None]) -> None:
        self._private = private
        self._file = private / "site.json.gz"
        self._tell = tell

    def site(self, settings: Settings, see: Callable[[Connection], None], readings: int) -> Site:
        """Return what VergeOS has, as it is or as it was read before.

        Args:
            settings: Where it is.
            see: Receives the connection before anything is read.
            readings: How often VergeOS is going to be read in all; 0 if what was read before is used.
        """
        if readings:
            return self._read(settings, self._tell, see, readings)
        site = Site.load(self._file)
        connection = connect_to(settings, site)
        if site.host != connection.client.host:
            raise EngineError(
                f"{self._file} was read from {site.host}, and not from {connection.client.host}. Read it again"
            )
        see(connection)
        if site.withheld:
            self._complete(settings, site)
        return site

    def _complete(self, settings: Settings, site: Site) -> None:
        """Read what is not in the file, since it holds secrets."""
        connection = connect_to(settings, tell=self._tell)
        try:
            read_tables(connection, site, site.withheld, self._tell)
        finally:
            connection.client.close()

    def again(self, settings: Settings) -> Site:
        """Return what VergeOS has now, since what was made of it may be old by the time at which it is recorded."""
        self._tell("looking whether anything has changed meanwhile")
        return self._read(settings, lambda line: None, lambda connection: None, 1)

    def changed_files(self, settings: Settings, site: Site, objects: Objects, places: Collection[Place]) -> list[str]:
        """Return a line for each of these files that holds something else than when it was read.

        Args:
            settings: Where VergeOS is.
            site: What it has now.
            objects: What was made of it.
            places: The rows that are about to be recorded.
        """
        if objects.contents is None:
            return []
        connection = connect_to(settings, site, self._tell)
        try:
            newer = Contents(site, connection, only=places)
        finally:
            connection.client.close()
        return [f"{objects.all[place].title}: contents" for place in objects.contents.changed_in(newer)]

    def _read(
        self, settings: Settings, tell: Callable[[str], None], see: Callable[[Connection], None], readings: int
    ) -> Site:
        connection = connect_to(settings, tell=self._tell)
        try:
            site = read_site(connection, tell, see, readings)
        finally:
            connection.client.close()
        site.save(self._file)
        (self._private / ".gitignore").write_text("*\n", encoding="utf-8")
        return site
