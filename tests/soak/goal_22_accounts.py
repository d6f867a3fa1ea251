"""G22: accounts that may do what an example takes, and nothing else, run it."""

from __future__ import annotations

from tests.engine.accounts import Accounts, live, uses_of
from tests.engine.test_examples import EXAMPLES, configured
from tests.soak.goals import Figure, measure
from tests.soak.stacks import stack


@measure("G22")
def measure_accounts(short: bool) -> Figure:
    """Let each example be run by two accounts that were made for it; in the short form one."""
    faults = []
    for example in EXAMPLES[:1] if short else EXAMPLES:
        with stack() as lab:
            try:
                before = lab.simulator.snapshot()
                accounts = Accounts(lab, uses_of(example))
                live(lab, configured(lab, example), accounts)
                accounts.destroy()
                assert lab.simulator.snapshot() == before, "something is left"
            except AssertionError as error:
                faults.append(f"{example.name}: {' '.join(str(error).split())[-300:]}")
    return Figure("\n".join([f"{len(faults)} faults in {len(EXAMPLES)} examples", *faults]), met=not faults)
