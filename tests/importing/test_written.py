"""What imports have written: a program that others edited, or saved in another way, and a list that a merge broke."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.importing.bench import MemoryCli, SiteBench
from verge_pulumi.engine.errors import EngineError


@pytest.fixture
def lan(site: SiteBench, cli: MemoryCli) -> SiteBench:
    """A site with a network, whose program was written."""
    site.network()
    site.imports(cli, no_state=True)
    return site


def test_a_program_that_is_no_utf8_is_kept_as_any_other_of_people(lan: SiteBench, cli: MemoryCli) -> None:
    main = lan.folder / "__main__.py"
    mine = "# -*- coding: latin-1 -*-\n# größer\n".encode("latin-1") + main.read_bytes()
    main.write_bytes(mine)
    assert lan.imports(cli, no_state=True).kept == ["__main__.py"]
    assert main.read_bytes() == mine


def test_a_program_with_other_ends_of_lines_is_not_edited(lan: SiteBench, cli: MemoryCli) -> None:
    """Version control changes them on some systems; what is new comes into the module and into no one beside it."""
    before = {path: path.read_bytes() for path in lan.folder.rglob("*.py")}
    for path, text in before.items():
        path.write_bytes(text.replace(b"\n", b"\r\n"))
    lan.network("wan", network="10.1.0.0/24", ipaddress="10.1.0.1")
    outcome = lan.imports(cli, no_state=True)
    assert outcome.kept == []
    assert {*lan.folder.rglob("*.py")} == before.keys()
    assert "wan" in (lan.folder / "infrastructure" / "network.py").read_text()


def test_a_program_of_another_run_with_other_ends_of_lines_is_no_other_one(lan: SiteBench, cli: MemoryCli) -> None:
    main, written = lan.folder / "__main__.py", lan.folder / "vergeos-import" / "written.json"
    main.write_bytes(main.read_bytes().replace(b"\n", b"\r\n"))
    known = json.loads(written.read_text())
    del known["files"]["__main__.py"]
    written.write_text(json.dumps(known))
    assert lan.imports(cli, no_state=True).kept == []


def with_file(value: Any) -> Callable[[Any], Any]:
    return lambda known: {**known, "files": {**known["files"], "infrastructure/network.py": value}}


@pytest.mark.parametrize(
    "damage",
    [
        lambda known: [],
        lambda known: {"files": {}},
        lambda known: {**known, "files": []},
        lambda known: {**known, "systems": []},
        lambda known: {**known, "systems": {"": "north"}},
        lambda known: {**known, "systems": {"": {"name": "north"}}},
        lambda known: {**known, "systems": {"": {"system": 1, "name": "north"}}},
        lambda known: {**known, "stacks": None},
        lambda known: {**known, "stacks": "shop/dev"},
        lambda known: {**known, "stacks": [1]},
        with_file(None),
        with_file({"rows": ["vnets/1"]}),
        with_file({"sha256": 1}),
        with_file({"sha256": "", "rows": None}),
        with_file({"sha256": "", "rows": "vnets/1"}),
        with_file({"sha256": "", "rows": [["vnets", "1"]]}),
    ],
)
def test_a_list_that_a_merge_broke_is_refused(lan: SiteBench, cli: MemoryCli, damage: Callable[[Any], Any]) -> None:
    path = lan.folder / "vergeos-import" / "written.json"
    path.write_text(json.dumps(damage(json.loads(path.read_text()))))
    with pytest.raises(EngineError, match=r"written\.json cannot be read \(.*\)\. Put it back from version control$"):
        lan.imports(cli, no_state=True)
