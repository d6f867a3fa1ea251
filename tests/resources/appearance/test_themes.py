"""Themes: definitions that the program names, and those of the base."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import Bench, Managed, hosted
from verge_pulumi.engine.errors import Reported


def theme(bench: Bench, **arguments: Any) -> Managed:
    given = {"name": "house", "definitions": {"primary": "#336699", "accent": "#ff8800"}, **arguments}
    return bench.create("Theme", "house", **given)


def live(made: Managed) -> dict[str, str]:
    rows = made.bench.simulator.rows("theme_definitions")
    return {row["property"]: row["value"] for row in rows if row["theme"] == made.id}


def paint(made: Managed, name: str, value: str) -> None:
    """Define something in the UI."""
    for row in made.bench.simulator.rows("theme_definitions"):
        if (row["theme"], row["property"]) == (made.id, name):
            made.bench.simulator.remove("theme_definitions", row["$key"])
    if value:
        made.bench.simulator.add("theme_definitions", theme=made.id, property=name, value=value)
    made.bench.connection.reader.forget("themes")


def test_the_life_of_one(bench: Bench) -> None:
    made = theme(bench, based_on="dark", description="text", enabled=False)
    assert len(made.id) == 40
    assert live(made) == {"primary": "#336699", "accent": "#ff8800"}
    made.refresh()
    assert made.diff().changes is False
    assert made.diff(based_on="light").replaces == ["based_on"]
    made.destroy()
    assert [row["name"] for row in bench.simulator.rows("themes")] == ["Light", "Dark"]
    assert bench.simulator.rows("theme_definitions") == []
    assert bench.simulator.counters().unknown_columns == {}


def test_a_property_is_changed_added_and_given_back_to_the_base(bench: Bench) -> None:
    made = theme(bench)
    made.up(definitions={"primary": "#000000", "text": "#ffffff"})
    assert live(made) == made.outs["definitions"] == {"primary": "#000000", "text": "#ffffff"}
    (sent,) = bench.writes()[-1].body.values()
    assert {"property": "accent", "value": ""} in sent
    made.up(definitions={"primary": "#000000", "text": ""})
    assert live(made) == made.outs["definitions"] == {"primary": "#000000"}
    made.refresh()
    assert made.diff().changes is False


def test_what_the_program_does_not_name_is_left_alone(bench: Bench) -> None:
    made = theme(bench)
    paint(made, "text", "#ffffff")
    made.refresh()
    assert made.outs["definitions"] == {"primary": "#336699", "accent": "#ff8800"}
    assert made.diff().changes is False
    made.up(definitions=None, enabled=False)
    assert live(made) == {"primary": "#336699", "accent": "#ff8800", "text": "#ffffff"}


@pytest.mark.parametrize("value", ["#111111", ""])
def test_drift_of_a_property_is_seen_and_mended(bench: Bench, value: str) -> None:
    made = theme(bench)
    paint(made, "accent", value)
    made.refresh()
    assert made.outs["definitions"].get("accent", "") == value
    made.up(definitions={"primary": "#336699", "accent": "#ff8800"})
    assert live(made)["accent"] == "#ff8800"


def test_a_theme_that_the_program_only_reads_shows_all(bench: Bench) -> None:
    made = theme(bench)
    read = bench.provider("Theme").read(made.id, {})
    assert read.outs
    assert read.outs["definitions"] == {"primary": "#336699", "accent": "#ff8800"}


def test_a_theme_of_the_system_stays(bench: Bench) -> None:
    made = theme(bench)
    bench.simulator.edit("themes", made.id, system_created=True)
    with pytest.raises(Reported, match="came with VergeOS and is left alone"):
        made.up(enabled=False)
    with pytest.raises(Reported, match="came with VergeOS and is left alone"):
        made.destroy()
    assert [write.verb for write in bench.writes()] == ["POST"]


@pytest.mark.parametrize("definitions", [{" ": "#000000"}, {"a\nb": "#000000"}, ["primary"]])
def test_what_makes_no_sense_is_refused_in_the_preview(bench: Bench, definitions: Any) -> None:
    result = bench.provider("Theme").check({}, hosted({"name": "house", "definitions": definitions}))
    (failure,) = result.failures
    assert failure.reason.startswith("definitions ")
