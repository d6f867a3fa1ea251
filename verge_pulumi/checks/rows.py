"""Rows of which there can be only one: each belongs to one resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from verge_pulumi.checks.findings import Finding, Mistake
from verge_pulumi.client import printable
from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.declaring.lives import ExistsAlready
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.resources.compute.drive import Drive
from verge_pulumi.resources.compute.nic import Nic
from verge_pulumi.resources.firewall.firewall import Firewall
from verge_pulumi.resources.network.address import Address
from verge_pulumi.resources.network.network_block import NetworkBlock
from verge_pulumi.resources.power import Power
from verge_pulumi.resources.tags.tag_assignment import TagAssignment

COMPARED_OTHERWISE = (Address, Firewall, NetworkBlock, Power, TagAssignment)
"""What other checks compare, which know more of it than that it is the same."""

LEFT_TO_VERGEOS = (Drive, Nic)
"""What an import may find twice in a VM: that their names are unique there is not known for sure."""


class Rows:
    """The rows of one system that its program declares, by what VergeOS lets no two rows have in common."""

    def __init__(self) -> None:
        self._taken: dict[tuple[Any, ...], Planned] = {}

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        declaration = planned.resource.declaration
        existing = isinstance(declaration.life, ExistsAlready)
        if isinstance(planned.resource, COMPARED_OTHERWISE + LEFT_TO_VERGEOS):
            return
        if not declaration.unique and not existing:
            return
        # A change of what is ignored leaves the row what it was, which nobody knows here.
        wanted = {name: None if name in planned.ignored else planned.known(name) for name in declaration.unique}
        if None in wanted.values():
            return
        columns = sorted((declaration.column_of(name), value) for name, value in wanted.items())
        other = self._taken.setdefault((declaration.table, *columns), planned)
        if other is not planned:
            yield (_same_row if existing else _same_name)(planned, other, wanted)


def _same_row(planned: Planned, other: Planned, wanted: Mapping[str, Any]) -> Mistake:
    """Return what is wrong where both mean a row that exists already."""
    table = planned.resource.declaration.table
    said = " and ".join(f"{name} {value!r}" for name, value in wanted.items() if isinstance(value, str))
    row = f"the row of {table} with {said}" if said else f"the one row of {table}"
    return Mistake(f"{row} is already that of {other}", "Declare it once.")


def _same_name(planned: Planned, other: Planned, wanted: Mapping[str, Any]) -> Mistake:
    """Return what is wrong where both would be rows of their own."""
    inputs = planned.resource.declaration.inputs
    own = [name for name in wanted if not isinstance(inputs[name], Reference)]
    if not own:
        return Mistake(f"its {' and '.join(wanted)} are already those of {other}", "Declare it once.")
    names = " and ".join(f"{name} '{printable(str(wanted[name]))}'" for name in own)
    within = "".join(f" of {_named(name, value)}" for name, value in wanted.items() if name not in own)
    return Mistake(f"{names}{within} is already that of {other}", f"Give one of them another {' or '.join(own)}.")


def _named(name: str, value: Any) -> str:
    return str(value) if isinstance(value, Planned) else f"the same {name}"
