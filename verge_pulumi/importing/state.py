"""The state of a stack: what the program registers, together with what VergeOS has."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from verge_pulumi.engine.declaring.hidden import ORGANIZATION, OWNER
from verge_pulumi.engine.declaring.lives import Switches
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.fencing import lasting, owner_row
from verge_pulumi.engine.ownership.mark import FIXED, MARK, PARENT, TOKEN, kin_of, new_token
from verge_pulumi.engine.ownership.states import OURS, SIGNATURE, Place
from verge_pulumi.importing.objects import Found, Objects
from verge_pulumi.importing.recording import Registered, Stack

STACK = "pulumi:pulumi:Stack"
PROVIDER = "pulumi:providers:pulumi-python"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  the kind of such an object

Entry = dict[str, Any]
"""A resource as ``pulumi stack export`` writes it."""


class Recorded:
    """What the resources of a program are in VergeOS.

    Args:
        objects: The rows.
        places: The row behind each resource, by type and name.
    """

    def __init__(self, objects: Objects, places: Mapping[tuple[str, str], Place]) -> None:
        self._objects = objects
        self._places = places

    def entry(self, registered: Registered, provider: str) -> tuple[Entry, list[str]]:
        """Return the entry of a resource in the state, and how the program differs from VergeOS.

        Args:
            registered: The resource.
            provider: URN and id of its provider.

        Raises:
            EngineError: No row stands behind it, or its provider refuses it.
        """
        place = self._places.get((registered.type, registered.name))
        kind = registered.type.removeprefix(OURS)
        if place is None:
            raise EngineError(f"{kind} '{registered.name}' is in the program, and no row is in the plan for it")
        found = self._objects.all[place]
        inputs, secret = opened(registered.inputs)
        resource = self._kind(kind, found)
        served = self._objects.provider(resource)
        mark = found.mark
        token = mark.token if mark and kind == found.declaration.title else new_token(registered.urn, uuid.uuid4().bytes)
        checked = served.check({**inputs, TOKEN: token}, {k: v for k, v in inputs.items() if k != "__provider"})
        if checked.failures:
            raise EngineError(f"{kind} '{registered.name}': {' '.join(each.reason for each in checked.failures)}")
        known = checked.inputs
        id = known["of"] if isinstance(served.declaration.life, Switches) else found.key
        plain = {name: value for name, value in known.items() if name != OWNER}
        outputs = served.complete(id, served.fetch(id, plain) | self._hidden(found, served, known), known)
        difference = served.diff(id, outputs, known)
        named = [] if not difference.changes and difference.changes is not None else _differing(served, outputs, known)
        constant = {"__provider": registered.inputs["__provider"]}
        entry = {
            "urn": registered.urn,
            "custom": True,
            "id": id,
            "type": registered.type,
            "inputs": closed({**known, **constant}, secret),
            "outputs": closed({**outputs, **constant}, secret | set(registered.additionalSecretOutputs)),
            "parent": registered.parent,
            "dependencies": registered.dependencies,
            "provider": provider,
            "propertyDependencies": {name: registered.propertyDependencies.get(name, []) for name in registered.inputs},
            "additionalSecretOutputs": registered.additionalSecretOutputs,
            "deletedWith": registered.deletedWith,
            "protect": registered.protect,
        }
        return {name: value for name, value in entry.items() if value not in ("", [], False)}, named

    def _kind(self, title: str, found: Found) -> Any:
        from verge_pulumi import resources

        return found.kind if found.declaration.title == title else getattr(resources, title)

    def _hidden(self, found: Found, served: Any, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return by what the object is known: its mark, that of its parent, and what VergeOS drew."""
        switches = isinstance(served.declaration.life, Switches)
        above = found.place if switches else self._above(served, inputs)
        parent = self._objects.all.get(above) if above else None
        hidden: dict[str, Any] = {FIXED: lasting(found.declaration, found.row)}
        if above:
            hidden[PARENT] = parent.mark.token if parent and parent.mark else ""
        if found.mark and not switches:
            hidden[MARK] = str(found.mark)
        return hidden

    def _above(self, served: Any, inputs: Mapping[str, Any]) -> Place | None:
        owner = served.owner_row(inputs)
        return (owner[0].declaration.table, owner[1]) if owner else None


