"""The pages of resources and components, from their declarations."""

from __future__ import annotations

import ast
import inspect
import json
import os
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from tools import names
from tools.permissions import table_of
from tools.reference import prose
from tools.reference.examples import examples
from verge_pulumi.catalogue import TABLES
from verge_pulumi.catalogue.model import Table
from verge_pulumi.engine.declaring.attributes import Attribute, Items, NamedItems, Refs
from verge_pulumi.engine.declaring.component import Component
from verge_pulumi.engine.declaring.declaration import Declared
from verge_pulumi.engine.declaring.lives import ShownOnce
from verge_pulumi.engine.declaring.parts import part_types
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.declaring.roles import BYTE, MIB

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
NOUNS = names.nouns()
NOTE = "<!-- Written by `make docs` from the code and from examples/reference; edit those instead. -->"
UNITS = {BYTE: "bytes", MIB: "MiB"}


def place(documented: type[Declared]) -> Path:
    """Return where the page of a resource is, in the folder of its area; that of a component is in none."""
    return REFERENCE.joinpath(*program_of(documented).split("/")[:-1], f"{documented.__name__}.md")


def program_of(documented: type[Declared]) -> str:
    """Return where its example is, as `examples` takes it: in a file of the same name as the one that declares it."""
    return "/".join(documented.__module__.split(".")[2:])


def link(noun: str, source: type[Declared]) -> str:
    """Return a link to the page of a resource, for the page of another one."""
    target = place(NOUNS[noun])
    return f"[{noun}]({os.path.relpath(target, place(source).parent)})"


def page(resource: type[BaseResource]) -> str:
    """Return the reference page of one resource."""
    declaration = resource.declaration
    texts = attribute_texts(resource)
    lines = [f"# {resource.__name__}", "", NOTE, "", inspect.cleandoc(resource.__doc__ or ""), ""]
    lines += [*examples(program_of(resource)), ""]
    lines += ["## Arguments", "", *arguments(declaration.inputs, texts, resource)]
    for name in resource.parts:
        lines.append(f"| `{name}` | {_links(part_types(resource, name)[0], resource)} |  |  | {texts[name]} |")
    for attribute in declaration.inputs.values():
        if isinstance(attribute, Items | NamedItems):
            described = attribute_texts(attribute.item)
            lines += ["", f"## Arguments of `{attribute.item.__name__}`", ""]
            lines += arguments(attribute.item.attributes, described, resource, _table_of_items(attribute, resource))
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
            lines.append(f"| `{name}` | {_noted(texts[name], _about_value(attribute))} |")
    lines += ["", "## In VergeOS", "", *_in_vergeos(resource), ""]
    lines += ["| needed rights | |", "|---|---|", *table_of(resource)]
    return "\n".join(lines) + "\n"


def _in_vergeos(resource: type[BaseResource]) -> Iterator[str]:
    """Yield what there is to know of the rows: which they are, since when, and how existing ones are managed."""
    declaration = resource.declaration
    up = "../" * (len(place(resource).relative_to(REFERENCE.parent).parts) - 1)
    told = f"* **Rows** of the table `{declaration.table}`."
    if declaration.unique:
        told += f" Unique by {' and '.join(f'`{name}`' for name in declaration.unique)}."
    if declaration.label is not None:
        told += f" `by_name` finds one by its `{declaration.label.name}`."
    yield told
    yield f"* **Since** VergeOS {declaration.since}." if declaration.since else "* **Since** every supported VergeOS."
    if "adopt" in declaration.inputs and not isinstance(declaration.life, ShownOnce):
        yield f"* **Adopt** one that exists already with `adopt=True` ([more]({up}adopt.md))."
    importing = resource.importing
    if importing.left:
        whole = f"leaves it: {importing.left}" + (", unless `--cloud-init` is given" if importing.content else "")
    elif isinstance(declaration.life, ShownOnce):
        whole = "leaves it, since its secret was shown once"
    else:
        whole = "writes it into a program" + (
            ", but for those that VergeOS made itself" if importing.given or importing.owned_by else ""
        )
    yield f"* **Import**: [`verge-pulumi import`]({up}import.md) {whole}."


