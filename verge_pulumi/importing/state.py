"""The state of a stack: what the program registers, together with what VergeOS has."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from verge_pulumi import resources as declared
from verge_pulumi.components.server import Server
from verge_pulumi.engine.declaring.hidden import OWNER
from verge_pulumi.engine.declaring.lives import Switches
from verge_pulumi.engine.declaring.model import differing
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import EngineError, shown
from verge_pulumi.engine.lifecycle.fencing import lasting
from verge_pulumi.engine.ownership.mark import FIXED, MARK, PARENT, TOKEN, new_token
from verge_pulumi.engine.ownership.states import OURS, Held, Place, StackState
from verge_pulumi.importing.found import Found
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.owners import Owners, held_places
from verge_pulumi.importing.plan import Plan
from verge_pulumi.importing.recording import Registered, Rows, Stack
from verge_pulumi.importing.secrets import holds_secret, opened, sealed
from verge_pulumi.resources.power import Power
from verge_pulumi.resources.tags.tag_assignment import TagAssignment
from verge_pulumi.review.kinds import COMPONENTS

STACK = "pulumi:pulumi:Stack"
PROVIDER = "pulumi:providers:pulumi-python"

Entry = dict[str, Any]
"""A resource as ``pulumi stack export`` writes it."""


class Recorded:
    """What the resources of a program are in VergeOS.

    Args:
        objects: The rows.
        rows: Them, and what is made of several of them, by place.
        owners: Whose they are.

    Attributes:
        objects: As given.
    """

    def __init__(self, objects: Objects, rows: Mapping[Place, Found], owners: Owners) -> None:
        self.objects = objects
        self._owners = owners
        self._rows = rows

    def entry(self, registered: Registered, provider: str) -> tuple[Entry, list[str]]:
        """Return the entry of a resource in the state, and how the program differs from VergeOS.

        Args:
            registered: The resource, behind which is a row.
            provider: URN and id of its provider.

        Raises:
            EngineError: Its provider refuses it.
        """
        kind = registered.type.removeprefix(OURS)
        found = self._rows[place_of(registered)]
        inputs = {name: opened(value) for name, value in registered.inputs.items() if value is not None}
        secret = {name for name, value in registered.inputs.items() if holds_secret(value)}
        resource = self._kind(kind, found)
        served = self.objects.provider(resource)
        own = self._owners.proof(found) if kind == found.declaration.title else None
        token = own.token if own else new_token(registered.urn, uuid.uuid4().bytes)
        said = {name: value for name, value in inputs.items() if name != "__provider"}
        checked = served.check({**said, TOKEN: token}, said)
        if checked.failures:
            raise EngineError(f"{kind} '{registered.name}': {' '.join(each.reason for each in checked.failures)}")
        known = checked.inputs
        id = known["of"] if isinstance(served.declaration.life, Switches) else found.key
        hidden = self._hidden(found, served, known)
        # Without an owner a provider takes the row for one that is only read, and does not ask whose it is.
        recorded = {**found.kept, **hidden, **{name: value for name, value in known.items() if name != OWNER}}
        read = {name: value for name, value in served.fetch(id, recorded).items() if name != MARK}
        outputs = served.complete(id, {**read, **hidden}, known)
        quiet = served.diff(id, outputs, known).changes is False
        named = [] if quiet else differing(served.declaration, outputs, known) or ["its arguments"]
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
            # The engine notes them of inputs, too, that only a check needs and no state has.
            "propertyDependencies": {
                name: registered.propertyDependencies.get(name, [])
                for name in sorted({*registered.inputs, *registered.propertyDependencies})
            },
            "additionalSecretOutputs": registered.additionalSecretOutputs,
            "deletedWith": registered.deletedWith,
            "protect": registered.protect,
        }
        return {name: value for name, value in entry.items() if value not in ("", [], False)}, named

    def _kind(self, title: str, found: Found) -> Any:
        return found.kind if found.declaration.title == title else getattr(declared, title)

    def _hidden(self, found: Found, served: Any, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return by what the object is known: its mark, that of its parent, and what VergeOS drew."""
        switches = isinstance(served.declaration.life, Switches)
        above = found.place if switches else self.objects.above(served.resource, inputs) or found.parent
        parent = self._rows.get(above) if above else None
        hidden: dict[str, Any] = {FIXED: lasting(found.declaration, found.row)}
        if above:
            proof = self._owners.proof(parent) if parent else None
            hidden[PARENT] = proof.token if proof else ""
        if (proof := self._owners.proof(found)) and not switches:
            hidden[MARK] = str(proof)
        return hidden