def _differing(served: Any, outputs: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[str]:
    from verge_pulumi.engine.declaring.model import differing

    return differing(served.declaration, outputs, inputs) or ["its arguments"]


def deployment(
    before: Mapping[str, Any], stack: Stack, registered: Sequence[Registered], recorded: Recorded
) -> tuple[dict[str, Any], list[str]]:
    """Return the state with what the program registers and it lacked, and how the program differs from VergeOS.

    Args:
        before: The state, as ``pulumi stack export`` tells it.
        stack: The stack.
        registered: What the program registers.
        recorded: What that is in VergeOS.

    Raises:
        EngineError: Writes of an earlier run were cut off; only the state tells of them.
    """
    if before.get("pending_operations"):
        raise EngineError("writes of an earlier run were cut off. Run 'pulumi up' or 'pulumi refresh' to finish them first")
    resources: list[Entry] = list(before.get("resources") or ())
    known = {entry["urn"] for entry in resources}
    root = f"urn:pulumi:{stack.name}::{stack.project}::{STACK}::{stack.project}-{stack.name}"
    if root not in known:
        resources.insert(0, {"urn": root, "custom": False, "type": STACK})
    default = f"urn:pulumi:{stack.name}::{stack.project}::{PROVIDER}::default"
    if default not in known:
        resources.append({"urn": default, "custom": True, "id": str(uuid.uuid4()), "type": PROVIDER})
    provider = next(f"{entry['urn']}::{entry['id']}" for entry in resources if entry["urn"] == default)
    differences: list[str] = []
    for each in registered:
        if each.urn in known:
            continue
        if not each.custom:
            component = {"urn": each.urn, "custom": False, "type": each.type, "parent": each.parent}
            resources.append(component | ({"protect": True} if each.protect else {}))
            continue
        entry, differing = recorded.entry(each, provider)
        resources.append(entry)
        differences += [f"{each.type.removeprefix(OURS)} '{each.name}': {name}" for name in differing]
    return {**before, "resources": list(_in_order(resources))}, differences


def _in_order(resources: Iterable[Entry]) -> Iterator[Entry]:
    """Yield entries after all that they need, as the integrity of a state demands."""
    waiting = {entry["urn"]: entry for entry in resources}

    def needs(entry: Entry) -> Iterator[str]:
        yield from filter(None, (entry.get("parent"), entry.get("deletedWith"), entry.get("provider", "").rpartition("::")[0]))
        yield from entry.get("dependencies", ())

    stack = list(reversed(waiting.values()))
    done: set[str] = set()
    while stack:
        entry = stack[-1]
        missing = [waiting[urn] for urn in needs(entry) if urn in waiting and urn not in done]
        if missing:
            stack += missing
            continue
        stack.pop()
        if entry["urn"] not in done:
            done.add(entry["urn"])
            yield entry


def opened(properties: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Return properties with their secrets in the open, and the names of those that are secrets."""
    secret = {name for name, value in properties.items() if isinstance(value, Mapping) and value.get(SIGNATURE) == _SECRET}
    plain = {name: value["value"] if name in secret else value for name, value in properties.items()}
    return {name: value for name, value in plain.items() if value is not None}, secret


def closed(properties: Mapping[str, Any], secret: set[str]) -> dict[str, Any]:
    """Return properties as a state has them: what is null is left out, and secrets are told as such."""
    return {
        name: {SIGNATURE: _SECRET, "plaintext": json.dumps(value)} if name in secret else value
        for name, value in sorted(properties.items())
        if value is not None
    }


_ = (ORGANIZATION, kin_of, owner_row)
