"""Machines of every origin, running and stopped: nothing changes after their import, and nothing is replaced."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.lab import ask
from tests.importing.bench import MemoryCli, SiteBench
from tests.importing.engine import differences

GIB = 1024**3


def drive(site: SiteBench, vm: int, name: str, **columns: Any) -> Any:
    """Add a drive as it is in VergeOS after whatever made it."""
    return site.simulator.add("machine_drives", machine=site.machine(vm), name=name, **columns)


def image(site: SiteBench, name: str) -> Any:
    """Add a media file."""
    return site.simulator.add("files", name=name, type="qcow2", filesize=GIB)


@pytest.mark.promise(15)
def test_a_clone_an_import_and_a_swapped_cd_stay_as_they_are(site: SiteBench, cli: MemoryCli) -> None:
    vm = site.vm("web", {"eth0": site.network()}, os_family="windows", uefi=True, secure_boot=True)
    for name, media, source, size in [
        ("cloned", "clone", image(site, "template.qcow2"), 2 * GIB),
        ("imported", "import", image(site, "old.vmdk"), 3 * GIB),
        ("cd", "cdrom", image(site, "install.iso"), 700 * 1024**2),
        ("empty", "cdrom", None, 0),
        ("nvram", "efidisk", None, 540672),
    ]:
        drive(site, vm, name, media=media, media_source=source, disksize=size)
    site.make("machine_devices", machine=site.machine(vm), name="tpm", type="tpm", settings_args={"model": "crb"})
    outcome = site.imports(cli)
    assert (outcome.refused, outcome.exit_code) == ([], 0)
    for _ in range(3):
        assert differences(cli, site.simulator) == []
    names = {key.rpartition("::")[2] for key in cli.entries}
    assert {f"web-{name}" for name in ("root", "cloned", "imported", "cd", "empty", "nvram", "tpm")} <= names


@pytest.mark.promise(15)
@pytest.mark.parametrize("media", ["import", "clone"])
def test_a_disk_whose_image_is_gone_is_a_disk(site: SiteBench, cli: MemoryCli, media: str) -> None:
    """VergeOS tells what made it, and not from what any more; a program that said so would need that, too."""
    vm = site.vm("web", {"eth0": site.network()})
    old = drive(site, vm, "old", media=media, media_source=image(site, "old.vmdk"), disksize=2 * GIB)
    site.simulator.edit("machine_drives", old, media_source=None)
    outcome = site.imports(cli)
    assert (outcome.refused, outcome.exit_code) == ([], 0)
    text = (site.folder / "infrastructure" / "compute.py").read_text()
    assert '"old": DriveArgs(disksize="2GiB"' in text
    assert "media=" not in text
    assert differences(cli, site.simulator) == []


@pytest.mark.promise(16)
def test_what_runs_goes_on_and_what_is_off_stays_off(site: SiteBench, cli: MemoryCli) -> None:
    lan = site.network()
    running, off = site.vm("running", {"eth0": lan}), site.vm("off", {"eth0": lan})
    ask(site.simulator, "POST", "vnet_actions", {"vnet": lan, "action": "poweron"})
    ask(site.simulator, "POST", "vm_actions", {"vm": running, "action": "poweron"})
    assert site.imports(cli).exit_code == 0
    for _ in range(2):
        assert differences(cli, site.simulator) == []
    states = {
        key.rpartition("::")[2]: each["inputs"].get("state") for key, each in cli.entries.items() if "inputs" in each
    }
    assert (states["running-power"], states["off-power"], states["lan-power"]) == ("running", "stopped", "running")
    machines = {row["machine"]: row["running"] for row in site.simulator.rows("machine_status")}
    assert (machines[site.machine(running)], machines[site.machine(off)]) == (True, False)
