"""What a preview still shows after an import, a line for each argument: what differs, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from verge_pulumi.engine.errors import shown
from verge_pulumi.engine.ownership.states import OURS
from verge_pulumi.importing.secrets import is_sealed

LONGEST = 60
"""Characters of a value."""

_QUIET = ("same", "refresh", "read")


def leftovers(document: str) -> list[str]:
    """Return a line for each argument that an update would change, and for each resource that it would make or delete.

    Args:
        document: What ``pulumi preview --json`` printed; anything else has none.
    """
    try:
        steps = json.loads(document)["steps"]
    except (ValueError, KeyError, TypeError):
        return []
    return sorted(line for step in steps if step.get("op") not in _QUIET for line in _of(step))


def _of(step: Mapping[str, Any]) -> Iterator[str]:
    type_, name = str(step["urn"]).split("::")[2:4]
    title = shown(f"{type_.rpartition('$')[2].removeprefix(OURS).rpartition(':')[2]} '{name}'")
    names = sorted(step.get("detailedDiff") or step.get("diffReasons") or ())
    if step["op"] != "update" or not names:
        yield f"{title}: an update would {step['op']} it. See 'pulumi preview --diff', and change the program"
        return
    program, live = (step.get(each) or {} for each in ("newState", "oldState"))
    for each in names:
        said, has = _value(program, "inputs", each), _value(live, "outputs", each)
        what = f"{title}: {each} is {said} in the program and {has} in VergeOS"
        yield shown(f"{what}. Say in the program what VergeOS has, or run 'pulumi up'")


def _value(state: Mapping[str, Any], kind: str, name: str) -> str:
    known = (state.get(kind) or {}).get(name)
    if is_sealed(known):
        return "a secret"
    text = "unset" if known is None else json.dumps(known, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