def place_of(registered: Registered) -> Place:
    """Return the row behind a resource; of a switch the row that it switches."""
    declaration = getattr(declared, registered.type.removeprefix(OURS)).declaration
    if isinstance(declaration.life, Switches):
        return _switched(registered.id)
    return declaration.table, registered.id


def deployment(
    before: Mapping[str, Any], stack: Stack, registered: Sequence[Registered], recorded: Recorded
) -> tuple[dict[str, Any], list[str]]:
    """Return the state with what the program registers and it lacked, and how the program differs from VergeOS.

    Args:
        before: The state, as ``pulumi stack export`` tells it.
        stack: The stack.
        registered: What the program registers.
        recorded: What that is in VergeOS.
    """
    there: list[Entry] = list(before.get("resources") or ())
    # What an update has still to delete is there a second time, under the URN of what took its place.
    known = {entry["urn"]: entry for entry in there if not entry.get("delete")}
    root = f"urn:pulumi:{stack.name}::{stack.project}::{STACK}::{stack.project}-{stack.name}"
    if root not in known:
        there.insert(0, {"urn": root, "custom": False, "type": STACK})
    default = f"urn:pulumi:{stack.name}::{stack.project}::{PROVIDER}::default"
    explicit = {each.urn: each for each in registered if each.type == PROVIDER}

    def provider_of(each: Registered) -> str:
        """Return what a resource has for its provider, which the state may lack."""
        urn = each.provider.rpartition("::")[0] or default
        if urn not in known:
            known[urn] = {"urn": urn, "custom": True, "id": str(uuid.uuid4()), "type": PROVIDER}
            if declared := explicit.get(urn):
                known[urn] |= {"inputs": declared.inputs, "outputs": declared.inputs, "parent": declared.parent}
                known[urn] |= {"protect": True} if declared.protect else {}
            there.append(known[urn])
        return f"{urn}::{known[urn]['id']}"

    differences: list[str] = []
    added: list[Entry] = []
    for each in registered:
        if each.urn in known:
            if each.id and str(known[each.urn].get("id")) != each.id:
                raise EngineError(
                    f"'{each.name}' is row {known[each.urn].get('id')} in the state, and row {each.id} is meant here. "
                    "Give one of the two another name"
                )
        elif not each.custom:
            component: Entry = {"urn": each.urn, "custom": False, "type": each.type, "parent": each.parent}
            component |= {"dependencies": each.dependencies} | ({"protect": True} if each.protect else {})
            added.append(component)
        elif each.id:
            entry, differing = recorded.entry(each, provider_of(each))
            added.append(entry)
            differences += [f"{each.type.removeprefix(OURS)} '{each.name}': {name}" for name in differing]
    urns = {entry["urn"] for entry in (*there, *added)}
    for entry in added:  # what is not there yet is not depended on yet
        entry["dependencies"] = [urn for urn in entry.get("dependencies", ()) if urn in urns]
        links = entry.get("propertyDependencies", {}).items()
        entry["propertyDependencies"] = {name: [urn for urn in needed if urn in urns] for name, needed in links}
        if entry.get("deletedWith") not in urns:
            entry.pop("deletedWith", None)
    _refuse_twice([*there, *added], added, recorded.objects)
    return {**before, "resources": [*there, *_in_order(added)]}, differences


