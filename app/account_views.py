"""Frozen pictures of a patient's account, made by `app.accounts` and drawn by the Ledger. Amounts are cents, dates are
dates of the clinic, moments are local. A screen never computes money: what it shows stands here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.family import FamilyMember
from app.merging import MergedLine
from app.plan_views import PlanListed
from app.views import CreditInUse, PatientHead
from models.ledger.figures import Figures


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One line item (S0-02): what was billed and allowed, what insurance paid, what was let off, what the patient is
    responsible for, what was paid and what is still owed. `whose` names the person in a family's ledger; `made_here`:
    listed at a desk, so it can be changed at one."""

    charge_id: str
    patient_id: str
    appointment_id: str
    service_date: date
    code: str
    description: str
    responsibility_cents: int
    paid_cents: int
    balance_cents: int
    billed_cents: int = 0
    allowed_cents: int = 0
    insurance_paid_cents: int = 0
    adjusted_cents: int = 0
    insurance_pending: bool = False
    practitioner: str = ""
    fee: bool = False
    whose: str = ""
    future: bool = False
    made_here: bool = False


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit (or the charges of one day without one). `state` is paid, due_today, overdue, no_charges or open;
    `items` are its charges, `prepaid_cents` what waits for it; `overdue_cents` were asked for it and are past their due
    date (S2-15)."""

    appointment_id: str
    service_date: date
    title: str
    subtitle: str
    owed_cents: int
    paid_cents: int
    balance_cents: int
    prepaid_cents: int
    state: str
    days: int = 0
    items: tuple[ChargeLine, ...] = ()
    patient_id: str = ""
    whose: str = ""
    overdue_cents: int = 0

    @property
    def allowed_cents(self) -> int:
        return sum(item.allowed_cents for item in self.items)

    @property
    def insurance_paid_cents(self) -> int:
        return sum(item.insurance_paid_cents for item in self.items)

    @property
    def adjusted_cents(self) -> int:
        return sum(item.adjusted_cents for item in self.items)


@dataclass(frozen=True, slots=True)
class PaymentPart:
    """Where a part of a payment lies or went. `kind` is charge, visit (set aside for it), credit, refund, correction,
    dispute, other (with somebody else of the family, in a ledger that is not theirs); the ids name it. `state` is that
    of a refund (requested, paid, failed, undone) or dispute (open, won, owed_again, absorbed); `number` its number."""

    kind: str
    cents: int
    title: str
    subtitle: str = ""
    charge_id: str = ""
    appointment_id: str = ""
    refund_id: str = ""
    dispute_id: str = ""
    state: str = ""
    number: str = ""
    can_undo: bool = False


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment as it was posted (nothing of it changes afterwards) and where its money is now. `unspent_cents` still
    lies in its lots, `returned_cents` went back; `pending`: the hub has not confirmed it yet; `same_day`: it was posted
    on the business day that runs. `state` is paid, voided, deleted, bounced, refunded, partly_refunded or disputed;
    `whose` names the payer in another's ledger."""

    payment_id: str
    number: str
    receipt_no: str
    taken_at: datetime
    method_text: str
    amount_cents: int
    allocated_cents: int
    unspent_cents: int
    state: str
    by: str
    station: str
    pending: bool
    patient_id: str = ""
    tender: str = ""
    type_words: str = ""
    received: date | None = None
    trace_no: str = ""
    memo: str = ""
    practitioner: str = ""
    returned_cents: int = 0
    posted_on: date | None = None
    parts: tuple[PaymentPart, ...] = ()
    whose: str = ""
    same_day: bool = False

    @property
    def day(self) -> date:
        """The day it counts for: when the money came in, else when it was posted."""
        return self.received or self.posted_on or self.taken_at.date()

    @property
    def stands(self) -> bool:
        """Was it not taken back as a whole?"""
        return self.state not in ("voided", "deleted", "bounced")


@dataclass(frozen=True, slots=True)
class LotLine:
    """Money on account: what lies free (`credit`) or set aside for a visit (`prepaid`) of one payment, or a refund made
    elsewhere that is not netted yet (`elsewhere`, with negative cents; `appointment_id` where it was placed)."""

    kind: str
    cents: int
    number: str
    day: date
    method_text: str
    payment_id: str = ""
    refund_id: str = ""
    appointment_id: str = ""
    where: str = ""
    whose: str = ""
    patient_id: str = ""

    @property
    def key(self) -> str:
        """Its identity in the list."""
        return f"{self.payment_id or self.refund_id}:{self.appointment_id}"


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement that was made."""

    statement_id: str
    number: str
    issued_at: datetime
    channel: str
    balance_cents: int
    unallocated_cents: int
    lines: int
    due: date | None
    by: str
    pending: bool = False


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """Something that can be looked at, printed again and sent. `kind` is receipt, void, refund, correction or
    statement; `source_id` the payment, refund or statement it is about. `sent` tells what became of its last message
    (`E-mailed May 14`), `not_sent`: it did not go."""

    kind: str
    source_id: str
    number: str
    at: datetime
    title: str
    cents: int
    sent: str = ""
    not_sent: bool = False

    @property
    def key(self) -> str:
        """Its identity in the list."""
        return f"{self.kind}:{self.source_id}"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One act in the account's log: `act` is a message key, `what` what it was about in a few words. `undone`: a later
    act took it back; `can_undo`: nothing but a move or adjustment, and still standing."""

    at: datetime
    act: str
    by: str
    station: str
    amount_cents: int | None
    number: str = ""
    pending: bool = False
    op_id: str = ""
    what: str = ""
    approved_by: str = ""
    undone: bool = False
    can_undo: bool = False


@dataclass(frozen=True, slots=True)
class LedgerView:
    """An account, or those of a whole family: five figures, what they come from, and where the money lies."""

    patient: PatientHead
    figures: Figures
    payments_count: int
    first_payment: date | None
    visits_paid: int
    visits: tuple[VisitLine, ...]
    payments: tuple[PaymentLine, ...]
    charges: tuple[ChargeLine, ...]
    log: tuple[LogLine, ...]
    insurance_pending: int
    due_today_cents: int
    appointment_id: str = ""
    lots: tuple[LotLine, ...] = ()
    statements: tuple[StatementRow, ...] = ()
    documents: tuple[DocumentLine, ...] = ()
    family: tuple[FamilyMember, ...] = ()
    whole_family: bool = False
    log_cut: bool = False
    pending_cents: int = 0
    in_use: tuple[CreditInUse, ...] = ()
    merged: tuple[MergedLine, ...] = ()
    records: tuple[str, ...] = ()
    plans: tuple[PlanListed, ...] = ()
