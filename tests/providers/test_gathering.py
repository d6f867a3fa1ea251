"""Calls that run side by side ask together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from verge_pulumi.client import ApiKey, Basic, Budget, PermissionDenied, VergeClient
from verge_pulumi.client.observing import Exchange
from verge_pulumi.engine.reading import batching
from verge_pulumi.engine.reading.batching import Gathering
from verge_pulumi.engine.reading.reader import MOST_KEYS, Place, Reader
from verge_pulumi.engine.reading.scarcity import Scarcity
from verge_pulumi.engine.reading.waiting import Clock
from verge_pulumi.simulator import Simulator

FOR_EVER = 1000.0
"""A pause beyond the longest one, which ends a first round in any case; by then every call here has asked."""


class Oracle:
    """Answers with ten times the question, and remembers who asked together."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []

    def __call__(self, wants: Sequence[int]) -> dict[int, int | Exception]:
        self.rounds.append(sorted(wants))
        return {want: ValueError(want) if want < 0 else want * 10 for want in wants}


def scarce() -> Scarcity:
    """Return an hour in which each request counts."""
    scarcity = Scarcity(Budget(1))
    scarcity.expect(100)
    return scarcity


def unknown() -> Scarcity:
    """Return an hour with many requests, for nobody knows how many objects."""
    return Scarcity(Budget(10_000))


def plentiful() -> Scarcity:
    """Return an hour without a limit."""
    return Scarcity(Budget(0))


@pytest.fixture
def client(simulator: Simulator) -> Iterator[VergeClient]:
    """A client of the simulator."""
    with VergeClient(simulator.url, auth=ApiKey(simulator.api_key), budget=Budget(100)) as client:
        yield client


