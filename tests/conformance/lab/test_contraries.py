"""No assumption that cannot fail: once a behaviour of the simulator is its contrary, its assumption differs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.lab.bending import Bent, Contrary, forget
from tests.conformance.lab.contraries import CONTRARIES, FURTHER
from tests.conformance.lab.site import site
from verge_pulumi.conformance.lab.assumption import Assumption
from verge_pulumi.conformance.lab.assumptions import ASSUMPTIONS
from verge_pulumi.conformance.lab.run import Verdict, try_out


def test_each_assumption_has_a_contrary() -> None:
    ids = [each.id for each in ASSUMPTIONS]
    assert sorted(CONTRARIES) == sorted(ids)
    assert FURTHER.keys() <= set(ids)


def cases() -> Iterator[object]:
    """Yield each assumption with each of its contraries."""
    for assumption in ASSUMPTIONS:
        contraries = (CONTRARIES[assumption.id], *FURTHER.get(assumption.id, ()))
        for number, contrary in enumerate(contraries, start=1):
            yield pytest.param(assumption, contrary, id=f"{assumption.id}-{number}")


@pytest.mark.parametrize(("assumption", "contrary"), list(cases()))
def test_the_contrary_of_an_assumption_is_found(
    assumption: Assumption, contrary: Contrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    bent = Bent(monkeypatch)
    contrary(bent)
    try:
        with site(bent.release, bent.tables) as here:
            here.simulator.transitions(stuck=bent.stuck)
            here.simulator.disputed(**bent.disputed)
            result = try_out(assumption, here.lab)
    finally:
        forget()
    assert (result.verdict, bool(result.lines)) == (Verdict.DIFFERS, True), result
