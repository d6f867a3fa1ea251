"""What VergeOS answers: whether it is one, the login, its release and identity, its clock, and the hour's requests."""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Callable, Sequence

from verge_pulumi.catalogue import RELEASES, release_number
from verge_pulumi.client import (
    ApiError,
    BadAnswer,
    Exchange,
    LoginRequired,
    NoAnswer,
    PermissionDenied,
    RateLimited,
    Row,
    ServerError,
    Unreachable,
    VergeError,
)
from verge_pulumi.doctor.findings import Finding, ok, problem, unchecked, warning
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.releases import is_older
from verge_pulumi.review.escaping import LONGEST_MESSAGE, text

MOST_REQUESTS = 10
"""Requests that a check-up makes at most."""

FEW = 100
"""Requests left of the hour that are worth a warning; an update of a small stack makes so many."""

FAR = 60.0
"""Seconds between two clocks that are worth a warning."""

_RELEASE = re.compile(r"\d{1,3}\.\d{1,3}(\.|-|$)")
"""How releases begin: ``4.12.6``, ``26.1.8``."""

_NOT_ITSELF = (NoAnswer, Unreachable, ServerError)
"""It may be a VergeOS, in trouble or out of reach."""


def requests(connection: Connection, now: Callable[[], float] = time.time) -> Finding:
    """Say how many requests of the hour are left; none is sent."""
    budget = connection.client.budget
    left = budget.left
    if left is None:
        return ok("requests", "there is no limit")
    with budget.reserved(reads=True):
        free = budget.at_once or 0
        wait = budget.wait_for(MOST_REQUESTS if free else 1)
    if free < MOST_REQUESTS:
        said, what = f"the requests of this hour are used up ({left} left, for deletes)", "The next is"
        if free:
            said = f"only {free} of the {MOST_REQUESTS} requests that a check-up takes are left of this hour"
            what = f"{MOST_REQUESTS} are"
        when = time.strftime("%H:%M:%S", time.localtime(now() + max(wait, 1.0)))
        advice = f"{what} free at {when}. Other programs use the same credential: end them, or wait."
        return problem("requests", said, advice)
    if left < FEW:
        return warning("requests", f"{left} left of this hour", "A run waits for the next hour where it needs more.")
    return ok("requests", f"{left:,} left of this hour")


def product(connection: Connection) -> Finding:
    """Say whether a VergeOS answers; no credential is sent."""
    client = connection.client
    try:
        said = client.version()
    except RateLimited as error:
        return _refused_for_rate(error)
    except _NOT_ITSELF as error:
        return problem("vergeos", f"{client.host}: {text(error.reason, LONGEST_MESSAGE)}", error.advice)
    except VergeError as error:
        # What is advised about a status supposes that it is a VergeOS, to which credentials were sent.
        advice = BadAnswer.advice if isinstance(error, ApiError) else error.advice or BadAnswer.advice
        reason = text(error.reason, LONGEST_MESSAGE)
        return problem("vergeos", f"what answers at {client.host} is no VergeOS: {reason}", advice)
    if unlike := _unlike_vergeos(said):
        advice = (
            "Check the host. If it is a VergeOS all the same, report what its /version.json says (docs/bug-reports.md)."
        )
        return problem("vergeos", f"what answers at {client.host} is no VergeOS: {unlike}", advice)
    return ok("vergeos", f"{client.host} is a VergeOS")


def _unlike_vergeos(said: Row) -> str:
    """Return what of ``/version.json`` is not as VergeOS writes it (docs/vergeos/README.md §1); "" if nothing is.

    Many products have a file of that name with a version in it, so the version alone tells nothing.
    """
    name, version = said.get("name"), said.get("version")
    if name != "v4":
        named = f"names '{text(str(name), LONGEST_MESSAGE)}'" if name else "has no name"
        return f"its /version.json {named}, and not 'v4'"
    if not isinstance(version, str) or not _RELEASE.match(version):
        return "its /version.json tells no release of VergeOS"
    return "" if said.get("hash") else "its /version.json has no hash"


