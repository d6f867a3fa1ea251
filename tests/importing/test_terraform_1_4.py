"""A state that the vendor's provider 1.4.0 really wrote.

The folder `provider_1_4` has a configuration, the state that ``terraform apply`` of Terraform 1.11.4 left after it had
created all of that on a simulator, and the requests by which the provider did so, as the simulator logged them. The
same requests give a simulator the same rows again. If its seed changes, so do the keys: build the tag v1.4.0 of the
repository verge-io/terraform-provider-vergeio, name its folder in ``dev_overrides`` of Terraform's configuration,
apply, and keep the state and the POST requests of the log.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.lab import ask
from tests.importing.bench import MemoryCli, SiteBench
from verge_pulumi.importing.tfstate import read_tfstate

FOLDER = Path(__file__).parent / "provider_1_4"
STATE = FOLDER / "terraform.tfstate"

ADDRESSES = [
    "module.app.vergeio_drive.data[0]",
    "module.app.vergeio_drive.data[1]",
    'module.app.vergeio_drive.root["blue"]',
    'module.app.vergeio_drive.root["green"]',
    'module.app.vergeio_nic.first["blue"]',
    'module.app.vergeio_nic.first["green"]',
    'module.app.vergeio_vm.web["blue"]',
    'module.app.vergeio_vm.web["green"]',
    "vergeio_member.operator",
    "vergeio_network.backbone",
    "vergeio_user.operator",
]


@pytest.fixture
def applied(site: SiteBench) -> SiteBench:
    """The system as ``terraform apply`` left it, beside an object of people."""
    for written in json.loads((FOLDER / "writes.json").read_text()):
        ask(site.simulator, "POST", written["table"], written["columns"])
    site.vm("by-hand")
    return site


@pytest.mark.promise(23)
def test_all_of_it_is_imported_under_its_names_and_handed_over(applied: SiteBench, cli: MemoryCli) -> None:
    before = applied.simulator.snapshot()
    outcome = applied.imports(cli, tfstate=read_tfstate(STATE))
    assert applied.simulator.snapshot() == before
    assert (outcome.untaken, outcome.refused, outcome.differences, outcome.exit_code) == ([], [], [], 0)
    assert outcome.handed == [f"terraform state rm '{address}'" for address in ADDRESSES]
    names = {key.rpartition(":")[2] for key in cli.entries if "by-hand" in key or "app-web" in key}
    assert names == {
        *("app-web-blue", "app-web-blue-vm", "app-web-blue-root", "app-web-blue-data0", "app-web-blue-data1"),
        *("app-web-blue-eth0", "app-web-blue-power"),
        *("app-web-green", "app-web-green-vm", "app-web-green-root", "app-web-green-eth0", "app-web-green-power"),
    }
    assert 'Network(\n    "backbone"' in (applied.folder / "infrastructure" / "network.py").read_text()
    again = applied.imports(cli, tfstate=read_tfstate(STATE))
    assert (again.new, again.exit_code) == (0, 0)


def test_values_are_those_of_vergeos(applied: SiteBench, cli: MemoryCli) -> None:
    """The provider cuts disks to whole gigabytes, and stores 0 for what is not set."""
    (key,) = [row["$key"] for row in applied.simulator.rows("machine_drives") if row["name"] == "data1"]
    applied.simulator.edit("machine_drives", key, disksize=20 * 1024**3 + 512 * 1024**2)
    assert applied.imports(cli, tfstate=read_tfstate(STATE)).exit_code == 0
    program = (applied.folder / "infrastructure" / "compute.py").read_text()
    assert '"data1": DriveArgs(disksize="20992MiB"' in program
    assert "snapshot_profile" not in program
    assert "preferred_node" not in program
