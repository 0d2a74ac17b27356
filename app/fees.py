"""The practice's own fees: no-show, bounced check, or one in words of its own; asked for, changed and taken off.

A fee's charge has a natural id of visit and code, so that two desks ask for it once.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from app.basis import basis_of, only_once, still_so
from app.clinic import Clinic
from app.heads import day_text
from app.money_views import Acted, FeeChoice, FeeOrder, FeePreview, FeeSheet
from app.refusals import insist, need
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.ids import natural_id, new_id
from models.basics.money import check_entry
from models.ledger.draft import Draft
from models.ledger.judging import one_family
from models.operations.bodies import Fee
from models.rules.rights import Right
from models.store.queries import moving, rows

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.rehearsal import Rehearsal

NO_SHOW, BOUNCED, OTHER = "NOSHOW", "NSF", "FEE"
FEE_WORDS = {NO_SHOW: "No-show fee", BOUNCED: "Returned check fee", OTHER: "Other fee"}
WORDS_LETTERS = 80


def fee_id(tenant: str, about_id: str, code: str) -> str:
    """The charge of a fee: `about_id` is the visit, payment or patient it is asked for."""
    return natural_id(tenant, about_id, code)


class Fees:
    """Asks for fees and takes them off. `open` and `preview` on the `reads` lane, `do` on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def open(self, patient_id: str, appointment_id: str = "", charge_id: str = "") -> FeeSheet:
        """What may be asked for on a visit, or (without one) on the account; with `charge_id` that fee alone, to be
        changed. Raises RuleBroken `fee.visit_gone`, `fee.gone`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            visit = rows.visit(reader, clinic.tenant, appointment_id) if appointment_id else None
            book = self._rehearsal(reader).book
            if appointment_id and (visit is None or not one_family(book, visit.patient_id, patient_id)):
                raise RuleBroken("fee.visit_gone")
            known = book.rules()
            amounts = {NO_SHOW: known.no_show_fee_cents, BOUNCED: known.bounced_check_fee_cents, OTHER: 0}
            act_id = new_id()
            if charge_id:
                choices = [self._standing(reader, book, patient_id, charge_id)]
            else:
                choices = [self._choice(book, code, amounts[code], appointment_id, act_id) for code in FEE_WORDS
                           if appointment_id or code != NO_SHOW]  # fmt: skip
        words = ""
        if visit is not None:
            words = f"{day_text(date.fromisoformat(visit.service_date), clinic.today())} {visit.title or 'Visit'}"
        owner = visit.patient_id if visit else patient_id
        return FeeSheet(act_id, owner, appointment_id, words, tuple(choices))

    def preview(self, order: FeeOrder) -> FeePreview:
        """What it would do. Raises RuleBroken: `fee.description_missing`, `fee.made_before` (owes_cents), an amount
        that may not be, `refused.…`."""
        clinic = self._clinic
        body = self._body(order)
        with clinic.store.reader() as reader:
            rehearsal = self._rehearsal(reader)
            insist(rehearsal.act(body))
            basis = basis_of(rehearsal, order.sheet.patient_id, [f"AR:{body.charge_id}"])
            return FeePreview(
                order=order, stands_cents=_of(order).stands_cents or 0, before=basis.figures,
                after=rehearsal.after(basis.figures, order.sheet.patient_id), basis=basis,
            )  # fmt: skip

    def do(self, preview: FeePreview, person: Person, supervisor: Person | None = None) -> Acted:
        """Ask for it, or take it off. To ask needs the right for visits and their charges, to take off or lower the one
        for adjustments. Raises RuleBroken, nothing written: `staff.right_missing`, `account.changed`,
        `account.done_before`, `refused.…`."""
        order, clinic = preview.order, self._clinic
        lender = need(needed(order), person, supervisor)
        with clinic.store.write() as tx:
            only_once(tx.reader, clinic.tenant, order.sheet.act_id)
            still_so(tx.reader, clinic.tenant, preview.basis)
            entry = insist(tx.record(
                self._body(order), person_id=person.staff_id, business_date=clinic.today().isoformat(),
                group=order.sheet.act_id, supervisor=lender, basis_seq=preview.basis.seq,
            ))  # fmt: skip
        words = "fee.done" if order.cents else "fee.taken_off"
        return Acted((entry.op.op_id,), order.cents, words, {"cents": order.cents})

    # Inside ---------------------------------------------------------------------------------------------------------

    def _rehearsal(self, reader: Any) -> Rehearsal:
        from models.store.rehearsal import Rehearsal

        clinic = self._clinic
        return Rehearsal(reader, clinic.tenant, clinic.identity.device_id, clinic.today().isoformat())

    def _choice(self, book: Draft, code: str, cents: int, appointment_id: str, act_id: str) -> FeeChoice:
        """Fees with a code of their own are natural to the visit; what is asked for in other words is always new."""
        tenant = self._clinic.tenant
        natural = appointment_id and code != OTHER
        charge_id = fee_id(tenant, appointment_id, code) if natural else fee_id(tenant, act_id, code)
        stands = book.charge(charge_id)
        if stands is None or not stands.responsibility_cents:
            return FeeChoice(code, FEE_WORDS[code], cents, charge_id, self._clinic.today().isoformat())
        return FeeChoice(code, FEE_WORDS[code], cents, charge_id, stands.service_date, stands.responsibility_cents)

    def _standing(self, reader: Any, book: Draft, patient_id: str, charge_id: str) -> FeeChoice:
        row, stands = moving.item(reader, self._clinic.tenant, charge_id), book.charge(charge_id)
        if row is None or stands is None or stands.kind != "fee" or not one_family(book, row.patient_id, patient_id):
            raise RuleBroken("fee.gone")
        return FeeChoice(row.code, row.description, 0, charge_id, row.service_date, stands.responsibility_cents or None)

    def _body(self, order: FeeOrder) -> Fee:
        choice = _of(order)
        fixed = choice.words if choice.code != OTHER or choice.stands_cents is not None else ""
        description = " ".join(order.description.split())[:WORDS_LETTERS] or fixed
        if not description:
            raise RuleBroken("fee.description_missing", field="description")
        if choice.stands_cents is not None and order.cents == choice.stands_cents:
            raise RuleBroken("fee.made_before", owes_cents=choice.stands_cents)
        if order.cents or choice.stands_cents is None:
            check_entry(order.cents)
        return Fee(
            charge_id=choice.charge_id, patient_id=order.sheet.patient_id, code=choice.code, description=description,
            amount_cents=order.cents, service_date=choice.service_date,
            appointment_id=order.sheet.appointment_id,
        )  # fmt: skip


def needed(order: FeeOrder) -> Right:
    """The right this needs: to ask for more is a charge, to ask for less lets somebody off."""
    return Right.ADJUST if order.cents < (_of(order).stands_cents or 0) else Right.VISITS


def _of(order: FeeOrder) -> FeeChoice:
    found = next((choice for choice in order.sheet.choices if choice.charge_id == order.charge_id), None)
    if found is None:
        raise RuleBroken("fee.gone")
    return found
