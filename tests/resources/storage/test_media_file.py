"""Media files: uploaded from here, fetched by VergeOS, finished later, replaced by other content."""

from __future__ import annotations

import hashlib
import itertools
import resource
from pathlib import Path
from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import EngineError, Reported
from verge_pulumi.engine.reading.waiting import Clock
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.resources.storage import media_file
from verge_pulumi.simulator import Simulator
from verge_pulumi.simulator.behaviour.storage.files import IMPORTED_BYTES

CHUNK = {"verb": "PUT", "path": "/files/"}
URL = "https://images.example.com/debian.iso"
CONTENT = bytes(range(256)) * 1200  # two chunks


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A local file of two chunks."""
    path = tmp_path / "disk.raw"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def uploaded(bench: Bench, image: Path) -> Managed:
    """An image that was uploaded."""
    managed = upload(bench, image)
    bench.simulator.reset("log")
    return managed


@pytest.fixture
def imported(bench: Bench) -> Managed:
    """An image that VergeOS fetched."""
    managed = bench.create("MediaFile", "iso", name="debian.iso", url=URL)
    bench.simulator.reset("log")
    return managed


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def upload(bench: Bench, path: Path, **arguments: Any) -> Managed:
    """Create a file as a program does, whose constructor computes the checksum."""
    arguments = {"name": "disk.raw", "source": str(path), "sha256": sha256(path), **arguments}
    return bench.create("MediaFile", "image", **arguments)


def content(managed: Managed) -> bytes:
    return b"".join(managed.bench.connection.client.table("files").download(managed.id))


def chunks(bench: Bench) -> list[str]:
    """Return the offsets of the chunks that were sent, in order of place."""
    return sorted(r.query.removeprefix("filepos=") for r in bench.simulator.requests() if "filepos" in r.query)


def problems(bench: Bench, **inputs: Any) -> list[str]:
    result = bench.provider("MediaFile").check({}, {"name": "disk.raw", **inputs})
    return [failure.reason for failure in result.failures]


# Create --------------------------------------------------------------------------------------------------------------


def test_an_upload_is_one_post_its_chunks_and_three_reads(bench: Bench, image: Path) -> None:
    managed = upload(bench, image, preferred_tier="3", description="for tests")
    asked = bench.asked()
    path = f"files/{managed.id}"
    assert asked == [
        ("GET", "system"), ("GET", "files"), ("POST", "files"), ("GET", path),
        ("PUT", path), ("PUT", path), ("GET", path),
    ]  # fmt: skip
    post = bench.writes()[0]
    assert post.body == {
        "name": "disk.raw",
        "preferred_tier": "3",
        "description": f"for tests\n{managed.outs['__mark']}",
        "allocated_bytes": str(len(CONTENT)),
    }
    assert content(managed) == CONTENT
    assert bench.simulator.counters().unknown_columns == {}


def test_the_outputs_tell_what_is_there(uploaded: Managed, image: Path) -> None:
    expected = {"type": "raw", "filesize": len(CONTENT), "sha256": sha256(image), "name": "disk.raw", "url": None}
    assert {name: uploaded.outs[name] for name in expected} == expected


def test_an_import_is_one_post_and_two_reads_if_it_takes_no_time(bench: Bench) -> None:
    managed = bench.create("MediaFile", "iso", name="debian.iso", url=URL)
    assert bench.asked() == [("GET", "system"), ("GET", "files"), ("POST", "files"), ("GET", f"files/{managed.id}")]
    assert (managed.outs["filesize"], managed.outs["type"]) == (IMPORTED_BYTES, "iso")


def test_an_import_is_waited_for(bench: Bench) -> None:
    bench.share_clock()
    bench.simulator.transitions(seconds=600)
    managed = bench.create("MediaFile", "iso", name="debian.iso", url=URL)
    assert managed.outs["filesize"] == IMPORTED_BYTES
    assert 600 <= bench.time.now < 620


def test_an_import_that_does_not_come_is_kept_and_waited_for_again(bench: Bench, saved: list[Saved]) -> None:
    bench.simulator.transitions(stuck=["importing"])
    inputs = {"name": "debian.iso", "url": URL, "timeout": 60}
    with pytest.raises(Reported, match=r"the content of file 'debian.iso': still '0 bytes' after 60 s"):
        bench.create("MediaFile", "iso", **inputs)
    bench.simulator.transitions(stuck=[])
    managed = unfinished(bench, saved, inputs, "iso")
    assert managed.diff().changes is True
    managed.up()
    assert managed.outs["filesize"] == IMPORTED_BYTES
    assert "__unfinished" not in managed.outs
    assert len(bench.simulator.rows("files")) == 1


def unfinished(bench: Bench, saved: list[Saved], arguments: dict[str, Any], name: str = "image") -> Managed:
    """Return what the engine keeps of a create that failed late."""
    (kept,) = saved
    inputs = bench.check("MediaFile", {**arguments, "__owner": "shop/dev", "__name": name})
    return Managed(bench, "MediaFile", kept.id, inputs, kept.outs)


@pytest.mark.parametrize("what", [{"what": "reset"}, {"what": "status", "status": 503}])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_chunk_that_is_lost_is_sent_again(bench: Bench, image: Path, what: dict[str, Any], when: str) -> None:
    bench.simulator.faults({"match": {**CHUNK, "times": 2}, "when": when, **what})
    assert content(upload(bench, image)) == CONTENT
    assert len(chunks(bench)) == 4


def test_an_interrupted_upload_is_made_anew_by_the_next_up(bench: Bench, image: Path, saved: list[Saved]) -> None:
    arguments = {"name": "disk.raw", "source": str(image), "sha256": sha256(image)}
    bench.simulator.faults({"match": {**CHUNK, "nth": 2, "times": 0}, "when": "before", "what": "reset"})
    with pytest.raises(Reported, match=r"It exists and is in the state; the next 'pulumi up' completes it"):
        upload(bench, image)
    bench.simulator.faults()
    managed = unfinished(bench, saved, arguments)
    assert managed.diff().changes is True
    managed.up()
    assert content(managed) == CONTENT
    assert managed.outs["filesize"] == len(CONTENT)
    assert managed.diff().changes is False


def test_an_upload_whose_program_was_killed_is_found_by_its_mark(bench: Bench, image: Path, told: list[str]) -> None:
    first = upload(bench, image)
    bench.simulator.edit("files", int(first.id), filesize=5)
    later = first.cut_off().bench.later()
    managed = upload(later, image)
    assert managed.id == first.id
    assert managed.outs["filesize"] == len(CONTENT)
    assert told == [f"took over row {first.id} of files, which existed already"]
    later.connection.client.close()


def test_a_post_whose_answer_was_lost_is_not_repeated(bench: Bench, image: Path) -> None:
    bench.simulator.faults({"match": {"verb": "POST", "path": "/files$"}, "when": "after", "what": "reset"})
    assert content(upload(bench, image)) == CONTENT
    assert len(bench.simulator.rows("files")) == 1


def test_a_file_that_was_changed_after_its_checksum_is_not_sent(bench: Bench, image: Path) -> None:
    before = sha256(image)
    image.write_bytes(b"other")
    with pytest.raises(Reported, match="Was it changed meanwhile"):
        upload(bench, image, sha256=before)
    assert bench.simulator.rows("files") == []


@pytest.mark.parametrize(("text", "reason"), [(None, "No such file or directory"), (b"", "is empty")])
def test_a_file_that_cannot_be_sent_is_told_before_a_row_is_made(
    bench: Bench, tmp_path: Path, text: bytes | None, reason: str
) -> None:
    path = tmp_path / "none.raw"
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(Reported, match=reason):
        bench.create("MediaFile", "image", name="none.raw", source=str(path))
    assert bench.simulator.rows("files") == []


def test_a_row_that_vanishes_while_it_is_filled_is_gone(bench: Bench, image: Path) -> None:
    bench.simulator.transitions(stuck=["importing"])
    bench.time.meanwhile = lambda: bench.simulator.remove("files", 1) if bench.simulator.rows("files") else None
    with pytest.raises(Reported, match="there is no row 1 in files"):
        bench.create("MediaFile", "iso", name="debian.iso", url=URL)


# Chunks --------------------------------------------------------------------------------------------------------------


def sizes(bench: Bench) -> list[int]:
    """Return the offsets of the chunks as numbers."""
    return sorted(map(int, chunks(bench)))


def sparse(tmp_path: Path, size: int) -> Path:
    path = tmp_path / "large.raw"
    with path.open("wb") as file:
        file.truncate(size)
    return path


def test_a_large_file_is_cut_into_larger_chunks(bench: Bench, tmp_path: Path) -> None:
    upload(bench, sparse(tmp_path, 32 << 20))
    assert sizes(bench)[:3] == [0, 512 << 10, 1 << 20]
    assert len(chunks(bench)) == 64


def test_chunks_grow_no_further_than_that(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_file, "USUAL_CHUNKS", 1)
    upload(bench, sparse(tmp_path, 20 << 20))
    assert sizes(bench) == [0, 8 << 20, 16 << 20]


def test_chunks_that_are_too_large_for_what_is_in_between_are_made_smaller(bench: Bench, tmp_path: Path) -> None:
    path = sparse(tmp_path, 32 << 20)
    bench.simulator.faults({"match": {**CHUNK, "times": 3}, "when": "before", "what": "status", "status": 413})
    managed = upload(bench, path)
    assert managed.outs["filesize"] == 32 << 20
    assert {256 << 10, 768 << 10} < set(sizes(bench))


@pytest.mark.parametrize("status", [413, 422])
def test_another_refusal_is_an_error(bench: Bench, image: Path, status: int) -> None:
    bench.simulator.faults({"match": {**CHUNK, "times": 0}, "when": "before", "what": "status", "status": status})
    with pytest.raises(Reported, match=f"\\({status}\\)"):
        upload(bench, image)


def test_progress_is_told_now_and_then(bench: Bench, image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[tuple[str, bool]] = []

    def log(message: str, *, warning: bool = False, ephemeral: bool = False) -> None:
        lines.append((message, ephemeral))

    monkeypatch.setattr(provider_process, "log", log)
    seconds = itertools.count(0, 4)
    bench.connection.clock = Clock(lambda: float(next(seconds)), bench.time.sleep)
    upload(bench, image)
    assert lines == [("uploading 'disk.raw': 100% of 307,200 bytes", True)]


def test_a_large_file_is_sent_in_little_memory_over_a_dropped_connection(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, size = tmp_path / "disk.raw", 300 * 1024**2
    with path.open("wb") as file:
        file.truncate(size)
        file.write(b"boot")
    with path.open("rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
    lines: list[str] = []
    monkeypatch.setattr(provider_process, "log", lambda message, **_: lines.append(message))
    bench.connection.clock = Clock(itertools.count(0.0, 1.0).__next__, bench.time.sleep)
    bench.simulator.faults({"match": {**CHUNK, "nth": 20}, "what": "reset"})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    image = bench.create("MediaFile", "image", name="disk.raw", source=str(path), sha256=checksum)
    # KiB on Linux; the simulator is in this process, too.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before <= 100 * 1024
    assert image.outs["filesize"] == size
    assert len(lines) > 3
    bench.simulator.reset("log")
    assert image.diff().changes is False
    assert bench.asked() == []


# The rest of its life ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["uploaded", "imported"])
def test_a_second_up_makes_no_request(request: pytest.FixtureRequest, kind: str) -> None:
    managed: Managed = request.getfixturevalue(kind)
    assert managed.diff().changes is False
    assert managed.bench.asked() == []


def test_the_path_does_not_matter_if_the_content_is_the_same(uploaded: Managed) -> None:
    assert uploaded.diff(source="elsewhere/disk.raw").changes is False


def test_other_content_is_another_file_beside_the_old_one(uploaded: Managed, image: Path) -> None:
    image.write_bytes(b"other")
    diff = uploaded.diff(sha256=sha256(image))
    assert (diff.replaces, diff.delete_before_replace) == (["sha256"], False)
    fresh = upload(uploaded.bench, image)
    assert fresh.id != uploaded.id
    assert content(fresh) == b"other"
    uploaded.destroy()
    assert [row["$key"] for row in uploaded.bench.simulator.rows("files")] == [int(fresh.id)]


def test_where_it_comes_from_may_change(uploaded: Managed, imported: Managed, image: Path) -> None:
    assert uploaded.diff(source=None, sha256=None, url=URL).replaces == ["url"]
    assert imported.diff(url=None, source=str(image), sha256=sha256(image)).replaces == ["sha256"]
    assert imported.diff(url="https://images.example.com/debian-13.iso").replaces == ["url"]


@pytest.mark.parametrize(
    ("name", "value"), [("name", "other.raw"), ("preferred_tier", "2"), ("description", "of the shop")]
)
def test_a_change_is_one_put_of_one_column(uploaded: Managed, name: str, value: str) -> None:
    assert uploaded.diff(**{name: value}).replaces == []
    uploaded.up(**{name: value})
    path = f"files/{uploaded.id}"
    assert uploaded.bench.asked() == [("GET", path), ("PUT", path), ("GET", path)]
    (put,) = uploaded.bench.writes()
    assert list(put.body) == [name]
    assert uploaded.outs[name] == value
    assert content(uploaded) == CONTENT


def test_drift_is_seen_and_mended(bench: Bench, image: Path) -> None:
    managed = upload(bench, image, preferred_tier="3")
    bench.simulator.edit("files", int(managed.id), preferred_tier="1", name="renamed.raw")
    later = managed.seen_by(Bench(bench.simulator))
    later.refresh()
    assert (later.outs["preferred_tier"], later.outs["name"]) == ("1", "renamed.raw")
    later.up(preferred_tier="3", name="disk.raw")
    assert (later.row()["preferred_tier"], later.row()["name"]) == ("3", "disk.raw")
    later.bench.connection.client.close()


def test_a_file_that_is_gone_is_forgotten(uploaded: Managed) -> None:
    uploaded.bench.simulator.remove("files", int(uploaded.id))
    assert uploaded.read().id == ""


def test_a_delete_is_two_requests(uploaded: Managed) -> None:
    uploaded.destroy()
    path = f"files/{uploaded.id}"
    assert uploaded.bench.asked() == [("GET", path), ("DELETE", path)]
    uploaded.destroy()


def test_a_file_in_use_is_not_deleted_and_its_users_are_named(uploaded: Managed) -> None:
    simulator = uploaded.bench.simulator
    vm = uploaded.bench.create("VirtualMachine", "vm", name="web")
    simulator.add(
        "machine_drives", machine=vm.row()["machine"], name="cd", media="cdrom", media_source=int(uploaded.id)
    )
    with pytest.raises(Reported, match=r"still referencing this file \(422\)\. It is used by drive 'cd' of web\.$"):
        uploaded.destroy()


def test_a_file_that_another_stack_took_over_is_left_alone(uploaded: Managed) -> None:
    uploaded.bench.simulator.edit("files", int(uploaded.id), description="[pulumi other/dev iso 12345678]")
    with pytest.raises(Reported, match="now belongs to other/dev as 'iso'"):
        uploaded.destroy()


def test_two_resources_may_make_files_of_one_name(bench: Bench, image: Path) -> None:
    first = upload(bench, image)
    other = bench.create("MediaFile", "second", name="disk.raw", url=URL)
    assert first.id != other.id


# What a program may say ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"source": "a.raw"}, []),
        ({"url": URL}, []),
        ({"source": UNKNOWN, "sha256": UNKNOWN}, []),
        ({"url": UNKNOWN}, []),
        ({}, ["source, url: exactly one of them is needed."]),
        ({"source": "a.raw", "url": URL}, ["source, url: exactly one of them is needed."]),
        (
            {"url": URL, "sha256": "0" * 64},
            ["sha256: is the checksum of a source; of what VergeOS fetches there is none."],
        ),
        ({"source": "a", "sha256": "abc"}, ["sha256 is not a SHA-256 checksum. Give its 64 hexadecimal digits."]),
    ],
)
def test_content_comes_from_one_place(bench: Bench, inputs: dict[str, Any], expected: list[str]) -> None:
    assert problems(bench, **inputs) == expected


def test_a_checksum_is_kept_in_small_letters(bench: Bench) -> None:
    assert bench.check("MediaFile", {"name": "a", "source": "a", "sha256": "AB" * 32})["sha256"] == "ab" * 32


def test_a_checksum_is_read_once_unless_the_file_changes(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = media_file.checksum(image)
    read: list[str] = []
    digest = hashlib.file_digest

    def counted(*given: Any) -> Any:
        read.append("once more")
        return digest(*given)

    monkeypatch.setattr(hashlib, "file_digest", counted)
    assert media_file.checksum(image) == first == sha256(image)
    assert read == []
    image.write_bytes(b"other")
    assert media_file.checksum(image) == sha256(image)
    assert read == ["once more"]


def test_a_relative_path_starts_at_the_program_s_folder(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(image.parent)
    assert media_file.checksum(Path("disk.raw")) == sha256(image)
    with pytest.raises(EngineError, match=rf"^the source 'no.raw' cannot be read in {image.parent}: No such file"):
        media_file.checksum(Path("no.raw"))


def test_get_reads_a_file_that_is_not_managed(bench: Bench, simulator: Simulator) -> None:
    key = simulator.add("files", name="debian.iso", type="iso", filesize=7)
    outs: Any = bench.provider("MediaFile").read(str(key), {}).outs
    assert (outs["name"], outs["type"], outs["filesize"]) == ("debian.iso", "iso", 7)