def side_by_side(count: int, call: Callable[[int], int], gathering: Gathering[int, int]) -> list[int]:
    """Make so many calls that all are under way before any of them asks."""
    barrier = threading.Barrier(count)

    def one(number: int) -> int:
        with gathering.call():
            barrier.wait()
            return call(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_calls_that_are_under_way_together_are_answered_together() -> None:
    oracle = Oracle()
    gathering: Gathering[int, int] = Gathering(oracle, pause=FOR_EVER, expected=1, scarcity=scarce())
    assert side_by_side(5, gathering.ask, gathering) == [0, 10, 20, 30, 40]
    assert oracle.rounds == [[0, 1, 2, 3, 4]]


def test_a_question_of_several_is_asked_once() -> None:
    oracle = Oracle()
    gathering: Gathering[int, int] = Gathering(oracle, pause=FOR_EVER, expected=1, scarcity=scarce())
    assert side_by_side(4, lambda _: gathering.ask(7), gathering) == [70] * 4
    assert oracle.rounds == [[7]]


def test_a_call_that_sleeps_is_not_waited_for() -> None:
    oracle = Oracle()
    gathering: Gathering[int, int] = Gathering(oracle, pause=FOR_EVER, expected=1, scarcity=scarce())
    others_done = threading.Event()

    def call(number: int) -> int:
        if number == 0:
            with gathering.idle():
                assert others_done.wait(30)
            return 0
        answer = gathering.ask(number)
        others_done.set()
        return answer

    assert side_by_side(5, call, gathering) == [0, 10, 20, 30, 40]
    assert oracle.rounds == [[1, 2, 3, 4]]


def test_where_calls_do_not_run_side_by_side_nobody_waits() -> None:
    oracle = Oracle()
    gathering: Gathering[int, int] = Gathering(oracle, pause=0.0, expected=1, scarcity=scarce())
    assert [gathering.ask(1), gathering.ask(2)] == [10, 20]
    assert oracle.rounds == [[1], [2]]


def test_who_asks_alone_is_answered_after_the_pause() -> None:
    gathering: Gathering[int, int] = Gathering(Oracle(), pause=0.001, expected=8, scarcity=scarce())
    with gathering.call():
        assert gathering.ask(1) == 10


def test_an_error_reaches_the_one_whose_answer_it_is() -> None:
    gathering: Gathering[int, int] = Gathering(Oracle(), pause=FOR_EVER, expected=1, scarcity=scarce())

    def call(number: int) -> int:
        if number:
            return gathering.ask(number)
        with pytest.raises(ValueError, match="-1"):
            gathering.ask(-1)
        return 0

    assert side_by_side(4, call, gathering) == [0, 10, 20, 30]


def test_a_failure_to_fetch_reaches_everybody() -> None:

    def broken(wants: Sequence[int]) -> dict[int, int | Exception]:
        raise SystemExit

    gathering: Gathering[int, int] = Gathering(broken, pause=FOR_EVER, expected=1, scarcity=scarce())

    def call(number: int) -> int:
        with pytest.raises(SystemExit):
            gathering.ask(number)
        return number

    assert side_by_side(4, call, gathering) == [0, 1, 2, 3]


class Slow(Oracle):
    """Answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go = threading.Semaphore(0), threading.Semaphore(0)

    def __call__(self, wants: Sequence[int]) -> dict[int, int | Exception]:
        self.asked.release()
        assert self.go.acquire(timeout=30)
        return super().__call__(wants)


@pytest.mark.parametrize(
    ("scarcity", "can_wait", "at_once"),
    [
        pytest.param(plentiful(), False, batching.AT_ONCE, id="plentiful"),
        pytest.param(plentiful(), True, 1, id="who can wait"),
        pytest.param(scarce(), False, 1, id="scarce"),
        pytest.param(unknown(), False, 1, id="unknown"),
    ],
)
def test_while_batches_are_under_way_the_next_one_forms(
    monkeypatch: pytest.MonkeyPatch, scarcity: Scarcity, at_once: int, *, can_wait: bool
) -> None:
    monkeypatch.setattr(batching, "LONGEST_TURN", FOR_EVER)
    oracle = Slow()
    # It is a batch before that is waited for, and nothing else: there is no pause.
    gathering: Gathering[int, int] = Gathering(oracle, pause=0.0, expected=1, scarcity=scarcity)

    def ask(number: int) -> int:
        return gathering.ask(number, can_wait=can_wait)

    with ThreadPoolExecutor(at_once + 3) as pool:
        first = []
        for number in range(at_once):
            first.append(pool.submit(ask, number))
            assert oracle.asked.acquire(timeout=30)
        others = [pool.submit(ask, number) for number in (7, 8, 9)]
        while gathering.waiting < len(others):
            assert not any(future.done() for future in first)
        oracle.go.release(at_once + 1)
        assert [future.result(30) for future in others] == [70, 80, 90]
    assert sorted(oracle.rounds) == [*([number] for number in range(at_once)), [7, 8, 9]]


def test_one_that_cannot_wait_takes_those_along_that_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "LONGEST_TURN", FOR_EVER)
    oracle = Slow()
    gathering: Gathering[int, int] = Gathering(oracle, pause=0.0, expected=1, scarcity=plentiful())
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(gathering.ask, 1)]
        assert oracle.asked.acquire(timeout=30)
        futures.append(pool.submit(gathering.ask, 2, can_wait=True))
        while gathering.waiting < 1:
            assert not futures[0].done()
        futures.append(pool.submit(gathering.ask, 3))
        assert oracle.asked.acquire(timeout=30)
        oracle.go.release(2)
        assert [future.result(30) for future in futures] == [10, 20, 30]
    assert sorted(oracle.rounds) == [[1], [2, 3]]


class Watched(int):
    """A question of which is known when it is compared with others."""

    compared = threading.Event()

    def __eq__(self, other: object) -> bool:
        self.compared.set()
        return super().__eq__(other)

    __hash__ = int.__hash__


def test_who_can_wait_takes_the_answer_that_is_on_its_way() -> None:
    oracle = Slow()
    gathering: Gathering[int, int] = Gathering(oracle, pause=0.0, expected=1, scarcity=plentiful())
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(gathering.ask, 1)
        assert oracle.asked.acquire(timeout=30)
        second = pool.submit(gathering.ask, 1)  # may have written something meanwhile
        assert oracle.asked.acquire(timeout=30)
        other = pool.submit(gathering.ask, Watched(1), can_wait=True)
        assert Watched.compared.wait(30)
        oracle.go.release(2)
        assert [future.result(30) for future in (first, second, other)] == [10, 10, 10]
    assert oracle.rounds == [[1], [1]]


def test_a_batch_that_takes_long_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "LONGEST_TURN", 0.0)
    oracle = Slow()
    gathering: Gathering[int, int] = Gathering(oracle, pause=0.0, expected=1, scarcity=plentiful())
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(gathering.ask, number) for number in (1, 2)]
        assert all(oracle.asked.acquire(timeout=30) for _ in futures)
        oracle.go.release(2)
        assert [future.result(30) for future in futures] == [10, 20]
    assert sorted(oracle.rounds) == [[1], [2]]


def test_where_requests_are_plentiful_nobody_is_waited_for() -> None:
    oracle = Oracle()
    gathering: Gathering[int, int] = Gathering(oracle, pause=FOR_EVER, expected=1, scarcity=plentiful())
    with gathering.call(), gathering.call():
        assert [gathering.ask(1), gathering.ask(2)] == [10, 20]
    assert oracle.rounds == [[1], [2]]


def test_a_batch_waits_while_the_engine_goes_on_with_others() -> None:
    oracle = Oracle()
    gathering: Gathering[int, int] = Gathering(oracle, pause=FOR_EVER, expected=8, scarcity=plentiful())
    # Of eight calls that the engine may make three are under way, and there is more to do than eight objects.
    assert side_by_side(3, gathering.ask, gathering) == [0, 10, 20]
    assert oracle.rounds == [[0, 1, 2]]


def test_at_the_end_of_a_run_a_batch_does_not_wait() -> None:
    oracle, hour = Oracle(), plentiful()
    hour.expect(9)
    gathering: Gathering[int, int] = Gathering(oracle, pause=FOR_EVER, expected=8, scarcity=hour)
    with gathering.call(), gathering.call():
        hour.done()
        hour.done()
        assert [gathering.ask(1), gathering.ask(2)] == [10, 20]
    assert oracle.rounds == [[1], [2]]


def test_an_answer_that_was_asked_for_before_a_write_is_none_to_who_asks_after_it(simulator: Simulator) -> None:
    answered, go = threading.Event(), threading.Event()

    def observe(exchange: Exchange) -> None:
        if not answered.is_set() and exchange.request.path.endswith(f"/vms/{key}"):
            answered.set()
            assert go.wait(30)

    key = str(simulator.add("vms", name="web"))
    auth = ApiKey(simulator.api_key)
    with VergeClient(simulator.url, auth=auth, budget=Budget(100), observers=[observe]) as client:
        reader = Reader(client, Clock())
        with ThreadPoolExecutor(2) as pool:
            before = pool.submit(reader.fresh, "vms", key, ("$key", "name"))
            assert answered.wait(30)
            simulator.edit("vms", int(key), name="db")
            reader.forget("vms")
            after = pool.submit(reader.fresh, "vms", key, ("$key", "name"), can_wait=True)
            go.set()
            assert [row and row["name"] for row in (before.result(30), after.result(30))] == ["web", "db"]


def test_a_machines_drives_and_nics_are_read_by_one_request(client: VergeClient, simulator: Simulator) -> None:
    receipt = client.table("vms").create({"name": "web"})
    machine = receipt.response["machine"]
    drive = client.table("machine_drives").create({"machine": machine, "name": "d", "disksize": 1 << 30}).key
    nic = client.table("machine_nics").create({"machine": machine, "name": "n"}).key
    reader = reading_together(client)
    reader.place("machine_drives", drive, Place("machines", machine, "drives"))
    reader.place("machine_nics", nic, Place("machines", machine, "nics"))
    simulator.reset("log")
    rows = read_all(reader, [("machine_drives", drive), ("machine_nics", nic), ("machine_drives", "999")])
    assert [row["name"] if row else None for row in rows] == ["d", "n", None]
    # One list of the machine, one look for the drive that it does not list, one at the system before that is gone.
    assert [request.path.rpartition("/v4/")[2] for request in simulator.requests()] == [
        "machines/" + machine,
        "machine_drives/999",
        "system",
    ]


def test_calls_that_want_other_columns_of_one_list_get_all_they_want(client: VergeClient, simulator: Simulator) -> None:
    machine = client.table("vms").create({"name": "web"}).response["machine"]
    drives = [
        client.table("machine_drives").create({"machine": machine, "name": name, "disksize": 1 << 30}).key
        for name in ("root", "data")
    ]
    nic = client.table("machine_nics").create({"machine": machine, "name": "eth0"}).key
    reader = reading_together(client)
    for drive in drives:
        reader.place("machine_drives", drive, Place("machines", machine, "drives"))
    reader.place("machine_nics", nic, Place("machines", machine, "nics"))
    simulator.reset("log")
    wanted = [
        ("machine_drives", drives[0], ("$key", "name")),
        ("machine_drives", drives[0], ("$key", "interface", "name")),
        ("machine_drives", drives[1], ("$key", "disksize")),
        ("machine_nics", nic, ("$key", "name")),
    ]
    rows = read_all_of(reader, wanted)
    assert all(row.keys() >= set(fields) for row, (_, _, fields) in zip(rows, wanted, strict=True))
    assert (rows[0]["name"], rows[2]["disksize"], rows[3]["name"]) == ("root", 1 << 30, "eth0")
    assert len(simulator.requests()) == 1


def test_many_rows_are_read_by_lists_of_a_bearable_length(client: VergeClient, simulator: Simulator) -> None:
    keys = [str(simulator.add("vms", name=f"vm-{number}")) for number in range(MOST_KEYS + 1)]
    reader = reading_together(client)
    simulator.reset("log")
    rows = read_all(reader, [("vms", key) for key in keys])
    assert [row and row["name"] for row in rows] == [f"vm-{number}" for number in range(MOST_KEYS + 1)]
    first, second = (request.path for request in simulator.requests())
    assert first == "/api/v4/vms"
    assert second.removeprefix("/api/v4/vms/") in keys


def test_a_bad_key_is_the_error_of_the_one_who_gave_it(client: VergeClient, simulator: Simulator) -> None:
    good = str(simulator.add("vnets", name="lan"))
    reader = reading_together(client)
    row, error = read_all(reader, [("vnets", good), ("vms", "../users/1")])
    assert row["name"] == "lan"
    assert "../users/1" in str(error)


def test_what_a_list_leaves_out_is_asked_for_before_it_is_taken_for_gone(simulator: Simulator) -> None:
    seen, hidden, named = (str(simulator.add("vnets", name=name)) for name in ("seen", "hidden", "named"))
    simulator.add("users", name="ci", password="s3cret", type="vdi")
    identity = simulator.rows("users")[-1]["identity"]
    (everything,) = [row for row in simulator.rows("permissions") if (row["identity"], row["table"]) == (identity, "/")]
    simulator.remove("permissions", everything["$key"])
    for table, row, read in (("system", 0, True), ("vnets", seen, True), ("vnets", named, False)):
        simulator.add("permissions", identity=identity, table=table, row=int(row), list=True, read=read)
    with VergeClient(simulator.url, auth=Basic("ci", "s3cret"), budget=Budget(100)) as client:
        fields = ("$key", "name", "description")
        wanted: list[tuple[str, str, tuple[str, ...]]] = [
            ("vnets", key, fields) for key in (seen, hidden, named, "999")
        ]
        rows = read_all_of(reading_together(client), wanted)
    assert (rows[0]["name"], rows[3]) == ("seen", None)
    for key, error in ((hidden, rows[1]), (named, rows[2])):
        assert isinstance(error, PermissionDenied)
        assert f"User 'ci' needs the right 'read' on vnets, on its row {key}, or on" in str(error)


def reading_together(client: VergeClient) -> Reader:
    """Return a reader that gathers until everybody asked."""
    return Reader(client, Clock(), pause=FOR_EVER, expected=1)


def read_all(reader: Reader, wanted: list[tuple[str, str]]) -> list[Any]:
    """Read rows from as many calls side by side; return each row, None, or the exception."""
    return read_all_of(reader, [(table, key, ("$key", "name")) for table, key in wanted])


def read_all_of(reader: Reader, wanted: list[tuple[str, str, tuple[str, ...]]]) -> list[Any]:
    """Read columns of rows from as many calls side by side; return each row, None, or the exception."""
    barrier = threading.Barrier(len(wanted))

    def one(want: tuple[str, str, tuple[str, ...]]) -> object:
        with reader.gathering.call():
            barrier.wait()
            try:
                return reader.fresh(*want)
            except Exception as error:
                return error

    with ThreadPoolExecutor(len(wanted)) as pool:
        return list(pool.map(one, wanted))
