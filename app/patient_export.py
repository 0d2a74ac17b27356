"""Everything that is known of a patient as one file they can take along (S4-02): record, account, papers, documents.

A ZIP of tables for programs (CSV, JSON) and of papers for people (PDF), with a list of what lies in it. It is written
whole or not at all, for this user alone; its name says nothing of the patient. Before it is there, the log says who
made it.
"""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO

import orjson

from app.accounts import Accounts
from app.clinic import Clinic
from app.consents import Consents
from app.contacts import Contacts
from app.lanes import Job, Progress
from app.list_views import Exported
from app.message_lines import message_line
from app.notes import Notes
from app.papers import Papers
from app.patient_tables import TABLES, Known
from app.plan_lists import PlanLists
from app.refusals import need
from app.saving import private_file
from app.statements import Covers, Statements
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.facts import facts
from models.basics.ids import new_id
from models.operations.codec import to_json
from models.operations.privacy import PatientExported
from models.operations.records import Patient
from models.rules.people import display_name
from models.rules.rights import Right
from models.store.queries import messages, people, recorded, rows
from models.store.queries.records import StoredRecords
from receipts.attachments import pdf_of_document

if TYPE_CHECKING:
    from app.document_views import DocumentItem
    from app.kept_documents import KeptDocuments

log = logging.getLogger(__name__)

WHOLE_LOG = 1_000_000
"""Acts of the log that go along: all of them."""


@dataclass
class _Archive:
    """The file while it is made: its parts, and what the list of contents will say of them."""

    clinic: Clinic
    zip: zipfile.ZipFile
    job: Job[Exported]
    total: int
    contents: list[tuple[str, str]] = field(default_factory=list)

    @contextmanager
    def part(self, name: str, told: str) -> Iterator[IO[bytes]]:
        """One file of it. Raises RuleBroken `export.stopped` where the job was cancelled."""
        if self.job.cancelled:
            raise RuleBroken("export.stopped")
        self.job.report(Progress("export.saving", len(self.contents), self.total))
        made = zipfile.ZipInfo(name, self.clinic.now().timetuple()[:6])
        made.compress_type, made.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
        with self.zip.open(made, "w") as file:
            yield file
        self.contents.append((name, told))

    def left_out(self, name: str, why: str) -> None:
        """What is on record and does not go along."""
        self.contents.append((name, why))


