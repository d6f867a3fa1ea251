"""F10 to F18 where the client's own tests do not show them: through a provider, and between two servers."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from tests.client.conftest import Connect, server_tls
from tests.client.servers import HttpServer
from tests.faults.faulty import CREATE, READ, UPDATE, error_of, fault, names, refusal_of, sent
from tests.providers.bench import Bench
from verge_pulumi.client import ApiKey, InvalidHost, SessionToken, VergeClient
from verge_pulumi.engine.connecting import connection
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.simulator import Options, Simulator


@pytest.fixture
def secure(cleanup: ExitStack) -> Simulator:
    simulator = Simulator(Options(name="site-a", tls=True))
    cleanup.enter_context(simulator)
    return simulator


@pytest.mark.fault(10)
def test_a_provider_says_how_to_trust_an_authority(
    simulator: Simulator, authority: trustme.CA, cleanup: ExitStack
) -> None:
    unknown = HttpServer(tls=server_tls(authority, "127.0.0.1"))
    cleanup.callback(unknown.close)
    bench = Bench(simulator, host=unknown.url)
    text = error_of(lambda: bench.create("VirtualMachine", name="web"))
    assert "is not trusted" in text
    assert "give the file of the authority that signed its certificate as the CA file" in text
    assert (bench.time.now, unknown.received) == (0, [])


@pytest.mark.fault(11)
def test_a_provider_trusts_the_given_authority(secure: Simulator, tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_bytes(secure.ca_pem)
    bench = Bench(secure, ca_file=str(authority))
    bench.create("VirtualMachine", name="web")
    bench.connection.client.close()
    assert names(secure) == ["web"]


@pytest.mark.fault(13)
def test_an_unchecked_certificate_is_told_once_in_a_run(secure: Simulator, told: list[str]) -> None:
    settings = Settings(host=secure.url, api_key=secure.api_key, insecure=True)
    connected = {id(connection.connect(settings)) for _ in range(3)}
    only = connection.connect(settings)
    assert only.system.name == "site-a"
    only.client.close()
    assert len(connected) == 1
    assert told == [f"warning: the certificate of {secure.url} is not checked (vergeos:insecure)"]


@pytest.mark.fault(13, 16)
def test_without_checks_the_credentials_still_go_to_that_host_only(secure: Simulator, server: HttpServer) -> None:
    bench = Bench(secure, insecure=True)
    bench.create("VirtualMachine", name="web")
    secure.faults(fault(CREATE, "redirect", status=307, location=server.url))
    assert f"redirected to {server.url} (307), which is not followed" in error_of(
        lambda: bench.create("VirtualMachine", name="second")
    )
    bench.connection.client.close()
    assert server.received == []


@pytest.mark.fault(14)
@pytest.mark.parametrize("host", ["http://verge.example.com", "http://10.0.0.5:8080"])
def test_plain_http_is_refused_with_the_reason(host: str) -> None:
    with pytest.raises(InvalidHost, match=r"plain HTTP would show the credentials to the network\. Use https\."):
        connection.Connection(Settings(host=host, api_key="k"))


@pytest.mark.fault(16)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("scheme", ["same host", "other host", "no scheme"])
@pytest.mark.parametrize("match", [READ, CREATE, UPDATE])
def test_no_redirect_is_followed(
    simulator: Simulator, server: HttpServer, connect: Connect, status: int, scheme: str, match: dict[str, Any]
) -> None:
    place = {"same host": simulator.url, "other host": server.url, "no scheme": server.url.removeprefix("http:")}[
        scheme
    ]
    verge = connect(simulator.url, auth=SessionToken(simulator.username, simulator.password))
    key = simulator.add("vms", name="web")
    vms = verge.table("vms")
    simulator.faults(fault(match, "redirect", status=status, location=f"{place}/api/v4/vms/9"))
    calls: dict[str, Any] = {
        "GET": lambda: vms.get(key),
        "POST": lambda: vms.create({"name": "b"}),
        "PUT": lambda: vms.update(key, {"ram": 2048}),
    }
    before = simulator.snapshot()
    with pytest.raises(Exception, match="which is not followed"):
        calls[match["verb"]]()
    assert server.received == []
    assert sent(simulator, match["verb"], "/vms") == 1
    assert simulator.snapshot()["vms"] == before["vms"]


@pytest.mark.fault(15)
@given(
    st.text(st.sampled_from("abz09.-_:/@[]%?# \t\n\\\u2024é"), max_size=24),
    st.sampled_from(["", "https://", "http://"]),
)
def test_a_host_is_understood_or_refused_and_never_doubles_a_slash(text: str, scheme: str) -> None:
    hosts: list[str] = []

    def start() -> None:
        with VergeClient(scheme + text, auth=ApiKey("canary-key")) as verge:
            hosts.append(verge.host)

    assert "canary-key" not in refusal_of(start, InvalidHost)
    assert not any("//" in host.partition("://")[2] or host.endswith("/") for host in hosts)


@pytest.mark.fault(17)
def test_a_provider_ignores_the_environment(
    simulator: Simulator, server: HttpServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login other password canary\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, server.url)
    bench = Bench(simulator)
    bench.create("VirtualMachine", name="web")
    bench.connection.client.close()
    assert (names(simulator), server.received) == (["web"], [])
