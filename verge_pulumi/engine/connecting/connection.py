"""Which VergeOS a provider talks to, as whom, and the one connection of the process to it."""

from __future__ import annotations

import atexit
import os
import re
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pulumi

from verge_pulumi.client import ApiKey, Authentication, Basic, Budget, Clocks, RetryPolicy, VergeClient, ledger_path
from verge_pulumi.client.host import is_loopback, origin
from verge_pulumi.client.pace import REQUESTS_PER_HOUR
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.evidence import Evidence
from verge_pulumi.engine.ownership.journal import Journal
from verge_pulumi.engine.reading.reader import Reader
from verge_pulumi.engine.reading.waiting import Clock
from verge_pulumi.engine.runtime import provider_process

T = TypeVar("T")

NAMESPACE = "vergeos"

CALLS_PER_PROCESSOR = 4
"""How many calls the engine makes at once, unless ``--parallel`` says otherwise."""

GATHERING_PAUSE = 0.1
"""Seconds for which a read waits for those of other calls to begin with; the engine needs about 40 ms between two."""


LONGEST_TIMEOUT = 86400
"""Seconds that one HTTP exchange may be given."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a connection needs to know.

    Attributes:
        host: Where VergeOS answers, such as ``verge.example.com`` or ``https://10.0.0.5:8443``.
        username: Login name; not needed with an API key.
        password: Its password.
        api_key: An API key (VergeOS 26.0 and later); wins over a password.
        ca_file: The certificate authority to trust instead of the well-known ones.
        insecure: Whether to accept any certificate.
        timeout: Seconds that one HTTP exchange may take.
        requests_per_hour: Requests that VergeOS allows this credential in an hour; 0 for no limit. Unset, it is what
            VergeOS documents, and no limit on loopback: what answers there is the simulator, which has none unless it
            is told to, and tests must not wait for an hour to pass.
        mark: Whether rows carry the mark of their owner. Without it an interrupted create cannot be found again.
        former_name: The name the system had before it was renamed, for the one run that records the new name.
        provider: The name of the explicit provider, or "" for the default one.
        trimmed: Where credentials and the host had white space at their ends, which is left out.
    """

    host: str
    username: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    ca_file: str = ""
    insecure: bool = False
    timeout: float = 60.0
    requests_per_hour: int | None = None
    mark: bool = True
    former_name: str = ""
    provider: str = ""
    trimmed: tuple[str, ...] = ()

    def authentication(self) -> Authentication:
        """Return how requests prove who sends them."""
        return ApiKey(self.api_key) if self.api_key else Basic(self.username, self.password)

    @property
    def journal(self) -> Path:
        """Where this machine notes the attempts to create something with this credential: beside the hour's ledger."""
        ledger = ledger_path(origin(self.host), self.api_key or self.username)
        return ledger.with_name(f"{ledger.name}.attempts")

    def budget(self, sleep: Callable[[float], None], announce: Callable[[str], None] | None = None) -> Budget:
        """Return what requests are taken from, shared with the other processes that have this credential.

        Args:
            sleep: Waits so many seconds.
            announce: Tells people of a long wait; a line of the engine's output if None.
        """
        where_to = origin(self.host)
        per_hour = self.requests_per_hour
        if per_hour is None:
            per_hour = 0 if is_loopback(where_to) else REQUESTS_PER_HOUR
        ledger = ledger_path(where_to, self.api_key or self.username)
        return Budget(per_hour, ledger=ledger, sleep=sleep, announce=announce or provider_process.log)


