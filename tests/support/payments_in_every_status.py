"""A clinic with a payment in each of the nine statuses: the worked case N20 of the cards."""

from __future__ import annotations

from models.operations.bodies import Collect, RefundPaid, Reverse
from models.operations.records import Location
from models.operations.requests import PaymentRequestPut, PaymentRequestStatus
from models.rules.payment_status import Status
from tests.support.clinic import TestClinic

N20 = {
    Status.PAID: 10000, Status.PENDING: 4000, Status.DRAFT: 2500, Status.PROCESSING: 1000, Status.FAILED: 9900,
    Status.CANCELLED: 500, Status.PARTIALLY_REFUNDED: 8000, Status.REFUNDED: 5000, Status.VOIDED: 6000,
}  # fmt: skip
"""Amounts in cents; 30.00 of the partially refunded went back."""
BACK = {Status.PARTIALLY_REFUNDED: 3000, Status.REFUNDED: 5000}
_STEPS = {
    Status.PENDING: (), Status.PROCESSING: (Status.PROCESSING,), Status.FAILED: (Status.PROCESSING, Status.FAILED),
    Status.CANCELLED: (Status.CANCELLED,), Status.DRAFT: (),
}  # fmt: skip
"""How a request came to stand where it does."""


def n20(clinic: TestClinic) -> None:
    """One payment in each status, of the day of the test: Rosa's money, and what Ben is asked for (or her money would
    answer it). The pending one was due the day before."""
    for status, cents in N20.items():
        if status in _STEPS:
            _asked(clinic, "ben", status, cents)
        else:
            _taken(clinic, "rosa", status, cents)


def every_status(clinic: TestClinic) -> None:
    """N20 for visits at Alder Street (Rosa's) and at none (Ben's)."""
    clinic.put(Location(id="alder-street", name="Alder Street"))
    clinic.patient()
    clinic.visit(location_id="alder-street")
    clinic.patient("ben", "Ben", "Quillfeather-Ash", mrn="0044190", phone="5550102765")
    n20(clinic)


def _asked(clinic: TestClinic, patient_id: str, status: Status, cents: int) -> None:
    clinic.put(PaymentRequestPut(
        request_id=f"q-{status}", patient_id=patient_id, amount_cents=cents, number=f"PAY-1-{cents:05d}",
        due_date="2026-05-13" if status is Status.PENDING else "2026-05-20",
        memo="Office visit", submitted=status is not Status.DRAFT,
    ))  # fmt: skip
    for step in _STEPS[status]:
        by = "reader" if step is Status.FAILED else "person"
        clinic.put(PaymentRequestStatus(request_id=f"q-{status}", patient_id=patient_id, status=step.value, by=by))


def _taken(clinic: TestClinic, patient_id: str, status: Status, cents: int) -> None:
    clinic.put(Collect(payment_id=f"p-{status}", patient_id=patient_id, amount_cents=cents, tender="cash",
                       number=f"PAY-1-{cents:05d}", receipt_no=f"R-{status}", appointment_id="today"))  # fmt: skip
    if status is Status.VOIDED:
        clinic.put(Reverse(payment_id="p-voided", patient_id=patient_id, reason="Wrong patient", reversal_id="void",
                           receipt_no="V", given_back_cents=cents))  # fmt: skip
    elif status in BACK:
        clinic.put(RefundPaid(refund_id=f"back-{status}", payment_id=f"p-{status}", patient_id=patient_id,
                              amount_cents=BACK[status], tender="cash", receipt_no=f"F-{status}"))  # fmt: skip
