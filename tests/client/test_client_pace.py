"""The budget: how many requests in an hour, in a second, at once; by whom it is shared; what it survives."""

from __future__ import annotations

import contextlib
import os
import re
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from verge_pulumi.client import ApiKey, Budget, RateLimited, RetryPolicy, VergeClient, ledger_path
from verge_pulumi.client.host import is_loopback
from verge_pulumi.client.ledger import AT_ONCE
from verge_pulumi.client.pace import BURST
from verge_pulumi.simulator import Options, Simulator

HOUR = 3600.0
START = 1_700_000_000.0


class Time:
    """A wall clock that moves while something sleeps."""

    def __init__(self) -> None:
        self.now = START
        self.slept = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def told() -> list[str]:
    return []


Make = Callable[..., Budget]


@pytest.fixture
def budget(time: Time, told: list[str]) -> Make:
    def make(per_hour: int = 1000, ledger: Path | None = None) -> Budget:
        return Budget(per_hour, ledger=ledger, clock=lambda: time.now, sleep=time.sleep, announce=told.append)

    return make


def use(budget: Budget, times: int, *, urgent: bool = False) -> None:
    for _ in range(times):
        with budget.turn(urgent=urgent):
            pass


def refuse(budget: Budget, retry_after: float | None = None) -> None:
    with pytest.raises(RateLimited), budget.turn():
        raise RateLimited("Too many requests", status=429, retry_after=retry_after)


@pytest.mark.fault(37)
def test_what_the_hour_allows_is_sent_and_then_waited_for(budget: Make, time: Time, told: list[str]) -> None:
    pace = budget(100)
    use(pace, 95)
    assert time.slept < 5
    assert told == []
    use(pace, 1)
    assert HOUR - 5 < time.now - START <= HOUR + 1
    assert pace.made == 96


@pytest.mark.fault(37)
def test_a_wait_is_told_once_with_the_time_of_the_next_slot(budget: Make, told: list[str]) -> None:
    pace = budget(100)
    use(pace, 96)
    assert len(told) == 1
    assert re.fullmatch(r"the 100 requests of this hour are used up; going on at \d\d:\d\d:\d\d", told[0])
    use(pace, 94)
    assert len(told) == 1
    use(pace, 1)
    assert len(told) == 2


@pytest.mark.fault(37)
def test_deletes_have_a_reserve(budget: Make, time: Time) -> None:
    pace = budget(100)
    use(pace, 95)
    before = time.now
    with pace.reserved():
        use(pace, 3)
    use(pace, 2, urgent=True)
    assert time.now - before < 5
    assert pace.left == 0
    use(pace, 1, urgent=True)
    assert time.now - START >= HOUR


def test_the_reserve_ends_with_what_it_is_for(budget: Make, time: Time) -> None:
    pace = budget(100)
    with pace.reserved(), pace.reserved():
        pass
    use(pace, 96)
    assert time.slept > 3000


def test_a_burst_is_spread_over_seconds(budget: Make, time: Time) -> None:
    pace = budget()
    use(pace, 3 * BURST)
    assert time.slept == pytest.approx(2.0)


def test_any_hour_holds_no_more_than_the_limit(budget: Make, time: Time) -> None:
    pace = budget(20)
    sent = []
    for _ in range(100):
        use(pace, 1)
        sent.append(time.now)
    assert all(late - early >= HOUR for early, late in zip(sent, sent[19:], strict=False))


def test_when_so_many_may_be_sent(budget: Make, time: Time) -> None:
    pace = budget(100)
    for _ in range(93):
        use(pace, 1)
        time.now += 10
    assert (pace.at_once, pace.wait, pace.wait_for(2)) == (2, 0, 0)
    assert pace.wait_for(3) == pytest.approx(HOUR - 930)
    assert pace.wait_for(5) == pytest.approx(HOUR - 910)
    # No hour has so many: they are free once all are.
    assert pace.wait_for(500) == pace.wait_for(95) == pytest.approx(HOUR - 10)
    assert budget(0).wait_for(500) == 0


