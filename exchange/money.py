"""Money another program moved, as our operations: taken, given back, or taken off because it was entered too high."""

from __future__ import annotations

from dataclasses import dataclass

from models.basics.ids import natural_id
from models.operations import bodies

TAKEN, GIVEN_BACK, TAKEN_OFF = "taken", "given_back", "taken_off"
"""Ways money went: a payment, a refund, a correction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyElsewhere:
    """One row of another program's payments. `amount_cents` is positive whatever the `way`.

    `payment_id` is the payment a refund or correction is of; empty where that cannot be told: then it waits to be
    netted by hand (S3-07). `appointment_id` and `charge_id` name what was paid. Dates are ISO text or empty.
    """

    id: str
    patient_id: str
    way: str
    amount_cents: int
    method_id: str
    payment_type: str = ""
    brand: str = ""
    check_no: str = ""
    trace_no: str = ""
    received_date: str = ""
    posted_date: str = ""
    note: str = ""
    number: str = ""
    appointment_id: str = ""
    charge_id: str = ""
    practitioner_id: str = ""
    payment_id: str = ""

    @property
    def posted_on(self) -> str:
        """The day the other program counts it for; empty where it does not say."""
        return self.posted_date or self.received_date


def as_operations(money: MoneyElsewhere) -> tuple[object, ...]:
    """What is to be recorded for `money`, in this order. The same row always makes the same ids, so that two desks
    that bring in one file make one payment."""
    if money.way == TAKEN:
        return _taken(money)
    if money.payment_id:
        return _of_payment(money)
    return _unlinked(money)


def _taken(money: MoneyElsewhere) -> tuple[object, ...]:
    """The payment, and what it paid where a line item is named. For a visit alone, the ledger itself puts it on the
    visit's open charges."""
    collect = bodies.Collect(
        payment_id=money.id, patient_id=money.patient_id, tender="external", amount_cents=money.amount_cents,
        number=money.number, receipt_no="", appointment_id="" if money.charge_id else money.appointment_id,
        check_no=money.check_no, card=bodies.CardFacts(brand=money.brand) if money.brand else None, memo=money.note,
        payment_type=money.payment_type, method_id=money.method_id, trace_no=money.trace_no,
        received_date=money.received_date, practitioner_id=money.practitioner_id,
    )  # fmt: skip
    if not money.charge_id:
        return (collect,)
    line = bodies.AllocationLine(charge_id=money.charge_id, amount_cents=money.amount_cents)
    return collect, bodies.Allocate(allocation_id=natural_id(money.id, "allocation"), lot_payment_id=money.id,
                                    patient_id=money.patient_id, lines=(line,))  # fmt: skip


def _of_payment(money: MoneyElsewhere) -> tuple[object, ...]:
    if money.way == TAKEN_OFF:
        return (bodies.Correct(
            correction_id=money.id, payment_id=money.payment_id, patient_id=money.patient_id,
            amount_cents=money.amount_cents, reason="elsewhere", number=money.number, receipt_no="", note=money.note,
        ),)  # fmt: skip
    lines = (bodies.RefundLine(charge_id=money.charge_id, amount_cents=money.amount_cents),) if money.charge_id else ()
    request = bodies.RefundRequest(
        refund_id=money.id, payment_id=money.payment_id, patient_id=money.patient_id, amount_cents=money.amount_cents,
        tender="external", reason="other", number=money.number, note=money.note, method_id=money.method_id, lines=lines,
    )  # fmt: skip
    paid = bodies.RefundPaid(
        refund_id=money.id, payment_id=money.payment_id, patient_id=money.patient_id, amount_cents=money.amount_cents,
        tender="external", receipt_no="", check_no=money.check_no, method_id=money.method_id,
    )  # fmt: skip
    return request, paid


def _unlinked(money: MoneyElsewhere) -> tuple[object, ...]:
    refund = bodies.RefundElsewhere(
        refund_id=money.id, patient_id=money.patient_id, amount_cents=money.amount_cents, tender="external",
        number=money.number, method_id=money.method_id, received_date=money.received_date, note=money.note,
    )  # fmt: skip
    if not money.appointment_id:
        return (refund,)
    return refund, bodies.RefundPlace(place_id=natural_id(money.id, "place"), refund_id=money.id,
                                      patient_id=money.patient_id, appointment_id=money.appointment_id)  # fmt: skip
