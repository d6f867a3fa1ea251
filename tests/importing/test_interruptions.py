"""An import that is cut off anywhere leaves whole files, and the same command ends as if nothing had happened."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.faults.faulty import cases
from tests.importing.bench import PROCESSES, MemoryCli, SiteBench, record_quickly
from verge_pulumi.cli import importing as module
from verge_pulumi.cli.app import app
from verge_pulumi.client import VergeError
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.importing import chain
from verge_pulumi.importing.chain import Import
from verge_pulumi.importing.outcome import Options as Wanted
from verge_pulumi.simulator import Options, Simulator

DRAWN = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{8}-[0-9a-f]{12}")
"""What an import draws by chance: tokens, and the id of the default provider."""


class Instants:
    """Counts what an import does to the disk, the program and the state, and interrupts it at one of these.

    Args:
        at: At which; 0 for none.
        how: What is raised there.
    """

    def __init__(self, at: int, how: BaseException) -> None:
        self.seen = 0
        self._at = at
        self._how = how

    def counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that may be interrupted before and after it."""

        def called(*arguments: Any, **options: Any) -> Any:
            self._reach()
            result = real(*arguments, **options)
            self._reach()
            return result

        return called

    def _reach(self) -> None:
        self.seen += 1
        if self.seen == self._at:
            raise self._how

    @contextmanager
    def watching(self, cli: MemoryCli) -> Iterator[None]:
        """Watch all that an import does outside of its memory."""
        with pytest.MonkeyPatch.context() as patched:
            for method in ("write_text", "replace", "touch", "mkdir"):
                patched.setattr(Path, method, self.counted(getattr(Path, method)))
            patched.setattr(chain, "record", self.counted(record_quickly))
            for method in ("export", "replace_state"):
                patched.setattr(cli, method, self.counted(getattr(cli, method)))
            yield


def left_by(site: SiteBench, cli: MemoryCli) -> tuple[dict[str, bytes], str]:
    """Return all files, and the state without what is drawn by chance."""
    paths = [path for path in site.folder.rglob("*") if path.is_file() and path.suffix not in (".pyc", ".gz")]
    # The copy of the state before it was written is the only one of a run that came to that.
    own = [path for path in paths if path.name not in ("before.json", "before-marks.json")]
    files = {str(path.relative_to(site.folder)): path.read_bytes() for path in own}
    return files, DRAWN.sub("", json.dumps(cli.state, sort_keys=True))


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """A VergeOS with a machine on a network, which no test here changes."""
    with Simulator(Options(name="site-a")) as running, pytest.MonkeyPatch.context() as environment:
        environment.setenv("VERGEOS_HOST", running.url)
        environment.setenv("VERGEOS_API_KEY", running.api_key)
        people = SiteBench(running, Path())
        people.vm("web", {"eth0": people.network()})
        yield running


class Undisturbed:
    """How many instants an import has, and what it leaves; no dataclass, of which Hypothesis writes out all it has."""

    def __init__(self, instants: int, files: dict[str, bytes], state: str) -> None:
        self.instants, self.files, self.state = instants, files, state


@pytest.fixture(scope="module")
def undisturbed(simulator: Simulator) -> Undisturbed:
    """How many instants an import has, and what it leaves if nothing happens."""
    instants, cli = Instants(0, KeyboardInterrupt()), MemoryCli()
    with tempfile.TemporaryDirectory() as folder:
        site = SiteBench(simulator, Path(folder))
        with pytest.MonkeyPatch.context() as patched, instants.watching(cli):
            patched.setattr(chain, "record", record_quickly)
            assert site.imports(cli).exit_code == 0
        return Undisturbed(instants.seen, *left_by(site, cli))


@pytest.fixture
def site(simulator: Simulator, tmp_path: Path) -> Iterator[SiteBench]:
    """A project for it."""
    yield SiteBench(simulator, tmp_path)
    simulator.faults()


@pytest.mark.promise(5)
@given(part=st.integers(0, 999))
@settings(cases(400, part=50), phases=[Phase.generate], derandomize=True)
def test_it_may_be_cut_off_at_any_instant(simulator: Simulator, undisturbed: Undisturbed, part: int) -> None:
    at = 1 + part * undisturbed.instants // 1000
    with tempfile.TemporaryDirectory() as folder:
        site, cli = SiteBench(simulator, Path(folder)), MemoryCli()
        with Instants(at, KeyboardInterrupt()).watching(cli), pytest.raises(KeyboardInterrupt):
            site.imports(cli)
        for path in site.folder.rglob("*.py"):
            compile(path.read_bytes(), str(path), "exec")
        assert site.imports(cli).exit_code == 0
        assert left_by(site, cli) == (undisturbed.files, undisturbed.state)


@pytest.mark.promise(5)
def test_a_full_disk_is_told_in_one_sentence(
    site: SiteBench, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch, undisturbed: Undisturbed
) -> None:
    monkeypatch.setattr(module, "Pulumi", lambda folder, stack: cli)
    full = OSError(errno.ENOSPC, "No space left on device", str(site.folder / "x"))
    instants = Instants(20, full)
    with instants.watching(cli):
        ran = CliRunner().invoke(app, ["import", str(site.folder), "--yes"])
    assert ran.exit_code == 1
    assert ran.stderr.splitlines()[-1].endswith(
        "No space left on device. Run the same command again once that is mended"
    )
    assert site.imports(cli).exit_code == 0
    assert left_by(site, cli) == (undisturbed.files, undisturbed.state)


