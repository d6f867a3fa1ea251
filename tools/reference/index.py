"""All pages of the reference, and the one that lists them."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from pathlib import Path

from tools.reference.command_line import command_line_page
from tools.reference.lookups import lookups_page
from tools.reference.nouns import NOTE, NOUNS, REFERENCE, component_page, page, place
from tools.reference.pages import pages
from verge_pulumi import Server, VirtualMachine
from verge_pulumi.engine.declaring.declaration import Declared

REST = """
## Beside the resources

* [References](references.md): what an argument accepts that names a row, `by_name` and `export`
* [Look-ups](lookups.md): facts of what a program does not manage
* [Provider](Provider.md): a second VergeOS in one program
* [CloudInit](CloudInit.md): the first boot of a guest
* [Accounts](accounts.md): users with exactly the rights that programs take
* [rule_addresses](firewall/rule_addresses.md): the addresses of rules
* [reachability](firewall/reachability.md): what rules let pass
* [environments](environments.md): settings, names and addresses of a stack
* [policies](policies.md): limits of a stack

## Around a program

* [Configuration](configuration.md): where VergeOS is, and how it is asked
* [Command line](cli.md): `verge-pulumi`
* [client](client.md): the REST client alone, and its errors
* [simulator](simulator.md): a VergeOS on loopback, in tests
"""
"""What the index says of pages that are about no single resource."""


def reference() -> Mapping[Path, str]:
    """Return the generated pages, by their place."""
    return {
        **{place(noun): page(noun) for noun in NOUNS.values()},
        place(Server): component_page(Server, VirtualMachine),
        **pages(),
        REFERENCE / "lookups.md": lookups_page(),
        REFERENCE / "cli.md": command_line_page(),
        REFERENCE / "README.md": index(),
    }


def index() -> str:
    """Return the page that lists all others, those of resources by area."""
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
    return "\n".join(lines) + "\n" + REST
