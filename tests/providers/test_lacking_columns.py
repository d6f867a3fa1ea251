"""A program declares a column that this VergeOS does not have, which drops it in silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.bench import with_planted
from tests.conformance.planted import THIRTY
from tests.providers.bench import Bench
from tests.providers.test_creating import failure
from verge_pulumi.engine.errors import Reported
from verge_pulumi.simulator import Options, Simulator


@pytest.fixture
def lacking(tmp_path: Path) -> Iterator[Bench]:
    """A VergeOS that has a network's `mtu` and `dnslist` no longer."""
    planted = [each for each in THIRTY if each.place in ("vnets.mtu", "vnets.dnslist")]
    with Simulator(Options(like=with_planted(tmp_path, planted))) as simulator:
        bench = Bench(simulator)
        yield bench
        bench.connection.client.close()


def test_the_first_write_names_the_columns_and_the_release(lacking: Bench) -> None:
    assert failure(lacking, name="lan", mtu=9000, dnslist=["10.0.0.1"], domain="example.com") == (
        "Unable to create Network 'lan': this VergeOS (26.1.8) shows no columns 'mtu', 'dnslist' in vnets, so it has "
        "dropped what the program says of mtu, dnslist. Leave that out for this system; 'verge-pulumi conformance' "
        "tells what else it has otherwise. It exists."
    )


def test_an_update_names_it_too(lacking: Bench) -> None:
    lan = lacking.create("Network", name="lan")
    with pytest.raises(Reported, match=r"shows no column 'mtu' in vnets, so it has dropped what the .* mtu\."):
        lan.up(name="lan", mtu=9000)


def test_what_the_program_does_not_say_is_not_missed(lacking: Bench) -> None:
    lan = lacking.create("Network", name="lan", domain="example.com")
    assert (lan.outs["mtu"], lan.outs["domain"]) == (None, "example.com")
