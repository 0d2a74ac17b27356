"""Create payment: an amount is asked of a patient; the request is changed, submitted, moved on (S2-06, S2-09, S2-10).

What is typed is kept at the desk while it is typed, and found again after a crash; a request itself is an operation.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import orjson

from app.asked_for import BY_HAND
from app.clinic import Clinic
from app.fields import NOTE_LIMIT, no_card_number
from app.heads import patient_head
from app.refusals import insist, need
from app.request_views import RequestForm, RequestStart, RequestView, Treatment
from app.treatments import treatments_of
from app.views import PatientHead, Person
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.basics.money import parse_cents
from models.operations.requests import REQUEST_TYPES, PaymentRequestPut, PaymentRequestStatus
from models.rules.payment_status import EDITABLE, Status, choices, is_overdue
from models.rules.rights import Right
from models.rules.typed import read_day
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

    def begin(
        self, person: Person, patient_id: str = "", appointment_id: str = "", request_id: str = ""
    ) -> RequestStart:  # fmt: skip
        """What this person was typing here when it ended (a crash, a lost line), else an empty form: for a patient, for
        a visit, or one that changes a request. Raises RuleBroken `request.gone`, `refused.request_locked`."""
        changed = self.form_of(request_id) if request_id else None
        opened_for = request_id or appointment_id or patient_id
        with self._clinic.store.reader() as reader:
            found = reader.execute("SELECT value FROM meta WHERE tenant = ? AND key = ?",
                                   (self._clinic.tenant, _key(person, opened_for))).fetchone()  # fmt: skip
            kept = orjson.loads(found[0]) if found else None
            fresh = changed or RequestForm(new_id(), patient_id, appointment_id=appointment_id, opened_for=opened_for)
            form = RequestForm(**kept) if kept else fresh
            row = self._row(reader, request_id) if request_id else None
            head, visits = self._known(reader, form.patient_id)
        return RequestStart(form, head, visits, found_again=bool(kept), changes=row.number if row else "",
                            status=Status(row.status) if row else None)  # fmt: skip

    def about(self, patient_id: str) -> tuple[PatientHead | None, tuple[Treatment, ...]]:
        """Who was chosen, and the visits they may be asked to pay for."""
        with self._clinic.store.reader() as reader:
            return self._known(reader, patient_id)

    def _known(self, reader: Any, patient_id: str) -> tuple[PatientHead | None, tuple[Treatment, ...]]:
        row = rows.person(reader, self._clinic.tenant, patient_id) if patient_id else None
        if row is None:
            return None, ()
        return patient_head(row, self._clinic.today()), treatments_of(self._clinic, reader, row.id)

    def keep(self, form: RequestForm, person: Person) -> None:
        """Keep what is typed so far, however little it is. Raises RuleBroken `collect.card_number`: that is kept
        nowhere."""
        for field in ("memo", "amount", "due", "allowed"):
            no_card_number(getattr(form, field), field)
        with self._clinic.store.write() as tx:
            tx.set_meta(_key(person, form.opened_for), asdict(form))

    def drop(self, form: RequestForm, person: Person) -> None:
        """What was typed is not wanted any more."""
        with self._clinic.store.write() as tx:
            tx.set_meta(_key(person, form.opened_for), None)

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
            tx.set_meta(_key(person, form.opened_for), None)
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
        due = due_day(form.due, self._clinic.today())
        return PaymentRequestPut(
            request_id=form.request_id, patient_id=form.patient_id, amount_cents=parse_cents(form.amount),
            number=known.number if known else tx.next_payment_number(), appointment_id=form.appointment_id,
            request_type=form.request_type, due_date=due.isoformat() if due else "", memo=memo, submitted=submit,
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
                           row.memo, opened_for=row.request_id)  # fmt: skip

    def move(self, request_id: str, status: Status, person: Person) -> RequestView:
        """Move a request on by the dropdown. Raises RuleBroken, nothing written: `request.take_money` for paid,
        `staff.right_missing`, `request.gone`, `refused.…`."""
        need(Right.PAYMENTS, person)
        if status is Status.PAID:
            raise RuleBroken("request.take_money")
        clinic = self._clinic
        with clinic.store.write() as tx:
            row = self._row(tx.reader, request_id)
            by_hand = BY_HAND if status is Status.PROCESSING else ""
            body = PaymentRequestStatus(request_id=request_id, patient_id=row.patient_id, status=status.value,
                                        reason=by_hand)  # fmt: skip
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


def _key(person: Person, opened_for: str) -> str:
    return f"{KEPT} {person.staff_id} {opened_for}".rstrip()


def due_day(text: str, today: date) -> date | None:
    """The day somebody typed (`2026-05-14`, `5/14`, `+7`); None where nothing is typed. Raises RuleBroken
    `request.due_date_wrong`."""
    if not text.strip():
        return None
    day = read_day(text, today)
    if day is None:
        raise RuleBroken("request.due_date_wrong", field="due")
    return day
