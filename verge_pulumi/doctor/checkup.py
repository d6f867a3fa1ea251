"""All checks in their order; what depends on one that failed is not checked."""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from verge_pulumi.client import RetryPolicy, VergeError
from verge_pulumi.doctor import host, program, project, tools, vergeos
from verge_pulumi.doctor.findings import Finding, Level, ok, problem, unchecked, warning
from verge_pulumi.doctor.rights import rights
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import NAMESPACE, Settings, read_settings
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.evidence import Evidence
from verge_pulumi.engine.ownership.journal import Journal
from verge_pulumi.review.output import error_text
from verge_pulumi.review.stack_commands import StackCommands

PATIENCE = 20.0
"""Seconds that VergeOS is given for one answer, if not less."""

_OF_HOST = ("host", "certificate")
_OF_VERGEOS = ("requests", "vergeos", "login", "release", "system", "clock", "rights")


class Checkup:
    """Looks at everything that a run needs. Nothing is changed, and VergeOS gets `vergeos.MOST_REQUESTS` at most.

    Args:
        folder: Where the program is.
        environment: The variables of the process.
        stack: Its stack; "" for the one that is selected.
        provider: An explicit provider of the program; "" for the default one.
        user: Whose the API key is; "" if nobody says.
        preview: Whether the account is to preview and refresh only.

    Attributes:
        requests: How many requests were sent.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        *,
        stack: str = "",
        provider: str = "",
        user: str = "",
        preview: bool = False,
    ) -> None:
        self.requests = 0
        self._folder = folder
        self._environment = environment
        self._stack = stack
        self._provider = provider
        self._user = user
        self._preview = preview

    def run(self) -> Iterator[Finding]:
        """Yield what is found, as it is found."""
        pulumi = StackCommands(self._folder, "", patience=project.PATIENCE)
        yield tools.python()
        yield tools.sdk()
        cli = tools.cli(pulumi)
        yield cli
        found = project.Project()
        if cli.level is Level.PROBLEM:
            yield from unchecked("there is no Pulumi CLI that can be used", "project", "backend", "stack", "lock")
        else:
            found, findings = project.look_at(self._folder, self._stack, pulumi)
            yield from findings
        try:
            settings = self._settings(found)
        except EngineError as error:
            yield problem("settings", error_text(error), "See README.md, 'Use it'.")
            yield from unchecked("it is not known where VergeOS is and who asks", *_OF_HOST, *_OF_VERGEOS)
            return
        yield from self._of_settings(settings, found)

    def _settings(self, found: project.Project) -> Settings:
        """Return where VergeOS is, and who asks."""
        configured = found.config
        if self._provider:
            entries = found.state.entries if found.state else ()
            named = [each.provider for each in entries if _provider_of(each.provider) == self._provider]
            if not named:
                raise EngineError(f"the state of the stack has no provider '{self._provider}'")
            configured = named[0]
        return read_settings(lambda name: configured.get(f"{NAMESPACE}:{name}"), self._environment)

    def _of_settings(self, settings: Settings, found: project.Project) -> Iterator[Finding]:
        """Yield what is found with settings that are complete."""
        dates = vergeos.Dates()
        try:
            connection = _connection(settings, found, dates)
        except VergeError as error:
            yield problem("settings", error_text(error.reason), error.advice)
            yield from unchecked("the settings cannot be used", *_OF_HOST, *_OF_VERGEOS)
            return
        yield _told(settings)
        reachable = host.reachability(connection.client.host)
        yield reachable
        if reachable.level is Level.PROBLEM:
            yield from unchecked("the host cannot be reached", "certificate", *_OF_VERGEOS)
            return
        certificate = host.certificate(connection.client.host, settings)
        yield certificate
        if certificate.level is Level.PROBLEM:
            yield from unchecked("nothing is sent to a host that cannot be trusted", *_OF_VERGEOS)
            return
        with connection.client, connection.client.budget.reserved(reads=True):
            for finding in self._asked(connection, found, dates):
                self.requests = connection.client.budget.made
                yield finding

    def _asked(self, connection: Connection, found: project.Project, dates: vergeos.Dates) -> Iterator[Finding]:
        left = vergeos.requests(connection)
        yield left
        if left.level is Level.PROBLEM:
            yield from unchecked("no request is left for it", *_OF_VERGEOS[1:])
            return
        answering = vergeos.product(connection)
        yield answering
        if answering.level is Level.PROBLEM:
            missed = "no VergeOS answers" if answering.check == "vergeos" else "no request is left for it"
            yield from unchecked(missed, *(each for each in _OF_VERGEOS[1:] if each != answering.check))
            return
        entering = vergeos.login(connection)
        yield entering
        if entering.level is Level.PROBLEM:
            yield from unchecked("it takes a login", "release", "system", "rights")
            yield dates.finding()
            return
        kinds, tables = self._used(found)
        yield vergeos.release(connection, kinds)
        yield vergeos.identity(connection, project.origins(found.state, self._provider) if found.state else ())
        yield dates.finding()
        stack = found.state.name if found.state else ""
        yield rights(connection, stack, kinds, tables, claimed=self._user, preview=self._preview)

    def _used(self, found: project.Project) -> tuple[list[type[BaseResource]], list[str]]:
        """Return the kinds of resources that the program and the state have, and the tables that look-ups read."""
        kinds, tables = ([], []) if self._provider else program.used(found.folder or self._folder)
        for entry in found.state.entries if found.state else ():
            if _provider_of(entry.provider) == self._provider:
                try:
                    kinds.append(entry.load().resource)
                except EngineError:
                    continue  # of another version of this package, as a run will say
        return list(dict.fromkeys(kinds)), tables


def _connection(settings: Settings, found: project.Project, dates: vergeos.Dates) -> Connection:
    """Return a connection that only reads, and asks once.

    Raises:
        VergeError: The settings cannot be used.
    """

    def announce(line: str) -> None:
        print(error_text(line), file=sys.stderr)

    evidence = Evidence(Journal(None), lambda stack: found.deployment, provider=settings.provider)
    return Connection(
        dataclasses.replace(settings, timeout=min(settings.timeout, PATIENCE)),
        budget=settings.budget(time.sleep, announce),
        evidence=evidence,
        read_only=True,
        retries=RetryPolicy(attempts=1, patience=0.0),
        observers=[dates],
    )


def _told(settings: Settings) -> Finding:
    """Say where VergeOS is, and who asks."""
    who = "with an API key" if settings.api_key else f"as user '{error_text(settings.username)}'"
    said = f"{error_text(settings.host)}, {who}"
    if settings.trimmed:
        return warning("settings", f"{said}; white space is left out of {', '.join(settings.trimmed)}", "Remove it.")
    return ok("settings", said)


def _provider_of(configured: Mapping[str, object]) -> str:
    return str(configured.get(f"{NAMESPACE}:provider") or "")
