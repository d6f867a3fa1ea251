"""Rules of networks, and the aliases that they name."""

from __future__ import annotations

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import Surprise, same
from verge_pulumi.conformance.lab.requests import Made
from verge_pulumi.conformance.lab.subjects import NETWORK

NETS = "docs/vergeos/networks.md"


@assumption(f"{NETS} §4", Sure.INFERRED, "resources.firewall._plan", "resources.firewall.network_rule")
def places_of_rules(lab: Lab) -> None:
    """A rule without `orderid` goes to the end; one for a taken place goes before the rule there, which moves on."""
    network = int(_own(lab, "rules").key)
    for word in ("first", "second"):
        lab.make("vnet_rules", {"vnet": network, "name": lab.name(word)})
    second = _rules(lab, network)[1]
    lab.make("vnet_rules", {"vnet": network, "name": lab.name("between"), "orderid": second["orderid"]})
    rows = _rules(lab, network)
    same("the order", [row["name"] for row in rows], [lab.name(word) for word in ("first", "between", "second")])
    if len({row["orderid"] for row in rows}) != len(rows):
        raise Surprise("two rules have one orderid")


@assumption(f"{NETS} §4: no source says what a pinned rule's number is", Sure.OPEN, "resources.firewall._plan")
def pinned_rules(lab: Lab) -> None:
    """A rule that is pinned to the top has a smaller `orderid` than all that are not."""
    network = int(_own(lab, "pins").key)
    for word, pin in (("plain", "no"), ("top", "top")):
        lab.make("vnet_rules", {"vnet": network, "name": lab.name(word), "pin": pin})
    same("the order", [row["name"] for row in _rules(lab, network)], [lab.name("top"), lab.name("plain")])


@assumption(f"{NETS} §4.2", Sure.DOCUMENTED, "resources.firewall._rule_addresses", "resources.firewall.rule_alias")
def aliases_by_key(lab: Lab) -> None:
    """A rule names an alias by its key (`alias:<key>`); by its name it is refused with 422."""
    alias = lab.row("vnet_rule_aliases")
    values = {"vnet": lab.key("vnets"), "name": lab.name("by-key"), "source_ip": f"alias:{alias.key}"}
    rule = lab.make("vnet_rules", values)
    same("vnet_rules.source_ip", lab.read(rule, "source_ip").get("source_ip"), values["source_ip"])
    by_name = {**values, "name": lab.name("by-name"), "source_ip": f"alias:{alias.values['name']}"}
    lab.post("vnet_rules", by_name).refused(422)


@assumption(f"{NETS} §4.2", Sure.DOCUMENTED, "resources.firewall._rule_values", "resources.firewall._rule_addresses")
def texts_of_rules(lab: Lab) -> None:
    """Addresses and ports of a rule read as they were written."""
    written = {"source_ip": "198.51.100.0/28,router,192.0.2.5-192.0.2.9", "destination_ports": "80,443,1000-1005"}
    values = {"vnet": lab.key("vnets"), "name": lab.name("texts"), "protocol": "tcp", **written}
    same("the rule", lab.read(lab.make("vnet_rules", values), ",".join(written)), written)


@assumption(f"{NETS} §5: no source says", Sure.OPEN, "resources.firewall.rule_alias")
def alias_in_use(lab: Lab) -> None:
    """An alias that a rule names can be deleted."""
    alias = lab.make("vnet_rule_aliases", {"name": lab.name("used"), "value": "192.0.2.33"})
    rule = {"vnet": lab.key("vnets"), "name": lab.name("using"), "source_ip": f"alias:{alias.key}"}
    lab.make("vnet_rules", rule)
    lab.delete(alias).answered(200)


def _own(lab: Lab, word: str, table: str = "vnets", **values: object) -> Made:
    """Return the row of a table whose name is a word, made when it is first needed."""
    name = lab.name(word)
    known = (made for made in lab.made if made.table == table and made.values.get("name") == name)
    more = {"network": NETWORK} if table == "vnets" else {}
    return next(known, None) or lab.make(table, {"name": name, **more, **values})


def _rules(lab: Lab, network: int) -> list[dict[str, object]]:
    return lab.rows("vnet_rules", fields="name,orderid", filter=f"vnet eq {network}", sort="orderid")