def read_settings(configured: Callable[[str], str | None], environment: Mapping[str, str]) -> Settings:
    """Read the settings of a provider process.

    The environment wins over the stack's configuration: credentials belong there, because Pulumi copies the whole
    configuration of a stack into its state. An explicit provider (`Provider`) is another system, so nothing of the
    default system's environment may reach it; it names the variables that hold its credentials.

    Args:
        configured: Looks up ``vergeos:<name>`` in what the engine handed over.
        environment: The variables of the process.

    Raises:
        EngineError: With everything that is missing or malformed, in one text.
    """
    provider = configured("provider") or ""

    def value(name: str, variable: str) -> str:
        if provider:
            named = configured(f"{name}Env")
            return environment.get(named, "") if named else configured(name) or ""
        return environment.get(variable) or configured(name) or ""

    def switch(name: str, variable: str, default: bool) -> bool:
        text = value(name, variable).lower()
        if text not in ("", "0", "1", "false", "true", "no", "yes"):
            problems.append(f"{_where(name, variable, provider)} must be true or false")
        return text in ("1", "true", "yes") if text else default

    def trimmed(name: str, variable: str, cut: Callable[[str], str] = _without_blank_ends) -> str:
        text = value(name, variable)
        if (kept := cut(text)) != text:
            blank_ends.append(_where(name, variable, provider))
        return kept

    problems: list[str] = []
    blank_ends: list[str] = []
    timeout = value("timeout", "VERGEOS_TIMEOUT")
    if timeout and not (
        re.fullmatch(r"[0-9]{0,5}\.?[0-9]{0,20}", timeout) and 0 < float(f"0{timeout}") <= LONGEST_TIMEOUT
    ):
        what = f"must be a number of seconds above 0 and up to {LONGEST_TIMEOUT}"
        problems.append(f"{_where('timeout', 'VERGEOS_TIMEOUT', provider)} {what}")
        timeout = ""
    per_hour = value("requestsPerHour", "VERGEOS_REQUESTS_PER_HOUR")
    if per_hour and not re.fullmatch("[0-9]{1,9}", per_hour):
        what = "must be a whole number up to 999999999, or 0 for no limit"
        problems.append(f"{_where('requestsPerHour', 'VERGEOS_REQUESTS_PER_HOUR', provider)} {what}")
        per_hour = ""
    settings = Settings(
        host=trimmed("host", "VERGEOS_HOST"),
        username=trimmed("username", "VERGEOS_USERNAME"),
        # A password may begin or end with a blank, but not with the end of the line of a file.
        password=trimmed("password", "VERGEOS_PASSWORD", lambda text: text.strip("\r\n")),
        api_key=trimmed("apiKey", "VERGEOS_API_KEY"),
        ca_file=value("caFile", "VERGEOS_CA_FILE"),
        insecure=switch("insecure", "VERGEOS_INSECURE", False),
        timeout=float(timeout or Settings.timeout),
        requests_per_hour=int(per_hour) if per_hour else None,
        mark=switch("mark", "VERGEOS_MARK", True),
        former_name=value("formerName", "VERGEOS_FORMER_NAME"),
        provider=provider,
        trimmed=tuple(blank_ends),
    )
    if not all("!" <= character <= "~" for character in settings.api_key):
        where = _where("apiKey", "VERGEOS_API_KEY", provider)
        problems.append(f"{where} holds white space or characters that no key has; copy it once more")
    if not settings.host:
        problems.append(f"{_where('host', 'VERGEOS_HOST', provider)} is not set")
    if not settings.api_key and not (settings.username and settings.password):
        problems.append(_missing_credentials(configured, provider))
    if problems:
        raise EngineError("; ".join(problems))
    return settings


def _without_blank_ends(text: str) -> str:
    """Return a text without what is not seen at its ends: white space, and marks such as that of a byte order."""
    while text and (text[0].isspace() or not text[0].isprintable()):
        text = text[1:]
    while text and (text[-1].isspace() or not text[-1].isprintable()):
        text = text[:-1]
    return text


def _where(name: str, variable: str, provider: str) -> str:
    if provider:
        return f"{name} of the provider '{provider}'"
    return f"{variable} (or the configuration {NAMESPACE}:{name})"


def _missing_credentials(configured: Callable[[str], str | None], provider: str) -> str:
    if not provider:
        return "VERGEOS_API_KEY, or VERGEOS_USERNAME and VERGEOS_PASSWORD, must be set in the environment"
    names = [named for name in ("apiKey", "username", "password") if (named := configured(f"{name}Env"))]
    if not names:
        return f"the provider '{provider}' names no variable for its credentials"
    return f"the environment has no {' or '.join(names)}, which the provider '{provider}' names for its credentials"


