"""A media file in a program: its checksum is computed where the program runs, and the path stays as it was given."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pulumi
import pytest

from tests.declarations.mocked import Engine, settle
from verge_pulumi import MediaFile

# The SDK leaves the event loops of its threads open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SHA256 = hashlib.sha256(b"content").hexdigest()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program run in a folder with one image."""
    (tmp_path / "disk.raw").write_bytes(b"content")
    monkeypatch.chdir(tmp_path)


def registered(engine: Engine, name: str) -> dict[str, object]:
    """Return what was registered, without what every resource has."""
    settle()
    return {key: value for key, value in engine.inputs(name).items() if not key.startswith("__") and key != "name"}


@pytest.mark.parametrize("source", ["disk.raw", pulumi.Output.from_input("disk.raw")], ids=["text", "output"])
def test_the_checksum_of_a_source_is_registered(engine: Engine, source: pulumi.Input[str]) -> None:
    MediaFile("image", name="disk.raw", source=source)
    assert registered(engine, "image") == {"source": "disk.raw", "sha256": SHA256}


def test_a_checksum_that_is_given_needs_no_file(engine: Engine) -> None:
    MediaFile("image", name="disk.raw", source="elsewhere.raw", sha256=SHA256)
    assert registered(engine, "image") == {"source": "elsewhere.raw", "sha256": SHA256}


def test_of_what_vergeos_fetches_there_is_none(engine: Engine) -> None:
    MediaFile("iso", name="debian.iso", url="https://images.example.com/debian.iso", preferred_tier="3")
    assert registered(engine, "iso") == {"url": "https://images.example.com/debian.iso", "preferred_tier": "3"}


def test_a_file_that_is_not_there_stops_the_program_with_one_sentence(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(pulumi.RunError) as error:
        MediaFile("image", name="disk.raw", source="no.raw")
    assert str(error.value) == (
        f"Unable to declare MediaFile 'image': the source 'no.raw' cannot be read in {tmp_path}: No such file or "
        f"directory."
    )
