"""The rules of a network as one list: the one resource that is several rows, since the order is what it means."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pulumi

from verge_pulumi.client import NotFound, Outcome, Row, VergeError, printable, where
from verge_pulumi.engine import host
from verge_pulumi.engine.attributes import Attr, Items, Ref, computed, items, policy, ref
from verge_pulumi.engine.declare import NAME, OWNER, BaseResource
from verge_pulumi.engine.errors import EngineError, InitialisationFailed, explain
from verge_pulumi.engine.model import Inputs, differing, outputs, payload
from verge_pulumi.engine.ownership import MARK, Mark, without_mark
from verge_pulumi.engine.provider import UNFINISHED, DeclaredProvider
from verge_pulumi.engine.rows import APPEARS_WITHIN, marked_description
from verge_pulumi.engine.waiting import wait_until
from verge_pulumi.resources.firewall_plan import Step, Wanted, plan
from verge_pulumi.resources.firewall_rules import RULE, TABLE, FirewallRule, RuleList, problems, told
from verge_pulumi.resources.network import Network
from verge_pulumi.resources.network_rule import NetworkRule
from verge_pulumi.resources.reachability import Verdict, would_allow
from verge_pulumi.resources.rule_sets import NOTHING_KNOWN, Addresses
from verge_pulumi.resources.rule_values import RuleAddress, RulePorts
from verge_pulumi.resources.staged import RULES, apply_staged, writing

ROUNDS = 3
"""How often the rules are brought into order; one round does it, if VergeOS places them as the fact sheet says."""


class Firewall(BaseResource, table=TABLE):
    """The rules of a network in their order, as one resource.

    ``Firewall("edge", network=lan, rules=[FirewallRule(name="ssh", protocol="tcp", destination_ports="22")])``. A
    `FirewallRule` takes what a `NetworkRule` takes, but no place: it stands where the list has it. A rule is known by
    its name, so another name is another rule. Other rules of the network are left alone unless `authoritative`; then
    only VergeOS's own stay. All changes are applied together, once.
    """

    network: Ref[Network] = ref(column="vnet", replaces=True)
    """The network it belongs to."""

    rules: Items[FirewallRule] = items(RuleList())
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

    keys: Attr[dict[str, str] | None] = computed()
    """The keys of the rows, by name of the rule."""

    @classmethod
    def _derived(cls, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the arguments with what each rule says instead of the rule."""
        rules = arguments["rules"]
        if not isinstance(rules, Sequence) or not all(isinstance(rule, FirewallRule) for rule in rules):
            raise TypeError("Firewall: rules= is a list of FirewallRule.")
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
        """Say whether these rules let a new connection pass, as `verge_pulumi.resources.reachability` explains."""
        return self.rules.apply(
            lambda rules: would_allow(
                rules, source, destination, port, protocol, direction=direction, addresses=addresses
            )
        )


