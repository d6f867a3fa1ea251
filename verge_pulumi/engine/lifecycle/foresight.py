"""What a preview tells of a row that ``adopt=True`` takes over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from verge_pulumi.engine.declaring.hidden import NAME, OWNER
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.lifecycle.candidates import Candidates
from verge_pulumi.engine.lifecycle.existing import Existing
from verge_pulumi.engine.lifecycle.hooks import identified
from verge_pulumi.engine.lifecycle.taking_over import TakeOver, known_of
from verge_pulumi.engine.ownership.mark import TOKEN, Mark
from verge_pulumi.engine.runtime import provider_process

if TYPE_CHECKING:
    from verge_pulumi.engine.lifecycle.rows import RowProvider


def foresee(provider: RowProvider[Any], inputs: Inputs) -> Iterable[str]:
    """Look for the row, and tell what becomes of it.

    Args:
        provider: Whose hooks say what is special about the row.
        inputs: What the program says; some values are unknown.

    Returns:
        One line for each thing.

    Raises:
        EngineError: Several rows may be meant, or the program changes what must not be changed.
    """
    declaration, known, evidence = provider.declaration, known_of(inputs), provider.connection.evidence
    needed = [name for name in declaration.unique or declaration.adopted_by if inputs.get(name) is not None]
    if any(name not in known for name in needed or inputs):
        yield "adopt: which row is meant, and what of it changes, is known in the update only"
        return
    mark = Mark.new(str(inputs.get(OWNER)), str(inputs.get(NAME)), "") if declaration.markable else None
    existing = Existing(provider, known, str(inputs.get(TOKEN) or ""), mark)
    values = provider.columns(known, known.keys() & declaration.inputs.keys())
    row = None if identified(declaration, known) else existing.unfinished(values)
    row = row or Candidates(provider, known, existing.free).meant(values)
    if row is not None and not existing.free([row]):
        return  # of its own replacement, or of one that is looked at when it is created
    evidence.foreseen[provider_process.urn()] = (declaration.table, str(row["$key"])) if row else None
    if row is None:
        yield "adopt: there is no such row yet; the update makes one"
        return
    taking = TakeOver(provider, row, inputs)
    taking.refuse()
    yield taking.told()
    yield from taking.notes()
