"""Write what follows from the code: lists of public names, reference pages, errors, faults, permissions, assumptions.

With ``--check`` it only compares.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import os
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from tests.errors.mistakes import errors_page
from tests.faults.matrix import faults_page
from tests.importing.promises import promises_page
from tools import names
from tools.assumptions import assumptions_page
from tools.permissions import permissions_page
from verge_pulumi.components import Server
from verge_pulumi.engine.declaring.attributes import Attribute, Items, Measured, NamedItems, Refs
from verge_pulumi.engine.declaring.component import Component
from verge_pulumi.engine.declaring.declaration import Declared
from verge_pulumi.engine.declaring.parts import part_types
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.resources import VirtualMachine

FOLDER = Path(__file__).resolve().parent.parent / "docs"
REFERENCE = FOLDER / "reference"
NOUNS = names.nouns()
NOTE = "<!-- Written by `make docs` from the declaration; edit that instead. -->"
ACCEPTED = """
## What a reference accepts

An argument whose type is a resource, such as `network` of a [Nic](compute/Nic.md), names a row. It accepts

* a resource of the program, a subclass of it included, and a [Server](Server.md) where a VM is accepted: the new
  resource then waits for the server's parts;
* the `id` of a resource, and the key of a row; for `of` of a [Power](Power.md) a path such as `"vms/42"`;
* `by_name("External")`, for a row that the program does not manage. It is looked up while the program runs, on the
  VergeOS of the resource. The page of each resource says which argument names it: `by_name("example.com")` finds a
  zone by its domain, `by_name(65001)` a router by its number. No such row, or several, is an error;
* what `export` gives, `{"$key": 42, "location": "/v4/vms/42"}`, also out of another stack:
  `Nic("eth0", vm=web, network=pulumi.StackReference("acme/network/prod").get_output("lan"))`.

An id, a key and what is exported may be outputs. A list of references, such as `bond_interfaces_args` of a
[Network](network/Network.md), accepts all of these as its elements; so does `tags`, as far as they are known while the
program runs.
"""


def main() -> int:
    """Write or check the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not current")
    check = parser.parse_args().check
    pages = {**names.files(), **{place(noun): page(noun) for noun in NOUNS.values()}}
    pages[place(Server)] = component_page(Server, VirtualMachine)
    pages[REFERENCE / "README.md"] = index()
    pages[FOLDER / "errors.md"] = errors_page()
    pages[FOLDER / "faults.md"] = faults_page()
    pages[FOLDER / "import-promises.md"] = promises_page()
    pages[FOLDER / "permissions.md"] = permissions_page()
    pages[FOLDER / "assumptions.md"] = assumptions_page()
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text() != text]
    if check:
        for path in stale:
            print(f"{path} is not current. Run 'make docs'.", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pages[path])
        print(path)
    return 0


def place(documented: type[Declared]) -> Path:
    """Return where the page of a resource is, in the folder of its area; that of a component is in none."""
    _, ours, module = documented.__module__.rpartition("verge_pulumi.resources.")
    area = module.split(".")[:-1] if ours else []
    return REFERENCE.joinpath(*area, f"{documented.__name__}.md")


def link(noun: str, source: type[Declared]) -> str:
    """Return a link to the page of a resource, for the page of another one."""
    target = place(NOUNS[noun])
    return f"[{noun}]({os.path.relpath(target, place(source).parent)})"


