"""Somebody types the hub's address into a browser: a real one gets a page that says what this is."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.hub_process import HubProcess
from app.secrets import new_store_key

QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
)  # fmt: skip


@pytest.fixture
def browser() -> str:
    """Debian's Chromium."""
    found = shutil.which("chromium")
    if found is None:
        assert os.environ.get("CI") != "true", "the test command installs Chromium"
        pytest.skip("no Chromium on this machine; the page's text is checked without one in tests/unit/server")
    return found


def test_the_hubs_page_in_a_browser(tmp_path: Path, browser: str) -> None:
    hub = HubProcess.start(tmp_path / "hub", new_store_key())
    try:
        shown = subprocess.run(
            [browser, *QUIET, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", hub.address],
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    finally:
        hub.close()
    assert "<h1>" in shown.stdout
    assert "Copaydesk" in shown.stdout
    assert "code" in shown.stdout
