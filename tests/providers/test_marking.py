"""The mark of an object that was made without one: written behind what people wrote, and never over another's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import Bench, Managed
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.mark import Mark

OTHERS = "[pulumi shop/prod web 0badcafe-0123456789ab]"
RULES = [{"name": name, "protocol": "tcp", "destination_ports": "443"} for name in ("http", "https")]


def unmarked(managed: Managed, text: str = "by hand") -> Managed:
    """Let an object be as an import has recorded it: its row is people's own."""
    table = managed.bench.provider(managed.kind).declaration.table
    keys = (managed.outs.get("keys") or {"": managed.id}).values()
    for key in keys:
        managed.bench.simulator.edit(table, int(key), description=text)
    del managed.outs["__mark"]
    managed.bench.begin_run()
    managed.bench.connection.reader.forget(table)
    managed.bench.simulator.reset("log")
    return managed


def mark(managed: Managed, replaces: str = "") -> Mark:
    """Let it bear its mark."""
    provider: Any = managed.bench.provider(managed.kind)
    written: Mark = provider.mark(managed.id, managed.outs, replaces)
    return written


def puts(bench: Bench) -> list[tuple[str, Any]]:
    """Return path and body of each write since the log was emptied."""
    found = [(write.path.removeprefix("/api/v4/"), write.body) for write in bench.writes()]
    bench.simulator.reset("log")
    return found


def test_it_stands_behind_what_people_wrote_and_nothing_else_is_written(lan: Managed) -> None:
    unmarked(lan)
    written = mark(lan)
    assert str(written) == f"[pulumi shop/dev lan {lan.outs['__token']}]"
    assert puts(lan.bench) == [(f"vnets/{lan.id}", {"description": f"by hand\n{written}"})]
    assert mark(lan) == written
    assert puts(lan.bench) == [], "it is there already"


def test_a_mark_of_somebody_else_stays_unless_just_that_is_to_be_replaced(lan: Managed) -> None:
    unmarked(lan, f"by hand\n{OTHERS}")
    for replaces in ("", "0badcafe-ba9876543210"):
        with pytest.raises(EngineError, match=r"now belongs to shop/prod as 'web'\. It is left alone"):
            mark(lan, replaces)
    assert puts(lan.bench) == []
    written = mark(lan, "0badcafe-0123456789ab")
    assert puts(lan.bench) == [(f"vnets/{lan.id}", {"description": f"by hand\n{written}"})]


@pytest.mark.parametrize("replaces", ["", "0badcafe-0123456789ab"])
def test_another_object_under_the_key_gets_none(lan: Managed, replaces: str) -> None:
    unmarked(lan, OTHERS if replaces else "")
    lan.bench.simulator.edit("vnets", int(lan.id), macaddress="f0:db:30:00:00:99")
    with pytest.raises(EngineError, match="another object, whose macaddress is not that of this one"):
        mark(lan, replaces)
    assert puts(lan.bench) == []


def test_what_is_gone_is_told(lan: Managed) -> None:
    lan.bench.simulator.remove("vnets", int(lan.id))
    with pytest.raises(EngineError, match=rf"there is no row {lan.id} in vnets"):
        mark(unmarked_state(lan))


def unmarked_state(managed: Managed) -> Managed:
    """Return an object of which the state records no mark."""
    managed.outs = {name: value for name, value in managed.outs.items() if name != "__mark"}
    return managed


def test_a_long_description_is_not_cut_for_it(lan: Managed) -> None:
    unmarked(lan, "x" * 2020)
    with pytest.raises(EngineError, match=r"2,0\d\d characters, and VergeOS keeps 2,048\. Shorten it"):
        mark(lan)
    assert puts(lan.bench) == []


def test_a_write_that_vergeos_drops_is_told(lan: Managed) -> None:
    lan.bench.share_clock()
    unmarked(lan)
    lan.bench.simulator.faults(
        {"what": "garbage", "body": "{}", "content_type": "application/json", "match": {"verb": "PUT"}}
    )
    with pytest.raises(EngineError, match=rf"row {lan.id} of vnets does not show its mark yet"):
        mark(lan)


def test_one_that_was_written_and_not_recorded_is_proved_by_its_token(lan: Managed) -> None:
    """Whoever wrote it was killed before the state was written."""
    written = str(mark(unmarked(lan)))
    lan.refresh()
    assert lan.outs["__mark"] == written
    unmarked_state(lan).up(mtu=9000, description="by program")
    assert lan.outs["__mark"] == written
    assert lan.row()["description"] == f"by program\n{written}"
    unmarked_state(lan).destroy()
    assert lan.id not in {str(row["$key"]) for row in lan.bench.simulator.rows("vnets")}


def test_what_a_row_bears_that_has_no_mark_recorded_must_be_its_token(lan: Managed) -> None:
    unmarked(lan, "[pulumi shop/dev lan 0badcafe-0123456789ab]")
    assert lan.read().id == ""


@pytest.fixture
def edge(lan: Managed) -> Managed:
    """A firewall of two rules that people made."""
    return unmarked(lan.bench.create("Firewall", "edge", network=lan.id, rules=RULES))


def descriptions(firewall: Managed) -> list[str]:
    """Return the descriptions of its rules."""
    rows = firewall.bench.simulator.rows("vnet_rules")
    return [str(row["description"]) for row in rows if str(row["$key"]) in firewall.outs["keys"].values()]


def test_every_rule_of_a_firewall_bears_its_mark(edge: Managed) -> None:
    written = mark(edge)
    assert str(written) == f"[pulumi shop/dev firewall/edge {edge.outs['__token']}]"
    assert descriptions(edge) == [f"by hand\n{written}"] * 2
    edge.bench.simulator.reset("log")
    mark(edge)
    assert puts(edge.bench) == []


@pytest.mark.parametrize("marked", [1, 2])
def test_rules_whose_mark_is_not_recorded_yet_are_ours(edge: Managed, marked: int) -> None:
    """Whoever wrote it was killed after some of the rules."""
    written = mark(edge)
    for key in list(edge.outs["keys"].values())[marked:]:
        edge.bench.simulator.edit("vnet_rules", int(key), description="by hand")
    edge.bench.connection.reader.forget("vnet_rules")
    edge.refresh()
    assert [rule["name"] for rule in edge.outs["rules"]] == ["http", "https"]
    edge.outs["__mark"] = str(mark(edge))
    assert descriptions(edge) == [f"by hand\n{written}"] * 2
    edge.destroy()
    assert descriptions(edge) == []


def test_a_firewall_of_which_a_rule_is_somebody_elses_or_gone_is_left_alone(edge: Managed) -> None:
    key = int(edge.outs["keys"]["https"])
    edge.bench.simulator.edit("vnet_rules", key, description=OTHERS)
    with pytest.raises(EngineError, match=rf"row {key} bears the mark of shop/prod as 'web'\. It is left alone"):
        mark(edge)
    edge.bench.simulator.remove("vnet_rules", key)
    with pytest.raises(EngineError, match=r"the rules 'https' of network \d+ are not there any more\. Run 'pulumi ref"):
        mark(edge)
    assert puts(edge.bench) == []
