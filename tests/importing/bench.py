"""The stages of an import, one by one and all together, in process and against a simulator."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from tests.engine.lab import ask
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.ownership.states import Place, StackState
from verge_pulumi.importing import recorder
from verge_pulumi.importing.asking import Ask, unanswered
from verge_pulumi.importing.chain import Import
from verge_pulumi.importing.commands import Pulumi
from verge_pulumi.importing.marking import Marking
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.outcome import Options, Outcome
from verge_pulumi.importing.owners import Owners
from verge_pulumi.importing.plan import Plan
from verge_pulumi.importing.plan_file import Line
from verge_pulumi.importing.program import Program
from verge_pulumi.importing.recording import (
    NOTHING,
    Candidates,
    Read,
    Registered,
    Rows,
    Stack,
    failure,
    told_to_recorder,
)
from verge_pulumi.importing.scope import Scope
from verge_pulumi.importing.site import Site, connect_to, read_site
from verge_pulumi.importing.state import Recorded, deployment, places_of, rows_of
from verge_pulumi.importing.treating import Known
from verge_pulumi.review.stack_commands import Ran, StackCommands
from verge_pulumi.simulator import Simulator

STACK = Stack(organization="organization", project="shop", name="dev")

MADE = "[pulumi {owner} {name} 7f3a21c4-9d3ed164b2c4]"
"""A mark, as the last line of a description."""


PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.importing.preload", "tests.importing.bench"])


def record_quickly(
    folder: Path, stack: Stack, rows: Rows, candidates: Candidates, provider: str = "", read: Read = NOTHING
) -> list[Registered]:
    """Do what `record` does in a process that has the package already, instead of starting a Python each time."""
    given = told_to_recorder(stack, rows, candidates, provider, read)
    with tempfile.NamedTemporaryFile() as result:
        process = PROCESSES.Process(target=_record, args=(folder, given, result.name, dict(os.environ)))
        process.start()
        process.join()
        told = json.loads(Path(result.name).read_text())
        if isinstance(told, str):
            raise failure(folder, told)
        return [Registered(**each) for each in told]


def _record(folder: Path, given: Mapping[str, Any], result: str, environment: Mapping[str, str]) -> None:
    os.environ.update(environment)
    os.chdir(folder)
    # As `record` has it: of a file that is written again within a second, an older compiled form would be taken.
    sys.dont_write_bytecode = True
    told: Any = []
    try:
        recorder.record(given, told.append)
    except Exception:
        told = traceback.format_exc()
    Path(result).write_text(json.dumps(told))


class SiteBench:
    """A VergeOS that people filled by hand, and what an import makes of it.

    Args:
        simulator: The VergeOS.
        folder: Of the project.
    """

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self.simulator = simulator
        self.folder = folder
        self.settings = Settings(host=simulator.url, api_key=simulator.api_key)
        self.lines: dict[Place, Line] = {}
        """The plan of the last run, as `Known` gets it."""

    # What people do --------------------------------------------------------------------------------------------------

    def make(self, table: str, /, **columns: Any) -> Any:
        """Create a row, and return its key."""
        key = ask(self.simulator, "POST", table, columns)["$key"]
        return int(key) if str(key).isdecimal() else key

    def network(self, name: str = "lan", **columns: Any) -> int:
        """Create a network."""
        return int(self.make("vnets", name=name, **{"network": "10.0.0.0/24", "ipaddress": "10.0.0.1", **columns}))

    def machine(self, vm: int) -> int:
        """Return the machine of a VM, to which its parts belong."""
        return int(ask(self.simulator, "GET", f"vms/{vm}?fields=machine")["machine"])

    def vm(self, name: str = "web", nics: Mapping[str, int] | None = None, **columns: Any) -> int:
        """Create a VM with a drive, and with NICs on networks."""
        vm = int(self.make("vms", name=name, **{"ram": 1024, **columns}))
        machine = self.machine(vm)
        self.make("machine_drives", machine=machine, name="root", disksize=1024**3)
        for nic, net in (nics or {}).items():
            self.make("machine_nics", machine=machine, name=nic, vnet=net)
        return vm

    def edit(self, name: str, **values: str) -> None:
        """Edit the line of a row in the plan, as a spreadsheet does."""
        path = self.folder / "vergeos-import" / "plan.csv"
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row |= values if row["name"] == name else {}
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)

    # The stages ------------------------------------------------------------------------------------------------------

    def read(self, tell: Callable[[str], None] = lambda line: None) -> Site:
        """Read the site."""
        connection = connect_to(self.settings)
        try:
            return read_site(connection, tell)
        finally:
            connection.client.close()

    def objects(self, site: Site | None = None, *, every: bool = False) -> Objects:
        """Return what a program may declare."""
        site = site or self.read()
        return Objects(site, connect_to(self.settings, site), every=every)

    def plan(
        self,
        *,
        seen: Site | None = None,
        scope: Scope | None = None,
        held: Collection[Place] = (),
        frozen: Collection[str] = (),
        refused: Mapping[Place, str] | None = None,
        split: bool = False,
        state: Mapping[str, Any] | None = None,
        **owning: bool,
    ) -> Plan:
        """Plan, with what the last plan said, and keep the lines for the next one; read the site if it was not."""
        objects = self.objects(seen)
        owners = Owners(objects, STACK.owner, StackState(state or {}), **owning)
        known = Known(owners=owners, held=held, lines=self.lines, frozen=frozen, refused=refused or {}, split=split)
        plan = Plan(objects, known, scope or Scope())
        self.lines = dict(plan.lines)
        return plan

    def program(self, plan: Plan, *, fold: bool = False) -> Mapping[str, str]:
        """Write the program into the folder, and return its files."""
        files = Program(plan, fold=fold).files
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return files

    def registered(self, plan: Plan, *, fold: bool = False) -> list[Registered]:
        """Write and run the program of a plan, and return what it registers."""
        self.program(plan, fold=fold)
        return self.run_program(plan)

    def run_program(self, plan: Plan) -> list[Registered]:
        """Run the program that is in the folder, and return what it registers."""
        return record_quickly(
            self.folder, STACK, rows_of(plan, places_of(plan), StackState({})), {}, "", plan.objects.looked_up
        )

    def deployed(
        self, plan: Plan, registered: list[Registered] | None = None, before: Mapping[str, Any] | None = None
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """Return the entries of the state that comes of a plan, and how the program differs from VergeOS."""
        registered = self.registered(plan) if registered is None else registered
        state, differences = deployment(
            before or {}, STACK, registered, Recorded(plan.objects, plan.all, plan.known.owners)
        )
        return state["resources"], differences

    def imports(
        self,
        cli: MemoryCli,
        confirm: Callable[[Outcome], bool] = lambda outcome: True,
        ask: Ask = unanswered,
        confirm_marks: Callable[[Marking], bool] = lambda marking: True,
        **options: Any,
    ) -> Outcome:
        """Run all stages, with another thing in the place of Pulumi's command line."""
        environment = {"VERGEOS_HOST": self.simulator.url, "VERGEOS_API_KEY": self.simulator.api_key}
        importing = Import(self.folder, cast("Pulumi", cli), environment, cli.told.append, ask=ask)
        return importing.run(Options(**options), confirm, confirm_marks)


