"""What a check-up tells of certificates; nothing is sent to a host that cannot be trusted."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from tests.authorities import certificate, private_key
from tests.client.servers import HttpServer
from tests.doctor.conftest import Doctor
from verge_pulumi.simulator import Options, Simulator

Serve = Callable[[ssl.SSLContext], HttpServer]


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Our own")


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, tmp_path: Path) -> Iterator[Serve]:
    """Start an HTTPS server that the environment names as the host, with the authority as the one to trust."""
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    monkeypatch.setenv("VERGEOS_CA_FILE", str(ca_file))
    monkeypatch.setenv("VERGEOS_API_KEY", "c4nary")
    with ExitStack() as stack:

        def start(tls: ssl.SSLContext) -> HttpServer:
            server = HttpServer(tls=tls)
            stack.callback(server.close)
            monkeypatch.setenv("VERGEOS_HOST", server.url)
            return server

        yield start


def issued(by: trustme.CA, name: str = "127.0.0.1", *, begins: int = -400, ends: int = 400) -> ssl.SSLContext:
    """Return what a server needs whose certificate begins and ends so many days from now."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    now = datetime.now(UTC)
    given = by.issue_cert(name, not_before=now + timedelta(begins), not_after=now + timedelta(ends))
    given.configure_cert(context)
    return context


def self_signed(folder: Path, *, until: int = 2099) -> ssl.SSLContext:
    path = folder / "self.pem"
    path.write_text(private_key(1) + certificate(1, until=until))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def refused(doctor: Doctor, server: HttpServer) -> tuple[str, str]:
    """Return why a certificate is a problem, and what to do; see that nothing was sent."""
    told = doctor.told(exit_code=1)
    level, said, advice = told["certificate"]
    assert level == "problem"
    assert {told[check][0] for check in ("requests", "vergeos", "login", "clock", "rights")} == {"not checked"}
    assert server.received == []
    assert doctor.requests == 0
    return said, advice


def test_one_that_has_expired(doctor: Doctor, serve: Serve, authority: trustme.CA) -> None:
    server = serve(issued(authority, ends=-1))
    said, advice = refused(doctor, server)
    assert said == f"the certificate of {server.url} has expired"
    assert advice == "Renew it in VergeOS, unless the clock of this machine is wrong."


def test_one_that_is_not_valid_yet(doctor: Doctor, serve: Serve, authority: trustme.CA) -> None:
    said, advice = refused(doctor, serve(issued(authority, begins=1)))
    assert said.endswith("is not valid yet")
    assert "clock" in advice


def test_one_that_is_self_signed(doctor: Doctor, serve: Serve, tmp_path: Path) -> None:
    said, advice = refused(doctor, serve(self_signed(tmp_path)))
    assert "is self-signed" in said
    assert "VERGEOS_CA_FILE" in advice


def test_one_of_an_unknown_authority(doctor: Doctor, serve: Serve) -> None:
    said, advice = refused(doctor, serve(issued(trustme.CA())))
    assert said.endswith("is of an authority that this machine does not know")
    assert "VERGEOS_CA_FILE" in advice


def test_one_for_another_name(doctor: Doctor, serve: Serve, authority: trustme.CA) -> None:
    said, advice = refused(doctor, serve(issued(authority, "verge.example.com")))
    assert said.endswith("is for another name: verge.example.com")
    assert "name" in advice


def test_a_port_that_speaks_no_tls(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    with contextlib.closing(HttpServer()) as server:
        monkeypatch.setenv("VERGEOS_HOST", server.url.replace("http:", "https:"))
        monkeypatch.setenv("VERGEOS_API_KEY", "c4nary")
        said, advice = refused(doctor, server)
    assert "makes no secure connection" in said
    assert "port" in advice


def test_one_that_ends_soon(doctor: Doctor, serve: Serve, authority: trustme.CA) -> None:
    serve(issued(authority, ends=3))
    level, said, advice = doctor.told(exit_code=1)["certificate"]
    assert (level, advice) == ("warning", "Renew it in VergeOS.")
    assert said.endswith("for 3 more days")


@pytest.mark.parametrize("ends", [400, -1])
def test_what_is_not_checked_is_a_warning(
    doctor: Doctor, serve: Serve, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, ends: int
) -> None:
    serve(issued(authority, ends=ends))
    monkeypatch.delenv("VERGEOS_CA_FILE")
    monkeypatch.setenv("VERGEOS_INSECURE", "true")
    level, said, _ = doctor.told(exit_code=1)["certificate"]
    assert level == "warning"
    assert "it is not checked (VERGEOS_INSECURE)" in said


def test_a_valid_one_of_the_simulator(doctor: Doctor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with Simulator(Options(tls=True, cert_file=tmp_path / "ca.pem")) as simulator:
        monkeypatch.setenv("VERGEOS_HOST", simulator.url)
        monkeypatch.setenv("VERGEOS_API_KEY", simulator.api_key)
        monkeypatch.setenv("VERGEOS_CA_FILE", str(tmp_path / "ca.pem"))
        told = doctor.told()
        assert told["certificate"][0] == "ok"
        assert told["login"][:2] == ("ok", "VergeOS takes the API key")
        monkeypatch.delenv("VERGEOS_CA_FILE")
        monkeypatch.setenv("VERGEOS_INSECURE", "1")
        assert doctor.told()["certificate"][0] == "warning"
        monkeypatch.setattr("verge_pulumi.doctor.host.DEFAULT_CA_BUNDLE_PATH", str(tmp_path / "ca.pem"))
        level, _, advice = doctor.told()["certificate"]
        assert (level, advice.partition(",")[0]) == ("warning", "Leave out VERGEOS_INSECURE")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("VERGEOS_HOST", "http://verge.example.com", "plain HTTP would show the credentials to the network"),
        ("VERGEOS_CA_FILE", "/no/such/file", "cannot be used"),
        ("VERGEOS_TIMEOUT", "soon", "VERGEOS_TIMEOUT (or the configuration vergeos:timeout) is 'soon'"),
    ],
)
def test_settings_that_cannot_be_used(
    doctor: Doctor,
    serve: Serve,
    authority: trustme.CA,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    said: str,
) -> None:
    server = serve(issued(authority))
    monkeypatch.setenv(name, value)
    told = doctor.told(exit_code=1)
    assert told["settings"][0] == "problem"
    assert said in told["settings"][1]
    assert told["login"][0] == "not checked"
    assert server.received == []
