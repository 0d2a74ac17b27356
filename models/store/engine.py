"""SQLAlchemy engines over the two databases: SQLCipher for desks and the embedded hub, PostgreSQL for a shared hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, make_url
from sqlcipher3 import dbapi2

from models.store.failures import translate
from models.store.reading import BUSY_MS, connect

__all__ = ["postgres_engine", "sqlite_engine", "translate"]


def sqlite_engine(path: Path, key_hex: str, *, busy_ms: int = BUSY_MS) -> Engine:
    """An engine over the encrypted file: WAL, synchronous=FULL, every transaction BEGIN IMMEDIATE unless its connection
    has the execution option `read_only`.

    Connections are made when first used; failures to open come as StorageError then.
    """
    engine = create_engine(
        "sqlite://",
        module=dbapi2,
        creator=lambda: connect(path, key_hex, busy_ms=busy_ms),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=4,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("read_only", False)
    driver: Any = connection.connection.dbapi_connection
    driver.execute("BEGIN" if reads else "BEGIN IMMEDIATE")


def postgres_engine(url: str, *, pool_size: int = 8) -> Engine:
    """An engine over PostgreSQL by psycopg 3, READ COMMITTED. `url` is `postgresql://…` in any spelling."""
    parts = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(parts, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=False)
    event.listen(engine, "connect", _set_session)
    return engine


def _set_session(connection: Any, _record: Any) -> None:
    connection.autocommit = True
    connection.execute("SET idle_in_transaction_session_timeout = '5s'")
    connection.execute("SET timezone = 'UTC'")
    # A plan made while a clinic's tables were still empty reads them whole, and a prepared statement would keep it.
    connection.execute("SET plan_cache_mode = force_custom_plan")
    connection.autocommit = False
