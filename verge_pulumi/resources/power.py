"""Power as a resource of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

import pulumi

from verge_pulumi.client import Row
from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, path_ref, policy
from verge_pulumi.engine.declaring.declaration import Declared
from verge_pulumi.engine.declaring.hidden import ENDING, OWNER
from verge_pulumi.engine.declaring.lives import Switches
from verge_pulumi.engine.declaring.model import Inputs, outputs
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import EngineError, InitialisationFailed, explain, gone
from verge_pulumi.engine.lifecycle.fencing import Fence, Owner, lasting, this_stack
from verge_pulumi.engine.lifecycle.frame import DeclaredProvider
from verge_pulumi.engine.lifecycle.within import Within
from verge_pulumi.engine.ownership.mark import FIXED, MARK, PARENT, Mark, marks_of
from verge_pulumi.engine.ownership.states import Held
from verge_pulumi.engine.reading.waiting import patience
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.resources import _power_actions as power_actions
from verge_pulumi.resources.compute import _guest as guest
from verge_pulumi.resources.compute.virtual_machine import HARDWARE, VirtualMachine, end
from verge_pulumi.resources.network.network import Network

UNMANAGED = "unmanaged"
"""The state of what others start and stop."""

PATIENCE = 300.0
"""Seconds that a change of power gets if the program does not say."""

TARGETS: Mapping[str, type[BaseResource]] = {"vms": VirtualMachine, "vnets": Network}


class PowerSettings(Declared):
    """The arguments of power, apart from its target."""

    state: Attr[Literal["running", "stopped", "unmanaged"]] = arg(column="running", role="power")
    """The state it shall have. ``unmanaged`` leaves that to others: it is never started, and stopped only where it
    has to be off to be deleted."""

    timeout: Attr[int | None] = policy(default=None, ge=1)
    """Seconds to wait for the state; 300 if unset. A guest gets as long to shut down, and to report an address."""

    force: Attr[bool | None] = policy(default=None)
    """Whether a guest that does not shut down in time is powered off hard. If unset that is an error."""

    on_destroy: Attr[Literal["stop", "leave"] | None] = policy(default=None)
    """What becomes of it when this resource is destroyed; ``stop`` if unset and `state` is ``running``.
    Say ``leave`` of what another stack may want to run, too, if neither of them manages it."""

    wait_for_guest: Attr[guest.Family | None] = policy(default=None)
    """Which kind of address a start also waits for, until the agent of the VM's guest reports one."""

    guest_ignore: Attr[guest.Networks | None] = policy(default=None)
    """Networks whose addresses do not count, instead of loopback and link-local ones."""

    adopt: Attr[bool | None] = policy(default=None)
    """Whether to switch what another stack manages, instead of failing."""

    status: Attr[str | None] = computed()
    """The power state in VergeOS's words."""

    node: Attr[str | None] = computed()
    """Name of the node that runs it."""

    addresses: Attr[list[str] | None] = computed()
    """IP addresses that the guest's agent reports, without those that `guest_ignore` leaves out."""

    guest_hostname: Attr[str | None] = computed()
    """Host name that the guest's agent reports."""


class Power(PowerSettings, BaseResource, table="machine_status", unique=("of",), life=Switches()):
    """The power state of a virtual machine or a network.

    It is a resource of its own so that a VM is started after its drives and NICs are there and stopped before they go:
    name them in ``depends_on``. A start that fails loses nothing; the next ``pulumi up`` goes on with it.
    """

    of: Ref[VirtualMachine | Network] = path_ref(replaces=True)
    """What is powered on or off."""


