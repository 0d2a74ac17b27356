"""What screens see of requests: the form that is filled in, and a request as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.account_views import LogLine
from app.views import PatientHead
from models.rules import benefits as plan
from models.rules.estimate import OFFICE_VISIT, TREATMENT
from models.rules.payment_status import Status


@dataclass(frozen=True, slots=True)
class Treatment:
    """The visit a payment is for (S2-12): `starts_at` on the clinic's clock, `codes` those of its line items, `fallen`
    says so where nobody comes to it any more."""

    appointment_id: str
    number: str
    starts_at: datetime
    title: str
    practitioner: str
    location: str = ""
    codes: tuple[str, ...] = ()
    fallen: str = ""


ESTIMATED = {"treatment_prepayment": TREATMENT, "office_visit": OFFICE_VISIT}
"""Types of request there is an estimate for (S2-07), and what it is asked for; Private Pay has none."""


@dataclass(frozen=True, slots=True)
class RequestForm:
    """What somebody is filling in (S2-06). `request_id` names it from the first letter on, so that it is made once
    however often it is saved; `patient_id` empty: not chosen yet; `amount` and `due` as they were typed. `allowed`,
    `network` and `service_type` (an X12 code; empty: by the type) are what the estimate was asked with.
    `opened_for` is what the form was opened on (a patient, a visit, a request, or nothing), and what it is found again
    by."""

    request_id: str
    patient_id: str = ""
    amount: str = ""
    appointment_id: str = ""
    request_type: str = ""
    due: str = ""
    memo: str = ""
    allowed: str = ""
    network: str = plan.IN
    service_type: str = ""
    opened_for: str = ""

    @property
    def typed(self) -> bool:
        """Did anybody type anything that would be missed?"""
        return any(text.strip() for text in (self.amount, self.due, self.memo, self.allowed))


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as it stands: `choices` is what the dropdown offers, paid among them where cash or a check may be taken
    for it; `paid_cents` of the amount have come."""

    request_id: str
    number: str
    patient: PatientHead
    amount_cents: int
    paid_cents: int
    status: Status
    choices: tuple[Status, ...]
    editable: bool
    overdue: bool
    due: date | None
    appointment_id: str
    request_type: str
    memo: str
    payment_id: str


@dataclass(frozen=True, slots=True)
class RequestStart:
    """What the form shows first: what was typed before, where it was left in the middle (`found_again`), who it is for
    and their visits; `changes` is the number of the request that is changed, `status` where that stands."""

    form: RequestForm
    patient: PatientHead | None = None
    treatments: tuple[Treatment, ...] = ()
    found_again: bool = False
    changes: str = ""
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class PaymentDetail:
    """Everything of one payment (S2-10 to S2-13): what was asked (`request_id`), what came (`payment_id`), or both.

    `choices` is what the dropdown offers; `collectable`: money may be taken for it now; `open_cents` is what is missing
    of it, `refundable_cents` what may go back. `confirming`: a card's outcome is not known. `ended_as` says how a
    voided payment went (void, delete, bounced). `plan_age` is how old the payer's newest answer is for its visit
    (`models.rules.estimate.age_level`) and how many seconds, where the payment rests on an estimate and waits.
    `good_faith`: a good faith estimate may be given for its visit, which the patient pays alone.
    """

    payment_id: str
    request_id: str
    number: str
    patient: PatientHead
    status: Status
    amount_cents: int
    paid_cents: int
    refunded_cents: int
    refundable_cents: int
    choices: tuple[Status, ...] = ()
    editable: bool = False
    collectable: bool = False
    overdue_days: int = 0
    due: date | None = None
    paid_on: date | None = None
    asked_on: date | None = None
    request_type: str = ""
    memo: str = ""
    method: str = ""
    receipt_no: str = ""
    ended_as: str = ""
    same_day: bool = False
    confirming: bool = False
    treatment: Treatment | None = None
    history: tuple[LogLine, ...] = ()
    plan_age: str = ""
    plan_age_s: int = 0
    good_faith: bool = False

    @property
    def key(self) -> str:
        """What the page is about: the payment, or the request while no payment brought all of it."""
        return self.payment_id or self.request_id

    @property
    def open_cents(self) -> int:
        """What is asked and has not come."""
        return max(self.amount_cents - self.paid_cents, 0) if self.collectable else 0
