"""Documents' bytes at the hub: taken in pieces, looked at by a virus scanner where there is one, given out to desks."""

from __future__ import annotations

import logging
import shlex
import subprocess
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from models.basics.clock import Clock
from models.basics.errors import PosError, StorageError
from models.basics.facts import facts
from models.operations.documents import CLEAN, REFUSED, UNSCANNED
from models.store.hub import HubStore
from models.store.hub_documents import NamedDocument
from models.store.vault import RECORD_BYTES, Vault
from server.refusals import Refused

log = logging.getLogger(__name__)

PIECE_BYTES = 4 * RECORD_BYTES
"""What travels at once: a signature covers it, and a broken line costs no more."""

UNNAMED_S = 45 * 86_400.0
TIDY_EVERY_S = 6 * 3600.0
SCAN_S = 300.0
SCAN_AGAIN_S = 60.0
"""So long after a scanner failed a document is not shown to it again."""


class Scanner:
    """A command that is handed a document on its standard input. Exit status 0: clean, 1: refused; anything else, and
    no answer within `patience_s`, says nothing of the document (as `clamdscan -` and `clamscan -` do)."""

    def __init__(self, command: str, patience_s: float = SCAN_S) -> None:
        self._words, self._patience_s = shlex.split(command), patience_s

    def look(self, content: bytes) -> str:
        """CLEAN or REFUSED; empty where nobody can say."""
        try:
            done = subprocess.run(self._words, input=content, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  check=False, timeout=self._patience_s)  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            log.error("scanner failed", extra=facts(error=type(error).__name__))
            return ""
        verdict = {0: CLEAN, 1: REFUSED}.get(done.returncode, "")
        if not verdict:
            log.error("scanner failed", extra=facts(status=done.returncode))
        return verdict


