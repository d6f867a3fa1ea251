"""``verge-pulumi conformance --lab``: try out on a test system what this package takes for granted, and clean up."""

from __future__ import annotations

import json
import os
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer

from verge_pulumi.cli.stopping import stop
from verge_pulumi.cli.terminal import Work, working
from verge_pulumi.client import Authentication, VergeClient, VergeError
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.run import PREFIX, Outcome, Result, Verdict, Watcher, chosen, run
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import read_settings
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.review.escaping import text
from verge_pulumi.review.output import error_text
from verge_pulumi.review.systems import connect

FAILED, DIFFERENT = 1, 2
"""Exit codes: something is left or could not be found out; VergeOS is not as it was taken to be."""

Wanted = Annotated[
    bool,
    typer.Option("--lab", help="Test the behaviour of a test system with objects that it makes, and delete them all."),
]
Prefix = Annotated[
    str,
    typer.Option(
        metavar="PREFIX",
        help="With --lab: prefix of the names of its objects, 3 to 16 lower-case letters, digits and hyphens.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="With --lab: do not ask.")]
Stop = Annotated[bool, typer.Option("--stop", help="With --lab: stop at the first assumption that differs or fails.")]
Only = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help="With --lab: test only assumptions of this id or pattern, such as 'networks/*'. May be repeated.",
    ),
]


def run_lab(prefix: str, only: list[str], *, yes: bool, first: bool, as_json: bool) -> NoReturn:
    """Try out the assumptions, print what came of each, and exit.

    Args:
        prefix: How the names of all objects begin.
        only: Patterns of the ids of the assumptions to try out; all of them if there is none.
        yes: Whether nobody is asked.
        first: Whether to stop at the first assumption that differs or fails.
        as_json: Whether to print JSON.
    """
    try:
        if not PREFIX.fullmatch(prefix):
            form = "3 to 16 lower-case letters, digits and hyphens, a letter first and no hyphen last"
            raise EngineError(f"the prefix must be {form}")
        connection = connect(read_settings(lambda name: None, os.environ))
    except (EngineError, VergeError) as error:
        stop("run the lab", error, code=FAILED)
    try:
        system = connection.system
        _confirm(connection, prefix, yes=yes)
        assumptions = chosen(connection.release, only)
        if not assumptions:
            raise EngineError(f"no assumption about {text(connection.release)} has such an id")
        # Two labs with one prefix that begin at the same moment do not take each other's rows for theirs.
        own = f"{prefix}-{secrets.token_hex(2)}"
        bench = Lab(
            connection.client,
            connection.release,
            own,
            connection.clock,
            lambda credentials: _visitor(connection, credentials),
            connection.see_system,
        )
        with _ended_like_interrupted(), working("Trying out what is assumed") as work:
            watcher = _watcher(work, as_json)
            outcome = run(connection.client, bench, assumptions, reserved=prefix, stop=first, watcher=watcher)
    except KeyboardInterrupt:
        stop("run the lab", "it was stopped before anything was written", code=FAILED)
    except (EngineError, VergeError) as error:
        stop("run the lab", error, code=FAILED)
    finally:
        connection.client.close()
    if as_json:
        typer.echo(json.dumps(_document(system.name, connection, outcome), indent=2))
    else:
        for line in _summary(outcome, connection.client.budget.made):
            typer.echo(line)
    raise typer.Exit(_code(outcome))


def _visitor(connection: Connection, credentials: Authentication) -> VergeClient:
    """Return a client that reads the same system with other credentials, out of the same hour's requests."""
    settings = connection.settings
    return VergeClient(
        settings.host,
        auth=credentials,
        ca_file=settings.ca_file or None,
        insecure=settings.insecure,
        budget=connection.client.budget,
        read_only=True,
    )


_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


def _confirm(connection: Connection, prefix: str, *, yes: bool) -> None:
    """Let the one who runs it type the prefix.

    Raises:
        EngineError: Something else was typed.
    """
    if yes:
        return
    name, release = text(connection.system.name), text(connection.release)
    typer.echo(
        f"This makes, changes, starts and deletes objects on '{name}' ({text(connection.client.host)}, {release}), "
        f"whose names begin with '{prefix}-'. Do it on a test system only.",
        err=True,
    )
    if typer.prompt("Type the prefix to go on", err=True) != prefix:
        raise EngineError("the prefix was not confirmed; nothing was written")


def _watcher(work: Work, as_json: bool) -> Watcher:
    """Return who tells how it goes on: each result is a line, and a terminal shows what is done now."""

    def result(result: Result) -> None:
        if not as_json:
            for line in _lines(result):
                typer.echo(line)

    return Watcher(work.now, work.aside(result))


def _lines(result: Result) -> Iterator[str]:
    yield f"{result.verdict:7}  {result.assumption.id}"
    if result.verdict is not Verdict.HOLDS:
        yield f"         assumed: {result.assumption.sentence} ({result.assumption.sure}, {result.assumption.source})"
        yield from (f"         {error_text(line)}" for line in result.lines)
        yield f"         leans on it: {', '.join(result.assumption.leans)}"


def _summary(outcome: Outcome, requests: int) -> Iterator[str]:
    counts = ", ".join(f"{verdict} {count}" for verdict in Verdict if (count := outcome.count(verdict)))
    ended = (
        " It was interrupted."
        if outcome.interrupted
        else " It stopped there, since --stop was given."
        if outcome.stopped
        else ""
    )
    yield f"{len(outcome.results)} tried out: {counts or 'nothing'}. {requests} requests.{ended}"
    if not outcome.left:
        yield "Nothing is left: all is as it was before."
        return
    yield "Not as it was before, by the lab or by somebody who worked on the system meanwhile:"
    yield from (f"  {error_text(line)}" for line in outcome.left)


def _document(system: str, connection: Connection, outcome: Outcome) -> dict[str, Any]:
    return {
        "system": system,
        "release": connection.release,
        "requests": connection.client.budget.made,
        "interrupted": outcome.interrupted,
        "stopped": outcome.stopped,
        "left": list(outcome.left),
        "assumptions": [
            {
                "id": each.assumption.id,
                "verdict": each.verdict,
                "assumed": each.assumption.sentence,
                "source": each.assumption.source,
                "sure": each.assumption.sure,
                "leans": list(each.assumption.leans),
                "found": list(each.lines),
            }
            for each in outcome.results
        ],
    }


def _code(outcome: Outcome) -> int:
    if outcome.left or outcome.interrupted or outcome.count(Verdict.FAILED):
        return FAILED
    return DIFFERENT if outcome.count(Verdict.DIFFERS) else 0


@contextmanager
def _ended_like_interrupted() -> Iterator[None]:
    """Clean up, too, when the process is told to end: a pipeline is cancelled, a terminal is closed."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        # A pipeline says it more than once; only Ctrl-C ends the clean-up as well.
        for each in _ENDING:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {each: signal.signal(each, interrupt) for each in _ENDING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
