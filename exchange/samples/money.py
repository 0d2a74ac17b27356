"""What the invented practice took before today's demonstration, as operations for a desk to record."""

from __future__ import annotations

from exchange.samples.clinic import SampleClinic, SamplePayment
from models.basics.ids import natural_id
from models.operations.bodies import Allocate, AllocationLine, CardFacts, Collect


def as_operations(
    clinic: SampleClinic, payment: SamplePayment, tenant: str, *, number: str, receipt_no: str
) -> tuple[Collect, Allocate | None]:
    """The money and what it pays; None where it stays on account. The same payment always has the same id.

    The charges it pays must have been imported before. `number` and `receipt_no` come from the desk that records it.
    """
    name = "|".join((payment.patient, payment.appointment, payment.taken_at.isoformat()))
    payment_id = natural_id(tenant, "sample-payment", name)
    patient_id = clinic.record_id(tenant, payment.patient)
    appointment_id = clinic.record_id(tenant, payment.appointment) if payment.appointment else ""
    card = CardFacts(brand=payment.brand, last4=payment.last4, entry_mode="chip") if payment.tender == "card" else None
    collect = Collect(
        payment_id=payment_id, patient_id=patient_id, tender=payment.tender, amount_cents=payment.amount_cents,
        number=number, receipt_no=receipt_no, appointment_id=appointment_id, requested_cents=payment.amount_cents,
        tendered_cents=payment.amount_cents if payment.tender == "cash" else 0,
        check_no="2281" if payment.tender == "check" else "", card=card,
    )  # fmt: skip
    if not payment.lines:
        return collect, None
    lines = tuple(AllocationLine(charge_id=clinic.record_id(tenant, name), amount_cents=cents)
                  for name, cents in payment.lines)  # fmt: skip
    allocate = Allocate(allocation_id=natural_id(payment_id, "allocation"), lot_payment_id=payment_id,
                        patient_id=patient_id, lines=lines)  # fmt: skip
    return collect, allocate
