"""Statements: what a patient or a family owes for which visits; previewed, kept to the word, printed again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import orjson

from app.account_views import LedgerView, VisitLine
from app.accounts import Accounts
from app.basis import Basis, only_once, still_so
from app.clinic import Clinic
from app.family import short_names
from app.refusals import need
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.operations.bodies import StatementIssued, StatementLine
from models.rules.people import display_name
from models.rules.rights import Right
from models.store.queries import ledger, recorded
from models.store.queries.records import StoredRecords
from receipts.compose import clinic_block
from receipts.statement import StatementDocument, StatementItem

DUE_DAYS = (14, 21, 30)
"""How many days somebody may be given to pay; the middle one unless another is chosen."""


class Covers(StrEnum):
    """Which visits a statement lists: those something is owed for, or all with charges."""

    OPEN = "open"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class StatementDraft:
    """A statement before it is issued: `document` has no number yet. `statement_id` is made here, once, so that a
    second Enter issues nothing twice; `seen` is what the person was looking at; `in_family`: the patient has one."""

    statement_id: str
    patient_id: str
    document: StatementDocument
    seen: tuple[Basis, ...]
    in_family: bool = False

    @property
    def empty(self) -> bool:
        """Is there nothing to list?"""
        return not self.document.items


class Statements:
    """Makes and finds statements. `draft` and `document` on the `reads` lane, `issue` on `store`."""

    def __init__(self, clinic: Clinic, accounts: Accounts) -> None:
        self._clinic, self._accounts = clinic, accounts

    def draft(
        self, patient_id: str, *, whole_family: bool = False, covers: Covers = Covers.OPEN, due_days: int = DUE_DAYS[1]
    ) -> StatementDraft:
        """What a statement would say now. It goes to who gets the bill: the guarantor, for one patient as for a whole
        family. Raises RuleBroken `collect.patient_gone`."""
        view = self._accounts.ledger(patient_id, whole_family=whole_family, log_length=0)
        patient_id = view.patient.patient_id  # the record the person goes by
        members = view.family if view.whole_family else ()
        addressee = next((each.patient.patient_id for each in view.family if each.is_guarantor), patient_id)
        about = addressee if members else patient_id
        today = self._clinic.today()
        document = self._document(
            about, issued_on=today, due_on=(today + timedelta(days=due_days)).isoformat(),
            items=tuple(_items(view, covers, addressee)), balance_cents=view.figures.statement_balance_cents,
            unallocated_cents=view.figures.unallocated_cents,
        )  # fmt: skip
        seen = tuple(Basis(each.patient.patient_id, each.figures) for each in members)
        return StatementDraft(new_id(), about, document, seen or (Basis(patient_id, view.figures),),
                              in_family=bool(view.family))  # fmt: skip

    def issue(self, draft: StatementDraft, channel: str, person: Person) -> StatementDocument:
        """Write it down and number it; `channel` is print, pdf or email. Raises RuleBroken, nothing written:
        `staff.right_missing`, `statement.nothing_owed`, `account.changed`, `account.done_before`."""
        need(Right.STATEMENTS, person)
        if draft.empty:
            raise RuleBroken("statement.nothing_owed")
        clinic, document = self._clinic, draft.document
        with clinic.store.write() as tx:
            only_once(tx.reader, clinic.tenant, draft.statement_id)
            for basis in draft.seen:
                still_so(tx.reader, clinic.tenant, basis)
            number = tx.next_payment_number("ST")
            body = StatementIssued(
                statement_id=draft.statement_id, patient_id=draft.patient_id, number=number, channel=channel,
                balance_cents=document.balance_cents, unallocated_cents=document.unallocated_cents,
                due_date=document.due_on,
                lines=tuple(StatementLine(service_date=item.service_date, description=item.description,
                                          owed_cents=item.owed_cents, paid_cents=item.paid_cents,
                                          balance_cents=item.balance_cents) for item in document.items),
            )  # fmt: skip
            tx.record(body, person_id=person.staff_id, business_date=clinic.today().isoformat(),
                      group=draft.statement_id)  # fmt: skip
        return replace(document, number=number)

    def document(self, statement_id: str) -> StatementDocument:
        """A statement as it was issued, marked as a copy. Raises RuleBroken `statement.unknown`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            row = ledger.statement(reader, clinic.tenant, statement_id)
        if row is None:
            raise RuleBroken("statement.unknown")
        made = self._document(
            row.patient_id, issued_on=clinic.local(row.issued_at).date(), due_on=row.due_date,
            items=tuple(StatementItem(**line) for line in orjson.loads(row.lines or "[]")),
            balance_cents=row.balance_cents, unallocated_cents=row.unallocated_cents,
        )  # fmt: skip
        return replace(made, number=row.number, copy=True)

    def _document(
        self, patient_id: str, *, issued_on: date, due_on: str, items: tuple[StatementItem, ...], balance_cents: int,
        unallocated_cents: int,
    ) -> StatementDocument:  # fmt: skip
        clinic, practice = self._clinic, self._clinic.practice
        with clinic.store.reader() as reader:
            stored = StoredRecords(reader, clinic.tenant)
            patient = stored.stored("patient", patient_id)
            rules = recorded.rules(reader, clinic.tenant)
            if patient is None:
                raise RuleBroken("collect.patient_gone")
            payer = stored.stored("patient", patient.guarantor_id) if patient.guarantor_id else None
        person = payer or patient
        return StatementDocument(
            clinic=clinic_block(practice),
            number="", issued_on=issued_on.isoformat(), due_on=due_on,
            name=display_name(family=person.family, given=person.given, suffix=person.suffix), account_no=patient.mrn,
            address=person.address, items=items, balance_cents=balance_cents, unallocated_cents=unallocated_cents,
            message=rules.statement_message,
        )  # fmt: skip


def _items(view: LedgerView, covers: Covers, addressee: str) -> Iterable[StatementItem]:
    """The visits to list, oldest first; those of somebody else of the family by name."""
    names = short_names([each.patient for each in view.family])
    for line in reversed(view.visits):
        if line.items and (covers is Covers.ALL or line.balance_cents > 0):
            yield StatementItem(service_date=line.service_date.isoformat(), owed_cents=line.owed_cents,
                                description=_words(line, names, addressee), paid_cents=line.paid_cents,
                                balance_cents=line.balance_cents)  # fmt: skip


def _words(line: VisitLine, names: dict[str, str], addressee: str) -> str:
    whose = names.get(line.patient_id, "") if line.patient_id != addressee else ""
    return f"{whose}: {line.title}" if whose else line.title
