"""What a VergeOS has: its rows, read by one list for each table."""

from __future__ import annotations

import functools
import gzip
import json
import re
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verge_pulumi.catalogue import TABLES
from verge_pulumi.catalogue.described import listed_tables, unmodelled_tables
from verge_pulumi.client import ApiError, BadAnswer, Filter, NotFound, NotPermitted, PermissionDenied, Row
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.declaring.lives import ExistsAlready, Switches
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.releases import is_older
from verge_pulumi.engine.ownership.evidence import Evidence
from verge_pulumi.engine.ownership.journal import Journal
from verge_pulumi.engine.reading.files import Files
from verge_pulumi.engine.reading.lists import PAGE, is_read
from verge_pulumi.engine.reading.reader import Reader
from verge_pulumi.importing.keys import columns_of, target_of
from verge_pulumi.review.kinds import every_kind

LISTS = 8
"""Lists that are read side by side."""


@dataclass
class Site:
    """The rows of one VergeOS, and who it is.

    Attributes:
        host: Where it was read.
        system: The row that identifies it.
        tables: The rows of each table, by key.
        unread: Why a table could not be read.
        others: Tables that the catalogue does not have.
        withheld: Tables that are not in the file, since rows of them hold secrets, such as the headers of a webhook.
    """

    host: str
    system: Row
    tables: dict[str, dict[str, Row]] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)

    def rows(self, table: str) -> Mapping[str, Row]:
        """Return the rows of a table, by key."""
        return self.tables.get(table, {})

    def has(self, table: str) -> bool:
        """Say whether a table was asked for; one that could not be read has no rows."""
        return table in self.tables or table in self.unread

    def save(self, path: Path) -> None:
        """Write it to a file, as a whole or not at all, without tables that hold secrets: these are read again."""
        withheld = [name for name, rows in self.tables.items() if _holds_secret(name, rows.values())]
        tables = {name: rows for name, rows in self.tables.items() if name not in withheld}
        written = {**vars(self), "tables": tables, "withheld": sorted(withheld)}
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        # No time in the file: the same site gives the same bytes.
        with part.open("wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as file:
            file.write(json.dumps(written, sort_keys=True, ensure_ascii=False).encode())
        part.chmod(0o600)
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> Site:
        """Read it from a file that `save` wrote.

        Raises:
            EngineError: It is no such file.
        """
        try:
            with gzip.open(path) as file:
                site = cls(**json.loads(file.read()))
            if not _is_one(site):
                raise TypeError("a value is of another type")
        except (OSError, EOFError, zlib.error, ValueError, TypeError, RecursionError) as error:
            raise EngineError(
                f"{path} holds no site that was read before ({error}). Run the command again without --offline"
            ) from None
        return site


def _is_one(site: Site) -> bool:
    """Say whether values that come from a file are of the types that they have in one that was saved."""
    objects: list[Any] = [site.system, site.tables, site.unread]
    lists: list[Any] = [site.others, site.withheld]
    if not all(isinstance(each, dict) for each in objects) or not all(isinstance(each, list) for each in lists):
        return False
    if not all(isinstance(rows, dict) for rows in site.tables.values()):
        return False
    rows = (row for rows in site.tables.values() for row in rows.values())
    texts = [site.host, *site.unread.values(), *site.others, *site.withheld]
    return all(isinstance(row, dict) for row in rows) and all(isinstance(text, str) for text in texts)


def importable() -> list[type[BaseResource]]:
    """Return the resources whose rows an import reads; settings, which are there already, are none of them.

    Of several for one table it is the one whose rows can be in a program.
    """
    kinds = [kind for kind in every_kind() if not isinstance(kind.declaration.life, ExistsAlready | Switches)]
    written = {kind.declaration.table for kind in kinds if not kind.importing.left}
    return [kind for kind in kinds if not kind.importing.left or kind.declaration.table not in written]


def read_site(
    connection: Connection,
    tell: Callable[[str], None] = lambda line: None,
    see: Callable[[Connection], None] = lambda connection: None,
    readings: int | None = None,
) -> Site:
    """Read what a VergeOS has, each table once. What this account may not read, or the release lacks, is named.

    Args:
        connection: To where.
        tell: Receives a line for each table.
        see: Receives a connection that knows which system it is, before a table is read.
        readings: How often the tables are read in all, if an hour has to be enough for that; None if it may last.

    Raises:
        EngineError: An hour is not enough: what is read over several hours is no picture of one moment.
    """
    system = connection.reader.system()
    site = Site(connection.client.host, system)
    see(connect_to(connection.settings, site))
    wanted = _wanted(str(system.get("os_version") or ""))
    hourly = connection.client.budget.hourly
    if readings and hourly is not None and len(wanted) * readings > hourly:
        often = "once" if readings == 1 else "twice, the second time before the state is written"
        raise EngineError(
            f"{len(wanted)} tables are read {often}: that takes {len(wanted) * readings:,} requests or more, and "
            f"{hourly:,} can be made in an hour. Raise requestsPerHour, or ask for an account with more"
        )
    left = connection.client.budget.at_once
    enough = "" if left is None else f"; {left:,} can be made at once, and the hour's limit is waited for"
    again = "; as many before the state is written, and once more if something changes meanwhile"
    each = f"a request for each, and one more for {PAGE:,} rows{again if readings and readings > 1 else ''}"
    tell(f"reading {len(wanted)} tables: {each}{enough}")

    read_tables(connection, site, wanted, tell)
    with suppress(ApiError, BadAnswer):  # an account that may not see the list learns nothing of them
        site.others = sorted(unmodelled_tables(listed_tables(connection.client.index())))
    return site


def read_tables(
    connection: Connection, site: Site, tables: Collection[str], tell: Callable[[str], None] = lambda line: None
) -> None:
    """Read tables into a site, or why they cannot be read.

    Args:
        connection: To where.
        site: What was read before.
        tables: Their names.
        tell: Receives a line for each table that has rows or cannot be read.
    """
    wanted = _wanted(str(site.system.get("os_version") or ""))

    def read(table: str) -> None:
        try:
            rows = list(connection.client.table(table).iterate(fields=wanted[table], page_size=PAGE))
        except (PermissionDenied, NotFound, NotPermitted) as error:
            site.unread[table] = str(error)
        else:
            if all(is_read(row, wanted[table]) for row in rows):
                site.tables[table] = {str(row["$key"]): row for row in rows}
            else:
                site.unread[table] = "this account may list rows of it, but not read them"
        if site.rows(table) or table in site.unread:
            tell(f"{table}: {site.unread.get(table) or f'{len(site.rows(table)):,} rows'}")

    with ThreadPoolExecutor(LISTS) as pool:
        list(pool.map(read, sorted(tables)))


def _holds_secret(table: str, rows: Iterable[Row]) -> bool:
    secret = [column.name for column in TABLES[table].columns if column.secret] if table in TABLES else []
    return any(row.get(name) for row in rows for name in secret)


@functools.cache
def _wanted(release: str) -> Mapping[str, Sequence[str]]:
    """Return the columns to read of each table that this release has."""
    wanted: dict[str, dict[str, None]] = {}

    def want(table: str, columns: Iterable[str]) -> None:
        wanted.setdefault(table, {"$key": None}).update(dict.fromkeys(columns))

    for kind in importable():
        declaration = kind.declaration
        if is_older(release, declaration.since):
            continue
        want(declaration.table, [*declaration.fields, *declaration.only, *kind.importing.columns])
        for table, columns in kind.importing.also.items():
            want(table, columns)
        for attribute in declaration.inputs.values():
            if not isinstance(attribute, Reference):
                keyed = TABLES.get(target_of(TABLES.get(declaration.table), attribute))
                if keyed and not (keyed.since and is_older(release, keyed.since)):
                    want(keyed.name, columns_of(keyed.name))
                continue
            want(declaration.table, [attribute.column] if attribute.column else [])
            for target in (each.declaration for each in attribute.resolved()):
                if not is_older(release, target.since):
                    label = [str(target.label.column)] if target.label else []
                    want(target.table, [*label, *([attribute.through] if attribute.through else [])])
    return {table: list(columns) for table, columns in wanted.items()}


class SiteReader(Reader):
    """Answers reads out of a site, so that the providers show its rows as they show those that they read themselves."""

    def __init__(self, connection: Connection, site: Site) -> None:
        super().__init__(connection.client, connection.clock)
        self._site = site

    def system(self) -> Row:
        """Return what identifies the system."""
        return self._site.system

    def fresh(self, table: str, key: str, fields: Sequence[str], *, can_wait: bool = False) -> Row | None:
        """Return one row; a table that was not read with the site is read now."""
        if self._site.has(table):
            return self._site.rows(table).get(key)
        return super().fresh(table, key, fields, can_wait=can_wait)

    def listed(self, table: str, fields: tuple[str, ...], marks: str) -> Mapping[str, Row]:
        """Return the rows of a table."""
        return self._site.rows(table) if self._site.has(table) else super().listed(table, fields, marks)

    def find(self, table: str, condition: Filter | None, fields: Sequence[str]) -> list[Row]:
        """Return the rows that meet a condition, out of the site where that is equality."""
        equal = _EQUAL.fullmatch(str(condition)) if condition is not None else None
        if table in self._site.unread:
            return []
        if table not in self._site.tables or not equal:
            return super().find(table, condition, fields)
        return [row for row in self._site.rows(table).values() if str(row.get(equal[1])) == equal[2]]


class SiteFiles(Files):
    """Downloads each file once; it is not in the site, which is written down, since it may be a secret."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection.client)
        self._contents: dict[tuple[str, str], bytes] = {}

    def content(self, table: str, key: str) -> bytes:
        """Return what the file of a row holds."""
        if (table, key) not in self._contents:
            self._contents[table, key] = super().content(table, key)
        return self._contents[table, key]


_EQUAL = re.compile(r"(\$?\w+) eq (\d+)")


def connect_to(
    settings: Settings, site: Site | None = None, tell: Callable[[str], None] = lambda line: None
) -> Connection:
    """Return a connection that only reads; with a site it asks VergeOS for nothing that the site has.

    The states of stacks tell nothing of rows that no stack has.

    Args:
        settings: Where to.
        site: What was read.
        tell: Receives a line for each long wait for the hour's requests.
    """
    evidence = Evidence(Journal(settings.journal), export=lambda stack: {}, provider=settings.provider)
    budget = settings.budget(time.sleep, tell)
    connection = Connection(settings, budget=budget, evidence=evidence, read_only=True)
    if site is not None:
        connection.reader = SiteReader(connection, site)
        connection.files = SiteFiles(connection)
        _ = connection.system
    return connection
