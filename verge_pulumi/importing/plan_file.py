"""The plan as a file that people read and edit: one line for each row of VergeOS."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from itertools import zip_longest
from pathlib import Path

from verge_pulumi.engine.errors import EngineError, shown
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.naming import OF_A_PACKAGE, RESERVED


class Treatment(Enum):
    """What becomes of a row."""

    MANAGE = "manage"
    """It becomes a resource of the program."""
    PART = "part"
    """It becomes a part of a server or a firewall of the program."""
    LOOKUP = "lookup"
    """Somebody else manages it; what refers to it looks it up by its name."""
    LEAVE = "leave"
    """It stays as it is, and is in no program."""


Decision = tuple[Treatment, str]
"""A treatment, and why it is not to manage the row, or from whom that is taken over."""

DECIDED = "as the plan says"
"""The reason for what a person decided."""

PART_OF = "a part of "
"""How the reason begins why a row is no resource of its own."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row in the plan.

    Attributes:
        table: Its table.
        key: Its key.
        kind: The resource that it would be.
        name: Its name in VergeOS.
        parent: The row that it was created within, as ``table/key``.
        treatment: What becomes of it.
        planned: What would become of it if nobody had edited the plan; a person decided what differs from that.
        reason: Why it is not ``manage``, or from whom it is taken over.
        resource: The name of the resource.
        variable: The name of its variable.
        module: The module of the program.
        folded: The mapping of the module in which it is found under its name; "" if it has a variable.
    """

    table: str
    key: str
    kind: str = ""
    name: str = ""
    parent: str = ""
    treatment: str = Treatment.LEAVE.value
    planned: str = ""
    reason: str = ""
    resource: str = ""
    variable: str = ""
    module: str = ""
    folded: str = ""

    @property
    def place(self) -> Place:
        """Table and key."""
        return self.table, self.key

    @property
    def is_managed(self) -> bool:
        """Whether it is a resource of the program."""
        return self.treatment == Treatment.MANAGE.value

    @property
    def is_in_program(self) -> bool:
        """Whether it is a resource of the program or a part of one."""
        return self.treatment in (Treatment.MANAGE.value, Treatment.PART.value)

    @property
    def is_decided(self) -> bool:
        """Whether a person decided what becomes of it."""
        return self.planned not in ("", self.treatment)


_COLUMNS = [each.name for each in fields(Line)]
_DECIDING = ("table", "key", "treatment", "planned")
"""The columns that tell which row a line is about, and what people decided."""
_WORDS = [each.value for each in Treatment]
_BACK = "Put it back from version control"
_FORMULA = ("=", "+", "-", "@", "'")
"""With which a spreadsheet begins a formula; an apostrophe in front keeps it text."""
_RESERVED_MODULES = {name.casefold() for name in OF_A_PACKAGE}


def write_plan(lines: Iterable[Line], path: Path) -> None:
    """Write a plan, as a whole or not at all."""
    rows = [_COLUMNS, *([str(getattr(line, column)) for column in _COLUMNS] for line in lines)]
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text("".join(map(_written, rows)), encoding="utf-8", newline="")
    part.replace(path)


def _written(values: Iterable[str]) -> str:
    """Return a row as text."""
    text = io.StringIO()
    # Its own end of lines makes the writer quote both halves of it; version control is served with the shorter one.
    csv.writer(text).writerow([f"'{value}" if value.startswith(_FORMULA) else value for value in values])
    return text.getvalue().removesuffix("\r\n") + "\n"


def read_plan(path: Path) -> dict[Place, Line]:
    """Read a plan that people may have edited; {} if there is none yet.

    Raises:
        EngineError: It cannot be read; the text says where.
    """
    if not path.exists():
        return {}
    lines: dict[Place, Line] = {}
    given = _Given(path)
    try:
        for number, values in _rows(path):
            line = _line(values, f"line {number} of {path}")
            if line.place in lines:
                row = shown("/".join(line.place))
                raise EngineError(f"line {number} of {path} is about {row}, as one before it. Remove one of them")
            if line.is_managed:
                given.see(line, number)
            lines[line.place] = line
    except UnicodeDecodeError as error:
        raise EngineError(f"{path} is no UTF-8 ({error}). Save it as CSV in UTF-8") from None
    except (OSError, csv.Error) as error:
        raise EngineError(f"{path} cannot be read ({error}). {_BACK}") from None
    return lines


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number of each line and what it says, by columns; what a spreadsheet leaves blank is no error."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = ((number, row) for number, row in enumerate(csv.reader(file, strict=True), 1) if row)
        names = [name.strip().lower() for name in next(rows, (0, []))[1]]
        _see_columns(names, path)
        for number, row in rows:
            values = [*zip_longest(names, row, fillvalue="")]
            if any(value.strip() for name, value in values if not name):
                raise EngineError(
                    f"line {number} of {path} has a value under no column. Put a text with a comma in quotes"
                )
            yield number, {name: value for name, value in values if name}


def _see_columns(names: Sequence[str], path: Path) -> None:
    """See that a plan has each column once and no other one: without one a decision would be lost unnoticed."""
    if not set(_COLUMNS) & set(names):
        raise EngineError(
            f"{path} does not begin with the names of its columns, separated by commas. {_BACK}, or save it so"
        )
    for name in _COLUMNS:
        if name not in names:
            raise EngineError(f"{path} lacks the column '{name}'. {_BACK}")
        if names.count(name) > 1:
            raise EngineError(f"{path} has the column '{name}' twice. {_BACK}")
    others = [shown(name) for name in names if name and name not in _COLUMNS]
    if others:
        raise EngineError(f"{path} has a column '{others[0]}', which the next run would lose. Move it to another file")


def _line(values: dict[str, str], where: str) -> Line:
    """Return what a line says; of what tells a decision nothing may lack."""
    plain = {name: value.strip() if name in _DECIDING else value for name, value in values.items()}
    plain = {name: value[1:] if value[:1] == "'" else value for name, value in plain.items()}
    for name in _DECIDING:
        if not plain[name]:
            raise EngineError(f"{where} has nothing under '{name}'. {_BACK}")
    for name in ("treatment", "planned"):
        plain[name] = plain[name].lower()
        if plain[name] not in _WORDS:
            raise EngineError(f"{where} has another treatment than {', '.join(_WORDS)}. Mend it")
    return Line(**plain)


class _Given:
    """The names that a plan gives, which people may have edited.

    Args:
        path: The plan as a file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._modules: dict[str, str] = {}
        self._variables: set[tuple[str, str]] = set()
        self._resources: set[tuple[str, str]] = set()

    def see(self, line: Line, number: int) -> None:
        """See that the names of a resource are some, and its own.

        Args:
            line: Its line.
            number: That of the line.

        Raises:
            EngineError: One is none, or another resource has it.
        """
        where = f"line {number} of {self._path}"
        for name in filter(None, (line.variable, line.module, line.folded)):
            if not (name.isascii() and name.isidentifier()) or name in RESERVED:
                raise EngineError(f"{where}: '{shown(name)}' is no name of a variable or a module. Choose another one")
        module = line.module.casefold()  # some systems take files whose names differ in case only for one
        if module in _RESERVED_MODULES or self._modules.setdefault(module, line.module) != line.module:
            raise EngineError(f"{where}: the import itself or another line has a module '{line.module}'. Rename it")
        if line.variable and (line.module, line.variable) in self._variables:
            raise EngineError(f"{where}: another resource in '{line.module}' is '{line.variable}' too. Rename one")
        if line.resource and (line.kind, line.resource) in self._resources:
            raise EngineError(f"{where}: another {line.kind} is '{shown(line.resource)}' too. Rename one")
        self._variables.add((line.module, line.variable))
        self._resources.add((line.kind, line.resource))
