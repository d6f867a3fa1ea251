"""A row that exists already, with the real engine: what was there before travels through the state."""

from __future__ import annotations

from tests.engine.gadgets import Heirloom
from tests.engine.lab import Lab

SECRET = "4dabf18193072939515e22adb298388d"
"""The sign of the engine that a value is encrypted."""


def test_what_was_there_before_is_encrypted_and_put_back(lab: Lab) -> None:
    lab.simulator.add("gadgets", name="clock", colour="grey", weight=5)

    def program() -> None:
        Heirloom("clock", name="clock", colour="red", weight=7)

    assert lab.up(program).changes == {"clock": "create"}
    assert SECRET in lab.state()["clock"]["outputs"]["__before"]
    assert lab.up(program).changes == {}
    lab.simulator.edit("gadgets", 1, weight=8)
    lab.refresh(program)
    assert lab.up(program).changes == {"clock": "update"}
    lab.simulator.reset("log")
    lab.destroy()
    (put,) = [request for request in lab.simulator.requests() if request.applied]
    assert (put.verb, put.body) == ("PUT", {"colour": "grey", "weight": 5})
    assert type(put.body["weight"]) is int


def test_what_somebody_else_set_is_left_though_a_refresh_has_seen_it(lab: Lab) -> None:
    lab.simulator.add("gadgets", name="clock", colour="grey", weight=5)
    lab.up(lambda: _clock(weight=7))
    lab.up(_clock)
    assert SECRET in lab.state()["clock"]["outputs"]["__written"]
    lab.simulator.edit("gadgets", 1, weight=8)
    lab.refresh(_clock)
    run = lab.destroy()
    (row,) = lab.simulator.rows("gadgets")
    assert (row["colour"], row["weight"]) == ("grey", 8)
    told = [text.strip() for severity, _, text in run.messages if severity == "warning"]
    assert told == ["weight of row 1 of gadgets was changed by somebody else since, and is left as it is"]


def test_a_forced_replacement_puts_back_and_takes_over_again(lab: Lab) -> None:
    lab.simulator.add("gadgets", name="clock", colour="grey", weight=5)

    def program() -> None:
        Heirloom("clock", name="clock", colour="red", weight=7)

    lab.up(program)
    lab.simulator.reset("log")
    assert lab.up(program, replace=[lab.state()["clock"]["urn"]]).changes == {"clock": "replace"}
    writes = [request.body for request in lab.simulator.requests() if request.applied]
    assert writes == [{"colour": "grey", "weight": 5}, {"colour": "red", "weight": 7}]
    lab.destroy()
    assert (lab.simulator.rows("gadgets")[0]["colour"], lab.simulator.rows("gadgets")[0]["weight"]) == ("grey", 5)


def _clock(weight: int | None = None) -> None:
    Heirloom("clock", name="clock", colour="red", weight=weight)