def test_no_limit_counts_and_never_waits(budget: Make, time: Time, tmp_path: Path) -> None:
    pace = budget(0, tmp_path / "none" / "ledger")
    use(pace, 5000)
    assert (pace.made, pace.left, time.slept) == (5000, None, 0)
    assert not (tmp_path / "none").exists()


def test_what_is_left(budget: Make, time: Time) -> None:
    pace = budget()
    use(pace, 40)
    assert pace.left == 960
    time.now += HOUR
    assert pace.left == 1000


def test_a_limit_of_one_is_usable(budget: Make) -> None:
    pace = budget(1)
    use(pace, 2)
    assert pace.made == 2


def test_after_a_429_everybody_waits(budget: Make, time: Time, told: list[str]) -> None:
    pace = budget()
    refuse(pace, retry_after=30)
    use(pace, 1, urgent=True)
    assert time.slept == pytest.approx(30)
    assert told[0].startswith("VergeOS answers that there are too many requests; going on at ")


def test_429_after_429_makes_the_pause_longer_up_to_a_minute(budget: Make, time: Time) -> None:
    pace = budget()
    pauses = []
    for _ in range(7):
        before = time.now
        refuse(pace)
        pauses.append(time.now - before)
    assert pauses == [0, 2, 4, 8, 16, 32, 60]
    time.now += 1000
    before = time.now
    refuse(pace, retry_after=1e9)
    use(pace, 1)
    assert time.now - before == 60


def test_refusals_of_requests_that_were_under_way_together_count_once(budget: Make, time: Time) -> None:
    pace = budget()
    inside, go = threading.Barrier(5), threading.Event()

    def ask() -> None:
        with contextlib.suppress(RateLimited), pace.turn():
            inside.wait(5)
            go.wait(5)
            raise RateLimited("Too many requests", status=429)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    inside.wait(5)
    go.set()
    for thread in threads:
        thread.join(5)
    use(pace, 1)
    assert time.slept == 2


@pytest.mark.fault(70)
def test_a_clock_that_is_set_back_makes_nobody_wait_for_it(budget: Make, time: Time, tmp_path: Path) -> None:
    pace = budget(100, tmp_path / "ledger")
    refuse(pace)
    use(pace, 90)
    time.now -= 100 * HOUR
    before = time.now
    use(pace, 4)
    assert time.now - before <= 62
    assert pace.left == 5
    use(pace, 1)
    assert time.now - before <= HOUR + 62


@pytest.mark.fault(70)
def test_a_clock_that_is_set_forward_ends_a_wait(time: Time) -> None:
    def sleep(seconds: float) -> None:
        sleeps.append(seconds)
        time.now += 10 * HOUR

    sleeps: list[float] = []
    pace = Budget(10, clock=lambda: time.now, sleep=sleep)
    use(pace, 10)
    assert sleeps == [60.0]


OTHER_PROCESS = """
import sys
from pathlib import Path
from verge_pulumi.client import Budget
budget = Budget(100, ledger=Path(sys.argv[1]), clock=lambda: float(sys.argv[2]))
for _ in range(int(sys.argv[3])):
    with budget.turn():
        pass
print(budget.left)
"""


def other_process(ledger: Path, now: float, times: int) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", OTHER_PROCESS, str(ledger), str(now), str(times)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def test_processes_share_the_hour(budget: Make, time: Time, tmp_path: Path) -> None:
    pace = budget(100, tmp_path / "deep" / "ledger")
    use(pace, 30)
    output, _ = other_process(tmp_path / "deep" / "ledger", START, 10).communicate(timeout=30)
    assert output == "60\n"
    assert pace.left == 60
    assert pace.made == 30
    assert (tmp_path / "deep" / "ledger").stat().st_mode & 0o077 == 0


def test_no_request_of_processes_at_the_same_time_is_lost(budget: Make, tmp_path: Path) -> None:
    processes = [other_process(tmp_path / "ledger", START, 20) for _ in range(2)]
    for process in processes:
        process.communicate(timeout=30)
    assert budget(100, tmp_path / "ledger").left == 60


