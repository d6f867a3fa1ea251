"""What is written of a machine keeps it equal on another release; what is left out is the same in all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.importing import people
from tests.importing.bench import SiteBench
from tests.importing.rebuilding import differing, rebuild
from tests.providers.bench import Bench
from verge_pulumi.catalogue import MOVED_DEFAULTS, TABLES, for_release, release_number
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.importing.scope import Scope
from verge_pulumi.importing.site import importable
from verge_pulumi.simulator import Options, Simulator

OLD, USUAL, NEW = RELEASES = ("4.12.6", "26.1.8", "26.2")
COMPARED = ("vms", "machine_drives")
OF_THE_SYSTEM = {
    "machine",
    "uuid",
    "serial",
    "macaddress",
    "vnet",
    "id",
    "created",
    "modified",
    "creator",
    "description",
}
"""Columns of which each system has its own: keys, what it draws, times, and the mark."""


@pytest.fixture
def other(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """Another VergeOS, which chooses by other defaults where it may."""
    with Simulator(Options(name="site-b", release=request.param)) as running:
        cluster = running.rows("clusters")[0]["$key"]
        running.edit("clusters", cluster, default_cpu="qemu64")
        yield running


def machines(site: SiteBench, **columns: Any) -> None:
    """Create a machine of which everything was left to VergeOS, and one of which it was not."""
    site.vm("plain-one", **columns)
    vm = site.vm("chosen-one", machine_type="pc-i440fx-7.2", cpu_type="kvm64", cpu_cores=2, uefi=True)
    (drive,) = [row["$key"] for row in site.simulator.rows("machine_drives") if row["machine"] == site.machine(vm)]
    site.simulator.edit("machine_drives", drive, preferred_tier="3", interface="virtio")


@pytest.fixture
def of_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[SiteBench]:
    """A project for a VergeOS of a release."""
    with Simulator(Options(name="site-a", release=request.param)) as running:
        for name, value in {"host": running.url, **login(running)}.items():
            monkeypatch.setenv(f"VERGEOS_{name.upper()}", value)
        site = SiteBench(running, tmp_path)
        site.settings = Settings(host=running.url, **login(running))
        yield site


def login(simulator: Simulator) -> dict[str, Any]:
    """Return how every release is logged in to; old ones have no API keys."""
    return {"username": simulator.username, "password": simulator.password}


def told(simulator: Simulator, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table of the machines here, in the columns that all releases have."""
    every = [for_release(TABLES, release)[table] for release in RELEASES]
    names = {column.name for column in every[0].columns if all(each.column(column.name) for each in every)}
    own = {row["machine"]: row["name"] for row in simulator.rows("vms") if row["name"].endswith("-one")}
    rows = [row for row in simulator.rows(table) if row["machine"] in own]
    return [
        {"of": own[row["machine"]], **{name: row.get(name) for name in sorted(names - OF_THE_SYSTEM)}}
        for row in sorted(rows, key=lambda row: own[row["machine"]])
    ]


@pytest.mark.promise(12)
@pytest.mark.parametrize(
    ("of_release", "other", "columns"),
    [(OLD, USUAL, {}), (OLD, NEW, {}), (USUAL, NEW, {}), (NEW, USUAL, {}), (NEW, OLD, {"machine_type": "pc-q35-8.1"})],
    indirect=["of_release", "other"],
)
def test_a_machine_is_the_same_on_another_release(
    of_release: SiteBench, other: Simulator, columns: dict[str, str]
) -> None:
    machines(of_release, **columns)
    plan = of_release.plan(scope=Scope(only=("*-one",)))
    bench = Bench(other, api_key="", **login(other))
    assert rebuild(of_release.registered(plan), bench)
    bench.connection.client.close()
    for table in COMPARED:
        assert told(other, table) == told(of_release.simulator, table)
        assert len(told(other, table)) == 2


@pytest.mark.parametrize("other", [OLD], indirect=True)
def test_a_machine_type_that_an_older_release_lacks_is_refused_and_not_another_one(
    site: SiteBench, other: Simulator
) -> None:
    site.vm("plain-one")
    bench = Bench(other, api_key="", **login(other))
    with pytest.raises(
        Exception, match=r"'plain-one': .* value 'pc-q35-10\.0' is not in list for field 'machine_type'"
    ):
        rebuild(site.registered(site.plan(scope=Scope(only=("*-one",)))), bench)
    bench.connection.client.close()
    assert not [row for row in other.rows("vms") if row["name"] == "plain-one"]


@pytest.mark.promise(12)
def test_what_is_left_out_is_the_same_default_in_all_releases() -> None:
    every = [for_release(TABLES, release) for release in RELEASES]
    for kind in importable():
        for attribute in kind.declaration.inputs.values():
            place = kind.declaration.table, str(attribute.column)
            columns = [tables[place[0]].column(place[1]) for tables in every if place[0] in tables]
            defaults = {repr(column.default) for column in columns if column}
            assert len(defaults) <= 1 or place in MOVED_DEFAULTS, place


def site_of_all_releases(simulator: Simulator) -> None:
    """Make what every release has: a network with much in it, machines, and a user with a right."""
    lan = people.network(simulator)
    camera = {"ip": "10.0.0.20", "mac": "f0:db:30:00:00:01", "hostname": "camera"}
    people.make(simulator, "vnet_addresses", vnet=lan, type="static", **camera)
    for number in (1, 2):
        people.machine(simulator, lan, number, machine_type="pc-q35-8.1")
    people.staff(simulator)


@pytest.mark.promise(12)
@pytest.mark.parametrize(("of_release", "other"), [(OLD, USUAL), (USUAL, NEW), (NEW, OLD)], indirect=True)
def test_a_site_is_the_same_on_another_release_in_every_column_that_both_have(
    of_release: SiteBench, other: Simulator
) -> None:
    simulator = of_release.simulator
    site_of_all_releases(simulator)
    bench = Bench(other, api_key="", **login(other))
    plan = of_release.plan(scope=Scope(only=("lan", "web-*", "staff", "ann")))
    rows = rebuild(of_release.registered(plan), bench)
    bench.connection.client.close()
    # The power of a machine and the firewall of a network are resources, but no rows of their own.
    rows = {old: new for old, new in rows.items() if old[0] not in ("machine_status", "vnet_rules")}
    (old,), (new,) = (
        [str(row["$key"]) for row in each.rows("vnet_rules") if row["name"] == "https"] for each in (simulator, other)
    )
    rows["vnet_rules", old] = "vnet_rules", new
    assert len({table for table, _ in rows}) == 14
    older = min(simulator.release, other.release, key=release_number)
    assert differing(simulator, other, rows, dict(for_release(TABLES, older))) == []
