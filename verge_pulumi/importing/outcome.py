"""What is wanted of an import, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from verge_pulumi.catalogue import TABLES
from verge_pulumi.engine.errors import EngineError, shown
from verge_pulumi.importing.found import Found
from verge_pulumi.importing.marking import Marking
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.plan import Plan
from verge_pulumi.importing.scope import Scope
from verge_pulumi.importing.terraform import Terraform
from verge_pulumi.importing.tfstate import Tfstate


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is wanted.

    Attributes:
        scope: Which rows are chosen.
        every: Whether every argument that can be set is written.
        offline: Whether what was read before is used instead of reading it again.
        plan_only: Whether it ends with the plan.
        no_state: Whether the state is left as it is.
        declared: Whether the program is there already, and only the state is wanted.
        cloud_init: Whether cloud-init files are imported too.
        fold: Whether resources that are alike are declared by a table and a loop.
        mark: Whether what the state has is to bear its mark in VergeOS.
        take_over: Whether what other stacks manage is managed here from now on.
        tfstate: A state of Terraform, which gives the rows and their names.
    """

    scope: Scope = field(default_factory=Scope)
    every: bool = False
    offline: bool = False
    plan_only: bool = False
    no_state: bool = False
    declared: bool = False
    cloud_init: bool = False
    fold: bool = False
    mark: bool = False
    take_over: bool = False
    tfstate: Tfstate | None = None

    @property
    def readings(self) -> int:
        """How often VergeOS is read at least."""
        return 0 if self.offline else 1 if self.plan_only or self.no_state else 2

    def refuse_contradictions(self) -> None:
        """See that what is wanted goes together.

        Raises:
            EngineError: It does not.
        """
        if self.declared and self.tfstate:
            raise EngineError("a state of Terraform tells what to write a program for; --declared writes none")
        if self.declared and (self.plan_only or self.fold or self.scope != Scope()):
            raise EngineError(
                "--declared records all that the program declares. Leave out --plan, --fold, --only, --tag, --cluster, "
                "--network, --exclude and --with-needs"
            )
        if self.mark and (self.plan_only or self.no_state or self.offline):
            raise EngineError(
                "--mark follows the state, and is for what was just read. Leave out --plan, --no-state and --offline"
            )
        if self.take_over and not (self.mark or self.plan_only or self.no_state):
            raise EngineError(
                "a row stays the other stack's as long as it bears its mark, so it would be in this state and every "
                "update of it refused. Add --mark to --take-over"
            )


@dataclass(kw_only=True)
class Outcome:
    """What an import did.

    Attributes:
        counts: How many rows have each treatment.
        unread: Why tables could not be read.
        refused: Rows that a program cannot say, with the reasons.
        unknown: Words of rows that the catalogue does not have, with what becomes of them.
        untold: Keys under which the configuration may have the secrets that VergeOS does not tell.
        others: Tables that the catalogue does not have.
        cuts: References that are keys because of a circle.
        kept: Files that somebody edited and that were left.
        missing: What a program declares and no row was found for.
        gone: What the state has and VergeOS has no more.
        differences: Where the program differs from VergeOS.
        taken: Rows that other stacks manage and that are taken over, with whose they are.
        regained: How many rows are this stack's by their marks alone, since its state has lost them.
        changed: Rows that were changed while they were read, and read again.
        new: Resources that were added to the state, or are new to it where somebody said no.
        declined: Whether somebody said no to the state.
        quiet: Whether the engine's preview shows no change; None if it was not asked.
        shown: What the preview shows, as it shows it.
        leftovers: A line for each change that it shows.
        plan: The plan; None where the program was there already.
        untaken: What a state of Terraform manages and the program does not, with the reasons.
        handed: Commands by which Terraform forgets what the stack manages.
        removed: The file that says the same to Terraform's configuration, in the project.
        marking: What bears its mark now and what does not; None if marks were not asked for.
    """

    counts: Counter[str] = field(default_factory=Counter)
    unread: Mapping[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    cuts: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    regained: int = 0
    changed: list[str] = field(default_factory=list)
    new: int = 0
    declined: bool = False
    quiet: bool | None = None
    shown: str = ""
    leftovers: list[str] = field(default_factory=list)
    plan: Plan | None = field(default=None, repr=False, compare=False)
    untaken: list[str] = field(default_factory=list)
    handed: list[str] = field(default_factory=list)
    removed: str = ""
    marking: Marking | None = None

    @property
    def exit_code(self) -> int:
        """0 quiet, 1 marks failed, 2 program or state differ from VergeOS, 3 rows, marks or the state are left."""
        if self.marking and self.marking.failed:
            return 1
        if self.differences or self.missing or self.gone or self.quiet is False:
            return 2
        unmarked = self.marking and len(self.marking.marks) < len(self.marking.due)
        left = self.refused or self.unread or self.untaken or self.unknown
        return 3 if left or unmarked or self.declined else 0


def unknown_words(rows: Iterable[Found]) -> list[str]:
    """Return a line for each word that the catalogue does not have, with what becomes of it.

    Args:
        rows: What a program declares.
    """
    said: dict[tuple[str, str, bool], list[str]] = {}
    for found in rows:
        for name, word in found.unknown.items():
            table, column = found.declaration.table, str(found.declaration.inputs[name].column)
            known = TABLES[table].column(column)
            # Any word can be declared where lists grow with releases, and no other one elsewhere.
            said.setdefault((f"{table}.{column}", word, bool(known and known.open_choices)), []).append(found.title)
    return [
        shown(f"{where} is '{word}', which is {'written as it is' if kept else 'left out'}: {_first(titles)}")
        for (where, word, kept), titles in sorted(said.items())
    ]


def _first(titles: list[str]) -> str:
    """Return the first of several objects, and how many more there are."""
    return f"{titles[0]} and {len(titles) - 1:,} more" if titles[1:] else titles[0]


@dataclass
class Made:
    """What was made of what VergeOS has.

    Attributes:
        objects: Its rows.
        terraform: What a state of Terraform says of them.
        outcome: What came of it so far.
        after: The state that is to be; None where the plan is all that is wanted.
        new: The rows behind what that has and the state before has not.
    """

    objects: Objects
    terraform: Terraform | None
    outcome: Outcome
    after: Mapping[str, Any] | None = None
    new: list[Found] = field(default_factory=list)
