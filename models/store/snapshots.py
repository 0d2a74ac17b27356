"""A practice's whole state in numbered chunks, made by a hub and loaded by a new desk.

A chunk is gzip-packed lines of JSON: the first line names table and columns, the others are rows as lists. The manifest
names every chunk with its SHA-256 and row count, and the log position the state belongs to. The log itself stays at
the hub: a desk has it from the snapshot on.
"""

from __future__ import annotations

import gzip
import hashlib
import secrets
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Table

from models.basics.errors import StorageError, SyncRefused
from models.basics.points import Point, point
from models.store.engine import sqlite_engine
from models.store.fresh import make_tables
from models.store.invariants import check_ledger
from models.store.layers import Stream, replay
from models.store.mending import keep_start
from models.store.reading import connect
from models.store.search_index import index_patients
from models.store.session import Session, as_rows, column_names, select_columns
from models.store.upgrade import remove_build, settle_file
from models.tables.catalogue import OWN_TABLES, STATE_TABLES

FORMAT = 1
CHUNK_ROWS = 5_000
_NONCE = 12
_TABLES = {name: table for name, table in STATE_TABLES.items() if name != "log"}
_CARRIED = ("meta", "stream", "outbox", "terminal_attempt", "print_job", "pin_failure")


@dataclass
class Snapshot:
    """`manifest`: format, tenant, server_epoch, seq, hash, created_at, chunks [{id, table, sha256, rows}].

    The chunks lie in a temporary folder that goes away with this object, or before by `close`; sealed with a key that
    is nowhere but here, because a process that dies leaves the folder behind.
    """

    manifest: dict[str, Any]
    folder: Path
    seal: AESGCM

    def __post_init__(self) -> None:
        self.close = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def chunks(self) -> Iterator[tuple[str, bytes]]:
        """(id, packed lines) in the manifest's order."""
        for chunk in self.manifest["chunks"]:
            yield chunk["id"], self.chunk(chunk["id"])

    def chunk(self, chunk_id: str) -> bytes:
        """One chunk. Raises KeyError for an id the manifest does not have."""
        if all(chunk["id"] != chunk_id for chunk in self.manifest["chunks"]):
            raise KeyError(chunk_id)
        sealed = (self.folder / chunk_id).read_bytes()
        return self.seal.decrypt(sealed[:_NONCE], sealed[_NONCE:], chunk_id.encode())


def take_snapshot(connection: Connection, tenant: str, now: str, chunk_rows: int = CHUNK_ROWS) -> Snapshot:
    """Everything of a tenant as of this transaction, which must see one moment (REPEATABLE READ on PostgreSQL)."""
    session = Session(connection)
    head = session.one("SELECT server_epoch, seq, hash FROM tenant_head WHERE tenant = :tenant", tenant=tenant)
    folder, seal = Path(tempfile.mkdtemp(prefix="copaydesk-snapshot-")), AESGCM(AESGCM.generate_key(256))
    chunks: list[dict[str, Any]] = []
    for name, table in _TABLES.items():
        for rows in _stretches(session, table, tenant, chunk_rows):
            packed = _pack(table, rows)
            chunk_id = f"{len(chunks):05d}-{name}"
            nonce = secrets.token_bytes(_NONCE)
            (folder / chunk_id).write_bytes(nonce + seal.encrypt(nonce, packed, chunk_id.encode()))
            chunks.append({"id": chunk_id, "table": name, "sha256": _digest(packed), "rows": len(rows)})
    manifest = {
        "format": FORMAT, "tenant": tenant, "server_epoch": head[0], "seq": head[1], "hash": head[2],
        "created_at": now, "chunks": chunks,
    }  # fmt: skip
    return Snapshot(manifest, folder, seal)


def _stretches(session: Session, table: Table, tenant: str, size: int) -> Iterator[list[Any]]:
    """The rows of a tenant, `size` at a time, by primary key."""
    keys = [column.name for column in table.primary_key.columns if column.name != "tenant"]
    order = ", ".join(f'"{name}"' for name in keys)
    after = {name: "" if table.c[name].type.python_type is str else -1 for name in keys}
    beyond = f"({order}) > ({', '.join(f':{name}' for name in keys)})"
    query = f"{select_columns(table)} WHERE tenant = :tenant AND {beyond} ORDER BY {order} LIMIT {size}"
    names = column_names(table)
    while rows := session.rows(query, tenant=tenant, **after):
        yield rows
        after = {name: rows[-1][names.index(name)] for name in keys}


def _pack(table: Table, rows: list[Any]) -> bytes:
    lines = [
        orjson.dumps({"table": table.name, "columns": column_names(table)}),
        *(orjson.dumps(list(r)) for r in rows),
    ]
    return gzip.compress(b"\n".join(lines), compresslevel=5, mtime=0)


