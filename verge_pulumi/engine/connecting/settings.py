"""Where VergeOS is and who asks, from the configuration of the stack and the environment of the process."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from verge_pulumi.client import ApiKey, Authentication, Basic, Budget, ledger_path
from verge_pulumi.client.host import is_loopback, origin
from verge_pulumi.client.pace import REQUESTS_PER_HOUR
from verge_pulumi.engine.errors import EngineError, given_as, nearest
from verge_pulumi.engine.runtime import provider_process

NAMESPACE = "vergeos"
"""Under which `pulumi config` keeps the settings."""

LONGEST_TIMEOUT = 86400
"""Seconds that one HTTP exchange may be given."""

KNOWN = {
    f"VERGEOS_{name}"
    for name in (
        *("HOST", "API_KEY", "USERNAME", "PASSWORD", "CA_FILE", "INSECURE", "TIMEOUT", "REQUESTS_PER_HOUR", "MARK"),
        *("FORMER_NAME", "LIVE_CHECKS", "DEBUG", "TRACE"),
    )
}
"""The variables of the environment that have a meaning."""

_SWITCH = {"0": False, "false": False, "no": False, "1": True, "true": True, "yes": True}
"""How a setting that is true or false may be spelt."""


_LOGIN = {"username": "VERGEOS_USERNAME", "password": "VERGEOS_PASSWORD"}


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
        trace: The file that exchanges are written to for a bug report; "" for none.
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
    trace: str = ""
    trimmed: tuple[str, ...] = ()

    @property
    def credentials(self) -> str:
        """Where the credentials come from, as part of a sentence."""
        if self.provider:
            return f"the variables that the provider '{self.provider}' names"
        names = {"apiKey": "VERGEOS_API_KEY"} if self.api_key else _LOGIN
        named = " and ".join(names.values()), " and ".join(f"{NAMESPACE}:{name}" for name in names)
        return f"{named[0]} (or the configuration {named[1]})"

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
        if text and text not in _SWITCH:
            problems.append(f"{_where(name, variable, provider)} is {given_as(text)} and must be true or false")
        return _SWITCH.get(text, default)

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
        what = f"is {given_as(timeout)} and must be a number of seconds above 0 and up to {LONGEST_TIMEOUT}"
        problems.append(f"{_where('timeout', 'VERGEOS_TIMEOUT', provider)} {what}")
        timeout = ""
    per_hour = value("requestsPerHour", "VERGEOS_REQUESTS_PER_HOUR")
    if per_hour and not re.fullmatch("[0-9]{1,9}", per_hour):
        what = f"is {given_as(per_hour)} and must be a whole number up to 999999999, or 0 for no limit"
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
        trace=environment.get("VERGEOS_TRACE", ""),  # of the process, as VERGEOS_DEBUG is
        trimmed=tuple(blank_ends),
    )
    if not all("!" <= character <= "~" for character in settings.api_key):
        where = _where("apiKey", "VERGEOS_API_KEY", provider)
        problems.append(f"{where} holds white space or characters that no key has; copy it once more")
    if not settings.host:
        problems.append(
            f"{_where('host', 'VERGEOS_HOST', provider)} is not set{_misspelt('VERGEOS_HOST', environment)}"
        )
    if not settings.api_key and not (settings.username and settings.password):
        problems.append(_missing_credentials(configured, provider, environment))
    if problems:
        raise EngineError("; ".join(problems))
    return settings


def wants_live_checks(configured: Callable[[str], str | None], environment: Mapping[str, str]) -> bool:
    """Say whether the checks of a program may ask the default system; they may not if nothing is said.

    An explicit provider says it as an argument. No provider process has to know, so it is none of its `Settings`.

    Args:
        configured: Looks up ``vergeos:<name>`` in the configuration of the stack.
        environment: The variables of the process, which win.

    Raises:
        EngineError: It is malformed.
    """
    variable = "VERGEOS_LIVE_CHECKS"
    text = (environment.get(variable) or configured("liveChecks") or "false").lower()
    if text not in _SWITCH:
        raise EngineError(f"{_where('liveChecks', variable, '')} is {given_as(text)} and must be true or false")
    return _SWITCH[text]


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


def _misspelt(variable: str, environment: Mapping[str, str]) -> str:
    """Return which variable of the environment may be a misspelt one; "" if none is like it."""
    close = nearest(
        variable, (name for name in environment if name.upper().startswith("VERGE") and name not in KNOWN), 0.8
    )
    return f" (the environment has {close})" if close else ""


def _missing_credentials(configured: Callable[[str], str | None], provider: str, environment: Mapping[str, str]) -> str:
    if not provider:
        wanted = ("VERGEOS_API_KEY", *_LOGIN.values())
        misspelt = next(filter(None, (_misspelt(name, environment) for name in wanted)), "")
        return f"VERGEOS_API_KEY, or VERGEOS_USERNAME and VERGEOS_PASSWORD, must be set in the environment{misspelt}"
    names = [named for name in ("apiKey", "username", "password") if (named := configured(f"{name}Env"))]
    if not names:
        return f"the provider '{provider}' names no variable for its credentials"
    return f"the environment has no {' or '.join(names)}, which the provider '{provider}' names for its credentials"
