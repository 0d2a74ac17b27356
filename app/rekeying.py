"""Receipts on paper whose payment died with its desk (H13): entered again, once for each receipt.

What is entered stands until the payment itself arrives; then the hub takes it back and the payment counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from app.basis import Basis, basis_of, only_once, still_so
from app.clinic import Clinic
from app.money_views import Acted
from app.refusals import insist, need
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.basics.money import check_entry
from models.ledger.draft import Draft
from models.ledger.figures import Figures
from models.operations.bodies import Collect
from models.operations.rekeying import Rekeyed, rekeyed_id
from models.rules.rights import Right

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.rehearsal import Rehearsal

WAYS = ("cash", "check", "card")
"""How money of a paper receipt came in. A card was charged then: nothing is charged now."""
_NUMBER = re.compile(r"[0-9A-Z]+-[0-9]+-[A-Z]+-[0-9]+")


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """What the dialog begins with. `act_id` is made here, once: a second Enter enters nothing twice."""

    act_id: str
    patient_id: str


@dataclass(frozen=True, slots=True)
class PaperOrder:
    """What stands on the paper: its number, cents, how the money came (one of WAYS), the day it came."""

    sheet: PaperSheet
    receipt_no: str
    cents: int
    tender: str
    day: date


@dataclass(frozen=True, slots=True)
class PaperPreview:
    """What entering it would do to the account."""

    order: PaperOrder
    before: Figures
    after: Figures
    basis: Basis


def read_number(text: str) -> str:
    """A receipt number as it is printed, from how somebody typed it; empty when it is none (`02-3-b-0142`)."""
    number = "".join(text.upper().split())
    return number if _NUMBER.fullmatch(number) else ""


class Rekeying:
    """Enters receipts from paper. `open` and `preview` on the `reads` lane, `do` on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def open(self, patient_id: str) -> PaperSheet:
        """Begin for a patient."""
        return PaperSheet(new_id(), patient_id)

    def preview(self, order: PaperOrder) -> PaperPreview:
        """What it would do. Raises RuleBroken: `rekey.number_wrong`, `rekey.here_already` (number), `rekey.day_ahead`,
        an amount that may not be."""
        from models.store.rehearsal import Rehearsal

        clinic = self._clinic
        with clinic.store.reader() as reader:
            rehearsal = Rehearsal(reader, clinic.tenant, clinic.identity.device_id, clinic.today().isoformat())
            body = self._body(order, rehearsal.book, "", "")
            insist(rehearsal.act(body))
            return self._seen(order, rehearsal)

    def do(self, preview: PaperPreview, person: Person, supervisor: Person | None = None) -> Acted:
        """Enter it; the money lies on the account as credit. Raises RuleBroken, nothing written: as `preview`,
        `staff.right_missing`, `account.changed`, `account.done_before`."""
        order, clinic = preview.order, self._clinic
        lender = need(Right.PAYMENTS, person, supervisor)
        with clinic.store.write() as tx:
            only_once(tx.reader, clinic.tenant, order.sheet.act_id)
            still_so(tx.reader, clinic.tenant, preview.basis)
            body = self._body(order, None, tx.next_payment_number(), tx.next_receipt_no())
            entry = insist(tx.record(
                body, person_id=person.staff_id, business_date=clinic.today().isoformat(), group=order.sheet.act_id,
                supervisor=lender, basis_seq=preview.basis.seq,
            ))  # fmt: skip
        return Acted((entry.op.op_id,), order.cents, "rekey.done", {"cents": order.cents, "number": body.of})

    def _seen(self, order: PaperOrder, rehearsal: Rehearsal) -> PaperPreview:
        basis = basis_of(rehearsal, order.sheet.patient_id, [f"CR:{rekeyed_id(read_number(order.receipt_no))}"])
        after = rehearsal.after(basis.figures, order.sheet.patient_id)
        return PaperPreview(order, basis.figures, after, basis)

    def _body(self, order: PaperOrder, book: Draft | None, number: str, receipt_no: str) -> Rekeyed:
        of, today = read_number(order.receipt_no), self._clinic.today()
        if not of:
            raise RuleBroken("rekey.number_wrong", field="number")
        if order.day > today:
            raise RuleBroken("rekey.day_ahead", field="day")
        check_entry(order.cents)
        if book is not None and (book.payment_with_receipt(of) or book.payment(rekeyed_id(of)) is not None):
            raise RuleBroken("rekey.here_already", field="number", number=of)
        payment = Collect(
            payment_id=rekeyed_id(of), patient_id=order.sheet.patient_id, tender=order.tender,
            amount_cents=order.cents, requested_cents=order.cents, number=number, receipt_no=receipt_no,
            received_date=order.day.isoformat() if order.day != today else "", memo=f"Paper receipt {of}",
            **_cash(order, self._clinic.identity.device_id),
        )  # fmt: skip
        return Rekeyed(of=of, patient_id=order.sheet.patient_id, payment=payment)


def _cash(order: PaperOrder, drawer: str) -> dict[str, Any]:
    """Cash of a desk that died is in the drawer of the desk that enters it."""
    return {"drawer": drawer, "tendered_cents": order.cents} if order.tender == "cash" else {}
