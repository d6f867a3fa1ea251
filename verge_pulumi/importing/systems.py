"""Several systems in one program: each is imported by itself, into a package and under names of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from verge_pulumi.importing.code import Call, Code, quoted, rendered
from verge_pulumi.importing.naming import OPTIONS

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
        others: The modules of other systems of the program, by the names of their providers.
    """

    provider: str = ""
    settings: Collection[str] = ()
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
