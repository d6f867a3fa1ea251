"""The files of the program that declares what a plan manages."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property

from verge_pulumi.importing.code import Listing, Subscript, quoted, rendered
from verge_pulumi.importing.folding import Folding
from verge_pulumi.importing.naming import OPTIONS
from verge_pulumi.importing.ordering import ordered
from verge_pulumi.importing.plan import Plan
from verge_pulumi.importing.plan_file import Line
from verge_pulumi.importing.rows import Rows
from verge_pulumi.importing.secrets import Secret
from verge_pulumi.importing.statements import GUEST_FILE, Cut, Statements
from verge_pulumi.importing.systems import ONLY, System, package_of

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

GUEST_FILES = f'''\
"""What guests are told at their first boot: the files in `cloud-init`."""

from pathlib import Path


def {GUEST_FILE}(name: str) -> str:
    """Return what a file holds, to the byte."""
    return Path(__file__).with_name("cloud-init").joinpath(name).read_bytes().decode()
'''


class Program:
    """The modules of a program, by area; each imports only those before it.

    Args:
        plan: What it declares.
        system: Of which VergeOS.
        fold: Whether resources that are alike are declared by a table and a loop.

    Attributes:
        cuts: References that had to be keys.
        secrets: Values that the configuration of the stack has to hold, by key.
    """

    def __init__(self, plan: Plan, system: System = ONLY, *, fold: bool = False) -> None:
        self._plan = plan
        self._system = system
        self._folds = fold
        self._rows = Rows(plan)
        self.cuts: list[Cut] = []
        self.secrets: dict[str, Secret] = {}

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The text of each file, by its path in the project."""
        modules, package = self._ordered_modules(), self._system.package
        files = {f"{package}/__init__.py": _package(self._system.options)}
        for position, (module, lines) in enumerate(modules.items()):
            if module in self._plan.known.frozen:
                continue
            files |= self._module(module, self._ordered(lines), list(modules)[:position])
        files["__main__.py"] = _main({**self._system.others, self._system.provider: {*modules, *self._system.kept}})
        return files

    @property
    def lines(self) -> list[Line]:
        """The lines of the plan, with where each resource is found that the files have in a loop."""
        folded = self._rows.folded if self.files else {}  # the files tell
        return [replace(line, folded=folded.get(line.place, "")) for line in self._plan.lines.values()]

    # Order -----------------------------------------------------------------------------------------------------------

    def _ordered_modules(self) -> Mapping[str, list[Line]]:
        """Return the lines of each module; a module stands after those to which it refers."""
        lines: dict[str, list[Line]] = {}
        for line in self._plan.lines.values():
            if line.is_managed:
                lines.setdefault(line.module, []).append(line)
        needs: dict[str, set[str]] = {module: set() for module in sorted(lines)}
        for line in self._plan.lines.values():
            for target in self._rows.referred(line):
                if target.module != line.module:
                    needs.setdefault(line.module, set()).add(target.module)
        order = ordered(needs)
        return {module: lines[module] for module in order}

    def _ordered(self, lines: Collection[Line]) -> list[Line]:
        """Return lines in an order in which each stands after those to which it refers, as far as that is possible."""
        by_place = {line.place: line for line in lines}
        needs = {
            line.place: [target.place for target in self._rows.referred(line) if target.place in by_place]
            for line in lines
        }
        return [by_place[place] for place in ordered({place: set(needs[place]) for place in by_place})]

    # Text ------------------------------------------------------------------------------------------------------------

    def _module(self, module: str, lines: list[Line], before: list[str]) -> Mapping[str, str]:
        """Return the text of a module, and the files that it reads."""
        writer = Statements(self._rows, module, before, OPTIONS if self._system.provider else "")
        statements = [writer.statement(line) for line in lines]
        self.cuts += writer.cuts
        self.secrets |= writer.secrets
        taken = {*writer.imported, *writer.modules, GUEST_FILE, *(line.variable for line in lines)}
        folding = Folding(statements if self._folds else [], taken)
        for loop in folding.loops:
            self._rows.folded |= {each.line.place: loop.variable for each in loop.statements}
        blocks = folding.blocks() if self._folds else [each.text for each in statements]
        referred = {each for each in folding.types if isinstance(each, str) and each[0].isupper()}
        head = [f'"""{_about(module)}"""', ""]
        head += ["from dataclasses import dataclass"] if folding.types else []
        head += ["from typing import Literal"] if any(isinstance(each, Subscript) for each in folding.types) else []
        head += [""] if folding.types else []
        head += ["import pulumi"] if writer.secrets else []
        head += _imported("verge_pulumi", writer.imported | referred)
        if writer.modules:
            head += ["", *_imported(".", writer.modules)]
        if writer.files:
            head += [*([] if writer.modules else [""]), *_imported(".guest_files", [GUEST_FILE])]
        classes = [loop.class_text for loop in folding.loops if loop.fields]
        apart = "\n\n\n" if classes else "\n\n"
        text = apart.join(["\n".join(head), *classes, "\n".join(blocks)]) + "\n"
        package = self._system.package
        read = {f"{package}/cloud-init/{name}": text for name, text in writer.files.items()}
        return {f"{package}/{module}.py": text} | read | ({f"{package}/guest_files.py": GUEST_FILES} if read else {})


def _about(module: str) -> str:
    """Return what a module holds: what the area of the resources of that name does."""
    area, _, part = module.partition("_")
    try:
        about = (importlib.import_module(f"verge_pulumi.resources.{area}").__doc__ or "").strip().partition("\n")[0]
    except ModuleNotFoundError:
        return f"What the plan puts into '{module}'."
    return f"{about.rstrip('.')}: {part.replace('_', ' ')}." if part else about


def _imported(source: str, names: Collection[str]) -> list[str]:
    """Return the lines that import names, in the order of the common formatters."""
    ordered = sorted(names, key=lambda name: (name[0].islower(), name))
    line = f"from {source} import {', '.join(ordered)}"
    if len(line) <= 88:
        return [line]
    return [f"from {source} import (", *(f"    {name}," for name in ordered), ")"]


def _package(options: str) -> str:
    """Return the file of a package: protection, and the provider of its resources."""
    if not options:
        return PROTECTION
    needs = "import pulumi\n"
    return PROTECTION.replace(needs, f"{needs}from verge_pulumi import Provider\n") + options


def _main(systems: Mapping[str, Collection[str]]) -> str:
    packages = " and ".join(f"`{package_of(provider)}`" for provider in sorted(systems))
    lines = [f'"""The program: everything that the modules in {packages} declare."""', ""]
    names: list[str] = []
    for provider, modules in sorted(systems.items()):
        own = {module: f"{provider.replace('-', '_')}_{module}" if provider else module for module in modules}
        names += own.values()
        package = package_of(provider)
        if provider:
            lines += [f"from {package} import {module} as {name}" for module, name in sorted(own.items())]
        elif own:
            lines += _imported(package, own)
    if names:
        lines += ["", rendered(Listing([quoted(name) for name in sorted(names)]), before="__all__ = ")]
    return "\n".join(lines) + "\n"
