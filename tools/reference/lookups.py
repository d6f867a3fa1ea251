"""The page of look-ups."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, get_type_hints

from tools.reference.examples import examples
from tools.reference.nouns import NOTE
from verge_pulumi import lookups
from verge_pulumi.lookups import Lookup, Named

HEAD = """# Look-ups

{note}

Facts of what a program does not manage, read while it runs, in previews too. Each is one request in a run, however
often it is made. Where there is not exactly one such row the run ends with an error that names the closest ones;
`get_billing` and `get_tagged` return lists.

Those with a name take `name=` or `key=`. All take `provider=`, a [Provider](Provider.md), where another VergeOS than
the default one is meant. Each has a form for values that are known later: `get_network_output(name=lan.name)` takes
outputs and returns one. The rights that they take are listed in [permissions](../permissions.md#look-ups).

To refer to a row there is [`by_name`](references.md#by_name), which needs no look-up."""


def lookups_page() -> str:
    """Return the page."""
    lines = [HEAD.format(note=NOTE), "", *examples("lookups")]
    found = {name: each for name, each in vars(lookups).items() if isinstance(each, Lookup)}
    for name, look in sorted(found.items()):
        lines += ["", *_section(name, look)]
    return "\n".join(lines) + "\n"


def _section(name: str, look: Any) -> Iterator[str]:
    result = getattr(lookups, f"Get{name.removeprefix('get_').title().replace('_', '')}Result")
    yield from (f"## `{name}`", "", inspect.cleandoc(result.__doc__ or ""), "")
    if not isinstance(look, Named):
        yield from (inspect.cleandoc(type(look).__doc__ or ""), "")
    given = [f"`{each}`" for each in inspect.signature(look).parameters if each != "provider"]
    facts = [f"`{fact}` ({_type(hint)})" for fact, hint in get_type_hints(result).items()]
    yield f"* **Takes** {', '.join(given) or 'nothing'}."
    yield f"* **Tells** {', '.join(facts)}."


def _type(hint: Any) -> str:
    """Return how people call a type; what may be missing is None."""
    return hint.__name__ if isinstance(hint, type) else str(hint).replace(" | ", " or ").replace("typing.", "")
