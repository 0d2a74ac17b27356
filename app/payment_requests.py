"""Create payment: an amount is asked of a patient; the request is changed, submitted, moved on (S2-06, S2-09, S2-10).

What is typed is kept at the desk while it is typed, and found again after a crash; a request itself is an operation.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import orjson

from app.clinic import Clinic
from app.fields import NOTE_LIMIT, no_card_number
from app.heads import patient_head
from app.refusals import insist, need
from app.request_views import RequestForm, RequestView
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.basics.money import parse_cents
from models.operations.requests import REQUEST_TYPES, PaymentRequestPut, PaymentRequestStatus
from models.rules.payment_status import EDITABLE, Status, choices, is_overdue
from models.rules.rights import Right
from models.store.queries import requests, rows
from models.store.queries.requests import RequestRow

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx

KEPT = "request form"
"""Under this name and the person's id what they were typing is kept."""


class PaymentRequests:
    """Requests of this desk. `begin` and `open` on the `reads` lane, the rest on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    # Filling one in -----------------------------------------------------------------------------------------------

    def begin(self, person: Person, patient_id: str = "") -> RequestForm:
        """What this person was typing here when it ended (a crash, a lost line), else an empty form."""
        with self._clinic.store.reader() as reader:
            row = reader.execute("SELECT value FROM meta WHERE tenant = ? AND key = ?",
                                 (self._clinic.tenant, _key(person))).fetchone()  # fmt: skip
        kept = orjson.loads(row[0]) if row else None
        return RequestForm(**kept) if kept else RequestForm(new_id(), patient_id)

    def keep(self, form: RequestForm, person: Person) -> None:
        """Keep what is typed so far, however little it is. Raises RuleBroken `collect.card_number`: that is kept
        nowhere."""
        for field in ("memo", "amount", "due"):
            no_card_number(getattr(form, field), field)
        with self._clinic.store.write() as tx:
            tx.set_meta(_key(person), asdict(form))

    def drop(self, person: Person) -> None:
        """What was typed is not wanted any more."""
        with self._clinic.store.write() as tx:
            tx.set_meta(_key(person), None)

    def save(self, form: RequestForm, person: Person, *, submit: bool) -> RequestView:
        """Ask for the amount (`submit`), or write it down as a draft; a request that is there is changed. What was kept
        of the form goes in the same transaction.

        Raises RuleBroken, nothing written: `staff.right_missing`, `request.patient_missing`, an amount that may not be,
        `request.type_unknown`, `request.due_date_wrong`, `request.memo_long`, `collect.card_number`, `refused.…`.
        """
        need(Right.PAYMENTS, person)
        clinic = self._clinic
        with clinic.store.write() as tx:
            body = self._body(tx, form, submit)
            entry = tx.record(body, person_id=person.staff_id, business_date=clinic.today().isoformat())
            insist(entry)
            tx.set_meta(_key(person), None)
        return self.open(form.request_id)

    def _body(self, tx: Tx, form: RequestForm, submit: bool) -> PaymentRequestPut:
        known = requests.request(tx.reader, self._clinic.tenant, form.request_id)
        memo = " ".join(form.memo.split())
        if not form.patient_id:
            raise RuleBroken("request.patient_missing", field="patient")
        if form.request_type not in REQUEST_TYPES:
            raise RuleBroken("request.type_unknown", field="type")
        if len(memo) > NOTE_LIMIT:
            raise RuleBroken("request.memo_long", field="memo", limit=NOTE_LIMIT)
        no_card_number(memo, "memo")
        return PaymentRequestPut(
            request_id=form.request_id, patient_id=form.patient_id, amount_cents=parse_cents(form.amount),
            number=known.number if known else tx.next_payment_number(), appointment_id=form.appointment_id,
            request_type=form.request_type, due_date=_day(form.due), memo=memo, submitted=submit,
        )  # fmt: skip

    # As it stands -------------------------------------------------------------------------------------------------

    def open(self, request_id: str) -> RequestView:
        """A request as it stands. Raises RuleBroken `request.gone`."""
        with self._clinic.store.reader() as reader:
            return self._view(reader, self._row(reader, request_id))

    def form_of(self, request_id: str) -> RequestForm:
        """A request to be changed. Raises RuleBroken `request.gone`, `refused.request_locked`."""
        with self._clinic.store.reader() as reader:
            row = self._row(reader, request_id)
        if row.status not in EDITABLE:
            raise RuleBroken("refused.request_locked")
        amount = f"{row.amount_cents // 100}.{row.amount_cents % 100:02d}"
        return RequestForm(row.request_id, row.patient_id, amount, row.appointment_id, row.request_type, row.due_date,
                           row.memo)  # fmt: skip

    def move(self, request_id: str, status: Status, person: Person) -> RequestView:
        """Move a request on by the dropdown. Raises RuleBroken, nothing written: `request.take_money` for paid,
        `staff.right_missing`, `request.gone`, `refused.…`."""
        need(Right.PAYMENTS, person)
        if status is Status.PAID:
            raise RuleBroken("request.take_money")
        clinic = self._clinic
        with clinic.store.write() as tx:
            row = self._row(tx.reader, request_id)
            body = PaymentRequestStatus(request_id=request_id, patient_id=row.patient_id, status=status.value)
            insist(tx.record(body, person_id=person.staff_id, business_date=clinic.today().isoformat()))
        return self.open(request_id)

    def _row(self, reader: Any, request_id: str) -> RequestRow:
        row = requests.request(reader, self._clinic.tenant, request_id)
        if row is None:
            raise RuleBroken("request.gone")
        return row

    def _view(self, reader: Any, row: RequestRow) -> RequestView:
        clinic, status = self._clinic, Status(row.status)
        person = rows.person(reader, clinic.tenant, row.patient_id) or rows.PatientRow(row.patient_id, *[""] * 8)
        return RequestView(
            row.request_id, row.number, patient_head(person, clinic.today()), row.amount_cents, row.paid_cents, status,
            choices(status), status in EDITABLE, is_overdue(status, row.due_date, clinic.today().isoformat()),
            date.fromisoformat(row.due_date) if row.due_date else None, row.appointment_id, row.request_type, row.memo,
            row.payment_id,
        )  # fmt: skip


def _key(person: Person) -> str:
    return f"{KEPT} {person.staff_id}"


def _day(text: str) -> str:
    """A day as it is kept; empty stays empty."""
    try:
        return date.fromisoformat(text.strip()).isoformat() if text.strip() else ""
    except ValueError as error:
        raise RuleBroken("request.due_date_wrong", field="due") from error