class PowerProvider(DeclaredProvider[Power]):
    """Asks for power and waits for it."""

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Only a VM has a guest."""
        if inputs.get("wait_for_guest") and isinstance(inputs.get("of"), str) and not inputs["of"].startswith("vms/"):
            yield "wait_for_guest: only a VirtualMachine has a guest"

    def look_ahead(self, inputs: Inputs, assumed: Collection[str]) -> Iterable[str]:
        """Tell what becomes of the power of something that is taken over; nobody asked for what a component assumes."""
        path, wanted = inputs.get("of"), inputs.get("state")
        if pulumi.contains_unknowns([path, wanted]) or wanted == UNMANAGED:
            return
        row = self._look(_target(str(path)))
        if row is None or (now := power_actions.state(row)) == wanted:
            return
        does = "start" if wanted == "running" else "stop"
        if "state" in assumed:
            raise EngineError(
                f"{path} is {now}, and a server that says nothing of its power is to be {wanted}. Say "
                f"power=PowerArgs(state=...): 'running' to {does} it, '{now}' to keep it so, 'unmanaged' to leave it "
                "to others"
            )
        yield f"{path} is {now}: the update would {does} it"

    def insert(self, inputs: Inputs) -> tuple[str, dict[str, Any]]:
        """Bring the target to its state; from then on it is managed, whether that succeeds or not."""
        self.connection.see_system()
        self.identity.refuse_namesake(inputs)
        self._refuse_before_the_end(inputs)
        kind, key = target = _target(inputs["of"])
        row = self.connection.reader.seen(kind.declaration.table, key, kind.declaration.proof)
        if not inputs.get("adopt"):
            # Of the target nothing is recorded yet, so it has to be of this stack or of nobody.
            self._refuse(inputs["of"], self._fence(target).stranger_at(target, row, None, inputs))
        return inputs["of"], self._bring(inputs, _known_by(target, row))

    def fetch(self, id: str, state: Inputs) -> dict[str, Any] | None:
        """Read the target's state from the same list that serves the target itself."""
        kind, key = target = _target(id)
        declaration = kind.declaration
        marks = marks_of(state[OWNER]) if OWNER in state else ""
        row = self.connection.reader.shared(declaration.table, key, declaration.fields, marks)
        if row is None:
            return None
        if OWNER in state and (stranger := self._stranger(target, row, state)):
            provider_process.log(f"{id} now belongs to {stranger}", warning=True)
            return None
        return self._outs(row, {"of": id, **state}) | _known_by(target, row)

    def change(self, id: str, state: Inputs, inputs: Inputs) -> dict[str, Any]:
        """Bring the target to its new state."""
        target = _target(id)
        row = self._look(target)
        if row is None:
            raise gone(target[0].declaration.table, target[1])
        self._refuse(id, self._stranger(target, row, state))
        return self._bring(inputs, _known_by(target, row), row)

    def remove(self, id: str, state: Inputs) -> None:
        """Stop what this resource started, unless the program says to leave it."""
        if state.get("state") in ("stopped", UNMANAGED) or state.get("on_destroy") == "leave":
            return
        ending = state.get(ENDING)
        target = _target(id)
        row = self._look(target, () if ending is None else ("machine", HARDWARE))
        if row is None:
            return
        self._refuse(id, self._stranger(target, row, state))
        if ending is None:
            self._stop(target, row, state)
        else:
            # The VM is deleted next, so it is stopped as its own deletion would do it.
            stack, evidence = this_stack(state), self.connection.evidence
            within = Within(self.connection, target[0].declaration)
            within.refuse(target[1], row, lambda marks: evidence.known(marks, stack))
            end(self.connection, target[1], row, ending)

    def _look(self, target: Owner, extra: tuple[str, ...] = ()) -> Row | None:
        declaration = target[0].declaration
        fields = tuple(dict.fromkeys((*power_actions.FIELDS, *declaration.proof, *extra)))
        return self.connection.reader.fresh(declaration.table, target[1], fields)

    def _fence(self, target: Owner) -> Fence:
        return Fence(self.connection, target[0].declaration)

    def _stranger(self, target: Owner, row: Row, state: Inputs) -> str:
        """Return who has the target by now, if it is not the one that was switched before, else ""."""
        fixed = dict(state.get(FIXED) or {})
        if Mark.of(row.get("description")) is None and fixed:
            if fixed.items() - _known_by(target, row)[FIXED].items():
                return "somebody else: another one has that key by now"
            if any(column in fixed for column in target[0].declaration.fixed):
                return ""
        recorded = state.get(PARENT)
        if recorded is None and (mark := Mark.of(state.get(MARK))):
            recorded = mark.token  # a state of the first release
        return self._fence(target).stranger_at(target, row, recorded, state)

    def recorded_key(self, held: Held) -> tuple[str, ...] | None:
        """Return the target; the id names it where the state holds the argument encrypted."""
        return super().recorded_key(held) or (held.id,)

    def _refuse_before_the_end(self, inputs: Inputs) -> None:
        """See that no other power of this target has still to end in this run: its end would stop what is started now.

        It is one that this resource replaces, or that gets another target.

        Raises:
            EngineError: One has.
        """
        urn, stack, evidence = provider_process.urn(), this_stack(inputs), self.connection.evidence
        # One that ends in this run was there when it began; only then the state of this moment is asked for.
        if urn and evidence.held_as(urn, inputs["of"], stack):
            evidence.states.of(stack, now=True)
            if held := evidence.held_as(urn, inputs["of"], stack):
                raise EngineError(
                    f"the power of {inputs['of']} is still managed by '{held.name}', and deleting that would stop it "
                    "again. If that is this very resource leave delete_before_replace on; if it gets another target "
                    "declare it first and let this one depend on it"
                )

    def _refuse(self, id: str, stranger: str) -> None:
        """See that nobody else has the target.

        Raises:
            EngineError: Somebody has.
        """
        if stranger:
            raise EngineError(
                f"{id} belongs to {stranger}. It is left alone; declare its power there, "
                "or run 'pulumi refresh' if it was taken over"
            )

    def _bring(self, inputs: Inputs, hidden: dict[str, Any], seen: Row | None = None) -> dict[str, Any]:
        target = _target(inputs["of"])
        row: Mapping[str, Any]
        try:
            if inputs["state"] == UNMANAGED:
                row = seen or power_actions.look(self.connection, *_place(target))
            elif inputs["state"] == "running":
                row = self._start(target, seen or {}, inputs)
            else:
                row = self._stop(target, seen or power_actions.look(self.connection, *_place(target)), inputs)
        except Exception as error:
            known = {name: inputs.get(name) for name in self.declaration.attributes}
            outs = self.complete(inputs["of"], {**known, **hidden}, inputs)
            raise InitialisationFailed(inputs["of"], outs, explain(error)) from error
        return self._outs(row, inputs) | hidden

    def _start(self, target: Owner, row: Row, inputs: Inputs) -> Mapping[str, Any]:
        timeout = inputs.get("timeout")
        if not power_actions.runs(row):
            row = power_actions.start(self.connection, *_place(target), timeout=timeout, usual=PATIENCE)
        if inputs.get("wait_for_guest"):
            row = guest.wait(self.connection, target[1], row, inputs, timeout=patience(timeout, PATIENCE))
        return row

    def _stop(self, target: Owner, row: Row, inputs: Inputs) -> Mapping[str, Any]:
        place, timeout, force = _place(target), inputs.get("timeout"), bool(inputs.get("force"))
        return power_actions.stop(self.connection, *place, row, timeout=timeout, force=force, usual=PATIENCE)

    def _outs(self, row: Mapping[str, Any], inputs: Inputs) -> dict[str, Any]:
        report = row.get("guest_addresses")
        told = {
            "running": UNMANAGED if inputs.get("state") == UNMANAGED else power_actions.state(row),
            "addresses": guest.addresses(report, inputs.get("guest_ignore")) or None,
            "guest_hostname": guest.hostname(report),
        }
        return outputs(self.declaration, {**row, **told}, inputs)


def _target(path: str) -> Owner:
    """Return what a path such as ``vms/42`` names.

    Raises:
        EngineError: It is nothing that has a power state.
    """
    table, _, key = path.partition("/")
    target = TARGETS.get(table)
    if target is None:
        raise EngineError(f"'{path}' has no power state. Give a VirtualMachine or a Network")
    return target, key


def _place(target: Owner) -> tuple[str, str]:
    return target[0].declaration.table, target[1]


def _known_by(target: Owner, row: Row) -> dict[str, Any]:
    """Return the hidden outputs by which a target is known again: its token, and what VergeOS fixed."""
    mark = Mark.of(row.get("description"))
    return {PARENT: mark.token if mark else "", FIXED: lasting(target[0].declaration, row)}
