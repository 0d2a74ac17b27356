"""A hub with a portal for a whole module."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.basics.clock import FixedClock
from tests.support.portal import House, house

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    """The hub's clock, in the tests' hands."""
    return FixedClock(NOW)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, sqlite_hub_template: Path, clock: FixedClock) -> Iterator[House]:
    """The hub, a mail server and a text provider."""
    with house(tmp_path_factory.mktemp("portal"), sqlite_hub_template, clock) as made:
        yield made
