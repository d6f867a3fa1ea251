"""The stages of an import, one after the other, and the files that they leave.

Not for version control are ``.vergeos/site.json.gz``, which holds what was read of VergeOS and serves ``--offline``,
and ``.vergeos/before.json``, the state as it was before. For version control are the program, the plan
``vergeos-import/plan.csv``, which people read and edit, and ``vergeos-import/written.json`` with the hash of each file
as it was written: one that somebody edited since is never overwritten.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from verge_pulumi.engine.connecting.settings import NAMESPACE, read_settings
from verge_pulumi.engine.errors import EngineError, shown
from verge_pulumi.engine.ownership.states import OURS, Place, StackState
from verge_pulumi.importing.asking import Ask, Questions, recall, unanswered
from verge_pulumi.importing.commands import Pulumi, configured
from verge_pulumi.importing.contents import Contents
from verge_pulumi.importing.firewalls import declared
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.outcome import Options, Outcome
from verge_pulumi.importing.plan import Plan
from verge_pulumi.importing.plan_file import read_plan, write_plan
from verge_pulumi.importing.program import Program
from verge_pulumi.importing.recording import Refused, Registered, Rows, Stack, differing, record
from verge_pulumi.importing.site import Site, connect_to, read_site
from verge_pulumi.importing.state import Recorded, deployment, held_rows, place_of, places_of, rows_of
from verge_pulumi.importing.systems import System, package_of
from verge_pulumi.importing.terraform import Terraform, hand_over, not_taken
from verge_pulumi.importing.treating import Known, candidates_of
from verge_pulumi.importing.written import Written
from verge_pulumi.resources.firewall.firewall import Firewall

Tell = Callable[[str], None]


class Import:
    """An import into the project of a folder.

    Args:
        folder: The project.
        pulumi: Its stack.
        environment: Where VergeOS is and who asks, as `read_settings` reads it.
        tell: Receives a line of progress.
        provider: The name of the provider, where VergeOS is not that of the default one.
        ask: How a person is asked for a secret.

    Raises:
        EngineError: A provider cannot have that name.
    """

    def __init__(
        self,
        folder: Path,
        pulumi: Pulumi,
        environment: Mapping[str, str],
        tell: Tell,
        provider: str = "",
        ask: Ask = unanswered,
    ) -> None:
        if not re.fullmatch(r"(?:[a-z][a-z0-9-]*)?", provider) or provider == NAMESPACE:
            raise EngineError(f"'{shown(provider)}' is no name for a provider: use a-z, 0-9 and '-'")
        self._ask = ask
        self._folder = folder
        self._provider = provider
        self._pulumi = pulumi
        self._environment = environment
        self._tell = tell
        self._private = folder / ".vergeos" / provider
        self._plans = folder / "vergeos-import"
        self._plan_file = self._plans / provider / "plan.csv"
        self._written = Written(folder, self._plans / "written.json")
        self._removed_file = self._plans / provider / "removed.tf"

    def run(self, options: Options, confirm: Callable[[Outcome], bool] = lambda outcome: True) -> Outcome:
        """Run the stages.

        Args:
            options: What is wanted.
            confirm: Asked before the state is written.

        Raises:
            EngineError: A stage fails; the files of those before it are there.
            VergeError: VergeOS cannot be read.
        """
        stack = self._pulumi.stack()
        exported = self._pulumi.export()
        before = exported.get("deployment") or {}
        if before.get("pending_operations"):
            raise EngineError(
                "writes of an earlier run were cut off, and only the state tells of them. Run 'pulumi refresh' first"
            )
        if options.declared and options.tfstate:
            raise EngineError("a state of Terraform tells what to write a program for; --declared writes none")
        if self._provider and not self._system(stack)[0].settings:
            raise EngineError(
                f"the configuration of the stack does not tell where '{self._provider}' is. Run 'pulumi config set "
                f"{self._provider}:host HOST' and 'pulumi config set {self._provider}:apiKeyEnv VARIABLE'"
            )
        settings = read_settings(lambda name: self._configured(stack, name), self._environment)
        site = self._site(options, lambda: read_site(connect_to(settings, tell=self._tell), self._tell))
        connection = connect_to(settings, site)
        contents = Contents(site, connection, self._tell) if options.cloud_init else None
        objects = Objects(site, connection, every=options.every, contents=contents)
        terraform = Terraform(options.tfstate, objects, site) if options.tfstate else None
        if terraform:
            options = replace(options, scope=terraform.scope(options.scope))
        here = objects.system
        state = StackState(before)
        held = {each.place for each in state.held if each.place and each.origin.get("system", here) == here}
        if options.declared:
            registered, recorded, outcome = self._declared(stack, objects, held, state)
        else:
            planned = self._planned(options, stack, objects, held, state)
            if terraform:
                outcome = planned if isinstance(planned, Outcome) else planned[-1]
                outcome.untaken = list(not_taken(terraform, read_plan(self._plan_file), held))
            if isinstance(planned, Outcome):
                return planned
            registered, recorded, outcome = planned
        outcome.unread = site.unread
        after, outcome.differences = deployment(before, stack, registered, recorded)
        outcome.new = len(after["resources"]) - len(before.get("resources") or ())
        # A program of ours says what VergeOS has; that one of people says something else is what the preview is for.
        wrong = bool(outcome.differences) and not options.declared
        if options.no_state or wrong or (outcome.new and not confirm(outcome)):
            return outcome
        if outcome.new:
            self._record(exported, after)
        self._verify(outcome)
        if terraform and outcome.quiet:
            handing = hand_over(terraform, after, here)
            outcome.handed = handing.commands
            if handing.removed:
                self._removed_file.write_text(handing.removed, encoding="utf-8")
        return outcome

    def _configured(self, stack: Stack, name: str) -> str | None:
        """Return a setting: ``vergeos:host``, or ``siteb:host`` for a provider of that name."""
        if name == "provider":
            return self._provider
        return stack.config.get(f"{self._provider or NAMESPACE}:{name}")

    def _system(self, stack: Stack) -> tuple[System, set[tuple[str, str]]]:
        """Return which VergeOS of the program it is, and kinds and names of the resources of the others."""
        settings = [key.partition(":")[2] for key in stack.config if key.startswith(f"{self._provider}:")]
        others: dict[str, Collection[str]] = {}
        taken: set[tuple[str, str]] = set()
        for path in (self._plans / "plan.csv", *sorted(self._plans.glob("*/plan.csv"))):
            lines = [line for line in read_plan(path).values() if line.is_managed] if path != self._plan_file else []
            provider = "" if path.parent == self._plans else path.parent.name
            others |= {provider: sorted({line.module for line in lines})} if lines else {}
            taken |= {(line.kind, line.resource) for line in lines}
        return System(provider=self._provider, settings=settings, others=others), taken

    def _record(self, exported: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Put the new state in the place of the old one, of which a copy is kept."""
        backup = self._private / "before.json"
        backup.unlink(missing_ok=True)
        self._pulumi.replace_state(exported, {**exported, "deployment": after}, backup)
        self._tell(f"wrote the state; 'pulumi stack import --file {backup}' puts the one before it back")

    def _declared(
        self, stack: Stack, objects: Objects, held: Collection[Place], state: StackState
    ) -> tuple[list[Registered], Recorded, Outcome]:
        """Record what the program that is there declares."""
        candidates = candidates_of(objects, stack.owner, held)
        self._tell("running the program without an engine")
        registered = record(self._folder, stack, held_rows(objects, state), candidates, self._provider)
        rows = dict(objects.all)
        for each in registered:
            if each.type == Firewall.declaration.type_token and each.id:
                table, _, key = each.id.partition("/")
                names = {rule["name"] for rule in each.inputs.get("rules") or ()}
                rows[place_of(each)] = declared((table, key), names, objects.all.values())
        missing = sorted(f"{each.type.removeprefix(OURS)} '{each.name}': {each.why}" for each in registered if each.why)
        return registered, Recorded(objects, rows), Outcome(missing=missing)

    def _planned(
        self, options: Options, stack: Stack, objects: Objects, held: Collection[Place], state: StackState
    ) -> tuple[list[Registered], Recorded, Outcome] | Outcome:
        """Plan, write the program, and run it; what the package refuses is left out, and it starts again."""
        refused: dict[Place, str] = {}
        questions = Questions(self._ask)
        while True:
            plan, outcome = self._plan(options, stack, objects, held, refused)
            if options.plan_only:
                return outcome
            if questions.put(plan):
                continue
            system = self._system(stack)[0]
            program = Program(plan, system)
            outcome.kept = self._written.write(program.files)
            outcome.cuts = [f"{plan.all[cut.place].title}: {cut.argument}" for cut in program.cuts]
            stack = configured(self._pulumi, stack, program.secrets, self._tell)
            self._tell("running the program without an engine")
            places = places_of(plan)
            rows = rows_of(plan, places, state)
            try:
                registered = record(self._folder, stack, rows, {}, self._provider)
            except Refused as error:
                place = plan.place_of(error.kind, error.name)
                if place is None or place in refused or outcome.kept:
                    raise
                self._tell(f"left out: {error}")
                refused[place] = error.why
                continue
            _see_declared(registered, places)
            if options.fold:
                self._fold(program, Program(plan, system, fold=True), stack, rows, registered)
            return registered, Recorded(objects, plan.all), outcome

    def _fold(self, program: Program, folded: Program, stack: Stack, rows: Rows, registered: list[Registered]) -> None:
        """Let loops declare what is alike, if the program then registers the very same."""
        if folded.files == program.files:
            return
        self._written.write(folded.files)
        self._tell("running the program with loops")
        try:
            again = record(self._folder, stack, rows, {}, self._provider)
            different = ", ".join(differing(registered, again)[:1])
        except EngineError as error:
            different = str(error)
        if different:
            self._tell(f"nothing is folded, as the program would not be the same: {different}")
            self._written.write(program.files)
        else:
            write_plan(folded.lines, self._plan_file)

    def _plan(
        self, options: Options, stack: Stack, objects: Objects, held: Collection[Place], refused: Mapping[Place, str]
    ) -> tuple[Plan, Outcome]:
        lines = read_plan(self._plan_file)
        recall(stack, objects, lines)
        in_state = {line.module for line in lines.values() if line.is_managed and line.place in held}
        known = Known(
            owner=stack.owner,
            held=held,
            lines=lines,
            frozen=self._written.edited(package_of(self._provider)) | in_state,
            refused=refused,
            prefix=f"{self._provider}-" if self._provider else "",
            taken=self._system(stack)[1],
        )
        plan = Plan(objects, known, options.scope)
        write_plan(plan.lines.values(), self._plan_file)
        outcome = Outcome(
            counts=Counter(line.treatment for line in plan.lines.values()),
            refused=[f"{plan.all[place].title}: {why}" for place, why in plan.unsaid.items()],
        )
        return plan, outcome

    def _site(self, options: Options, read: Callable[[], Site]) -> Site:
        path = self._private / "site.json.gz"
        if options.offline:
            return Site.load(path)
        site = read()
        site.save(path)
        (self._private / ".gitignore").write_text("*\n", encoding="utf-8")
        return site

    def _verify(self, outcome: Outcome) -> None:
        """Let the engine say whether anything differs."""
        self._tell("running 'pulumi preview'")
        ran = self._pulumi.run("preview", "--diff", "--expect-no-changes")
        outcome.quiet = ran.code == 0
        outcome.shown = "" if outcome.quiet else f"{ran.output}{ran.error}"


def _see_declared(registered: Collection[Registered], planned: Collection[tuple[str, str]]) -> None:
    """See that the program declares all that the plan manages: files that somebody edited may not.

    Raises:
        EngineError: It does not.
    """
    declared = {(each.path, each.name) for each in registered}
    lacking = [f"{path.rpartition(OURS)[2]} '{name}'" for path, name in planned if (path, name) not in declared]
    if lacking:
        more = f" and {len(lacking) - 1:,} more" if lacking[1:] else ""
        raise EngineError(
            f"the program lacks {lacking[0]}{more}, which the plan manages. Import in __main__.py the modules "
            "that declare it, or set its treatment to 'leave' in the plan"
        )