def login(connection: Connection) -> Finding:
    """Say whether VergeOS takes the credentials."""
    settings = connection.settings
    who = "the API key" if settings.api_key else f"user '{text(settings.username)}'"
    try:
        _ = connection.system
    except LoginRequired as error:
        return problem("login", f"VergeOS does not take {who}: {text(error.reason)}", error.advice)
    except PermissionDenied as error:
        return problem("login", f"{who} may not read the table 'system', which every run asks", error.advice)
    except RateLimited as error:
        return _refused_for_rate(error)
    except VergeError as error:
        return problem("login", f"{who}: {text(error.reason, LONGEST_MESSAGE)}", error.advice)
    except EngineError as error:
        return problem("login", text(error, LONGEST_MESSAGE))
    return ok("login", f"VergeOS takes {who}")


def release(connection: Connection, kinds: Sequence[type[BaseResource]]) -> Finding:
    """Say whether the release is one that is known, and has what programs use."""
    found = connection.release
    if not found:
        return warning("release", "VergeOS does not tell its release", "What needs a newer one fails when it is made.")
    name = f"VergeOS {text(found)}"
    lacking = {
        f"{kind.declaration.title} ({kind.declaration.since})": None
        for kind in kinds
        if kind.declaration.since and is_older(found, kind.declaration.since)
    }
    if lacking:
        return problem("release", f"{name} has no {', '.join(lacking)}", "Upgrade the system, or leave that out.")
    if is_older(found, RELEASES[-1]):
        return warning("release", f"{name} is older than {RELEASES[-1]}, the oldest that is known", "Upgrade it.")
    newest = ".".join(str(each) for each in release_number(RELEASES[0])[:2])
    if is_older(newest, found) and not f"{found}.".startswith(f"{newest}."):
        advice = f"Try it on a test system first: most is known of {newest}."
        return warning("release", f"{name} is newer than what is known", advice)
    return ok("release", name)


def identity(connection: Connection, made_on: Sequence[tuple[str, str]]) -> Finding:
    """Say which system it is, and whether a state is of that one.

    Args:
        connection: Where to.
        made_on: Identity and name of the systems on which the objects of a state were made.
    """
    system = connection.system
    said = f"'{text(system.name)}', {text(system.identity)}"
    if others := [name for identity, name in made_on if not connection.is_at(identity)]:
        named = ", ".join(f"'{text(name)}'" for name in others)
        advice = "Name that one as the host. If it was renamed, set VERGEOS_FORMER_NAME for one run (docs/renaming.md)."
        return problem("system", f"{said}; the state of the stack is that of {named}", advice)
    return ok("system", said)


class Dates:
    """The clock of VergeOS beside that of this machine, as the answers tell: an observer of a client."""

    def __init__(self) -> None:
        self._differences: list[float] = []

    def __call__(self, exchange: Exchange) -> None:
        """Note the date of an answer."""
        try:
            date = email.utils.parsedate_to_datetime(exchange.headers.get("Date", "")).timestamp()
        except (ValueError, TypeError, OverflowError):
            return
        # A date says which second it is, and was written at some moment between question and answer.
        self._differences.append(date + 0.5 - (exchange.started + exchange.waited / 2))

    def finding(self) -> Finding:
        """Say how far apart the clocks are."""
        if not self._differences:
            return unchecked("the answers carry no date", "clock")[0]
        apart = min(self._differences, key=abs)
        if abs(apart) < FAR:
            return ok("clock", "VergeOS and this machine agree on the time")
        side = "ahead of" if apart > 0 else "behind"
        advice = "Let both follow the same time servers: expiry dates, certificates and second factors depend on it."
        return warning("clock", f"VergeOS is {_spell(abs(apart))} {side} this machine", advice)


def _spell(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"


def _refused_for_rate(error: RateLimited) -> Finding:
    return problem("requests", f"VergeOS takes no more requests now: {text(error.reason)}", error.advice)
