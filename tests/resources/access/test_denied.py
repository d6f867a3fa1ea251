"""Runs of users who may not do what the program says."""

from __future__ import annotations

import pytest

from tests.providers.bench import Bench, Managed
from tests.resources.access.logins import as_ci, kept
from verge_pulumi.engine.errors import Reported


@pytest.fixture
def network(bench: Bench) -> Managed:
    return bench.create("Network", "lan", name="lan")


def test_a_change_without_the_right_says_which_one_is_missing(bench: Bench, network: Managed) -> None:
    ci = as_ci(bench, vnets="list read")
    with pytest.raises(Reported) as caught:
        network.seen_by(ci).up(domain="example.com")
    assert str(caught.value) == (
        f"Unable to update Network 'lan': PUT /api/v4/vnets/{network.id} failed: Permission denied (403)."
        f" User 'ci' needs the right 'modify' on vnets, on its row {network.id}, or on what that row is a part of."
        " Give it in VergeOS, or log in as a user that has it."
    )
    assert network.row()["domain"] == ""


def test_a_create_without_the_right_makes_nothing(bench: Bench) -> None:
    ci = as_ci(bench, vnets="list read modify delete")
    with pytest.raises(Reported, match="User 'ci' needs the right 'create' on vnets, or on"):
        ci.create("Network", "lan", name="lan")
    assert "lan" not in [row["name"] for row in bench.simulator.rows("vnets")]


def test_a_delete_without_the_right_keeps_the_object(bench: Bench, network: Managed) -> None:
    ci = as_ci(bench, vnets="list read")
    text = kept(network.seen_by(ci))
    assert f"User 'ci' needs the right 'delete' on vnets, on its row {network.id}, or on" in text


@pytest.mark.parametrize("rights", ["", "list"])
def test_what_may_not_be_read_is_not_taken_for_gone(bench: Bench, network: Managed, rights: str) -> None:
    ci = as_ci(bench, vnets=rights)
    with pytest.raises(Reported, match=f"needs the right 'read' on vnets, on its row {network.id}, or on"):
        network.seen_by(ci).refresh()
    assert "needs the right 'read'" in kept(network.seen_by(ci))


def test_rules_that_may_not_be_seen_are_not_taken_for_deleted(bench: Bench) -> None:
    rule = {"name": "ssh", "action": "accept", "direction": "incoming", "protocol": "tcp"}
    firewall = bench.create("Firewall", network=3, rules=[rule])
    ci = as_ci(bench, vnets="modify")
    for run in (firewall.seen_by(ci).destroy, firewall.seen_by(ci).refresh):
        with pytest.raises(Reported, match="User 'ci' needs the right 'read' on vnets, on its row 3, or on"):
            run()
    assert [row["name"] for row in bench.simulator.rows("vnet_rules")] == ["ssh"]


def test_rights_on_a_network_are_enough_for_its_rules(bench: Bench, network: Managed) -> None:
    ci = as_ci(bench, vnets="list read create modify delete")
    rule = ci.create("NetworkRule", "ssh", network=network.id, name="ssh", action="accept", direction="incoming")
    rule.refresh()
    rule.up(destination_ports="22")
    rule.destroy()
    assert "ssh" not in [row["name"] for row in bench.simulator.rows("vnet_rules")]
