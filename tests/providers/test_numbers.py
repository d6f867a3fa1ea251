"""Numbers that Pulumi does not carry, and truth values that Python takes for numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.faulty import cases
from tests.providers.bench import Bench, hosted
from verge_pulumi.engine.declaring.values import LARGEST, Json, equal, uncarried, value_of
from verge_pulumi.resources import Network

ADVICE = f"holds a number beyond {LARGEST:,}, which Pulumi carries as another one. Write it as text."


def reasons(bench: Bench, kind: str, **inputs: Any) -> list[str]:
    """Return why a check fails; numbers arrive as they do in the provider's process."""
    given = hosted({"name": "x", **inputs})
    return [failure.reason for failure in bench.provider(kind).check({}, given).failures]


@pytest.mark.fault(102)
@pytest.mark.parametrize("number", [2**53, -(2**53), 2**53 + 1, 2**63, 1e300, -1e300])
@pytest.mark.parametrize(
    ("kind", "name", "wrap"),
    [
        ("VirtualMachine", "meta", lambda number: {"id": number}),
        ("VirtualMachine", "meta", lambda number: {"a": [{"b": [1, number]}]}),
        ("Network", "advanced_options", lambda number: {"x": {"y": number}}),
        ("Network", "bond_interfaces_args", lambda number: [1, number]),
        ("VirtualMachine", "cpu_cores", lambda number: number),
    ],
)
def test_a_number_that_is_another_one_by_now_is_refused(
    bench: Bench, number: Any, kind: str, name: str, wrap: Any
) -> None:
    assert f"{name} {ADVICE}" in reasons(bench, kind, **{name: wrap(number)})


@pytest.mark.parametrize("name", ["disksize", "vm", "media_source"])
def test_sizes_and_keys_are_no_exception(bench: Bench, name: str) -> None:
    arguments = {"vm": "1", "media": "import", "media_source": "1", name: 2.0**53}
    assert f"{name} {ADVICE}" in reasons(bench, "Drive", **arguments)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused(bench: Bench, number: float) -> None:
    told = "holds NaN or infinity, which is no number of JSON. Give another one."
    assert reasons(bench, "VirtualMachine", meta={"a": [number]}) == [f"meta {told}"]
    assert f"ram {told}" in reasons(bench, "VirtualMachine", ram=number)


def test_the_largest_numbers_are_kept(bench: Bench) -> None:
    meta = {"a": LARGEST, "b": -LARGEST, "c": "9007199254740993", "d": 1.5}
    vm = bench.create("VirtualMachine", name="web", meta=meta)
    assert vm.row()["meta"] == meta
    assert json.dumps(vm.row()["meta"]["a"]) == str(LARGEST)
    assert vm.diff().changes is False
    assert bench.check("Drive", {"vm": "1", "disksize": "9007199254740993"})["disksize"] == "9007199254740993"


def test_text_that_becomes_a_large_number_is_refused(bench: Bench) -> None:
    assert reasons(bench, "VirtualMachine", cpu_cores="9007199254740993") == [
        "cpu_cores is too large. Give at most 1024."
    ]


def test_a_large_number_that_somebody_wrote_is_read_as_text(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web", meta={"id": 1})
    bench.connection.client.table("vms").update(vm.id, {"meta": {"id": 2**53 + 1}})
    vm.refresh()
    assert vm.outs["meta"] == {"id": "9007199254740993"}
    assert vm.diff(meta={"id": 1}).changes is None


CHANGES: list[tuple[Any, Any]] = [
    ({"on": 1}, {"on": True}),
    ({"on": True}, {"on": 1}),
    ({"on": 0}, {"on": False}),
    ({"a": {"b": [False]}}, {"a": {"b": [0]}}),
    ({"a": [[1], [True]]}, {"a": [[True], [1]]}),
]


@pytest.mark.fault(102)
@pytest.mark.parametrize(("kind", "name"), [("VirtualMachine", "meta"), ("Network", "advanced_options")])
@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_a_number_that_becomes_a_truth_value_is_a_change(
    bench: Bench, kind: str, name: str, before: Any, after: Any
) -> None:
    made = bench.create(kind, name="web", **{name: before})
    assert made.diff(**{name: after}).changes is None
    made.up(**{name: after})
    assert json.dumps(made.row()[name]) == json.dumps(after)
    assert made.diff(**{name: after}).changes is False


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_a_number_that_becomes_a_truth_value_behind_our_back_is_drift(bench: Bench, before: Any, after: Any) -> None:
    vm = bench.create("VirtualMachine", name="web", meta=before)
    program = dict(vm.inputs)
    bench.connection.client.table("vms").update(vm.id, {"meta": after})
    vm.refresh()
    assert equal(vm.outs["meta"], after)
    vm.inputs = program
    assert vm.diff().changes is None


def test_an_integer_that_became_a_float_on_its_way_is_none(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web", meta={"on": 1, "list": [2, 3.5]})
    assert vm.diff(meta={"on": 1.0, "list": [2.0, 3.5]}).changes is False


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@cases(300)
@given(JSON, JSON)
def test_values_are_equal_if_their_json_is(left: Any, right: Any) -> None:
    assert equal(left, right) == (json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True))
    assert equal(left, json.loads(json.dumps(left)))
    assert equal(left, hosted(left)) == equal(hosted(left), left)


@cases(300)
@given(JSON, st.integers(), st.floats())
def test_what_is_carried_arrives_as_it_is(value: Any, whole: int, broken: float) -> None:
    for number in (whole, broken):
        kept = [value, {"a": number}]
        if uncarried(kept) is None:
            arrived = value_of(Json).normalise(hosted({"it": kept}))["it"]
            assert equal(arrived, kept)
        else:
            assert isinstance(number, float) or float(number) != number or abs(number) > LARGEST
    assert Network.declaration.attributes["bond_interfaces_args"].value.normalise([1.0]) == ["1"]
