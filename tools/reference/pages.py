"""The pages of what is neither a resource nor a look-up, from docstrings; each begins with what only people can say."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.reference.examples import examples
from tools.reference.nouns import NOTE, REFERENCE, attribute_texts
from tools.reference.prose import cell, described, is_ours, text
from verge_pulumi import (
    Account,
    Provider,
    accounts,
    by_name,
    client,
    cloudinit,
    deploy_account,
    environments,
    export,
    policies,
    preview_account,
    reachability,
    rule_addresses,
    simulator,
)
from verge_pulumi.client import VergeError

REFERRING = """
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

_ANY = re.compile(r"\b(?:Given|pulumi\.Input)\[((?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*)\]")
"""What may be an output."""


def pages() -> Mapping[Path, str]:
    """Return the pages, by their place."""
    made = {
        "references.md": _page("References", "references", REFERRING, by_name=by_name, export=export),
        "Provider.md": _page(
            "Provider", "provider", "Which VergeOS a resource is on, if not the default one.", Provider=Provider
        ),
        "CloudInit.md": cloud_init_page(),
        "accounts.md": _page(
            "Accounts",
            "accounts",
            "Users with exactly the rights that programs take ([more](../access.md#accounts)).",
            preview_account=preview_account,
            deploy_account=deploy_account,
            Account=Account,
        )
        + "\n".join(["", "## How an account logs in", "", *_fields(accounts.Login)])
        + "\n",
        "firewall/rule_addresses.md": _module("rule_addresses", "firewall/rule_addresses", rule_addresses),
        "firewall/reachability.md": _module("reachability", "firewall/reachability", reachability),
        "environments.md": _module("environments", "environments", environments),
        "policies.md": _page(
            "policies",
            "policies",
            "Limits that a stack sets for itself. The names are those of the module `verge_pulumi.policies`.",
            Limits=policies.Limits,
            enforce=policies.enforce,
        ),
        "client.md": _client(),
        "simulator.md": _module("simulator", "simulator", simulator),
    }
    return {REFERENCE / name: told for name, told in made.items()}


def _page(title: str, program: str, head: str, **things: Any) -> str:
    lines = [f"# {title}", "", NOTE, "", head.strip(), "", *examples(program), ""]
    for name, thing in things.items():
        lines += described(name, thing)
    return "\n".join(lines).rstrip() + "\n"


def _module(name: str, program: str, module: Any) -> str:
    public = getattr(module, "__all__", None) or [
        each
        for each, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    ]
    things = {each: getattr(module, each) for each in public if callable(getattr(module, each))}
    return _page(name, program, f"The module `verge_pulumi.{name}`. {text(module)}", **things)


def _fields(cls: type[Any]) -> Iterator[str]:
    """Yield a table of the fields of a class, each with the text under it."""
    yield from ("| argument | type | meaning |", "|---|---|---|")
    written = inspect.get_annotations(cls)
    for name, says in attribute_texts(cls).items():
        annotation = getattr(written[name], "__forward_arg__", written[name])
        yield f"| `{name}` | `{cell(_readable(str(annotation)))}` | {says} |"


def _readable(annotation: str) -> str:
    """Return a type as people read it: that values may be outputs is said once, and how a text looks in its text."""
    for pattern, instead in (
        (r"Annotated\[(\w+), .*?\)\]", r"\1"),
        (r"\b(Label|Domain|UserName|Password|HashedPassword|Path|Permissions|CardName|Mac|Address|Interface)\b", "str"),
        (r"\bTexts\b", "Sequence[str]"),
        (r" \| None$", ""),
    ):
        annotation = re.sub(pattern, instead, annotation)
    while (plain := _ANY.sub(r"\1", annotation)) != annotation:
        annotation = plain
    return annotation


def cloud_init_page() -> str:
    """Return the page of `CloudInit` and of what it is made of."""
    head = "The first boot of a guest. Every value may be an output. Only what the program sets is written."
    lines = ["# CloudInit", "", NOTE, "", head, "", *examples("cloud_init")]
    for name in ("CloudInit", "User", "WriteFile", "Ethernet", "WindowsUnattend"):
        thing = getattr(cloudinit, name)
        whole = name if name == "CloudInit" else f"cloudinit.{name}"
        lines += ["", f"## `{whole}`", "", text(thing), "", *_fields(thing)]
    return "\n".join(lines) + "\n"


def _client() -> str:
    named = {name: getattr(client, name) for name in client.__all__}
    errors = {name: each for name, each in named.items() if _is_error(each)}
    others = {name: each for name, each in named.items() if name not in errors and is_ours(each)}
    head = "The module `verge_pulumi.client`: a thin client for the REST API of VergeOS, usable without Pulumi."
    page = _page("client", "client", head, **others)
    lines = ["", "## Errors", "", "| error | is a | when |", "|---|---|---|", *_errors(errors.values())]
    return page + "\n".join(lines) + "\n"


def _errors(errors: Iterable[Any]) -> Iterator[str]:
    for error in sorted(errors, key=lambda each: (len(each.__mro__), each.__name__)):
        says = " ".join(text(error).partition("\n\n")[0].split())
        yield f"| `{error.__name__}` | `{error.__base__.__name__}` | {cell(says)} |"


def _is_error(thing: Any) -> bool:
    return inspect.isclass(thing) and issubclass(thing, VergeError)
