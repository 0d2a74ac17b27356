"""Bodies of the operations about requests: an amount that is asked of a patient, before any money has come."""

from __future__ import annotations

from dataclasses import dataclass

REQUEST_TYPES = ("", "treatment_prepayment", "office_visit", "private_pay")
"""What a request is for (S2-06); empty where nobody said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequestPut:
    """An amount is asked of a patient, or a request is changed as a whole (decision; S2-06).

    A new one begins as `draft`, or `pending` when `submitted`; on one that is there `submitted` means the same step.
    Falls where it may not be edited any more. `appointment_id` names the treatment, `due_date` is `YYYY-MM-DD`,
    `request_type` one of REQUEST_TYPES, `number` what people call it, and what the payment for it will be called.
    """

    request_id: str
    patient_id: str
    amount_cents: int
    number: str
    appointment_id: str = ""
    request_type: str = ""
    due_date: str = ""
    memo: str = ""
    submitted: bool = True


REQUEST_ACTORS = ("person", "reader")
BY_BANK = "bank"
"""Why a request is processing whose payer's bank was asked: it may take days, and no other money is taken for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequestStatus:
    """A request moves on (decision): `status` is one of payment_status.Status, `by` one of REQUEST_ACTORS. Falls where
    the table of transitions does not let it; paid is never said, it follows from money."""

    request_id: str
    patient_id: str
    status: str
    by: str = "person"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequestAnswered:
    """Derived by the hub: so much of a request has come (below zero: went away again), and where it stands since.
    `payment_id` brought it, where that was one payment: empty for credit that lay there before."""

    request_id: str
    patient_id: str
    amount_cents: int
    status: str
    cause_op_id: str
    payment_id: str = ""
