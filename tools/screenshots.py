"""Write the screenshots of the documents: a report on a fleet, a simulator that is worked with, and the site."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import requests
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, DESKTOP, QUIET
from tests.cli.fleet import fleet
from tools.site.build import build
from verge_pulumi.review.report.html import html
from verge_pulumi.simulator import Options, Simulator

DOCS = Path(__file__).resolve().parent.parent / "docs"
HEIGHT = 900


def main() -> int:
    """Write ``docs/report.png``, ``docs/simulator.png`` and ``docs/site.png``."""
    if CHROMIUM is None:
        print("No Chromium here: apt-get install chromium", file=sys.stderr)
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        report(browser)
        simulator(browser)
        site(browser)
        browser.close()
    return 0


def report(browser: Browser) -> None:
    """Show what a report begins with."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        file.write_text(html([fleet(40)]), encoding="utf-8")
        shoot(opened(browser, file.as_uri()), "report")


def simulator(browser: Browser) -> None:
    """Show a few rows and requests."""
    with Simulator(Options(name="lab")) as running, requests.Session() as client:
        client.trust_env = False
        client.auth = (running.username, running.password)
        api = f"{running.url}/api/v4"
        client.post(f"{api}/vnets", json={"name": "lan", "network": "10.0.0.0/24"}, timeout=5)
        for number in range(1, 7):
            client.post(f"{api}/vms", json={"name": f"web-{number}", "ram": 4096, "cpu_cores": 2}, timeout=5)
        client.post(f"{api}/vms", json={"name": "web-1"}, timeout=5)
        client.get(f"{api}/vms", params={"fields": "name,machine#status", "filter": "name bw 'web'"}, timeout=5)
        page = opened(browser, running.url)
        page.wait_for_selector("#log tbody tr:nth-child(9)")
        shoot(page, "simulator")


def site(browser: Browser) -> None:
    """Show the page of a resource."""
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        page = opened(browser, (Path(folder) / "docs/reference/network/Network.html").as_uri())
        shoot(page, "site")


def opened(browser: Browser, url: str) -> Page:
    """Open a page in a window of a desk's width."""
    page = browser.new_page(viewport={"width": DESKTOP, "height": HEIGHT})
    page.goto(url)
    return page


def shoot(page: Page, name: str) -> None:
    """Write what is seen of a page without scrolling."""
    page.screenshot(path=DOCS / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
