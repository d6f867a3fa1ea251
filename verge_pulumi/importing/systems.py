"""Several systems in one program: each is imported by itself, into a package and under names of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from verge_pulumi.engine.connecting.settings import NAMESPACE
from verge_pulumi.engine.errors import EngineError, shown
from verge_pulumi.importing.code import Call, Code, quoted, rendered
from verge_pulumi.importing.naming import OPTIONS
from verge_pulumi.importing.plan_file import read_plan

PACKAGE = "infrastructure"
"""The folder of the modules."""

_READ = {
    "host": ("host", "require"),
    "apiKeyEnv": ("api_key_env", "require"),
    "usernameEnv": ("username_env", "require"),
    "passwordEnv": ("password_env", "require"),
    "caFile": ("ca_file", "require"),
    "insecure": ("insecure", "require_bool"),
    "timeout": ("timeout", "require_float"),
    "requestsPerHour": ("requests_per_hour", "require_int"),
    "mark": ("mark", "require_bool"),
    "formerName": ("former_name", "require"),
}
"""The argument of a `Provider` for each setting, and how a program reads that from its configuration."""


@dataclass(frozen=True, kw_only=True)
class System:
    """The VergeOS that a program declares, where it is not the only one.

    Attributes:
        provider: The name of its provider; "" for the default one.
        settings: The names of what the configuration of the stack says of it.
        kept: Its modules that stay although the plan puts nothing into them.
        others: The modules of other systems of the program, by the names of their providers.
    """

    provider: str = ""
    settings: Collection[str] = ()
    kept: Collection[str] = ()
    others: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def package(self) -> str:
        """The folder of its modules."""
        return package_of(self.provider)

    @property
    def options(self) -> str:
        """The statement that declares its provider, and the options that name that; "" for the default one."""
        if not self.provider:
            return ""
        known = {name: _READ[name] for name in _READ if name in self.settings}
        read: dict[str, Code] = {
            argument: Call(f"config.{method}", quoted(name)) for name, (argument, method) in known.items()
        }
        provider = Call("Provider", quoted(self.provider), read)
        config = rendered(Call("pulumi.Config", quoted(self.provider)), before="config = ")
        options = rendered(Call("pulumi.ResourceOptions", None, {"provider": provider}), before=f"{OPTIONS} = ")
        return f"\n{config}\n{options}\n"


ONLY = System()
"""The VergeOS of a program that has no other one."""


def package_of(provider: str) -> str:
    """Return the folder of the modules of a system."""
    return f"{PACKAGE}_{provider.replace('-', '_')}" if provider else PACKAGE


def _provider_of(package: str) -> str:
    """Return the provider of the system that has a folder."""
    return package.removeprefix(PACKAGE).removeprefix("_").replace("_", "-")


class Systems:
    """The systems of a program, as the plans tell.

    Args:
        plans: The folder of the plans: that of the default provider, and below it that of each other one.
        provider: The provider of the system that is imported; "" for the default one.

    Raises:
        EngineError: A provider cannot have that name.
    """

    def __init__(self, plans: Path, provider: str) -> None:
        if not re.fullmatch(r"(?:[a-z][a-z0-9-]*)?", provider) or provider == NAMESPACE:
            raise EngineError(f"'{shown(provider)}' is no name for a provider: use a-z, 0-9 and '-'")
        self._plans = plans
        self._provider = provider

    def system(
        self, config: Collection[str], packages: Mapping[str, Collection[str]], kept: Collection[str] = ()
    ) -> System:
        """Return which VergeOS of the program it is.

        Args:
            config: The keys of the configuration of the stack.
            packages: The modules that were written, by their packages.
            kept: Modules of this system that stay although the plan puts nothing into them.
        """
        modules = {_provider_of(package): sorted(names) for package, names in packages.items()}
        modules.pop(self._provider, None)
        return System(provider=self._provider, settings=self._told(config), kept=kept, others=modules)

    def settings(self, config: Mapping[str, str]) -> Callable[[str], str | None]:
        """Return what returns a setting: ``vergeos:host``, or ``site-b:host`` for a provider of that name.

        Args:
            config: The configuration of the stack.
        """

        def setting(name: str) -> str | None:
            return self._provider if name == "provider" else config.get(f"{self._provider or NAMESPACE}:{name}")

        return setting

    def refuse_unknown(self, config: Collection[str]) -> None:
        """See that the configuration of a stack tells where the system is.

        Raises:
            EngineError: It does not.
        """
        if self._provider and not self._told(config):
            raise EngineError(
                f"the configuration of the stack does not tell where '{self._provider}' is. Run 'pulumi config set "
                f"{self._provider}:host HOST' and 'pulumi config set {self._provider}:apiKeyEnv VARIABLE'"
            )

    def _told(self, config: Collection[str]) -> list[str]:
        """Return the names of what the configuration of a stack says of the system."""
        return [key.partition(":")[2] for key in config if key.startswith(f"{self._provider}:")]

    def taken(self) -> set[tuple[str, str]]:
        """Return kinds and names of the resources of the other systems."""
        paths = [self._plans / "plan.csv", *sorted(self._plans.glob("*/plan.csv"))]
        others = [path for path in paths if path != self._plans / self._provider / "plan.csv"]
        lines = [line for path in others for line in read_plan(path).values()]
        return {(line.kind, line.resource) for line in lines if line.is_managed}
