"""What a release lacks, told in the preview."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.checks.live.conftest import Live
from verge_pulumi import Network, Tag, TagCategory, VirtualMachine
from verge_pulumi.simulator import Options, Simulator

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """An older VergeOS."""
    with Simulator(Options(name="site-a", release="4.12.6")) as running:
        yield running


@pytest.fixture(autouse=True)
def _login(simulator: Simulator, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Log in as one can there."""
    monkeypatch.delenv("VERGEOS_API_KEY")
    monkeypatch.setenv("VERGEOS_USERNAME", "admin")
    monkeypatch.setenv("VERGEOS_PASSWORD", simulator.password)


def test_a_table_that_the_release_lacks_is_refused(live: Live) -> None:
    assert live.error(lambda: TagCategory("owner", name="owner")) == (
        f"Unable to declare TagCategory 'owner': {live.simulator.url} is VergeOS 4.12.6, which has no TagCategory "
        "(VergeOS 26.0 and later). Upgrade the system, or leave that out of the program."
    )
    assert live.requests() == ["system"]


def test_what_the_state_has_already_is_not_asked_about(live: Live) -> None:
    live.holds(TagCategory, "owner", 7, name="owner")
    assert live.warnings(lambda: TagCategory("owner", name="owner")) == []


def test_what_every_release_has_is_not(live: Live) -> None:
    assert live.warnings(lambda: [Network("lan", name="lan"), VirtualMachine("web", name="web")]) == []


def test_another_row_is_refused_too(live: Live) -> None:
    assert "which has no Tag (VergeOS 26.0 and later)" in live.error(lambda: Tag("ada", name="ada", category=7))
