"""What the estimate takes from a declaration, beside what the simulator counts of one resource."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import Bench
from verge_pulumi import resources
from verge_pulumi.review.estimate import cost_of


@pytest.mark.parametrize(
    ("kind", "arguments", "change"),
    [
        # VergeOS would take a second one, so an earlier attempt is looked for.
        ("Device", {"type": "tpm", "name": "a"}, {"name": "b"}),
        # Without a mark its VM tells whose it is.
        ("CloudInitFile", {"name": "/user-data", "contents": "#cloud-config\n"}, {"contents": "#cloud-config\n{}\n"}),
        ("Nic", {"name": "a"}, {"name": "b"}),
    ],
)
def test_a_plain_row_costs_what_its_declaration_suggests(
    bench: Bench, kind: str, arguments: dict[str, Any], change: dict[str, Any]
) -> None:
    vm = bench.create("VirtualMachine", "web", name="web")
    declaration = getattr(resources, kind).declaration
    bench.simulator.reset("log")
    made = bench.create(kind, "part", vm=vm.id, **arguments)
    create = cost_of(declaration, "create")
    assert len(bench.asked()) == create.writes + create.reads
    bench.simulator.reset("log")
    made.up(**change)
    update = cost_of(declaration, "update")
    assert len(bench.asked()) == update.writes + update.reads