def index() -> str:
    """Return the page that lists all others, by area."""
    areas: dict[Path, list[type[Declared]]] = {}
    for documented in (*NOUNS.values(), Server):
        areas.setdefault(place(documented).parent, []).append(documented)
    lines = ["# Reference", "", NOTE]
    for folder, those in sorted(areas.items(), key=lambda area: (area[0] == REFERENCE, area[0])):
        name = folder.relative_to(REFERENCE).name
        area = importlib.import_module(f"verge_pulumi.resources.{name}").__doc__ if name else "Of several areas."
        lines += ["", f"## {(area or '').removesuffix('.')}", ""]
        for documented in those:
            text = inspect.cleandoc(documented.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
            lines.append(f"* [{documented.__name__}]({place(documented).relative_to(REFERENCE)}): {text}")
    return "\n".join(lines) + "\n" + ACCEPTED


def page(resource: type[BaseResource]) -> str:
    """Return the reference page of one resource."""
    declaration = resource.declaration
    texts = attribute_texts(resource)
    table = f"Rows of the table `{declaration.table}`."
    if declaration.unique:
        table += f" Unique by {' and '.join(f'`{name}`' for name in declaration.unique)}."
    if declaration.label is not None:
        table += f" `by_name` finds one by its `{declaration.label.name}`."
    lines = [f"# {resource.__name__}", "", NOTE, "", inspect.cleandoc(resource.__doc__ or ""), "", table, ""]
    lines += ["## Arguments", "", *arguments(declaration.inputs, texts, resource)]
    for name in resource.parts:
        lines.append(f"| `{name}` | {_links(part_types(resource, name)[0], resource)} |  | {texts[name]} |")
    for attribute in declaration.inputs.values():
        if isinstance(attribute, NamedItems):
            described = attribute_texts(attribute.item)
            lines += ["", f"## Arguments of `{attribute.item.__name__}`", ""]
            lines += arguments(attribute.item.attributes, described, resource)
    lines += [
        "",
        "## Outputs",
        "",
        "Every argument is an output, and so are:",
        "",
        "| output | meaning |",
        "|---|---|",
    ]
    lines += [
        "| `id` | The key of the row, as text; link resources by it. |",
        "| `key` | The key of the row, `$key` in VergeOS. |",
        "| `location` | Where the API serves the row, such as `/v4/vms/42`. |",
    ]
    for name, attribute in sorted(declaration.attributes.items()):
        if not attribute.is_input:
            lines.append(f"| `{name}` | {texts[name]} |")
    return "\n".join(lines) + "\n"


def arguments(attributes: Mapping[str, Attribute], texts: Mapping[str, str], resource: type[BaseResource]) -> list[str]:
    """Return the table of arguments of a resource, or of what it is given."""
    lines = ["| argument | type | | meaning |", "|---|---|---|---|"]
    for name, attribute in sorted(attributes.items(), key=lambda item: (not item[1].required, item[0])):
        notes = [
            note
            for note, true in (
                ("required", attribute.required),
                ("a change replaces", attribute.replaces),
                ("takes a restart", attribute.restarts),
                ("secret", attribute.secret),
            )
            if true
        ]
        lines.append(f"| `{name}` | {type_text(attribute, resource)} | {', '.join(notes)} | {texts[name]} |")
    return lines


def component_page(component: type[Component[Any]], resource: type[BaseResource]) -> str:
    """Return the reference page of a component that has the arguments and outputs of a resource."""
    texts = attribute_texts(component)
    settings = link(resource.__name__, component)
    lines = [f"# {component.__name__}", "", NOTE, "", inspect.cleandoc(component.__doc__ or ""), ""]
    lines += ["## Arguments", "", f"Every argument of {settings}, and:", ""]
    lines += ["| argument | given as | read as | meaning |", "|---|---|---|---|"]
    for name in component.parts:
        given, made = (_links(each, component) for each in part_types(component, name))
        lines.append(f"| `{name}` | {given} | {made} | {texts[name]} |")
    lines += ["", "## Outputs", "", f"Every output of {settings}, and what is made of each part."]
    return "\n".join(lines) + "\n"


def _links(annotation: Any, source: type[Declared]) -> str:
    """Return a type with a link for each resource and each form of its arguments in it."""
    words = get_args(annotation)
    if get_origin(annotation) is Literal:
        return " ".join(f"`{word}`" for word in words)
    if get_origin(annotation) is Mapping:
        return f"names to {_links(words[1], source)}"
    if get_origin(annotation) is Sequence:
        return f"list of {_links(words[0], source)}"
    # Whoever accepts a resource accepts all that a reference does.
    resources = [word for word in words if isinstance(word, type) and issubclass(word, BaseResource)]
    if words:
        return " or ".join(_links(word, source) for word in resources or words if word is not type(None))
    noun = annotation.__name__.removesuffix("Args")
    if noun not in NOUNS:
        return f"`{annotation.__name__}`"
    return link(noun, source).replace(f"[{noun}]", f"[{annotation.__name__}]")


def attribute_texts(declared: type[Declared]) -> dict[str, str]:
    """Return the text that stands under each attribute, in one line each."""
    texts: dict[str, str] = {}
    for cls in reversed(declared.__mro__):
        if not issubclass(cls, Declared):
            continue
        definition = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
        assert isinstance(definition, ast.ClassDef)
        for field, below in zip(definition.body, definition.body[1:], strict=False):
            described = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and described:
                assert isinstance(below, ast.Expr)
                assert isinstance(below.value, ast.Constant)
                texts[field.target.id] = " ".join(str(below.value.value).split()).replace("|", "\\|")
    return texts


def type_text(attribute: Any, resource: type[BaseResource]) -> str:
    """Return the type of an argument as a reader of the page of a resource wants it."""
    if attribute.target is not None:
        accepted = " or ".join(link(noun, resource) for noun in attribute.accepts())
        return f"list of {accepted}" if isinstance(attribute, Refs) else accepted
    if isinstance(attribute, Items):
        return f"list of `{attribute.item.__name__}`"
    if isinstance(attribute, NamedItems):
        return f"names to `{attribute.item.__name__}`"
    if isinstance(attribute, Measured):
        return "`int` or a size such as `2GiB`"
    annotation = attribute.value_type
    words = getattr(annotation, "__args__", ())
    if "Literal" in str(annotation):
        return " ".join(f"`{word}`" for word in words)
    return (
        f"`{getattr(annotation, '__name__', str(annotation))}`" if not words else f"`{annotation}`".replace("|", "or")
    )


if __name__ == "__main__":
    sys.exit(main())
