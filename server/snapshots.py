"""Snapshots for new desks, built once and kept a while, so that a broken download can go on where it stopped.

They hold patients, so what lies on disk is sealed (AES-256-GCM) with a key that only this run of the hub knows; its
workers share key and folder. The folder is emptied at every start.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import shutil
import threading
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.basics.facts import facts
from models.store.hub import HubStore
from server.refusals import Refused

log = logging.getLogger(__name__)

MANIFEST = "manifest"
STALE_AFTER = 5_000
"""A snapshot this many entries behind the head is built anew; until then the pull after it brings the rest."""

_KEPT = 2


class SnapshotShelf:
    """The newest snapshots of each tenant. Thread-safe; every call may take as long as reading a clinic."""

    def __init__(self, store: HubStore, folder: Path, key: bytes) -> None:
        self._store, self._folder, self._seal = store, folder, AESGCM(key)
        self._building = threading.Lock()

    def manifest(self, tenant: str) -> bytes:
        """The manifest (JSON) of a snapshot that is new enough."""
        head = self._store.head(tenant)
        with self._building:
            newest, kept = self._newest(tenant)
            if kept is not None and orjson.loads(kept)["server_epoch"] != head.server_epoch:
                shutil.rmtree(self._place(tenant), ignore_errors=True)  # of a log that is no more
                kept = None
            if kept is None or head.seq - newest > STALE_AFTER:
                newest = self._build(tenant)
                kept = self._read(tenant, newest, MANIFEST)
        return kept

    def chunk(self, tenant: str, seq: int, chunk_id: str) -> bytes:
        """One chunk (gzip of NDJSON) of the snapshot at `seq`. Raises Refused (404) when it is no longer kept or can no
        longer be read; that snapshot is given up then, and the next manifest is of a new one."""
        try:
            return self._read(tenant, seq, f"chunk {chunk_id}")
        except Refused:
            with self._building:
                if self._promises(tenant, seq, chunk_id):
                    self._give_up(tenant, seq)
            raise

    def _newest(self, tenant: str) -> tuple[int, bytes | None]:
        """The newest snapshot and its manifest; one whose manifest cannot be read any more is given up."""
        for seq in sorted(self._kept(tenant), reverse=True):
            try:
                return seq, self._read(tenant, seq, MANIFEST)
            except Refused:
                self._give_up(tenant, seq)
        return -1, None

    def _promises(self, tenant: str, seq: int, chunk_id: str) -> bool:
        """Does a kept manifest name this chunk?"""
        try:
            manifest = orjson.loads(self._read(tenant, seq, MANIFEST))
        except Refused:
            return False
        return any(chunk["id"] == chunk_id for chunk in manifest["chunks"])

    def _give_up(self, tenant: str, seq: int) -> None:
        log.warning("a snapshot cannot be read any more", extra=facts(seq=seq))
        shutil.rmtree(self._place(tenant) / str(seq), ignore_errors=True)

    def _build(self, tenant: str) -> int:
        snapshot = self._store.snapshot(tenant)
        seq = int(snapshot.manifest["seq"])
        draft = self._place(tenant) / f"draft-{secrets.token_hex(8)}"
        draft.mkdir(parents=True)
        with snapshot:
            for chunk_id, content in snapshot.chunks:
                self._write(draft, tenant, seq, f"chunk {chunk_id}", content)
        self._write(draft, tenant, seq, MANIFEST, orjson.dumps(snapshot.manifest))
        try:
            draft.rename(self._place(tenant) / str(seq))
        except OSError:  # another worker built the same one first
            shutil.rmtree(draft, ignore_errors=True)
        for old in sorted(self._kept(tenant))[:-_KEPT]:
            shutil.rmtree(self._place(tenant) / str(old), ignore_errors=True)
        return seq

    def _kept(self, tenant: str) -> list[int]:
        place = self._place(tenant)
        return [int(found.name) for found in place.iterdir() if found.name.isdigit()] if place.is_dir() else []

    def _place(self, tenant: str) -> Path:
        return self._folder / hashlib.sha256(tenant.encode()).hexdigest()[:32]

    def _write(self, folder: Path, tenant: str, seq: int, name: str, content: bytes) -> None:
        nonce = secrets.token_bytes(12)
        sealed = nonce + self._seal.encrypt(nonce, content, _label(tenant, seq, name))
        (folder / _file_name(name)).write_bytes(sealed)

    def _read(self, tenant: str, seq: int, name: str) -> bytes:
        try:
            sealed = (self._place(tenant) / str(seq) / _file_name(name)).read_bytes()
            return self._seal.decrypt(sealed[:12], sealed[12:], _label(tenant, seq, name))
        except (OSError, InvalidTag) as error:
            raise Refused(404, "sync.snapshot_gone") from error


def emptied(folder: Path) -> Path:
    """The folder, new and for this user only."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if os.name == "posix":
        folder.chmod(0o700)
    return folder


def _label(tenant: str, seq: int, name: str) -> bytes:
    return f"{tenant}\n{seq}\n{name}".encode()


def _file_name(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:40]