def arguments(
    attributes: Mapping[str, Attribute], texts: Mapping[str, str], resource: type[BaseResource], rows: str = ""
) -> list[str]:
    """Return the table of arguments of a resource, or of what it is given.

    Args:
        attributes: The arguments.
        texts: What each means.
        resource: Whose page it is.
        rows: The table of VergeOS whose rows they describe; that of the resource if not given.
    """
    table = TABLES.get(rows or resource.declaration.table)
    lines = ["| argument | type | if unset | | meaning |", "|---|---|---|---|---|"]
    inputs = {name: attribute for name, attribute in attributes.items() if attribute.is_input}
    for name, attribute in sorted(inputs.items(), key=lambda item: (not item[1].required, item[0])):
        notes = [
            note
            for note, true in (
                ("required", attribute.required),
                ("a change replaces", attribute.replaces),
                ("takes a restart", attribute.restarts),
                ("secret", attribute.secret),
                (f"since {attribute.since}", attribute.since),
                (_about_value(attribute), _about_value(attribute)),
            )
            if true
        ]
        cells = [f"`{name}`", type_text(attribute, resource), _default(attribute, table), ", ".join(notes)]
        lines.append(f"| {' | '.join(cells)} | {texts[name]} |")
    return lines


def _about_value(attribute: Attribute) -> str:
    """Return the unit of a value; "" if it has none."""
    return f"in {UNITS[attribute.unit]}" if attribute.unit in UNITS else ""


def _noted(text: str, note: str) -> str:
    return f"{text} ({note})" if note else text


def _default(attribute: Attribute, table: Table | None) -> str:
    """Return what VergeOS takes where the program leaves an argument out, as far as the catalogue knows; else ""."""
    column = table.column(attribute.column) if table and attribute.column and not attribute.member else None
    if column is None or attribute.required:
        return ""
    if isinstance(column.default, bool):
        return f"`{column.default}`"
    if not column.default or attribute.target is not None:
        return ""  # null, nothing, or a number that stands for it
    told = attribute.value.from_api(column.default)
    return f"`{told if isinstance(told, str | int | float) else json.dumps(told)}`"


def _table_of_items(attribute: Items[Any] | NamedItems[Any], resource: type[BaseResource]) -> str:
    return attribute.table if isinstance(attribute, NamedItems) else resource.declaration.table


def component_page(component: type[Component[Any]], resource: type[BaseResource]) -> str:
    """Return the reference page of a component that has the arguments and outputs of a resource."""
    texts = attribute_texts(component)
    settings = link(resource.__name__, component)
    lines = [f"# {component.__name__}", "", NOTE, "", prose.text(component), ""]
    lines += [*examples(program_of(component)), ""]
    lines += ["## Arguments", "", f"Every argument of {settings}, and:", ""]
    lines += ["| argument | given as | read as | meaning |", "|---|---|---|---|"]
    for name in component.parts:
        given, made = (_links(each, component) for each in part_types(component, name))
        lines.append(f"| `{name}` | {given} | {made} | {texts[name]} |")
    lines += [
        "",
        "`DriveArgs`, `NicArgs`, `DeviceArgs` and `PowerArgs` take the arguments of the resources that they are",
    ]
    lines += ["named after, but for the reference to the VM and the name."]
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


def attribute_texts(declared: type[Any]) -> dict[str, str]:
    """Return the text that stands under each attribute of a class and its bases, in one line each."""
    texts: dict[str, str] = {}
    for cls in reversed(declared.__mro__):
        if not cls.__module__.startswith("verge_pulumi."):
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
    annotation = attribute.value_type
    words = getattr(annotation, "__args__", ())
    if "Literal" in str(annotation):
        return " ".join(f"`{word}`" for word in words)
    named = str(annotation).replace(" | ", " or ").replace("typing.", "")
    return f"`{named if words else getattr(annotation, '__name__', named)}`"
