"""The ledger that processes share: places are leases, waits have an end, and nothing in the file stops anybody."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.test_client_pace import HOUR, START, Time, use
from verge_pulumi.client import Budget, Outcome, Throttled, ledger_path
from verge_pulumi.client import pace as pacing
from verge_pulumi.client.ledger import AT_ONCE, LEASE, LOCK_PATIENCE
from verge_pulumi.client.pace import LONGEST_WAIT, LONGEST_WAIT_FOR_A_PLACE

OTHER = """
import sys, threading
from pathlib import Path
from verge_pulumi.client import Budget

now, slept, threads, go = float(sys.argv[2]), 0.0, [], threading.Event()

def sleep(seconds):
    global now, slept
    now, slept = now + seconds, slept + seconds

def clock():
    if stop_in_clock and threading.current_thread() is threading.main_thread():
        print("inside", flush=True)
        sys.stdin.readline()
    return now

def hold():
    with budget.turn():
        inside.release()
        go.wait(60)

stop_in_clock = False
inside = threading.Semaphore(0)
budget = Budget(1000, ledger=Path(sys.argv[1]), clock=clock, sleep=sleep)
for line in sys.stdin:
    command, _, argument = line.strip().partition(" ")
    if command == "hold":
        for _ in range(int(argument)):
            threads.append(threading.Thread(target=hold, daemon=True))
            threads[-1].start()
            inside.acquire()
    elif command == "at":
        now = float(argument)
    elif command == "extend":
        budget.extend()
    elif command == "finish":
        go.set()
        for thread in threads: thread.join()
    elif command == "turn":
        with budget.turn():
            pass
    elif command == "lock":
        stop_in_clock = True
        budget.left
    print(slept, flush=True)
"""


class Other:
    """Another process that shares the ledger; its time moves when it sleeps or is set."""

    def __init__(self, ledger: Path, now: float = START) -> None:
        command = [sys.executable, "-c", OTHER, str(ledger), str(now)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def do(self, command: str) -> str:
        """Let it do something; return the seconds that it has slept so far."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def signal(self, number: int) -> None:
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


Start = Callable[..., Other]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "requests" / "ledger"


@pytest.fixture
def start(ledger: Path) -> Iterator[Start]:
    started: list[Other] = []

    def run(now: float = START) -> Other:
        started.append(Other(ledger, now))
        return started[-1]

    yield run
    for other in started:
        other.end()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def notices() -> list[str]:
    return []


@pytest.fixture
def budget(ledger: Path, time: Time, notices: list[str]) -> Budget:
    return Budget(1000, ledger=ledger, clock=lambda: time.now, sleep=time.sleep, announce=notices.append)


# Places


@pytest.mark.fault(38, 108)
@pytest.mark.parametrize("end", [signal.SIGSTOP, signal.SIGKILL])
def test_a_process_that_is_stopped_or_dead_loses_its_places(
    budget: Budget, time: Time, notices: list[str], start: Start, end: int
) -> None:
    other = start()
    other.do(f"hold {AT_ONCE}")
    other.signal(end)
    use(budget, 1)
    assert LEASE <= time.slept < LEASE + 1
    assert len(notices) == 1
    assert notices[0].startswith(
        "all 32 requests that may be sent at once are under way; waiting for one of them until"
    )
    use(budget, 3)
    assert time.slept < LEASE + 1


def test_only_the_places_of_the_stopped_process_are_taken(budget: Budget, time: Time, start: Start) -> None:
    stopped, running = start(), start()
    stopped.do("hold 1")
    running.do(f"hold {AT_ONCE - 1}")
    stopped.signal(signal.SIGSTOP)
    running.do(f"at {START + LEASE}")
    running.do("extend")
    time.now += LEASE
    with budget.turn():
        assert time.slept == 0
        newcomer = start(START + LEASE)
        assert float(newcomer.do("turn")) >= LEASE  # the place that this process has taken over is its own now


@pytest.mark.fault(38)
def test_a_process_that_runs_keeps_its_places_and_the_wait_for_one_has_an_end(
    ledger: Path, time: Time, notices: list[str], start: Start
) -> None:
    other = start()
    other.do(f"hold {AT_ONCE}")
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        if seconds <= 0.1:
            return  # the other process, which extends its places now and then, has locked the file
        waits.append(seconds)
        other.do(f"at {time.now}")
        other.do("extend")

    budget = Budget(1000, ledger=ledger, clock=lambda: time.now, sleep=sleep, announce=notices.append)
    with pytest.raises(Throttled) as caught:
        use(budget, 1)
    assert sum(waits) == LONGEST_WAIT_FOR_A_PLACE
    assert str(caught.value) == (
        "there was no turn to send a request for 10 minutes: all 32 requests that may be sent at once are under way. "
        "Other programs use the same credential: end them, or give this one an API key of its own."
    )
    assert caught.value.outcome is Outcome.NOT_APPLIED
    assert len(notices) == 1
    assert budget.made == 0
    other.do("finish")
    use(budget, 1)
    assert (sum(waits), budget.made) == (LONGEST_WAIT_FOR_A_PLACE, 1)