class DocumentKeeper:
    """What the routes about documents stand on. Thread-safe; calls block for as long as disk and database do."""

    def __init__(
        self, store: HubStore, vault: Vault, clock: Clock, log_moved: Callable[[str], None], scan_command: str = ""
    ) -> None:  # fmt: skip
        """`log_moved` is told the practice whose log has grown."""
        self._store, self.vault, self._clock, self._log_moved = store, vault, clock, log_moved
        self._scanner = Scanner(scan_command) if scan_command else None
        self._scans = ThreadPoolExecutor(1, "scan")
        self._lock = threading.Lock()
        self._at: set[tuple[str, str]] = set()
        self._failed: dict[tuple[str, str], float] = {}

    def state(self, tenant: str, document_id: str) -> dict[str, Any]:
        """How many bytes of a document are here, of how many, and what the hub has said of it. One that is all here and
        of which nothing was said yet is seen to. Raises Refused (404) for one that the log does not name (yet)."""
        known = self._named(tenant, document_id)
        came = self.vault.came(tenant, known.content_id, known.size_bytes)
        if came == known.size_bytes:
            self._see_to(tenant, known)
        return {"have": came, "size": known.size_bytes, "verdict": known.verdict}

    def put(self, tenant: str, document_id: str, start: int, data: bytes) -> dict[str, Any]:
        """Add a piece behind the first `start` bytes and say how many are here now; another number than `start` adds
        nothing. Raises Refused: 404 as `state`, 422 for a piece that is torn or too long or is not what was named."""
        known = self._named(tenant, document_id)
        ends = start + len(data) == known.size_bytes
        if not data or start % RECORD_BYTES or start + len(data) > known.size_bytes or (
            not ends and len(data) % RECORD_BYTES
        ):  # fmt: skip
            raise Refused(422, "documents.piece_wrong")
        try:
            came = self.vault.add(tenant, known.content_id, known.size_bytes, start, data)
        except StorageError as error:
            if error.message_key == "documents.damaged":
                raise Refused(422, "documents.damaged") from error
            raise
        if came == known.size_bytes:
            self._see_to(tenant, known)
        return {"have": came, "size": known.size_bytes, "verdict": known.verdict}

    def read(self, tenant: str, document_id: str, start: int) -> bytes:
        """The next piece of a document from `start` on. Raises Refused: 404 where it is not here, 409 while nobody has
        looked at it or when it was held back."""
        known = self._named(tenant, document_id)
        if known.verdict not in (CLEAN, UNSCANNED):
            raise Refused(409, "documents.held_back" if known.verdict else "documents.waiting")
        if start % RECORD_BYTES or start >= known.size_bytes:
            raise Refused(422, "documents.piece_wrong")
        try:
            return b"".join(self.vault.read(tenant, known.content_id, start, PIECE_BYTES))
        except StorageError as error:
            if error.message_key == "documents.damaged":  # a desk that has it may bring it again
                log.error("document damaged", extra=facts(document=document_id))
                with suppress(StorageError):
                    self.vault.forget(tenant, known.content_id)
            raise Refused(404, "documents.not_here") from error

    def whole(self, tenant: str, document_id: str) -> bytes:
        """All of a document. Raises Refused as `read`."""
        known, parts, have = self._named(tenant, document_id), list[bytes](), 0
        while have < known.size_bytes:
            parts.append(self.read(tenant, document_id, have))
            have += len(parts[-1])
        return b"".join(parts)

    def missing(self, tenant: str, ids: Collection[str]) -> list[str]:
        """Which of these documents the log names while their bytes are not here."""
        named = self._store.documents.named(tenant, ids)
        return [each.document_id for each in named.values()
                if not each.removed_at and not self.vault.has(tenant, each.content_id)]  # fmt: skip

    def tidy(self) -> int:
        """Take off the disk what was taken out of every list of every practice, and what nothing has named for as long
        as desks keep what they sent. Returns how many files went."""
        listed: list[tuple[str, str]] = []
        gone: list[tuple[str, str]] = []
        for tenant in self._store.tenants():
            listed += [(tenant, content_id) for content_id, _ in self._store.documents.contents(tenant)]
            gone += [(tenant, content_id) for content_id in self._store.documents.taken_out(tenant)]
        return self.vault.sweep(listed, gone, self._clock.now().timestamp() - UNNAMED_S)

    def close(self) -> None:
        """Let the scan under way end, and begin no other."""
        self._scans.shutdown(cancel_futures=True)

    # Inside ---------------------------------------------------------------------------------------------------------

    def _named(self, tenant: str, document_id: str) -> NamedDocument:
        known = self._store.documents.named(tenant, [document_id]).get(document_id)
        if known is None or known.removed_at:
            raise Refused(404, "documents.not_named")
        return known

    def _see_to(self, tenant: str, known: NamedDocument) -> None:
        """All of it is here: say so, once a scanner has looked at it where there is one."""
        if known.verdict:
            return
        if self._scanner is None:
            self._keep(tenant, known.document_id, UNSCANNED)
            return
        name, now_s = (tenant, known.document_id), self._clock.monotonic()
        with self._lock:
            if name in self._at or now_s - self._failed.get(name, now_s - SCAN_AGAIN_S) < SCAN_AGAIN_S:
                return
            self._at.add(name)
        with suppress(RuntimeError):  # the hub ends: it is looked at when it runs again
            self._scans.submit(self._scan, self._scanner, tenant, known)

    def _scan(self, scanner: Scanner, tenant: str, known: NamedDocument) -> None:
        name = (tenant, known.document_id)
        try:
            verdict = scanner.look(b"".join(self.vault.read(tenant, known.content_id)))
            if verdict:
                self._keep(tenant, known.document_id, verdict)
            else:
                self._failed[name] = self._clock.monotonic()
        except PosError as error:
            log.error("document not looked at", extra=facts(document=known.document_id, key=error.message_key))
            self._failed[name] = self._clock.monotonic()
        finally:
            with self._lock:
                self._at.discard(name)

    def _keep(self, tenant: str, document_id: str, verdict: str) -> None:
        if self._store.documents.keep(tenant, document_id, verdict):
            self._log_moved(tenant)
