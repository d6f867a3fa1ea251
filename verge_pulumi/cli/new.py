"""``verge-pulumi new``: a project of your own, made of an example."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from verge_pulumi.cli.stopping import stop
from verge_pulumi.cli.terminal import at_terminal, show
from verge_pulumi.review.escaping import Markdown, code, row, table, text

TEMPLATE = "template"
"""The example that `pulumi new` knows as a template, too."""

NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
"""What Pulumi accepts as the name of a project."""

OWN = frozenset({".venv", "__pycache__"})
"""What is no part of an example, and may lie in its folder where somebody ran it."""

IGNORE = Path(".gitignore")
"""What does not belong under version control; that of the template does for each example."""


def examples() -> Path:
    """Return the folder of the examples: within the installed package, or in the checkout."""
    package = Path(__file__).resolve().parents[1]
    return next(folder for folder in (package / "examples", package.parent / "examples") if folder.is_dir())


def offered() -> dict[str, str]:
    """Return the names of the examples and what each shows, as their README.md lists them."""
    listed = (examples() / "README.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| \[([\w-]+)\]\(\1/\) \| (.+) \|$", listed, re.M))


def _completed(begun: str) -> list[tuple[str, str]]:
    return [each for each in offered().items() if each[0].startswith(begun)]


def new(
    example: Annotated[
        str | None,
        typer.Argument(
            metavar="EXAMPLE",
            help="Which example; at a terminal it is asked for, elsewhere they are listed.",
            autocompletion=_completed,
        ),
    ] = None,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where to; no file that is there is replaced.")
    ] = Path(),
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="The name of the project; that of its folder if not given.")
    ] = None,
) -> None:
    """Make a project of your own out of an example that comes with this package.

    Nothing is installed and no stack is made; what comes next is told. Exit codes: 0 the project is there, or the
    examples are listed, 2 it is not.
    """
    if example is None:
        _list()
        if not at_terminal():
            return
        example = typer.prompt("Which one", default=TEMPLATE)
    if example not in offered():
        stop("make a project", f"there is no example '{text(example)}'. Choose one of {', '.join(offered())}")
    project = name or re.sub(r"[^A-Za-z0-9._-]+", "-", folder.resolve().name).strip("-") or example
    if not NAME.fullmatch(project) or not project.strip("."):
        stop("make a project", f"'{text(project)}' is no name of a project. Use letters, digits, '-', '_' and '.'")
    files = _files(example, project)
    if taken := [str(path) for path in files if os.path.lexists(folder / path)]:
        stop("make a project", f"{text(', '.join(taken))} is there already. Name another folder")
    written: list[Path] = []
    try:
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            written.append(folder / path)
            (folder / path).write_bytes(content)
        if not os.path.lexists(folder / IGNORE):
            (folder / IGNORE).write_bytes((examples() / TEMPLATE / IGNORE).read_bytes())
    except OSError as error:
        # A part of a project would be in the way of the next attempt. None of these files was there before.
        for path in written:
            with suppress(OSError):
                path.unlink()
        stop("make a project", f"{text(error.filename)}: {error.strerror}. Name a folder that can be written")
    typer.echo("\n".join(_next(example, folder, files)))


def _list() -> None:
    found = offered()
    width = max(map(len, found))
    plain = (f"{each:{width}}  {shown.replace('`', '')}" for each, shown in found.items())
    rows = [row((code(each), Markdown(shown))) for each, shown in found.items()]
    show("\n".join(plain), "\n".join([table(Markdown("example"), Markdown("what it shows")), *rows]))


def _files(example: str, project: str) -> dict[Path, bytes]:
    """Return the files of an example by their place, under the name of the new project."""
    source = examples() / example
    found = {
        path.relative_to(source): path.read_bytes()
        for path in sorted(source.rglob("*"))
        if path.is_file() and path.name != IGNORE.name and OWN.isdisjoint(path.relative_to(source).parts)
    }
    head = Path("Pulumi.yaml")
    if head in found:
        found[head] = _named(found[head], project)
    return found


def _named(content: bytes, project: str) -> bytes:
    """Return the Pulumi.yaml of a project: what a template asks for has its defaults instead."""
    settings: dict[str, Any] = yaml.safe_load(content)
    if (template := settings.pop("template", None)) is not None:
        settings |= {"description": template["description"]}
        settings["config"] = {key: {"type": "string", **asked} for key, asked in template["config"].items()}
        written: str = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True, width=120)
        content = written.encode()
    return re.sub(rb"(?m)^name: .*$", b"name: " + _as_text(project), content, count=1)


def _as_text(name: str) -> bytes:
    """Return a name so that any version of YAML reads it as a text; 2024, 1e3 and true are none without quotes."""
    plain = name[0].isalpha() and isinstance(yaml.safe_load(name), str)
    return (name if plain else f'"{name}"').encode()


def _next(example: str, folder: Path, files: dict[Path, bytes]) -> list[str]:
    """Return what to do with a new project."""
    where = text(folder)
    if Path("Pulumi.yaml") not in files:
        return [f"'{example}' is in '{where}', and its README.md says what to do with it."]
    config = yaml.safe_load(files[Path("Pulumi.yaml")]).get("config", {})
    needed = [(key, each.get("secret")) for key, each in config.items() if "default" not in each]
    lines = [] if folder == Path() else [f"cd {where}"]
    lines += ["pulumi install", "pulumi stack init dev"]
    lines += [f"pulumi config set {'--secret ' if secret else ''}{key} ..." for key, secret in needed]
    return [
        f"The project is in '{where}'; its README.md says what it makes. Next:",
        *(f"  {line}" for line in [*lines, "pulumi up"]),
    ]
