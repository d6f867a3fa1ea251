"""How a plan is read from what ``pulumi preview --json`` prints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import Field

from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.values import equal
from verge_pulumi.engine.ownership.states import OURS, SIGNATURE
from verge_pulumi.review.documents import Part, Unreadable
from verge_pulumi.review.estimate import estimate
from verge_pulumi.review.kinds import COMPONENTS, declaration_of
from verge_pulumi.review.report.effects import judge
from verge_pulumi.review.report.firewall import rule_changes
from verge_pulumi.review.report.plan import Action, Change, Diagnostic, FieldChange, Plan
from verge_pulumi.review.report.rights import rights_changes
from verge_pulumi.review.urns import STACK, name_of, stack_of, token_of
from verge_pulumi.review.values import ANOTHER_SECRET, SECRET

_COLOUR = re.compile(r"<\{%[^%]*%\}>")
_REPLACING = {"replace", "create-replacement", "delete-replaced", "read-replacement", "import-replacement"}
_NOTHING = {"same", "read", "refresh", "discard", "read-discard", "discard-replaced", "remove-pending-replace"}
"""What changes nothing, by the engine's words (``pkg/resource/deploy/step.go`` of Pulumi)."""

_STRONGEST: tuple[Action, ...] = ("delete", "update", "create", "import", "read")


def read(document: object, *, parallel: int | None = None) -> Plan:
    """Read what ``pulumi preview --json`` printed.

    Args:
        document: The JSON object.
        parallel: Resources that the engine will work on at once; by default as many as Pulumi does on this machine.

    Raises:
        Unreadable: It is none of a preview.
    """
    if not isinstance(document, dict) or not document.keys() & {"steps", "changeSummary", "diagnostics"}:
        raise Unreadable("this JSON is no preview. Make one with 'pulumi preview --json'")
    try:
        preview = _Preview.read(document)
    except Unreadable as error:
        raise Unreadable(f"this is no preview of Pulumi's: {error}") from None
    steps: dict[str, list[_Step]] = {}
    for step in preview.steps:
        steps.setdefault(step.urn, []).append(step)
    stack, project = stack_of(next(iter(steps), ""))
    changes = [_change(urn, of_one) for urn, of_one in steps.items() if token_of(urn) != STACK]
    # The stack itself is counted among the unchanged.
    complete = sum(change.action == "same" for change in changes) + 1 >= preview.changeSummary.get("same", 0)
    rules = rule_changes(changes, complete=complete)
    changes = [replace(change, rules=tuple(rules.get(change.urn, ()))) for change in changes]
    rights = rights_changes(changes)
    gaps = tuple(_gaps(preview))
    return Plan(
        stack=stack,
        project=project,
        changes=tuple(
            replace(change, effects=effects) for change, effects in zip(changes, judge(changes, rights), strict=True)
        ),
        diagnostics=tuple(
            dict.fromkeys(  # the engine asks twice for a diff, and tells twice what it heard
                Diagnostic(message.severity, message.urn, _said(message))
                for message in preview.diagnostics
                if message.severity != "debug"
            )
        )
        + tuple(Diagnostic("warning", "", gap) for gap in gaps),
        complete=complete,
        cost=estimate(preview.model_dump(), parallel=parallel),
        rights=tuple(rights),
        gaps=gaps,
    )


class _State(Part):
    custom: bool = True
    inputs: dict[str, Any] = Field(default_factory=dict)
    outputs: dict[str, Any] = Field(default_factory=dict)
    parent: str = ""
    protect: bool = False
    deletedWith: str = ""  # noqa: N815 Pulumi's spelling, as below
    initErrors: list[str] = Field(default_factory=list)  # noqa: N815
    dependencies: list[str] = Field(default_factory=list)
    propertyDependencies: dict[str, list[str] | None] = Field(default_factory=dict)  # noqa: N815
    additionalSecretOutputs: list[str] = Field(default_factory=list)  # noqa: N815

    @property
    def all(self) -> dict[str, Any]:
        """Everything that it says of the resource; what VergeOS says counts more than what the program said."""
        return {**self.inputs, **self.outputs}


class _Step(Part):
    op: str
    urn: str = Field(pattern=r"^urn:pulumi:[^:]+::[^:]+::[^:]")
    oldState: _State | None = None  # noqa: N815
    newState: _State | None = None  # noqa: N815
    diffReasons: list[str] | None = None  # noqa: N815
    replaceReasons: list[str] | None = None  # noqa: N815
    detailedDiff: dict[str, Any] | None = None  # noqa: N815


class _Message(Part):
    severity: str = "info"
    urn: str = ""
    message: str = ""


class _Preview(Part):
    steps: list[_Step] = Field(default_factory=list)
    diagnostics: list[_Message] = Field(default_factory=list)
    changeSummary: dict[str, int] = Field(default_factory=dict)  # noqa: N815


def _said(message: _Message) -> str:
    """Return the text of a message, without colours and without saying twice how bad it is."""
    return _COLOUR.sub("", message.message).strip().removeprefix(f"{message.severity}: ")


def _gaps(preview: _Preview) -> Iterable[str]:
    """Say what a preview does that its steps do not tell, one sentence each."""
    told = Counter(step.op for step in preview.steps)
    if foreign := sorted(told.keys() - _NOTHING - _REPLACING - {*_STRONGEST}):
        yield f"The preview does what this release does not know: {', '.join(foreign)}."
    for op, count in preview.changeSummary.items():
        if op not in _NOTHING and count > told[op]:
            yield f"The preview counts {count} to {op} and tells of {told[op]}. Make it again, and leave nothing out."