def test_a_process_that_goes_on_takes_no_place_away(budget: Budget, time: Time, start: Start) -> None:
    stopped = start()
    stopped.do(f"hold {AT_ONCE}")
    stopped.signal(signal.SIGSTOP)
    use(budget, 1)  # from here on the leases are over
    inside, go = threading.Semaphore(0), threading.Event()

    def hold() -> None:
        with budget.turn():
            inside.release()
            go.wait(30)

    threads = [threading.Thread(target=hold) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert inside.acquire(timeout=10)
    stopped.signal(signal.SIGCONT)
    stopped.do(f"at {time.now}")
    stopped.do("extend")
    stopped.do("finish")
    newcomer = start(time.now)
    assert float(newcomer.do("turn")) >= LEASE - 1
    go.set()
    for thread in threads:
        thread.join()
    assert newcomer.do("turn") == newcomer.do("turn")


@pytest.mark.fault(70)
def test_places_in_the_future_are_free_after_one_lease(budget: Budget, time: Time, start: Start) -> None:
    other = start(START + 10 * HOUR)
    other.do(f"hold {AT_ONCE}")
    other.signal(signal.SIGKILL)
    use(budget, 1)
    assert time.slept <= LEASE + 1


@pytest.mark.fault(70)
def test_after_a_leap_of_the_clock_a_process_still_has_no_more_than_its_places(ledger: Path, time: Time) -> None:
    budget = Budget(1000, ledger=ledger, clock=lambda: time.now)
    inside, go = threading.Semaphore(0), threading.Event()

    def ask() -> None:
        with budget.turn():
            inside.release()
            go.wait(30)

    threads = [threading.Thread(target=ask) for _ in range(AT_ONCE + 1)]
    for thread in threads[:-1]:
        thread.start()
    for _ in threads[:-1]:
        assert inside.acquire(timeout=10)
    time.now += 5 * HOUR
    threads[-1].start()
    assert not inside.acquire(timeout=0.05)
    go.set()
    assert inside.acquire(timeout=10)
    for thread in threads:
        thread.join()


def test_leases_are_extended_while_a_request_is_under_way(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "EXTENDED_EVERY", 0.001)
    extended = threading.Event()

    def clock() -> float:
        if threading.current_thread().name == "extend-leases":
            extended.set()
        return START

    budget = Budget(10, ledger=ledger, clock=clock)
    for _ in range(3):  # the thread ends with the request, and another one begins with the next
        extended.clear()
        with budget.turn():
            assert extended.wait(10)


@pytest.mark.fault(38)
def test_a_thousand_threads_have_their_turn_and_no_more_than_so_many_at_once(ledger: Path, time: Time) -> None:
    budget = Budget(10_000, ledger=ledger, clock=lambda: time.now, sleep=time.sleep)
    lock, inside, most = threading.Lock(), 0, 0

    def ask() -> None:
        nonlocal inside, most
        with budget.turn():
            with lock:
                inside += 1
                most = max(most, inside)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=ask) for _ in range(1000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert budget.made == 1000
    assert budget.left == 9000
    assert most <= AT_ONCE


# Waits


@pytest.mark.fault(37)
def test_the_wait_for_the_hour_has_an_end(ledger: Path, time: Time, notices: list[str]) -> None:
    others = Budget(100, ledger=ledger, clock=lambda: time.now, sleep=time.sleep)
    use(others, 100, urgent=True)
    begun = time.now

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        use(others, others.left or 0, urgent=True)

    budget = Budget(100, ledger=ledger, clock=lambda: time.now, sleep=sleep, announce=notices.append)
    with pytest.raises(Throttled, match=r"no turn .* for 2 hours: the 100 requests of this hour are used up"):
        use(budget, 1)
    assert LONGEST_WAIT <= time.now - begun < LONGEST_WAIT + HOUR
    assert budget.made == 0
    assert all("going on at" in notice for notice in notices)
    assert 1 <= len(notices) <= 4


@pytest.mark.fault(70)
def test_a_wait_is_told_again_after_the_clock_was_set_back(budget: Budget, time: Time, notices: list[str]) -> None:
    use(budget, 951)
    assert len(notices) == 1
    time.now -= 100 * HOUR
    use(budget, 950)
    assert len(notices) == 2


@pytest.mark.fault(37)
def test_reads_of_a_refresh_have_half_of_the_reserve(budget: Budget, time: Time) -> None:
    use(budget, 950)
    before = time.now
    assert (budget.left, budget.at_once) == (50, 0)
    with budget.reserved(reads=True):
        assert budget.at_once == 25
        use(budget, 25)
        assert budget.at_once == 0
    with budget.reserved():
        with budget.reserved(reads=True):
            use(budget, 10)  # what a delete reads is part of the delete
        use(budget, 15)
    assert time.now - before < 10
    with budget.reserved(reads=True):
        use(budget, 1)
    assert time.now - before > 3000
    assert Budget(0).at_once is None


# The file


@pytest.mark.fault(71, 108)
def test_a_stopped_process_that_has_the_ledger_is_not_waited_for(
    budget: Budget, time: Time, notices: list[str], start: Start
) -> None:
    use(budget, 4)
    other = start()
    assert other.do("lock") == "inside"
    other.signal(signal.SIGSTOP)
    use(budget, 1)
    assert LOCK_PATIENCE <= time.slept < LOCK_PATIENCE + 1
    assert notices == ["a stopped process holds the count of this hour's requests; this one counts its own alone"]
    use(budget, 1)
    assert (budget.left, time.slept) == (994, time.slept)


@pytest.mark.fault(71)
def test_a_process_that_is_killed_while_it_has_the_ledger_leaves_it(budget: Budget, time: Time, start: Start) -> None:
    use(budget, 4)
    other = start()
    assert other.do("lock") == "inside"
    other.signal(signal.SIGKILL)
    use(budget, 1)
    assert (budget.left, time.slept) == (995, 0)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no full device")  # noqa: PTH110
@pytest.mark.fault(71)
def test_a_process_that_cannot_write_the_ledger_keeps_nobody_from_it(
    budget: Budget, ledger: Path, time: Time, start: Start
) -> None:
    ledger.parent.mkdir(exist_ok=True)
    ledger.unlink(missing_ok=True)
    ledger.symlink_to("/dev/full")
    full = Budget(100, ledger=ledger.parent / "." / ledger.name, clock=lambda: time.now, sleep=time.sleep)
    use(full, 1)
    other = start()
    assert other.do("turn") == "0.0"


@pytest.mark.fault(71)
def test_a_ledger_that_was_cut_anywhere_stops_nobody(budget: Budget, time: Time, ledger: Path) -> None:
    use(budget, 5)
    content = ledger.read_bytes()
    for length in range(len(content)):
        ledger.write_bytes(content[:length])
        use(budget, 1)
        assert 994 <= (budget.left or 0) <= 999
    assert time.slept == 0


def test_what_was_left_behind_the_content_does_no_harm(budget: Budget, time: Time, ledger: Path) -> None:
    use(budget, 5)
    with ledger.open("ab") as file:
        file.write(struct.pack("9d", *[START] * 9))  # a process died after it wrote, and before it cut the file
    use(budget, 1)
    assert (budget.left, time.slept) == (994, 0)


_MOMENTS = st.sampled_from([0.0, START - HOUR, START - 1, START, START + 1, START + 1e9, float("nan"), float("inf")])
_CONTENTS = st.one_of(
    st.binary(max_size=1500),
    st.lists(_MOMENTS, max_size=300).map(lambda numbers: struct.pack(f"{len(numbers)}d", *numbers)),
    st.tuples(st.lists(_MOMENTS, max_size=100), st.lists(_MOMENTS, min_size=64, max_size=70)).map(
        lambda parts: struct.pack(f"{len(parts[0]) + 1 + len(parts[1])}d", *parts[0], float("nan"), *parts[1])
    ),
)


@pytest.mark.fault(71)
@given(content=_CONTENTS)
def test_whatever_the_ledger_holds_there_is_a_turn_within_the_hour(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    time, path = Time(), tmp_path_factory.mktemp("ledger") / "ledger"
    path.write_bytes(content)
    budget = Budget(50, ledger=path, clock=lambda: time.now, sleep=time.sleep)
    use(budget, 1)
    assert time.slept <= HOUR + LEASE + 62
    assert budget.made == 1


@pytest.mark.fault(71)
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_no_ledger(time: Time, ledger: Path, make: Callable[[Path], None]) -> None:
    ledger.parent.mkdir()
    make(ledger)
    budget = Budget(100, ledger=ledger, clock=lambda: time.now, sleep=time.sleep)
    use(budget, 96)
    assert time.slept > 3000


def test_a_relative_cache_folder_is_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert ledger_path("https://verge.example.com", "key").is_relative_to(tmp_path / ".cache")