class FirewallProvider(DeclaredProvider[Firewall]):
    """Brings the rules of a network to the list by the fewest writes, and applies them once."""

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Names are unique, pinned rules stand where they are tried, and management is not shut out."""
        return problems(inputs)

    def notes(self, olds: Inputs, news: Inputs, changed: Collection[str]) -> Iterable[str]:
        """Tell what happens to each rule; the diff of a list compares by place."""
        if "rules" in changed:
            yield from told(olds["rules"], news["rules"])

    def rows_of(self, id: str, props: Inputs) -> Iterable[str]:
        """Name the rows of its rules."""
        return (props.get("keys") or {}).values()

    def insert(self, inputs: Inputs) -> tuple[str, dict[str, Any]]:
        """Make the rules, as far as an earlier attempt has not made them."""
        _ = self.connection.system
        marks = self.connection.settings.mark and OWNER in inputs
        # The word before the name keeps them apart from those of a NetworkRule of that name.
        mark = Mark.new(inputs[OWNER], f"firewall/{inputs[NAME]}") if marks else None
        id = f"vnets/{inputs['network']}"
        return id, self._bring(id, inputs, mark, {}, apply=True)

    def fetch(self, id: str, props: Inputs) -> dict[str, Any] | None:
        """Read the rules from the list that serves `NetworkRule` too; where some are missing, from the network's."""
        network, keys = str(props["network"]), props.get("keys") or {}
        mark = Mark.of(props.get(MARK))
        rows: list[Row] = []
        if mark is not None and not props.get("authoritative"):
            listed = self.connection.reader.listed(TABLE, NetworkRule.declaration.fields, props[OWNER])
            rows = [row for row in listed.values() if str(row["vnet"]) == network and _is_own(row, mark, keys)]
        if not rows or {*keys.values()} - {str(row["$key"]) for row in rows}:
            rows = self._rows(network)
        own = [row for row in rows if _is_own(row, mark, keys)]
        if not own and self._lost(network, props):
            return None
        shown = [row for row in rows if not _is_of_vergeos(row)] if props.get("authoritative") else own
        return self._outs(props, shown, own, mark)

    def change(self, id: str, olds: Inputs, news: Inputs) -> dict[str, Any]:
        """Bring the rules to what the program says."""
        # An attempt that was killed may have written all of it and applied nothing; of that the state knows nothing.
        changed = {"rules", "authoritative"}.intersection(differing(self.declaration, olds, news))
        keys = olds.get("keys") or {}
        return self._bring(id, news, Mark.of(olds.get(MARK)), keys, apply=UNFINISHED in olds or bool(changed))

    def remove(self, id: str, props: Inputs) -> None:
        """Delete the rules that are ours."""
        network = str(props["network"])
        with writing(self.connection, RULES, network):
            mark, keys = Mark.of(props.get(MARK)), props.get("keys") or {}
            own = [row for row in self._rows(network) if _is_own(row, mark, keys)]
            self._take([Step(verb="DELETE", name=row["name"], key=str(row["$key"]), columns={}) for row in own], {})
            self._apply(network, [row["name"] for row in own])

    # ------------------------------------------------------------------------------------------------------------------

    def _bring(
        self, id: str, inputs: Inputs, mark: Mark | None, keys: Mapping[str, str], *, apply: bool
    ) -> dict[str, Any]:
        """Bring the rules to the list and apply them; from the first write on the object exists.

        What is ours is read before anything is written, so that what an earlier attempt has done is not done again.

        Args:
            id: The Pulumi id of the list.
            inputs: What the program says.
            mark: The mark of its rows.
            keys: Their keys, as far as they are known.
            apply: Whether the rules are applied even if nothing is left to write.
        """
        network = str(inputs["network"])
        known = dict(keys)
        with writing(self.connection, RULES, network):
            rows = self._rows(network)
            steps = self._steps(rows, inputs, mark, known)
            written: dict[str, None] = {}  # in their order
            for step in steps:
                if step.verb == "DELETE" and step.key not in keys.values():
                    host.log(f"rule '{printable(step.name)}' (row {step.key}) is in no program; it goes", warning=True)
            try:
                for _ in range(ROUNDS):
                    if not steps:
                        break
                    written |= dict.fromkeys(step.name for step in steps)
                    self._take(steps, known)
                    rows = self._settled(network, known)
                    steps = self._steps(rows, inputs, mark, known)
                if steps:
                    raise EngineError(_unkept(steps))
                if written or apply:
                    self._apply(network, written)
            except Exception as error:
                outs = self._outs(inputs, [], [], mark) | {"rules": inputs["rules"], "keys": known}
                raise InitialisationFailed(id, self._complete(id, outs, inputs), explain(error)) from error
        own = [row for row in rows if _is_own(row, mark, known)]
        return self._outs(inputs, own, own, mark)

    def _steps(self, rows: Sequence[Row], inputs: Inputs, mark: Mark | None, keys: dict[str, str]) -> list[Step]:
        """Return the writes that are left; note the keys of the rows that are ours.

        Raises:
            EngineError: Somebody else's rule is in the way.
        """
        own = {row["name"]: row for row in rows if _is_own(row, mark, keys)}
        for row in own.values():
            key = str(row["$key"])
            if (TABLE, key) in self.connection.live and key not in keys.values():
                # It was renamed in the program, and its rows have the mark of its old name, which this one has now.
                raise EngineError(
                    f"rule '{printable(row['name'])}' (row {key} of {TABLE}) is that of another Firewall here, which "
                    "had this one's name, or is replaced by it. Give this one another name, or leave "
                    "delete_before_replace on"
                )
        wanted = {rule["name"]: rule for rule in inputs["rules"]}
        others = [row for row in rows if row["name"] not in own]
        for row in others:
            if row["name"] in wanted:
                self._refuse_taken(row, inputs)
                own[row["name"]] = row
        gone = {str(row["$key"]): str(row["name"]) for name, row in own.items() if name not in wanted}
        if inputs.get("authoritative"):
            gone |= _undeclared(row for row in others if row["name"] not in wanted)
        keys.clear()
        keys.update({name: str(row["$key"]) for name, row in own.items() if name in wanted})
        self.connection.live.update((TABLE, key) for key in keys.values())
        places = {str(row["$key"]): int(row["orderid"]) for row in rows}
        return plan(places, [_wanted(rule, own.get(name), inputs, mark) for name, rule in wanted.items()], gone)

    def _refuse_taken(self, row: Row, inputs: Inputs) -> None:
        """See that a rule which is not ours may become ours.

        Raises:
            EngineError: It may not; the text names its key and how to adopt it.
        """
        theirs = Mark.of(row.get("description"))
        free = inputs.get("adopt") or (inputs.get("authoritative") and theirs is None and not _is_of_vergeos(row))
        if free and (TABLE, str(row["$key"])) not in self.connection.live:
            return
        owner = f"belongs to {theirs.owner} as '{theirs.name}'" if theirs else "is managed by nobody here"
        raise EngineError(
            f"row {row['$key']} of {TABLE} has the name '{printable(str(row['name']))}' already and {owner}. Choose "
            "another name; if the resource was renamed in the program use the alias option; to manage that row from "
            "here set adopt=True"
        )

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
            # VergeOS has one rule of a name in a network, and the description holds the mark if there is one.
            wanted = {name: step.columns.get(name) for name in ("name", "description")}
            rows = self._rows(str(step.columns["vnet"]))
            found = [row for row in rows if all((row.get(name) or None) == value for name, value in wanted.items())]
            if found:
                return str(found[0]["$key"])
            if error.outcome is Outcome.APPLIED:
                raise
        return table.create(step.columns).key

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
        return sorted(rows, key=lambda row: int(row["orderid"]))

    def _settled(self, network: str, keys: Mapping[str, str]) -> list[Row]:
        """List the rules when all that were made are there; a new row may take a moment (fact sheet quirks R14)."""
        made = set(keys.values())
        return wait_until(
            lambda: self._rows(network),
            lambda rows: made <= {str(row["$key"]) for row in rows},
            what="the new rules to appear",
            timeout=APPEARS_WITHIN,
            clock=self.connection.clock,
            describe=lambda rows: f"{len(rows)} rules",
        )

    def _lost(self, network: str, props: Inputs) -> bool:
        """Say whether the network is gone, as the list that serves it tells."""
        fields = Network.declaration.fields
        return self.connection.reader.shared("vnets", network, fields, props.get(OWNER, "")) is None

    def _outs(self, props: Inputs, shown: Iterable[Row], own: Iterable[Row], mark: Mark | None) -> dict[str, Any]:
        outs = {name: props.get(name) for name in self.declaration.attributes}
        said = {rule["name"]: rule for rule in props["rules"]}
        outs["rules"] = [_rule(row, said.get(row["name"])) for row in sorted(shown, key=lambda row: row["orderid"])]
        outs["keys"] = {row["name"]: str(row["$key"]) for row in own}
        return outs | ({MARK: str(mark)} if mark else {})


