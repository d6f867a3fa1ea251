"""What needs a later release is refused before anything is written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.providers.bench import Bench
from tests.providers.test_creating import failure
from verge_pulumi.engine.declaring.attributes import Attr, OptionalRef, arg, ref
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.errors import Reported
from verge_pulumi.resources import Network
from verge_pulumi.simulator import Options, Simulator


class Novelty(Resource, table="vms", unique=("name",), since="26.0"):
    """What an older VergeOS does not have."""

    name: Attr[str] = arg()
    """Its name."""


class Partial(Resource, table="vms", unique=("name",)):
    """What an older VergeOS has in part."""

    name: Attr[str] = arg()
    """Its name."""

    ram: Attr[int | None] = arg(default=None, since="26.0")
    """Memory."""

    rtc_base: Attr[str | None] = arg(default=None, since="4.12.7")
    """Time zone of the clock."""

    network: OptionalRef[Network] = ref(default=None, column="console_pass", since="26.1")
    """A reference."""


NOVELTY, PARTIAL = f"{__name__}:Novelty", f"{__name__}:Partial"


@pytest.fixture
def old() -> Iterator[Bench]:
    with Simulator(Options(release="4.12.6")) as simulator:
        # It has no API keys yet.
        bench = Bench(simulator, api_key="", username=simulator.username, password=simulator.password)
        yield bench
        bench.connection.client.close()


def test_a_table_that_an_older_system_lacks_is_refused_before_anything_is_written(old: Bench) -> None:
    host = old.connection.client.host
    assert failure(old, NOVELTY, name="web") == (
        f"Unable to create Novelty 'web': {host} is VergeOS 4.12.6, which has no Novelty (VergeOS 26.0 and later). "
        "Upgrade the system, or leave that out of the program."
    )
    assert old.writes() == []
    assert old.asked() == [("GET", "system")]


def test_a_column_is_refused_only_where_the_program_sets_it(old: Bench) -> None:
    made = old.create(PARTIAL, name="web")
    old.simulator.reset("log")
    with pytest.raises(Reported, match=r"has no 'ram' \(VergeOS 26\.0 and later\), 'rtc_base' \(VergeOS 4\.12\.7"):
        made.up(ram=1024, rtc_base="utc")
    assert old.writes() == []
    made.destroy()


def test_a_system_of_that_release_takes_it(bench: Bench) -> None:
    bench.create(NOVELTY, "a", name="a")
    bench.create(PARTIAL, "b", name="b", ram=2048, rtc_base="utc")
    assert [write.verb for write in bench.writes()] == ["POST", "POST"]


def test_a_system_that_does_not_say_its_release_is_asked_by_the_write(bench: Bench) -> None:
    bench.simulator.edit("system", 1, os_version="")
    bench.create(NOVELTY, name="web")
    assert len(bench.writes()) == 1


def test_tags_need_a_release_that_has_them(old: Bench) -> None:
    assert "which has no TagCategory (VergeOS 26.0 and later)" in failure(old, "TagCategory", name="site")
    assert old.writes() == []
