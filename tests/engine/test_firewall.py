"""A firewall with the real engine: what is unknown at first, a rule in the middle, drift, and the end."""

from __future__ import annotations

import pulumi

from tests.engine.lab import Lab
from verge_pulumi import Firewall, FirewallRule, Network, RuleAlias, rule_addresses


def test_lifecycle(lab: Lab) -> None:
    names = ["ssh", "web"]

    def program() -> None:
        lan = Network("lan", name="lan")
        offices = RuleAlias("offices", name="offices", value=["10.0.0.0/8"])
        source = rule_addresses.alias(offices)
        rules = [FirewallRule(name=name, source_ip=source, protocol="tcp", log=True) for name in names]
        firewall = Firewall("edge", network=lan, rules=rules)
        pulumi.export("rules", firewall.rules.apply(lambda found: [rule["source_ip"] for rule in found]))
        pulumi.export("location", firewall.location)

    before = lab.simulator.snapshot()
    preview = lab.preview(program)
    assert (preview.steps["edge"].op, preview.requests) == ("create", 0)
    run = lab.up(program)
    assert run.outputs["rules"] == ["alias:1", "alias:1"]
    assert run.outputs["location"] == f"/v4/vnets/{lab.simulator.rows('vnets')[-1]['$key']}"

    names.insert(1, "dns")
    lab.simulator.remove("vnet_rules", 1)
    run = lab.up(program, refresh=True)
    assert run.changes == {"edge": "update"}
    told = [text.strip() for _, name, text in run.messages if name == "edge"]
    assert told[-2:] == ["rule 'ssh' is new", "rule 'dns' is new"]
    rows = sorted(lab.simulator.rows("vnet_rules"), key=lambda row: row["orderid"])
    assert [row["name"] for row in rows] == names
    lab.destroy()
    assert lab.simulator.snapshot() == before
