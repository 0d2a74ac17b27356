"""Carries documents' bytes between this desk and the hub, beside the log: in the background up, when asked for down.

What waits is nowhere written down: it is what the log names, what lies here, and of which the hub has not said that it
has it. So nothing is forgotten when the desk dies in the middle, and a hub that lost its folder gets it back.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from app.sync.pace import Backoff, Pace, Wake
from models.basics.errors import RuleBroken, StorageError, SyncError, SyncLater, SyncRefused
from models.basics.facts import facts
from models.store.desk import DeskStore
from models.store.queries import documents
from models.store.queries.documents import DocumentRow
from models.store.rows import Change
from models.store.vault import RECORD_BYTES, Vault

if TYPE_CHECKING:  # what speaks HTTP is loaded behind the first screen
    from app.sync.transport import HubTransport

log = logging.getLogger(__name__)

PIECE_BYTES = 4 * RECORD_BYTES
ASK_IDS = 500
TIDY_EVERY_S = 6 * 3600.0
UNNAMED_S = 45 * 86_400.0
"""So long a file is kept that nothing names: as long as desks keep what they sent."""
_BYTES = "application/octet-stream"


class DocumentLine:
    """What a desk asks of its hub about documents. Every call raises SyncLater or SyncRefused."""

    def __init__(self, transport: HubTransport) -> None:
        self._transport = transport

    def came(self, document_id: str) -> int:
        """How many bytes of a document the hub has. One that is whole is seen to by that."""
        return self._have(self._transport.exchange("GET", f"/v1/documents/{document_id}"))

    def put(self, document_id: str, start: int, data: bytes) -> int:
        """Send a piece; how many bytes the hub has now, which need not be more."""
        target = f"/v1/documents/{document_id}?from={start}"
        return self._have(self._transport.exchange("PUT", target, data, sent=_BYTES))

    def read(self, document_id: str, start: int) -> bytes:
        """The next piece of a document."""
        target = f"/v1/documents/{document_id}/bytes?from={start}"
        return self._transport.exchange("GET", target, wanted=_BYTES)

    def missing(self, ids: Sequence[str]) -> list[str]:
        """Which of these the hub lacks."""
        told = _plain(self._transport.exchange("POST", "/v1/documents/missing", orjson.dumps(ids))).get("missing")
        if not isinstance(told, list):
            raise SyncLater("sync.garbled")
        return [str(each) for each in told]

    def _have(self, body: bytes) -> int:
        have = _plain(body).get("have")
        if type(have) is not int:
            raise SyncLater("sync.garbled")
        return have


def _plain(body: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SyncLater("sync.garbled") from error
    if not isinstance(told, dict):
        raise SyncLater("sync.garbled")
    return told


@dataclass(frozen=True, slots=True)
class Carrying:
    """How far a document is on its way: `sent_bytes` of `size_bytes`. `refused` is why the hub will not take it."""

    sent_bytes: int
    size_bytes: int
    refused: str = ""


class DocumentCourier:
    """Sends what waits, one document after another, on a thread of its own; fetches on the caller's. Any thread."""

    def __init__(self, store: DeskStore, vault: Vault, pace: Pace | None = None) -> None:
        self._store, self.vault, self._pace = store, vault, pace or Pace()
        self._line: DocumentLine | None = None
        self._wake, self._closing = Wake(), threading.Event()
        self._thread: threading.Thread | None = None
        self._under_way: dict[str, Carrying] = {}
        self._callbacks: list[Callable[[], None]] = []
        self._shown_to, self._tidy_at_s = "", 0.0
        self._unsubscribe: Callable[[], None] = lambda: None

    def connect(self, transport: HubTransport) -> None:
        """From now on this line is used."""
        self._line = DocumentLine(transport)
        if self._thread is None:
            self._unsubscribe = self._store.subscribe(self._changed)
            self._thread = threading.Thread(target=self._keep, name="sync-documents", daemon=True)
            self._thread.start()
        self._wake.urge()

    def nudge(self) -> None:
        """Try now: the line came back, or a person asked."""
        self._wake.urge()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End. The line is broken off by whoever owns it; what was not sent is sent next time."""
        self._closing.set()
        self._unsubscribe()
        self._wake.urge()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def carrying(self, document_id: str) -> Carrying | None:
        """How far a document is; None when it is not on its way."""
        return self._under_way.get(document_id)

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call when something about what is on its way differs, on the courier's thread; the answer ends it."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    def fetch(self, row: DocumentRow, told: Callable[[int], None] = lambda _bytes: None) -> None:
        """Bring a document's bytes here, going on where an earlier try ended; `told` hears how many there are.

        Raises SyncLater (no line, or it broke: what came is kept), RuleBroken `documents.waiting`,
        `documents.held_back` or `documents.not_here` with the hub's word, StorageError when they cannot be written.
        """
        line, tenant = self._line, self._store.tenant
        if line is None:
            raise SyncLater("sync.hub_unreachable")
        have = self.vault.came(tenant, row.content_id, row.size_bytes)
        while have < row.size_bytes:
            told(have)
            try:
                data = line.read(row.document_id, have)
            except SyncRefused as refusal:
                if refusal.message_key in ("documents.waiting", "documents.held_back", "documents.not_here"):
                    raise RuleBroken(refusal.message_key) from refusal
                raise
            if not data:
                raise SyncLater("sync.garbled")
            have = self.vault.add(tenant, row.content_id, row.size_bytes, have, data)

    # The background -------------------------------------------------------------------------------------------------

    def _changed(self, change: Change) -> None:
        if change.everything or "document" in change.topics:
            self._wake.work()

    def _keep(self) -> None:
        backoff = Backoff(self._pace)
        while not self._closing.is_set():
            try:
                self._show_all()
                self._tidy()
                waiting = self._send_all()
                backoff.reset()
            except (SyncError, StorageError) as error:
                log.info("documents wait", extra=facts(cause=error.message_key))
                self._wake.pause(backoff.next_s())
                continue
            except Exception as error:  # a bug must not end the courier
                log.exception("documents failed", extra=facts(error=type(error).__name__))
                self._wake.pause(backoff.next_s(self._pace.first_s))
                continue
            if not self._closing.is_set():
                self._wake.idle(self._pace.watch_s if waiting else self._pace.longest_s)

    def _show_all(self) -> None:
        """Once with each life of the hub's log: what it says it has and has not is brought again. All that lies here is
        asked about: a document that the log tells of meanwhile must not fall between this and what waits."""
        epoch, line = self._store.cursor().server_epoch, self._line
        if epoch == self._shown_to or line is None:
            return
        with self._store.reader() as reader:
            known = documents.listed(reader, self._store.tenant)
        here = [each for each in known if self.vault.has(self._store.tenant, each.content_id)]
        for at in range(0, len(here), ASK_IDS):
            part = {each.document_id: each for each in here[at : at + ASK_IDS]}
            for document_id in line.missing(list(part)):
                if document_id in part:
                    self._send(line, part[document_id])
        self._shown_to = epoch

    def _tidy(self) -> None:
        """Now and then: what was taken out of every list is taken off the disk, and what nobody ever named."""
        now_s = time.monotonic()
        if now_s < self._tidy_at_s:
            return
        self._tidy_at_s = now_s + TIDY_EVERY_S
        tenant = self._store.tenant
        with self._store.reader() as reader:
            listed = [(tenant, content_id) for content_id, _ in documents.contents(reader, tenant)]
            gone = [(tenant, content_id) for content_id in documents.taken_out(reader, tenant)]
        away = self.vault.sweep(listed, gone, time.time() - UNNAMED_S)
        if away:
            log.info("documents cleared away", extra=facts(files=away))

    def _send_all(self) -> int:
        """Send what waits; how many of it wait on."""
        line, tenant = self._line, self._store.tenant
        if line is None:
            return 0
        with self._store.reader() as reader:
            rows = documents.not_kept(reader, tenant)
        mine = [each for each in rows if self.vault.has(tenant, each.content_id)]
        gone = self._under_way.keys() - {each.document_id for each in mine}
        for document_id in gone:
            del self._under_way[document_id]
        for row in mine:
            if self._closing.is_set():
                break
            self._send(line, row)
        return len(mine)

    def _send(self, line: DocumentLine, row: DocumentRow) -> None:
        """One document to its end. What the hub does not know yet waits for the log; what it will not take is told."""
        try:
            have = line.came(row.document_id)
            while have < row.size_bytes and not self._closing.is_set():
                self._tell(row, Carrying(have, row.size_bytes))
                data = b"".join(self.vault.read(self._store.tenant, row.content_id, have, PIECE_BYTES))
                have = line.put(row.document_id, have, data)
            self._tell(row, Carrying(have, row.size_bytes))
        except SyncRefused as refusal:
            if refusal.message_key == "documents.not_named":
                return
            log.warning("document not taken", extra=facts(document=row.document_id, key=refusal.message_key))
            self._tell(row, Carrying(0, row.size_bytes, refusal.message_key))
        except StorageError as error:  # not the line's fault: the others go on
            if error.message_key not in ("documents.damaged", "documents.not_here"):
                raise
            log.error("document cannot be read", extra=facts(document=row.document_id, key=error.message_key))
            self._tell(row, Carrying(0, row.size_bytes, error.message_key))

    def _tell(self, row: DocumentRow, now: Carrying) -> None:
        if self._under_way.get(row.document_id) != now:
            self._under_way[row.document_id] = now
            for callback in list(self._callbacks):
                callback()


__all__ = ["Carrying", "DocumentCourier", "DocumentLine"]
