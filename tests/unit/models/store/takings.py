"""Short ways to do at a store what people do at a desk."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from models.ledger.states import Entry
from models.operations import bodies, records
from models.store.desk import DeskStore
from models.store.rows import PrintJobRow
from models.store.transaction import Tx
from tests.support.money_acts import resolved
from tests.support.stores import TODAY

BY = {"person_id": "staff-1", "business_date": TODAY}


def record(desk: DeskStore, *acts: object, **more: Any) -> list[Entry]:
    """Record bodies in one transaction."""
    with desk.write() as tx:
        return [tx.record(body, **BY, **more) for body in acts]


def patient(number: int = 1, **changes: Any) -> records.Patient:
    """Somebody called Quillfeather."""
    values: dict[str, Any] = {
        "id": f"patient-{number}", "family": "Quillfeather", "given": "Ann", "birth_date": "1984-03-14",
        "mrn": f"{1000 + number}", "phone": "(303) 555-0142",
    }  # fmt: skip
    return records.Patient(**{**values, **changes})


def appointment(number: int = 1, **changes: Any) -> records.Appointment:
    """Today's visit of a patient."""
    values: dict[str, Any] = {
        "id": f"visit-{number}", "patient_id": f"patient-{number}", "starts_at": "2026-03-16T15:30:00.000Z",
        "service_date": TODAY,
    }  # fmt: skip
    return records.Appointment(**{**values, **changes})


def charge(number: int = 1, cents: int = 2500, **changes: Any) -> records.Charge:
    """The copay of that visit."""
    values: dict[str, Any] = {
        "id": f"charge-{number}", "patient_id": f"patient-{number}", "appointment_id": f"visit-{number}",
        "service_date": TODAY, "description": "Office visit", "responsibility_cents": cents,
    }  # fmt: skip
    return records.Charge(**{**values, **changes})


def take_copay(tx: Tx, number: int = 1, cents: int = 2500, *, spend: int | None = None, tendered: int = 0) -> str:
    """The whole of taking a copay in cash; returns the payment's id. `spend` cents of it go to the charge."""
    payment_id, group = tx.new_id(), tx.new_id()
    tendered = tendered or cents
    tx.record(
        bodies.Collect(
            payment_id=payment_id, patient_id=f"patient-{number}", tender="cash", amount_cents=cents,
            number=tx.next_payment_number(), receipt_no=tx.next_receipt_no(), appointment_id=f"visit-{number}",
            tendered_cents=tendered, change_cents=tendered - cents, drawer="drawer-1",
        ),
        group=group, **BY,
    )  # fmt: skip
    line = bodies.AllocationLine(charge_id=f"charge-{number}", amount_cents=cents if spend is None else spend)
    tx.record(
        bodies.Allocate(allocation_id=tx.new_id(), lot_payment_id=payment_id, patient_id=f"patient-{number}",
                        lines=(line,)),
        group=group, **BY,
    )  # fmt: skip
    tx.add_print_job(
        PrintJobRow(job_id=tx.new_id(), kind="receipt", document={"lines": ["paid"]}, payment_id=payment_id)
    )
    return payment_id


def spend(payment_id: str, number: int, cents: int) -> bodies.Allocate:
    """Put a payment on the charge of a patient."""
    return bodies.Allocate(
        allocation_id=f"allocation-{payment_id}-{number}", lot_payment_id=payment_id, patient_id=f"patient-{number}",
        lines=(bodies.AllocationLine(charge_id=f"charge-{number}", amount_cents=cents),),
    )  # fmt: skip


def cash(payment_id: str, number: int = 1, cents: int = 2500, **changes: Any) -> bodies.Collect:
    """Cash on account."""
    values: dict[str, Any] = {
        "payment_id": payment_id, "patient_id": f"patient-{number}", "tender": "cash", "amount_cents": cents,
        "number": payment_id, "receipt_no": f"R-{payment_id}", "drawer": "drawer-1",
    }  # fmt: skip
    return bodies.Collect(**{**values, **changes})


def take_back(payment_id: str, number: int = 1) -> bodies.Reverse:
    """Reverse a payment."""
    return bodies.Reverse(
        payment_id=payment_id, patient_id=f"patient-{number}", reason="keyed_wrong", drawer="drawer-1",
        reversal_id=f"back-{payment_id}", receipt_no=f"R-back-{payment_id}",
    )  # fmt: skip


class Doer:
    """Somebody who goes through a random day at a desk; an Undo names acts by their place in the day."""

    def __init__(self, day: Iterable[object]) -> None:
        self._todo, self._done = iter(day), list[str]()

    def do(self, tx: Tx, most: int = 1000) -> bool:
        """Record the next acts of the day, at most so many. Is there any that was not recorded before?"""
        begun = len(self._done)
        for body in islice(self._todo, most):
            self._done.append(tx.record(resolved(body, self._done), **BY).op.op_id)
        return len(self._done) > begun


def ask(desk: DeskStore, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of a query at a desk."""
    with desk.reader() as reader:
        return [tuple(row) for row in reader.execute(query, values).fetchall()]


def balances(desk: DeskStore) -> dict[str, tuple[int, int]]:
    """Every account's totals in force."""
    rows = ask(desk, "SELECT id, debits + pending_debits, credits + pending_credits FROM account")
    return {name: (debits, cents) for name, debits, cents in rows}


STATE = (
    "practice", "staff", "practitioner", "location", "patient", "coverage", "appointment", "charge", "not_collecting",
    "payment", "account", "transfer", "refund", "adjustment", "dispute", "statement", "rules", "method",
    "billing_profile", "appointment_profile", "series", "task", "hold", "alias",
)  # fmt: skip


def state(desk: DeskStore) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every state table, the log left out: what two desks can be compared by."""
    with desk.reader() as reader:
        return {name: sorted(map(repr, reader.execute(f"SELECT * FROM {name}").fetchall())) for name in STATE}
