"""Which row a resource of a program is, where no plan tells."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.rpc import UNKNOWN

from verge_pulumi.importing.matching import Candidates, NoMatch


def row(id: str, **outputs: Any) -> dict[str, Any]:
    return {"id": id, "outputs": outputs}


def test_what_is_unique_tells() -> None:
    networks = Candidates({"Network": [row("1", name="lan", mtu=1500), row("2", name="wan", mtu=1500)]})
    assert networks.take("Network", {"name": "wan", "mtu": 9000})["id"] == "2"


def test_a_name_means_the_row_within_its_parent() -> None:
    drives = Candidates({"Drive": [row("1", name="root", vm="1"), row("2", name="root", vm="2")]})
    assert drives.take("Drive", {"name": "root", "vm": "2", "disksize": "1GiB"})["id"] == "2"


def test_each_row_is_one_resource_at_most() -> None:
    networks = Candidates({"Network": [row("1", name="lan")]})
    networks.take("Network", {"name": "lan"})
    with pytest.raises(NoMatch, match="VergeOS has no such row"):
        networks.take("Network", {"name": "lan"})


def test_none_is_guessed_where_several_may_be_it() -> None:
    rules = [row("1", name="web", network="3", protocol="tcp"), row("2", name="web", network="3", protocol="tcp")]
    with pytest.raises(NoMatch, match="several rows may be it: 1, 2"):
        Candidates({"NetworkRule": rules}).take("NetworkRule", {"name": "web", "network": "3", "protocol": "tcp"})


def test_the_other_arguments_tell_where_a_name_does_not() -> None:
    rules = [row("1", name="web", network="3", protocol="udp"), row("2", name="web", network="3", protocol="tcp")]
    found = Candidates({"NetworkRule": rules}).take("NetworkRule", {"name": "web", "network": "3", "protocol": "tcp"})
    assert found["id"] == "2"


def test_power_and_firewall_are_known_by_what_they_are_of() -> None:
    none = Candidates({})
    assert none.take("Power", {"of": "vms/7", "state": "running"})["id"] == "vms/7"
    assert none.take("Firewall", {"network": "3", "rules": []})["id"] == "vnets/3"


@pytest.mark.parametrize("inputs", [{"of": UNKNOWN, "state": "running"}, {"network": UNKNOWN, "rules": []}])
def test_power_and_firewall_of_what_there_is_not_are_none_either(inputs: dict[str, Any]) -> None:
    with pytest.raises(NoMatch, match="VergeOS has no row that it is of"):
        Candidates({}).take("Power" if "of" in inputs else "Firewall", inputs)


def test_there_may_be_no_row_of_a_kind() -> None:
    with pytest.raises(NoMatch, match="VergeOS has no such row"):
        Candidates({}).take("Network", {"name": "lan"})
