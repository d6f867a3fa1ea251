"""What a state of Terraform says of the rows of a site: which ones it manages, and what people called them there.

All else about a row comes from VergeOS. A state is old, and providers before 3 put values into it that VergeOS never
had, so its values tell one thing only: whether the row that has a key now is still the one that was meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from verge_pulumi.engine.errors import shown
from verge_pulumi.engine.ownership.states import Held, Place, StackState
from verge_pulumi.importing.found import Found
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.owners import held_places
from verge_pulumi.importing.plan_file import Line
from verge_pulumi.importing.scope import Scope
from verge_pulumi.importing.site import Site
from verge_pulumi.importing.terraform_types import LEFT, NO_NOUN, NOUNS, Noun
from verge_pulumi.importing.tfstate import Instance, Tfstate

OF = "of"
"""How the key is called here of what the rows of a block are within."""

_PLAIN = re.compile(r'provider\["[^"]*"\]')


class Terraform:
    """What a state of Terraform says of the rows of a site.

    Args:
        state: The state.
        objects: The rows that a program may declare.
        site: What was read.

    Attributes:
        state: As given.
        rows: The rows of each object that is taken, by its address.
        labels: What people called the rows.
        families: What they called those that ``count`` or ``for_each`` makes together.
        left: Rows that are to be left, and why.
        told: What is not taken, and why.
    """

    def __init__(self, state: Tfstate, objects: Objects, site: Site) -> None:
        self.state = state
        self._objects = objects.all
        self._site = site
        self._within: dict[Place, list[Found]] = {}
        for found in objects.all.values():
            if found.parent:
                self._within.setdefault(found.parent, []).append(found)
        self.rows: dict[str, list[Place]] = {}
        self.labels: dict[Place, str] = {}
        self.families: dict[Place, str] = {}
        self.left: dict[Place, str] = {}
        self.told: list[str] = []
        # Two configurations of the provider may be two systems, and the state does not tell which is which.
        providers = {each.provider for each in state.instances}
        self._providers = providers if len(providers) == 1 else set(filter(_PLAIN.fullmatch, providers))
        self._deposed = {each.address for each in state.instances if each.deposed}
        self._claimed: dict[Place, str] = {}
        for instance in state.instances:
            self._take(instance)

    def scope(self, scope: Scope) -> Scope:
        """Return a scope with what the state manages, under its names."""
        chosen = frozenset(place for places in self.rows.values() for place in places)
        return replace(scope, rows=chosen, left=self.left, labels=self.labels, families=self.families)

    def _take(self, instance: Instance) -> None:
        noun = NOUNS.get(instance.type)
        why = self._why_not(instance, noun)
        if not why and noun:
            found, problems = self._found(instance, noun)
            unfinished = _unfinished(instance, self._deposed)
            taken = [self._claimed[each.place] for each in found if each.place in self._claimed]
            if unfinished:
                self.left |= {each.place: f"Terraform: {unfinished}" for each in found}
                why = unfinished
            elif taken:
                why = f"{shown(taken[0])} has its key too"
            elif found:
                self._claimed |= {each.place: instance.address for each in found}
                parts = [part.place for each in found for part in self._parts(each, instance, noun)]
                self.rows[instance.address] = [*(each.place for each in found), *parts]
                named = self._named(found[0], noun)
                self.labels[named] = instance.name
                self.families |= {named: instance.family} if instance.family else {}
                found[0].given |= {name: text for name, each in noun.secrets.items() if (text := instance.text(each))}
            self.told += [f"{shown(instance.address)}: {problem}" for problem in problems]
        if why:
            self.told.append(f"{shown(instance.address)}: {why}")

    def _why_not(self, instance: Instance, noun: Noun | None) -> str:
        """Return why an object is not looked at, "" if it is."""
        if instance.provider not in self._providers:
            return "it is of another configuration of the provider, which may be that of another VergeOS"
        if noun is None:
            return LEFT.get(instance.type, NO_NOUN)
        table = noun.kind.declaration.table
        if table in self._site.unread:
            return f"{table} cannot be read: {self._site.unread[table]}"
        return "" if instance.text("id") else "the state does not say its key"

    def _named(self, found: Found, noun: Noun) -> Place:
        """Return the row that is called as people called the object: of rules it is their firewall."""
        return (found.declaration.table, "/".join(found.parent or ())) if noun.rows else found.place

    def _found(self, instance: Instance, noun: Noun) -> tuple[list[Found], list[str]]:
        """Return the rows of an object, and what is wrong with others; of an object that is not whole, none."""
        if not noun.rows:
            found, why = self._row(instance, noun)
            return ([found], list(self._missing(found, instance, noun))) if found else ([], [why])
        rows: list[Found] = []
        problems: list[str] = []
        for entry in _entries(instance.values.get(noun.rows)):
            one = replace(instance, values={**entry, OF: instance.text("id")})
            found, why = self._row(one, replace(noun, of=OF))
            rows += [found] if found else []
            problems += [] if found else [f"its {noun.rows} '{shown(one.text('name'))}': {why}"]
        return rows, problems

    def _row(self, instance: Instance, noun: Noun) -> tuple[Found | None, str]:
        """Return the row with the key of an object, if it is still the one that is meant; else why it is not."""
        key = instance.text("id")
        found = self._objects.get((noun.kind.declaration.table, key))
        if found is None or found.kind is not noun.kind:
            return None, f"VergeOS has no {noun.kind.declaration.title} with key '{shown(key)}'"
        name = instance.text(noun.name)
        if name and name != found.label:
            return None, f"key {key} is now {shown(found.title)}"
        parent = instance.text(noun.of)
        if parent and found.parent and parent != found.parent[1]:
            return None, f"key {key} is now {shown(found.title)} within another row"
        for column, attribute in noun.within.items():
            said = instance.text(attribute)
            if said and said != str(found.row.get(column)):
                return None, f"key {key} is now {shown(found.title)}, with another {column}"
        return found, ""

    def _parts(self, found: Found, instance: Instance, noun: Noun) -> list[Found]:
        """Return the parts that the state names; their keys there are stale, their names are not."""
        return [part for part, _ in self._said(found, instance, noun) if part]

    def _missing(self, found: Found, instance: Instance, noun: Noun) -> Iterator[str]:
        """Yield what the state says of parts that VergeOS does not have."""
        yield from (f"VergeOS has no {said} of it" for part, said in self._said(found, instance, noun) if not part)

    def _said(self, found: Found, instance: Instance, noun: Noun) -> Iterator[tuple[Found | None, str]]:
        for block, kind in noun.parts.items():
            own = {each.called: each for each in self._within.get(found.place, ()) if each.kind is kind}
            for entry in _entries(instance.values.get(block)):
                if name := str(entry.get("name") or ""):
                    yield own.get(name), f"{kind.declaration.title} '{shown(name)}'"


def _entries(block: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of a block, which is one or a list."""
    for entry in block if isinstance(block, list) else [block]:
        if isinstance(entry, Mapping):
            yield entry


