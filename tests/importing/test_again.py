"""Run again: nothing moves, what people decided stays, and what is new is added."""

from __future__ import annotations

import csv
import gzip
import os
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.importing.bench import MemoryCli, SiteBench
from tests.importing.engine import differences
from tests.importing.hostile import fill
from verge_pulumi.catalogue import TABLES
from verge_pulumi.ejecting.choosing import choose, without
from verge_pulumi.ejecting.marks import unmark
from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.ownership.states import OURS
from verge_pulumi.importing.keys import place_of
from verge_pulumi.importing.modules import LONGEST
from verge_pulumi.importing.outcome import Outcome
from verge_pulumi.importing.scope import Scope
from verge_pulumi.importing.site import importable

PEOPLE = """\
import pulumi
from verge_pulumi import Network, Tag, TagCategory

mine = TagCategory("mine", name="mine")
"""


def asked(outcome: Outcome) -> bool:
    """Fail: nobody is to be asked."""
    raise AssertionError("asked although nothing is new")


def plan_of(site: SiteBench) -> list[dict[str, str]]:
    """Return the lines of the plan as a file."""
    with (site.folder / "vergeos-import" / "plan.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def edit(site: SiteBench, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    """Edit lines of the plan, as a spreadsheet does."""
    lines = [{**line, **change(line)} for line in plan_of(site)]
    with (site.folder / "vergeos-import" / "plan.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        writer.writerows(lines)


@pytest.mark.promise(6)
def test_ten_more_machines_add_their_own_and_change_no_name_and_no_line(site: SiteBench, cli: MemoryCli) -> None:
    lan = site.network()
    for number in range(5):
        site.vm(f"web-{number}", {"eth0": lan})
    site.imports(cli)
    before, entries = plan_of(site), cli.entries
    program = {path: path.read_bytes() for path in site.folder.rglob("infrastructure/*.py")}
    site.imports(cli, confirm=asked)
    assert (plan_of(site), cli.entries) == (before, entries)
    for number in range(10):
        site.vm(f"app-{number}", {"eth0": lan})
    outcome = site.imports(cli)
    assert outcome.exit_code == 0
    after = plan_of(site)
    assert [line for line in after if line in before] == before
    new = [line["resource"] for line in after if line not in before and line["treatment"] == "manage"]
    assert new == [f"app-{number}" for number in range(10)]
    # A component, its VM, a drive, a NIC and the power of each.
    assert outcome.new == len(cli.entries) - len(entries) == 50
    assert {key: cli.entries[key] for key in entries} == entries
    assert {path: path.read_bytes() for path in program} == program
    site.imports(cli, confirm=asked)


@pytest.mark.promise(7)
def test_what_people_edit_in_the_plan_is_kept_over_three_runs(site: SiteBench, cli: MemoryCli) -> None:
    lan = site.network()
    for number in range(40):
        site.vm(f"web-{number:02}", {"eth0": lan})
    site.imports(cli, plan_only=True)
    renamed = {f"web-{number:02}": f"shop-{number}" for number in range(30)}
    excluded = {f"web-{number:02}" for number in range(30, 35)}
    moved = {f"web-{number:02}" for number in range(35, 38)}

    def change(line: dict[str, str]) -> dict[str, str]:
        if line["table"] != "vms":
            return {}
        name = line["name"]
        told = {"resource": renamed[name]} if name in renamed else {}
        told |= {"treatment": "leave"} if name in excluded else {}
        return told | ({"module": "batch"} if name in moved else {})

    edit(site, change)
    for run in range(3):
        outcome = site.imports(cli, no_state=run < 2)
        assert outcome.exit_code == 0
        lines = {line["name"]: line for line in plan_of(site) if line["table"] == "vms"}
        assert {name: lines[name]["resource"] for name in renamed} == renamed
        assert {name for name, line in lines.items() if line["treatment"] == "leave"} == excluded
        assert {name for name, line in lines.items() if line["module"] == "batch"} == moved
    compute = "".join(path.read_text() for path in (site.folder / "infrastructure").glob("compute*.py"))
    batch = (site.folder / "infrastructure" / "batch.py").read_text()
    assert all(f'Server(\n    "{name}"' in compute for name in renamed.values())
    assert all(f'name="{name}"' in batch for name in moved)
    assert not [name for name in excluded if name in compute + batch]
    assert differences(cli, site.simulator) == []


@pytest.mark.promise(22)
def test_three_batches_come_into_one_stack_and_a_project_with_code_of_people(site: SiteBench, cli: MemoryCli) -> None:
    lan = site.network()
    vm = site.vm("web", {"eth0": lan})
    site.imports(cli, scope=Scope(only=("Network/lan",)))
    main = site.folder / "__main__.py"
    main.write_text(f"{PEOPLE}{main.read_text()}")
    site.make("tag_categories", name="mine")
    assert site.imports(cli, declared=True).exit_code == 0
    # The second batch comes into the module of the first, and what the third one adds is within its server.
    with pytest.raises(Exception, match=r"the program lacks .*Import in __main__\.py the modules that declare it"):
        site.imports(cli, scope=Scope(only=("web",)))
    main.write_text(main.read_text().replace("import network", "import compute, network"))
    second = site.imports(cli, scope=Scope(only=("web",)))
    assert (second.exit_code, second.kept) == (0, ["__main__.py"])
    site.make("machine_drives", machine=site.machine(vm), name="data", disksize=1024**3)
    with pytest.raises(Exception, match="the program lacks Drive 'data'"):
        site.imports(cli, scope=Scope(only=("web",)))
    main.write_text(main.read_text().replace("import compute, network", "import compute, compute_2, network"))
    assert site.imports(cli, scope=Scope(only=("web",))).exit_code == 0
    names = {key.rpartition("::")[2] for key in cli.entries}
    assert {"mine", "lan", "web", "web-vm", "web-root", "web-eth0", "data"} <= names
    assert "mine = TagCategory" in main.read_text()
    assert differences(cli, site.simulator) == []
    site.imports(cli, scope=Scope(only=("web",)), confirm=asked)


TEAM = """
import pulumi
from verge_pulumi import Group, User


class Team(pulumi.ComponentResource):
    def __init__(self, name, *members):
        super().__init__("shop:index:Team", name)
        Group(name, name=name, opts=pulumi.ResourceOptions(parent=self))
        for each in members:
            User(each, name=each, opts=pulumi.ResourceOptions(parent=self))


Team("staff", {members})
"""


@pytest.mark.promise(22)
def test_three_batches_join_one_component(site: SiteBench, cli: MemoryCli) -> None:
    site.make("groups", name="staff")
    for name in ("ann", "bob"):
        site.make("users", name=name, displayname=name)
    before: dict[str, Any] = {}
    for members, names in (("", ["staff"]), ("'ann'", ["ann"]), ("'ann', 'bob'", ["bob"])):
        (site.folder / "__main__.py").write_text(TEAM.format(members=members))
        assert site.imports(cli, declared=True).exit_code == 0
        new = [key for key in cli.entries if "Team$" in key and key not in before]
        assert [key.rpartition("::")[2] for key in new] == names
        assert {cli.entries[key]["parent"] for key in new} == {cli.entries["shop:index:Team::staff"]["urn"]}
        assert {key: cli.entries[key] for key in before} == before
        before = dict(cli.entries)
    assert differences(cli, site.simulator) == []


@pytest.mark.promise(28)
def test_a_program_that_was_reviewed_gets_its_state_on_another_machine(
    site: SiteBench, cli: MemoryCli, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Not for version control is what one machine has read."""
    site.vm("web", {"eth0": site.network()})
    site.imports(cli, no_state=True)
    other = SiteBench(site.simulator, tmp_path_factory.mktemp("checkout") / "project")
    shutil.copytree(site.folder, other.folder, ignore=shutil.ignore_patterns(".vergeos", "__pycache__"))
    files = {path: path.read_bytes() for path in other.folder.rglob("*") if path.is_file()}
    outcome = other.imports(cli)
    assert (outcome.exit_code, outcome.kept) == (0, [])
    assert outcome.new == len(cli.entries) - 1
    assert {path: path.read_bytes() for path in files} == files
    assert differences(cli, site.simulator) == []


ELSEWHERE = """
import sys
from pathlib import Path
from tests.importing.bench import STACK, MemoryCli
from verge_pulumi.importing.chain import Import
from verge_pulumi.importing.outcome import Options
import os
Import(Path(sys.argv[1]), MemoryCli(), os.environ, print).run(Options(no_state=True))
"""


@pytest.mark.promise(29)
def test_two_machines_in_two_time_zones_write_the_same_bytes(site: SiteBench, tmp_path: Path) -> None:
    fill(site.simulator, 12, 4)
    written: list[dict[str, bytes]] = []
    for seed, zone in (("1", "Asia/Tokyo"), ("2", "America/St_Johns")):
        folder = tmp_path / seed
        folder.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        subprocess.run([sys.executable, "-c", ELSEWHERE, str(folder)], env=environment, check=True)
        files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        written.append({str(path.relative_to(folder)): path.read_bytes() for path in files})
    assert len(written[0]) > 8
    assert written[0] == written[1]


@pytest.mark.promise(27)
def test_every_machine_is_found_by_its_name_and_no_key_stands_without_a_comment(site: SiteBench) -> None:
    fill(site.simulator, 200, 8)  # with 500 it is the same, and takes half a minute
    seen = site.read()
    plan = site.plan(seen=seen, split=True)
    files = site.program(plan)
    lengths = {name: len(each.splitlines()) for name, each in files.items()}
    assert statistics.median(lengths.values()) <= 200
    assert max(length for name, length in lengths.items() if name != "__main__.py") <= LONGEST
    assert len([name for name in files if name.startswith("infrastructure/compute")]) > 8
    # The plan keeps where each of them is, so the second run writes the very same.
    assert site.program(site.plan(seen=seen, split=True)) == files
    text = "\n".join(files.values())
    for name in (row["name"] for row in site.simulator.rows("vms")):
        spelt = [line for line in text.splitlines() if line.strip() in (f'name="{name}",', f"name='{name}',")]
        assert spelt or not name.isprintable() or {"\\", "'"} & {*name}, name
    keys = {
        attribute.name
        for kind in importable()
        for attribute in kind.declaration.inputs.values()
        if isinstance(attribute, Reference) or place_of(TABLES.get(kind.declaration.table), attribute, "1")
    }
    bare = re.compile(rf'\b({"|".join(keys)})=\[?"(\w+/)?\d+"')
    assert [line for line in text.splitlines() if bare.search(line) and "  # " not in line] == []
    assert text.count("cluster=get_cluster(name=") >= 200


@pytest.mark.promise(26)
def test_what_was_given_back_and_is_imported_again_is_the_same_program(site: SiteBench, tmp_path: Path) -> None:
    """Rows are what they were, but for what counts edits; the project may be gone meanwhile."""
    fill(site.simulator, 6, 3)
    before = lasting(site)
    told: list[Any] = []
    for folder in ("kept", "kept", "new"):
        project, cli = SiteBench(site.simulator, tmp_path / folder), MemoryCli()
        project.folder.mkdir(exist_ok=True)
        assert project.imports(cli, mark=True).exit_code == 0
        assert lasting(site) != before
        paths = [path for path in project.folder.rglob("*") if path.suffix in (".py", ".csv")]
        files = {str(path.relative_to(project.folder)): path.read_bytes() for path in paths}
        ours = {key: entry["id"] for key, entry in cli.entries.items() if entry["type"].startswith(OURS)}
        told.append((files, ours))
        chosen = choose(cli.state)
        assert [*unmark(chosen.entries)] == []
        assert lasting(site) == before
        cli.state = without(cli.state, chosen.urns)
        assert not [key for key in cli.entries if "vergeos" in key]
    assert told[0] == told[1] == told[2]


def lasting(site: SiteBench) -> dict[str, Any]:
    """Return what VergeOS has, but for what counts edits: whether a network has to take them on, and serials."""
    return {
        table: {
            key: {name: row[name] for name in row if not name.startswith(("need_", "serial_"))}
            for key, row in rows.items()
        }
        for table, rows in site.simulator.snapshot().items()
        if table != "logs"
    }


@pytest.mark.promise(19)
def test_no_secret_reaches_a_file_or_a_line(site: SiteBench, cli: MemoryCli, capfd: pytest.CaptureFixture[str]) -> None:
    lan = site.network()
    site.vm("web", {"eth0": lan}, console_pass="canary-console", console_pass_enabled=True)
    site.make("users", name="alice", displayname="Alice", password="canary-password-1")
    ipsec = site.make("vnet_ipsecs", vnet=lan)
    tunnel = {"ipsec": ipsec, "name": "hq", "remote_gateway": "203.0.113.9", "auth": "psk", "psk": "canary-psk"}
    site.make("vnet_ipsec_phase1s", **tunnel)
    outcome = site.imports(cli)
    # A tunnel cannot be declared without its key; a console and a user can, and keep the secrets that they have.
    assert [line.partition(":")[0] for line in outcome.refused] == ["IpsecTunnel 'hq'"]
    assert outcome.quiet is True
    told = capfd.readouterr()
    kept = b"\n".join(path.read_bytes() for path in site.folder.rglob("*") if path.is_file())
    kept += gzip.decompress((site.folder / ".vergeos" / "site.json.gz").read_bytes())
    everything = f"{kept!r} {cli.state} {cli.told} {outcome} {told}"
    assert "canary" not in everything
    assert site.simulator.api_key not in everything
