"""Rows that change while they are imported: each is named and read again, and none is recorded in an old form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.lab import ask
from tests.importing.bench import MemoryCli, SiteBench
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.importing.outcome import Outcome
from verge_pulumi.importing.plan_file import read_plan

OTHERS = "[pulumi shop/prod lan 0badcafe-0123456789ab]"
READING, PLANNING = "vms: ", "running the program without an engine"

Change = Callable[[], object]


class Meanwhile(list[str]):
    """Lines of progress, at one of which somebody does something.

    Args:
        at: How the line begins.
        does: What they do, once.
    """

    def __init__(self, at: str, does: Change) -> None:
        super().__init__()
        self._at = at
        self._does: list[Change] = [does]

    def append(self, line: str) -> None:
        """Keep a line."""
        super().append(line)
        if line.startswith(self._at) and self._does:
            self._does.pop()()


@pytest.fixture
def web(site: SiteBench) -> SiteBench:
    """A site with a machine on a network with two rules."""
    lan = site.network()
    site.vm("web", {"eth0": lan})
    for name in ("http", "https"):
        site.make("vnet_rules", vnet=lan, name=name, protocol="tcp", destination_ports="443")
    site.simulator.reset("log")
    return site


def key(site: SiteBench, table: str, name: str) -> int:
    return next(int(row["$key"]) for row in site.simulator.rows(table) if row["name"] == name)


def edit(site: SiteBench, table: str, name: str, **columns: Any) -> None:
    site.simulator.edit(table, key(site, table, name), **columns)


def imports(site: SiteBench, cli: MemoryCli, at: str, does: Change, **options: Any) -> Outcome:
    """Import while somebody does something."""

    def confirm(outcome: Outcome) -> bool:
        cli.told.append("asking")
        return True

    cli.told = Meanwhile(at, does)
    return site.imports(cli, confirm, **options)


def lists(site: SiteBench) -> Counter[str]:
    """Return how often each table was asked for."""
    return Counter(request.path for request in site.simulator.requests() if request.path.count("/") == 3)


def entry(cli: MemoryCli, name: str) -> dict[str, Any]:
    (found,) = [each for key, each in cli.entries.items() if key.rpartition("::")[2] == name and "id" in each]
    return found


@pytest.mark.promise(17)
@pytest.mark.parametrize("at", [READING, PLANNING, "asking"])
def test_a_row_that_is_edited_meanwhile_is_named_and_recorded_as_it_is(web: SiteBench, cli: MemoryCli, at: str) -> None:
    outcome = imports(web, cli, at, lambda: edit(web, "vms", "web", ram=2048))
    assert outcome.changed == ["VirtualMachine 'web': ram"]
    assert "changed since it was read: VirtualMachine 'web': ram" in cli.told
    assert (outcome.exit_code, entry(cli, "web-vm")["inputs"]["ram"]) == (0, 2048)
    assert "ram=2048" in (web.folder / "infrastructure" / "compute.py").read_text()
    assert max(lists(web).values()) == 3


def test_without_a_change_each_table_is_listed_twice(web: SiteBench, cli: MemoryCli) -> None:
    assert web.imports(cli).changed == []
    assert max(lists(web).values()) == 2
    web.simulator.reset("log")
    web.imports(cli)
    assert max(lists(web).values()) == 1, "nothing is recorded, so nothing can be old"


@pytest.mark.promise(17)
def test_what_is_gone_meanwhile_is_not_recorded(web: SiteBench, cli: MemoryCli) -> None:
    outcome = imports(
        web, cli, "asking", lambda: web.simulator.remove("machine_drives", key(web, "machine_drives", "root"))
    )
    assert outcome.changed == ["Drive 'root' is gone"]
    assert outcome.exit_code == 0
    assert not [key for key in cli.entries if "Drive" in key]


def test_a_rule_of_a_firewall_that_is_edited_meanwhile_is_recorded_as_it_is(web: SiteBench, cli: MemoryCli) -> None:
    outcome = imports(web, cli, "asking", lambda: edit(web, "vnet_rules", "https", destination_ports="8443"))
    assert outcome.changed == ["NetworkRule 'https': destination_ports"]
    (firewall,) = [each for key, each in cli.entries.items() if ":Firewall::" in key]
    assert [rule["destination_ports"] for rule in firewall["inputs"]["rules"]] == ["443", "8443"]


@pytest.mark.promise(17)
def test_a_row_that_another_stack_takes_meanwhile_is_looked_up(web: SiteBench, cli: MemoryCli) -> None:
    outcome = imports(web, cli, "asking", lambda: edit(web, "vnets", "lan", description=OTHERS))
    assert outcome.changed == ["Network 'lan': description"]
    assert not [key for key in cli.entries if ":Network::" in key]
    (lan,) = [line for line in read_plan(plan_of(web.folder)).values() if line.name == "lan" and line.table == "vnets"]
    assert (lan.treatment, lan.reason) == ("lookup", "shop/prod as 'lan' manages it")


def plan_of(folder: Path) -> Path:
    return folder / "vergeos-import" / "plan.csv"


def test_a_machine_that_is_started_meanwhile_is_recorded_as_running(web: SiteBench, cli: MemoryCli) -> None:
    vm = key(web, "vms", "web")
    outcome = imports(
        web, cli, "asking", lambda: ask(web.simulator, "POST", "vm_actions", {"vm": vm, "action": "poweron"})
    )
    assert outcome.changed == ["VirtualMachine 'web': running"]
    assert entry(cli, "web-power")["inputs"]["state"] == "running"


def test_what_is_not_recorded_may_change(web: SiteBench, cli: MemoryCli) -> None:
    """Counters, what VergeOS made, and what is new; the next import finds that."""

    def change() -> None:
        edit(web, "machine_drives", "root", used_bytes=5)
        edit(web, "users", "admin", displayname="The admin")
        web.vm("new")

    outcome = imports(web, cli, "asking", change)
    assert (outcome.changed, outcome.exit_code) == ([], 0)


@pytest.mark.promise(17)
def test_what_changes_once_more_is_left_out_of_the_state(web: SiteBench, cli: MemoryCli) -> None:
    asked: list[Outcome] = []

    def confirm(outcome: Outcome) -> bool:
        asked.append(outcome)
        edit(web, "vms", "web", ram=1024 * (1 + len(asked)))
        return True

    words = r"VergeOS was changed again while it was read \(VirtualMachine 'web': ram\)\. Run the command again"
    with pytest.raises(EngineError, match=words):
        web.imports(cli, confirm)
    assert [each.changed for each in asked] == [[], ["VirtualMachine 'web': ram"]], "it is asked again"
    assert cli.entries == {}
    assert max(lists(web).values()) == 3
    assert web.imports(cli).exit_code == 0


def test_a_table_that_cannot_be_read_any_more_ends_it(web: SiteBench, cli: MemoryCli) -> None:
    fault = {"what": "status", "status": 403, "match": {"verb": "GET", "path": "/vms$", "times": 0}}
    with pytest.raises(EngineError, match="vms cannot be read any more: "):
        imports(web, cli, "asking", lambda: web.simulator.faults(fault))
    assert cli.entries == {}


def test_offline_nothing_is_read_once_more(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli, plan_only=True)
    web.simulator.reset("log")
    outcome = imports(web, cli, "asking", lambda: edit(web, "vms", "web", ram=2048), offline=True)
    assert (outcome.changed, lists(web)) == ([], {})


def test_another_row_under_the_same_key_is_no_row_that_was_read(web: SiteBench, cli: MemoryCli) -> None:
    """A system that was rolled back gives keys again; the time at which a row was made tells."""
    outcome = imports(web, cli, "asking", lambda: edit(web, "vms", "web", created=1))
    assert outcome.changed == ["VirtualMachine 'web': created"]
