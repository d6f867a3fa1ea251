"""What is wanted of an import, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from verge_pulumi.importing.tfstate import Tfstate
from verge_pulumi.importing.treating import Scope


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
    tfstate: Tfstate | None = None


@dataclass(kw_only=True)
class Outcome:
    """What an import did.

    Attributes:
        counts: How many rows have each treatment.
        unread: Why tables could not be read.
        refused: Rows that a program cannot say, with the reasons.
        cuts: References that are keys because of a circle.
        kept: Files that somebody edited and that were left.
        missing: What a program declares and no row was found for.
        differences: Where the program differs from VergeOS.
        new: Resources that were added to the state.
        quiet: Whether the engine's preview shows no change; None if it was not asked.
        shown: What the preview shows.
        untaken: What a state of Terraform manages and the program does not, with the reasons.
        handed: Commands by which Terraform forgets what the stack manages.
    """

    counts: Counter[str] = field(default_factory=Counter)
    unread: Mapping[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    cuts: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    new: int = 0
    quiet: bool | None = None
    shown: str = ""
    untaken: list[str] = field(default_factory=list)
    handed: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 all is quiet, 2 the program differs from VergeOS, 3 some rows cannot be in a program."""
        if self.differences or self.missing or self.quiet is False:
            return 2
        return 3 if self.refused or self.unread or self.untaken else 0