def _action(steps: Sequence[_Step]) -> Action:
    """Return what is done to a resource in several steps: the weightiest of them; a refresh alone does nothing."""
    ops = {step.op for step in steps}
    if ops & _REPLACING:
        return "replace"
    for action in _STRONGEST:
        if action in ops:
            return action
    return "same"


def _change(urn: str, steps: Sequence[_Step]) -> Change:
    """Return what happens to one resource; a refresh comes before what is done, a replacement is several steps."""
    action = _action(steps)
    refreshed = next((step for step in steps if step.op == "refresh"), None)
    own = [step for step in steps if step is not refreshed] or list(steps)
    old = next((step.oldState for step in own if step.oldState), refreshed.oldState if refreshed else None)
    new = None if action == "delete" else next((step.newState for step in own if step.newState), None)
    state = new or old or _State()
    token, declaration = token_of(urn), declaration_of(urn)
    secret = set(state.additionalSecretOutputs)
    secret |= {name for name, attribute in declaration.attributes.items() if attribute.secret}
    reasons = dict.fromkeys(reason for step in own for reason in step.replaceReasons or ())
    before, after = _seen(old, secret), _seen(new, secret)
    fields = _fields(own, action, old, new, secret)
    if action in ("same", "update"):
        after = {**before, **after}
    if action in ("update", "replace"):
        # Two secrets are not the same because neither is shown.
        after |= {each.name: _another(each.new) for each in fields if each.new is not None and _hides(each.old)}
    parent = state.parent
    return Change(
        urn=urn,
        name=name_of(urn),
        kind=token.removeprefix(OURS).removeprefix(COMPONENTS),
        ours=token.startswith((OURS, COMPONENTS)),
        component=not state.custom,
        action=action,
        declaration=declaration,
        old=before,
        new=after,
        fields=fields,
        reasons=tuple(_root(reason) for reason in reasons if not reason.startswith("__")),
        drift=_drift(refreshed.oldState if refreshed else None, old, declaration, secret),
        unfinished=tuple(old.initErrors) if old and action == "update" else (),
        protected=bool(old and old.protect),
        parent="" if token_of(parent) == STACK else parent,
        links={name: tuple(urns) for name, urns in state.propertyDependencies.items() if urns},
        deleted_with=state.deletedWith,
    )


def _root(path: str) -> str:
    """Return the field that a path such as ``drives[1].size`` begins with."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _fields(
    steps: Sequence[_Step], action: Action, old: _State | None, new: _State | None, secret: Collection[str]
) -> tuple[FieldChange, ...]:
    """Return what differs; the engine's own comparison is heard before that of the inputs."""
    if action not in ("create", "update", "replace") or new is None:
        return ()
    inputs, known = (old.inputs, old.all) if old and action != "create" else ({}, {})
    told = {
        _root(path): None
        for step in steps
        for path in [*(step.detailedDiff or ()), *(step.diffReasons or ()), *(step.replaceReasons or ())]
    }
    if not any(step.detailedDiff for step in steps):
        told |= dict.fromkeys([*inputs, *new.inputs])
    found = []
    for name in told:
        before, after = known.get(name), new.inputs.get(name)
        if name.startswith("__") or (before is None and after is None):
            continue
        before, after = _masked(before, name in secret), _masked(after, name in secret)
        if equal(before, after) and not (_hides(after) and told):
            continue
        kind: Any = "removed" if after is None else "added" if name not in inputs else "changed"
        found.append(FieldChange(name, before, after, kind))
    return tuple(found)


def _drift(
    recorded: _State | None, found: _State | None, declaration: Declaration, secret: Collection[str]
) -> tuple[FieldChange, ...]:
    """Return what a refresh found changed, without what changes by itself, such as the power state.

    The step of the refresh itself does not tell: it shows what was recorded twice. The step after it begins with what
    was found.
    """
    if recorded is None or found is None:
        return ()
    before, after = _seen(recorded, secret), _seen(found, secret)
    names = declaration.inputs or {**before, **after}
    return tuple(
        FieldChange(name, before.get(name), after.get(name), "changed")
        for name in names
        if not equal(before.get(name), after.get(name))
    )


def _seen(state: _State | None, secret: Collection[str]) -> dict[str, Any]:
    """Return what a state says that is meant to be seen."""
    if state is None:
        return {}
    return {name: _masked(value, name in secret) for name, value in state.all.items() if not name.startswith("__")}


def _masked(value: Any, secret: bool) -> Any:
    """Return a value without what is secret in it."""
    if value is not None and secret:
        return SECRET
    if isinstance(value, dict):
        return SECRET if SIGNATURE in value else {name: _masked(each, False) for name, each in value.items()}
    return [_masked(each, False) for each in value] if isinstance(value, list) else value


def _another(value: Any) -> Any:
    """Return a value with other secrets in it."""
    if isinstance(value, dict):
        return {name: _another(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_another(each) for each in value]
    return ANOTHER_SECRET if value == SECRET else value


def _hides(value: Any) -> bool:
    """Say whether a value has a secret in it, so that it may have changed though it looks the same."""
    if isinstance(value, dict | list):
        return any(_hides(each) for each in (value.values() if isinstance(value, dict) else value))
    return bool(value == SECRET)
