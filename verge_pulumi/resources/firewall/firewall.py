"""The rules of a network as one list: the one resource that is several rows, since the order is what it means.

It is one file, since bringing several rows to one list is one algorithm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pulumi

from verge_pulumi.client import NotFound, Outcome, Row, VergeError, printable, where
from verge_pulumi.engine.declaring.attributes import Attr, Items, Ref, computed, items, policy, ref
from verge_pulumi.engine.declaring.hidden import NAME, OWNER
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.lives import Cost, Staged
from verge_pulumi.engine.declaring.model import Inputs, differing, outputs, payload
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.engine.errors import EngineError, InitialisationFailed, Unfit, explain
from verge_pulumi.engine.lifecycle.fencing import Fence, this_stack
from verge_pulumi.engine.lifecycle.frame import DeclaredProvider
from verge_pulumi.engine.lifecycle.looking import APPEARS_WITHIN, appeared
from verge_pulumi.engine.lifecycle.recording import UNFINISHED
from verge_pulumi.engine.ownership.mark import (
    MARK,
    PARENT,
    TOKEN,
    Mark,
    marked_description,
    marks_of,
    put_mark,
    without_mark,
)
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.engine.reading.waiting import wait_until
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.resources.firewall._firewall_rule import (
    RULE,
    TABLE,
    FirewallRule,
    RuleList,
    is_of_vergeos,
    problems,
    told,
)
from verge_pulumi.resources.firewall._plan import Step, Wanted, plan
from verge_pulumi.resources.firewall._reachability import Verdict, would_allow
from verge_pulumi.resources.firewall._rule_sets import NOTHING_KNOWN, Addresses
from verge_pulumi.resources.firewall._rule_values import RuleAddress, RulePorts
from verge_pulumi.resources.firewall.network_rule import NetworkRule
from verge_pulumi.resources.network._staged import RULES, apply_staged, writing
from verge_pulumi.resources.network.network import Network

OF_A_FIREWALL = "firewall/"
"""How the name in the marks of a firewall's rules begins, which keeps them apart from those of a `NetworkRule`."""

ROUNDS = 3
"""How often the rules are brought into order; one round does it, if VergeOS places them as documented
(docs/vergeos/networks.md §4)."""


