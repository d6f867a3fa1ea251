"""Who may open the page and turn the dials: programs and people of this machine, not the pages of other sites."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Callable, Mapping

import pytest

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator
from verge_pulumi.simulator.errors import ApiError
from verge_pulumi.simulator.gate import PAGE, Gate

RESET = b'{"what": "all"}'
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:60.0) Gecko/20100101 Firefox/60.0"


def port(simulator: Simulator) -> int:
    return int(simulator.url.rpartition(":")[2])


def status(simulator: Simulator, verb: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> int:
    """Send exactly these headers, and the length of the body."""
    connection = http.client.HTTPConnection("127.0.0.1", port(simulator), timeout=10)
    connection.putrequest(verb, path, skip_host=True, skip_accept_encoding=True)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    assert "Access-Control-Allow-Origin" not in answer.headers
    connection.close()
    return answer.status


FOREIGN = [
    "evil.example",
    "evil.example:80",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "127.0.0.1@evil.example",
    "evil.example@127.0.0.1",
    "127.0.0.1:80:80",
    "127.0.0.1/x",
    "10.0.0.1",
    "192.0.2.1",
    "[2001:db8::1]",
    "[::1",
    "127.0.0.1 evil",
    "",
]


@pytest.mark.fault(113)
@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", ["/", "/_sim", "/_sim/state", "/swagger", "/nonsense"])
def test_no_foreign_name_leads_here(simulator: Simulator, host: str, path: str) -> None:
    assert status(simulator, "GET", path, {"Host": host}) == 403
    assert simulator.requests() == []


def test_without_a_name_nothing_is_answered(simulator: Simulator) -> None:
    assert status(simulator, "GET", "/_sim/state", {}) in (400, 403)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:1", "localhost.", "127.0.0.2:8080", "[::1]:80"])
def test_every_name_of_loopback_leads_here(simulator: Simulator, host: str) -> None:
    for path in ("/", "/_sim/system", "/swagger"):
        assert status(simulator, "GET", path, {"Host": host}) == 200
    assert status(simulator, "PUT", "/_sim/faults", {"Host": host}, b"[]") == 200


def test_clients_of_the_api_use_any_name(simulator: Simulator) -> None:
    headers = {"Host": "verge.example.com", "Authorization": f"Bearer {simulator.api_key}"}
    assert status(simulator, "GET", "/api/v4/vms", headers) == 200
    assert status(simulator, "GET", "/version.json", {"Host": "verge.example.com"}) == 200


@pytest.mark.parametrize(
    ("bound", "address", "host", "passes"),
    [
        ("192.0.2.7", "192.0.2.7", "192.0.2.7:8080", True),
        ("0.0.0.0", "192.0.2.7", "192.0.2.7", True),  # noqa: S104  what an exposed simulator listens on
        ("0.0.0.0", "192.0.2.7", "192.0.2.8", False),  # noqa: S104
        ("::", "2001:db8::7", "[2001:db8::7]:80", True),
        ("lab.example.com", "192.0.2.7", "Lab.Example.com", True),
        ("lab.example.com", "192.0.2.7", "example.com", False),
    ],
)
def test_an_exposed_simulator_is_known_by_what_it_listens_on(bound: str, address: str, host: str, passes: bool) -> None:
    with contextlib.nullcontext() if passes else pytest.raises(ApiError, match="Host names another server"):
        Gate(bound).check_name({"Host": host}, address)


@pytest.mark.fault(113)
@pytest.mark.parametrize(
    "sent",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000", PAGE: "1"},
        {"Origin": "https://127.0.0.1", PAGE: "1"},
        {"Origin": "http://evil.example", PAGE: "1", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "cross-site", PAGE: "1"},
        {"Sec-Fetch-Site": "same-site", PAGE: "1"},
        # What browsers send from a form of a foreign page, the oldest without an Origin.
        {"Referer": "http://evil.example/"},
        {"User-Agent": FIREFOX},
        {"Upgrade-Insecure-Requests": "1"},
        {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none"},
        {"sec-ch-ua": '"Chromium";v="120"'},
        # The simulator's own origin, and not its page.
        {"Sec-Fetch-Site": "same-origin"},
    ],
)
@pytest.mark.parametrize(("verb", "path", "body"), [("POST", "/_sim/reset", RESET), ("PUT", "/_sim/faults", b"[]")])
def test_pages_of_other_sites_turn_no_dials(
    simulator: Simulator, http: Http, sent: Mapping[str, str], verb: str, path: str, body: bytes
) -> None:
    http.vm("web")
    simulator.faults({"what": "reset", "match": {"path": "never"}})
    for kind in ("text/plain", "application/json", "application/x-www-form-urlencoded"):
        headers = {"Host": f"127.0.0.1:{port(simulator)}", "Content-Type": kind, **sent}
        assert status(simulator, verb, path, headers, body) == 403
    assert len(simulator.rows("vms")) == 1
    assert http.send("GET", "/_sim/faults").json() != []


@pytest.mark.parametrize("sent", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_pages_of_other_sites_read_no_dials(simulator: Simulator, sent: Mapping[str, str]) -> None:
    assert status(simulator, "GET", "/_sim/state", {"Host": "127.0.0.1", **sent}) == 403


def test_a_preflight_is_refused(simulator: Simulator) -> None:
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": PAGE.lower()}
    for origin in ({"Origin": "http://evil.example"}, {"Origin": "http://127.0.0.1"}, {}):
        assert status(simulator, "OPTIONS", "/_sim/state", {"Host": "127.0.0.1", **asked, **origin}) in (403, 404)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"Content-Type": "application/json"},
        {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Python-urllib/3.11"},
        {"Accept": "*/*", "User-Agent": "curl/8.5.0", "Cookie": "a=b"},
        # The simulator's own page.
        {"Origin": "http://127.0.0.1:{port}", PAGE: "1", "Sec-Fetch-Site": "same-origin", "User-Agent": FIREFOX},
    ],
)
def test_programs_and_the_page_turn_dials(simulator: Simulator, http: Http, sent: Mapping[str, str]) -> None:
    http.vm("web")
    headers = {name: value.format(port=port(simulator)) for name, value in sent.items()}
    assert status(simulator, "POST", "/_sim/reset", {"Host": f"127.0.0.1:{port(simulator)}", **headers}, RESET) == 200
    assert simulator.rows("vms") == []


def test_with_tls_the_own_origin_is_that_of_https(start: Callable[..., Http]) -> None:
    client = start(tls=True)
    client.session.verify = False
    for origin, expected in ((client.simulator.url, 200), (client.simulator.url.replace("https", "http"), 403)):
        with pytest.warns(Warning, match="Unverified HTTPS"):
            answer = client.send("PUT", "/_sim/faults", data=b"[]", headers={"Origin": origin, PAGE: "1"})
        assert answer.status_code == expected


def test_a_link_on_another_site_leads_to_the_page(simulator: Simulator) -> None:
    headers = {"Host": "localhost", "Sec-Fetch-Site": "cross-site", "Referer": "http://docs.example/"}
    assert status(simulator, "GET", "/", headers) == 200


def test_no_page_of_another_site_is_allowed_to_send_a_login(simulator: Simulator) -> None:
    asked = {
        "Origin": "http://evil.example",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port(simulator), timeout=5)) as connection:
        connection.request("OPTIONS", "/api/v4/vms/1", headers=asked)
        answer = connection.getresponse()
        answer.read()
    assert not any(name.lower().startswith("access-control-") for name, _ in answer.getheaders())
