"""F19 to F44: what a provider makes of each status, the simulator's log being the witness."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.conftest import Connect
from tests.faults.faulty import CREATE, DELETE, READ, UPDATE, applied, error_of, exactly_one, fault, names, sent
from tests.providers.bench import Bench
from verge_pulumi.client import RateLimited, RetryPolicy, ServerError, SessionToken, VergeError
from verge_pulumi.client.answer import Answer, Request
from verge_pulumi.client.retry import RetryBudget
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.simulator import Options, Simulator

LOST = [408, 500, 502, 503, 504]


def status(match: dict[str, Any], code: int, err: str = "", **options: Any) -> dict[str, Any]:
    """Return the fault that answers a status, with an ``err`` if one is given."""
    body = {"body": {"err": err}} if err else {}
    return fault(match, "status", options.pop("when", "before"), status=code, **body, **options)


@pytest.mark.fault(19)
def test_wrong_credentials_are_tried_once_and_not_shown(simulator: Simulator) -> None:
    bench = Bench(simulator, api_key="canary-key")
    text = error_of(lambda: bench.create("VirtualMachine", name="web"))
    assert "Login required (401)" in text
    assert "canary" not in text
    assert len(simulator.requests()) == 1
    bench.connection.client.close()


@pytest.mark.fault(19)
def test_one_error_tells_of_wrong_credentials_and_the_others_refer_to_it(simulator: Simulator) -> None:
    bench = Bench(simulator, api_key="canary-key")
    names_of = ["web", *(f"vm-{number}" for number in range(20))]
    first, *others = [error_of(partial(bench.create, "VirtualMachine", name=name)) for name in names_of]
    assert first == (
        "Unable to create VirtualMachine 'web': GET /api/v4/system failed: Login required (401). Check the user "
        "name and "
        "password, or the API key (which needs VergeOS 26.0 or newer). The login is that of VERGEOS_API_KEY (or the "
        "configuration vergeos:apiKey)."
    )
    assert others == [
        f"Unable to create VirtualMachine '{name}': VergeOS refuses the login; the error of VirtualMachine 'web' "
        f"says more."
        for name in names_of[1:]
    ]
    assert len(simulator.requests()) == 1
    bench.connection.client.close()


@pytest.mark.fault(20)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_session_that_ends_under_a_create_makes_one_object(simulator: Simulator, connect: Connect, when: str) -> None:
    vms = connect(simulator.url, auth=SessionToken(simulator.username, simulator.password)).table("vms")
    vms.list()
    simulator.faults(fault({"verb": "GET", "path": "/vms$"}, "expire_token", when=when))
    vms.list()
    vms.create({"name": "web"})
    assert names(simulator) == ["web"]
    assert sent(simulator, "POST", "/api/sys/tokens") == 2


@pytest.mark.fault(21)
def test_a_refused_login_is_made_once_for_many_requests(simulator: Simulator, connect: Connect) -> None:
    vms = connect(simulator.url, auth=SessionToken(simulator.username, "wrong-password")).table("vms")
    for _ in range(5):
        with pytest.raises(VergeError, match="The login is not tried again in this run"):
            vms.list()
    assert len(simulator.requests()) == 1


@pytest.mark.fault(22)
@pytest.mark.parametrize(
    ("match", "call"),
    [(UPDATE, lambda vm: vm.up(ram=2048)), (DELETE, lambda vm: vm.destroy()), (READ, lambda vm: vm.up(ram=2048))],
)
def test_a_missing_permission_names_the_call_and_the_object(bench: Bench, match: dict[str, Any], call: Any) -> None:
    vm = bench.create("VirtualMachine", name="web")
    bench.simulator.reset("log")
    bench.simulator.faults(status(match, 403, "Permission denied", times=0))
    text = error_of(lambda: call(vm))
    assert "VirtualMachine 'web'" in text
    assert f"{match['verb']} /api/v4/vms/{vm.id} failed: Permission denied (403)" in text
    assert sent(bench.simulator, match["verb"], "/vms/") == 1


@pytest.mark.fault(23)
def test_what_is_gone_is_taken_out_of_the_state(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web")
    bench.simulator.remove("vms", int(vm.id))
    result = Bench(bench.simulator).provider("VirtualMachine").read(vm.id, vm.outs)
    assert (result.id, result.outs) == ("", {})


@pytest.mark.fault(24)
def test_what_is_gone_is_not_updated(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web")
    bench.simulator.remove("vms", int(vm.id))
    assert "was it deleted by someone else? Run 'pulumi refresh'" in error_of(lambda: vm.up(ram=2048))
    assert names(bench.simulator) == []


@pytest.mark.fault(25)
def test_what_is_gone_is_deleted(bench: Bench) -> None:
    first, second = (bench.create("VirtualMachine", name, name=name) for name in ("a", "b"))
    bench.simulator.remove("vms", int(first.id))
    first.destroy()
    bench.simulator.faults(status(DELETE, 404, "not found", when="after"))
    second.destroy()
    assert names(bench.simulator) == []


@pytest.mark.fault(26)
@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("call", ["read", "destroy"])
@pytest.mark.parametrize("late", [False, True])
def test_a_host_that_has_nothing_is_not_a_host_where_all_is_gone(
    simulator: Simulator, mark: bool, call: str, late: bool
) -> None:
    vm = Bench(simulator, mark=mark).create("VirtualMachine", name="web")
    later = Bench(simulator)
    if late:
        _ = later.connection.system
        later.time.sleep(3600)
    simulator.faults(status({}, 404, "not found", times=0))
    text = error_of(getattr(vm.seen_by(later), call))
    assert "not found (404)" in text
    assert simulator.rows("vms") != []
    later.connection.client.close()


@pytest.mark.fault(26)
def test_many_that_are_gone_cost_one_question(bench: Bench) -> None:
    machines = [bench.create("VirtualMachine", name, name=name) for name in ("a", "b", "c")]
    later = Bench(bench.simulator)
    for vm in machines:
        bench.simulator.remove("vms", int(vm.id))
    bench.simulator.reset("log")
    assert [vm.seen_by(later).read().id for vm in machines] == ["", "", ""]
    assert sent(bench.simulator, "GET", "/system") == 1


@pytest.mark.fault(27)
@pytest.mark.parametrize("kind", ["VirtualMachine", "Network"])
def test_a_row_that_is_late_is_waited_for(bench: Bench, kind: str) -> None:
    bench.simulator.faults(status({"verb": "GET", "path": r"/v(ms|nets)/\d+$"}, 404, "not found", times=5))
    made = bench.create(kind, name="web")
    assert made.outs["name"] == "web"
    assert 0 < bench.time.now <= 30


@pytest.mark.fault(27)
def test_a_row_that_stays_away_keeps_its_key(bench: Bench, saved: list[Any]) -> None:
    bench.simulator.faults(status({"verb": "GET", "path": r"/vms/\d+$"}, 404, "not found", times=0))
    assert "was made but cannot be read back" in error_of(lambda: bench.create("VirtualMachine", name="web"))
    assert [report.id for report in saved] == [str(bench.simulator.rows("vms")[0]["$key"])]
    assert bench.time.now == pytest.approx(30)


@pytest.mark.fault(28)
@pytest.mark.parametrize("code", [405, 501])
def test_what_this_release_lacks_is_told_with_the_release(bench: Bench, code: int) -> None:
    bench.simulator.faults(status(CREATE, code, "not permitted", times=0))
    text = error_of(lambda: bench.create("VirtualMachine", name="web"))
    assert f"not permitted ({code}). Check that this version of VergeOS has it. This VergeOS is 26.1.8." in text
    assert sent(bench.simulator, "POST", "/vms") == 1


@pytest.mark.fault(28)
def test_a_system_that_lacks_even_its_name_is_told_without_a_release(bench: Bench) -> None:
    bench.simulator.faults(status({"path": "/system$"}, 405, "no"))
    assert error_of(lambda: bench.create("VirtualMachine", name="web")).endswith("has it.")


@pytest.mark.fault(29)
@pytest.mark.parametrize("release", ["26.1.8", "26.0.1"])
def test_a_name_taken_by_an_earlier_attempt_of_ours_is_taken_on(release: str) -> None:
    with Simulator(Options(release=release)) as simulator:
        killed = Bench(simulator).create("VirtualMachine", name="web", ram=1024).cut_off()
        later = killed.bench.later()
        vm = later.create("VirtualMachine", name="web", ram=2048)
        exactly_one(later, killed.id)
        assert (vm.id, vm.row()["ram"]) == (killed.id, 2048)
        for bench in (later, killed.bench):
            bench.connection.client.close()


@pytest.mark.fault(30)
def test_a_name_taken_by_somebody_else_is_left_alone(bench: Bench) -> None:
    key = bench.simulator.add("vms", name="web", description="a person's")
    before = bench.simulator.snapshot()
    text = error_of(lambda: bench.create("VirtualMachine", name="web"))
    assert f"row {key} of vms has that name already and no stack manages it" in text
    assert "set adopt=True" in text
    assert bench.simulator.snapshot() == before


@pytest.mark.fault(31)
@pytest.mark.parametrize(("state", "code"), [("running", 409), ("running", 422), ("stopped", 409)])
def test_a_state_that_is_there_already_is_success(bench: Bench, state: str, code: int) -> None:
    vm = bench.create("VirtualMachine", name="web")
    power = bench.create("Power", "on", of=f"vms/{vm.id}", state="running")
    if state == "stopped":
        power.up(state="stopped")
    bench.simulator.faults(status({"verb": "POST", "path": "/vm_actions$"}, code, f"already {state}", times=0))
    power.up(state=state)
    assert power.outs["state"] == state


@pytest.mark.fault(31)
def test_a_refusal_that_leaves_it_as_it_was_is_the_error(bench: Bench, saved: list[Any]) -> None:
    vm = bench.create("VirtualMachine", name="web", enabled=False)
    text = error_of(lambda: bench.create("Power", "on", of=f"vms/{vm.id}", state="running"))
    assert "Machine is disabled" in text
    assert (sent(bench.simulator, "POST", "vm_actions"), len(saved)) == (1, 1)


@pytest.mark.fault(32)
@pytest.mark.parametrize("code", [400, 422])
def test_a_refused_value_names_the_field_in_both_languages(bench: Bench, code: int) -> None:
    words = "Validation error on field: 'interface_vnet' - 'fails validation test'"
    bench.simulator.faults(status({"verb": "POST", "path": "/vnets$"}, code, words))
    text = error_of(lambda: bench.create("Network", name="lan", uplink="1"))
    assert f"{words} ({code}). In the program 'interface_vnet' is 'uplink'." in text
    bench.simulator.faults(status(CREATE, code, words.replace("interface_vnet", "ram")))
    assert error_of(lambda: bench.create("VirtualMachine", name="web")).endswith(f"test' ({code}).")
    assert applied(bench.simulator, "POST") == 0


@pytest.mark.fault(33)
@pytest.mark.parametrize(
    ("tier", "shown"), [({"preferred_tier": "3"}, "20GiB on tier 3"), ({}, "20GiB on the default tier")]
)
def test_no_space_names_the_size_and_the_tier(bench: Bench, tier: dict[str, str], shown: str) -> None:
    vm = bench.create("VirtualMachine", name="web")
    bench.simulator.faults(status({"verb": "POST", "path": "drives$"}, 507, "Insufficient storage", times=0))
    text = error_of(lambda: bench.create("Drive", "data", vm=vm.id, name="data", disksize="20GiB", **tier))
    assert "Insufficient storage (507). Free space in that storage tier" in text
    assert f"The drive asks for {shown}." in text
    assert sent(bench.simulator, "POST", "drives") == 1


@pytest.mark.fault(34, 39, 40)
@pytest.mark.parametrize("code", LOST)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_create_without_a_clear_answer_makes_one_object(bench: Bench, code: int, when: str) -> None:
    bench.simulator.faults(status(CREATE, code, "oops", when=when))
    exactly_one(bench, bench.create("VirtualMachine", name="web").id)


@pytest.mark.fault(39)
def test_a_read_is_asked_again(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web")
    bench.simulator.faults(status({"verb": "GET", "path": "/vms"}, 500, "unhandled error", times=3))
    assert Bench(bench.simulator).provider("VirtualMachine").read(vm.id, vm.outs).id == vm.id


RETRY_AFTER = [
    ("7", 7.0),
    ("0", 0.0),
    ("86400", 60.0),
    ("-5", 2.0),
    ("soon", 2.0),
    ("1e9", 2.0),
    (format_datetime(datetime(2999, 1, 1, tzinfo=UTC), usegmt=True), 60.0),
    (format_datetime(datetime(1999, 1, 1, tzinfo=UTC), usegmt=True), 0.0),
]


@pytest.mark.fault(35)
@pytest.mark.parametrize(("asked", "waited"), RETRY_AFTER)
def test_retry_after_is_obeyed_within_reason(bench: Bench, asked: str, waited: float) -> None:
    bench.simulator.faults(fault(CREATE, "rate_limit", retry_after=asked))
    exactly_one(bench, bench.create("VirtualMachine", name="web").id)
    assert bench.time.now == waited


@pytest.mark.fault(35, 36)
@pytest.mark.parametrize("options", [{}, {"retry_after": 0}, {"retry_after": 50}])
def test_a_rate_limit_that_does_not_end_is_an_error_after_ten_minutes(bench: Bench, options: dict[str, Any]) -> None:
    bench.simulator.faults(fault(CREATE, "rate_limit", times=0, **options))
    assert "Too many requests (429)" in error_of(lambda: bench.create("VirtualMachine", name="web"))
    assert 500 < bench.time.now <= 600
    assert sent(bench.simulator, "POST", "/vms") < 20


@pytest.mark.fault(36)
def test_a_rate_limit_without_a_header_is_waited_out(bench: Bench) -> None:
    bench.simulator.faults(fault(CREATE, "rate_limit", times=8))
    exactly_one(bench, bench.create("VirtualMachine", name="web").id)
    assert bench.time.now == 2 + 4 + 8 + 16 + 32 + 60 + 60 + 60


@pytest.mark.fault(35)
@given(
    st.text(max_size=40) | st.from_regex(r"[-+]?[0-9]{0,320}(\.[0-9]*)?(e[0-9]+)?", fullmatch=True),
    st.text(max_size=30),
)
def test_no_retry_after_is_misunderstood(header: str, date: str) -> None:
    answer = Answer(Request("GET", "/x"), 429, {"Retry-After": header, "Date": date}, b"")
    with pytest.raises(RateLimited) as caught:
        answer.value()
    waits: list[float] = []
    policy = RetryPolicy(sleep=waits.append, patience=60.0)

    def refuse() -> None:
        raise caught.value

    with pytest.raises(RateLimited):
        policy.run(refuse, repeatable=False)
    assert all(0 <= wait <= 60 for wait in waits)
    assert sum(waits) <= 60


@pytest.mark.fault(38)
def test_no_more_requests_are_under_way_than_there_are_threads(simulator: Simulator) -> None:
    bench = Bench(simulator, mark=False)
    keys = [str(simulator.add("vms", name=f"vm-{number}")) for number in range(100)]
    simulator.reset("log")
    with ThreadPoolExecutor(provider_process.WORKERS) as pool:
        results = list(pool.map(lambda key: bench.provider("VirtualMachine").read(key, {}).id, keys))
    bench.connection.client.close()
    assert results == keys
    assert simulator.counters().most_in_flight <= provider_process.WORKERS < 50


@pytest.mark.fault(41)
@pytest.mark.parametrize("words", ["row does not exist", "unhandled error"])
def test_a_delete_that_fails_is_a_success_only_if_the_object_is_gone(bench: Bench, words: str) -> None:
    gone, there = (bench.create("VirtualMachine", name, name=name) for name in ("gone", "there"))
    bench.simulator.faults(
        fault(
            {"verb": "DELETE", "path": f"/vms/{gone.id}$"}, "status", "after", status=500, body={"err": words}, times=0
        ),
        fault({"verb": "DELETE", "path": f"/vms/{there.id}$"}, "status", status=500, body={"err": words}, times=0),
    )
    gone.destroy()
    assert f"{words} (500)" in error_of(there.destroy)
    assert names(bench.simulator) == ["there"]


@pytest.mark.fault(42)
def test_an_outage_under_a_fleet_is_not_met_with_a_storm(bench: Bench) -> None:
    machines = [bench.create("VirtualMachine", f"vm{n}", name=f"vm{n}") for n in range(50)]
    later = Bench(bench.simulator)
    _ = later.connection.system
    bench.simulator.reset("log")
    bench.simulator.faults(fault({}, "status", status=503, times=0))
    with ThreadPoolExecutor(provider_process.WORKERS) as pool:
        list(pool.map(lambda vm: error_of(vm.seen_by(later).destroy), machines))
    assert len(bench.simulator.requests()) <= 50 * (1 + 2)
    # In the tenth minute it is still out: nothing is left to be spent.
    for vm in machines:
        error_of(vm.seen_by(later).destroy)
    bench.simulator.reset("log")
    error_of(machines[0].seen_by(later).destroy)
    assert len(bench.simulator.requests()) == 1
    bench.simulator.faults()
    for vm in machines:
        vm.seen_by(later).destroy()
    later.connection.client.close()
    assert names(bench.simulator) == []


def give_back(budget: RetryBudget, times: int) -> None:
    for _ in range(times):
        budget.give_back()


@pytest.mark.fault(42, 69)
def test_threads_never_take_more_retries_than_there_are() -> None:
    budget = RetryBudget(1000)
    with ThreadPoolExecutor(10) as pool:
        taken = sum(pool.map(lambda _: sum(budget.take() for _ in range(300)), range(10)))
        assert taken == 1000
        for _ in pool.map(lambda _: give_back(budget, 300), range(10)):
            pass
        assert sum(pool.map(lambda _: sum(budget.take() for _ in range(300)), range(10))) == 1000


@pytest.mark.fault(42)
def test_a_retry_is_paid_back_by_a_success() -> None:
    policy, budget = RetryPolicy(sleep=lambda _: None), RetryBudget(2)
    answers: list[Any] = [ServerError("x"), ServerError("x"), ServerError("x"), "yes", ServerError("x"), "yes"]

    def send() -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ServerError):
        policy.run(send, repeatable=True, budget=budget)
    assert policy.run(send, repeatable=True, budget=budget) == "yes"
    assert policy.run(send, repeatable=True, budget=budget) == "yes"


@pytest.mark.fault(43)
@pytest.mark.parametrize("match", [CREATE, UPDATE])
def test_an_error_inside_a_success_is_an_error(bench: Bench, match: dict[str, Any]) -> None:
    vm = bench.create("VirtualMachine", "old", name="old", ram=1024)
    bench.simulator.faults(status(match, 200, "the cluster is read-only", times=0))
    call = (lambda: bench.create("VirtualMachine", name="web")) if match is CREATE else (lambda: vm.up(ram=2048))
    assert "the cluster is read-only (200)" in error_of(call)
    assert vm.row()["ram"] == 1024
    assert names(bench.simulator) == ["old"]


@pytest.mark.fault(43)
def test_an_error_inside_a_success_that_was_one_is_found_out(bench: Bench) -> None:
    bench.simulator.faults(status(CREATE, 201, "the log is full", when="after"))
    exactly_one(bench, bench.create("VirtualMachine", name="web").id)


KEYS = [None, "", "0", 0, "None", "null", True, -1, 1.5, "../1", {"a": 1}, [1], "1?x"]


@pytest.mark.fault(44)
@pytest.mark.parametrize("key", KEYS)
def test_a_receipt_without_a_usable_key_is_not_believed(bench: Bench, key: Any) -> None:
    bench.simulator.faults(fault(CREATE, "status", "after", status=201, body={"$key": key, "$row": 1}))
    vm = bench.create("VirtualMachine", name="web")
    exactly_one(bench, vm.id)
    assert (vm.id.isdigit(), vm.id != "0") == (True, True)


@pytest.mark.fault(44)
def test_a_receipt_without_a_key_and_no_row_either_is_an_error(bench: Bench) -> None:
    bench.simulator.faults(fault(CREATE, "status", status=201, body={}))
    assert "the receipt has no usable $key" in error_of(lambda: bench.create("VirtualMachine", name="web"))
    assert sent(bench.simulator, "POST", "/vms") == 1


@pytest.mark.fault(44)
@pytest.mark.parametrize("key", ["1", 1])
def test_a_key_may_be_text_or_a_number(bench: Bench, key: Any) -> None:
    bench.simulator.faults(fault(CREATE, "status", "after", status=201, body=json.loads(json.dumps({"$key": key}))))
    assert bench.create("VirtualMachine", name="web").id == "1"
