"""Debian's Chromium for pages of patients, and the accessibility rules of axe-core over what it shows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.online import ACCOUNT, VISA

PATIENCE_MS = 30_000
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}}
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser. Playwright's loop stays in this thread while it runs: not for longer than a module."""
    found = shutil.which("chromium")
    if found is None:
        assert os.environ.get("CI") != "true", "the test command installs Chromium"
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@contextmanager
def context(browser: Browser, **look: object) -> Iterator[BrowserContext]:
    """Cookies and a look of its own."""
    made = browser.new_context(**{"viewport": {"width": 1366, "height": 768}, "locale": "en-US"} | look)  # type: ignore[arg-type]
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


def fill_card(page: Page, number: str = VISA) -> None:
    """Pay on the processor's page."""
    page.wait_for_selector("[name=number]")
    page.fill("[name=number]", number)
    page.fill("[name=expiry]", "12 / 34")
    page.fill("[name=cvc]", "123")
    page.click("button[type=submit]")


def fill_account(page: Page, number: str = ACCOUNT) -> None:
    """Allow a debit of a bank account on the processor's page."""
    page.wait_for_selector("[name=account]")
    page.fill("[name=holder]", "Rosa Alvarez")
    page.fill("[name=routing]", "110000000")
    page.fill("[name=account]", number)
    page.click("#debit button[type=submit]")


def holds(page: Page, name: str = "") -> None:
    """What every page must: no rule of axe-core broken, nothing to scroll sideways; with a name a picture, where
    somebody wants to look."""
    broken = [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in
              Axe().run(page, options=RULES).response["violations"]]  # fmt: skip
    assert broken == [], (page.url.rpartition("/")[2], broken)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than the window"
    folder = os.environ.get("COPAYDESK_PICTURES", "")
    if folder and name:
        page.screenshot(path=str(Path(folder) / f"portal-{name}.png"), full_page=True)