@dataclass(frozen=True)
class System:
    """Which VergeOS it is.

    Attributes:
        name: What it calls itself, ``cloud_name`` (fact sheet README §1).
        identity: Its ``id``, which VergeOS's own clients read; where a release has none, the name.
    """

    name: str
    identity: str


class Connection:
    """The process's way to one VergeOS, shared by all its providers and threads.

    Attributes:
        client: The REST client.
        reader: Shared reads.
        clock: The time, for waits.
        release: The version of VergeOS, such as ``26.1.8``; "" as long as nobody asked which system it is.
        evidence: What proves whose a row is, apart from the row.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        budget: Budget | None = None,
        evidence: Evidence | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock or Clock(sleep=self._sleep)
        self.client = VergeClient(
            settings.host,
            auth=settings.authentication(),
            ca_file=settings.ca_file or None,
            insecure=settings.insecure,
            clocks=Clocks(attempt=settings.timeout),
            retries=RetryPolicy(sleep=self.clock.sleep, lost=self.doubt),
            budget=budget or settings.budget(self.clock.sleep),
            pool_size=provider_process.WORKERS,
        )
        # Only the host of dynamic providers serves calls side by side; elsewhere there is nobody to wait for.
        pause = GATHERING_PAUSE if provider_process.serving() else 0.0
        self.reader = Reader(self.client, self.clock, pause=pause, expected=CALLS_PER_PROCESSOR * (os.cpu_count() or 1))
        self.evidence = evidence or Evidence(Journal(settings.journal), provider=settings.provider)
        self.release = ""
        self._system: System | None = None
        self._first: System | None = None
        self._sure = False
        self._lock = threading.Lock()
        self._shared: dict[tuple[object, ...], Any] = {}
        self._sharing = threading.Lock()

    def shared(self, kind: type[T], *of: Hashable) -> T:
        """Return the one object of a class that all calls share, made when it is first asked for.

        Args:
            kind: The class, which is made without arguments.
            of: What there is one of for each, such as the key of a network.
        """
        with self._sharing:
            if (kind, *of) not in self._shared:
                self._shared[kind, *of] = kind()
            shared: T = self._shared[kind, *of]
            return shared

    def call(self) -> AbstractContextManager[None]:
        """Count a call of the engine, for as long as it runs, among those whose reads are gathered."""
        return self.reader.gathering.call()

    def _sleep(self, seconds: float) -> None:
        with self.reader.gathering.idle():
            time.sleep(seconds)

    @property
    def system(self) -> System:
        """The system that answers, asked for once.

        Raises:
            EngineError: What answers is not a VergeOS.
        """
        with self._lock:
            if self._system is None or not self._sure:
                row = self.reader.system()
                name = row.get("cloud_name")
                if not name or not isinstance(name, str):
                    raise EngineError(f"{self.client.host} does not say which VergeOS it is. Check the host")
                self._system = System(name, str(row.get("id") or name))
                self._first = self._first or self._system
                self._sure = True
                self.evidence.system = self._system.identity
                self.release = str(row.get("os_version") or "")
            return self._system

    def see_system(self) -> None:
        """See that a VergeOS answers, and after trouble on the way that it is still the same one.

        Raises:
            EngineError: Another one answers by now.
        """
        before = self._first
        if before is not None and self.system.identity != before.identity:
            raise EngineError(
                f"{self.client.host} was the system '{before.name}' when this run began and is '{self.system.name}' "
                "now. Nothing more is written; see where that name leads, and run it again"
            )
        _ = self.system

    def doubt(self) -> None:
        """Ask which system answers before the next write, since a connection was lost and may lead elsewhere by now."""
        self._sure = False  # without the lock, which a request that asks for the system holds

    def is_at(self, identity: str) -> bool:
        """Say whether the system that answers is the one with that identity, or was before it was renamed."""
        return identity in (self.system.identity, self.settings.former_name)


_connections: dict[Settings, Connection] = {}
_lock = threading.Lock()


def connect(settings: Settings) -> Connection:
    """Return the process's connection for these settings; the first time it says so if certificates go unchecked."""
    with _lock:
        connection = _connections.get(settings)
        if connection is None:
            connection = _connections[settings] = Connection(settings)
            atexit.register(tell_what_is_left, connection.client.budget)
            if settings.trimmed:
                provider_process.log(
                    f"white space at the ends is left out of {', '.join(settings.trimmed)}", warning=True
                )
            if settings.insecure:
                provider_process.log(
                    f"the certificate of {settings.host} is not checked ({NAMESPACE}:insecure)", warning=True
                )
        return connection


