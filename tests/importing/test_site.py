"""What a VergeOS has: one list for each table, and what could not be read is named."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.lab import ask
from tests.importing.bench import SiteBench
from tests.importing.hostile import fill
from verge_pulumi.client import where
from verge_pulumi.client.pace import Budget
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.importing.site import Site, connect_to, importable, read_site
from verge_pulumi.simulator import Options, Simulator


@pytest.mark.promise(1)
def test_one_list_for_each_table(site: SiteBench) -> None:
    fill(site.simulator, 4, 4)
    site.simulator.reset("log")
    seen = site.read()
    paths = Counter(request.path for request in site.simulator.requests())
    assert {request.verb for request in site.simulator.requests()} == {"GET"}
    assert all(paths[f"/api/v4/{table}"] == 1 for table in seen.tables)
    assert sum(paths.values()) <= len(seen.tables) + 3, "who the system is, and nothing else"
    assert len(seen.rows("vms")) == 4
    assert seen.rows("nothing") == {}


def test_long_tables_are_read_page_by_page(site: SiteBench) -> None:
    for number in range(1100):
        site.simulator.add("tag_categories", name=f"category {number}")
    assert len(site.read().rows("tag_categories")) == 1100


def test_it_comes_back_from_its_file_as_it_was(site: SiteBench, tmp_path: Path) -> None:
    fill(site.simulator, 3, 3)
    seen = site.read()
    path = tmp_path / "below" / "site.json.gz"
    seen.save(path)
    assert Site.load(path) == seen
    first = path.read_bytes()
    seen.save(path)
    assert path.read_bytes() == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["site.json.gz"]


SITE: dict[str, Any] = {"host": "here", "system": {"cloud_name": "north"}, "tables": {"vms": {"1": {"name": "web"}}}}


def packed(**values: Any) -> bytes:
    """Return a file of a site with these values."""
    return gzip.compress(json.dumps({**SITE, **values}).encode(), mtime=0)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"no archive", id="no archive"),
        pytest.param(packed()[:-10] + b"\xff" * 10, id="a broken archive"),
        pytest.param(packed()[:20] + b"\xff" * 20, id="broken data"),
        pytest.param(gzip.compress(b"{", mtime=0), id="no JSON"),
        pytest.param(gzip.compress(b"[]", mtime=0), id="no object"),
        pytest.param(gzip.compress(b"[" * 100_000, mtime=0), id="too deep"),
        pytest.param(gzip.compress(b'{"unknown": 1}', mtime=0), id="another object"),
        pytest.param(packed(unknown=1), id="another value"),
        pytest.param(packed(host=None), id="no host"),
        pytest.param(packed(system=None), id="no system"),
        pytest.param(packed(tables=[]), id="no tables"),
        pytest.param(packed(tables={"vms": []}), id="no rows"),
        pytest.param(packed(tables={"vms": {"1": None}}), id="no row"),
        pytest.param(packed(unread=None), id="no reasons"),
        pytest.param(packed(unread={"vms": 1}), id="no reason"),
        pytest.param(packed(others={}), id="no others"),
        pytest.param(packed(withheld="vms"), id="no list"),
        pytest.param(packed(withheld=[1]), id="no table"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "site.json.gz"
    path.write_bytes(packed())
    assert Site.load(path).rows("vms") == {"1": {"name": "web"}}
    path.write_bytes(content)
    words = r"holds no site that was read before \(.*\)\. Run the command again without --offline$"
    with pytest.raises(EngineError, match=words):
        Site.load(path)


def test_there_may_be_no_file(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="holds no site that was read before"):
        Site.load(tmp_path / "site.json.gz")


def test_a_table_that_this_account_may_not_read_is_named_and_the_rest_is_read(site: SiteBench) -> None:
    lan = site.network()
    site.simulator.faults(
        {
            "what": "status",
            "status": 403,
            "match": {"verb": "GET", "path": "/users$", "times": 0},
            "body": {"err": "no"},
        }
    )
    told: list[str] = []
    seen = site.read(told.append)
    assert [*seen.unread] == ["users"]
    assert any(line.startswith("users: ") for line in told)
    assert str(lan) in seen.rows("vnets")
    assert not [line for line in site.plan(seen=seen).lines.values() if line.table == "users"]


def test_a_table_of_which_rows_may_be_listed_but_not_read_is_named(site: SiteBench) -> None:
    lan = site.network()
    site.vm("hidden")
    user = site.make("users", name="lister", password="a-long-password-1", type="normal")
    identity = ask(site.simulator, "GET", f"users/{user}?fields=identity")["identity"]
    for given in ask(site.simulator, "GET", f"permissions?filter=identity eq {identity}"):
        ask(site.simulator, "DELETE", f"permissions/{given['$key']}")  # VergeOS lets new users read everything
    for table in ("system", "vnets", "vms"):
        site.make("permissions", identity=identity, table=table, list=True, read=table != "vms")
    site.settings = Settings(host=site.simulator.url, username="lister", password="a-long-password-1")
    seen = site.read()
    assert seen.unread["vms"] == "this account may list rows of it, but not read them"
    assert not seen.rows("vms")
    assert str(lan) in seen.rows("vnets")


def test_what_an_older_release_lacks_is_not_asked_for(tmp_path: Path) -> None:
    with Simulator(Options(name="old", release="4.12.6")) as simulator:
        site = SiteBench(simulator, tmp_path)
        site.settings = Settings(host=simulator.url, username=simulator.username, password=simulator.password)
        seen = site.read()
        assert "tags" not in seen.tables
        assert "vms" in seen.tables
        assert seen.unread == {}


def test_offline_nothing_is_asked_but_what_the_site_lacks(site: SiteBench) -> None:
    fill(site.simulator, 2, 2)
    seen = site.read()
    site.simulator.reset("log")
    site.plan(seen=seen)
    assert site.simulator.requests() == []


def test_reads_are_answered_out_of_the_site(site: SiteBench) -> None:
    lan = site.network()
    seen = site.read()
    connection = connect_to(site.settings, seen)
    reader = connection.reader
    site.simulator.reset("log")
    assert reader.system() == seen.system
    row = reader.fresh("vnets", str(lan), ["name"])
    assert row is not None
    assert row["name"] == "lan"
    assert reader.fresh("vnets", "999", ["name"]) is None
    assert reader.listed("vnets", ("name",), "") == seen.rows("vnets")
    assert site.simulator.requests() == []
    assert reader.find("clusters", where("name", "eq", "nobody"), ["$key"]) == []
    assert site.simulator.requests() != [], "what was not read with the site is asked for"
    connection.client.close()


def test_settings_that_exist_already_are_not_imported() -> None:
    kinds = {kind.declaration.title for kind in importable()}
    assert {"Network", "VirtualMachine", "Drive", "Nic", "NetworkRule"} <= kinds
    assert not kinds & {"Setting", "Power", "License"}
    assert len({kind.declaration.title for kind in importable()}) == len(importable())


@pytest.mark.promise(30)
def test_what_it_costs_is_told_first_and_the_limit_of_the_hour_is_waited_for(
    site: SiteBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000_000.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    def budget(self: Settings, _sleep: Any, announce: Callable[[str], None]) -> Budget:
        return Budget(40, clock=lambda: now[0], sleep=sleep, announce=announce)

    monkeypatch.setattr(Settings, "budget", budget)
    told: list[str] = []
    connection = connect_to(site.settings, tell=told.append)
    seen = read_site(connection, told.append)
    assert len(seen.tables) > 40
    assert seen.unread == {}
    assert re.match(
        r"reading \d+ tables: a request for each, and one more for 2,000 rows; \d+ can be made at once", told[0]
    )
    assert any("going on at" in line for line in told[1:]), told
    assert now[0] >= 1_003_600, "an hour has passed"
