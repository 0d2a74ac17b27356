"""Documents beside a patient, a payment or a request (S2-13): put in, listed, looked at, copied out, taken away.

What a file is, is told by what is in it. Its bytes lie encrypted beside the store before the log names them, so a
document that is listed is never half there; the courier carries them to the hub and from it.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.clinic import Clinic
from app.document_views import DocumentItem, DocumentList, Preview
from app.lanes import Job, Progress
from app.refusals import need
from app.sync.documents import DocumentCourier
from app.views import Person
from models.basics.errors import RuleBroken, StorageError
from models.basics.facts import facts
from models.basics.ids import new_id
from models.operations.documents import CLEAN, REFUSED, DocumentAdd, DocumentRemove
from models.rules.documents import HEAD_BYTES, LARGEST_BYTES, MEDIA, PDF, media_type_of, shown_name, size_words
from models.rules.rights import Right
from models.store.queries import documents, rows, staff
from models.store.queries.documents import DocumentRow
from models.store.vault import RECORD_BYTES, Vault

log = logging.getLogger(__name__)

PIECE_BYTES = 4 * RECORD_BYTES
MOST_PAGES = 12
"""Pages of a PDF that are shown; all of them are in a copy."""
PAGE_DOTS = 1_600
"""The longer edge of a page that is shown."""
LARGEST_IMAGE = 100_000_000
"""Dots of a picture that is shown; more would fill the memory of a small computer."""


class KeptDocuments:
    """`view` on the `reads` lane, everything else on `documents`: files are large, and other computers slow."""

    def __init__(self, clinic: Clinic, vault: Vault, courier: DocumentCourier, online: Callable[[], bool]) -> None:
        self._clinic, self._vault, self._courier, self._online = clinic, vault, courier, online

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call when something on its way has moved, on any thread; the answer ends it."""
        return self._courier.subscribe(callback)

    def view(self, patient_id: str, subject_id: str = "", person: Person | None = None) -> DocumentList:
        """What lies beside a patient, or beside one payment or request of theirs."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            found = documents.of_person(reader, clinic.tenant, patient_id, subject_id)
            about = documents.about(reader, clinic.tenant, sorted({each.subject_id for each in found} - {""}))
            names = staff.staff_names(reader, clinic.tenant)
        return DocumentList(patient_id, subject_id, tuple(self._item(each, about, names, person) for each in found))

    def add(
        self, path: Path, patient_id: str, subject_id: str, person: Person, job: Job[DocumentList] | None = None
    ) -> DocumentList:
        """Put a file in: read, encrypted and on the disk before it is named. Needs the right for payments.

        Raises RuleBroken, nothing kept: `staff.right_missing`, `documents.not_readable`, `documents.empty`,
        `documents.too_large`, `documents.type_unknown`, `documents.known_already` (the same bytes lie there),
        `documents.changed` (somebody wrote into it meanwhile), `collect.patient_gone`; StorageError `store.disk_full`,
        `documents.not_written`.
        """
        need(Right.PAYMENTS, person)
        clinic = self._clinic
        content_id, size, media_type = _look_into(path)
        with clinic.store.reader() as reader:
            if rows.person(reader, clinic.tenant, patient_id) is None:
                raise RuleBroken("collect.patient_gone")
            listed = documents.of_person(reader, clinic.tenant, patient_id, subject_id)
            if any(each.content_id == content_id and each.subject_id == subject_id for each in listed):
                raise RuleBroken("documents.known_already")
        self._take_in(path, content_id, size, job)
        self._name(content_id, size, media_type, _plain_name(path), patient_id, subject_id, person)
        return self.view(patient_id, subject_id, person)

    def keep(self, content: bytes, name: str, patient_id: str, subject_id: str, person: Person) -> str:
        """Put in a PDF that was made here, and say which document it is; one that is there already stays as it is.
        Needs the right for payments.

        Raises RuleBroken `staff.right_missing`, StorageError `store.disk_full`, `documents.not_written`; nothing was
        kept then.
        """
        need(Right.PAYMENTS, person)
        clinic, content_id = self._clinic, hashlib.sha256(content).hexdigest()
        with clinic.store.reader() as reader:
            listed = documents.of_person(reader, clinic.tenant, patient_id, subject_id)
        known = next((each.document_id for each in listed if each.content_id == content_id), "")
        if known:
            return known
        have = self._vault.came(clinic.tenant, content_id, len(content))
        self._vault.add(clinic.tenant, content_id, len(content), have, content[have:])
        return self._name(content_id, len(content), PDF, name, patient_id, subject_id, person)

    def added_on(self, document_id: str) -> str:
        """The clinic's day (ISO) on which a document was put in. Raises RuleBroken `documents.gone`."""
        return self._clinic.local(self._row(document_id).added_at).date().isoformat()

    def look(self, document_id: str, job: Job[Any] | None = None) -> Preview:
        """A document to look at; fetched from the hub where it is not here yet.

        Raises RuleBroken `documents.gone`, `documents.waiting`, `documents.held_back`, `documents.not_here`,
        `documents.unreadable` (damaged, or locked by a password); SyncLater without a line; StorageError.
        """
        row = self._row(document_id)
        content = b"".join(self._content(row, job))
        item = self._item(row, {}, {}, None)
        if row.media_type != PDF:
            return Preview(item, image=content)
        from receipts.layouts.pictures import PdfUnreadable, first_pages

        try:
            pages, count = first_pages(content, MOST_PAGES, PAGE_DOTS)
        except PdfUnreadable as error:
            raise RuleBroken("documents.unreadable") from error
        return Preview(item, pages, count)

    def content(self, document_id: str, job: Job[Any] | None = None) -> Iterator[bytes]:
        """The bytes of a document as it was put in, piece by piece. Raises as `look`."""
        return self._content(self._row(document_id), job)

    def save_copy(self, document_id: str, path: Path, job: Job[Any] | None = None) -> Path:
        """Write a document, as it was put in, where somebody wants it: whole or not at all, for this user alone. Raises
        as `look`, and StorageError `export.not_written`, `store.disk_full`."""
        row = self._row(document_id)
        new = path.with_name(f".{path.name}.{os.getpid()}.part"[-200:])
        try:
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                for record in self._content(row, job):
                    file.write(record)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, path)
        except OSError as error:
            raise StorageError("export.not_written", reason=error.strerror or "") from error
        finally:
            with suppress(OSError):
                new.unlink()
        log.info("document copied out", extra=facts(document=document_id))
        return path

    def remove(
        self, document_id: str, reason: str, person: Person, supervisor: Person | None = None
    ) -> DocumentList:  # fmt: skip
        """Take a document out of the list, for good. Who put it in today may; later or another's needs the right for
        billing. Raises RuleBroken `staff.right_missing`, `documents.gone`, `documents.reason_missing`."""
        clinic = self._clinic
        words = " ".join(reason.split())[:200]
        if not words:
            raise RuleBroken("documents.reason_missing", field="reason")
        row = self._row(document_id)
        lender = need(Right.PAYMENTS if self._is_mine(row, person) else Right.BILLING, person, supervisor)
        body = DocumentRemove(document_id=document_id, patient_id=row.patient_id, reason=words)
        with clinic.store.write() as tx:
            tx.record(body, person_id=person.staff_id, business_date=clinic.today().isoformat(), supervisor=lender)
        log.info("document taken out", extra=facts(document=document_id, staff=person.staff_id))
        return self.view(row.patient_id, row.subject_id, person)

    # Inside ---------------------------------------------------------------------------------------------------------

    def _row(self, document_id: str) -> DocumentRow:
        with self._clinic.store.reader() as reader:
            row = documents.document(reader, self._clinic.tenant, document_id)
        if row is None or row.removed_at:
            raise RuleBroken("documents.gone")
        return row

    def _name(self, content_id: str, size: int, media_type: str, name: str, patient_id: str, subject_id: str,
              person: Person) -> str:  # fmt: skip
        """Its bytes are on the disk: list it, under the id that is returned."""
        body = DocumentAdd(
            document_id=new_id(), patient_id=patient_id, subject_id=subject_id, content_id=content_id, size_bytes=size,
            media_type=media_type, name=shown_name(name, media_type),
        )  # fmt: skip
        with self._clinic.store.write() as tx:
            tx.record(body, person_id=person.staff_id, business_date=self._clinic.today().isoformat())
        log.info("document added", extra=facts(document=body.document_id, staff=person.staff_id))
        return body.document_id

    def _take_in(self, path: Path, content_id: str, size: int, job: Job[Any] | None) -> None:
        """Encrypt a file piece by piece; one that was begun and not ended is gone on with."""
        tenant = self._clinic.tenant
        have = self._vault.came(tenant, content_id, size)
        try:
            with open(path, "rb") as file:
                while have < size:
                    file.seek(have)
                    _report(job, "documents.taking_in", have, size)
                    data = file.read(PIECE_BYTES)
                    if not data or (len(data) % RECORD_BYTES and have + len(data) != size):
                        raise RuleBroken("documents.changed")
                    have = self._vault.add(tenant, content_id, size, have, data)
        except OSError as error:
            raise RuleBroken("documents.not_readable") from error
        except StorageError as error:
            if error.message_key == "documents.damaged":  # not what was read a moment ago
                raise RuleBroken("documents.changed") from error
            raise

    def _content(self, row: DocumentRow, job: Job[Any] | None) -> Iterator[bytes]:
        """The bytes of a document. One that decayed here is fetched anew where the hub has it."""
        tenant = self._clinic.tenant
        if row.verdict == REFUSED:
            raise RuleBroken("documents.held_back")
        if self._vault.has(tenant, row.content_id):
            try:
                self._vault.check(tenant, row.content_id)
            except StorageError:
                if not row.verdict:
                    raise
                log.error("document damaged", extra=facts(document=row.document_id))
                self._vault.forget(tenant, row.content_id)
        if not self._vault.has(tenant, row.content_id):
            self._courier.fetch(row, lambda have: _report(job, "documents.fetching", have, row.size_bytes))
        yield from self._vault.read(tenant, row.content_id)

    def _item(
        self, row: DocumentRow, about: dict[str, str], names: dict[str, str], person: Person | None
    ) -> DocumentItem:
        state, part, why = self._state(row)
        return DocumentItem(
            row.document_id, row.name, MEDIA[row.media_type].words, size_words(row.size_bytes), row.media_type,
            self._clinic.local(row.added_at), names.get(row.actor, ""), about.get(row.subject_id, ""), state, part, why,
            person is not None and self._is_mine(row, person),
        )  # fmt: skip

    def _state(self, row: DocumentRow) -> tuple[str, float, str]:
        """What became of the bytes, how much of them is sent, and why the hub does not take them."""
        if row.verdict:
            return ("clean" if row.verdict == CLEAN else row.verdict), 1.0, ""
        if not self._vault.has(self._clinic.tenant, row.content_id):
            return "coming", 0.0, ""
        now = self._courier.carrying(row.document_id)
        if now is not None and now.refused:
            return "not_taken", 0.0, now.refused
        part = now.sent_bytes / now.size_bytes if now is not None else 0.0
        if not self._online():
            return "waiting", part, ""
        return ("checking" if part >= 1 else "sending"), part, ""

    def _is_mine(self, row: DocumentRow, person: Person) -> bool:
        today = self._clinic.local(row.added_at).date() == self._clinic.now().date()
        return row.actor == person.staff_id and today


def _look_into(path: Path) -> tuple[str, int, str]:
    """The SHA-256 of a file, its size, and what it is. Raises RuleBroken as `KeptDocuments.add`."""
    found, size, head = hashlib.sha256(), 0, b""
    try:
        if not path.is_file():
            raise RuleBroken("documents.not_readable")
        with open(path, "rb") as file:
            while data := file.read(PIECE_BYTES):
                head = head or data[:HEAD_BYTES]
                size += len(data)
                if size > LARGEST_BYTES:
                    raise RuleBroken("documents.too_large", limit_mb=LARGEST_BYTES >> 20)
                found.update(data)
    except OSError as error:
        raise RuleBroken("documents.not_readable") from error
    if not size:
        raise RuleBroken("documents.empty")
    media_type = media_type_of(head)
    if not media_type:
        raise RuleBroken("documents.type_unknown")
    return found.hexdigest(), size, media_type


def _plain_name(path: Path) -> str:
    """A file's name as text, also where its bytes are none."""
    return path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _report(job: Job[Any] | None, step: str, done: int, total: int) -> None:
    if job is not None:
        job.report(Progress(step, done, total))
