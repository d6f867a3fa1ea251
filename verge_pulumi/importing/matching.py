"""Which row a resource of a program is, where no plan tells: the one that has the values by which it is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from verge_pulumi import resources
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.lives import Switches
from verge_pulumi.engine.declaring.model import validate
from verge_pulumi.resources.firewall.firewall import Firewall

Answer = Mapping[str, Any]
"""``id`` and ``outputs`` of a row."""


class NoMatch(Exception):
    """No row is meant, or several may be; the text says which."""


class Candidates:
    """The rows of a site, each of which one resource of a program may be.

    Args:
        rows: Id and outputs of each row, references included, by the title of its kind.
    """

    def __init__(self, rows: Mapping[str, Iterable[Answer]]) -> None:
        self._rows = {title: list(each) for title, each in rows.items()}

    def take(self, title: str, inputs: Mapping[str, Any]) -> Answer:
        """Return the row that a resource is, which no other one is from then on.

        Args:
            title: Its kind.
            inputs: What the program says, references as keys.

        Raises:
            NoMatch: There is none, or there are several.
        """
        kind = getattr(resources, title)
        declaration: Declaration = kind.declaration
        said = validate(declaration, inputs)[0]
        of = said["of"] if isinstance(declaration.life, Switches) else said["network"] if kind is Firewall else None
        if of is not None:
            if UNKNOWN in of:
                raise NoMatch("VergeOS has no row that it is of")
            return {"id": f"vnets/{of}" if kind is Firewall else of, "outputs": {}}
        rows = self._rows.get(title, [])
        found = [row for row in rows if _meets(declaration, row, said, _known_by(declaration, said))]
        if len(found) > 1:
            found = [row for row in found if _meets(declaration, row, said, declaration.inputs)] or found
        if len(found) != 1:
            keys = ", ".join(str(row["id"]) for row in found[:5])
            raise NoMatch(f"several rows may be it: {keys}" if found else "VergeOS has no such row")
        rows.remove(found[0])
        return found[0]


def _known_by(declaration: Declaration, said: Mapping[str, Any]) -> Iterable[str]:
    """Return the arguments that tell a row from others: what is unique, else its name and its parent, else all."""
    if declaration.unique and all(said.get(name) is not None for name in declaration.unique):
        return declaration.unique
    label, parent = declaration.label, declaration.parent
    names = [each.name for each in (label, parent) if each]
    return names if label and said.get(label.name) is not None else declaration.inputs


def _meets(declaration: Declaration, row: Answer, said: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Say whether a row has the values of some arguments, as far as the program says them and VergeOS tells."""
    attributes = declaration.inputs
    told = [name for name in names if said.get(name) is not None and not attributes[name].write_only]
    return all(
        attributes[name].value.same(row["outputs"].get(name), said[name])
        for name in told
        if attributes[name].column is not None
    )
