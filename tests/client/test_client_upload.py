"""Uploads: which chunks are sent when, what is held in memory, and what becomes of failures."""

from __future__ import annotations

import threading
from io import BytesIO
from typing import Any

import pytest

from verge_pulumi.client import Clocks, InvalidQuery, NoAnswer, Refused, VergeClient, transport

from .conftest import Connect, Serve
from .servers import HttpServer, Peer, Received, Reply

DATA = bytes(range(256)) * 4 + b"end"


def placed(server: HttpServer) -> dict[int, bytes]:
    """Return what was sent, by its offset."""
    return {int(request.query["filepos"]): request.body for request in server.received}


@pytest.mark.parametrize("data", [DATA, BytesIO(DATA)], ids=["bytes", "stream"])
def test_an_upload_sends_chunks_at_their_offsets(server: HttpServer, verge: VergeClient, data: Any) -> None:
    assert verge.table("files").upload(7, data, chunk=500) == len(DATA)
    assert placed(server) == {0: DATA[:500], 500: DATA[500:1000], 1000: DATA[1000:]}
    assert {(r.method, r.path, r.headers["content-type"], r.headers["content-length"]) for r in server.received} == {
        ("PUT", "/api/v4/files/7", "application/octet-stream", str(length)) for length in (500, len(DATA) - 1000)
    }


def test_a_stream_is_sent_from_where_it_stands(server: HttpServer, verge: VergeClient) -> None:
    stream = BytesIO(b"skipped" + DATA)
    stream.seek(7)
    told: list[tuple[int, int | None]] = []
    verge.table("files").upload(7, stream, chunk=2000, progress=lambda *sent: told.append(sent))
    assert placed(server) == {0: DATA}
    assert told == [(len(DATA), len(DATA))]


def test_nothing_is_sent_for_nothing(server: HttpServer, verge: VergeClient) -> None:
    assert verge.table("files").upload(7, b"") == 0
    assert server.received == []


def test_progress_is_told_by_the_caller_s_thread(server: HttpServer, verge: VergeClient) -> None:
    told: list[tuple[int, int | None]] = []
    threads: set[int] = set()

    def progress(sent: int, total: int | None) -> None:
        told.append((sent, total))
        threads.add(threading.get_ident())

    verge.table("files").upload(7, DATA, chunk=100, progress=progress)
    assert len(told) == 11
    assert [sent for sent, _ in told] == sorted(sent for sent, _ in told)
    assert told[-1] == (len(DATA), len(DATA))
    assert threads == {threading.get_ident()}


def test_a_stream_that_cannot_tell_its_length_is_sent_too(server: HttpServer, verge: VergeClient) -> None:
    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

    told: list[int | None] = []
    assert verge.table("files").upload(7, Pipe(DATA), chunk=2000, progress=lambda _, total: told.append(total)) == 1027
    assert told == [None]


def test_four_chunks_are_under_way_at_once_and_no_more_are_read(server: HttpServer, verge: VergeClient) -> None:
    together = threading.Barrier(4, timeout=5)
    lock = threading.Lock()
    answered = 0
    held: list[int] = []

    class Source(BytesIO):
        reads = 0

        def read(self, size: int | None = -1) -> bytes:
            block = super().read(size)
            if block:
                self.reads += 1
                held.append(self.reads - answered)
            return block

    def respond(request: Received) -> Reply:
        nonlocal answered
        together.wait()
        with lock:
            answered += 1
        return Reply(json=[])

    server.respond = respond
    verge.table("files").upload(7, Source(b"x" * 800), chunk=100)
    assert answered == 8
    assert max(held) <= 4


def test_a_chunk_whose_connection_was_dropped_is_sent_again(server: HttpServer, verge: VergeClient) -> None:
    dropped: set[str] = set()

    def respond(request: Received) -> Reply:
        place = request.query["filepos"]
        if place not in dropped:
            dropped.add(place)
            raise ConnectionError  # VergeOS 26.0 closes connections between chunks, says govergeos
        return Reply(json=[])

    server.respond = respond
    assert verge.table("files").upload(7, DATA, chunk=300) == len(DATA)
    assert len(server.received) == 8
    assert b"".join(data for _, data in sorted(placed(server).items())) == DATA


def test_a_chunk_that_failed_is_sent_again(server: HttpServer, verge: VergeClient) -> None:
    server.reply(502)
    verge.table("files").upload(7, b"abcdef", chunk=4)
    assert sorted((request.query["filepos"], request.body) for request in server.received)[-1] == ("4", b"ef")
    assert len(server.received) == 3


def test_a_refused_chunk_ends_the_upload(server: HttpServer, verge: VergeClient) -> None:
    server.respond = lambda request: Reply(422, {"err": "no"}) if request.query["filepos"] == "0" else Reply(json=[])
    with pytest.raises(Refused, match="no"):
        verge.table("files").upload(7, b"x" * 10_000, chunk=100)
    assert len(server.received) < 100


def test_an_empty_chunk_is_refused(verge: VergeClient) -> None:
    with pytest.raises(InvalidQuery, match="at least one byte"):
        verge.table("files").upload(7, b"a", chunk=0)


def test_a_large_body_has_time_besides_that_of_the_answer(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer_late(peer: Peer, number: int) -> None:
        peer.read_request()
        peer.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0.01)

    def upload() -> int:
        server = serve(answer_late)
        verge = connect(server.url, clocks=Clocks(connect=2.0, silence=2.0, attempt=0.1))
        return verge.table("files").upload(7, b"x" * 1000)

    with pytest.raises(NoAnswer):
        upload()
    monkeypatch.setattr(transport, "SLOWEST", 250)
    assert upload() == 1000


def test_a_body_is_sent_for_as_long_as_the_other_side_reads(serve: Serve, connect: Connect) -> None:
    size = 16 * 1024 * 1024

    def read_slowly(peer: Peer, number: int) -> None:
        peer.read_slowly(size, pieces=8, pause=0.05)
        peer.answer(b"")

    verge = connect(serve(read_slowly).url, clocks=Clocks(connect=0.2, silence=2.0, attempt=4.0))
    assert verge.table("files").upload(7, bytes(size), chunk=size) == size
