"""Aliases of rules: addresses or ports under one name, for the rules of all networks."""

from __future__ import annotations

import functools
import operator
from typing import Literal

from verge_pulumi.client import Row, where
from verge_pulumi.engine.declaring.attributes import Attr, arg
from verge_pulumi.engine.declaring.hidden import OWNER
from verge_pulumi.engine.declaring.lives import Cost, Life
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.ownership.mark import Mark, marks_of
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.firewall._rule_values import AliasEntries
from verge_pulumi.resources.network._staged import RULES, apply_staged


class RuleAlias(
    Describable,
    Resource,
    table="vnet_rule_aliases",
    unique=("name",),
    # Each write is followed by a look for the rules that refer to it; one look at all rules comes before the deletes.
    life=Life(create=Cost(writes=2, reads=1), update=Cost(writes=2, reads=2), delete=Cost(writes=1, reads=2)),
):
    """Addresses or ports under one name, for the rules of all networks.

    ``NetworkRule(..., source_ip=rule_addresses.alias(offices))`` refers to one. When it changes, the running networks
    whose rules refer to it apply that. It is not deleted as long as rules that this stack did not make refer to it.
    """

    review = Review(guards=True)

    name: Attr[str] = arg(min_length=1)
    """Name in VergeOS; unique on the system."""

    value: Attr[AliasEntries] = arg(role="matched")
    """What it stands for: addresses, networks or ports, each with a label after ``|`` if wanted."""

    publishing_scope: Attr[Literal["private", "global", "tenant", "none"] | None] = arg(default=None)
    """Who sees it."""


REFERRING = ("source_ip", "source_ports", "destination_ip", "destination_ports", "target_ip", "target_ports")
"""The columns of a rule that may refer to an alias."""

RULE_FIELDS = ("$key", "vnet", "name", "description", *REFERRING)
"""The projection of all rules, in which those that refer to an alias are looked for."""


class RuleAliasProvider(RowProvider[RuleAlias]):
    """What is special about an alias's life."""

    touched = (
        touch("vnet_rules", at=("create", "update", "delete")),
        *(touch(table, at=("create", "update")) for table in ("machines", "machine_status")),
        touch("vnets", "modify", at=("create", "update")),
    )

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Put it into effect where rules refer to it; an adopted one has such rules already.

        See docs/vergeos/networks.md §5.
        """
        term = f"alias:{id}"
        mentioned = functools.reduce(operator.or_, [where(column, "cs", term) for column in REFERRING])
        rules = self.connection.reader.find("vnet_rules", mentioned, ("$key", "vnet", *REFERRING))
        networks = {str(rule["vnet"]) for rule in rules if _refers(rule, term)}
        for network in sorted(networks, key=int):
            apply_staged(self.connection, RULES, network)
        return row

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """See that no rule of others refers to it: whether VergeOS would refuse that, no source says.

        Those of this stack are deleted before it, or with their network.
        """
        own = marks_of(str(state.get(OWNER, "")))
        users = [
            f"'{rule['name']}' of the network {rule['vnet']}"
            for rule in self.connection.reader.listed("vnet_rules", RULE_FIELDS, "").values()
            if _refers(rule, f"alias:{id}")
            and not ((mark := Mark.of(rule.get("description"))) and mark.beginning == own)
        ]
        if users:
            raise EngineError(f"rules that this stack did not make refer to it: {', '.join(users)}. Change these first")


def _refers(rule: Row, term: str) -> bool:
    """Say whether a rule refers to an alias; a text that contains ``alias:7`` may be about ``alias:77``."""
    return any(term in _terms(rule.get(column)) for column in REFERRING)


def _terms(text: str | None) -> list[str]:
    return [term.strip() for term in (text or "").split(",")]
