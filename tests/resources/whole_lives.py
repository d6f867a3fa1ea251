"""The whole life of one object of each kind, in process: it is made, read, changed, read again and deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.engine.cases import CASES
from tests.engine.kinds import SUBJECTS, TENANT, Subject
from tests.engine.subjects import Case
from tests.providers.bench import Bench, Managed
from verge_pulumi import Network, Power, VirtualMachine
from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.declaring.rights import Stage
from verge_pulumi.simulator import Request


def _of_existing(case: Case) -> Subject:
    return Subject(kind=case.kind, says=lambda _: case.arguments(), edit=case.edit)


LIVING: Mapping[str, Subject] = {
    **SUBJECTS,
    **{noun: _of_existing(case) for noun, case in CASES.items() if case.exists},
}
"""All kinds, by the names of their subjects; rows that exist already are among them."""


class WholeLife:
    """The life of one object.

    Args:
        owner: A run of whoever makes what the object is within.
        begin: Begins a run of whoever manages the object.
        name: What lives, of `LIVING`.
        powered: Whether the VMs and networks that it is within run.
    """

    def __init__(self, owner: Bench, begin: Callable[[], Bench], name: str, *, powered: bool) -> None:
        self._owner = owner
        self._begin = begin
        self._powered = powered
        self._made: dict[str, Managed] = {}
        self._tenant = owner.simulator.add("tenants", name="acme")
        self.subject = LIVING[name]
        self.kinds: set[type[BaseResource]] = {self.subject.kind}
        self._on = self._above(self.subject)

    def requests(self) -> Mapping[Stage, list[Request]]:
        """Let it live; return the requests of each stage."""
        simulator, subject, bench = self._owner.simulator, self.subject, self._again()
        asked: dict[Stage, list[Request]] = {}

        def done(stage: Stage) -> None:
            asked.setdefault(stage, []).extend(simulator.requests())
            simulator.reset("log")

        simulator.reset("log")
        made = self.make(bench)
        done("create")
        bench.begin_run()
        made.refresh()
        done("read")
        if subject.edit:
            self.edit(made)
            done("update")
        made.bench = self._again()
        made.read()
        done("read")
        made.destroy()
        done("delete")
        return asked

    def make(self, bench: Bench) -> Managed:
        """Make it."""
        return bench.create(self.subject.kind.declaration.title, "subject", **self._on, **self._said(self.subject))

    @property
    def writes(self) -> bool:
        """Whether a change of the program writes to it, and not only to the state."""
        edit = self.subject.edit
        return bool(edit and self.subject.kind.declaration.inputs[edit[0]].column)

    def edit(self, made: Managed) -> None:
        """Change it."""
        assert self.subject.edit
        made.up(**{self.subject.edit[0]: _plain(self.subject.edit[1])})

    def _again(self) -> Bench:
        bench = self._begin()
        bench.share_clock()
        return bench

    def _above(self, subject: Subject) -> dict[str, str]:
        """Make what an object is within, once; return its references."""
        above = {}
        for argument, name in subject.on.items():
            made, attribute = self._parent(name), subject.kind.declaration.inputs[argument]
            above[argument] = _path(made) if isinstance(attribute, Reference) and attribute.as_path else made.id
        return above

    def _parent(self, name: str) -> Managed:
        if name not in self._made:
            subject = LIVING[name]
            said = {**self._above(subject), **self._said(subject)}
            self._made[name] = made = self._owner.create(subject.kind.declaration.title, name, **said)
            if self._powered and subject.kind in (VirtualMachine, Network) and self.subject.kind is not Power:
                self._owner.create("Power", f"{name}-on", of=_path(made), state="running")
            self.kinds.add(subject.kind)
        return self._made[name]

    def _said(self, subject: Subject) -> dict[str, Any]:
        said = {name: _plain(value) for name, value in subject.says(1).items()}
        return {name: self._tenant if value is TENANT else value for name, value in said.items()}


def _path(made: Managed) -> str:
    """Return the row that something is, as ``vms/42``."""
    return str(made.outs["location"]).removeprefix("/v4/")


def _plain(value: Any) -> Any:
    """Return an argument as Pulumi carries it."""
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    given = getattr(value, "given", value)
    return value if given is value else _plain(given)