class Firewall(
    BaseResource,
    table=TABLE,
    unique=("network",),
    # The rules are listed before and after.
    life=Staged(
        "rules",
        rows="rules",
        create=Cost(writes=2, reads=0),
        update=Cost(writes=2, reads=0),
        delete=Cost(writes=1, reads=0),
    ),
):
    """The rules of a network in their order, as one resource.

    ``Firewall("edge", network=lan, rules=[FirewallRule(name="ssh", protocol="tcp", destination_ports="22")])``. A
    `FirewallRule` takes what a `NetworkRule` takes, but no place: it stands where the list has it. A rule is known by
    its name, so another name is another rule. Other rules of the network are left alone unless `authoritative`; then
    only VergeOS's own stay. All changes are applied together, once.
    """

    review = Review(guards=True)
    importing = Importing(left="its rules are imported one by one")

    network: Ref[Network] = ref(column="vnet", replaces=True)
    """The network it belongs to."""

    rules: Items[FirewallRule] = items(RuleList(), role="rules")
    """The rules, from the first that is tried to the last. Read as a list of what each of them says, by name."""

    authoritative: Attr[bool | None] = policy(default=None)
    """Whether rules that nobody declares are deleted. VergeOS's own stay, those of other resources are refused."""

    management: Attr[RuleAddress | None] = policy(default=None)
    """Where the router is managed from. A change after which these rules would no longer let that in is refused."""

    management_ports: Attr[RulePorts | None] = policy(default=None)
    """TCP ports of the router on which it is managed; ``443`` if unset."""

    allow_lock_out: Attr[bool | None] = policy(default=None)
    """Whether `management` may be shut out."""

    adopt: Attr[bool | None] = policy(default=None)
    """Whether to take over rules that exist already under the names of these, instead of failing."""

    keys: Attr[dict[str, str] | None] = computed(role="keys")
    """The keys of the rows, by name of the rule."""

    @classmethod
    def derive_arguments(cls, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the arguments with what each rule says instead of the rule."""
        rules = arguments["rules"]
        if not isinstance(rules, Sequence) or not all(isinstance(rule, FirewallRule) for rule in rules):
            raise Unfit("rules is not a list of FirewallRule. Give one, in brackets: [FirewallRule(...)]")
        return {**arguments, "rules": [dict(rule.given) for rule in rules]}

    def would_allow(
        self,
        source: str,
        destination: str,
        port: int | str | None = None,
        protocol: str = "tcp",
        *,
        direction: str = "incoming",
        addresses: Addresses = NOTHING_KNOWN,
    ) -> pulumi.Output[Verdict]:
        """Say whether these rules let a new connection pass; see `verge_pulumi.reachability`."""
        return self.rules.apply(
            lambda rules: would_allow(
                rules, source, destination, port, protocol, direction=direction, addresses=addresses
            )
        )


class FirewallProvider(DeclaredProvider[Firewall]):
    """Brings the rules of a network to the list by the fewest writes, and applies them once."""

    touched = (touch("", "create", "modify", "delete", at=("create", "update")),)

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Names are unique, pinned rules stand where they are tried, and management is not shut out."""
        return problems(inputs)

    def notes(self, state: Inputs, inputs: Inputs, changed: Collection[str]) -> Iterable[str]:
        """Tell what happens to each rule; the diff of a list compares by place."""
        # All of them are unknown together where something that one refers to is replaced.
        if "rules" in changed and isinstance(inputs["rules"], list):
            yield from told(state["rules"], inputs["rules"])

    def look_ahead(self, inputs: Inputs, assumed: Collection[str]) -> Iterable[str]:
        """Tell which rules are taken over, what of them changes, and which an authoritative list deletes."""
        if pulumi.contains_unknowns({name: inputs.get(name) for name in ("network", "rules", "authoritative")}):
            yield "adopt: which rules are meant, and what of them changes, is known in the update only"
            return
        rows = self._rows(str(inputs["network"]))
        wanted = {rule["name"]: rule for rule in inputs["rules"]}
        theirs = {row["name"]: row for row in rows if row["name"] in wanted}
        if any(self._holder((TABLE, str(row["$key"])), Mark.of(row["description"]), inputs) for row in theirs.values()):
            return  # of its own replacement, or of one that is looked at when it is created
        gone: dict[str, str] = {}
        if inputs.get("authoritative"):
            gone = self._undeclared([row for row in rows if row["name"] not in wanted], inputs)
        places = {str(row["$key"]): int(row["orderid"]) for row in rows}
        rules = [_wanted(rule, theirs.get(name), inputs, None) for name, rule in wanted.items()]
        changed = {step.key: step.columns for step in plan(places, rules, gone) if step.verb == "PUT"}
        for name, row in theirs.items():
            mark, columns = Mark.of(row["description"]), changed.get(str(row["$key"]), {})
            whose = f", which bears the mark of {mark.holder}" if mark else ""
            changes = ", ".join(f"{column} {row.get(column)!r} → {value!r}" for column, value in columns.items())
            does = f" and change {changes}" if changes else " as it is"
            yield f"rule '{name}' exists already (key {row['$key']}{whose}): the update would take it over{does}"
        yield from (f"rule '{name}' (key {key}): the update would delete it" for key, name in gone.items())

    def insert(self, inputs: Inputs) -> tuple[str, dict[str, Any]]:
        """Make the rules, as far as an earlier attempt has not made them."""
        self.connection.see_system()
        self.identity.refuse_namesake(inputs)
        mark = self._mark(inputs, str(inputs.get(TOKEN) or ""))
        own = _Own(mark, frozenset(self._interrupted(inputs)), {}, _names(inputs))
        parent = self.connection.evidence.token_at(("vnets", str(inputs["network"])), this_stack(inputs))
        return f"vnets/{inputs['network']}", self._bring(inputs, own, {PARENT: parent}, apply=True)

    def fetch(self, id: str, state: Inputs) -> dict[str, Any] | None:
        """Read the rules from the list that serves `NetworkRule` too; where some are missing, from the network's."""
        network, own = str(state["network"]), _Own.recorded(state)
        rows: list[Row] = []
        if own.mark is not None and not state.get("authoritative"):
            listed = self.connection.reader.listed(TABLE, NetworkRule.declaration.fields, own.mark.beginning)
            rows = [row for row in listed.values() if str(row["vnet"]) == network and own.bears(row)]
        if not rows or {*own.keys.values()} - {str(row["$key"]) for row in rows}:
            rows = self._rows(network)
        ours = self._ours(rows, own, state)
        if not ours and (self._lost(network, state) or self._is_of_others(state)):
            return None
        shown = [row for row in rows if not is_of_vergeos(row)] if state.get("authoritative") else ours
        return self._outs(state, shown, ours) | {name: state[name] for name in (MARK, PARENT) if name in state}

    def change(self, id: str, state: Inputs, inputs: Inputs) -> dict[str, Any]:
        """Bring the rules to what the program says."""
        # An attempt that was killed may have written all of it and applied nothing; of that the state knows nothing.
        changed = {"rules", "authoritative"}.intersection(differing(self.declaration, state, inputs))
        own = _Own.recorded(state)
        if own.mark is not None:
            own = replace(own, mark=self._mark(inputs, own.mark.token), names=own.names | _names(inputs))
        hidden = {PARENT: state[PARENT]} if PARENT in state else {}
        return self._bring(inputs, own, hidden, apply=UNFINISHED in state or bool(changed))

    def remove(self, id: str, state: Inputs) -> None:
        """Delete the rules that are ours."""
        network = str(state["network"])
        with writing(self.connection, RULES, network):
            ours = self._ours(self._rows(network), _Own.recorded(state), state)
            if not ours:
                self._refuse_stranger(state)
            self._take([Step(verb="DELETE", name=row["name"], key=str(row["$key"]), columns={}) for row in ours], {})
            self._apply(network, [row["name"] for row in ours])

    def mark(self, id: str, state: Inputs, replaces: str = "") -> Mark:
        """Let the rules that the state knows bear the mark of the firewall, as `RowProvider.mark` does for a row."""
        network, own = str(state["network"]), _Own.recorded(state)
        mark = Mark.new(state[OWNER], f"{OF_A_FIREWALL}{state[NAME]}", state[TOKEN])
        self._refuse_stranger(state)
        rows = [row for row in self._rows(network) if own.knows(row)]
        if missing := own.keys.keys() - {str(row["name"]) for row in rows}:
            names = ", ".join(f"'{printable(name)}'" for name in sorted(missing))
            raise EngineError(f"the rules {names} of network {network} are not there any more. Run 'pulumi refresh'")
        steps = [
            Step(verb="PUT", name=str(row["name"]), key=str(row["$key"]), columns={"description": description})
            for row in rows
            if (description := put_mark(row, mark, replaces))
        ]
        self._take(steps, {})
        return mark

    # ------------------------------------------------------------------------------------------------------------------

    def _mark(self, inputs: Inputs, token: str) -> Mark | None:
        if not (self.connection.settings.mark and OWNER in inputs and token):
            return None
        return Mark.new(inputs[OWNER], f"{OF_A_FIREWALL}{inputs[NAME]}", token)

    def _interrupted(self, inputs: Inputs) -> set[str]:
        urn = provider_process.urn()
        return set(self.connection.evidence.attempts.interrupted(urn, this_stack(inputs))) if urn else set()

    def _ours(self, rows: Iterable[Row], own: _Own, state: Inputs) -> list[Row]:
        """Return the rules that are ours: those that bear our token, and are no copies of them.

        One without a mark counts if it has the key and the name of one of ours, and the network is still the one in
        which that was made.
        """
        found = [row for row in rows if own.bears(row)]
        unmarked = [row for row in rows if Mark.of(row.get("description")) is None and own.knows(row)]
        if unmarked and (own.mark is None or (state.get(PARENT) and not self._is_of_others(state))):
            found += unmarked
        elif unmarked:
            names = ", ".join(f"'{printable(str(row['name']))}'" for row in unmarked)
            provider_process.log(f"the rules {names} bear no mark any more and are left alone", warning=True)
        if copies := [row for row in rows if own.is_copied(row)]:
            names = ", ".join(f"'{printable(str(row['name']))}' (row {row['$key']} of {TABLE})" for row in copies)
            provider_process.log(
                f"the rules {names} bear the mark of this one and are none of its rules; left alone", warning=True
            )
        return found

    def _is_of_others(self, state: Inputs) -> str:
        """Return who manages the network by now if that is not who did when the rules were made, "" otherwise."""
        owner = Network, str(state["network"])
        fence = Fence(self.connection, NetworkRule.declaration, lambda _: owner)
        return fence.stranger_of_parent(state) if state.get(PARENT) else ""

    def _refuse_stranger(self, state: Inputs) -> None:
        """See that a network which has none of our rules any more is not somebody else's by now.

        Whoever may not read the network sees none of its rules either, which are not gone for that.

        Raises:
            EngineError: It is.
            PermissionDenied: It may not be read.
        """
        self.connection.reader.fresh("vnets", str(state["network"]), ("$key",))
        if stranger := self._is_of_others(state):
            raise EngineError(
                f"network {state['network']} now belongs to {stranger}. It is left alone; run 'pulumi refresh' to "
                "forget the rules here"
            )

    def _bring(self, inputs: Inputs, own: _Own, hidden: Mapping[str, Any], *, apply: bool) -> dict[str, Any]:
        """Bring the rules to the list and apply them; from the first write on the object exists.

        What is ours is read before anything is written, so that what an earlier attempt has done is not done again.

        Args:
            inputs: What the program says.
            own: By what our rules are known.
            hidden: Hidden outputs to keep.
            apply: Whether the rules are applied even if nothing is left to write.
        """
        network = str(inputs["network"])
        known = dict(own.keys)
        hidden = {**hidden, **({MARK: str(own.mark)} if own.mark else {})}
        state = {**inputs, **hidden}
        with writing(self.connection, RULES, network):
            rows = self._rows(network)
            if own.keys and not any(own.bears(row) for row in rows):
                self._refuse_stranger(state)
            steps = self._steps(rows, state, own, known)
            written: dict[str, None] = {}  # in their order
            for step in steps:
                if step.verb == "DELETE" and step.key not in own.keys.values():
                    provider_process.log(
                        f"deleting rule '{printable(step.name)}' (row {step.key}): no program declares it", warning=True
                    )
            try:
                for _ in range(ROUNDS):
                    if not steps:
                        break
                    written |= dict.fromkeys(step.name for step in steps)
                    self._take(steps, known)
                    rows = self._settled(network, known)
                    steps = self._steps(rows, state, own, known)
                if steps:
                    raise EngineError(_unkept(steps))
                if written or apply:
                    self._apply(network, written)
            except Exception as error:
                outs = self._outs(inputs, [], []) | {"rules": inputs["rules"], "keys": known} | hidden
                id = f"vnets/{network}"
                raise InitialisationFailed(id, self.complete(id, outs, inputs), explain(error)) from error
        ours = [row for row in rows if known.get(row["name"]) == str(row["$key"])]
        return self._outs(inputs, ours, ours) | hidden

    def _steps(self, rows: Sequence[Row], inputs: Inputs, own: _Own, keys: dict[str, str]) -> list[Step]:
        """Return the writes that are left; note the keys of the rows that are ours.

        Raises:
            EngineError: Somebody else's rule is in the way.
        """
        made = replace(own, keys=dict(keys))
        ours = {row["name"]: row for row in self._ours(rows, made, inputs)}
        wanted = {rule["name"]: rule for rule in inputs["rules"]}
        others = [row for row in rows if row["name"] not in ours]
        for row in others:
            if row["name"] in wanted:
                self._refuse_taken(row, inputs)
                ours[row["name"]] = row
        gone = {str(row["$key"]): str(row["name"]) for name, row in ours.items() if name not in wanted}
        if inputs.get("authoritative"):
            gone |= self._undeclared([row for row in others if row["name"] not in wanted], inputs)
        keys.clear()
        keys.update({name: str(row["$key"]) for name, row in ours.items() if name in wanted})
        for key in keys.values():
            if not self.connection.evidence.claims.claim((TABLE, key), own.mark.token if own.mark else "", made=False):
                raise EngineError(f"row {key} of {TABLE} was taken over by another resource in this run")
        places = {str(row["$key"]): int(row["orderid"]) for row in rows}
        return plan(places, [_wanted(rule, ours.get(name), inputs, own.mark) for name, rule in wanted.items()], gone)

    def _refuse_taken(self, row: Row, inputs: Inputs) -> None:
        """See that a rule which is not ours may become ours.

        Raises:
            EngineError: It may not; the text names its key and how to adopt it.
        """
        theirs = Mark.of(row.get("description"))
        place = (TABLE, str(row["$key"]))
        free = inputs.get("adopt") or (inputs.get("authoritative") and theirs is None and not is_of_vergeos(row))
        if free and not self._holder(place, theirs, inputs):
            return
        raise self._taken(row, f"bears the mark of {theirs.holder}" if theirs else "no stack manages it")

    def _taken(self, row: Row, owner: str) -> EngineError:
        return EngineError(
            f"row {row['$key']} of {TABLE} has the name '{printable(str(row['name']))}' already and {owner}. Choose "
            "another name; if the resource was renamed in the program use the option aliases; to manage that row from "
            "here set adopt=True"
        )

    def _holder(self, place: Place, mark: Mark | None, inputs: Inputs) -> str:
        """Return the name of the other resource of this stack that manages a rule, "" if none does."""
        evidence, stack = self.connection.evidence, this_stack(inputs)
        if place in evidence.claims:
            return "another resource"
        held = [evidence.held_at(place, stack), *(evidence.states.of(stack).bearing(mark.token) if mark else ())]
        return next((each.name for each in held if each), "")

    def _undeclared(self, rows: Iterable[Row], inputs: Inputs) -> dict[str, str]:
        """Return the names of rules that nobody declares, by key.

        Raises:
            EngineError: Some are those of another resource.
        """
        found = {}
        for row in rows:
            theirs, key = Mark.of(row.get("description")), str(row["$key"])
            if theirs is None and is_of_vergeos(row):
                continue
            holder = self._holder((TABLE, key), None, inputs)
            if theirs or holder:
                owner = theirs.holder if theirs else f"'{holder}' of this stack"
                raise EngineError(
                    f"rule '{printable(str(row['name']))}' (row {key} of {TABLE}) belongs to {owner} and is left "
                    "alone. Declare it here only, or leave authoritative off"
                )
            found[key] = str(row["name"])
        return found

    def _take(self, steps: Iterable[Step], keys: dict[str, str]) -> None:
        """Make writes; note the keys of new rows."""
        table = self.connection.client.table(TABLE)
        try:
            for step in steps:
                if step.verb == "POST":
                    keys[step.name] = self._post(step)
                elif step.verb == "PUT":
                    table.update(str(step.key), step.columns)
                else:
                    self._delete(str(step.key))
        finally:
            self.connection.reader.forget(TABLE)

    def _apply(self, network: str, written: Collection[str]) -> None:
        """Let the network apply the rules; a failure names those that were written."""
        try:
            apply_staged(self.connection, RULES, network)
        except (EngineError, VergeError) as error:
            if not written:
                raise
            names = ", ".join(f"'{printable(name)}'" for name in written)
            raise EngineError(f"{str(error).rstrip('.')}; it was for the rules {names}") from error

    def _post(self, step: Step) -> str:
        """Create a rule exactly once; what is not known to have failed is looked for before it is sent again."""
        table = self.connection.client.table(TABLE)
        try:
            return table.create(step.columns).key
        except VergeError as error:
            if error.outcome is Outcome.NOT_APPLIED:
                raise
            if row := self._appeared(step):
                return str(row["$key"])
            if error.outcome is Outcome.APPLIED:
                raise
            self.connection.see_system()
        return table.create(step.columns).key

    def _appeared(self, step: Step) -> Row | None:
        """Look for the rule of a POST whose answer was lost, for as long as VergeOS may take to show it.

        VergeOS has one rule of a name in a network, and the description holds the mark if there is one.
        """
        wanted = {name: step.columns.get(name) for name in ("name", "description")}

        def found() -> Row | None:
            rows = self._rows(str(step.columns["vnet"]))
            return next(
                (r for r in rows if all((r.get(name) or None) == value for name, value in wanted.items())), None
            )

        return appeared(found, self.connection.clock)

    def _delete(self, key: str) -> None:
        try:
            self.connection.client.table(TABLE).delete(key)
        except NotFound:
            return
        except VergeError as error:
            # Whether it is gone is seen by looking, not by the words of the error.
            if error.outcome is not Outcome.UNKNOWN or self.connection.reader.fresh(TABLE, key, ("$key",)):
                raise

    def _rows(self, network: str) -> list[Row]:
        """List all rules of the network in their order, whoever's they are."""
        condition = where("vnet", "eq", int(network))
        rows = self.connection.reader.find(TABLE, condition, NetworkRule.declaration.fields)
        # One that was never given a place comes first.
        return sorted(({**row, "orderid": int(row["orderid"] or 0)} for row in rows), key=lambda row: row["orderid"])

    def _settled(self, network: str, keys: Mapping[str, str]) -> list[Row]:
        """List the rules when all that were made are there; a new row may take a moment.

        See docs/vergeos/quirks.md §R14.
        """
        made = set(keys.values())
        return wait_until(
            lambda: self._rows(network),
            lambda rows: made <= {str(row["$key"]) for row in rows},
            what="the new rules to appear",
            timeout=APPEARS_WITHIN,
            clock=self.connection.clock,
            describe=lambda rows: f"{len(rows)} rules",
        )

    def _lost(self, network: str, state: Inputs) -> bool:
        """Say whether the network is gone, as the list that serves it tells."""
        fields, marks = Network.declaration.fields, marks_of(state.get(OWNER, ""))
        return self.connection.reader.shared("vnets", network, fields, marks) is None

    def _outs(self, state: Inputs, shown: Iterable[Row], own: Iterable[Row]) -> dict[str, Any]:
        outs = {name: state.get(name) for name in self.declaration.attributes}
        said = {rule["name"]: rule for rule in state["rules"]}
        outs["rules"] = [_rule(row, said.get(row["name"])) for row in sorted(shown, key=lambda row: row["orderid"])]
        outs["keys"] = {row["name"]: str(row["$key"]) for row in own}
        return outs


@dataclass(frozen=True)
class _Own:
    """By what the rules of one firewall are known.

    Attributes:
        mark: The mark that they bear; None where the program wants no marks.
        interrupted: Tokens of earlier attempts that were cut off, whose rules are ours too.
        keys: The keys of the rules by name, as far as they are known.
        names: The names of the rules that the state and the program have.
    """

    mark: Mark | None
    interrupted: frozenset[str]
    keys: Mapping[str, str]
    names: frozenset[str]

    @classmethod
    def recorded(cls, state: Inputs) -> _Own:
        """Return by what the rules in a state are known.

        A mark that was written and is not recorded yet is proved by the token that it was to have.
        """
        mark, token = Mark.of(state.get(MARK)), str(state.get(TOKEN) or "")
        return cls(mark, frozenset({token} if token and not mark else ()), state.get("keys") or {}, _names(state))

    def bears(self, row: Row) -> bool:
        """Say whether a row bears our token, and is a rule that we made rather than somebody's copy of one."""
        live = Mark.of(row.get("description"))
        if live is None or self.mark is None or live.token != self.mark.token:
            return live is not None and live.token in self.interrupted
        return row["name"] in self.names or str(row["$key"]) in self.keys.values()

    def is_copied(self, row: Row) -> bool:
        """Say whether somebody copied one of our rules together with its mark."""
        live = Mark.of(row.get("description"))
        same = live is not None and self.mark is not None and live.token == self.mark.token
        return same and not self.bears(row)

    def knows(self, row: Row) -> bool:
        """Say whether a row has the key and the name of one of ours."""
        return self.keys.get(row["name"]) == str(row["$key"])


def _names(state: Inputs) -> frozenset[str]:
    return frozenset(rule["name"] for rule in state.get("rules") or ())


def _wanted(rule: Inputs, row: Row | None, inputs: Inputs, mark: Mark | None) -> Wanted:
    """Return a rule with the columns to write: all for a new one, what differs for a row."""
    changed = None if row is None else set(differing(RULE, _plain(row, rule), rule))
    columns = payload(RULE, rule, changed)
    if row is None:
        columns["vnet"] = int(inputs["network"])
    live = Mark.of((row or {}).get("description"))
    # The text of the mark follows what was renamed with the next write.
    if mark and (live is None or live.token != mark.token or (columns and (live != mark or "description" in columns))):
        columns["description"] = marked_description(rule, row or {}, mark)
    return Wanted(name=rule["name"], key=None if row is None else str(row["$key"]), columns=columns)


def _plain(row: Row, kept: Mapping[str, Any]) -> dict[str, Any]:
    return outputs(RULE, {**row, "description": without_mark(row.get("description"))}, kept)


def _rule(row: Row, said: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a row as the program would say it: what it says of that rule, and of one it does not know all there is."""
    live = _plain(row, said or {})
    if said is None:
        return {name: live[name] for name in RULE.inputs if live.get(name) not in (None, False)}
    return {name: live[name] for name in said if live.get(name) is not None}


def _unkept(steps: Sequence[Step]) -> str:
    told = ", ".join(f"'{step.name}' ({', '.join(step.columns) or 'gone'})" for step in steps)
    return f"VergeOS does not keep what was written of the rules {told}. Declare what this VergeOS makes of it"
