"""What one preview of one stack says: one change for each resource, with its effects.

It is data alone. `reading` makes it of a document; everything else in a report is worked out from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal

from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.review.estimate import Estimate
from verge_pulumi.review.kinds import UNDECLARED
from verge_pulumi.review.values import Names

Action = Literal["same", "create", "update", "replace", "delete", "read", "import"]

Rule = Mapping[str, Any]
"""What a rule says, by name of the argument."""


class Effect(StrEnum):
    """What whoever approves a change has to know, the most important first."""

    LOSES_DATA = "loses data"
    REFUSED = "is refused"
    OPENS_FIREWALL = "opens the firewall"
    GIVES_RIGHTS = "gives rights"
    DELETES = "deletes"
    REPLACES = "replaces"
    RESTARTS = "restarts"
    STOPS = "stops"
    WAITS = "waits for a restart"
    CLOSES_FIREWALL = "closes the firewall"
    TAKES_RIGHTS = "takes rights"


@dataclass(frozen=True)
class RuleChange:
    """What happens to one rule.

    Attributes:
        network: URN or key of its network.
        name: Its name.
        before: What it says; None if it is new.
        after: What it will say; None if it is deleted.
        opens: Whether it may let traffic pass that could not.
        closes: Whether it may stop traffic that could pass.
    """

    network: str
    name: str
    before: Rule | None
    after: Rule | None
    opens: bool
    closes: bool


@dataclass(frozen=True)
class Target:
    """What rights are for.

    Attributes:
        table: The table; ``/`` is everything.
        row: URN of the one row, or ``table/key``; "" for all rows.
        note: What it is in words, where a table does not tell.
    """

    table: str = ""
    row: str = ""
    note: str = ""

    def wider(self) -> tuple[Target, ...]:
        """Return what includes it."""
        table = (Target(self.table),) if self.row else ()
        return () if self.note or self.table == "/" else (*table, Target("/"))


@dataclass(frozen=True)
class Rights:
    """What somebody may do.

    Attributes:
        sure: The rights, in their order.
        perhaps: Those that are known only when the change is made.
        known: Whether that is all.
        turned: Whether they may be others than the same ones before, since what decides is another secret.
    """

    sure: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    known: bool = True
    turned: bool = False

    def with_those_of(self, other: Rights) -> Rights:
        """Return these together with others."""
        sure = tuple(dict.fromkeys([*self.sure, *other.sure]))
        perhaps = dict.fromkeys([*self.perhaps, *other.perhaps])
        left = tuple(each for each in perhaps if each not in sure)
        return Rights(sure, left, self.known and other.known, self.turned or other.turned)

    def in_order(self, names: Sequence[str]) -> Rights:
        """Return the same in the order of these names."""
        sure, perhaps = (tuple(sorted(side, key=names.index)) for side in (self.sure, self.perhaps))
        return Rights(sure, perhaps, self.known, self.turned)

    def beyond(self, other: Rights) -> tuple[str, ...]:
        """Return the rights, or those that there may be, that another one may lack."""
        return tuple(each for each in (*self.sure, *self.perhaps) if each not in other.sure)

    def exceeds(self, other: Rights) -> bool:
        """Say whether there may be more than in another one."""
        return bool(self.beyond(other)) or (other.known and not self.known)


@dataclass(frozen=True, kw_only=True)
class RightsChange:
    """How the rights of a user or a group to something change.

    Attributes:
        holder: Whose they are: a URN, or ``table/key`` of what is not in the plan.
        groups: The groups through which it has them or had them, likewise.
        target: What they are for.
        before: What it may do.
        after: What it will be able to do.
        members: Who is in the group, and so gains and loses the same.
        given_by: URNs of the changes by which it gains some.
        taken_by: URNs of the changes by which it loses some.
    """

    holder: str
    groups: tuple[str, ...]
    target: Target
    before: Rights
    after: Rights
    members: tuple[str, ...]
    given_by: frozenset[str]
    taken_by: frozenset[str]


@dataclass(frozen=True)
class FieldChange:
    """One field that differs. Secrets are masked already, unknown values are `UNKNOWN`.

    Attributes:
        name: The field, as the program calls it.
        old: What it is; None if unset.
        new: What it shall be; None if unset.
        kind: Whether the program now sets it, no longer sets it, or sets another value.
    """

    name: str
    old: Any
    new: Any
    kind: Literal["added", "removed", "changed"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happens to one resource.

    Attributes:
        urn: Its URN.
        name: Its name in the program.
        kind: The class of a resource of this package, such as ``VirtualMachine``; another's type token.
        ours: Whether it is a resource of this package.
        component: Whether it is only a name for several resources, so that nothing happens to itself.
        action: What is done to it.
        declaration: What its class declares; `UNDECLARED` if it is none of this package's.
        old: What the state says of it; empty if it is new.
        new: What it will be, as far as the preview tells; empty if it is deleted.
        fields: What differs; of a new resource what the program sets, of one that is deleted nothing.
        reasons: The fields for which it is replaced.
        drift: What the refresh found changed behind Pulumi's back.
        unfinished: Why the last run could not finish it; this one does.
        protected: Whether Pulumi refuses to delete it.
        parent: URN of its parent, "" if that is the stack.
        links: URNs of what each field refers to.
        deleted_with: URN of the resource that takes it along when it is deleted.
        rules: What it does to the rules of a network.
        effects: What that entails, each with a sentence.
    """

    urn: str
    name: str
    kind: str
    ours: bool
    action: Action
    declaration: Declaration = field(default=UNDECLARED, repr=False)
    component: bool = False
    old: Mapping[str, Any] = field(default_factory=dict)
    new: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[FieldChange, ...] = ()
    reasons: tuple[str, ...] = ()
    drift: tuple[FieldChange, ...] = ()
    unfinished: tuple[str, ...] = ()
    protected: bool = False
    parent: str = ""
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    deleted_with: str = ""
    rules: tuple[RuleChange, ...] = ()
    effects: Mapping[Effect, str] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Whether anything is done to it."""
        return self.action not in ("same", "read")

    @property
    def vanished(self) -> bool:
        """Whether it is recreated because it was deleted outside Pulumi."""
        return self.action == "create" and bool(self.old)

    @property
    def before(self) -> Mapping[str, Any]:
        """What VergeOS has of it before the change; empty if it is not there."""
        if self.action == "read":
            return self.old or self.new  # the program begins to read what is there
        return {} if self.vanished else self.old

    @property
    def changed(self) -> frozenset[str]:
        """The names of the fields that differ."""
        return frozenset(each.name for each in self.fields)


@dataclass(frozen=True)
class Diagnostic:
    """One message of the preview.

    Attributes:
        severity: ``error``, ``warning``, ``info`` or another word of Pulumi's.
        urn: The resource it is about, or "".
        message: The text.
    """

    severity: str
    urn: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What one preview of one stack says.

    Attributes:
        stack: The stack.
        project: Its project.
        changes: One for each resource that the preview mentions, in its order.
        diagnostics: Its messages.
        complete: Whether all unchanged resources are among the changes, as with ``--show-sames``.
        cost: Requests to VergeOS that the update takes, and hours.
        rights: What it changes of rights.
        gaps: Sentences on what else it does, which it does not tell; whatever that is it may entail anything.
    """

    stack: str
    project: str
    changes: tuple[Change, ...]
    diagnostics: tuple[Diagnostic, ...]
    complete: bool
    cost: Estimate
    rights: tuple[RightsChange, ...] = ()
    gaps: tuple[str, ...] = ()

    @cached_property
    def by_urn(self) -> Mapping[str, Change]:
        """The changes by URN."""
        return {change.urn: change for change in self.changes}

    @cached_property
    def names(self) -> Names:
        """What rows are called in the program, by table and key, as far as the state tells their keys."""
        return {
            (change.declaration.table, str(change.old["$key"])): change.name
            for change in self.changes
            if change.declaration.table and "$key" in change.old
        }

    @property
    def changing(self) -> tuple[Change, ...]:
        """The changes that do something."""
        return tuple(change for change in self.changes if change.changes)

    @property
    def counts(self) -> Mapping[Action, int]:
        """How many resources each action is done to."""
        return Counter(change.action for change in self.changes)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The messages for which the preview failed."""
        return tuple(message for message in self.diagnostics if message.severity == "error")