class MemoryCli(StackCommands):
    """Pulumi's command line for one stack, whose state and configuration are kept in memory.

    Args:
        stack: The stack.
        config: What it has in its configuration in addition, all of it secret.
    """

    def __init__(self, stack: Stack = STACK, config: Mapping[str, str] | None = None) -> None:
        super().__init__(Path(), stack.name)
        self.state: dict[str, Any] = {"version": 3, "deployment": {}}
        self.told: list[str] = []
        self.commands: list[tuple[str, ...]] = []
        self.preview = Ran(0, "", "")
        self.listed = Ran(0, "", "")
        """What the preview prints as JSON."""
        self.config = dict(config or {})
        self._described = stack

    def stack(self) -> Stack:
        """Return the stack."""
        described = self._described
        config, secret = {**described.config, **self.config}, (*described.secret, *self.config)
        return replace(described, config=config, secret=secret)

    def run(self, *command: str, given: str = "") -> Ran:
        """Tell or replace the state, take a secret, and say what the preview is told to show."""
        if command[:3] == ("config", "set", "--secret"):
            self.config[command[3]] = given.removesuffix("\n")  # of which the command line takes one line end away
            return Ran(0, "", "")
        if command[:2] == ("stack", "export"):
            return Ran(0, json.dumps(self.state), "")
        if command[:2] == ("stack", "import"):
            self.state = json.loads(given)
            return Ran(0, "", "")
        self.commands.append(command)
        return self.listed if "--json" in command else self.preview

    @property
    def entries(self) -> dict[str, dict[str, Any]]:
        """The entries of the state, by type and name."""
        resources = self.state["deployment"].get("resources", ())
        return {"::".join(entry["urn"].split("::")[2:]): entry for entry in resources}
