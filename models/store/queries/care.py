"""Where a desk's own stream and its copy of the hub's log stand, for those who look after the store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.basics.errors import StorageError
from models.store.reading import connect

_STREAM = "SELECT tenant, cursor_seq, cursor_hash, server_time FROM stream"
_WAITING = (
    "SELECT count(*), coalesce(min(created_at), '') FROM outbox WHERE tenant = ? AND acknowledged_at = '' "
    "AND returned_at = ''"
)


@dataclass(frozen=True, slots=True)
class StreamRow:
    """`cursor_seq` and `cursor_hash`: the last entry of the hub's log that is here; `oldest_at` is UTC text."""

    tenant: str
    cursor_seq: int
    cursor_hash: str
    server_time: str
    waiting: int
    oldest_at: str


def stream(connection: Any) -> StreamRow:
    """Where it stands. Raises StorageError `store.not_enrolled`."""
    row = connection.execute(_STREAM).fetchone()
    if row is None:
        raise StorageError("store.not_enrolled")
    return StreamRow(*row, *connection.execute(_WAITING, (row[0],)).fetchone())


def stream_of(path: Path, key_hex: str) -> StreamRow:
    """The same of a store that is not open here. Raises StorageError."""
    connection = connect(path, key_hex, read_only=True)
    try:
        return stream(connection)
    finally:
        connection.close()
