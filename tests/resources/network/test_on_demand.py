"""Rows of which a network has one: asked for once, and by nobody else's leave."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.providers.bench import Bench
from verge_pulumi.client import Filter, PermissionDenied, Row
from verge_pulumi.resources.network._on_demand import row_of


def networks(bench: Bench) -> list[str]:
    return [bench.create("Network", name, name=name).id for name in ("lan", "wan")]


def test_the_row_of_a_network_is_made_once(bench: Bench) -> None:
    lan, _ = networks(bench)
    bench.simulator.reset("log")
    with ThreadPoolExecutor() as pool:
        keys = set(pool.map(lambda _: row_of(bench.connection, "vnet_bgp", lan), range(5)))
    assert len(keys) == 1
    assert bench.asked() == [("GET", "vnet_bgp"), ("POST", "vnet_bgp")]


def test_nobody_waits_for_the_row_of_another_network(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    lan, wan = networks(bench)
    find = bench.connection.reader.find
    other = threading.Thread(target=row_of, args=(bench.connection, "vnet_bgp", wan), daemon=True)

    def slow(table: str, condition: Filter, fields: Sequence[str]) -> list[Row]:
        if threading.current_thread() is not other:
            other.start()
            other.join(10)
            assert not other.is_alive()
        return find(table, condition, fields)

    monkeypatch.setattr(bench.connection.reader, "find", slow)
    assert row_of(bench.connection, "vnet_bgp", lan) != row_of(bench.connection, "vnet_bgp", wan)


def test_a_row_that_could_not_be_asked_for_is_asked_for_again(bench: Bench) -> None:
    lan, _ = networks(bench)
    match = {"verb": "GET", "path": "/vnet_bgp$"}
    bench.simulator.faults({"match": match, "when": "before", "what": "status", "status": 403})
    with pytest.raises(PermissionDenied):
        row_of(bench.connection, "vnet_bgp", lan)
    assert row_of(bench.connection, "vnet_bgp", lan)