def _refuse_twice(after: Sequence[Entry], added: Sequence[Entry], objects: Objects) -> None:
    """See that no new entry of a state is a row that another one is already: each would delete it by itself.

    Raises:
        EngineError: One is.
    """
    new = {entry["urn"] for entry in added}
    there: dict[tuple[bool, Place], Held] = {}
    for held in filter(objects.has, StackState({"resources": after}).held):
        switches = held.type == Power.declaration.type_token
        for place in [_switched(held.id)] if switches else held_places(held):
            other = there.setdefault((switches, place), held)
            if other.urn != held.urn and new & {other.urn, held.urn} and not (other.leaving or held.leaving):
                raise EngineError(
                    f"row {place[1]} of {place[0]} would be in the state twice, as {other.type.removeprefix(OURS)} "
                    f"'{shown(other.name)}' and as {held.type.removeprefix(OURS)} '{shown(held.name)}'. Take one of "
                    "the two out of the program"
                )


def _switched(id: str) -> Place:
    """Return the row of a switch."""
    table, _, key = id.partition("/")
    return table, key


def _in_order(resources: Iterable[Entry]) -> Iterator[Entry]:
    """Yield new entries after those of them that they need, as the integrity of a state demands."""
    waiting = {entry["urn"]: entry for entry in resources}

    def needs(entry: Entry) -> Iterator[str]:
        yield from filter(None, (entry.get("parent"), entry.get("deletedWith"), *entry["dependencies"]))

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


def closed(properties: Mapping[str, Any], secret: set[str]) -> dict[str, Any]:
    """Return properties as a state has them: what is null is left out, and secrets are told as such."""
    return {
        name: sealed(value) if name in secret else value
        for name, value in sorted(properties.items())
        if value is not None
    }


def places_of(plan: Plan) -> dict[tuple[str, str], Place]:
    """Return the row behind each resource of the program, by its type with those of its parents, and by its name."""
    places: dict[tuple[str, str], Place] = {}

    def put(kind: type[BaseResource], name: str, place: Place, within: str = "") -> None:
        places[f"{within}{kind.declaration.type_token}", name] = place

    for found in plan.managed():
        line = plan.lines[found.place]
        is_server = found.place in plan.servers
        within = f"{COMPONENTS}{Server.title}$" if is_server else ""
        put(found.kind, f"{line.resource}-vm" if is_server else line.resource, found.place, within)
        if is_server or found.place in plan.powered:
            put(Power, f"{line.resource}-power", found.place, within)
        for part, name in plan.parts(found.place):
            own = f"{found.declaration.type_token}$" if part.kind is TagAssignment else ""
            put(part.kind, name, part.place, within + own)
    return places


def rows_of(plan: Plan, places: Mapping[tuple[str, str], Place], state: StackState) -> Rows:
    """Return id and outputs of the row behind each resource, as the recorder answers them, and of what is held."""
    rows = {kind: {**named} for kind, named in held_rows(plan.objects, state).items()}
    for (kind, name), place in places.items():
        found = plan.all[place]
        switches = kind.endswith(Power.declaration.type_token)
        known = {} if switches else {each: value for each, value in found.outputs.items() if value is not None}
        rows.setdefault(kind, {})[name] = {"id": "/".join(place) if switches else found.key, "outputs": known}
    return rows


def held_rows(objects: Objects, state: StackState) -> Rows:
    """Return id and outputs of what the state has already, as the recorder answers them."""
    rows: dict[str, dict[str, Mapping[str, Any]]] = {}
    for held in state.held:
        if not objects.has(held):
            # A secret is answered as what it was given: the state has it encrypted.
            told = {name: value for name, value in held.outputs.items() if not name.startswith("__")}
            known = {name: value for name, value in told.items() if not holds_secret(value)}
        else:
            found = objects.all.get(held.place) if held.place else None
            known = {name: value for name, value in found.outputs.items() if value is not None} if found else {}
        rows.setdefault(held.urn.split("::")[2], {})[held.name] = {"id": held.id, "outputs": known}
    return rows
