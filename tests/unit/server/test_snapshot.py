"""What a new desk begins with: chunks that can be fetched again, sealed on disk, gone with the hub."""

from __future__ import annotations

import gzip
import hashlib
import os
from pathlib import Path

import pytest

from app.sync.line import HubRefusal
from models.operations.protocol import Cursor
from server import snapshots
from tests.conftest import PERSONAL
from tests.support.hub import RunningHub, chunks_of


def test_a_snapshot_is_whole_and_kept(own_hub: RunningHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "STALE_AFTER", 10)
    desk = own_hub.member(own_hub.practice())
    patient = desk.stream.patient()
    desk.stream.copay(patient, desk.stream.charge(patient, 2500), 2500)
    desk.transport.push(desk.stream.batch())
    manifest = desk.transport.snapshot()
    assert manifest["seq"] == 5
    chunks = dict(chunks_of(desk.transport, manifest))
    for row in manifest["chunks"]:
        assert hashlib.sha256(chunks[row["id"]]).hexdigest() == row["sha256"]
    assert any(PERSONAL.encode() in gzip.decompress(chunk) for chunk in chunks.values())
    sealed = [path for path in (own_hub.settings.data_dir / "snapshots").rglob("*") if path.is_file()]
    assert len(sealed) == len(chunks) + 1
    for path in sealed:
        content = path.read_bytes()
        assert PERSONAL.encode() not in content
        assert not content.startswith(b"\x1f\x8b")
    if os.name == "posix":
        assert (own_hub.settings.data_dir / "snapshots").stat().st_mode & 0o077 == 0

    desk.stream.patient()
    desk.transport.push(desk.stream.batch(5))
    assert desk.transport.snapshot() == manifest  # young enough: the same one, so a download can go on
    assert dict(chunks_of(desk.transport, manifest)) == chunks
    for _ in range(10):
        desk.stream.patient()
    desk.transport.push(desk.stream.batch(6))
    newer = desk.transport.snapshot()
    assert newer["seq"] == 16
    assert dict(chunks_of(desk.transport, manifest)) == chunks  # the one before is kept too
    assert desk.transport.pull(Cursor(desk.identity.server_epoch, 16, newer["hash"])).entries == ()


def test_a_snapshot_that_is_gone(own_sqlite_hub: RunningHub) -> None:
    desk = own_sqlite_hub.member(own_sqlite_hub.practice())
    desk.stream.patient()
    desk.transport.push(desk.stream.batch())
    manifest = desk.transport.snapshot()
    for wrong in ({**manifest, "seq": 77}, {**manifest, "chunks": [{"id": "99999-nothing"}]}):
        with pytest.raises(HubRefusal) as refused:
            list(chunks_of(desk.transport, wrong))
        assert (refused.value.status, refused.value.message_key) == (404, "sync.snapshot_gone")
    own_sqlite_hub.stop()
    own_sqlite_hub.start()
    with pytest.raises(HubRefusal, match=r"sync\.snapshot_gone"):
        list(chunks_of(own_sqlite_hub.transport(desk.identity, desk.private_key), manifest))


def test_h11_a_snapshot_of_a_log_that_is_no_more_is_not_served(hub: RunningHub) -> None:
    desk = hub.member(hub.practice())
    before = desk.transport.snapshot()
    epoch = hub.store.begin_epoch(desk.identity.tenant)
    after = desk.transport.snapshot()
    assert (before["server_epoch"], after["server_epoch"]) == (desk.identity.server_epoch, epoch)
    with pytest.raises(HubRefusal, match="snapshot_gone"):
        desk.transport.chunk(before["seq"], "99999-nothing")
    assert dict(chunks_of(desk.transport, after))


def spoil(path: Path, how: str) -> None:
    """A disk that lost a file, or turned a bit in it."""
    content = path.read_bytes()
    path.unlink() if how == "lost" else path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


@pytest.mark.parametrize("how", ["lost", "turned"])
@pytest.mark.parametrize("what", ["manifest", "chunk"])
def test_a_snapshot_that_cannot_be_read_any_more_is_made_anew(
    own_sqlite_hub: RunningHub, what: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    hub = own_sqlite_hub
    desk, other = hub.member(hub.practice()), hub.member(hub.practice())
    desk.stream.patient()
    desk.transport.push(desk.stream.batch())
    manifest, others = desk.transport.snapshot(), other.transport.snapshot()
    name = "manifest" if what == "manifest" else f"chunk {manifest['chunks'][0]['id']}"
    place = snapshots.SnapshotShelf(hub.store, hub.settings.data_dir / "snapshots", bytes(32))._place(
        desk.identity.tenant
    )
    spoil(place / str(manifest["seq"]) / snapshots._file_name(name), how)
    if what == "chunk":  # the desk asks for it, is told that it is gone, and begins with the next manifest
        with pytest.raises(HubRefusal, match=r"sync\.snapshot_gone"):
            list(chunks_of(desk.transport, manifest))
    anew = desk.transport.snapshot()
    assert anew["seq"] == manifest["seq"]
    assert len(dict(chunks_of(desk.transport, anew))) == len(anew["chunks"])
    assert desk.transport.snapshot() == anew  # once
    assert dict(chunks_of(other.transport, others))  # another practice's stays as it is
    assert [record.message for record in caplog.records].count("a snapshot cannot be read any more") == 1


def test_a_chunk_nobody_promised_costs_no_snapshot(own_sqlite_hub: RunningHub) -> None:
    desk = own_sqlite_hub.member(own_sqlite_hub.practice())
    manifest = desk.transport.snapshot()
    kept = sorted((own_sqlite_hub.settings.data_dir / "snapshots").rglob("*"))
    with pytest.raises(HubRefusal, match=r"sync\.snapshot_gone"):
        desk.transport.chunk(manifest["seq"], "99999-nothing")
    assert sorted((own_sqlite_hub.settings.data_dir / "snapshots").rglob("*")) == kept
