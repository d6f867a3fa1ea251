"""Power as a resource of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from verge_pulumi.client import Row
from verge_pulumi.engine import host
from verge_pulumi.engine.attributes import Attr, Ref, arg, computed, path_ref, policy
from verge_pulumi.engine.declare import ENDING, OWNER, BaseResource, Declared
from verge_pulumi.engine.errors import EngineError, InitialisationFailed, explain
from verge_pulumi.engine.model import Inputs, outputs
from verge_pulumi.engine.ownership import MARK, Mark, other_owner
from verge_pulumi.engine.provider import DeclaredProvider
from verge_pulumi.resources import guest, machine_power
from verge_pulumi.resources.network import Network
from verge_pulumi.resources.vm import HARDWARE, VirtualMachine, end

TARGETS: Mapping[str, type[BaseResource]] = {"vms": VirtualMachine, "vnets": Network}


class PowerSettings(Declared):
    """What is said of power besides whose it is."""

    state: Attr[Literal["running", "stopped"]] = arg(column="running")
    """The state it shall have."""

    timeout: Attr[int | None] = policy(default=None, ge=1)
    """Seconds to wait for the state; 300 if unset. A guest gets as long to shut down, and to report an address."""

    force: Attr[bool | None] = policy(default=None)
    """Whether a guest that does not shut down in time is powered off hard. If unset that is an error."""

    on_destroy: Attr[Literal["stop", "leave"] | None] = policy(default=None)
    """What becomes of it when this resource is destroyed; ``stop`` if unset and `state` is ``running``."""

    wait_for_guest: Attr[guest.Family | None] = policy(default=None)
    """Which kind of address a start waits for besides, until the agent of the VM's guest reports one."""

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


class Power(PowerSettings, BaseResource, table="machine_status"):
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

    def insert(self, inputs: Inputs) -> tuple[str, dict[str, Any]]:
        """Bring the target to its state; from then on it is managed, whether that succeeds or not."""
        _ = self.connection.system
        _target(inputs["of"])
        table, _, key = inputs["of"].partition("/")
        if not inputs.get("adopt"):
            self._refuse_stranger(inputs["of"], self.connection.reader.known(table, key, "description"), inputs)
        return inputs["of"], self._bring(inputs)

    def fetch(self, id: str, props: Inputs) -> dict[str, Any] | None:
        """Read the target's state from the same list that serves the target itself."""
        table, _, key = id.partition("/")
        fields = _target(id).declaration.fields
        row = self.connection.reader.shared(table, key, fields, props.get(OWNER, ""))
        if row is None:
            return None
        if OWNER in props and (stranger := _stranger(row.get("description"), props)):
            host.log(f"{id} now belongs to {stranger}", warning=True)
            return None
        return self._outs(row, {"of": id, **props})

    def change(self, id: str, olds: Inputs, news: Inputs) -> dict[str, Any]:
        """Bring the target to its new state."""
        table, _, key = id.partition("/")
        row = machine_power.look(self.connection, table, key)
        self._refuse_stranger(id, row.get("description"), olds)
        return self._bring(news, row)

    def remove(self, id: str, props: Inputs) -> None:
        """Stop what this resource started, unless the program says to leave it."""
        table, _, key = id.partition("/")
        if props.get("state") == "stopped" or props.get("on_destroy") == "leave":
            return
        ending = props.get(ENDING)
        fields = machine_power.FIELDS if ending is None else (*machine_power.FIELDS, "machine", HARDWARE)
        row = self.connection.reader.fresh(table, key, fields)
        if row is None:
            return
        self._refuse_stranger(id, row.get("description"), props)
        if ending is None:
            self._stop(table, key, row, props)
        else:
            # The VM is deleted next, so it is stopped as its own deletion would do it.
            end(self.connection, key, row, ending)

    def _refuse_stranger(self, id: str, description: str | None, props: Inputs) -> None:
        """See that the target is not somebody else's by now, as the rows themselves are fenced.

        Raises:
            EngineError: It is.
        """
        if stranger := _stranger(description, props):
            raise EngineError(
                f"{id} belongs to {stranger}. It is left alone; declare its power there, "
                "or run 'pulumi refresh' if it was taken over"
            )

    def _bring(self, inputs: Inputs, seen: Row | None = None) -> dict[str, Any]:
        table, _, key = inputs["of"].partition("/")
        try:
            if inputs["state"] == "running":
                row: Mapping[str, Any] = self._start(table, key, seen or {}, inputs)
            else:
                row = self._stop(table, key, seen or machine_power.look(self.connection, table, key), inputs)
        except Exception as error:
            known = {name: inputs.get(name) for name in self.declaration.attributes}
            outs = self._complete(inputs["of"], known, inputs)
            raise InitialisationFailed(inputs["of"], outs, explain(error)) from error
        return self._outs(row, inputs)

    def _start(self, table: str, key: str, row: Row, inputs: Inputs) -> Mapping[str, Any]:
        timeout = _timeout(inputs)
        if not machine_power.runs(row):
            row = machine_power.start(self.connection, table, key, timeout=timeout)
        if inputs.get("wait_for_guest"):
            row = guest.wait(self.connection, key, row, inputs, timeout=timeout)
        return row

    def _stop(self, table: str, key: str, row: Mapping[str, Any], inputs: Inputs) -> Mapping[str, Any]:
        return machine_power.stop(
            self.connection, table, key, row, timeout=_timeout(inputs), force=bool(inputs.get("force"))
        )

    def _outs(self, row: Mapping[str, Any], inputs: Inputs) -> dict[str, Any]:
        mark = Mark.of(row.get("description"))
        hidden = {MARK: str(mark)} if mark else {}
        report = row.get("guest_addresses")
        told = {
            "running": machine_power.state(row),
            "addresses": guest.addresses(report, inputs.get("guest_ignore")) or None,
            "guest_hostname": guest.hostname(report),
        }
        return outputs(self.declaration, {**row, **told}, inputs) | hidden


def _target(path: str) -> type[BaseResource]:
    table = path.partition("/")[0]
    target = TARGETS.get(table)
    if target is None:
        raise EngineError(f"'{path}' has no power state. Give a VirtualMachine or a Network")
    return target


def _stranger(description: str | None, props: Inputs) -> str:
    """Return who manages a target, if that is not the one who did when its power was declared, nor this stack."""
    live, known = Mark.of(description), Mark.of(props.get(MARK))
    if live is not None and known is not None:
        return "" if live.belongs_to(known.owner, known.name) else f"{live.owner} as '{live.name}'"
    return other_owner(description, props.get(OWNER, ""))


def _timeout(inputs: Mapping[str, Any]) -> float:
    return float(inputs.get("timeout") or 300)