def _digest(packed: bytes) -> str:
    return hashlib.sha256(packed).hexdigest()


def build_from_snapshot(
    old: Connection, path: Path, key_hex: str, tenant: str, manifest: Mapping[str, Any],
    chunks: Iterator[tuple[str, bytes]], now: str,
) -> Path:  # fmt: skip
    """A new file beside `path` with the snapshot's state, this desk's own tables, and its pending layer on top.

    Raises SyncRefused `sync.snapshot_damaged` when a chunk is missing, altered or does not add up; the file is gone
    then.
    """
    build = path.with_name(path.name + ".snapshot")
    remove_build(build)
    engine = sqlite_engine(build, key_hex)
    try:
        make_tables(engine, "desk")
        with engine.begin() as connection:
            session = Session(connection)
            _load(session, tenant, manifest, chunks)
            with old.begin():
                _carry_over(Session(old), session, tenant)
            _begin_at(session, tenant, manifest, now)
            if check_ledger(session, tenant):
                raise SyncRefused("sync.snapshot_damaged")
        engine.dispose()
        _settle(build, key_hex)
    except BaseException:
        engine.dispose()
        remove_build(build)
        raise
    return build


def _load(session: Session, tenant: str, manifest: Mapping[str, Any], chunks: Iterator[tuple[str, bytes]]) -> None:
    expected = {chunk["id"]: chunk for chunk in manifest["chunks"]}
    for chunk_id, packed in chunks:
        chunk = expected.pop(chunk_id, None)
        if chunk is None or _digest(packed) != chunk["sha256"]:
            raise SyncRefused("sync.snapshot_damaged")
        head, *lines = gzip.decompress(packed).split(b"\n")
        table, columns = _TABLES.get(chunk["table"]), orjson.loads(head)["columns"]
        if table is None or len(lines) != chunk["rows"]:
            raise SyncRefused("sync.snapshot_damaged")
        rows = [_row(table, columns, orjson.loads(line)) for line in lines]
        if any(row["tenant"] != tenant for row in rows):
            raise SyncRefused("sync.snapshot_damaged")
        session.insert(table, rows)
        if table.name == "patient":
            index_patients(session, tenant, rows)
        point(Point.SNAPSHOT_CHUNK)
    if expected:
        raise SyncRefused("sync.snapshot_damaged")


def _row(table: Table, columns: list[str], values: list[Any]) -> dict[str, Any]:
    """A row by our columns: what a newer hub has more is left out, what an older one lacks is empty."""
    given = dict(zip(columns, values, strict=True))
    return {column.name: given.get(column.name, "" if column.type.python_type is str else 0)
            for column in table.columns}  # fmt: skip


def _carry_over(old: Session, new: Session, tenant: str) -> None:
    """What is only this desk's: identity, stream, outbox, attempts, print jobs, numbers."""
    for name in _CARRIED:
        table = OWN_TABLES["desk"][name]
        new.insert(
            table, as_rows(table, old.rows(f"{select_columns(table)} WHERE tenant IN ('', :tenant)", tenant=tenant))
        )


def _begin_at(session: Session, tenant: str, manifest: Mapping[str, Any], now: str) -> None:
    """Stand at the snapshot's log position; own operations it contains are back, the others are replayed."""
    stream = Stream.read(session, tenant)
    if stream is None:
        raise StorageError("store.not_enrolled")
    stream.server_epoch, stream.cursor_seq = manifest["server_epoch"], manifest["seq"]
    stream.cursor_hash, stream.server_time = manifest["hash"], manifest["created_at"]
    session.run(
        "UPDATE outbox SET returned_at = :now, "
        "acknowledged_at = CASE acknowledged_at WHEN '' THEN :now ELSE acknowledged_at END, "
        "seq = CASE seq WHEN 0 THEN (SELECT max(t.seq) FROM transfer t WHERE t.tenant = outbox.tenant AND "
        "t.op_id = outbox.op_id) ELSE seq END WHERE tenant = :tenant AND returned_at = '' AND ((seq > 0 AND "
        "seq <= :seq) OR op_id IN (SELECT op_id FROM transfer WHERE tenant = :tenant AND seq > 0))",
        tenant=tenant, now=now, seq=stream.cursor_seq,
    )  # fmt: skip
    replay(session, tenant, stream)
    stream.write(session, tenant)
    keep_start(session, tenant, stream.cursor_seq, stream.cursor_hash)


def _settle(build: Path, key_hex: str) -> None:
    connection = connect(build, key_hex)
    try:
        settle_file(connection)
    finally:
        connection.close()