def tell_what_is_left(budget: Budget) -> None:
    """Tell at the end of a run what it cost; a preview without requests and a system without a limit say nothing."""
    if budget.made and (left := budget.left) is not None:
        provider_process.log(f"{budget.made:,} requests, {left:,} left this hour")


class Provider(pulumi.ProviderResource):
    """A second VergeOS in one program; pass it as ``ResourceOptions(provider=...)`` or to a component.

    Credentials are passed by the *names* of environment variables, so none of them enters the state, and an unset
    variable is an error rather than the default system's credential.

    Args:
        resource_name: Name of the provider in the program.
        host: Where this VergeOS answers.
        api_key_env: Variable that holds an API key.
        username_env: Variable that holds the login name.
        password_env: Variable that holds the password.
        ca_file: The certificate authority to trust instead of the well-known ones.
        insecure: Whether to accept any certificate.
        timeout: Seconds that one HTTP exchange may take.
        requests_per_hour: Requests that this VergeOS allows the credential in an hour; 0 for no limit.
        mark: Whether rows carry the mark of their owner.
        former_name: The name the system had before it was renamed.
        opts: Pulumi's resource options.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        host: pulumi.Input[str],
        api_key_env: str | None = None,
        username_env: str | None = None,
        password_env: str | None = None,
        ca_file: pulumi.Input[str] | None = None,
        insecure: bool | None = None,
        timeout: float | None = None,
        requests_per_hour: int | None = None,
        mark: bool | None = None,
        former_name: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if not api_key_env and not (username_env and password_env):
            raise TypeError("Provider needs api_key_env=, or username_env= and password_env=.")
        given: dict[str, pulumi.Input[str] | float | None] = {
            "provider": resource_name,
            "host": host,
            "apiKeyEnv": api_key_env,
            "usernameEnv": username_env,
            "passwordEnv": password_env,
            "caFile": ca_file,
            "insecure": insecure,
            "timeout": timeout,
            "requestsPerHour": requests_per_hour,
            "mark": mark,
            "formerName": former_name,
        }
        properties = {
            f"{NAMESPACE}:{name}": str(value).lower() if isinstance(value, bool | int | float) else value
            for name, value in given.items()
            if value is not None
        }
        self.configured = properties
        super().__init__("pulumi-python", resource_name, properties, opts)


def from_process(configured: Callable[[str], str | None]) -> Connection:
    """Return the connection for what the engine configured and the environment of this process."""
    return connect(read_settings(lambda name: configured(f"{NAMESPACE}:{name}"), os.environ))


def for_program(provider: pulumi.ProviderResource | None) -> Connection:
    """Return the connection by which a program reads what it does not manage.

    Args:
        provider: The explicit provider whose VergeOS is meant; None for the default one.

    Raises:
        EngineError: The settings are incomplete, or are not known yet while the program runs.
    """
    if provider is None:
        return from_process(pulumi.runtime.get_config)
    if not isinstance(provider, Provider):
        raise EngineError(f"a {type(provider).__name__} is no Provider of verge_pulumi")
    known = {name: value for name, value in provider.configured.items() if isinstance(value, str)}
    if known.keys() != provider.configured.keys():
        raise EngineError(
            f"the settings of the provider '{known[f'{NAMESPACE}:provider']}' are outputs of other resources"
        )
    return from_process(known.get)
