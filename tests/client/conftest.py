from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme

from verge_pulumi.client import Basic, Clocks, RetryPolicy, VergeClient

from .servers import HttpServer, Peer, RawServer

PASSWORD = "canary-pass/word+1"

Connect = Callable[..., VergeClient]
Serve = Callable[..., RawServer]


@pytest.fixture
def cleanup() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def server(cleanup: ExitStack) -> HttpServer:
    server = HttpServer()
    cleanup.callback(server.close)
    return server


@pytest.fixture
def serve(cleanup: ExitStack) -> Serve:
    """Start a raw server with a script."""

    def start(script: Callable[[Peer, int], None], **rest: Any) -> RawServer:
        raw = RawServer(script, **rest)
        cleanup.callback(raw.close)
        return raw

    return start


@pytest.fixture
def slept() -> list[float]:
    """The waits between attempts, none of which is really slept."""
    return []


@pytest.fixture
def connect(cleanup: ExitStack, slept: list[float]) -> Connect:
    def start(url: str, **options: Any) -> VergeClient:
        options.setdefault("auth", Basic("admin", PASSWORD))
        options.setdefault("clocks", Clocks(connect=2.0, silence=2.0, attempt=4.0))
        options.setdefault("retries", RetryPolicy(sleep=slept.append, random=lambda: 1.0))
        return cleanup.enter_context(VergeClient(url, **options))

    return start


@pytest.fixture
def verge(server: HttpServer, connect: Connect) -> VergeClient:
    return connect(server.url)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def server_tls(authority: trustme.CA, *names: str, **options: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **options).configure_cert(context)
    return context
