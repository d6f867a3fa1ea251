"""The hour's requests as providers meet them: a create that needs more than an hour allows, a delete after it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.providers.bench import Bench, Managed
from verge_pulumi.client import Budget, VergeClient
from verge_pulumi.engine.connecting import connection as connections
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import Settings, read_settings
from verge_pulumi.engine.errors import EngineError, Reported
from verge_pulumi.engine.reading.reader import Reader
from verge_pulumi.engine.reading.waiting import Clock
from verge_pulumi.simulator import Options, Simulator

HOUR = 3600.0
PER_HOUR = 1000
VMS = 500
MANY_PER_HOUR = 5000
THREADS = 8


class SharedTime:
    """One time for the budget, the waits and VergeOS, that passes only while somebody sleeps."""

    def __init__(self, simulator: Simulator) -> None:
        self.now = self.start = 1_700_000_000.0
        self._simulator = simulator
        self._lock = threading.Lock()
        simulator.clock("manual")

    @property
    def passed(self) -> float:
        return self.now - self.start

    def sleep(self, seconds: float) -> None:
        wake = self.now + seconds
        with self._lock:
            # Threads sleep side by side, so the time passes once; VergeOS's first, since it counts what it is sent.
            if wake > self.now:
                self._simulator.clock(advance=wake - self.now)
                self.now = wake


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(Options(name="site-a", requests_per_hour=PER_HOUR)) as running:
        yield running


@pytest.mark.fault(37)
def test_more_than_an_hour_allows_is_created_over_hours_and_nothing_is_lost(simulator: Simulator) -> None:
    time, notices = SharedTime(simulator), list[str]()
    budget = Budget(PER_HOUR, clock=lambda: time.now, sleep=time.sleep, announce=notices.append)
    bench = Bench(simulator)
    clock, evidence = Clock(lambda: time.now, time.sleep), bench.connection.evidence
    bench.connection = Connection(bench.connection.settings, clock, budget, evidence)

    def create(number: int) -> tuple[Managed, Managed]:
        vm = bench.create("VirtualMachine", f"vm-{number}", name=f"vm-{number}")
        return vm, bench.create("Power", f"on-{number}", of=f"vms/{vm.id}", state="running")

    with ThreadPoolExecutor(THREADS) as pool:
        made = list(pool.map(create, range(VMS)))

    assert {(vm.id, vm.outs["name"]) for vm, _ in made} == {
        (str(row["$key"]), row["name"]) for row in simulator.rows("vms") if not row["is_snapshot"]
    }
    assert {power.outs["state"] for _, power in made} == {"running"}
    refused = [request for request in simulator.requests() if request.status == 429]
    assert refused == []
    assert budget.made == len(simulator.requests())
    hours = budget.made // PER_HOUR
    assert hours >= 1
    assert hours * HOUR <= time.passed <= (hours + 1) * HOUR
    assert 1 <= len(notices) <= hours + 1

    # The hour has been used up but for the reserve, and what it is kept for goes through at once.
    while (budget.left or 0) > PER_HOUR // 20:
        with budget.turn():
            pass
    before = time.now
    vm, power = made[0]
    power.destroy()
    vm.destroy()
    assert time.now - before < 60
    bench.connection.client.close()


@pytest.mark.fault(37)
def test_a_run_that_starts_rich_saves_when_the_hour_runs_dry() -> None:
    with Simulator(Options(name="site-a", requests_per_hour=MANY_PER_HOUR)) as simulator:
        run_dry(simulator)


def run_dry(simulator: Simulator) -> None:
    """Create machines in a rich hour, let somebody else use it up, and create more."""
    time = SharedTime(simulator)
    budget = Budget(MANY_PER_HOUR, clock=lambda: time.now, sleep=time.sleep)
    bench = Bench(simulator)
    clock, evidence = Clock(lambda: time.now, time.sleep), bench.connection.evidence
    bench.connection = Connection(bench.connection.settings, clock, budget, evidence)
    bench.connection.reader = reader = Reader(bench.connection.client, clock, pause=0.1, expected=1)
    reader.scarcity.expect(2 * VMS)

    def create(number: int) -> None:
        vm = bench.create("VirtualMachine", f"vm-{number}", name=f"vm-{number}")
        bench.create("Power", f"on-{number}", of=f"vms/{vm.id}", state="running")

    def create_all(numbers: range) -> float:
        """Create machines, eight at once; return the requests that each took.

        All begin together. One that starts late reads another table at each turn, and then two requests are made for
        what one could ask.
        """
        made = budget.made
        together = threading.Barrier(THREADS)
        with ThreadPoolExecutor(THREADS, initializer=together.wait) as pool:
            list(pool.map(create, numbers))
        return (budget.made - made) / len(numbers)

    assert reader.scarcity.now == 0
    rich = create_all(range(VMS // 2))
    made = budget.made
    while (budget.at_once or 0) > 2 * VMS:
        with budget.turn():
            pass
    budget.made = made  # it was somebody else who sent them
    assert reader.scarcity.now == 1
    scarce = create_all(range(VMS // 2, VMS))

    assert scarce < 2.5 < rich <= 4  # a row, a start, and what is read
    assert [request for request in simulator.requests() if request.status == 429] == []
    assert len(simulator.rows("vms")) >= VMS
    bench.connection.client.close()


@pytest.mark.fault(37)
def test_a_refresh_comes_out_of_the_reserve_and_leaves_half_of_it_to_deletes(simulator: Simulator) -> None:
    time = SharedTime(simulator)
    budget = Budget(PER_HOUR, clock=lambda: time.now, sleep=time.sleep)
    bench = Bench(simulator)
    clock, evidence = Clock(lambda: time.now, time.sleep), bench.connection.evidence
    bench.connection = Connection(bench.connection.settings, clock, budget, evidence)
    network = bench.create("Network", "lan", name="lan")
    while budget.at_once:
        with budget.turn():
            pass
    simulator.edit("vnets", int(network.id), mtu=9000)
    before = time.now
    network.refresh()
    assert network.outs["mtu"] == 9000
    assert time.now - before < 10
    while (budget.left or 0) > PER_HOUR // 40:
        with budget.turn(urgent=True):
            pass
    before = time.now
    network.destroy()
    assert time.now - before < 10
    bench.connection.client.close()


def test_a_wait_for_the_hour_tells_how_far_the_run_is(simulator: Simulator, told: list[str]) -> None:
    bench = Bench(simulator, requests_per_hour=4)
    bench.connection.reader.scarcity.expect(40)
    bench.create("Network", "lan", name="lan")
    told.clear()
    with pytest.raises(Reported, match="the 4 requests of this hour are used up"):
        bench.create("Network", "dmz", name="dmz")
    assert told[0].startswith("the 4 requests of this hour are used up; going on at ")
    assert told[0].endswith("; 1 of 40 objects done")


@pytest.mark.fault(37)
def test_a_create_that_has_no_turn_for_two_hours_is_one_sentence(simulator: Simulator, tmp_path: Path) -> None:
    time = SharedTime(simulator)
    others = Budget(100, ledger=tmp_path / "ledger", clock=lambda: time.now, sleep=time.sleep)

    def use_up() -> None:
        for _ in range(others.left or 0):
            with others.turn(urgent=True):
                pass

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        use_up()

    use_up()
    budget = Budget(100, ledger=tmp_path / "ledger", clock=lambda: time.now, sleep=sleep)
    bench = Bench(simulator)
    clock, evidence = Clock(lambda: time.now, time.sleep), bench.connection.evidence
    bench.connection = Connection(bench.connection.settings, clock, budget, evidence)
    simulator.reset("log")
    with pytest.raises(Reported) as caught:
        bench.create("Network", "lan", name="lan")
    assert str(caught.value) == (
        "Unable to create Network 'lan': there was no turn to send a request for 2 hours: the 100 requests of this "
        "hour are used up. Other programs use the same credential: end them, or give this one an API key of its own."
    )
    assert simulator.requests() == []
    bench.connection.client.close()


@pytest.mark.fault(37)
@pytest.mark.parametrize("wanted", [2, 1], ids=["another row", "the same row"])
def test_a_read_of_a_refresh_does_not_wait_for_the_hour_where_another_call_reads_for_both(
    simulator: Simulator, wanted: int
) -> None:
    def sleep(seconds: float) -> None:
        raise AssertionError(f"slept for {seconds} s")

    now = [1_700_000_000.0]
    budget = Budget(100, clock=lambda: now[0], sleep=sleep)
    while budget.at_once:
        with budget.turn():
            now[0] += 1
    settings = Bench(simulator).connection.settings
    with VergeClient(settings.host, auth=settings.authentication(), budget=budget) as client:
        reader = Reader(client, Clock(), pause=30.0, expected=2)
        rows, asked = list[object](), threading.Event()

        class Fields(list[str]):
            def __iter__(self) -> Iterator[str]:
                asked.set()
                return super().__iter__()

        def read(key: str) -> None:
            with reader.gathering.call():
                rows.append((reader.fresh("vnets", key, Fields(["$key"])) or {}).get("$key"))

        ordinary = threading.Thread(target=read, args=("1",))
        ordinary.start()
        assert asked.wait(10)
        with budget.reserved(reads=True):
            read(str(wanted))
        ordinary.join()
    assert sorted(map(str, rows)) == sorted(map(str, [1, wanted]))


@pytest.mark.parametrize(
    ("configured", "host", "limited"),
    [
        (None, "verge.example.com", True),
        (None, "127.0.0.1:8080", False),
        (0, "verge.example.com", False),
        (50, "127.0.0.1:8080", True),
    ],
)
def test_the_limit_is_that_of_vergeos_and_none_on_loopback(
    configured: int | None, host: str, limited: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    settings = Settings(host=host, api_key="key", requests_per_hour=configured)
    left = settings.budget(lambda seconds: None).left
    assert left == ((configured or 1000) if limited else None)


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "1e3", "²", "9" * 5000])
def test_a_limit_is_a_whole_number(text: str) -> None:
    variables = {"VERGEOS_HOST": "a", "VERGEOS_API_KEY": "k", "VERGEOS_REQUESTS_PER_HOUR": text}
    with pytest.raises(EngineError, match=r"VERGEOS_REQUESTS_PER_HOUR .* is '.* and must be a whole number"):
        read_settings(lambda name: None, variables)


def test_the_environment_wins_over_the_configuration() -> None:
    variables = {"VERGEOS_HOST": "a", "VERGEOS_API_KEY": "k"}
    configured = {"requestsPerHour": "500"}
    assert read_settings(configured.get, variables).requests_per_hour == 500
    assert read_settings(configured.get, {**variables, "VERGEOS_REQUESTS_PER_HOUR": "0"}).requests_per_hour == 0


def test_processes_with_one_key_have_one_budget(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first, second = (
        Settings(host="verge.example.com", api_key="key", timeout=timeout).budget(lambda seconds: None)
        for timeout in (10, 20)
    )
    with first.turn():
        pass
    assert (first.left, second.left) == (999, 999)
    assert Settings(host="verge.example.com", api_key="other").budget(lambda seconds: None).left == 1000


@pytest.mark.parametrize(
    ("requests", "per_hour", "line"),
    [(3, 1000, ["3 requests, 997 left this hour"]), (0, 1000, []), (3, 0, [])],
)
def test_the_end_of_a_run_tells_what_it_cost(requests: int, per_hour: int, line: list[str], told: list[str]) -> None:
    budget = Budget(per_hour)
    for _ in range(requests):
        with budget.turn():
            pass
    connections.tell_what_is_left(budget)
    assert told == line
