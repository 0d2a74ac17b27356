"""What a screen is told after a payment: made from what was posted, or from what the reader said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import orjson

from app.clinic import Clinic
from app.find import due_now
from app.heads import day_text, patient_head, visit_head
from app.method import entry_text, method_text, paid_text
from app.plan import Plan
from app.posting import PaidLine, Posted, Posting
from app.settings import Settings
from app.views import Collected, CollectEnd, CollectSheet, DueLine, NextUp, TenderKind
from devices.base import PaymentResult
from models.basics.errors import Fact
from models.basics.money import show_cents
from models.operations.codec import from_json
from models.store.queries import collect, find, jobs, receipts, refunds, rows, staff, today
from models.store.queries.jobs import AttemptRow
from models.store.queries.receipts import PaidRow
from models.store.queries.rows import ChargeRow
from receipts.document import ReceiptDocument

LOOK_AHEAD = 12
"""So many waiting patients are looked at for the one who comes next."""


class Telling:
    """Turns outcomes into `Collected`."""

    def __init__(self, clinic: Clinic, settings: Settings, posting: Posting) -> None:
        self._clinic, self._settings, self._posting = clinic, settings, posting

    def posted(self, reader: Any, posted: Posted, *, can_undo: bool) -> Collected:
        """Money was taken: all that was asked, or the part the bank approved. `reader` is the transaction's own and
        still sees the state before; what the payment changes is put on top."""
        clinic, plan, card = self._clinic, posted.plan, posted.card
        got = {each.line.charge_id: each.cents for each in posted.paid}
        left = [charge for charge in collect.open_charges(reader, clinic.tenant, plan.patient_id)
                if charge.owed_cents > got.get(charge.charge_id, 0)]  # fmt: skip
        amount = posted.amount_cents + plan.credit_cents
        base = self._who(reader, plan.patient_id, plan.appointment_id, checked_in=plan.check_in)
        return Collected(
            end=CollectEnd.PARTLY if posted.left_cents else CollectEnd.TAKEN, **base, amount_cents=amount,
            requested_cents=plan.due_cents, left_cents=posted.left_cents, payment_id=posted.payment_id,
            number=posted.number, tender=TenderKind(plan.tender),
            method_text=method_text(plan.tender, brand=card.brand if card else "", last4=card.last4 if card else "",
                                    check_no=plan.check_no, method=plan.method_name, trace_no=plan.trace_no),
            entry_text=entry_text(card.entry_mode) if card else "", auth_code=card.auth_code if card else "",
            change_cents=plan.change_cents, taken_at=clinic.now(),
            paid=tuple(self._paid_line(each, plan) for each in posted.paid if each.cents),
            still_owed_cents=posted.after.statement_balance_cents, still_owed_text=self._still_owed(left),
            receipt=posted.document, print_job_id=posted.print_job_id,
            can_undo=can_undo, attempt_id=plan.attempt_id,
            facts={"receipt_no": posted.receipt_no, "credit_used_cents": plan.credit_cents,
                   "kept_cents": posted.kept_cents, "provisional_cents": plan.provisional_cents},
        )  # fmt: skip

    def ended(
        self,
        reader: Any,
        plan: Plan,
        end: CollectEnd,
        result: PaymentResult | None = None,
        facts: Mapping[str, Fact] | None = None,
    ) -> Collected:
        """Nothing was posted: declined, cancelled, timed out, not sent, charged before, or not known."""
        card = result.card if result else None
        return Collected(
            end=end, **self._who(reader, plan.patient_id, plan.appointment_id), requested_cents=plan.due_cents,
            left_cents=plan.due_cents, tender=TenderKind(plan.tender),
            method_text=method_text("card", brand=card.brand, last4=card.last4) if card and card.last4 else "",
            host_text=_host_text(result), facts=dict(facts or {}),
        )  # fmt: skip

    def from_books(self, reader: Any, payment: PaidRow, *, can_undo: bool = False) -> Collected:
        """A payment that was written down before: the same sheet once more, or a card whose answer came late."""
        clinic = self._clinic
        figures = collect.figures(reader, clinic.tenant, payment.patient_id)
        left = collect.open_charges(reader, clinic.tenant, payment.patient_id)
        job = next((job for job in jobs.jobs_of_payment(reader, clinic.tenant, payment.payment_id)
                    if job.kind == "receipt"), None)  # fmt: skip
        names = staff.staff_names(reader, clinic.tenant)
        document = document_of(job.document) if job else self._posting.describe(reader, payment, names)
        missing = max(payment.requested_cents - payment.amount_cents, 0) if payment.tender == "card" else 0
        return Collected(
            end=CollectEnd.PARTLY if missing else CollectEnd.TAKEN,
            **self._who(reader, payment.patient_id, payment.appointment_id), amount_cents=payment.amount_cents,
            requested_cents=payment.requested_cents, left_cents=missing, payment_id=payment.payment_id,
            number=payment.number, tender=TenderKind(payment.tender),
            method_text=paid_text(reader, clinic.tenant, payment),
            entry_text=entry_text(payment.entry_mode), auth_code=payment.auth_code,
            change_cents=payment.change_cents, taken_at=clinic.local(payment.taken_at),
            paid=tuple(DueLine(row.description or "Visit", "", row.cents)
                       for row in receipts.applied(reader, clinic.tenant, payment.payment_id)),
            still_owed_cents=figures.statement_balance_cents, still_owed_text=self._still_owed(left),
            receipt=document, print_job_id=job.job_id if job else "",
            can_undo=can_undo, facts={"receipt_no": payment.receipt_no},
        )  # fmt: skip

    def credit_from_books(self, reader: Any, sheet: CollectSheet, cents: int) -> Collected:
        """Credit that the same sheet has spent before."""
        appointment_id = sheet.visit.appointment_id if sheet.visit else ""
        figures = collect.figures(reader, self._clinic.tenant, sheet.patient.patient_id)
        left = collect.open_charges(reader, self._clinic.tenant, sheet.patient.patient_id)
        return Collected(
            end=CollectEnd.TAKEN, **self._who(reader, sheet.patient.patient_id, appointment_id), amount_cents=cents,
            tender=TenderKind.CREDIT, method_text=method_text("credit"), taken_at=self._clinic.now(),
            still_owed_cents=figures.statement_balance_cents, still_owed_text=self._still_owed(left),
        )  # fmt: skip

    def undone(self, reader: Any, payment: PaidRow, document: ReceiptDocument | None, job_id: str) -> Collected:
        """A payment was taken back: all of it, or what a card company says it gave back."""
        clinic = self._clinic
        went = receipts.went_back(reader, clinic.tenant, payment.payment_id)
        figures = collect.figures(reader, clinic.tenant, payment.patient_id)
        left = collect.open_charges(reader, clinic.tenant, payment.patient_id)
        return Collected(
            end=CollectEnd.TAKEN, **self._who(reader, payment.patient_id, payment.appointment_id),
            amount_cents=went, requested_cents=payment.amount_cents, payment_id=payment.payment_id,
            number=payment.number, tender=TenderKind(payment.tender),
            method_text=paid_text(reader, clinic.tenant, payment),
            entry_text=entry_text(payment.entry_mode), taken_at=clinic.now(),
            still_owed_cents=figures.statement_balance_cents, still_owed_text=self._still_owed(left), receipt=document,
            print_job_id=job_id, facts={"undone": True},
        )  # fmt: skip

    def credit_undone(self, reader: Any, collected: Collected, cents: int) -> Collected:
        """Credit that paid everything lies on the account again."""
        clinic, patient_id = self._clinic, collected.patient.patient_id
        figures = collect.figures(reader, clinic.tenant, patient_id)
        visit = collected.visit
        return Collected(
            end=CollectEnd.TAKEN, **self._who(reader, patient_id, visit.appointment_id if visit else ""),
            amount_cents=cents, requested_cents=cents, tender=TenderKind.CREDIT, method_text=method_text("credit"),
            taken_at=clinic.now(), still_owed_cents=figures.statement_balance_cents,
            still_owed_text=self._still_owed(collect.open_charges(reader, clinic.tenant, patient_id)),
            facts={"undone": True},
        )  # fmt: skip

    def not_undone(
        self, reader: Any, payment: PaidRow, end: CollectEnd, result: PaymentResult | None, **facts: Fact
    ) -> Collected:
        """A payment was not taken back, or nobody knows yet."""
        return Collected(
            end=end, **self._who(reader, payment.patient_id, payment.appointment_id),
            requested_cents=payment.amount_cents, payment_id=payment.payment_id, number=payment.number,
            tender=TenderKind(payment.tender), host_text=_host_text(result), facts=dict(facts),
        )  # fmt: skip

    def refund(self, reader: Any, attempt: AttemptRow, end: CollectEnd) -> Collected:
        """How a card refund that was asked about stands. TAKEN: it went back."""
        row = refunds.refund(reader, self._clinic.tenant, attempt.refund_id)
        return Collected(
            end=end, **self._who(reader, attempt.patient_id, ""), amount_cents=attempt.amount_cents,
            requested_cents=attempt.amount_cents, payment_id=row.payment_id if row else "",
            number=row.number if row else "", facts={"refund_id": attempt.refund_id, "attempt_id": attempt.attempt_id},
        )  # fmt: skip

    def next_up(self, reader: Any, but_patient_id: str) -> NextUp | None:
        """Who comes next: arrived first, owing something, and not the patient who just paid. Read when the payment is
        committed: nobody waits for it."""
        clinic, day = self._clinic, self._clinic.today()
        for visit in today.waiting(reader, clinic.tenant, day.isoformat(), LOOK_AHEAD):
            if visit.patient_id == but_patient_id:
                continue
            due = due_now(clinic, self._settings, reader, visit)
            person = rows.patient(reader, clinic.tenant, visit.patient_id)
            if due and person is not None:
                money = find.on_account(reader, clinic.tenant, [person.id]).get(person.id, find.OnAccount())
                return NextUp(patient_head(person, day), visit_head(visit, clinic), due, money.credit_cents)
        return None

    def _who(
        self, reader: Any, patient_id: str, appointment_id: str, *, checked_in: bool = False
    ) -> dict[str, Any]:  # fmt: skip
        """Patient and visit as they stand, or will when the visit is checked in with this payment."""
        clinic = self._clinic
        person = rows.patient(reader, clinic.tenant, patient_id)
        visit = rows.visit(reader, clinic.tenant, appointment_id) if appointment_id else None
        if visit is not None and checked_in:
            visit = replace(visit, status="checked_in")
        head = patient_head(person or rows.PatientRow(patient_id, *[""] * 8), clinic.today())
        return {"patient": head, "visit": visit_head(visit, clinic) if visit else None}

    def _paid_line(self, each: PaidLine, plan: Plan) -> DueLine:
        line = each.line
        day = date.fromisoformat(line.service_date)
        today_is = self._clinic.today()
        if day == today_is or line.appointment_id == plan.appointment_id != "":
            return DueLine(line.title, "today" if day == today_is else day_text(day, today_is), each.cents)
        left = line.owes_cents - each.cents
        rest = "closed" if left <= 0 else f"{show_cents(left)} left"
        return DueLine(line.title, f"{day_text(day, today_is)} · {rest}", each.cents)

    def _still_owed(self, left: Iterable[ChargeRow]) -> str:
        """`Jan 22 visit`, or `3 visits`."""
        days = list(dict.fromkeys(charge.service_date for charge in left if charge.owed_cents > 0))
        if len(days) == 1:
            return f"{day_text(date.fromisoformat(days[0]), self._clinic.today())} visit"
        return f"{len(days)} visits" if days else ""


def document_of(text: str) -> ReceiptDocument:
    """A receipt as it lies in the spool."""
    return from_json(ReceiptDocument, orjson.loads(text))


def _host_text(result: PaymentResult | None) -> str:
    """The bank's own words and code: `INSUFF FUNDS (51)`."""
    if result is None:
        return ""
    told_twice = result.host_code.replace("_", " ").lower() == result.host_text.lower()
    code = f" ({result.host_code})" if result.host_code and result.host_text and not told_twice else ""
    return f"{result.host_text}{code}".strip()