@pytest.mark.fault(69)
def test_no_request_of_threads_at_the_same_time_is_lost(time: Time) -> None:
    pace = Budget(1000, clock=lambda: time.now, sleep=time.sleep)
    most, lock = 0, threading.Lock()
    inside = 0

    def ask() -> None:
        nonlocal most, inside
        for _ in range(5):
            with pace.turn():
                with lock:
                    inside += 1
                    most = max(most, inside)
                with lock:
                    inside -= 1

    threads = [threading.Thread(target=ask) for _ in range(2 * AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pace.made == 10 * AT_ONCE
    assert pace.left == 1000 - 10 * AT_ONCE
    assert most <= AT_ONCE


@pytest.mark.fault(38)
def test_no_more_than_so_many_are_under_way(time: Time) -> None:
    pace = Budget(1000, clock=lambda: time.now, sleep=time.sleep)
    inside, go = threading.Semaphore(0), threading.Event()

    def ask() -> None:
        with pace.turn():
            inside.release()
            go.wait(10)

    threads = [threading.Thread(target=ask) for _ in range(AT_ONCE + 1)]
    for thread in threads:
        thread.start()
    for _ in range(AT_ONCE):
        assert inside.acquire(timeout=10)
    assert not inside.acquire(blocking=False)
    go.set()
    assert inside.acquire(timeout=10)
    for thread in threads:
        thread.join(10)


class Crowd:
    """Requests at all places, and one more that waits for a place: its turn is known to come after what follows.

    Args:
        time: The clock.
        refused: Whether VergeOS refuses one of the requests under way, and for how many seconds.
    """

    def __init__(self, time: Time, refused: float | None = None) -> None:
        self.pace = Budget(1000, clock=self._clock, sleep=time.sleep)
        self.sent_at = 0.0
        self._time = time
        self._refused = refused
        self._looks = 0
        self._go, self._queued, self._inside = threading.Event(), threading.Event(), threading.Barrier(AT_ONCE + 1)
        self._threads = [threading.Thread(target=self._ask, args=(each,)) for each in range(AT_ONCE)]
        self._waiting = threading.Thread(target=self._wait)

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()
        self._inside.wait(10)
        self._waiting.start()
        assert self._queued.wait(10)

    def __exit__(self, *_: object) -> None:
        self._go.set()
        for thread in (*self._threads, self._waiting):
            thread.join(10)

    def _clock(self) -> float:
        if threading.current_thread() is self._waiting:
            self._looks += 1
            if self._looks > 1:  # the first look is for the hour, the next ones are for a place
                self._queued.set()
        return self._time.now

    def _ask(self, number: int) -> None:
        with contextlib.suppress(RateLimited), self.pace.turn():
            self._inside.wait(10)
            self._go.wait(10)
            if number == 0 and self._refused:
                raise RateLimited("Too many requests", status=429, retry_after=self._refused)
            if self._refused:
                self._waiting.join(10)

    def _wait(self) -> None:
        with self.pace.turn():
            self.sent_at = self._time.now


def test_what_waits_for_a_place_heeds_a_refusal_meanwhile(time: Time) -> None:
    crowd = Crowd(time, refused=30)
    with crowd:
        pass
    assert crowd.sent_at == START + 30


def test_what_waited_for_a_place_counts_from_when_it_was_sent(time: Time) -> None:
    crowd = Crowd(time)
    with crowd:
        time.now += 1000
    assert crowd.sent_at == START + 1000
    time.now = START + HOUR + 1
    assert crowd.pace.left == 999


ALL_PLACES = """
import sys, threading
from pathlib import Path
from verge_pulumi.client import Budget
from verge_pulumi.client.pace import AT_ONCE
budget = Budget(1000, ledger=Path(sys.argv[1]))
inside = threading.Semaphore(0)
go = threading.Event()
def ask():
    with budget.turn():
        inside.release()
        go.wait(20)
threads = [threading.Thread(target=ask) for _ in range(AT_ONCE)]
for thread in threads: thread.start()
for _ in threads: inside.acquire()
print("full", flush=True)
sys.stdin.readline()
print("going", flush=True)
go.set()
"""


@pytest.mark.fault(38)
def test_processes_share_the_places(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ALL_PLACES, str(tmp_path / "ledger")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "full\n"
        pace = Budget(1000, ledger=tmp_path / "ledger")
        had = threading.Event()

        def ask() -> None:
            with pace.turn():
                had.set()

        thread = threading.Thread(target=ask)
        thread.start()
        assert not had.wait(0.1)
        other.stdin.write("\n")
        other.stdin.flush()
        assert had.wait(10)
        thread.join()


@pytest.mark.parametrize(
    "content",
    [
        b"rubbish",
        b"not a multiple of eight, but long enough to hold numbers" * 20,
        struct.pack("3d", 0, 0, float("nan")),
        struct.pack("4d", 0, 0, START, START - 1),
        struct.pack("2d", float("inf"), 0),
        b"\0" * 8,
    ],
)
@pytest.mark.fault(71)
def test_a_damaged_ledger_starts_anew(budget: Make, time: Time, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ledger").write_bytes(content)
    pace = budget(100, tmp_path / "ledger")
    use(pace, 5)
    assert (pace.left, time.slept) == (95, 0)


@pytest.mark.fault(71)
def test_without_a_place_for_the_ledger_a_process_counts_for_itself(budget: Make, time: Time, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    pace = budget(100, tmp_path / "file" / "ledger")
    use(pace, 96)
    assert time.slept > 3000


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no full device")  # noqa: PTH110
@pytest.mark.fault(71)
def test_on_a_full_disk_a_process_counts_for_itself(budget: Make, tmp_path: Path) -> None:
    (tmp_path / "ledger").symlink_to("/dev/full")
    pace = budget(100, tmp_path / "ledger")
    use(pace, 5)
    assert pace.left == 95


def test_a_lost_ledger_loses_no_more_than_what_it_held(budget: Make, tmp_path: Path) -> None:
    pace = budget(100, tmp_path / "ledger")
    use(pace, 5)
    (tmp_path / "ledger").unlink()
    use(pace, 5)
    assert pace.left == 90


def test_the_path_tells_nothing_and_differs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = ledger_path("https://verge.example.com", "secret-key")
    assert tmp_path in path.parents
    assert "secret" not in str(path)
    assert path == ledger_path("https://verge.example.com", "secret-key")
    assert len({path, ledger_path("https://verge.example.com", "other"), ledger_path("https://b", "secret-key")}) == 3


def test_every_request_and_every_repetition_of_a_client_pays(budget: Make, time: Time) -> None:
    with Simulator(Options(requests_per_hour=3)) as simulator:
        simulator.clock("manual")

        def sleep(seconds: float) -> None:
            simulator.clock(advance=seconds)
            time.sleep(seconds)

        pace = Budget(100, clock=lambda: time.now, sleep=sleep)
        policy = RetryPolicy(sleep=sleep, patience=2 * HOUR)
        with VergeClient(simulator.url, auth=ApiKey(simulator.api_key), budget=pace, retries=policy) as client:
            for _ in range(5):
                client.table("vms").list()
        refused = [request for request in simulator.requests() if request.status == 429]
        assert len(refused) > 1
        assert pace.made == len(simulator.requests())
        assert time.now - START >= HOUR


def test_a_client_has_the_budget_it_was_given(budget: Make, simulator: Simulator) -> None:
    pace = budget()
    with VergeClient(simulator.url, auth=ApiKey(simulator.api_key), budget=pace) as client:
        client.version()
        assert pace.made == 1
        assert client.budget is pace


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://127.0.0.1:8080", True),
        ("https://[::1]", True),
        ("http://localhost", True),
        ("https://10.0.0.5", False),
        ("https://verge.example.com", False),
    ],
)
def test_loopback(origin: str, expected: bool) -> None:
    assert is_loopback(origin) is expected


def test_it_tells_when_the_next_request_may_be_sent(budget: Make, time: Time) -> None:
    of_hour = budget(10)
    assert (of_hour.wait, budget(0).wait) == (0.0, 0.0)
    use(of_hour, 9)
    assert of_hour.wait == HOUR
    with of_hour.reserved():
        assert of_hour.wait == 0.0
    time.now += HOUR - 1
    assert of_hour.wait == 1.0
