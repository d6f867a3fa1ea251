"""``verge-pulumi reap``: delete what sandboxes left behind when their time is over, and nothing else."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from verge_pulumi import resources
from verge_pulumi.cli.report import words
from verge_pulumi.cli.showing import error_text, stop
from verge_pulumi.cli.systems import connect
from verge_pulumi.client import Row, VergeError, where
from verge_pulumi.engine.attributes import Reference
from verge_pulumi.engine.connection import Connection, read_settings
from verge_pulumi.engine.declare import NAME, OWNER, BaseResource
from verge_pulumi.engine.errors import EngineError, Reported
from verge_pulumi.engine.loader import load
from verge_pulumi.engine.model import Inputs, outputs
from verge_pulumi.engine.ownership import MARK, Mark, marks_of
from verge_pulumi.engine.reading import PAGE
from verge_pulumi.environments import expiry_in
from verge_pulumi.resources import Network, Power, VirtualMachine


@dataclass(frozen=True, kw_only=True)
class Expired:
    """A row whose time is over, and that of its whole stack.

    Attributes:
        kind: The resource that it is.
        key: Its key.
        mark: Its mark.
        expires: When its time was over.
        row: The row as it was found.
    """

    kind: type[BaseResource]
    key: str
    mark: Mark
    expires: datetime
    row: Row

    def __str__(self) -> str:
        declaration = self.kind.declaration
        name = words.text(self.row.get("name") or self.mark.name)
        place = f"{declaration.table}/{self.key} of {self.mark.owner}"
        return f"{declaration.title} '{name}' ({place}, expired {self.expires:%Y-%m-%d %H:%M} UTC)"


def find_expired(connection: Connection, project: str, stacks: str, now: datetime) -> list[Expired]:
    """Find what has expired, in the order in which it can be deleted; one request for each table.

    A row is due if it says so itself and every row of its stack that says anything does. What hangs on a VM that is due
    is left out: VergeOS deletes it with the VM (fact sheet vms §3).

    Args:
        connection: Where to look.
        project: The project of the stacks.
        stacks: Which stacks, as a pattern such as ``pr-*``.
        now: The time.

    Raises:
        VergeError: VergeOS cannot be asked.
    """
    found = [each for kind in _marked_kinds() for each in _marked(connection, kind, project, stacks)]
    latest: dict[str, datetime] = {}
    for each in found:
        latest[each.mark.owner] = max(each.expires, latest.get(each.mark.owner, each.expires))
    due = [each for each in found if latest[each.mark.owner] <= now]
    machines = {each.row.get("machine") for each in due if each.kind is VirtualMachine}
    due = [each for each in due if not any(each.row.get(column) in machines for column in _machine_columns(each.kind))]
    due.reverse()  # the newest first, so that a network goes before the one below it
    return sorted(due, key=lambda each: _turn(each.kind))


def delete(connection: Connection, expired: Sequence[Expired], now: datetime) -> Iterator[str]:
    """Delete what has expired, one by one, by the same code as ``pulumi destroy``.

    Every row is read again first. One that has another mark by then, or more time, is left alone. Data on drives goes:
    a sandbox is declared with an end.

    Yields:
        What was done, or for an error that it was not and why: it begins with "Unable".
    """
    # A router that is off needs not apply, or be restarted for, every rule that is taken from it.
    for each in (each for each in expired if each.kind is Network and each.row.get("running")):
        failure = _power_off(connection, each, now)
        if failure:
            yield failure
    for each in expired:
        yield _failure(_reaping(connection, each.kind, now), each.key, each) or f"deleted {each}"


def _power_off(connection: Connection, network: Expired, now: datetime) -> str:
    power: Any = load(Power.declaration.title)
    power.connection = connection
    try:
        row = connection.reader.fresh("vnets", network.key, ("$key", "description"))
    except VergeError as error:
        return f"Unable to power off {network}: {error_text(error)}"
    if row is None or not _is_due(row, now):
        return ""  # its own turn tells
    return _failure(power, f"vnets/{network.key}", network, state="running", force=True, timeout=60)


def _failure(provider: Any, id: str, expired: Expired, **policies: Any) -> str:
    """Delete by a provider; return why that failed, or ""."""
    known = outputs(expired.kind.declaration, expired.row, {})
    hidden = {MARK: str(expired.mark), OWNER: expired.mark.owner, NAME: expired.mark.name}
    try:
        provider.delete(id, {**known, **hidden, "allow_data_loss": True, **policies})
    except Reported as error:
        return error_text(error)
    return ""


def _reaping(connection: Connection, kind: type[BaseResource], now: datetime) -> Any:
    """Return the provider of a kind, which sees once more that a row is due when it has read it to delete it."""
    base: Any = type(load(kind.declaration.title))

    def before_delete(self: Any, id: str, row: Row, props: Inputs) -> None:
        if not _is_due(row, now):
            raise EngineError("it was given more time meanwhile. It is left alone")
        base.before_delete(self, id, row, props)

    provider = type(base.__name__, (base,), {"before_delete": before_delete})()
    provider.connection = connection
    return provider


def _is_due(row: Mapping[str, Any], now: datetime) -> bool:
    expires = expiry_in(row.get("description"))
    return expires is not None and expires <= now


def _marked_kinds() -> Iterable[type[BaseResource]]:
    """Return the resources whose rows carry marks, one for each table."""
    kinds = [getattr(resources, name) for name in resources.__all__]
    marked = {kind.declaration.table: kind for kind in kinds if kind.declaration.markable}
    return marked.values()


def _marked(connection: Connection, kind: type[BaseResource], project: str, stacks: str) -> Iterator[Expired]:
    """Yield the rows of those stacks that say when they expire."""
    declaration = kind.declaration
    literal = re.split(r"[*?\[]", stacks, maxsplit=1)[0]
    beginning = marks_of(f"{project}/{literal}").removesuffix(" ")
    rows = connection.client.table(declaration.table).iterate(
        fields=[*declaration.fields, *declaration.only, *_machine_columns(kind)],
        filter=where("description", "cs", beginning),
        page_size=PAGE,
    )
    for row in rows:
        mark, expires = Mark.of(row.get("description")), expiry_in(row.get("description"))
        if mark is None or expires is None:
            continue
        its_project, _, its_stack = mark.owner.rpartition("/")
        only = all(row.get(column) == value for column, value in declaration.only.items())
        if its_project == project and fnmatch.fnmatchcase(its_stack, stacks) and only:
            yield Expired(kind=kind, key=str(row["$key"]), mark=mark, expires=expires, row=row)


def _machine_columns(kind: type[BaseResource]) -> list[str]:
    """Return the columns by which a row hangs on the machine of a VM."""
    return [str(a.column) for a in kind.declaration.inputs.values() if a.through == "machine"]


def _turn(kind: type[BaseResource]) -> tuple[bool, int, bool]:
    """Return when a kind has its turn: VMs, then what hangs on something before that, and networks at last."""
    return kind is not VirtualMachine, -_depth(kind), kind is Network


def _depth(kind: type[BaseResource]) -> int:
    """Return how many rows a row hangs on, one on the other."""
    below = [
        target
        for attribute in kind.declaration.inputs.values()
        if isinstance(attribute, Reference) and attribute.required
        for target in attribute.targets
    ]
    return 1 + max(map(_depth, below)) if below else 0


def reap(
    project: Annotated[str, typer.Option(help="The project of the stacks.")],
    stacks: Annotated[str, typer.Option(help="Which stacks, as a pattern.")] = "pr-*",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete what the sandboxes of a project left in VergeOS when their time is over; nothing without such a time.

    Exit codes: 0 all that expired is deleted, 1 some of it is not, 2 it could not be found out.
    """
    now = datetime.now(UTC)
    try:
        connection = connect(read_settings(lambda name: None, os.environ))
    except (EngineError, VergeError) as error:
        stop("look for what expired", error)
    failed = False
    try:
        expired = find_expired(connection, project, stacks, now)
        of = f"of {words.text(project)}/{words.text(stacks)}"
        one = len(expired) == 1
        typer.echo(f"1 object {of} has expired." if one else f"{len(expired)} objects {of} have expired.")
        for each in expired:
            typer.echo(f"  {each}")
        if expired and not dry_run and (yes or typer.confirm("Delete them, with what hangs on the VMs?")):
            for line in delete(connection, expired, now):
                failed = failed or line.startswith("Unable")
                typer.echo(line, err=line.startswith("Unable"))
        typer.echo(f"{connection.client.budget.made} requests.")
    except (EngineError, VergeError) as error:
        stop("look for what expired", error)
    finally:
        connection.client.close()
    raise typer.Exit(int(failed))
