"""Stores for these tests: a desk without a hub, and a hub on each of the two databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.store.desk import DeskStore
from models.store.engine import postgres_engine
from models.store.hub import HubStore
from tests.support import stores


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskStore]:
    """A desk that belongs to a practice and has no hub at hand."""
    store = stores.lone_desk(tmp_path)
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HubStore]:
    """A hub with one practice, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        store = stores.sqlite_hub(tmp_path)
    else:
        url = request.getfixturevalue("postgres_url")
        store = HubStore.open(postgres_engine(url, pool_size=4), stores.clock(), upgrade=False)
        store.create_tenant(stores.TENANT, stores.PRACTICE)
    yield store
    store.close()
