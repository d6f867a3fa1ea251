"""The page of the command line, from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

import typer

from tools.reference.nouns import NOTE
from tools.reference.prose import cell
from verge_pulumi.cli.app import app
from verge_pulumi.simulator.__main__ import parser

HEAD = """# Command line

{note}

`pip install 'verge-pulumi[cli]'` installs the command `verge-pulumi`. `verge-pulumi COMMAND --help` shows what is here.

`doctor` and `import` take address and login from the environment or the stack's [configuration](configuration.md).
`drift` and `eject` take the address from the state, and the login from the environment. `conformance`, `billing`,
`reap` and `report --live` read the environment alone. The others do not ask VergeOS.

| command | |
|---|---|"""

MORE = {
    "compare": "../environments.md#compare-two-stacks",
    "conformance": "../conformance.md",
    "doctor": "../doctor.md",
    "drift": "../drift.md",
    "eject": "../adopt.md#give-objects-back",
    "import": "../import.md",
    "reap": "../environments.md#sandboxes",
    "report": "../report.md",
    "simulator": "simulator.md",
    "uses": "../access.md#accounts",
}
"""Where a command is described at length."""


def command_line_page() -> str:
    """Return the page."""
    lines = [HEAD.format(note=NOTE)]
    for name, command in commands().items():
        says = inspect.cleandoc(command.help or "").partition("\n\n")[0].replace("\n", " ")
        lines.append(f"| [`{name}`](#{name}) | {cell(says)} |")
    for name, command in commands().items():
        lines += ["", f"## `{name}`", "", *_section(name, command)]
    return "\n".join(lines).rstrip() + "\n"


def commands() -> Mapping[str, Any]:
    """Return the commands by name."""
    group: Any = typer.main.get_command(app)
    return dict(sorted(group.commands.items()))


def _section(name: str, command: Any) -> Iterator[str]:
    yield from (inspect.cleandoc(command.help or "").replace("\f", ""), "")
    if name == "simulator":
        rows = [_row(each.option_strings, each.help, each.default) for each in parser()._actions]
    else:
        rows = [_row(_names(each), getattr(each, "help", ""), each.default) for each in command.params]
    shown = [row for row in rows if "--help" not in row]
    if shown:
        yield from ("| given | if not | meaning |", "|---|---|---|", *shown, "")
    if command.epilog:
        yield from (command.epilog, "")
    if name in MORE:
        yield f"[More]({MORE[name]})"


def _names(parameter: Any) -> Sequence[str]:
    """Return the flags of an option, or what stands for an argument in the usage."""
    return parameter.opts if parameter.param_type_name == "option" else [parameter.metavar or parameter.name]


def _row(names: Sequence[str], says: str | None, default: Any) -> str:
    called = ", ".join(f"`{name if name.startswith('-') else name.upper()}`" for name in names)
    value = default.value if isinstance(default, Enum) else default
    told = "" if value in (None, False, "", (), []) or callable(value) or "==" in str(value) else f"`{value}`"
    return f"| {called} | {told} | {cell(' '.join((says or '').replace('%(default)s', str(value)).split()))} |"
