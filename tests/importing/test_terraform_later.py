"""States of the vendor's provider 2.7 and 3.0, made by hand after its documents, are imported and handed over.

Each folder `provider_…` has a state, and the requests that give a simulator the rows of which it tells. In 2.7 what is
within a VM is a block of it; keys of drives may be stale, and it invents values of networks. That of 3.0 has modules,
``count``, ``for_each``, a firewall, DNS, a tainted and a deposed object. Both have a data source.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.lab import ask
from tests.importing.bench import MemoryCli, SiteBench
from tests.importing.engine import differences
from verge_pulumi.importing.tfstate import read_tfstate

APP = 'module.app["eu"].vergeio'
HANDED = {
    "provider_2_7": {
        *('module.app.vergeio_vm.web["blue"]', 'module.app.vergeio_vm.web["green"]'),
        *("vergeio_member.operator", "vergeio_network.backbone", "vergeio_user.operator"),
    },
    "provider_3_0": {
        *(f'{APP}_{each}["{key}"]' for each in ("vm.web", "vm_drive.data", "vm_nic.first") for key in "ab"),
        *("vergeio_network.net[0]", "vergeio_network.net[1]", "vergeio_network_rules.edge", "vergeio_vm.db[0]"),
        *("vergeio_network_dns_view.inside", "vergeio_network_dns_zone.shop", "vergeio_network_dns_record.www"),
        *("vergeio_tag_category.env", "vergeio_tag.prod", "vergeio_tag_member.web"),
        *("vergeio_group.staff", "vergeio_user.ann", "vergeio_member.ann"),
    },
}
NAMES = {
    "provider_2_7": {"app-web-blue", "app-web-green", "app-web-blue-data", "backbone", "operator"},
    "provider_3_0": {
        "app-eu-web-a",
        "app-eu-web-b",
        "db-0",
        "net-0",
        "net-1",
        "edge",
        "inside",
        "shop",
        "www",
        "staff",
    },
}
UNTAKEN = {"provider_2_7": [], "provider_3_0": ["vergeio_vm.db[1]", "vergeio_vm.old"]}


@pytest.mark.promise(23)
@pytest.mark.parametrize("release", HANDED)
def test_a_state_of_a_later_provider_is_imported_quiet_and_handed_over(
    site: SiteBench, cli: MemoryCli, release: str
) -> None:
    folder = Path(__file__).parent / release
    for written in json.loads((folder / "writes.json").read_text()):
        ask(site.simulator, "POST", written["table"], written["columns"])
    site.vm("by-hand")
    before = site.simulator.snapshot()
    outcome = site.imports(cli, tfstate=read_tfstate(folder / "terraform.tfstate"))
    assert site.simulator.snapshot() == before
    assert (outcome.refused, outcome.differences) == ([], [])
    assert sorted({line.partition(": ")[0] for line in outcome.untaken}) == UNTAKEN[release]
    assert {*outcome.handed} == {f"terraform state rm '{address}'" for address in HANDED[release]}
    names = {key.rpartition("::")[2] for key in cli.entries}
    assert names > NAMES[release]
    assert not [name for name in names if "by-hand" in name]
    assert differences(cli, site.simulator) == []
    assert "c4nary" not in f"{cli.state} {cli.told} {outcome}"
    again = site.imports(cli, tfstate=read_tfstate(folder / "terraform.tfstate"))
    assert (again.new, again.exit_code) == (0, outcome.exit_code)
