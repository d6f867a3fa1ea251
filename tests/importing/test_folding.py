"""Resources that are alike become a table and a loop, which declare the very same."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.declarations.test_typing import CACHE
from tests.importing.bench import MemoryCli, SiteBench
from tests.importing.hostile import fill
from verge_pulumi.importing import chain
from verge_pulumi.importing.folding import Folding
from verge_pulumi.importing.plan import Plan
from verge_pulumi.importing.recording import Registered, record
from verge_pulumi.importing.scope import Scope

ALIKE = Scope(only=("web-*", "Network/lan*"))


def registered(site: SiteBench, plan: Plan, *, fold: bool) -> dict[str, Registered]:
    """Return what the program of a plan registers, by URN."""
    return {each.urn: each for each in site.registered(plan, fold=fold)}


def machines(site: SiteBench, count: int) -> None:
    """Create machines that are alike, on two networks."""
    networks = [site.network("lan-a"), site.network("lan-b", network="10.1.0.0/24", ipaddress="10.1.0.1")]
    for number in range(count):
        name = f"web-{number:03}"
        site.vm(name, {"eth0": networks[number % 2]}, cpu_cores=1 + number % 4, description=f"{name}.example.com")


def folded(site: SiteBench, module: str, scope: Scope = ALIKE) -> str:
    """Return the text of a module of the folded program, which registers what the unfolded one does."""
    plan = site.plan(scope=scope)
    once = registered(site, plan, fold=False)
    assert registered(site, plan, fold=True) == once
    return (site.folder / "infrastructure" / f"{module}.py").read_text()


def check(folder: Path, *checkers: str) -> None:
    """See that a program is formatted, and that type checkers find no mistake in it."""
    (folder / "pyrightconfig.json").write_text("{}")
    typed = {
        "mypy": ["mypy", "--strict", f"--cache-dir={CACHE}", "__main__.py"],
        "pyright": ["pyright", f"--pythonpath={sys.executable}"],
    }
    for command in (
        ["ruff", "format", "--isolated", "--line-length=88", "--diff", "."],
        ["ruff", "check", "--isolated", "--select=E4,E7,E9,F,I", "."],
        *(typed[checker] for checker in checkers),
    ):
        ran = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.promise(20)
@pytest.mark.timeout(240)
def test_two_hundred_machines_are_a_table_and_a_few_lines(site: SiteBench) -> None:
    machines(site, 200)
    text = folded(site, "compute")
    table = text.partition("WEB_ROWS = {\n")[2].partition("\n}\n")[0]
    assert table.count("WebRow(") == 200
    beside = text.replace(table, "")
    assert beside.count("\n") < 60
    assert "class WebRow:" in beside
    assert "    cpu_cores: int\n    network: Network\n\n\n" in beside
    assert (
        'name=name,\n        cluster=get_cluster(name="cluster1").key,\n        description=f"{name}.example.com",'
        in beside
    )
    assert '"web-007": WebRow(cpu_cores=4, network=network.lan_b),' in table
    check(site.folder, "mypy", "pyright")


@pytest.mark.promise(20)
def test_a_row_more_is_one_server_more(site: SiteBench) -> None:
    machines(site, 4)
    plan = site.plan(scope=ALIKE)
    before = registered(site, plan, fold=True)
    module = site.folder / "infrastructure" / "compute.py"
    row = '    "web-003": WebRow(cpu_cores=4, network=network.lan_b),\n'
    text = module.read_text()
    assert row in text
    module.write_text(text.replace(row, row + row.replace("web-003", "web-900")))
    after = {each.urn: each for each in site.run_program(plan)}
    assert {urn: after[urn] for urn in before} == before
    names = {each.name for urn, each in after.items() if urn not in before}
    assert names == {"web-900", "web-900-vm", "web-900-root", "web-900-eth0", "web-900-power"}


@pytest.mark.promise(20)
@pytest.mark.timeout(240)
def test_a_hostile_site_is_the_same_in_loops(site: SiteBench) -> None:
    fill(site.simulator, 40, 20)
    text = folded(site, "firewall", Scope())
    assert 'network.networks["web"]' in text
    check(site.folder, "mypy")


def test_two_are_no_group(site: SiteBench) -> None:
    for number in range(2):
        site.make("users", name=f"few-{number}")
    for number in range(5):
        columns = {"description": f"d{number * 7}", "email": f"{number}@example.com", "displayname": "abcde"[number]}
        site.make("users", name=f"many-{number}", **columns)
    text = folded(site, "access", Scope(only=("User/*",)))
    assert 'few_0 = User(\n    "few-0",\n    name="few-0",\n    # password=' in text
    assert "many_users = {" in text


@pytest.mark.parametrize(("more", "loops"), [({}, 1), ({"power_cycle_timeout": [7, 5, 9]}, 0)])
def test_six_values_may_differ_and_not_seven(site: SiteBench, more: Mapping[str, list[Any]], loops: int) -> None:
    for number in range(3):
        site.vm(
            f"odd-{number}", cpu_cores=number + 1, ram=1024 * (number + 1), description="xyz"[number],
            boot_delay=10 + number, os_family=["windows", "freebsd", "other"][number],
            machine_type=["pc", "q35", "pc-q35-9.0"][number],
            **dict[str, Any]({name: values[number] for name, values in more.items()}),
        )  # fmt: skip
    text = folded(site, "compute", Scope(only=("odd-*",)))
    assert text.count("for name, row in") == loops
    assert text.count(" = Server(") == (0 if loops else 3)


def test_what_differs_but_in_the_name_is_a_list_of_names(site: SiteBench) -> None:
    for number in range(3):
        site.make("users", name=f"user-{number}")
    text = folded(site, "access", Scope(only=("User/*",)))
    assert 'USER_NAMES = ["user-0", "user-1", "user-2"]\n' in text
    assert (
        "users = {\n    name: User(\n        name,\n        name=name,\n"
        '        # password=pulumi.Config().require_secret(f"user-{name}-password"),\n'
        "    )\n    for name in USER_NAMES\n}\n"
    ) in text
    assert "dataclass" not in text


def test_a_choice_of_words_keeps_its_type(site: SiteBench) -> None:
    for number, tier in enumerate("134"):
        vm = site.vm(f"web-{number}")
        (drive,) = [row["$key"] for row in site.simulator.rows("machine_drives") if row["machine"] == site.machine(vm)]
        site.simulator.edit("machine_drives", drive, preferred_tier=tier)
    text = folded(site, "compute", Scope(only=("web-*",)))
    assert "from typing import Literal\n" in text
    assert '    preferred_tier: Literal["1", "2", "3", "4", "5"]\n' in text


def test_resources_that_refer_to_each_other_are_in_no_loop_together(site: SiteBench) -> None:
    """One by one, and by way of what is in no loop."""
    first = site.network("lan-1", network="10.1.0.0/24", ipaddress="10.1.0.1")
    second = site.network("lan-2", network="10.2.0.0/24", ipaddress="10.2.0.1", vnet_default_gateway=first)
    between = site.network("wan", network="10.3.0.0/24", ipaddress="10.3.0.1", vnet_default_gateway=second, mtu=9000)
    for number in (4, 5):
        columns = {"network": f"10.{number}.0.0/24", "ipaddress": f"10.{number}.0.1", "vnet_default_gateway": between}
        site.network(f"lan-{number}", **columns)
    text = folded(site, "network", Scope(only=("Network/*",)))
    assert "lan_2 = Network(" in text
    assert "for name" not in text


def test_what_refers_to_a_loop_stands_behind_it(site: SiteBench) -> None:
    first = site.network("lan-1", network="10.1.0.0/24", ipaddress="10.1.0.1")
    site.network("wan", network="10.9.0.0/24", ipaddress="10.9.0.1", vnet_default_gateway=first, mtu=9000)
    for number in (2, 3):
        site.network(f"lan-{number}", network=f"10.{number}.0.0/24", ipaddress=f"10.{number}.0.1")
    text = folded(site, "network", Scope(only=("Network/*",)))
    assert 'default_gateway=lan_networks["lan-1"]' in text
    assert text.index("lan_networks = {") < text.index("wan = Network(")


def test_networks_that_run_have_their_power(site: SiteBench) -> None:
    for number, name in enumerate(("name", "row", "third")):
        key = site.network(name, network=f"10.{number}.0.0/24", ipaddress=f"10.{number}.0.1")
        (machine,) = [row["machine"] for row in site.simulator.rows("vnets") if row["$key"] == key]
        site.simulator.edit("machine_status", machine, running=True, status="running")
    site.network("networks", network="10.9.0.0/24", ipaddress="10.9.0.1", mtu=9000)
    text = folded(site, "network", Scope(only=("Network/*",)))
    assert 'Power(f"{resource_name}-power", of=its, state="running")' in text
    assert "networks_2 = {" in text, "a resource has the name already"


def test_names_are_plurals(site: SiteBench) -> None:
    for number in range(3):
        site.make("tag_categories", name=f"tag-category-{number}")
    assert "tag_categories = {name: TagCategory(name, name=name) for" in folded(site, "tags", Scope(only=("TagC*/*",)))


def test_an_import_folds_and_a_later_one_refers_to_what_it_folded(site: SiteBench, cli: MemoryCli) -> None:
    machines(site, 3)
    outcome = site.imports(cli, fold=True, scope=ALIKE)
    assert (outcome.differences, outcome.exit_code) == ([], 0)
    module = site.folder / "infrastructure" / "compute.py"
    text = module.read_text()
    assert "web_servers = {" in text
    plan = (site.folder / "vergeos-import" / "plan.csv").read_text()
    assert ",web_servers\n" in plan
    state = cli.state
    again = site.imports(cli, fold=True, scope=ALIKE)
    assert (again.new, again.exit_code, cli.state) == (0, 0, state)
    assert (site.folder / "vergeos-import" / "plan.csv").read_text() == plan
    site.make("machine_drives", machine=site.machine(2), name="data", disksize=1024**3)
    later = site.imports(cli, scope=ALIKE)
    assert (later.new, later.exit_code) == (1, 0)
    assert module.read_text() == text
    assert 'vm=compute.web_servers["web-001"]' in (site.folder / "infrastructure" / "compute_2.py").read_text()


def test_machines_in_different_clusters_are_alike_and_the_table_names_these(site: SiteBench) -> None:
    site.network()
    clusters = [int(site.simulator.add("clusters", name=name)) for name in ("north", "south")]
    for number in range(4):
        site.vm(f"web-{number}", cluster=clusters[number % 2])
    text = folded(site, "compute")
    assert 'WebRow(cluster="south")' in text
    assert "cluster=get_cluster(name=row.cluster).key" in text
    check(site.folder, "mypy")


def test_without_the_option_a_program_has_no_loops_again(site: SiteBench, cli: MemoryCli) -> None:
    machines(site, 3)
    site.imports(cli, fold=True, scope=ALIKE, no_state=True)
    site.imports(cli, scope=ALIKE, no_state=True)
    assert "for name" not in (site.folder / "infrastructure" / "compute.py").read_text()
    assert "web_servers" not in (site.folder / "vergeos-import" / "plan.csv").read_text()


@pytest.mark.parametrize(
    ("wrong", "words"), [("cpu_cores=8", "web-000-vm"), ("cpu_cores=unknown", "the program in .* fails: NameError: .*")]
)
def test_loops_that_do_not_declare_the_same_are_taken_back(
    site: SiteBench, cli: MemoryCli, monkeypatch: pytest.MonkeyPatch, wrong: str, words: str
) -> None:
    machines(site, 3)
    real = Folding.blocks
    blocks = lambda self: [text.replace("cpu_cores=row.cpu_cores", wrong) for text in real(self)]  # noqa: E731
    monkeypatch.setattr(Folding, "blocks", blocks)
    monkeypatch.setattr(chain, "record", record)
    outcome = site.imports(cli, fold=True, scope=ALIKE)
    assert (outcome.kept, outcome.differences, outcome.exit_code) == ([], [], 0)
    assert "for name" not in (site.folder / "infrastructure" / "compute.py").read_text()
    assert ",web_servers\n" not in (site.folder / "vergeos-import" / "plan.csv").read_text()
    (line,) = [line for line in cli.told if line.startswith("nothing is folded")]
    assert re.fullmatch(f"nothing is folded, as the program would not be the same: {words}", line)