class PatientExport:
    """Lane `documents`: papers are made one by one, and files may have to be fetched from the hub."""

    def __init__(
        self, clinic: Clinic, accounts: Accounts, papers: Papers, statements: Statements, consents: Consents,
        documents: Callable[[], KeptDocuments],
    ) -> None:  # fmt: skip
        self._clinic, self._accounts, self._papers, self._statements = clinic, accounts, papers, statements
        self._consents, self._documents = consents, documents

    def file_name(self) -> str:
        """What the file is called unless somebody says otherwise: `patient-record-2026-05-14.zip`, nobody's name."""
        return f"patient-record-{self._clinic.today().isoformat()}.zip"

    def whose(self, patient_id: str) -> str:
        """The patient by name. Raises RuleBroken `collect.patient_gone`. Lane `reads`."""
        with self._clinic.store.reader() as reader:
            person = rows.person(reader, self._clinic.tenant, patient_id)
        if person is None:
            raise RuleBroken("collect.patient_gone")
        return display_name(family=person.family, given=person.given, suffix=person.suffix)

    def export(
        self, patient_id: str, path: Path, person: Person, job: Job[Exported], supervisor: Person | None = None
    ) -> Exported:  # fmt: skip
        """Write all of a patient into `path`; `rows` of the answer are its parts. `supervisor` lends the right.

        Raises RuleBroken `staff.right_missing`, `collect.patient_gone`, `export.stopped`, what a document of theirs
        raises (`documents.not_here`, …; SyncLater without a line), StorageError `export.not_written`. Nothing was saved
        then, a file that was there is as it was, and the log says nothing.
        """
        lender = need(Right.EXPORT, person, supervisor)
        known, documents = self._read(patient_id, person)
        patient_id = known.account.patient.patient_id
        with private_file(path) as file:
            parts = self._write(file, patient_id, known, documents, job)
            size = file.tell()
            self._note(patient_id, parts, size, person, lender)
        log.info("exported", extra=facts(list="patient", rows=parts, kind="zip", staff=person.staff_id,
                                         lender=lender or None))  # fmt: skip
        return Exported(parts, path.name)

    # Inside -----------------------------------------------------------------------------------------------------------

    def _read(self, patient_id: str, person: Person) -> tuple[Known, tuple[DocumentItem, ...]]:
        clinic, tenant = self._clinic, self._clinic.tenant
        account = self._accounts.ledger(patient_id, log_length=WHOLE_LOG)
        patient_id = account.patient.patient_id
        with clinic.store.reader() as reader:
            mine = people.records(reader, tenant, patient_id)
            sent = tuple(message_line(clinic, row) for row in messages.of_patients(reader, tenant, mine))
        known = Known(account, PlanLists(clinic).history(patient_id), Notes(clinic).view(patient_id).items, sent,
                      self._consents.view(patient_id).lines)  # fmt: skip
        return known, self._documents().view(patient_id, "", person).items

    def _write(
        self, file: BinaryIO, patient_id: str, known: Known, documents: tuple[DocumentItem, ...], job: Job[Exported]
    ) -> int:  # fmt: skip
        papers = tuple(self._names(known))
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
            total = len(TABLES) + len(papers) + len(documents) + 2
            archive = _Archive(self._clinic, made, job, total)
            with archive.part("patient.json", "Name, address, insurance, family, contacts") as part:
                part.write(self._record(patient_id, known))
            self._account_paper(archive, patient_id)
            for table in TABLES:
                with archive.part(f"{table.name}.csv", table.told) as part:
                    _write_csv(part, table.columns, table.rows(known))
            for name, title, at in papers:
                with archive.part(at, title) as part:
                    part.write(pdf_of_document(self._papers.document(name)))
            self._write_documents(archive, documents, job)
            parts = len(archive.contents)
            with archive.part("contents.csv", "") as part:
                _write_csv(part, (("File", False), ("What it is", False)), archive.contents[:])
        return parts + 1

    def _account_paper(self, archive: _Archive, patient_id: str) -> None:
        """The whole account on paper, as a statement would tell it; none where nothing was ever charged."""
        draft = self._statements.draft(patient_id, covers=Covers.ALL)
        if draft.empty:
            return
        with archive.part("the-account.pdf", "The account on paper: every visit with charges") as part:
            part.write(pdf_of_document(draft.document))

    def _names(self, known: Known) -> Iterator[tuple[str, str, str]]:
        """(name, title, place in the file) of every paper of the account."""
        for line in known.account.documents:
            folder = "statements" if line.kind == "statement" else "receipts"
            yield line.key, line.title, f"{folder}/{line.kind}-{_plain(line.number) or _plain(line.source_id)}.pdf"
        for plan in known.account.plans:
            if plan.plan_id:
                yield f"agreement:{plan.plan_id}", "Payment agreement", f"agreements/plan-{_plain(plan.number)}.pdf"

    def _write_documents(self, archive: _Archive, documents: Iterable[DocumentItem], job: Job[Exported]) -> None:
        for number, item in enumerate(documents, 1):
            at = f"documents/{number:03d}-{_file_name(item.name)}"
            told = ", ".join(part for part in (item.kind, item.name, f"{item.at:%Y-%m-%d}", item.about) if part)
            if item.state == "refused":
                archive.left_out(at, f"{told}: left out, the virus scan refused it")
                continue
            with archive.part(at, told) as part:
                for piece in self._documents().content(item.document_id, job):
                    part.write(piece)

    def _record(self, patient_id: str, known: Known) -> bytes:
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.reader() as reader:
            stored = StoredRecords(reader, tenant)
            mine = people.records(reader, tenant, patient_id)
            patients = [recorded.one(reader, tenant, Patient, each) for each in mine]
            coverages = [cover for each in mine for cover in stored.coverages_of(each)]
        contacts = Contacts(clinic).view(patient_id).contacts
        family = [{"name": each.patient.name, "guarantor": each.is_guarantor} for each in known.account.family]
        said: dict[str, Any] = {
            "practice": to_json(clinic.practice), "made_at": clinic.now().isoformat(timespec="seconds"),
            "patient": [to_json(each) for each in patients if each is not None],
            "insurance": [to_json(each) for each in coverages],
            "family": family, "alternate_contacts": [to_json(each) for each in contacts],
        }  # fmt: skip
        return orjson.dumps(said, option=orjson.OPT_INDENT_2)

    def _note(self, patient_id: str, parts: int, size: int, person: Person, lender: str) -> None:
        body = PatientExported(export_id=new_id(), patient_id=patient_id, parts=parts, size_bytes=size)
        with self._clinic.store.write() as tx:
            tx.record(body, person_id=person.staff_id, business_date=self._clinic.today().isoformat(),
                      supervisor=lender)  # fmt: skip


def _write_csv(file: IO[bytes], columns: Iterable[tuple[str, bool]], rows: Iterable[tuple[str | int, ...]]) -> None:
    import io

    from exchange.sheets import Column, Sheet, write_csv

    whole = io.BytesIO()
    write_csv(Sheet("", tuple(Column(name, money=money) for name, money in columns), rows), whole)
    file.write(whole.getvalue())


def _plain(text: str) -> str:
    """What of a number may stand in a file's name anywhere."""
    return "".join(sign for sign in text if sign.isalnum() or sign in "-_")


def _file_name(name: str) -> str:
    """A document's own name without what another computer could take for a folder or a command."""
    return "".join(sign if sign.isalnum() or sign in " .-_()" else "_" for sign in name).strip(" .")[:100] or "document"