def _unfinished(instance: Instance, deposed: Collection[str]) -> str:
    """Return what Terraform is still to do with an object, "" if nothing."""
    finish = "Run 'terraform apply' first, or mend its state"
    if instance.deposed:
        return f"it was replaced (deposed), and is still to be deleted (key {shown(instance.text('id'))}). {finish}"
    if instance.tainted:
        return f"it is tainted, so it is to be replaced. {finish}"
    return (
        f"an object that it replaces is still to be deleted (deposed). {finish}" if instance.address in deposed else ""
    )


def not_taken(terraform: Terraform, lines: Mapping[Place, Line], held: Collection[Place]) -> Iterator[str]:
    """Yield each object that neither the program nor the state of the stack has as a whole, and why.

    Args:
        terraform: What was taken.
        lines: The plan.
        held: The rows that the state of the stack has.
    """
    yield from terraform.told
    for address, places in terraform.rows.items():
        for line in (lines[place] for place in places if place not in held and not lines[place].is_in_program):
            yield f"{shown(address)}: {line.kind} '{shown(line.name or line.key)}': {line.reason}"


# Handing over --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HandOver:
    """How Terraform is told to forget what a stack of Pulumi manages now.

    Attributes:
        commands: A command for each address.
        removed: Blocks for its configuration, as the text of a file; "" if there is nothing to forget.
    """

    commands: list[str]
    removed: str

    def save(self, path: Path) -> None:
        """Write the blocks to a file, if there are any."""
        if self.removed:
            path.write_text(self.removed, encoding="utf-8")


def hand_over(terraform: Terraform, after: Mapping[str, Any], has: Callable[[Held], bool]) -> HandOver:
    """Return what is to be forgotten: each object of which all rows are in the state of the stack now.

    Args:
        terraform: What was taken.
        after: The deployment of the stack, as ``pulumi stack export`` writes it.
        has: Says whether an object is on the VergeOS that Terraform manages.
    """
    managed = {place for held in filter(has, StackState(after).held) for place in held_places(held)}
    done = {address for address, places in terraform.rows.items() if managed.issuperset(places)}
    blocks: dict[str, list[str]] = {}
    for each in terraform.state.instances:
        blocks.setdefault(each.block, []).append(each.address)
    whole = [block for block, addresses in blocks.items() if done.issuperset(addresses)]
    part = [block for block, addresses in blocks.items() if block not in whole and done & {*addresses}]
    # A block names all instances of a resource, so none is written while Terraform is to keep one of them.
    texts = [f"removed {{\n  from = {block}\n\n  lifecycle {{\n    destroy = false\n  }}\n}}\n" for block in whole]
    texts += [
        f"# Some instances of {block} stay with Terraform: use 'terraform state rm' for the others.\n" for block in part
    ]
    return HandOver([f"terraform state rm {_in_shell(address)}" for address in sorted(done)], "\n".join(texts))


def _in_shell(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
