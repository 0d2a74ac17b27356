"""Hubs for journeys, in this process and in processes of their own; a card reader and a printer for a whole module."""

from collections.abc import Iterator

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
from tests.support.simulators import PaxProcess, PrinterProcess, pax_running, printer_running
from tests.support.windows import cycles_wait, windows_go  # noqa: F401


@pytest.fixture(scope="module")
def terminal() -> Iterator[PaxProcess]:
    """A simulated reader; `reset` it where what it did before must not count."""
    with pax_running() as running:
        yield running


@pytest.fixture(scope="module")
def paper() -> Iterator[PrinterProcess]:
    with printer_running() as running:
        yield running
