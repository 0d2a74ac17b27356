"""Real hubs for tests: served over real sockets, on both databases, with desks that joined by a code.

Fixtures: `hub` (SQLite and PostgreSQL, one after the other), `sqlite_hub`, `postgres_hub` serve many tests, each with
practices of its own; `own_hub`, `own_sqlite_hub` are for tests that stop, lock or look into one.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from app.sync.join import join, new_device_key
from app.sync.transport import HubTransport
from models.basics.clock import Clock, SystemClock
from models.basics.ids import new_id
from models.operations.joining import JoinLine
from models.operations.records import Practice
from models.store.engine import sqlite_engine
from models.store.hub import HubStore
from models.store.rows import DeskIdentity
from server import practices
from server.deps import Hub
from server.main import HubServer, open_store, prepare
from server.settings import HubSettings
from tests.support.postgres import PostgresServer
from tests.support.stream import Stream
from tests.support.waiting import until

KEY = "c0" + "0123456789abcdef" * 3 + "77" * 7


@dataclass
class Member:
    """A desk of the clinic as the hub sees it: identity, key, a line, and a stream of operations."""

    identity: DeskIdentity
    private_key: str
    transport: HubTransport
    stream: Stream = field(init=False)

    def __post_init__(self) -> None:
        self.stream = Stream(self.identity.tenant, self.identity.device_id, self.identity.epoch)


def chunks_of(transport: HubTransport, manifest: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Every chunk of a snapshot, one after another."""
    for chunk in manifest["chunks"]:
        yield str(chunk["id"]), transport.chunk(manifest["seq"], str(chunk["id"]))


class RunningHub:
    """A hub served by this process on a thread of its own."""

    def __init__(self, settings: HubSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self._members: list[Member] = []
        self._server: HubServer
        self.start()

    def start(self) -> None:
        """Serve; at the port of before when there was one."""
        store = open_store(self.settings, self.clock)
        self._server, self.address, listener = prepare(self.settings, self.clock, store)
        self.settings = replace(self.settings, port=self.address.port)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self._thread.start()
        until(lambda: self._server.started or not self._thread.is_alive())

    def stop(self) -> None:
        """End as on a signal."""
        self._server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive()

    def hang_up(self) -> None:
        """Close the lines of every desk."""
        for member in self._members:
            member.transport.close()
        self._members.clear()

    def close(self) -> None:
        """End, and close the lines of every desk."""
        self.hang_up()
        self.stop()

    @property
    def url(self) -> str:
        return self.address.url

    @property
    def hub(self) -> Hub:
        """What the routes stand on."""
        app = self._server._factory.app
        assert app is not None
        found = app.state.hub
        assert isinstance(found, Hub)
        return found

    @property
    def store(self) -> HubStore:
        return self.hub.store

    def practice(self) -> str:
        """A new practice's tenant id."""
        practice = Practice(id=new_id(), name="Riverside Family Practice", timezone="America/New_York")
        practices.add_record(self.store, practice)
        return practice.id

    def line(self, tenant: str, desk_name: str = "Front desk") -> JoinLine:
        """A join line."""
        return self.address.join_line(practices.join_code(self.store, tenant, desk_name))

    def member(self, tenant: str, desk_name: str = "Front desk") -> Member:
        """A desk that joined over the line."""
        key = new_device_key()
        identity = join(self.line(tenant, desk_name), key, desk_name, clock=self.clock)
        member = Member(identity, key, self.transport(identity, key))
        self._members.append(member)
        return member

    def transport(self, identity: DeskIdentity, key: str) -> HubTransport:
        """A line of its own for an identity."""
        return HubTransport(self.url, device_id=identity.device_id, private_key_hex=key,
                            fingerprint=identity.hub_fingerprint, clock=self.clock)  # fmt: skip


@pytest.fixture(scope="session")
def sqlite_hub_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub's own database with its tables, to copy from."""
    path = tmp_path_factory.mktemp("hub-template") / "hub.db"
    HubStore.open(sqlite_engine(path, KEY), SystemClock()).close()
    return path


@pytest.fixture
def sqlite_settings(tmp_path: Path, sqlite_hub_template: Path) -> HubSettings:
    """A hub on its own encrypted file."""
    folder = tmp_path / "hub"
    folder.mkdir()
    shutil.copy(sqlite_hub_template, folder / "hub.db")
    return HubSettings(data_dir=folder, key_hex=KEY).checked()


@pytest.fixture
def postgres_settings(tmp_path: Path, postgres_url: str) -> HubSettings:
    """A hub on PostgreSQL."""
    folder = tmp_path / "hub"
    folder.mkdir()
    return HubSettings(data_dir=folder, database_url=postgres_url).checked()


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest) -> HubSettings:
    """Settings for both databases, one after the other."""
    found = request.getfixturevalue(f"{'sqlite' if request.param == 'sqlite' else 'postgres'}_settings")
    assert isinstance(found, HubSettings)
    return found


@pytest.fixture
def own_hub(settings: HubSettings) -> Iterator[RunningHub]:
    """A hub of the test's own, on both databases."""
    running = RunningHub(settings)
    yield running
    running.close()


@pytest.fixture
def own_sqlite_hub(sqlite_settings: HubSettings) -> Iterator[RunningHub]:
    """A hub of the test's own, on its own file."""
    running = RunningHub(sqlite_settings)
    yield running
    running.close()


@pytest.fixture(scope="session")
def session_sqlite_hub(tmp_path_factory: pytest.TempPathFactory, sqlite_hub_template: Path) -> Iterator[RunningHub]:
    """A hub that serves many tests; each adds practices of its own."""
    folder = tmp_path_factory.mktemp("hub")
    shutil.copy(sqlite_hub_template, folder / "hub.db")
    running = RunningHub(HubSettings(data_dir=folder, key_hex=KEY).checked())
    yield running
    running.close()


@pytest.fixture(scope="session")
def session_postgres_hub(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer, postgres_template: str
) -> Iterator[RunningHub]:
    """The same on PostgreSQL."""
    url = postgres.url(postgres.create(template=postgres_template))
    running = RunningHub(HubSettings(data_dir=tmp_path_factory.mktemp("hub"), database_url=url).checked())
    yield running
    running.close()


@pytest.fixture
def sqlite_hub(session_sqlite_hub: RunningHub) -> Iterator[RunningHub]:
    """A running hub on its own file, shared with other tests."""
    yield session_sqlite_hub
    session_sqlite_hub.hang_up()


@pytest.fixture
def postgres_hub(session_postgres_hub: RunningHub) -> Iterator[RunningHub]:
    """A running hub on PostgreSQL, shared with other tests."""
    yield session_postgres_hub
    session_postgres_hub.hang_up()


@pytest.fixture(params=["sqlite", "postgresql"])
def hub(request: pytest.FixtureRequest) -> Iterator[RunningHub]:
    """A running hub, on both databases, shared with other tests."""
    running = request.getfixturevalue(f"session_{'sqlite' if request.param == 'sqlite' else 'postgres'}_hub")
    assert isinstance(running, RunningHub)
    yield running
    running.hang_up()