def _is_own(row: Row, mark: Mark | None, keys: Mapping[str, str]) -> bool:
    """Say whether a row is a rule of this firewall: by its mark, or without one by the key and the name it had."""
    live = Mark.of(row.get("description"))
    if live is not None:
        return mark is not None and live.belongs_to(mark.owner, mark.name)
    return bool(keys.get(row["name"]) == str(row["$key"]))


def _is_of_vergeos(row: Row) -> bool:
    """Say whether VergeOS made a rule for itself or for something else, such as a WireGuard peer or a gateway.

    Of the route that comes with a default gateway no source says that its `owner` is set (fact sheet quirks W14).
    """
    route = row.get("action") == "route" and row.get("destination_ip") == "default"
    return bool(row.get("system_rule") or row.get("owner") or (route and Mark.of(row.get("description")) is None))


def _undeclared(rows: Iterable[Row]) -> dict[str, str]:
    """Return the names of rules that nobody declares, by key.

    Raises:
        EngineError: Some are those of another resource.
    """
    found = {}
    for row in rows:
        theirs = Mark.of(row.get("description"))
        if theirs is not None:
            raise EngineError(
                f"rule '{printable(str(row['name']))}' (row {row['$key']} of {TABLE}) belongs to {theirs.owner} as "
                f"'{theirs.name}' and is left alone. Declare it here only, or leave authoritative off"
            )
        if not _is_of_vergeos(row):
            found[str(row["$key"])] = str(row["name"])
    return found


def _wanted(rule: Inputs, row: Row | None, inputs: Inputs, mark: Mark | None) -> Wanted:
    """Return a rule with the columns to write: all for a new one, what differs for a row."""
    changed = None if row is None else set(differing(RULE, _plain(row, rule), rule))
    columns = payload(RULE, rule, changed)
    if row is None:
        columns["vnet"] = int(inputs["network"])
    live = Mark.of((row or {}).get("description"))
    unmarked = live is None or mark is None or not live.belongs_to(mark.owner, mark.name)
    if mark and ("description" in columns or unmarked):
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
