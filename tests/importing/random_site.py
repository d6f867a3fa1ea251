"""A site of random rows: of every table that a program can have rows of, with whatever VergeOS takes in its columns."""

from __future__ import annotations

import contextlib
import re
import string
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from tests.importing.hostile import NAMES
from verge_pulumi.catalogue import TABLES, Column, Table, Type, Write
from verge_pulumi.client import ApiKey, VergeClient, VergeError
from verge_pulumi.importing.site import importable
from verge_pulumi.simulator import Simulator

LIKELY = 0.3
"""How likely a column that may be left out is set."""

TRIES = 4
"""How often a row is tried, each time with half of what it need not have."""

TEXTS = (*NAMES, "3", "03", "", " ", "two\nlines", "tab\there", "#", "{{x}}", "[pulumi shop/", "a,b", "a;b", "\\")
ADDRESSES = ("10.0.0.1", "10.0.0.7", "192.168.0.9", "fd00::1", "")
FORMS: Mapping[str, Sequence[str]] = {
    r"network|.*cidr|allowed_ips": ("10.0.0.0/24", "192.168.0.0/16", ""),
    r".*key": ("3" * 43 + "=",),
    r"mac.*": ("f0:db:30:00:00:03", "F0-DB-30-00-00-04"),
    r".*ip|ip_?address|.*address|gateway|dhcp_st.*|masters": ADDRESSES,
}
"""What columns of certain names take, which VergeOS may not check and this package does."""


class RandomSite:
    """Fills a simulator through its API, as people do.

    Args:
        simulator: Where to.
        random: Chooses everything.
    """

    def __init__(self, simulator: Simulator, random: Random) -> None:
        self._simulator = simulator
        self._random = random
        self._client = VergeClient(simulator.url, auth=ApiKey(simulator.api_key))
        kinds = [kind for kind in importable() if not kind.importing.left]
        self._tables = sorted({kind.declaration.table for kind in kinds if TABLES[kind.declaration.table].creatable})

    def fill(self, rows: int) -> int:
        """Try to make so many rows; return how many VergeOS took."""
        with contextlib.closing(self._client):
            # What most other rows are within comes first.
            first = ["vnets", "vms", "tag_categories", "vnets", "vms"]
            chosen = [*first, *self._random.choices(self._tables, k=max(rows - len(first), 0))]
            made = sum(self._make(TABLES[table]) for table in chosen)
            for table, action in (("vms", "vm_actions"), ("vnets", "vnet_actions")):
                for row in self._simulator.rows(table):
                    if self._random.random() < LIKELY:
                        with contextlib.suppress(VergeError):
                            self._client.table(action).create({table[:-1]: row["$key"], "action": "poweron"})
            return made

    def _make(self, table: Table) -> bool:
        """Create a row: if VergeOS refuses it, with fewer columns."""
        needed = {column.name: self._value(column) for column in table.columns if column.required}
        needed |= {table.parent: self._value(column)} if table.parent and (column := table.column(table.parent)) else {}
        extras = [each for each in table.columns if each.name not in needed and _is_settable(each)]
        chosen = {each.name: self._value(each) for each in extras if self._random.random() < LIKELY}
        for _ in range(TRIES):
            said = {name: value for name, value in {**chosen, **needed}.items() if value is not None}
            with contextlib.suppress(VergeError):
                self._client.table(table.name).create(said)
                return True
            chosen = {name: value for name, value in chosen.items() if self._random.random() < 0.5}
        return False

    def _value(self, column: Column) -> Any:
        """Return something for a column; None if there is nothing that it could refer to."""
        match column.type:
            case Type.BOOL:
                return self._random.random() < 0.5
            case Type.INT | Type.NUMBER:
                return self._number(column)
            case Type.REF:
                return self._key(column.target or "")
            case Type.ANY_REF:
                table = self._random.choice(["vms", "vnets", "users", "groups", "tags"])
                key = self._key(table)
                return f"{table}/{key}" if key is not None else None
            case Type.TEXT:
                return self._text(column)
            case Type.JSON:
                return None

    def _number(self, column: Column) -> int:
        least = column.minimum if column.minimum is not None else 0
        most = column.maximum if column.maximum is not None else max(least, 4096)
        return self._random.choice([least, min(max(3, least), most), most, self._random.randint(least, most)])

    def _key(self, table: str) -> Any:
        """Return the key of a row; of 3 likely, since that is a row of many tables, and a number in many others."""
        if table == "sys/identities":
            return self._random.choice([row["identity"] for row in self._simulator.rows("groups")])
        if table == "machines":  # those of VMs: nodes and networks have machines, too, with parts that are no VM's
            return self._random.choice([row["machine"] for row in self._simulator.rows("vms")] or [None])
        if table not in TABLES:
            return None
        keys = [row["$key"] for row in self._simulator.rows(table)]
        return self._random.choice([*keys, 3] if 3 in keys else keys) if keys else None

    def _text(self, column: Column) -> str:
        if column.choices:
            return self._random.choice(column.choices)
        for names, taken in FORMS.items():
            if re.fullmatch(names, column.name):
                return self._random.choice(taken)
        made = "".join(self._random.choices(string.printable, k=self._random.randint(1, 12)))
        text = self._random.choice([*TEXTS, made])
        return text[: column.max_length] if column.max_length else text


def _is_settable(column: Column) -> bool:
    return column.write in (Write.ALWAYS, Write.CREATE) and not column.secret
