"""A lab on a simulator of each release: everything is tried out, all of it holds, and nothing is left."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pytest

from tests.conformance.lab.site import PREFIX, assumed, site
from verge_pulumi.catalogue import DEFAULT_RELEASE, RELEASES, TABLES
from verge_pulumi.catalogue.model import Type
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import NotHere, Surprise
from verge_pulumi.conformance.lab.requests import Made, NotOurs
from verge_pulumi.conformance.lab.run import Verdict, chosen, run
from verge_pulumi.conformance.lab.subjects import AUTHORITY
from verge_pulumi.simulator.log import Request

WRITES = ("POST", "PUT", "DELETE")


def keys_before(snapshot: Mapping[str, Mapping[str, object]]) -> set[tuple[str, str]]:
    return {(table, key) for table, rows in snapshot.items() for key in rows}


def touched(request: Request) -> tuple[str, str] | None:
    """Return the table and key of the row that a PUT, DELETE or action is about."""
    table, _, rest = request.path.removeprefix("/api/v4/").partition("/")
    if rest:
        return table, rest.partition("/")[0]
    if table.endswith("_actions") and isinstance(request.body, dict):
        acted_on = table.removesuffix("_actions")
        key = request.body.get(acted_on, request.body.get("repository"))
        return f"{acted_on}s", str(key)
    return None


@pytest.mark.parametrize(("release", "seconds"), [*((release, 0) for release in RELEASES), (DEFAULT_RELEASE, 3)])
def test_the_simulator_passes_all_of_it_and_is_as_before(release: str, seconds: float) -> None:
    with site(release) as here:
        here.simulator.transitions(seconds=seconds)
        before = here.simulator.snapshot()
        outcome = run(here.client, here.lab, chosen(release))
        after, requests = here.simulator.snapshot(), here.simulator.requests()
    assert {r.assumption.id: r.lines for r in outcome.results if r.verdict is not Verdict.HOLDS} == {}
    assert (outcome.left, outcome.interrupted, outcome.stopped) == ((), False, False)
    assert after == before
    _only_its_own_rows(requests, keys_before(before))


def test_it_passes_too_where_either_answer_is_right() -> None:
    with site() as here:
        here.simulator.disputed(held_columns="text", update_answer="object")
        outcome = run(here.client, here.lab, chosen(DEFAULT_RELEASE))
    assert {r.assumption.id: r.lines for r in outcome.results if r.verdict is not Verdict.HOLDS} == {}


def _only_its_own_rows(requests: list[Request], before: set[tuple[str, str]]) -> None:
    """See in the log that nothing was written to what was there, and that what was made is the lab's."""
    strange = []
    for request in (each for each in requests if each.verb in WRITES):
        about = touched(request)
        own = about not in before if about else _is_own(request, before)
        if not own:
            strange.append(f"{request.verb} {request.path} {request.body}")
    assert strange == []


def _is_own(request: Request, before: set[tuple[str, str]]) -> bool:
    """Return whether a new row bears the prefix, or belongs to a row that was not there before."""
    bears = PREFIX in json.dumps(request.body) or request.body.get("cert") == AUTHORITY
    return bears or any(part not in before for part in _references(request))


def _references(request: Request) -> Iterator[tuple[str, str]]:
    """Yield the rows that a new row refers to."""
    table = TABLES[request.path.removeprefix("/api/v4/")]
    for name, value in request.body.items():
        column = table.column(name)
        if column is not None and column.type is Type.REF and value is not None:
            yield str(column.target), str(value)
        if column is not None and column.type is Type.ANY_REF:
            target, _, key = str(value).removeprefix("/v4/").partition("/")
            yield target, key


def test_a_tenant_that_is_not_there_leaves_its_table_out() -> None:
    with site() as here:
        here.simulator.remove("tenants", 1)
        outcome = run(here.client, here.lab, chosen("26.1.8", ["rows/receipt", "rows/columns"]))
    lack = "vnet_proxy_tenants: this system has no row in tenants"
    verdicts = [(result.verdict, result.lines) for result in outcome.results]
    assert verdicts == [(Verdict.UNKNOWN, (lack,)), (Verdict.HOLDS, ())]
    assert outcome.left == ()


def test_each_verdict_is_told_with_its_reason() -> None:
    def differs(lab: Lab) -> None:
        raise Surprise("one thing", "another")

    def unknown(lab: Lab) -> None:
        raise NotHere("this system has no row in tenants")

    def unreadable(lab: Lab) -> None:
        lab.read(lab.row("vms"))["colour"]

    def mistaken(lab: Lab) -> None:
        lab.put(Made("vnets", "1"), {"mtu": 1400})

    with site() as here:
        outcome = run(here.client, here.lab, [assumed(each) for each in (differs, unknown, unreadable, mistaken)])
        writes = [request for request in here.simulator.requests() if request.verb == "PUT"]
    assert [(result.verdict, result.lines) for result in outcome.results] == [
        (Verdict.DIFFERS, ("one thing", "another")),
        (Verdict.UNKNOWN, ("this system has no row in tenants",)),
        (Verdict.DIFFERS, ("an answer that cannot be read: KeyError('colour')",)),
        (Verdict.FAILED, ("NotOurs: PUT vnets/1, which the lab did not make",)),
    ]
    assert writes == []


def test_it_stops_at_the_first_surprise_if_told_to() -> None:
    def differs(lab: Lab) -> None:
        lab.row("vms")
        raise Surprise("one thing")

    with site() as here:
        before = here.simulator.snapshot()
        outcome = run(here.client, here.lab, [assumed(differs), assumed(differs)], stop=True)
        assert here.simulator.snapshot() == before
    assert (len(outcome.results), outcome.stopped, outcome.left) == (1, True, ())


def test_nothing_is_created_without_the_prefix_or_outside_of_what_was_made() -> None:
    with site() as here:
        with pytest.raises(NotOurs, match="POST vms without the prefix"):
            here.lab.post("vms", {"name": "web", "description": f"a {PREFIX} is available, or in a s{PREFIX}-"})
        with pytest.raises(NotOurs, match="POST vnet_rules without the prefix"):
            here.lab.post("vnet_rules", {"vnet": 1, "name": "https"})
        assert [request for request in here.simulator.requests() if request.verb != "GET"] == []


def test_a_wait_that_takes_too_long_is_a_surprise() -> None:
    with site() as here:
        here.simulator.transitions(stuck=["starting"])
        with pytest.raises(Surprise, match="vms running did not come within 120 s"):
            here.lab.power(here.lab.row("vms"), on=True)