@pytest.mark.promise(5)
@pytest.mark.parametrize(
    "fault",
    [
        {"what": "reset", "match": {"verb": "GET", "path": "/vms$", "times": 0}},
        {"what": "status", "status": 401, "match": {"verb": "GET", "path": "/vms$", "times": 0}},
    ],
)
def test_a_vergeos_that_does_not_answer_ends_it_and_the_same_command_goes_on(
    site: SiteBench, cli: MemoryCli, fault: dict[str, Any], undisturbed: Undisturbed
) -> None:
    site.simulator.faults(fault)
    with pytest.raises(VergeError):
        site.imports(cli)
    assert cli.state["deployment"] == {}
    site.simulator.faults()
    assert site.imports(cli).exit_code == 0
    assert left_by(site, cli) == (undisturbed.files, undisturbed.state)


@pytest.mark.promise(5)
def test_a_vergeos_that_is_busy_is_waited_for(site: SiteBench, cli: MemoryCli, undisturbed: Undisturbed) -> None:
    site.simulator.faults({"what": "rate_limit", "retry_after": 0, "match": {"verb": "GET", "nth": 5, "times": 3}})
    assert site.imports(cli).exit_code == 0
    assert left_by(site, cli) == (undisturbed.files, undisturbed.state)


@pytest.mark.promise(5)
def test_three_tables_without_right_are_named_and_come_along_later(
    site: SiteBench, cli: MemoryCli, undisturbed: Undisturbed
) -> None:
    refused = ("users", "groups", "vnet_rules")
    site.simulator.faults(
        *(
            {"what": "status", "status": 403, "body": {"err": "no"}, "match": {"path": f"/{table}$", "times": 0}}
            for table in refused
        )
    )
    outcome = site.imports(cli)
    assert (sorted(outcome.unread), outcome.exit_code) == (sorted(refused), 3)
    site.simulator.faults()
    assert site.imports(cli).exit_code == 0
    files, state = left_by(site, cli)
    assert files == undisturbed.files
    assert in_order(state) == in_order(undisturbed.state), "what came later stands later"


def in_order(state: str) -> list[Any]:
    """Return the resources of a state by their URNs, without what the program said only for their checks."""
    entries: list[dict[str, Any]] = json.loads(state)["deployment"]["resources"]
    for entry in entries:
        links = entry.get("propertyDependencies", {})
        entry["propertyDependencies"] = {name: links[name] for name in links if not name.startswith("__")}
    return sorted(entries, key=lambda entry: str(entry["urn"]))


@pytest.fixture
def unmarked(site: SiteBench) -> Iterator[Callable[[], None]]:
    """Takes the marks off again."""
    before = site.simulator.dump()
    yield lambda: site.simulator.load(before)
    site.simulator.load(before)


@pytest.mark.promise(5)
def test_marks_may_be_cut_off_at_any_instant(
    site: SiteBench, cli: MemoryCli, tmp_path_factory: pytest.TempPathFactory, unmarked: Callable[[], None]
) -> None:
    """Before and after each, and when the state is written: it ends with all that rows bear."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(chain, "record", record_quickly)
        site.imports(cli)
        undisturbed = Instants(0, KeyboardInterrupt())
        expected = marked(site, cli, tmp_path_factory.mktemp("project"), undisturbed)
        assert undisturbed.seen > 10
        for at in range(1, undisturbed.seen + 1, 5):
            unmarked()
            cut = Instants(at, KeyboardInterrupt())
            assert marked(site, cli, tmp_path_factory.mktemp("project"), cut) == expected


def marked(site: SiteBench, imported: MemoryCli, folder: Path, cut: Instants) -> Any:
    """Go on in a copy of an imported project with marks, after it was cut off; return what that leaves."""
    shutil.copytree(site.folder, folder, dirs_exist_ok=True)
    project, cli = SiteBench(site.simulator, folder), MemoryCli()
    cli.state = json.loads(json.dumps(imported.state))
    with pytest.MonkeyPatch.context() as patched, contextlib.suppress(KeyboardInterrupt):
        patched.setattr(RowProvider, "mark", cut.counted(RowProvider.mark))
        patched.setattr(cli, "replace_state", cut.counted(cli.replace_state))
        project.imports(cli, mark=True)
    assert project.imports(cli, mark=True).exit_code == 0
    borne = {str(each.get("description")).rpartition("\n")[2] for each in described(site.simulator)}
    known = {entry["outputs"]["__mark"] for entry in cli.entries.values() if "__mark" in entry.get("outputs", {})}
    assert known
    assert known <= borne
    return left_by(project, cli), DRAWN.sub("", json.dumps(site.simulator.snapshot(), sort_keys=True))


def described(simulator: Simulator) -> Iterator[Any]:
    """Yield the rows of all tables."""
    for rows in simulator.snapshot().values():
        yield from rows.values()


def die(folder: Path, environment: dict[str, str]) -> None:
    """Import, and be killed while the program runs."""
    pytest.MonkeyPatch().setattr(chain, "record", lambda *given: os.kill(os.getpid(), signal.SIGKILL))
    Import(folder, cast("Any", MemoryCli()), environment, print).run(Wanted())


@pytest.mark.promise(5)
def test_a_killed_process_leaves_what_the_same_command_goes_on_with(
    site: SiteBench, cli: MemoryCli, undisturbed: Undisturbed
) -> None:
    environment = {"VERGEOS_HOST": site.simulator.url, "VERGEOS_API_KEY": site.simulator.api_key}
    killed = PROCESSES.Process(target=die, args=(site.folder, environment))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    assert (site.folder / "__main__.py").exists()
    assert site.imports(cli).exit_code == 0
    assert left_by(site, cli) == (undisturbed.files, undisturbed.state)
