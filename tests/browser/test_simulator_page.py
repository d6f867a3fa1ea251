"""The simulator's page in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import SIZES, Open, faint, is_outline, outline, overflow, paper, resize, tab_to
from verge_pulumi.simulator import Simulator

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>javascript:alert(3)"


@pytest.fixture
def client(simulator: Simulator) -> Iterator[requests.Session]:
    """Somebody who works with the simulator meanwhile."""
    with requests.Session() as session:
        session.trust_env = False
        session.auth = (simulator.username, simulator.password)
        yield session


@pytest.fixture
def page(simulator: Simulator, client: requests.Session, open_page: Open) -> Page:
    """The page, after somebody has worked with the simulator; it looks again when it is told to only."""
    for body in ({"name": "web"}, {"name": "web"}, {"name": "db", "description": HOSTILE, "console_pass": "canary"}):
        client.post(f"{simulator.url}/api/v4/vms", json=body, timeout=5)
    page = open_page(simulator.url)
    expect(page.locator("#log tbody tr")).to_have_count(3)
    page.get_by_label("Live").uncheck()
    return page


def test_it_can_be_read(page: Page, simulator: Simulator) -> None:
    papers = set()
    for width, scheme in SIZES:
        resize(page, width, scheme)
        assert overflow(page) == overflow(page, "#table-names") == 0
        assert faint(page) == []
        papers.add(paper(page))
    assert len(papers) == 2
    assert is_outline(outline(page))
    assert page.locator("header").count() == page.locator("main").count() == 1
    text = page.locator("body").inner_text()
    assert f"site-a · VergeOS 26.1.8 · {simulator.url}" in text
    assert not any(secret in page.content() for secret in (simulator.api_key, simulator.password, "canary"))
    # Looking at it is no request to VergeOS.
    assert len(simulator.requests()) == 3


def test_hostile_rows_are_text(page: Page) -> None:
    expect(page.locator("#rows")).to_contain_text(HOSTILE)
    assert page.locator("main img, main script, a[href^='javascript']").count() == 0


def test_tables_by_keyboard(page: Page) -> None:
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(2)
    page.get_by_label("Filter").fill("onerror")
    expect(rows).to_have_count(1)
    expect(page.locator("#found")).to_have_text("1 of 2 rows")
    page.get_by_label("Filter").fill("nothing like it")
    expect(rows).to_have_text("no row matches")
    page.get_by_label("Filter").fill("")
    page.locator("#table-names button[data-table='users']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#table-name")).to_have_text("users")
    expect(rows).to_contain_text("********")
    expect(page.locator("#table-names [aria-pressed='true']")).to_have_text("users1")
    tab_to(page, ".shown summary")
    page.keyboard.press("Enter")
    expect(page.locator("#columns")).to_contain_text("Source: ")


def test_requests_show_what_was_sent(page: Page) -> None:
    log = page.locator("#log tbody tr")
    expect(log.nth(0)).to_contain_text("POST")
    expect(log.nth(1)).to_contain_text("409")
    log.nth(0).locator("summary").click()
    expect(log.nth(0).locator("pre")).to_contain_text('"console_pass": "********"')


def test_dials_are_turned(page: Page, simulator: Simulator, client: requests.Session, complaints: list[str]) -> None:
    dials = page.locator("#dials ~ .dials")
    said = page.get_by_role("status")

    def status() -> int:
        return client.get(f"{simulator.url}/api/v4/vms", timeout=5).status_code

    page.locator("#fault-what").select_option("rate_limit")
    dials.get_by_role("button", name="Add").press("Enter")
    expect(page.locator("#faults li")).to_contain_text("rate_limit before any /vms$")
    page.locator("#fault-verb").select_option("POST")
    dials.get_by_role("button", name="Add").click()
    expect(page.locator("#faults li")).to_have_count(2)
    assert [status(), status()] == [429, 200]
    dials.get_by_role("button", name="Remove all").click()
    expect(page.locator("#faults li")).to_have_count(0)

    dials.get_by_role("button", name="Stop").click()
    expect(page.locator("#clock-now")).to_contain_text("manual time")
    stopped = simulator.clock()
    dials.get_by_role("button", name="Advance").click()
    expect(said).to_have_text("60 s have passed.")
    assert simulator.clock() == stopped + 60
    dials.get_by_role("button", name="Real time").click()
    expect(page.locator("#clock-now")).to_contain_text("real time")
    dials.get_by_role("button", name="Advance").click()
    expect(said).to_contain_text("it shows the real time")
    assert "status of 422" in complaints.pop()

    dials.get_by_label("Milliseconds").fill("3")
    page.keyboard.press("Enter")
    expect(said).to_have_text("The latency is set.")
    assert client.get(f"{simulator.url}/_sim/latency", timeout=5).json() == {"ms": 3}
    page.locator("#transition-seconds").fill("2.5")
    page.keyboard.press("Enter")
    expect(said).to_have_text("State changes are set.")
    assert client.get(f"{simulator.url}/_sim/transitions", timeout=5).json()["seconds"] == 2.5

    dials.get_by_role("button", name="The log only").click()
    expect(page.locator("#log tbody")).to_have_text("no requests yet")
    assert len(simulator.rows("vms")) == 2
    dials.get_by_role("button", name="Everything").click()
    expect(page.locator("#rows tbody")).to_have_text("no rows")
    assert simulator.rows("vms") == []


def test_a_value_is_changed_with_a_login_of_the_api(page: Page, simulator: Simulator, complaints: list[str]) -> None:
    said = page.get_by_role("status")
    page.locator("#changing summary").press("Enter")
    page.get_by_label("Row").select_option("1")
    page.locator("#change-column").select_option("cpu_cores")
    value = page.get_by_label("Value")
    expect(value).to_have_value("1")
    value.fill("8")
    page.get_by_label("Password or API key").fill("wrong")
    page.keyboard.press("Enter")
    expect(said).to_have_class("bad")
    assert simulator.rows("vms")[0]["cpu_cores"] == 1
    assert "status of 401" in complaints.pop()

    page.get_by_label("Password or API key").fill(simulator.password)
    page.keyboard.press("Enter")
    expect(said).to_have_text("cpu_cores of vms/1 is changed.")
    assert simulator.rows("vms")[0]["cpu_cores"] == 8
    last = simulator.requests()[-1]
    assert (last.verb, last.path, last.body) == ("PUT", "/api/v4/vms/1", {"cpu_cores": 8})
    expect(page.locator("#rows tbody tr").first).to_contain_text("8")

    page.locator("#login-user").fill("")
    page.get_by_label("Password or API key").fill(simulator.api_key)
    page.locator("#change-column").select_option("description")
    value.fill(HOSTILE)
    page.keyboard.press("Enter")
    expect(said).to_have_text("description of vms/1 is changed.")
    assert simulator.rows("vms")[0]["description"] == HOSTILE
    assert not any(secret in page.content() for secret in (simulator.api_key, simulator.password))
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


def test_what_is_no_value_of_a_column_is_refused(page: Page, simulator: Simulator, complaints: list[str]) -> None:
    page.locator("#changing summary").press("Enter")
    page.get_by_label("Password or API key").fill(simulator.password)
    for column, value, text in (
        ("cpu_cores", "many", "The value is a number."),
        ("guest_agent", "maybe", "The value is true or false."),
        ("cpu_cores", "-3", "cpu_cores"),
    ):
        page.locator("#change-column").select_option(column)
        page.get_by_label("Value").fill(value)
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text(text)
    assert len(simulator.requests()) == 4
    assert "status of 422" in complaints.pop()


def test_what_somebody_is_writing_stays(page: Page, simulator: Simulator) -> None:
    page.locator("#changing summary").press("Enter")
    page.get_by_label("Value").fill("mine")
    page.get_by_label("Live").check()
    simulator.add("vms", name="meanwhile")
    expect(page.get_by_label("Row").locator("option")).to_have_count(3)
    expect(page.get_by_label("Value")).to_have_value("mine")


def test_it_follows_what_happens(page: Page, simulator: Simulator, complaints: list[str]) -> None:
    page.get_by_label("Live").check()
    simulator.add("vms", name="behind")
    expect(page.locator("#rows tbody tr")).to_have_count(3)
    simulator.stop()
    expect(page.get_by_role("status")).to_contain_text("The simulator does not answer")
    assert all("ERR_" in complaint for complaint in complaints)
    complaints.clear()
    page.close()


ATTACK = """
async (url) => {
  const outcomes = [];
  const attempt = async (dial, options) => {
    try {
      const answer = await fetch(`${url}/_sim/${dial}`, options);
      outcomes.push(answer.type === "opaque" ? "sent" : answer.status);
    } catch (error) {
      outcomes.push("blocked");
    }
  };
  const body = JSON.stringify({ what: "all" });
  await attempt("reset", { method: "POST", mode: "no-cors", headers: { "Content-Type": "text/plain" }, body });
  await attempt("reset", { method: "POST", body });
  await attempt("reset", { method: "POST", headers: { "X-Simulator-Page": "1" }, body });
  await attempt("state", { method: "PUT", body: "{}" });
  await attempt("state", {});
  await new Promise((done) => {
    const frame = Object.assign(document.createElement("iframe"), { name: "target", onload: done });
    document.body.append(frame);
    const form = Object.assign(document.createElement("form"), {
      method: "post", enctype: "text/plain", action: `${url}/_sim/reset`, target: "target",
    });
    form.append(Object.assign(document.createElement("input"), { name: '{"what": "all", "x": "', value: '"}' }));
    document.body.append(form);
    form.submit();
  });
  return outcomes;
}
"""


def test_a_page_of_another_site_turns_no_dials(
    simulator: Simulator, client: requests.Session, open_page: Open, complaints: list[str]
) -> None:
    client.post(f"{simulator.url}/api/v4/vms", json={"name": "web"}, timeout=5)
    with Simulator() as elsewhere:  # another port is another origin, and this document has no policy of its own
        page = open_page(f"{elsewhere.url}/version.json")
        outcomes = page.evaluate(ATTACK, simulator.url)
    assert outcomes == ["sent", "blocked", "blocked", "blocked", "blocked"]
    assert [row["name"] for row in simulator.rows("vms")] == ["web"]
    assert all("CORS" in complaint or "403" in complaint or "ERR_FAILED" in complaint for complaint in complaints)
    complaints.clear()
    page.close()
