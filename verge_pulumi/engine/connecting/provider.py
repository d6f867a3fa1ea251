"""The explicit provider of a program: a second VergeOS."""

from __future__ import annotations

import os

import pulumi

from verge_pulumi.client import printable
from verge_pulumi.engine.connecting.connection import Connection, connect, settings_in_process
from verge_pulumi.engine.connecting.settings import NAMESPACE, Settings, wants_live_checks
from verge_pulumi.engine.errors import EngineError, refusal


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
        live_checks: Whether previews ask this VergeOS what only it knows (docs/live-checks.md).
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
        live_checks: bool | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if not api_key_env and not (username_env and password_env):
            raise refusal(
                f"Provider '{printable(resource_name)}'",
                "it needs api_key_env, or username_env and password_env. Give the names of variables that hold them",
            )
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
        self.live_checks = bool(live_checks)
        super().__init__("pulumi-python", resource_name, properties, opts)


def for_program(provider: pulumi.ProviderResource | None) -> Connection:
    """Return the connection by which a program reads what it does not manage.

    Args:
        provider: The explicit provider whose VergeOS is meant; None for the default one.

    Raises:
        EngineError: The settings are incomplete, or are not known yet while the program runs.
    """
    return connect(settings_of(provider))


def settings_of(provider: pulumi.ProviderResource | None) -> Settings:
    """Return the settings by which a program reaches a VergeOS.

    Args:
        provider: The explicit provider whose VergeOS is meant; None for the default one.

    Raises:
        EngineError: The settings are incomplete, or are not known yet while the program runs.
    """
    if provider is None:
        return settings_in_process(pulumi.runtime.get_config)
    if not isinstance(provider, Provider):
        raise EngineError(f"a {type(provider).__name__} is no Provider of verge_pulumi")
    known = {name: value for name, value in provider.configured.items() if isinstance(value, str)}
    if known.keys() != provider.configured.keys():
        raise EngineError(
            f"the settings of the provider '{known[f'{NAMESPACE}:provider']}' are outputs of other resources"
        )
    return settings_in_process(known.get)


def live_checks_of(provider: pulumi.ProviderResource | None) -> bool:
    """Say whether the checks of a program may ask a VergeOS.

    Args:
        provider: The explicit provider whose VergeOS is meant; None for the default one.

    Raises:
        EngineError: The setting is malformed.
    """
    if provider is None:
        return wants_live_checks(lambda name: pulumi.runtime.get_config(f"{NAMESPACE}:{name}"), os.environ)
    return isinstance(provider, Provider) and provider.live_checks
