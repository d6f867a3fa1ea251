"""What every program has around its resources: its protection, its main program, and how modules begin."""

from __future__ import annotations

import importlib
from collections.abc import Collection

from verge_pulumi.importing.code import WIDTH, Listing, quoted, rendered

PACKAGE = "infrastructure"
"""The folder of the modules."""

PROTECTION = '''\
"""What VergeOS has, as a program; `verge-pulumi import` wrote it from the running system.

Nothing of it is deleted until `pulumi config set protect false` allows that.
"""

import pulumi


def protected(
    args: pulumi.ResourceTransformationArgs,
) -> pulumi.ResourceTransformationResult:
    """Protect a resource from being deleted."""
    protect = pulumi.ResourceOptions(protect=True)
    options = pulumi.ResourceOptions.merge(args.opts, protect)
    return pulumi.ResourceTransformationResult(args.props, options)


if pulumi.Config().get_bool("protect") is not False:
    pulumi.runtime.register_stack_transformation(protected)
'''


def about(module: str) -> str:
    """Return what a module holds: what the area of the resources of that name does."""
    try:
        return (importlib.import_module(f"verge_pulumi.resources.{module}").__doc__ or "").strip().partition("\n")[0]
    except ModuleNotFoundError:
        return f"What the plan puts into '{module}'."


def imports(source: str, names: Collection[str]) -> list[str]:
    """Return the lines that import names, in the order of the common formatters."""
    ordered = sorted(names, key=lambda name: (name[0].islower(), name))
    line = f"from {source} import {', '.join(ordered)}"
    if len(line) <= WIDTH:
        return [line]
    return [f"from {source} import (", *(f"    {name}," for name in ordered), ")"]


def main_program(modules: list[str]) -> str:
    """Return the main program, which imports the modules."""
    lines = ['"""The program: everything that the modules in `infrastructure` declare."""', ""]
    if modules:
        listed = rendered(Listing([quoted(module) for module in sorted(modules)]), before="__all__ = ")
        lines += [*imports(PACKAGE, modules), "", listed]
    return "\n".join(lines) + "\n"
