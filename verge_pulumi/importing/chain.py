"""The stages of an import, one after the other, and the files that they leave.

Not for version control are ``.vergeos/site.json.gz``, which holds what was read of VergeOS and serves ``--offline``,
and ``.vergeos/before.json`` and ``before-marks.json``, the state as it was before each write to it. For version control
are the program, the plan ``vergeos-import/plan.csv``, which people read and edit, the report beside it, and
``vergeos-import/written.json`` with the hash of each file as it was written: one that somebody edited since is never
overwritten.

It is one file, since each stage uses what those before it have made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import NAMESPACE, Settings, read_settings
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.states import OURS, Held, Place, StackState
from verge_pulumi.importing.asking import Ask, Questions, recall, unanswered
from verge_pulumi.importing.changes import changes, concerned
from verge_pulumi.importing.commands import Pulumi, configured
from verge_pulumi.importing.contents import Contents
from verge_pulumi.importing.finishing import Finishing
from verge_pulumi.importing.firewalls import declared
from verge_pulumi.importing.found import Found
from verge_pulumi.importing.keeping import Keeping, gone, refuse_other_system, refuse_strangers
from verge_pulumi.importing.marking import Marking
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.outcome import Made, Options, Outcome, unknown_words
from verge_pulumi.importing.owners import Owners, held_places, taken
from verge_pulumi.importing.plan import Plan
from verge_pulumi.importing.plan_file import Line, read_plan, write_plan
from verge_pulumi.importing.program import Program
from verge_pulumi.importing.reading import Reading
from verge_pulumi.importing.recording import Refused, Registered, Rows, Stack, differing, record, see_declared
from verge_pulumi.importing.report import save_report
from verge_pulumi.importing.site import Site, connect_to
from verge_pulumi.importing.state import STACK, Recorded, deployment, held_rows, place_of, places_of, rows_of
from verge_pulumi.importing.systems import Systems, package_of
from verge_pulumi.importing.terraform import Terraform, hand_over, not_taken
from verge_pulumi.importing.treating import Known, candidates_of
from verge_pulumi.importing.written import Earlier, Written

Tell = Callable[[str], None]

Registration = tuple[list[Registered] | None, Mapping[Place, Found], Outcome]
"""What a program registers, None where no program is wanted; the rows; and what came of it so far."""


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
        self._folder = folder
        self._provider = provider
        self._pulumi = pulumi
        self._environment = environment
        self._tell = tell
        self._questions = Questions(ask)
        private = folder / ".vergeos" / provider
        self._reading = Reading(private, tell)
        self._finishing = Finishing(pulumi, private, tell)
        plans = folder / "vergeos-import"
        self._plan_file = plans / provider / "plan.csv"
        self._systems = Systems(plans, provider)
        self._written = Written(folder, plans / "written.json")
        self._removed_file = plans / provider / "removed.tf"

    def run(
        self,
        options: Options,
        confirm: Callable[[Outcome], bool] = lambda outcome: True,
        confirm_marks: Callable[[Marking], bool] = lambda marking: True,
    ) -> Outcome:
        """Run the stages.

        Args:
            options: What is wanted.
            confirm: Asked before the state is written.
            confirm_marks: Asked before marks are written to VergeOS.

        Raises:
            EngineError: A stage fails; the files of those before it are there.
            VergeError: VergeOS cannot be read, or does not answer any more.
        """
        options.refuse_contradictions()
        stack = self._pulumi.stack()
        self._systems.refuse_unknown(stack.config)
        exported = self._pulumi.export()
        before = exported.get("deployment") or {}
        if before.get("pending_operations"):
            raise EngineError(
                "an earlier run was cut off while it wrote, and only the state records that. Run 'pulumi up', then "
                "'pulumi refresh --clear-pending-creates'"
            )
        settings = read_settings(self._systems.settings(stack.config), self._environment)
        if options.mark and not settings.mark:
            key = f"{self._provider or NAMESPACE}:mark"
            raise EngineError(f"{key} is false, so nothing is to bear a mark. Leave --mark out")
        state = StackState(before)
        # Not what this very run has written: nobody has seen that yet.
        earlier = self._written.earlier(package_of(self._provider))

        def see(connection: Connection) -> None:
            planned = {} if options.declared else self._written.origin(self._provider)
            refuse_other_system(connection, planned, state)

        site, changed = self._reading.site(settings, see, options.readings), list[str]()
        while True:
            made = self._made(options, stack, settings, site, before, earlier)
            outcome = made.outcome
            outcome.changed = changed
            # A program of ours says what VergeOS has. That one of people says something else is what a preview is for.
            wrong = bool(outcome.differences) and not options.declared
            if made.after is None or options.no_state or wrong:
                return outcome if options.plan_only else self._reported(outcome)
            if outcome.new and not confirm(outcome):
                outcome.declined = True
                return self._reported(outcome)
            newer = self._reading.again(settings) if outcome.new and not options.offline else site
            places = concerned(made.new)
            again = list(changes(places, site, newer, made.objects.all))
            if newer is not site:
                again += self._reading.changed_files(settings, newer, made.objects, places)
            if not again:
                break
            if changed:
                raise EngineError(f"VergeOS was changed again while it was read ({again[0]}). Run the command again")
            changed = again
            for line in changed:
                self._tell(f"changed since it was read: {line}")
            site, stack = newer, self._pulumi.stack()
        if not (outcome.new or before.get("resources")):
            return outcome  # the stack has nothing, as before
        if outcome.new:
            self._reported(outcome)  # before the state has it: after that nothing is new any more
            self._finishing.record(exported, {**exported, "deployment": made.after}, "before.json")
        self._finishing.verify(outcome)
        if options.mark and not outcome.quiet:
            self._tell("no mark was written, since the preview shows changes")
        elif options.mark:
            self._finishing.mark(outcome, made.objects, stack.owner, settings, options, confirm_marks)
        if made.terraform and outcome.quiet:
            handing = hand_over(made.terraform, made.after, made.objects.has)
            handing.save(self._removed_file)
            outcome.handed = handing.commands
            outcome.removed = self._removed_file.relative_to(self._folder).as_posix()
        # Where nothing is new the report tells of the import that wrote the program, which is as it was.
        return self._reported(outcome) if outcome.new or outcome.leftovers else outcome

    def _reported(self, outcome: Outcome) -> Outcome:
        """Write the report beside the plan."""
        if outcome.plan:
            save_report(outcome.plan, outcome, self._plan_file.with_name("report.md"))
        return outcome

    def _made(
        self,
        options: Options,
        stack: Stack,
        settings: Settings,
        site: Site,
        before: Mapping[str, Any],
        earlier: Earlier,
    ) -> Made:
        """Make of a site the program, and the state that is to be."""
        connection = connect_to(settings, site)
        contents = Contents(site, connection, self._tell) if options.cloud_init else None
        objects = Objects(site, connection, every=options.every, contents=contents)
        terraform = Terraform(options.tfstate, objects, site) if options.tfstate else None
        if terraform:
            options = replace(options, scope=terraform.scope(options.scope))
        state = StackState(before)
        here = sorted(filter(objects.has, state.held), key=lambda each: not each.leaving)
        held = {place: each for each in here for place in held_places(each)}
        refuse_strangers(objects, {place: each for place, each in held.items() if not each.leaving})
        owners = Owners(objects, stack.owner, state, take_over=options.take_over, marks=options.mark)
        if options.declared:
            registration = self._declared(stack, objects, owners, held, state)
        else:
            keeping = Keeping(earlier, objects, held, stack.owner, self._plan_file)
            registration = self._planned(options, stack, objects, owners, keeping, state)
        registered, rows, outcome = registration
        if terraform:
            outcome.untaken = list(not_taken(terraform, read_plan(self._plan_file), held))
        outcome.others, outcome.unread = site.others, site.unread
        outcome.gone = gone(objects, held)
        if registered is None:
            return Made(objects, terraform, outcome)
        after, outcome.differences = deployment(before, stack, registered, Recorded(objects, rows, owners))
        there = before.get("resources") or ()
        # That of the stack itself is nothing that was imported.
        outcome.new = sum(entry["type"] != STACK for entry in after["resources"])
        outcome.new -= sum(entry["type"] != STACK for entry in there)
        urns = {entry["urn"] for entry in there}
        new = [rows[place_of(each)] for each in registered if each.custom and each.id and each.urn not in urns]
        if options.declared:
            outcome.taken, outcome.unknown = list(taken(new, owners)), unknown_words(new)
        outcome.regained = len({found.place for found in new if owners.proof(found)})
        return Made(objects, terraform, outcome, after, new)

    def _declared(
        self, stack: Stack, objects: Objects, owners: Owners, held: Mapping[Place, Held], state: StackState
    ) -> Registration:
        """Record what the program that is there declares."""
        candidates = candidates_of(objects, owners, held)
        self._tell("running the program without an engine")
        registered = record(
            self._folder, stack, held_rows(objects, state), candidates, self._provider, objects.looked_up
        )
        ours = [found for found in objects.all.values() if not owners.decision(found)]
        firewalls = declared(registered, ours)
        owners.refuse_mixed(firewalls.values())
        rows = {**objects.all, **firewalls}
        missing = sorted(f"{each.type.removeprefix(OURS)} '{each.name}': {each.why}" for each in registered if each.why)
        return registered, rows, Outcome(missing=missing)

    def _planned(
        self,
        options: Options,
        stack: Stack,
        objects: Objects,
        owners: Owners,
        keeping: Keeping,
        state: StackState,
    ) -> Registration:
        """Plan, write the program, and run it; what the package refuses is left out, and it starts again."""
        refused: dict[Place, str] = {}
        while True:
            plan, places, outcome = self._plan(options, stack, objects, owners, keeping, refused)
            if options.plan_only:
                return None, plan.all, outcome
            if self._questions.put(plan):
                continue
            system = self._systems.system(stack.config, self._written.packages(), keeping.modules)
            program = Program(plan, system)
            write = partial(self._write, plan, keeping, stack.owner)
            outcome.kept = write(program.files)
            outcome.cuts = [f"{plan.all[cut.place].title}: {cut.argument}" for cut in program.cuts]
            stack = configured(self._pulumi, stack, program.secrets, self._tell)
            self._tell("running the program without an engine")
            rows = rows_of(plan, places, state)
            try:
                registered = record(self._folder, stack, rows, {}, self._provider, objects.looked_up)
            except Refused as error:
                place = plan.place_of(error.kind, error.name)
                if place is None or place in refused or outcome.kept:
                    raise
                self._tell(f"left out: {error}")
                refused[place] = error.why
                continue
            see_declared(registered, places)
            if options.fold:
                unseen = [*keeping.unseen(plan)]
                self._fold(plan, program, Program(plan, system, fold=True), stack, rows, registered, write, unseen)
            return registered, plan.all, outcome

    def _write(self, plan: Plan, keeping: Keeping, owner: str, files: Mapping[str, str]) -> list[str]:
        """Write files of a program; return those that were kept, since somebody edited them."""
        return self._written.write(files, package_of(self._provider), plan.modules, keeping.modules, owner)

    def _fold(
        self,
        plan: Plan,
        program: Program,
        folded: Program,
        stack: Stack,
        rows: Rows,
        registered: list[Registered],
        write: Callable[[Mapping[str, str]], list[str]],
        unseen: Iterable[Line],
    ) -> None:
        """Let loops declare what is alike, if the program then registers the very same."""
        if folded.files == program.files:
            return
        write(folded.files)
        self._tell("running the program with loops")
        try:
            again = record(self._folder, stack, rows, {}, self._provider, plan.objects.looked_up)
            different = ", ".join(differing(registered, again)[:1])
        except EngineError as error:
            different = str(error)
        if different:
            self._tell(f"nothing is folded, as the program would not be the same: {different}")
            write(program.files)
        else:
            write_plan([*folded.lines, *unseen], self._plan_file)

    def _plan(
        self,
        options: Options,
        stack: Stack,
        objects: Objects,
        owners: Owners,
        keeping: Keeping,
        refused: Mapping[Place, str],
    ) -> tuple[Plan, Mapping[tuple[str, str], Place], Outcome]:
        lines = read_plan(self._plan_file)
        recall(stack, objects, lines)
        in_state = {line.module for line in lines.values() if line.is_managed and line.place in keeping.held}
        known = Known(
            owners=owners,
            held=keeping.held,
            lines=lines,
            frozen={*keeping.modules, *in_state},
            refused=refused,
            prefix=f"{self._provider}-" if self._provider else "",
            taken=self._systems.taken(),
            split=not options.fold,  # tables and loops are short
        )
        plan = Plan(objects, known, options.scope)
        places = places_of(plan)
        keeping.see(plan, places)
        self._written.note(self._provider, objects.connection.system)
        write_plan([*plan.lines.values(), *keeping.unseen(plan)], self._plan_file)
        new = objects.all.keys() - keeping.held
        ours = [place for place, line in plan.lines.items() if line.is_in_program and place in new]
        outcome = Outcome(
            counts=Counter(line.treatment for line in plan.lines.values()),
            plan=plan,
            unknown=unknown_words(plan.all[line.place] for line in plan.lines.values() if line.is_in_program),
            untold=plan.untold,
            refused=[f"{plan.all[place].title}: {why}" for place, why in plan.unsaid.items()],
            taken=list(taken((objects.all[place] for place in ours), owners)),
        )
        return plan, places, outcome
