"""Hubs for journeys, in this process and in processes of their own; a card reader and a printer for a whole module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.desks import outside_hub  # noqa: F401
from tests.support.hub import (  # noqa: F401
    hub,
    own_hub,
    own_sqlite_hub,
    postgres_hub,
    postgres_settings,
    session_postgres_hub,
    session_sqlite_hub,
    settings,
    sqlite_hub,
    sqlite_hub_template,
    sqlite_settings,
)
from tests.support.killed_paying import DesksThatDie
from tests.support.online import processor  # noqa: F401
from tests.support.simulators import PaxProcess, PrinterProcess, StripeProcess, pax_running, printer_running
from tests.support.windows import cycles_wait, windows_go  # noqa: F401

if TYPE_CHECKING:  # a browser is loaded where one is opened
    from playwright.sync_api import Browser

    from tests.support.portal import House


@pytest.fixture(scope="session")
def desks() -> Iterator[DesksThatDie]:
    """What lets desks live until they are killed."""
    with DesksThatDie() as running:
        yield running


@pytest.fixture(scope="module")
def terminal() -> Iterator[PaxProcess]:
    """A simulated reader; `reset` it where what it did before must not count."""
    with pax_running() as running:
        yield running


@pytest.fixture(scope="module")
def paper() -> Iterator[PrinterProcess]:
    with printer_running() as running:
        yield running


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_hub_template: Path,  # noqa: F811
    processor: StripeProcess,  # noqa: F811
) -> Iterator[House]:
    """A hub with the pages of patients, mail, texts and a card processor."""
    from tests.support.portal import house

    with house(tmp_path_factory.mktemp("place"), sqlite_hub_template, None, processor) as made:
        yield made


@pytest.fixture(scope="module")
def browser(place: House) -> Iterator[Browser]:
    """What patients look with. The place is there before, and ends after."""
    from tests.support.browser import chromium

    with chromium() as made:
        yield made
