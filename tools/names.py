"""The public names, read off the files that define them; `make docs` writes them down for Python and type checkers."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import verge_pulumi.resources
from verge_pulumi import accounts, components, lookups
from verge_pulumi.engine.declaring.resource import BaseResource

PACKAGE = Path(__file__).resolve().parent.parent / "verge_pulumi"
NOTE = "Written by `make docs` from the files that define the names; edit those instead."

OTHERS = {
    "__version__": "verge_pulumi._version:__version__",
    "CloudInit": "verge_pulumi.cloudinit:CloudInit",
    "FirewallRule": "verge_pulumi.resources.firewall._firewall_rule:FirewallRule",
    "Provider": "verge_pulumi.engine.connecting.provider:Provider",
    "SnapshotPeriod": "verge_pulumi.resources.protection._snapshot_period:SnapshotPeriod",
    "by_name": "verge_pulumi.engine.connecting.finding:by_name",
    "export": "verge_pulumi.engine.declaring.export:export",
    "reachability": "verge_pulumi.resources.firewall._reachability:",
    "rule_addresses": "verge_pulumi.resources.firewall._rule_addresses:",
    **{name: f"verge_pulumi.accounts:{name}" for name in accounts.__all__},
    **{name: f"verge_pulumi.components:{name}" for name in components.__all__},
    **{
        name: f"verge_pulumi.lookups:{name}"
        for name, value in vars(lookups).items()
        if name.startswith("get_") and not inspect.isfunction(value)
    },
}
"""The public names that are no resource, and where each is: a module, and after the colon what it has of that name."""


def nouns() -> Mapping[str, type[BaseResource]]:
    """Return all resources by name: what the files of `verge_pulumi/resources/` without an underscore define."""
    found = {}
    for module in pkgutil.walk_packages(verge_pulumi.resources.__path__, "verge_pulumi.resources."):
        if not module.name.rpartition(".")[2].startswith("_"):
            for name, value in vars(importlib.import_module(module.name)).items():
                if inspect.isclass(value) and issubclass(value, BaseResource) and value.__module__ == module.name:
                    found[name] = value
    return dict(sorted(found.items()))


def files() -> Mapping[Path, str]:
    """Return the texts of the files that list the names."""
    resources = {name: f"{noun.__module__}:{name}" for name, noun in nouns().items()}
    return {
        PACKAGE / "_names.py": _table(RESOURCES=resources, OTHERS=dict(sorted(OTHERS.items()))),
        PACKAGE / "__init__.pyi": _stub({**resources, **OTHERS}),
        PACKAGE / "resources/__init__.pyi": _stub(resources),
    }


def _table(**tables: Mapping[str, str]) -> str:
    """Return the file that Python reads."""
    lines = [f'"""Where each public name is. {NOTE}"""', "", "from __future__ import annotations"]
    for title, names in tables.items():
        lines += ["", f"{title} = {{", *(f'    "{name}": "{where}",' for name, where in names.items()), "}"]
    return "\n".join(lines) + "\n"


def _stub(names: Mapping[str, str]) -> str:
    """Return the file that type checkers read instead of the ``__init__.py`` next to it."""
    imports = [_import(name, where) for name, where in names.items()]
    return "\n".join([f"# {NOTE}", "", *sorted(imports), "", *_all(names)]) + "\n"


def _import(name: str, where: str) -> str:
    module, _, attribute = where.partition(":")
    package, _, private = module.rpartition(".")
    return f"from {module} import {name} as {name}" if attribute else f"from {package} import {private} as {name}"


def _all(names: Iterable[str]) -> list[str]:
    return ["__all__ = [", *(f'    "{name}",' for name in sorted(names)), "]"]
