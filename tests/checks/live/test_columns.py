"""Columns that a system lacks, told in the preview."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

import verge_pulumi.resources
from tests.checks.live.conftest import Live
from verge_pulumi import Network, VirtualMachine
from verge_pulumi.catalogue import TABLES
from verge_pulumi.simulator import Options, Simulator
from verge_pulumi.simulator.disputed import QUESTIONS

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A VergeOS whose VMs have no note."""
    vms = TABLES["vms"]
    less = replace(vms, columns=tuple(column for column in vms.columns if column.name != "note"))
    with Simulator(Options(name="site-a", tables={**TABLES, "vms": less})) as running:
        yield running


def test_an_argument_for_which_there_is_no_column_is_refused(live: Live) -> None:
    assert live.error(lambda: VirtualMachine("web", name="web", note="by hand")) == (
        "Unable to declare VirtualMachine 'web': note: vms has no column 'note' on this system. Upgrade the system, or "
        "leave that out of the program."
    )


@pytest.mark.parametrize("answer", QUESTIONS["held_columns"].answers)
def test_a_column_that_the_machine_has_instead_is_there(live: Live, answer: str) -> None:
    live.simulator.disputed(held_columns=answer)

    def program() -> None:
        VirtualMachine("web", name="web", cluster=1, ha_group="+db", on_power_loss="leave_off", snapshot_profile=1)
        Network("lan", name="lan", cluster=1, preferred_node=1, ha_group="a", on_power_loss="leave_off")

    assert live.warnings(program) == []
    assert live.requests().count("machines/$table") == (1 if answer == "machine" else 0)


def test_a_column_that_neither_has_is_refused(live: Live) -> None:
    live.simulator.disputed(held_columns="machine")
    machines = {"fields": {"name": {"type": "text"}}}
    answer = {"when": "before", "what": "status", "status": 200, "body": machines}
    live.simulator.faults({"match": {"path": "/machines/.table", "times": 1}, **answer})
    error = live.error(lambda: VirtualMachine("web", name="web", ha_group="+db"))
    assert "ha_group: vms has no column 'ha_group' on this system." in error


def test_it_is_so_in_a_take_over_though_the_table_cannot_be_listed(live: Live) -> None:
    live.simulator.faults({"match": {"path": "/vms$", "times": 9}, "when": "before", "what": "status", "status": 403})
    assert "vms has no column 'note'" in live.error(lambda: VirtualMachine("web", name="web", note="x", adopt=True))


def test_what_the_program_leaves_out_is_not(live: Live) -> None:
    assert live.warnings(lambda: [VirtualMachine(name, name=name, ram=2048) for name in ("web", "db")]) == []
    assert live.requests().count("vms/$table") == 1


def test_another_table_has_the_column(live: Live) -> None:
    assert live.warnings(lambda: Network("lan", name="lan", note="by hand")) == []


def test_a_value_that_stays_is_no_news(live: Live) -> None:
    live.holds(VirtualMachine, "web", live.simulator.add("vms", name="web"), name="web", note="by hand", ram=1024)
    assert live.warnings(lambda: VirtualMachine("web", name="web", note="by hand", ram=2048)) == []


@pytest.mark.parametrize("body", [{"fields": []}, {}, {"fields": {}}])
def test_a_schema_of_another_layout_is_told_of_once(
    live: Live, caplog: pytest.LogCaptureFixture, body: dict[str, object]
) -> None:
    answer = {"when": "before", "what": "status", "status": 200, "body": body}
    live.simulator.faults({"match": {"path": "table", "times": 9}, **answer})
    assert told_of_columns(live, caplog) == 1


def test_who_may_not_see_schemas_is_told_so_once(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    match = {"path": "table", "times": 9}
    live.simulator.faults({"match": match, "when": "before", "what": "status", "status": 403})
    assert told_of_columns(live, caplog) == 1


def told_of_columns(live: Live, caplog: pytest.LogCaptureFixture) -> int:
    """Return how often a program is told, though not warned, that columns are left out."""
    caplog.set_level(logging.INFO)
    assert live.warnings(lambda: [Network("lan", name="lan"), VirtualMachine("web", name="web", note="by hand")]) == []
    texts = [record.getMessage() for record in caplog.records]
    return len([text for text in texts if text.startswith("live checks: what columns tables have is left out: ")])


def test_every_argument_is_a_column_of_its_table() -> None:
    for name in verge_pulumi.resources.__all__:
        declaration = getattr(verge_pulumi.resources, name).declaration
        columns = {column.name for column in TABLES[declaration.table].columns}
        assert columns >= {each.column for each in declaration.inputs.values() if each.column}, name
