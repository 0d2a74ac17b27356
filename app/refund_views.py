"""Frozen pictures of money that goes back: what may be given back and how, what it would change, how it ended. Amounts
are cents, dates are dates of the clinic."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.basis import Basis
from app.views import PatientHead
from models.ledger.figures import Figures
from models.rules.rights import Right
from models.store.queries.refunds import HeldRow
from receipts.document import ReceiptDocument

REASON_WORDS: dict[str, str] = {
    "patient_request": "Patient request",
    "billing_error": "Billing error",
    "service_not_rendered": "Service not rendered",
    "duplicate_charge": "Duplicate charge",
    "insurance_adjustment": "Insurance adjustment",
    "other": "Other",
}
"""Why money goes back, as people say it and the receipt prints it."""

NOTE_MOST = 200
"""Characters of a note."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody was looking at: the account, and what the payment still holds."""

    account: Basis
    held: HeldRow


@dataclass(frozen=True, slots=True)
class Way:
    """A way for money to go back. `own`: the way it was paid; any other needs a right and a note. `reaches` says when
    the patient has it. `blocked` is a message key: not possible at this desk, and why."""

    tender: str
    words: str
    own: bool
    reaches: str
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class RefundSheet:
    """Everything the refund dialog shows, bound to one payment when it opens.

    `refund_id` is made here, once: a second Ctrl+Enter gives nothing back twice. `refunded_cents` went back before,
    `left_cents` is the most that may go now. Above `limit_cents` in all (0: no limit) it needs a right more.
    `from_charge_id`: the part that paid this line item goes first, `from_cents` of it.
    """

    refund_id: str
    payment_id: str
    number: str
    patient: PatientHead
    paid_on: date
    paid_cents: int
    refunded_cents: int
    left_cents: int
    ways: tuple[Way, ...]
    limit_cents: int
    seen: Seen
    from_charge_id: str = ""
    from_cents: int = 0

    def way(self, tender: str = "") -> Way:
        """The way of that tender; the first offered where there is none."""
        return next((way for way in self.ways if way.tender == tender), self.ways[0])


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """What the clerk decided. `reason` is a key of REASON_WORDS; `tender` of one of the sheet's ways, empty for its
    first; `check_no` of the check that goes out."""

    sheet: RefundSheet
    amount_cents: int
    reason: str
    tender: str = ""
    note: str = ""
    check_no: str = ""

    @property
    def way(self) -> Way:
        """How it goes back."""
        return self.sheet.way(self.tender)


@dataclass(frozen=True, slots=True)
class VisitAfter:
    """A visit (or a line item without one) whose balance the act changes."""

    title: str
    day: date
    owes_before_cents: int
    owes_after_cents: int
    whose: str = ""


@dataclass(frozen=True, slots=True)
class RefundPreview:
    """What the refund would do. `kept_cents` of the payment stays; `needs` are rights somebody must have or lend."""

    order: RefundOrder
    before: Figures
    after: Figures
    kept_cents: int
    visits: tuple[VisitAfter, ...]
    needs: tuple[Right, ...]


class RefundEnd(StrEnum):
    """How a refund ended. AT_PROCESSOR: set aside, and the processor that took the money from home gives it back.
    WAITING: set aside, the hub has not answered; money left the house for PAID only, and
    nobody knows for UNKNOWN. UNDONE: handed back again."""

    PAID = "paid"
    AT_PROCESSOR = "at_processor"
    WAITING = "waiting"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Refunded:
    """What happened. `again`: it was done before, nothing went back a second time; `reason` a message key where it
    did not go well, `host_text` the bank's words."""

    end: RefundEnd
    patient: PatientHead
    refund_id: str
    payment_id: str
    number: str
    amount_cents: int
    way_words: str
    receipt: ReceiptDocument | None = None
    print_job_id: str = ""
    reason: str = ""
    host_text: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class NetPlace:
    """Where a refund made elsewhere can be netted: a payment's free credit, or a visit."""

    key: str
    words: str
    detail: str
    cents: int
    payment_id: str = ""
    appointment_id: str = ""


@dataclass(frozen=True, slots=True)
class NetSheet:
    """A refund made in another program that waits for its payment (S3-07), and where it may go."""

    act_id: str
    refund_id: str
    patient: PatientHead
    amount_cents: int
    waiting_cents: int
    day: date
    words: str
    places: tuple[NetPlace, ...]
    seen: Basis


@dataclass(frozen=True, slots=True)
class NetPreview:
    """What netting would do: `netted_cents` of the refund settle with the payment, `waiting_cents` go on waiting."""

    before: Figures
    after: Figures
    netted_cents: int
    waiting_cents: int


# Whole payments and corrections -------------------------------------------------------------------------------------


class TakeBack(StrEnum):
    """A way to take a payment back that is no refund."""

    VOID = "void"
    DELETE = "delete"
    CORRECT = "correct"
    BOUNCE = "bounce"
    DISPUTE = "dispute"
    DISPUTE_END = "dispute_end"


@dataclass(frozen=True, slots=True)
class TakeBackSheet:
    """Everything such a dialog shows, bound to one payment. `act_id` is made when it opens. `most_cents` is the most a
    correction or dispute may be about; `needs` are the rights the act asks for; `fee_cents` the practice's usual fee
    for a returned check; `card`: the reader is asked."""

    act: TakeBack
    act_id: str
    payment_id: str
    number: str
    method: str
    patient: PatientHead
    paid_on: date
    paid_cents: int
    most_cents: int
    needs: tuple[Right, ...]
    seen: Seen
    fee_cents: int = 0
    card: bool = False
    dispute_id: str = ""
    disputed_cents: int = 0


@dataclass(frozen=True, slots=True)
class TakeBackOrder:
    """What the clerk decided. `amount_cents` counts for corrections and disputes, `fee_cents` for returned checks
    (asked of the patient) and disputes (kept by the processor); `outcome` for the end of a dispute."""

    sheet: TakeBackSheet
    reason: str
    note: str = ""
    amount_cents: int = 0
    fee_cents: int = 0
    reference: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class TakeBackPreview:
    """What the act would do."""

    order: TakeBackOrder
    before: Figures
    after: Figures
    kept_cents: int
    visits: tuple[VisitAfter, ...]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What happened: `end` as of a refund; `receipt` where one was made."""

    act: TakeBack
    end: RefundEnd
    patient: PatientHead
    number: str
    amount_cents: int
    receipt: ReceiptDocument | None = None
    print_job_id: str = ""
    reason: str = ""
    host_text: str = ""
    again: bool = False
    facts: dict[str, int | str | bool | None] = field(default_factory=dict)
