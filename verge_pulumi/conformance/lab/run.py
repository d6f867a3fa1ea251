"""Try out every assumption, one after the other, and leave the system as it was."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum

from verge_pulumi.catalogue.model import Table, Write
from verge_pulumi.client import VergeClient, VergeError, hiding, printable
from verge_pulumi.conformance.lab.assumption import Assumption
from verge_pulumi.conformance.lab.assumptions import ASSUMPTIONS
from verge_pulumi.conformance.lab.cleaning import clean
from verge_pulumi.conformance.lab.inventory import Inventory
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import NotHere, Surprise
from verge_pulumi.conformance.lab.requests import Made
from verge_pulumi.engine.errors import EngineError

PREFIX = re.compile(r"[a-z][a-z0-9-]{1,14}[a-z0-9]")
"""What names may begin with: users have names in small letters, and networks have none with blanks."""


class Verdict(StrEnum):
    """What came of an assumption."""

    HOLDS = "holds"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    """The system lacks what it takes to find out."""
    FAILED = "failed"
    """The check itself went wrong: VergeOS could not be reached, or answered something that the check cannot read."""


SURPRISING = (Verdict.DIFFERS, Verdict.FAILED)


@dataclass(frozen=True)
class Result:
    """What came of an assumption.

    Attributes:
        assumption: The assumption.
        verdict: What came of it.
        lines: What differs, or why it is not known.
    """

    assumption: Assumption
    verdict: Verdict
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What came of a lab.

    Attributes:
        results: In the order in which they were tried out.
        left: What the lab could not remove, and everything else that is not as it was before.
        interrupted: Whether somebody stopped it.
        stopped: Whether it stopped at the first surprise.
    """

    results: tuple[Result, ...]
    left: tuple[str, ...]
    interrupted: bool = False
    stopped: bool = False

    def count(self, verdict: Verdict) -> int:
        """Return how many assumptions have a verdict."""
        return sum(result.verdict is verdict for result in self.results)


@dataclass(frozen=True)
class Watcher:
    """Who is told how a lab goes on.

    Attributes:
        step: Receives what is done now.
        result: Receives each result.
    """

    step: Callable[[str], None] = lambda text: None
    result: Callable[[Result], None] = lambda result: None


_NOBODY = Watcher()


def chosen(release: str, patterns: Sequence[str] = ()) -> tuple[Assumption, ...]:
    """Return the assumptions about a release, in order, of which the ids match one of the patterns if there are any."""
    return tuple(
        each
        for each in ASSUMPTIONS
        if each.is_about(release) and (not patterns or any(fnmatch.fnmatchcase(each.id, p) for p in patterns))
    )


def run(
    client: VergeClient,
    lab: Lab,
    assumptions: Iterable[Assumption],
    *,
    reserved: str = "",
    stop: bool = False,
    watcher: Watcher = _NOBODY,
) -> Outcome:
    """Try out assumptions, and remove what was made for it whatever happens.

    Args:
        client: The way to the system.
        lab: The lab.
        assumptions: What to try out.
        reserved: The prefix that no object may bear before; the lab's own if it is left out.
        stop: Whether to stop at the first surprise.
        watcher: Who is told how it goes on.

    Raises:
        EngineError: There are rows that bear the prefix already; nothing was written.
        VergeError: What is there before cannot be read; nothing was written.
    """
    tables = looked_at(lab.tables)
    before = Inventory(client, tables, lambda table: watcher.step(f"reading {table}"))
    taken = [str(each) for each in before.bearing(reserved or lab.prefix)]
    if taken:
        raise EngineError(
            f"there are objects already that bear the prefix '{reserved or lab.prefix}': {'; '.join(taken[:5])}. "
            "Choose another prefix; if an earlier lab was killed and left them, delete them first"
        )
    results: list[Result] = []
    interrupted, failure = False, None
    try:
        with hiding((lab.password,)):
            for each in assumptions:
                watcher.step(each.id)
                results.append(try_out(each, lab))
                watcher.result(results[-1])
                if stop and results[-1].verdict in SURPRISING:
                    break
    except KeyboardInterrupt:
        interrupted = True
    except Exception as error:  # whoever is told how it goes on cannot be told: what was made is removed all the same
        failure = error
    with _told_when_interrupted(lab) as left:
        with suppress(OSError):
            watcher.step("removing what was made")
        left += clean(lab)
        left += _compare(client, lab, before, tables)
    if failure is not None:
        raise failure
    stopped = not interrupted and stop and any(result.verdict in SURPRISING for result in results)
    return Outcome(tuple(results), tuple(dict.fromkeys(left)), interrupted, stopped)


def try_out(assumption: Assumption, lab: Lab) -> Result:
    """Check one assumption."""
    try:
        assumption.check(lab)
    except Surprise as surprise:
        return Result(assumption, Verdict.DIFFERS, surprise.lines)
    except NotHere as lack:
        return Result(assumption, Verdict.UNKNOWN, (str(lack),))
    except (VergeError, EngineError) as error:
        return Result(assumption, Verdict.FAILED, (printable(str(error)),))
    except (AttributeError, LookupError, TypeError) as error:
        # What VergeOS answered has another shape than the check reads.
        return Result(assumption, Verdict.DIFFERS, (printable(f"an answer that cannot be read: {error!r}"),))
    except Exception as error:  # whatever it is, what was made is removed
        return Result(assumption, Verdict.FAILED, (printable(f"{type(error).__name__}: {error}"),))
    return Result(assumption, Verdict.HOLDS)


def looked_at(tables: Mapping[str, Table]) -> dict[str, Table]:
    """Return the tables that are compared: of which clients write something. Those of machines change by themselves."""
    return {
        name: table
        for name, table in tables.items()
        if table.creatable
        or (name != "machine_status" and any(column.write is not Write.NEVER for column in table.columns))
    }


def _compare(client: VergeClient, lab: Lab, before: Inventory, tables: Mapping[str, Table]) -> list[str]:
    """Return what is not as it was before, after what the lab made without an answer was removed, too."""
    found = list(before.differences(Inventory(client, tables)))
    stray = [each for each in found if each.what == "new" and lab.may_have_made(each.table, each.row)]
    if stray:
        for each in stray:
            lab.note(Made(each.table, each.key))
        clean(lab)
        found = list(before.differences(Inventory(client, {each.table: tables[each.table] for each in found})))
    return [str(each) for each in found]


@contextmanager
def _told_when_interrupted(lab: Lab) -> Iterator[list[str]]:
    """Collect what is left, also when removing it fails or is interrupted: then nobody knows what of it is gone."""
    left: list[str] = []
    try:
        yield left
    except (KeyboardInterrupt, Exception) as error:
        why = "interrupted" if isinstance(error, KeyboardInterrupt) else printable(str(error))
        left += [f"{made.path}: it may still be there ({why})" for made in lab.made]
