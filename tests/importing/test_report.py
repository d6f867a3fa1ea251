"""The report beside the plan: what is in the program and what is not, what it does not set, and how to go on."""

from __future__ import annotations

import re

import pytest

from tests.importing.bench import MemoryCli, SiteBench
from verge_pulumi.catalogue import DEFAULT_RELEASE, TABLES, for_release
from verge_pulumi.catalogue.model import Write
from verge_pulumi.importing.scope import Scope


@pytest.fixture
def web(site: SiteBench) -> SiteBench:
    """A site with a machine on a network, an address that no program can say, and a user."""
    lan = site.network()
    site.simulator.edit("vms", site.vm("web", {"eth0": lan}), video="holographic")
    site.make("vnet_addresses", vnet=lan, ip="10.0.0.7", type="static")
    site.make("users", name="ann", password="c4nary-password")
    site.vm("odd")
    return site


def report_of(site: SiteBench) -> str:
    """Return the report as a file."""
    return (site.folder / "vergeos-import" / "report.md").read_text()


def section(report: str, title: str) -> str:
    """Return a section of it."""
    return report.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_it_says_what_is_in_the_program_and_what_is_not_and_why(web: SiteBench, cli: MemoryCli) -> None:
    outcome = web.imports(cli, scope=Scope(exclude=("odd",)))
    report = report_of(web)
    inside, outside = section(report, "In the program"), section(report, "Not in the program")
    assert "| `Server` | 1 | 0 |" in inside
    assert "| `Nic` | 0 | 1 |" in inside
    numbers = [int(each) for each in re.findall(r"([0-9]+) `(?:manage|part|lookup|leave)`", inside)]
    assert sum(numbers) == sum(outcome.counts.values()) == int(re.findall(r"([0-9,]+) rows", inside)[0])
    assert "`lookup`, since `it was excluded`: `VirtualMachine 'odd'`" in outside
    assert "`leave`, since `VergeOS made it`: " in outside
    assert "mac: type='static' needs" in outside
    review = section(report, "To review")
    assert "vms.video is 'holographic'" in review
    assert "Address '10.0.0.7': a program cannot say it" in review
    assert "pulumi config set --secret user-ann-password" in section(report, "Secrets to give")
    assert "verge-pulumi import --mark" in section(report, "How to go on")
    assert "c4nary" not in report
    assert web.simulator.url.rpartition(":")[2] not in report


@pytest.mark.promise(14)
def test_it_counts_the_columns_that_the_program_does_not_set(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli, scope=Scope(only=("odd",)))
    counted = section(report_of(web), "Not managed")
    tables = for_release(TABLES, DEFAULT_RELEASE)
    settable = {column.name for column in tables["vms"].columns if column.write is not Write.NEVER}
    (vm,) = [entry for key, entry in cli.entries.items() if key.endswith("::odd-vm")]
    said = {name for name, value in vm["inputs"].items() if not name.startswith("__") and value is not None}
    left = len(settable - said)
    assert 30 < left < len(settable)
    assert f"| `VirtualMachine` | 1 | {len(settable)} | {left} |" in counted
    total = sum(int(each) for each in re.findall(r"\| ([0-9]+) \|$", counted, re.MULTILINE))
    assert f"does not set {total} values" in counted


def test_the_same_site_gives_the_same_bytes_whether_the_state_is_written_or_not(web: SiteBench, cli: MemoryCli) -> None:
    web.imports(cli, plan_only=True)
    assert not (web.folder / "vergeos-import" / "report.md").exists(), "nothing is written yet"
    web.imports(cli, no_state=True)
    first = report_of(web)
    for _ in range(2):
        web.imports(cli)
        assert report_of(web) == first


def test_names_of_people_are_no_markdown(site: SiteBench, cli: MemoryCli) -> None:
    site.make("groups", name="[x](http://evil) | `y`", description="")
    site.imports(cli, scope=Scope(exclude=("*evil*",)), no_state=True)
    (line,) = [line for line in report_of(site).splitlines() if "evil" in line]
    assert re.search(r"`` ?Group '\[x\]\(http://evil\) \| `y`' ?``", line)


def test_a_program_of_people_gets_no_report(site: SiteBench, cli: MemoryCli) -> None:
    site.network()
    (site.folder / "__main__.py").write_text("from verge_pulumi import Network\nNetwork('lan', name='lan')\n")
    site.imports(cli, declared=True)
    assert not (site.folder / "vergeos-import").exists()
