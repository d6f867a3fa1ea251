"""Whatever happens to a lab, what it made is removed, or told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.conformance.lab.site import PREFIX, Site, assumed, site
from verge_pulumi.client import NoAnswer
from verge_pulumi.conformance.lab import run as module
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.run import Outcome, Result, Verdict, Watcher, chosen, run
from verge_pulumi.conformance.lab.subjects import AUTHORITY
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.simulator.behaviour.compute.virtual_machines import VirtualMachines

Check = Callable[[Lab], None]


def everything_runs(lab: Lab) -> None:
    """Make a VM and a network that run, with parts, and an interface that must be disabled first."""
    for table in ("vnet_wireguards", "machine_drives", "machine_nics", "snapshot_profiles", "vnet_bgp_interfaces"):
        lab.row(table)
    for table in ("vms", "vnets"):
        lab.power(lab.row(table), on=True)


def tried(here: Site, *checks: Check) -> Outcome:
    return run(here.client, here.lab, [assumed(each) for each in checks])


def test_what_runs_is_switched_off_first() -> None:
    with site() as here:
        before = here.simulator.snapshot()
        assert tried(here, everything_runs).left == ()
        assert here.simulator.snapshot() == before


def test_an_interrupted_lab_is_cleaned() -> None:
    def interrupted(lab: Lab) -> None:
        everything_runs(lab)
        raise KeyboardInterrupt

    with site() as here:
        before = here.simulator.snapshot()
        outcome = tried(here, interrupted, everything_runs)
        assert here.simulator.snapshot() == before
    assert (outcome.interrupted, outcome.results, outcome.left) == (True, (), ())


def test_a_lab_whose_output_nobody_reads_is_cleaned() -> None:
    def gone(result: Result) -> None:
        raise BrokenPipeError

    with site() as here:
        before = here.simulator.snapshot()
        with pytest.raises(BrokenPipeError):
            run(here.client, here.lab, [assumed(everything_runs)], watcher=Watcher(result=gone))
        assert here.simulator.snapshot() == before


def test_a_password_that_a_refusal_repeats_is_not_told() -> None:
    def refused(lab: Lab) -> None:
        lab.post("users", {"name": lab.name("known"), "password": lab.password}).answered(201)

    with site() as here:
        words = {"err": f"value '{here.lab.password}' is too simple"}
        here.simulator.faults(
            {"match": {"verb": "POST", "path": "/users$"}, "what": "status", "status": 422, "body": words}
        )
        outcome = tried(here, refused)
    assert outcome.results[0].lines == ("POST users answered 422 'value '***' is too simple' instead of 201",)


def test_a_row_whose_create_was_never_answered_is_found_and_removed() -> None:
    def lost(lab: Lab) -> None:
        with pytest.raises(NoAnswer):
            lab.make("vms", {"name": lab.name("lost")})

    with site() as here:
        before = here.simulator.snapshot()
        here.simulator.faults({"match": {"verb": "POST", "path": "/vms$"}, "when": "after", "what": "reset"})
        outcome = tried(here, lost)
        deleted = [request.path for request in here.simulator.requests() if request.verb == "DELETE"]
        assert here.simulator.snapshot() == before
    assert (outcome.left, deleted) == ((), ["/api/v4/vms/1"])


def test_a_key_that_leads_to_somebody_elses_row_is_not_taken_for_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    original = VirtualMachines._clone

    def clone(self: VirtualMachines, row: dict[str, Any], params: Mapping[str, Any]) -> dict[str, str]:
        return original(self, row, params) | {"vmkey": "1"}

    monkeypatch.setattr(VirtualMachines, "_clone", clone)
    with site() as here:
        here.simulator.add("vms", name="theirs")
        before = here.simulator.snapshot()
        outcome = run(here.client, here.lab, chosen("26.1.8", ["machines/clones"]))
        assert here.simulator.snapshot() == before
    assert outcome.results[0].lines == ("the key that was answered leads to another row of vms",)
    assert outcome.left == ()


def test_what_is_refused_at_first_is_tried_again() -> None:
    with site() as here:
        before = here.simulator.snapshot()
        here.simulator.faults(
            {"match": {"verb": "DELETE", "path": "/vms/", "times": 5}, "what": "status", "status": 422, "body": {}}
        )
        assert tried(here, lambda lab: lab.power(lab.row("vms"), on=True)).left == ()
        assert here.simulator.snapshot() == before


def test_what_cannot_be_removed_is_told() -> None:
    with site() as here:
        here.simulator.faults(
            {"match": {"verb": "DELETE", "path": "/vms/", "times": 0}, "what": "status", "status": 403, "body": {}}
        )
        outcome = tried(here, everything_runs)
        rows = here.simulator.rows("vms")
    assert len(rows) == 1
    assert outcome.left[0] == "vms/1: DELETE vms/<key> answered 403"
    assert f"vms/1 '{PREFIX}-vm': new" in outcome.left


def test_a_second_interruption_tells_what_may_be_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def clean(lab: Lab) -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "clean", clean)
    with site() as here:
        outcome = tried(here, lambda lab: lab.apply(lab.row("vnets")))
    assert outcome.left == ("vnets/5: it may still be there (interrupted)",)


def test_an_answer_that_is_none_is_a_failure_and_cleaned() -> None:
    def changed(lab: Lab) -> None:
        lab.put(lab.row("vms"), {"ram": 2048})

    with site() as here:
        before = here.simulator.snapshot()
        here.simulator.faults({"match": {"verb": "PUT", "path": "/vms/", "times": 0}, "what": "cut", "bytes": 1})
        outcome = tried(here, changed)
        assert here.simulator.snapshot() == before
    assert [result.verdict for result in outcome.results] == [Verdict.FAILED]
    assert outcome.results[0].lines[0].startswith("PUT /api/v4/vms/1 failed:")


def test_another_row_that_changed_or_came_meanwhile_is_told() -> None:
    with site() as here:
        simulator = here.simulator
        key = simulator.add("vms", name="theirs")
        gone = simulator.add("groups", name="theirs")

        def meanwhile(lab: Lab) -> None:
            simulator.edit("vms", key, ram=4096)
            simulator.add("tags", name="theirs")
            simulator.remove("groups", gone)

        outcome = tried(here, meanwhile)
    assert outcome.left == (
        "groups/3 'theirs': gone",
        "tags/1 'theirs': new",
        f"vms/{key} 'theirs': changed: ram",
    )


def test_the_authority_that_a_lab_left_is_named() -> None:
    with site() as here:
        here.lab.post("root_certificates", {"cert": AUTHORITY}).answered(201)
        with pytest.raises(EngineError, match="root_certificates/1 'CN=verge-pulumi lab"):
            tried(here, everything_runs)


def test_nothing_is_written_where_the_prefix_is_in_use() -> None:
    with site() as here:
        here.simulator.add("vms", name=f"{PREFIX}-vm")
        told = rf"bear the prefix '{PREFIX}': vms/1 '{PREFIX}-vm': it is there\. Choose another"
        with pytest.raises(EngineError, match=told):
            tried(here, everything_runs)
        assert [request for request in here.simulator.requests() if request.verb != "GET"] == []


def test_what_others_write_of_the_labs_objects_is_theirs() -> None:
    """They compare something with a VM of the lab, and add the authority as another lab does."""
    with site() as here:

        def meanwhile(lab: Lab) -> None:
            lab.row("vms")
            lab.make("root_certificates", {"cert": AUTHORITY})
            here.simulator.add("vms", name="bobs", description=f"to be compared with {lab.name('vm')}")
            here.simulator.add("root_certificates", cert=AUTHORITY)

        outcome = tried(here, meanwhile)
        assert [row["name"] for row in here.simulator.rows("vms")] == ["bobs"]
        assert len(here.simulator.rows("root_certificates")) == 1
    assert [line.rpartition(": ")[2] for line in outcome.left] == ["new", "new"]
    assert any("'bobs'" in line for line in outcome.left)


def test_what_is_made_when_the_lab_is_interrupted_is_found() -> None:
    with site() as here:
        before = here.simulator.snapshot()

        def cut(lab: Lab) -> None:
            exchange = here.client.exchange

            def interrupted(request: Any) -> Any:
                exchange(request)
                raise KeyboardInterrupt

            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(here.client, "exchange", interrupted)
                lab.make("vms", {"name": lab.name("cut")})

        outcome = tried(here, cut)
        assert here.simulator.snapshot() == before
    assert (outcome.interrupted, outcome.left) == (True, ())


def test_of_new_rows_only_the_one_that_was_asked_for_and_not_answered_is_the_labs() -> None:
    with site() as here:

        def lost(lab: Lab) -> None:
            here.simulator.add("vms", name="bobs", description=f"to be compared with {lab.name('lost')}")
            with pytest.raises(NoAnswer):
                lab.make("vms", {"name": lab.name("lost")})

        here.simulator.faults({"match": {"verb": "POST", "path": "/vms$"}, "when": "after", "what": "reset"})
        outcome = tried(here, lost)
        assert [row["name"] for row in here.simulator.rows("vms")] == ["bobs"]
    assert [line.rpartition(": ")[2] for line in outcome.left] == ["new"]
