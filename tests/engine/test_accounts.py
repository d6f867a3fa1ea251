"""Accounts with exactly the rights of a program: one example here, all of them in `make soak`."""

from __future__ import annotations

from tests.engine.accounts import Accounts, live, uses_of
from tests.engine.lab import Lab
from tests.engine.test_examples import FOLDER, configured


def test_an_example_is_run_by_accounts_with_the_rights_for_it(lab: Lab) -> None:
    before = lab.simulator.snapshot()
    example = FOLDER / "vlan-uplink"
    accounts = Accounts(lab, uses_of(example))
    live(lab, configured(lab, example), accounts)
    accounts.destroy()
    assert lab.simulator.snapshot() == before
